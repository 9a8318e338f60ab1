"""Documents compiled for a set of acts: rules that attach, holds that decide the verdict, and duties.

A `Hold` is one way of losing the permission: where its condition is true, the verdict is at least as bad as its
level. Everything that could cross the line is a hold: prohibitions, failed eligibility, acts that no grant
covers, documents that are missing, texts that were altered. A judgement is an unknown like any other, except
that only a person's recorded decision settles it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from weightlicense.clause import Clause, Document
from weightlicense.condition import (
    FALSE,
    TRUE,
    Acts,
    All,
    AnyOf,
    Atom,
    Condition,
    Scope,
    Truth,
    Values,
    atoms,
    bind,
    compiled,
    conjunction,
    disjunction,
    negation,
)
from weightlicense.duties import Shown, evidence, shower
from weightlicense.finding import (
    BREACH,
    CONDITIONAL,
    LEVELS,
    NEEDS_LICENSE,
    NOT_GRANTED,
    PERMITTED,
    PROHIBITED,
)
from weightlicense.value import name_folded
from weightlicense.vocabulary import JUDGEMENT_PREFIX, MISSING_PREFIX, Hazard, Vocabulary

HOLDING: Final = frozenset({"not-granted", "needs-license", "prohibited"})
SUGGESTED: Final = "The purpose touches what is often unlawful; whether it is so here, counsel decides."
DISTILLED: Final = (
    "Whether a model distilled from logits or activations is an adaptation of its teacher is a question of law; "
    "counsel decides."
)
SEPARATE: Final = "licensee.separate_license"
COPYLEFT: Final = frozenset({"copyleft", "weak-copyleft"})
LIMITING: Final = frozenset(
    {"community", "use-restricted", "non-commercial", "no-derivatives", "research-only"}
)
"""Openness whose terms limit those who receive the work."""
COMBINING: Final = frozenset({"modify", "release-target"})
"""Acts after which what is released is one work under the terms of all that it came from."""
KEEPING: Final = ("pass-through-terms", "bind-recipients", "license-copy")
"""Duties by which terms travel with a release; the first that a license has is named."""


class Rule(Struct, frozen=True, kw_only=True):
    """One clause for a set of acts. `applies` is attached, not exempt, and triggered (and judged to apply)."""

    document: Document
    clause: Clause
    root: str
    path: tuple[str, ...]
    acts: tuple[str, ...]
    attached: Condition
    exempt: Condition
    trigger: Condition
    applies: Condition
    judged: Atom | None
    judge: str | None
    lifted: Condition
    attaches: Callable[[Values], Truth]
    exempts: Callable[[Values], Truth]
    triggers: Callable[[Values], Truth]
    test: Callable[[Values], Truth]
    lifts: Callable[[Values], Truth]

    @property
    def reference(self) -> str:
        """`document/clause`."""
        return f"{self.document.id}/{self.clause.id}"


class Hold(Struct, frozen=True, kw_only=True):
    """Where `condition` is true, the verdict is at least `level`; `by` names the clauses."""

    level: int
    condition: Condition
    test: Callable[[Values], Truth]
    by: tuple[str, ...]


class DutyRule(Struct, frozen=True, kw_only=True):
    """One duty of one clause: when it applies, how the facts show it, and what it holds the verdict at.

    `unshown` is that level where nothing shows it; `attested` the one fact that can show a duty that always applies.
    """

    rule: Rule
    phase: str
    show: Callable[[Values], Shown]
    test: Callable[[Values], Truth]
    level: Callable[[Values], int]
    unshown: int
    attested: str | None


class Silence(Struct, frozen=True, kw_only=True):
    """An act that a document's grants do not cover in every case, or at all."""

    document: Document
    act: str
    grants: tuple[str, ...]
    level: int
    path: tuple[str, ...]
    test: Callable[[Values], Truth]


class Unknown(Struct, frozen=True, kw_only=True):
    """Something that no declared fact settles and that may forbid.

    A document or license that is not at hand, an altered clause, a question of law. With `judge`, a person's recorded
    decision settles it.
    """

    document: str
    clause: str
    at: str = ""
    kind: str = "incorporation"
    says: str
    how: str | None = None
    missing: tuple[str, ...] = ()
    judge: str | None = None
    path: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Where its answer would stand among the values."""
        prefix = MISSING_PREFIX if self.judge is None else JUDGEMENT_PREFIX
        return f"{prefix}{self.document}/{self.clause}"


class Claim(Struct, frozen=True, kw_only=True):
    """A work that claims terms, held against the terms of one ancestor.

    `state` is unmet where they are not kept, open where the claim names a text that nobody read; `more` works claim
    the same. `is_taught`: the work learned from the ancestor, so it counts where that makes it a derivative.
    """

    document: str
    work: str
    more: int = 0
    claimed: str
    relation: str
    state: str
    path: tuple[str, ...]
    is_taught: bool = False


class ClaimRule(Struct, frozen=True, kw_only=True):
    """A claim with the condition under which the ancestor's terms reach the work at all."""

    claim: Claim
    condition: Condition
    test: Callable[[Values], Truth]

    def state(self, values: Values) -> str | None:
        """Unmet or open; open too where the terms may not reach the work, None where they do not."""
        applies = self.test(values)
        if applies is False:
            return None
        return self.claim.state if applies else "open"

    def level(self, values: Values) -> int:
        """What it makes of the verdict: the duty `keep-terms`."""
        state = self.state(values)
        return PERMITTED if state is None else BREACH if state == "unmet" else CONDITIONAL


class Conflict(Struct, frozen=True, kw_only=True):
    """Terms of different licenses that cannot all be kept; the acts that they attach to are not granted."""

    rules: tuple[Rule, Rule]
    says: str
    condition: Condition
    test: Callable[[Values], Truth]


class Program(Struct, frozen=True, kw_only=True):
    """Documents compiled for a set of acts; immutable, used for any number of fact sets."""

    documents: tuple[Document, ...]
    roots: dict[str, str]
    asked_by: dict[str, int]
    acts: frozenset[str]
    rules: tuple[Rule, ...]
    holds: tuple[Hold, ...]
    duties: tuple[DutyRule, ...]
    silences: tuple[Silence, ...]
    unknowns: tuple[Unknown, ...]
    conflicts: tuple[Conflict, ...]
    claims: tuple[ClaimRule, ...]
    words: Vocabulary

    def bulk_verdict(self) -> Callable[[Values], int | None]:
        """A function from values to the level that they settle; None where something undecided could make it worse.

        Where it gives a level, the full answer gives the same. Worth its making from some hundred fact sets on.
        """
        from weightlicense.engine.quick import compile_verdict

        return compile_verdict(self)


class Group(Struct, frozen=True, kw_only=True):
    """A license with what it incorporates and what binds beside it: the documents that speak as one.

    `acts` are those of the use as they concern this license (None: all of them); `path` the works by way of which it
    applies, from the ancestor to the subject. `is_claim`: only the subject itself says that it is under this license,
    and its ancestors say whether it may.
    """

    root: str
    documents: tuple[Document, ...]
    acts: frozenset[str] | None = None
    path: tuple[str, ...] = ()
    is_claim: bool = False


def build(
    groups: Sequence[Group],
    acts: frozenset[str],
    words: Vocabulary,
    *,
    unknowns: Iterable[Unknown] = (),
    claims: Iterable[Claim] = (),
    altered: frozenset[str] = frozenset(),
) -> Program:
    """Compile documents for a set of acts (closed over what they imply).

    `unknowns` are what is not at hand beside the documents, `claims` the terms that works claim and may not keep. `altered` names clauses (`document/clause`) whose words
    differ in the user's own copy of the text: what they say there is unknown.
    """
    rules: list[Rule] = []
    holds: list[Hold] = []
    duties: list[DutyRule] = []
    silences: list[Silence] = []
    open_ = list(unknowns)
    documents: list[Document] = []
    roots: dict[str, str] = {}
    for group in groups:
        mine = acts if group.acts is None else group.acts
        for document in group.documents:
            if document.id in roots:
                continue
            roots[document.id] = group.root
            documents.append(document)
            made = [_rule(document, clause, group, mine, words) for clause in document.clauses]
            rules.extend(made)
            holds.extend(
                _hold(rule, words)
                for rule in made
                if rule.clause.then.effect in HOLDING and rule.clause.kind != "grant"
            )
            duties.extend(_duty(rule, mine, words) for rule in made if rule.clause.then.effect == "duty")
            for silence, hold in _grants(document, group, made, mine, words):
                silences.append(silence)
                holds.append(hold)
            open_.extend(_gaps(document, group))
    open_.extend(_altered(rule) for rule in rules if rule.reference in altered)
    duties = [duty for duty in duties if duty.rule.applies != FALSE]
    conflicts = tuple(_conflicts(groups, acts, rules, duties, words))
    holds.extend(_unknown(unknown, words) for unknown in open_)
    holds.extend(map(_conflict_hold, conflicts))
    kept = [hold for hold in holds if hold.condition != FALSE]
    return Program(
        documents=tuple(documents),
        roots=roots,
        asked_by=_asked_by(rules, roots, words),
        acts=acts,
        rules=tuple(rules),
        holds=tuple(kept),
        duties=tuple(duties),
        silences=tuple(silences),
        unknowns=tuple(open_),
        conflicts=conflicts,
        claims=tuple(_claims(claims, groups, acts, words)),
        words=words,
    )


def _altered(rule: Rule) -> Unknown:
    return Unknown(
        document=rule.document.id,
        clause=f"{rule.clause.id}-altered",
        at=rule.clause.at,
        kind=rule.clause.kind,
        says="The words of this clause in the text that was given differ from the text that was encoded.",
        how="Read the clause in your copy, or take the copy that the licensor publishes.",
        missing=("the clause as altered",),
    )


def _scope(document: Document, root: str, acts: frozenset[str], words: Vocabulary) -> Scope:
    return Scope(
        acts=acts, document=root, released=document.released, distribution=document.distributes, words=words
    )


def _rule(document: Document, clause: Clause, group: Group, acts: frozenset[str], words: Vocabulary) -> Rule:
    scope = _scope(document, group.root, acts, words)
    attached = bind(Acts(clause.acts), scope) if clause.acts else TRUE
    exempt = bind(clause.unless, scope, exempting=True)
    trigger = TRUE if clause.when is None else bind(clause.when, scope)
    if clause.kind == "prohibition":
        trigger = _widened(trigger, words)
    key = f"{JUDGEMENT_PREFIX}{document.id}/{clause.id}"
    person = Atom(key, (("is", ("applies",)),), key=key)
    judge = clause.judgement
    parts = (trigger,) if judge is None else (trigger, person)
    if judge is None and clause.kind == "prohibition":
        suggested = _suggested(trigger, words)
        if suggested is not None:
            judge = SUGGESTED
            parts = (disjunction((trigger, conjunction((suggested, person)))),)
    if judge is None and clause.then.duty == "same-license" and _is_distilled(document, acts):
        judge = DISTILLED
        attached, trigger = TRUE, _as_if_adapted(clause, document, group.root, acts, words)
        parts = (trigger, person)
    judged = person if judge is not None else None
    lifted: Condition = FALSE
    if clause.then.effect == "needs-license":
        lifted = bind(Atom(SEPARATE, (("is", ("yes",)),)), scope, exempting=True)
    applies = conjunction((attached, negation(exempt), *parts))
    covered = acts & _covered_acts(clause.acts, document, words) if clause.acts else acts
    return Rule(
        document=document,
        clause=clause,
        root=group.root,
        path=group.path,
        acts=tuple(act for act in words.acts if act in covered),
        attached=attached,
        exempt=exempt,
        trigger=trigger,
        applies=applies,
        judged=judged,
        judge=judge,
        lifted=lifted,
        attaches=compiled(attached, words),
        exempts=compiled(exempt, words),
        triggers=compiled(trigger, words),
        test=compiled(applies, words),
        lifts=compiled(lifted, words),
    )


def _is_distilled(document: Document, acts: frozenset[str]) -> bool:
    """Whether a model distilled from this one is released, and the text does not say what it then is."""
    return (
        {"distill", "release-target"} <= acts
        and acts.isdisjoint(document.distribution)
        and document.target_is_derivative is None
    )


def _as_if_adapted(
    clause: Clause, document: Document, root: str, acts: frozenset[str], words: Vocabulary
) -> Condition:
    """When a duty would apply if the distilled model were an adaptation that is distributed."""
    scope = _scope(document, root, acts | {"modify", "distribute"}, words)
    return conjunction(
        bind(condition, scope)
        for condition in (Acts(clause.acts) if clause.acts else TRUE, clause.when or TRUE)
    )


def _widened(trigger: Condition, words: Vocabulary) -> Condition:
    """The trigger with those who work in a field and declare that they lack what it requires.

    Undeclared it is no question: who declares hazards declares all of them.
    """
    match trigger:
        case All(parts):
            return conjunction(_widened(part, words) for part in parts)
        case AnyOf(parts):
            return disjunction(_widened(part, words) for part in parts)
        case Atom(fact="purpose.hazards") if trigger.tests[0][0] == "any":
            within = [
                hazard for hazard in map(words.hazards.__getitem__, trigger.tests[0][1]) if hazard.lacking
            ]
            return disjunction((trigger, *(_lacking(trigger, hazard) for hazard in within)))
        case _:
            return trigger


def _lacking(trigger: Atom, hazard: Hazard) -> Condition:
    assert hazard.lacking is not None
    fields = Atom(trigger.fact, (("any", hazard.fields),), key=trigger.key)
    lacks = Atom(hazard.lacking, (("is", ("no",)),), key=hazard.lacking, closed=True)
    return conjunction((fields, lacks))


def _suggested(trigger: Condition, words: Vocabulary) -> Condition | None:
    """The trigger with the tags that suggest those it names in their place; None where no tag does."""
    match trigger:
        case All(parts):
            inner = [(part, _suggested(part, words)) for part in parts]
            if all(found is None for _part, found in inner):
                return None
            return conjunction(part if found is None else found for part, found in inner)
        case AnyOf(parts):
            found = [part for part in (_suggested(part, words) for part in parts) if part is not None]
            return disjunction(found) if found else None
        case Atom(fact="purpose.hazards") if trigger.tests[0][0] == "any":
            tags = words.suggesting(frozenset(trigger.tests[0][1]))
            return Atom(trigger.fact, (("any", tuple(sorted(tags))),), key=trigger.key) if tags else None
        case _:
            return None


def _covered_acts(names: tuple[str, ...], document: Document, words: Vocabulary) -> frozenset[str]:
    """The acts that a clause's acts reach: `modify` reaches all that imply it, `distribute` also `embed`."""
    reached: set[str] = set()
    for name in names:
        if name == "distribution":
            reached.update(document.distribution, ("release-target",))
        else:
            reached.add(name)
    return frozenset(
        act
        for act in words.acts
        if act in reached
        or ("modify" in reached and "modify" in words.acts[act].implies)
        or ("distribute" in reached and act == "embed")
    )


def _hold(rule: Rule, words: Vocabulary) -> Hold:
    condition = conjunction((rule.applies, negation(rule.lifted)))
    return Hold(
        level=LEVELS[rule.clause.then.effect],
        condition=condition,
        test=rule.test if rule.lifted == FALSE else compiled(condition, words),
        by=(rule.reference,),
    )


def _duty(rule: Rule, acts: frozenset[str], words: Vocabulary) -> DutyRule:
    outcome = rule.clause.then
    assert outcome.duty is not None
    show = shower(outcome, rule.document, rule.root, acts, words)
    phase = words.duties[outcome.duty].phase
    unshown = CONDITIONAL if phase == "act" else PERMITTED
    test, always = rule.test, rule.applies == TRUE

    def level(values: Values) -> int:
        """What the duty holds the verdict at; one that may apply counts as open."""
        applies = always or test(values)
        if applies is False:
            return PERMITTED
        state = show(values)
        if state == "met":
            return PERMITTED
        return BREACH if state == "unmet" and applies else unshown

    only_attested = always and words.duties[outcome.duty].shown_by is None
    return DutyRule(
        rule=rule,
        phase=phase,
        show=show,
        test=test,
        level=level,
        unshown=unshown,
        attested=evidence(outcome, rule.root, words)[-1] if only_attested else None,
    )


def _grants(
    document: Document, group: Group, rules: list[Rule], acts: frozenset[str], words: Vocabulary
) -> list[tuple[Silence, Hold]]:
    """For each act on the model: lost where none of the grants that cover it holds."""
    if document.kind == "acceptable-use-policy":
        return []
    grants = [rule for rule in rules if rule.clause.kind == "grant"]
    scope = _scope(document, group.root, acts, words)
    needed: dict[str, Condition] = {
        act: TRUE for act in words.acts if act in acts and words.acts[act].on == "model" and act != "modify"
    }
    if "release-target" in acts and "distribute" not in needed and document.target_is_derivative is not None:
        needed["distribute"] = bind(document.target_is_derivative, scope)
    found: list[tuple[Silence, Hold]] = []
    for act, required in needed.items():
        covering = [rule for rule in grants if act in _covered_acts(rule.clause.acts, document, words)]
        granted = disjunction(_granted(rule) for rule in covering)
        if granted == TRUE or required == FALSE:
            continue
        routes = [rule for rule in covering if rule.clause.then.effect == "needs-license"]
        level = NEEDS_LICENSE if routes else NOT_GRANTED
        lift = routes[0].lifted if routes else FALSE
        condition = conjunction((required, negation(granted), negation(lift)))
        by = tuple(rule.reference for rule in covering) or (f"{document.id}/silence",)
        hold = Hold(level=level, condition=condition, test=compiled(condition, words), by=by)
        silence = Silence(
            document=document,
            act=act,
            grants=by if covering else (),
            level=level,
            path=group.path,
            test=hold.test,
        )
        found.append((silence, hold))
    return found


def _granted(rule: Rule) -> Condition:
    """A grant for an act holds where its own condition does (its acts were matched one by one)."""
    judged = (rule.judged,) if rule.judged else ()
    return conjunction((negation(rule.exempt), rule.trigger, *judged))


def _gaps(document: Document, group: Group) -> list[Unknown]:
    """Documents that are needed and not at hand: incorporated ones, and the license of a policy that stands alone."""
    present = {member.id for member in group.documents}
    found = [
        Unknown(
            document=document.id,
            clause=f"incorporated-{index}",
            at=row.at,
            says=f"{row.title} is part of the terms, and its text is not in the catalogue: what it says is unknown.",
            how=f"Read it at {row.url}." if row.url else "Find the document and read it.",
            missing=(row.title,),
            path=group.path,
        )
        for index, row in enumerate(document.incorporates, 1)
        if row.policy not in present
    ]
    if document.kind == "acceptable-use-policy" and document.id == group.root:
        found.append(
            Unknown(
                document=document.id,
                clause="license-of-the-policy",
                says="A use policy limits what a license grants, and the license that this one belongs to is not named.",
                how="Name the model or the license.",
                missing=("the license",),
                path=group.path,
            )
        )
    return found


def _unknown(unknown: Unknown, words: Vocabulary) -> Hold:
    """A hold that no declared fact settles: it may forbid, it may not."""
    atom = Atom(unknown.key, (("is", ("forbids" if unknown.judge is None else "applies",)),), key=unknown.key)
    by = (f"{unknown.document}/{unknown.clause}",)
    return Hold(level=PROHIBITED, condition=atom, test=compiled(atom, words), by=by)


# --- claims and conflicts ---------------------------------------------------------------------------------------


def _claims(
    claims: Iterable[Claim], groups: Sequence[Group], acts: frozenset[str], words: Vocabulary
) -> Iterator[ClaimRule]:
    """The claims held against the licenses of this choice, those of pupils where the text makes them derivatives."""
    by_root = {group.root: group for group in groups}
    for claim in claims:
        group = by_root.get(claim.document)
        if group is None:
            continue
        condition: Condition = TRUE
        derivative = group.documents[0].target_is_derivative
        if claim.is_taught and derivative is not None:
            condition = bind(derivative, _group_scope(group, acts, words))
        if condition != FALSE:
            yield ClaimRule(claim=claim, condition=condition, test=compiled(condition, words))


def _group_scope(group: Group, acts: frozenset[str], words: Vocabulary) -> Scope:
    return _scope(group.documents[0], group.root, acts if group.acts is None else group.acts, words)


def _conflicts(
    groups: Sequence[Group],
    acts: frozenset[str],
    rules: list[Rule],
    duties: list[DutyRule],
    words: Vocabulary,
) -> Iterator[Conflict]:
    """Pairs of licenses whose terms for what is released cannot both be kept."""
    naming = sorted(
        (duty.rule for duty in duties if duty.rule.clause.then.duty == "name-prefix"),
        key=lambda rule: rule.root,
    )
    for index, first in enumerate(naming):
        for second in naming[index + 1 :]:
            if first.root != second.root:
                says = _clashing_names(first, second)
                if says is not None:
                    yield _conflict((first, second), says, second.applies, words)
    sharing: dict[str, list[Rule]] = {}
    for duty in duties:
        if duty.rule.clause.then.duty == "same-license" and duty.rule.judged is None:
            sharing.setdefault(duty.rule.root, []).append(duty.rule)
    if not sharing:
        return
    by_root: dict[str, list[Rule]] = {}
    for rule in rules:
        by_root.setdefault(rule.root, []).append(rule)
    combined = [
        group
        for group in groups
        if not group.is_claim and not COMBINING.isdisjoint(acts if group.acts is None else group.acts)
    ]
    for asking in combined:
        for other in combined:
            both_share = other.root in sharing
            if asking.root not in sharing or asking is other or (both_share and other.root < asking.root):
                continue
            says = _clashing_terms(
                asking.documents[0], by_root[asking.root], other.documents[0], by_root[other.root]
            )
            if says is None:
                continue
            other_rule = sharing[other.root][0] if both_share else keeping_rule(by_root[other.root])
            scope = _group_scope(other, acts, words)
            reached = other_rule.applies if both_share else bind(Acts(("distribution",)), scope)
            for rule in sharing[asking.root] if reached != FALSE else ():
                yield _conflict((rule, other_rule), says, reached, words)


def _conflict(pair: tuple[Rule, Rule], says: str, reached: Condition, words: Vocabulary) -> Conflict:
    condition = conjunction((pair[0].applies, reached))
    return Conflict(rules=pair, says=says, condition=condition, test=compiled(condition, words))


def _clashing_names(first: Rule, second: Rule) -> str | None:
    left, right = (name_folded(dict(rule.clause.then.parameters)["text"]) for rule in (first, second))
    if left.startswith(right) or right.startswith(left):
        return None
    return f'The name must begin with "{left}" by one license and with "{right}" by the other.'


def _clashing_terms(asking: Document, its: list[Rule], other: Document, others: list[Rule]) -> str | None:
    """Why a license that wants derivatives under itself goes not together with another; None where it does."""
    if not asking.keeping.isdisjoint(other.keeping):
        return None
    duties = {rule.clause.then.duty for rule in others if rule.applies != FALSE and rule.judged is None}
    if "same-license" in duties:
        return "Each of the two licenses asks that the release be offered under itself."
    if "bind-recipients" in duties:
        return "One license asks for use restrictions on all recipients, the other for its own terms without further ones."
    is_alone = asking.openness in COPYLEFT or any(
        rule.clause.then.duty == "pass-through-terms" for rule in its
    )
    if is_alone and other.openness in LIMITING:
        return "One license limits what recipients may do, the other asks for its own terms without further limits."
    return None


def keeping_rule(rules: list[Rule]) -> Rule:
    """The clause by which a license's terms stay with what is released."""
    by_duty = {rule.clause.then.duty: rule for rule in reversed(rules)}
    grants = [rule for rule in rules if rule.clause.kind == "grant"]
    return next((by_duty[duty] for duty in KEEPING if duty in by_duty), (grants or rules)[0])


def _conflict_hold(conflict: Conflict) -> Hold:
    by = tuple(rule.reference for rule in conflict.rules)
    return Hold(level=NOT_GRANTED, condition=conflict.condition, test=conflict.test, by=by)


def _asked_by(rules: list[Rule], roots: dict[str, str], words: Vocabulary) -> dict[str, int]:
    """How many licenses ask for each per-document fact: without a name it counts only where one does."""
    asking: dict[str, set[str]] = {}
    for rule in rules:
        keys = [
            atom.key for condition in (rule.exempt, rule.trigger, rule.lifted) for atom in atoms(condition)
        ]
        if rule.clause.then.effect == "duty":
            keys.extend(evidence(rule.clause.then, rule.root, words))
        for key in keys:
            if key.endswith("]"):
                asking.setdefault(key.partition("[")[0], set()).add(roots[rule.document.id])
    return {name: len(found) for name, found in asking.items()}
