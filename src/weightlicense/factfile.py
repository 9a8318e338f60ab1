"""Facts from files: `--facts FILE`, and the organisation's profile `weightlicense.yaml`.

Both are YAML: `format: 1` and `facts:`, a mapping from names (`NAME`, `NAME@PERIOD`, `NAME[document]`) to values; a list
stands for a set of texts. A person's decision is a mapping: `judgement.<document>/<clause>: {value, by, on, reason}`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from weightlicense import yamlfile
from weightlicense.errors import DataError, Problem, UsageError
from weightlicense.usecase import Facts
from weightlicense.vocabulary import JUDGEMENT_PREFIX
from weightlicense.yamlfile import Node

DECISION: Final = ("value", "by", "on", "reason")


def read_facts(path: Path, facts: Facts, *, kind: str = "declared", place: str | None = None) -> None:
    """Add the facts of a file; raises `DataError` with every problem of the file and its line."""
    node = yamlfile.load(path)
    where = str(path) if place is None else place
    problems: list[Problem] = []

    def problem(at: Node, key: str, message: str, hint: str | None = None) -> None:
        problems.append(Problem(file=str(path), line=at.line, path=key, message=message, hint=hint))

    listed = node.value.get("facts") if isinstance(node.value, dict) else None
    if not isinstance(node.value, dict) or listed is None or not isinstance(listed.value, dict):
        problem(node, "", "expected format: 1 and facts:", "write facts: as a mapping from names to values")
        raise DataError(tuple(problems))
    for key, child in node.value.items():
        if key not in ("format", "facts"):
            problem(child, key, "unknown key", "known keys: format, facts")
    version = node.value.get("format")
    if version is None or version.value != 1:
        problem(version or node, "format", "expected format: 1", "write format: 1 in the first line")
    for name, child in listed.value.items():
        try:
            _give(name, child, facts, kind, where)
        except UsageError as error:
            problem(child, f"facts.{name}", error.message.removeprefix(f"--fact {name}: "), error.hint)
    if problems:
        raise DataError(tuple(problems))


def _give(name: str, node: Node, facts: Facts, kind: str, place: str) -> None:
    if isinstance(node.value, dict):
        if not name.startswith(JUDGEMENT_PREFIX):
            raise UsageError(f"{name} is a mapping", hint="write NAME: VALUE")
        rows = {key: _text(child) for key, child in node.value.items()}
        if "value" not in rows or set(rows) - set(DECISION):
            raise UsageError(
                "a decision needs value, by, on and reason", hint=f"known keys: {', '.join(DECISION)}"
            )
        facts.give(
            name,
            rows["value"],
            kind=kind,
            place=place,
            detail=((key, rows[key]) for key in DECISION[1:] if key in rows),
        )
        return
    for child in node.value if isinstance(node.value, list) else [node]:
        facts.give(name, _text(child), kind=kind, place=place)


def _text(node: Node) -> str:
    value: Any = node.value
    if value is None or isinstance(value, dict | list):
        raise UsageError("expected a value", hint="leave out what is not known")
    return "yes" if value is True else "no" if value is False else str(value)
