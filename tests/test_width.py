"""No line for people is wider than the columns, whatever the names: every command, at several widths."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import termios
from pathlib import Path
from unicodedata import combining, east_asian_width

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from terminals import told

from weightlicense.cli import main
from weightlicense.report.terminal import Page, columns, fitted

LONG = "a-name-without-a-break-" * 5
WIDE = "模型许可证的名称" * 8
MARKED = "e\u0301" * 45
LINEAGE = {
    "format": 1,
    "subject": f"{LONG}/{WIDE}",
    "works": {
        f"{LONG}/{WIDE}": {
            "from": [
                {"work": f"{WIDE}/{MARKED}", "relation": "merge"},
                {"work": f"someone/{LONG}", "relation": "fine-tune"},
            ]
        },
        f"{WIDE}/{MARKED}": {"model": "llama-3.1"},
        f"someone/{LONG}": {"license": "cc-by-nc-4.0"},
    },
}
CARD = (
    f"---\nlicense: mit\nbase_model: meta-llama/Llama-3.1-8B\n---\n# {WIDE}\n\nhttps://example.com/{LONG}\n"
)
NOW = ("--no-profile", "--as-of", "2026-11-21")
USE = ("--use", "derivative release")
COMMANDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "check": (
        ("check", "--model", "llama-3.1", *USE, "--policy", "product-company", *NOW),
        ("check", "--lineage", "lineage.json", "--use", "merge release", "--why-not", "--license-options", *NOW),
        ("check", "--model", "llama-3.1", "--use", "commercial product", "--fact", f"release.model_name={WIDE}", *NOW),
    ),
    "audit": (("audit", "model", *NOW),),
    "fix": (("fix", "model", *NOW),),
    "identify": (("identify", "model/LICENSE", "model/README.md"),),
    "show": (("show", "llama-3.1"), ("show", "llama-3.1-aup"), ("show", "gpl-3.0")),
    "explain": (
        ("explain", "llama-3.1-aup/undisclosed-ai"),
        ("explain", "llama-3.1/name-prefix", "--text", "model/LICENSE"),
    ),
    "list": tuple(
        ("list", what)
        for what in ("licenses", "models", "policies", "uses", "facts", "duties", "hazards", "acts", "labels")
    ),
    "compare": (("compare", "llama-3", "llama-3.1", "cc-by-nc-4.0", *USE),),
    "find": (("find", *USE, "--license", "llama-3.1", *NOW),),
    "diff-report": (("diff-report", "old.json", "new.json"), ("diff-report", "new.json", "lineage-report.json")),
}  # fmt: skip


def run(*arguments: str, width: int | None = None) -> str:
    """What a command writes for people, on both streams."""
    result = CliRunner(env={"COLUMNS": None if width is None else str(width)}).invoke(main, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.stdout


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, texts: Path) -> Path:
    """A folder with a model, a lineage and reports whose names are long, wide or marked."""
    folder = tmp_path_factory.mktemp("names")
    (folder / "lineage.json").write_text(json.dumps(LINEAGE), encoding="utf-8")
    model = folder / "model"
    model.mkdir()
    (model / "README.md").write_text(CARD, encoding="utf-8")
    (model / f"{WIDE}.gguf").write_bytes(b"GGML")
    (model / f"{LONG}.safetensors").write_bytes(b"x")
    license = (texts / "llama-3.1.txt").read_text(encoding="utf-8").replace("non-exclusive", f"{WIDE} {LONG}")
    (model / "LICENSE").write_text(license, encoding="utf-8")
    before = Path.cwd()
    os.chdir(folder)
    asked = ("check", *NOW, "--format", "json")
    run(*asked, "--model", "llama-3.1", *USE, "--output", "old.json")
    told = ("--fact", "purpose.hazards=none", "--fact", f"release.model_name={WIDE}")
    run(*asked, "--model", "llama-3.1", *USE, *told, "--output", "new.json")
    run(*asked, "--lineage", "lineage.json", "--use", "merge release", "--output", "lineage-report.json")
    os.chdir(before)
    return folder


def taken(line: str) -> int:
    return sum(0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in line)


def over(text: str, width: int) -> list[str]:
    """The lines that are wider, but for a web address alone."""
    wider = [line for line in text.split("\n") if taken(line) > width]
    return [line for line in wider if " " in line.strip() or "http" not in line.partition("://")[0]]


@pytest.mark.parametrize("width", [40, 80, 140])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_line_is_wider_than_the_columns(
    monkeypatch: pytest.MonkeyPatch, place: Path, command: str, width: int
) -> None:
    monkeypatch.chdir(place)
    for arguments in COMMANDS[command]:
        told = run(*arguments, width=width)
        assert told.count("\n") > 3
        assert over(told, min(width, 120)) == [], arguments


def test_columns_count_in_a_pipe_from_40_to_120_and_without_them_it_is_80(
    monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    monkeypatch.chdir(place)
    widest = {
        width: max(map(taken, run("show", "llama-3.1", width=width).split("\n")))
        for width in (None, 1, 40, 60, 120, 500)
    }
    assert widest == {None: 80, 1: 40, 40: 40, 60: 60, 120: 120, 500: 120}
    assert (
        max(map(taken, CliRunner(env={"COLUMNS": "many"}).invoke(main, ["show", "mit"]).output.split("\n")))
        == 80
    )


def test_a_terminal_has_its_own_width(place: Path) -> None:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 110))
    command = [sys.executable, "-m", "weightlicense", "show", "llama-3.1"]
    environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"} | {"NO_COLOR": "1"}
    done = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=theirs, env=environment)
    os.close(theirs)
    shown = told(ours)
    done.wait()
    assert max(map(taken, shown.decode().replace("\r", "").split("\n"))) == 110


WORDS = st.lists(st.sampled_from(["a", "of", LONG, WIDE, MARKED, "模", "\u0301", "\x1b[31m", "\t", "✓"])).map(
    " ".join
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(WORDS, WORDS, st.integers(40, 120), st.booleans())
def test_a_page_keeps_its_width_and_every_sign(left: str, right: str, width: int, colour: bool) -> None:
    page = Page(width, colour=colour)
    page.add(left, indent=4, hang=8)
    page.ends(left, right, bold=True)
    page.row("✓", left, right)
    page.heading(left, right)
    text = page.text()
    assert max(map(columns, text.split("\n"))) <= width
    assert fitted(text, width) == text
    page = Page(width, colour=False)
    page.add(left)
    shown = left.replace("\x1b", "\\x1b").replace("\t", "\\t")
    assert "".join(page.text().split()) == "".join(shown.split())


def test_a_web_address_stays_whole_on_a_line_of_its_own() -> None:
    address = f"https://example.com/{LONG}"
    page = Page(40, colour=False)
    page.add(f"to be read at {address} by all", indent=2)
    assert page.text() == f"  to be read at\n  {address}\n  by all\n"


def test_no_line_is_a_command_to_the_runner_of_a_pipeline() -> None:
    name = "model ::error file=x::" + "y " * 40 + "::stop-commands::z"
    for width in (40, 44, 63, 80):
        result = CliRunner().invoke(
            main,
            ["check", "--license", "mit", "--use", "internal use", "--model", name],
            env={"COLUMNS": str(width)},
        )
        lines = result.stdout.splitlines()
        assert [line for line in lines if line.lstrip().startswith("::")] == []
        assert "\N{PROPORTION}error" in result.stdout
