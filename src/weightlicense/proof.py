"""Proof that each encoding fits its source text: coverage, digests, and pinning of new spans."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from weightlicense import anchor, link
from weightlicense.artifacts.witness import clean
from weightlicense.catalogue import files
from weightlicense.clause import Document
from weightlicense.clausefile import read_document
from weightlicense.errors import DataError, Problem, UsageError

if TYPE_CHECKING:
    from weightlicense.yamlfile import Node


class Proof(Struct, frozen=True, kw_only=True):
    """What verifying one document showed; `digest` is ok, differs or no text."""

    id: str
    coverage: float
    digest: str
    spans: int
    problems: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether every word is covered and every digest right."""
        return self.digest == "ok" and self.coverage == 1.0 and not self.problems


def as_text(proofs: list[Proof]) -> str:
    """One line a document, its problems below, and the sum."""
    lines: list[str] = []
    for found in proofs:
        lines.append(
            f"{found.id}: coverage {_share(found.coverage)}, digests {found.digest}, {found.spans} spans"
        )
        lines.extend(f"  {problem}" for problem in found.problems)
    good = sum(found.holds for found in proofs)
    lines.append(f"{good} of {len(proofs)} documents whole: every word covered, every digest right")
    return "\n".join(lines) + "\n"


def _share(coverage: float) -> str:
    # 100 % is said of the whole only.
    return "100 %" if coverage == 1.0 else f"{min(coverage * 100, 99.99):.2f} %"


def as_json(proofs: list[Proof]) -> str:
    """The proofs as JSON, format 1."""
    import json

    rows = [
        {
            "id": found.id,
            "coverage": found.coverage,
            "digest": found.digest,
            "spans": found.spans,
            "problems": list(found.problems),
        }
        for found in proofs
    ]
    return json.dumps({"format": 1, "documents": rows}, ensure_ascii=False, indent=2) + "\n"


def text_file(document_id: str, texts: Path) -> Path | None:
    """The source text of a document in a folder of texts: `<id>.txt` or `<id>.md`."""
    return next((path for end in ("txt", "md") if (path := texts / f"{document_id}.{end}").is_file()), None)


def verify(document_id: str, texts: Path) -> Proof:
    """Check one document against its source text in `texts`."""
    document = Document.from_data(files.document_data(document_id))
    path = text_file(document_id, texts)
    if path is None:
        problem = f"no text {document_id}.txt in {texts}"
        return Proof(
            id=document_id, coverage=0.0, digest="no text", spans=_spans(document), problems=(problem,)
        )
    data = path.read_bytes()
    found = anchor.verify_text(document, data)
    lost = link.astray(document, found, anchor.tokenize(anchor.decode(data)))
    problems = (
        *found.problems,
        *(f"{found.places[at].label}: a link does not open here; --pin writes words that do" for at in lost),
    )
    if found.raw is False:
        problems = (*problems, f"{path.name} is not the file whose SHA-256 stands in text.sha256")
    return Proof(
        id=document_id, coverage=found.coverage, digest=found.digest, spans=found.spans, problems=problems
    )


def _spans(document: Document) -> int:
    return sum(len(clause.spans) for clause in document.clauses) + len(document.inert)


def pin(path: Path, texts: Path) -> int:
    """Write each digest and each link's words that are missing or wrong into a clause file; the number written.

    Raises `DataError` where a span's words are not in the text; nothing is written then.
    """
    from weightlicense import yamlfile

    document = Document.from_data(read_document(path, shown_as=files.shown(path)))
    source = text_file(document.id, texts)
    if source is None:
        raise DataError((_problem(path, f"no text {document.id}.txt in {texts}"),))
    data = source.read_bytes()
    found = anchor.verify_text(document, data)
    lost = [place for place in found.places if place.match is None]
    if lost:
        raise DataError(
            tuple(_problem(path, problem) for problem in found.problems if "not in the text" in problem)
        )
    text = path.read_text(encoding="utf-8")
    nodes = _span_nodes(yamlfile.load(path))
    edits = [
        anchor.pin_edit(text, node, "sha256", place.match.sha256)
        for node, place in zip(nodes, found.places, strict=True)
        if place.match is not None and place.span.sha256 != place.match.sha256
    ]
    for at, words in link.astray(document, found, anchor.tokenize(anchor.decode(data))).items():
        edits.append(anchor.pin_edit(text, nodes[at], "link", yamlfile.quoted(words)))
    if edits:
        write_atomically(path, anchor.pin_spans(text, edits))
    return len(edits)


def _problem(path: Path, message: str) -> Problem:
    return Problem(
        file=files.shown(path), line=None, path="", message=message, hint="copy the words from the text"
    )


def _span_nodes(root: Node) -> list[Node]:
    """The nodes of all spans, clauses first, as the document has them."""
    nodes: list[Node] = []
    for part in ("clauses", "inert"):
        assert isinstance(root.value, dict)
        rows = root.value[part].value if part in root.value else []
        assert isinstance(rows, list)
        for row in rows:
            assert isinstance(row.value, dict)
            span = row.value["span"]
            nodes.extend(span.value if isinstance(span.value, list) else [span])
    return nodes


def write_atomically(path: Path, text: str) -> None:
    """Replace a file's content at once; a reader sees the old or the new, never half.

    A link stays, and the file that it leads to is replaced. A pipe, a device or an open descriptor is written to. Raises
    `UsageError` where that is not possible.
    """
    data = text.encode()
    try:
        if _is_stream(path):
            with open(path, "ab") as stream:
                stream.write(data)
        else:
            _replace(os.path.realpath(path), data)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"{clean(str(path))}: {reason}", hint="name a file in a folder that exists and can be written"
        ) from None


def _is_stream(path: Path) -> bool:
    """Whether a path is there and no file that can be replaced; /dev/stdout is none, wherever it leads."""
    try:
        is_file = stat.S_ISREG(os.stat(path).st_mode)
    except FileNotFoundError:
        return False
    folder = os.path.realpath(path.parent)
    return not is_file or folder == "/dev" or folder.startswith("/proc/")


def _replace(target: str, data: bytes) -> None:
    """Put a new file, with the mode of the old one or by the umask, in the place of `target`."""
    name = os.path.join(os.path.dirname(target), f".{os.urandom(8).hex()}.new")
    handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        if os.path.exists(target):
            os.chmod(name, stat.S_IMODE(os.stat(target).st_mode))
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise
