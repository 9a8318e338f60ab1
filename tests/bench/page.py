"""CPU and size of the HTML of a report with 300 findings and a lineage of 200 works: `python tests/bench/page.py`.

The CPU is that of a fresh process from the report to the page: imports and the compilation of the template included,
the garbage collector off as `weightlicense check` has it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
RUNS = 9
BAR_SECONDS, BAR_BYTES = 0.3, 1_000_000
ONCE = """
import gc, sys, time
gc.disable()
sys.path.insert(0, sys.argv[1])
from large import large
report = large()
start = time.process_time()
from weightlicense.report import html
source = html.render(report)
print(time.process_time() - start, len(source.encode()), len(report.findings), len(report.lineage.works))
"""


def main() -> None:
    rows = []
    for _ in range(RUNS):
        done = subprocess.run(
            [sys.executable, "-c", ONCE, str(TESTS)], check=True, stdout=subprocess.PIPE, text=True
        )
        rows.append(tuple(map(float, done.stdout.split())))
    seconds, size, findings, works = min(rows)
    print(
        f"HTML of {findings:.0f} findings and {works:.0f} works: {seconds:.3f} s of CPU (bar {BAR_SECONDS}), "
        f"{size:,.0f} bytes (bar {BAR_BYTES:,})"
    )


if __name__ == "__main__":
    main()
