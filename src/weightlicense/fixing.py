"""What an audit found missing, made: notice, copies of texts, card, display, statement of changes.

A plan is made from an audit and changes nothing; writing it adds to what is there and takes nothing away. Only files at
the root of the directory are written, each at once, and no link is followed.
"""

from __future__ import annotations

import difflib
import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from weightlicense import catalogue
from weightlicense.artifacts import TextFile, Witness, clean
from weightlicense.auditing import Audited
from weightlicense.auditing.observed import notice_files
from weightlicense.duties import NAME
from weightlicense.errors import UsageError
from weightlicense.proof import text_file
from weightlicense.recognition import identify
from weightlicense.value import name_folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from weightlicense.finding import DutyRow

HUB_LABELS: Final = frozenset(
    {
        "afl-3.0",
        "agpl-3.0",
        "apache-2.0",
        "apple-amlr",
        "apple-ascl",
        "artistic-2.0",
        "bigcode-openrail-m",
        "bigscience-bloom-rail-1.0",
        "bigscience-openrail-m",
        "bsd-2-clause",
        "bsd-3-clause",
        "bsd-3-clause-clear",
        "bsl-1.0",
        "c-uda",
        "cc-by-2.0",
        "cc-by-2.5",
        "cc-by-3.0",
        "cc-by-4.0",
        "cc-by-nc-2.0",
        "cc-by-nc-3.0",
        "cc-by-nc-4.0",
        "cc-by-nc-nd-3.0",
        "cc-by-nc-nd-4.0",
        "cc-by-nc-sa-2.0",
        "cc-by-nc-sa-3.0",
        "cc-by-nc-sa-4.0",
        "cc-by-nd-4.0",
        "cc-by-sa-3.0",
        "cc-by-sa-4.0",
        "cc0-1.0",
        "cdla-permissive-1.0",
        "cdla-permissive-2.0",
        "cdla-sharing-1.0",
        "creativeml-openrail-m",
        "deepfloyd-if-license",
        "ecl-2.0",
        "epl-1.0",
        "epl-2.0",
        "etalab-2.0",
        "eupl-1.1",
        "eupl-1.2",
        "gemma",
        "gpl-2.0",
        "gpl-3.0",
        "grok2-community",
        "h-research",
        "intel-research",
        "isc",
        "lgpl-2.1",
        "lgpl-3.0",
        "llama2",
        "llama3",
        "llama3.1",
        "llama3.2",
        "llama3.3",
        "llama4",
        "lppl-1.3c",
        "mit",
        "mpl-2.0",
        "ms-pl",
        "ncsa",
        "odbl",
        "odc-by",
        "ofl-1.1",
        "openmdw-1.0",
        "osl-3.0",
        "pddl",
        "postgresql",
        "unlicense",
        "wtfpl",
        "zlib",
    }
)
"""Labels that the Hub has for one text each: https://huggingface.co/docs/hub/repositories-licenses."""
MOST_COPY: Final = 2 * 1024 * 1024
_BLOCK = re.compile(r"(\ufeff?\s*---[ \t]*\r?\n)(.*?\r?\n|)(---[ \t]*(?:\r?\n|\Z))", re.DOTALL)
_CHANGED_BY: Final = {
    "fine-tune": "The weights in this directory were changed: they are a fine-tune of {parents}.",
    "quantize": "The weights in this directory were changed: they were quantized from {parents}.",
    "convert": "The weights in this directory were changed: they were converted from {parents}.",
    "prune": "The weights in this directory were changed: they were pruned from {parents}.",
    "merge": "The weights in this directory were changed: they were merged from {parents}.",
    "adapter": "The weights of {parents} are changed by the adapter in this directory.",
}
_HUB_RELATIONS: Final = {"adapter": "adapter", "quantize": "quantized", "merge": "merge"}
_HUB_ID = re.compile(r"[\w][\w.-]*/[\w][\w.-]*")


class Change(Struct, frozen=True, kw_only=True):
    """A file to be made, or to be added to: `old` is None where there is none."""

    path: str
    old: bytes | None
    new: bytes
    why: str

    @property
    def diff(self) -> str:
        """The change as a unified diff, fit for display."""
        before = "" if self.old is None else self.old.decode("utf-8", "replace")
        lines = difflib.unified_diff(
            before.splitlines(),
            self.new.decode("utf-8", "replace").splitlines(),
            "/dev/null" if self.old is None else f"a/{self.path}",
            f"b/{self.path}",
            lineterm="",
        )
        return "".join(f"{clean(line.expandtabs())}\n" for line in lines)


class Plan(Struct, frozen=True, kw_only=True):
    """What can be made, and what is left to people."""

    root: Path
    changes: tuple[Change, ...]
    name: str | None
    left: tuple[str, ...]


def plan(audited: Audited, path: Path, texts: Path | None = None) -> Plan:
    """What would have to be added to a directory; nothing is written.

    `texts` is a folder of source texts, `<id>.txt`. Raises `UsageError` where `path` is no directory that may be written.
    """
    root = Path(os.path.realpath(path))
    if not root.is_dir():
        raise UsageError(f"{clean(str(path))} is no directory", hint="fix takes the directory of a release")
    if audited.audit.directory.repository is not None:
        raise UsageError(
            f"{clean(str(path))} is a snapshot in a Hub cache, whose files belong to the cache",
            hint="copy it to a directory of its own first",
        )
    return _Planning(audited, root, texts).result()


def write(made: Plan) -> None:
    """Write every change of a plan; none of them if one of the files is not as it was read.

    Raises `UsageError` where a file changed since, is a link, or cannot be written.
    """
    flags = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        folder = os.open(made.root, flags)
    except OSError as error:
        raise UsageError(f"{made.root}: {error.strerror}", hint="check the path") from None
    waiting: list[tuple[str, str]] = []
    try:
        for change in made.changes:
            mode = _check(change, folder)
            name = f".{change.path}.{os.getpid()}.new"
            descriptor = os.open(
                name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), mode, dir_fd=folder
            )
            waiting.append((name, change.path))
            with os.fdopen(descriptor, "wb") as file:
                file.write(change.new)
                file.flush()
                os.fsync(file.fileno())
        while waiting:
            name, path = waiting[0]
            os.rename(name, path, src_dir_fd=folder, dst_dir_fd=folder)
            waiting.pop(0)
    except OSError as error:
        raise UsageError(f"{made.root}: {error.strerror}", hint="nothing more was written") from None
    finally:
        for name, _ in waiting:
            os.unlink(name, dir_fd=folder)
        os.close(folder)


def _check(change: Change, folder: int) -> int:
    """The mode of the file to be written; raises `UsageError` where it is not what was read."""
    try:
        found = os.stat(change.path, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        if change.old is None:
            return 0o644
        raise UsageError(f"{change.path} is gone", hint="run fix again") from None
    if change.old is None or not stat.S_ISREG(found.st_mode):
        raise UsageError(f"{change.path} is there, and is no file that may be replaced", hint="run fix again")
    descriptor = os.open(change.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0), dir_fd=folder)
    with os.fdopen(descriptor, "rb") as file:
        if file.read(len(change.old) + 1) != change.old:
            raise UsageError(f"{change.path} was changed meanwhile", hint="run fix again")
    return stat.S_IMODE(found.st_mode)


class _Planning:
    """One plan in the making."""

    def __init__(self, audited: Audited, root: Path, texts: Path | None) -> None:
        self.audited, self.report, self.root, self.texts = audited, audited.report, root, texts
        self.directory, self.origin = audited.audit.directory, audited.origin
        self.taken = {name.casefold() for name in os.listdir(root)}
        self.links = {entry.name.casefold() for entry in os.scandir(root) if entry.is_symlink()}
        self.edits: dict[str, tuple[bytes | None, str, list[str]]] = {}
        self.copies: list[Change] = []
        self.left: list[str] = []
        subject = self.origin.lineage.works[self.origin.lineage.subject]
        self.parents = [(name, relation) for name, relation in subject.parents if relation != "dataset"]

    def result(self) -> Plan:
        rows = [row for row in self.report.duties if row.phase == "act" and row.status != "satisfied"]
        disputed = self._disputed()
        for row in rows:
            if disputed and row.duty in ("notice-file", "license-copy", "policy-copy", "display"):
                self.left += [
                    f"{row.duty}: {place} has the text of {root}, which nothing else names; replace it or settle which "
                    "license holds, then run fix again"
                    for root, place in disputed.items()
                ]
                continue
            match row.duty:
                case "notice-file":
                    self._notice(row)
                case "license-copy" | "policy-copy":
                    self._copies(row)
                case "display":
                    self._display(row)
                case "state-changes":
                    self._changes(row)
        self._card()
        name = self._name(rows)
        made = {"notice-file", "license-copy", "policy-copy", "display", "state-changes"}
        self.left += [f"{row.duty}: {row.how}" for row in rows if row.duty not in made]
        self.left += [f"{q.fact}: {q.ask}" for q in self.report.questions if q.about == "verdict" and q.first]
        changes = [
            Change(path=path, old=old, new=_encoded(text, old), why="; ".join(dict.fromkeys(why)))
            for path, (old, text, why) in self.edits.items()
        ]
        return Plan(
            root=self.root,
            changes=tuple(change for change in (*self.copies, *changes) if change.new != change.old),
            name=name,
            left=tuple(dict.fromkeys(self.left)),
        )

    def _disputed(self) -> dict[str, str]:
        """The licenses that only a text in the directory names, where all else names another: each with its place."""
        made = [
            each for each in self.audited.statements if each.roots and not each.is_data and not each.component
        ]
        told = {root for each in made if each.kind != "text" for root in each.roots}
        told |= {finding.document for finding in self.report.findings if finding.path}
        found = {root: each.place for each in made for root in each.roots if root not in told}
        clauses = [finding.document for finding in self.report.findings if finding.duty == "notice-file"]
        return {root: place for root, place in found.items() if told and root in clauses}

    # --- files that are added to

    def _opened(self, path: str, existing: TextFile | None) -> str | None:
        """The text of a file to be added to, empty for a new one; None where it may not be written."""
        if path in self.edits:
            return self.edits[path][1]
        if existing is None:
            if path.casefold() in self.taken:
                self.left.append(f"{path} is there and could not be read as text: add to it yourself")
                return None
            # The Hub shows a title of its own for this one, so that the name stands in one place only.
            begin = "# Model card\n" if path == "README.md" else ""
            self.edits[path] = (None, begin, [])
            return begin
        if existing.path.casefold() in self.links or existing.cut:
            self.left.append(f"{existing.place} is a link or too large: add to it yourself")
            return None
        try:
            text = existing.data.decode("utf-8")
        except UnicodeDecodeError:
            self.left.append(f"{existing.place} is not UTF-8: add to it yourself")
            return None
        self.edits[path] = (existing.data, text, [])
        return text

    def _put(self, path: str, text: str, why: str) -> None:
        old, _, reasons = self.edits[path]
        self.edits[path] = (old, text, [*reasons, why])

    def _append(self, path: str, existing: TextFile | None, words: str, why: str) -> None:
        text = self._opened(path, existing)
        if text is None or words in text:
            return
        gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
        self._put(path, f"{text}{gap}{words}\n", why)

    def _notice(self, row: DutyRow) -> None:
        words = dict(row.parameters).get("text")
        existing = next((text for text in notice_files(self.directory) if "/" not in text.path), None)
        path = existing.path if existing is not None else "NOTICE"
        if words is not None:
            self._append(path, existing, str(words), f"the notice that {', '.join(row.required_by)} asks for")
            return
        for local in self.origin.local.values():
            for text in notice_files(local.directory):
                self._append(
                    path,
                    existing,
                    text.data.decode("utf-8", "replace").strip(),
                    f"the notices of {clean(local.path)}",
                )
        if not self.origin.local:
            self.left.append(f"notice-file: {row.how}")

    def _changes(self, row: DutyRow) -> None:
        made = [(name, relation) for name, relation in self.parents if relation in _CHANGED_BY]
        if not made:
            self.left.append(f"{row.duty}: {row.how}")
            return
        relation = made[0][1]
        parents = _listed([_name_of(name) for name, other in made if other == relation])
        existing = next((text for text in self.directory.texts if text.path.casefold() == "changes.md"), None)
        path = existing.path if existing is not None else "CHANGES.md"
        words = _CHANGED_BY[relation].format(parents=parents)
        if existing is None:
            words = f"# Changes\n\n{words}"
        self._append(path, existing, words, "a statement that the files were changed")

    # --- texts

    def _copies(self, row: DutyRow) -> None:
        for reference in row.required_by:
            finding = next((f for f in self.report.findings if f.reference == reference), None)
            if finding is None or finding.status == "satisfied":
                continue
            if finding.status != "violated":
                self.left.append(
                    f"{row.duty}: whether a copy of {finding.document} is owed is for you to say"
                )
                continue
            if row.duty == "license-copy":
                wanted: Iterable[str] = (finding.document,)
            else:
                wanted = (
                    document.id
                    for document in catalogue.together(finding.document)
                    if document.kind == "acceptable-use-policy"
                )
            stem = "LICENSE" if row.duty == "license-copy" else "USE_POLICY"
            for document in wanted:
                self._copy(document, stem)

    def _copy(self, document: str, stem: str) -> None:
        found = self._text(document)
        if found is None:
            where = catalogue.document(document).url or next(
                (f"https://huggingface.co/{name}" for name, _ in self.parents if _HUB_ID.fullmatch(name)),
                None,
            )
            place = f" at {where}" if where else " from the licensor"
            self.left.append(f"the text of {document}: get it{place}, and give its folder with --texts")
            return
        data, source = found
        names = (stem, f"{stem}-{document}.txt")
        name = next((name for name in names if name.casefold() not in self.taken), None)
        if name is None:
            self.left.append(
                f"{names[1]} is there and is no copy of {document}: put the text of {source} there"
            )
            return
        self.taken.add(name.casefold())
        self.copies.append(
            Change(path=name, old=None, new=data, why=f"the text of {document}, from {source}")
        )

    def _text(self, document: str) -> tuple[bytes, str] | None:
        """A copy of a text that is whole and unaltered, and where it was found."""
        if self.texts is not None and (path := text_file(document, self.texts)) is not None:
            data = _small(path)
            if data is not None and _is_whole(data, document):
                return data, str(path)
            self.left.append(f"{path} is no unaltered text of {document}")
        for local in self.origin.local.values():
            for copy in local.copies:
                if (
                    copy.is_unaltered
                    and document in copy.documents
                    and not copy.file.cut
                    and not copy.match.added
                ):
                    return copy.file.data, f"{clean(local.path)}/{copy.file.place}"
        for path in self._cached():
            data = _small(path)
            if data is not None and _is_whole(data, document):
                return data, str(path)
        return None

    def _cached(self) -> Iterator[Path]:
        """License and policy files of the parents in the local Hugging Face cache.

        Source: https://huggingface.co/docs/huggingface_hub/guides/manage-cache
        """
        home = os.environ.get("HF_HOME") or os.path.join(os.path.expanduser("~"), ".cache", "huggingface")
        cache = Path(os.environ.get("HF_HUB_CACHE") or os.path.join(home, "hub"))
        for name, _ in self.parents:
            if _HUB_ID.fullmatch(name):
                snapshots = cache / f"models--{name.replace('/', '--')}" / "snapshots"
                for path in sorted(snapshots.glob("*/*")):
                    if re.search(r"licen[cs]e|polic|terms", path.name, re.IGNORECASE) and path.is_file():
                        yield path

    # --- the card

    def _readme(self) -> TextFile | None:
        return next((text for text in self.directory.texts if text.path.casefold() == "readme.md"), None)

    def _display(self, row: DutyRow) -> None:
        parameters = dict(row.parameters)
        wordings = parameters.get("any-of") or (parameters["text"],)
        if row.status != "violated":
            self.left.append(f"display: {row.how}")
            return
        existing = self._readme()
        path = existing.path if existing is not None else "README.md"
        text = self._opened(path, existing)
        words = str(wordings[0]).replace(NAME, self.report.subject.name)
        if text is None or f"**{words}**" in text:
            return
        self._put(
            path, _with_line(text, f"**{words}**"), f"the display that {', '.join(row.required_by)} asks for"
        )

    def _card(self) -> None:
        witness = next(
            (w for w in self.directory.witnesses if w.source == "card" and w.place.casefold() == "readme.md"),
            None,
        )
        if any(each.path.casefold() == "readme.md" for each in self.report.unread):
            self.left.append("README.md could not be read: correct it, and run fix again")
            self.edits = {path: edit for path, edit in self.edits.items() if path.casefold() != "readme.md"}
            return
        existing = self._readme()
        path = existing.path if existing is not None else "README.md"
        lines = [*self._license_lines(witness), *self._origin_lines(witness)]
        if not lines:
            return
        text = self._opened(path, existing)
        if text is None:
            return
        why = f"front matter: {', '.join(line.partition(':')[0] for line in lines if ':' in line)}"
        self._put(path, _with_front_matter(text, lines), why)

    def _license_lines(self, witness: Witness | None) -> list[str]:
        if witness is not None and ("license" in witness.says or "license_tags" in witness.says):
            return []
        roots = self.audited.roots
        if not roots or any(
            f.document == "catalogue" and f.status == "undecided" for f in self.report.findings
        ):
            self.left.append("license: in the front matter of README.md, once it is known which one it is")
            if not roots:
                return []
        labels = [_label(root) for root in roots]
        if len(roots) == 1 and labels[0] is None:
            lines = ["license: other", f"license_name: {roots[0]}"]
            has_text = any(copy.file.path == "LICENSE" for copy in self.audited.audit.copies) or any(
                change.path == "LICENSE" for change in self.copies
            )
            return [*lines, "license_link: LICENSE"] if has_text else lines
        if any(label is None for label in labels):
            self.left.append(f"license: in the front matter of README.md; these apply: {', '.join(roots)}")
            return []
        if len(labels) == 1:
            return [f"license: {labels[0]}"]
        return ["license:", *(f"- {label}" for label in labels)]

    def _origin_lines(self, witness: Witness | None) -> list[str]:
        if witness is not None and any(not parent.hint for parent in witness.parents):
            return []
        named = [
            (_name_of(name), relation) for name, relation in self.parents if _HUB_ID.fullmatch(_name_of(name))
        ]
        if not named:
            return []
        lines = (
            [f"base_model: {named[0][0]}"]
            if len(named) == 1
            else ["base_model:", *(f"- {name}" for name, _ in named)]
        )
        relations = {_HUB_RELATIONS.get(relation) for _, relation in named}
        relation = relations.pop() if len(relations) == 1 else None
        return [*lines, f"base_model_relation: {relation}"] if relation is not None else lines

    # --- the name

    def _name(self, rows: list[DutyRow]) -> str | None:
        """A name that the licenses allow; the renaming is the user's."""
        given = self.report.facts.get("release.model_name")
        if given is None:
            return None
        name = proposed = given.value
        for row in rows:
            text = str(dict(row.parameters).get("text", ""))
            if row.duty == "name-prefix" and row.status in ("violated", "judgement"):
                proposed = _prefixed(proposed, text)
            elif row.duty == "name-contains" and row.status in ("violated", "judgement"):
                proposed = f"{proposed}-{text.replace(' ', '-')}"
            elif row.duty == "name-must-not-contain" and row.status == "violated":
                proposed = re.sub(
                    re.escape(text).replace(r"\ ", "[-_ ]"), "", proposed, flags=re.IGNORECASE
                ).strip("-_ ")
        return proposed if proposed and proposed != name else None


def _is_whole(data: bytes, document: str) -> bool:
    """Whether a file is one known text, whole, with nothing around it."""
    matches = identify(data)
    return (
        len(matches) == 1
        and matches[0].match in ("exact", "reformatted")
        and document in (matches[0].id, *matches[0].also)
    )


def _small(path: Path) -> bytes | None:
    try:
        if path.stat().st_size > MOST_COPY:
            return None
        return path.read_bytes()
    except OSError:
        return None


def _label(root: str) -> str | None:
    """The Hub's label for a document, where it has one for that text alone or for its dated versions."""
    from weightlicense.catalogue import files

    labels = [
        row["label"]
        for row in files.label_rows()
        if row["label"] in HUB_LABELS
        and (
            row.get("document") == root
            or any(version["document"] == root for version in row.get("versions", ()))
        )
    ]
    return min(labels, key=len, default=None)


def _name_of(name: str) -> str:
    return name.removesuffix(" (parent)").removesuffix(" (by name)")


def _prefixed(name: str, prefix: str) -> str:
    written = prefix.replace(" ", "-")
    if name_folded(name).lower().startswith(name_folded(prefix).lower()):
        return written + name[len(prefix) :]
    rest = re.sub(
        rf"(?i)(?:^|[-_ ]){re.escape(prefix).replace(chr(92) + ' ', '[-_ ]')}(?=[-_ ]|$)", "", name
    ).strip("-_ ")
    return f"{written}-{rest or name}"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _with_line(text: str, line: str) -> str:
    """A card with a line of its own under its title, or where its prose begins."""
    block = _BLOCK.match(text)
    start = block.end() if block is not None else 0
    title = re.compile(r"^# .*$", re.MULTILINE).search(text, start)
    if title is None:
        head, body = text[:start], text[start:].lstrip("\r\n")
        return f"{head}\n{line}\n" + (f"\n{body}" if body else "")
    rest = text[title.end() :].lstrip("\r\n")
    return f"{text[: title.end()]}\n\n{line}\n" + (f"\n{rest}" if rest else "")


def _with_front_matter(text: str, lines: list[str]) -> str:
    added = "".join(f"{line}\n" for line in lines)
    block = _BLOCK.match(text)
    if block is not None:
        return f"{text[: block.start(3)]}{added}{text[block.start(3) :]}"
    body = text.removeprefix("\ufeff").lstrip("\r\n")
    return f"---\n{added}---\n\n{body}"


def _encoded(text: str, old: bytes | None) -> bytes:
    """The text with the line ends of the file that was there."""
    if old is not None and b"\r\n" in old:
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    return text.encode()
