"""Lint: every data file against its shape, the vocabulary and the rest of the catalogue; no clause is dead.

That a deciding clause can give each answer that its condition admits is shown by construction: the facts are built from
the condition itself, cell by cell, for the sets of acts that people name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from weightlicense import catalogue
from weightlicense.catalogue import files
from weightlicense.catalogue.build import make_index, make_labels, make_models
from weightlicense.clause import Clause, Document
from weightlicense.clausefile import read_document
from weightlicense.condition import (
    FALSE,
    TRUE,
    Acts,
    Condition,
    Constant,
    Scope,
    bind,
    compiled,
    conjunction,
    negation,
)
from weightlicense.engine.program import Hold
from weightlicense.engine.search import Search
from weightlicense.errors import DataError, Problem, UsageError
from weightlicense.policyfile import is_policy, policy_paths, problems_of
from weightlicense.usecase import Facts, Values
from weightlicense.vocabulary import vocabulary


def lint(paths: tuple[Path, ...]) -> tuple[int, list[Problem]]:
    """The number of files looked at and all their problems; without paths, the whole catalogue."""
    chosen = [path for given in paths for path in _expanded(given)] or list(files.document_paths().values())
    problems: list[Problem] = []
    registry = {path.resolve() for path in (*files.model_paths(), files.label_path())}
    named = [path for path in chosen if path.resolve() in registry]
    for path in chosen:
        if path in named:
            continue
        try:
            if paths and is_policy(path):
                problems.extend(problems_of(path))
                continue
            data = read_document(path, shown_as=files.shown(path))
        except DataError as error:
            problems.extend(error.problems)
            continue
        problems.extend(_of_document(path, Document.from_data(data)))
    if not paths or named:
        problems.extend(_of_registry())
    if paths:
        return len(chosen), problems
    for path in policy_paths().values():
        problems.extend(problems_of(path))
    return len(chosen) + len(registry) + len(policy_paths()), problems


def _of_registry() -> list[Problem]:
    """The problems of models and labels, which speak of each other and are looked at together."""
    problems: list[Problem] = []
    rows: list[dict[str, Any]] = []
    for make in (make_index, make_labels):
        problems.extend(_failures(make))
    try:
        rows = make_models()["rows"]
    except DataError as error:
        problems.extend(error.problems)
    problems.extend(_of_models(rows))
    return problems


def _expanded(path: Path) -> list[Path]:
    return sorted(path.rglob("*.yaml")) if path.is_dir() else [path]


def _failures(make: Callable[[], object]) -> list[Problem]:
    try:
        make()
    except DataError as error:
        return list(error.problems)
    return []


# --- models ----------------------------------------------------------------------------------------------------


def _of_models(rows: list[dict[str, Any]]) -> Iterator[Problem]:
    """A model's license, policies and base are known, and its id is its own."""
    seen: set[str] = set()
    ids = {row["id"] for row in rows}
    for row in rows:
        place = f"licenses/models ({row['publisher']})"
        if row["id"] in seen:
            yield Problem(file=place, line=None, path=row["id"], message="the id is taken by another model")
        seen.add(row["id"])
        for name in row.get("policies", ()):
            if name not in catalogue.heads():
                yield Problem(file=place, line=None, path=row["id"], message=f"unknown policy {name!r}")
        base = row.get("based-on")
        if base is not None and base["model"] not in ids:
            yield Problem(file=place, line=None, path=row["id"], message=f"unknown base {base['model']!r}")
        if row["license"] is not None:
            try:
                catalogue.resolve_license(row["license"], as_of="9999-12-31")
            except UsageError as error:
                yield Problem(file=place, line=None, path=row["id"], message=error.message, hint=error.hint)


# --- clauses ---------------------------------------------------------------------------------------------------


def _of_document(path: Path, document: Document) -> Iterator[Problem]:
    name = files.shown(path)
    for clause in document.clauses:
        for message in dead(document, clause):
            yield Problem(
                file=name,
                line=None,
                path=f"clauses.{clause.id}",
                message=message,
                hint="look at acts, unless and when: together they leave only one answer",
            )
    for row in document.incorporates:
        if row.policy is not None and row.policy not in catalogue.heads():
            yield Problem(
                file=name,
                line=None,
                path="incorporates",
                message=f"unknown document {row.policy!r}",
                hint="encode it, or null",
            )


@cache
def _act_sets() -> tuple[frozenset[str], ...]:
    """All acts at once, the named uses, and each act alone, closed over what they imply."""
    words = vocabulary()
    sets = [frozenset(words.acts), *(words.closure(use.acts) for use in words.uses.values())]
    return tuple(dict.fromkeys((*sets, *(words.closure((act,)) for act in words.acts))))


def dead(document: Document, clause: Clause) -> list[str]:
    """What a clause cannot answer although its condition is there to answer it; empty where all is well."""
    parts = [("when", clause.when), ("unless", clause.unless)]
    wrong = []
    for name, part in parts:
        if part is None or isinstance(part, Constant):
            continue
        answers = _answers(document, part)
        if answers != {True, False}:
            wrong.append(f"{name} is always {'yes' if answers == {True} else 'no'}")
    # A grant that never holds may stand for the route that a text names for all it does not grant.
    is_route = clause.kind == "grant" and clause.then.effect == "needs-license"
    if (
        not wrong
        and not is_route
        and (clause.when is not None or clause.unless != FALSE)
        and clause.then.effect != "none"
    ):
        whole = conjunction(
            (Acts(clause.acts) if clause.acts else TRUE, negation(clause.unless), clause.when or TRUE)
        )
        if True not in _answers(document, whole):
            wrong.append("the clause never applies")
    return wrong


def _answers(document: Document, condition: Condition) -> set[bool]:
    """The answers that some facts and acts lead to."""
    words = vocabulary()
    found: set[bool] = set()
    for acts in _act_sets():
        scope = Scope(
            acts=acts,
            document=document.id,
            released=document.released,
            distribution=document.distributes,
            words=words,
        )
        bound = bind(condition, scope)
        if isinstance(bound, Constant):
            found.add(bound.truth)
        else:
            hold = Hold(level=5, condition=bound, test=compiled(bound, words), by=())
            values = Values(Facts(words), as_of="2026-01-01", roots={}, asked_by={})
            search = Search([hold], values, words)
            if search.can_hold(hold):
                found.add(True)
            if search.can_avoid([hold]):
                found.add(False)
        if found == {True, False}:
            break
    return found
