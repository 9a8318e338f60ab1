"""diffusers' model_index.json: the pipeline, and the components, each of which may carry a license of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from weightlicense.artifacts.config import take_licenses
from weightlicense.artifacts.jsontext import read_object
from weightlicense.artifacts.witness import Testimony

if TYPE_CHECKING:
    from weightlicense.artifacts.walk import Opened


def read_model_index(file: Opened) -> Testimony:
    """A pipeline: `components` names the folders; what lies in them speaks with `component` set to the folder."""
    values = read_object(file)
    said = Testimony("diffusers", file.path)
    take_licenses(values, said)
    if isinstance(values.get("_class_name"), str):
        said.text("architecture", values["_class_name"], "_class_name")
    name = values.get("_name_or_path")
    if isinstance(name, str):
        said.parent(name, "_name_or_path", hint=True)
    # A component is a pair of library and class; `[null, null]` is one that was left out.
    parts = [
        key
        for key, value in values.items()
        if not key.startswith("_")
        and isinstance(value, list)
        and len(value) == 2
        and isinstance(value[1], str)
    ]
    said.words("components", parts, "")
    return said
