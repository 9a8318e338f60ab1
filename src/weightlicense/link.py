"""Links that open a source at a clause's passage, by text fragments that a browser finds in the page.

A browser seeks the first place of the first words, then the next of the last, each within one block of the page;
the marks of a list are no text there. Source: https://wicg.github.io/scroll-to-text-fragment/
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import islice
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from weightlicense.anchor import LOCATOR_CHARACTERS, LOCATOR_WORDS, cut, occurrences, tokenize, too_long

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from weightlicense.anchor import Match, Place, Verification, Words
    from weightlicense.clause import Clause, Document, Span

LEAST: Final = 2
"""Fewer words than these are said in too many places."""
_SPACE = r"[\s#>*_|]*"
_NUMBER = r"(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5}|[一二三四五六七八九十]{1,3})(?:\.(?:\d{1,3}|[a-z]))*"
_MARK = rf"(?:(?:[-–—•·▪◦*]|[(（\[]?{_NUMBER}[.)\]:]+)(?![^\s*_])|[(（]?{_NUMBER}[）、]){_SPACE}"
_MARKS = re.compile(rf"{_SPACE}(?:{_MARK}|\d{{1,3}}(?:\.\d{{1,3}})+(?![^\s*_]){_SPACE})+")
_APART = re.compile(rf":\s+(?:{_MARK})*|\s(?:{_MARK})+|：")
# Where a block of the page may end; the marks of a list, with what they number, are in none.
_BREAK = re.compile(rf"\n\s*\n|[.:;]\s*\n|(?m:^){_MARKS.pattern}")
_EMPHASIS = re.compile(r"\*\*|\\")
_ADDRESS = re.compile(r"\S+/\S*")  # where a link leads to may be no text of the page
_MARKUP = re.compile(r"[*_#<>\[\]|`\\]")
_NO_TEXT = re.compile(r"\]\([^()\s]*\)|[*_#\[\]`\\]")
_EDGE = "\"'()[].,;:/ "
_QUOTES = str.maketrans("‘’“”", "''\"\"")


def fragment(url: str | None, span: Span) -> str | None:
    """The URL with a text fragment that opens at the span; None without a URL."""
    if not url:
        return None
    return f"{url}{'' if '#' in url else '#'}:~:text={','.join(map(_encoded, _sought(span)))}"


def _sought(span: Span) -> tuple[str, ...]:
    """The words that a browser seeks: the first, and the last where these stand behind them and are no address."""
    first, last = span.link or _within(span.first), _within(span.last)
    alone = _ADDRESS.fullmatch(last) or _overlap(tokenize(first).words, tokenize(last).words)
    return (first,) if alone else (first, last)


def _within(locator: str) -> str:
    """The longest part of a locator within one block: no list mark before it, none and no colon in it."""
    shown = _EMPHASIS.sub("", locator)
    marks = _MARKS.match(shown)
    parts = _APART.split(shown[marks.end() :] if marks else shown)
    longest = max(parts, key=lambda part: len(tokenize(part).words))
    return longest if len(tokenize(longest).words) >= LEAST else shown


def _overlap(first: tuple[str, ...], last: tuple[str, ...]) -> bool:
    """Whether the last words seem to begin inside the first; one word in common, such as "the", is chance."""
    for at in range(len(first)):
        common = min(len(first) - at, len(last))
        if first[at : at + common] == last[:common] and (common > 1 or common == len(last)):
            return True
    return False


def _encoded(text: str) -> str:
    kept = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~"
    return "".join(chr(byte) if byte in kept else f"%{byte:02X}" for byte in " ".join(text.split()).encode())


def leading(clauses: Iterable[Clause], places: Iterable[Place]) -> Iterator[tuple[Clause, Place]]:
    """Each clause with the place of its first span, at which its link opens."""
    remaining = iter(places)
    for clause in clauses:
        first, *_ = islice(remaining, len(clause.spans))
        yield clause, first


def astray(document: Document, found: Verification, words: Words) -> dict[int, str]:
    """The places, by number, where a link does not open, each with words that would open it there."""
    if not document.url:
        return {}
    page = Page(words)
    number = {id(place): at for at, place in enumerate(found.places)}
    opened = {number[id(place)]: page.opened(place) for _, place in leading(document.clauses, found.places)}
    return {at: span.link for at, span in opened.items() if span.link and span is not found.places[at].span}


class Page:
    """A text as a browser shows it: the words, each with the number of its block; that of a list mark is odd."""

    def __init__(self, words: Words) -> None:
        self.words: Final = words
        breaks = [found.span() for found in _BREAK.finditer(words.text)]
        begins, ends = [begin for begin, _ in breaks], [end for _, end in breaks]
        self.blocks: Final = [bisect_right(begins, at) + bisect_right(ends, at) for at in words.starts]

    def opened(self, place: Place) -> Span:
        """The span with a `link` that lands in its passage; as it is where it lands, or where no words do."""
        span, match = place.span, place.match
        if match is None or self.lands(span, match):
            return span
        linked = (replace(span, link=words) for words in self._runs(match))
        return next((other for other in linked if self.lands(other, match)), span)

    def lands(self, span: Span, match: Match) -> bool:
        """Whether a browser finds the words that the link of a span seeks, and finds them in its passage."""
        first, *last = _sought(span)
        begin = next(occurrences(self.words.words, tokenize(first).words), match.end)
        if begin < match.start:
            return False
        behind = self._found(first, match.start, match.end)
        return behind is not None and all(self._found(words, behind, match.end) for words in last)

    def _found(self, locator: str, start: int, end: int) -> int | None:
        """Where words end that stand between two places, as written and in one block."""
        wanted = tokenize(locator).words
        for at in occurrences(self.words.words[start:end], wanted):
            begin, behind = start + at, start + at + len(wanted)
            if self._whole(begin, behind) and _same(cut(self.words, begin, behind), locator):
                return behind
        return None

    def _whole(self, start: int, end: int) -> bool:
        block = self.blocks[start]
        return block % 2 == 0 and block == self.blocks[end - 1]

    def _runs(self, match: Match) -> Iterator[str]:
        """Words of a passage that may serve as its link: the earliest first, of these the longest that a locator may be."""
        for start in range(match.start, match.end - LEAST + 1):
            for end in range(min(start + LOCATOR_CHARACTERS, match.end), start + LEAST - 1, -1):
                words = cut(self.words, start, end)
                short = len(words.split()) <= LOCATOR_WORDS and not too_long(words)
                plain = words.isprintable() and not _MARKUP.search(words)
                if short and plain and self._whole(start, end):
                    yield words


def _same(written: str, locator: str) -> bool:
    """Whether a browser takes one for the other: letter case, the form of quotation marks and markup are nothing to it."""
    one, two = (
        _NO_TEXT.sub("", text).casefold().translate(_QUOTES).strip(_EDGE) for text in (written, locator)
    )
    return one.split() == two.split()
