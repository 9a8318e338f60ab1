"""What a document means once it is read: clauses, spans, definitions; and the shape of a clause file.

`Document.from_data` builds a document from validated plain data (from YAML by `read`, or compiled into the package).
"""

from __future__ import annotations

from typing import Any, Final, Literal

from msgspec import Struct

from weightlicense.condition import FALSE, Acts, All, AnyOf, Condition, from_data

FORMAT: Final = 1
Kind = Literal[
    "grant", "eligibility", "prohibition", "duty", "termination", "incorporation", "outputs", "reservation",
    "liability", "governance", "definition",
]  # fmt: skip
KINDS: Final[tuple[str, ...]] = Kind.__args__  # type: ignore[attr-defined]
Effect = Literal["not-granted", "needs-license", "prohibited", "duty", "none"]
EFFECTS: Final[tuple[str, ...]] = Effect.__args__  # type: ignore[attr-defined]
DocumentKind = Literal["license", "acceptable-use-policy", "terms-of-use"]
DOCUMENT_KINDS: Final[tuple[str, ...]] = DocumentKind.__args__  # type: ignore[attr-defined]
OPENNESS: Final = (
    "public-domain", "permissive", "weak-copyleft", "copyleft", "community", "use-restricted", "non-commercial",
    "no-derivatives", "research-only", "service-terms", "policy",
)  # fmt: skip
DERIVATIVE_ACTS: Final = (
    "fine-tune",
    "adapt",
    "quantize",
    "convert",
    "prune",
    "merge",
    "distill",
    "train-on-outputs",
)


def is_open_ended(license: str) -> bool:
    """Whether a license is offered in later versions too, which a text that allows one version need not allow."""
    return license.lower().endswith(("-or-later", "+"))


class Span(Struct, frozen=True, kw_only=True):
    """A passage by its first and last few words, with the SHA-256 of its normalised words.

    `link` is what a link seeks in place of the first words, where a browser would not find the passage by these.
    """

    first: str
    last: str
    sha256: str | None
    link: str | None = None


class Cure(Struct, frozen=True, kw_only=True):
    """Whether a breach may be cured, and in how many days (None: no time is named)."""

    allowed: bool
    days: int | None = None


class Outcome(Struct, frozen=True, kw_only=True):
    """What follows where a clause applies."""

    effect: Effect = "none"
    how: str | None = None
    duty: str | None = None
    parameters: tuple[tuple[str, Any], ...] = ()
    cure: Cure | None = None
    ends: str | None = None


class Gloss(Struct, frozen=True, kw_only=True):
    """What the licensor says elsewhere; shown beside the clause, never decides."""

    says: str
    source: str
    url: str | None = None


class Clause(Struct, frozen=True, kw_only=True):
    """One clause: its place, its passage, what it says in our words, when it applies and what follows."""

    id: str
    at: str
    spans: tuple[Span, ...]
    kind: Kind
    says: str
    acts: tuple[str, ...] = ()
    unless: Condition = FALSE
    when: Condition | None = None
    then: Outcome = Outcome()
    judgement: str | None = None
    reading: str | None = None
    doubt: str | None = None
    gloss: tuple[Gloss, ...] = ()
    link: str | None = None


class Incorporation(Struct, frozen=True, kw_only=True):
    """Another document that the text makes part of itself; `policy` is None where the catalogue lacks it."""

    policy: str | None
    title: str
    url: str | None
    mutable: bool
    at: str


class Inert(Struct, frozen=True, kw_only=True):
    """A passage without legal effect of its own, with the reason."""

    span: Span
    reason: str


class Document(Struct, frozen=True, kw_only=True):
    """One version of one license, use policy or agreement."""

    id: str
    title: str
    kind: DocumentKind
    steward: str
    openness: str
    spdx: str | None = None
    aliases: tuple[str, ...] = ()
    released: str | None = None
    url: str | None = None
    sha256: str
    read_on: str
    incorporates: tuple[Incorporation, ...] = ()
    distribution: tuple[str, ...] = ("distribute", "embed")
    derivative: tuple[str, ...] = ()
    target_is_derivative: Condition | None = None
    kept_by: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = ()
    inert: tuple[Inert, ...] = ()

    @property
    def distributes(self) -> Condition:
        """When the text's `distribution` takes place; a released target counts where it is a derivative."""
        given = Acts(self.distribution)
        if self.target_is_derivative is None:
            return given
        return AnyOf((given, All((Acts(("release-target",)), self.target_is_derivative))))

    @property
    def names(self) -> frozenset[str]:
        """What the document is called, in lower case: its id, its SPDX id and its aliases."""
        return frozenset(name.lower() for name in (self.id, self.spdx, *self.aliases) if name)

    @property
    def successors(self) -> tuple[str, ...]:
        """The licenses, beside this one, under which what comes from the work may be offered without leaving its terms."""
        named = [
            name
            for clause in self.clauses
            if clause.then.duty == "same-license"
            for name in dict(clause.then.parameters).get("licenses") or ()
        ]
        return tuple(dict.fromkeys((*named, *self.kept_by)))

    @property
    def keeping(self) -> frozenset[str]:
        """The names, in lower case, of every license that keeps the terms of this one: itself and its successors."""
        return self.names | {name.lower() for name in self.successors}

    def clause(self, clause_id: str) -> Clause | None:
        """The clause of that id."""
        return next((clause for clause in self.clauses if clause.id == clause_id), None)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Document:
        """The document that validated plain data describes."""
        text, definitions = data["text"], data.get("definitions", {})
        target = definitions.get("target-is-derivative")
        return cls(
            id=data["id"],
            title=data["title"],
            kind=data["kind"],
            steward=data["steward"],
            openness=data["openness"],
            spdx=data.get("spdx"),
            aliases=tuple(data.get("aliases", ())),
            released=data.get("released"),
            url=text.get("url"),
            sha256=text["sha256"],
            read_on=text["read-on"],
            incorporates=tuple(
                Incorporation(
                    policy=row["policy"],
                    title=row["title"],
                    url=row.get("url"),
                    mutable=row["mutable"],
                    at=row["at"],
                )
                for row in data.get("incorporates", ())
            ),
            distribution=tuple(definitions.get("distribution", ("distribute", "embed"))),
            derivative=tuple(definitions.get("derivative", ())),
            target_is_derivative=from_data(target) if target else None,
            kept_by=tuple(definitions.get("kept-by", ())),
            clauses=tuple(_clause(row) for row in data["clauses"]),
            inert=tuple(
                Inert(span=span, reason=row["reason"])
                for row in data.get("inert", ())
                for span in _spans(row["span"])
            ),
        )


def _spans(rows: list[dict[str, Any]]) -> tuple[Span, ...]:
    return tuple(
        Span(first=row["from"], last=row["to"], sha256=row.get("sha256"), link=row.get("link"))
        for row in rows
    )


def _clause(row: dict[str, Any]) -> Clause:
    return Clause(
        id=row["id"],
        at=row["at"],
        spans=_spans(row["span"]),
        kind=row["kind"],
        says=row["says"],
        acts=tuple(row.get("acts", ())),
        unless=from_data(row["unless"]) if "unless" in row else FALSE,
        when=from_data(row["when"]) if "when" in row else None,
        then=_outcome(row["then"]) if "then" in row else Outcome(),
        judgement=row.get("judgement"),
        reading=row.get("reading"),
        doubt=row.get("doubt"),
        gloss=tuple(
            Gloss(says=g["says"], source=g["source"], url=g.get("url")) for g in row.get("gloss", ())
        ),
        link=row.get("link"),
    )


def _outcome(row: dict[str, Any]) -> Outcome:
    cure = row.get("cure")
    return Outcome(
        effect=row["effect"],
        how=row.get("how"),
        duty=row.get("duty"),
        parameters=tuple(
            (name, tuple(value) if isinstance(value, list) else value)
            for name, value in row.get("with", {}).items()
        ),
        cure=Cure(allowed=cure["allowed"], days=cure.get("days")) if cure else None,
        ends=row.get("ends"),
    )
