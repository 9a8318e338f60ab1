"""The license and policy texts that lie in a directory: which known text each is, and whether it was altered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from weightlicense import catalogue
from weightlicense.artifacts import Directory, TextFile, clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from weightlicense.recognition import Match

MOST_TEXTS: Final = 200
"""Texts that are compared with the known ones; the rest is said to be left out."""
MOST_BYTES: Final = 16 * 1024 * 1024
SHORT: Final = 80
"""Words of a file that can only name a license, not be one."""
_NAMES = re.compile(
    r"(?:spdx-license-identifier|licen[cs]ed? (?:under|by)(?: the)?|licen[cs]e)\s*[:=]?\s*(.+)",
    re.IGNORECASE,
)
_OF_A_TEXT = re.compile(rb"(?i)licen[cs]e|agreement|terms|policy|warrant|copyright")


class Copy(Struct, frozen=True, kw_only=True):
    """A text that was compared with the known ones; `document` is None where it is none that is encoded."""

    file: TextFile
    match: Match

    @property
    def document(self) -> str | None:
        """The encoded text that it is, or that it was made from."""
        return next(iter(self.documents), None)

    @property
    def documents(self) -> tuple[str, ...]:
        """All encoded documents with the very same words."""
        return tuple(id for id in (self.match.id, *self.match.also) if id in catalogue.heads())

    @property
    def is_unaltered(self) -> bool:
        """Whether no word of the terms differs."""
        return self.match.match in ("exact", "reformatted")

    @property
    def folder(self) -> str:
        """The folder that the text lies in; empty at the root."""
        return self.file.path.rpartition("/")[0]


def find_copies(directory: Directory) -> tuple[tuple[Copy, ...], tuple[str, ...]]:
    """The texts of a directory, compared, and notes on those that were left out.

    Licenses and policies always count; a notice, a card or a document only where a known text stands in it.
    """
    found: list[Copy] = []
    order = ("license", "policy", "notice", "card", "document")
    texts = sorted(directory.texts, key=lambda text: order.index(text.role))
    left, count = MOST_BYTES, 0
    known: dict[bytes, tuple[Match, ...]] = {}
    for text in texts:
        is_law = text.role in ("license", "policy")
        if not is_law and (len(text.data) < 1000 or not _OF_A_TEXT.search(text.data)):
            continue
        if text.data not in known:
            from weightlicense.recognition import (
                identify,
            )  # loads the fingerprints, which not every audit needs

            if count == MOST_TEXTS or len(text.data) > left:
                break
            count, left = count + 1, left - len(text.data)
            known[text.data] = identify(text.data)
        matches = known[text.data]
        found.extend(Copy(file=text, match=match) for match in matches if is_law or match.id is not None)
    else:
        return tuple(found), ()
    return tuple(found), (f"{len(texts):,} texts lie in the directory; {count} of them were compared.",)


def named_in(text: TextFile) -> str | None:
    """The license that a short file names instead of being it (`MIT`, `SPDX-License-Identifier: MIT`); else None."""
    words = text.data.decode("utf-8", "replace").lstrip("\ufeff").split()
    if len(words) > SHORT:
        return None
    written = " ".join(words)
    found = _NAMES.search(written)
    return clean((found[1] if found else written).strip(" .*#`")) or None


def is_policy(document: str) -> bool:
    """Whether a document is a use policy, which limits a license and is none."""
    return str(catalogue.heads()[document]["kind"]) == "acceptable-use-policy"


def altered_clauses(copy: Copy) -> Iterable[tuple[str | None, str | None, str]]:
    """Each altered place: clause, its number, and what is different there."""
    match = copy.match
    for each in match.altered:
        where = (
            f"where the text that is known says {clean(each.was)!r}"
            if each.was
            else "which the text does not say"
        )
        yield (
            each.clause,
            each.at,
            f"it reads {clean(each.now)!r}, {where}" if each.now else "words are missing",
        )
    for lost in match.removed:
        yield lost.clause, lost.at, clean(lost.says)
    if not match.altered and not match.removed:
        for added in match.added:
            yield None, None, f"it adds {clean(added)!r}"
