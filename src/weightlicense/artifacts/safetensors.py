"""safetensors: the text-to-text `__metadata__` of the header, and the index of a sharded model.

Format: https://github.com/huggingface/safetensors#format; keys: https://github.com/Stability-AI/ModelSpec
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from weightlicense.artifacts.jsontext import parse_object
from weightlicense.artifacts.metadata import take_metadata
from weightlicense.artifacts.witness import Testimony, Unreadable

if TYPE_CHECKING:
    from weightlicense.artifacts.walk import Opened

MOST_HEADER: Final = 100_000_000  # the limit of the reference implementation
MOST_METADATA: Final = 4 * 1024 * 1024
MOST_INDEX: Final = 32 * 1024 * 1024
_END = re.compile(rb'"data_offsets"\s*:\s*\[\s*\d{1,20}\s*,\s*(\d{1,20})\s*\]')
_SHARD = re.compile(rb'"([^"\\/]{1,200}\.safetensors)"')
_POINTER: Final = b"version https://git-lfs"


class _Header(msgspec.Struct):
    metadata: msgspec.Raw = msgspec.field(name="__metadata__", default=msgspec.Raw())


def read_safetensors(file: Opened) -> Testimony:
    """A safetensors file: what its `__metadata__` says."""
    if file.size == 0:
        raise Unreadable("an empty file")
    if file.size < 8:
        raise Unreadable(f"cut off: {file.size} bytes, where 8 say how long the header is")
    length = int.from_bytes(file.read(0, 8), "little")
    if length > MOST_HEADER:
        raise Unreadable(f"a header of {length:,} bytes, where at most {MOST_HEADER:,} are read")
    if length > file.size - 8:
        raise Unreadable(f"cut off: a header of {length:,} bytes in a file of {file.size:,}")
    header = file.read(8, length)
    metadata = _metadata(header)
    said = Testimony("safetensors", file.path)
    strange = next((key for key, value in metadata.items() if not isinstance(value, str)), None)
    if strange is not None:
        raise Unreadable("__metadata__ is no mapping of texts to texts")
    take_metadata(metadata.items(), said, "__metadata__.")
    end = 8 + length + max((int(found[1]) for found in _END.finditer(header)), default=0)
    if end > file.size:
        said.damage = f"cut off: the tensors end at byte {end:,}, the file at {file.size:,}"
    return said


def _metadata(header: bytes) -> dict[str, Any]:
    if not header.startswith(b"{"):
        raise Unreadable("the header is no JSON object")
    if header.count(b'"__metadata__"') > 1:
        raise Unreadable("__metadata__ stands twice, and readers differ on which counts")
    try:
        raw = bytes(msgspec.json.decode(header, type=_Header).metadata)
    except RecursionError:
        raise Unreadable("the header is nested too deep") from None
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise Unreadable(f"the header is not JSON: {error}") from None
    if len(raw) > MOST_METADATA:
        raise Unreadable(f"__metadata__ of {len(raw):,} bytes, where at most {MOST_METADATA:,} are read")
    return parse_object(raw) if raw else {}


def read_index(file: Opened) -> Testimony:
    """`*.safetensors.index.json`: which shards there must be."""
    data = file.whole(MOST_INDEX)
    try:
        msgspec.json.decode(data, type=_Header)
    except RecursionError:
        raise Unreadable("nested too deep") from None
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise Unreadable(f"not JSON: {error}") from None
    said = Testimony("safetensors", file.path)
    shards = sorted({found[1] for found in _SHARD.finditer(data)})
    said.words("shards", [name.decode("utf-8", "replace") for name in shards[:200]], "weight_map")
    return said


def is_pointer(data: bytes) -> bool:
    """Whether a file is a Git LFS pointer, which stands where the weights should be."""
    return data.startswith(_POINTER)
