"""Every row of the hostile set has its outcome, in bounded time and memory, and no report obeys what lies in a directory."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))
from handmade import write
from hostile_set import CASES, SECRET, Case

import weightlicense as wl
from weightlicense.finding import Report

FORMATS = ("terminal", "json", "html", "markdown", "sarif", "junit", "github", "spdx", "spdx3", "cyclonedx")
SMALL = [case for case in CASES if not case.is_large]
MEMORY = 700 * 1024 * 1024
SECONDS = 60
"""Not a measure, but a bound on what hangs: the slowest rows take a sixth of it."""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the hostile directory goes; beside it lies one that nobody may read."""
    outside = {"LICENSE": SECRET, "README.md": f"---\nlicense: {SECRET}\n---\n", "model.gguf": SECRET}
    write(tmp_path, {f"outside/{name}": words for name, words in outside.items()})
    return tmp_path / "model"


def declared(report: Report) -> tuple[str, ...]:
    values = [row.says.get("license", ()) for row in report.witnesses or ()]
    return tuple(text for value in values for text in ([value] if isinstance(value, str) else value))


@pytest.mark.parametrize(
    "case", [case for case in SMALL if case.name != "orders-in-metadata"], ids=lambda case: case.name
)
def test_a_hostile_directory_has_its_outcome(place: Path, case: Case) -> None:
    report = wl.audit(case.build(place))
    assert {entry.path: entry.reason for entry in report.unread} == case.unread
    assert (report.verdict, declared(report)) == (case.verdict, case.licenses)
    assert SECRET not in repr(report)


def test_the_names_of_the_set_are_different() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


def bounded() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


@pytest.mark.parametrize("case", [case for case in CASES if case.is_large], ids=lambda case: case.name)
def test_a_large_hostile_directory_stays_within_memory_and_ends(place: Path, case: Case) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "weightlicense", "audit", str(case.build(place)), "--no-profile"],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=bounded,
    )
    code = {"undetermined": 3, "breach": 1}[case.verdict]
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr[-2000:]


@pytest.mark.parametrize("format", FORMATS)
def test_no_report_obeys_what_metadata_says(place: Path, format: str) -> None:
    (case,) = (case for case in CASES if case.name == "orders-in-metadata")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "weightlicense",
            "audit",
            str(case.build(place)),
            "--format",
            format,
            "--no-profile",
        ],
        capture_output=True,
        check=False,
        preexec_fn=bounded,
    )
    shown, said = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == 3, said
    for text in (shown, said):
        assert re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]", text) == []
    assert [line for line in said.splitlines() if not line.startswith("weightlicense: ")] == []
    if format == "markdown":
        shown = MarkdownIt("commonmark", {"html": True}).enable("table").render(shown)
    if format in ("html", "markdown", "junit"):
        assert re.findall(r"(?i)<script>alert|<img src=x|href=.javascript:", shown) == []
    if format in ("terminal", "github"):
        assert [line for line in shown.splitlines() if line.lstrip().startswith("::error::x")] == []
