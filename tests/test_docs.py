"""The documents are true: the commands of the README run, and what it names exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from weightlicense.cli import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PLACEHOLDERS = {"DIR", "FILE", "ID", "PATH", "OLD", "NEW", "KEY", "REPORT"}


def commands() -> list[str]:
    """Every indented command of the README that can be run as it stands."""
    joined = README.replace("\\\n", " ")
    found = [line.strip() for line in joined.splitlines() if line.startswith("    weightlicense ")]
    return [line for line in found if not PLACEHOLDERS & set(re.findall(r"[A-Z]{2,}", line))]


def test_the_readme_has_commands() -> None:
    assert len(commands()) >= 5


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_readme_runs(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, shlex.split(command, comments=True)[1:])
    assert result.exit_code in (0, 1, 3), result.output


def test_the_python_of_the_readme_runs() -> None:
    from weightlicense import UndeterminedError

    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    with pytest.raises(UndeterminedError):
        exec(code, {})


def test_every_command_is_named_in_the_readme() -> None:
    assert [
        name for name in main.list_commands(click.Context(main)) if f"weightlicense {name}" not in README
    ] == []


def test_every_file_that_the_readme_links_exists() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert [link for link in links if not link.startswith("http") and not (ROOT / link).exists()] == []


def test_the_targets_of_the_readme_are_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z]+)", README)) <= targets
