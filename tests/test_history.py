"""Two reports compared: what changed, which change explains it, the exit code, and files that are no reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

import weightlicense as wl
from weightlicense import finding
from weightlicense.cli import main
from weightlicense.decision import PolicyDecision
from weightlicense.finding import VERDICTS, NotRead, Report
from weightlicense.report import history, render

DAY = "2026-11-21"
SETTLED = {
    "licensee.monthly_active_users@2024-06": "10M",
    "licensee.good_standing": "yes",
    "purpose.hazards": "none",
}


def check(**facts: str) -> Report:
    named = {name.replace("__", "."): value for name, value in facts.items()}
    return wl.check("llama-3.1", use="derivative release", facts={**SETTLED, **named}, as_of=DAY)


@pytest.fixture(scope="module")
def kept() -> Report:
    return check(release__model_name="Llama-Med-8B")


@pytest.fixture(scope="module")
def broken() -> Report:
    return check(release__model_name="Med-8B")


def diff(folder: Path, old: Report | bytes, new: Report | bytes, *options: str) -> Result:
    for name, report in (("old.json", old), ("new.json", new)):
        data = report if isinstance(report, bytes) else render(report, "json").encode()
        (folder / name).write_bytes(data)
    names = (str(folder / "old.json"), str(folder / "new.json"))
    return CliRunner().invoke(main, ["diff-report", *names, *options])


def data_of(result: Result) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(result.stdout)
    return data


def test_the_same_report_twice_has_no_change(tmp_path: Path, kept: Report) -> None:
    result = diff(tmp_path, kept, kept)
    assert (result.exit_code, result.stdout) == (
        0,
        "llama-3.1 · derivative release                          ○ conditional, as before\n"
        "range: conditional to conditional\n"
        "as of 2026-11-21 → 2026-11-21\n"
        "Nothing changed.\n",
    )


def test_a_changed_fact_is_shown_with_the_clause_and_the_duty_that_it_decides(
    tmp_path: Path, kept: Report, broken: Report
) -> None:
    result = diff(tmp_path, kept, broken)
    assert (result.exit_code, result.stdout) == (
        1,
        "llama-3.1 · derivative release                     ✗ conditional → breach: worse\n"
        "range: conditional to conditional → breach to breach\n"
        "as of 2026-11-21 → 2026-11-21\n"
        "\n"
        "Facts\n"
        "  ~ release.model_name\n"
        "    Llama-Med-8B (declared) → Med-8B (declared)\n"
        "\n"
        "Duties\n"
        "  ~ name-prefix: ✓ satisfied → ✗ violated, because of release.model_name\n"
        "\n"
        "Clauses\n"
        "  ~ llama-3.1/name-prefix\n"
        "    ✓ satisfied (duty) → ✗ violated (duty)\n"
        "    1.b.i: An AI model that was made, trained, tuned or otherwise improved with\n"
        "    the materials or with their outputs, and that is distributed or made\n"
        '    available, has a name that begins with "Llama".\n'
        "    because of release.model_name\n",
    )


def test_json_has_the_same_with_the_digests_of_both_files(
    tmp_path: Path, kept: Report, broken: Report
) -> None:
    data = data_of(diff(tmp_path, broken, kept, "--format", "json"))
    assert data["verdict"] == {"was": "breach", "now": "conditional", "direction": "better"}
    assert data["new"] == {
        "path": str(tmp_path / "new.json"),
        "sha256": history.read_report(str(tmp_path / "new.json")).sha256,
    }
    assert data["facts"] == [
        {
            "what": "release.model_name",
            "change": "changed",
            "was": "Med-8B (declared)",
            "now": "Llama-Med-8B (declared)",
            "says": None,
            "because": [],
        }
    ]
    changed = {key: [row["what"] for row in rows] for key, rows in data.items() if isinstance(rows, list)}
    assert changed == {
        "asked": [],
        "premises": [],
        "facts": ["release.model_name"],
        "texts": [],
        "lineage": [],
        "artefacts": [],
        "contradictions": [],
        "policies": [],
        "findings": ["llama-3.1/name-prefix"],
        "duties": ["name-prefix"],
        "questions": [],
    }


def test_a_fact_that_is_new_takes_its_question_away(tmp_path: Path) -> None:
    unknown = wl.check("llama-3.1", use="derivative release", as_of=DAY)
    known = wl.check("llama-3.1", use="derivative release", as_of=DAY, facts={"purpose.hazards": "none"})
    data = data_of(diff(tmp_path, unknown, known, "--format", "json"))
    gone = {(row["what"], row["change"]) for row in data["questions"]}
    assert gone == {(each.fact, "removed") for each in (*unknown.questions,) if each not in known.questions}
    assert ("purpose.hazards", "removed") in gone
    assert [(row["what"], row["change"]) for row in data["facts"]] == [("purpose.hazards", "added")]
    causes = {tuple(row["because"]) for row in data["findings"]}
    assert causes == {("purpose.hazards",)}
    assert {row["was"].partition(" ")[0] for row in data["findings"]} == {"undecided"}


def test_another_catalogue_explains_what_no_fact_explains(tmp_path: Path, kept: Report) -> None:
    first, *others = kept.findings
    changed = replace(kept, catalogue_digest="f" * 64, findings=(replace(first, status="judgement"), *others))
    data = data_of(diff(tmp_path, kept, changed, "--format", "json"))
    assert [row["what"] for row in data["premises"]] == ["catalogue"]
    assert [(row["what"], row["because"]) for row in data["findings"]] == [(first.reference, ["catalogue"])]


def test_a_changed_text_is_named(tmp_path: Path, texts: Path, kept: Report) -> None:
    given = wl.check("llama-3.1", use="derivative release", as_of=DAY, texts=[texts / "llama-3.1.txt"])
    without = wl.check("llama-3.1", use="derivative release", as_of=DAY)
    data = data_of(diff(tmp_path, without, given, "--format", "json"))
    assert [(row["what"], row["was"], row["now"]) for row in data["texts"]] == [
        ("llama-3.1", None, f"exact, sha256 {given.subject.text.sha256}"),  # type: ignore[union-attr]
    ]


def test_a_second_text_that_is_altered_or_left_out_is_seen(tmp_path: Path, texts: Path) -> None:
    first, second = texts / "llama-3.1.txt", texts / "llama-3.1-aup.txt"
    altered = tmp_path / "altered.txt"
    altered.write_text(
        second.read_text(encoding="utf-8").replace("warfare, nuclear", "warfare, civil nuclear")
    )
    both, other, one = (
        wl.check("llama-3.1", use="derivative release", as_of=DAY, texts=given)
        for given in ([first, second], [first, altered], [first])
    )
    data = data_of(diff(tmp_path, both, other, "--format", "json"))
    was, now = (
        f"{each.match}, sha256 {each.sha256}" for each in (both.subject.texts[1], other.subject.texts[1])
    )
    assert now.startswith("modified")
    assert [(row["what"], row["was"], row["now"]) for row in data["texts"]] == [("llama-3.1-aup", was, now)]
    assert [(row["what"], row["was"], row["because"]) for row in data["findings"]] == [
        ("llama-3.1-aup/military-altered", None, ["text llama-3.1-aup"])
    ]
    data = data_of(diff(tmp_path, both, one, "--format", "json"))
    assert [(row["what"], row["was"], row["now"]) for row in data["texts"]] == [("llama-3.1-aup", was, None)]


def test_a_report_of_an_older_version_has_one_text(tmp_path: Path, texts: Path) -> None:
    given = wl.check("llama-3.1", use="derivative release", as_of=DAY, texts=[texts / "llama-3.1.txt"])
    older = json.loads(render(given, "json"))
    del older["subject"]["texts"]
    assert "Nothing changed." in diff(tmp_path, json.dumps(older).encode(), given).stdout


MINE = {"license": "mit"}


def descended(folder: Path, **works: dict[str, Any]) -> Report:
    """The report on `mine` with these works behind it."""
    path = folder / "lineage.yaml"
    path.write_text(json.dumps({"format": 1, "subject": "mine", "works": works}))
    return wl.check(use="redistribution", lineage=path, as_of=DAY)


def child_of(parent: str, relation: str) -> dict[str, Any]:
    return {"from": [{"work": parent, "relation": relation}]}


def test_another_parent_is_a_cause_and_the_clauses_that_come_from_it_have_another_way(
    tmp_path: Path,
) -> None:
    old = descended(tmp_path, mine=MINE | child_of("a", "fine-tune"), a=MINE)
    new = descended(tmp_path, mine=MINE | child_of("b", "quantize"), b=MINE)
    result = diff(tmp_path, old, new)
    assert (result.exit_code, result.stdout) == (
        0,
        "mine · redistribution                                   ○ conditional, as before\n"
        "range: conditional to conditional\n"
        "as of 2026-11-21 → 2026-11-21\n"
        "\n"
        "Lineage\n"
        "  - a: model; license mit; documents mit\n"
        "  - mine from a: fine-tune\n"
        "  + b: model; license mit; documents mit\n"
        "  + mine from b: quantize\n"
        "\n"
        "Clauses\n"
        "  ~ mit 1, 2: by way of a → by way of b, because of lineage a, lineage b\n",
    )
    data = data_of(diff(tmp_path, old, new, "--format", "json"))
    assert [(row["what"], row["was"], row["now"]) for row in data["findings"]] == [
        ("mit/grant", "satisfied (not-granted) by way of a", "satisfied (not-granted) by way of b"),
        ("mit/license-copy", "open (duty) by way of a", "open (duty) by way of b"),
        ("mit/retain-notices", "open (duty) by way of a", "open (duty) by way of b"),
    ]


def test_a_work_under_another_license_explains_the_clauses_that_come_and_go(tmp_path: Path) -> None:
    mine, between = MINE | child_of("between", "merge"), child_of("base", "fine-tune")
    old, new = (
        descended(tmp_path, mine=mine, between=between, base={"license": license})
        for license in ("isc", "apache-2.0")
    )
    data = data_of(diff(tmp_path, old, new, "--format", "json"))
    assert [(row["what"], row["was"], row["now"]) for row in data["lineage"]] == [
        ("base", "model; license isc; documents isc", "model; license apache-2.0; documents apache-2.0")
    ]
    told = {(row["what"].partition("/")[0], row["change"], *row["because"]) for row in data["findings"]}
    assert told == {("isc", "removed", "lineage base"), ("apache-2.0", "added", "lineage base")}


def test_another_relation_between_the_same_works_is_a_change(tmp_path: Path) -> None:
    old, new = (
        descended(
            tmp_path, mine=MINE | child_of("teacher", relation), teacher={"license": "bigscience-openrail-m"}
        )
        for relation in ("fine-tune", "distill")
    )
    data = data_of(diff(tmp_path, old, new, "--format", "json"))
    assert [(row["what"], row["was"], row["now"]) for row in data["lineage"]] == [
        ("mine from teacher", "fine-tune", "distill")
    ]
    turned = next(finding for finding in old.findings if finding.path == ("teacher", "mine"))
    findings = (replace(each, status="judgement") if each is turned else each for each in old.findings)
    data = data_of(diff(tmp_path, old, replace(new, findings=tuple(findings)), "--format", "json"))
    causes = [(row["what"], row["because"]) for row in data["findings"]]
    assert causes == [(turned.reference, ["lineage mine from teacher"])]


def test_a_clause_that_applied_directly_applies_by_way_of_a_parent(tmp_path: Path) -> None:
    alone = wl.check(license="mit", use="redistribution", as_of=DAY)
    told = diff(tmp_path, alone, descended(tmp_path, mine=MINE | child_of("a", "fine-tune"), a=MINE)).stdout
    assert "  ~ mit 1, 2: directly → by way of a, because of lineage a\n" in told


def test_what_no_changed_work_brings_is_explained_by_the_lineage_as_a_whole(
    tmp_path: Path, kept: Report
) -> None:
    lineage = descended(tmp_path, mine=MINE | child_of("a", "fine-tune"), a=MINE).lineage
    first, *others = kept.findings
    changed = replace(kept, lineage=lineage, findings=(replace(first, status="judgement"), *others))
    data = data_of(diff(tmp_path, kept, changed, "--format", "json"))
    assert [(row["what"], row["because"]) for row in data["findings"]] == [(first.reference, ["lineage"])]


def test_a_work_that_is_called_like_a_relation_hides_no_change(tmp_path: Path) -> None:
    mine = MINE | {"from": [{"work": name, "relation": "merge"} for name in ("a", "mine from a")]}
    old, new = (
        descended(tmp_path, mine=mine, a=MINE, **{"mine from a": {"license": license}})
        for license in ("mit", "isc")
    )
    data = data_of(diff(tmp_path, old, new, "--format", "json"))
    assert [(row["what"], row["now"]) for row in data["lineage"]] == [
        ("mine from a", "model; license isc; documents isc merge")
    ]


def test_many_works_of_one_license_share_a_line(tmp_path: Path) -> None:
    names = [f"w{number}" for number in range(30)]
    merged = MINE | {"from": [{"work": name, "relation": "merge"} for name in names]}
    old = descended(tmp_path, mine=MINE)
    told = diff(tmp_path, old, descended(tmp_path, mine=merged, **dict.fromkeys(names, MINE))).stdout
    assert "  + w0, w1, w2, w3 and 26 more: model; license mit; documents mit\n" in told
    assert "  + mine from w0, mine from w1, mine from w2, mine from w3 and 26 more: merge\n" in told


def test_changed_artefacts_of_an_audit_are_named(tmp_path: Path, kept: Report) -> None:
    def audited(license: str, *unread: NotRead) -> Report:
        card = finding.Testified(source="card", place="README.md", says={"license": license})
        return replace(kept, witnesses=(card,), unread=unread)

    new = audited("mit", NotRead(path="a.gguf", reason="truncated"))
    data = data_of(diff(tmp_path, audited("llama3.1"), new, "--format", "json"))
    assert [(row["what"], row["was"], row["now"]) for row in data["artefacts"]] == [
        ("README.md (card)", '{"license":"llama3.1"}', '{"license":"mit"}'),
        ("a.gguf", None, "not read: truncated"),
    ]


def test_what_changed_in_an_audit_is_a_cause(tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "README.md").write_text("---\nlicense: mit\n---\n")
    before = wl.audit(model, as_of=DAY)
    (model / "config.json").write_text('{"license": "isc"}')
    (model / "a.gguf").write_bytes(b"GGML")
    after = wl.audit(model, as_of=DAY)
    data = data_of(diff(tmp_path, before, after, "--format", "json"))
    assert [row["what"] for row in data["artefacts"]] == ["config.json (config)", "a.gguf"]
    assert [(row["what"], row["was"], row["now"]) for row in data["contradictions"]] == [
        ("license", None, "mit (README.md:2) against isc (config.json: license)")
    ]
    because = {row["what"]: row["because"] for row in data["findings"]}
    assert {"contradiction license", "artefact config.json (config)", "artefact a.gguf"} <= {
        *because["facts/license"]
    }
    back = data_of(diff(tmp_path, after, before, "--format", "json"))
    assert [(row["what"], row["change"]) for row in back["contradictions"]] == [("license", "removed")]


def test_a_contradiction_explains_the_clauses_that_read_its_fact(tmp_path: Path, kept: Report) -> None:
    name = finding.Disagreement(fact="release.model_name", between=("a (README.md)", "b (config.json)"))
    rows = (
        replace(each, status="judgement") if each.clause in ("name-prefix", "display") else each
        for each in kept.findings
    )
    new = replace(kept, witnesses=(), contradictions=(name,), findings=tuple(rows), catalogue_digest="f" * 64)
    data = data_of(diff(tmp_path, kept, new, "--format", "json"))
    assert {row["what"]: row["because"] for row in data["findings"]} == {
        "llama-3.1/display": ["catalogue", "contradiction release.model_name"],
        "llama-3.1/name-prefix": ["contradiction release.model_name"],
    }


def test_reports_on_two_questions_are_compared_with_a_warning(tmp_path: Path, kept: Report) -> None:
    other = wl.check("llama-3.1", use="internal use", as_of=DAY)
    result = diff(tmp_path, kept, other)
    assert "The two reports do not ask the same: read the differences as such." in result.stdout
    assert "  ~ use\n    derivative release → internal use\n" in result.stdout


def test_clauses_that_change_in_one_way_for_one_cause_share_a_line(tmp_path: Path, kept: Report) -> None:
    unknown = wl.check(
        "llama-3.1",
        use="derivative release",
        as_of=DAY,
        facts={**{name: SETTLED[name] for name in list(SETTLED)[:2]}, "release.model_name": "Llama-Med-8B"},
    )
    result = diff(tmp_path, unknown, kept)
    assert (result.exit_code, result.stdout) == (
        0,
        "llama-3.1 · derivative release                      ○ undetermined → conditional\n"
        "range: conditional to prohibited → conditional to conditional\n"
        "as of 2026-11-21 → 2026-11-21\n"
        "\n"
        "Facts\n"
        "  + purpose.hazards\n"
        "    none (declared)\n"
        "\n"
        "Questions\n"
        "  - no longer asked: purpose.hazards, purpose.intends_harm, purpose.has_consents\n"
        "\n"
        "Clauses\n"
        "  ~ llama-3.1-aup 1, 1.1, 1.1.1, 1.1.2 and 27 more: ? undecided → ✓ satisfied,\n"
        "    because of purpose.hazards\n",
    )


def test_what_now_stands_against_the_use_is_told_in_full_and_first(tmp_path: Path, kept: Report) -> None:
    told = diff(
        tmp_path, kept, check(release__model_name="Llama-Med-8B", purpose__hazards="military,weapons")
    ).stdout
    _, _, clauses = told.partition("\nClauses\n")
    marked = [line for line in clauses.splitlines() if line.startswith("  ~ ")]
    assert marked[:2] == ["  ~ llama-3.1-aup/military", "  ~ llama-3.1-aup/weapons"]
    assert clauses.count("✗ violated") == len(marked) == 2
    assert "2.1: No military or warfare use" in clauses


@pytest.mark.parametrize(
    ("old", "new", "direction"),
    [
        ("permitted", "conditional", "neither"),
        ("conditional", "permitted", "neither"),
        ("conditional", "breach", "worse"),
        ("breach", "permitted", "better"),
        ("breach", "needs-license", "worse"),
        ("prohibited", "breach", "better"),
        ("needs-license", "prohibited", "neither"),
        ("undetermined", "breach", "neither"),
        ("undetermined", "prohibited", "neither"),
        ("permitted", "undetermined", "neither"),
        ("breach", "breach", "same"),
    ],
)
def test_better_and_worse_are_said_only_where_the_answer_is_known_and_another(
    tmp_path: Path, kept: Report, old: str, new: str, direction: str
) -> None:
    reports = replace(kept, verdict=old), replace(kept, verdict=new)
    assert data_of(diff(tmp_path, *reports, "--format", "json"))["verdict"]["direction"] == direction
    said = diff(tmp_path, *reports).stdout.splitlines()[0]
    assert [word for word in ("better", "worse") if word in said] == [direction][: direction in said]


def decided(report: Report, *denying: str, by: str = "never") -> Report:
    """The report with these policies that deny the use, and one that accepts it."""
    rows = (*((name, "deny", by) for name in denying), ("lenient", "accept", "otherwise"))
    return replace(
        report,
        policies=tuple(
            PolicyDecision(
                policy=name,
                decision=decision,
                rule=rule,
                kind="organization",
                title=name,
                says="",
                digest="",
            )
            for name, decision, rule in rows
        ),
    )


@pytest.mark.parametrize(
    ("old", "new", "exit_code", "direction", "first", "second"),
    [
        ([], ["acme"], 1, "worse", "✗ conditional → conditional, denied: worse", "denied by: none → acme"),
        (["acme"], [], 0, "better", "○ conditional, denied → conditional: better", "denied by: acme → none"),
        (["acme"], ["acme"], 0, "same", "✗ conditional, denied, as before", "denied by: acme"),
        (["a"], ["a", "b"], 1, "worse", "✗ conditional, denied: worse", "denied by: a → a, b"),
        (["a"], ["b"], 1, "neither", "✗ conditional, denied", "denied by: a → b"),
    ],
)
def test_a_denial_that_came_is_worse_and_one_that_went_is_better(
    tmp_path: Path,
    kept: Report,
    old: list[str],
    new: list[str],
    exit_code: int,
    direction: str,
    first: str,
    second: str,
) -> None:
    reports = decided(kept, *old), decided(kept, *new)
    told = diff(tmp_path, *reports)
    lines = told.stdout.splitlines()
    assert (told.exit_code, lines[0].partition("release")[2].strip(), lines[1]) == (exit_code, first, second)
    data = data_of(diff(tmp_path, *reports, "--format", "json"))
    assert data["verdict"] == {"was": "conditional", "now": "conditional", "direction": direction}
    assert data["denied_by"] == {"was": old, "now": new}


@pytest.mark.parametrize(
    ("old", "new", "exit_code", "direction"),
    [
        ("permitted", "conditional", 1, "worse"),
        ("undetermined", "permitted", 1, "worse"),
        ("permitted", "breach", 1, "worse"),
        ("prohibited", "permitted", 1, "neither"),
    ],
)
def test_a_denial_counts_beside_the_verdict(
    tmp_path: Path, kept: Report, old: str, new: str, exit_code: int, direction: str
) -> None:
    reports = decided(replace(kept, verdict=old)), decided(replace(kept, verdict=new), "acme")
    result = diff(tmp_path, *reports, "--format", "json")
    assert (result.exit_code, data_of(result)["verdict"]["direction"]) == (exit_code, direction)
    back = data_of(diff(tmp_path, *reversed(reports), "--format", "json"))["verdict"]["direction"]
    assert back == {"worse": "better"}.get(direction, direction)


def test_a_denial_by_another_rule_is_the_same_denial(tmp_path: Path, kept: Report) -> None:
    result = diff(tmp_path, decided(kept, "acme"), decided(kept, "acme", by="later"))
    assert (result.exit_code, "conditional, denied, as before" in result.stdout) == (0, True)
    assert "acme never" in result.stdout


def test_a_policy_that_denies_turns_the_answer_of_a_real_report(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "{format: 1, id: acme, title: Acme, rules: "
        "[{id: never, decision: deny, severity: high, when: {openness: permissive}, reason: None.}]}"
    )
    old, new = (
        wl.check(license="mit", use="redistribution", as_of=DAY, policies=policies)
        for policies in ([], [str(policy)])
    )
    assert (old.exit_code, new.exit_code, old.verdict) == (0, 1, new.verdict)
    assert (diff(tmp_path, old, new).exit_code, diff(tmp_path, new, old).exit_code) == (1, 0)


@pytest.mark.parametrize("old", [*VERDICTS, "undetermined"])
@pytest.mark.parametrize("new", [*VERDICTS, "undetermined"])
def test_only_a_verdict_that_comes_later_exits_with_one(
    tmp_path: Path, kept: Report, old: str, new: str
) -> None:
    order = [
        "permitted",
        "conditional",
        "breach",
        "undetermined",
        "needs-license",
        "not-granted",
        "prohibited",
    ]
    result = diff(tmp_path, replace(kept, verdict=old), replace(kept, verdict=new))
    assert result.exit_code == (1 if order.index(new) > order.index(old) else 0)


def test_hostile_names_stay_data_in_both_formats(tmp_path: Path, kept: Report, broken: Report) -> None:
    name = "Evil\x1b[31m\u202e\n\x07\u2028"
    hostile = replace(broken, subject=replace(broken.subject, model=name), use=f"use {name}")
    for options in ((), ("--format", "json")):
        text = diff(tmp_path, kept, hostile, *options).stdout
        assert [sign for sign in text if not (sign.isprintable() or sign == "\n")] == []
    assert data_of(diff(tmp_path, kept, hostile, "--format", "json"))["asked"][0]["now"] == name


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not JSON: line 1: Expecting value"),
        (b"[]", "no JSON object"),
        (b"\xff", "not UTF-8: byte 0xff at 0"),
        (b"{}", "format: no format, where a report has 1"),
        (b'{"format": 2}', "format: 2, where a report has 1"),
        (b'{"format": true}', "format: True, where a report has 1"),
        (b'{"format": 1, "format": 1}', "the key 'format' stands twice, and readers differ on which counts"),
        (b'{"format": 1, "tool": {"name": "x"}}', "tool: Object missing required field `version`"),
        (b'{"format": 1, "tool": {"name": "x", "version": 1}}', "tool.version: Expected `str`, got `int`"),
        (b"[" * 100_000, "not read: nested too deep"),
    ],
)
def test_a_file_that_is_no_report_is_an_error_that_says_why(
    tmp_path: Path, kept: Report, data: bytes, message: str
) -> None:
    result = diff(tmp_path, kept, data)
    assert (result.exit_code, result.stdout, result.stderr) == (
        2,
        "",
        f"{tmp_path / 'new.json'}: {message}\n  hint: give a report written by --format json\n",
    )


def test_a_status_or_verdict_that_does_not_exist_is_an_error(tmp_path: Path, kept: Report) -> None:
    data = json.loads(render(kept, "json"))
    data["findings"][3]["status"] = "fine"
    result = diff(tmp_path, kept, json.dumps(data).encode())
    assert (result.exit_code, result.stderr) == (
        2,
        f"{tmp_path / 'new.json'}: findings[3].status: Invalid enum value 'fine'\n"
        "  hint: give a report written by --format json\n",
    )


def test_a_path_without_a_file_is_an_error(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["diff-report", str(tmp_path), str(tmp_path / "none")])
    assert (result.exit_code, result.stderr) == (
        2,
        f"{tmp_path}: not a file\n  hint: give a report written by --format json\n",
    )
