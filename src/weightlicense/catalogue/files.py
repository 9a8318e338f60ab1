"""Where the data lies: YAML in a checkout or given directory, compiled JSON in a built package."""

from __future__ import annotations

import os.path
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

# pathlib costs more to import than all of this; a check needs only these texts.
PACKAGE: Final = os.path.dirname(os.path.dirname(__file__))
COMPILED: Final = os.path.join(PACKAGE, "_data")
CHECKOUT: Final = os.path.dirname(os.path.dirname(PACKAGE))
DOCUMENT_FOLDERS: Final = ("licenses", "policies/acceptable-use")


def is_compiled() -> bool:
    """Whether this is a built package, which carries the catalogue compiled."""
    return os.path.exists(os.path.join(COMPILED, "index.json"))


def root() -> Path:
    """The folder that holds `licenses/` and `policies/`."""
    from pathlib import Path

    return Path(COMPILED if is_compiled() else CHECKOUT)


@cache
def document_paths() -> dict[str, Path]:
    """Every clause file by document id, in the order of ids."""
    found: dict[str, Path] = {}
    for folder in DOCUMENT_FOLDERS:
        for path in (root() / folder).glob("*/*.yaml"):
            if path.parent.name != "models":
                found[path.stem] = path
    return dict(sorted(found.items()))


def model_paths() -> list[Path]:
    """Every model file, in the order of publishers."""
    return sorted((root() / "licenses" / "models").glob("*.yaml"))


def label_path() -> Path:
    """The file of Hub labels."""
    return root() / "licenses" / "labels.yaml"


def shown(path: Path) -> str:
    """A path as messages show it: from the data's root where it lies there."""
    try:
        return str(path.resolve().relative_to(root()))
    except ValueError:
        return str(path)


@cache
def index() -> dict[str, Any]:
    """The index: heads of documents and the digest; compiled, or made from the YAML files."""
    if is_compiled():
        loaded: dict[str, Any] = _decoded("index.json")
        return loaded
    from weightlicense.catalogue.build import make_index  # reads YAML; only in a checkout

    return make_index()


class ModelIndex(msgspec.Struct, frozen=True):
    """The model registry: rows as JSON, each decoded when asked for; whole names and globs with their rows."""

    names: dict[str, list[int]]
    globs: list[tuple[str, str, int]]
    rows: list[msgspec.Raw]

    def row(self, index: int) -> dict[str, Any]:
        """One row of the registry."""
        found: dict[str, Any] = msgspec.json.decode(self.rows[index])
        return found


@cache
def model_index() -> ModelIndex:
    """The model registry with its names and globs."""
    if is_compiled():
        with open(os.path.join(COMPILED, "models.json"), "rb") as file:
            return msgspec.json.decode(file.read(), type=ModelIndex)
    from weightlicense.catalogue.build import make_models

    return msgspec.json.decode(msgspec.json.encode(make_models()), type=ModelIndex)


@cache
def label_rows() -> list[dict[str, Any]]:
    """The Hub's labels."""
    if is_compiled():
        rows: list[dict[str, Any]] = _decoded("labels.json")
        return rows
    from weightlicense.catalogue.build import make_labels

    return make_labels()


def _decoded(name: str) -> Any:
    with open(os.path.join(COMPILED, name), "rb") as file:
        return msgspec.json.decode(file.read())


@cache
def document_data(document_id: str) -> dict[str, Any]:
    """The validated plain data of one document; `KeyError` where there is none."""
    if is_compiled():
        if document_id not in index()["documents"]:
            raise KeyError(document_id)
        data: dict[str, Any] = _decoded(f"documents/{document_id}.json")
        return data
    from weightlicense.clausefile import read_document

    path = document_paths()[document_id]
    return with_links(read_document(path, shown_as=shown(path)))


def with_links(data: dict[str, Any]) -> dict[str, Any]:
    """The data with the link that opens each clause at its passage, where the text has an address."""
    from weightlicense.clause import Span
    from weightlicense.link import fragment

    url = data["text"].get("url")
    for row in data["clauses"] if url else ():
        span = row["span"][0]
        sought = Span(first=span["from"], last=span["to"], sha256=None, link=span.get("link"))
        row["link"] = fragment(url, sought)
    return data
