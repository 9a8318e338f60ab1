"""Ratios against named baselines in one run: `python tests/bench/run.py`.

Builds the wheel, installs it into a fresh environment with compiled bytecode, and prints
- the CPU of a check, in terminal and json format, as a multiple of `python -c pass`;
- the rate of evaluating Llama 3.1 with its policy, to a verdict and to full findings, as a multiple of zen-engine on
  the same clauses and facts;
- the CPU and the size of the HTML of a large report.
- what an audit of large directories costs.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUNS = 15


def cpu(command: list[str]) -> float:
    """The least CPU seconds of some runs of a command."""
    best = float("inf")
    for _ in range(RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return best


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        subprocess.run([sys.executable, "-m", "venv", str(home / "env")], check=True)
        python = str(home / "env" / "bin" / "python")
        pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", folder, str(ROOT)], check=True)
        (wheel,) = home.glob("*.whl")
        subprocess.run([*pip, "install", f"{wheel}[bench]"], check=True)
        subprocess.run([python, "-m", "compileall", "-q", str(home / "env" / "lib")], check=False)
        base = cpu([python, "-c", "pass"])
        print(f"python -c pass: {base * 1000:.1f} ms of CPU, the baseline of the next lines")
        tool = str(home / "env" / "bin" / "weightlicense")
        for form in ("terminal", "json"):
            used = cpu(
                [tool, "check", "--model", "llama-3.1", "--use", "derivative release", "--format", form]
            )
            print(
                f"check, {form}: {used * 1000:.1f} ms of CPU, {used / base:.2f} times python -c pass (bar 7)"
            )
        for script in ("rates.py", "page.py", "audit.py"):
            subprocess.run([python, str(ROOT / "tests" / "bench" / script)], check=True)


if __name__ == "__main__":
    main()
