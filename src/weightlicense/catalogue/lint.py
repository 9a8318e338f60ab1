"""Lint: every data file against its shape, the vocabulary and the rest of the catalogue."""

from __future__ import annotations

from pathlib import Path

from weightlicense.catalogue import files
from weightlicense.catalogue.build import make_index, make_labels, make_models
from weightlicense.clausefile import read_document
from weightlicense.errors import DataError, Problem


def lint(paths: tuple[Path, ...]) -> tuple[int, list[Problem]]:
    """The number of files looked at and all their problems; without paths, the whole catalogue."""
    chosen = [path for given in paths for path in _expanded(given)] or list(files.document_paths().values())
    problems: list[Problem] = []
    for path in chosen:
        try:
            read_document(path, shown_as=files.shown(path))
        except DataError as error:
            problems.extend(error.problems)
    if paths:
        return len(chosen), problems
    for make in (make_index, make_models, make_labels):
        try:
            make()
        except DataError as error:
            known = {str(problem) for problem in problems}
            problems.extend(problem for problem in error.problems if str(problem) not in known)
    return len(chosen) + len(files.model_paths()) + 1, problems


def _expanded(path: Path) -> list[Path]:
    return sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
