"""The search over undecided facts against trying every combination of their cells."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from weightlicense.condition import (
    All,
    AnyOf,
    Condition,
    Constant,
    Not,
    Scope,
    Truth,
    bind,
    compiled,
    from_data,
)
from weightlicense.engine.program import Hold
from weightlicense.engine.search import Cell, Component, Search, Variable
from weightlicense.usecase import Facts, Values
from weightlicense.vocabulary import vocabulary

WORDS = vocabulary()
MOST_COMBINATIONS = 4_000
TESTS: tuple[dict[str, Any], ...] = (
    {"purpose.commercial": ["yes"]},
    {"purpose.commercial": ["no"]},
    {"licensee.separate_license": ["yes"]},
    {"purpose.hazards": {"any": ["spam"]}},
    {"purpose.hazards": {"any": ["spam", "fraud"]}},
    {"purpose.hazards": {"all": ["spam", "fraud"]}},
    {"licensee.monthly_active_users": {"above": 100, "at": "preceding"}},
    {"licensee.monthly_active_users": {"at-most": 500, "at": "preceding"}},
    {"licensee.country": {"in": ["EU"]}},
    {"licensee.country": {"in": ["EU", "CN"]}},
    {"product.countries": {"any": ["CN"]}},
    {"product.countries": {"any": ["EU", "CN"]}},
)


SCOPE = Scope(acts=frozenset(), document="any", released=None, distribution=Constant(False), words=WORDS)


def bound(condition: Condition) -> Condition:
    return bind(condition, SCOPE)


leaves = st.sampled_from(TESTS).map(from_data).map(bound)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=5,
)


def held(condition: Condition) -> Hold:
    return Hold(level=5, condition=condition, test=compiled(condition, WORDS), by=())


def variables(search: Search, component: Component) -> list[Variable]:
    return list(dict.fromkeys(v for hold in component.holds for v in search.variables[id(hold)]))


def truths(search: Search, holds: list[Hold], chosen: dict[Variable, Cell]) -> list[Truth]:
    """How each hold stands where these variables are in these cells."""
    before = [(variable, search._assume(variable, cell)) for variable, cell in chosen.items()]
    found = [hold.test(search.assumed) for hold in holds]
    for variable, restored in reversed(before):
        search._restore(variable, restored)
    return found


def outcome(search: Search, holds: list[Hold], chosen: dict[Variable, Cell]) -> bool:
    """Whether any hold stands where every variable is in its cell."""
    found = truths(search, holds, chosen)
    assert None not in found
    return True in found


def few(search: Search, component: Component) -> bool:
    size = 1
    for variable in variables(search, component):
        size *= len(search.cells[variable])
    return size <= MOST_COMBINATIONS


@settings(deadline=None)
@given(st.lists(conditions.map(held), min_size=1, max_size=4))
def test_the_search_finds_what_every_combination_of_cells_shows(holds: list[Hold]) -> None:
    search = Search(holds, Values(Facts(WORDS), as_of="2026-11-21", roots={}, asked_by={}), WORDS)
    for component in search.components:
        if not few(search, component):
            continue
        mine = variables(search, component)
        cells = [search.cells[variable] for variable in mine]
        stands = {
            chosen: outcome(
                search,
                component.holds,
                {v: search.cells[v][index] for v, index in zip(mine, chosen, strict=True)},
            )
            for chosen in product(*(range(len(each)) for each in cells))
        }
        assert search.can_avoid(component.holds) == (False in stands.values())
        assert any(search.can_hold(hold) for hold in component.holds) == (True in stands.values())
        pivotal = {mine[place][0] for place in range(len(mine)) if turns(stands, place)}
        assert {key for key in component.keys if search.crosses(component, key)} == pivotal


def turns(stands: dict[tuple[int, ...], bool], place: int) -> bool:
    """Whether two combinations that differ only here come out differently."""
    seen: dict[tuple[int, ...], bool] = {}
    for chosen, stood in stands.items():
        rest = (*chosen[:place], *chosen[place + 1 :])
        if seen.setdefault(rest, stood) != stood:
            return True
    return False


@settings(deadline=None)
@given(st.lists(conditions.map(held), min_size=1, max_size=4))
def test_the_smallest_set_of_answers_settles_and_no_smaller_one_does(holds: list[Hold]) -> None:
    search = Search(holds, Values(Facts(WORDS), as_of="2026-11-21", roots={}, asked_by={}), WORDS)
    for component in search.components:
        if not few(search, component):
            continue

        def settles(keys: tuple[str, ...], component: Component = component) -> bool:
            mine = [v for v in variables(search, component) if v[0] in keys]
            return any(
                set(truths(search, component.holds, dict(zip(mine, chosen, strict=True)))) == {False}
                for chosen in product(*(search.cells[v] for v in mine))
            )

        smallest = search.smallest(component, component.keys)
        sizes = [
            size
            for size in range(1, len(component.keys) + 1)
            if any(settles(keys) for keys in combinations(component.keys, size))
        ]
        assert len(smallest) == (sizes[0] if sizes else 0)
        assert not smallest or settles(smallest)


def test_a_fact_that_only_exempts_from_one_hold_is_asked_where_another_makes_it_a_question() -> None:
    hosted = bound(from_data({"licensee.received_as": ["hosted-service"]}))
    paid = bound(from_data({"purpose.commercial": ["yes"]}))
    uncertified = bound(from_data({"product.human_review": ["no"]}))
    exempting = bind(from_data({"licensee.received_as": ["hosted-service"]}), SCOPE, exempting=True)
    holds = [held(All((paid, Not(exempting)))), held(All((hosted, paid, uncertified)))]
    search = Search(holds, Values(Facts(WORDS), as_of="2026-11-21", roots={}, asked_by={}), WORDS)
    (component,) = search.components
    assert {key for key in component.keys if search.crosses(component, key)} == {
        "licensee.received_as",
        "purpose.commercial",
        "product.human_review",
    }
