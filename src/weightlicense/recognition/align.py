"""Where the words of one text stand in another, from the hashes of their runs of four words."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from weightlicense.recognition.fingerprint import RUN

if TYPE_CHECKING:
    from array import array
    from collections.abc import Sequence

# A run that stands in a text thousands of times says nothing; of its places the nearest are tried.
_PLACES: Final = 12
_RUNS: Final = 3000
_LOOKBACK: Final = 80
# What a jump costs, in words, so that a chance phrase far away does not stretch a text over all between.
_JUMP, _ADDED, _SKIPPED = 0.5, 0.05, 0.01


class Block(Struct, frozen=True):
    """`length` words from word `old` of the known text are those from word `new` of the text."""

    old: int
    new: int
    length: int


class Gap(Struct, frozen=True):
    """Words of the known text that the text lacks, and words that it has in their place; either may be none."""

    old: int
    old_end: int
    new: int
    new_end: int


class Text:
    """The run hashes of a text, ready to be compared."""

    def __init__(self, hashes: array[int]) -> None:
        self.hashes = hashes
        self.bytes = hashes.tobytes()
        self.places: dict[int, list[int]] = {}
        for index, hash in enumerate(hashes):
            known = self.places.get(hash)
            if known is None:
                self.places[hash] = [index]
            else:
                known.append(index)


def align(old: array[int], text: Text, start: int, stop: int) -> list[Block]:
    """The words of a known text that stand in words `start` to `stop` of a text, in order, without overlap."""
    runs = _runs(old, text, start, stop - RUN + 1)
    short = len(old) < 60
    chain = _chain([run for run in runs if short or run[2] >= 3])
    return _blocks(_filled(chain, sorted(runs)))


def gaps(blocks: Sequence[Block]) -> list[Gap]:
    """What stands between the blocks."""
    found = []
    for left, right in pairwise(blocks):
        found.append(Gap(left.old + left.length, right.old, left.new + left.length, right.new))
    return found


def _runs(old: array[int], text: Text, start: int, stop: int) -> list[tuple[int, int, int]]:
    """The longest equal stretches of hashes: where in the known text, where in the text, how many."""
    mine, theirs = old.tobytes(), text.bytes
    known = text.places
    reached: dict[int, int] = {}
    found: list[tuple[int, int, int]] = []
    at, size, shift = 0, len(old), start
    while at < size:
        places = known.get(old[at])
        if places is None:
            at += 1
            continue
        if len(places) > _PLACES or start > 0:
            first, last = bisect_left(places, start), bisect_left(places, stop)
            if last - first > _PLACES:
                middle = bisect_left(places, at + shift)
                first = max(first, min(middle - _PLACES // 2, last - _PLACES))
                last = first + _PLACES
            places = places[first:last]
        longest = 1
        for place in places:
            if place >= stop or reached.get(place - at, -1) > at:
                continue
            ahead = _ahead(mine, at, theirs, place, min(size - at, stop - place))
            behind = _behind(mine, at, theirs, place, min(at, place - start))
            found.append((at - behind, place - behind, behind + ahead))
            reached[place - at] = at + ahead
            if ahead > longest:
                longest, shift = ahead, place - at
        # Inside a long stretch nothing else is looked for; what runs beside it is found behind it.
        at += longest if longest >= 16 else 1
    return found


def _ahead(mine: bytes, at: int, theirs: bytes, place: int, most: int) -> int:
    """How many hashes are equal from here on; numbers of four bytes, compared in growing stretches."""
    length, step = 0, 8
    while step:
        left, right = 4 * (at + length), 4 * (place + length)
        if length + step <= most and mine[left : left + 4 * step] == theirs[right : right + 4 * step]:
            length += step
            step *= 2
        else:
            step //= 2
            break
    while step:
        left, right = 4 * (at + length), 4 * (place + length)
        if length + step <= most and mine[left : left + 4 * step] == theirs[right : right + 4 * step]:
            length += step
        else:
            step //= 2
    return length


def _behind(mine: bytes, at: int, theirs: bytes, place: int, most: int) -> int:
    """How many hashes are equal up to here."""
    length = 0
    while length < most:
        left, right = 4 * (at - length - 1), 4 * (place - length - 1)
        if mine[left : left + 4] != theirs[right : right + 4]:
            break
        length += 1
    return length


def _chain(runs: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The runs, in the order of both texts, that together hold most words for the least jumps."""
    if len(runs) > _RUNS:
        runs = sorted(runs, key=lambda run: -run[2])[:_RUNS]
    runs.sort()
    scores: list[float] = []
    before: list[int] = []
    for index, (old, new, size) in enumerate(runs):
        best, chosen, words = float(size + RUN - 1), -1, size + RUN - 1
        for other in range(index - 1, max(0, index - _LOOKBACK) - 1, -1):
            if scores[other] + words - _JUMP <= best:
                continue
            left_old, left_new, left_size = runs[other]
            if left_old >= old or left_new >= new:
                continue
            skipped, added = old - left_old - left_size - RUN + 1, new - left_new - left_size - RUN + 1
            overlap = max(0, -skipped, -added)
            score = scores[other] + words - overlap - _JUMP
            score -= _ADDED * (added + overlap) + _SKIPPED * (skipped + overlap)
            if overlap < words and score > best:
                best, chosen = score, other
        scores.append(best)
        before.append(chosen)
    chain: list[tuple[int, int, int]] = []
    at = max(range(len(runs)), key=scores.__getitem__) if runs else -1
    while at >= 0:
        chain.append(runs[at])
        at = before[at]
    return chain[::-1]


def _filled(
    chain: list[tuple[int, int, int]], runs: list[tuple[int, int, int]]
) -> list[tuple[int, int, int]]:
    """The chain with the short runs that fit between its own."""
    if not chain:
        return chain
    full = chain[:1]
    for run in chain[1:]:
        left = full[-1]
        old, new = left[0] + left[2] + RUN - 1, left[1] + left[2] + RUN - 1
        if run[0] - old >= RUN and run[1] - new >= RUN:
            first = bisect_left(runs, (old, 0, 0))
            last = bisect_left(runs, (run[0], 0, 0))
            for small in runs[first:last]:
                ends = small[0] + small[2] + RUN - 1, small[1] + small[2] + RUN - 1
                if small[0] >= old and small[1] >= new and ends[0] <= run[0] and ends[1] <= run[1]:
                    full.append(small)
                    old, new = ends
        full.append(run)
    return full


def _blocks(chain: list[tuple[int, int, int]]) -> list[Block]:
    """Runs of hashes as runs of words; where two share words, the first keeps them."""
    found: list[Block] = []
    for old, new, size in chain:
        overlap = 0
        if found:
            left = found[-1]
            overlap = max(0, left.old + left.length - old, left.new + left.length - new)
        length = size + RUN - 1 - overlap
        if length > 0:
            found.append(Block(old + overlap, new + overlap, length))
    merged: list[Block] = []
    for block in found:
        if (
            merged
            and (last := merged[-1]).old + last.length == block.old
            and last.new + last.length == block.new
        ):
            merged[-1] = Block(last.old, last.new, last.length + block.length)
        else:
            merged.append(block)
    return merged
