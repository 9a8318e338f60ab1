"""ONNX: `metadata_props` and the producer of a ModelProto, by a walk that passes over the graph by its length.

Format: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, ModelProto; https://protobuf.dev/programming-guides/encoding
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from weightlicense.artifacts.metadata import take_metadata
from weightlicense.artifacts.witness import Testimony, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from weightlicense.artifacts.walk import Opened

MOST_FIELDS: Final = 20_000
MOST_TEXT: Final = 2 * 1024 * 1024
_WINDOW: Final = 4096
_FIXED64, _LENGTH = 1, 2
_IR_VERSION, _PRODUCER, _DOMAIN, _DOCUMENTATION, _GRAPH, _METADATA = 1, 2, 4, 6, 7, 14
_TEXTS: Final = {_PRODUCER: "producer", _DOMAIN: "domain", _DOCUMENTATION: "description"}
_MOST_DESCRIPTION: Final = 4_000


def read_onnx(file: Opened) -> Testimony:
    """An ONNX model: what its metadata says."""
    if file.size == 0:
        raise Unreadable("an empty file")
    said = Testimony("onnx", file.path)
    pairs: list[tuple[str, str]] = []
    seen: set[int] = set()
    for field, begin, length in _fields(file):
        seen.add(field)
        if field == _METADATA:
            pairs.append(_pair(file.read(begin, min(length, MOST_TEXT)), length))
        elif field in _TEXTS and length <= MOST_TEXT:
            said.put(_TEXTS[field], _text(file.read(begin, min(length, _MOST_DESCRIPTION))), f"field {field}")
    if not {_IR_VERSION, _GRAPH} & seen:
        raise Unreadable("no ONNX model: it has neither a version nor a graph")
    take_metadata(pairs, said, "metadata_props.")
    return said


def _fields(file: Opened) -> Iterator[tuple[int, int, int]]:
    """Number, offset and length of each field of the model that has a length; of the others the number."""
    at, window, begin = 0, b"", 0
    for _ in range(MOST_FIELDS):
        if at == file.size:
            return
        if not begin <= at <= begin + len(window) - 20:
            begin, window = at, file.read(at, min(_WINDOW, file.size - at))
        tag, step = _varint(window, at - begin)
        field, kind = tag >> 3, tag & 7
        at += step
        if field == 0:
            raise Unreadable(f"no ONNX model: field 0 at byte {at - step:,}")
        length = 0
        match kind:
            case 0:
                step = _varint(window, at - begin)[1]
            case 1 | 5:
                step = 8 if kind == _FIXED64 else 4
            case 2:
                length, step = _varint(window, at - begin)
            case _:
                raise Unreadable(f"no ONNX model: wire type {kind} at byte {at:,}")
        if step + length > file.size - at:
            raise Unreadable(
                f"cut off: field {field} has {length:,} bytes, {file.size - at - step:,} are left"
            )
        yield field, at + step, length
        at += step + length
    raise Unreadable(f"not read: more than {MOST_FIELDS:,} fields")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """The number at an offset, and how many bytes it takes."""
    value = 0
    for step in range(10):
        if at + step >= len(data):
            raise Unreadable("cut off inside a number")
        value |= (data[at + step] & 0x7F) << 7 * step
        if data[at + step] < 0x80:
            return value, step + 1
    raise Unreadable("a number of more than 10 bytes")


def _pair(data: bytes, length: int) -> tuple[str, str]:
    """A StringStringEntryProto: field 1 is the key, field 2 the value."""
    if length > len(data):
        raise Unreadable(f"metadata of {length:,} bytes, where at most {MOST_TEXT:,} are read")
    parts = {1: "", 2: ""}
    at = 0
    while at < len(data):
        tag, step = _varint(data, at)
        at += step
        if tag & 7 != _LENGTH:
            raise Unreadable("metadata that is no pair of texts")
        length, step = _varint(data, at)
        at += step
        if length > len(data) - at:
            raise Unreadable("metadata that is cut off")
        parts[tag >> 3] = _text(data[at : at + length])
        at += length
    return parts[1], parts[2]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
