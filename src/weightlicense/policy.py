"""Policies evaluated beside a verdict: an organisation's rules, definitions of openness, regulation.

Nothing here changes a verdict. An organisation can forbid what a license allows, never the reverse; what is undecided is
never accepted. A definition looks at the terms themselves, whatever the use; a regulation at the facts of the use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from weightlicense import catalogue, engine
from weightlicense.clause import Document
from weightlicense.condition import Acts, Atom, Condition, Scope, Truth, atoms, bind, compiled
from weightlicense.decision import VERDICT_RULE, Cited, PolicyDecision, PolicyReason, WaiverUsed
from weightlicense.engine.program import Rule as CompiledRule
from weightlicense.finding import CONDITIONAL, LEVELS, UNDETERMINED, Report
from weightlicense.policyfile import (
    DECISIONS,
    OTHERWISE_RULE,
    SEVERITIES,
    Match,
    Policy,
    Rule,
    Source,
    Standing,
    Statement,
    Test,
    Waiver,
    documents_named,
)
from weightlicense.usecase import Facts, Values
from weightlicense.vocabulary import JUDGEMENT_PREFIX, MISSING_PREFIX, vocabulary

SEPARATE: Final = "licensee.separate_license"
WARNING_DAYS: Final = 30
OLD_MONTHS: Final = 6
OWN_CONDUCT: Final = frozenset(
    ("licensee.terminated", "licensee.sues_licensor", "litigation.kind", "litigation.defensive")
)
"""What a licensee can bring upon itself: every definition lets a license end for who breaks it or sues over it."""


class Case(Struct, frozen=True, kw_only=True):
    """What policies look at: the report so far, the terms that it rests on, and the facts.

    `model` are the names of the model, if one was named; `unknowns` the terms that are not at hand. `built` keeps the
    terms compiled for sets of acts, which points of definitions share.
    """

    report: Report
    groups: tuple[engine.Group, ...]
    unknowns: tuple[engine.Unknown, ...]
    model: tuple[str, ...]
    facts: Facts
    built: dict[tuple[str, ...], engine.Program] = {}

    @property
    def documents(self) -> tuple[Document, ...]:
        """All documents of the terms, each once."""
        found = {document.id: document for group in self.groups for document in group.documents}
        return tuple(found.values())

    @property
    def licenses(self) -> tuple[Document, ...]:
        """The documents that license something: all but use policies."""
        return tuple(document for document in self.documents if document.kind != "acceptable-use-policy")

    def program(self, acts: tuple[str, ...]) -> engine.Program:
        """All terms compiled for these acts, whatever the acts of the use."""
        if acts not in self.built:
            words = vocabulary()
            whole = [engine.Group(root=group.root, documents=group.documents) for group in self.groups]
            self.built[acts] = engine.build(whole, words.closure(acts), words, unknowns=self.unknowns)
        return self.built[acts]


class Answer(Struct, frozen=True, kw_only=True):
    """True, False or None (undecided), with the clauses and the missing facts behind it."""

    truth: Truth
    clauses: tuple[Cited, ...] = ()
    disputed: tuple[Cited, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def decide(policies: Iterable[Policy], case: Case) -> tuple[PolicyDecision, ...]:
    """What each policy says of the case, in the order given: one row a policy, one a statement of a regulation."""
    found: list[PolicyDecision] = []
    for policy in policies:
        match policy.kind:
            case "organization":
                found.append(_organization(policy, case))
            case "definition":
                found.append(_definition(policy, case))
            case _:
                found.extend(_statement(policy, statement, case) for statement in policy.statements)
    return tuple(found)


def _all(parts: Sequence[Answer]) -> Answer:
    """Every part holds; of a failure the parts that failed are told, else those that are undecided, else all."""
    truths = [part.truth for part in parts]
    truth: Truth = False if False in truths else None if None in truths else True
    told = [part for part in parts if part.truth is truth]
    return Answer(
        truth=truth,
        clauses=tuple(dict.fromkeys(clause for part in told for clause in part.clauses)),
        disputed=tuple(dict.fromkeys(clause for part in parts for clause in part.disputed)),
        missing=tuple(dict.fromkeys(name for part in told for name in part.missing)),
        notes=tuple(dict.fromkeys(note for part in told for note in part.notes)),
    )


def _on_facts(condition: Condition, case: Case) -> Answer:
    """A condition over the facts and acts of the use."""
    words = vocabulary()
    acts = frozenset(case.report.acts)
    scope = Scope(
        acts=acts, document="", released=None, distribution=Acts(("distribute", "embed")), words=words
    )
    bound = bind(condition, scope)
    values = Values(case.facts, as_of=case.report.as_of, roots={}, asked_by={})
    truth = compiled(bound, words)(values)
    missing = [atom.key.removesuffix("[]") for atom in atoms(bound) if values[atom.key] is None]
    return Answer(truth=truth, missing=tuple(dict.fromkeys(missing)) if truth is None else ())


# --- an organisation's rules -----------------------------------------------------------------------------------


def _organization(policy: Policy, case: Case) -> PolicyDecision:
    """Deny before approval before accept; within one decision the gravest, then the first, decides."""
    order = sorted(
        policy.rules, key=lambda rule: (DECISIONS.index(rule.decision), SEVERITIES.index(rule.severity))
    )
    answers = {rule.id: _matches(rule.when, case, every=rule.decision == "accept") for rule in order}
    waivers = {
        rule.id: _waiver(policy, rule, case)
        for rule in order
        if rule.decision != "accept" and answers[rule.id].truth is not False
    }
    lifted = [rule for rule in order if _lifts(waivers.get(rule.id))]
    standing = [rule for rule in order if rule not in lifted]

    def first(decision: str, truth: Truth) -> Rule | None:
        fitting = (rule for rule in standing if rule.decision == decision and answers[rule.id].truth is truth)
        return next(fitting, None)

    decision, rule_id, says = _decided(policy, case, first, [r for r in lifted if answers[r.id].truth])
    deciding = next((rule for rule in order if rule.id == rule_id), None)
    waiver = waivers.get(rule_id)
    return PolicyDecision(
        policy=policy.id,
        decision=decision,
        rule=rule_id,
        waiver=waiver,
        kind="organization",
        title=policy.title,
        says=says,
        severity=None if deciding is None else deciding.severity,
        reasons=tuple(
            PolicyReason(
                id=rule.id,
                decision=rule.decision,
                says=rule.reason,
                severity=rule.severity,
                clauses=answers[rule.id].clauses,
                missing=answers[rule.id].missing,
                notes=tuple(_rule_notes(answers[rule.id], waivers.get(rule.id))),
            )
            for rule in order
            if answers[rule.id].truth is not False
        ),
        notes=(*_waiver_notes(waiver, case.report.as_of), *_narrower(policy, deciding, waiver)),
        digest=policy.digest,
    )


def _decided(
    policy: Policy, case: Case, first: Callable[[str, Truth], Rule | None], lifted: list[Rule]
) -> tuple[str, str, str]:
    """The decision, the rule that made it and the reason, from the strictest to the mildest that can stand."""
    verdict = case.report.verdict
    told = {VERDICT_RULE: f"The verdict is {verdict}", OTHERWISE_RULE: "No rule of the policy fits."}
    denied = first("deny", True)
    if denied is not None:
        return "deny", denied.id, denied.reason
    if verdict != UNDETERMINED and LEVELS[verdict] > CONDITIONAL:
        return (
            "deny",
            VERDICT_RULE,
            f"{told[VERDICT_RULE]}: a policy allows nothing that the license does not.",
        )
    may_deny = first("deny", None)
    if may_deny is not None:
        return "undecided", may_deny.id, f"It may be denied: {may_deny.reason}"
    wants = first("approval", True)
    if wants is not None:
        return "approval", wants.id, wants.reason
    if verdict == UNDETERMINED:
        if policy.otherwise == "deny" and not lifted and first("accept", True) is None:
            return "deny", OTHERWISE_RULE, told[OTHERWISE_RULE]
        return "undecided", VERDICT_RULE, f"{told[VERDICT_RULE]}: what is undecided is never accepted."
    may_want = first("approval", None)
    if may_want is not None:
        return "undecided", may_want.id, f"It may need approval: {may_want.reason}"
    if lifted:
        return "accept", lifted[0].id, f"A waiver lifts the rule: {lifted[0].reason}"
    accepted, may_accept = first("accept", True), first("accept", None)
    if accepted is not None:
        return "accept", accepted.id, accepted.reason
    if may_accept is not None and policy.otherwise != "accept":
        return "undecided", may_accept.id, f"It may be accepted: {may_accept.reason}"
    return policy.otherwise, OTHERWISE_RULE, told[OTHERWISE_RULE]


def _rule_notes(answer: Answer, waiver: WaiverUsed | None) -> Iterable[str]:
    if answer.truth is None:
        yield "undecided whether it fits"
    yield from answer.notes
    if waiver is not None:
        yield f"waiver of {waiver.owner}, {waiver.state}, until {waiver.expires}"


def _waiver_notes(waiver: WaiverUsed | None, day: str) -> Iterable[str]:
    if waiver is None:
        return
    match waiver.state:
        case "expired":
            yield f"The waiver of {waiver.owner} for {waiver.rule} expired on {waiver.expires}: the rule stands again."
        case "expiring":
            left = _days(day, waiver.expires)
            when = "today" if left == 0 else f"in {left} day{'' if left == 1 else 's'}"
            yield f"The waiver of {waiver.owner} for {waiver.rule} ends {when}, on {waiver.expires}: renew it or comply."
        case _:
            pass


def _narrower(policy: Policy, rule: Rule | None, used: WaiverUsed | None) -> Iterable[str]:
    """Waivers of the deciding rule that do not reach the whole case."""
    if rule is not None and used is None and rule.decision != "accept":
        for waiver in policy.waivers:
            if rule.id in waiver.rules:
                yield f"The waiver of {waiver.owner} for {rule.id} does not surely cover all of this: its scope is narrower."


def _lifts(waiver: WaiverUsed | None) -> bool:
    return waiver is not None and waiver.state != "expired"


def _waiver(policy: Policy, rule: Rule, case: Case) -> WaiverUsed | None:
    """The waiver of that rule whose scope surely covers the case: the one that holds longest."""
    covering = [
        waiver
        for waiver in policy.waivers
        if rule.id in waiver.rules and _matches(waiver.scope, case, every=True).truth
    ]
    if not covering:
        return None
    waiver = max(covering, key=lambda each: each.expires)
    return WaiverUsed(
        rule=rule.id,
        owner=waiver.owner,
        reason=waiver.reason,
        expires=waiver.expires,
        state=_state(waiver, case.report.as_of),
    )


def _state(waiver: Waiver, day: str) -> Literal["in-force", "expiring", "expired"]:
    left = _days(day, waiver.expires)
    return "expired" if left < 0 else "expiring" if left <= WARNING_DAYS else "in-force"


def _days(day: str, until: str) -> int:
    from datetime import date

    return (date.fromisoformat(until) - date.fromisoformat(day)).days


def _matches(match: Match, case: Case, *, every: bool) -> Answer:
    """Whether a rule or scope fits; with `every`, each license of the terms must, not only one of them."""
    parts = [_key(key, values, case, every=every) for key, values in match.values]
    if match.fact is not None:
        parts.append(_on_facts(match.fact, case))
    return _all(parts)


def _key(key: str, values: tuple[str, ...], case: Case, *, every: bool) -> Answer:
    report = case.report
    match key:
        case "license":
            named = frozenset(name for value in values for name in documents_named(value))
            return _of_terms(
                [document.id in named for document in _looked_at(case, every=every)], case, every
            )
        case "steward":
            wanted = {value.lower() for value in values}
            told = [document.steward.lower() in wanted for document in _looked_at(case, every=every)]
            return _of_terms(told, case, every)
        case "openness":
            return _of_terms([document.openness in values for document in case.licenses], case, every)
        case "model":
            globs = [catalogue.normalised(value) for value in values]
            if not case.model:
                return Answer(truth=None, missing=("model",))
            return Answer(truth=any(fnmatchcase(name, glob) for name in case.model for glob in globs))
        case "clause":
            return _clauses(values, case)
        case "duty":
            return _duties(values, report)
        case "act":
            return Answer(truth=not set(values).isdisjoint(report.acts))
        case "use":
            return Answer(truth=report.use in values)
        case "verdict":
            return Answer(truth=report.verdict in values)
        case "hazard":
            return _on_facts(Atom("purpose.hazards", (("any", values),)), case)
        case _:
            raise AssertionError(key)


def _looked_at(case: Case, *, every: bool) -> tuple[Document, ...]:
    """Accepting looks at each license; denying also at the policies that they bring with them."""
    return case.licenses if every else case.documents


def _of_terms(told: list[bool], case: Case, every: bool) -> Answer:  # noqa: FBT001 - one of two ways to count
    """What holds of one license or of each; terms that are not at hand leave open what the others do not settle."""
    unknown = bool(case.unknowns) or not told
    truth: Truth = all(told) if every else any(told)
    if unknown and truth is every:
        return Answer(truth=None, notes=("terms that are not at hand may differ",))
    return Answer(truth=truth)


def _clauses(references: tuple[str, ...], case: Case) -> Answer:
    """Whether a clause bears on the use: it applies, or it was looked at and passed."""
    found = [finding for finding in case.report.findings if finding.reference in references]
    bearing = [f for f in found if f.status not in ("not-applicable", "undecided")]
    chosen = bearing or [f for f in found if f.status == "undecided"]
    truth: Truth = True if bearing else None if chosen else False
    return Answer(
        truth=truth,
        clauses=tuple(Cited(document=f.document, clause=f.clause, at=f.at, says=f.says) for f in chosen),
        missing=tuple(dict.fromkeys(name for f in chosen for name in f.missing)) if truth is None else (),
    )


def _duties(names: tuple[str, ...], report: Report) -> Answer:
    rows = [row for row in report.duties if row.duty in names]
    surely = [row for row in rows if row.status != "undecided"]
    chosen = surely or rows
    references = {reference for row in chosen for reference in row.required_by}
    cited = [f for f in report.findings if f.reference in references]
    truth: Truth = True if surely else None if rows else False
    return Answer(
        truth=truth,
        clauses=tuple(Cited(document=f.document, clause=f.clause, at=f.at, says=f.says) for f in cited),
        missing=tuple(dict.fromkeys(name for f in cited for name in f.missing)) if truth is None else (),
    )


# --- definitions -----------------------------------------------------------------------------------------------

VALUES: Final = {True: "met", False: "broken", None: "undecided"}


def _definition(policy: Policy, case: Case) -> PolicyDecision:
    """Met where every point is, broken where one is, else undecided."""
    answers = [(point, _test(point.met, case)) for point in policy.points]
    truths = [answer.truth for _point, answer in answers]
    truth: Truth = False if False in truths else None if None in truths else True
    deciding = [point for point, answer in answers if answer.truth is truth]
    counts = ", ".join(
        f"{truths.count(value)} {name}" for value, name in VALUES.items() if truths.count(value)
    )
    return PolicyDecision(
        policy=policy.id,
        decision=VALUES[truth],
        rule=None if truth else deciding[0].id,
        kind="definition",
        title=policy.title,
        says=f"Of {len(answers)} points {counts}.",
        source=_sources(policy.sources),
        reasons=tuple(
            PolicyReason(
                id=point.id,
                decision=VALUES[answer.truth],
                says=point.says,
                clauses=answer.clauses,
                disputed=answer.disputed,
                missing=answer.missing,
                notes=answer.notes,
            )
            for point, answer in answers
        ),
        digest=policy.digest,
    )


def _test(test: Test, case: Case) -> Answer:
    """Every part of a test; a part that fails goes before one that is undecided."""
    parts = [_granted(acts, test.limits, case) for acts in test.acts]
    parts += [_disputed(_granted(acts, test.limits, case)) for acts in test.disputed_acts]
    if test.duties:
        parts.append(_free_of(test.duties, case))
    if test.disputed_duties:
        parts.append(_disputed(_free_of(test.disputed_duties, case)))
    if test.facts is not None:
        parts.append(_on_facts(test.facts, case))
    if test.cannot is not None:
        parts.append(Answer(truth=None, notes=(test.cannot,)))
    return _all(parts)


def _disputed(answer: Answer) -> Answer:
    if answer.truth is not False:
        return answer
    return Answer(truth=None, disputed=answer.clauses, missing=answer.missing, notes=answer.notes)


def _granted(acts: tuple[str, ...], limits: tuple[str, ...], case: Case) -> Answer:
    """Whether everyone may do these acts together for every purpose: nothing but own conduct can take it away.

    The engine compiles the terms for the acts; each way of losing the permission that hangs on a fact is a limit.
    """
    program = case.program(acts)
    rules = {rule.reference: rule for rule in program.rules}
    limiting: dict[Cited, None] = {}
    open_: dict[Cited, None] = {}
    notes: dict[str, None] = {}
    for hold in program.holds:
        every = {atom.fact for atom in atoms(hold.condition)} - {SEPARATE}
        if every and every <= OWN_CONDUCT:
            continue
        known = {name for reference in hold.by for name in _limits_of(rules.get(reference))}
        cited = dict.fromkeys(_cited(reference, program, acts) for reference in hold.by)
        if limits and known:
            if any(_falls_under(name, limits) for name in known):
                limiting.update(cited)
        elif every and all(name.startswith(MISSING_PREFIX) for name in every):
            open_.update(cited)
            notes["a text that is not at hand may limit it"] = None
        elif not limits:
            limiting.update(cited)
        elif any(name.startswith(JUDGEMENT_PREFIX) for name in every):
            open_.update(cited)
            notes["a person must judge what the clause limits"] = None
    if limiting:
        return Answer(truth=False, clauses=tuple(limiting))
    if open_ or not case.licenses:
        return Answer(truth=None, clauses=tuple(open_), notes=tuple(notes) or ("no license is at hand",))
    return Answer(truth=True)


def _limits_of(rule: CompiledRule | None) -> set[str]:
    """The facts by which a clause limits: what triggers it, and for a grant also what it excepts."""
    if rule is None:
        return set()
    conditions = (rule.trigger, rule.exempt) if rule.clause.kind == "grant" else (rule.trigger,)
    names = {atom.fact for condition in conditions for atom in atoms(condition)}
    return names - OWN_CONDUCT - {SEPARATE}


def _cited(reference: str, program: engine.Program, acts: tuple[str, ...]) -> Cited:
    """What a way of losing the permission points at: a clause, the silence of a text, or a text that is not at hand."""
    document, _, name = reference.partition("/")
    for rule in program.rules:
        if rule.reference == reference:
            return Cited(document=document, clause=name, at=rule.clause.at, says=rule.clause.says)
    for unknown in program.unknowns:
        if (unknown.document, unknown.clause) == (document, name):
            return Cited(document=document, clause=name, at=unknown.at, says=unknown.says)
    return Cited(document=document, clause=name, at="", says=f"No clause grants {' and '.join(acts)}.")


def _falls_under(name: str, limits: tuple[str, ...]) -> bool:
    return any(name == limit or name.startswith(f"{limit}.") for limit in limits)


def _free_of(duties: tuple[str, ...], case: Case) -> Answer:
    """Whether no clause of the terms asks for one of these duties, in whatever case."""
    cited = tuple(
        Cited(document=document.id, clause=clause.id, at=clause.at, says=clause.says)
        for document in case.documents
        for clause in document.clauses
        if clause.then.duty in duties
    )
    if cited:
        return Answer(truth=False, clauses=cited)
    if case.unknowns or not case.licenses:
        return Answer(truth=None, notes=("terms that are not at hand may ask for it",))
    return Answer(truth=True)


# --- regulation ------------------------------------------------------------------------------------------------

COVERED: Final = {True: "covered", False: "not-covered", None: "undecided"}


def _statement(policy: Policy, statement: Statement, case: Case) -> PolicyDecision:
    """Whether the statement covers the use, and how it stood on the report's date; never part of the verdict."""
    day = case.report.as_of
    stood = _stood(statement, day)
    when = Answer(truth=True) if statement.when is None else _test(statement.when, case)
    unless = Answer(truth=False) if statement.unless is None else _test(statement.unless, case)
    lifted: Truth = None if unless.truth is None else not unless.truth
    exempt = replace(unless, truth=lifted)
    answer = _all([when, exempt])
    clauses = answer.clauses
    if answer.truth is not False and unless.truth is False:
        clauses = tuple(dict.fromkeys((*clauses, *unless.clauses)))
    if statement.duties:
        clauses = (*clauses, *_free_of(statement.duties, case).clauses)
    old = _is_old(statement.as_of, day)
    notes = [stood.says if stood is not None else _no_standing(statement, day)]
    if old:
        notes.append(
            f"Looked up on {statement.as_of}, more than six months before {day}: it is old, look it up again."
        )
    return PolicyDecision(
        policy=policy.id,
        decision=COVERED[answer.truth],
        rule=statement.id,
        kind="regulation",
        title=policy.title,
        says=statement.says,
        source=_sources(statement.sources),
        status="unknown" if stood is None else stood.status,
        as_of=statement.as_of,
        is_old=old,
        reasons=(
            PolicyReason(
                id=statement.id,
                decision=COVERED[answer.truth],
                says=statement.says,
                clauses=clauses,
                disputed=answer.disputed,
                missing=answer.missing,
                notes=answer.notes,
            ),
        ),
        notes=tuple(notes),
        digest=policy.digest,
    )


def _stood(statement: Statement, day: str) -> Standing | None:
    """The last standing that had begun on the day; None before the first."""
    begun = [each for each in statement.standing if each.since is None or each.since <= day]
    return begun[-1] if begun else None


def _no_standing(statement: Statement, day: str) -> str:
    since = statement.standing[0].since
    return f"How it stood on {day} is not known from the sources at hand, which begin on {since}."


def _is_old(as_of: str, day: str) -> bool:
    """Whether the day is more than six months later; a month without that day ends on its last."""
    from calendar import monthrange

    year, month, number = (int(part) for part in as_of.split("-"))
    year, month = year + (month + OLD_MONTHS - 1) // 12, (month + OLD_MONTHS - 1) % 12 + 1
    return day > f"{year:04d}-{month:02d}-{min(number, monthrange(year, month)[1]):02d}"


def _sources(sources: Iterable[Source]) -> str:
    """The sources in one line: title, day and address of each."""
    return "; ".join(", ".join(part for part in (s.title, s.date, s.url) if part) for s in sources)
