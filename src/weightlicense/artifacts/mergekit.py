"""mergekit configurations: every model that went into a merge.

Format: https://github.com/arcee-ai/mergekit#merge-configuration and docs/moe.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from weightlicense.artifacts.card import MOST_CARD
from weightlicense.artifacts.witness import Testimony
from weightlicense.artifacts.yamltext import LooseYaml, parse_yaml

if TYPE_CHECKING:
    from weightlicense.artifacts.walk import Opened

_MOST_VALUES: Final = 20_000


def read_mergekit(file: Opened) -> Testimony:
    """A merge: `base_model`, `models`, `slices`, `modules` and `experts`, each with its revision and adapters."""
    said = Testimony("mergekit", file.path)
    matter = parse_yaml(file.whole(MOST_CARD), said)
    values = matter.mapping()
    for key, value, where in matter.every():
        if key == "base_model":
            _reference(value, where, said)
    said.text("merge_method", values.get("merge_method"), matter.where("merge_method"))
    _models(values, (), matter, said)
    return said


def _models(values: Any, path: tuple[str | int, ...], matter: LooseYaml, said: Testimony) -> None:
    """Walk what is there: depth and size are bounded by the reading of the file."""
    stack: list[tuple[Any, tuple[str | int, ...]]] = [(values, path)]
    done = 0
    while stack and done < _MOST_VALUES:
        value, path = stack.pop()
        done += 1
        if isinstance(value, list):
            stack += [(entry, (*path, index)) for index, entry in reversed(list(enumerate(value)))]
        elif isinstance(value, dict):
            for key in ("model", "source_model", "base_model"):
                if key in value and (path or key != "base_model"):
                    _reference(value[key], matter.where(*path, key), said)
            inner = ("models", "slices", "sources", "modules", "experts", "shared_experts")
            nested = list(value) if path and path[-1] == "modules" else [key for key in inner if key in value]
            stack += [
                (value[key], (*path, key)) for key in reversed(nested) if isinstance(value[key], dict | list)
            ]
    if stack:
        said.odd("", f"more than {_MOST_VALUES:,} values, the rest was not read")


def _reference(value: Any, where: str, said: Testimony) -> None:
    """A model as mergekit writes it: `name@revision+adapter`, or a mapping of `model` and `lora`."""
    if isinstance(value, dict):
        if "path" in value:
            said.parent(value["path"], where, relation="merge", revision=value.get("revision"))
        else:
            for key, relation in (("model", "merge"), ("lora", "adapter")):
                inner = value.get(key)
                if inner is None:
                    continue
                name, revision = (
                    (inner.get("path"), inner.get("revision")) if isinstance(inner, dict) else _split(inner)
                )
                said.parent(name, where, relation=relation, revision=revision)
        return
    if isinstance(value, str):
        model, _, adapter = value.partition("+")
        name, revision = _split(model)
        said.parent(name, where, relation="merge", revision=revision)
        if adapter:
            name, revision = _split(adapter)
            said.parent(name, where, relation="adapter", revision=revision)
    elif value is not None:
        said.odd(where, "no model: neither text nor a mapping")


def _split(written: Any) -> tuple[Any, str | None]:
    if not isinstance(written, str):
        return written, None
    name, _, revision = written.strip().partition("@")
    return name, revision or None
