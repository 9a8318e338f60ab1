"""ModelPack configurations (CNCF model-spec), which say their licenses in `descriptor`.

Format: https://github.com/modelpack/model-spec/blob/main/docs/config.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weightlicense.artifacts.jsontext import read_object
from weightlicense.artifacts.witness import Testimony, Unreadable, meant

if TYPE_CHECKING:
    from weightlicense.artifacts.walk import Opened


def is_modelpack(values: dict[str, Any]) -> bool:
    """Whether a JSON object is a ModelPack configuration."""
    return isinstance(values.get("descriptor"), dict) and ("modelfs" in values or "config" in values)


def read_modelpack(file: Opened) -> Testimony:
    """A ModelPack configuration under a name of its own."""
    values = read_object(file)
    if not is_modelpack(values):
        raise Unreadable("no ModelPack configuration: it has no 'descriptor'")
    return take_modelpack(values, file.path)


def take_modelpack(values: dict[str, Any], path: str) -> Testimony:
    """What a ModelPack configuration says; a text in place of the list of licenses is taken as one."""
    said = Testimony("modelpack", path)
    descriptor = values["descriptor"]
    for key, value in descriptor.items():
        where = f"descriptor.{key}"
        if key == "licenses":
            said.license(value, where)
        elif (meaning := meant(key)) is not None or key == "license":
            said.near_miss(key, value, where, "licenses" if meaning in {None, "license"} else str(meaning))
    for key in ("name", "title"):
        said.name(descriptor.get(key), key, f"descriptor.{key}")
    for key in ("family", "vendor", "version", "revision", "sourceURL"):
        if isinstance(descriptor.get(key), str):
            said.text(key.lower().replace("sourceurl", "source_url"), descriptor[key], f"descriptor.{key}")
    config = values.get("config")
    if isinstance(config, dict):
        if isinstance(config.get("architecture"), str):
            said.text("architecture", config["architecture"], "config.architecture")
        if isinstance(config.get("quantization"), str):
            said.put("quantized", True, "config.quantization")
        abilities = config.get("capabilities")
        if isinstance(abilities, dict):
            kinds = [
                kind
                for key in ("inputTypes", "outputTypes")
                for kind in (abilities[key] if isinstance(abilities.get(key), list) else [])
                if isinstance(kind, str)
            ]
            said.words("modalities", sorted(set(kinds)), "config.capabilities")
    return said
