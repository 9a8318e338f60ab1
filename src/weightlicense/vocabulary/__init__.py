"""The closed vocabulary: acts, facts, duties, hazards, named uses and regions, as data with definitions.

The data files beside this module are the source. A built package carries them compiled
(`_data/vocabulary.json`), so that a check reads no YAML.
"""

from __future__ import annotations

import os.path
from functools import cache
from typing import Any, Literal

import msgspec
from msgspec import Struct

HERE = os.path.dirname(__file__)
COMPILED = os.path.join(os.path.dirname(HERE), "_data", "vocabulary.json")
PARTS = ("facts", "acts", "duties", "hazards", "uses", "regions")

FactType = Literal[
    "yes-no",
    "number",
    "word",
    "words",
    "text",
    "texts",
    "date",
    "country",
    "countries",
    "hazards",
    "expression",
]
SETS = ("words", "hazards", "countries", "texts")
DUTY_PREFIX = "duty."
JUDGEMENT_PREFIX = "judgement."
MISSING_PREFIX = "missing."


class Fact(Struct, frozen=True, kw_only=True):
    """Something that can be declared about a use; `ask` is the question that a person is asked.

    `period` is month or year for numbers that are given by period. A `closed` fact that exempts is not held
    unless declared; `opened_by` names the declared facts that make it a question all the same.
    `per_document` facts may be qualified, `NAME[document]`. `hand`: the user can change it.
    """

    name: str
    type: FactType
    definition: str
    ask: str
    values: tuple[str, ...] = ()
    unit: str | None = None
    period: Literal["month", "year"] | None = None
    closed: bool = False
    opened_by: tuple[tuple[str, tuple[str, ...]], ...] = ()
    per_document: bool = False
    hand: bool = False


class Act(Struct, frozen=True, kw_only=True):
    """Something done with a model, with its outputs or for research; implies other acts."""

    name: str
    on: Literal["model", "outputs", "research"]
    definition: str
    implies: tuple[str, ...] = ()


class Duty(Struct, frozen=True, kw_only=True):
    """Something that a license asks for, the same whatever the license.

    `shown_by` is the fact that shows it and the way of looking at it (None: only `duty.<name>` attests it).
    """

    name: str
    phase: Literal["act", "standing", "event"]
    means: str
    how: str
    parameters: tuple[tuple[str, str], ...] = ()
    shown_by: tuple[str, str] | None = None


class Hazard(Struct, frozen=True, kw_only=True):
    """A tag that a use policy's item refers to, with its place in the AIR-2024 and MLCommons taxonomies.

    A purpose that touches it touches what it `implies`, and may touch what it `suggests`: a person judges that. A
    purpose in one of `fields` touches it where the fact `lacking` is declared no.
    """

    name: str
    means: str
    implies: tuple[str, ...] = ()
    suggests: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    lacking: str | None = None
    air: tuple[str, ...] = ()
    mlcommons: tuple[str, ...] = ()


class NamedUse(Struct, frozen=True, kw_only=True):
    """A named set of acts with the facts that the name itself says."""

    name: str
    acts: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()


class Vocabulary(Struct, frozen=True, kw_only=True):
    """All parts, each by name."""

    facts: dict[str, Fact]
    acts: dict[str, Act]
    duties: dict[str, Duty]
    hazards: dict[str, Hazard]
    uses: dict[str, NamedUse]
    implied_by: dict[str, frozenset[str]]
    suggested_by: dict[str, frozenset[str]]
    regions: dict[str, frozenset[str]]
    countries: frozenset[str]

    def fact(self, name: str) -> Fact | None:
        """The fact of that name; `duty.<name>` and `judgement.<document>/<clause>` are facts too."""
        found = self.facts.get(name)
        if found is not None:
            return found
        if name.startswith(DUTY_PREFIX) and name[len(DUTY_PREFIX) :] in self.duties:
            return _attestation(name)
        if name.startswith(JUDGEMENT_PREFIX) and "/" in name:
            return _judgement(name)
        return MISSING if name.startswith(MISSING_PREFIX) else None

    def closure(self, acts: tuple[str, ...]) -> frozenset[str]:
        """The acts with all that they imply."""
        found: set[str] = set()
        waiting = list(acts)
        while waiting:
            act = waiting.pop()
            if act not in found:
                found.add(act)
                waiting.extend(self.acts[act].implies)
        return frozenset(found)

    def tagged(self, tags: frozenset[str]) -> frozenset[str]:
        """The hazard tags with all that imply one of them: what a purpose may touch to touch `tags`."""
        return tags.union(*(self.implied_by[tag] for tag in tags if tag in self.implied_by))

    def suggesting(self, tags: frozenset[str]) -> frozenset[str]:
        """Hazard tags that suggest one of `tags` without being or implying one."""
        found = frozenset[str]().union(*(self.suggested_by[tag] for tag in tags if tag in self.suggested_by))
        return found - self.tagged(tags) if found else found

    def places(self, names: tuple[str, ...]) -> frozenset[str]:
        """Country codes for a list of countries and regions."""
        codes: set[str] = set()
        for name in names:
            codes |= self.regions.get(name, {name})
        return frozenset(codes)


def _attestation(name: str) -> Fact:
    return Fact(
        name=name,
        type="word",
        values=("met", "unmet"),
        definition=f"Attests the duty {name[len(DUTY_PREFIX) :]}.",
        ask=f"Is the duty {name[len(DUTY_PREFIX) :]} met?",
        per_document=True,
        hand=True,
    )


def _judgement(name: str) -> Fact:
    return Fact(
        name=name,
        type="word",
        values=("applies", "does-not-apply"),
        definition="A person's decision whether the clause applies.",
        ask="Does the clause apply?",
    )


MISSING = Fact(
    name=MISSING_PREFIX,
    type="word",
    values=("allows", "forbids"),
    definition="What a text says that is not at hand; nothing declares it.",
    ask="What does the text say?",
)


def source() -> dict[str, Any]:
    """The vocabulary as plain data, read from the YAML files beside this module."""
    from pathlib import Path

    from weightlicense import yamlfile  # only in a checkout and at build time

    return {part: yamlfile.plain(yamlfile.load(Path(HERE, f"{part}.yaml"))) for part in PARTS}


def _compiled() -> dict[str, Any] | None:
    if not os.path.exists(COMPILED):
        return None
    with open(COMPILED, "rb") as file:
        data: dict[str, Any] = msgspec.json.decode(file.read())
    return data


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary; read once."""
    data = _compiled() or source()
    yes = frozenset({"yes", True})
    return Vocabulary(
        facts={
            row["name"]: Fact(
                name=row["name"],
                type=row["type"],
                definition=row["definition"],
                ask=row["ask"],
                values=tuple(row.get("values", ())),
                unit=row.get("unit"),
                period=row.get("period"),
                closed=row.get("closed") in yes,
                opened_by=tuple((k, tuple(v)) for k, v in row.get("opened-by", {}).items()),
                per_document=row.get("per-document") in yes,
                hand=row.get("hand") in yes,
            )
            for row in data["facts"]["facts"]
        },
        acts={
            row["name"]: Act(
                name=row["name"],
                on=row["on"],
                definition=row["definition"],
                implies=tuple(row.get("implies", ())),
            )
            for row in data["acts"]["acts"]
        },
        duties={
            row["name"]: Duty(
                name=row["name"],
                phase=row["phase"],
                means=row["means"],
                how=row["how"],
                parameters=tuple(row.get("parameters", {}).items()),
                shown_by=(row["shown-by"]["fact"], row["shown-by"]["check"]) if "shown-by" in row else None,
            )
            for row in data["duties"]["duties"]
        },
        hazards={
            row["name"]: Hazard(
                name=row["name"],
                means=row["means"],
                implies=tuple(row.get("implies", ())),
                suggests=tuple(row.get("suggests", ())),
                fields=tuple(row["within"]["fields"]) if "within" in row else (),
                lacking=row["within"]["lacking"] if "within" in row else None,
                air=tuple(row.get("air", ())),
                mlcommons=tuple(row.get("mlcommons", ())),
            )
            for row in data["hazards"]["hazards"]
        },
        uses={
            row["name"]: NamedUse(
                name=row["name"], acts=tuple(row["acts"]), facts=tuple(row.get("facts", {}).items())
            )
            for row in data["uses"]["uses"]
        },
        implied_by=_reversed(data["hazards"]["hazards"], "implies"),
        suggested_by=_reversed(data["hazards"]["hazards"], "suggests"),
        regions={name: frozenset(codes) for name, codes in data["regions"]["regions"].items()},
        countries=frozenset(data["regions"]["countries"]),
    )


def _reversed(rows: list[dict[str, Any]], key: str) -> dict[str, frozenset[str]]:
    """For each tag, the tags whose row names it under `key`."""
    found: dict[str, set[str]] = {}
    for row in rows:
        for tag in row.get(key, ()):
            found.setdefault(tag, set()).add(row["name"])
    return {tag: frozenset(names) for tag, names in found.items()}
