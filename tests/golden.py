"""The kept outputs of a few scenes, and what rewrites them: `python tests/golden.py` (`make golden`).

Version and catalogue digest are fixed, for they change without the scenes.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

import weightlicense as wl
from weightlicense.assessment import Asked, assess, declared
from weightlicense.finding import Report
from weightlicense.report import render, terminal
from weightlicense.turning import explained

FOLDER = Path(__file__).parent / "golden"
DAY = "2026-11-21"
FACTS = {
    "licensee.monthly_active_users@2024-06": "10M",
    "licensee.good_standing": "yes",
    "purpose.hazards": "none",
    "release.model_name": "Med-8B",
}
LINEAGE = {
    "format": 1,
    "subject": "acme/med-merge",
    "works": {
        "acme/med-merge": {
            "from": [
                {"work": "acme/med-tune", "relation": "merge"},
                {"work": "someone/chat", "relation": "merge"},
                {"work": "notes", "relation": "dataset"},
            ]
        },
        "acme/med-tune": {"license": "mit", "from": [{"work": "base", "relation": "fine-tune"}]},
        "base": {"model": "llama-3.1"},
        "someone/chat": {"license": "cc-by-nc-4.0"},
        "notes": {"kind": "dataset", "license": "cc-by-sa-4.0"},
    },
}
CARD = """---
license: mit
base_model: meta-llama/Llama-3.1-8B
---
# Med-8B

A model of ours.
"""


def fixed(report: Report) -> Report:
    return replace(report, tool_version="0.0.0", catalogue_digest="0" * 64)


def derivative() -> Report:
    """The main job: Llama 3.1 for a derivative release, of which nothing is declared."""
    return fixed(wl.check("llama-3.1", use="derivative release", as_of=DAY))


def merged() -> Report:
    """A merge with a relabelled parent, a parent for non-commercial use and a data set, denied by a policy."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lineage.yaml"
        path.write_text(json.dumps(LINEAGE), encoding="utf-8")
        facts, day = declared({**FACTS, "purpose.commercial": "yes"}, DAY)
        asked = Asked(use="merge release", as_of=day, lineage=path, policies=("product-company",))
        return fixed(explained(assess(asked, facts.copy()), asked, facts))


def audited() -> Report:
    """A fine-tune of Llama 3.1 whose card says MIT, with no license beside it."""
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "Med-8B"
        model.mkdir()
        (model / "README.md").write_text(CARD, encoding="utf-8")
        (model / "config.json").write_text('{"model_type": "llama"}\n', encoding="utf-8")
        return fixed(wl.audit(model, facts=FACTS, as_of=DAY))


SCENES: dict[str, Callable[[], str]] = {
    "derivative-80-columns.txt": lambda: terminal.render(derivative(), width=80),
    "derivative-44-columns.txt": lambda: terminal.render(derivative(), width=44),
    "merge.md": lambda: render(merged(), "markdown"),
    "audit.sarif.json": lambda: render(audited(), "sarif", root="models/Med-8B"),
    "audit.github.txt": lambda: render(audited(), "github", root="models/Med-8B"),
}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, made in SCENES.items():
        (FOLDER / name).write_text(made(), encoding="utf-8")


if __name__ == "__main__":
    main()
