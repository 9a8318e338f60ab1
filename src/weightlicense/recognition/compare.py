"""Which known texts a text is, and where it was altered."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from msgspec import Struct

from weightlicense.anchor import Words, decode, tokenize
from weightlicense.recognition import layout
from weightlicense.recognition.align import Block, Gap, Text, align, gaps
from weightlicense.recognition.fingerprint import (
    RUN,
    Known,
    Print,
    known,
    run_hashes,
    title_words,
    words_digest,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_BYTES: Final = 2 * 1024 * 1024
_MOST_TEXTS: Final = 64
_MOST_NAMED: Final = 200
_CANDIDATES: Final = 12
_CONTEXT: Final = 4
_ADDED: Final = 8
_FILLED: Final = 40
# An address that moved to the secure scheme is the same address.
_SCHEMES: Final = {"https": "http", "http": "https"}

Kind = Literal["exact", "reformatted", "modified", "unknown"]


class Alteration(Struct, frozen=True, kw_only=True):
    """Words that were changed, with a few around them.

    `clause` is the narrowest clause they stand in and `clauses` all of them; None and empty outside of clauses and
    where the document is not encoded. `was` is known only where a copy of the text is at hand.
    """

    clause: str | None
    at: str | None
    was: str | None
    now: str
    clauses: tuple[str, ...] = ()


class Removal(Struct, frozen=True, kw_only=True):
    """A clause, or part of one, that the text lacks; `words` is how many words are missing."""

    clause: str | None
    at: str | None
    words: int
    says: str


class Match(Struct, frozen=True, kw_only=True):
    """A known text that stands in a text; where none does, one with `match` "unknown" and no id.

    `similarity` is the share of words that both have, 1.0 only where no word of the terms differs. `added` are
    words that the known text lacks. `also` are documents with the very same words, `near` the document that an
    unknown text is most like.
    """

    id: str | None
    match: Kind
    similarity: float
    altered: tuple[Alteration, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[Removal, ...] = ()
    also: tuple[str, ...] = ()
    near: str | None = None


def identify(text: str | bytes | Path, *, texts: Path | None = None) -> tuple[Match, ...]:
    """Say which licenses or policies a text is, and where it was altered; the longest first.

    `text` is the text itself, its bytes, or the path of its file, of which no more than the first 2 MiB are read.
    With `texts`, a folder of source texts, alterations show the old words. What cannot be read as text is unknown.

    Raises `OSError` where the file cannot be read.
    """
    cut_off = False
    if isinstance(text, Path):
        with text.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    else:
        data = text.encode("utf-8", errors="surrogatepass") if isinstance(text, str) else text
    if len(data) > MOST_BYTES:
        data, cut_off = data[:MOST_BYTES], True
    prints = known()
    raw = hashlib.sha256(data).hexdigest()
    if not cut_off and raw in prints.by_bytes:
        return (_same(prints, prints.by_bytes[raw], "exact"),)
    if isinstance(text, str):
        written: str | None = text[:MOST_BYTES]
    else:
        written = layout.read(data, prints)
    if written is None:
        return (Match(id=None, match="unknown", similarity=0.0),)
    best: tuple[Match, ...] = ()
    for reading in layout.readings(_seen(written, prints)):
        matches = _Search(prints, reading, texts, cut_off=cut_off).matches()
        if not best or _differences(matches) < _differences(best):
            best = matches
        if all(match.match in ("exact", "reformatted") for match in best):
            break
    return best


def _seen(written: str, prints: Known) -> str:
    """A text without the stretches of a license in it that are marked up as not to be read.

    One that stands in a comment as a whole is read there, as at the head of a file of code.
    """
    text = next(layout.readings(written))
    places = layout.unseen(text)
    if not places:
        return written
    search = _Search(prints, text, None, cut_off=False)
    found = search.found()
    hidden = [place for place in places if any(search.is_split(each, place) for each in found)]
    return layout.without(text, hidden) if hidden else written


def _same(prints: Known, index: int, match: Kind) -> Match:
    """A text with all the words of a known one and no others."""
    first = prints.prints[index]
    others = (each for each in prints.by_words[first.words_sha256] if each != index)
    return Match(
        id=first.id, match=match, similarity=1.0, also=tuple(prints.prints[each].id for each in others)
    )


def _differences(matches: tuple[Match, ...]) -> tuple[bool, int, float]:
    """How far a text is from known ones, by one reading of its layout."""
    altered = [match for match in matches if match.match not in ("exact", "reformatted")]
    unknown = any(match.match == "unknown" for match in matches)
    return unknown, len(altered), -sum(match.similarity for match in altered)


class _Found(Struct):
    """A known text found in words `start` to `stop` of a text."""

    index: int
    blocks: list[Block]
    start: int
    stop: int
    matched: int
    also: list[int]


class _Search:
    def __init__(self, prints: Known, written: str, texts: Path | None, *, cut_off: bool) -> None:
        self.known = prints
        self.texts = texts
        self.cut_off = cut_off
        self.words = tokenize(written)
        self.page = layout.Page(self.words)

    def matches(self) -> tuple[Match, ...]:
        same = self.known.by_words.get(words_digest(self.words.words)) if self.words.words else None
        if same and not self.cut_off:
            return (_same(self.known, same[0], "reformatted"),)
        found = self.found()
        if not found:
            return (self._unknown(),)
        told = [self._told(place, found) for place in range(len(found))]
        most: dict[str | None, int] = {}
        for match, each in zip(told, found, strict=True):
            most[match.id] = max(most.get(match.id, 0), each.matched)

        def rank(place: int) -> tuple[int, bool, int]:
            """The longest first; of copies of one text an altered one."""
            match = told[place]
            return -most[match.id], match.match in ("exact", "reformatted"), -found[place].matched

        return tuple(told[place] for place in sorted(range(len(found)), key=rank))

    def found(self) -> list[_Found]:
        """The known texts in the text, in its order."""
        self.compared = Text(run_hashes(self.words.words))
        return sorted(self._all(len(self.words.words)), key=lambda each: each.start)

    def is_split(self, found: _Found, place: tuple[int, int]) -> bool:
        """Whether words of a known text stand both inside and outside of a stretch of the text."""
        first, last = self.page.span_words(*place)
        inside = sum(
            max(0, min(last, block.new + block.length) - max(first, block.new)) for block in found.blocks
        )
        return 0 < inside < found.matched

    def _unknown(self) -> Match:
        shares = self.known.shortlist(self.compared.hashes, _CANDIDATES)
        best, near = 0.0, None
        for _, index in shares[:3]:
            blocks = align(self.known.runs(index), self.compared, 0, len(self.words.words))
            alike = (
                2
                * sum(block.length for block in blocks)
                / (self.known.prints[index].count + len(self.words.words))
            )
            if alike > best:
                best, near = alike, self.known.prints[index].id
        return Match(id=None, match="unknown", similarity=_rounded(best), near=near if best >= 0.1 else None)

    # --- finding ---

    def _all(self, count: int) -> list[_Found]:
        """Every known text in the text, none over another."""
        found: list[_Found] = []
        waiting = [(0, count)]
        while waiting and len(found) < _MOST_TEXTS:
            start, stop = waiting.pop()
            if stop - start < RUN:
                continue
            best = self._best(start, stop)
            if best is None:
                continue
            found.append(best)
            waiting += [(start, best.start), (best.stop, stop)]
        return found

    def _best(self, start: int, stop: int) -> _Found | None:
        """The known text that fits best between two words; None where none does."""
        ranked = self._ranked(start, stop)
        if not ranked:
            return None
        score, best = ranked[0]
        # A text that holds license and policy is like a license and a policy of another version, put together.
        whole, total = best, score
        for other_score, other in ranked[1:]:
            common = min(whole.stop, other.stop) - max(whole.start, other.start)
            size = other.stop - other.start
            if (
                common >= 0.9 * size
                and whole.stop - whole.start > size + 40
                and other_score >= 0.9 * other.matched
            ):
                sides = ((whole.start, other.start), (other.stop, whole.stop))
                rest = (self._ranked(first, last)[:1] for first, last in sides if last - first >= 40)
                together = other_score + sum(found[0][0] for found in rest if found)
                if together > total:
                    score, best, total = other_score, other, together
        score, best = self._whole(score, best, ranked, (start, stop))
        best.also = [
            other.index
            for rival, other in ranked
            if other is not best and rival == score and other.blocks == best.blocks
        ]
        return best

    def _whole(
        self, score: float, best: _Found, ranked: list[tuple[float, _Found]], room: tuple[int, int]
    ) -> tuple[float, _Found]:
        """In place of a text that was altered, one that stands here with all its words and a note beside it."""
        if score == best.matched:
            return score, best
        for other_score, other in ranked:
            if other_score == other.matched and other.matched >= 0.9 * best.matched:
                record = self.known.prints[other.index]
                told = _Telling(self, record, other, room, first=room[0] == 0, others={record.id}).match()
                if told.match == "reformatted":
                    return other_score, other
        return score, best

    def _ranked(self, start: int, stop: int) -> list[tuple[float, _Found]]:
        """The known texts that fit between two words, with how well; the best first."""
        shares = self.known.shortlist(self.compared.hashes[start : stop - RUN + 1], _CANDIDATES)
        ranked: list[tuple[float, _Found]] = []
        highest, whole = 0.0, False
        for share, index in shares:
            if share < 0.3 * shares[0][0] or share < 0.08:
                break
            # The share of the weight is about that of the words; one that cannot win is not compared.
            if (whole or share < 0.85) and (share + 0.12) * self.known.prints[index].count < highest:
                continue
            blocks = align(self.known.runs(index), self.compared, start, stop)
            if not blocks:
                continue
            score, found = self._scored(index, blocks)
            if found is not None:
                ranked.append((score, found))
                if score > highest:
                    highest, whole = score, score == found.matched
        ranked.sort(key=lambda each: -each[0])
        return ranked

    def _scored(self, index: int, blocks: list[Block]) -> tuple[float, _Found | None]:
        """How well a document fits, and the finding where that is enough."""
        count = self.known.prints[index].count
        first, last = blocks[0], blocks[-1]
        start, stop = first.new, last.new + last.length
        matched = sum(block.length for block in blocks)
        inner = sum(min(gap.old_end - gap.old, 12) + min(gap.new_end - gap.new, 12) for gap in gaps(blocks))
        score = float(matched - inner - min(first.old, 12) - min(count - last.old - last.length, 12))
        alike = 2 * matched / (count + stop - start)
        # Most of a text, or a large part of one that is whole in itself: what was cut off is missing, not another's.
        part = matched >= 0.2 * count and matched >= min(100, 0.4 * count)
        enough = alike >= 0.7 or (part and matched >= 15 and matched - 2 * inner >= 0.8 * matched)
        return score, _Found(index, blocks, start, stop, matched, []) if enough else None

    # --- telling ---

    def _told(self, place: int, found: list[_Found]) -> Match:
        """One finding, with what stands around it up to the findings before and behind."""
        each = found[place]
        record = self.known.prints[each.index]
        others = {self.known.prints[other.index].id for other in found}
        before = found[place - 1].stop if place else 0
        behind = found[place + 1].start if place + 1 < len(found) else len(self.words.words)
        # What stands between two texts is told of the first.
        return _Telling(self, record, each, (before, behind), first=place == 0, others=others).match()


class _Telling:
    """The account of one known text that stands in a text."""

    def __init__(
        self,
        search: _Search,
        record: Print,
        found: _Found,
        room: tuple[int, int],
        *,
        first: bool,
        others: set[str],
    ) -> None:
        self.search, self.record, self.found = search, record, found
        self.page, self.words = search.page, search.words
        self.before, self.behind = room
        self.first, self.others = first, others
        self.names = [frozenset(name) for name in record.names]
        self.runs = search.known.runs(found.index)
        self.every_run = frozenset(self.runs)
        self.changed = False
        self.altered: list[Alteration] = []
        self.added: list[str] = []
        self.removed: list[Removal] = []
        self.missing = 0
        self.extra = 0

    def match(self) -> Match:
        head, tail = self._head(), self._tail()
        for gap in (head, *gaps(self.found.blocks), tail):
            if gap.old < gap.old_end or gap.new < gap.new_end:
                self._gap(gap)
        self._around(head.new, tail.new_end)
        if self.search.cut_off:
            self.changed = True
            self.added.append("(what lies beyond the first 2 MiB was not read)")
        count = self.record.count
        alike = 2 * (count - self.missing) / (2 * count - self.missing + self.extra)
        prints = self.search.known.prints
        same = [
            index
            for index in self.search.known.by_words[self.record.words_sha256]
            if index != self.found.index
        ]
        return Match(
            id=self.record.id,
            match="modified" if self.changed else "reformatted",
            similarity=min(_rounded(alike), 0.9999) if self.changed else 1.0,
            altered=tuple(self.altered[:_MOST_NAMED]),
            added=tuple(self.added[:_MOST_NAMED]),
            removed=tuple(self.removed[:_MOST_NAMED]),
            also=tuple(dict.fromkeys(prints[index].id for index in (*same, *self.found.also))),
        )

    def _head(self) -> Gap:
        """What the text lacks at its beginning, and what stands there instead."""
        first = self.found.blocks[0]
        missing, start = first.old, first.new
        if missing:
            return Gap(0, missing, self._instead(missing, start, -1), start)
        while start > self.before and not self.page.stands_apart(start - 1, start):
            start -= 1  # on the same line, without a sign between: no note, but a change of the first words
        if first.new - start > 12:
            start = first.new
        return Gap(0, 0, start, first.new)

    def _tail(self) -> Gap:
        last = self.found.blocks[-1]
        old, stop = last.old + last.length, last.new + last.length
        missing = self.record.count - old
        if missing:
            return Gap(old, self.record.count, stop, self._instead(missing, stop, 1))
        end = stop
        while end < self.behind and not self.page.stands_apart(end - 1, end):
            end += 1
        if end - stop > 40:
            end = stop + 40
        return Gap(old, old, stop, end)

    def _instead(self, missing: int, edge: int, way: int) -> int:
        """How far the words reach that stand in the place of missing ones at an end of the text."""
        if missing > 40:
            return edge
        at, blanks = edge, 0
        limit = self.before if way < 0 else self.behind
        while at != limit and abs(at - edge) < missing + 3:
            between = self.words.text[self.words.ends[at - 1] : self.words.starts[at]]
            blanks += between.count("\n") > 1
            if blanks > 1:
                break
            at += way
        return at

    # --- one difference ---

    def _gap(self, gap: Gap) -> None:
        if self._is_layout(gap):
            return
        self.changed = True
        lacks, has = gap.old_end - gap.old, gap.new_end - gap.new
        self.missing += lacks
        self.extra += has
        whole = self._whole_clauses(gap) if lacks >= _ADDED else []
        for lost, place, size in whole:
            says = f"clause {lost} (at {place}) is missing: {_counted(size)}"
            self.removed.append(Removal(clause=lost, at=place, words=size, says=says))
        clause, at, every = self._clause(gap)
        if lacks >= _ADDED and not whole:
            where = (
                f"of clause {clause} (at {at})"
                if clause
                else f"from word {gap.old + 1:,} of {self.record.count:,}"
            )
            self.removed.append(
                Removal(clause=clause, at=at, words=lacks, says=f"{_counted(lacks)} {where} are missing")
            )
        if has >= _ADDED:
            self.added.append(self.page.excerpt(gap.new, gap.new_end))
        if whole and not has:
            return
        self.altered.append(
            Alteration(clause=clause, at=at, was=self._was(gap), now=self._now(gap), clauses=every)
        )

    def _is_layout(self, gap: Gap) -> bool:
        """Whether a difference is one of layout, or a placeholder filled in, or a passage that is no term."""
        lacks, has = gap.old_end - gap.old, gap.new_end - gap.new
        if not lacks and has <= 60 and all(map(self._is_laid_out, range(gap.new, gap.new_end))):
            return True
        if lacks and _within(gap, self.record.fills) and has <= _FILLED:
            return not has or not layout.binding(self.page.excerpt(gap.new, gap.new_end, 2000))
        if lacks and not has:
            if _within(gap, self.record.targets):
                return True
            marks = set(self.record.marks)
            if lacks <= 2 and all(word in marks for word in range(gap.old, gap.old_end)):
                return gap.new < len(self.words.words) and self.page.is_list_item(gap.new)
            # All of it, or all but its heading.
            if any(
                a <= gap.old and gap.old_end <= b and lacks >= 0.6 * (b - a) for a, b in self.record.outside
            ):
                says = f"a passage that is no term is missing: {_counted(lacks)}"
                self.removed.append(Removal(clause=None, at=None, words=lacks, says=says))
                return True
        return lacks > 0 and has > 0 and self._reads_the_same(gap)

    def _is_laid_out(self, word: int) -> bool:
        """Whether a word belongs to the layout; the target of a link does if the text has that address."""
        if self.page.is_layout(word, self.names):
            return True
        target = self.page.target(word)
        if target is None:
            return False
        hashes = run_hashes(target)
        return len(hashes) > 0 and self.every_run.issuperset(hashes)

    def _reads_the_same(self, gap: Gap) -> bool:
        """Whether the words are the same once split words are joined and what belongs to the layout is left out."""
        if gap.new_end - gap.new > 60:
            return False
        readings = [self.page.joined(max(0, gap.new - 1), min(gap.new_end + 1, len(self.words.words)))]
        plain = [word for word in range(gap.new, gap.new_end) if not self._is_laid_out(word)]
        words = self.words.words
        edges = words[max(0, gap.new - 1) : gap.new], words[gap.new_end : gap.new_end + 1]
        readings.append([*edges[0], *(words[word] for word in plain), *edges[1]])
        schemes = [_SCHEMES.get(words[word], words[word]) for word in range(gap.new, gap.new_end)]
        readings.append([*edges[0], *schemes, *edges[1]])
        return any(reading is not None and self._fits(gap, reading) for reading in readings)

    def _fits(self, gap: Gap, reading: list[str]) -> bool:
        """Whether the known text has these words here; the reading has a word more on each side of the gap."""
        words = self.words.words
        left = 1 if gap.new else 0
        right = 1 if gap.new_end < len(words) else 0
        if len(reading) - left - right != gap.old_end - gap.old:
            return False
        lead = words[max(0, gap.new - left - 3) : max(0, gap.new - left)]
        rest = words[gap.new_end + right : gap.new_end + right + 3]
        start = gap.old - left - len(lead)
        hashes = run_hashes([*lead, *reading, *rest])
        if start < 0 or not hashes:
            return False
        return self.runs[start : start + len(hashes)] == hashes

    def _whole_clauses(self, gap: Gap) -> list[tuple[str, str, int]]:
        """The clauses of which nearly all is missing."""
        sizes: dict[tuple[str, str], list[int]] = {}
        for clause, at, start, stop in self.record.spans:
            lost = max(0, min(stop, gap.old_end) - max(start, gap.old))
            total = sizes.setdefault((clause, at), [0, 0])
            total[0] += lost
            total[1] += stop - start
        return [(clause, at, lost) for (clause, at), (lost, size) in sizes.items() if lost >= 0.9 * size]

    def _clause(self, gap: Gap) -> tuple[str | None, str | None, tuple[str, ...]]:
        """The narrowest clause that a difference touches, its place, and all that it touches."""
        touched: list[tuple[int, int, str, str]] = []
        for clause, at, start, stop in self.record.spans:
            if gap.old < gap.old_end:
                common = min(stop, gap.old_end) - max(start, gap.old)
            else:
                common = int(start < gap.old < stop)
            if common > 0:
                touched.append((-common, stop - start, clause, at))
        if touched:
            touched.sort()
            return touched[0][2], touched[0][3], tuple(dict.fromkeys(each[2] for each in touched))
        for reason, start, stop in self.record.inert:
            if start <= gap.old < stop and reason.startswith("Title"):
                return None, "title", ()
        return None, None, ()

    def _now(self, gap: Gap) -> str:
        count = len(self.words.words)
        return self.page.excerpt(max(gap.new - _CONTEXT, 0), min(max(gap.new_end + _CONTEXT, 1), count))

    def _was(self, gap: Gap) -> str | None:
        source = (
            None
            if self.search.texts is None
            else _source(self.record.id, self.record.words_sha256, self.search.texts)
        )
        if source is None:
            return None
        start, stop = max(gap.old - _CONTEXT, 0), min(gap.old_end + _CONTEXT, len(source.words))
        return layout.cut(source.text[source.starts[start] : source.ends[stop - 1]], 400)

    # --- around ---

    def _around(self, start: int, stop: int) -> None:
        """Notes before and behind, and titles in them that name another text."""
        notes = [(stop, self.behind)]
        if self.first:
            notes.insert(0, (self.before, start))
        for first, last in notes:
            if first >= last:
                continue
            self.added.append(self.page.excerpt(first, last))
            text = self.words.text[self.words.starts[first] : self.words.ends[last - 1]]
            if layout.binding(text, self._repeated(text)):
                self.changed = True
        if self.before < start:
            text = self.words.text[self.words.starts[self.before] : self.words.ends[start - 1]]
            for title in layout.titles(text):
                if self._contradicts(title):
                    self.changed = True
                    self.altered.append(
                        Alteration(clause=None, at="title", was=None, now=layout.cut(title, 200))
                    )

    def _contradicts(self, title: str) -> bool:
        """Whether a title names another text than the one that stands under it."""
        named = title_words(title)
        if not named or named in self.names:
            return False
        if layout.qualified(named, self.names):
            return True
        owners = _owners().get(named, frozenset())
        return bool(owners) and not owners & self.others

    def _repeated(self, text: str) -> list[str]:
        """The sentences of a note that the text itself has."""
        mine = self.every_run
        found = []
        for sentence in layout.sentences(text):
            hashes = run_hashes(tokenize(sentence).words)
            if hashes and all(hash in mine for hash in hashes):
                found.append(sentence)
        return found


@cache
def _owners() -> dict[frozenset[str], frozenset[str]]:
    """The documents that each set of title words names."""
    found: dict[frozenset[str], frozenset[str]] = {}
    for each in known().prints:
        for name in each.names:
            key = frozenset(name)
            found[key] = found.get(key, frozenset()) | {each.id}
    return found


@cache
def _source(document_id: str, words_sha256: str, texts: Path) -> Words | None:
    """The source text of a document in a folder, if it is the one that was fingerprinted."""
    from weightlicense.proof import text_file

    path = text_file(document_id, texts)
    if path is None:
        return None
    words = tokenize(decode(path.read_bytes()))
    return words if words_digest(words.words) == words_sha256 else None


def _within(gap: Gap, places: Sequence[tuple[int, int]]) -> bool:
    return any(start <= gap.old and gap.old_end <= stop for start, stop in places)


def _counted(count: int) -> str:
    return "1 word" if count == 1 else f"{count:,} words"


def _rounded(share: float) -> float:
    """Four digits, cut: 1.0 is said of the whole only."""
    return int(share * 10_000) / 10_000
