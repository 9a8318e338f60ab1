"""Where a clause stands in its text: words, passages, digests, coverage, pins.

A text is compared as a sequence of words, so that layout, markup, encoding and letter case do not matter and
every digit does. `Words` keeps the place of each word in the original, so that quotes are cut out of it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from weightlicense.clause import Document, Span
    from weightlicense.yamlfile import Node

LOCATOR_WORDS = 6
LOCATOR_CHARACTERS = 12

# A text in which the words of a locator stand thousands of times is not a license: stop, and trust no digest.
_MOST_PAIRS = 20_000
_MOST_HASHED = 2_000_000

_CJK = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u303b"
    "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3131-\u318e"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9d\uffa1-\uffdc"
    "\U00020000-\U0003ffff"
)
_JAMO = "\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff"  # Hangul syllables in parts, as NFD has them
_APOSTROPHES = "'\u2018\u2019\u201b\u02bc\u2032\u00b4\uff07"
# Each class of thousands of characters costs a millisecond to compile, so each stands here once.
_WORD = re.compile(
    r"[A-Za-z]++(?=[ \n,.;:()\"\u201c\u201d/-])"  # most words, known to end here without a look at the rest
    r"|(?=[^\W_])"
    rf"(?:[\u0300-\u036f]*(?:[{_APOSTROPHES}]|(?<=\d)\\?[.,\uff0e](?=\d))?[^\W_{_CJK}{_JAMO}]++)++[\u0300-\u036f]*"
    rf"|[{_CJK}][\u3099\u309a\uff9e\uff9f]?"
    rf"|[{_JAMO}]+"
    r"|[$%\u00a2-\u00a5\u20a0-\u20bf\u2030\ufe69\ufe6a\uff04\uff05\uffe0\uffe1\uffe5\uffe6]"
    r"|[\u00a9\u24b8\u24d2\u00ae\u2122\u2611-\u2612\u2705\u2713\u2714\u2717\u2718\u274c]"
)
_CHARACTER = f"[{_CJK}{_JAMO}]"
# Signs that carry law: `(c)` is the same word as the sign, a tick or a cross in a table says yes or no.
_SIGNS = {
    "\u00a9": "c",
    "\u00ae": "r",
    "\u2122": "tm",
    **dict.fromkeys("\u2611\u2705\u2713\u2714", "\u2713"),
    **dict.fromkeys("\u2612\u2717\u2718\u274c", "\u2717"),
}
_APOSTROPHE_TABLE = dict.fromkeys(map(ord, _APOSTROPHES), "'")

_INVISIBLE = (
    "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef"
)
_INVISIBLE_RUN = re.compile(rf"[{_INVISIBLE}]+")
INLINE_TAG = r"a|abbr|b|big|code|del|em|font|i|ins|s|small|span|strong|sub|sup|tt|u"
_BLOCK_TAG = (
    r"article|aside|blockquote|body|br|center|col|dd|div|dl|dt|figure|footer|h[1-6]|head|header|hr|html|li|nav"
    r"|ol|p|pre|section|table|tbody|td|tfoot|th|thead|tr|ul"
)
_ATTRIBUTES = r"(?:\s+[a-z][a-z0-9:_-]*\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>=]+))"
# `<year>` and `<name of author>` are words of a license: a tag without attributes has one of these names.
_NOISE = re.compile(
    rf"(?P<invisible>\u00ad\s*\n\s*|[{_INVISIBLE}]+)"
    rf"|(?P<inline>(?ai:</?(?:{INLINE_TAG}){_ATTRIBUTES}*\s*/?>))"
    rf"|(?P<block>(?ai:</?(?:{_BLOCK_TAG})\s*/?>|</[a-z][a-z0-9-]*\s*>|<[a-z][a-z0-9-]*{_ATTRIBUTES}+\s*/?>))"
    r"|(?P<reference>&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});)"
    r"|\](?P<target>\((?:[^()\s]|\([^()\s]*\))+(?:\s+\"[^\"\n]*\")?\))"
)
_NOISE_BEGIN = re.compile(
    rf"[<&\]{_INVISIBLE}]"
)  # tried at each character the long pattern takes most of the time
_INSTEAD = {"invisible": "", "inline": "", "block": " ", "target": " "}
_LINK_LENGTH = 500
_SCHEMES = frozenset({"http", "https", "mailto", "www"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of a text, normalised; `text[starts[i]:ends[i]]` is word `i` as written."""

    text: str
    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A passage: words `start` to `end` (exclusive), their digest, and whether that is the one given."""

    start: int
    end: int
    sha256: str
    ok: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a span was found; `match` is None where its words are not in the text in this order."""

    label: str
    span: Span
    match: Match | None
    inert: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What an encoding covers of its text.

    `coverage` is the share of words inside any span, 1.0 only if every word is. `digest` is "ok" if every
    span has a digest and its passage has the same, else "differs". `raw` says whether the file's bytes are
    those that were encoded (None: not known); other bytes with the same words are only another layout.
    `places` holds every span, clauses first, each in the order of the file.
    """

    coverage: float
    digest: str
    spans: int
    problems: tuple[str, ...]
    places: tuple[Place, ...]
    raw: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PinEdit:
    """A change to a YAML text: put `text` in place of the characters from `start` to `end` (exclusive)."""

    start: int
    end: int
    text: str


def decode(data: bytes) -> str:
    """The text of a file: UTF-16 with a byte order mark, UTF-8, else Windows-1252. Never fails."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("windows-1252", errors="replace")


def tokenize(text: str) -> Words:
    """Split a text into normalised words.

    A word is a run of letters and digits, with the dots and commas inside numbers and the apostrophes inside
    words; or one Han, kana or Hangul character; or a currency, per cent, copyright or tick sign. Words are in
    Unicode NFKC with the letter case folded. HTML tags, invisible characters and link targets that repeat the
    link's words are dropped, character references are decoded; bullets, comment leaders and other markup are
    no words anyway. Numbers of sections and lists are words: they are what a text refers to.
    """
    cleaned, begins, origins, limits = _clean(text)
    tokens: list[str] = []
    spans: list[tuple[int, int]] = []
    for found in _WORD.finditer(cleaned):
        tokens.append(found[0])
        spans.append(found.span())
    if len(begins) > 1:
        spans = list(_in_original(spans, begins, origins, limits))
    forms = {token: _forms(token) for token in set(tokens)}
    if all(len(form) == 1 for form in forms.values()):
        words = [forms[token][0] for token in tokens]
    else:  # a sign for several words, or for none
        words = [word for token in tokens for word in forms[token]]
        pairs = zip(tokens, spans, strict=True)
        spans = [span for token, span in pairs for _ in forms[token]]
    starts, ends = zip(*spans, strict=True) if spans else ((), ())
    return Words(text=text, words=tuple(words), starts=starts, ends=ends)


def _in_original(
    spans: list[tuple[int, int]], begins: list[int], origins: list[int], limits: list[int]
) -> Iterator[tuple[int, int]]:
    """Places in the cleaned text, in order, as places in the original."""
    piece = 0
    final = len(begins) - 1
    for start, end in spans:
        while piece < final and begins[piece + 1] <= start:
            piece += 1
        last = piece
        while last < final and begins[last + 1] < end:
            last += 1
        shift = origins[piece] - begins[piece]
        yield start + shift, origins[last] + end - begins[last] if limits[last] < 0 else limits[last]


def _clean(text: str) -> tuple[str, list[int], list[int], list[int]]:
    """The text without noise, and its pieces: where each begins, and where it begins in the original.

    A piece that stands for something else has also the end of that in the original; for a copy this is -1.
    """
    pieces: list[str] = []
    begins, origins, limits = [0], [0], [-1]
    length = done = passed = 0
    for begun in _NOISE_BEGIN.finditer(text):
        found = _NOISE.match(text, begun.start()) if begun.start() >= passed else None
        if found is None:
            continue
        passed = found.end()
        kind = found.lastgroup or ""
        start, end = found.span(kind)
        if kind == "target" and not _repeats(text, start, end):
            continue
        instead = _decoded(found[0]) if kind == "reference" else _INSTEAD[kind]
        pieces += (text[done:start], instead)
        length += start - done
        if instead:
            begins.append(length)
            origins.append(start)
            limits.append(end)
            length += len(instead)
        begins.append(length)
        origins.append(end)
        limits.append(-1)
        done = end
    pieces.append(text[done:])
    return "".join(pieces), begins, origins, limits


def _decoded(reference: str) -> str:
    from html import unescape  # two thousand names, wanted by few texts

    return _INVISIBLE_RUN.sub("", unescape(reference))


def _repeats(text: str, start: int, end: int) -> bool:
    """Whether the target of a markdown link, brackets included, says the same as the words that are linked.

    A locator may begin inside the linked words; then these are the last of the target's.
    """
    target = _address(text[start:end])
    opening = text.rfind("[", max(0, start - _LINK_LENGTH), start)
    if opening >= 0:
        return _address(text[opening:start]) == target
    linked = _address(text[max(0, start - _LINK_LENGTH) : start])
    return bool(linked) and target[-len(linked) :] == linked


def _address(text: str) -> list[str]:
    words = _WORD.findall(_INVISIBLE_RUN.sub("", text).lower())
    return [word for word in words if word not in _SCHEMES]


def _forms(token: str) -> tuple[str, ...]:
    """The words of a token: one, or several where a sign stands for several."""
    if token.isascii():
        return (token.lower().replace("\\", ""),)
    if token in _SIGNS:
        return (_SIGNS[token],)
    text = unicodedata.normalize("NFKC", token.replace("\\", "")).translate(_APOSTROPHE_TABLE)
    text = unicodedata.normalize("NFKC", text.casefold())  # an accent on the second s of a folded sharp s
    return tuple(_WORD.findall(text))


def digest(words: Sequence[str], start: int, end: int) -> str:
    """The SHA-256, in hex, of the words from `start` to `end` (exclusive), joined by one space, in UTF-8."""
    return hashlib.sha256(" ".join(words[start:end]).encode()).hexdigest()


def too_long(locator: str) -> bool:
    """Whether a locator quotes more than six words, or twelve Han, kana or Hangul characters.

    What is written together (`royalty-free`, an address) is one word here; a number among characters is one.
    """
    length = 0
    for chunk in locator.split():
        if re.search(_CHARACTER, chunk):
            length += len(_WORD.findall(chunk))
        elif _WORD.search(chunk):
            length += LOCATOR_CHARACTERS // LOCATOR_WORDS
    return length > LOCATOR_CHARACTERS


def locate(span: Span, words: Words, after: int = 0) -> Match | None:
    """Find the passage that a span bounds; None where its words do not stand in the text in this order.

    The occurrence whose digest fits is meant. Where none fits, or the span has no digest, it is the first
    that begins at or after word `after`, else the first of all, with the nearest end.
    """
    first, last = tokenize(span.first).words, tokenize(span.last).words
    if not first or not last:
        return None
    starts = tuple(occurrences(words.words, first))
    stops = tuple(at + len(last) for at in occurrences(words.words, last))
    later = bisect_left(starts, after)
    ordered = (*starts[later:], *starts[:later])
    least = max(len(first), len(last))  # the bounds may overlap, but not change places
    if span.sha256 is not None:
        found = _fitting(words.words, ordered, stops, least, span.sha256)
        if found is not None:
            return Match(start=found[0], end=found[1], sha256=span.sha256, ok=True)
    for start in ordered:
        for stop in stops[bisect_left(stops, start + least) :][:1]:
            return Match(start=start, end=stop, sha256=digest(words.words, start, stop), ok=False)
    return None


def occurrences(words: tuple[str, ...], wanted: tuple[str, ...]) -> Iterator[int]:
    """Where words stand in a text, in this order and side by side."""
    at = -1
    while True:
        try:
            at = words.index(wanted[0], at + 1)
        except ValueError:
            return
        if words[at : at + len(wanted)] == wanted:
            yield at


def _fitting(
    words: tuple[str, ...], starts: Iterable[int], stops: Sequence[int], least: int, sha256: str
) -> tuple[int, int] | None:
    """The pair of bounds whose passage has this digest, within what is worth trying."""
    pairs = hashed = 0
    for start in starts:
        running = hashlib.sha256()
        done = start
        for stop in stops[bisect_left(stops, start + least) :]:
            pairs += 1
            hashed += stop - done
            if pairs > _MOST_PAIRS or hashed > _MOST_HASHED:
                return None
            running.update((" " * (done > start) + " ".join(words[done:stop])).encode())
            done = stop
            if running.hexdigest() == sha256:
                return start, stop
    return None


def verify_document(
    clauses: Iterable[tuple[str, Iterable[Span]]], inert: Iterable[tuple[str, Span]], words: Words
) -> Verification:
    """Check every span against a text, and what of the text no span covers.

    `clauses` and `inert` come in the text's order, each with the label that problems give it.
    """
    places: list[Place] = []
    problems: list[str] = []
    after = after_last = 0
    for label, spans in clauses:
        found = _place(label, tuple(spans), words, after, after_last)
        problems += _differences(found, words)
        places += found
        matches = [place.match for place in found if place.match is not None]
        if matches:
            after, after_last = matches[0].start, matches[-1].start
    after = 0
    for label, span in inert:
        found = _place(label, (span,), words, after, after)
        problems += _differences(found, words)
        places += (replace(place, inert=True) for place in found)
        after = next((place.match.start for place in found if place.match is not None), after)
    covered = bytearray(len(words.words))
    for match in (place.match for place in places):
        if match is not None:
            covered[match.start : match.end] = b"\x01" * (match.end - match.start)
    problems += _uncovered(covered, words)
    if not words.words:
        problems.append("the text has no words")
    return Verification(
        coverage=sum(covered) / len(covered) if covered else 0.0,
        digest="ok" if all(place.match is not None and place.match.ok for place in places) else "differs",
        spans=len(places),
        problems=tuple(problems),
        places=tuple(places),
    )


def verify_text(document: Document, data: bytes) -> Verification:
    """Check a document against the bytes of its text."""
    checked = verify_document(
        ((f"{clause.id} ({clause.at})", clause.spans) for clause in document.clauses),
        ((f"inert ({passage.reason})", passage.span) for passage in document.inert),
        tokenize(decode(data)),
    )
    return replace(checked, raw=hashlib.sha256(data).hexdigest() == document.sha256)


def alterations(clauses: Iterable[tuple[str, Iterable[Span]]], words: Words) -> tuple[str, ...]:
    """The labels of the clauses that do not stand in this text, or stand there with other words."""
    places = verify_document(clauses, (), words).places
    altered = (
        place.label
        for place in places
        if place.match is None or (place.span.sha256 is not None and not place.match.ok)
    )
    return tuple(dict.fromkeys(altered))


def _place(label: str, spans: tuple[Span, ...], words: Words, after: int, after_last: int) -> list[Place]:
    """Find the spans of a clause, each behind the one before; the first may be another clause's lead-in."""
    places: list[Place] = []
    for index, span in enumerate(spans):
        match = locate(span, words, after if index == 0 else max(after, after_last))
        places.append(Place(label=label, span=span, match=match, inert=False))
        if match is not None:
            after = match.end
    return places


def _differences(places: list[Place], words: Words) -> Iterator[str]:
    for number, place in enumerate(places, 1):
        passage = "the passage" if len(places) == 1 else f"passage {number} of {len(places)}"
        if place.match is None:
            yield f"{place.label}: {_missing(place.span, words)}"
        elif place.span.sha256 is None:
            yield f"{place.label}: {passage} has no digest"
        elif not place.match.ok:
            yield f"{place.label}: {passage} differs from the one encoded"


def _missing(span: Span, words: Words) -> str:
    for locator in (span.first, span.last):
        wanted = tokenize(locator).words
        if not wanted or next(occurrences(words.words, wanted), None) is None:
            return f'the words "{locator}" are not in the text'
    return f'the words "{span.last}" do not follow "{span.first}" in the text'


def _uncovered(covered: bytearray, words: Words) -> Iterator[str]:
    for run in re.finditer(rb"\x00+", covered):
        start, end = run.span()
        length = end - start
        shown = LOCATOR_CHARACTERS if re.fullmatch(_CHARACTER, words.words[start]) else LOCATOR_WORDS
        place = cut(words, start, start + min(length, shown))
        counted, are = ("1 word", "is") if length == 1 else (f"{length:,} words", "are")
        yield f'{counted} from "{place}" {are} in no clause'


_OPENING = "([{\u201c\u2018\"'"
_CLOSING = ")]}\u201d\u2019\"'.,;:!?"


def quote(words: Words, match: Match) -> str:
    """The very words of a passage, as written, markup included, white space folded.

    Brackets, quotation marks and stops that touch the first and last words belong to the quotation.
    """
    text = words.text
    start, end = words.starts[match.start], words.ends[match.end - 1]
    while start > 0 and text[start - 1] in _OPENING:
        start -= 1
    while end < len(text) and text[end] in _CLOSING:
        end += 1
    return " ".join(text[start:end].split())


def cut(words: Words, start: int, end: int) -> str:
    """Words `start` to `end` (exclusive) as written, white space folded."""
    return " ".join(words.text[words.starts[start] : words.ends[end - 1]].split())


def pin_edit(text: str, span: Node, key: str, value: str) -> PinEdit:
    """The change that writes a key into a span of a YAML text, a mapping with `from` and `to`.

    Offsets are in characters of `text`, as `yamlfile` read it. An old value is replaced; a new one goes
    behind `to`, on a line of its own in block style.
    """
    if not isinstance(span.value, dict):
        raise TypeError("a span is a mapping")
    old = span.value.get(key)
    if old is not None:
        return PinEdit(start=old.start, end=old.end, text=value if old.end > old.start else f" {value}")
    to = span.value["to"]
    if text[span.start] == "{":
        return PinEdit(start=to.end, end=to.end, text=f", {key}: {value}")
    indent = " " * (to.key_start - text.rfind("\n", 0, to.key_start) - 1)
    line_end = text.find("\n", to.end)
    at = len(text) if line_end < 0 else line_end
    carriage = "\r" if text[at - 1 : at] == "\r" else ""
    at -= len(carriage)
    return PinEdit(start=at, end=at, text=f"{carriage}\n{indent}{key}: {value}")


def pin_spans(text: str, edits: Iterable[PinEdit]) -> str:
    """The text with all changes made; they must not overlap."""
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text
