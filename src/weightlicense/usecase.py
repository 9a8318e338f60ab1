"""A declared use: acts, and facts with their sources.

Facts come declared, observed, derived or assumed; in this order the earlier overrides the later, and two
sources that disagree are kept as a contradiction. What nobody gave is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from msgspec import Struct

from weightlicense.errors import UsageError, nearest, writable
from weightlicense.finding import FactUsed
from weightlicense.value import (
    PERIOD,
    Interval,
    Members,
    Places,
    Series,
    ValueProblem,
    month_before,
    parse,
    year_before,
)
from weightlicense.vocabulary import Fact, Vocabulary, vocabulary

RANKS: Final = {"declared": 0, "observed": 1, "derived": 2, "assumed": 3}
GOOD_STANDING: Final = {
    "licensee.sues_licensor": "no",
    "licensee.sanctioned": "no",
    "licensee.terminated": "no",
}
_NAME = re.compile(
    r"(?P<name>judgement\.[^@\s]+|[a-z][a-z._-]*)(\[(?P<document>[^\]\s]+)\])?(@(?P<period>[\w-]+))?$"
)


class Given(Struct, frozen=True, kw_only=True):
    """One value of one fact, as text and as value, with its source (`declared`, `assumed: use research`, …)."""

    key: str
    text: str
    value: Any
    rank: int
    source: str
    detail: tuple[tuple[str, str], ...] = ()


class Contradiction(Struct, frozen=True, kw_only=True):
    """Two sources that disagree about one fact; the first is the one that counts."""

    fact: str
    between: tuple[str, ...]


class Sheet(Struct, frozen=True, kw_only=True):
    """Facts arranged for evaluation.

    Plain values by key, series by name, values that name a document, the series declared for every period, and what
    each key shows of its source.
    """

    plain: dict[str, Any]
    series: dict[str, Series]
    named: list[tuple[str, str, Any]]
    unperiodic: tuple[tuple[str, str], ...]
    marks: dict[str, tuple[str, str, str, tuple[tuple[str, str], ...]]]


class Facts:
    """The facts of a use, each with its source. Add with `give`; afterwards read only."""

    __slots__ = ("_sheet", "contradictions", "given", "words")

    def __init__(self, words: Vocabulary | None = None) -> None:
        self.words = words or vocabulary()
        self.given: dict[str, Given] = {}
        self.contradictions: list[Contradiction] = []
        self._sheet: Sheet | None = None

    @property
    def sheet(self) -> Sheet:
        """The facts arranged for evaluation; made once for the facts as they stand."""
        if self._sheet is None:
            self._sheet = self._arranged()
        return self._sheet

    def _arranged(self) -> Sheet:
        plain: dict[str, Any] = {}
        series: dict[str, Series] = {}
        named: list[tuple[str, str, Any]] = []
        always: list[tuple[str, str]] = []
        for key, given in self.given.items():
            name, _, period = key.partition("@")
            fact = self.words.fact(name.partition("[")[0])
            if fact is not None and fact.period is not None:
                each = series.setdefault(name, Series())
                if period:
                    each.periods[period] = given.value
                else:
                    each.always = given.value
                    always.append((key, given.text))
            elif key.endswith("]"):
                named.append((key.partition("[")[0], key[:-1].partition("[")[2], given.value))
            else:
                plain[key] = given.value
        return Sheet(
            plain=plain,
            series=series,
            named=named,
            unperiodic=tuple(always),
            marks={key: (key, given.text, given.source, given.detail) for key, given in self.given.items()},
        )

    def give(
        self,
        name: str,
        text: str,
        *,
        kind: str = "declared",
        place: str = "",
        detail: Iterable[tuple[str, str]] = (),
    ) -> None:
        """Add a fact `NAME`, `NAME@PERIOD` or `NAME[document]`; raises `UsageError` for what is not known."""
        fact, key = self.named(writable(name, "fact"))
        try:
            value = parse(fact, writable(text, f"--fact {key}:"), self.words)
        except ValueProblem as problem:
            raise UsageError(f"--fact {key}: {problem}", hint=fact.definition) from None
        source = writable(f"{kind}: {place}" if place else kind, "the source")
        self._keep(
            Given(
                key=key, text=text.strip(), value=value, rank=RANKS[kind], source=source, detail=tuple(detail)
            )
        )
        if key == "licensee.good_standing" and value == "yes":
            for part, answer in GOOD_STANDING.items():
                self._keep(
                    Given(
                        key=part,
                        text=answer,
                        value=answer,
                        rank=RANKS[kind],
                        source=f"{source} (licensee.good_standing)",
                    )
                )

    def named(self, name: str) -> tuple[Fact, str]:
        """The fact that a name means, and its key; raises `UsageError` naming the nearest known facts."""
        match = _NAME.match(name.strip())
        fact = self.words.fact(match["name"]) if match else None
        if match is None or fact is None:
            known = [*self.words.facts, *(f"duty.{duty}" for duty in self.words.duties)]
            near = nearest(name, known)
            hint = f"did you mean {' or '.join(near)}?" if near else "weightlicense list facts shows them all"
            raise UsageError(f"unknown fact {name!r}", hint=hint)
        period, document = match["period"], match["document"]
        if period and fact.period is None:
            raise UsageError(f"the fact {fact.name} is not given by period", hint=f"write {fact.name}=VALUE")
        if period and not (
            PERIOD["year"].match(period) or (fact.period == "month" and PERIOD["month"].match(period))
        ):
            form = "a month such as 2024-06 or a year" if fact.period == "month" else "a year such as 2024"
            raise UsageError(f"{period!r} is not {form}", hint=f"write {fact.name}@2024=VALUE")
        if document and not fact.per_document:
            raise UsageError(
                f"the fact {fact.name} is not given by document", hint=f"write {fact.name}=VALUE"
            )
        return fact, match[0]

    def copy(self) -> Facts:
        """The same facts, to be added to on their own."""
        found = Facts(self.words)
        found.given.update(self.given)
        found.contradictions.extend(self.contradictions)
        return found

    def put(self, given: Given) -> None:
        """Put a fact in the place of what is known under its key."""
        self.given[given.key] = given
        self._sheet = None

    def _keep(self, new: Given) -> None:
        self._sheet = None
        old = self.given.get(new.key)
        if old is None:
            self.given[new.key] = new
            return
        if (
            isinstance(old.value, frozenset)
            and old.rank == new.rank
            and self.named(new.key)[0].type == "texts"
        ):
            text = new.text if not old.value else old.text if not new.value else f"{old.text}; {new.text}"
            self.given[new.key] = Given(
                key=new.key, text=text, value=old.value | new.value, rank=old.rank, source=old.source
            )
            return
        first, second = (old, new) if old.rank <= new.rank else (new, old)
        implied = "(licensee.good_standing)"
        if (
            first.rank == second.rank
            and first.source.endswith(implied)
            and not second.source.endswith(implied)
        ):
            first, second = second, first
        if first.value != second.value:
            if first.rank == second.rank == 0 and first.source == second.source:
                raise UsageError(
                    f"{new.key} is declared twice: {old.text} and {new.text}", hint="declare it once"
                )
            self.contradictions.append(
                Contradiction(
                    fact=new.key,
                    between=(f"{first.text} ({first.source})", f"{second.text} ({second.source})"),
                )
            )
        self.given[new.key] = first

    def used(self, key: str) -> FactUsed | None:
        """A given fact as a report shows it."""
        given = self.given.get(key)
        return None if given is None else FactUsed(value=given.text, source=given.source)

    def as_used(self) -> dict[str, FactUsed]:
        """All given facts as a report shows them, in the order of their names."""
        return {key: FactUsed(value=g.text, source=g.source) for key, g in sorted(self.given.items())}


class Values(dict[str, Any]):
    """Values by key as conditions read them; an unknown key gives None.

    Resolves periods (`NAME@2024-06`, `@now`, `@preceding`, `@any`) and documents (`NAME[root]`).
    `roots` maps a document to the license that brings it in; a per-document fact without a name counts only
    where one root asks for it (`asked_by`: fact -> number of roots).
    """

    __slots__ = ("_as_of", "_asked_by", "_origin", "_series")

    def __init__(self, facts: Facts, *, as_of: str, roots: dict[str, str], asked_by: dict[str, int]) -> None:
        sheet = facts.sheet
        super().__init__(sheet.plain)
        self._as_of, self._asked_by = as_of, asked_by
        self._series = sheet.series
        self._origin: dict[str, str] = {}
        for name, document, value in sheet.named:
            self[f"{name}[{roots.get(document, document)}]"] = value

    def __missing__(self, key: str) -> Any:
        value = self._resolve(key)
        self[key] = value
        return value

    def origin(self, key: str) -> str:
        """The given key that a resolved key was read from."""
        return self._origin.get(key, key)

    def _resolve(self, key: str) -> Any:
        if key.endswith("]"):
            name = key.partition("[")[0]
            if self._asked_by.get(name, 0) > 1 or name not in self:
                return None
            self._origin[key] = name
            return self[name]
        name, _, period = key.partition("@")
        series = self._series.get(name)
        if series is None:
            return None
        return self._periodic(key, name, series, period)

    def _periodic(self, key: str, name: str, series: Series, period: str) -> Any:
        month = self._as_of[:7]
        if period == "any":
            self._origin[key] = name if series.always is not None else f"{name}@{max(series.periods)}"
            return series.ever()
        if period == "preceding":
            wanted = [month_before(self._as_of), year_before(self._as_of)]
        elif period == "now":
            # A running threshold is measured now: the current period, else the last complete one.
            wanted = [month, self._as_of[:4], month_before(self._as_of), year_before(self._as_of)]
        else:
            wanted = [period, period[:4]]
        for candidate in wanted:
            if candidate in series.periods:
                self._origin[key] = f"{name}@{candidate}"
                return series.periods[candidate]
        self._origin[key] = name
        return series.always


def shown(value: Any) -> str:
    """A value in words, for cells of questions and for reports."""
    match value:
        case Interval():
            return _interval(value)
        case int() | float():
            return amount(value)
        case Members():
            return ", ".join(sorted(value.has)) or "none"
        case Places():
            return ", ".join(sorted(code for place in value.each for code in place)) or "none"
        case frozenset():
            return ", ".join(sorted(value)) or "none"
        case _:
            return str(value)


def _interval(value: Interval) -> str:
    unit = f" {value.currency}" if value.currency else ""
    if value.low == value.high:
        return f"{amount(value.low)}{unit}"
    if value.low in (0, float("-inf")):
        return f"{'<' if value.high_open else '<='}{amount(value.high)}{unit}"
    if value.high == float("inf"):
        return f"{'>' if value.low_open else '>='}{amount(value.low)}{unit}"
    return f"{amount(value.low)} to {amount(value.high)}{unit}"


def amount(number: float) -> str:
    """A number as people write it: `700M`, `2B`, `699,999,999`."""
    for scale, sign in ((10**9, "B"), (10**6, "M")):
        if number >= scale and number % (scale // 100) == 0:
            return f"{number / scale:.2f}".rstrip("0").rstrip(".") + sign
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,}"


def resolve_use(name: str, words: Vocabulary) -> tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The named use in any case: name, acts, facts; raises `UsageError` with the nearest names."""
    wanted = " ".join(name.lower().replace("_", " ").replace("-", " ").split())
    for use in words.uses.values():
        if use.name.replace("-", " ") == wanted:
            return use.name, use.acts, use.facts
    near = nearest(wanted, list(words.uses))
    hint = (
        f"did you mean {' or '.join(repr(n) for n in near)}?"
        if near
        else "weightlicense list uses shows them all"
    )
    raise UsageError(f"unknown use {name!r}", hint=hint)


def resolve_act(name: str, words: Vocabulary) -> str:
    """A known act; raises `UsageError` with the nearest names."""
    wanted = name.strip().lower().replace("_", "-").replace(" ", "-")
    if wanted in words.acts:
        return wanted
    near = nearest(wanted, list(words.acts))
    hint = f"did you mean {' or '.join(near)}?" if near else "known acts: " + ", ".join(words.acts)
    raise UsageError(f"unknown act {name!r}", hint=hint)
