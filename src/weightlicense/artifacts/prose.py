"""What the prose of a card says of licenses and origins: weaker than its front matter, and said to be so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from weightlicense.artifacts.witness import Testimony

_MOST_LINE: Final = 600
_MOST_MENTIONS: Final = 20
_LABELLED = re.compile(
    r"(?:model |weights? )?licen[cs]e[sd]?(?: type)?(?:\(s\))?(?: \[optional\])?\s*(?:[:\uff1a=|]|\bis\b)\s*(.+)",
    re.IGNORECASE,
)
_HEADING = re.compile(r"#{1,6}\s*(?:\W+\s*)?(?:model )?licen[cs](?:e|es|ing)\b[^\w]*$", re.IGNORECASE)
_ORIGIN = re.compile(
    r"(?:base[ _]model|fine-?tuned from(?: model)?|quantized from|original model)(?: \[optional\])?\s*[:\uff1a=|]\s*(.+)",
    re.IGNORECASE,
)
_LINKED = re.compile(
    r"(?:(fine-?tuned)|(quanti[sz]\w+)|(adapter))\b[^\n]{0,80}?huggingface\.co/([\w.-]+/[\w.-]+)",
    re.IGNORECASE,
)
_HUB_ID = re.compile(r"[\w][\w.-]*/[\w][\w.-]*")
_HOST = re.compile(r"https?://(?:huggingface\.co|hf\.co)/")
_NO_OWNERS: Final = frozenset({"docs", "spaces", "datasets", "blog", "papers"})
_FENCE = re.compile(r"\s*(?:```|~~~)")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\(([^)\n]*)\)")
_EMPTY: Final = ("more information needed", "[more information needed]", "n/a", "tbd", "todo", "none")


def read_prose(body: str, first_line: int, said: Testimony) -> None:
    """Add to `said` the title, the licenses and the origins that a card's body states; its lines count from 1."""
    fenced = expecting = begun = titled = False
    mentions = origins = 0
    for number, line in enumerate(body.split("\n"), first_line):
        if len(line) > _MOST_LINE or mentions + origins >= _MOST_MENTIONS:
            continue
        where = f":{number}"
        if _FENCE.match(line):
            fenced = not fenced
            continue
        lowered = line.lower()
        if not fenced and not titled and line.startswith("# "):
            titled = True
            _title(line[2:], where, said)
        if _origin(line, lowered, where, said):
            origins += 1
        if fenced:
            continue
        if line.startswith("#") or (begun and not line.strip()):
            expecting = begun = False
        if expecting and line.strip():
            # Of the paragraph under a heading the first line, and what else it says of licenses.
            if (not begun or "licen" in lowered) and (text := _bare(line)):
                said.mention(text, where)
                mentions += 1
            begun = True
            continue
        if "licen" in lowered:
            if _HEADING.match(line.strip()):
                expecting = True
            elif (found := _LABELLED.match(_start(line))) and (text := _bare(found[1])):
                said.mention(text, where)
                mentions += 1


def _title(line: str, where: str, said: Testimony) -> None:
    text = _LINK.sub(r"\1", line).strip().strip("*`_ ")
    text = re.sub(r"^model card (?:for|of)\s+", "", text, flags=re.IGNORECASE)
    if (
        text
        and text.casefold() not in {"model id", "model card", "model name", "readme"}
        and len(text) <= 300
    ):
        if _HUB_ID.fullmatch(text):
            said.name(text, "Hub id in the title", where)
        else:
            said.put("title", text, where)


def _start(line: str) -> str:
    """The line from its first word on, without emphasis."""
    return re.sub(r"\*\*|__|`", "", line).lstrip("*-+>#| \t")


def _bare(text: str) -> str:
    """What a line says, without markup; empty for a placeholder."""
    plain = _LINK.sub(lambda link: link[1] or link[2], text)
    plain = re.sub(r"\*\*|__|`|<[^>\n]{0,200}>", "", plain).strip(" \t\r*_|>-")
    return "" if plain.casefold() in _EMPTY else plain


def _origin(line: str, lowered: str, where: str, said: Testimony) -> bool:
    """Add the parent that a line names, if it does."""
    if ("base" in lowered or "from" in lowered or "original" in lowered) and (
        found := _ORIGIN.match(_start(line))
    ):
        name = _HUB_ID.search(_HOST.sub("", _bare(found[1])))
        if name is not None:
            said.parent(name[0].rstrip("."), where, hint=True)
            return True
    found = _LINKED.search(line) if "huggingface.co/" in lowered else None
    if found is None or found[4].split("/")[0] in _NO_OWNERS:
        return False
    relation = "fine-tune" if found[1] else "quantize" if found[2] else "adapter"
    said.parent(found[4].rstrip("."), where, relation=relation, hint=True)
    return True
