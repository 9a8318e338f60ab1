"""The formats that machines and pull requests read: valid by their schemas, read back, safe with hostile names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema_rs
import junitparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from msgspec.structs import replace

import weightlicense as wl
from weightlicense.decision import PolicyDecision, WaiverUsed
from weightlicense.finding import Disagreement, FactUsed, Finding, NotRead, Report
from weightlicense.finding import Testified as Said
from weightlicense.report import FORMATS, github, junit, markdown, render, sarif, schema, wording
from weightlicense.report import json as machine
from weightlicense.report.deciding import Artefact, artefact, deciding

DAY = "2026-11-21"
HOSTILE = (
    "Evil|<script>alert(1)</script><img src=x>\n\n# head\n- [x] done `code``more` [a](javascript:x) ![i](http://x) "
    "@octocat https://evil.example www.evil.example #12 $x$ ::error::no %0A a,b:c ]]> &amp; \u202ex\u202c\x07\ud800\r"
)
SETTLED = {
    "licensee.monthly_active_users@2024-06": "10M",
    "licensee.good_standing": "yes",
    "purpose.hazards": "none",
}
SETTINGS = settings(max_examples=40, deadline=None)
NEW = ("markdown", "sarif", "junit", "github")


def check(**asked: object) -> Report:
    return wl.check(use=str(asked.pop("use", "derivative release")), as_of=DAY, **asked)  # type: ignore[arg-type]


WAIVER = WaiverUsed(rule="any", owner="Ada", reason="A pilot.", expires="2027-01-31", state="in-force")


def policy(
    name: str, decision: str, rule: str, says: str = "Its reason.", waiver: WaiverUsed | None = None
) -> PolicyDecision:
    return PolicyDecision(
        policy=name,
        decision=decision,
        rule=rule,
        waiver=waiver,
        kind="organization",
        title=name,
        says=says,
        digest="0",
    )


def audited() -> Report:
    """A report of a directory: files to blame, what is altered, unread, told in two ways, and policies."""
    report = check(model="llama-3.1", facts={**SETTLED, "release.model_name": "Med-8B"})
    observed = {"release.model_name": FactUsed(value="Med-8B", source="observed: README.md:3")}
    findings = tuple(
        replace(each, facts_used=observed, path=("meta/base", "acme/med"), url="https://example.com/a b")
        if each.clause == "name-prefix"
        else replace(
            each,
            status="judgement",
            judge="Whether that is a service.",
            url="https://example.com/t#:~:text=a%20b,ü",
        )
        if each.clause == "litigation"
        else each
        for each in report.findings
    )
    altered = Finding(
        document="llama-3.1",
        clause="grant-altered-1",
        at="1.a",
        kind="alteration",
        act=(),
        status="violated",
        effect="none",
        says="my LICENSE is altered and no copy of llama-3.1: in section 1.a, clause grant, words differ.",
        how="Put the licensor's own text in its place.",
    )
    told_twice = replace(
        altered,
        document="facts",
        clause="release.license",
        at="",
        kind="contradiction",
        says="Two statements about the use do not fit together: mit (observed: config.json: license) and x (declared). "
        "The first, or the more specific, counts.",
    )
    return replace(
        report,
        findings=(*findings, altered, told_twice),
        witnesses=(
            Said(source="card", place="README.md", says={"license": "mit"}),
            Said(source="license-file", place="my LICENSE", says={"text": "llama-3.1", "match": "modified"}),
        ),
        contradictions=(
            Disagreement(fact="release.license", between=("mit (README.md:2)", "llama3.1 (config.json)")),
        ),
        unread=(NotRead(path="model 1.safetensors", reason="the header is no JSON object"),),
        policies=(
            policy("acme", "deny", "no-llama"),
            policy("open", "accept", "any", waiver=WAIVER),
            policy("careful", "approval", "counsel"),
        ),
    )


def hostile() -> Report:
    """The audit with every text that others write replaced."""
    report = audited()
    used = {HOSTILE: FactUsed(value=HOSTILE, source=f"observed: {HOSTILE}:7")}
    return replace(
        report,
        subject=replace(report.subject, model=HOSTILE, title=HOSTILE),
        use=HOSTILE,
        facts=used,
        findings=tuple(
            replace(
                each,
                facts_used=used,
                path=(HOSTILE, "b"),
                says=HOSTILE,
                how=HOSTILE,
                doubt=HOSTILE,
                url=HOSTILE,
            )
            for each in report.findings[:8]
        ),
        notes=(
            HOSTILE,
            "# no head",
            "1. no list",
            "- no list",
            "--- no rule",
            "=== no head",
            "+ x",
            "> x",
            "```x",
        ),
        witnesses=(Said(source="license-file", place=HOSTILE, says={HOSTILE: HOSTILE}),),
        contradictions=(Disagreement(fact=HOSTILE, between=(HOSTILE, HOSTILE)),),
        unread=(NotRead(path=HOSTILE, reason=HOSTILE),),
        policies=(policy(HOSTILE, "deny", HOSTILE, says=HOSTILE, waiver=replace(WAIVER, owner=HOSTILE)),),
    )


@cache
def scenes() -> dict[str, Report]:
    military = {"purpose.hazards": "military", "licensee.good_standing": "yes"}
    return {
        "undetermined": check(model="llama-3.1"),
        "conditional": check(model="llama-3.1", facts={**SETTLED, "release.model_name": "Llama-Med-8B"}),
        "breach": check(model="llama-3.1", facts={**SETTLED, "release.model_name": "Med-8B"}),
        "needs-license": check(
            model="llama-3.1", facts={**SETTLED, "licensee.monthly_active_users@2024-06": "800M"}
        ),
        "prohibited": check(model="llama-3.1", use="commercial product", facts={**SETTLED, **military}),
        "not-granted": check(license="cc-by-nc-4.0", use="commercial product"),
        "permitted": check(license="apache-2.0", use="internal use"),
        "unknown license": check(license="openrail"),
        "audited": audited(),
        "hostile": hostile(),
    }


@pytest.fixture(params=tuple(scenes()))
def report(request: pytest.FixtureRequest) -> Report:
    return scenes()[request.param]


def test_the_scenes_have_each_verdict() -> None:
    names = (
        "undetermined",
        "conditional",
        "breach",
        "needs-license",
        "prohibited",
        "not-granted",
        "permitted",
    )
    assert {name: scenes()[name].verdict for name in names} == {name: name for name in names}


# --- every format -------------------------------------------------------------------------------------------------

REPEAT = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
from test_report_formats import NEW, audited
from weightlicense.report import render
print([hashlib.sha256(render(audited(), form, root="m").encode()).hexdigest() for form in NEW])
"""


def test_the_same_report_gives_the_same_bytes_in_any_process() -> None:
    def run(seed: str) -> str:
        here = str(Path(__file__).parent)
        return subprocess.run(
            [sys.executable, "-c", REPEAT, here],
            check=True,
            capture_output=True,
            text=True,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
        ).stdout

    assert run("1") == run("2")


def test_no_invisible_character_reaches_a_format_and_each_ends_its_last_line(report: Report) -> None:
    for form in NEW:
        made = render(report, form)
        assert [c for c in made if not c.isprintable() and c != "\n"] == []
        assert made.endswith("\n")
        assert made.encode().decode() == made


def test_the_command_line_offers_the_formats_that_are_rendered() -> None:
    from weightlicense import cli

    assert cli.FORMATS == FORMATS
    assert set(NEW) <= set(FORMATS)


# --- which findings decide, which file is to blame ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("observed: README.md:3", Artefact(path="README.md", line=3)),
        ("observed: README.md:3, docs/a.md:9", Artefact(path="README.md", line=3)),
        ("observed: README.md:3 (card: model_name)", Artefact(path="README.md", line=3)),
        ("observed: README.md", Artefact(path="README.md")),
        ("observed: NOTICE, docs/NOTICE", Artefact(path="NOTICE")),
        ("observed: config.json: _name_or_path", Artefact(path="config.json")),
        ("observed: my card.md", Artefact(path="my card.md")),
        ("observed: my card.md:12", Artefact(path="my card.md", line=12)),
        ("observed: my card.md is an altered text", Artefact(path="my card.md")),
        ("declared: facts.yaml", Artefact(path="facts.yaml", released=False)),
        ("observed: no text of llama-3.1 in the directory", None),
        ("observed: no", Artefact(path="no")),
        ("observed: the directory's name", None),
        ("observed: .", None),
        ("declared", None),
        ("declared: --license", None),
        ("derived: model registry, llama-3.1", None),
        ("assumed: use research", None),
    ],
)
def test_a_source_names_a_file_and_a_line_or_none(source: str, found: Artefact | None) -> None:
    assert artefact(source, ("my card.md", "no")) == found


@pytest.mark.parametrize(
    ("artefact", "root", "path"),
    [
        (Artefact(path="a.md"), "models/med", "models/med/a.md"),
        (Artefact(path="a.md"), "models/med/", "models/med/a.md"),
        (Artefact(path="a.md"), ".", "a.md"),
        (Artefact(path="a.md"), "", "a.md"),
        (Artefact(path="f.yaml", released=False), "models/med", "f.yaml"),
        (Artefact(path="/a.md"), "models/med", "/a.md"),
    ],
)
def test_files_of_the_release_are_named_below_the_directory_audited(
    artefact: Artefact, root: str, path: str
) -> None:
    assert artefact.under(root) == path


def test_standing_duties_that_are_open_and_clauses_that_hold_do_not_decide() -> None:
    rows = [(each.finding.clause, each.weight) for each in deciding(scenes()["breach"])]
    assert rows == [
        ("license-copy", "to-do"),
        ("display", "to-do"),
        ("name-prefix", "unmet"),
        ("notice-file", "to-do"),
        ("brand-guidelines", "to-do"),
    ]


# --- SARIF --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sarif_schema(shared: Path) -> Any:
    text = (shared / "data" / "schemas" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8")
    return jsonschema_rs.validator_for(json.loads(text), validate_formats=True)


def test_sarif_is_valid_by_the_schema_of_oasis(report: Report, sarif_schema: Any) -> None:
    for root in ("", "models/my model", "/abs"):
        log = json.loads(render(report, "sarif", root=root))
        assert [error.message for error in sarif_schema.iter_errors(log)] == []


def test_each_result_of_sarif_leads_to_a_rule_with_help_and_has_one_place(report: Report) -> None:
    run = sarif.plain(report)["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [
        r["ruleId"] for r in run["results"]
    ]
    assert [rule["id"] for rule in rules if not rule["help"]["text"]] == []
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert {len(result["locations"]) for result in run["results"]} <= {1}
    assert {(result["kind"], result["level"]) for result in run["results"]} <= {
        ("fail", "error"), ("fail", "warning"), ("open", "none"), ("review", "none"),
    }  # fmt: skip
    marks = [result["partialFingerprints"]["weightlicenseFinding/v1"] for result in run["results"]]
    assert len(set(marks)) == len(marks)


def result_of(rule: str, root: str = "", report: Report | None = None) -> dict[str, Any]:
    run = sarif.plain(report or audited(), root=root)["runs"][0]
    (found,) = [result for result in run["results"] if result["ruleId"] == rule]
    return dict(found)


def test_sarif_names_file_and_line_where_an_artefact_is_to_blame() -> None:
    root = {"uriBaseId": "%SRCROOT%"}
    assert result_of("llama-3.1/name-prefix", "models/my model")["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "models/my%20model/README.md", **root},
                "region": {"startLine": 3},
            }
        }
    ]
    assert result_of("llama-3.1/grant-altered-1")["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "my%20LICENSE", **root}}}
    ]
    assert result_of("facts/release.license")["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "config.json", **root}}}
    ]
    assert result_of("llama-3.1/license-copy")["locations"] == [
        {
            "logicalLocations": [
                {"name": "license-copy", "fullyQualifiedName": "llama-3.1/license-copy", "kind": "clause"}
            ]
        }
    ]


def test_sarif_has_a_kind_and_a_level_by_status_and_effect() -> None:
    def told(rule: str, report: Report) -> tuple[str, str, str]:
        found = result_of(rule, report=report)
        return found["properties"]["status"], found["kind"], found["level"]

    assert told("llama-3.1/name-prefix", audited()) == ("violated", "fail", "error")
    assert told("llama-3.1/grant-altered-1", audited()) == ("violated", "fail", "warning")
    assert told("llama-3.1/license-copy", audited()) == ("open", "fail", "warning")
    assert told("llama-3.1/litigation", audited()) == ("judgement", "review", "none")
    assert told("llama-3.1/users-threshold", scenes()["undetermined"]) == ("undecided", "open", "none")
    assert result_of("policy/acme/no-llama")["message"] == {"text": "acme: deny by no-llama. Its reason."}


def test_the_texts_of_a_rule_are_those_of_all_its_results() -> None:
    report = audited()
    again = [
        replace(each, says=f"{each.says} Again.")
        for each in report.findings
        if each.kind in ("alteration", "contradiction")
    ]
    run = sarif.plain(replace(report, findings=(*report.findings, *again)))["runs"][0]
    results = {result["message"]["text"] for result in run["results"]}
    for number, each in enumerate(again):
        (rule,) = [rule for rule in run["tool"]["driver"]["rules"] if rule["id"] == each.reference]
        general = sarif.GENERAL[each.kind]
        assert rule["fullDescription"]["text"] == general
        assert rule["help"]["text"] == (
            f"{general}\n\nWhat to do: {each.how}\n\nMore: weightlicense explain {each.reference}\n\nThis is not legal advice."
        )
        assert {f"{each.how} {each.says}", f"{each.how} {each.says.removesuffix(' Again.')}"} <= results, (
            number
        )


def test_no_rule_names_a_file_or_a_work(tmp_path: Path, texts: Path) -> None:
    text = (texts / "llama-3.1.txt").read_text(encoding="utf-8")
    for name, users in (("LICENSE", "900 million"), ("sub/LICENSE", "800 million")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text.replace("700 million", users), encoding="utf-8")
    (tmp_path / "README.md").write_text("---\nlicense: mit\nbase_model: someone/else\n---\n# Ours\n")
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    run = sarif.plain(wl.audit(tmp_path, use="derivative release", as_of=DAY))["runs"][0]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    altered = "llama-3.1/users-threshold-altered-1"
    assert {"facts/license", "llama-3.1/altered-text", altered} <= set(rules)
    told = [rule[key]["text"] for rule in rules.values() for key in ("fullDescription", "help")]
    names = ("README.md", "LICENSE", "900", "someone/else", tmp_path.name)
    assert [text for text in told if any(name in text for name in names)] == []
    messages = [result["message"]["text"] for result in run["results"] if result["ruleId"] == altered]
    assert ["sub/LICENSE" in text for text in messages] == [False, True]


@pytest.mark.parametrize(
    ("license", "name", "told"),
    [
        ("mit", "conditional", "No. The license allows it on conditions, but the policy acme denies it."),
        (
            "cc-by-nc-4.0",
            "not-granted",
            "No. The license gives no right to do this. The policy acme denies it as well.",
        ),
    ],
)
def test_a_denial_is_the_first_that_machines_read(license: str, name: str, told: str) -> None:
    use = "redistribution" if name == "conditional" else "commercial product"
    found = replace(check(license=license, use=use), policies=(policy("acme", "deny", "no"),))
    assert (found.verdict, found.exit_code) == (name, 1)
    level, values, message = run_by_the_runner(render(found, "github").splitlines()[0])
    assert (level, values) == ("error", {"title": f"{name}, denied by acme: {license}, {use}"})
    assert message == f"{told} {wording.reach(found)} {wording.advice(found)}"
    (invocation,) = sarif.plain(found)["runs"][0]["invocations"]
    assert (invocation["exitCode"], invocation["exitCodeDescription"]) == (1, f"{name}, denied by acme")


def test_a_fingerprint_outlives_a_line_that_moves_and_a_status_that_changes() -> None:
    report = audited()
    moved = tuple(
        replace(
            f,
            facts_used={"release.model_name": FactUsed(value="B", source="observed: README.md:9")},
            says="New.",
        )
        if f.clause == "name-prefix"
        else f
        for f in report.findings
    )
    rule, mark = "llama-3.1/name-prefix", "partialFingerprints"
    assert result_of(rule)[mark] == result_of(rule, report=replace(report, findings=moved))[mark]


@pytest.mark.parametrize(
    ("url", "uri"),
    [
        ("https://host/t#:~:text=a%20b,ü", "https://host/t#:~:text=a%20b,%C3%BC"),
        ("https://host:80/a[1]?q=100%", "https://host:80/a%5B1%5D?q=100%25"),
        ("https://host/<x>#a#b", "https://host/%3Cx%3E#a%23b"),
        ("https://[::1]/x", "https://[::1]/x"),
        ("https://hö.st/x", None),
        ("https://host:port/", None),
        ("javascript:alert(1)", None),
        ("https://host/a b", None),
        (None, None),
    ],
)
def test_help_leads_only_to_web_addresses_that_are_uris(url: str | None, uri: str | None) -> None:
    assert sarif.uri(url) == uri


def test_unread_files_and_notes_are_notifications_of_the_run() -> None:
    told = sarif.plain(audited())["runs"][0]["invocations"][0]
    assert told["exitCode"] == 1
    assert told["toolExecutionNotifications"][0] == {
        "level": "warning",
        "message": {"text": "Nothing is concluded from model 1.safetensors: the header is no JSON object."},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "model%201.safetensors", "uriBaseId": "%SRCROOT%"}
                }
            }
        ],
    }
    notes = [each["message"]["text"] for each in told["toolExecutionNotifications"][1:]]
    assert notes == list(audited().notes)


# --- JUnit --------------------------------------------------------------------------------------------------------


def read_back(source: str) -> list[tuple[str, str, str]]:
    return [
        (suite.name, case.name, type(case.result[0]).__name__ if case.result else "Passed")
        for suite in junitparser.JUnitXml.fromstring(source.encode())
        for case in suite
    ]


def test_junit_is_read_back_with_the_counts_that_it_declares(report: Report) -> None:
    source = junit.render(report)
    root = ET.fromstring(source)
    outcomes = [outcome for _, _, outcome in read_back(source)]
    declared = [int(root.get(name, "")) for name in ("tests", "failures", "errors", "skipped")]
    assert declared == [len(outcomes), *(outcomes.count(name) for name in ("Failure", "Error", "Skipped"))]
    for suite in root:
        cases = suite.findall("testcase")
        assert int(suite.get("tests", "")) == len(cases) > 0
        assert len({case.get("name") for case in cases}) == len(cases)
        for counted, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(counted, "")) == len(suite.findall(f"testcase/{tag}"))


def test_junit_is_red_if_and_only_if_the_exit_code_is(report: Report) -> None:
    denied = replace(report, policies=(policy("acme", "deny", "no"),))
    for each in (replace(report, policies=()), report, denied):
        outcomes = {outcome for _, _, outcome in read_back(junit.render(each))}
        assert bool(outcomes & {"Failure", "Error"}) == (each.exit_code != 0)


def test_junit_stays_green_where_an_allowed_answer_leaves_clauses_open() -> None:
    report = scenes()["conditional"]
    left = [
        replace(report.findings[0], status=status, effect="prohibited")
        for status in ("undecided", "judgement")
    ]
    outcomes = {outcome for _, _, outcome in read_back(junit.render(replace(report, findings=tuple(left))))}
    assert outcomes == {"Passed", "Skipped"}


def test_junit_has_one_suite_a_document_and_a_case_a_clause() -> None:
    way = " by way of meta/base → acme/med"
    assert read_back(junit.render(audited())) == [
        ("verdict", "llama-3.1: derivative release", "Failure"),
        ("policies", "acme: no-llama", "Failure"),
        ("policies", "open: any", "Passed"),
        ("policies", "careful: counsel", "Skipped"),
        *(row for row in read_back(junit.render(audited())) if row[0] not in ("verdict", "policies")),
    ]
    cases = {(suite, case): outcome for suite, case, outcome in read_back(junit.render(audited()))}
    assert cases["llama-3.1", f"name-prefix (1.b.i){way}"] == "Failure"
    assert cases["llama-3.1", "license-copy (1.b.i)"] == "Skipped"
    assert cases["llama-3.1", "litigation (5.c)"] == "Error"
    assert cases["llama-3.1", "grant-altered-1 (1.a)"] == "Skipped"
    assert cases["llama-3.1", "grant (1.a)"] == "Passed"
    found = ET.fromstring(junit.render(audited(), root="m")).find(".//testcase[@line]")
    assert found is not None
    assert (found.get("file"), found.get("line")) == ("m/README.md", "3")


# --- GitHub -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message", "value"),
    [
        ("plain", "plain", "plain"),
        ("100%", "100%25", "100%25"),
        ("%0A", "%250A", "%250A"),
        ("a\nb", "a%0Ab", "a%0Ab"),
        ("a\r\nb", "a%0D%0Ab", "a%0D%0Ab"),
        ("a:b", "a:b", "a%3Ab"),
        ("a,b", "a,b", "a%2Cb"),
        ("::error::x", "::error::x", "%3A%3Aerror%3A%3Ax"),
    ],
)
def test_commands_are_escaped_as_the_runner_reads_them(text: str, message: str, value: str) -> None:
    assert github.data(text) == message
    assert github.parameter(text) == value


def run_by_the_runner(line: str) -> tuple[str, dict[str, str], str]:
    """A command as actions/runner parses it (ActionCommand.TryParseV2)."""
    assert line.startswith("::")
    head, sign, message = line[2:].partition("::")
    assert sign
    level, _, listed = head.partition(" ")
    values = dict(pair.split("=", 1) for pair in listed.split(","))
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        values = {key: value.replace(code, char) for key, value in values.items()}
    return level, values, message.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def test_each_line_is_one_command_with_a_title(report: Report) -> None:
    for line in github.render(report, root="m,1:x").splitlines():
        level, values, message = run_by_the_runner(line)
        assert level in ("error", "warning", "notice")
        assert set(values) <= {"file", "line", "title"}
        assert values["title"]
        assert message


def test_annotations_come_the_verdict_first_then_what_weighs_most() -> None:
    rows = [run_by_the_runner(line) for line in github.render(audited(), root="models/med").splitlines()]
    assert [(level, values) for level, values, _ in rows] == [
        ("error", {"title": "breach, denied by acme: llama-3.1, derivative release"}),
        ("error", {"title": "policy acme"}),
        ("notice", {"title": "policy open"}),
        ("warning", {"title": "policy careful"}),
        (
            "error",
            {
                "file": "models/med/README.md",
                "line": "3",
                "title": "name-prefix: llama-3.1/name-prefix 1.b.i",
            },
        ),
        ("warning", {"title": "not-granted: llama-3.1/litigation 5.c"}),
        ("warning", {"file": "models/med/my LICENSE", "title": "alteration: llama-3.1/grant-altered-1 1.a"}),
        ("warning", {"file": "models/med/config.json", "title": "contradiction: facts/release.license"}),
        ("warning", {"title": "license-copy: llama-3.1/license-copy 1.b.i"}),
        ("warning", {"title": "display: llama-3.1/display 1.b.i"}),
        ("warning", {"title": "notice-file: llama-3.1/notice-file 1.b.iii"}),
        ("warning", {"title": "follow-brand-guidelines: llama-3.1/brand-guidelines 5.a"}),
        ("warning", {"file": "models/med/model 1.safetensors", "title": "not read"}),
    ]


def run_check(tmp_path: Path, form: str, summary: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "weightlicense",
        "check",
        "--license",
        "apache-2.0",
        "--use",
        "internal use",
    ]
    return subprocess.run(
        [*command, "--as-of", DAY, "--no-profile", "--format", form],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "GITHUB_STEP_SUMMARY": str(summary)},
    )


def test_the_summary_of_the_step_is_added_to_and_only_by_the_github_format(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("Before.\n")
    report = scenes()["permitted"]
    told = run_check(tmp_path, "github", summary)
    assert (told.returncode, told.stdout, told.stderr) == (0, github.render(report), "")
    assert summary.read_text() == "Before.\n" + markdown.render(report)
    assert run_check(tmp_path, "markdown", summary).stdout == markdown.render(report)
    assert summary.read_text() == "Before.\n" + markdown.render(report)


def test_a_summary_that_cannot_be_written_is_told_and_changes_no_exit_code(tmp_path: Path) -> None:
    told = run_check(tmp_path, "github", tmp_path)
    assert (told.returncode, told.stdout) == (0, github.render(scenes()["permitted"]))
    assert told.stderr == f"weightlicense: the step's summary was not written: {tmp_path}: Is a directory\n"


# --- Markdown -----------------------------------------------------------------------------------------------------

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def structure(source: str) -> list[str]:
    """The kinds of all tokens but of text and code."""
    found: list[str] = []
    for token in PARSER.parse(source):
        found.append(f"{token.type} {token.tag}")
        found += [
            child.type
            for child in token.children or ()
            if child.type not in ("text", "code_inline", "text_special")
        ]
    return found


def texts(source: str) -> list[str]:
    return [
        "".join(child.content for child in token.children or ())
        for token in PARSER.parse(source)
        if token.type == "inline"
    ]


def test_the_markdown_has_sections_a_checklist_and_a_table() -> None:
    source = markdown.render(audited())
    tokens = PARSER.parse(source)
    headings = [tokens[i + 1].content for i, token in enumerate(tokens) if token.type == "heading_open"]
    assert headings == [
        "`llama-3.1`: derivative release",
        "What stands against it",
        "What to do",
        "Keep to",
        "Clauses that decide",
        "Policies",
        "Not read",
        "Notes",
    ]
    boxes = [
        token.content[:4]
        for token in tokens
        if token.type == "inline" and token.content.startswith(("[ ] ", "[x] "))
    ]
    assert boxes == ["[ ] "] * 5
    assert (
        '- [ ] **Not met.** Rename the model so that its name begins with "Llama". '
        "(`name-prefix`, `llama-3.1/name-prefix` 1.b.i)\n  - Words: `Llama`\n"
    ) in source
    assert [token.type for token in tokens].count("table_open") == 1
    rows = [token.type for token in tokens].count("tr_open")
    assert rows == 1 + len(deciding(audited()))
    cells = [token.type for token in tokens].count("td_open")
    assert cells == 4 * (rows - 1)


def test_the_answer_stands_first_in_markdown(report: Report) -> None:
    title, verdict, reach = texts(markdown.render(report))[:3]
    assert title
    assert verdict.startswith(f"{report.verdict} — ")
    assert report.best in reach
    assert report.worst in reach


def test_many_undecided_items_of_a_policy_share_a_row() -> None:
    source = markdown.render(scenes()["undetermined"])
    assert "| not known | 28 items of what must not be done. Missing: `purpose.hazards`. |" in source


def test_hostile_names_open_no_markup() -> None:
    source = markdown.render(hostile())
    kinds = set(structure(source))
    assert {"html_block ", "html_inline", "link_open", "image", "s_open", "hr hr"} & kinds == set()
    levels = [kind for kind in structure(source) if kind.startswith("heading_open")]
    assert levels == ["heading_open h2", *["heading_open h3"] * (len(levels) - 1)]
    assert "ordered_list_open ol" not in kinds
    assert "blockquote_open blockquote" not in kinds
    assert "<script>" not in PARSER.render(source)


def test_what_a_site_turns_into_links_or_mentions_is_code() -> None:
    words = "ask @octocat or a@b.example, see https://x.example www.x.example #12 and GH-3 :tada: $x$"
    assert markdown.prose(words) == (
        "ask `@octocat` or `a@b.example,` see `https://x.example` `www.x.example` `#12` and `GH-3` `:tada:` \\$x\\$"
    )


NAMES = st.lists(
    st.text(max_size=8)
    | st.sampled_from([*list("`|\\*_[]<>#-+=~&$@ \n"), "<b>", "](x)", "```", "1. ", "- ", "http://a"]),
    min_size=1,
).map("".join)


@given(NAMES, NAMES)
@SETTINGS
def test_no_text_of_others_changes_the_structure_of_the_markdown(name: str, value: str) -> None:
    def named(name: str, value: str) -> Report:
        report = audited()
        used = {"release.model_name": FactUsed(value=value, source=f"observed: {value}")}
        findings = tuple(
            replace(f, says=f"{value}.", path=(name, "b"), facts_used=used, quote=f"{value}.")
            for f in report.findings
        )
        subject = replace(report.subject, model=f"m{name}", title=f"{value}.")
        gaps = (NotRead(path=f"p{name}", reason=f"{value}."),)
        return replace(report, subject=subject, findings=findings, notes=(f"{value}.",), unread=gaps)

    def blocks(report: Report) -> list[str]:
        return structure(markdown.render(report))

    plain = named("a", "b")
    # A file that a finding is blamed on is told in addition, as text.
    assert blocks(named(name, value)) == blocks(plain)


def section(source: str, title: str) -> str:
    return source.partition(f"\n### {title}\n")[2].partition("\n### ")[0]


def test_sections_link_to_their_passages_where_an_address_may_be_linked() -> None:
    report = scenes()["conditional"]
    links = ("https://example.com/a?b=1&copy;=2|<x>`#:~:text=ü", "javascript:alert(1)", "http://a@b.example/")
    findings = {
        name: replace(finding, url=url)
        for name, url in zip(("license-copy", "display", "notice-file"), links, strict=True)
        for finding in report.findings
        if finding.clause == name
    }
    told = replace(report, findings=tuple(findings.get(each.clause, each) for each in report.findings))
    source = markdown.render(told)
    for title in ("What to do", "Clauses that decide"):
        shown = [
            (child.attrs["href"], children[index + 1].content)
            for token in PARSER.parse(section(source, title))
            for children in [token.children or []]
            for index, child in enumerate(children)
            if child.type == "link_open"
        ]
        assert shown == [
            ("https://example.com/a?b=1&copy;=2%7C%3Cx%3E%60#:~:text=%C3%BC", findings["license-copy"].at)
        ]


@given(NAMES, NAMES)
@SETTINGS
def test_a_link_holds_its_address_and_its_section_and_nothing_else(at: str, end: str) -> None:
    finding = replace(scenes()["conditional"].findings[0], at=at, url=f"https://example.com/{end}")
    source = markdown._passage(finding)
    assert "".join(texts(f"x {source}")) == f"x {markdown.shown(at)}".rstrip()
    hrefs = [
        child.attrs["href"]
        for token in PARSER.parse(source)
        for child in token.children or ()
        if child.type == "link_open"
    ]
    assert hrefs == [address for address in [sarif.uri(finding.url)] if address and markdown.shown(at)]


def test_the_words_of_a_text_that_was_given_stand_under_the_clauses_that_decide(shared: Path) -> None:
    corpus = shared / "corpus"
    report = wl.check(
        "llama-3.1",
        use="derivative release",
        texts=[corpus / "llama-3.1.txt", corpus / "llama-3.1-aup.txt"],
        facts={"licensee.terminated": "yes"},
        as_of=DAY,
    )
    quotes = section(markdown.render(report), "Clauses that decide").partition("<details>")[2]
    places = [line.split("`")[1] for line in quotes.splitlines() if line.startswith("`")]
    assert places[0] == "llama-3.1/termination"
    assert len(places) == quotes.count("\n> ") == markdown.MOST_QUOTED
    assert "> Meta may terminate this Agreement if you are in breach" in quotes
    assert max(map(len, quotes.splitlines())) < 2 * markdown.QUOTED
    undecided = {
        each.finding.reference
        for each in deciding(report)
        if each.weight in ("unmet", "undecided", "judgement") and each.finding.quote
    }
    assert f"and {len(undecided) - markdown.MOST_QUOTED} more (`--format json` has them)" in quotes
    assert "<details>" not in markdown.render(scenes()["undetermined"])


@given(NAMES)
@SETTINGS
def test_a_code_span_and_escaped_prose_say_what_was_written(text: str) -> None:
    shown = markdown.shown(text)
    (inline,) = [token for token in PARSER.parse(f"x {markdown.code(text)}") if token.type == "inline"]
    assert (inline.children or [])[-1].content == (shown or "(empty)")
    assert "".join(texts(f"x {markdown.prose(text)}")) == f"x {shown}".rstrip()


# --- the JSON Schema of the JSON report ---------------------------------------------------------------------------


def closed(shape: Any) -> Any:
    """The schema with its objects closed, so that a key that it does not name is an error."""
    if isinstance(shape, list):
        return [closed(each) for each in shape]
    if not isinstance(shape, dict):
        return shape
    made = {key: closed(value) for key, value in shape.items()}
    if made.get("type") == "object" and "properties" in made:
        made.setdefault("additionalProperties", False)
    return made


def test_json_reports_are_valid_by_the_published_schema_and_it_names_each_key(report: Report) -> None:
    data = machine.plain(report)
    for shape in (schema.schema(), closed(schema.schema())):
        validator = jsonschema_rs.validator_for(shape, validate_formats=True)
        if report is scenes()["hostile"]:
            data = json.loads(json.dumps(data).replace("\\ud800", ""))
        assert [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(data)] == []


def test_the_schema_refuses_what_is_no_report() -> None:
    validator = jsonschema_rs.validator_for(schema.schema(), validate_formats=True)
    data = machine.plain(scenes()["breach"])
    wrong: tuple[dict[str, object], ...] = (
        {"verdict": "allowed"},
        {"format": 2},
        {"as_of": "yesterday"},
        {"range": {"best": "permitted"}},
        {"findings": [{}]},
    )
    assert [validator.is_valid({**data, **change}) for change in wrong] == [False] * len(wrong)


def test_the_schema_is_itself_valid_and_is_the_one_published() -> None:
    jsonschema_rs.meta.validate(schema.schema())
    published = Path(__file__).parent.parent / "docs" / "report.schema.json"
    assert published.read_text(encoding="utf-8") == schema.render()
