"""Documents compiled for a set of acts: rules that attach, holds that decide the verdict, and duties.

A `Hold` is one way of losing the permission: where its condition is true, the verdict is at least as bad as its
level. Everything that could cross the line is a hold: prohibitions, failed eligibility, acts that no grant
covers, documents that are missing, texts that were altered. A judgement is an unknown like any other, except
that only a person's recorded decision settles it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct

from weightlicense.clause import Clause, Document
from weightlicense.condition import (
    FALSE,
    TRUE,
    Acts,
    All,
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
from weightlicense.vocabulary import JUDGEMENT_PREFIX, MISSING_PREFIX, Vocabulary

HOLDING: Final = frozenset({"not-granted", "needs-license", "prohibited"})
SEPARATE: Final = "licensee.separate_license"


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
    the same.
    """

    document: str
    work: str
    more: int = 0
    claimed: str
    relation: str
    state: str
    path: tuple[str, ...]

    @property
    def level(self) -> int:
        """What it makes of the verdict: the duty `keep-terms`."""
        return BREACH if self.state == "unmet" else CONDITIONAL


class Conflict(Struct, frozen=True, kw_only=True):
    """Duties of different licenses that cannot all be met; the acts that they attach to are not granted."""

    rules: tuple[Rule, Rule]
    says: str
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
    claims: tuple[Claim, ...]
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
    applies, from the ancestor to the subject.
    """

    root: str
    documents: tuple[Document, ...]
    acts: frozenset[str] | None = None
    path: tuple[str, ...] = ()


def build(
    groups: Iterable[Group],
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
    conflicts = _conflicts(duties, words)
    holds.extend(_unknown(unknown, words) for unknown in open_)
    holds.extend(_conflict_hold(conflict, words) for conflict in conflicts)
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
        conflicts=tuple(conflicts),
        claims=tuple(claims),
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
    key = f"{JUDGEMENT_PREFIX}{document.id}/{clause.id}"
    judged = Atom(key, (("is", ("applies",)),), key=key) if clause.judgement is not None else None
    parts = (trigger,) if judged is None else (trigger, judged)
    if judged is None and clause.kind == "prohibition":
        suggested = _suggested(trigger, words)
        if suggested is not None:
            judged = Atom(key, (("is", ("applies",)),), key=key)
            parts = (disjunction((trigger, conjunction((suggested, judged)))),)
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
        lifted=lifted,
        attaches=compiled(attached, words),
        exempts=compiled(exempt, words),
        triggers=compiled(trigger, words),
        test=compiled(applies, words),
        lifts=compiled(lifted, words),
    )


def _suggested(trigger: Condition, words: Vocabulary) -> Condition | None:
    """The trigger with the tags that suggest those it names in their place; None where no tag does."""
    match trigger:
        case All(parts):
            inner = [(part, _suggested(part, words)) for part in parts]
            if all(found is None for _part, found in inner):
                return None
            return conjunction(part if found is None else found for part, found in inner)
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


# --- conflicts -------------------------------------------------------------------------------------------------


def _conflicts(duties: list[DutyRule], words: Vocabulary) -> list[Conflict]:
    """Pairs of duties of different licenses that cannot both be met."""
    found = []
    chosen = [
        d for d in duties if d.rule.clause.then.duty in ("name-prefix", "same-license", "bind-recipients")
    ]
    for index, first in enumerate(chosen):
        for second in chosen[index + 1 :]:
            if first.rule.root == second.rule.root:
                continue
            says = _clash(first.rule, second.rule)
            if says is not None:
                both = conjunction((first.rule.applies, second.rule.applies))
                found.append(Conflict(rules=(first.rule, second.rule), says=says, test=compiled(both, words)))
    return found


def _clash(first: Rule, second: Rule) -> str | None:
    one, two = first.clause.then, second.clause.then
    if one.duty == two.duty == "name-prefix":
        left, right = (name_folded(dict(outcome.parameters)["text"]) for outcome in (one, two))
        if not left.startswith(right) and not right.startswith(left):
            return f'The name must begin with "{left}" by one license and with "{right}" by the other.'
        return None
    if one.duty == two.duty == "same-license":
        left_set, right_set = (_allowed(rule) for rule in (first, second))
        if left_set.isdisjoint(right_set):
            return "Each of the two licenses asks that the release be offered under itself."
        return None
    if {one.duty, two.duty} == {"same-license", "bind-recipients"}:
        return "One license asks for use restrictions on all recipients, the other for its own terms without further ones."
    return None


def _allowed(rule: Rule) -> frozenset[str]:
    document = rule.document
    named = dict(rule.clause.then.parameters).get("licenses") or ()
    return frozenset(name.lower() for name in (*named, document.id, document.spdx, *document.aliases) if name)


def _conflict_hold(conflict: Conflict, words: Vocabulary) -> Hold:
    condition = conjunction(rule.applies for rule in conflict.rules)
    by = tuple(rule.reference for rule in conflict.rules)
    return Hold(level=NOT_GRANTED, condition=condition, test=compiled(condition, words), by=by)


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
