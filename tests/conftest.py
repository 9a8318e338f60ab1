"""Shared by the tests: where the source texts are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.pop("COLUMNS", None)  # what is not asked for is written in 80 columns
ROOT = Path(__file__).parent.parent
TEXTS = Path(os.environ.get("WEIGHTLICENSE_TEXTS", ROOT.parent / "shared" / "corpus"))


@pytest.fixture(scope="session")
def texts() -> Path:
    """The folder of source texts; in CI its absence is a failure, elsewhere it is said."""
    folder = TEXTS if TEXTS.is_absolute() else (ROOT / TEXTS).resolve()
    if not (folder / "llama-3.1.txt").is_file():
        message = f"no source texts in {folder}: set WEIGHTLICENSE_TEXTS to their folder"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return folder


@pytest.fixture(scope="session")
def shared(texts: Path) -> Path:
    """The folder that holds the source texts, and beside them examples and real data."""
    return texts.parent
