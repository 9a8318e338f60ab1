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
    """Heads of all documents, all models and labels; raises `DataError` with the problems of all files."""
    digest = hashlib.sha256()
    problems: list[Problem] = []
    documents: dict[str, Any] = {}
    for document_id, path in files.document_paths().items():
        digest.update(path.read_bytes())
        try:
            documents[document_id] = _head(path)
        except DataError as error:
            problems.extend(error.problems)
    models: list[dict[str, Any]] = []
    for path in files.model_paths():
        digest.update(path.read_bytes())
        data = _read(path, MODELS, problems)
        if data:
            organizations = data["organizations"]
            models.extend({**row, "organizations": organizations, "publisher": data["name"]} for row in data["models"])
    labels: list[dict[str, Any]] = []
    if files.label_path().exists():
        digest.update(files.label_path().read_bytes())
        labels = (_read(files.label_path(), LABELS, problems) or {"labels": []})["labels"]
    if problems:
        raise DataError(tuple(problems))
    return {"format": 1, "digest": digest.hexdigest(), "documents": documents, "models": models, "labels": labels}


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
    """Write the compiled catalogue into a folder: `index.json`, `vocabulary.json` and `documents/<id>.json`."""
    from weightlicense.vocabulary import source

    (target / "documents").mkdir(parents=True, exist_ok=True)
    _write(target / "index.json", make_index())
    _write(target / "vocabulary.json", source())
    for document_id in files.document_paths():
        _write(target / "documents" / f"{document_id}.json", files.document_data(document_id))


def _write(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
