"""What a reader sees before anything else: on the page, and in the first lines of a terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from pages import Page

import weightlicense as wl
from weightlicense.finding import Report
from weightlicense.report import render

DAY = "2026-11-21"
SETTLED = {"licensee.good_standing": "yes", "purpose.hazards": "none"}


def check(*named: str, **asked: Any) -> Report:
    return wl.check(*named, as_of=DAY, **asked)


def first(report: Report) -> str:
    return Page(render(report, "html")).within("answer")


def test_a_clause_that_limits_its_grant_says_so_and_for_which_fact() -> None:
    screen = first(check(license="cc-by-nc-4.0", use="commercial product"))
    assert "What stands against it Granted is no more than this: A worldwide, royalty-free" in screen
    assert "cc-by-nc-4.0 2.a.1 · purpose.commercial=yes (assumed: use commercial product)" in screen
    assert "What is not known One fact that cannot turn the answer" in screen


def test_clauses_that_want_the_same_are_one_step_with_all_places() -> None:
    screen = first(check("flux.1-dev", use="commercial product"))
    assert screen.count("Request a commercial license") == 1
    assert "flux-1-dev-nc-1.1.1 1.c, 2.a, 4.a.i · purpose.commercial=yes" in screen


def test_a_choice_of_licenses_is_named_with_what_the_others_give() -> None:
    report = check(license="MIT OR GPL-3.0-only", use="derivative release")
    told = "The terms leave a choice. This report takes mit; not gpl-3.0: undetermined."
    assert report.subject.note == told
    assert told in first(report)
    assert told in render(report, "terminal")


def test_a_duty_of_several_documents_says_what_those_ask_that_are_not_satisfied(shared: Path) -> None:
    folder = shared / "examples/artifacts/b05-mergekit-llama31-cc-by-nc/Llama-3.1-Aya-Merge-8B"
    report = wl.audit(folder, as_of=DAY)
    (row,) = [row for row in report.duties if row.duty == "license-copy"]
    says = "cc-by-nc-4.0: Put the license text into the release, or link to it where you name the license."
    assert (row.how, row.status, row.required_by) == (
        says,
        "violated",
        ("llama-3.1/license-copy", "cc-by-nc-4.0/license-copy"),
    )
    assert f"Put right {says} license-copy · llama-3.1 1.b.i; cc-by-nc-4.0 3.a.1.c" in first(report)
    assert "Your copies exact, all 2" in first(report)
    both = check(license="mit AND apache-2.0", use="redistribution").duties[0]
    assert both.how.startswith("mit: Put ")
    assert " apache-2.0: Put " in both.how


def test_a_policy_that_only_repeats_the_verdict_does_not_hide_what_to_do() -> None:
    facts = {**SETTLED, "licensee.monthly_active_users": "1M", "release.model_name": "Med-8B"}
    screen = first(check("llama-3.1", use="derivative release", facts=facts, policies=["product-company"]))
    assert "What to do next Put right what is not met before you go on. Put right Rename the model" in screen
    assert "Denied by policy" not in screen


def test_a_policy_that_waits_is_named_where_the_license_allows_the_use() -> None:
    asked = {"license": "mit", "use": "internal use"}
    undecided = first(check(**asked, policies=["product-company"]))
    assert "First settle what product-company must know. Go ahead, and keep this report." in undecided
    assert "First settle" not in first(check(**asked))


def test_what_was_not_read_comes_first_among_what_is_not_known(tmp_path: Path) -> None:
    folder = tmp_path / "m"
    folder.mkdir()
    (folder / "README.md").write_text("---\nlicense: mit\n---\n")
    (folder / "model.safetensors").write_bytes(b"x")
    report = wl.audit(folder, use="internal use", as_of=DAY)
    assert "What is not known What one file would say that could not be read" in first(report)


def test_terms_that_nobody_read_are_no_text_that_the_catalogue_lacks(tmp_path: Path) -> None:
    report = wl.audit(tmp_path, use="internal use", as_of=DAY)
    assert "Not known yet. It hangs on one license that nobody read." in first(report)
    assert "with --license, in its card, or in the lineage" in first(report)


def test_a_copy_that_is_another_version_is_named(texts: Path) -> None:
    path = texts / "gemma-tou-2025-03-24.txt"
    report = check("gemma-2-9b-it", use="hosted service", texts=[path])
    told = (
        f"{path} is the text of gemma-tou-2025-03-24 (exact), and gemma-tou-2026-04-01 was checked: ask with "
        "--license gemma-tou-2025-03-24."
    )
    assert report.subject.note == told
    assert told in first(report)


def test_an_altered_clause_is_marked_beside_its_words(texts: Path, tmp_path: Path) -> None:
    path = tmp_path / "LICENSE"
    path.write_text((texts / "llama-3.1.txt").read_text().replace("700 million", "70 million"))
    report = check(
        "llama-3.1",
        use="internal use",
        texts=[path],
        facts={**SETTLED, "licensee.monthly_active_users": "1M"},
    )
    source = render(report, "html")
    mark = "Your copy has other words here than the text that was encoded"
    assert source.count(mark) == 1
    assert source.index("70 million") < source.index(mark)
    lines = render(report, "terminal").splitlines()
    assert any("users-threshold-altered (undecided)" in line for line in lines[:14])


@pytest.mark.parametrize("name", ["Plain-8B", 'A"; } body { display: none } </style><script>', "模型\u202e"])
def test_the_print_names_the_report_and_no_name_leaves_the_style_sheet(name: str) -> None:
    source = render(check(name, license="mit", use="internal use"), "html")
    page = Page(source)
    assert "script" not in page.tags
    (rule,) = [line for line in source.splitlines() if "@bottom-left { content:" in line]
    content = rule.partition('content: "')[2].rpartition('";')[0]
    assert '"' not in content
    assert "<" not in content
    assert content.startswith("License report\\3a  ")
    assert content.endswith(" permitted for internal use\\2c  as of 2026\\2d 11\\2d 21")
