"""`adapter_config.json` of PEFT: the model that an adapter was trained for.

Keys: https://huggingface.co/docs/peft/main/en/developer_guides/checkpoint
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from weightlicense.artifacts.config import MOST_CONFIG, take_licenses
from weightlicense.artifacts.jsontext import read_object
from weightlicense.artifacts.witness import Testimony

if TYPE_CHECKING:
    from weightlicense.artifacts.walk import Opened


def read_adapter_config(file: Opened) -> Testimony:
    """The base model with its revision, and the kind of adapter."""
    values = read_object(file, MOST_CONFIG)
    said = Testimony("adapter-config", file.path)
    take_licenses(values, said)
    said.parent(
        values.get("base_model_name_or_path"),
        "base_model_name_or_path",
        relation="adapter",
        revision=values.get("revision"),
    )
    for key in ("peft_type", "task_type"):
        if isinstance(values.get(key), str):
            said.text(key, values[key], key)
    return said
