"""A model directory audited: who says what, what follows from it, and what of it the directory shows to be done.

The directory is the release. Card, license texts, formats, configuration and lineage each testify; every license that
any of them names is evaluated, and the verdict is never milder than the strictest reading.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from weightlicense import catalogue, engine
from weightlicense.ancestry import FREE, MOST_CHOICES, terms_of
from weightlicense.artifacts import Directory, Witness, clean, read_directory
from weightlicense.assessment import Asked, Term, Terms, conclude, unknown_license
from weightlicense.auditing.copies import Copy, altered_clauses, find_copies
from weightlicense.auditing.observed import license_not_read, names_of, observe, policies_of
from weightlicense.auditing.origin import RELATION_OF, Origin, inferred_use, trace
from weightlicense.auditing.statements import (
    Statement,
    dated,
    disagreements,
    settled,
    stated,
    statements_of,
)
from weightlicense.errors import UsageError
from weightlicense.finding import Disagreement, Finding, NotRead, Report, Testified
from weightlicense.lineage import Work, read_lineage
from weightlicense.usecase import Contradiction, Facts, resolve_act, resolve_use
from weightlicense.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from weightlicense.artifacts.walk import Found
    from weightlicense.lineage import Lineage

MOST_ROWS: Final = 300
"""Witnesses in a report; what is beyond is counted in a note."""
MOST_SAID: Final = 300
"""Characters of a value of a witness in a report."""
MOST_ALTERED: Final = 20
_MILD: Final = ("permitted", "conditional")


class Audit(Struct, frozen=True, kw_only=True):
    """A directory that was read, with all that a report and a repair need of it."""

    directory: Directory
    copies: tuple[Copy, ...]
    notes: tuple[str, ...]


class Audited(Struct, frozen=True, kw_only=True):
    """An audit's report, and what it rests on."""

    report: Report
    audit: Audit
    origin: Origin
    statements: tuple[Statement, ...]
    roots: tuple[str, ...]
    asked: Asked


def audit(
    path: str | Path,
    *,
    use: str | None = None,
    acts: Iterable[str] = (),
    facts: Mapping[str, object] | Facts | None = None,
    as_of: object = None,
    texts: Iterable[str | Path] = (),
    model: str | None = None,
    license: str | None = None,
    lineage: str | Path | None = None,
) -> Report:
    """May this model directory, or this GGUF or safetensors file, be used or released as it stands?

    `use` is inferred from how the model comes from its parents where it is left out, and the report says so. `model` names the
    model that it is or comes from, `license` a license that it has; both are weighed with what the directory says. The rest
    is as for `check`. Raises `UsageError` for a path that does not exist and for names that are not known.
    """
    from weightlicense.assessment import declared

    given, day = declared(facts, as_of)
    asked = Asked(
        model=model,
        license=license,
        use=use or "",
        acts=tuple(acts),
        as_of=day,
        texts=tuple(str(text) for text in texts),
        lineage=None if lineage is None else Path(lineage),
    )
    return concluded(read(Path(path)), asked, given).report


def read(path: Path, over: Callable[[list[Found]], Iterable[Found]] = iter) -> Audit:
    """Read a directory once, for any number of reports on it; raises `UsageError` where there is no such path.

    `over` goes over the files, and may tell how far it is.
    """
    directory = read_directory(path, over)
    copies, notes = find_copies(directory)
    return Audit(directory=directory, copies=copies, notes=notes)


def concluded(audit: Audit, asked: Asked, facts: Facts) -> Audited:
    """The report on a directory that was read; `asked.use` may be empty, and is then inferred."""
    accepted = facts.given.get("licensee.accepted_on")
    day = accepted.value if accepted is not None else asked.as_of
    weighing = _Weighing(audit, asked, facts, day, follows_text=accepted is None)
    return weighing.result()


class _Weighing:
    """One weighing of a directory's witnesses."""

    def __init__(self, audit: Audit, asked: Asked, facts: Facts, day: str, *, follows_text: bool) -> None:
        self.audit, self.directory, self.day, self.facts = audit, audit.directory, day, facts
        names = names_of(self.directory)
        declared = facts.given.get("release.model_name")
        written = (
            str(declared.value)
            if declared is not None
            else names[0].name
            if names
            else str(self.directory.root)
        )
        self.name = clean(written) or "the directory"
        given = None if asked.lineage is None else read_lineage(asked.lineage)
        self.origin = trace(
            self.directory,
            self.name,
            day=day,
            declared=None if asked.model is None else (asked.model, _relation(asked)),
            given=given,
            names=[*(name.name for name in names), *_titles(self.directory)],
        )
        self.inferred = not asked.use
        self.why = ""
        if not asked.use:
            use, self.why = inferred_use(self.origin)
            asked = replace(asked, use=use)
        self.asked = asked
        self.notes: list[str] = []
        self.inherited: frozenset[str] = frozenset()
        self.statements = self._statements()
        texts = frozenset(
            copy.document for copy in audit.copies if copy.is_unaltered and copy.document is not None
        )
        self.meant = dated(texts) if follows_text else {}

    # --- what is said

    def _statements(self) -> tuple[Statement, ...]:
        every = statements_of(self.directory.witnesses, self.audit.copies, self.day)
        if self.asked.license is not None:
            resolved = catalogue.resolve_license(self.asked.license, as_of=self.day)
            named = stated(self.asked.license, self.day, kind="declared", place="--license")
            every = (
                replace(named, choices=resolved.choices, reason=resolved.reason, one_of=resolved.one_of),
                *every,
            )
        hints = frozenset(_roots_of(self.origin, self.day))
        found, notes = settled(every, hints)
        self.notes += notes
        for each in found:
            self.notes += each.notes
        return found

    def result(self) -> Audited:
        """The report, and what it rests on."""
        terms = self._terms()
        report, facts = self._concluded(terms)
        if not self._is_firm() and report.verdict in _MILD:
            # What a tool left behind, or a name, may speak against a use and never for it.
            says = " ".join(self.origin.hints) or "Nothing in the directory says where it comes from."
            doubt = unknown_license(f"Nothing declares a license. {says}", "of-the-directory")
            report, facts = self._concluded(replace(terms, unknowns=(*terms.unknowns, doubt)))
        roots = tuple(dict.fromkeys(term.root for choice in terms.choices for term in choice))
        return Audited(
            report=self._told(report, facts),
            audit=self.audit,
            origin=self.origin,
            statements=self.statements,
            roots=roots,
            asked=self.asked,
        )

    def _is_firm(self) -> bool:
        return self.origin.firm or any(each.choices and not each.is_data for each in self.statements)

    # --- the terms

    def _terms(self) -> Terms:
        lineage = self._lineage()
        offers = self._offers()
        first = terms_of(lineage, self.asked, self.day, offers[0] if offers else None, told_elsewhere=True)
        claims = {(claim.document, claim.work): claim for claim in first.claims}
        for offered in offers[1:]:
            for claim in terms_of(lineage, self.asked, self.day, offered, told_elsewhere=True).claims:
                old = claims.get((claim.document, claim.work))
                if old is None or (claim.state == "unmet" and old.state != "unmet"):
                    claims[claim.document, claim.work] = claim
        inherited = tuple(tuple(self._meant(term) for term in choice) for choice in first.choices)
        self.inherited = frozenset(term.root for choice in inherited for term in choice)
        everywhere = frozenset.intersection(
            *(frozenset(term.root for term in choice) for choice in inherited)
        )
        choices = inherited
        unknowns = list(first.unknowns)
        one_of: tuple[str, ...] = ()
        for index, each in enumerate(self.statements):
            if each.is_data:
                continue
            own = tuple(
                tuple(
                    Term(root=self.meant.get(root, root))
                    for root in choice
                    if self.meant.get(root, root) not in everywhere
                )
                for choice in each.choices
            )
            if own and all(own):
                choices = _joined(choices, own)
            if each.reason is not None:
                unknowns.append(unknown_license(each.reason, f"{_slug(each.written)}-{index + 1}"))
                one_of = one_of or each.one_of
        unknowns += self._altered(everywhere)
        unknowns += self._unread_terms()
        if not any(choices) and not unknowns:
            reason = "Nothing in the directory says which license it has, or where the model comes from."
            unknowns.append(unknown_license(reason, "of-the-directory"))
        return replace(
            first,
            name="unknown" if not any(choices) else first.name,
            title=self.name,
            choices=choices,
            unknowns=_distinct(unknowns),
            claims=tuple(
                replace(claim, document=self.meant.get(claim.document, claim.document))
                for claim in claims.values()
            ),
            one_of=one_of,
            lineage=None if first.lineage is None else first.lineage.renamed(self.meant),
            contradictions=(*disagreements(self._renamed()), *self._against_lineage(tuple(claims.values()))),
        )

    def _lineage(self) -> Lineage:
        """The lineage with the data sets whose licenses the directory names."""
        works = dict(self.origin.lineage.works)
        subject = works[self.origin.lineage.subject]
        parents = list(subject.parents)
        for each in self.statements:
            if each.is_data and each.choices and each.component not in works:
                works[each.component] = Work(id=each.component, kind="dataset", license=each.expression)
                parents.append((each.component, "dataset"))
        works[subject.id] = Work(
            id=subject.id,
            kind=subject.kind,
            model=subject.model,
            license=subject.license,
            parents=tuple(parents),
        )
        return type(self.origin.lineage)(subject=subject.id, works=works)

    def _offers(self) -> list[str]:
        """What the release says it is offered under: each statement for the whole, and the texts together."""
        said = [each for each in self.statements if each.component == "" and not each.is_data]
        declared = self.facts.given.get("release.license")
        offers = [] if declared is None else [str(declared.value)]
        offers += [
            self._in_force(each)
            for each in said
            if each.kind not in ("text", "prose") and not each.is_nameless
        ]
        texts = [self._in_force(each) for each in said if each.kind == "text" and each.choices]
        if texts:
            offers.append(" AND ".join(dict.fromkeys(texts)))
        if not offers:
            offers = [self._in_force(each) for each in said if each.kind == "prose"]
        return list(dict.fromkeys(offers))

    def _in_force(self, statement: Statement) -> str:
        """A statement's expression with the versions in force, by which the terms of ancestors are found."""
        if len(statement.choices) == 1 and len(statement.choices[0]) == 1:
            resolved = catalogue.in_force(statement.choices[0][0], self.day)
            return resolved.choices[0][0] if resolved.choices else statement.choices[0][0]
        return f"({statement.expression})" if statement.choices else statement.expression

    def _meant(self, term: Term) -> Term:
        return replace(term, root=self.meant.get(term.root, term.root))

    def _against_lineage(self, claims: tuple[engine.Claim, ...]) -> Iterable[Contradiction]:
        """Statements of the release itself that its ancestors' terms do not allow."""
        for claim in claims:
            if claim.state != "unmet" or claim.work != self.name:
                continue
            said = next(
                (
                    each
                    for each in self.statements
                    if each.component == "" and claim.document not in each.roots
                ),
                None,
            )
            if said is not None:
                document = self.meant.get(claim.document, claim.document)
                yield Contradiction(
                    fact="license", between=(said.shown, f"{document} (lineage: {claim.path[0]})")
                )

    def _renamed(self) -> tuple[Statement, ...]:
        return tuple(
            replace(
                each,
                choices=tuple(
                    tuple(self.meant.get(root, root) for root in choice) for choice in each.choices
                ),
            )
            for each in self.statements
        )

    def _altered(self, backed: frozenset[str]) -> list[engine.Unknown]:
        """Altered texts of licenses that nothing else names: what they say is unknown."""
        found = []
        for copy in self.audit.copies:
            root = copy.document
            if copy.file.role != "license" or copy.is_unaltered or root is None or root in backed:
                continue
            found.append(
                engine.Unknown(
                    document=root,
                    clause="altered-text",
                    says=f"{copy.file.place} is {root} with other words, and only the release itself names that license: what these words allow is unknown.",
                    how="Read the places that differ, or put the licensor's own text in its place.",
                    missing=("the text as altered",),
                )
            )
        return found

    def _unread_terms(self) -> Iterable[engine.Unknown]:
        """Bills and licenses that could not be read: which terms they state is unknown.

        Where the terms come from ancestors, or the words of a license were read, a license in another form leaves only
        open whether it is the copy that a duty asks for.
        """
        missed = license_not_read(self.directory)
        has_text = any(copy.file.role == "license" for copy in self.audit.copies)
        if missed is not None and not self.inherited and not has_text:
            yield unknown_license(
                f"{missed.path} is there to state the terms, and was not read ({missed.reason}).",
                _slug(missed.path),
            )
        for each in self.directory.unread:
            if each.is_bill:
                yield unknown_license(
                    f"{each.path} is there to name licenses, and was not read ({each.reason}).",
                    _slug(each.path),
                )

    # --- the report

    def _concluded(self, terms: Terms) -> tuple[Report, Facts]:
        facts = self.facts.copy()
        roots = tuple(dict.fromkeys(term.root for choice in terms.choices for term in choice))
        policies = {root: policies_of(root) for root in roots}
        bound = frozenset(root for root in roots if catalogue.heads()[root]["openness"] not in FREE)
        # Of permissive terms that no ancestor has, the publisher is the licensor.
        owed = bound | self.inherited if self.inherited else frozenset(roots)
        observe(facts, self.directory, self.origin, self.audit.copies, roots, owed, policies)
        offered = next((each for each in self._renamed() if each.component == "" and not each.is_data), None)
        if offered is not None and not offered.is_nameless:
            facts.give("release.license", offered.expression, kind="observed", place=offered.place)
        asked = replace(self.asked, model=self.name, license=None, lineage=None)
        return conclude(asked, terms, facts), facts

    def _told(self, report: Report, facts: Facts) -> Report:
        notes = [
            *self._use_notes(),
            *self.origin.notes,
            *self.origin.hints,
            *self._version_notes(),
            *self.notes,
        ]
        notes += [clean(oddity) for witness in self.directory.witnesses for oddity in witness.oddities][
            :MOST_ROWS
        ]
        notes += self.audit.notes
        rows = [*self._rows(self.directory, self.audit.copies, "")]
        for local in self.origin.local.values():
            rows += self._rows(local.directory, local.copies, f"{clean(local.path)}: ")
        if len(rows) > MOST_ROWS:
            notes.append(f"{len(rows):,} witnesses speak; the report shows {MOST_ROWS}.")
        datasets = dict.fromkeys(
            name for witness in self.directory.witnesses for name in witness.says.get("datasets", ())
        )
        if datasets:
            shown = ", ".join(clean(name) for name in list(datasets)[:10])
            notes.append(f"The model was trained on {shown}; the terms of the data were not looked at.")
        return replace(
            report,
            findings=(*(_worded(finding) for finding in report.findings), *self._alterations()),
            notes=tuple(dict.fromkeys((*notes, *report.notes))),
            witnesses=tuple(rows[:MOST_ROWS]),
            contradictions=tuple(
                Disagreement(fact=each.fact, between=tuple(clean(side) for side in each.between))
                for each in facts.contradictions
            ),
            unread=tuple(self._unread()),
        )

    def _unread(self) -> Iterable[NotRead]:
        for each in self.directory.unread:
            yield NotRead(path=each.path, reason=each.reason)
        for local in self.origin.local.values():
            for each in local.directory.unread:
                yield NotRead(path=f"{clean(local.path)}/{each.path}", reason=each.reason)

    def _use_notes(self) -> Iterable[str]:
        if self.inferred:
            yield f"The use {self.asked.use!r} is inferred from {self.why}; --use names another."

    def _version_notes(self) -> Iterable[str]:
        for version, here in self.meant.items():
            if any(version in each.roots for each in self.statements):
                yield f"The directory holds the text of {here}; it is taken for the version that applies, not {version}."

    def _alterations(self) -> Iterable[Finding]:
        """A finding for each altered place of a text: it is no copy of what it claims to be."""
        for copy in self.audit.copies:
            if copy.is_unaltered or copy.document is None or copy.file.role not in ("license", "policy"):
                continue
            document = catalogue.document(copy.document)
            for index, (name, at, says) in enumerate(altered_clauses(copy)):
                if index == MOST_ALTERED:
                    break
                clause = None if name is None else document.clause(name)
                where = f"in section {at}, clause {name}" if clause is not None else "outside of any clause"
                yield Finding(
                    document=document.id,
                    clause=f"{name or 'text'}-altered-{index + 1}",
                    at=at or "",
                    kind="alteration",
                    act=(),
                    status="violated",
                    effect="none",
                    says=f"{copy.file.place} is altered and no copy of {document.id}: {where}, {says}.",
                    how="Put the licensor's own text in its place.",
                    url=None if clause is None else clause.link,
                )

    def _rows(self, directory: Directory, copies: tuple[Copy, ...], before: str) -> Iterable[Testified]:
        for witness in directory.witnesses:
            said = _shown_says(witness)
            if said:
                yield Testified(source=witness.source, place=f"{before}{witness.place}", says=said)
        for copy in copies:
            said = {"text": copy.document, "match": copy.match.match, "similarity": copy.match.similarity}
            if copy.match.altered:
                said["altered"] = sorted(
                    {each.clause for each in copy.match.altered if each.clause is not None}
                )
            if copy.match.near is not None:
                said["near"] = copy.match.near
            yield Testified(source=f"{copy.file.role}-file", place=f"{before}{copy.file.place}", says=said)
        for name in directory.names:
            if name.source in ("directory", "file", "hub cache"):
                yield Testified(
                    source=name.source, place=f"{before}{name.place}", says={"model_name": clean(name.name)}
                )


def _relation(asked: Asked) -> str:
    """How the model that the user names is related to the directory, by what the use does."""
    if not asked.use:
        return "fine-tune"
    words = vocabulary()
    _name, named, _facts = resolve_use(asked.use, words)
    acts = {*named, *(resolve_act(act, words) for act in asked.acts)}
    return next((relation for act, relation in RELATION_OF.items() if act in acts), "re-upload")


def _titles(directory: Directory) -> Iterable[str]:
    return (str(witness.says["title"]) for witness in directory.witnesses if "title" in witness.says)


def _roots_of(origin: Origin, day: str) -> Iterable[str]:
    """The licenses of the models that the lineage leads to."""
    for model in origin.models:
        if model.license is None:
            continue
        try:
            resolved = catalogue.in_force(model.license, day)
        except UsageError:
            continue
        yield from (root for choice in resolved.choices for root in choice)


def _joined(
    left: tuple[tuple[Term, ...], ...], right: tuple[tuple[Term, ...], ...]
) -> tuple[tuple[Term, ...], ...]:
    both = tuple(dict.fromkeys(tuple(dict.fromkeys((*one, *two))) for one in left for two in right))
    if len(both) <= MOST_CHOICES:
        return both
    # More choices than anyone weighs: all of them apply, which is never milder.
    return (tuple(dict.fromkeys(term for choice in both for term in choice)),)


def _distinct(unknowns: Iterable[engine.Unknown]) -> tuple[engine.Unknown, ...]:
    kept: dict[str, engine.Unknown] = {}
    for unknown in unknowns:
        kept.setdefault(unknown.says, unknown)
    return tuple(kept.values())


def _slug(written: str) -> str:
    return (
        "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in written.lower())[:40].strip(
            "-"
        )
        or "unnamed"
    )


def _worded(finding: Finding) -> Finding:
    if finding.kind != "contradiction" or finding.clause != "license":
        return finding
    between = finding.says.partition(": ")[2].rpartition(". The first")[0]
    return replace(
        finding,
        says=f"Two witnesses name different licenses: {between}. Every license that is named is evaluated; the strictest counts.",
        how="Correct the one that is wrong.",
    )


def _shown_says(witness: Witness) -> dict[str, Any]:
    """What a witness says as plain data, fit for display."""
    return {key: _plain(value) for key, value in witness.says.items()}


def _plain(value: Any) -> Any:
    match value:
        case str():
            return clean(value if len(value) <= MOST_SAID else f"{value[:MOST_SAID]}...")
        case list() | tuple():
            return [_plain(each) for each in value[:50]]
        case dict():
            return {clean(str(key)): _plain(each) for key, each in value.items()}
        case Struct():
            return _plain(msgspec.to_builtins(value))
        case _:
            return value
