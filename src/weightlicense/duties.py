"""How each duty is shown: from the facts of the use to met, unmet, unknown or a person's judgement."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, Literal

from weightlicense.clause import Document, Outcome
from weightlicense.condition import Values
from weightlicense.value import folded, name_folded
from weightlicense.vocabulary import DUTY_PREFIX, Vocabulary

Shown = Literal["met", "unmet", "judgement"] | None
PLACES: Final = {"release": "release.displays", "product": "product.displays"}
RELEASING: Final = frozenset({"distribute", "embed", "release-target"})
NAME: Final = "{name}"
"""Stands for the name of the release at the beginning of prescribed words."""
UNLAWFUL: Final = "illegal-activity"
SANCTIONED: Final = "licensee.sanctioned"
SERVING: Final = frozenset({"host", "embed"})


def evidence(outcome: Outcome, root: str, words: Vocabulary) -> tuple[str, ...]:
    """The keys of the facts that can show the duty, most specific first."""
    assert outcome.duty is not None
    duty = words.duties[outcome.duty]
    attested = f"{DUTY_PREFIX}{duty.name}[{root}]"
    if duty.shown_by is None:
        return (attested,)
    name, check = duty.shown_by
    if check == "display":
        places = dict(outcome.parameters).get("where") or tuple(PLACES)
        return (*(PLACES[place] for place in places), attested)
    if check == "lawful":
        return (name, SANCTIONED, attested)
    fact = words.facts[name]
    return (f"{name}[{root}]" if fact.per_document else name, attested)


def shower(
    outcome: Outcome, document: Document, root: str, acts: frozenset[str], words: Vocabulary
) -> Callable[[Values], Shown]:
    """One function from values to whether the facts show the duty to be met; None where they are silent."""
    assert outcome.duty is not None
    duty = words.duties[outcome.duty]
    keys = evidence(outcome, root, words)
    attested = keys[-1]
    if duty.shown_by is None:

        def attest(values: Values) -> Shown:
            state: Shown = values[attested]
            return state

        return attest
    check = duty.shown_by[1]
    if check == "display":
        return _display(outcome, acts, keys)
    if check == "lawful":
        return lambda values: _lawful(values, keys)
    key = keys[0]

    @lru_cache(maxsize=64)
    def looked_at(value: Any) -> Shown:
        return _check(check, value, outcome, document)

    def show(values: Values) -> Shown:
        value = values[key]
        found: Shown = None if value is None else looked_at(value)
        return values[attested] if found is None else found

    return show


def _check(check: str, value: Any, outcome: Outcome, document: Document) -> Shown:
    text = dict(outcome.parameters).get("text")
    match check:
        case "yes":
            return "met" if value == "yes" else "unmet"
        case "no":
            return "met" if value == "no" else "unmet"
        case "contains":
            if folded(value).lower() in ("", "none"):
                return "unmet"
            if text is None:
                return None
            # The full stop after the sentence is not part of what must stand in the file.
            return "met" if folded(text).rstrip(".") in folded(value) else "unmet"
        case "starts-with":
            return _named(name_folded(value).startswith, name_folded(value).lower().startswith, text)
        case "contains-name":
            return _named(name_folded(value).__contains__, name_folded(value).lower().__contains__, text)
        case "lacks-name":
            assert text is not None
            return "unmet" if name_folded(text).lower() in name_folded(value).lower() else "met"
        case "same-license":
            return _same_license(value, outcome, document)
        case _:
            raise AssertionError(check)


def _lawful(values: Values, keys: tuple[str, ...]) -> Shown:
    """Unmet where the purpose is declared unlawful, or the law bars the licensee; nothing else shows it."""
    hazards, sanctioned, attested = keys
    if values[sanctioned] == "yes" or UNLAWFUL in (values[hazards] or ()):
        return "unmet"
    state: Shown = values[attested]
    return state


def _named(exact: Any, any_case: Any, text: str | None) -> Shown:
    """Same case satisfies, another case is for a person to judge."""
    assert text is not None
    wanted = name_folded(text)
    if exact(wanted):
        return "met"
    return "judgement" if any_case(wanted.lower()) else "unmet"


def _display(outcome: Outcome, acts: frozenset[str], keys: tuple[str, ...]) -> Callable[[Values], Shown]:
    """Met where one of the wordings stands in one of the places; unmet when every place that exists lacks them."""
    parameters = dict(outcome.parameters)
    wordings = [folded(text) for text in (parameters.get("any-of") or (parameters["text"],))]
    *places, attested = keys
    exists = {
        PLACES["release"]: not acts.isdisjoint(RELEASING),
        PLACES["product"]: not acts.isdisjoint(SERVING),
    }
    expected = [place for place in places if exists[place]] or places

    @lru_cache(maxsize=64)
    def stands_in(displays: frozenset[str]) -> bool:
        return any(_stands(text, folded(shown)) for text in wordings for shown in displays)

    def show(values: Values) -> Shown:
        for place in places:
            displays = values[place]
            if displays is not None and stands_in(displays):
                return "met"
        if all(values[place] is not None for place in expected):
            return "unmet"
        state: Shown = values[attested]
        return state

    return show


def _stands(text: str, shown: str) -> bool:
    """Whether the words stand there; before those that begin with `{name}`, something must stand as the name."""
    return (
        re.search(rf"\S{re.escape(text.removeprefix(NAME))}", shown) is not None
        if text.startswith(NAME)
        else text in shown
    )


def _same_license(value: str, outcome: Outcome, document: Document) -> Shown:
    allowed = {name.lower() for name in dict(outcome.parameters).get("licenses") or ()}
    allowed |= {name.lower() for name in (document.id, document.spdx, *document.aliases) if name}
    offered = value.strip().lower()
    if offered in allowed:
        return "met"
    from license_expression import ExpressionError, get_spdx_licensing

    try:
        parsed = get_spdx_licensing().parse(value)
    except ExpressionError:
        return "unmet"
    symbols = {str(symbol).lower() for symbol in parsed.symbols} if parsed is not None else set()
    # Every choice that is offered must be one that the text allows.
    return "met" if symbols and symbols <= allowed else "unmet"
