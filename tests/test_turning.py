"""A verdict turned round: minimal sets of changes, and the licenses that a release may be offered under."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from weightlicense.assessment import Asked, assess
from weightlicense.change import Change, Changes
from weightlicense.cli import main
from weightlicense.engine.hand import NAME_DUTIES
from weightlicense.finding import CONDITIONAL, LEVELS
from weightlicense.offering import offering
from weightlicense.turning import applied, changes
from weightlicense.usecase import Facts
from weightlicense.vocabulary import vocabulary

WORDS = vocabulary()
AS_OF = "2026-11-21"
GOOD = ("permitted", "conditional")
SETTLED = {
    "licensee.monthly_active_users": "<1M",
    "licensee.good_standing": "yes",
    "purpose.hazards": "none",
}
DOCUMENTS = (
    "llama-2",
    "llama-3.1",
    "gemma-tou-2025-03-24",
    "cc-by-nc-4.0",
    "cc-by-sa-4.0",
    "gpl-3.0",
    "exaone-1.2-nc",
    "mit OR llama-3.1",
)
USES = ("internal use", "derivative release", "commercial product", "hosted service", "distillation")
ANSWERS = {
    "licensee.good_standing": ["yes"],
    "licensee.monthly_active_users": ["<1M", "2B"],
    "licensee.registered": ["no", "yes"],
    "licensee.terminated": ["no", "yes"],
    "purpose.commercial": ["yes", "no"],
    "purpose.stage": ["research", "production"],
    "purpose.hazards": ["none", "military,spam", "cbrn-weapons", "medical"],
    "product.countries": ["EU,US", "KR", "US"],
    "product.displays": ["none", "Built with Llama"],
    "release.displays": ["none", "Made by us"],
    "release.model_name": ["My-8B", "Llama-My-8B", "Gemma-llama"],
    "release.license": ["MIT", "GPL-3.0-only"],
    "release.license_copy": ["no", "yes"],
    "release.license_copy[llama-3.1]": ["no", "yes"],
    "release.policy_copy": ["no", "yes"],
    "release.notice": ["none", "Ours"],
    "release.binds_recipients": ["no", "yes"],
    "release.source_provided": ["no", "yes"],
    "release.states_changes": ["no", "yes"],
    "training.mimics_model": ["yes", "no"],
    "duty.attribution": ["unmet", "met"],
}
FLIPS = [
    name
    for name in ANSWERS
    if name in WORDS.facts and WORDS.facts[name].hand and WORDS.facts[name].type == "yes-no"
]
answers = st.dictionaries(st.sampled_from(sorted(ANSWERS)), st.integers(0, 3), max_size=14).map(
    lambda chosen: {name: ANSWERS[name][index % len(ANSWERS[name])] for name, index in chosen.items()}
)
thorough = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def told(facts: dict[str, str]) -> Facts:
    found = Facts()
    for name, value in facts.items():
        found.give(name, value)
    return found


def question(license: str, use: str) -> Asked:
    return Asked(license=license, use=use, as_of=AS_OF)


def turned(license: str, use: str, **facts: str) -> list[set[str]]:
    """The sets in short: `fact=value`, `fact+text`, `fact-tag`, `-act`."""
    given_facts = SETTLED | {name.replace("__", "."): value for name, value in facts.items()}
    found = changes(question(license, use), told(given_facts))
    assert (found.obstacles, found.is_complete) == ((), True)
    return [{short(change) for change in chosen} for chosen in found.sets]


def short(change: Change) -> str:
    if change.left_out:
        return f"-{change.left_out}"
    if change.adds:
        return f"{change.fact}+{change.adds}"
    return f"{change.fact}-{change.removes}" if change.removes else f"{change.fact}={change.value}"


def after(asked: Asked, facts: Facts, chosen: tuple[Change, ...]) -> tuple[str, Changes, str]:
    now, then = applied(asked, facts, chosen)
    report = assess(now, then.copy())
    return report.verdict, changes(now, then), report.best


@thorough
@given(st.sampled_from(DOCUMENTS), st.sampled_from(USES), answers)
def test_a_minimal_set_of_changes_makes_it_allowed_and_no_part_of_it_does(
    license: str, use: str, facts: dict[str, str]
) -> None:
    asked, given_facts = question(license, use), told(facts)
    found = changes(asked, given_facts)
    for chosen in found.sets:
        verdict, further, best = after(asked, given_facts, chosen)
        if found.obstacles:
            assert all(obstacle.is_open for obstacle in found.obstacles)
            assert LEVELS[best] <= CONDITIONAL
            assert further.sets == ()
        else:
            assert verdict in GOOD
            assert further == Changes()
        for size in range(len(chosen)):
            for part in combinations(chosen, size):
                smaller, remaining, _best = after(asked, given_facts, part)
                assert smaller not in GOOD
                assert remaining.sets != () or not all(each.is_open for each in remaining.obstacles)


@thorough
@given(st.sampled_from(DOCUMENTS), st.sampled_from(USES), answers)
def test_nothing_need_change_exactly_where_it_is_allowed(
    license: str, use: str, facts: dict[str, str]
) -> None:
    asked, given_facts = question(license, use), told(facts)
    found = changes(asked, given_facts)
    verdict = assess(asked, given_facts.copy()).verdict
    assert (found == Changes()) == (verdict in GOOD)


@thorough
@given(st.sampled_from(DOCUMENTS), st.sampled_from(USES), answers, st.sampled_from(FLIPS))
def test_one_fact_in_hand_that_would_do_is_among_the_sets(
    license: str, use: str, facts: dict[str, str], name: str
) -> None:
    asked, given_facts = question(license, use), told(facts)
    if assess(asked, given_facts.copy()).verdict in GOOD:
        return
    doing = []
    for value in ("yes", "no"):
        now, then = applied(asked, given_facts, (Change(fact=name, value=value),))
        if facts.get(name) != value and assess(now, then).verdict in GOOD:
            doing.append(value)
    found = changes(asked, given_facts)
    if doing and found.is_complete:
        assert [
            chosen[0].value for chosen in found.sets if len(chosen) == 1 and chosen[0].fact == name
        ] == doing[:1]


def test_a_wrong_name_is_mended_by_the_prescribed_one_or_by_an_act_fewer() -> None:
    assert turned("llama-3.1", "derivative release", release__model_name="My-8B") == [
        {"release.model_name=Llama-My-8B"},
        {"-fine-tune"},
        {"-distribute"},
    ]


def test_duties_that_are_all_unmet_need_all_of_their_changes() -> None:
    found = turned(
        "llama-3.1",
        "redistribution",
        release__license_copy="no",
        release__displays="none",
        release__notice="none",
    )
    assert found == [
        {
            "release.license_copy=yes",
            "release.displays+Built with Llama",
            "release.notice+Llama 3.1 is licensed under the Llama 3.1 Community License, Copyright © Meta Platforms, "
            "Inc. All Rights Reserved.",
        }
    ]


def test_the_offending_tags_are_taken_out_one_by_one() -> None:
    found = turned("llama-3.1", "internal use", purpose__hazards="military,spam,medical")
    assert found == [{"purpose.hazards-military", "purpose.hazards-spam"}]


def test_a_tag_goes_with_those_that_imply_it() -> None:
    asked, facts = question("llama-3.1", "internal use"), told(SETTLED | {"purpose.hazards": "cbrn-weapons"})
    (chosen,) = changes(asked, facts).sets
    assert [short(change) for change in chosen] == ["purpose.hazards-weapons"]
    _now, then = applied(asked, facts, chosen)
    assert then.given["purpose.hazards"].value == frozenset()


def test_open_questions_do_not_hide_what_would_help() -> None:
    found = changes(question("cc-by-nc-4.0", "commercial product"), Facts())
    assert [[short(change) for change in chosen] for chosen in found.sets] == [["purpose.commercial=no"]]
    assert [(o.by, o.facts, o.is_open) for o in found.obstacles] == [
        (("cc-by-nc-4.0/termination",), (("licensee.terminated", None),), True)
    ]


def test_where_nothing_in_hand_helps_the_clause_and_the_fact_are_named() -> None:
    facts = told(SETTLED | {"licensee.monthly_active_users": "2B"})
    found = changes(question("llama-3.1", "derivative release"), facts)
    assert found.sets == ()
    (obstacle,) = found.obstacles
    assert (obstacle.by, obstacle.effect, obstacle.is_open) == (
        ("llama-3.1/users-threshold",),
        "needs-license",
        False,
    )
    assert ("licensee.monthly_active_users@2024-06", "2B") in obstacle.facts


def test_of_two_licenses_to_choose_from_the_one_that_needs_less_counts() -> None:
    found = changes(
        question("MIT OR llama-3.1", "redistribution"),
        told(SETTLED | {"release.license_copy": "no", "release.displays": "none"}),
    )
    assert [[short(change) for change in chosen] for chosen in found.sets] == [["release.license_copy=yes"]]


def test_a_fact_that_names_a_document_is_changed_under_that_name() -> None:
    facts = told(SETTLED | {"release.license_copy[llama-3.1]": "no"})
    asked = question("llama-3.1", "redistribution")
    (chosen,) = changes(asked, facts).sets
    assert [short(change) for change in chosen] == ["release.license_copy[llama-3.1]=yes"]
    now, then = applied(asked, facts, chosen)
    assert assess(now, then).verdict == "conditional"


def test_a_declared_license_that_leaves_an_ancestors_terms_out_is_changed_to_keep_them(
    tmp_path: Path,
) -> None:
    lineage = tmp_path / "lineage.yaml"
    lineage.write_text(
        "format: 1\nsubject: mine\nworks:\n"
        "  mine: {kind: model, from: [{work: a, relation: fine-tune}]}\n  a: {model: llama-3.1}\n"
    )
    asked = Asked(lineage=lineage, use="redistribution", as_of=AS_OF)
    found = changes(asked, told(SETTLED | {"release.license": "MIT"}))
    assert [[short(change) for change in chosen] for chosen in found.sets] == [["release.license=llama-3.1"]]
    options = offering(asked, told(SETTLED))
    assert (options.options, [limit.document for limit in options.limits], options.is_free) == (
        ("llama-3.1",),
        ["llama-3.1"],
        False,
    )


@pytest.mark.parametrize(
    ("license", "options", "clauses", "is_free"),
    [
        ("mit", (), (), True),
        ("apache-2.0", (), (), True),
        ("llama-3.1", ("llama-3.1",), ("license-copy",), False),
        ("mpl-2.0", ("MPL-2.0",), ("same-license",), False),
    ],
)
def test_what_a_release_may_be_offered_under_follows_from_the_limiting_clauses(
    license: str, options: tuple[str, ...], clauses: tuple[str, ...], is_free: bool
) -> None:
    found = offering(question(license, "derivative release"), Facts())
    assert (found.options, found.is_free) == (options, is_free)
    assert all(limit.says and limit.at for limit in found.limits)
    if license == "llama-3.1":
        assert tuple(limit.clause for limit in found.limits) == clauses


@pytest.mark.parametrize("license", ["gpl-3.0", "cc-by-sa-4.0", "agpl-3.0", "odbl-1.0", "eupl-1.2"])
def test_every_option_passes_a_check_that_declares_it(license: str) -> None:
    asked = question(license, "derivative release")
    found = offering(asked, Facts())
    assert found.options
    for option in found.options:
        report = assess(asked, told({"release.license": option}))
        assert [d.duty for d in report.duties if d.duty == "same-license" and d.status == "violated"] == []
    assert assess(asked, told({"release.license": "LicenseRef-ours"})).verdict in ("breach", "undetermined")


def test_two_share_alike_licenses_leave_no_option() -> None:
    found = offering(question("GPL-3.0-only AND CC-BY-SA-3.0", "derivative release"), Facts())
    assert (found.options, found.is_free, {limit.document for limit in found.limits}) == (
        (),
        False,
        {"gpl-3.0", "cc-by-sa-3.0"},
    )


# --- the command ---------------------------------------------------------------------------------------------------


def check(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["check", "--no-profile", "--as-of", AS_OF, *arguments])


BASE = [
    "--model", "llama-3.1", "--use", "derivative release",
    "--fact", "licensee.monthly_active_users=<1M", "--fact", "licensee.good_standing=yes",
    "--fact", "purpose.hazards=none",
]  # fmt: skip


def test_a_breach_says_what_would_mend_it_and_doing_so_mends_it() -> None:
    broken = check(*BASE, "--fact", "release.model_name=My-8B")
    assert broken.exit_code == 1
    told_lines = [line.strip() for line in broken.stdout.splitlines()]
    start = told_lines.index(
        next(line for line in told_lines if line.startswith("What would make it allowed"))
    )
    assert told_lines[start + 1 : start + 4] == [
        "→ release.model_name=Llama-My-8B (was My-8B)",
        "→ leave out the act fine-tune",
        "→ leave out the act distribute",
    ]
    assert check(*BASE, "--fact", "release.model_name=Llama-My-8B").exit_code == 0
    assert check(*BASE, "--fact", "release.model_name=My-8B", "--leave-out", "fine-tune").exit_code == 0


def test_json_carries_the_changes_where_they_were_looked_for() -> None:
    assert "changes" not in json.loads(check(*BASE, "--format", "json").stdout)
    asked_for = json.loads(check(*BASE, "--why-not", "--format", "json").stdout)
    assert asked_for["changes"] == {"sets": [], "obstacles": [], "complete": True}
    broken = json.loads(check(*BASE, "--fact", "release.model_name=My-8B", "--format", "json").stdout)
    assert broken["changes"]["sets"][0] == [
        {
            "fact": "release.model_name",
            "value": "Llama-My-8B",
            "adds": None,
            "removes": None,
            "left_out": None,
            "was": "My-8B",
            "by": ["llama-3.1/name-prefix"],
        }
    ]


def test_license_options_are_told_when_asked_for() -> None:
    found = json.loads(check(*BASE, "--license-options", "--format", "json").stdout)["offering"]
    assert (found["options"], found["free"], found["limits"][0]["allowed"]) == (
        ["llama-3.1"],
        False,
        ["llama-3.1"],
    )
    shown = check("--license", "MIT", "--use", "derivative release", "--license-options").stdout
    assert "What the release may be offered under" in shown
    assert "What the release may be offered under" not in check(*BASE).stdout


def test_the_duties_about_names_are_those_of_the_vocabulary() -> None:
    about = [
        name
        for name, duty in WORDS.duties.items()
        if duty.shown_by and duty.shown_by[0] == "release.model_name"
    ]
    assert about == list(NAME_DUTIES)
