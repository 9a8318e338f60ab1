"""The closed condition language: read, bound to acts and a document, compiled once, answered in three values.

A condition answers True, False or None (undecided), by strong Kleene logic. `Condition` values are what a file
says; `bind` settles everything that acts and document decide; `compiled` turns the rest into one function of the
facts' values. Numbers are in the fact's unit, periods are ISO (`2024-06`, `2024`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from weightlicense.value import Interval, Members, family_is
from weightlicense.vocabulary import Fact, Vocabulary

Truth = bool | None
Values = Mapping[str, Any]
Test = Callable[[Any], Truth]

NUMBER_TESTS: Final = ("above", "at-least", "below", "at-most")
SET_TESTS: Final = ("any", "all", "only")
DATE_TESTS: Final = ("before", "from")
PERIODS: Final = ("month-before-release", "year-before-release", "preceding", "any")


class All(Struct, frozen=True):
    """Every part holds."""

    parts: tuple[Condition, ...]


class AnyOf(Struct, frozen=True):
    """At least one part holds."""

    parts: tuple[Condition, ...]


class Not(Struct, frozen=True):
    """The part does not hold."""

    part: Condition


class Acts(Struct, frozen=True):
    """The use does one of these acts (`distribution` is expanded by the document's definition)."""

    names: tuple[str, ...]


class Constant(Struct, frozen=True):
    """What acts and document already decided."""

    truth: bool


class Atom(Struct, frozen=True):
    """One fact tested: every (test, operand) holds. `key` is where its value stands once bound.

    `closed`: in an exemption, undeclared means not held, unless a fact of `opened_by` makes it a question.
    """

    fact: str
    tests: tuple[tuple[str, Any], ...]
    period: str | None = None
    currency: str | None = None
    key: str = ""
    closed: bool = False
    opened_by: tuple[tuple[str, tuple[str, ...]], ...] = ()


Condition = All | AnyOf | Not | Acts | Constant | Atom
TRUE: Final = Constant(True)
FALSE: Final = Constant(False)


class Scope(Struct, frozen=True, kw_only=True):
    """What a condition is bound to: the acts of the use, and the document that speaks."""

    acts: frozenset[str]
    document: str
    released: str | None
    distribution: Condition
    words: Vocabulary


def from_data(data: Any) -> Condition:
    """A condition from validated plain data (see `licenses/README.md` for the form)."""
    parts: list[Condition] = []
    for key, value in data.items():
        match key:
            case "all":
                parts.extend(from_data(part) for part in value)
            case "any":
                parts.append(AnyOf(tuple(from_data(part) for part in value)))
            case "not":
                parts.append(Not(from_data(value)))
            case "act":
                parts.append(Acts(tuple(value)))
            case _:
                parts.append(_atom(key, value))
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _atom(fact: str, test: Any) -> Atom:
    if isinstance(test, str):
        return Atom(fact, (("is", (test,)),))
    if isinstance(test, list):
        return Atom(fact, (("is", tuple(test)),))
    tests = tuple(
        (name, tuple(operand) if isinstance(operand, list) else operand)
        for name, operand in test.items()
        if name not in ("at", "currency")
    )
    return Atom(fact, tests, test.get("at"), test.get("currency"))


def bind(condition: Condition, scope: Scope, *, exempting: bool = False) -> Condition:
    """The condition with all that acts and document decide settled; `exempting` where it lifts something."""
    match condition:
        case All(parts):
            return conjunction(bind(part, scope, exempting=exempting) for part in parts)
        case AnyOf(parts):
            return disjunction(bind(part, scope, exempting=exempting) for part in parts)
        case Not(part):
            # Under a negation an undeclared closed fact would exempt: there it stays open.
            return negation(bind(part, scope, exempting=False))
        case Acts(names):
            return _bind_acts(names, scope)
        case Atom():
            return _bind_atom(condition, scope, exempting=exempting)
        case Constant():
            return condition


def _bind_acts(names: tuple[str, ...], scope: Scope) -> Condition:
    parts: list[Condition] = []
    for name in names:
        if name == "distribution":
            parts.append(bind(scope.distribution, scope))
        else:
            parts.append(Constant(name in scope.acts))
    return disjunction(parts)


def _bind_atom(atom: Atom, scope: Scope, *, exempting: bool) -> Atom:
    fact = scope.words.fact(atom.fact)
    assert fact is not None, atom.fact
    closed = exempting and fact.closed
    return Atom(
        atom.fact,
        atom.tests,
        atom.period,
        atom.currency,
        slot(fact, atom.period, scope.document, scope.released),
        closed,
        fact.opened_by if closed else (),
    )


def slot(fact: Fact, period: str | None, document: str, released: str | None) -> str:
    """Where the value of a fact stands for a document: `NAME`, `NAME@PERIOD` or `NAME[document]`."""
    if fact.period is not None:
        return f"{fact.name}@{resolve_period(period, released)}"
    return f"{fact.name}[{document}]" if fact.per_document else fact.name


def resolve_period(period: str | None, released: str | None) -> str:
    """The period meant: one of the calendar, or `now`, `preceding` and `any`, which the report's date settles."""
    from weightlicense.value import month_before, year_before

    match period:
        case None:
            return "now"
        case "month-before-release":
            return month_before(released) if released else "unknown"
        case "year-before-release":
            return year_before(released) if released else "unknown"
        case _:
            return period


def conjunction(parts: Iterable[Condition]) -> Condition:
    """All of the parts, simplified."""
    kept: list[Condition] = []
    for part in parts:
        if part == FALSE:
            return FALSE
        if part != TRUE:
            kept.extend(part.parts if isinstance(part, All) else (part,))
    return TRUE if not kept else kept[0] if len(kept) == 1 else All(tuple(kept))


def disjunction(parts: Iterable[Condition]) -> Condition:
    """Any of the parts, simplified; tests for members of one set become one test."""
    kept: list[Condition] = []
    for part in parts:
        if part == TRUE:
            return TRUE
        if part != FALSE:
            kept.extend(part.parts if isinstance(part, AnyOf) else (part,))
    kept = _joined_sets(kept)
    return FALSE if not kept else kept[0] if len(kept) == 1 else AnyOf(tuple(kept))


def _joined_sets(parts: list[Condition]) -> list[Condition]:
    """`{any: [a]} or {any: [b]}` of one fact is `{any: [a, b]}`."""
    members: dict[str, dict[str, None]] = {}
    first: dict[str, Atom] = {}
    rest: list[Condition] = []
    for part in parts:
        if isinstance(part, Atom) and len(part.tests) == 1 and part.tests[0][0] == "any" and not part.closed:
            first.setdefault(part.key, part)
            members.setdefault(part.key, {}).update(dict.fromkeys(part.tests[0][1]))
        else:
            rest.append(part)
    joined = [
        Atom(atom.fact, (("any", tuple(members[key])),), atom.period, atom.currency, atom.key)
        for key, atom in first.items()
    ]
    return [*joined, *rest]


def negation(part: Condition) -> Condition:
    """Not the part, simplified."""
    match part:
        case Constant(truth):
            return Constant(not truth)
        case Not(inner):
            return inner
        case _:
            return Not(part)


def atoms(condition: Condition) -> Iterator[Atom]:
    """Every fact test in a condition, in order."""
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from atoms(part)
        case Not(part):
            yield from atoms(part)
        case Atom():
            yield condition
        case Acts() | Constant():
            return


def signed_atoms(condition: Condition, *, sign: bool = True) -> Iterator[tuple[Atom, bool]]:
    """Every fact test in a condition, and whether it counts as it stands (True) or negated."""
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from signed_atoms(part, sign=sign)
        case Not(part):
            yield from signed_atoms(part, sign=not sign)
        case Atom():
            yield condition, sign
        case Acts() | Constant():
            return


# --- compiling -------------------------------------------------------------------------------------------------


def compiled(condition: Condition, words: Vocabulary) -> Callable[[Values], Truth]:
    """One function from values (a mapping in which a missing key gives None) to True, False or None."""
    match condition:
        case Constant(truth):
            return _always if truth else _never
        case Atom():
            return _compiled_atom(condition, words)
        case Not(part):
            inner = compiled(part, words)

            def negated(values: Values) -> Truth:
                answer = inner(values)
                return None if answer is None else not answer

            return negated
        case All(parts):
            return _connective(tuple(compiled(part, words) for part in parts), settles=False)
        case AnyOf(parts):
            return _connective(tuple(compiled(part, words) for part in parts), settles=True)
        case Acts():
            raise AssertionError("acts are settled by bind")


def _always(_values: Values) -> Truth:
    return True


def _never(_values: Values) -> Truth:
    return False


def _connective(parts: tuple[Callable[[Values], Truth], ...], *, settles: bool) -> Callable[[Values], Truth]:
    def joined(values: Values) -> Truth:
        answer: Truth = not settles
        for part in parts:
            truth = part(values)
            if truth is settles:
                return settles
            if truth is None:
                answer = None
        return answer

    return joined


def _compiled_atom(atom: Atom, words: Vocabulary) -> Callable[[Values], Truth]:
    key, test = atom.key, value_test(atom, words)
    if not atom.closed:

        def open_fact(values: Values) -> Truth:
            value = values[key]
            return None if value is None else test(value)

        return open_fact
    openers = atom.opened_by

    def closed_fact(values: Values) -> Truth:
        value = values[key]
        if value is not None:
            return test(value)
        opened = any(values[name] in accepted for name, accepted in openers)
        return None if opened else False

    return closed_fact


def value_test(atom: Atom, words: Vocabulary) -> Test:
    """The test of one known value."""
    fact = words.fact(atom.fact)
    assert fact is not None, atom.fact
    tests = [_test(fact, name, operand, atom.currency, words) for name, operand in atom.tests]
    return tests[0] if len(tests) == 1 else _every(tuple(tests))


def _every(tests: tuple[Test, ...]) -> Test:
    def every(value: Any) -> Truth:
        answer: Truth = True
        for test in tests:
            truth = test(value)
            if truth is False:
                return False
            if truth is None:
                answer = None
        return answer

    return every


def _opposite(test: Test) -> Test:
    def opposite(value: Any) -> Truth:
        truth = test(value)
        return None if truth is None else not truth

    return opposite


def _test(fact: Fact, name: str, operand: Any, currency: str | None, words: Vocabulary) -> Test:
    match fact.type:
        case "yes-no" | "word":
            wanted = frozenset((operand,) if isinstance(operand, str) else operand)
            return wanted.__contains__ if name == "is" else lambda value: value not in wanted
        case "number":
            return _number_test(name, operand, currency)
        case "date":
            return (lambda value: value < operand) if name == "before" else (lambda value: value >= operand)
        case "country":
            codes = words.places(operand)
            within = _within(codes)
            return within if name in ("in", "is") else _opposite(within)
        case "countries":
            codes = words.places(operand)
            return _places_any(codes) if name == "any" else _places_only(codes, words.countries - codes)
        case "words" | "hazards":
            return _set_test(fact, name, frozenset(operand), words)
        case "text" | "expression" | "texts":
            if name == "family":
                return lambda value: family_is(value, operand)
            wanted = frozenset((operand,) if isinstance(operand, str) else operand)
            return wanted.__contains__


def _number_test(name: str, limit: float, currency: str | None) -> Test:
    def above(value: Any) -> Truth:
        if isinstance(value, Interval):
            return value.above(limit) if value.currency == currency else None
        return value > limit if currency is None else None

    def at_least(value: Any) -> Truth:
        if isinstance(value, Interval):
            return value.at_least(limit) if value.currency == currency else None
        return value >= limit if currency is None else None

    match name:
        case "above":
            return above
        case "at-least":
            return at_least
        case "below":
            return _opposite(at_least)
        case "at-most":
            return _opposite(above)
        case _:
            raise AssertionError(name)


def _within(codes: frozenset[str]) -> Test:
    def within(value: frozenset[str]) -> Truth:
        if value <= codes:
            return True
        return False if value.isdisjoint(codes) else None

    return within


def _places_any(codes: frozenset[str]) -> Test:
    def some(value: Any) -> Truth:
        if isinstance(value, Members):
            return _members_any(value, codes)
        if any(place <= codes for place in value.each):
            return True
        return False if all(place.isdisjoint(codes) for place in value.each) else None

    return some


def _places_only(codes: frozenset[str], outside: frozenset[str]) -> Test:
    def only(value: Any) -> Truth:
        if isinstance(value, Members):
            if not value.has <= codes:
                return False
            return True if outside <= value.lacks else None
        if all(place <= codes for place in value.each):
            return True
        return False if any(place.isdisjoint(codes) for place in value.each) else None

    return only


def _members_any(value: Members, wanted: frozenset[str]) -> Truth:
    if not value.has.isdisjoint(wanted):
        return True
    return False if wanted <= value.lacks else None


def _set_test(fact: Fact, name: str, wanted: frozenset[str], words: Vocabulary) -> Test:
    universe = frozenset(fact.values) if fact.type == "words" else frozenset(words.hazards)
    # A purpose that touches a narrower tag touches the wider one too.
    reach = words.tagged(wanted) if fact.type == "hazards" else wanted
    match name:
        case "any":

            def some(value: Any) -> Truth:
                if isinstance(value, Members):
                    return _members_any(value, reach)
                return not value.isdisjoint(reach)

            return some
        case "all":

            def every(value: Any) -> Truth:
                if isinstance(value, Members):
                    if wanted <= value.has:
                        return True
                    return False if not wanted.isdisjoint(value.lacks) else None
                return bool(wanted <= value)

            return every
        case "only":
            outside = universe - wanted

            def only(value: Any) -> Truth:
                if isinstance(value, Members):
                    answer = _members_any(value, outside)
                    return None if answer is None else not answer
                return bool(value <= wanted)

            return only
        case _:
            raise AssertionError(name)
