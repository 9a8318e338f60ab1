"""What a bill of materials says of a report, whatever its format: works, their licenses, how one came from another."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from weightlicense import catalogue
from weightlicense.descent import Descent
from weightlicense.descent import Work as WorkTold
from weightlicense.errors import UsageError
from weightlicense.finding import Report, TextGiven
from weightlicense.lineage import MADE, TEACHING
from weightlicense.report.json import escaped, plain

UNSAFE: Final = re.compile(r"[^A-Za-z0-9.]+")
PIP: Final = 'pip install "weightlicense[sbom]"'


Kinship = Literal["copied", "descended", "trained", "taught", "generated"]
"""A copy; a derivative; trained on a data set; trained on what a model gave, which is none of its weights; made by a model."""
STATED: Final = "weightlicense:relation"
KIND: Final = "weightlicense:kind"
"""The names under which a bill states a relation, and what a work is, in the lineage's own words; `audit` reads them."""


class License(Struct, frozen=True, kw_only=True):
    """A license of the bill: `reference` is its SPDX id or a `LicenseRef-`, `text` the user's copy or None.

    `source` says where the text that was read stands; `altered` marks a copy whose words differ from that text.
    """

    document: str
    reference: str
    title: str
    url: str | None
    source: str
    text: str | None
    altered: bool

    @property
    def is_listed(self) -> bool:
        """Whether it is on the SPDX license list."""
        return not self.reference.startswith("LicenseRef-")

    @property
    def words(self) -> str:
        """The user's copy of the text, else that it is not included and where to read it, which `audit` knows for no text."""
        return self.source if self.text is None else self.text


class Parent(Struct, frozen=True, kw_only=True):
    """The key of a work that another came from, and how: a relation of the lineage file."""

    key: str
    relation: str


class Work(Struct, frozen=True, kw_only=True):
    """A model or data set: `declared` and `concluded` are license expressions, None where nobody can say.

    `declared` is what was given, choices and later versions included; `concluded` names the texts that were weighed.
    `licenses` are the references of the licenses that reach the subject from this work. `is_published`: it is not the user's own
    work, or a directory that only calls itself so.
    """

    key: str
    name: str
    kind: str
    is_published: bool
    declared: str | None
    concluded: str | None
    licenses: tuple[str, ...]
    parents: tuple[Parent, ...]

    @property
    def is_dataset(self) -> bool:
        """Whether it is data, be it made by a model."""
        return self.kind in MADE


class Bill(Struct, frozen=True, kw_only=True, dict=True):
    """A report as a bill of materials; the subject is the first of `works`. `digest` is a SHA-256 of the report."""

    digest: str
    created: str
    tool_version: str
    works: tuple[Work, ...]
    licenses: tuple[License, ...]
    summary: str
    comment: str
    properties: tuple[tuple[str, str], ...]

    @property
    def subject(self) -> Work:
        """The work that the report is on."""
        return self.works[0]

    @property
    def title(self) -> str:
        """The name of the bill."""
        return f"weightlicense report on {self.subject.name}"

    @property
    def namespace(self) -> str:
        """An address that only this report has, of the form that the SPDX specification gives."""
        return f"https://spdx.org/spdxdocs/weightlicense-{self.digest}"

    @property
    def listing(self) -> str:
        """The properties as lines, for formats that have none."""
        return "\n".join(f"{name}={value}" for name, value in self.properties)

    def work(self, key: str) -> Work:
        """The work of that key."""
        return self._by_key[key]

    def license(self, reference: str) -> License | None:
        """The license of that reference; None where it is an expression, or a license whose text nobody weighed."""
        return next((license for license in self.licenses if license.reference == reference), None)

    @cached_property
    def _by_key(self) -> dict[str, Work]:
        return {work.key: work for work in self.works}


def kinship(work: Work, parent: Work, relation: str) -> Kinship:
    """What a relation makes of two works, in the words that formats have."""
    if parent.is_dataset:
        return "descended" if work.is_dataset else "trained"
    if work.is_dataset:
        return "generated"
    if relation == "re-upload":
        return "copied"
    return "taught" if relation in TEACHING else "descended"


def missing_library(package: str) -> UsageError:
    """The error where a format's library is not installed."""
    return UsageError(f"this format needs {package}, which is not installed", hint=PIP)


def as_text(data: Any) -> str:
    """Data as indented JSON with a final line end; no character that a terminal obeys stands there unescaped."""
    return escaped(json.dumps(data, ensure_ascii=False, indent=2) + "\n")


def make_bill(report: Report) -> Bill:
    """The bill of a report; it depends on the report alone, and on the user's copy of a text where it is unchanged."""
    data = json.dumps([msgspec.to_builtins(plain(report)), report.subject.declared], sort_keys=True)
    digest = hashlib.sha256(data.encode()).hexdigest()
    roots = _known(report.subject.license.split(" AND "))
    unknown = not roots or any(
        f.document == "catalogue" and f.clause.startswith("license-unknown") for f in report.findings
    )
    lineage = report.lineage or _alone(report.subject.model, roots)
    own = {work.id: _known([each for each in work.documents if _is_license(each)]) for work in lineage.works}
    licenses: dict[str, License] = {}

    def license(document: str) -> License:
        return licenses.get(document) or licenses.setdefault(document, _license(document, report))

    @cache
    def as_written(given: str) -> str | None:
        return _as_written(given, report.as_of, license)

    for document in (*roots, *(each for rows in own.values() for each in rows)):
        license(document)
    names = {work.id: work.id for work in lineage.works} | {lineage.subject: report.subject.name}
    keys = dict(zip(names, _keys(names.values()), strict=True))
    kinds = _kinds(lineage)
    parents: dict[str, list[Parent]] = {}
    for each in lineage.relations:
        if each.work != each.parent:
            parents.setdefault(each.work, []).append(Parent(key=keys[each.parent], relation=each.relation))
    works = []
    for work in lineage.works:
        is_subject = work.id == lineage.subject
        weighed = _expression(_choices(work, own[work.id], report.as_of), license)
        given = _given_license(report, work) if is_subject else work.license
        if is_subject:
            concluded = None if unknown else _expression([roots], license)
        else:
            concluded = weighed
        works.append(
            Work(
                key=keys[work.id],
                name=names[work.id],
                kind=kinds[work.id],
                is_published=not is_subject or (work.model is not None and not report.is_audit),
                declared=weighed if given is None else as_written(given),
                concluded=concluded,
                licenses=tuple(
                    dict.fromkeys(license(d).reference for d in (roots if is_subject else own[work.id]))
                ),
                parents=tuple(parents.get(work.id, ())),
            )
        )
    return Bill(
        digest=digest,
        created=f"{report.as_of}T00:00:00Z",
        tool_version=report.tool_version,
        works=tuple(works),
        licenses=tuple(licenses.values()),
        summary=_summary(report),
        comment=_comment(report, unknown=unknown),
        properties=_properties(report),
    )


def _alone(model: str | None, roots: list[str]) -> Descent:
    """The lineage of a subject of which nothing is known to have come before."""
    return Descent(subject="", works=(WorkTold(id="", model=model, documents=tuple(roots)),), relations=())


def _is_license(document: str) -> bool:
    return bool(catalogue.heads().get(document, {}).get("kind") != "acceptable-use-policy")


def _kinds(lineage: Descent) -> dict[str, str]:
    """What each work is: data also by what was done with it; the subject is told as a model."""
    used = {each.parent for each in lineage.relations if each.relation == "dataset"}
    found = {
        work.id: "dataset" if work.id in used and work.kind not in MADE else work.kind
        for work in lineage.works
    }
    return found | {lineage.subject: "model"}


def _choices(work: WorkTold, own: list[str], day: str) -> tuple[tuple[str, ...], ...]:
    """The licenses of a work, with the choice that its license leaves where that is all there is."""
    if work.license is not None and own:
        try:
            choices = catalogue.resolve_license(work.license, as_of=day).choices
        except UsageError:
            choices = ()
        if {each for choice in choices for each in choice} == set(own):
            return choices
    # Of several licenses without a known choice all are named, which is never milder.
    return (tuple(own),) if own else ()


def _known(ids: list[str]) -> list[str]:
    """The ids, where the catalogue has them all; else none: part of a license is not the license."""
    heads = catalogue.heads()
    return list(dict.fromkeys(ids)) if all(each in heads for each in ids) else []


def _given_license(report: Report, subject: WorkTold) -> str | None:
    """The license that the subject is declared to have: as it is offered, as it was asked for, or as its lineage says."""
    offered = report.facts.get("release.license")
    return report.subject.declared or subject.license if offered is None else offered.value


def _expression(choices: Iterable[Iterable[str]], license: Callable[[str], License]) -> str | None:
    """Choices of documents as a license expression; None where there are none."""
    parts = [" AND ".join(dict.fromkeys(license(each).reference for each in choice)) for choice in choices]
    return " OR ".join(f"({each})" if " " in each and len(parts) > 1 else each for each in parts) or None


def _as_written(written: str, day: str, license: Callable[[str], License]) -> str | None:
    """A license as it was given, each part under its SPDX id or else as what it stands for; None where one has neither."""
    from license_expression import ExpressionError
    from spdx_tools.common.spdx_licensing import spdx_licensing as listing

    def listed(symbol: Any) -> bool:
        return symbol.key in listing.known_symbols and not symbol.key.startswith("LicenseRef-")

    def named(name: str) -> tuple[tuple[str, ...], ...]:
        try:
            return catalogue.resolve_license(name, as_of=day).choices
        except UsageError:
            return ()

    def told(part: Any) -> str | None:
        if operator := {"AND": " AND ", "OR": " OR "}.get(type(part).__name__):
            parts = [told(each) for each in part.args]
            return None if None in parts else operator.join(_grouped(each or "") for each in parts)
        if hasattr(part, "exception_symbol"):
            base = told(part.license_symbol)
            known = base is not None and " " not in base and listed(part.exception_symbol)
            return f"{base} WITH {part.exception_symbol.key}" if known else None
        choices = named(part.key)
        is_altered = any(license(each).altered for choice in choices for each in choice)
        if listed(part) and not part.is_exception and not is_altered:
            return str(part.key)
        return _expression(choices, license)

    try:
        parsed = listing.parse(written)
    except ExpressionError:
        return _expression(named(written), license)
    return None if parsed is None else told(parsed)


def _grouped(part: str) -> str:
    """A part of an expression, in brackets where it has parts of its own."""
    return f"({part})" if " AND " in part or " OR " in part else part


def _license(document_id: str, report: Report) -> License:
    document = catalogue.document(document_id)
    given = _given(document_id, report)
    altered = given is not None and given.match == "modified"
    reference = document.spdx or f"LicenseRef-{document_id}"
    if altered:
        assert given is not None
        # Other words are another license: the name of the unaltered one would mislead whoever reads the bill.
        reference = f"LicenseRef-{document_id}-altered-{given.sha256[:12]}"
    links = (clause.link.partition("#")[0] for clause in document.clauses if clause.link)
    url = document.url or next(links, None)
    place = f"at {url}" if url else "with its publisher"
    return License(
        document=document_id,
        reference=reference,
        title=f"{document.title} (altered)" if altered else document.title,
        url=url,
        source=f"The text of {document.title} is not included. Read it {place}. "
        f"The copy that weightlicense read on {document.read_on} has the SHA-256 {document.sha256}.",
        text=_copy(document_id, report),
        altered=altered,
    )


def _given(document_id: str, report: Report) -> TextGiven | None:
    """The user's copy of the document that the report speaks of."""
    return next((text for text in report.subject.texts if text.document == document_id), None)


def _copy(document_id: str, report: Report) -> str | None:
    """The user's copy of the document's text, as long as it is the file that the report speaks of."""
    given = _given(document_id, report)
    if given is None:
        return None
    from weightlicense import anchor

    try:
        with open(given.path, "rb") as file:
            data = file.read()
    except (OSError, ValueError):
        return None
    return anchor.decode(data) if hashlib.sha256(data).hexdigest() == given.sha256 else None


def _keys(names: Iterable[str]) -> Iterator[str]:
    """A key for each name; a work that is called like one before it has one of its own."""
    taken: set[str] = set()
    for name in names:
        key = _key(name)
        while key in taken:
            key = f"{key}-again"
        taken.add(key)
        yield key


def _key(name: str) -> str:
    """A name of letters, digits, dots and hyphens that no other name has."""
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"work-{UNSAFE.sub('-', name)[:40].strip('-.') or 'unnamed'}-{digest}"


def _summary(report: Report) -> str:
    denied = f", denied by {', '.join(row.policy for row in report.denials)}" if report.denials else ""
    return (
        f"weightlicense verdict for {report.use}: {report.verdict}{denied} "
        f"(best: {report.best}, worst: {report.worst}) as of {report.as_of}. Not legal advice."
    )


def _comment(report: Report, *, unknown: bool) -> str:
    """What the license fields alone do not say: which policies bind with them, and whether a license is unknown."""
    heads = catalogue.heads()
    policies = dict.fromkeys(
        f.document
        for f in report.findings
        if heads.get(f.document, {}).get("kind") == "acceptable-use-policy"
    )
    lines = [f"Checked: {report.subject.license}."]
    if policies:
        lines.append(f"Use policies that bind with it: {', '.join(policies)}.")
    if unknown:
        lines.append("The license of the model or of a work behind it is unknown, so none is concluded.")
    return " ".join(lines)


def _properties(report: Report) -> tuple[tuple[str, str], ...]:
    rows = [
        ("verdict", report.verdict),
        ("best", report.best),
        ("worst", report.worst),
        *(("denied_by", row.policy) for row in report.denials),
        ("use", report.use),
        ("acts", ",".join(report.acts)),
        ("as_of", report.as_of),
        ("catalogue", report.catalogue_digest),
        *((f"duty.{duty.duty}", f"{duty.status}: {', '.join(duty.required_by)}") for duty in report.duties),
        *((f"question.{question.fact}", question.ask) for question in report.questions if question.first),
    ]
    return tuple((f"weightlicense:{name}", value) for name, value in rows)
