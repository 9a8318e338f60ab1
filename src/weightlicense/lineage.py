"""Lineage: works, the relations between them, and which licenses reach the subject by which acts.

A work is a model, an adapter, a data set or outputs; an edge says how one came from another. Every ancestor's
license reaches the subject along a shortest path. What of it applies follows from the relations on that path: a
derivative takes all of it, training on outputs only what the text says of outputs, a data set leaves a question of
law.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from weightlicense.errors import DataError, Problem

if TYPE_CHECKING:
    from pathlib import Path

ACT_OF: Final[dict[str, str | None]] = {
    "re-upload": None,
    "quantize": "quantize",
    "convert": "convert",
    "prune": "prune",
    "fine-tune": "fine-tune",
    "adapter": "adapt",
    "merge": "merge",
    "distill": "distill",
    "outputs": "train-on-outputs",
    "dataset": None,
}
"""The act that each relation adds, contract and design.md."""
RELATIONS: Final = tuple(ACT_OF)
KINDS: Final = ("model", "adapter", "dataset", "outputs")
"""What a work can be."""
TEACHING: Final = frozenset({"distill", "outputs"})
REACHING: Final = frozenset({"distribute", "embed", "host", "release-target"})
"""Acts on the subject by which a model that was trained on outputs is distributed or made available."""


class Work(Struct, frozen=True, kw_only=True):
    """A work with what is claimed of it, and the works that it came from, each with the relation."""

    id: str
    kind: str = "model"
    model: str | None = None
    license: str | None = None
    parents: tuple[tuple[str, str], ...] = ()


class Lineage(Struct, frozen=True, kw_only=True):
    """The works behind one subject, by id."""

    subject: str
    works: dict[str, Work]


class Reached(Struct, frozen=True, kw_only=True):
    """A work that the subject came from: the next work on a shortest path to the subject, and the relations on it.

    Paths are kept as links, for a chain of many works has as many paths as works.
    """

    work: Work
    toward: Reached | None = None
    relations: frozenset[str] = frozenset()

    @property
    def path(self) -> tuple[str, ...]:
        """The works from this one to the subject."""
        found = [self.work.id]
        here = self.toward
        while here is not None:
            found.append(here.work.id)
            here = here.toward
        return tuple(found)

    @property
    def is_dataset(self) -> bool:
        """Whether the subject was trained on it, or on data that came from it."""
        return "dataset" in self.relations

    def acts(self, use: frozenset[str]) -> frozenset[str]:
        """The acts of a use as they concern this work's license (not yet closed over what they imply)."""
        related = {act for act in map(ACT_OF.get, self.relations) if act is not None}
        if TEACHING.isdisjoint(self.relations):
            return frozenset(use | related)
        taught = {ACT_OF[relation] or "" for relation in self.relations if relation in TEACHING}
        return frozenset(taught | ({"release-target"} if use & REACHING else set()))


def reach(lineage: Lineage) -> list[Reached]:
    """The subject first, then every work that it came from; cycles end by themselves.

    A work may reach the subject in several ways (as a base, by teaching, as data): each way counts once, by a shortest
    path and with the relations of all its paths, so that the order of parents does not matter.
    """
    start = (lineage.subject, "base")
    toward: dict[tuple[str, str], tuple[str, str] | None] = {start: None}
    relations: dict[tuple[str, str], frozenset[str]] = {start: frozenset()}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        for parent, relation in lineage.works[here[0]].parents:
            if parent in (lineage.subject, here[0]):
                continue
            key = (parent, _way(here[1], relation))
            gained = relations[here] | {relation}
            if key not in toward:
                toward[key], relations[key] = here, gained
                waiting.append(key)
            elif not gained <= relations[key]:
                relations[key] |= gained
                waiting.append(key)
    found: dict[tuple[str, str], Reached] = {}
    for key, next_ in toward.items():
        found[key] = Reached(
            work=lineage.works[key[0]],
            toward=None if next_ is None else found[next_],
            relations=relations[key],
        )
    return list(found.values())


def _way(way: str, relation: str) -> str:
    """In which way a work reaches the subject, one relation further away."""
    if way == "data" or relation == "dataset":
        return "data"
    return "teaching" if way == "teaching" or relation in TEACHING else "base"


def read_lineage(path: Path) -> Lineage:
    """The lineage of a file; raises `DataError` with every problem of the file."""
    from weightlicense import yamlfile
    from weightlicense.shape import Field, ListOf, MapOf, Number, Record, Reporter, Text, Word, read

    edge = Record(
        {
            "work": Field(Text(), required=True, about="the id of a work"),
            "relation": Field(Word(RELATIONS, "a relation"), required=True, about="how it came from it"),
        },
        "an edge",
        is_ordered=False,
    )
    work = Record(
        {
            "kind": Field(Word(KINDS, "a kind of work"), about="what it is"),
            "model": Field(Text(), about="a model of the registry"),
            "license": Field(Text(), about="a license"),
            "from": Field(ListOf(edge), about="the works that it came from"),
        },
        "a work",
        is_ordered=False,
    )
    shape = Record(
        {
            "format": Field(Number(), required=True, about="1"),
            "subject": Field(Text(), required=True, about="the id of the work that is asked about"),
            "works": Field(MapOf(work), required=True, about="the works by id"),
        },
        "a lineage",
        is_ordered=False,
    )
    node = yamlfile.load(path)
    reporter = Reporter(str(path))
    data = read(node, shape, reporter)
    reporter.raise_if_any()
    return _lineage(str(path), data)


def _lineage(file: str, data: dict[str, object]) -> Lineage:
    rows = data["works"]
    assert isinstance(rows, dict)
    problems = []
    works: dict[str, Work] = {}
    for name, row in rows.items():
        parents = []
        for index, edge in enumerate(row.get("from", ())):
            if edge["work"] not in rows:
                problems.append(
                    Problem(
                        file=file,
                        line=None,
                        path=f"works.{name}.from[{index}].work",
                        message=f"no work {edge['work']!r}",
                        hint="list it under works, empty if nothing is known of it",
                    )
                )
            parents.append((edge["work"], edge["relation"]))
        works[name] = Work(
            id=name,
            kind=row.get("kind", "model"),
            model=row.get("model"),
            license=row.get("license"),
            parents=tuple(parents),
        )
    subject = str(data["subject"])
    if subject not in works:
        problems.append(
            Problem(
                file=file,
                line=None,
                path="subject",
                message=f"no work {subject!r}",
                hint="list it under works",
            )
        )
    if data["format"] != 1:
        problems.append(
            Problem(file=file, line=1, path="format", message="unknown format", hint="write format: 1")
        )
    if problems:
        raise DataError(tuple(problems))
    return Lineage(subject=subject, works=works)
