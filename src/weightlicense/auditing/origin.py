"""Where a directory's model comes from: its parents, the relation to each, and the use that they suggest."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from weightlicense import catalogue
from weightlicense.artifacts import Directory, Parent, Witness, clean, read_directory
from weightlicense.auditing.copies import Copy, find_copies
from weightlicense.auditing.statements import Statement, kind_of, settled, statements_of
from weightlicense.errors import UsageError
from weightlicense.lineage import Lineage, Work

if TYPE_CHECKING:
    from collections.abc import Iterable

USES: Final = {
    "adapter": "adapter release",
    "merge": "merge release",
    "quantize": "quantized release",
    "convert": "quantized release",
    "prune": "derivative release",
    "fine-tune": "derivative release",
    "re-upload": "redistribution",
}
"""The use that each relation suggests, in the order in which one is chosen."""
STRICTEST: Final = (*USES, "distill", "outputs", "dataset")
"""Every relation, the one that counts first where two are told: a derivative takes all of a license, learning only part."""
RELATION_OF: Final = {"fine-tune": "fine-tune", "quantize": "quantize", "adapt": "adapter", "merge": "merge"}
_QUANTIZED: Final = frozenset({"gguf", "gguf-my-repo", "gptq", "awq", "exl2", "quantized", "4-bit", "8-bit"})
MOST_PARENTS: Final = 200
MOST_LOCAL: Final = 16
_SIGNS_OF_A_MODEL: Final = re.compile(
    r"(?i)(adapter_|generation_)?config\.json|readme\.md|.+\.(safetensors|gguf|onnx)|licen[cs]e(\..+)?|mergekit_config\.ya?ml"
)


class Local(Struct, frozen=True, kw_only=True):
    """A parent that is a directory on this machine: read as a witness, never written."""

    path: str
    directory: Directory
    copies: tuple[Copy, ...]
    statements: tuple[Statement, ...]

    @property
    def has_notice(self) -> bool:
        """Whether it comes with a notice file."""
        return any(text.role == "notice" for text in self.directory.texts)


class Origin(Struct, frozen=True, kw_only=True):
    """The works behind a directory, and what is not known of them.

    `firm` says whether a statement, rather than a name that a tool left behind, leads to them.
    """

    lineage: Lineage
    relations: frozenset[str]
    local: dict[str, Local]
    firm: bool
    hints: tuple[str, ...]
    notes: tuple[str, ...]
    models: tuple[catalogue.Model, ...]


def parents_of(directory: Directory) -> list[Parent]:
    """Every work that the directory is said to come from, with what is a file of its own left out.

    Of what several files say alike, the first counts. Where there are more than anyone weighs, one without a name stands for
    the rest.
    """
    found: dict[object, Parent] = {}
    left_out: str | None = None
    for witness in directory.witnesses:
        if not witness.says.get("subject") and _is_part(witness):
            continue
        for parent in witness.parents:
            if not _is_own_file(parent, directory):
                said = (parent.name, parent.relation, parent.revision, parent.hint, parent.local)
                found.setdefault(said, parent)
        if "base_models" in witness.says.get("left_out", ()):
            left_out = left_out or witness.where("base_models")
    every = list(found.values())
    if len(every) > MOST_PARENTS:
        left_out = left_out or every[MOST_PARENTS].place
    rest = (
        [] if left_out is None else [Parent(name="further parents, which were not weighed", place=left_out)]
    )
    return [*every[:MOST_PARENTS], *rest]


def _is_part(witness: Witness) -> bool:
    """Whether a witness speaks of a work beside the model, as a bill of materials does of data."""
    return (
        witness.source in ("spdx", "cyclonedx")
        and not witness.says.get("subject")
        and bool(witness.says.get("component"))
    )


def _apart(name: str, subject: str) -> str:
    """The id of a work that another came from, which is never the subject's own."""
    return f"{name} (parent)" if name == subject else name


class _Told(Struct, frozen=True):
    """A directory with the subject's id there, and the works beside it that bills of materials list, by their ids."""

    directory: Directory
    subject: str
    parts: dict[str, list[Witness]]

    @classmethod
    def of(cls, directory: Directory, subject: str) -> _Told:
        parts: dict[str, list[Witness]] = {}
        for witness in directory.witnesses:
            if _is_part(witness):
                parts.setdefault(_apart(witness.says["component"], subject), []).append(witness)
        return cls(directory, subject, parts)

    def id_of(self, name: str) -> str:
        """The id of a work that a bill names."""
        return _apart(clean(name[:200]), self.subject)

    def data(self, witness: Witness) -> list[Parent]:
        """The data sets that a work was trained on, of those that a bill lists as works."""
        place = witness.where("datasets")
        names = [name for name in witness.says.get("datasets", ()) if self.id_of(name) in self.parts]
        return [Parent(name=name, relation="dataset", place=place) for name in names]


def _is_own_file(parent: Parent, directory: Directory) -> bool:
    if not parent.local:
        return False
    root = os.path.realpath(directory.root)
    base = root if os.path.isdir(root) else os.path.dirname(root)
    real = os.path.realpath(os.path.join(base, parent.name))
    return real == base or (real.startswith(base + os.sep) and os.path.isfile(real))


def default_relation(directory: Directory) -> str:
    """How a model comes from a parent where nobody says it: by what lies in the directory."""
    sources = {witness.source for witness in directory.witnesses}
    if "adapter-config" in sources:
        return "adapter"
    if "mergekit" in sources or any(witness.says.get("merge_method") for witness in directory.witnesses):
        return "merge"
    if any(witness.says.get("quantized") is True for witness in directory.witnesses):
        return "quantize"
    named = {catalogue.normalised(parent.name) for parent in parents_of(directory) if not parent.hint}
    tags = {tag.lower() for witness in directory.witnesses for tag in witness.says.get("tags", ())}
    if len(named) > 1 and tags & {"merge", "mergekit", "moe"}:
        return "merge"
    return "quantize" if tags & _QUANTIZED else "fine-tune"


def trace(
    directory: Directory,
    subject: str,
    *,
    day: str,
    declared: tuple[str, str] | None = None,
    given: Lineage | None = None,
    names: Iterable[str] = (),
) -> Origin:
    """The lineage of a directory.

    `declared` is the model that the user names, with its relation; `given` a lineage that the user gives; `names` are names of
    the model itself, which lead to a family where nothing else does.
    """
    tracing = _Tracing(day)
    parents = tracing.parents(directory, subject)
    if declared is not None:
        name, relation = declared
        key = tracing.add_named(name)
        parents = {key: relation, **{k: v for k, v in parents.items() if k != key}}
        tracing.firm = True
    own_model = _own_model(directory)
    works = dict(tracing.works)
    kind, model, license_ = "model", own_model, None
    if given is not None:
        top = given.works[given.subject]
        works |= {name: work for name, work in given.works.items() if name != given.subject}
        same = {catalogue.normalised(name) for name in given.works}
        parents = {
            **dict(top.parents),
            **{
                name: relation for name, relation in parents.items() if catalogue.normalised(name) not in same
            },
        }
        kind, model, license_ = top.kind, top.model or own_model, top.license
        tracing.firm = tracing.firm or bool(top.parents or top.model or top.license)
    is_known = any(
        works[name].model or works[name].license
        for name, relation in parents.items()
        if relation != "dataset"
    )
    if not is_known and model is None:
        for name in names:
            found = catalogue.find_model(name)
            if found is not None:
                relation = (
                    "re-upload" if default_relation(directory) == "fine-tune" else default_relation(directory)
                )
                key = f"{found.id} (by name)"
                works[key] = Work(id=key, model=found.id)
                parents[key] = relation
                tracing.hints.append(
                    f"The name {clean(name)} is that of {found.title}, and nothing says where the model comes from."
                )
                tracing.models[found.id] = found
                break
    works[subject] = Work(
        id=subject, kind=kind, model=model, license=license_, parents=tuple(parents.items())
    )
    if model is not None and (registered := catalogue.find_model(model)) is not None:
        tracing.models[registered.id] = registered
    return Origin(
        lineage=Lineage(subject=subject, works=works),
        relations=frozenset({"re-upload"}) if own_model is not None else frozenset(parents.values()),
        local=tracing.local,
        firm=tracing.firm or model is not None,
        hints=tuple(dict.fromkeys(tracing.hints)),
        notes=tuple(dict.fromkeys(tracing.notes)),
        models=tuple(tracing.models.values()),
    )


def _own_model(directory: Directory) -> str | None:
    """The registry's name for the directory's own model, where its Hub id is the publisher's own."""
    for name in (
        directory.repository,
        *(name.name for name in directory.names if name.source.startswith("card: ")),
    ):
        if name is None or "/" not in name:
            continue
        found = catalogue.find_model(name)
        if found is not None and catalogue.organization(name) in found.organizations:
            return name
    return None


class _Tracing:
    """The works that were found so far."""

    def __init__(self, day: str) -> None:
        self.day = day
        self.works: dict[str, Work] = {}
        self.local: dict[str, Local] = {}
        self.models: dict[str, catalogue.Model] = {}
        self.hints: list[str] = []
        self.notes: list[str] = []
        self.firm = False

    def parents(self, directory: Directory, subject: str) -> dict[str, str]:
        """The parents of a directory by their ids, each with the strongest relation that is stated of it."""
        told = _Told.of(directory, subject)
        every = parents_of(directory)
        for witness in directory.witnesses:
            if witness.says.get("subject"):
                every += told.data(witness)
        found = self._related(every, default_relation(directory), told)
        self._follow(found, told)
        return found

    def _follow(self, found: Iterable[str], told: _Told) -> None:
        """Give the works that a bill of materials lists their kind, license and parents, as far as they lead."""
        waiting = list(found)
        done: set[str] = set()
        while waiting:
            key = waiting.pop()
            work, witnesses = self.works[key], told.parts.get(key)
            if key in done or witnesses is None or work.license or work.parents:
                continue
            done.add(key)
            every = [parent for each in witnesses for parent in (*each.parents, *told.data(each))]
            parents = self._related(every, "fine-tune", told)
            self.works[key] = replace(
                work,
                kind=kind_of(witnesses[0]),
                license=_license_of(statements_of(witnesses, (), self.day)),
                parents=tuple(parents.items()),
            )
            waiting += parents

    def _related(self, every: list[Parent], default: str, told: _Told) -> dict[str, str]:
        """The ids of parents with the relation to each, `default` where none is stated."""
        found: dict[str, str] = {}
        stated: dict[str, list[tuple[str, str]]] = {}
        firm = {catalogue.normalised(parent.name) for parent in every if not parent.hint}
        for parent in every:
            if parent.hint and catalogue.normalised(parent.name) in firm:
                continue
            key = self._key(parent, told)
            if key is None:
                continue
            relation = parent.relation or default
            if parent.relation is not None:
                stated.setdefault(key, []).append((parent.relation, parent.place))
            found[key] = min(found.get(key, relation), relation, key=STRICTEST.index)
        for key, rows in stated.items():
            if len({relation for relation, _ in rows}) > 1:
                said = " and ".join(dict.fromkeys(f"{relation} ({place})" for relation, place in rows))
                self.notes.append(f"The relation to {key} is told in two ways: {said}; {found[key]} counts.")
        return found

    def _key(self, parent: Parent, told: _Told) -> str | None:
        """The id of a parent's work, made where it is new; None for a hint that leads nowhere."""
        name = clean(parent.name)
        if parent.local and (path := _local_path(parent.name, told.directory)) is not None:
            return self._read(path, name)
        stem = re.sub(r"\.(gguf|safetensors|bin|ckpt|pt|pth)$", "", parent.name, flags=re.IGNORECASE)
        is_path = parent.local and not parent.hint and os.sep in stem
        is_data = parent.relation == "dataset"
        model = None if is_path or is_data else catalogue.find_model(stem)
        if parent.hint:
            if model is None:
                return None
            self.hints.append(f"{parent.place} has the name {name}, which a tool or prose left there.")
        elif not is_data:
            self.firm = True
        key = told.id_of(parent.name)
        if key not in told.parts:
            same = (each for each in self.works if catalogue.normalised(each) == catalogue.normalised(name))
            key = _apart(next(same, name), told.subject)
        if model is not None:
            self.models[model.id] = model
        self.works.setdefault(key, Work(id=key, model=None if model is None else stem))
        return key

    def add_named(self, name: str) -> str:
        """The work of a model that the user names; raises `UsageError` where nobody knows it."""
        model = catalogue.resolve_model(name)
        key = next(
            (known for known in self.works if catalogue.normalised(known) == catalogue.normalised(name)), name
        )
        self.works[key] = Work(id=key, model=name)
        self.models[model.id] = model
        return key

    def _read(self, path: str, name: str) -> str:
        """The work of a local parent, with those behind it."""
        self.firm = True
        if path in self.local or len(self.local) >= MOST_LOCAL:
            self.works.setdefault(name, Work(id=name))
            return name
        try:
            directory = read_directory(Path(path))
        except UsageError:
            self.works.setdefault(name, Work(id=name))
            return name
        copies, _notes = find_copies(directory)
        statements, _ = settled(statements_of(directory.witnesses, copies, self.day), frozenset())
        self.local[path] = Local(path=path, directory=directory, copies=copies, statements=statements)
        self.works[name] = Work(id=name)
        own = [each for each in statements if each.choices and not each.is_data and not each.altered]
        license_ = _license_of(own)
        parents = self.parents(directory, name)
        model = _own_model(directory)
        if (
            model is None
            and not license_
            and not parents
            and (found := catalogue.find_model(os.path.basename(path))) is not None
        ):
            model = found.id
            self.hints.append(f"{name} is known by its name only: {found.title}.")
        self.works[name] = Work(id=name, model=model, license=license_, parents=tuple(parents.items()))
        return name


def _license_of(statements: Iterable[Statement]) -> str | None:
    """All that statements name, as a license expression; None where nobody read any of it."""
    named = (each.expression for each in statements if each.choices)
    return " AND ".join(dict.fromkeys(f"({each})" if " " in each else each for each in named)) or None


def _local_path(name: str, directory: Directory) -> str | None:
    """The directory that a path leads to, where it looks like one of a model."""
    root = os.path.realpath(directory.root)
    base = root if os.path.isdir(root) else os.path.dirname(root)
    try:
        real = os.path.realpath(
            os.path.join(base, os.path.expanduser(name.removeprefix("file://"))), strict=True
        )
        if not os.path.isdir(real) or real == base or base.startswith(real + os.sep):
            return None
        with os.scandir(real) as entries:
            if any(
                _SIGNS_OF_A_MODEL.fullmatch(entry.name)
                for entry, _ in zip(entries, range(1000), strict=False)
            ):
                return real
    except (OSError, ValueError):
        return None
    return None


def inferred_use(origin: Origin) -> tuple[str, str]:
    """The use that the relations suggest, and why."""
    for relation, use in USES.items():
        if relation in origin.relations:
            return use, f"the relation {relation}"
    return "redistribution", "a release of which no relation to another model is known"
