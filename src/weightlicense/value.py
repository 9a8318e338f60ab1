"""Values of facts: what a word of input means, and how much of it is known.

Exact values are plain Python: `"yes"`/`"no"` and other words are text, numbers are numbers (in the fact's unit),
dates are ISO text, sets are frozensets. What is known in part has a class of its own: `Interval` for a bound or
another currency, a frozenset of possible codes for a country or region, `Members` for a set known in part.
Unknown is None, everywhere.
"""

from __future__ import annotations

import math
import re
from datetime import date
from functools import lru_cache
from typing import Any, Final

from msgspec import Struct

from weightlicense.vocabulary import Fact, Vocabulary

BASE_CURRENCY: Final = "USD"


class Interval(Struct, frozen=True, kw_only=True):
    """A number of which only bounds are known, or an amount in another currency than the fact's unit."""

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False
    currency: str | None = None

    def above(self, limit: float) -> bool | None:
        """Whether the number is greater than `limit`."""
        if self.low > limit or (self.low == limit and self.low_open):
            return True
        return False if self.high <= limit else None

    def at_least(self, limit: float) -> bool | None:
        """Whether the number is `limit` or greater."""
        if self.low >= limit:
            return True
        return False if self.high < limit or (self.high == limit and self.high_open) else None

    def holds(self, number: float) -> bool:
        """Whether the number may be this one."""
        low = self.low < number or (self.low == number and not self.low_open)
        return low and (number < self.high or (number == self.high and not self.high_open))


Number = int | float | Interval


class Members(Struct, frozen=True, kw_only=True):
    """A set known in part: what is in it and what is not; of the rest nothing is known."""

    has: frozenset[str] = frozenset()
    lacks: frozenset[str] = frozenset()


class Places(Struct, frozen=True, kw_only=True):
    """A set of places, each as the country codes that it may stand for (one for a country, more for a region)."""

    each: tuple[frozenset[str], ...] = ()


class Series(Struct, kw_only=True):
    """A number by period (`2024-06` or `2024`), with the value declared for every period, if any."""

    periods: dict[str, Number] = {}
    always: Number | None = None

    def at(self, period: str) -> Number | None:
        """The value in that period: the month, else its year, else the one declared for every period."""
        for candidate in (period, period[:4]):
            if candidate in self.periods:
                return self.periods[candidate]
        return self.always

    def ever(self) -> Number | None:
        """What is known of the highest value in any period."""
        known = [*self.periods.values(), *([] if self.always is None else [self.always])]
        if not known:
            return None
        if any(isinstance(number, Interval) and number.currency for number in known):
            return known[0] if len(known) == 1 and self.always is not None else None
        spans = [n if isinstance(n, Interval) else Interval(low=n, high=n) for n in known]
        low = max(spans, key=lambda s: (s.low, s.low_open))
        if self.always is None:
            return Interval(low=low.low, low_open=low.low_open)
        high = max(spans, key=lambda s: (s.high, not s.high_open))
        if low.low == high.high:
            return low.low
        return Interval(low=low.low, low_open=low.low_open, high=high.high, high_open=high.high_open)


class ValueProblem(ValueError):
    """A word of input that is no value of the fact; says what is expected."""


_NUMBER = re.compile(
    r"(?P<bound><=|>=|<|>|≤|≥)?\s*(?P<number>\d[\d_,]*(?:\.\d+)?(?:e\d+)?)\s*(?P<scale>[kmbt]?)$",
    re.IGNORECASE,
)
_CURRENCY = re.compile(r"^(?P<before>[A-Z]{3}|\$|€|£|¥)?\s*(?P<rest>.*?)\s*(?P<after>[A-Z]{3})?$", re.DOTALL)
_SYMBOLS: Final = {"$": "USD", "€": "EUR", "£": "GBP"}
_SCALES: Final = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12}
PERIOD: Final = {"month": re.compile(r"\d{4}-(0[1-9]|1[0-2])$"), "year": re.compile(r"\d{4}$")}


def number(text: str, *, currency: bool = False) -> Number:
    """`800M`, `1_000_000`, `<1M`, `>=10M`, and with `currency` also `1B CNY` (kept as such: no rate is guessed)."""
    named = None
    rest = text.strip()
    if currency:
        match = _CURRENCY.match(rest)
        assert match is not None
        rest = match["rest"]
        named = _SYMBOLS.get(match["before"] or "", match["before"]) or match["after"]
        if named == "¥":
            raise ValueProblem(f"the sign ¥ is used by several currencies in {text!r}; name CNY or JPY")
    found = _NUMBER.match(rest)
    if found is None:
        kind = "an amount such as 20M or 1B CNY" if currency else "a number such as 800M, 1_000_000 or <1M"
        raise ValueProblem(f"{text!r} is not {kind}")
    plain = found["number"].replace("_", "").replace(",", "")
    scale = _SCALES[found["scale"].lower()]
    amount: int | float = int(plain) * scale if plain.isdigit() else float(plain) * scale
    if isinstance(amount, float) and math.isfinite(amount):
        from decimal import Decimal  # 1e25 as a float is a little more than that

        exact = Decimal(plain) * scale
        amount = int(exact) if exact == int(exact) else float(exact)
    other = named if named not in (None, BASE_CURRENCY) else None
    match found["bound"]:
        case "<":
            return Interval(high=amount, high_open=True, low=0, currency=other)
        case "<=" | "≤":
            return Interval(high=amount, low=0, currency=other)
        case ">":
            return Interval(low=amount, low_open=True, currency=other)
        case ">=" | "≥":
            return Interval(low=amount, currency=other)
        case _:
            return Interval(low=amount, high=amount, currency=other) if other else amount


def parse(fact: Fact, text: str, words: Vocabulary) -> Any:
    """The value of `fact` that `text` says; raises `ValueProblem` with what is expected."""
    text = text.strip()
    match fact.type:
        case "yes-no":
            return _choice(text.lower(), ("yes", "no"))
        case "word":
            return _choice(text.lower(), fact.values)
        case "number":
            return number(text, currency=fact.unit == BASE_CURRENCY)
        case "date":
            try:
                return date.fromisoformat(text).isoformat()
            except ValueError:
                raise ValueProblem(f"{text!r} is not a date such as 2024-07-23") from None
        case "text" | "expression":
            return text
        case "texts":
            return frozenset() if text.lower() == "none" else frozenset({text})
        case "country":
            return _places(text, words)
        case "countries":
            if text.lower() == "none":
                return Places()
            return Places(each=tuple(_places(part, words) for part in _parts(text)))
        case "words":
            return _set(text, fact.values)
        case "hazards":
            tags = _set(text, tuple(words.hazards))
            return tags.union(*(words.hazards[tag].implies for tag in tags))


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _choice(text: str, choices: tuple[str, ...]) -> str:
    if text in choices:
        return text
    from weightlicense.errors import nearest

    near = nearest(text, list(choices))
    listed = ", ".join(near) if near and len(choices) > 8 else ", ".join(choices)
    raise ValueProblem(f"{text!r} is not one of {listed}")


def _set(text: str, choices: tuple[str, ...]) -> frozenset[str]:
    if text.lower() == "none":
        return frozenset()
    return frozenset(_choice(part.lower(), choices) for part in _parts(text))


def _places(text: str, words: Vocabulary) -> frozenset[str]:
    name = text.upper()
    if name in words.regions:
        return words.regions[name]
    if name in words.countries:
        return frozenset({name})
    known = ", ".join(words.regions)
    raise ValueProblem(f"{text!r} is not a country: ISO 3166-1 alpha-2 codes such as DE or US, or {known}")


def month_before(day: str) -> str:
    """The calendar month before an ISO date: `2024-06` for `2024-07-23`."""
    year, month = int(day[:4]), int(day[5:7])
    return f"{year - 1}-12" if month == 1 else f"{year}-{month - 1:02d}"


def year_before(day: str) -> str:
    """The calendar year before an ISO date: `2023` for `2024-07-23`."""
    return str(int(day[:4]) - 1)


_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"') | dict.fromkeys("‘’‚‛`´", "'"))


@lru_cache(maxsize=512)
def folded(text: str) -> str:
    """Text as names and notices are compared: NFKC, white space folded, straight quotes, `(c)` as `©`."""
    if not text.isascii():
        import unicodedata  # most texts need it not

        text = unicodedata.normalize("NFKC", text)
    text = text.translate(_QUOTES)
    return " ".join(text.replace("(c)", "©").replace("(C)", "©").split())


@lru_cache(maxsize=512)
def name_folded(text: str) -> str:
    """A model name as it is compared: hyphens, underscores and spaces are equal."""
    return " ".join(folded(text).replace("-", " ").replace("_", " ").split())


@lru_cache(maxsize=512)
def family_name(text: str) -> str:
    """A model or family name in one spelling: `Meta Llama 3`, `llama3` and `org/Llama-3` are all `llama-3`."""
    name = name_folded(text.rsplit("/", 1)[-1]).lower().replace(" ", "-").removeprefix("meta-")
    return re.sub(r"(?<=[a-z])(?=\d)", "-", name, count=1)


@lru_cache(maxsize=512)
def family_is(text: str, wanted: str) -> bool | None:
    """Whether a model named `text` is of the family `wanted`; None where the name is too coarse to tell.

    `wanted` is a family (`llama-2`, which `llama-2-7b` is and `llama-2.1` is not) or a family with a version
    specifier (`llama>=3.1`), read as by `packaging`.
    """
    name = family_name(text)
    base = re.split(r"[<>=!~]", wanted, maxsplit=1)[0]
    if base != wanted:
        if name == base:
            return None
        found = re.match(re.escape(base) + r"-v?(\d+(?:\.\d+)*)(?![\da-z.])", name)
        if found is None:
            return None if name.startswith(base + "-") else False
        from packaging.specifiers import SpecifierSet

        return SpecifierSet(wanted[len(base) :]).contains(found[1])
    goal = family_name(wanted)
    if name == goal or name.startswith(goal + "-"):
        return True
    return None if goal.startswith(name + "-") else False
