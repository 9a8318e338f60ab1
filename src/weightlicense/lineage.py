"""Lineage: works, the relations between them, and which licenses reach the subject by which acts.

A work is a model, an adapter, a data set or outputs; an edge says how one came from another. Every ancestor's
license reaches the subject along a shortest path. What of it applies follows from the way: a derivative takes all of
it, training on outputs only what the text says of outputs (also where the outputs were made into a data set first),
outputs themselves what it says of publishing them, a data set leaves a question of law.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

if TYPE_CHECKING:
    from pathlib import Path

    from weightlicense.shape import Reporter
    from weightlicense.yamlfile import Node

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
TIMES: Final = 32
"""How many times larger than other files a lineage may be: 64 MiB, room for some 500,000 works."""
KINDS: Final = ("model", "adapter", "dataset", "outputs")
"""What a work can be."""
TEACHING: Final = frozenset({"distill", "outputs"})
MADE: Final = frozenset({"outputs", "dataset"})
"""Kinds of work that are no model: what comes from a model by the relation `outputs` was made with it, not trained."""
REACHING: Final = frozenset({"distribute", "embed", "host", "release-target"})
"""Acts on the subject by which a model that was trained on outputs is distributed or made available."""
PUBLISHING: Final = REACHING | {"publish-outputs"}
"""Acts on outputs, or on data made of them, by which they are published."""


class Work(Struct, frozen=True, kw_only=True, gc=False):
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
    """A work that the subject came from: in which way, the next work on a shortest path, and the relations on it.

    The way is `base` (the subject is derived from it), `teaching` (it learned from its outputs), `data` (it was trained on
    it) or `made` (the subject is outputs of it).

    Paths are kept as links, for a chain of many works has as many paths as works.
    """

    work: Work
    way: str = "base"
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

    def acts(self, use: frozenset[str]) -> frozenset[str]:
        """The acts of a use as they concern this work's license (not yet closed over what they imply)."""
        match self.way:
            case "made":
                return frozenset({"publish-outputs"} if use & PUBLISHING else use & {"run"})
            case "teaching":
                taught = {ACT_OF[relation] or "" for relation in self.relations if relation in TEACHING}
                return frozenset(taught | ({"release-target"} if use & REACHING else set()))
            case _:
                related = {act for act in map(ACT_OF.get, self.relations) if act is not None}
                return frozenset(use | related)


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
            key = (parent, _way(here[1], relation, lineage.works[here[0]].kind))
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
            way=key[1],
            toward=None if next_ is None else found[next_],
            relations=relations[key],
        )
    return list(found.values())


def _way(way: str, relation: str, kind: str) -> str:
    """In which way a work reaches the subject, one relation further away; `kind` is of the work that came from it."""
    if relation == "dataset":
        return "data"
    if relation == "outputs" and (kind in MADE or way == "data"):
        return "made" if way == "base" else "teaching"
    if way in ("base", "made") and relation in TEACHING:
        return "teaching"
    return way


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
    node = yamlfile.load(path, times=TIMES)
    reporter = Reporter(str(path))
    data = read(node, shape, reporter)
    reporter.raise_if_any()
    works = _works(data["works"], node, reporter)
    root = yamlfile.items(node)
    if data["subject"] not in works:
        reporter.report(root["subject"], "subject", f"no work {data['subject']!r}", "list it under works")
    if data["format"] != 1:
        reporter.report(root["format"], "format", "unknown format", "write format: 1")
    reporter.raise_if_any()
    return Lineage(subject=data["subject"], works=works)


def _works(rows: dict[str, Any], node: Node, reporter: Reporter) -> dict[str, Work]:
    from weightlicense.yamlfile import items

    works: dict[str, Work] = {}
    for name, row in rows.items():
        parents = []
        for index, edge in enumerate(row.get("from", ())):
            if edge["work"] not in rows:
                listed = items(items(items(node)["works"])[name])["from"].value
                assert isinstance(listed, list)
                reporter.report(
                    items(listed[index])["work"],
                    f"works.{name}.from[{index}].work",
                    f"no work {edge['work']!r}",
                    "list it under works, empty if nothing is known of it",
                )
            parents.append((edge["work"], edge["relation"]))
        works[name] = Work(
            id=name,
            kind=row.get("kind", "model"),
            model=row.get("model"),
            license=row.get("license"),
            parents=tuple(parents),
        )
    return works
