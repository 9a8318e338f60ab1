"""Ollama's Modelfile: FROM, ADAPTER and LICENSE, in any letter case, with texts in one or three quotes.

Format: https://github.com/ollama/ollama/blob/main/docs/modelfile.md
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from weightlicense.artifacts.witness import MOST_NAME, Testimony, Unreadable, meant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from weightlicense.artifacts.walk import Opened

MOST_MODELFILE: Final = 2 * 1024 * 1024
_COMMAND = re.compile(r"[ \t]*([A-Za-z_]+)(?:[ \t]+|$)")


def read_modelfile(file: Opened) -> Testimony:
    """A Modelfile: its parents, and its licenses; a text of several lines is kept as a text."""
    data = file.whole(MOST_MODELFILE)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"not UTF-8: byte 0x{error.object[error.start]:02x}") from None
    if "\0" in text:
        raise Unreadable("no text: it has NUL bytes")
    said = Testimony("modelfile", file.path)
    for command, value, line in _commands(text):
        where = f":{line}"
        match command:
            case "from":
                name, _, digest = value.partition("@")
                said.parent(name, where, revision=digest)
            case "adapter":
                said.parent(value, where, relation="adapter")
            case "license":
                said.license(value, where)
            case "name":  # of ModelPack's modctl, whose Modelfile has commands of its own
                said.name(value, "NAME", where)
            case _ if meant(command) is not None and len(value) <= MOST_NAME:
                said.near_miss(command.upper(), value, where, "LICENSE")
    return said


def _commands(text: str) -> Iterator[tuple[str, str, int]]:
    """Each command in lower case with its value and line."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        line = lines[number].rstrip("\r")
        number += 1
        found = _COMMAND.match(line)
        if found is None:
            continue
        begin = number
        value = line[found.end() :].strip()
        if found[1].lower() == "message":  # `MESSAGE role text`
            value = value.partition(" ")[2].strip()
        for quotes in ('"""', '"'):
            if value.startswith(quotes):
                inner = value[len(quotes) :]
                parts = []
                while quotes not in inner:
                    parts.append(inner)
                    if number == len(lines):
                        raise Unreadable(f"the text that begins on line {begin} has no end")
                    inner = lines[number].rstrip("\r")
                    number += 1
                parts.append(inner.partition(quotes)[0])
                value = "\n".join(parts)
                break
        yield found[1].lower(), value, begin
