"""Two reports compared: what changed from the old one to the new, and which change of the premises explains it.

The premises are what was asked, the facts, the texts, the lineage, the artefacts with their contradictions, the catalogue and
the tool. A clause is explained by the facts that it reads and the works by way of which it applies where one of them
changed, else by the premises that every clause rests on; and by the text of its document. What changed for one cause in
one way stands on one line; only what now stands against the use is told in full.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from weightlicense.artifacts.jsontext import parse_object
from weightlicense.artifacts.witness import Unreadable
from weightlicense.descent import Work
from weightlicense.errors import DataError, Problem
from weightlicense.finding import EXIT_CODES, LEVELS, UNDETERMINED, VERDICTS, Status, allowed
from weightlicense.report.json import FORMAT
from weightlicense.report.terminal import POLICY_SIGNS, SIGNS, STATUS_SIGNS, Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST_BYTES: Final = 64 * 1024 * 1024
ORDER: Final = (*VERDICTS[:3], UNDETERMINED, *VERDICTS[3:])
"""Verdicts from best to worst; an answer that may lie on either side of the line is worse than any that is allowed."""
Verdict = Literal[
    "permitted", "conditional", "breach", "needs-license", "not-granted", "prohibited", "undetermined"
]
NONE: Final = "none"
DENY: Final = "deny"
MOST_NAMED: Final = 4
AGAINST: Final = ("violated", "judgement")
_MARKS: Final = {"added": "+", "removed": "-", "changed": "~"}


class Stated(Struct, frozen=True):
    """A fact of a report."""

    value: str
    source: str


class Range(Struct, frozen=True):
    """Both ends of an answer."""

    best: Verdict
    worst: Verdict


class Tool(Struct, frozen=True):
    """Who wrote the report."""

    name: str
    version: str


class Catalogue(Struct, frozen=True):
    """The data that the report rests on."""

    digest: str


class Text(Struct, frozen=True):
    """The copy of a text that the report was given."""

    path: str
    sha256: str
    match: str
    document: str | None = None


class About(Struct, frozen=True):
    """The subject of a report; one of an older version has only `text`."""

    model: str | None
    license: str
    text: Text | None
    texts: tuple[Text, ...] | UnsetType = UNSET

    @property
    def given(self) -> tuple[Text, ...]:
        """Every copy of a text that the report was given."""
        if isinstance(self.texts, UnsetType):
            return () if self.text is None else (self.text,)
        return self.texts


class Use(Struct, frozen=True):
    """What was asked about the subject."""

    name: str
    acts: tuple[str, ...]
    facts: dict[str, Stated]


class Row(Struct, frozen=True):
    """A finding of a report, as far as it is compared."""

    document: str
    clause: str
    at: str
    status: Status
    effect: str
    says: str
    facts_used: dict[str, Stated]
    missing: tuple[str, ...]
    path: tuple[str, ...] = ()

    @property
    def reference(self) -> str:
        """`document/clause`."""
        return f"{self.document}/{self.clause}"

    @property
    def way(self) -> tuple[str, ...]:
        """The works by way of which it applies to the subject."""
        return self.path[:-1]


class Asked(Struct, frozen=True):
    """A question of a report."""

    fact: str
    ask: str


class Due(Struct, frozen=True):
    """A duty of a report; its parameters tell it from others of its name."""

    duty: str
    status: Status
    required_by: tuple[str, ...]
    parameters: dict[str, Any] = msgspec.field(name="with")


class Related(Struct, frozen=True):
    """How a work of a lineage came from another."""

    work: str
    relation: str
    parent: str = msgspec.field(name="from")


class Descended(Struct, frozen=True):
    """The lineage of a report."""

    works: tuple[Work, ...]
    relations: tuple[Related, ...]


class Decided(Struct, frozen=True):
    """What a policy of a report decides, and by which of its rules."""

    policy: str
    decision: str
    rule: str | None = None


class Witness(Struct, frozen=True):
    """What one artefact of an audit says."""

    source: str
    place: str
    says: dict[str, Any]


class Disagreement(Struct, frozen=True):
    """Statements of an audit about one fact that do not fit together."""

    fact: str
    between: tuple[str, ...]


class NotRead(Struct, frozen=True):
    """A file that an audit could not read."""

    path: str
    reason: str


class Saved(Struct, frozen=True):
    """A report that was saved as JSON, format 1; keys that are not compared may stand beside these."""

    format: Literal[1]
    tool: Tool
    catalogue: Catalogue
    as_of: str
    verdict: Verdict
    range: Range
    subject: About
    use: Use
    findings: tuple[Row, ...]
    questions: tuple[Asked, ...]
    duties: tuple[Due, ...]
    policies: tuple[Decided, ...]
    lineage: Descended | None = None
    witnesses: tuple[Witness, ...] | UnsetType = UNSET
    contradictions: tuple[Disagreement, ...] = ()
    unread: tuple[NotRead, ...] = ()

    @property
    def denied_by(self) -> tuple[str, ...]:
        """The policies that deny the use."""
        return tuple(dict.fromkeys(row.policy for row in self.policies if row.decision == DENY))


class Read(Struct, frozen=True, kw_only=True):
    """A saved report with the file that it was read from, and the digest of the file's bytes."""

    path: str
    sha256: str
    report: Saved


class Change(Struct, frozen=True, kw_only=True):
    """One thing that changed: `was` is None where it is new, `now` where it is gone; `because` what explains it.

    Of a clause, `document` and `at` say where it stands.
    """

    what: str
    was: str | None
    now: str | None
    says: str | None = None
    because: tuple[str, ...] = ()
    document: str | None = None
    at: str | None = None

    @property
    def kind(self) -> str:
        """`added`, `removed` or `changed`."""
        return "added" if self.was is None else "removed" if self.now is None else "changed"


class Causes(Struct, frozen=True, kw_only=True):
    """The premises that changed, by name; `every` are those that every clause rests on."""

    every: tuple[str, ...]
    facts: tuple[str, ...]
    texts: tuple[str, ...]
    lineage: frozenset[str]
    contradictions: tuple[str, ...]

    def of(self, rows: Sequence[Row]) -> tuple[str, ...]:
        """Those that explain a clause, as it was and as it is."""
        read = {_plain(name) for row in rows for name in (*row.facts_used, *row.missing)}
        steps = dict.fromkeys(step for row in rows for step in self._steps(row.path))
        own = (
            *(name for name in self.facts if _plain(name) in read),
            *(f"contradiction {name}" for name in self.contradictions if _plain(name) in read),
            *(f"lineage {step}" for step in steps),
        )
        texts = tuple(f"text {name}" for name in self.texts if name == rows[0].document)
        named = (*own, *texts) if own else (*texts, *self.every)
        return named or (*self.facts, *(f"text {name}" for name in self.texts))

    def _steps(self, path: Sequence[str]) -> Iterator[str]:
        """The works of a way that changed; of one that did not, its relation to the next."""
        for parent, work in pairwise(path):
            yield from [step for step in (parent, _relation(work, parent)) if step in self.lineage][:1]


class History(Struct, frozen=True, kw_only=True):
    """Everything that changed from one report to another."""

    old: Read
    new: Read
    asked: tuple[Change, ...]
    premises: tuple[Change, ...]
    facts: tuple[Change, ...]
    texts: tuple[Change, ...]
    lineage: tuple[Change, ...]
    artefacts: tuple[Change, ...]
    contradictions: tuple[Change, ...]
    questions: tuple[Change, ...]
    duties: tuple[Change, ...]
    findings: tuple[Change, ...]
    policies: tuple[Change, ...]

    @property
    def direction(self) -> str:
        """The way that the answer went: `same`, `better`, `worse`, or `neither`.

        A verdict is better or worse where both are known and lie on other steps: go ahead, put right first, not
        allowed. A policy's denial that came is worse, one that went better.
        """
        was, now = (read.report.verdict for read in (self.old, self.new))
        ways = {way for way, policies in (("worse", self.came), ("better", self.went)) if policies}
        if UNDETERMINED not in (was, now) and _step(was) != _step(now):
            ways.add("worse" if _step(now) > _step(was) else "better")
        if len(ways) == 1:
            return ways.pop()
        return "neither" if ways or was != now else "same"

    @property
    def came(self) -> tuple[str, ...]:
        """The policies that deny the use and did not."""
        return _without(self.new.report.denied_by, self.old.report.denied_by)

    @property
    def went(self) -> tuple[str, ...]:
        """The policies that denied the use and do not."""
        return _without(self.old.report.denied_by, self.new.report.denied_by)

    @property
    def exit_code(self) -> int:
        """1 where the verdict comes later in `ORDER` than it did or a policy newly denies, else 0."""
        was, now = (ORDER.index(read.report.verdict) for read in (self.old, self.new))
        return 1 if now > was or self.came else 0

    @property
    def parts(self) -> tuple[tuple[str, str, tuple[Change, ...]], ...]:
        """Key, heading and changes of each part, premises first."""
        return (
            ("asked", "What was asked", self.asked),
            ("premises", "Tool, catalogue and date", self.premises),
            ("facts", "Facts", self.facts),
            ("texts", "Texts", self.texts),
            ("lineage", "Lineage", self.lineage),
            ("artefacts", "Artefacts", self.artefacts),
            ("contradictions", "Contradictions", self.contradictions),
            ("policies", "Policies", self.policies),
            ("duties", "Duties", self.duties),
            ("questions", "Questions", self.questions),
            ("findings", "Clauses", self.findings),
        )


def _without(names: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in others)


def _step(verdict: str) -> tuple[int, bool]:
    return EXIT_CODES.get(verdict, 1), not allowed(LEVELS[verdict])


# --- reading ---------------------------------------------------------------------------------------------------


def read_report(path: str) -> Read:
    """The report that a file holds; raises `DataError` where there is none of format 1."""
    try:
        if not os.path.isfile(path):
            raise _wrong(path, "", "no such file" if not os.path.exists(path) else "not a file")
        with open(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise _wrong(path, "", getattr(error, "strerror", None) or str(error)) from None
    if len(data) > MOST_BYTES:
        raise _wrong(path, "", f"larger than {MOST_BYTES // 1024 // 1024} MB")
    try:
        values = parse_object(data)
    except Unreadable as error:
        raise _wrong(path, "", str(error)) from None
    if values.get("format") != FORMAT or isinstance(values["format"], bool):
        found = repr(values["format"])[:40] if "format" in values else "no format"
        raise _wrong(path, "format", f"{found}, where a report has {FORMAT}")
    try:
        report = msgspec.convert(values, Saved)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at ")
        raise _wrong(path, place.strip("`").removeprefix("$").removeprefix("."), message) from None
    return Read(path=path, sha256=hashlib.sha256(data).hexdigest(), report=report)


def _wrong(path: str, place: str, message: str) -> DataError:
    hint = "give a report written by --format json"
    shown = printable(path)
    return DataError((Problem(file=shown, line=None, path=place, message=printable(message), hint=hint),))


def printable(text: str) -> str:
    """Text of a stranger's file on one line, without characters that a terminal obeys."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


# --- comparing -------------------------------------------------------------------------------------------------


def compare(old: Read, new: Read) -> History:
    """What changed from the old report to the new."""
    one, two = old.report, new.report
    asked = _changes(_asked(one), _asked(two))
    premises = _changes(_premises(one), _premises(two))
    facts = _changes(_facts(one), _facts(two))
    texts = _changes(_texts(one), _texts(two))
    lineage = _changes(_lineage(one), _lineage(two))
    artefacts = _changes(_artefacts(one), _artefacts(two))
    contradictions = _changes(_contradictions(one), _contradictions(two))
    causes = Causes(
        every=(
            *(change.what for change in (*asked, *premises)),
            *(f"contradiction {change.what}" for change in contradictions),
            *(["lineage"] if lineage else []),
            *(f"artefact {change.what}" for change in artefacts),
        ),
        facts=_names(facts),
        texts=_names(texts),
        lineage=frozenset(_names(lineage)),
        contradictions=_names(contradictions),
    )
    findings = _findings(one, two, causes)
    by_clause = {change.what: change.because for change in findings}
    return History(
        old=old,
        new=new,
        asked=asked,
        premises=premises,
        facts=facts,
        texts=texts,
        lineage=lineage,
        artefacts=artefacts,
        contradictions=contradictions,
        questions=_changes(
            {question.fact: question.ask for question in one.questions},
            {question.fact: question.ask for question in two.questions},
        ),
        duties=_duties(one, two, by_clause),
        findings=findings,
        policies=_changes(_policies(one), _policies(two)),
    )


def _changes(old: dict[str, str], new: dict[str, str]) -> tuple[Change, ...]:
    return tuple(
        Change(what=key, was=old.get(key), now=new.get(key))
        for key in dict.fromkeys((*old, *new))
        if old.get(key) != new.get(key)
    )


def _names(changes: Iterable[Change]) -> tuple[str, ...]:
    return tuple(change.what for change in changes)


def _asked(report: Saved) -> dict[str, str]:
    return {
        "model": report.subject.model or NONE,
        "license": report.subject.license,
        "use": report.use.name,
        "acts": ", ".join(report.use.acts),
    }


def _premises(report: Saved) -> dict[str, str]:
    return {
        "catalogue": report.catalogue.digest,
        "tool": f"{report.tool.name} {report.tool.version}",
        "as_of": report.as_of,
    }


def _facts(report: Saved) -> dict[str, str]:
    return {name: f"{fact.value} ({fact.source})" for name, fact in report.use.facts.items()}


def _texts(report: Saved) -> dict[str, str]:
    return _joined(
        (text.document or report.subject.license, f"{text.match}, sha256 {text.sha256}")
        for text in report.subject.given
    )


def _lineage(report: Saved) -> dict[str, str]:
    """Works with what is claimed of them and the documents that they bring, and how one came from another."""
    if report.lineage is None:
        return {}
    works = ((work.id, _work(work)) for work in report.lineage.works)
    relations = ((_relation(row.work, row.parent), row.relation) for row in report.lineage.relations)
    return _joined((*works, *relations))


def _work(work: Work) -> str:
    told = (("of", work.model), ("license", work.license), ("documents", ", ".join(work.documents)))
    return "; ".join((work.kind, *(f"{name} {value}" for name, value in told if value)))


def _relation(work: str, parent: str) -> str:
    return f"{work} from {parent}"


def _artefacts(report: Saved) -> dict[str, str]:
    witnesses = () if isinstance(report.witnesses, UnsetType) else report.witnesses
    said = (
        (f"{each.place} ({each.source})", msgspec.json.encode(each.says, order="sorted").decode())
        for each in witnesses
    )
    return _joined((*said, *((each.path, f"not read: {each.reason}") for each in report.unread)))


def _joined(rows: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Values by key; those of one key stand together."""
    values: dict[str, list[str]] = {}
    for key, value in rows:
        values.setdefault(key, []).append(value)
    return {key: " ".join(found) for key, found in values.items()}


def _contradictions(report: Saved) -> dict[str, str]:
    return _joined((each.fact, " against ".join(each.between)) for each in report.contradictions)


def _policies(report: Saved) -> dict[str, str]:
    return _joined(
        (row.policy if row.rule is None else f"{row.policy} {row.rule}", row.decision)
        for row in report.policies
    )


def _duties(one: Saved, two: Saved, by_clause: dict[str, tuple[str, ...]]) -> tuple[Change, ...]:
    """Changed duties, by name and, where one name stands for several in either report, by what they ask for."""
    counts = [Counter(due.duty for due in report.duties) for report in (one, two)]
    rows: list[dict[str, Due]] = []
    for report in (one, two):
        rows.append({})
        for due in report.duties:
            words = " ".join(str(value) for value in due.parameters.values())
            several = any(count[due.duty] > 1 for count in counts)
            rows[-1][f"{due.duty} {words}".strip() if several else due.duty] = due
    old, new = rows
    found = []
    for name in dict.fromkeys((*old, *new)):
        was, now = old.get(name), new.get(name)
        if was is not None and now is not None and was.status == now.status:
            continue
        clauses = dict.fromkeys(clause for due in (was, now) if due is not None for clause in due.required_by)
        found.append(
            Change(
                what=name,
                was=None if was is None else was.status,
                now=None if now is None else now.status,
                because=tuple(
                    dict.fromkeys(cause for clause in clauses for cause in by_clause.get(clause, ()))
                ),
            )
        )
    return tuple(found)


def _findings(one: Saved, two: Saved, causes: Causes) -> tuple[Change, ...]:
    old, new = _by_reference(one), _by_reference(two)
    found = []
    for key in dict.fromkeys((*old, *new)):
        was, now = old.get(key), new.get(key)
        rows = [row for row in (was, now) if row is not None]
        # What does not apply does so by no way.
        turned = len({row.way for row in rows if row.status != "not-applicable"}) > 1
        states = [None if row is None else _stated(row, by_way=turned) for row in (was, now)]
        if states[0] == states[1]:
            continue
        known = rows[-1]
        found.append(
            Change(
                what=key,
                was=states[0],
                now=states[1],
                says=f"{known.at}: {known.says}" if known.at else known.says,
                because=causes.of(rows),
                document=known.document,
                at=known.at,
            )
        )
    return tuple(found)


def _stated(row: Row, *, by_way: bool) -> str:
    way = f"by way of {', '.join(row.way)}" if row.way else "directly"
    return f"{row.status} ({row.effect}) {way}" if by_way else f"{row.status} ({row.effect})"


def _by_reference(report: Saved) -> dict[str, Row]:
    """The findings by `document/clause`; one that stands there again has a number."""
    rows: dict[str, Row] = {}
    for row in report.findings:
        key, number = row.reference, 1
        while key in rows:
            number += 1
            key = f"{row.reference} ({number})"
        rows[key] = row
    return rows


def _plain(fact: str) -> str:
    """The name of a fact without its period or document."""
    return fact.partition("@")[0].partition("[")[0]


# --- telling ---------------------------------------------------------------------------------------------------


def as_data(history: History) -> dict[str, Any]:
    """The comparison as plain data, format 1."""
    old, new = history.old, history.new
    return {
        "format": FORMAT,
        "old": {"path": old.path, "sha256": old.sha256},
        "new": {"path": new.path, "sha256": new.sha256},
        "verdict": {
            "was": old.report.verdict,
            "now": new.report.verdict,
            "direction": history.direction,
        },
        "range": {
            "was": {"best": old.report.range.best, "worst": old.report.range.worst},
            "now": {"best": new.report.range.best, "worst": new.report.range.worst},
        },
        "denied_by": {"was": list(old.report.denied_by), "now": list(new.report.denied_by)},
        **{key: [_row(change) for change in changes] for key, _, changes in history.parts},
    }


def _row(change: Change) -> dict[str, Any]:
    return {
        "what": change.what,
        "change": change.kind,
        "was": change.was,
        "now": change.now,
        "says": change.says,
        "because": list(change.because),
    }


def render(history: History, *, width: int = 80, colour: bool = False) -> str:
    """The comparison as text of at most `width` columns: the answer, its causes, what is to do, and the clauses."""
    page = Page(width, colour=colour)
    old, new = history.old.report, history.new.report
    answers = [f"{report.verdict}, denied" if report.denied_by else report.verdict for report in (old, new)]
    ways = {"same": ", as before", "neither": ""}
    way = ways.get(history.direction, f": {history.direction}")
    page.ends(
        printable(f"{new.subject.model or new.subject.license} · {new.use.name}"),
        f"{POLICY_SIGNS[DENY] if new.denied_by else SIGNS[new.verdict]} {_then(*answers)}{way}",
        bold=True,
    )
    if old.denied_by or new.denied_by:
        deniers = (", ".join(report.denied_by) or NONE for report in (old, new))
        page.add(f"denied by: {printable(_then(*deniers))}", hang=2)
    page.add(f"range: {_then(*(f'{report.range.best} to {report.range.worst}' for report in (old, new)))}")
    page.add(f"as of {printable(old.as_of)} → {printable(new.as_of)}")
    if any(change.what in ("model", "use") for change in history.asked):
        page.add("The two reports do not ask the same: read the differences as such.")
    if not any(changes for _, _, changes in history.parts):
        page.add("Nothing changed.")
    for key, heading, changes in history.parts:
        if changes:
            page.heading(heading)
            _TOLD.get(key, _each)(page, changes)
    return page.text()


def _then(was: str, now: str) -> str:
    return now if was == now else f"{was} → {now}"


def _each(page: Page, changes: Sequence[Change]) -> None:
    for change in changes:
        page.add(f"{_MARKS[change.kind]} {printable(change.what)}", indent=2, hang=4)
        page.add(_moved(change), indent=4, hang=6)
        if change.says is not None:
            page.add(printable(change.says), indent=4)
        if change.because:
            page.add(printable(_because(change)), indent=4, hang=6)


def _clauses(page: Page, changes: Sequence[Change]) -> None:
    """First what now stands against the use, in full; then the others by document."""
    _each(page, [change for change in changes if _status(change.now) in AGAINST])
    _alike(page, [change for change in changes if _status(change.now) not in AGAINST], brief=True)


def _questions(page: Page, changes: Sequence[Change]) -> None:
    _each(page, [change for change in changes if change.now is not None])
    gone = [printable(change.what) for change in changes if change.now is None]
    if gone:
        page.add(f"- no longer asked: {', '.join(gone)}", indent=2, hang=4)


def _alike(page: Page, changes: Sequence[Change], *, brief: bool = False) -> None:
    """What changed in one way for one cause, a line each."""
    moved = _briefly if brief else _moved
    groups: dict[tuple[str | None, ...], list[Change]] = {}
    for change in changes:
        key = (change.document, change.kind, moved(change), *change.because)
        groups.setdefault(key, []).append(change)
    for group in groups.values():
        first = group[0]
        names = [each.what if each.document is None else each.at or each.what for each in group]
        place = f"{first.document or ''} {_some(names)}".strip()
        because = f", {_because(first)}" if first.because else ""
        page.add(
            f"{_MARKS[first.kind]} {printable(place)}: {moved(first)}{printable(because)}",
            indent=2,
            hang=4,
        )


def _because(change: Change) -> str:
    return f"because of {_some(change.because)}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(dict.fromkeys(names[:MOST_NAMED])) + more


_TOLD: Final = {"lineage": _alike, "duties": _alike, "questions": _questions, "findings": _clauses}


def _status(state: str | None) -> str:
    return (state or "").split(" ", 1)[0]


def _moved(change: Change) -> str:
    """From what to what, each with its sign."""
    return " → ".join(_state(state) for state in (change.was, change.now) if state is not None)


def _briefly(change: Change) -> str:
    """The same of a clause's status, effect and way; only the status or only the way where the others stay."""
    if change.was is None or change.now is None:
        return _moved(change)
    was, now = (state.split(" ", 2) for state in (change.was, change.now))
    kept = slice(2, 3) if was[:2] == now[:2] else slice(1) if was[1:] == now[1:] else slice(3)
    return _then(*(_state(" ".join(state[kept])) for state in (was, now)))


def _state(text: str) -> str:
    sign = STATUS_SIGNS.get(_status(text))
    return f"{sign} {printable(text)}" if sign else printable(text)
