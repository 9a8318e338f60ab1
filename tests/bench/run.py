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
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUNS = 31


def cpu(commands: dict[str, list[str]]) -> dict[str, float]:
    """The median CPU seconds of each command, run in turns, so that a slow minute of the machine is everybody's."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            seconds[name].append(used)
    return {name: statistics.median(each) for name, each in seconds.items()}


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
        tool = str(home / "env" / "bin" / "weightlicense")
        check = [tool, "check", "--model", "llama-3.1", "--use", "derivative release", "--format"]
        used = cpu(
            {
                "python -c pass": [python, "-c", "pass"],
                "check, terminal": [*check, "terminal"],
                "check, json": [*check, "json"],
            }
        )
        base = used.pop("python -c pass")
        print(f"python -c pass: {base * 1000:.1f} ms of CPU, the baseline of the next lines")
        for name, seconds in used.items():
            print(
                f"{name}: {seconds * 1000:.1f} ms of CPU, {seconds / base:.2f} times python -c pass (bar 7)"
            )
        for script in ("rates.py", "page.py", "audit.py"):
            subprocess.run([python, str(ROOT / "tests" / "bench" / script)], check=True)


if __name__ == "__main__":
    main()
