"""DVC's dvc.yaml: the models and data sets that `artifacts` names.

Format: https://dvc.org/doc/user-guide/project-structure/dvcyaml-files#artifacts
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from weightlicense.artifacts.card import MOST_CARD
from weightlicense.artifacts.witness import MOST_ITEMS, Testimony, meant
from weightlicense.artifacts.yamltext import parse_yaml

if TYPE_CHECKING:
    from weightlicense.artifacts.walk import Opened


def read_dvc(file: Opened) -> list[Testimony]:
    """A testimony for the file, and one for each artifact; the license stands in its `meta`."""
    first = Testimony("dvc", file.path)
    matter = parse_yaml(file.whole(MOST_CARD), first)
    every = [first]
    artifacts = matter.mapping().get("artifacts")
    for name, content in list(artifacts.items())[:MOST_ITEMS] if isinstance(artifacts, dict) else []:
        if not isinstance(content, dict):
            continue
        said = Testimony("dvc", file.path, part=f"artifacts.{name}", component=name)
        for key in ("path", "type"):
            said.text(key, content.get(key), matter.where("artifacts", name, key))
        if content.get("type") == "model":
            said.name(name, "artifacts", matter.where("artifacts", name))
        for group in (content, content.get("meta")):
            for key, value in group.items() if isinstance(group, dict) else ():
                path = ("artifacts", name, key) if group is content else ("artifacts", name, "meta", key)
                where = matter.where(*path)
                if key == "license":
                    said.license(value, where)
                elif key in {"license_name", "license_link"}:
                    said.text(key, value, where)
                elif key == "base_model":
                    for parent in value if isinstance(value, list) else [value]:
                        said.parent(parent, where)
                elif (meaning := meant(key)) is not None:
                    said.near_miss(key, value, where, meaning)
        every.append(said)
    return every
