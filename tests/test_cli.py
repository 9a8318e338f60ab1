"""The commands as people and pipelines run them."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from weightlicense.cli import main

SETTLED = [
    "--fact", "licensee.monthly_active_users=<1M",
    "--fact", "licensee.good_standing=yes",
    "--fact", "purpose.hazards=none",
]  # fmt: skip
REPORT_KEYS = [
    "format", "tool", "catalogue", "as_of", "verdict", "range", "subject", "use", "findings", "questions", "duties",
    "policies", "lineage", "notes", "disclaimer",
]  # fmt: skip
FINDING_KEYS = [
    "document", "clause", "at", "kind", "act", "status", "effect", "duty", "says", "how", "reading", "doubt", "quote",
    "url", "facts_used", "missing", "judge", "gloss", "note", "path",
]  # fmt: skip


def run(*arguments: str, answers: str | None = None) -> Result:
    return CliRunner().invoke(main, list(arguments), input=answers)


def check(*arguments: str, answers: str | None = None) -> Result:
    return run("check", "--no-profile", "--as-of", "2026-11-21", *arguments, answers=answers)


def test_the_main_job_quotes_the_text_it_was_given(texts: Path) -> None:
    result = check(
        "--model", "llama-3.1", "--use", "derivative release", "--text", str(texts / "llama-3.1.txt")
    )
    assert result.exit_code == 3
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["llama-3.1", "·", "derivative", "release", "?", "undetermined"]
    assert lines[1].split() == ["best:", "conditional", "worst:", "prohibited", "as", "of", "2026-11-21"]
    assert "must request a license from Meta" not in lines[0]
    assert "whose monthly active users" not in result.stdout
    assert "“2. Additional Commercial Terms. If, on the Llama 3.1 version release date," in result.stdout
    assert f"Text given: {texts / 'llama-3.1.txt'}, exact" in " ".join(result.stdout.split())


def test_no_line_is_wider_than_80_columns(texts: Path) -> None:
    result = check(
        "--model", "llama-3.1", "--use", "derivative release", "--text", str(texts / "llama-3.1.txt")
    )
    assert [line for line in result.stdout.splitlines() if len(line) > 80 and str(texts) not in line] == []
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize(
    ("facts", "verdict", "code"),
    [
        ([], "undetermined", 3),
        (SETTLED, "conditional", 0),
        ([*SETTLED, "--fact", "release.model_name=MyModel-8B"], "breach", 1),
        ([*SETTLED, "--fact", "release.model_name=Llama-MyModel-8B"], "conditional", 0),
        (["--fact", "licensee.monthly_active_users@2024-06=701M", *SETTLED[2:]], "needs-license", 1),
        (["--fact", "licensee.sues_licensor=yes"], "not-granted", 1),
        (["--fact", "purpose.hazards=military"], "prohibited", 1),
    ],
)
def test_the_exit_code_is_that_of_the_verdict_in_every_format(
    facts: list[str], verdict: str, code: int
) -> None:
    for form in ("terminal", "json", "html"):
        result = check("--model", "llama-3.1", "--use", "derivative release", *facts, "--format", form)
        assert (form, result.exit_code, result.stderr) == (form, code, "")
        assert verdict in result.stdout


def test_the_json_report_has_the_keys_of_the_contract() -> None:
    report = json.loads(
        check("--model", "llama-3.1", "--use", "derivative release", "--format", "json").stdout
    )
    assert list(report) == REPORT_KEYS
    assert report["format"] == 1
    assert report["range"] == {"best": "conditional", "worst": "prohibited"}
    assert report["use"]["acts"] == ["run", "fine-tune", "modify", "distribute"]
    assert all(list(finding) == FINDING_KEYS for finding in report["findings"])
    asked = [(question["fact"], question["first"]) for question in report["questions"]]
    assert asked == [
        ("licensee.monthly_active_users@2024-06", True),
        ("licensee.sues_licensor", True),
        ("licensee.terminated", True),
        ("purpose.hazards", True),
        ("purpose.intends_harm", False),
        ("purpose.has_consents", False),
    ]
    users = report["questions"][0]
    assert users["decides"] == ["llama-3.1/users-threshold"]
    assert users["leads_to"] == [
        {"answer": "up to 700M", "effect": "goes-on", "by": []},
        {"answer": "more than 700M", "effect": "needs-license", "by": ["llama-3.1/users-threshold"]},
    ]


def test_the_same_question_gives_the_same_bytes() -> None:
    arguments = ("--model", "llama-3.2", "--use", "hosted service", "--format", "json")
    assert check(*arguments).stdout == check(*arguments).stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--model", "lama-3.1", "--use", "internal use"],
            "weightlicense: unknown model 'lama-3.1'\n  hint: did you mean llama-3.1 or llama-3.3 or llama-3.2?\n",
        ),
        (
            ["--license", "lama-3.1", "--use", "internal use"],
            "weightlicense: unknown license 'lama-3.1'\n  hint: did you mean llama-3.1 or llama3.1 or llama-3.3?\n",
        ),
        (
            ["--model", "llama-3.1", "--use", "derivativ release"],
            "weightlicense: unknown use 'derivativ release'\n"
            "  hint: did you mean 'derivative release' or 'adapter release' or 'merge release'?\n",
        ),
        (
            ["--model", "llama-3.1", "--use", "internal use", "--act", "finetune"],
            "weightlicense: unknown act 'finetune'\n  hint: did you mean fine-tune?\n",
        ),
        (
            ["--model", "llama-3.1", "--use", "internal use", "--fact", "licensee.monthly_users=1"],
            "weightlicense: unknown fact 'licensee.monthly_users'\n"
            "  hint: did you mean licensee.monthly_active_users or licensee.monthly_revenue_usd "
            "or licensee.country?\n",
        ),
        (
            ["--model", "llama-3.1", "--use", "internal use", "--fact", "licensee.sues_licensor=maybe"],
            "weightlicense: --fact licensee.sues_licensor: 'maybe' is not one of yes, no\n"
            "  hint: Has brought a claim that the model or its outputs infringe rights; the clause says against whom "
            "and which rights count.\n",
        ),
        (
            ["--model", "llama-3.1", "--use", "internal use", "--fact", "licensee.country=Germany"],
            "weightlicense: --fact licensee.country: 'Germany' is not a country: ISO 3166-1 alpha-2 codes such as DE "
            "or US, or EU, EEA, UK\n  hint: Domicile of an individual, principal place of business of an organisation.\n",
        ),
        (
            ["--model", "llama-3.1", "--use", "internal use", "--fact", "licensee.sues_licensor"],
            "weightlicense: 'licensee.sues_licensor' is not a fact\n  hint: write --fact NAME=VALUE\n",
        ),
        (
            ["--model", "llama-3.1", "--use", "internal use", "--fact", "licensee.kind=company", "--fact", "licensee.kind=individual"],
            "weightlicense: licensee.kind is declared twice: company and individual\n  hint: declare it once\n",
        ),
        (
            ["--use", "internal use"],
            "weightlicense: nothing to check\n  hint: name a --model or a --license\n",
        ),
        (
            ["--model", "llama-3.1", "--use", "internal use", "--text", "nowhere.txt"],
            "weightlicense: no such text: nowhere.txt\n  hint: give a file or a folder of texts\n",
        ),
        (
            ["--model", "llama-3.1\udc80", "--use", "internal use"],
            "weightlicense: model 'llama-3.1\\udc80' is not UTF-8 text\n  hint: spell or name it in UTF-8\n",
        ),
        (
            ["--model", "llama-3.1", "--use", "internal use", "--text", "a\udc80"],
            "weightlicense: text 'a\\udc80' is not UTF-8 text\n  hint: spell or name it in UTF-8\n",
        ),
        (
            ["--model", "llama-3.1", "--use", "internal use", "--fact", "release.model_name=a\udc80"],
            "weightlicense: --fact release.model_name: 'a\\udc80' is not UTF-8 text\n"
            "  hint: spell or name it in UTF-8\n",
        ),
    ],
)  # fmt: skip
def test_what_is_not_known_is_bad_usage_and_the_nearest_names_are_offered(
    arguments: list[str], message: str
) -> None:
    result = check(*arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", message)


def test_a_license_whose_label_says_nothing_is_undetermined() -> None:
    report = json.loads(check("--license", "other", "--use", "internal use", "--format", "json").stdout)
    assert (report["verdict"], report["range"]["worst"]) == ("undetermined", "prohibited")


def test_a_text_that_is_not_the_license_is_refused(texts: Path) -> None:
    path = texts / "apache-2.0.txt"
    result = check("--license", "llama-3.1", "--use", "internal use", "--text", str(path))
    assert (result.exit_code, result.stderr) == (
        2,
        f"weightlicense: {path} is not the text of llama-3.1, llama-3.1-aup\n"
        "  hint: weightlicense identify PATH says which text it is\n",
    )


def test_a_clause_that_was_altered_in_the_given_text_is_open(texts: Path, tmp_path: Path) -> None:
    copy = tmp_path / "LICENSE"
    copy.write_text((texts / "llama-3.1.txt").read_text().replace("700 million", "70 million"))
    arguments = ("--license", "llama-3.1", "--use", "derivative release", *SETTLED, "--format", "json")
    report = json.loads(check(*arguments, "--text", str(copy)).stdout)
    assert report["verdict"] == "undetermined"
    assert report["subject"]["text"]["match"] == "modified"
    assert report["subject"]["text"]["altered"] == ["users-threshold"]
    assert [f["clause"] for f in report["findings"] if f["status"] == "undecided"] == [
        "users-threshold-altered"
    ]


def test_asking_stops_when_the_answer_is_settled() -> None:
    result = check(
        "--model", "llama-3.1", "--use", "internal use", "--ask", answers="10M\ny\nnone\n"
    )  # users, good standing, hazards
    assert result.exit_code == 0
    assert "✓ permitted" in result.stdout
    assert result.stdout.count("answer (empty to leave it open)") == 2


def test_asking_explains_a_wrong_answer_and_asks_again() -> None:
    result = check(
        "--license",
        "cc-by-nc-4.0",
        "--use",
        "internal use",
        "--fact",
        "licensee.terminated=no",
        "--ask",
        answers="perhaps\nno\n",
    )
    assert "'perhaps' is not one of yes, no" in result.stdout
    assert result.exit_code == 0


def test_an_open_answer_stays_open() -> None:
    result = check(
        "--license",
        "cc-by-nc-4.0",
        "--use",
        "internal use",
        "--fact",
        "licensee.terminated=no",
        "--ask",
        answers="\n",
    )
    assert result.exit_code == 3


def test_facts_come_from_a_file_and_declared_ones_go_first(tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text(
        "format: 1\nfacts:\n  licensee.country: DE\n  purpose.hazards: none\n  licensee.good_standing: yes\n"
    )
    arguments = ("--license", "llama-3.1", "--use", "internal use", "--facts", str(path), "--format", "json")
    report = json.loads(check(*arguments).stdout)
    assert report["use"]["facts"]["licensee.country"] == {"value": "DE", "source": f"declared: {path}"}
    assert (
        report["use"]["facts"]["licensee.terminated"]["source"]
        == f"declared: {path} (licensee.good_standing)"
    )


def test_every_problem_of_a_facts_file_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text("format: 1\nfacts:\n  licensee.contry: DE\n  licensee.kind: firm\n")
    result = check("--license", "llama-3.1", "--use", "internal use", "--facts", str(path))
    assert result.exit_code == 2
    assert result.stderr == (
        f"{path}:3: facts.licensee.contry: unknown fact 'licensee.contry'\n"
        "  hint: did you mean licensee.country or licensee.role or licensee.kind?\n"
        f"{path}:4: facts.licensee.kind: 'firm' is not one of individual, company, academic, nonprofit, government\n"
        "  hint: Who takes the license.\n"
    )


def test_the_profile_is_found_upwards_and_shown_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "weightlicense.yaml").write_text("format: 1\nfacts:\n  licensee.country: FR\n")
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    result = run("check", "--license", "llama-3.2", "--use", "internal use", "--format", "json")
    fact = json.loads(result.stdout)["use"]["facts"]["licensee.country"]
    assert fact == {"value": "FR", "source": f"assumed: profile {tmp_path / 'weightlicense.yaml'}"}


def test_a_declared_fact_that_contradicts_the_use_decides_and_is_a_finding() -> None:
    arguments = (
        "--license",
        "cc-by-nc-4.0",
        "--use",
        "research",
        "--fact",
        "purpose.commercial=yes",
        "--format",
        "json",
    )
    report = json.loads(check(*arguments).stdout)
    assert report["verdict"] == "not-granted"
    assert [f["clause"] for f in report["findings"] if f["kind"] == "contradiction"] == ["purpose.commercial"]


def test_a_persons_decision_is_shown_with_its_author(tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text(
        "format: 1\nfacts:\n  judgement.llama-3.1-aup/essential-services:\n"
        "    {value: does-not-apply, by: A. Counsel, on: 2026-11-01, reason: no such service}\n"
    )
    arguments = (
        "--license",
        "llama-3.1",
        "--use",
        "internal use",
        *SETTLED[:4],
        "--fact",
        "purpose.hazards=consequential-decisions",
    )
    undecided = json.loads(check(*arguments, "--format", "json").stdout)
    decided = json.loads(check(*arguments, "--facts", str(path), "--format", "json").stdout)
    assert undecided["verdict"] == "undetermined"
    assert decided["verdict"] == "permitted"
    note = next(f["note"] for f in decided["findings"] if f["clause"] == "essential-services")
    assert (
        note == "decided by a person: does-not-apply (by A. Counsel, on 2026-11-01, reason no such service)"
    )


def test_the_output_is_written_whole_and_the_verdict_told(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    result = check("--license", "mit", "--use", "internal use", "--format", "json", "--output", str(path))
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", f"permitted: {path}\n")
    assert json.loads(path.read_text())["verdict"] == "permitted"
    assert [p.name for p in tmp_path.iterdir()] == ["report.json"]


def test_show_and_explain_tell_a_document_and_a_clause(texts: Path) -> None:
    shown = run("show", "llama-3.1")
    assert shown.exit_code == 0
    assert shown.stdout.count("\n\n") >= 20
    explained = run("explain", "llama-3.1/users-threshold", "--text", str(texts / "llama-3.1.txt"))
    assert "when: licensee.monthly_active_users in the month before release: above 700M" in explained.stdout
    assert "greater than 700 million monthly active" in explained.stdout
    wrong = run("explain", "llama-3.1/user-threshold")
    assert (wrong.exit_code, wrong.stderr) == (
        2,
        "weightlicense: llama-3.1 has no clause 'user-threshold'\n  hint: did you mean users-threshold or use-policy?\n",
    )


@pytest.mark.parametrize(
    "what", ["licenses", "models", "policies", "uses", "facts", "duties", "hazards", "acts", "labels"]
)
def test_each_list_comes_as_a_table_and_as_json(what: str) -> None:
    rows = json.loads(run("list", what, "--format", "json").stdout)[what]
    table = run("list", what)
    assert table.exit_code == 0
    assert table.stdout.splitlines()[-1] == f"{len(rows)} {what}"
    assert len({row["id"] for row in rows}) == len(rows)


def test_verify_proves_the_encodings_of_the_foundation(texts: Path) -> None:
    names = [
        "llama-2",
        "llama-2-aup",
        "llama-3",
        "llama-3-aup",
        "llama-3.1",
        "llama-3.1-aup",
        "llama-3.2",
        "llama-3.2-aup",
    ]
    names += ["gemma-tou-2025-03-24", "gemma-prohibited-use-policy", "apache-2.0", "cc-by-nc-4.0"]
    result = run("verify", "--texts", str(texts), "--format", "json", *names)
    documents = json.loads(result.stdout)["documents"]
    assert result.exit_code == 0
    assert [(d["id"], d["coverage"], d["digest"], d["problems"]) for d in documents] == [
        (n, 1.0, "ok", []) for n in names
    ]


def test_verify_names_the_clause_whose_digit_was_changed(texts: Path, tmp_path: Path) -> None:
    (tmp_path / "llama-3.1.txt").write_text(
        (texts / "llama-3.1.txt").read_text().replace("700 million", "701 million")
    )
    result = run("verify", "--texts", str(tmp_path), "llama-3.1")
    assert result.exit_code == 2
    assert "  users-threshold (2): the passage differs from the one encoded\n" in result.stdout


def test_verify_says_that_a_text_is_absent(tmp_path: Path) -> None:
    result = run("verify", "--texts", str(tmp_path), "llama-3.1")
    assert result.exit_code == 2
    assert f"  no text llama-3.1.txt in {tmp_path}\n" in result.stdout


def test_lint_finds_nothing_wrong_in_the_catalogue() -> None:
    result = run("lint")
    assert (result.exit_code, result.stdout.splitlines()[-1].split(" ", 1)[1]) == (0, "files, no problems")


HEADINGS = {
    ("llama-3.1", "none"): "3 answers settle it",
    ("xai-aup-2025-01-02", "medical"): "One answer is missing, among other things",
    ("bigscience-openrail-m", "medical"): None,
}


@pytest.mark.parametrize(("license", "hazards"), HEADINGS)
def test_answers_are_said_to_settle_it_only_where_they_do(license: str, hazards: str) -> None:
    """A policy alone waits for its license, and some items for a person, whatever is answered."""
    result = run(
        "check", "--license", license, "--use", "internal use", "--fact", f"purpose.hazards={hazards}"
    )
    heading = HEADINGS[license, hazards]
    found = [line for line in result.output.splitlines() if "(--ask puts them to you)" in line]
    assert [line.partition("  ")[0] for line in found] == ([] if heading is None else [heading])


def test_documents_side_by_side_tell_what_changed_and_what_did_not() -> None:
    found = json.loads(run("compare", "llama-3.1", "llama-3.3", "--format", "json").stdout)
    (step,) = found["steps"]
    kinds: dict[str, list[str]] = {}
    for change in step["changes"]:
        kinds.setdefault(change["change"], []).append(change["clause"])
    assert {kind: len(names) for kind, names in kinds.items()} == {
        "word for word": 19,
        "wording": 5,
        "changed": 2,
    }
    notice = "Llama {0} is licensed under the Llama {0} Community License, Copyright © Meta Platforms, Inc. All Rights Reserved."
    users = "licensee.monthly_active_users in {0}: above 700M"
    assert [(each["clause"], each["facets"]) for each in step["changes"] if each["change"] == "changed"] == [
        ("notice-file", [{"what": "words", "was": notice.format("3.1"), "now": notice.format("3.3")}]),
        (
            "users-threshold",
            [{"what": "when", "was": users.format("2024-06"), "now": users.format("2024-11")}],
        ),
    ]
    shown = run("compare", "llama-3.1", "qwen-research-2024-09-19", "gemma").stdout
    assert "\n  name-prefix\n    llama-3.1: 1.b.i: Llama\n    qwen-research-2024-09-19: —\n" in shown
    assert all(len(line) <= 80 for line in shown.splitlines())


def test_a_document_compared_with_itself_is_word_for_word_the_same() -> None:
    found = json.loads(run("compare", "mit", "mit", "--format", "json").stdout)
    assert {change["change"] for change in found["steps"][0]["changes"]} == {"word for word"}


def test_a_fact_of_one_license_says_why_it_counts_for_none_of_two() -> None:
    asked = ["--license", "llama-3.1 AND apache-2.0", "--use", "redistribution", "--format", "json"]

    def answered(*facts: str) -> tuple[list[str], list[str]]:
        report = json.loads(check(*asked, *(word for fact in facts for word in ("--fact", fact))).stdout)
        status = [row["status"] for row in report["duties"] if row["duty"] == "license-copy"]
        return status, [note for note in report["notes"] if "license_copy" in note]

    assert answered("release.license_copy=yes") == (
        ["open"],
        [
            "release.license_copy is given without a license's name, and 2 licenses ask for it, each of its own: it "
            "counts for none. Write release.license_copy[llama-3.1] and so on."
        ],
    )
    each = ("release.license_copy[llama-3.1]=yes", "release.license_copy[apache-2.0]=yes")
    assert answered(*each) == (["satisfied"], [])


# --- where the output goes --------------------------------------------------------------------------------------

MIT = ("--license", "mit", "--use", "internal use")


def in_shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A line of a shell, in which $W is the command of a check."""
    command = f"{sys.executable} -m weightlicense check --license mit --use 'internal use' --no-profile"
    return subprocess.run(
        ["sh", "-c", line.replace("$W", command)],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
    )


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("nowhere/x.json", "nowhere/x.json: No such file or directory"),
        ("folder", "folder: Is a directory"),
        ("", ".: Is a directory"),
        ("n" * 300, f"{'n' * 300}: File name too long"),
        ("loop", "loop: Too many levels of symbolic links"),
        ("evil\x1b[31m/x", "evil\\x1b[31m/x: No such file or directory"),
    ],
)
def test_an_output_that_cannot_be_written_is_bad_usage(
    output: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    result = check(*MIT, "--output", output)
    hint = "name a file in a folder that exists and can be written"
    assert (result.exit_code, result.stdout, result.stderr) == (
        2,
        "",
        f"weightlicense: {said}\n  hint: {hint}\n",
    )
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["folder", "loop"]


def test_a_name_of_250_letters_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 250)
    assert check(*MIT, "--output", str(path)).exit_code == 0
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("line", ["$W >/dev/full", "$W --help >/dev/full", "$W --format json >/dev/full"])
def test_a_standard_output_without_room_is_no_verdict(line: str, tmp_path: Path) -> None:
    done = in_shell(line, tmp_path)
    assert (done.returncode, done.stderr) == (
        2,
        "weightlicense: standard output: No space left on device\n"
        "  hint: give a file that can be read, or a place with room to write\n",
    )


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    link, target = tmp_path / "out.json", tmp_path / "deep" / "real.json"
    link.symlink_to("deep/real.json")
    for _ in range(2):  # where it leads nowhere, and then to a file
        assert check(*MIT, "--format", "json", "--output", str(link)).exit_code == 0
        assert (link.is_symlink(), target.is_symlink()) == (True, False)
        assert json.loads(target.read_text())["verdict"] == "permitted"
        target.write_text("old")
    before = target.stat().st_ino
    assert check(*MIT, "--format", "json", "--output", str(link)).exit_code == 0
    assert target.stat().st_ino != before
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["deep", "out.json", "real.json"]


def test_a_pipe_and_a_device_are_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    null = os.stat("/dev/null")
    done = in_shell("cat pipe & $W --format json --output pipe; wait", tmp_path)
    assert json.loads(done.stdout)["verdict"] == "permitted"
    assert stat.S_ISFIFO(pipe.lstat().st_mode)
    for name in ("null", "full", "stdout"):  # by a link, for nobody's device shall be lost to a failing test
        (tmp_path / name).symlink_to(f"/dev/{name}")
    done = in_shell("$W --output null && $W --format json --output stdout", tmp_path)
    assert json.loads(done.stdout)["verdict"] == "permitted"
    assert os.path.samestat(null, os.stat("/dev/null"))
    done = in_shell("$W --output full", tmp_path)
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        2,
        "weightlicense: full: No space left on device",
    )
    assert [(tmp_path / name).is_symlink() for name in ("null", "full", "stdout")] == [True] * 3


def test_standard_output_that_is_a_file_is_added_to(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("before\n")
    done = in_shell("$W --format markdown --output /dev/fd/1 >> log", tmp_path)
    assert done.returncode == 0
    assert (tmp_path / "log").read_text().startswith("before\n## ")


@pytest.mark.parametrize(("umask", "mode"), [("077", 0o600), ("022", 0o644), ("002", 0o664)])
def test_a_new_file_has_the_mode_of_the_umask_and_an_old_one_keeps_its_own(
    umask: str, mode: int, tmp_path: Path
) -> None:
    (tmp_path / "old").touch()
    (tmp_path / "old").chmod(0o640)
    assert in_shell(f"umask {umask}; $W --output new && $W --output old", tmp_path).returncode == 0
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("new", "old")]
    assert modes == [mode, 0o640]


def test_an_error_of_the_system_is_bad_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("evil\x1b[31m").mkdir()
    result = run("new", "some-id", "--text", "evil\x1b[31m")
    assert (result.exit_code, result.stdout, result.stderr) == (
        2,
        "",
        "weightlicense: evil\\x1b[31m: Is a directory\n"
        "  hint: give a file that can be read, or a place with room to write\n",
    )


# --- text of others in JSON -------------------------------------------------------------------------------------

OBEYED = "a\u202eb\u2028c\x9bd\x7f\U000e0001ü"


def test_no_json_holds_what_a_terminal_obeys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    report = check(*MIT, "--fact", f"release.model_name={OBEYED}", "--format", "json")
    assert json.loads(report.stdout)["use"]["facts"]["release.model_name"]["value"] == OBEYED
    Path(OBEYED).write_text("no license")
    found = run("identify", OBEYED, "--format", "json")
    assert json.loads(found.stdout)["path"] == OBEYED
    for text in (report.stdout, found.stdout):
        assert [sign for sign in text if not (sign.isprintable() or sign == "\n")] == []
        assert "ü" in text
