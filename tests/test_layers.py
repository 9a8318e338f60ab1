"""Data flows one way: a module imports only from the bands to its left, and only yamlfile reads YAML."""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "src" / "weightlicense"
BANDS = (
    ("version", "errors", "yamlfile", "shape"),
    (
        "vocabulary",
        "value",
        "condition",
        "clause",
        "clausefile",
        "finding",
        "change",
        "usecase",
        "factfile",
        "duties",
        "decision",
        "descent",
    ),
    ("catalogue", "anchor", "link", "proof", "skeleton", "artifacts", "lineage", "recognition", "policyfile"),
    (
        "engine",
        "assessment",
        "ancestry",
        "auditing",
        "fixing",
        "linting",
        "turning",
        "offering",
        "ranking",
        "lockfile",
        "policy",
    ),
    ("report", "asking", "progress", "cli", "commands", "__main__"),
)
BAND = {name: index for index, names in enumerate(BANDS) for name in names}
# Types only, for the exceptions that carry a report.
TYPE_ONLY = {("errors", "finding")}


def parts() -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if first not in ("__init__", "_data"):
            found.setdefault(first, []).append(path)
    return found


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Import(names=aliases):
                names |= {alias.name for alias in aliases}
            case ast.ImportFrom(module=str(module), names=aliases):
                names.add(module)
                if module == "weightlicense":
                    names |= {f"weightlicense.{alias.name}" for alias in aliases}
    return names


def test_every_module_has_a_band() -> None:
    assert sorted(parts()) == sorted(name for name in BAND if name in parts())
    assert set(parts()) <= set(BAND)


def test_a_module_imports_only_from_its_own_band_and_those_to_its_left() -> None:
    wrong = []
    for name, paths in parts().items():
        for path in paths:
            for module in imported(path):
                head, _, rest = module.partition(".")
                other = rest.partition(".")[0]
                if (
                    head == "weightlicense"
                    and other in BAND
                    and BAND[other] > BAND[name]
                    and (name, other) not in TYPE_ONLY
                ):
                    wrong.append(f"{name} imports {other} ({path.name})")
    assert wrong == []


def test_only_yamlfile_imports_yaml() -> None:
    readers = [path.name for paths in parts().values() for path in paths if "yaml" in imported(path)]
    assert readers == ["yamlfile.py"]
