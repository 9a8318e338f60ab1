"""The catalogue: documents, models and labels from data files; lazy and indexed."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from functools import cache, lru_cache
from types import ModuleType
from typing import Any

from msgspec import Struct

from weightlicense.catalogue import files
from weightlicense.clause import Document
from weightlicense.errors import UsageError, nearest


class Model(Struct, frozen=True, kw_only=True):
    """An entry of the model registry: which checkpoints carry which license, and how we know."""

    id: str
    title: str
    family: str
    license: str | None
    publisher: str
    organizations: tuple[str, ...]
    policies: tuple[str, ...] = ()
    based_on: tuple[str, str] | None = None
    released: str | None = None
    modalities: tuple[str, ...] | None = None
    note: str | None = None
    sources: tuple[tuple[str, str, str | None], ...] = ()


class Resolution(Struct, frozen=True, kw_only=True):
    """What a license name came to.

    `choices` are the ways the licensee may choose (`OR`), each a tuple of document ids that all apply (`AND`).
    Empty: the text is not at hand; `reason` says why and `one_of` which texts it may be.
    """

    asked: str
    choices: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()
    reason: str | None = None
    one_of: tuple[str, ...] = ()


@cache
def document(document_id: str) -> Document:
    """The document of that id; `KeyError` where the catalogue lacks it."""
    return Document.from_data(files.document_data(document_id))


def heads() -> dict[str, dict[str, Any]]:
    """The heads of all documents (title, kind, steward, spdx, openness, released) by id."""
    found: dict[str, dict[str, Any]] = files.index()["documents"]
    return found


def digest() -> str:
    """The SHA-256 over all data files: two reports with the same digest rest on the same catalogue."""
    return str(files.index()["digest"])


def together(root: str, policies: Iterable[str] = ()) -> tuple[Document, ...]:
    """A document with all that it incorporates, and policies that bind beside it, as far as the catalogue has them."""
    known = heads()
    found: dict[str, Document] = {}
    waiting = [root, *policies]
    while waiting:
        name = waiting.pop(0)
        if name not in found and name in known:
            found[name] = document(name)
            waiting.extend(row.policy for row in found[name].incorporates if row.policy is not None)
    return tuple(found.values())


# --- licenses --------------------------------------------------------------------------------------------------


@cache
def _names() -> dict[str, str]:
    """Document ids by every name in lower case: id, SPDX id and aliases."""
    names: dict[str, str] = {}
    for document_id, head in heads().items():
        for name in (*head.get("aliases", ()), head.get("spdx")):
            if name:
                names.setdefault(name.lower(), document_id)
    names.update({document_id.lower(): document_id for document_id in heads()})
    return names


@cache
def _labels() -> dict[str, dict[str, Any]]:
    return {row["label"].lower(): row for row in files.label_rows()}


def resolve_license(asked: str, *, as_of: str) -> Resolution:
    """What a document id, SPDX id or expression, Hub label, or a name in ordinary words stands for on a date.

    Raises `UsageError` with the nearest names where nothing of that name is known.
    """
    problem: UsageError | None = None
    try:
        found = _find_license(asked, as_of)
    except UsageError as error:
        found, problem = None, error
    found = found or find_written(asked, as_of=as_of)
    if found is None:
        hint = _near(_unmarked(asked), [*_names(), *_labels()], "licenses")
        raise problem or UsageError(f"unknown license {asked!r}", hint=hint)
    return found


@lru_cache(maxsize=1024)
def find_written(written: str, *, as_of: str) -> Resolution | None:
    """What a license is that somebody wrote in ordinary words; None where nothing of that name is known."""
    from weightlicense.catalogue import spelling

    for name in spelling.spellings(written):
        try:
            found = find_label(name, as_of=as_of)
        except UsageError:  # words like `or` and `and`, and no expression of licenses
            continue
        if found is not None:
            return found
    label, documents = _keys().get(spelling.key(written), (None, ()))
    if label is not None:
        return resolve_label(label, as_of=as_of)
    meant = {resolved.choices: resolved for resolved in (in_force(each, as_of) for each in documents)}
    if len(meant) <= 1:
        return next(iter(meant.values()), None)
    told = f"This name stands for different texts: {', '.join(documents)}."
    return Resolution(asked=written, reason=told, one_of=documents)


@cache
def _keys() -> dict[str, tuple[str | None, tuple[str, ...]]]:
    """By key: the label of that name, and the licenses whose id or title it is, the date and version left out."""
    from weightlicense.catalogue import spelling

    documents: dict[str, dict[str, None]] = {}
    for document_id, head in heads().items():
        if head["kind"] in ("license", "terms-of-use"):
            titles = (head["title"], spelling.undated(head["title"]))
            for name in (document_id, *head.get("aliases", ()), head.get("spdx") or "", *titles):
                documents.setdefault(spelling.key(name), {})[document_id] = None
    labels = {spelling.key(row["label"]): row["label"] for row in reversed(files.label_rows())}
    every = documents.keys() | labels.keys()
    return {key: (labels.get(key), tuple(documents.get(key, ()))) for key in every if key}


def resolve_label(label: str, *, as_of: str) -> Resolution:
    """What a label on the Hub stands for: the label's own meaning goes before a document id of the same name.

    Raises `UsageError` with the nearest names where nothing of that name is known.
    """
    return find_label(label, as_of=as_of) or resolve_license(label, as_of=as_of)


def find_label(label: str, *, as_of: str) -> Resolution | None:
    """As `resolve_label`; None where nothing of that name is known."""
    row = _labels().get(_unmarked(label))
    return _find_license(label, as_of) if row is None else _by_label(label, row, as_of)


def _find_license(asked: str, as_of: str) -> Resolution | None:
    plain = _unmarked(asked)
    if plain in _names():
        return Resolution(asked=asked, choices=((_names()[plain],),))
    if plain in _labels():
        return _by_label(asked, _labels()[plain], as_of)
    return _expression(asked.strip(), as_of)


def _unmarked(name: str) -> str:
    return name.strip().lower().removeprefix("license:")


def _by_label(asked: str, row: dict[str, Any], as_of: str) -> Resolution:
    label = row["label"]
    extra = (f"Label {label}: {row['note']}",) if "note" in row else ()
    if "document" in row:
        if " " in row["document"]:
            inner = _expression(row["document"], as_of)
            if inner is not None:
                return Resolution(asked=asked, choices=inner.choices, notes=extra, reason=inner.reason)
        if row["document"] in heads():
            return Resolution(asked=asked, choices=((row["document"],),), notes=extra)
        return Resolution(
            asked=asked,
            notes=extra,
            reason=f"The label {label} means {row['document']}, whose text is not encoded yet.",
        )
    if "versions" in row:
        return _in_force(asked, row, as_of, extra)
    if "one-of" in row:
        known = tuple(name for name in row["one-of"] if name in heads())
        return Resolution(
            asked=asked,
            notes=extra,
            one_of=known,
            reason=f"The label {label} stands for different texts: {', '.join(row['one-of'])}.",
        )
    if "read-at" in row:
        return Resolution(
            asked=asked,
            notes=extra,
            reason=f"The text behind the label {label} is not at hand; read it at {row['read-at']}.",
        )
    return Resolution(asked=asked, notes=extra, reason=f"The label {label} names no text. {row['says']}")


def _in_force(asked: str, row: dict[str, Any], as_of: str, extra: tuple[str, ...]) -> Resolution:
    versions = sorted(row["versions"], key=lambda version: version["from"])
    begun = [version for version in versions if version["from"] <= as_of]
    if not begun:
        reason = f"The label {row['label']} has no version in force on {as_of}; the first is of {versions[0]['from']}."
        return Resolution(asked=asked, notes=extra, reason=reason)
    chosen = begun[-1]["document"]
    if chosen not in heads():
        return Resolution(
            asked=asked, notes=extra, reason=f"{chosen}, in force on {as_of}, is not encoded yet."
        )
    others = ", ".join(version["document"] for version in versions if version["document"] != chosen)
    note = f"The label {row['label']} has dated versions: {chosen} is in force on {as_of}; the others are {others}."
    return Resolution(asked=asked, choices=((chosen,),), notes=(*extra, note))


def in_force(document_id: str, as_of: str) -> Resolution:
    """The version in force on a date, where a document is one of the dated versions of a label; else the document."""
    for row in files.label_rows():
        if any(version["document"] == document_id for version in row.get("versions", ())):
            return _in_force(document_id, row, as_of, ())
    return resolve_license(document_id, as_of=as_of)


def _expression(text: str, as_of: str) -> Resolution | None:
    """A license expression; None where `text` is none. A part that is not known leaves the whole unknown."""
    if not any(word in text.upper().split() for word in ("AND", "OR", "WITH")):
        return None
    from license_expression import ExpressionError, Licensing

    try:
        parsed = Licensing().parse(text)
    except ExpressionError as error:
        raise UsageError(
            f"{text!r} is not a license expression: {error}", hint="write MIT OR Apache-2.0"
        ) from None
    reasons: list[str] = []
    choices = _choices(parsed, as_of, reasons)
    if reasons:
        return Resolution(asked=text, reason=" ".join(reasons))
    return Resolution(asked=text, choices=tuple(dict.fromkeys(choices)))


def _choices(parsed: Any, as_of: str, reasons: list[str]) -> list[tuple[str, ...]]:
    kind = type(parsed).__name__
    if kind == "OR":
        return [choice for part in parsed.args for choice in _choices(part, as_of, reasons)]
    if kind == "AND":
        found: list[tuple[str, ...]] = [()]
        for part in parsed.args:
            found = [(*left, *right) for left in found for right in _choices(part, as_of, reasons)]
        return found
    if kind == "LicenseWithExceptionSymbol":
        reasons.append(f"The exception in {parsed} is not encoded.")
        return [()]
    inner = resolve_license(str(parsed), as_of=as_of)
    if inner.reason is not None:
        reasons.append(inner.reason)
    return list(inner.choices) or [()]


def _near(name: str, known: list[str], what: str) -> str:
    near = nearest(name, known)
    return f"did you mean {' or '.join(near)}?" if near else f"weightlicense list {what} shows them all"


# --- models ----------------------------------------------------------------------------------------------------


def normalised(name: str) -> str:
    """A model name as globs are matched: organisation cut off, lower case, spaces, underscores and colons as hyphens."""
    return "-".join(re.sub(r"[_:-]", " ", name.strip().rsplit("/", 1)[-1].lower()).split())


def organization(name: str) -> str | None:
    """The organisation of a Hub id; None without one."""
    return name.strip().rsplit("/", 1)[0].lower() if "/" in name else None


def find_model(name: str) -> Model | None:
    """The most specific entry that a checkpoint's name matches; None where none does.

    A whole name wins, then an entry of the Hub id's own organisation, then the glob with most literal characters.
    """
    wanted, owner = normalised(name), organization(name)
    known = files.model_index()
    fitting = [(1, 0, index) for index in known.names.get(wanted, ())]
    fitting += [
        (0, len(glob.replace("*", "").replace("?", "")), index)
        for head, glob, index in known.globs
        if wanted.startswith(head) and _matches(wanted, glob)
    ]
    best: tuple[tuple[int, bool, int], dict[str, Any]] | None = None
    for whole, literal, index in fitting:
        row = known.row(index)
        if any(_matches(wanted, glob) for glob in row.get("except", ())):
            continue
        rank = (whole, owner in row["organizations"], literal)
        if best is None or rank > best[0]:
            best = (rank, row)
    return None if best is None else _model(best[1])


def _matches(wanted: str, glob: str) -> bool:
    """Whether a name matches a glob."""
    head = glob.partition("*")[0].partition("?")[0]
    if glob in (head, f"{head}*"):
        return wanted == glob or (glob != head and wanted.startswith(head))
    from fnmatch import fnmatchcase

    return fnmatchcase(wanted, glob)


def resolve_model(name: str) -> Model:
    """The entry of a family, checkpoint or Hub id, in any case; raises `UsageError` with the nearest names."""
    found = find_model(name)
    if found is not None:
        return found
    known = [model.id for model in models()]
    raise UsageError(f"unknown model {name!r}", hint=_near(normalised(name), known, "models"))


def _model(row: dict[str, Any]) -> Model:
    base = row.get("based-on")
    modalities = row.get("modalities")
    return Model(
        id=row["id"],
        title=row["title"],
        family=row["family"],
        license=row["license"],
        publisher=row["publisher"],
        organizations=tuple(row["organizations"]),
        policies=tuple(row.get("policies", ())),
        based_on=(base["model"], base["relation"]) if base else None,
        released=row.get("released"),
        modalities=None if modalities is None else tuple(modalities),
        note=row.get("note"),
        sources=tuple((source["says"], source["source"], source.get("url")) for source in row["sources"]),
    )


def models() -> list[Model]:
    """Every entry of the model registry, in the order of publishers."""
    index = files.model_index()
    return [_model(index.row(place)) for place in range(len(index.rows))]


class Catalogue(Struct, frozen=True, kw_only=True):
    """What the catalogue holds: the ids of its documents, the models of its registry, and the digest of all data."""

    digest: str
    documents: tuple[str, ...]
    models: tuple[Model, ...]

    def document(self, document_id: str) -> Document:
        """The document of that id; raises `KeyError` where there is none."""
        return document(document_id)


class _Callable(ModuleType):
    """The module, which answers `weightlicense.catalogue()` as well: the package and the public call have one name."""

    def __call__(self) -> Catalogue:
        return Catalogue(digest=digest(), documents=tuple(heads()), models=tuple(models()))


sys.modules[__name__].__class__ = _Callable
