"""`weightlicense.lock`: which texts were accepted, and whether the terms still are these texts.

A lock is YAML: for each subject its documents, and for each document the day, the SHA-256 of the text, a digest of all its
passages and one of each clause. Two texts are the same where their bytes are, or the words of all their passages.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from weightlicense import anchor, catalogue, yamlfile
from weightlicense.assessment import LOCATED_SHARE, Asked, groups_of, terms_asked
from weightlicense.clause import Document
from weightlicense.errors import DataError, Problem, UsageError
from weightlicense.finding import Finding, Report
from weightlicense.proof import text_file, write_atomically
from weightlicense.shape import Day, Field, ListOf, MapOf, Number, Record, Reporter, Text, read
from weightlicense.usecase import Facts

NAME: Final = "weightlicense.lock"
FORMAT: Final = 1
DIGEST: Final = Text(pattern=r"[0-9a-f]{64}", what="a SHA-256")
PINNED: Final = Record(
    {
        "accepted": Field(Day(), required=True, about="the day of acceptance"),
        "sha256": Field(DIGEST, required=True, about="the SHA-256 of the text"),
        "digest": Field(DIGEST, required=True, about="the digest of all its passages"),
        "clauses": Field(MapOf(DIGEST), required=True, about="the digest of each clause"),
    },
    "a pinned document",
)
SHAPE: Final = Record(
    {
        "format": Field(Number(), required=True, about="1"),
        "subjects": Field(MapOf(ListOf(Text(), min=1)), required=True, about="the documents of each subject"),
        "documents": Field(MapOf(PINNED), required=True, about="the documents by id"),
    },
    "a lock",
)


class Pinned(Struct, frozen=True, kw_only=True):
    """One text as it was accepted: `digest` is over all passages, `clauses` maps each clause to its own."""

    accepted: str
    sha256: str
    digest: str
    clauses: dict[str, str]


class Lock(Struct, frozen=True, kw_only=True):
    """The texts that were accepted, and for which subjects."""

    subjects: dict[str, tuple[str, ...]] = {}
    documents: dict[str, Pinned] = {}

    def joined(self, other: Lock) -> Lock:
        """This lock with what another says in the place of what it says itself."""
        return Lock(
            subjects=self.subjects | other.subjects,
            documents=self.documents | other.documents,
        )


def read_lock(path: Path) -> Lock:
    """The lock of a file; raises `DataError` with every problem of the file."""
    reporter = Reporter(str(path))
    data = read(yamlfile.load(path), SHAPE, reporter)
    reporter.raise_if_any()
    problems = [
        Problem(
            file=str(path),
            line=None,
            path=f"subjects.{subject}",
            message=f"no document {name!r}",
            hint="write the lock anew: weightlicense lock --write",
        )
        for subject, names in data["subjects"].items()
        for name in names
        if name not in data["documents"]
    ]
    if data["format"] != FORMAT:
        problems.append(
            Problem(file=str(path), line=1, path="format", message="unknown format", hint="write format: 1")
        )
    if problems:
        raise DataError(tuple(problems))
    return Lock(
        subjects={name: tuple(rows) for name, rows in data["subjects"].items()},
        documents={name: Pinned(**row) for name, row in data["documents"].items()},
    )


def written(lock: Lock) -> str:
    """The lock as YAML, subjects and documents in the order of their names."""
    lines = [f"format: {FORMAT}", "subjects:" if lock.subjects else "subjects: {}"]
    for subject, names in sorted(lock.subjects.items()):
        lines.append(f"  {json.dumps(subject)}: [{', '.join(names)}]")
    lines.append("documents:" if lock.documents else "documents: {}")
    for name, pinned in sorted(lock.documents.items()):
        lines += [
            f"  {name}:",
            f"    accepted: {pinned.accepted}",
            f'    sha256: "{pinned.sha256}"',
            f'    digest: "{pinned.digest}"',
            "    clauses:" if pinned.clauses else "    clauses: {}",
            *(f'      {clause}: "{digest}"' for clause, digest in pinned.clauses.items()),
        ]
    return "\n".join(lines) + "\n"


def write(lock: Lock, path: Path) -> None:
    """Put the lock into a file, at once; what it says replaces what the file says of the same subjects and documents."""
    known = read_lock(path) if path.exists() else Lock()
    write_atomically(path, written(known.joined(lock)))


# --- pinning ---------------------------------------------------------------------------------------------------


def pinned(asked: Asked, facts: Facts, texts: Path | None = None) -> tuple[Lock, tuple[str, ...]]:
    """The texts in force for a subject, and what must be said of them.

    With `texts`, a folder of `<id>.txt`, the digests are those of the texts there; where one differs from the text that
    was encoded, or is not there, the notes say so. Raises `UsageError` where a file is another text.
    """
    documents = _documents(asked, facts)
    if not documents:
        raise UsageError(f"no text of {_subject(asked)} is in the catalogue", hint="there is nothing to pin")
    notes: list[str] = []
    found: dict[str, Pinned] = {}
    for document in documents:
        path = None if texts is None else text_file(document.id, texts)
        own = _encoded(document, asked.as_of)
        if path is None:
            found[document.id] = own
            if texts is not None:
                notes.append(f"{document.id}: no text in {texts}; the text that was encoded is pinned.")
            continue
        there = _in_text(document, path.read_bytes(), asked.as_of)
        if there is None:
            raise UsageError(
                f"{path} is not the text of {document.id}",
                hint="weightlicense identify PATH says which it is",
            )
        found[document.id] = there
        if not _is_same(there, own):
            notes.append(f"{path}: {_what_changed(own, there)}, compared with the text that was encoded.")
    return Lock(subjects={_subject(asked): tuple(found)}, documents=found), tuple(notes)


def _subject(asked: Asked) -> str:
    """What a lock calls a subject: the registry's entry of a model, else the name that was given."""
    if asked.model is not None:
        known = catalogue.find_model(asked.model)
        return asked.model.lower() if known is None else known.id
    return (asked.license or (asked.lineage.stem if asked.lineage else "")).lower()


def _documents(asked: Asked, facts: Facts) -> tuple[Document, ...]:
    """Every document of the terms, whatever the licensee chooses, once each."""
    terms = terms_asked(asked, facts)
    groups = (group for choice in terms.choices for group in groups_of(choice, frozenset()))
    return tuple({document.id: document for group in groups for document in group.documents}.values())


def _encoded(document: Document, day: str) -> Pinned:
    """A document as the catalogue has it."""
    clauses = {clause.id: _joined(span.sha256 for span in clause.spans) for clause in document.clauses}
    inert = _joined(passage.span.sha256 for passage in document.inert)
    return _pinned(day, document.sha256, clauses, inert)


def _in_text(document: Document, data: bytes, day: str) -> Pinned | None:
    """A document as a text has it; None where it is another text."""
    labels = [(clause.id, clause.spans) for clause in document.clauses]
    inert_spans = [("", passage.span) for passage in document.inert]
    found = anchor.verify_document(labels, inert_spans, anchor.tokenize(anchor.decode(data)))
    if sum(place.match is not None for place in found.places) < LOCATED_SHARE * max(1, len(found.places)):
        return None
    spans: dict[str, list[str | None]] = {clause.id: [] for clause in document.clauses}
    inert: list[str | None] = []
    for place in found.places:
        digest = None if place.match is None else place.match.sha256
        (inert if place.inert else spans[place.label]).append(digest)
    clauses = {clause: _joined(digests) for clause, digests in spans.items()}
    return _pinned(day, hashlib.sha256(data).hexdigest(), clauses, _joined(inert))


def _pinned(day: str, sha256: str, clauses: dict[str, str], inert: str) -> Pinned:
    whole = _joined((*clauses.values(), inert))
    return Pinned(accepted=day, sha256=sha256, digest=whole, clauses=clauses)


def _joined(digests: Iterable[str | None]) -> str:
    """One digest of passages in their order; the passage's own where there is one. A passage that is gone counts as empty."""
    known = [digest or "" for digest in digests]
    if len(known) == 1 and known[0]:
        return known[0]
    return hashlib.sha256("\n".join(known).encode()).hexdigest()


# --- comparing -------------------------------------------------------------------------------------------------


def compared(report: Report, asked: Asked, facts: Facts, lock: Lock, *, is_named: bool = True) -> Report:
    """The report with a finding for each text that is not the one accepted.

    `facts` are as they were declared. A subject that the lock does not have is a finding only where the lock `is_named`.
    """
    found = tuple(_findings(asked, facts, lock, is_named=is_named))
    return replace(report, findings=(*report.findings, *found)) if found else report


def _findings(asked: Asked, facts: Facts, lock: Lock, *, is_named: bool) -> Iterator[Finding]:
    subject = _subject(asked)
    documents = _documents(asked, facts)
    accepted = lock.subjects.get(subject)
    if accepted is None and is_named:
        says = f"The lock does not have {subject}: nobody recorded which texts were accepted for it."
        yield _finding(documents[0].id if documents else "catalogue", "lock", "", says)
    copies = [Path(path).read_bytes() for path in asked.texts if Path(path).is_file()]
    for document in documents:
        old = lock.documents.get(document.id)
        if old is None:
            if accepted is not None:
                says = f"{document.title} is part of the terms, and was not when they were accepted."
                yield _finding(document.id, "lock", "", says)
            continue
        for now in _current(document, asked, copies):
            if not _is_same(old, now):
                at = ", ".join(clause.at for clause in document.clauses if clause.id in _changed(old, now))
                says = f"The text of {document.title} is not the one accepted on {old.accepted}: {_what_changed(old, now)}."
                yield _finding(document.id, "lock", at, says)
                break
    for name in accepted or ():
        if name not in {document.id for document in documents}:
            title = catalogue.heads().get(name, {}).get("title", name)
            says = f"{title} was part of the terms when they were accepted, and is no longer."
            yield _finding(name, "lock", "", says)


def _current(document: Document, asked: Asked, copies: list[bytes]) -> Iterator[Pinned]:
    """The text as the user's copies have it, then as the catalogue does."""
    for data in copies:
        there = _in_text(document, data, asked.as_of)
        if there is not None:
            yield there
    yield _encoded(document, asked.as_of)


def _is_same(one: Pinned, two: Pinned) -> bool:
    return one.sha256 == two.sha256 or one.digest == two.digest


def _changed(old: Pinned, now: Pinned) -> list[str]:
    """Clauses that are there now and were not, or had other words."""
    return [clause for clause, digest in now.clauses.items() if old.clauses.get(clause) != digest]


def _what_changed(old: Pinned, now: Pinned) -> str:
    changed = [clause for clause in _changed(old, now) if clause in old.clauses]
    new = [clause for clause in now.clauses if clause not in old.clauses]
    gone = [clause for clause in old.clauses if clause not in now.clauses]
    parts = [
        f"{what}: {', '.join(clauses)}"
        for what, clauses in (
            ("changed clauses", changed),
            ("new clauses", new),
            ("clauses that are gone", gone),
        )
        if clauses
    ]
    return "; ".join(parts) or "only passages outside the clauses changed"


def _finding(document: str, clause: str, at: str, says: str) -> Finding:
    return Finding(
        document=document,
        clause=clause,
        at=at,
        kind="lock",
        act=(),
        status="violated",
        effect="none",
        says=says,
        how="Read what changed; if it is accepted, write the lock anew: weightlicense lock --write.",
    )
