"""Long work tells on a terminal how far it is, erases the line, and is silent in a pipe."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from terminals import told

ERASE = b"\r\x1b[2K"
COMMAND = (sys.executable, "-m", "weightlicense")
FIND = ("find", "--use", "research", "--no-profile", "--as-of", "2026-11-21")


def on_a_terminal(*arguments: str, **environment: str) -> tuple[bytes, bytes]:
    """Standard output through a pipe, and what standard error writes to a terminal."""
    ours, theirs = pty.openpty()
    done = subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "40", **environment},
    )
    os.close(theirs)
    assert done.stdout is not None
    output, shown = done.stdout.read(), told(ours)
    done.stdout.close()
    done.wait()
    return output, shown


def in_a_pipe(*arguments: str) -> tuple[bytes, bytes]:
    done = subprocess.run(
        [*COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        env={**os.environ, "COLUMNS": "40"},
    )
    return done.stdout, done.stderr


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of forty files."""
    folder = tmp_path_factory.mktemp("Med-8B")
    (folder / "README.md").write_text("---\nlicense: mit\n---\n# Med-8B\n")
    for number in range(39):
        (folder / f"part-{number}.json").write_text("{}")
    return folder


def test_work_on_a_terminal_tells_how_far_it_is_and_leaves_no_line(model: Path) -> None:
    audit = ("audit", str(model), "--no-profile", "--as-of", "2026-11-21")
    for arguments, first in ((audit, b"reading file 0 of 40"), (FIND, b"weighing model 0 of ")):
        output, told = on_a_terminal(*arguments)
        assert told.startswith(ERASE + first)
        assert told.endswith(ERASE)
        assert b"\n" not in told
        assert max(len(line) for line in told.split(ERASE)) < 40
        assert (output, b"") == in_a_pipe(*arguments)


def test_a_terminal_that_cannot_erase_is_left_alone() -> None:
    assert on_a_terminal(*FIND, TERM="dumb")[1] == b""


def test_little_work_is_not_told_of(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n")
    assert on_a_terminal("audit", str(tmp_path), "--no-profile")[1] == b""


def test_the_line_is_erased_before_an_error_is_told(model: Path) -> None:
    paths = [str(model / f"no-such-{number}") for number in range(30)]
    _, told = on_a_terminal("identify", *paths)
    *lines, rest = told.split(ERASE)
    assert all(line == b"" or line.startswith(b"identifying ") for line in lines)
    assert rest.count(b"No such file or directory\r\n") == 30
