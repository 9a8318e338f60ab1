"""Who says which license: every statement of a directory, resolved, and where they disagree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from weightlicense import catalogue
from weightlicense.artifacts import Witness, clean
from weightlicense.auditing.copies import Copy, is_policy, named_in
from weightlicense.catalogue import files
from weightlicense.lineage import MADE
from weightlicense.usecase import Contradiction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST: Final = 200
"""Statements that are weighed; no release has more that differ."""
RANK: Final = ("declared", "card", "tag", "format", "text", "concluded", "prose")
"""How statements are ordered where one must stand first: what people declare to recipients before what is inferred."""
_BINDING = re.compile(
    r"(?i)non-?\s?commercial|research (?:use |purposes? )?only|not for commercial|no commercial|academic use"
)
_WORD: Final = re.compile(r"[a-z]+|\d+(?:\.\d+)*")
_ANY_LICENSE: Final = frozenset(
    {"license", "licence", "agreement", "community", "terms", "of", "use", "the", "model"}
)
_NO_PART_OF_THE_MODEL: Final = re.compile(r"(?:code|docs) \d+")
_DATA: Final = re.compile(r"datasets \d+")
_DATA_PURPOSES: Final = frozenset({"data", "DATA", "dataset", "dataset_DatasetPackage"})


class Statement(Struct, frozen=True, kw_only=True):
    """A license that one witness names.

    `choices` as in a resolution, empty where the text is not at hand; `reason` says why, and `one_of` which texts it may be.
    `component` is the part of the release it speaks of, empty for the whole. `altered` is set where an altered text says it;
    `link` is the file of the directory that an unknown name is said to stand in.
    """

    kind: str
    place: str
    written: str
    choices: tuple[tuple[str, ...], ...] = ()
    reason: str | None = None
    one_of: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    component: str = ""
    is_data: bool = False
    is_nameless: bool = False
    link: str | None = None
    altered: bool = False

    @property
    def roots(self) -> frozenset[str]:
        """Every document that may be meant."""
        return frozenset(root for choice in self.choices for root in choice)

    @property
    def expression(self) -> str:
        """The documents as a license expression; as written where none is known."""
        if not self.choices:
            return self.written
        parts = [" AND ".join(choice) for choice in self.choices]
        return (
            parts[0]
            if len(parts) == 1
            else " OR ".join(f"({part})" if " " in part else part for part in parts)
        )

    @property
    def shown(self) -> str:
        """What is said, and where."""
        return f"{self.written} ({self.place})"


def statements_of(witnesses: Iterable[Witness], copies: Iterable[Copy], day: str) -> tuple[Statement, ...]:
    """Every statement of a directory, the first to count first."""
    every = tuple(witnesses)
    parts = pipeline_parts(every)
    found = [statement for witness in every for statement in _by_witness(witness, day, parts)]
    found += list(_by_text(copies, day, parts))
    found.sort(key=lambda statement: (RANK.index(statement.kind), statement.component != ""))
    distinct: dict[object, Statement] = {}
    for each in found:
        of_a_text = each.reason if each.kind == "text" else None
        said = (each.kind, each.component, each.written, each.choices, each.is_data, each.altered, of_a_text)
        distinct.setdefault(said, each)
    kept = tuple(distinct.values())
    if len(kept) <= MOST:
        return kept
    return (*kept[:MOST], _more(f"{len(kept) - MOST:,} more statements of licenses", kept[MOST].place))


def _more(written: str, place: str, component: str = "") -> Statement:
    """For what nobody weighs: it may say anything."""
    reason = f"{written} were not weighed ({place})."
    return Statement(kind="prose", place=place, written=written, reason=reason, component=component)


def stated(written: str, day: str, *, kind: str, place: str, component: str = "") -> Statement:
    """One statement, resolved as people write licenses."""
    made = Statement(kind=kind, place=place, written=clean(written), component=component)
    resolved = catalogue.find_written(written, as_of=day)
    if resolved is None:
        return replace(
            made, reason=f"{place} names {clean(written)}, which is no license that the catalogue knows."
        )
    return replace(
        made,
        choices=resolved.choices,
        reason=resolved.reason,
        one_of=resolved.one_of,
        notes=resolved.notes,
        is_nameless=not resolved.choices
        and not resolved.one_of
        and "names no text" in (resolved.reason or ""),
    )


def _by_witness(witness: Witness, day: str, parts: frozenset[str]) -> Iterator[Statement]:
    component = _part_of(witness, parts)
    is_data = _DATA.fullmatch(component) is not None or kind_of(witness) in MADE
    kind = "card" if witness.source == "card" else "format"
    for written in witness.licenses:
        made = stated(written, day, kind=kind, place=witness.where("license"), component=component)
        if made.is_nameless and isinstance(name := witness.says.get("license_name"), str):
            named = stated(name, day, kind=kind, place=witness.where("license_name"), component=component)
            # A name that nobody knows is a text of its own; the nameless label says no more.
            made = named if not named.is_nameless else made
            if not made.choices and not made.one_of:
                made = replace(made, link=_file_of(witness.says.get("license_link")))
        yield replace(made, is_data=is_data)
    if not witness.licenses and isinstance(name := witness.says.get("license_name"), str):
        yield replace(
            stated(name, day, kind=kind, place=witness.where("license_name"), component=component),
            is_data=is_data,
        )
    for key, kind in (
        ("license_tags", "tag"),
        ("license_classifiers", "format"),
        ("license_concluded", "concluded"),
    ):
        value = witness.says.get(key, ())
        for written in (value,) if isinstance(value, str) else value:
            made = stated(written, day, kind=kind, place=witness.where(key), component=component)
            # Classifiers name families (`BSD License`); only what resolves says something.
            if key != "license_classifiers" or made.choices:
                yield replace(made, is_data=is_data)
    if "license" in witness.says.get("left_out", ()):
        yield _more("more licenses", witness.where("license"), component)
    for mention in witness.says.get("license_mentions", ()):
        made = stated(mention.text, day, kind="prose", place=mention.place, component=component)
        if made.choices:
            yield made
        elif _BINDING.search(mention.text):
            yield replace(
                made,
                reason=f"{mention.place} says “{clean(mention.text)}”, which limits the use and names no text.",
            )


def kind_of(witness: Witness) -> str:
    """What a witness says that its work is, in a lineage's word; a model where it does not say."""
    purpose = witness.says.get("purpose") or witness.says.get("type")
    return str(witness.says.get("kind") or ("dataset" if purpose in _DATA_PURPOSES else "model"))


def _file_of(link: object) -> str | None:
    """The file of the directory that a license link names; None for an address."""
    return link.strip().removeprefix("./") if isinstance(link, str) and "://" not in link else None


def _may_name(written: str, document: str) -> bool:
    """Whether a name has no word but those of a document's id and title, so that it contradicts nothing there."""
    words = set(_WORD.findall(written.lower())) - _ANY_LICENSE
    head = catalogue.heads()[document]
    return bool(words) and words <= set(_WORD.findall(f"{document} {head['title']}".lower()))


def _by_text(copies: Iterable[Copy], day: str, parts: frozenset[str]) -> Iterator[Statement]:
    for copy in copies:
        if copy.file.role != "license":
            continue
        place = copy.file.place
        component = "" if copy.file.embedded else _folder_of(clean(copy.folder), parts)
        if copy.document is not None:
            if not is_policy(copy.document):
                kind = "an altered text of" if not copy.is_unaltered else "the text of"
                yield Statement(
                    kind="text",
                    place=place,
                    written=f"{kind} {copy.document}",
                    choices=((copy.document,),),
                    component=component,
                    altered=not copy.is_unaltered,
                )
            continue
        name = named_in(copy.file)
        made = None if name is None else stated(name, day, kind="text", place=place, component=component)
        if made is not None and (made.choices or made.one_of):
            yield made
        else:
            near = f" It is most like {copy.match.near}." if copy.match.near else ""
            known = copy.match.id
            yield Statement(
                kind="text",
                place=place,
                written="an unknown text" if known is None else f"the text of {known}",
                reason=f"{place} is a license text that the catalogue does not know.{near}"
                if known is None
                else f"{place} is {known}, or was made from it, whose clauses are not encoded.",
                component=component,
            )


def _part_of(witness: Witness, parts: frozenset[str]) -> str:
    """The part of the release that a witness speaks of; a folder is one only where a pipeline names it."""
    component = str(witness.says.get("component", ""))
    if witness.says.get("subject") or (witness.source == "kitfile" and component == "model"):
        return ""
    if witness.source in ("kitfile", "dvc", "spdx", "cyclonedx"):
        return component
    return _folder_of(component, parts)


def _folder_of(folder: str, parts: frozenset[str]) -> str:
    """The part of a pipeline that a folder is, or lies in; empty for another folder."""
    return next((part for part in parts if folder == part or folder.startswith(f"{part}/")), "")


def pipeline_parts(witnesses: Iterable[Witness]) -> frozenset[str]:
    """The folders of a pipeline's components, each of which may have a license of its own."""
    found: set[str] = set()
    for witness in witnesses:
        if witness.source == "diffusers":
            folder = str(witness.says.get("component", ""))
            found.update(
                f"{folder}/{name}" if folder else name for name in witness.says.get("components", ())
            )
    return frozenset(found)


def settled(
    statements: Iterable[Statement], hints: frozenset[str]
) -> tuple[tuple[Statement, ...], tuple[str, ...]]:
    """Statements with a label that stands for several texts narrowed to the one that the directory or its origin has.

    `hints` are the licenses of the works that it comes from. Also: notes on what was narrowed.
    """
    every = tuple(statements)
    texts = frozenset(
        root for each in every if each.kind == "text" and not each.altered for root in each.roots
    )
    notes: list[str] = []
    own = sorted(
        {root for each in every if each.kind == "text" and not each.component for root in each.roots}
    )
    linked = {each.place: tuple(each.roots) for each in every if each.kind == "text" and len(each.roots) == 1}
    made = []
    for each in every:
        found = each
        if each.one_of:
            for known, whose in (
                (texts, "the text in the directory"),
                (hints, "the work that it comes from"),
            ):
                fitting = sorted(known.intersection(each.one_of))
                if len(fitting) == 1:
                    notes.append(
                        f"The label {each.written} stands for several texts; {whose} settles it: {fitting[0]}."
                    )
                    found = replace(each, choices=((fitting[0],),), one_of=(), reason=None)
                    break
        elif each.link is not None and each.link in linked and _may_name(each.written, linked[each.link][0]):
            notes.append(
                f"{each.place} says {each.written}, which is no name of a text that is known; {each.link} has the text."
            )
            found = replace(each, choices=(linked[each.link],), reason=None, is_nameless=False)
        elif each.is_nameless and not each.component and own:
            notes.append(
                f"{each.place} says {each.written}, which names no text; the text in the directory is meant."
            )
            found = replace(each, choices=(tuple(own),), reason=None, is_nameless=False)
        made.append(found)
    return tuple(made), tuple(notes)


def dated(texts: frozenset[str]) -> dict[str, str]:
    """For dated versions of one text, of which the directory holds one: the others, each with the one that is meant."""
    meant: dict[str, str] = {}
    for row in files.label_rows():
        versions = [version["document"] for version in row.get("versions", ())]
        here = [version for version in versions if version in texts]
        if here:
            meant |= {version: here[-1] for version in versions if version not in here}
    return meant


def disagreements(statements: Iterable[Statement]) -> Iterator[Contradiction]:
    """Pairs of statements about the same part that name different licenses, each pair of licenses once."""
    seen: set[frozenset[object]] = set()
    groups: dict[str, list[Statement]] = {}
    for each in statements:
        if (
            (each.choices or each.reason)
            and not each.is_data
            and not _NO_PART_OF_THE_MODEL.fullmatch(each.component)
        ):
            groups.setdefault(each.component, []).append(each)
    for rows in groups.values():
        texts = frozenset(root for row in rows if row.kind == "text" for root in row.roots)
        for index, first in enumerate(rows):
            for second in rows[index + 1 :]:
                one, two = _compared(first, texts), _compared(second, texts)
                if one is None or two is None or one <= two or two <= one or first.place == second.place:
                    continue
                pair: frozenset[object] = frozenset((one, two))
                if pair not in seen:
                    seen.add(pair)
                    yield Contradiction(fact="license", between=(first.shown, second.shown))


def _compared(statement: Statement, texts: frozenset[str]) -> frozenset[str] | None:
    """What a statement is compared by: of texts all together, for a directory may hold those of several parts."""
    if statement.one_of or statement.is_nameless:
        return None
    if statement.kind == "text":
        return texts or None
    return statement.roots or frozenset({statement.written.lower()})
