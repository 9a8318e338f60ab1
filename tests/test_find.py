"""Which models and licenses allow a use, best first."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from weightlicense import catalogue
from weightlicense.assessment import Asked, assess
from weightlicense.cli import main
from weightlicense.errors import UsageError
from weightlicense.ranking import ORDER, Row, Wanted, find
from weightlicense.usecase import Facts

AS_OF = "2026-11-21"
ALLOWED = ("permitted", "conditional", "breach")
ANSWERS = {
    "licensee.country": ["DE", "US", "CN"],
    "licensee.good_standing": ["yes"],
    "licensee.monthly_active_users": ["<1M", "2B"],
    "licensee.annual_revenue_usd": ["<500K", "3B"],
    "licensee.registered": ["no", "yes"],
    "purpose.commercial": ["yes", "no"],
    "purpose.hazards": ["none", "military", "medical"],
    "release.model_name": ["My-8B"],
}
answers = st.dictionaries(st.sampled_from(sorted(ANSWERS)), st.integers(0, 2), max_size=8).map(
    lambda chosen: {name: ANSWERS[name][index % len(ANSWERS[name])] for name, index in chosen.items()}
)


def told(facts: dict[str, str]) -> Facts:
    found = Facts()
    for name, value in facts.items():
        found.give(name, value)
    return found


def found(use: str, facts: dict[str, str], **wanted: str) -> list[Row]:
    return find(Asked(use=use, as_of=AS_OF), told(facts), Wanted(**wanted))


def checked(row: Row, use: str, facts: dict[str, str]) -> list[str]:
    """What a check says of each model of a row, or of the license where it has none."""
    asked = [Asked(model=name, use=use, as_of=AS_OF) for name in row.models[:2]]
    asked = asked or [Asked(license=row.license, use=use, as_of=AS_OF)]
    return [assess(each, told(facts)).verdict for each in asked]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(st.sampled_from(["internal use", "derivative release", "commercial product", "distillation"]), answers)
def test_rows_say_what_a_check_says_and_none_that_is_not_allowed_stands_before_one_that_is(
    use: str, facts: dict[str, str]
) -> None:
    rows = found(use, facts)
    ranks = [ORDER.index(row.verdict) for row in rows]
    assert ranks == sorted(ranks)
    assert checked(rows[0], use, facts)[0] in ALLOWED
    for row in [*rows[:5], *rows[::20], rows[-1]]:
        assert set(checked(row, use, facts)) == {row.verdict}, row.license


def test_every_model_of_the_registry_is_in_one_row_and_every_license_in_some() -> None:
    rows = found("internal use", {})
    models = [name for row in rows for name in row.models]
    assert sorted(models) == sorted(model.id for model in catalogue.models())
    licenses = {name for name, head in catalogue.heads().items() if head["kind"] != "acceptable-use-policy"}
    named = {name for row in rows for name in row.license.split(" AND ")}
    assert licenses <= named


def test_of_equal_verdicts_fewer_duties_come_first() -> None:
    rows = [
        row
        for row in found("derivative release", {"licensee.good_standing": "yes"})
        if row.verdict == "conditional"
    ]
    costs = [(len(row.acts), len(row.standing)) for row in rows]
    assert costs == sorted(costs)


def test_what_a_row_costs_names_the_prescribed_words_and_what_is_not_known() -> None:
    rows = found(
        "derivative release",
        {"licensee.good_standing": "yes", "purpose.hazards": "none"},
        license="llama-3.1",
    )
    row = next(row for row in rows if row.license == "llama-3.1")
    assert "llama-3.1" in row.models
    assert ("name-prefix", "open", "Llama") in [(duty.duty, duty.status, duty.text) for duty in row.acts]
    assert row.questions == ("licensee.monthly_active_users@2024-06",)
    assert all("llama-3.1" in each.license.split(" AND ") for each in rows)


def test_models_of_one_license_are_apart_where_it_tells_them_apart() -> None:
    facts = {"licensee.country": "DE", "licensee.good_standing": "yes", "purpose.hazards": "none"}
    rows = found("internal use", facts, license="llama-3.2")
    verdicts = {name: row.verdict for row in rows for name in row.models}
    assert (verdicts["llama-3.2"], verdicts["llama-3.2-vision"]) == ("undetermined", "not-granted")


def test_filters_leave_models_that_fit_and_unknown_names_are_errors() -> None:
    by_id = {model.id: model for model in catalogue.models()}
    images = [by_id[name] for row in found("internal use", {}, modality="image") for name in row.models]
    assert images
    assert all("image" in (model.modalities or ()) for model in images)
    metas = [by_id[name] for row in found("internal use", {}, publisher="meta-llama") for name in row.models]
    assert {model.publisher for model in metas} == {by_id["llama-3.1"].publisher}
    with pytest.raises(UsageError, match="unknown modality 'imge'"):
        found("internal use", {}, modality="imge")
    with pytest.raises(UsageError, match="unknown publisher 'nobody at all'"):
        found("internal use", {}, publisher="nobody at all")
    with pytest.raises(UsageError, match="unknown license 'llamma'"):
        found("internal use", {}, license="llamma")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["find", "--no-profile", "--as-of", AS_OF, *arguments])


def test_the_command_shows_the_first_rows_and_ends_as_the_best_one() -> None:
    result = run("--use", "internal use", "--limit", "2", "--format", "json")
    data = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (data["format"], data["use"], data["as_of"], len(data["found"])) == (1, "internal use", AS_OF, 2)
    assert data["total"] > 200
    assert [row["verdict"] for row in data["found"]] == ["permitted", "permitted"]
    asked = run("--use", "derivative release", "--license", "llama-3.1", "--limit", "1")
    assert asked.exit_code == 3
    assert "not known: licensee.monthly_active_users@2024-06" in asked.stdout
    assert asked.stdout.splitlines()[0].endswith(" the best 1 of them")
    every = run("--use", "derivative release", "--license", "llama-3.1")
    assert every.stdout.splitlines()[0].endswith(" all of them, best first")
    assert run("--use", "internal use", "--limit", "0").exit_code == 2
