"""The kept outputs are what comes out today; `make golden` rewrites them, and the difference is read."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from golden import FOLDER, SCENES


@pytest.mark.parametrize("name", SCENES)
def test_the_scene_comes_out_as_it_was_kept(name: str) -> None:
    assert SCENES[name]() == (FOLDER / name).read_text(encoding="utf-8")


def test_nothing_is_kept_that_no_scene_makes() -> None:
    assert {path.name for path in FOLDER.iterdir() if path.is_file()} == set(SCENES)
