"""Every source text and its altered copies through `identify`.

    python tests/bench/identify.py [--every] [--show N] TEXTS_DIR

With --every, each number of each text is changed in turn, not one a text. Prints what was right and how long it
took; exits 1 if an altered copy passes as unaltered, or a changed number is not named by its clause.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
import altered

from weightlicense.anchor import decode, tokenize
from weightlicense.recognition import Match, identify
from weightlicense.recognition.fingerprint import Print, known

UNALTERED = ("exact", "reformatted")


class Run:
    def __init__(self, show: int) -> None:
        self.right: Counter[str] = Counter()
        self.tried: Counter[str] = Counter()
        self.false: Counter[str] = Counter()
        self.others: Counter[str] = Counter()
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.show = show

    def ask(self, kind: str, text: str | bytes) -> Match:
        start = time.perf_counter()
        found = identify(text)[0]
        self.seconds[kind] += time.perf_counter() - start
        return found

    def count(self, kind: str, record: Print, found: Match, *, right: bool, is_altered: bool) -> None:
        self.tried[kind] += 1
        self.right[kind] += right
        if is_altered and found.match in UNALTERED:
            # MIT's words are left of a modified MIT without its clause: then the copy is MIT.
            other = record.id not in (found.id, *found.also)
            self.others[kind] += other
            self.false[kind] += not other
        if not right and self.show > 0:
            self.show -= 1
            changes = [(each.clause, each.at, each.now[:100]) for each in found.altered[:3]]
            print(
                f"  {kind} {record.id}: {found.id} {found.match} {found.similarity} {changes} {found.added[:2]}"
            )


def named(found: Match, record: Print, index: int) -> bool:
    """Whether a change of word `index` is told of a clause that has the word."""
    clauses = {clause for clause, _, start, stop in record.spans if start <= index < stop}
    if not clauses:
        return bool(found.altered)
    return any(clauses & set(each.clauses) for each in found.altered)


def one(run: Run, record: Print, data: bytes, *, every: bool) -> None:
    text = decode(data)
    words = tokenize(text)
    chance = random.Random(record.id)

    def ours(found: Match) -> bool:
        return record.id in (found.id, *found.also)

    found = run.ask("identity", data)
    run.count("identity", record, found, right=ours(found) and found.match == "exact", is_altered=False)
    for kind, layout in altered.LAYOUTS.items():
        found = run.ask(kind, layout(text))
        run.count(kind, record, found, right=ours(found) and found.match in UNALTERED, is_altered=False)
    found = run.ask("utf-16", text.encode("utf-16"))
    run.count("utf-16", record, found, right=ours(found) and found.match in UNALTERED, is_altered=False)

    clauses = [(start, stop) for _, _, start, stop in record.spans if stop - start < len(words.words) * 0.6]
    start, stop = chance.choice(clauses) if clauses else (len(words.words) // 3, len(words.words) // 2)
    copies = {
        "typos": altered.with_typos(words, chance),
        "half": altered.first_half(words),
        "clause removed": altered.without(text, words, start, stop),
        "term added": altered.with_paragraph(text, altered.TERM, chance),
        "request added": altered.with_sentence(words, altered.REQUEST, chance),
        "term behind": f"{text}\n\n{altered.TERM}\n",
        "term before": f"{altered.TERM}\n\n{text}",
    }
    for kind, copy in copies.items():
        found = run.ask(kind, copy)
        run.count(kind, record, found, right=ours(found) and found.match == "modified", is_altered=True)

    places = altered.numbers(words)
    for index in places if every else places and [chance.choice(places)]:
        found = run.ask("number", altered.with_number(words, index))
        right = found.match == "modified" and (named(found, record, index) if ours(found) else False)
        run.count("number", record, found, right=right, is_altered=True)


def pair(run: Run, first: Print, second: Print, texts: list[str]) -> None:
    """Two texts in one file: both are found, unaltered."""
    start = time.perf_counter()
    found = identify("\n\n".join(texts))
    run.seconds["two texts"] += time.perf_counter() - start
    named = {name for match in found if match.match in UNALTERED for name in (match.id, *match.also)}
    right = {first.id, second.id} <= named and all(match.match in UNALTERED for match in found)
    run.count("two texts", first, found[0], right=right, is_altered=False)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("texts", type=Path)
    parser.add_argument("--every", action="store_true")
    parser.add_argument("--show", type=int, default=0)
    arguments = parser.parse_args()
    start = time.perf_counter()
    prints = known().prints
    print(f"loaded in {(time.perf_counter() - start) * 1000:.0f} ms")
    run = Run(arguments.show)
    paths = {path.stem: path for path in arguments.texts.iterdir() if path.suffix in (".txt", ".md")}
    data = {record.id: paths[record.id].read_bytes() for record in prints}
    for record in prints:
        one(run, record, data[record.id], every=arguments.every)
        other = random.Random(record.id).choice(prints)
        pair(run, record, other, [decode(data[record.id]), decode(data[other.id])])
    for kind, tried in run.tried.items():
        mean = f"{run.seconds[kind] / tried * 1000:.1f} ms each" if kind in run.seconds else ""
        print(
            f"{kind:22} {run.right[kind]:6} of {tried:6}  {run.false[kind]:3} passed as unaltered  {run.others[kind]:2} are another text  {mean}"
        )
    total, tried = sum(run.seconds.values()), sum(run.tried[kind] for kind in run.seconds)
    print(f"{tried} copies in {total:.1f} s: {total / tried * 1000:.1f} ms each")
    return int(sum(run.false.values()) > 0)


if __name__ == "__main__":
    sys.exit(main())
