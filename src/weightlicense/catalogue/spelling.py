"""The ways in which people write the name of a license: `Apache2`, `GPL v3`, `Apache License, Version 2.0`, an address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_EDITION: Final = re.compile(r"\s+v\d[\d.]*$|\s+\((?:[A-Z][a-z]+ )(?:\d{1,2}, )?\d{4}\)$")
_OWN_NAME: Final = re.compile(r"(.*\S)\s+\(([^()]+)\)\s*")
# Each of these is left out of a key, in this order.
_IDLE: Final = (
    re.compile(r"\(?https?://[^\s()]*\)?"),
    re.compile(r"\b(?:public[\s-]+)?licen[cs]e(?:[\s-]+agreement)?\b|\bversion\b|\bthe\b|\binternational\b"),
    re.compile(r"\bv(?=\d)|(?<=[a-z])v(?=\d)"),
)


def undated(title: str) -> str:
    """A title without the version or date at its end."""
    return _EDITION.sub("", title)


def spellings(written: str) -> Iterator[str]:
    """As written, then as a label would be: `Apache License, Version 2.0` is `apache-license-2.0`, then `apache-2.0`."""
    yield written
    plain = _plain(written)
    yield plain
    yield re.sub(r"-licen[cs]e\b|^licen[cs]e-", "", plain)
    if "/" in written:
        path = re.sub(r"/(?:legalcode|deed)[^/]*$", "", written.lower().rstrip("/"))
        host, *places = re.sub(r"^[a-z]+://(?:www\.)?|\.(?:txt|md|html)$", "", path).split("/")
        if places:
            yield places[-1]
            yield f"{host.partition('.')[0]}-{places[-1]}"
            yield f"cc-{'-'.join(places[-2:])}"


def key(written: str) -> str:
    """What a name has in common with its other spellings: `Apache2`, `Apache License 2.0`; an address beside it is none of it."""
    text = _lower(written)
    named = _OWN_NAME.fullmatch(text)
    if named is not None and key(named[1]) == key(named[2]):  # `The MIT License (MIT)`
        text = named[1]
    for idle in _IDLE:
        text = idle.sub(" ", text)
    text = re.sub(r"(?<=\d)_(?=\d)", ".", text)
    text = re.sub(r"(?<=\d)\.0(?![\d.])", "", text)
    return re.sub(r"(?<!\d)\.|\.(?!\d)|[^a-z0-9.+]", "", text)


def _lower(written: str) -> str:
    """In lower case, with the GNU licenses and `or any later version` as identifiers write them."""
    text = re.sub(r"\bor (?:any )?(?:later|newer)(?: versions?)?\b", "or-later", written.lower())
    text = re.sub(
        r"\b(affero |lesser )?general public licen[cs]e\b", lambda kind: f"{(kind[1] or '')[:1]}gpl", text
    )
    return re.sub(r"\bgnu (?=[al]?gpl)", "", text)


def _plain(written: str) -> str:
    text = re.sub(r"[,()\"'`*]|\bversion\b|\bv(?=\d)|\bthe\b", " ", _lower(written))
    return "-".join(text.strip(" .;:").replace("_", " ").split())
