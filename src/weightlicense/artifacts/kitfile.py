"""KitOps' Kitfile: a license for the package, the model, its parts, code, data sets and documents, each its own.

Format: https://kitops.org/docs/kitfile/format/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weightlicense.artifacts.card import MOST_CARD
from weightlicense.artifacts.witness import MOST_ITEMS, Testimony, meant
from weightlicense.artifacts.yamltext import LooseYaml, parse_yaml

if TYPE_CHECKING:
    from weightlicense.artifacts.walk import Opened


def read_kitfile(file: Opened) -> list[Testimony]:
    """A testimony for each part of the package; `component` is `model`, `code 1`, `datasets 2` and so on."""
    first = Testimony("kitfile", file.path)
    matter = parse_yaml(file.whole(MOST_CARD), first)
    values = matter.mapping()
    _part(values.get("package"), ("package",), "package", first, matter)
    every = [first]

    def part(content: Any, path: tuple[str | int, ...], name: str) -> None:
        if isinstance(content, dict) and len(every) < MOST_ITEMS:
            said = Testimony("kitfile", file.path, part=name, component=name)
            _part(content, path, name, said, matter)
            every.append(said)
        elif content is not None:
            first.odd(matter.where(*path), f"no mapping under '{name}', or too many parts")

    model = values.get("model")
    if model is not None:
        part(model, ("model",), "model")
    for kind in ("parts", "code", "datasets", "docs"):
        owner = model if kind == "parts" else values
        content = owner.get(kind) if isinstance(owner, dict) else None
        if isinstance(content, list):
            for index, entry in enumerate(content):
                path: tuple[str | int, ...] = ("model", kind, index) if kind == "parts" else (kind, index)
                part(entry, path, f"{'model part' if kind == 'parts' else kind} {index + 1}")
        elif content is not None:
            first.odd(matter.where(kind), f"no list under '{kind}'")
    return every


def _part(content: Any, path: tuple[str | int, ...], name: str, said: Testimony, matter: LooseYaml) -> None:
    if not isinstance(content, dict):
        return
    for key, value in content.items():
        where = matter.where(*path, key)
        if key == "license":
            said.license(value, where)
        elif key == "name" and name in {"package", "model"}:
            said.name(value, f"{name}.name", where)
        elif key == "path":
            # A model may be another package: `path: registry/organization/name:tag`.
            said.text("path", value, where)
        elif key in {"framework", "version", "name"} and isinstance(value, str):
            said.text(key, value, where)
        elif (meaning := meant(key)) is not None:
            said.near_miss(key, value, where, meaning)
