"""GGUF: the keys and values before the tensors, read in chunks, every count bounded by the size of the file.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Any, Final

from weightlicense.artifacts.walk import CHUNK
from weightlicense.artifacts.witness import Testimony, Unreadable, meant, shortened

if TYPE_CHECKING:
    from weightlicense.artifacts.walk import Opened

MOST_KEYS: Final = 65_536
MOST_KEY: Final = 65_535  # "up to 2^16-1 bytes", gguf.md
MOST_ELEMENTS: Final = 4_000_000
"""Texts in arrays that are passed over in one file; the largest vocabularies with their merges have about 800,000."""
MOST_TEXT: Final = 2 * 1024 * 1024
MOST_TENSORS: Final = 262_144
MOST_DIMENSIONS: Final = 4
_SCALARS: Final = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_TEXT, _ARRAY = 8, 9
_SHARD = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$", re.IGNORECASE)
_PARENT = re.compile(r"general\.base_model\.(\d{1,3})\.(\w+)")
_UNQUANTIZED: Final = {0, 1, 32}  # ALL_F32, MOSTLY_F16, MOSTLY_BF16
_KEPT: Final = ("general.", "split.", "adapter.")


class _Stream:
    """The file from a position on, through a window of a chunk."""

    def __init__(self, file: Opened) -> None:
        self.file = file
        self.at = 0
        self.order = "<"
        self._window = b""
        self._begin = 0
        self.elements = 0

    @property
    def left(self) -> int:
        return self.file.size - self.at

    def take(self, count: int) -> bytes:
        begin = self.at - self._begin
        if begin < 0 or begin + count > len(self._window):
            if count > self.left:
                raise Unreadable(
                    f"cut off: at byte {self.at:,} {count:,} more are wanted, {self.left:,} are left"
                )
            self._begin = self.at
            self._window = self.file.read(self.at, min(self.left, max(count, CHUNK)))
            begin = 0
        self.at += count
        return self._window[begin : begin + count]

    def skip(self, count: int) -> None:
        if count > self.left:
            raise Unreadable(
                f"cut off: at byte {self.at:,} {count:,} more are wanted, {self.left:,} are left"
            )
        self.at += count

    def number(self, kind: str) -> Any:
        return struct.unpack(self.order + kind, self.take(struct.calcsize(self.order + kind)))[0]

    def text(self, most: int, what: str) -> str:
        length = self.number("Q")
        if length > min(most, self.left):
            raise Unreadable(f"{what} of {length:,} bytes at byte {self.at:,}, {self.left:,} are left")
        return self.take(length).decode("utf-8", "replace")

    def skip_texts(self, count: int) -> None:
        """Pass over `count` texts: the hot loop, for a vocabulary has hundreds of thousands of them."""
        self.elements += count
        if self.elements > MOST_ELEMENTS:
            raise Unreadable(f"not read: more than {MOST_ELEMENTS:,} texts in arrays")
        unpack = struct.Struct(self.order + "Q").unpack_from
        while count:
            if self.left < 8:
                raise Unreadable(f"cut off: at byte {self.at:,} the length of a text is wanted")
            window = self.file.read(self.at, min(self.left, CHUNK))
            at = done = 0
            try:
                for done in range(count):  # noqa: B007 - how far it came
                    at += 8 + unpack(window, at)[0]
                done = count
            except (struct.error, OverflowError):
                pass  # the next length stands behind the window
            count -= done
            self.skip(at)

    def value(self, kind: int, *, keep: bool) -> Any:
        if kind == _TEXT:
            if keep:
                return self.text(MOST_TEXT, "a text")
            self.skip(self.number("Q"))
            return None
        if kind != _ARRAY:
            if kind not in _SCALARS:
                raise Unreadable(f"unknown type {kind} of a value, before byte {self.at:,}")
            return self.number(_SCALARS[kind])
        inner, count = self.number("I"), self.number("Q")
        if inner == _ARRAY:
            raise Unreadable(f"an array of arrays, before byte {self.at:,}")
        if inner != _TEXT and inner not in _SCALARS:
            raise Unreadable(f"unknown type {inner} in an array, before byte {self.at:,}")
        width = 8 if inner == _TEXT else struct.calcsize(f"<{_SCALARS[inner]}")
        if count * width > self.left:
            raise Unreadable(
                f"an array of {count:,} values at byte {self.at:,}, where {self.left:,} bytes are left"
            )
        if inner != _TEXT:
            self.skip(count * width)
            return None
        if not keep or count > 1000:
            self.skip_texts(count)
            return None
        return [self.text(MOST_TEXT, "a text") for _ in range(count)]


def read_gguf(file: Opened) -> Testimony:
    """A GGUF file: its `general.*` keys, its shards, and whether its tensors are all there."""
    stream = _Stream(file)
    if file.size == 0:
        raise Unreadable("an empty file")
    magic = stream.take(4)
    if magic != b"GGUF":
        raise Unreadable(f"no GGUF: it begins with {magic!r}")
    version = stream.number("I")
    if version > 0xFFFF:
        stream.order = ">"
        version = int.from_bytes(version.to_bytes(4, "little"), "big")
    if version not in {2, 3}:
        raise Unreadable(f"version {version} of GGUF; 2 and 3 are known")
    tensors, keys = stream.number("Q"), stream.number("Q")
    if keys > min(MOST_KEYS, stream.left // 13):
        raise Unreadable(f"{keys:,} keys in {file.size:,} bytes")
    if tensors > stream.left // 24:
        raise Unreadable(f"{tensors:,} tensors in {file.size:,} bytes")
    values: dict[str, Any] = {}
    seen: set[str] = set()
    for _ in range(keys):
        key = stream.text(MOST_KEY, "a key")
        if key in seen:
            raise Unreadable(f"the key {shortened(key)!r} stands twice")
        seen.add(key)
        kept = key.startswith(_KEPT) or meant(key.rpartition(".")[2]) is not None
        value = stream.value(stream.number("I"), keep=kept)
        if kept and value is not None:
            values[key] = value
    said = _said(file.path, values)
    said.damage = _damage(stream, tensors, values)
    return said


def _damage(stream: _Stream, tensors: int, values: dict[str, Any]) -> str | None:
    """What shows that the tensors are not all there; None where nothing does."""
    if tensors > MOST_TENSORS:
        return f"{tensors:,} tensors, more than are looked at"
    furthest = 0
    try:
        for _ in range(tensors):
            stream.text(MOST_KEY, "a tensor's name")
            dimensions = stream.number("I")
            if dimensions > MOST_DIMENSIONS:
                return f"a tensor of {dimensions:,} dimensions"
            stream.skip(8 * dimensions + 4)
            furthest = max(furthest, stream.number("Q"))
    except Unreadable as problem:
        return f"the list of tensors: {problem}"
    alignment = values.get("general.alignment", 32)
    alignment = alignment if isinstance(alignment, int) and 0 < alignment <= 1 << 20 else 32
    begin = -(-stream.at // alignment) * alignment
    if tensors and begin + furthest >= stream.file.size:
        return f"cut off: the last tensor begins at byte {begin + furthest:,}, the file ends at {stream.file.size:,}"
    return None


def _said(path: str, values: dict[str, Any]) -> Testimony:
    said = Testimony("gguf", path)
    if "general.license" in values:
        said.license(values["general.license"], "general.license")
    said.text("license_name", values.get("general.license.name"), "general.license.name")
    said.text("license_link", values.get("general.license.link"), "general.license.link")
    if "general.name" in values:
        said.name(values["general.name"], "general.name", "general.name")
    for key in (
        "architecture",
        "quantized_by",
        "author",
        "organization",
        "finetune",
        "basename",
        "size_label",
        "version",
        "type",
    ):
        if isinstance(values.get(f"general.{key}"), str):
            said.put(key, values[f"general.{key}"], f"general.{key}")
    for key in ("url", "repo_url", "source.url", "source.repo_url"):
        if isinstance(values.get(f"general.{key}"), str):
            said.put(key.replace(".", "_"), values[f"general.{key}"], f"general.{key}")
    for key in ("datasets", "tags"):
        if isinstance(values.get(f"general.{key}"), list):
            said.words(key, values[f"general.{key}"], f"general.{key}")
    file_type = values.get("general.file_type")
    if isinstance(file_type, int) and not isinstance(file_type, bool):
        said.put("quantized", file_type not in _UNQUANTIZED, "general.file_type")
    _parents(values, said)
    for key, value in values.items():
        if key not in {"general.license", "general.license.name", "general.license.link"}:
            plain = key.removeprefix("general.")
            meaning = None if plain.startswith("base_model.") else meant(plain.replace(".", "_"))
            if meaning is not None:
                said.near_miss(key, value, key, f"general.{meaning.replace('_', '.')}")
    _shards(path, values, said)
    return said


def _parents(values: dict[str, Any], said: Testimony) -> None:
    parents: dict[int, dict[str, str]] = {}
    for key, value in values.items():
        if (found := _PARENT.fullmatch(key)) is not None and isinstance(value, str):
            parents.setdefault(int(found[1]), {})[found[2]] = value.strip()
    relation = "adapter" if values.get("general.type") == "adapter" else None
    for number, parent in sorted(parents.items()):
        address = parent.get("repo_url") or parent.get("url") or ""
        hub = re.fullmatch(r"https?://(?:huggingface\.co|hf\.co)/([\w.-]+/[\w.-]+)/?", address)
        name, organization = parent.get("name", ""), parent.get("organization", "")
        written = (
            hub[1]
            if hub
            else f"{organization}/{name}".replace(" ", "-")
            if organization and name
            else name or address
        )
        key = "repo_url" if hub and "repo_url" in parent else "name" if name else next(iter(parent))
        said.parent(
            written, f"general.base_model.{number}.{key}", relation=relation, revision=parent.get("version")
        )


def _shards(path: str, values: dict[str, Any], said: Testimony) -> None:
    found = _SHARD.search(path)
    if found is not None:
        said.put("shard", (int(found[1]), int(found[2])), "")
        count = values.get("split.count")
        if isinstance(count, int) and count != int(found[2]):
            said.odd("split.count", f"{count} shards, where the file's name says {int(found[2])}")
