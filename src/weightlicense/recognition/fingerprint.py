"""The fingerprints of known texts: how they are made, written and read.

No text is shipped. A text is known by the SHA-256 of its bytes and of its words, and by a hash of each run of four
words, cut to 24 bits, in order: enough to place a change to the word, too little to read.

The hash of a word is BLAKE2b of its UTF-8 with a digest of 12 bytes, taken as four numbers of 24 bits, the first
byte lowest. The hash of a run is the first number of its first word, the second of its second and so on, combined
by exclusive or: words that change places change the hash.

`fingerprints.bin`, all numbers little-endian:

    8 bytes    "WLPRINT" and the format, 1
    4 bytes    length of the header
    header     JSON: an array of documents, in the order of ids, padded with spaces to an even length
    2 bytes    for each run of each document, in the header's order: the low 16 bits of its hash
    1 byte     for each run, in the same order: the high 8 bits

A document of n words has max(0, n - 3) runs. Its row in the header has the fields of `Print`, in order; places are
word numbers, from the first to behind the last.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
import sys
from array import array
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Final

import msgspec

from weightlicense.anchor import Words, decode, tokenize, verify_document
from weightlicense.catalogue import files
from weightlicense.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from weightlicense.clause import Document

RUN: Final = 4
MAGIC: Final = b"WLPRINT\x01"
FILE: Final = os.path.join("licenses", "fingerprints.bin")
# One run in four is enough to find the few documents that are worth comparing word by word.
SAMPLED: Final = 3

# What a licensee fills in. Link targets and numbers in brackets are no placeholders.
_BRACKETED = re.compile(
    r"\[[^][()\n]{2,60}\](?!\()|<[A-Za-z][^<>/@\n]{1,60}>|\{[^{}\n]{2,50}\}|_{4,}[^_\n]{0,40}_{4,}"
)
_FILLED_IN = re.compile(
    r"(?i)year|yyyy|name|owner|holder|author|date\b|insert|your|organi[sz]ation|company|licensor|program|hyperlink"
)
_CAPITALS = re.compile(r"(?<=\bof )the ORGANIZATION\b|\bMODELNAME\b|\{MODELNAME\}")
_TARGET = re.compile(r"\]\((?:[^()\s]|\([^()\s]*\))+(?:\s+\"[^\"\n]*\")?\)")
MARK: Final = re.compile(
    r"(?m)^[^\w\n]*(?:<li[^<>\n]*>\W*)?(?P<mark>\(?(?:\d{1,3}(?:\.\d{1,3}){0,4}|[A-Za-z]|[ivxIVX]{1,5})\\?[.):\u3001]"
    r"|\d{1,2}(?:\.\d{1,2}){1,4}|\(?[一二三四五六七八九十]{1,3}[)）、.])(?=[\s*_\\)\u3000]|\D)"
)
# Passages that say of themselves that they are no terms; a copy may go without them.
_OUTSIDE = re.compile(
    r"(?i)how to apply|no part of the license|no party to the license|^end of the terms|foot of the web page"
    r"|front matter of the documentation"
)
_NAME_NOISE: Final = frozenset(
    {"the", "license", "licence", "version", "v", "agreement", "s", "model", "for", "a"}
)


class Print(msgspec.Struct, frozen=True, array_like=True):
    """What is known of a text.

    `sha256` is that of the bytes, `words_sha256` that of the words joined by spaces. `names` are the sets of words
    that a title of the text may consist of. `fills` are placeholders, `targets` link targets, `marks` numbers of
    lists and sections, `outside` passages that are no terms. `spans` are clause, `at`, first and last word;
    `inert` are passages without effect, with the reason.
    """

    id: str
    sha256: str
    words_sha256: str
    count: int
    names: list[list[str]]
    fills: list[tuple[int, int]]
    targets: list[tuple[int, int]]
    marks: list[int]
    outside: list[tuple[int, int]]
    spans: list[tuple[str, str, int, int]]
    inert: list[tuple[str, int, int]]

    @property
    def runs(self) -> int:
        """How many runs of four words the text has."""
        return max(0, self.count - RUN + 1)


class _Hashes(dict[str, tuple[int, int, int, int]]):
    """The four numbers of each word, made when first asked for."""

    def __missing__(self, word: str) -> tuple[int, int, int, int]:
        found = hashlib.blake2b(word.encode(), digest_size=12).digest()
        numbers = (
            int.from_bytes(found[:3], "little"),
            int.from_bytes(found[3:6], "little"),
            int.from_bytes(found[6:9], "little"),
            int.from_bytes(found[9:], "little"),
        )
        if len(self) < 200_000:  # a hostile text has a million words
            self[word] = numbers
        return numbers


_HASHES = _Hashes()


def run_hashes(words: Sequence[str]) -> array[int]:
    """The hash of each run of four words, in order."""
    numbers = list(map(_HASHES.__getitem__, words))
    return array(
        "I",
        [
            a[0] ^ b[1] ^ c[2] ^ d[3]
            for a, b, c, d in zip(
                numbers,
                islice(numbers, 1, None),
                islice(numbers, 2, None),
                islice(numbers, 3, None),
                strict=False,
            )
        ],
    )


def words_digest(words: Iterable[str]) -> str:
    """The SHA-256, in hex, of words joined by one space."""
    return hashlib.sha256(" ".join(words).encode()).hexdigest()


def title_words(line: str) -> frozenset[str]:
    """What tells a title from others: its words without `the`, `license` and their like."""
    return frozenset(tokenize(line).words) - _NAME_NOISE


# --- reading ---------------------------------------------------------------------------------------------------


class Known:
    """All fingerprints, read from a file's bytes; raises `UsageError` where they are not of this format."""

    def __init__(self, data: bytes) -> None:
        if data[:8] != MAGIC:
            raise UsageError("the fingerprints are not of this version", hint="install weightlicense again")
        start = 12 + int.from_bytes(data[8:12], "little")
        self.prints: list[Print] = msgspec.json.decode(data[12:start], type=list[Print])
        self.offsets = [0]
        for each in self.prints:
            self.offsets.append(self.offsets[-1] + each.runs)
        total = self.offsets[-1]
        self._low = array("H", data[start : start + 2 * total])
        if sys.byteorder == "big":
            self._low.byteswap()
        self._high = data[start + 2 * total :]
        if len(self._low) != total or len(self._high) != total:
            raise UsageError("the fingerprints are cut short", hint="install weightlicense again")
        self.by_words: dict[str, list[int]] = {}
        self.by_bytes: dict[str, int] = {}
        for index, each in enumerate(self.prints):
            self.by_bytes.setdefault(each.sha256, index)
            self.by_words.setdefault(each.words_sha256, []).append(index)
        self._runs: dict[int, array[int]] = {}
        self._places, self._weights = self._sample()

    def runs(self, index: int) -> array[int]:
        """The hashes of a document's runs, in order."""
        found = self._runs.get(index)
        if found is None:
            start, stop = self.offsets[index], self.offsets[index + 1]
            pairs = zip(self._low[start:stop], self._high[start:stop], strict=True)
            found = self._runs[index] = array("I", [low | high << 16 for low, high in pairs])
        return found

    def _sample(self) -> tuple[dict[int, list[int]], list[float]]:
        """The documents of each sampled hash, and how much each document's samples weigh together."""
        low, high = self._low, self._high
        places: dict[int, list[int]] = {}
        for index in range(len(self.prints)):
            start, stop = self.offsets[index], self.offsets[index + 1]
            pairs = zip(low[start:stop], high[start:stop], strict=True)
            for hash in {a | b << 16 for a, b in pairs if not a & SAMPLED}:
                known = places.get(hash)
                if known is None:
                    places[hash] = [index]
                else:
                    known.append(index)
        weights = [0.0] * len(self.prints)
        # How many documents share a run decides its weight; there are few such numbers.
        rarity = [0.0, *(math.log(1 + len(self.prints) / count) for count in range(1, len(self.prints) + 1))]
        for sharers in places.values():
            weight = rarity[len(sharers)]
            for index in sharers:
                weights[index] += weight
        self._rarity = rarity
        return places, weights

    def familiar(self, hashes: Iterable[int]) -> int:
        """How many of these sampled hashes any known text has."""
        return sum(hash in self._places for hash in set(hashes))

    def shortlist(self, hashes: Iterable[int], most: int) -> list[tuple[float, int]]:
        """The documents of which most is in a text, by the weight of the runs they share: share, document."""
        scores = [0.0] * len(self.prints)
        places, rarity = self._places, self._rarity
        for hash in places.keys() & hashes:
            sharers = places[hash]
            weight = rarity[len(sharers)]
            for index in sharers:
                scores[index] += weight
        shares = sorted(
            ((score / self._weights[index], -index) for index, score in enumerate(scores) if score),
            reverse=True,
        )
        return [(share, -index) for share, index in shares[:most]]


@cache
def known() -> Known:
    """The fingerprints that the package carries."""
    path = os.path.join(os.fspath(files.root()), FILE)
    try:
        with open(path, "rb") as file:
            return Known(file.read())
    except FileNotFoundError:
        raise UsageError(
            f"{path} is missing", hint="make it: python -m weightlicense.recognition TEXTS_DIR"
        ) from None


# --- making ----------------------------------------------------------------------------------------------------


def make(texts: Path) -> bytes:
    """The fingerprints of all `<id>.txt` and `<id>.md` in a folder, with the clauses of those that are encoded."""
    encoded = files.document_paths()
    prints: list[Print] = []
    hashes: list[array[int]] = []
    sources = {path.stem: path for path in texts.iterdir() if path.suffix in (".txt", ".md")}
    for document_id, path in sorted(sources.items()):
        data = path.read_bytes()
        words = tokenize(decode(data))
        hashes.append(run_hashes(words.words))
        prints.append(_print(document_id, data, words, encoded=document_id in encoded))
    header = msgspec.json.encode(prints)
    header += b" " * (len(header) % 2)
    low, high = array("H"), bytearray()
    for each in hashes:
        low.extend([hash & 0xFFFF for hash in each])
        high.extend([hash >> 16 for hash in each])
    if sys.byteorder == "big":
        low.byteswap()
    return b"".join((MAGIC, len(header).to_bytes(4, "little"), header, low.tobytes(), high))


def _print(document_id: str, data: bytes, words: Words, *, encoded: bool) -> Print:
    from weightlicense.clause import Document

    document = Document.from_data(files.document_data(document_id)) if encoded else None
    spans, inert = ([], []) if document is None else _passages(document, words)
    names = (
        {document_id}
        if document is None
        else {document.title, *document.aliases, document.spdx or document.title}
    )
    titles = {tuple(sorted(title_words(name))) for name in names}
    return Print(
        document_id,
        hashlib.sha256(data).hexdigest(),
        words_digest(words.words),
        len(words.words),
        [list(title) for title in sorted(titles) if title],
        list(_merged(_with_copyright(words, _between(words, _placeholders(words.text))))),
        list(_merged(_between(words, (found.span() for found in _TARGET.finditer(words.text))))),
        [
            index
            for mark in _marks(words.text)
            for start, stop in _between(words, (mark,))
            for index in range(start, stop)
        ],
        [(start, stop) for reason, start, stop in inert if _OUTSIDE.search(reason)],
        spans,
        inert,
    )


def _passages(
    document: Document, words: Words
) -> tuple[list[tuple[str, str, int, int]], list[tuple[str, int, int]]]:
    """Where the clauses and the inert passages stand."""
    ats = {clause.id: clause.at for clause in document.clauses}
    found = verify_document(
        ((clause.id, clause.spans) for clause in document.clauses),
        ((passage.reason, passage.span) for passage in document.inert),
        words,
    )
    spans: list[tuple[str, str, int, int]] = []
    inert: list[tuple[str, int, int]] = []
    for place in found.places:
        if place.match is None:
            continue
        if place.inert:
            inert.append((place.label, place.match.start, place.match.end))
        else:
            spans.append((place.label, ats[place.label], place.match.start, place.match.end))
    return spans, inert


def _placeholders(text: str) -> Iterator[tuple[int, int]]:
    for found in _BRACKETED.finditer(text):
        if _FILLED_IN.search(found[0]) or found[0].startswith("_"):
            yield found.span()
    for found in _CAPITALS.finditer(text):
        yield found.span()


# The words of a copyright line stand between those that are filled in, and take part in the change.
_BEFORE_FILL: Final = ("copyright", "c")


def _with_copyright(words: Words, places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for start, stop in places:
        first = start
        while first > 0 and words.words[first - 1] in _BEFORE_FILL:
            first -= 1
        yield first, stop


def _marks(text: str) -> Iterator[tuple[int, int]]:
    for found in MARK.finditer(text):
        yield found.span("mark")


def _between(words: Words, places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Places in characters as places in words; those without words are left out."""
    from bisect import bisect_left, bisect_right

    for start, stop in places:
        first, last = bisect_left(words.starts, start), bisect_right(words.ends, stop)
        if first < last:
            yield first, last


def _merged(places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Places that touch, as one."""
    begun: tuple[int, int] | None = None
    for start, stop in sorted(places):
        if begun is not None and start <= begun[1]:
            begun = (begun[0], max(stop, begun[1]))
        else:
            if begun is not None:
                yield begun
            begun = (start, stop)
    if begun is not None:
        yield begun
