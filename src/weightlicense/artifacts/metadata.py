"""Metadata of texts, as safetensors and ONNX carry it: which keys say something of license and origin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from weightlicense.artifacts.witness import MOST_NAME, Testimony, meant

if TYPE_CHECKING:
    from collections.abc import Iterable

_LICENSES: Final = {"license", "modelspec.license"}
_LABELS: Final = {"license_name", "license_link", "license_url"}
_NAMES: Final = {"modelspec.title", "model_name", "ss_output_name"}
_PARENTS: Final = {"base_model": False, "base_model_name_or_path": False, "ss_sd_model_name": True}
"""Keys that name a parent, and whether a training tool left it behind."""
_TEXTS: Final = {
    "modelspec.architecture": "architecture",
    "modelspec.implementation": "implementation",
    "modelspec.author": "author",
    "author": "author",
    "ss_base_model_version": "base_model_version",
    "format": "format",
    "quantized_by": "quantized_by",
}


def take_metadata(pairs: Iterable[tuple[str, str]], said: Testimony, prefix: str) -> None:
    """Add to `said` what these pairs state; `prefix` leads to them in the file."""
    for key, value in pairs:
        where = f"{prefix}{key}"
        plain = key.strip().lower()
        if plain in _LICENSES:
            said.license(value, where)
        elif plain in _LABELS:
            said.text("license_link" if plain == "license_url" else plain, value, where)
        elif plain in _NAMES:
            if len(value) <= MOST_NAME:
                said.name(value, key, where)
        elif plain in _PARENTS:
            said.parent(value, where, hint=_PARENTS[plain])
        elif plain == "modelspec.merged_from":
            for name in value.split(",")[:100]:
                said.parent(name.strip(), where, relation="merge")
        elif plain in {"datasets", "modelspec.tags", "tags"}:
            said.words(plain.removeprefix("modelspec."), value.split(","), where)
        elif plain in _TEXTS:
            said.text(_TEXTS[plain], value, where)
        elif (meaning := meant(plain.removeprefix("modelspec."))) is not None:
            said.near_miss(key, value, where, meaning)
