"""What an audit of large directories costs: `python tests/bench/audit.py [FOLDER]`, in a folder with room for 100,000 empty files.

`python tests/bench/run.py` runs it from an installed wheel with compiled bytecode, to which the bars belong.

Prints seconds of wall and of CPU and the memory at the peak, each beside its bar, and `python -c pass` for comparison:
- the keys of a GGUF of 5 GB with a vocabulary of 128,256 tokens and 280,147 merges (0.2 s of CPU, 100 MB beyond the interpreter);
- `audit` of a directory of ten such shards, and of ten shards of safetensors (1 s of wall each);
- `audit` of a directory of 100,000 files.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from handmade import GB, gguf, safetensors, sparse, vocabulary, write

RUNS = 5
# Not ru_maxrss: what a process starts with there is the peak of its parent.
PEAK = """
import atexit, re, sys
from pathlib import Path
def tell():
    kilobytes = re.search("VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]
    sys.stderr.write(f"peak {int(kilobytes) / 1024}")
atexit.register(tell)
"""
AUDIT = (
    PEAK
    + """
from weightlicense.__main__ import run
sys.argv = ["weightlicense", "audit", *sys.argv[1:], "--format", "json", "--no-profile"]
run()
"""
)
READ = """
import re, sys, time
from pathlib import Path
from weightlicense.artifacts import read_directory
def peak():
    return int(re.search("VmHWM:\\\\s*(\\\\d+)", Path("/proc/self/status").read_text())[1])
before, begin = peak(), time.process_time()
directory = read_directory(Path(sys.argv[1]))
print(time.process_time() - begin, (peak() - before) / 1024)
assert directory.witnesses[0].says["model_name"] == "behind the vocabulary"
"""


def run(command: list[str]) -> tuple[float, float, float, str]:
    """Seconds of wall and of CPU, MB at the peak and the output; of the fastest of some runs."""
    found = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        memory = float(done.stderr.rpartition("peak ")[2]) if "peak " in done.stderr else 0.0
        found.append((wall, cpu, memory, done.stdout))
    return min(found)


def told(what: str, command: list[str], bar: str) -> None:
    wall, cpu, memory, said = run(command)
    unread = re.findall(r'"unread":\s*\[(.*?)\]', said, re.DOTALL)
    count = unread[0].count('"path"') if unread else 0
    print(
        f"{what}: {wall:.2f} s of wall, {cpu:.2f} s of CPU, {memory:.0f} MB; bar: {bar}; {count} named as unread"
    )


def main() -> None:
    audit = [sys.executable, "-c", AUDIT]
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as folder:
        home = Path(folder)
        wall, cpu, memory, _ = run([sys.executable, "-c", PEAK])
        print(f"python -c pass: {wall:.2f} s of wall, {cpu:.2f} s of CPU, {memory:.0f} MB")
        sparse(home / "one" / "m.gguf", vocabulary(), 5 * GB)
        *_, said = run([sys.executable, "-c", READ, str(home / "one")])
        seconds, more = map(float, said.split())
        print(
            f"keys of a GGUF of 5 GB, 128,256 tokens: {seconds:.3f} s of CPU (bar 0.2), {more:.0f} MB (bar 100)"
        )
        for number in range(1, 11):
            head = vocabulary() if number == 1 else gguf({"split.no": number - 1, "split.count": 10})
            sparse(home / "gguf" / f"m-{number:05}-of-00010.gguf", head, 5 * GB)
            sparse(
                home / "safetensors" / f"m-{number:05}-of-00010.safetensors",
                safetensors({"format": "pt"}),
                5 * GB,
            )
        for kind in ("gguf", "safetensors"):
            write(
                home / kind,
                {"README.md": "---\nlicense: llama3.1\nbase_model: meta-llama/Llama-3.1-8B\n---\n"},
            )
            told(f"ten shards of 5 GB, {kind}", [*audit, str(home / kind)], "1 s of wall")
        write(home / "many", {"README.md": "---\nlicense: mit\n---\n"})
        for number in range(100):
            (home / "many" / f"{number}").mkdir()
            for file in range(1000):
                os.mknod(home / "many" / f"{number}" / f"{file}.dat")
        told("100,000 files", [*audit, str(home / "many")], "bounded")


if __name__ == "__main__":
    main()
