"""Hugging Face cards: the front matter of a README, read as strictly as the Hub reads it, and no more.

Keys: https://github.com/huggingface/hub-docs/blob/main/modelcard.md; the block as in huggingface_hub/repocard.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from weightlicense.artifacts.prose import read_prose
from weightlicense.artifacts.witness import RELATIONS, Testimony, Unreadable, meant, shortened
from weightlicense.artifacts.yamltext import LooseYaml, parse_yaml

if TYPE_CHECKING:
    from weightlicense.artifacts.walk import Opened

MOST_CARD: Final = 2 * 1024 * 1024
_BLOCK = re.compile(r"(\s*---[ \t]*\r?\n)(.*?)(?:\r?\n|(?<=\n))---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_OPENING = re.compile(r"\s*---[ \t]*\r?\n(?=[\w\"'-]+[ \t]*:)")
_BASE_TAG = re.compile(r"base_model:(?:([a-z-]+):)?(.+)")
_MODALITIES: Final = {
    "text-generation": ("text",),
    "text2text-generation": ("text",),
    "summarization": ("text",),
    "translation": ("text",),
    "text-classification": ("text",),
    "token-classification": ("text",),
    "question-answering": ("text",),
    "fill-mask": ("text",),
    "feature-extraction": ("text",),
    "sentence-similarity": ("text",),
    "image-text-to-text": ("image", "text"),
    "image-to-text": ("image", "text"),
    "visual-question-answering": ("image", "text"),
    "visual-document-retrieval": ("image", "text"),
    "text-to-image": ("image", "text"),
    "image-to-image": ("image",),
    "image-classification": ("image",),
    "object-detection": ("image",),
    "image-segmentation": ("image",),
    "depth-estimation": ("image",),
    "text-to-video": ("text", "video"),
    "image-to-video": ("image", "video"),
    "video-text-to-text": ("text", "video"),
    "video-classification": ("video",),
    "text-to-speech": ("audio", "text"),
    "text-to-audio": ("audio", "text"),
    "automatic-speech-recognition": ("audio", "text"),
    "audio-text-to-text": ("audio", "text"),
    "audio-classification": ("audio",),
    "audio-to-audio": ("audio",),
    "voice-activity-detection": ("audio",),
    "any-to-any": ("audio", "image", "text", "video"),
}
_TEXTS: Final = ("pipeline_tag", "library_name", "new_version", "quantized_by", "model_creator")


def read_card(file: Opened) -> Testimony:
    """A model card: its front matter, then what its prose says."""
    said = Testimony("card", file.path)
    data = file.whole(MOST_CARD)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = data.decode("utf-8", "replace").removeprefix("\ufeff")
        said.damage = f"not UTF-8: byte 0x{error.object[error.start]:02x}"
    if "\0" in text and said.damage is None:
        said.damage = "no text: it has NUL bytes"
    block = _BLOCK.match(text)
    if block is None and _OPENING.match(text):
        said.damage = "the front matter that begins on line 1 has no end"
    if block is None:
        read_prose(text, 1, said)
        return said
    line = text.count("\n", 0, block.end()) + 1
    if said.damage is None and block[2].strip():
        # Line ends in place of what stands before keep the numbers of the lines.
        before = "\n" * text.count("\n", 0, block.start(2))
        try:
            take_front_matter(parse_yaml((before + block[2]).encode(), said), said)
        except Unreadable as problem:
            said.damage = f"front matter: {problem}"
    read_prose(text[block.end() :], line, said)
    return said


def read_card_data(file: Opened) -> Testimony:
    """MLflow's `model_card_data.yaml`: the front matter of a card in a file of its own."""
    said = Testimony("card", file.path)
    take_front_matter(parse_yaml(file.whole(MOST_CARD), said), said)
    return said


def take_front_matter(matter: LooseYaml, said: Testimony) -> None:
    """Add to `said` what the front matter of a card states."""
    values = matter.mapping()
    for key, value, where in matter.every():  # repeated keys come with each of their values
        meaning = meant(key)
        if key == "license":
            said.license(value, where)
        elif key in {"license_name", "license_link"}:
            _label(key, value, where, said)
        elif key == "base_model":
            for name in value if isinstance(value, list) else [value]:
                said.parent(_hub_id(name), where)
        elif meaning is not None:
            said.near_miss(key, value, where, meaning)
    _relation(values, matter, said)
    for key in _TEXTS:
        if isinstance(values.get(key), str):
            said.text(key, values[key], matter.where(key))
    for key in ("datasets", "tags"):
        if key in values and values[key] is not None:
            said.words(key, values[key], matter.where(key))
    gated = {
        key: value
        for key, value in values.items()
        if key.startswith("extra_gated_") and isinstance(value, str)
    }
    for key in sorted(gated)[:20]:
        said.text(key, gated[key], matter.where(key))
    pipeline = values.get("pipeline_tag")
    if isinstance(pipeline, str) and pipeline in _MODALITIES:
        said.put("modalities", _MODALITIES[pipeline], matter.where("pipeline_tag"))
    _names(values, matter, said)
    _tags(said, matter.where("tags"))


def _label(key: str, value: object, where: str, said: Testimony) -> None:
    if key in said.says and said.says[key] != value:
        said.odd(where, f"a second '{key}', {shortened(str(value))!r}; the first is kept")
        return
    said.text(key, value, where)


def _hub_id(name: object) -> object:
    """A parent's address on the Hub as the id that it stands for."""
    return name.removeprefix("https://huggingface.co/").rstrip("/") if isinstance(name, str) else name


def _relation(values: dict[str, Any], matter: LooseYaml, said: Testimony) -> None:
    written = values.get("base_model_relation")
    if written is None:
        return
    where = matter.where("base_model_relation")
    relation = RELATIONS.get(written.strip().lower()) if isinstance(written, str) else None
    said.text("base_model_relation", written, where)
    if relation is None:
        said.odd(where, "unknown relation; the Hub knows finetune, adapter, quantized and merge")
        return
    parents = said.says.pop("base_models", ())
    for parent in parents:
        said.parent(
            parent.name, f":{parent.place.rpartition(':')[2]}", relation=relation, revision=parent.revision
        )


def _names(values: dict[str, Any], matter: LooseYaml, said: Testimony) -> None:
    for key in ("model_name", "model_id", "hub_model_id"):
        if isinstance(values.get(key), str):
            said.name(values[key], key, matter.where(key))
    index = values.get("model-index")
    for entry in index[:10] if isinstance(index, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("name"), str):
            said.name(entry["name"], "model-index", matter.where("model-index"))


def _tags(said: Testimony, where: str) -> None:
    """Tags as the Hub writes them: `license:mit`, `base_model:adapter:org/name`."""
    for tag in said.says.get("tags", ()):
        if tag.startswith("license:") and tag[8:].strip():
            said.license(tag[8:], where, key="license_tags")
        elif (found := _BASE_TAG.fullmatch(tag)) is not None:
            said.parent(found[2], where, relation=RELATIONS.get(found[1] or ""))
