"""What undecided facts could still do: the ends of the range, the facts that cross the line, and their answers.

Conditions cut each unknown fact into cells (below, at and above a threshold; inside or outside a region; with or
without a tag). Searching the cells is exact where three-valued logic alone would ask too much: a fact is asked only
if two of its cells lead to different sides of the line with everything else equal. The search is directed: it assumes
only what an open condition still turns on, and where holds are to be avoided only the cells that no other excels.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from itertools import combinations, permutations
from typing import Any, Final

from msgspec import Struct

from weightlicense.condition import (
    All,
    AnyOf,
    Atom,
    Condition,
    Not,
    Truth,
    Values,
    atoms,
    compiled,
    signed_atoms,
    value_test,
)
from weightlicense.engine.program import Hold
from weightlicense.usecase import amount
from weightlicense.value import Interval, Members, Places
from weightlicense.vocabulary import JUDGEMENT_PREFIX, MISSING_PREFIX, Fact, Vocabulary

Variable = tuple[str, str]
"""A key of a fact and, for a set, the member asked about (else empty)."""

Look = Callable[[Collection[Variable] | None], tuple[Truth, Variable | None]]
"""A condition as it stands: its truth and, while undecided, a variable (among those given) that it turns on."""

LARGEST_SET: Final = 4
FEW_KEYS: Final = 8
"""Up to so many facts every set is tried; of more, sets of up to `LARGEST_SET`, then one that nothing can be left out of."""


class Assumed(dict[str, Any]):
    """Values with some unknown keys assumed."""

    __slots__ = ("base",)

    def __init__(self, base: Values) -> None:
        super().__init__()
        self.base = base

    def __missing__(self, key: str) -> Any:
        return self.base[key]


class Cell(Struct, frozen=True, kw_only=True):
    """One way an unknown fact may turn out: a value that stands for all values in it."""

    value: Any
    label: str = ""
    low: float = -math.inf
    high: float = math.inf
    low_open: bool = True
    high_open: bool = True


class Component(Struct, kw_only=True):
    """Undecided holds that share unknown facts; independent of all other components."""

    holds: list[Hold]
    keys: list[str] = []


class Search:
    """The space of cells under a set of undecided holds."""

    def __init__(self, holds: Iterable[Hold], values: Values, words: Vocabulary) -> None:
        self.words = words
        self.assumed = Assumed(values)
        self.holds = [hold for hold in holds if hold.test(values) is None]
        self.cells: dict[Variable, tuple[Cell, ...]] = {}
        self.variables: dict[int, tuple[Variable, ...]] = {}
        by_key: dict[str, list[Atom]] = {}
        members: dict[int, list[Atom]] = {}
        for hold in self.holds:
            open_atoms = [atom for atom in atoms(hold.condition) if self.is_open(atom)]
            members[id(hold)] = open_atoms
            for atom in open_atoms:
                by_key.setdefault(atom.key, []).append(atom)
        keyed = {key: self._cut(key, found) for key, found in by_key.items()}
        for hold in self.holds:
            variables: dict[Variable, None] = {}
            for atom in members[id(hold)]:
                for variable in self._reached(atom, keyed[atom.key]):
                    variables[variable] = None
            self.variables[id(hold)] = tuple(variables)
        # An exemption that nobody declared is not open, and yet turns on its fact where another hold asks for it.
        self.reads = {id(hold): {atom.key for atom in atoms(hold.condition)} for hold in self.holds}
        self.looks = {id(hold): self._look(hold.condition, keyed) for hold in self.holds}
        self.mildest = self._mildest()
        self.mild_members: dict[str, list[Variable]] = {}
        for variable, cells in self.mildest.items():
            if variable[1] and len(cells) == 1:
                self.mild_members.setdefault(variable[0], []).append(variable)
        self.components = self._components()

    # --- the space

    def is_open(self, atom: Atom) -> bool:
        value = self.assumed[atom.key]
        if value is None:
            if not atom.closed:
                return True
            return any(self.assumed[name] in accepted for name, accepted in atom.opened_by)
        if atom.key.startswith(MISSING_PREFIX):
            return False
        return value_test(atom, self.words)(value) is None

    def _cut(self, key: str, found: list[Atom]) -> list[Variable]:
        """The variables of one key, with their cells."""
        known = self.assumed[key]
        fact = self.words.fact(found[0].fact)
        if fact is None or key.startswith((JUDGEMENT_PREFIX, MISSING_PREFIX)):
            yes, no = (
                ("forbids", "allows") if key.startswith(MISSING_PREFIX) else ("applies", "does-not-apply")
            )
            self.cells[key, ""] = (Cell(value=no, label=no), Cell(value=yes, label=yes))
            return [(key, "")]
        match fact.type:
            case "words" | "hazards":
                tags = sorted(self._tags(fact, found))
                for tag in tags:
                    self.cells[key, tag] = (Cell(value=False), Cell(value=True, label=tag))
                return [(key, tag) for tag in tags]
            case "countries":
                return self._cut_places(key, found, known)
            case _:
                self.cells[key, ""] = tuple(self._scalar_cells(fact, found, known))
                return [(key, "")]

    def _tags(self, fact: Fact, found: list[Atom]) -> set[str]:
        universe = set(fact.values) if fact.type == "words" else set(self.words.hazards)
        tags: set[str] = set()
        for atom in found:
            for name, operand in atom.tests:
                wanted = frozenset(operand)
                if name == "only":
                    tags |= universe - wanted
                else:
                    tags |= self.words.tagged(wanted) if fact.type == "hazards" and name == "any" else wanted
        return tags

    def _cut_places(self, key: str, found: list[Atom], known: Any) -> list[Variable]:
        variables: list[Variable] = []
        for members in self._classes(found):
            if isinstance(known, Places):
                if all(place.isdisjoint(members) for place in known.each):
                    continue
                if any(place <= members for place in known.each):
                    continue
            name = min(members)
            self.cells[key, name] = (
                Cell(value=(False, members)),
                Cell(value=(True, members), label=self._place_label(members)),
            )
            variables.append((key, name))
        return variables

    def _classes(self, found: list[Atom]) -> list[frozenset[str]]:
        """Country codes that no test tells apart, together."""
        regions = [self.words.places(operand) for atom in found for _name, operand in atom.tests]
        classes: dict[tuple[bool, ...], set[str]] = {}
        for code in sorted(self.words.countries):
            classes.setdefault(tuple(code in region for region in regions), set()).add(code)
        return [frozenset(members) for members in classes.values()]

    def _place_label(self, members: frozenset[str]) -> str:
        for name, codes in self.words.regions.items():
            if members == codes:
                return name
        if len(members) > len(self.words.countries) / 2:
            return "elsewhere"
        return ", ".join(sorted(members))

    def _scalar_cells(self, fact: Fact, found: list[Atom], known: Any) -> Iterator[Cell]:
        match fact.type:
            case "yes-no":
                yield from (Cell(value=word, label=word) for word in ("no", "yes"))
            case "word":
                yield from (Cell(value=word, label=word) for word in fact.values)
            case "country":
                for members in self._classes(found):
                    possible = members if known is None else members & known
                    if possible:
                        yield Cell(value=frozenset({min(possible)}), label=self._place_label(members))
            case "number":
                yield from _number_cells(found, known)
            case "date":
                limits = sorted({operand for atom in found for _name, operand in atom.tests})
                yield Cell(value="0001-01-01", label=f"before {limits[0]}")
                yield from (Cell(value=limit, label=f"{limit} or later") for limit in limits)
            case _:
                yield Cell(value="another", label="another")
                names: dict[str, None] = {}
                for atom in found:
                    for _name, operand in atom.tests:
                        for each in (operand,) if isinstance(operand, str) else operand:
                            names[each] = None
                yield from (Cell(value=name, label=name) for name in names)

    def _reached(self, atom: Atom, variables: list[Variable]) -> Iterator[Variable]:
        if len(variables) == 1 or variables[0][1] == "":
            yield from variables
            return
        fact = self.words.fact(atom.fact)
        assert fact is not None
        if fact.type == "countries":
            yield from variables
            return
        tags = self._tags(fact, [atom])
        yield from (variable for variable in variables if variable[1] in tags)

    def _components(self) -> list[Component]:
        """Holds grouped by the facts they share; the members of one set count as one fact only where they meet."""
        groups: list[tuple[set[Variable], list[Hold]]] = []
        for hold in self.holds:
            mine = set(self.variables[id(hold)])
            joined = [hold]
            rest = []
            for variables, members in groups:
                if mine & variables:
                    mine |= variables
                    joined = [*members, *joined]
                else:
                    rest.append((variables, members))
            groups = [*rest, (mine, joined)]
        components = []
        for _variables, members in groups:
            keys: dict[str, None] = {}
            for hold in members:
                for key, _tag in self.variables[id(hold)]:
                    keys[key] = None
            components.append(Component(holds=members, keys=list(keys)))
        return components

    # --- assuming

    def _assume(self, variable: Variable, cell: Cell) -> Any:
        """Assume a cell; gives what to restore."""
        key, tag = variable
        before = self.assumed.get(key, _NOTHING)
        if not tag:
            self.assumed[key] = cell.value
            return before
        now = self.assumed[key]
        has, lacks = self._partly(now)
        if isinstance(cell.value, tuple):
            inside, members = cell.value
        else:
            inside, members = cell.value, frozenset({tag})
        if inside:
            has, lacks = has | {tag}, lacks - members
        else:
            has, lacks = has - {tag}, lacks | members
        self.assumed[key] = Members(has=has, lacks=lacks)
        return before

    def _partly(self, now: Any) -> tuple[frozenset[str], frozenset[str]]:
        match now:
            case Members(has=has, lacks=lacks):
                return has, lacks
            case Places(each=each):
                inside = frozenset(min(place) for place in each if len(place) == 1)
                possible = frozenset().union(*each)
                return inside, self.words.countries - possible
            case _:
                return frozenset(), frozenset()

    def _restore(self, variable: Variable, before: Any) -> None:
        if before is _NOTHING:
            del self.assumed[variable[0]]
        else:
            self.assumed[variable[0]] = before

    def _in_some(self, variable: Variable, cells: Iterable[Cell], found: Callable[[], bool]) -> bool:
        """Whether something is found with the variable in one of these cells."""
        for cell in cells:
            before = self._assume(variable, cell)
            is_found = found()
            self._restore(variable, before)
            if is_found:
                return True
        return False

    def _is_assumed(self, variable: Variable) -> bool:
        key, tag = variable
        value = self.assumed.get(key, _NOTHING)
        if value is _NOTHING:
            return False
        if not tag:
            return True
        if not isinstance(value, Members):
            return False
        return tag in value.has or tag in value.lacks

    # --- how holds stand

    def _look(self, condition: Condition, keyed: dict[str, list[Variable]]) -> Look:
        """The condition as a function that walks its open parts only."""
        match condition:
            case Not(part):
                inner = self._look(part, keyed)

                def negated(among: Collection[Variable] | None) -> tuple[Truth, Variable | None]:
                    truth, open_ = inner(among)
                    return None if truth is None else not truth, open_

                return negated
            case All(parts) | AnyOf(parts):
                looks = tuple(self._look(part, keyed) for part in parts)
                settles = isinstance(condition, AnyOf)

                def joined(among: Collection[Variable] | None) -> tuple[Truth, Variable | None]:
                    answer: Truth = not settles
                    first = None
                    for look in looks:
                        truth, open_ = look(among)
                        if truth is settles:
                            return settles, None
                        if truth is None:
                            answer, first = None, first or open_
                    return answer, first

                return joined
            case _:
                test = compiled(condition, self.words)
                variables = (
                    tuple(self._reached(condition, keyed[condition.key]))
                    if isinstance(condition, Atom) and self.is_open(condition)
                    else ()
                )

                def looked(among: Collection[Variable] | None) -> tuple[Truth, Variable | None]:
                    truth = test(self.assumed)
                    if truth is not None:
                        return truth, None
                    for variable in variables:
                        if (among is None or variable in among) and not self._is_assumed(variable):
                            return None, variable
                    return None, None

                return looked

    def _stand(self, hold: Hold, among: Collection[Variable] | None = None) -> tuple[Truth, Variable | None]:
        look = self.looks.get(id(hold))
        return (hold.test(self.assumed), None) if look is None else look(among)

    def _mildest(self) -> dict[Variable, tuple[Cell, ...]]:
        """The cells of each variable in which no hold is truer than in another cell: enough to avoid them all."""
        uses: dict[str, list[tuple[Atom, bool]]] = {}
        openers: set[str] = set()
        for hold in self.holds:
            for atom, sign in signed_atoms(hold.condition):
                uses.setdefault(atom.key, []).append((atom, sign))
                openers.update(name for name, _accepted in atom.opened_by)
        mildest = {}
        for variable, cells in self.cells.items():
            key, tag = variable
            mildest[variable] = cells
            if key in openers or key.startswith(MISSING_PREFIX):
                continue
            if tag:
                raises = {
                    (name != "only") is sign for atom, sign in uses[key] for name, _operand in atom.tests
                }
                if len(raises) == 1:
                    mildest[variable] = (cells[0],) if raises == {True} else (cells[1],)
            else:
                mildest[variable] = self._least(cells, uses[key])
        return mildest

    def _least(self, cells: tuple[Cell, ...], uses: list[tuple[Atom, bool]]) -> tuple[Cell, ...]:
        tests = [(value_test(atom, self.words), sign) for atom, sign in uses]
        rows = [
            tuple(0 if truth is None else 1 if truth is sign else -1 for truth, sign in outcomes)
            for outcomes in ([(test(cell.value), sign) for test, sign in tests] for cell in cells)
        ]
        kept: list[int] = []
        for index, row in enumerate(rows):
            if any(_is_below(rows[other], row) for other in kept):
                continue
            kept = [other for other in kept if not _is_below(row, rows[other])] + [index]
        return tuple(cells[index] for index in kept)

    # --- questions to the space

    def can_avoid(self, holds: list[Hold], among: Collection[Variable] | None = None) -> bool:
        """Whether some facts (some of these, where given) leave every one of these holds false."""
        pending: list[Hold] = []
        variable = None
        for hold in holds:
            truth, open_ = self._stand(hold, among)
            if truth:
                return False
            if truth is None:
                if open_ is None:
                    return False
                pending.append(hold)
                variable = variable or open_
        if variable is None:
            return True
        if variable in self.mild_members.get(variable[0], ()):
            return self._can_avoid_without_members(variable[0], pending, among)
        return self._in_some(variable, self.mildest[variable], lambda: self.can_avoid(pending, among))

    def _can_avoid_without_members(
        self, key: str, holds: list[Hold], among: Collection[Variable] | None
    ) -> bool:
        """The same, with all the members of a set that have one mildest cell in it at once."""
        before = self.assumed.get(key, _NOTHING)
        has, lacks = self._partly(self.assumed[key])
        present, absent = set(has), set(lacks)
        for variable in self.mild_members[key]:
            if (among is not None and variable not in among) or variable[1] in has or variable[1] in lacks:
                continue
            if self.mildest[variable][0] is self.cells[variable][0]:
                absent |= self._covered(variable)
            else:
                present.add(variable[1])
        self.assumed[key] = Members(has=frozenset(present), lacks=frozenset(absent))
        found = self.can_avoid(holds, among)
        self._restore((key, ""), before)
        return found

    def can_hold(self, hold: Hold) -> bool:
        """Whether some facts make this hold true."""
        truth, variable = self._stand(hold)
        if truth is not None:
            return truth
        if variable is None:
            return True
        return self._in_some(variable, reversed(self.cells[variable]), lambda: self.can_hold(hold))

    def best(self, component: Component) -> int:
        """The mildest level that the component can come to."""
        for level in sorted({0, *(hold.level for hold in component.holds)}):
            if self.can_avoid([hold for hold in component.holds if hold.level > level]):
                return level
        return max(hold.level for hold in component.holds)

    def crosses(self, component: Component, key: str) -> bool:
        """Whether two answers about this fact can lead to different sides of the line, all else equal."""
        variables = {v: None for hold in component.holds for v in self.variables[id(hold)] if v[0] == key}
        return any(self._pivots(component.holds, variable) for variable in variables)

    def _pivots(self, holds: list[Hold], variable: Variable) -> bool:
        return any(
            self._in_some(variable, (caught,), partial(self._turns, hold, holds, variable, free))
            for hold in holds
            if variable[0] in self.reads[id(hold)]
            for caught, free in permutations(self.cells[variable], 2)
        )

    def _turns(self, hold: Hold, holds: list[Hold], variable: Variable, free: Cell) -> bool:
        """Whether some facts make the hold true, and leave all holds false if only this variable were free."""
        truth, other = self._stand(hold)
        if truth:
            return self._in_some(variable, (free,), lambda: self.can_avoid(holds))
        if truth is False or other is None:
            return False
        return self._in_some(
            other, reversed(self.cells[other]), lambda: self._turns(hold, holds, variable, free)
        )

    def smallest(self, component: Component, keys: list[str]) -> tuple[str, ...]:
        """A smallest set of these facts that can settle the component on the allowed side; empty where none can.

        Of many facts it may be one that is not the smallest, but has nothing that could be left out.
        """

        def settle(chosen: Collection[str]) -> bool:
            variables = {v for hold in component.holds for v in self.variables[id(hold)] if v[0] in chosen}
            return self.can_avoid(component.holds, variables)

        if not keys or not settle(keys):
            return ()
        for size in range(1, (len(keys) if len(keys) <= FEW_KEYS else LARGEST_SET) + 1):
            for chosen in combinations(keys, size):
                if settle(chosen):
                    return chosen
        needed = keys
        for key in keys:
            fewer = [other for other in needed if other != key]
            if settle(fewer):
                needed = fewer
        return tuple(needed)

    def answers(self, key: str) -> Iterator[tuple[Cell, list[Hold], bool]]:
        """For each cell of a fact: the holds that it makes true, and whether it leaves others undecided.

        The members of a set are taken one at a time, the others being absent; first the set without any of them.
        """
        mine = [hold for hold in self.holds if any(v[0] == key for v in self.variables[id(hold)])]
        variables = [variable for variable in self.cells if variable[0] == key]
        if variables[0][1] == "":
            for cell in self.cells[variables[0]]:
                before = self._assume(variables[0], cell)
                yield cell, *self._outcome(mine)
                self._restore(variables[0], before)
            return
        before = self.assumed.get(key, _NOTHING)
        has, lacks = self._partly(self.assumed[key])
        absent = {variable: self._covered(variable) for variable in variables}
        every = lacks.union(*absent.values())
        self.assumed[key] = Members(has=has, lacks=every)
        without = [(hold, hold.test(self.assumed)) for hold in mine]
        yield Cell(value="none", label="none"), *_told(without)
        for variable in variables:
            others = (codes for other, codes in absent.items() if other != variable)
            self.assumed[key] = Members(
                has=has | {variable[1]}, lacks=lacks.union(*others) - absent[variable]
            )
            # Only the holds that look at this member can come out otherwise.
            outcome = [
                (hold, hold.test(self.assumed) if variable in self.variables[id(hold)] else truth)
                for hold, truth in without
            ]
            label = self.cells[variable][1].label
            yield Cell(value=label, label=label), *_told(outcome)
        self._restore(variables[0], before)

    def _covered(self, variable: Variable) -> frozenset[str]:
        """What a set lacks where it lacks this member: the tag, or all the countries of the class."""
        value = self.cells[variable][0].value
        return value[1] if isinstance(value, tuple) else frozenset({variable[1]})

    def _outcome(self, holds: list[Hold]) -> tuple[list[Hold], bool]:
        return _told([(hold, hold.test(self.assumed)) for hold in holds])


_NOTHING: Final = object()


def _is_below(first: tuple[int, ...], second: tuple[int, ...]) -> bool:
    return all(one <= other for one, other in zip(first, second, strict=True))


def _told(truths: list[tuple[Hold, Truth]]) -> tuple[list[Hold], bool]:
    """The holds that stand, and whether any is undecided."""
    return [hold for hold, truth in truths if truth], any(truth is None for _hold, truth in truths)


def _number_cells(found: list[Atom], known: Any) -> Iterator[Cell]:
    """Below, at, between and above the limits, within what is known of the number already."""
    by_currency: dict[str | None, set[float]] = {}
    for atom in found:
        by_currency.setdefault(atom.currency, set()).update(operand for _name, operand in atom.tests)
    for currency, limits in by_currency.items():
        # No rate is guessed: an amount in another currency says nothing here.
        bounds = known if isinstance(known, Interval) and known.currency == currency else None
        points = sorted(limits)
        edges = [-math.inf, *points, math.inf]
        cells = []
        for index, point in enumerate(edges[:-1]):
            after = edges[index + 1]
            if point != -math.inf:
                cells.append(Cell(value=point, low=point, high=point, low_open=False, high_open=False))
            middle = (
                after - 1 if point == -math.inf else point + 1 if after == math.inf else (point + after) / 2
            )
            cells.append(Cell(value=middle, low=point, high=after))
        for cell in cells:
            value = cell.value
            if bounds is not None:
                inside = _inside(cell, bounds)
                if inside is None:
                    continue
                value = inside
            if currency is not None:
                value = Interval(low=value, high=value, currency=currency)
            yield Cell(
                value=value, low=cell.low, high=cell.high, low_open=cell.low_open, high_open=cell.high_open
            )


def _inside(cell: Cell, known: Interval) -> float | None:
    """A number that lies in the cell and in what is known; None where there is none."""
    low, high = max(cell.low, known.low), min(cell.high, known.high)
    middle = (
        (low + high) / 2
        if math.inf not in (abs(low), abs(high))
        else low + 1
        if low > -math.inf
        else high - 1
    )
    for number in (cell.value, low, high, middle):
        if known.holds(number) and (
            cell.low < number < cell.high
            or (number == cell.low and not cell.low_open)
            or (number == cell.high and not cell.high_open)
        ):
            return float(number)
    return None


def number_label(first: Cell, last: Cell) -> str:
    """A run of number cells in words: `up to 700M`, `more than 700M`, `700M`."""
    low, high = first.low, last.high
    if low == high:
        return amount(low)
    if low == -math.inf:
        return "any" if high == math.inf else f"{'below' if last.high_open else 'up to'} {amount(high)}"
    if high == math.inf:
        return f"more than {amount(low)}" if first.low_open else f"{amount(low)} or more"
    start = f"more than {amount(low)}" if first.low_open else f"{amount(low)}"
    return f"{start} and {'below' if last.high_open else 'up to'} {amount(high)}"
