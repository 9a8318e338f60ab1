"""How far long work has come, on one line of a terminal that is rewritten and in the end erased; silent in a pipe."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

FEW: Final = 20
"""So few are over before anyone reads the line."""
BETWEEN: Final = 0.1
"""Seconds from one writing of the line to the next."""
ERASE: Final = "\r\x1b[2K"

T = TypeVar("T")


def watched(doing: str) -> Callable[[Sequence[T]], Iterator[T]]:
    """A way to go over things that tells how many are done: `reading 40 of 1,200`."""

    def over(items: Sequence[T]) -> Iterator[T]:
        if len(items) < FEW or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
            yield from items
            return
        width = shutil.get_terminal_size((80, 24)).columns - 1
        written = float("-inf")
        try:
            for done, item in enumerate(items):
                now = time.monotonic()
                if now - written >= BETWEEN:
                    written = now
                    sys.stderr.write(ERASE + f"{doing} {done:,} of {len(items):,}"[:width])
                    sys.stderr.flush()
                yield item
        finally:
            sys.stderr.write(ERASE)
            sys.stderr.flush()

    return over
