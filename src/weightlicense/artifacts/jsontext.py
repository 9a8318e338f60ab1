"""JSON from strangers: bounded, no repeated key passes, no number that JSON does not have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NoReturn

from weightlicense.artifacts.witness import Unreadable, shortened

if TYPE_CHECKING:
    from weightlicense.artifacts.walk import Opened

MOST_JSON: Final = 16 * 1024 * 1024


def read_object(file: Opened, most: int = MOST_JSON) -> dict[str, Any]:
    """The object that a file holds; raises `Unreadable` with the reason."""
    return parse_object(file.whole(most))


def parse_object(data: bytes) -> dict[str, Any]:
    """The object that these bytes hold; raises `Unreadable` with the reason."""
    value = parse(data)
    if not isinstance(value, dict):
        raise Unreadable("no JSON object")
    return value


def parse(data: bytes) -> Any:
    """Any JSON value; raises `Unreadable` with the reason."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"not UTF-8: byte 0x{error.object[error.start]:02x} at {error.start:,}") from None
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except json.JSONDecodeError as error:
        raise Unreadable(f"not JSON: line {error.lineno}: {error.msg}") from None
    except RecursionError:
        raise Unreadable("not read: nested too deep") from None
    except ValueError as error:  # int() refuses thousands of digits
        raise Unreadable(f"not JSON: {error}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise Unreadable(f"the key {shortened(key)!r} stands twice, and readers differ on which counts")
    return made


def _constant(word: str) -> NoReturn:
    raise Unreadable(f"not JSON: {word}")
