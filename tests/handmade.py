"""Files of models made by hand, byte by byte, as their formats' documents say."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

GB = 1_000_000_000
GGUF_TEXT, GGUF_ARRAY, GGUF_U32, GGUF_F32, GGUF_BOOL = 8, 9, 4, 6, 7


def gguf_text(text: str | bytes, order: str = "<") -> bytes:
    data = text.encode() if isinstance(text, str) else text
    return struct.pack(f"{order}Q", len(data)) + data


def gguf_value(value: Any, order: str = "<") -> bytes:
    match value:
        case bytes():
            return value  # type and content, as the test wants them
        case bool():
            return struct.pack(f"{order}IB", GGUF_BOOL, value)
        case str():
            return struct.pack(f"{order}I", GGUF_TEXT) + gguf_text(value, order)
        case int():
            return struct.pack(f"{order}II", GGUF_U32, value)
        case float():
            return struct.pack(f"{order}If", GGUF_F32, value)
        case [float(), *_]:
            return struct.pack(f"{order}IIQ", GGUF_ARRAY, GGUF_F32, len(value)) + struct.pack(
                f"{order}{len(value)}f", *value
            )
        case _:
            head = struct.pack(f"{order}IIQ", GGUF_ARRAY, GGUF_TEXT, len(value))
            return head + b"".join(gguf_text(entry, order) for entry in value)


def gguf(
    pairs: Iterable[tuple[str, Any]] | dict[str, Any],
    *,
    tensors: Iterable[tuple[str, int]] = (),
    data: bytes = b"",
    version: int = 3,
    order: str = "<",
) -> bytes:
    """A file with these keys and these tensors, each a name and the offset of its data."""
    pairs = list(pairs.items() if isinstance(pairs, dict) else pairs)
    tensors = list(tensors)
    head = b"GGUF" + struct.pack(f"{order}IQQ", version, len(tensors), len(pairs))
    head += b"".join(gguf_text(key, order) + gguf_value(value, order) for key, value in pairs)
    head += b"".join(
        gguf_text(name, order) + struct.pack(f"{order}IQIQ", 1, 8, 0, offset) for name, offset in tensors
    )
    return head + b"\0" * (-len(head) % 32) + data


def safetensors(metadata: Any = None, *, tensors: dict[str, Any] | None = None, data: bytes = b"") -> bytes:
    header: dict[str, Any] = {} if metadata is None else {"__metadata__": metadata}
    text = json.dumps(header | (tensors or {})).encode()
    return struct.pack("<Q", len(text)) + text + data


def varint(number: int) -> bytes:
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def protobuf(field: int, content: int | bytes | str) -> bytes:
    if isinstance(content, int):
        return varint(field << 3) + varint(content)
    data = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(data)) + data


def onnx(metadata: Iterable[tuple[str, str]] = (), *, graph: bytes = b"graph") -> bytes:
    pairs = b"".join(protobuf(14, protobuf(1, key) + protobuf(2, value)) for key, value in metadata)
    return protobuf(1, 8) + protobuf(2, "pytorch") + protobuf(7, graph) + pairs


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


PARENT = {
    "general.base_model.count": 1,
    "general.base_model.0.name": "Llama 3.1 8B Instruct",
    "general.base_model.0.organization": "Meta Llama",
    "general.base_model.0.version": "3.1",
}


def sparse(path: Path, head: bytes, size: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(head)
        file.truncate(size)


def vocabulary() -> bytes:
    """The keys of a Llama 3 file: 128,256 tokens, their types and 280,147 merges."""
    tokens = [f"token{number}" for number in range(128_256)]
    return gguf(
        {
            "general.architecture": "llama",
            "general.license": "llama3.1",
            "tokenizer.ggml.tokens": tokens,
            "tokenizer.ggml.token_type": [1.0] * 128_256,
            "tokenizer.ggml.merges": [f"a{number} b" for number in range(280_147)],
            "general.name": "behind the vocabulary",
        },
        tensors=[("a", 0), ("b", 4 * GB)],
    )
