"""Policies: an organisation's rules and waivers, definitions point by point, regulation at a date."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

import weightlicense as wl
from weightlicense import catalogue
from weightlicense.cli import main
from weightlicense.decision import PolicyDecision, WaiverUsed
from weightlicense.errors import DataError
from weightlicense.policyfile import (
    DECISIONS,
    KINDS,
    SEVERITIES,
    documents_named,
    find_policy,
    policy_paths,
    read_policy,
)
from weightlicense.report import render

DAY = "2026-11-21"
SETTLED = {
    "licensee.monthly_active_users": "<1M",
    "licensee.good_standing": "yes",
    "purpose.hazards": "none",
}
WAIVED = """\
format: 1
id: acme
title: Acme
rules:
  - id: no-community
    decision: deny
    severity: high
    when: {openness: community}
    reason: Counsel has not read them.
  - id: open
    decision: accept
    when: {openness: permissive}
    reason: Open terms.
waivers:
  - rule: no-community
    owner: Ada
    reason: The pilot.
    scope: {license: llama-3.1, use: derivative release}
    expires: 2026-12-31
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def written(folder: Path, text: str) -> str:
    path = folder / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def llama(*policies: str, day: str = DAY, use: str = "derivative release", **facts: str) -> wl.Report:
    known = {**SETTLED, **{name.replace("__", "."): value for name, value in facts.items()}}
    return wl.check("llama-3.1", use=use, facts=known, as_of=day, policies=policies)


def row(report: wl.Report, policy: str) -> PolicyDecision:
    (found,) = [each for each in report.policies if each.policy == policy]
    return found


def points(decision: PolicyDecision) -> dict[str, tuple[str, list[str]]]:
    return {
        reason.id: (reason.decision, sorted({f"{c.document}/{c.clause}" for c in reason.clauses}))
        for reason in decision.reasons
    }


def open_(definition: str, document: str, **facts: str) -> PolicyDecision:
    known = {name.replace("__", "."): value for name, value in facts.items()}
    report = wl.check(license=document, use="internal use", as_of=DAY, facts=known, policies=[definition])
    return row(report, definition)


# --- an organisation -------------------------------------------------------------------------------------------


def test_one_release_is_accepted_by_one_denied_by_another_and_waived_by_a_third(tmp_path: Path) -> None:
    lenient = written(
        tmp_path,
        "format: 1\nid: lenient\ntitle: Lenient\nrules:\n"
        "  - {id: meta, decision: accept, when: {steward: Meta}, reason: Read.}\n",
    )
    third = tmp_path / "third.yaml"
    third.write_text(WAIVED)
    report = llama(lenient, "permissive", str(third))
    assert report.verdict == "conditional"
    assert [(p.policy, p.decision, p.rule, p.waiver, p.severity) for p in report.policies] == [
        ("lenient", "accept", "meta", None, "medium"),
        ("permissive", "deny", "no-use-restrictions", None, "high"),
        (
            "acme",
            "accept",
            "no-community",
            WaiverUsed(
                rule="no-community", owner="Ada", reason="The pilot.", expires="2026-12-31", state="in-force"
            ),
            "high",
        ),
    ]
    assert report.exit_code == 1
    assert [p.policy for p in report.denials] == ["permissive"]


@pytest.mark.parametrize(
    ("day", "decision", "state", "notes"),
    [
        ("2026-11-30", "accept", "in-force", ()),
        (
            "2026-12-01",
            "accept",
            "expiring",
            ("The waiver of Ada for no-community ends in 30 days, on 2026-12-31: renew it or comply.",),
        ),
        (
            "2026-12-30",
            "accept",
            "expiring",
            ("The waiver of Ada for no-community ends in 1 day, on 2026-12-31: renew it or comply.",),
        ),
        (
            "2026-12-31",
            "accept",
            "expiring",
            ("The waiver of Ada for no-community ends today, on 2026-12-31: renew it or comply.",),
        ),
        (
            "2027-01-01",
            "deny",
            "expired",
            ("The waiver of Ada for no-community expired on 2026-12-31: the rule stands again.",),
        ),
    ],
)
def test_a_waiver_holds_up_to_its_day_and_warns_for_thirty(
    tmp_path: Path, day: str, decision: str, state: str, notes: tuple[str, ...]
) -> None:
    found = row(llama(written(tmp_path, WAIVED), day=day), "acme")
    assert found.waiver is not None
    assert (found.decision, found.rule, found.waiver.state, found.notes) == (
        decision,
        "no-community",
        state,
        notes,
    )


def test_a_waiver_lifts_nothing_outside_its_scope(tmp_path: Path) -> None:
    report = llama(written(tmp_path, WAIVED), use="hosted service")
    assert (row(report, "acme").decision, row(report, "acme").waiver, row(report, "acme").notes) == (
        "deny",
        None,
        ("The waiver of Ada for no-community does not surely cover all of this: its scope is narrower.",),
    )


def test_a_waiver_of_one_rule_leaves_the_others_standing(tmp_path: Path) -> None:
    more = "  - {id: named, decision: approval, when: {duty: name-prefix}, reason: Marketing.}\nwaivers:"
    found = row(llama(written(tmp_path, WAIVED.replace("waivers:", more))), "acme")
    assert (found.decision, found.rule, found.waiver) == ("approval", "named", None)
    assert [(r.id, r.decision, [c.clause for c in r.clauses], r.notes) for r in found.reasons] == [
        ("no-community", "deny", [], ("waiver of Ada, in-force, until 2026-12-31",)),
        ("named", "approval", ["name-prefix"], ()),
    ]


RULES = """\
format: 1
id: acme
title: Acme
rules:
  - {id: yes, decision: accept, severity: critical, when: {%s}, reason: A.}
  - {id: ask, decision: approval, severity: low, when: {%s}, reason: B.}
  - {id: no-low, decision: deny, severity: low, when: {%s}, reason: C.}
  - {id: no-high, decision: deny, severity: high, when: {%s}, reason: D.}
"""
FITS, NOT = "act: fine-tune", "act: host"


@pytest.mark.parametrize(
    ("fitting", "decision", "rule"),
    [
        ((FITS, FITS, FITS, FITS), "deny", "no-high"),
        ((FITS, FITS, FITS, NOT), "deny", "no-low"),
        ((FITS, FITS, NOT, NOT), "approval", "ask"),
        ((FITS, NOT, NOT, NOT), "accept", "yes"),
        ((NOT, NOT, NOT, NOT), "approval", "otherwise"),
    ],
)
def test_deny_goes_before_approval_before_accept_and_the_gravest_first(
    tmp_path: Path, fitting: tuple[str, ...], decision: str, rule: str
) -> None:
    found = row(llama(written(tmp_path, (RULES % fitting).replace("id: yes", 'id: "yes"'))), "acme")
    assert (found.decision, found.rule) == (decision, rule)


@pytest.mark.parametrize(
    ("when", "decision"),
    [
        ("license: llama-3.1", "deny"),
        ("license: llama-3.1-aup", "deny"),
        ("license: llama3.1", "deny"),
        ("license: apache-2.0", "accept"),
        ("model: llama-3.1", "deny"),
        ('model: "llama-*"', "deny"),
        ("model: gemma-2", "accept"),
        ("steward: meta", "deny"),
        ("steward: Google", "accept"),
        ("openness: [community, policy]", "deny"),
        ("clause: llama-3.1/users-threshold", "deny"),
        ("clause: llama-3.1-aup/military", "deny"),
        ("clause: llama-3.1/term", "accept"),
        ("duty: [name-prefix]", "deny"),
        ("duty: same-license", "accept"),
        ("act: distribute", "deny"),
        ("use: derivative release", "deny"),
        ("verdict: conditional", "deny"),
        ("verdict: permitted", "accept"),
        ("hazard: medical", "accept"),
        ("fact: {licensee.monthly_active_users: {below: 2000000}}", "deny"),
        ("fact: {licensee.monthly_active_users: {above: 500}}", "undecided"),
        ("fact: {licensee.country: {in: EU}}", "undecided"),
        ("act: distribute, steward: Google", "accept"),
    ],
)
def test_each_key_of_a_rule_looks_at_its_part_of_the_report(tmp_path: Path, when: str, decision: str) -> None:
    text = (
        "format: 1\nid: acme\ntitle: Acme\notherwise: accept\nrules:\n"
        f"  - {{id: no, decision: deny, when: {{{when}}}, reason: No.}}\n"
    )
    assert row(llama(written(tmp_path, text)), "acme").decision == decision


def test_a_purpose_that_touches_a_denied_hazard_is_denied_and_an_unknown_purpose_is_undecided() -> None:
    facts = {"licensee.monthly_active_users": "<1M", "licensee.good_standing": "yes"}
    found = {}
    for hazards in ("social-scoring", "none", None):
        known = facts if hazards is None else {**facts, "purpose.hazards": hazards}
        report = wl.check(
            license="apache-2.0",
            use="commercial product",
            facts=known,
            as_of=DAY,
            policies=["product-company"],
        )
        decision = row(report, "product-company")
        found[hazards] = (decision.decision, decision.rule, decision.reasons[0].missing, report.exit_code)
    assert found == {
        "social-scoring": ("deny", "hazards-never", (), 1),
        "none": ("accept", "open", (), 0),
        None: ("undecided", "hazards-never", ("purpose.hazards",), 0),
    }


def test_accepting_one_license_of_two_does_not_accept_both(tmp_path: Path) -> None:
    text = (
        "format: 1\nid: acme\ntitle: Acme\nrules:\n"
        "  - {id: mit, decision: accept, when: {license: mit}, reason: Fine.}\n"
    )
    policy = written(tmp_path, text)
    for license_, decision in (("mit", "accept"), ("mit AND apache-2.0", "approval")):
        report = wl.check(license=license_, use="internal use", as_of=DAY, policies=[policy])
        assert (report.verdict, row(report, "acme").decision) == ("permitted", decision)


def test_terms_that_nobody_has_read_are_neither_accepted_nor_cleared(tmp_path: Path) -> None:
    text = (
        "format: 1\nid: acme\ntitle: Acme\notherwise: accept\nrules:\n"
        "  - {id: no-meta, decision: deny, when: {steward: Meta}, reason: No.}\n"
    )
    report = wl.check(
        license="aihub-terms", use="internal use", as_of=DAY, policies=[written(tmp_path, text)]
    )
    found = row(report, "acme")
    assert (report.verdict, found.decision, found.rule) == ("undetermined", "undecided", "no-meta")
    assert found.reasons[0].notes == ("undecided whether it fits", "terms that are not at hand may differ")


def test_of_two_licenses_to_choose_from_the_one_that_no_policy_denies_is_taken() -> None:
    report = wl.check(
        license="gpl-3.0 OR zlib",
        use="on-device product",
        facts={"purpose.hazards": "none", "licensee.good_standing": "yes"},
        as_of=DAY,
        policies=["product-company"],
    )
    assert report.notes[:2] == (
        "Choice zlib: conditional; product-company: accept.",
        "Choice gpl-3.0: conditional; product-company: deny.",
    )
    assert report.exit_code == 0


@pytest.mark.parametrize(
    ("decision", "otherwise", "expected"),
    [
        ("deny", "accept", ("undecided", "maybe", "It may be denied: Why.")),
        ("approval", "accept", ("undecided", "maybe", "It may need approval: Why.")),
        ("accept", "approval", ("undecided", "maybe", "It may be accepted: Why.")),
        ("accept", "accept", ("accept", "otherwise", "No rule of the policy fits.")),
    ],
)
def test_a_rule_that_may_fit_leaves_the_decision_undecided(
    tmp_path: Path, decision: str, otherwise: str, expected: tuple[str, str, str]
) -> None:
    text = (
        f"format: 1\nid: acme\ntitle: Acme\notherwise: {otherwise}\nrules:\n"
        f"  - {{id: maybe, decision: {decision}, when: {{fact: {{licensee.country: {{in: EU}}}}}}, reason: Why.}}\n"
    )
    found = row(llama(written(tmp_path, text)), "acme")
    assert (found.decision, found.rule, found.says) == expected
    assert [reason.missing for reason in found.reasons] == [("licensee.country",)]


@pytest.mark.parametrize(
    ("otherwise", "expected"),
    [
        ("deny", ("deny", "otherwise")),
        ("approval", ("undecided", "verdict")),
        ("accept", ("undecided", "verdict")),
    ],
)
def test_under_an_undetermined_verdict_nothing_is_accepted(
    tmp_path: Path, otherwise: str, expected: tuple[str, str]
) -> None:
    text = (
        f"format: 1\nid: acme\ntitle: Acme\notherwise: {otherwise}\nrules:\n"
        "  - {id: google, decision: accept, when: {steward: Google}, reason: Why.}\n"
    )
    report = wl.check(license="llama-3.1", use="research", as_of=DAY, policies=[written(tmp_path, text)])
    assert (report.verdict, row(report, "acme").decision, row(report, "acme").rule) == (
        "undetermined",
        *expected,
    )


def test_of_two_waivers_of_a_rule_the_one_that_holds_longest_counts(tmp_path: Path) -> None:
    older = "waivers:\n  - {rule: no-community, owner: Bo, reason: R, scope: {act: run}, expires: 2026-01-01}"
    found = row(llama(written(tmp_path, WAIVED.replace("waivers:", older))), "acme")
    assert found.waiver is not None
    assert (found.decision, found.waiver.owner) == ("accept", "Ada")


def test_a_policy_that_denies_raises_where_the_license_allows() -> None:
    report = llama("permissive")
    with pytest.raises(wl.PolicyDeniedError) as caught:
        report.raise_for_verdict()
    assert caught.value.report is report
    llama("product-company").raise_for_verdict()


def test_a_label_with_dated_versions_stands_for_all_of_them() -> None:
    versions = sorted(name for name in catalogue.heads() if name.startswith("gemma-tou"))
    assert sorted(documents_named("gemma")) == versions
    assert len(versions) >= 4
    assert documents_named("MIT") == {"mit"}


# --- properties ------------------------------------------------------------------------------------------------

WHENS = (
    "{act: run}",
    "{act: host}",
    "{hazard: medical}",
    "{verdict: undetermined}",
    "{verdict: [prohibited, not-granted, needs-license, breach]}",
    "{openness: [permissive, community, non-commercial]}",
    "{steward: Meta}",
    "{fact: {purpose.commercial: yes}}",
)
SUBJECTS = ("apache-2.0", "cc-by-nc-4.0", "llama-3.1", "gpl-3.0", "aihub-terms")
FACTS: tuple[dict[str, str], ...] = (
    {},
    SETTLED,
    {**SETTLED, "purpose.commercial": "yes"},
    {**SETTLED, "purpose.hazards": "medical,military"},
    {**SETTLED, "licensee.terminated": "yes"},
)


@settings(max_examples=60, deadline=None)
@given(
    rules=st.lists(
        st.tuples(st.sampled_from(DECISIONS), st.sampled_from(SEVERITIES), st.sampled_from(WHENS)),
        min_size=1,
        max_size=5,
    ),
    otherwise=st.sampled_from(DECISIONS),
    waived=st.booleans(),
    subject=st.sampled_from(SUBJECTS),
    use=st.sampled_from(("internal use", "hosted service", "redistribution")),
    facts=st.sampled_from(FACTS),
)
def test_a_policy_never_changes_the_verdict_and_what_is_not_allowed_is_never_accepted(
    tmp_path_factory: pytest.TempPathFactory,
    rules: list[tuple[str, str, str]],
    otherwise: str,
    waived: bool,
    subject: str,
    use: str,
    facts: dict[str, str],
) -> None:
    facts = {
        name: value
        for name, value in facts.items()
        if name != "licensee.good_standing" or "licensee.terminated" not in facts
    }
    lines = ["format: 1", "id: acme", "title: Acme", "rules:"]
    for index, (decision, severity, when) in enumerate(rules):
        lines.append(
            f"  - {{id: r{index}, decision: {decision}, severity: {severity}, when: {when}, reason: R.}}"
        )
    lines.append(f"otherwise: {otherwise}")
    strict = [f"r{index}" for index, rule in enumerate(rules) if rule[0] != "accept"]
    if waived and strict:
        lines += [
            "waivers:",
            f"  - {{rule: [{', '.join(strict)}], owner: O, reason: R, scope: {{act: run}}, expires: 2027-12-31}}",
        ]
    path = tmp_path_factory.mktemp("policy") / "acme.yaml"
    path.write_text("\n".join(lines) + "\n")
    bare = wl.check(license=subject, use=use, facts=facts, as_of=DAY)
    report = wl.check(license=subject, use=use, facts=facts, as_of=DAY, policies=[path])
    assert (report.verdict, report.best, report.worst, report.findings, report.questions, report.duties) == (
        bare.verdict, bare.best, bare.worst, bare.findings, bare.questions, bare.duties,
    )  # fmt: skip
    decision = row(report, "acme").decision
    if report.verdict not in ("permitted", "conditional"):
        assert decision != "accept"
    if report.verdict in ("breach", "needs-license", "not-granted", "prohibited"):
        assert decision == "deny"
    assert report.exit_code == (1 if decision == "deny" else bare.exit_code)


# --- definitions -----------------------------------------------------------------------------------------------


def test_whether_llama_3_1_is_open_source_has_a_cited_answer() -> None:
    report = llama("osaid-1.0", "osd", "four-freedoms")
    osaid, osd, freedoms = report.policies
    assert [p.decision for p in report.policies] == ["broken", "broken", "broken"]
    assert report.exit_code == 0
    found = points(osd)
    assert found["5-no-discrimination-of-persons"] == ("broken", ["llama-3.1/users-threshold"])
    fields = found["6-no-discrimination-of-fields"]
    assert fields[0] == "broken"
    assert "llama-3.1-aup/military" in fields[1]
    assert {name.partition("/")[0] for name in fields[1]} == {"llama-3.1-aup"}
    naming = next(r for r in osd.reasons if r.id == "4-integrity-of-the-source")
    assert [(c.document, c.clause, c.at) for c in naming.disputed] == [("llama-3.1", "name-prefix", "1.b.i")]
    assert found["2-source-code"] == ("undecided", [])
    assert found["8-not-specific-to-a-product"] == ("met", [])
    source = {r.id: r.missing for r in osaid.reasons if r.decision == "undecided"}
    assert source == {
        "study": ("model.components_open",),
        "data-information": ("model.data_described",),
        "code": ("model.components_open",),
    }
    assert [r.decision for r in freedoms.reasons] == ["broken", "broken", "broken", "broken", "undecided"]
    threshold = next(c for c in osaid.reasons[0].clauses if c.clause == "users-threshold")
    assert (threshold.document, threshold.at) == ("llama-3.1", "2")


def test_weights_without_data_and_training_code_break_what_asks_for_the_source() -> None:
    found = open_(
        "osaid-1.0", "apache-2.0", model__components_open="model-parameters", model__data_described="no"
    )
    assert {name: answer for name, (answer, _) in points(found).items()} == {
        "use": "met",
        "study": "broken",
        "modify": "met",
        "share": "met",
        "data-information": "broken",
        "code": "broken",
        "parameters": "met",
    }


@pytest.mark.parametrize(
    ("document", "decision", "broken_by"),
    [
        ("apache-2.0", "undecided", set()),
        ("openmdw-1.0", "undecided", set()),
        ("gpl-3.0", "undecided", set()),
        ("ofl-1.1", "undecided", set()),
        ("cc-by-nc-4.0", "broken", {"cc-by-nc-4.0/grant"}),
        ("cc-by-nd-4.0", "broken", {"cc-by-nd-4.0/grant-distribution", "cc-by-nd-4.0/no-adapted-material"}),
        ("gemma-tou-2026-04-01", "broken", {"gemma-prohibited-use-policy"}),
        (
            "bigscience-rail-1.0",
            "broken",
            {"bigscience-rail-1.0/medical", "bigscience-rail-1.0/law-enforcement"},
        ),
    ],
)
def test_the_open_source_definition_by_license(document: str, decision: str, broken_by: set[str]) -> None:
    found = open_("osd", document)
    cited = {name for _, names in points(found).values() for name in names}
    named = cited | {name.partition("/")[0] for name in cited}
    assert found.decision == decision
    assert broken_by <= named
    assert bool(cited) is bool(broken_by)


def test_every_permissive_and_copyleft_license_keeps_what_the_definition_asks_of_a_license() -> None:
    kept = ("public-domain", "permissive", "weak-copyleft", "copyleft")
    lost = ("non-commercial", "research-only", "no-derivatives")
    heads = [
        (name, head["openness"]) for name, head in catalogue.heads().items() if head["kind"] == "license"
    ]
    chosen = [*[h for h in heads if h[1] in kept][::4], *[h for h in heads if h[1] in lost][::5]]
    wrong = [
        name for name, openness in chosen if (open_("osd", name).decision == "broken") is (openness in kept)
    ]
    assert wrong == []


def test_a_definition_is_met_where_license_and_release_meet_each_point() -> None:
    every = "model-parameters,model-architecture,technical-report,evaluation-results,model-card,data-card"
    tools = f"{every},training-code,inference-code,evaluation-code,evaluation-data,supporting-libraries"
    decisions = {
        (document, components, policy): open_(policy, document, model__components_open=components).decision
        for document in ("apache-2.0", "llama-3.1")
        for components in (every, tools)
        for policy in ("mof-class-3", "mof-class-2", "mof-class-1")
    }
    assert decisions == {
        ("apache-2.0", every, "mof-class-3"): "met",
        ("apache-2.0", every, "mof-class-2"): "broken",
        ("apache-2.0", every, "mof-class-1"): "broken",
        ("apache-2.0", tools, "mof-class-3"): "met",
        ("apache-2.0", tools, "mof-class-2"): "met",
        ("apache-2.0", tools, "mof-class-1"): "broken",
        **{
            ("llama-3.1", components, policy): "broken"
            for components in (every, tools)
            for policy in ("mof-class-3", "mof-class-2", "mof-class-1")
        },
    }
    assert [len(find_policy(f"mof-class-{number}").points) for number in (3, 2, 1)] == [6, 11, 15]


def test_a_definition_does_not_depend_on_the_use() -> None:
    reports = [
        wl.check(license="llama-3.1", use=use, as_of=DAY, policies=["osd"])
        for use in ("internal use", "merge release")
    ]
    assert reports[0].policies == reports[1].policies


def test_a_license_that_nobody_has_read_is_undecided() -> None:
    found = open_("four-freedoms", "aihub-terms")
    assert (found.decision, {r.decision for r in found.reasons}) == ("undecided", {"undecided"})


# --- regulation ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "status"),
    [
        ("2025-01-12", "unknown"),
        ("2025-01-13", "announced"),
        ("2025-01-15", "published"),
        ("2025-05-12", "published"),
        ("2025-05-13", "not-enforced"),
        ("2026-11-21", "not-enforced"),
    ],
)
def test_the_export_rule_stands_as_it_stood_on_the_day(day: str, status: str) -> None:
    found = row(llama("us-export-model-weights", day=day), "us-export-model-weights")
    assert (found.rule, found.status, found.as_of) == ("eccn-4e091", status, "2026-11-21")
    assert found.source is not None
    assert "90 FR 4544" in found.source


def test_the_last_standing_of_the_export_rule_names_its_last_source() -> None:
    found = row(llama("us-export-model-weights"), "us-export-model-weights")
    assert found.notes == (
        "Not enforced since the announcement of 2025-05-13, which GAO B-337935 (2026-05-12) holds to be a rule under the "
        "Congressional Review Act; the sources at hand name no Federal Register notice that removed the text.",
    )


@pytest.mark.parametrize(
    ("license_", "facts", "decision"),
    [
        ("apache-2.0", {}, "undecided"),
        ("apache-2.0", {"model.training_compute_flop": "9.9e25"}, "not-covered"),
        ("apache-2.0", {"model.training_compute_flop": "1e26"}, "undecided"),
        (
            "apache-2.0",
            {"model.training_compute_flop": "1e26", "model.weights_published": "yes"},
            "not-covered",
        ),
        ("apache-2.0", {"model.weights_published": "yes"}, "not-covered"),
        ("llama-3.1", {"model.training_compute_flop": "1e26", "model.weights_published": "yes"}, "undecided"),
    ],
)
def test_published_weights_are_not_controlled_and_restrictive_terms_are_disputed(
    license_: str, facts: dict[str, str], decision: str
) -> None:
    report = wl.check(
        license=license_, use="redistribution", facts=facts, as_of=DAY, policies=["us-export-model-weights"]
    )
    found = row(report, "us-export-model-weights")
    assert found.decision == decision
    if license_ == "llama-3.1":
        assert ("llama-3.1", "2") in {(c.document, c.at) for c in found.reasons[0].disputed}


EU = {"product.countries": "DE", "model.weights_published": "yes", "release.sold": "no",
      "model.components_open": "model-parameters,model-architecture"}  # fmt: skip


@pytest.mark.parametrize(
    ("license_", "facts", "decisions"),
    [
        ("apache-2.0", {**EU, "model.training_compute_flop": "9e22"}, ["not-covered"] * 3),
        (
            "apache-2.0",
            {**EU, "model.training_compute_flop": "1e23"},
            ["not-covered", "covered", "not-covered"],
        ),
        (
            "apache-2.0",
            {**EU, "model.training_compute_flop": "1e25"},
            ["not-covered", "covered", "not-covered"],
        ),
        ("apache-2.0", {**EU, "model.training_compute_flop": "2e25"}, ["covered", "covered", "covered"]),
        (
            "apache-2.0",
            {**EU, "model.training_compute_flop": "1e24", "release.sold": "yes"},
            ["covered", "covered", "not-covered"],
        ),
        (
            "apache-2.0",
            {**EU, "model.training_compute_flop": "1e24", "product.countries": "US"},
            ["not-covered"] * 3,
        ),
        ("llama-3.1", {**EU, "model.training_compute_flop": "1e25"}, ["covered", "covered", "not-covered"]),
        (
            "apache-2.0",
            {"product.countries": "DE", "model.training_compute_flop": "1e24"},
            ["undecided", "covered", "not-covered"],
        ),
    ],
)
def test_the_open_source_exemption_of_the_ai_act_asks_for_open_terms_and_no_systemic_risk(
    license_: str, facts: dict[str, str], decisions: list[str]
) -> None:
    report = wl.check(
        license=license_, use="redistribution", facts=facts, as_of=DAY, policies=["eu-ai-act-gpai"]
    )
    found = {p.rule: p for p in report.policies}
    assert [
        found[name].decision for name in ("documentation", "copyright-policy-and-summary", "systemic-risk")
    ] == decisions
    if license_ == "llama-3.1":
        assert "users-threshold" in {c.clause for c in found["documentation"].reasons[0].clauses}
    assert found["modifier-becomes-provider"].decision == "not-covered"


@pytest.mark.parametrize(
    ("day", "old"),
    [("2026-11-21", False), ("2027-05-21", False), ("2027-05-22", True), ("2024-01-01", False)],
)
def test_what_was_looked_up_more_than_six_months_before_the_report_says_that_it_is_old(
    day: str, old: bool
) -> None:
    report = wl.check(license="mit", use="internal use", as_of=day, policies=["us-colorado-sb24-205"])
    (found,) = report.policies
    says = f"Looked up on 2026-11-21, more than six months before {day}: it is old, look it up again."
    assert (found.is_old, says in found.notes) == (old, old)


def test_where_colorado_stands_is_unsettled_after_its_second_date() -> None:
    statuses = {
        day: wl.check(license="mit", use="internal use", as_of=day, policies=["us-colorado-sb24-205"])
        .policies[0]
        .status
        for day in ("2026-02-01", "2026-06-29", "2026-06-30", DAY)
    }
    assert statuses == {
        "2026-02-01": "not-in-force", "2026-06-29": "not-in-force", "2026-06-30": "unsettled", DAY: "unsettled",
    }  # fmt: skip


def test_before_the_first_source_the_status_is_unknown_and_says_so() -> None:
    report = wl.check(license="mit", use="redistribution", as_of="2026-11-20", policies=["eu-ai-act-gpai"])
    found = report.policies[0]
    assert (found.status, found.notes) == (
        "unknown",
        ("How it stood on 2026-11-20 is not known from the sources at hand, which begin on 2026-11-21.",),
    )


def test_a_barred_licensee_is_covered_and_the_clause_of_the_license_is_cited() -> None:
    found = row(llama("sanctions", licensee__sanctioned="yes"), "sanctions")
    assert (found.decision, [c.clause for c in found.reasons[0].clauses]) == (
        "covered",
        ["comply-with-export"],
    )
    assert row(llama("sanctions"), "sanctions").decision == "not-covered"
    unknown = wl.check(license="mit", use="internal use", as_of=DAY, policies=["sanctions"]).policies[0]
    assert (unknown.decision, unknown.reasons[0].missing) == ("undecided", ("licensee.sanctioned",))


# --- files and the command line --------------------------------------------------------------------------------


def test_every_policy_that_comes_along_is_read_and_has_its_file_s_name_and_its_folder_s_kind() -> None:
    for name, path in policy_paths().items():
        policy = read_policy(path)
        assert (policy.id, policy.kind) == (name, path.parent.name)
        for statement in policy.statements:
            assert statement.sources
            assert statement.as_of == "2026-11-21"


def test_policies_are_listed_with_their_kind() -> None:
    rows = json.loads(run("list", "policies", "--format", "json").stdout)["policies"]
    kinds = {r["id"]: r["kind"] for r in rows}
    assert {name for name, kind in kinds.items() if kind in KINDS.values()} == set(policy_paths())
    assert (kinds["permissive"], kinds["osd"], kinds["sanctions"]) == (
        "organization",
        "definition",
        "regulation",
    )
    assert kinds["llama-3.1-aup"] == "acceptable-use-policy"


def test_all_mistakes_of_a_policy_are_told_at_once(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """\
format: 2
id: acme
title: Acme
rules:
  - id: a
    decision: forbid
    when: {license: lama-3.1, steward: Metta, clause: llama-3.1/user-threshold}
    reason: No.
  - id: a
    decision: accept
    when: {}
    reason: No.
  - id: verdict
    decision: deny
    when: {hazard: militry, licence: mit}
waivers:
  - rule: [b, a]
    owner: Ada
    reason: R.
    scope: {}
    expires: soon
""",
    )
    result = run("check", "--license", "mit", "--use", "research", "--policy", path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.replace(path, "P") == (
        "P:1: format: format 2 is not known\n  hint: write format: 1\n"
        "P:6: rules[0].decision: 'forbid' is not a decision\n  hint: one of deny, approval, accept\n"
        "P:7: rules[0].when.license: unknown license 'lama-3.1'\n"
        "  hint: did you mean llama-3.1 or llama3.1 or llama-3.3?\n"
        "P:7: rules[0].when.steward: 'Metta' is not a steward of the catalogue\n  hint: did you mean 'Meta'?\n"
        "P:7: rules[0].when.clause: llama-3.1 has no clause 'user-threshold'\n"
        "  hint: did you mean llama-3.1/users-threshold?\n"
        "P:9: rules[1].id: the id 'a' is taken by rules[0]\n  hint: choose another\n"
        "P:9: rules[1].when: nothing to look at\n  hint: otherwise decides where no rule fits\n"
        "P:13: rules[2]: missing key 'reason'\n  hint: why, for people who read the report\n"
        "P:13: rules[2].id: the id 'verdict' stands for what no rule of the file decides\n  hint: choose another\n"
        "P:15: rules[2].when.licence: unknown key\n  hint: did you mean 'license'?\n"
        "P:15: rules[2].when.hazard: 'militry' is not a hazard\n  hint: did you mean 'military'?\n"
        "P:17: waivers[0].scope: a waiver of everything\n  hint: say for what it holds\n"
        "P:17: waivers[0].rule: no rule 'b' in this file\n  hint: the rules are a, verdict\n"
        "P:21: waivers[0].expires: expected a date, found 'soon'\n  hint: a date is YYYY-MM-DD, without quotes\n"
    )
    assert run("lint", path).stdout == result.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "format: 1\nid: x\ntitle: y\n",
            "P:1: a policy has rules, points or statements: found none of them\n  hint: docs/policies.md shows each",
        ),
        (
            "format: 1\nid: x\ntitle: y\nrules: []\npoints: []\n",
            "P:1: a policy has rules, points or statements: found several of them\n  hint: docs/policies.md shows each",
        ),
        (
            "format: 1\nid: x\ntitle: y\nrules:\n"
            "  - {id: a, decision: accept, when: {act: run}, reason: r}\n"
            "waivers:\n  - {rule: a, owner: o, reason: r, scope: {act: run}, expires: 2027-01-01}\n",
            "P:7: waivers[0].rule: the rule 'a' accepts: there is nothing to lift\n"
            "  hint: name a rule that denies or wants approval",
        ),
        (
            "format: 1\nid: x\ntitle: y\nstatements:\n"
            "  - id: a\n    says: s\n    sources: [{title: t}]\n    as-of: 2026-01-01\n"
            "    standing: [{from: 2026-01-01, status: proposed, says: s}, {status: published, says: s}]\n",
            "P:5: statements[0].standing: the days are not in order\n  hint: only the first may be without from",
        ),
    ],
)
def test_a_bad_policy_file_says_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(DataError) as caught:
        find_policy(path)
    assert str(caught.value).replace(path, "P") == message


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("permisive", "unknown policy 'permisive'\n  hint: did you mean permissive?\n"),
        (
            "llama-3.1-aup",
            "llama-3.1-aup is a license or use policy of the catalogue, not a policy about them\n"
            f"  hint: check it with --license, or name one of {', '.join(policy_paths())}\n",
        ),
    ],
)
def test_an_unknown_policy_is_bad_usage(name: str, message: str) -> None:
    result = run("check", "--license", "mit", "--use", "research", "--policy", name)
    assert (result.exit_code, result.stderr) == (2, f"weightlicense: {message}")


def test_each_format_shows_the_decision_and_the_exit_code_is_the_same() -> None:
    codes = {}
    for form in ("terminal", "json", "html"):
        result = run(
            "check", "--no-profile", "--license", "cc-by-nc-4.0", "--use", "research", "--as-of", DAY,
            "--policy", "permissive", "--policy", "osd", "--format", form,
        )  # fmt: skip
        assert "no-use-restrictions" in result.stdout
        codes[form] = result.exit_code
    assert codes == {"terminal": 1, "json": 1, "html": 1}


def test_the_terminal_shows_policies_after_the_duties_with_rule_and_clauses() -> None:
    lines = render(llama("permissive", "osd"), "terminal").splitlines()
    start = lines.index("Policies                                      beside the verdict, not part of it")
    assert lines.index("Keep to") < start < lines.index("Clause by clause")
    assert lines[start + 1 : start + 4] == [
        "  ✗ permissive deny: no-use-restrictions",
        "    The license limits who may use the model, or for what.",
        "  ✗ osd broken: 1-free-redistribution",
    ]
    assert "      by llama-3.1/users-threshold (2)" in lines
    assert "      disputed: llama-3.1/name-prefix (1.b.i)" in lines


def test_the_json_of_a_policy_has_the_keys_of_the_contract_first() -> None:
    data: dict[str, Any] = json.loads(render(llama("permissive"), "json"))
    (found,) = data["policies"]
    assert list(found)[:4] == ["policy", "decision", "rule", "waiver"]
    assert {key: found[key] for key in ("policy", "decision", "rule", "waiver", "kind", "severity")} == {
        "policy": "permissive",
        "decision": "deny",
        "rule": "no-use-restrictions",
        "waiver": None,
        "kind": "organization",
        "severity": "high",
    }
    assert found["reasons"] == [
        {
            "id": "no-use-restrictions",
            "decision": "deny",
            "says": "The license limits who may use the model, or for what.",
            "severity": "high",
            "clauses": [],
            "disputed": [],
            "missing": [],
            "notes": [],
        }
    ]


def test_an_audit_asks_policies_too(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: apache-2.0\n---\n# Model\n")
    result = run(
        "audit", str(tmp_path), "--no-profile", "--use", "internal use", "--as-of", DAY, "--policy", "permissive",
        "--format", "json",
    )  # fmt: skip
    assert [(p["policy"], p["rule"]) for p in json.loads(result.stdout)["policies"]] == [
        ("permissive", "open")
    ]
