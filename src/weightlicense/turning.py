"""A verdict turned round: which changes in the user's hand would make a use permitted or conditional.

Every minimal set of changes is found, the smallest first: whatever stands against the use is taken in turn, and each
change that bears on it is tried. A set that satisfies contains, for every such point, one of the changes tried there, so
that no smaller set is missed; and a set is kept only where none of its parts did.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from weightlicense.assessment import Asked, Terms, complete, planned, programme, terms_asked
from weightlicense.change import Change, Changes, Obstacle
from weightlicense.engine import Program
from weightlicense.engine.hand import (
    OFFERED,
    Bar,
    Step,
    Variable,
    assume,
    bars,
    is_movable,
    obstacle,
    steps,
    with_notice,
    without_tags,
)
from weightlicense.engine.search import Assumed, Search
from weightlicense.finding import Report
from weightlicense.usecase import Facts, Given, Values
from weightlicense.value import parse
from weightlicense.vocabulary import vocabulary

MOST_SETS: Final = 8
MOST_TRIED: Final = 2_000
ACT: Final = "act"
WEIGHTY: Final = ("purpose.", "product.countries", "outputs.countries")
"""Changes of what the use is, which come after those of how it is done."""

Resolve = Callable[[Asked, Facts], Terms]


class _Terms(Struct):
    """One of the licensee's choices for the use without some acts: its program, its values, and what no fact in hand moves."""

    program: Program
    values: Values
    stuck: list[Bar]

    @property
    def is_lost(self) -> bool:
        """Whether something stands against it, or must, that lies outside the user's hand."""
        if not all(bar.is_open for bar in self.stuck):
            return True
        holds = [
            hold for hold in self.program.holds if any(hold.condition == bar.condition for bar in self.stuck)
        ]
        return not Search(holds, self.values, self.program.words).can_avoid(holds)


class _Tried(Struct, frozen=True):
    """A set of changes that is being tried: acts left out, and steps by their variables."""

    left_out: frozenset[str] = frozenset()
    steps: tuple[Step, ...] = ()

    @property
    def variables(self) -> frozenset[Variable]:
        """What is changed, whatever to."""
        return frozenset((*((ACT, act) for act in self.left_out), *(step.variable for step in self.steps)))

    @property
    def cost(self) -> tuple[int, int, int]:
        """Few changes first; of as many, those that leave no act out and do not change what the use is."""
        weighty = sum(step.variable[0].startswith(WEIGHTY) for step in self.steps)
        return len(self.left_out) + len(self.steps), len(self.left_out), weighty


def explained(report: Report, asked: Asked, facts: Facts, resolve: Resolve = terms_asked) -> Report:
    """The report with what would make the use permitted or conditional; `facts` are as they were declared."""
    return replace(report, changes=changes(asked, facts, resolve))


def changes(asked: Asked, facts: Facts, resolve: Resolve = terms_asked) -> Changes:
    """The minimal sets of changes after which the use is permitted or conditional; none where it is already.

    `facts` are those of the user (not yet completed by the use); `resolve` gives the terms of what is asked.
    """
    return _Turning(asked, facts, resolve).found()


def applied(asked: Asked, facts: Facts, changed: tuple[Change, ...]) -> tuple[Asked, Facts]:
    """The question and the facts with a set of changes made."""
    result, omitted = facts.copy(), list(asked.left_out)
    for change in changed:
        if change.left_out is not None:
            omitted.append(change.left_out)
        else:
            _change(change, result, asked)
    return replace(asked, left_out=tuple(omitted)), result


def _change(change: Change, facts: Facts, asked: Asked) -> None:
    assert change.fact is not None
    fact, key = facts.named(change.fact)
    old = facts.given.get(key) or _assumed(key, asked)
    now = None if old is None else old.value
    text = change.value
    if change.adds is not None:
        value: Any = (
            with_notice(now, change.adds) if fact.type == "text" else (now or frozenset()) | {change.adds}
        )
        text = value if fact.type == "text" else "; ".join(sorted(value))
    elif change.removes is not None:
        value = without_tags(now or frozenset(), change.removes, facts.words)
        text = ",".join(sorted(value)) or "none"
    else:
        assert text is not None
        value = parse(fact, text, facts.words)
    facts.given.pop(
        key, None
    )  # put last, it counts before what another document of the same license was given
    facts.put(Given(key=key, text=text or "", value=value, rank=0, source="declared"))


def _assumed(key: str, asked: Asked) -> Given | None:
    """A fact that the use itself says."""
    facts = Facts()
    for name, text in planned(asked)[2]:
        facts.give(name, text, kind="assumed")
    return facts.given.get(key)


class _Turning:
    """The search for one question."""

    def __init__(self, asked: Asked, facts: Facts, resolve: Resolve) -> None:
        self.asked, self.facts, self.resolve = asked, facts, resolve
        self.words = vocabulary()
        self.worlds: dict[tuple[frozenset[str], str | None], list[_Terms]] = {}
        self.leaves_questions = False
        self.named = frozenset(key.partition("[")[0] for key in facts.given if key.endswith("]"))

    def found(self) -> Changes:
        """The sets after which nothing is open; without any, those after which only questions are."""
        found = self._searched()
        if found.obstacles:
            self.leaves_questions = True
            nearer = self._searched()
            if nearer.sets or all(each.is_open for each in nearer.obstacles):
                return nearer
        return found

    def _searched(self) -> Changes:
        sets: list[tuple[Change, ...]] = []
        kept: list[frozenset[Variable]] = []
        order = count()
        start = _Tried()
        waiting = [(start.cost, next(order), start)]
        seen = {(start.left_out, start.steps)}
        is_complete = True
        left: dict[Obstacle, None] = {}
        while waiting:
            _cost, number, here = heapq.heappop(waiting)
            variables = here.variables
            if any(known <= variables for known in kept):
                continue
            if len(sets) == MOST_SETS or number > MOST_TRIED:
                is_complete = False
                break
            following = self._following(here)
            if following is None:
                left |= dict.fromkeys(self._questions(here))
                if not variables:
                    return Changes(obstacles=tuple(left))
                kept.append(variables)
                sets.append(self._shown(here))
                continue
            for further in following:
                mark = (further.left_out, tuple(sorted(further.steps, key=lambda step: step.variable)))
                if mark not in seen:
                    seen.add(mark)
                    heapq.heappush(waiting, (further.cost, next(order), further))
        obstacles = tuple(left) if sets else tuple(self._obstacles())
        return Changes(sets=tuple(sets), obstacles=obstacles, is_complete=is_complete)

    def _shown(self, tried: _Tried) -> tuple[Change, ...]:
        omitted = (Change(left_out=act) for act in self.words.acts if act in tried.left_out)
        return (*(step.change for step in tried.steps), *omitted)

    def _following(self, here: _Tried) -> list[_Tried] | None:
        """The sets with one change more that may help; None where nothing stands against the use any more."""
        found: list[_Tried] = []
        for terms in self._world(here):
            if terms.is_lost if self.leaves_questions else terms.stuck:
                continue
            values = Assumed(terms.values)
            for step in here.steps:
                assume(values, terms.program, step)
            standing = [bar for bar in bars(terms.program, values) if is_movable(terms.program, bar)]
            if not standing:
                return None
            taken = [step.variable for step in here.steps]
            # What has the fewest ways out first: a point without any ends the branch at once.
            ways = min(
                (list(steps(terms.program, bar, values, taken, self.named)) for bar in standing), key=len
            )
            found.extend(_Tried(here.left_out, (*here.steps, step)) for step in ways)
        found.extend(_Tried(here.left_out | {act}, here.steps) for act in self._omissible(here.left_out))
        return found

    def _omissible(self, left_out: frozenset[str]) -> Iterator[str]:
        """The acts of the use that may still be left out so that others remain and something changes."""
        acts = [act for act in dict.fromkeys(planned(self.asked)[1]) if act not in left_out]
        for act in acts:
            rest = tuple(other for other in acts if other != act)
            if rest and act not in self.words.closure(rest):
                yield act

    def _questions(self, here: _Tried) -> Iterator[Obstacle]:
        """What is open, whatever is changed, under the choice of terms with the least of it."""
        fitting = [terms for terms in self._world(here) if not terms.is_lost]
        terms = min(fitting, key=lambda terms: len(terms.stuck))
        yield from (obstacle(terms.program, bar, terms.values) for bar in terms.stuck)

    def _world(self, tried: _Tried) -> list[_Terms]:
        """The programs of the use without the acts left out; a license offered decides which terms are kept."""
        offered = next((step for step in tried.steps if step.variable[0] == OFFERED), None)
        key = (tried.left_out, offered.value if offered and self.asked.lineage is not None else None)
        if key not in self.worlds:
            self.worlds[key] = self._made(tried.left_out, offered if key[1] is not None else None)
        return self.worlds[key]

    def _made(self, left_out: frozenset[str], offered: Step | None) -> list[_Terms]:
        asked, facts = applied(
            self.asked,
            self.facts,
            (*(Change(left_out=act) for act in left_out), *([offered.change] if offered else [])),
        )
        terms = self.resolve(asked, facts)
        complete(asked, terms, facts)
        acts = self.words.closure(planned(asked)[1])
        made = []
        for choice in terms.choices or ((),):
            program = programme(asked, terms, choice, acts)
            values = Values(facts, as_of=asked.as_of, roots=program.roots, asked_by=program.asked_by)
            stuck = [bar for bar in bars(program, values) if not is_movable(program, bar)]
            made.append(_Terms(program=program, values=values, stuck=stuck))
        return made

    def _obstacles(self) -> Iterator[Obstacle]:
        """What stands in the way of the use as planned: what no fact in hand moves, else everything."""
        terms = min(self._world(_Tried()), key=lambda terms: (terms.is_lost, len(terms.stuck)))
        sure = [bar for bar in terms.stuck if not bar.is_open]
        known: dict[tuple[str, ...], None] = {}
        for bar in sorted(
            sure or terms.stuck or bars(terms.program, terms.values), key=lambda bar: -bar.level
        ):
            if bar.by not in known:
                known[bar.by] = None
                yield obstacle(terms.program, bar, terms.values)
