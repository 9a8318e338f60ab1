"""Seconds and memory of one report over a graph of many works, and how both grow with the number of works.

Twice: from the file, as `check --lineage` reads it, and from the graph in memory, as a program that holds it asks.
Start-up is not counted; every figure is of a process of its own.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES = (1_000, 10_000, 100_000)
BAR_WORKS, BAR_SECONDS, BAR_MEGABYTES = 10_000, 2.0, 300.0
NAMED = (
    "llama-3.1",
    "gemma-tou-2025-03-24",
    "bigscience-openrail-m",
    "cc-by-nc-4.0",
    "apache-2.0",
    "mit",
    "qwen-2024",
    "llama-2",
)
STEPS = ("fine-tune", "merge", "quantize", "adapter", "convert")
SHAPES = ("chain", "fan", "web")
AS_OF = "2026-11-21"
USE = "merge release"
FACTS = {"licensee.good_standing": "yes", "purpose.hazards": "none"}


def parents(shape: str, index: int, count: int) -> list[int]:
    """One work behind another; all of them behind the subject; or a tree with cross edges that ends in cycles."""
    if shape == "chain":
        return [index + 1] if index + 1 < count else []
    if shape == "fan":
        return list(range(1, count)) if index == 0 else []
    return sorted({(2 * index + 1) % count, (2 * index + 2) % count, (index * 7 + 3) % count})


def write(path: Path, shape: str, count: int) -> None:
    works = {
        f"w{index}": {
            "license": NAMED[index % len(NAMED)],
            "from": [
                {"work": f"w{parent}", "relation": STEPS[parent % len(STEPS)]}
                for parent in parents(shape, index, count)
            ],
        }
        for index in range(count)
    }
    path.write_text(json.dumps({"format": 1, "subject": "w0", "works": works}), encoding="utf-8")


def from_file(shape: str, count: int) -> None:
    """Print seconds, megabytes, findings and the refusal, if the file is one that is not read."""
    from weightlicense.assessment import check
    from weightlicense.errors import DataError

    check(license="mit", use=USE, as_of=AS_OF)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lineage.yaml"
        write(path, shape, count)
        start = time.perf_counter()
        try:
            findings, refused = len(check(use=USE, facts=FACTS, lineage=path, as_of=AS_OF).findings), ""
        except DataError as error:
            findings, refused = 0, error.problems[0].message
        tell(time.perf_counter() - start, findings, refused)


def from_memory(shape: str, count: int) -> None:
    """Print seconds, megabytes and findings of a graph that is there already."""
    from weightlicense.ancestry import terms_of
    from weightlicense.assessment import Asked, check, conclude, declared
    from weightlicense.lineage import Lineage, Work

    check(license="mit", use=USE, as_of=AS_OF)
    works = {}
    for index in range(count):
        edges = tuple((f"w{parent}", STEPS[parent % len(STEPS)]) for parent in parents(shape, index, count))
        works[f"w{index}"] = Work(id=f"w{index}", license=NAMED[index % len(NAMED)], parents=edges)
    lineage = Lineage(subject="w0", works=works)
    facts, day = declared(FACTS, AS_OF)
    asked = Asked(use=USE, as_of=day)
    start = time.perf_counter()
    report = conclude(asked, terms_of(lineage, asked, day, None), facts)
    tell(time.perf_counter() - start, len(report.findings), "")


def tell(seconds: float, findings: int, refused: str) -> None:
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([seconds, megabytes, findings, refused]))


WAYS = {"file": from_file, "memory": from_memory}


def main() -> None:
    for way in WAYS:
        for shape in SHAPES:
            before: tuple[int, float, float] | None = None
            for size in SIZES:
                done = subprocess.run(
                    [sys.executable, __file__, way, shape, str(size)],
                    stdout=subprocess.PIPE,
                    text=True,
                    check=True,
                )
                seconds, megabytes, findings, refused = json.loads(done.stdout)
                line = f"{way}, {shape}, {size:,} works: "
                if refused:
                    print(f"{line}refused: {refused}", flush=True)
                    continue
                line += f"{seconds:.2f} s, {megabytes:,.0f} MB, {findings} findings"
                if before is not None:
                    works, old_seconds, old_megabytes = before
                    line += (
                        f"; {size / works:.0f} times the works: {seconds / old_seconds:.1f} times the seconds, "
                        f"{megabytes / old_megabytes:.1f} times the memory"
                    )
                if size == BAR_WORKS:
                    line += f" (bars {BAR_SECONDS:.0f} s, {BAR_MEGABYTES:.0f} MB)"
                print(line, flush=True)
                before = (size, seconds, megabytes)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        WAYS[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
    else:
        main()
