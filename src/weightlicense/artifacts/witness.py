"""What an artefact states, and where it states it: a claim to be weighed, never a proof."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any, Final, Literal

from msgspec import Struct

MOST_VALUE: Final = 4_000
"""Characters of a value that are kept; what is cut says so."""
MOST_NAME: Final = 300
"""Characters of a name, a label or a link; what is longer is none."""
MOST_ITEMS: Final = 200
"""Items of a list that are kept."""

Source = Literal[
    "card",
    "license-file",
    "gguf",
    "safetensors",
    "config",
    "adapter-config",
    "mergekit",
    "modelfile",
    "onnx",
    "mlmodel",
    "modelpack",
    "kitfile",
    "dvc",
    "diffusers",
    "spdx",
    "cyclonedx",
    "python-package",
]
Role = Literal["license", "notice", "policy", "card", "document"]

RELATIONS: Final = {
    "finetune": "fine-tune",
    "fine-tune": "fine-tune",
    "finetuned": "fine-tune",
    "adapter": "adapter",
    "quantized": "quantize",
    "quantize": "quantize",
    "merge": "merge",
}
"""Relations as the Hugging Face Hub writes them, in the words of a lineage.

Source: https://huggingface.co/docs/hub/model-cards#specifying-a-base-model
"""


class Unreadable(Exception):
    """A file that is not read, or is damaged; the message is the reason."""


class Parent(Struct, frozen=True, kw_only=True):
    """A work that an artefact says it came from.

    `name` is as written, without the revision. `relation` is a lineage's word, None where none is stated. A `hint` is a name left
    behind by a tool or in prose; `local` is a path rather than a name.
    """

    name: str
    relation: str | None = None
    revision: str | None = None
    place: str = ""
    hint: bool = False
    local: bool = False


class NearMiss(Struct, frozen=True, kw_only=True):
    """A key that looks like one that counts (`meant`) and is not it, so that its value declares nothing."""

    key: str
    value: str
    meant: str
    place: str


class Mention(Struct, frozen=True, kw_only=True):
    """A license that prose names (`License: MIT`), as written."""

    text: str
    place: str


class Witness(Struct, frozen=True, kw_only=True):
    """What one artefact, or one part of it, says.

    `place` is fit for display: the path in the directory, and the line or key where only a part of the file
    speaks. `says` holds values as written; `at` the place of each key of it. `oddities` are what is wrong in the file without
    making it unreadable. The keys of `says` stand in the package's docstring.
    """

    source: Source
    place: str
    says: dict[str, Any]
    at: dict[str, str] = {}
    oddities: tuple[str, ...] = ()

    @property
    def licenses(self) -> tuple[str, ...]:
        """Every license that is declared here, as written; empty where none is."""
        value = self.says.get("license", ())
        return (value,) if isinstance(value, str) else tuple(value)

    @property
    def parents(self) -> tuple[Parent, ...]:
        """Every work that this one is said to come from."""
        return tuple(self.says.get("base_models", ()))

    def where(self, key: str) -> str:
        """The place of a key of `says`, fit for display."""
        return self.at.get(key, self.place)


class TextFile(Struct, frozen=True, kw_only=True):
    """A license, notice, policy, card or other document that lies in the directory.

    `path` is relative and exact, for opening; `place` is fit for display. `data` are the first bytes, all of them unless `cut`. An
    `embedded` text stands inside another artefact, at `place`.
    """

    path: str
    place: str
    role: Role
    data: bytes
    cut: bool = False
    embedded: bool = False


class Unread(Struct, frozen=True, kw_only=True):
    """What was not read, and why; both are fit for display. `is_bill`: a bill of materials, which is there to name licenses."""

    path: str
    reason: str
    is_bill: bool = False


class Name(Struct, frozen=True, kw_only=True):
    """A name of the model, with its source (`card: model_name`, `gguf: general.name`, `directory`, ...)."""

    name: str
    source: str
    place: str


class Directory(Struct, frozen=True, kw_only=True):
    """All that a directory, or one file, says about itself.

    From `damaged` nothing may be concluded: it is what the readable part of a damaged file says, for display. `files` counts the
    files that were met. `repository` is the Hub id, where the directory lies in a Hub cache.
    """

    root: Path
    witnesses: tuple[Witness, ...] = ()
    texts: tuple[TextFile, ...] = ()
    unread: tuple[Unread, ...] = ()
    names: tuple[Name, ...] = ()
    damaged: tuple[Witness, ...] = ()
    files: int = 0
    repository: str | None = None


def clean(text: str) -> str:
    r"""The text on one line, fit for display: what is invisible or turns text around is written as an escape.

    >>> clean("MIT\u202egnp\x1b[31m")
    'MIT\\u202egnp\\x1b[31m'
    """
    if text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() or unicodedata.category(sign) == "Zs" else _escaped(sign) for sign in text
    )


def _escaped(sign: str) -> str:
    code = ord(sign)
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return sign.encode("unicode_escape", "backslashreplace").decode("ascii")


def shortened(text: str, most: int = 80) -> str:
    """The text fit for display, cut to `most` characters."""
    return clean(text if len(text) <= most else f"{text[:most]}...")


def is_local(name: str) -> bool:
    """Whether a name is a path: the Hub's ids have at most one slash, and no dots or root before it."""
    return (
        name.startswith(("/", "./", "../", "~", ".\\", "\\"))
        or name in {".", ".."}
        or re.match(r"[A-Za-z]:[\\/]|file:", name) is not None
        or ("/" in name and "://" not in name and not name.startswith(_HOSTS) and name.count("/") > 1)
        or name.lower().endswith((".gguf", ".safetensors", ".bin", ".ckpt", ".pt", ".pth"))
    )


_HOSTS = ("hf.co/", "huggingface.co/", "ollama.com/", "registry.ollama.ai/")
_LABELS: Final = ("license", "license_name", "license_link", "base_model", "base_model_relation")
_SPELLINGS = re.compile(r"li[sc]{1,2}en[sc]e?(?:s|ing)?")


def meant(key: str) -> str | None:
    """The key that a misspelt or misplaced one seems to mean: `licence`, `Licenses`, `base-model`; else None."""
    if len(key) > 40:
        return None
    plain = re.sub(r"[^a-z]+", "_", key.strip().casefold()).strip("_")
    plain = plain.removeprefix("model_") if "licen" in plain else plain
    plain = _SPELLINGS.sub("license", plain)
    plain = re.sub(r"^base_?models?", "base_model", plain)
    if plain in _LABELS and key != plain:
        return plain
    if key in _LABELS or not plain.startswith(("lic", "lis", "base_mo", "basem")):
        return None
    from difflib import get_close_matches  # slow to import and wanted for misspelt keys only

    near = get_close_matches(plain, _LABELS, n=1, cutoff=0.8)
    return near[0] if near and key != near[0] else None


class Testimony:
    """What a reader has taken from one artefact so far; `witness()` ends it."""

    def __init__(self, source: Source, path: str, *, part: str = "", component: str | None = None) -> None:
        self.source: Source = source
        self.path = path
        self.place = clean(path) + (f": {clean(part)}" if part else "")
        self.says: dict[str, Any] = {}
        self.at: dict[str, str] = {}
        self.oddities: list[str] = []
        self.names: list[Name] = []
        self.texts: list[TextFile] = []
        self.damage: str | None = None
        if component is None:
            component = path.rpartition("/")[0] or None
        if component:
            self.says["component"] = clean(component)[:MOST_NAME]

    def odd(self, where: str, message: str) -> None:
        """Note what is wrong, at a key or `:line` of the file."""
        if len(self.oddities) < MOST_ITEMS:
            self.oddities.append(f"{self._place(where)}: {message}")

    def _place(self, where: str) -> str:
        if not where:
            return self.place
        if where.startswith(":"):
            return f"{clean(self.path)}{where}"
        return f"{clean(self.path)}: {shortened(where)}"

    def put(self, key: str, value: Any, where: str) -> None:
        """Keep a value that is no name and no license."""
        if isinstance(value, str):
            value = _encodable(value.strip())[:MOST_VALUE]
        if value in ("", None, (), []):
            return
        self.says[key] = value
        self.at[key] = self._place(where)

    def text(self, key: str, value: object, where: str) -> None:
        """Keep a text; another type is an oddity."""
        if value is None:
            return
        if not isinstance(value, str):
            self.odd(where, f"{_kind(value)}, where text is expected")
            return
        self.put(key, value, where)

    def words(self, key: str, value: object, where: str) -> None:
        """Keep a list of texts, or one text as a list of it."""
        entries = value if isinstance(value, list | tuple) else [value]
        kept = [
            _encodable(entry.strip())[:MOST_NAME]
            for entry in entries
            if isinstance(entry, str) and entry.strip()
        ]
        if len(kept) > MOST_ITEMS:
            self.odd(where, f"{len(kept):,} items, of which {MOST_ITEMS} are kept")
        self.put(key, tuple(kept[:MOST_ITEMS]), where)

    def license(self, value: object, where: str, *, key: str = "license") -> None:
        """Keep a license as written. A whole text goes to the texts; a list is kept whole; nothing else is taken."""
        match value:
            case list() | tuple():
                if not value:
                    self.odd(where, "an empty list of licenses")
                if len(value) > MOST_ITEMS:
                    self.odd(where, f"{len(value):,} licenses, of which {MOST_ITEMS} are kept")
                    self.leave_out("license")
                for entry in value[:MOST_ITEMS]:
                    if isinstance(entry, list | tuple):
                        self.odd(where, "a list inside the list of licenses")
                    else:
                        self.license(entry, where, key=key)
            case str() if "\n" in value.strip() or len(value.strip()) > MOST_NAME:
                self.embed(value, where)
            case str() if value.strip():
                before = self.says.get(key, ())
                every = dict.fromkeys(
                    (*((before,) if isinstance(before, str) else before), _encodable(value.strip()))
                )
                self.says[key] = tuple(every) if len(every) > 1 else next(iter(every))
                self.at[key] = (
                    self._place(where) if key not in self.at else _joined(self.at[key], self._place(where))
                )
            case None | str():
                self.odd(where, "no license: the value is empty")
            case _:
                self.odd(where, f"no license: {_kind(value)}, where text is expected")

    def leave_out(self, key: str) -> None:
        """Note that of a key not all was kept, so that nothing is concluded from what is not there."""
        self.says["left_out"] = tuple(dict.fromkeys((*self.says.get("left_out", ()), key)))

    def embed(self, text: str, where: str, role: Role = "license") -> None:
        """Keep a whole text that stands inside the artefact."""
        if len(self.texts) == MOST_ITEMS:
            self.odd(where, f"more than {MOST_ITEMS} texts, the rest was not read")
            return
        place = self._place(where)
        self.texts.append(
            TextFile(
                path=self.path,
                place=place,
                role=role,
                data=_encodable(text).encode(),
                embedded=True,
            )
        )
        self.says["license_texts"] = (*self.says.get("license_texts", ()), place)
        self.at.setdefault("license_texts", place)

    def parent(
        self,
        name: object,
        where: str,
        *,
        relation: str | None = None,
        revision: object = None,
        hint: bool = False,
        local: bool = False,
    ) -> None:
        """Keep a work that this one came from; what cannot be a name is an oddity."""
        if name is None or name == "":
            return
        if not isinstance(name, str):
            self.odd(where, f"{_kind(name)}, where a model's name is expected")
            return
        written = _encodable(name.strip())
        if not written or len(written) > MOST_NAME or "\n" in written:
            self.odd(where, "no model's name: empty, of several lines or too long")
            return
        known: tuple[Parent, ...] = self.says.get("base_models", ())
        if len(known) == MOST_ITEMS:
            self.odd(where, f"more than {MOST_ITEMS} parents, the rest was not read")
            self.leave_out("base_models")
            return
        made = Parent(
            name=written,
            relation=relation,
            revision=_encodable(revision.strip())[:MOST_NAME] or None if isinstance(revision, str) else None,
            place=self._place(where),
            hint=hint,
            local=local or is_local(written),
        )
        for index, old in enumerate(known):
            if old.name.casefold() == written.casefold() and (
                old.revision == made.revision or made.revision is None
            ):
                if hint or old.relation == relation or relation is None:
                    return
                if old.relation is None or old.hint:
                    known = (*known[:index], *known[index + 1 :])
                    break
        self.says["base_models"] = (*known, made)
        self.at.setdefault("base_models", made.place)

    def name(self, name: object, key: str, where: str) -> None:
        """Keep a name of the model itself; the first is also its `model_name`."""
        if isinstance(name, str) and 0 < len(name.strip()) <= MOST_NAME and "\n" not in name.strip():
            written = _encodable(name.strip())
            if len(self.names) < MOST_ITEMS:
                self.names.append(
                    Name(name=written, source=f"{self.source}: {key}", place=self._place(where))
                )
            if "model_name" not in self.says:
                self.put("model_name", written, where)
        elif name is not None:
            self.odd(where, "no name: not one line of text, or too long")

    def near_miss(self, key: str, value: object, where: str, meaning: str) -> None:
        """Keep a misspelt key; its value declares nothing."""
        shown = value if isinstance(value, str) else repr(value)
        made = NearMiss(
            key=_encodable(key), value=_encodable(shown[:MOST_NAME]), meant=meaning, place=self._place(where)
        )
        self.says["near_misses"] = (*self.says.get("near_misses", ()), made)
        self.at.setdefault("near_misses", made.place)
        self.odd(where, f"unknown key {shortened(key)!r}, which declares nothing; '{meaning}' may be meant")

    def mention(self, text: str, where: str) -> None:
        """Keep a license that prose names."""
        made = Mention(text=_encodable(text)[:MOST_NAME], place=self._place(where))
        self.says["license_mentions"] = (*self.says.get("license_mentions", ()), made)
        self.at.setdefault("license_mentions", made.place)

    def witness(self) -> Witness:
        """What the artefact says, finished."""
        return Witness(
            source=self.source, place=self.place, says=self.says, at=self.at, oddities=tuple(self.oddities)
        )


def _joined(place: str, other: str) -> str:
    return place if other in place.split(", ") else f"{place}, {other}"


def _encodable(text: str) -> str:
    """The text without lone surrogates, which no encoding can write."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def _kind(value: object) -> str:
    match value:
        case bool():
            return "yes or no"
        case int() | float():
            return "a number"
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case None:
            return "nothing"
        case _:
            return "a value"
