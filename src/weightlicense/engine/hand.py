"""What stands against a use, and what somebody who has the facts in hand could change about it.

A `Bar` is one thing that keeps a use from being permitted or conditional. A `Step` is one change of one fact that the
vocabulary marks as in the user's hand: another value of a word, a tag or a place fewer, the name, sentence or text
that a duty prescribes. Values come from the conditions and from the parameters of the duties.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from weightlicense.change import Change, Obstacle
from weightlicense.condition import Atom, Condition, Values, atoms, disjunction
from weightlicense.duties import UNLAWFUL, evidence
from weightlicense.engine.program import Claim, DutyRule, Hold, Program
from weightlicense.engine.search import Assumed, Search
from weightlicense.finding import BREACH, VERDICTS
from weightlicense.usecase import shown
from weightlicense.value import Places, folded, name_folded
from weightlicense.vocabulary import Fact, Vocabulary

LARGEST_CHOICE: Final = 6
"""Sets over so many words are tried whole; larger ones only lose members."""
NAME_DUTIES: Final = ("name-prefix", "name-contains", "name-must-not-contain")
NAMELESS: Final = "<name>"
OFFERED: Final = "release.license"

Variable = tuple[str, str]
"""A fact as people name it and, for a set, the member that is added or taken out (else empty)."""


class Bar(Struct, frozen=True, kw_only=True):
    """A hold that stands or could stand, a duty that is not met, or a claim of terms that are not kept.

    `is_open`: it only could stand, by what is not known.
    """

    by: tuple[str, ...]
    level: int
    condition: Condition | None = None
    duty: DutyRule | None = None
    claims: tuple[Claim, ...] = ()
    is_open: bool = False


class Step(Struct, frozen=True, kw_only=True):
    """One fact changed: where its value stands, the value that it then has, and the change as a report shows it."""

    variable: Variable
    key: str
    value: Any
    change: Change


def bars(program: Program, values: Values) -> list[Bar]:
    """Everything that keeps the facts from a settled `permitted` or `conditional`; empty where that is the verdict."""
    found: list[Bar] = []
    pending: list[Hold] = []
    for hold in program.holds:
        truth = hold.test(values)
        if truth:
            found.append(Bar(by=hold.by, level=hold.level, condition=hold.condition))
        elif truth is None:
            pending.append(hold)
    for duty in program.duties:
        if duty.level(values) == BREACH:
            found.append(Bar(by=(duty.rule.reference,), level=BREACH, condition=duty.rule.applies, duty=duty))
    unkept = [rule for rule in program.claims if rule.level(values) == BREACH]
    if unkept:
        claims = tuple(rule.claim for rule in unkept)
        by = tuple(f"{claim.document}/keep-terms-{claim.work}" for claim in claims)
        applies = disjunction(rule.condition for rule in unkept)
        found.append(Bar(by=by, level=BREACH, condition=applies, claims=claims))
    if pending:
        search = Search(pending, values, program.words)
        found.extend(
            Bar(by=hold.by, level=hold.level, condition=hold.condition, is_open=True)
            for hold in pending
            if search.can_hold(hold)
        )
    return found


def is_movable(program: Program, bar: Bar) -> bool:
    """Whether any fact in the user's hand bears on the bar."""
    return any(_fact(key, program.words).hand for key in _keys(program, bar))


def obstacle(program: Program, bar: Bar, values: Values) -> Obstacle:
    """The bar as a report shows it, with the facts that it hangs on."""
    facts = []
    for key in _keys(program, bar):
        if _fact(key, program.words).definition and not key.startswith("missing."):
            value = values[key]
            facts.append((_name(program, key), None if value is None else shown(value)))
    return Obstacle(
        by=bar.by, effect=VERDICTS[bar.level], facts=tuple(dict.fromkeys(facts)), is_open=bar.is_open
    )


def assume(values: Assumed, program: Program, step: Step) -> None:
    """Make a change of one program's facts in the values of another: a fact without a document counts for each."""
    name = step.variable[0]
    if step.key == name or name.endswith("]"):
        values[step.key] = step.value
    elif program.asked_by.get(name, 0) <= 1:
        for root in set(program.roots.values()):
            values[f"{name}[{root}]"] = step.value


def steps(
    program: Program, bar: Bar, values: Values, taken: Iterable[Variable], named: frozenset[str] = frozenset()
) -> Iterator[Step]:
    """The changes of one fact that bear on the bar, of facts that were not changed yet.

    `named` are the facts that were given for a document: these are changed under its name.
    """
    for step in _steps(program, bar, values, taken):
        name, member = step.variable
        if name in named:
            yield replace(step, variable=(step.key, member), change=replace(step.change, fact=step.key))
        else:
            yield step


def _steps(program: Program, bar: Bar, values: Values, taken: Iterable[Variable]) -> Iterator[Step]:
    done = set(taken)
    changed = {name for name, _member in done}
    found = _duty_steps(program, bar, values) if bar.duty is not None else iter(())
    tested: dict[str, list[Atom]] = {}
    for atom in atoms(bar.condition) if bar.condition is not None else ():
        if _fact(atom.key, program.words).hand:
            tested.setdefault(atom.key, []).append(atom)
    seen: set[tuple[Variable, Any]] = set()
    for step in (
        *found,
        *(
            each
            for key, group in tested.items()
            for each in _condition_steps(program, bar, values, key, group)
        ),
        *(_claim_steps(bar, values)),
    ):
        name, member = step.variable
        is_free = (
            step.variable not in done
            and (step.key, member) not in done
            and (member != "" or changed.isdisjoint((name, step.key)))
        )
        if is_free and (step.variable, step.value) not in seen:
            seen.add((step.variable, step.value))
            yield step


def without_tags(tags: frozenset[str], tag: str, words: Vocabulary) -> frozenset[str]:
    """The hazard tags without one, and without those that imply it."""
    return tags - words.tagged(frozenset({tag}))


def with_notice(notice: str | None, text: str) -> str:
    """A notice file's content with one more sentence."""
    return text if notice is None or folded(notice).lower() in ("", "none") else f"{notice}\n{text}"


# --- keys ------------------------------------------------------------------------------------------------------


def _keys(program: Program, bar: Bar) -> dict[str, None]:
    keys = {atom.key: None for atom in atoms(bar.condition)} if bar.condition is not None else {}
    if bar.duty is not None:
        keys |= dict.fromkeys(evidence(bar.duty.rule.clause.then, bar.duty.rule.root, program.words))
    if any(_is_own(claim) for claim in bar.claims):
        keys[OFFERED] = None
    return keys


def _fact(key: str, words: Vocabulary) -> Fact:
    fact = words.fact(key.partition("@")[0].partition("[")[0])
    assert fact is not None, key
    return fact


def _name(program: Program, key: str) -> str:
    """A key as people write it: without the period that the date settles, and without the document where one asks."""
    if key.endswith("]"):
        name = key.partition("[")[0]
        return name if program.asked_by.get(name, 0) <= 1 else key
    name, _, period = key.partition("@")
    return name if period in ("now", "any", "preceding") else key


def _is_own(claim: Claim) -> bool:
    """Whether the claim is of the release itself, whose license is in hand; an ancestor's is not."""
    return claim.path[-1] == claim.work


# --- changes ---------------------------------------------------------------------------------------------------


def _set(program: Program, bar: Bar, values: Values, key: str, value: Any, text: str) -> Step:
    was = values[key]
    return Step(
        variable=(_name(program, key), ""),
        key=key,
        value=value,
        change=Change(
            fact=_name(program, key),
            value=text,
            was=None if was is None else shown(was),
            by=bar.by,
        ),
    )


def _condition_steps(
    program: Program, bar: Bar, values: Values, key: str, tested: list[Atom]
) -> Iterator[Step]:
    fact, now, words = _fact(key, program.words), values[key], program.words
    match fact.type:
        case "yes-no" | "word":
            for word in fact.values or ("no", "yes"):
                if word != now:
                    yield _set(program, bar, values, key, word, word)
        case "hazards":
            yield from _hazard_steps(program, bar, values, key, tested)
        case "words" if len(fact.values) <= LARGEST_CHOICE:
            chosen = [
                frozenset(members)
                for size in range(1, len(fact.values) + 1)
                for members in combinations(fact.values, size)
            ]
            for members in sorted(chosen, key=lambda members: len(members ^ (now or frozenset()))):
                if members != now:
                    yield _set(program, bar, values, key, members, ",".join(sorted(members)))
        case "countries" if isinstance(now, Places):
            for places in _fewer_places(now, tested, words):
                yield _set(program, bar, values, key, places, _places_text(places, words))
        case "expression":
            for atom in tested:
                for _test, operand in atom.tests:
                    for name in (operand,) if isinstance(operand, str) else operand:
                        if name != now:
                            yield _set(program, bar, values, key, name, name)
        case _:
            return


def _hazard_steps(program: Program, bar: Bar, values: Values, key: str, tested: list[Atom]) -> Iterator[Step]:
    now = values[key]
    if now is None:
        yield _set(program, bar, values, key, frozenset(), "none")
        return
    reach: set[str] = set()
    for atom in tested:
        for _test, operand in atom.tests:
            reach |= program.words.tagged(frozenset(operand))
    # A tag goes with each that it implies, so taking out one of those is a way too.
    reach = {tag for tag in now if not (reach & now).isdisjoint(program.words.tagged(frozenset({tag})))}
    for tag in sorted(reach):
        change = Change(fact=key, removes=tag, was=shown(now), by=bar.by)
        yield Step(variable=(key, tag), key=key, value=without_tags(now, tag, program.words), change=change)


def _fewer_places(now: Places, tested: list[Atom], words: Vocabulary) -> Iterator[Places]:
    """The places without those inside a region that a condition names, or without those outside."""
    found = {now: None}
    for atom in tested:
        for _test, operand in atom.tests:
            codes = words.places(operand)
            for places in list(found):
                outside = tuple(place for place in places.each if place.isdisjoint(codes))
                inside = tuple(place for place in places.each if place <= codes)
                found |= {Places(each=each): None for each in (outside, inside) if each}
    yield from (places for places in found if places != now)


def _places_text(places: Places, words: Vocabulary) -> str:
    names = {codes: name for name, codes in words.regions.items()}
    return ",".join(min(place) if len(place) == 1 else names[place] for place in places.each)


def _duty_steps(program: Program, bar: Bar, values: Values) -> Iterator[Step]:
    """The changes that meet a duty: the fact that shows it, as its parameters want it."""
    assert bar.duty is not None
    rule = bar.duty.rule
    outcome = rule.clause.then
    assert outcome.duty is not None
    *keys, attested = evidence(outcome, rule.root, program.words)
    show = bar.duty.show
    for step in _showing(program, bar, values, keys):
        after = Assumed(values)
        after[step.key] = step.value
        if show(after) != "unmet":
            yield step
    if values[attested] == "unmet":
        yield _set(program, bar, values, attested, "met", "met")


def _showing(program: Program, bar: Bar, values: Values, keys: list[str]) -> Iterator[Step]:
    assert bar.duty is not None
    outcome, document = bar.duty.rule.clause.then, bar.duty.rule.document
    shown_by = program.words.duties[outcome.duty or ""].shown_by
    if shown_by is None:
        return
    parameters, key = dict(outcome.parameters), keys[0]
    match shown_by[1]:
        case "yes" | "no" as word:
            yield _set(program, bar, values, key, word, word)
        case "lawful" if UNLAWFUL in (values[key] or ()):
            value = without_tags(values[key], UNLAWFUL, program.words)
            change = Change(fact=key, removes=UNLAWFUL, was=shown(values[key]), by=bar.by)
            yield Step(variable=(key, UNLAWFUL), key=key, value=value, change=change)
        case "lawful":
            return
        case "contains":
            text = parameters.get("text") or "<the notices of the original>"
            change = Change(fact=key, adds=text, was=values[key], by=bar.by)
            yield Step(variable=(key, text), key=key, value=with_notice(values[key], text), change=change)
        case "display":
            text = (parameters.get("any-of") or (parameters["text"],))[0]
            existing = [place for place in keys if values[place] is not None] or keys
            for place in existing:
                change = Change(
                    fact=place,
                    adds=text,
                    was=None if values[place] is None else shown(values[place]),
                    by=bar.by,
                )
                value = (values[place] or frozenset()) | {text}
                yield Step(variable=(place, text), key=place, value=value, change=change)
        case "same-license":
            for name in dict.fromkeys(
                (*(parameters.get("licenses") or ()), _offerable(document.spdx, document.id))
            ):
                yield _set(program, bar, values, key, name, name)
        case _:
            for name in _names(program, values[key]):
                yield _set(program, bar, values, key, name, name)


def _offerable(spdx: str | None, document_id: str) -> str:
    return spdx if spdx is not None and not spdx.startswith("LicenseRef") else document_id


def _names(program: Program, now: str | None) -> Iterator[str]:
    """Names made from the one there is: begun with, containing and freed of what duties of the program say."""
    wanted: dict[str, dict[str, None]] = {duty: {} for duty in NAME_DUTIES}
    for duty in program.duties:
        outcome = duty.rule.clause.then
        text = dict(outcome.parameters).get("text")
        if outcome.duty in wanted and text is not None:
            wanted[outcome.duty][name_folded(text).replace(" ", "-")] = None
    prefixes, contained, lacking = (tuple(wanted[duty]) for duty in NAME_DUTIES)
    bare = NAMELESS if now is None else now
    freed = bare
    for word in lacking:
        freed = _freed(freed, word)
    names: dict[str, None] = {}
    for base in (bare, freed):
        for added in ((), contained):
            name = base
            for text in added:
                if name_folded(text) not in name_folded(name):
                    name = f"{name}-{text}"
            for prefix in ("", *prefixes):
                begins = name_folded(name).startswith(name_folded(prefix))
                names[name if begins else f"{prefix}-{name}"] = None
    yield from (name for name in names if name != now)


def _freed(name: str, word: str) -> str:
    """The name without a word in any case, and without the separators that are left over."""
    import re

    parts = re.escape(word).replace(r"\-", r"[-_ ]")
    return re.sub(r"[-_ ]{2,}", "-", re.sub(parts, "", name, flags=re.IGNORECASE)).strip("-_ ") or NAMELESS


def _claim_steps(bar: Bar, values: Values) -> Iterator[Step]:
    """The license of the release that keeps the terms of its ancestors: theirs, together."""
    own = dict.fromkeys(claim.document for claim in bar.claims if _is_own(claim))
    if own and len(own) == len({claim.document for claim in bar.claims}):
        text = " AND ".join(own)
        change = Change(fact=OFFERED, value=text, was=values[OFFERED], by=bar.by)
        yield Step(variable=(OFFERED, ""), key=OFFERED, value=text, change=change)
