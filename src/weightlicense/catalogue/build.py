"""Making the index and the compiled catalogue from the YAML files: in a checkout and at build time."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final

from weightlicense import yamlfile
from weightlicense.catalogue import files
from weightlicense.catalogue.modelfile import LABELS, MODELS
from weightlicense.errors import DataError, Problem
from weightlicense.shape import Reporter, read

HEAD: Final = ("title", "kind", "steward", "spdx", "aliases", "openness", "released")


def make_index() -> dict[str, Any]:
    """Heads of all documents and the digest of all data; raises `DataError` with the problems of all heads."""
    digest = hashlib.sha256()
    problems: list[Problem] = []
    documents: dict[str, Any] = {}
    for document_id, path in files.document_paths().items():
        digest.update(path.read_bytes())
        try:
            documents[document_id] = _head(path)
        except DataError as error:
            problems.extend(error.problems)
    for path in (*files.model_paths(), files.label_path()):
        digest.update(path.read_bytes())
    if problems:
        raise DataError(tuple(problems))
    return {"format": 1, "digest": digest.hexdigest(), "documents": documents}


def make_models() -> dict[str, Any]:
    """The model registry: rows, whole names and globs with their literal starts, each with its row."""
    problems: list[Problem] = []
    rows: list[dict[str, Any]] = []
    for path in files.model_paths():
        data = _read(path, MODELS, problems)
        if data:
            shared = {"organizations": data["organizations"], "publisher": data["name"]}
            rows.extend({**row, **shared} for row in data["models"])
    if problems:
        raise DataError(tuple(problems))
    names: dict[str, list[int]] = {}
    globs: list[tuple[str, str, int]] = []
    for index, row in enumerate(rows):
        for name in dict.fromkeys((row["id"], *row["match"])):
            head = name.partition("*")[0].partition("?")[0]
            if head == name:
                names.setdefault(name, []).append(index)
            else:
                globs.append((head, name, index))
    return {"format": 1, "names": names, "globs": globs, "rows": rows}


def make_labels() -> list[dict[str, Any]]:
    """The Hub's labels; raises `DataError` with all problems."""
    problems: list[Problem] = []
    data = _read(files.label_path(), LABELS, problems)
    if problems:
        raise DataError(tuple(problems))
    rows: list[dict[str, Any]] = data["labels"]
    return rows


def _read(path: Path, shape: Any, problems: list[Problem]) -> Any:
    name = files.shown(path)
    try:
        node = yamlfile.load(path, shown_as=name)
    except DataError as error:
        problems.extend(error.problems)
        return None
    reporter = Reporter(name)
    data = read(node, shape, reporter)
    problems.extend(reporter.problems)
    return None if reporter.problems else data


def _head(path: Path) -> dict[str, Any]:
    """The keys before the clauses, read without the clauses: a checkout stays quick."""
    text = path.read_bytes()
    cut = text.find(b"\nclauses:")
    node = yamlfile.parse(text if cut < 0 else text[: cut + 1], files.shown(path))
    data = yamlfile.plain(node)
    head = {key: data[key] for key in HEAD if isinstance(data, dict) and data.get(key) is not None}
    if "released" in head:
        head["released"] = str(head["released"])
    return head


def compile_catalogue(target: Path) -> None:
    """Write the compiled catalogue into a folder: index, models, labels, vocabulary and `documents/<id>.json`."""
    from weightlicense.vocabulary import source

    (target / "documents").mkdir(parents=True, exist_ok=True)
    _write(target / "index.json", make_index())
    _write(target / "models.json", make_models())
    _write(target / "labels.json", make_labels())
    _write(target / "vocabulary.json", source())
    for document_id in files.document_paths():
        _write(target / "documents" / f"{document_id}.json", files.document_data(document_id))


def _write(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
