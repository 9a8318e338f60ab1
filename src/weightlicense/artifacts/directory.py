"""A model directory, or one file of it, read by one reader for each kind of file."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from weightlicense.artifacts import (
    adapter,
    card,
    config,
    cyclonedx,
    diffusers,
    dvc,
    gguf,
    kitfile,
    mergekit,
    mlmodel,
    modelfile,
    modelpack,
    onnx,
    package,
    safetensors,
    spdx,
    texts,
)
from weightlicense.artifacts.walk import Budget, Found, Opened, UnreadList, hub_cache, walk
from weightlicense.artifacts.witness import (
    Directory,
    Name,
    Testimony,
    TextFile,
    Unreadable,
    Witness,
    clean,
)
from weightlicense.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from weightlicense.artifacts.witness import Role

    Reader: TypeAlias = Callable[[Opened], Testimony | list[Testimony]]

MOST_WITNESSES: Final = 5_000
MOST_TEXT_BYTES: Final = 16 * 1024 * 1024
MOST_MAGIC: Final = 10_000
"""Files of unknown kinds of which the first bytes are looked at."""
LARGE: Final = 16 * 1024 * 1024
"""A file of an unknown kind that may be weights is named as unread from this size on."""
_PICKLE, _FORMAT, _ARCHIVE = (
    "may hold a pickle, which is never opened",
    "a format of weights that is not read",
    "an archive, which is not opened",
)
_MAGIC: Final = (
    (re.compile(rb"\x80[\x02-\x05][\x63\x7d\x5d\x28\x8a\x95]"), _PICKLE),
    (re.compile(rb"PK\x03\x04|\x1f\x8b\x08|\xfd7zXZ\0|7z\xbc\xaf"), _ARCHIVE),
    (re.compile(rb"\x89HDF\r\n|ggml|lmgg|ggmf|fmgg|ggjt|tjgg|ggla|algg"), _FORMAT),
    (re.compile(rb"version https://git-lfs"), "a Git LFS pointer; the file itself is not here"),
)
"""How files begin that are named as unread, whatever their name."""
_PASSED_OVER: Final = tuple(
    (re.compile(extensions), reason)
    for extensions, reason in (
        (
            "bin|pt|pth|ptl|jit|pkl|pickle|ckpt|joblib|dill|npy|npz|pdparams|mar|nemo",
            _PICKLE,
        ),
        (
            "h5|hdf5|keras|tflite|pb|msgpack|engine|plan|mlmodel|ggml|rknn",
            _FORMAT,
        ),
        ("zip|tar|gz|tgz|bz2|xz|zst|7z|rar|whl", _ARCHIVE),
    )
)
"""Files that are named as unread, by their extensions."""
_SHARD_NUMBER = re.compile(r"-(\d{5})-of-(\d{5})\.(gguf|safetensors)$", re.IGNORECASE)

READERS: Final[tuple[tuple[re.Pattern[str], Reader], ...]] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), reader)
    for pattern, reader in (
        (r".+\.gguf", gguf.read_gguf),
        (r".+\.safetensors", safetensors.read_safetensors),
        (r".+\.safetensors\.index\.json", safetensors.read_index),
        (r"adapter_config\.json", adapter.read_adapter_config),
        (r"(generation_)?config\.json", config.read_config),
        (r"mergekit[\w.-]*\.ya?ml", mergekit.read_mergekit),
        (r"modelfile([.-].+)?|.+\.modelfile", modelfile.read_modelfile),
        (r".+\.onnx", onnx.read_onnx),
        (r"mlmodel", mlmodel.read_mlmodel),
        (r"model_card_data\.ya?ml", card.read_card_data),
        (r"kitfile([.-].+)?", kitfile.read_kitfile),
        (r"dvc\.ya?ml", dvc.read_dvc),
        (r"model_index\.json", diffusers.read_model_index),
        (r".+\.spdx3?(\.json|\.ya?ml|\.jsonld)?", spdx.read_spdx),
        (r".+\.(cdx|cyclonedx)\.json|([\w.-]*[._-])?(ml|ai|s)?bom([._-][\w.-]*)?\.json", cyclonedx.read_bom),
        (r".+\.(cdx|cyclonedx)\.xml|([\w.-]*[._-])?(ml|ai|s)?bom([._-][\w.-]*)?\.xml", cyclonedx.read_xml),
        (r".+\.spdx3?\.(rdf|xml|rdf\.xml|ttl|xlsx?)", spdx.read_other),
        (r"(model-?pack|model-config|model)([.-][\w.-]+)?\.json", modelpack.read_modelpack),
        (r"METADATA|PKG-INFO", package.read_package),
    )
)
"""Which reader reads a file, by its whole name in any letter case; the first that fits."""
_BILLS: Final = frozenset({spdx.read_spdx, cyclonedx.read_bom, cyclonedx.read_xml, spdx.read_other})
_READ = re.compile("|".join(pattern.pattern for pattern, _ in READERS), re.IGNORECASE | re.DOTALL)


def read_directory(path: Path, over: Callable[[list[Found]], Iterable[Found]] = iter) -> Directory:
    """Read what a model directory, or one file, says about itself; `over` goes over its files, and may tell how far it is.

    Takes bounded time and memory whatever lies there, opens no network and no pickle, and raises only UsageError, where there is
    no such path.
    """
    written = os.path.abspath(path)
    try:
        real = os.path.realpath(written, strict=True)
    except (OSError, ValueError) as error:
        reason = (
            "no such file or directory"
            if isinstance(error, FileNotFoundError | ValueError)
            else error.strerror
        )
        raise UsageError(f"{clean(str(path))}: {reason}", hint="check the path") from None
    reading = _Reading(budget=Budget())
    is_alone = not os.path.isdir(real)
    if not is_alone:
        found, files = walk(real, reading.unread, reading.budget)
        name = Name(name=os.path.basename(written), source="directory", place=".")
    else:
        found, files = [Found(path=os.path.basename(written), real=real)], 1
        stem = _SHARD_NUMBER.sub("", found[0].name)
        name = Name(
            name=stem.removesuffix(".gguf").removesuffix(".safetensors"), source="file", place=found[0].path
        )
    for count, file in enumerate(over(found)):
        if count % 1000 == 999 and reading.budget.is_late():
            reading.unread.add(file.path, f"as {len(found) - count:,} files: {reading.budget.used_up}")
            break
        reading.read(file, alone=is_alone)
    reading.find_gaps(found)
    reading.read_texts()
    cache = hub_cache(written if os.path.isdir(written) else os.path.dirname(written)) or hub_cache(real)
    names = list(reading.names)
    if cache:
        names.append(Name(name=cache[1], source="hub cache", place="."))
    elif name.name:
        names.append(name)
    return Directory(
        root=Path(path),
        witnesses=tuple(reading.witnesses),
        texts=tuple(reading.texts),
        unread=reading.unread.result(),
        names=tuple(names),
        damaged=tuple(reading.damaged),
        files=files,
        repository=cache[1] if cache else None,
    )


class _Reading:
    """One reading of a directory: what has been taken so far."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.unread = UnreadList()
        self.witnesses: list[Witness] = []
        self.damaged: list[Witness] = []
        self.texts: list[TextFile] = []
        self.names: list[Name] = []
        self._waiting: list[tuple[int, Role, Found]] = []
        self._deep: list[str] = []
        self._looked_at = 0
        self._passed = 0
        self._first_passed = ""

    def read(self, found: Found, *, alone: bool) -> None:
        """Read a file with the reader for its kind; texts wait until every artefact has been read."""
        reader = reader_of(found)
        role = texts.role_of(found)
        if reader is not None:
            self._testify(found, reader)
        elif role is not None:
            if texts.is_card(found):
                self._testify(found, card.read_card)
            order = ("license", "notice", "policy", "card", "document").index(role)
            if len(found.folders) <= texts.MOST_FOLDERS:
                self._waiting.append((order, role, found))
            elif role != "document":
                self._deep.append(found.path)
        else:
            self._pass_over(found, alone=alone)

    def _pass_over(self, found: Found, *, alone: bool) -> None:
        """Name a file that no reader is for; one of an unknown kind may be weights, which their first bytes tell."""
        extension = found.name.rpartition(".")[2].lower() if "." in found.name.lstrip(".") else ""
        reason = _passed_over(extension)
        if reason is None and texts.is_known_kind(extension) and not alone:
            return
        self._looked_at += 1
        if self._looked_at > MOST_MAGIC:
            if reason is None:
                self._passed += 1
                self._first_passed = self._first_passed or found.path
            else:
                self.unread.add(found.path, reason)
            return
        try:
            with Opened(found, self.budget) as file:
                size, begin = file.size, file.read(0, min(file.size, 24))
        except Unreadable as problem:
            self.unread.add(found.path, str(problem))
            return
        reader = _reader_by_magic(begin, size)
        if reader is not None:
            self._testify(found, reader)
            return
        told = reason or next((told for magic, told in _MAGIC if magic.match(begin)), None)
        if told is not None:
            self.unread.add(found.path, told)
        elif alone:
            self.unread.add(found.path, "no kind of file that is read")
        elif size >= LARGE:
            self.unread.add(found.path, f"{size:,} bytes of an unknown kind")

    def _testify(self, found: Found, reader: Reader) -> None:
        if len(self.witnesses) >= MOST_WITNESSES:
            self.unread.add(found.path, f"more than {MOST_WITNESSES:,} files that say something")
            return
        try:
            with Opened(found, self.budget) as file:
                said = _read(file, reader)
        except Unreadable as problem:
            self.unread.add(found.path, str(problem), is_bill=reader in _BILLS)
            return
        for testimony in said if isinstance(said, list) else [said]:
            if testimony.damage is not None:
                self.unread.add(found.path, testimony.damage)
                self.damaged.append(testimony.witness())
            else:
                self.witnesses.append(testimony.witness())
                self.names += testimony.names
                self.texts += testimony.texts

    def read_texts(self) -> None:
        """Read the texts, licenses first, within what may be kept."""
        left = MOST_TEXT_BYTES
        # A sort is stable: within a role the shallow ones stay first.
        for count, (_, role, found) in enumerate(sorted(self._waiting, key=lambda entry: entry[0])):
            if count == texts.MOST_TEXTS or left <= 0:
                rest = len(self._waiting) - count
                self.unread.add(found.path, f"as {rest:,} texts, beyond the number or bytes that are kept")
                break
            try:
                text = self._text(found, role)
            except Unreadable as problem:
                self.unread.add(found.path, str(problem))
            else:
                left -= len(text.data)
                self.texts.append(text)
        if self._deep:
            self.unread.add(
                self._deep[0],
                f"more than {texts.MOST_FOLDERS} folders deep, as {len(self._deep):,} license, notice or card files are",
            )

    def _text(self, found: Found, role: Role) -> TextFile:
        if texts.is_document_format(found):
            raise Unreadable("no plain text: its words were not read")
        with Opened(found, self.budget) as file:
            data = file.read(0, min(file.size, texts.MOST_TEXT))
            size = file.size
        if not data.strip():
            raise Unreadable("an empty file")
        if not texts.is_text(data):
            raise Unreadable("no text: it has NUL bytes")
        if size > len(data):
            self.unread.add(found.path, f"larger than {texts.MOST_TEXT:,} bytes; only the beginning was read")
        return TextFile(path=found.path, place=clean(found.path), role=role, data=data, cut=size > len(data))

    def find_gaps(self, found: list[Found]) -> None:
        """Name the shards that are missing, and how many files nobody looked at."""
        if self._first_passed:
            self.unread.add(
                self._first_passed,
                f"as {self._passed:,} files of unknown kinds, beyond the {MOST_MAGIC:,} that are looked at",
            )
        sets: dict[tuple[str, int, str], set[int]] = {}
        for file in found:
            if (match := _SHARD_NUMBER.search(file.path)) is not None:
                key = (file.path[: match.start()], int(match[2]), match[3].lower())
                sets.setdefault(key, set()).add(int(match[1]))
        for (stem, count, extension), have in sorted(sets.items()):
            missing = count - len(have & set(range(1, count + 1)))
            if missing:
                self.unread.add(
                    f"{stem}-*-of-{count:05}.{extension}", f"{missing:,} of {count:,} shards are not here"
                )


@lru_cache(maxsize=1024)
def _passed_over(extension: str) -> str | None:
    return next((reason for pattern, reason in _PASSED_OVER if pattern.fullmatch(extension)), None)


def _reader_by_magic(begin: bytes, size: int) -> Reader | None:
    """The reader for weights that begin so, whatever the file's name."""
    if begin.startswith(b"GGUF"):
        return gguf.read_gguf
    if 10 <= int.from_bytes(begin[:8], "little") + 8 <= size and begin[8:10] in {b'{"', b"{}", b"{ "}:
        return safetensors.read_safetensors
    return None


def _read(file: Opened, reader: Reader) -> Testimony | list[Testimony]:
    if file.size < 1024 and safetensors.is_pointer(file.read(0, min(file.size, 64))):
        raise Unreadable("a Git LFS pointer; the file itself is not here")
    return reader(file)


def reader_of(found: Found) -> Reader | None:
    """The reader for a file, by its name; None where there is none. METADATA counts in a package's own folder."""
    if not _READ.fullmatch(found.name):
        return None
    for pattern, reader in READERS:
        if pattern.fullmatch(found.name):
            if reader is package.read_package and not (
                found.folders and found.folders[-1].endswith((".dist-info", ".egg-info"))
            ):
                return None
            return reader
    return None
