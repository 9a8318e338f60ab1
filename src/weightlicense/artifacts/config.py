"""`config.json` and `generation_config.json` of transformers: architecture, and the name a model was loaded by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from weightlicense.artifacts.jsontext import read_object
from weightlicense.artifacts.modelpack import is_modelpack, take_modelpack
from weightlicense.artifacts.witness import Testimony, meant

if TYPE_CHECKING:
    from weightlicense.artifacts.walk import Opened

MOST_CONFIG: Final = 4 * 1024 * 1024
_PARTS: Final = {
    "vision_config": "image",
    "visual": "image",
    "audio_config": "audio",
    "video_config": "video",
    "speech_config": "audio",
}


def read_config(file: Opened) -> Testimony:
    """A configuration; a ModelPack configuration has the same name and is told by its content."""
    values = read_object(file, MOST_CONFIG)
    if is_modelpack(values):
        return take_modelpack(values, file.path)
    said = Testimony("config", file.path)
    take_licenses(values, said)
    said.words("architecture", values.get("architectures") or [], "architectures")
    if isinstance(values.get("model_type"), str):
        said.text("model_type", values["model_type"], "model_type")
    for key in ("_name_or_path", "name_or_path"):
        if isinstance(values.get(key), str):
            said.parent(values[key], key, hint=True)  # as often the model's own name or a path
    quantization = values.get("quantization_config")
    if isinstance(quantization, dict):
        said.put("quantized", True, "quantization_config")
    modalities = sorted({kind for key, kind in _PARTS.items() if isinstance(values.get(key), dict)})
    if modalities:
        said.put("modalities", (*modalities, "text"), "")
    return said


def take_licenses(values: dict[str, Any], said: Testimony) -> None:
    """Add to `said` the license keys of a JSON object, well spelt or not."""
    for key, value in values.items():
        if key == "license":
            said.license(value, key)
        elif key in {"license_name", "license_link"}:
            said.text(key, value, key)
        elif (meaning := meant(key)) is not None and "license" in meaning:
            said.near_miss(key, value, key, meaning)
