"""MLflow's MLmodel: its `metadata`, and the source model of the transformers flavour. The pickles beside it are not opened.

Format: https://mlflow.org/docs/latest/ml/model/#mlmodel-file
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weightlicense.artifacts.card import MOST_CARD
from weightlicense.artifacts.witness import Testimony, meant
from weightlicense.artifacts.yamltext import parse_yaml

if TYPE_CHECKING:
    from weightlicense.artifacts.walk import Opened


def read_mlmodel(file: Opened) -> Testimony:
    """An MLmodel file: license and origin from `metadata`, the source model from the flavours."""
    said = Testimony("mlmodel", file.path)
    matter = parse_yaml(file.whole(MOST_CARD), said)
    values = matter.mapping()
    metadata = values.get("metadata")
    for key, value in metadata.items() if isinstance(metadata, dict) else ():
        where = matter.where("metadata", key)
        if key in {"license", "licenses"}:
            said.license(value, where)
        elif key in {"license_name", "license_link"}:
            said.text(key, value, where)
        elif key == "base_model":
            for name in value if isinstance(value, list) else [value]:
                said.parent(name, where)
        elif key in {"model_name", "name"}:
            said.name(value, f"metadata.{key}", where)
        elif (meaning := meant(key)) is not None:
            said.near_miss(key, value, where, meaning)
    flavors = values.get("flavors")
    for flavor, content in flavors.items() if isinstance(flavors, dict) else ():
        if isinstance(content, dict):
            _flavor(flavor, content, matter.where("flavors", flavor), said)
    return said


def _flavor(flavor: str, content: dict[str, Any], where: str, said: Testimony) -> None:
    name = content.get("source_model_name")
    if isinstance(name, str):
        said.parent(name, where, revision=content.get("source_model_revision"), hint=True)
    if flavor == "transformers":
        said.words("architecture", content.get("pipeline_model_type") or [], where)
        said.text("pipeline_tag", content.get("task"), where)
