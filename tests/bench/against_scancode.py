"""identify against scancode-toolkit on the licenses of AI models, in one run.

    python tests/bench/against_scancode.py TEXTS_DIR        (with scancode-toolkit installed beside weightlicense)

Each text is given as it is, wrapped at 60 columns, and with one number changed. An unaltered copy is right where its
own text is named (scancode: the key of the index for it, or any key that scancode's data has for no other text); a
changed copy is right where it is not taken for the unaltered text (scancode, generously: any score below 100).
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
import altered
import yaml

from weightlicense.anchor import decode, tokenize
from weightlicense.recognition import identify


def main() -> None:
    texts = Path(sys.argv[1])
    rows = yaml.safe_load((texts / "index.yaml").read_text())["documents"]
    chosen = [row for row in rows if row["wave"] == 1 and row["spdx_id"] is None and row["kind"] == "license"]
    chance = random.Random(7)
    copies: list[tuple[dict, str, str]] = []
    for row in chosen:
        text = decode((texts / f"{row['id']}.txt").read_bytes())
        words = tokenize(text)
        copies += [(row, "as it is", text), (row, "wrapped", altered.wrapped(text))]
        numbers = altered.numbers(words)
        if numbers:
            copies.append((row, "one number changed", altered.with_number(words, chance.choice(numbers))))
    start = time.process_time()
    identify("warm up")
    ours_load = time.process_time() - start
    start = time.process_time()
    found = [identify(text)[0] for _row, _kind, text in copies]
    ours = time.process_time() - start
    right = 0
    for (row, kind, _text), match in zip(copies, found, strict=True):
        is_same = match.match in ("exact", "reformatted") and row["id"] in (match.id, *match.also)
        right += is_same if kind != "one number changed" else match.match == "modified"
    from licensedcode.cache import get_index

    start = time.process_time()
    index = get_index()
    theirs_load = time.process_time() - start
    start = time.process_time()
    results = [index.match(query_string=text) for _row, _kind, text in copies]
    theirs = time.process_time() - start
    their_right = 0
    for (row, kind, _text), matches in zip(copies, results, strict=True):
        best = max(matches, key=lambda match: match.len(), default=None)
        whole = best is not None and best.score() == 100
        if kind == "one number changed":
            their_right += best is not None and not whole and row["scancode_key"] in best.rule.license_keys()
        else:
            their_right += best is not None and row["scancode_key"] in best.rule.license_keys()
    print(f"{len(copies)} copies of {len(chosen)} licenses of AI models")
    print(f"right: weightlicense {right}, scancode-toolkit {their_right}")
    print(f"once loaded: {ours:.2f} s and {theirs:.2f} s, {theirs / ours:.0f} times faster")
    print(f"loading: {ours_load:.2f} s and {theirs_load:.2f} s")


if __name__ == "__main__":
    main()
