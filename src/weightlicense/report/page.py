"""What a page about a report shows, part by part: the values that `page.html.jinja` lays out."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from weightlicense.artifacts.witness import shortened
from weightlicense.decision import Cited, PolicyDecision, PolicyReason
from weightlicense.finding import (
    LEVELS,
    VERDICTS,
    Answer,
    DutyRow,
    FactUsed,
    Finding,
    Question,
    Report,
    allowed,
)
from weightlicense.report.picture import picture
from weightlicense.report.wording import (
    MATCHES,
    advice,
    asked,
    copies,
    counted,
    cure,
    is_lacking,
    lacking,
    listed,
    own_denials,
    reach,
    sections,
    sentence,
    testimony,
    verdict,
)
from weightlicense.report.wording import against as says_against
from weightlicense.report.wording import places as where

MATRIX_FROM: Final = 6
"""That many prohibitions of one document are a table; fewer are told one by one."""
STEPS_SHOWN: Final = 5
"""So many steps of a kind stand on the first screen; the rest is a link away."""
LONG_NAME: Final = 48
"""A name of more characters is set smaller."""
DECIDING: Final = ("deny", "approval", "accept")
"""What a rule of an organisation decides where it fits."""
PHASES: Final = (
    ("act", "With the act", "Done when the model is released, served or shown. These hold the verdict."),
    ("standing", "As long as the license is held", "Kept to all the time. An open one does not hold the verdict."),
    ("event", "If something happens", "Due only then."),
)  # fmt: skip


class Step(Struct, frozen=True, kw_only=True):
    """One thing to do, with the place on the page that tells more."""

    text: str
    anchor: str
    detail: str = ""


class Steps(Struct, frozen=True, kw_only=True):
    """Things to do of one kind: the first few, and how many more there are."""

    title: str
    tone: str
    steps: tuple[Step, ...]
    more: int
    anchor: str


class Clause(Struct, frozen=True, kw_only=True):
    """A finding with its place on the page; `path`, `used` and `missing` where no heading above says the same.

    `only` are the acts that it reaches where they are not all acts of the use, `how` what to do about it where
    no duty says so. `is_altered`: the user's copy has other words there than the text that was encoded.
    """

    finding: Finding
    anchor: str
    source: str | None
    host: str
    how: str | None
    only: tuple[str, ...]
    path: tuple[str, ...]
    used: dict[str, FactUsed]
    missing: tuple[str, ...]
    is_altered: bool = False

    @property
    def has_rows(self) -> bool:
        """Whether there is more to tell than what it says."""
        told = self.finding
        return any(
            (
                *(told.judge, self.how, told.reading, told.doubt, told.gloss, told.note),
                *(self.missing, self.used, self.only, self.path),
            )
        )


class Part(Struct, frozen=True, kw_only=True):
    """One document's clauses that bear on the use; those that are alike stand in a table."""

    name: str
    anchor: str
    source: str | None
    path: tuple[str, ...]
    cards: tuple[Clause, ...]
    table: tuple[Clause, ...]
    used: dict[str, FactUsed]
    missing: tuple[str, ...]


class Duty(Struct, frozen=True, kw_only=True):
    """A duty with what to do as its title, and what shows it: wordings, other parameters, evidence, notes, cure."""

    row: DutyRow
    anchor: str
    places: str
    title: str
    more: str | None
    tone: str
    wordings: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...]
    evidence: dict[str, FactUsed]
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    cure: str | None


class Ground(Struct, frozen=True, kw_only=True):
    """One rule, point or statement of a policy: what it says where the decision does not say it, and what it rests on."""

    reason: PolicyReason
    tone: str
    word: str
    says: str | None
    clauses: tuple[Reference, ...]
    disputed: tuple[Reference, ...]


class Ruling(Struct, frozen=True, kw_only=True):
    """What a policy decides, with its place on the page, its grounds, and its waiver in words."""

    row: PolicyDecision
    anchor: str
    tone: str
    reasons: tuple[Ground, ...]
    waiver: str | None


class Asked(Struct, frozen=True, kw_only=True):
    """A question with its place on the page."""

    row: Question
    anchor: str


class Reference(Struct, frozen=True, kw_only=True):
    """Some clauses of one document, as label and place on the page; `more` are not listed."""

    document: str
    places: tuple[tuple[str, str], ...]
    more: int


class Anchors:
    """Names of places on the page, each given once."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def take(self, name: str) -> str:
        """A name made of safe characters that no other place has."""
        stem = re.sub(r"[^A-Za-z0-9._/-]+", "-", name)
        unique, count = stem, 1
        while unique in self.taken:
            count += 1
            unique = f"{stem}-{count}"
        self.taken.add(unique)
        return unique


def page(report: Report) -> dict[str, Any]:
    """The variables of the template."""
    anchors = Anchors()
    altered = {f"{text.document}/{name}" for text in report.subject.texts for name in text.altered}
    clauses = tuple(_clause(finding, report.acts, altered, anchors) for finding in report.findings)
    places: dict[str, list[Clause]] = {}
    for clause in clauses:
        places.setdefault(clause.finding.reference, []).append(clause)

    def places_of(references: Iterable[str]) -> tuple[Reference, ...]:
        return _references(clause for name in references for clause in places.get(name, ()))

    bearing = [clause for clause in clauses if clause.finding.status != "not-applicable"]
    against = tuple(clause for clause in bearing if _stands_against(clause.finding))
    at = sections(report)
    duties = tuple(_duty(row, places, at, anchors) for row in report.duties)
    questions = tuple(Asked(row=q, anchor=anchors.take(f"question/{q.fact}")) for q in report.questions)
    policies = tuple(_ruling(row, places, anchors) for row in report.policies)
    steps = tuple(_next(report, against, duties, questions, policies))
    return {
        "report": report,
        "footer": f"License report: {shortened(report.subject.name)}, {report.verdict} for {report.use}, as of {report.as_of}",
        "long_name": len(report.subject.name) > LONG_NAME,
        "sentence": verdict(report),
        "range": reach(report),
        "scale": _scale(report),
        "tone": "no" if report.denials else _tone(report.verdict),
        "advice": advice(report),
        "steps": steps,
        "unknown": tuple((sentence(text), anchor) for text, anchor in _unknown(report, bearing, questions)),
        "questions": questions,
        "against": against,
        "phases": tuple((title, means, tuple(d for d in duties if d.row.phase == phase)) for phase, title, means in PHASES),
        "done": sum(duty.row.status == "satisfied" for duty in duties if duty.row.phase == "act"),
        "to_do": sum(duty.row.phase == "act" for duty in duties),
        "parts": tuple(_parts(bearing, anchors)),
        "bearing": len(bearing),
        "elsewhere": _by_document(c for c in clauses if c.finding.status == "not-applicable"),
        "facts_given": tuple((name, fact, _references(c for c in clauses if name in c.finding.facts_used)) for name, fact in report.facts.items()),
        "missing": tuple(_missing(report, bearing)),
        "paths": tuple(_paths(bearing)),
        "picture": picture(report),
        "policies": policies,
        "turned": _turned(report),
        "witnesses": tuple((witness, said) for witness in report.witnesses or () if (said := tuple(testimony(witness)))),
        "quoted": any(clause.finding.quote for clause in clauses),
        "copies": copies(report),
        "says_against": says_against,
        "doubts": tuple(clause for clause in bearing if clause.finding.doubt),
        "matches": MATCHES,
        "worst_match": max(
            (*(text.match for text in report.subject.texts), *(match for _, _, match in copies(report))),
            key=tuple(MATCHES).index,
            default=None,
        ),
        "places_of": places_of,
        "tone_of": _tone,
        "effect_of": _effect,
    }  # fmt: skip


def web_address(url: str | None) -> str | None:
    """The address, where it is one that may be linked: http or https, a host, no name of a user before it."""
    if url is None or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    fits = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    return url if fits else None


def _clause(finding: Finding, acts: tuple[str, ...], altered: Container[str], anchors: Anchors) -> Clause:
    source = web_address(finding.url)
    said_by_duty = finding.effect == "duty" or finding.status in ("satisfied", "not-applicable")
    return Clause(
        finding=finding,
        anchor=anchors.take(finding.reference),
        source=source,
        host=(urlsplit(source).hostname or "") if source else "",
        how=None if said_by_duty else finding.how,
        only=finding.act if finding.act != acts else (),
        path=finding.path,
        used=finding.facts_used,
        missing=finding.missing,
        is_altered=finding.reference in altered,
    )


def _stands_against(finding: Finding) -> bool:
    return is_lacking(finding) or (finding.effect != "duty" and finding.status in ("violated", "judgement"))


def _tone(word: str) -> str:
    """The sign of a verdict, an effect or a status: ok, open, no, ask, judge or none."""
    match word:
        case "permitted" | "satisfied" | "goes-on":
            return "ok"
        case "conditional" | "open":
            return "open"
        case "breach" | "needs-license" | "not-granted" | "prohibited" | "violated":
            return "no"
        case "judgement":
            return "judge"
        case "undetermined" | "undecided":
            return "ask"
        case _:
            return "none"


def _effect(answer: Answer) -> str:
    return {"goes-on": "goes on", "undecided": "more is asked"}.get(answer.effect, answer.effect)


def _scale(report: Report) -> tuple[tuple[str, tuple[dict[str, Any], ...]], ...]:
    """The six verdicts in order on the two sides of the line, with those that the answer can still be."""
    best, worst = LEVELS[report.best], LEVELS[report.worst]
    steps = [{"name": name, "possible": best <= level <= worst} for level, name in enumerate(VERDICTS)]
    line = sum(allowed(level) for level in range(len(VERDICTS)))
    return (("allowed", tuple(steps[:line])), ("not allowed", tuple(steps[line:])))


def _references(clauses: Iterable[Clause], most: int = 4) -> tuple[Reference, ...]:
    return tuple(
        Reference(document=document, places=tuple(_places(rows[:most])), more=len(rows[most:]))
        for document, rows in _by_document(clauses)
    )


def _places(rows: Sequence[Clause]) -> Iterable[tuple[str, str]]:
    """Clauses by the text's own numbering, with their names where it does not tell them apart."""
    clauses = {clause.finding.clause: clause for clause in reversed(rows)}
    ats = [clause.finding.at for clause in clauses.values()]
    for clause in reversed(clauses.values()):
        at, name = clause.finding.at, clause.finding.clause
        yield f"{at} {name}".strip() if ats.count(at) > 1 or not at else at, clause.anchor


def _by_document(clauses: Iterable[Clause]) -> tuple[tuple[str, tuple[Clause, ...]], ...]:
    found: dict[str, list[Clause]] = {}
    for clause in clauses:
        found.setdefault(clause.finding.document, []).append(clause)
    return tuple((document, tuple(rows)) for document, rows in found.items())


def _parts(bearing: Iterable[Clause], anchors: Anchors) -> Iterable[Part]:
    for document, rows in _by_document(bearing):
        items = [clause for clause in rows if clause.finding.kind == "prohibition"]
        alike = items if len(items) >= MATRIX_FROM else []
        used = _common_facts(alike)
        missing = _common([clause.missing for clause in alike if clause.missing])
        sources = {clause.source.partition("#")[0] for clause in rows if clause.source}
        paths = {clause.path for clause in rows}
        path = rows[0].path if len(paths) == 1 else ()
        yield Part(
            name=document,
            anchor=anchors.take(f"document/{document}"),
            source=sources.pop() if len(sources) == 1 else None,
            path=path,
            cards=tuple(_without(c, path) for c in rows if not alike or c.finding.kind != "prohibition"),
            table=tuple(_without(clause, path, used, missing) for clause in alike),
            used=used,
            missing=missing,
        )


def _common(rows: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(name for name in rows[0] if all(name in row for row in rows)) if rows else ()


def _common_facts(table: Sequence[Clause]) -> dict[str, FactUsed]:
    rows = [clause.used for clause in table if clause.used]
    names = _common([tuple(row) for row in rows])
    return {name: rows[0][name] for name in names if all(row[name] == rows[0][name] for row in rows)}


def _without(
    clause: Clause, path: tuple[str, ...], used: Container[str] = (), missing: Container[str] = ()
) -> Clause:
    """The clause without what stands above it once for all."""
    return msgspec.structs.replace(
        clause,
        path=() if clause.path == path else clause.path,
        used={name: fact for name, fact in clause.used.items() if name not in used},
        missing=tuple(name for name in clause.missing if name not in missing),
    )


def _duty(row: DutyRow, places: dict[str, list[Clause]], at: dict[str, str], anchors: Anchors) -> Duty:
    findings = [clause.finding for reference in row.required_by for clause in places.get(reference, ())]
    wordings = [_texts(value) for name, value in row.parameters if name in ("text", "any-of")]
    evidence = {name: fact for finding in findings for name, fact in finding.facts_used.items()}
    done_with_act = row.phase == "act"
    return Duty(
        row=row,
        anchor=anchors.take(f"duty/{row.duty}"),
        places=where(row.required_by, at),
        title=row.how if done_with_act else row.means,
        more=None if done_with_act or row.how == row.means else row.how,
        tone=_tone(row.status) if done_with_act or row.status != "open" else "none",
        wordings=tuple(text for texts in wordings for text in texts),
        parameters=tuple(
            (name, ", ".join(_texts(value))) for name, value in row.parameters if name not in ("text", "any-of")
        ),
        evidence=evidence,
        missing=tuple(dict.fromkeys(name for finding in findings for name in finding.missing)),
        notes=tuple(dict.fromkeys(finding.note for finding in findings if finding.note)),
        cure=cure(row),
    )  # fmt: skip


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list | tuple) else (str(value),)


def _next(
    report: Report,
    against: Sequence[Clause],
    duties: Sequence[Duty],
    questions: Sequence[Asked],
    policies: Sequence[Ruling],
) -> Iterable[Steps]:
    """What to do, the deciding first: what stands against it, what settles it, what is to be put right, what is open."""
    barred = [c for c in against if c.finding.status == "violated"]
    judged = [c for c in against if c.finding.status == "judgement"]
    unread = [c for c in against if c.finding.status == "undecided"]
    first = [q for q in questions if q.row.first]
    unmet = [d for d in duties if d.row.status == "violated"]
    waiting = [d for d in duties if d.row.phase == "act" and d.row.status not in ("satisfied", "violated")]
    if not allowed(LEVELS[report.best]) and report.verdict != "needs-license":
        waiting = []
    in_the_end = "Once it is allowed, do" if barred or first or unread or judged else "Do and show"
    denied = [ruling for ruling in policies if ruling.row in own_denials(report)]
    wanted = [ruling for ruling in policies if ruling.row.decision == "approval"]
    groups: tuple[tuple[str, str, Sequence[Step], str], ...] = (
        ("What stands against it", "no", _clause_steps(barred), "against"),
        ("Answer first", "ask", [_question_step(each) for each in first], "questions"),
        ("Read first", "ask", _clause_steps(unread), "against"),
        ("Have a person decide", "judge", _clause_steps(judged), "against"),
        ("Denied by policy", "no", [_ruling_step(each) for each in denied], "policies"),
        ("Get approval", "open", [_ruling_step(each) for each in wanted], "policies"),
        ("Put right", "no", [_duty_step(each) for each in unmet], "duties"),
        (in_the_end, "open", [_duty_step(each) for each in waiting], "duties"),
    )
    for title, tone, every, anchor in groups:
        if every:
            shown = tuple(every[:STEPS_SHOWN])
            yield Steps(title=title, tone=tone, steps=shown, more=len(every) - len(shown), anchor=anchor)
    if report.verdict == "permitted" and not unmet:
        standing = [duty for duty in duties if duty.row.phase == "standing"]
        shown = tuple(_duty_step(duty) for duty in standing[:STEPS_SHOWN])
        if shown:
            yield Steps(title="Keep to", tone="none", steps=shown, more=len(standing) - len(shown), anchor="duties")  # fmt: skip


def _clause_steps(clauses: Sequence[Clause]) -> list[Step]:
    """What to do about clauses; those that want the same are one step with all their places and reasons."""
    same: dict[str, list[Clause]] = {}
    for clause in clauses:
        same.setdefault(_wants(clause.finding), []).append(clause)
    return [
        Step(
            text=text,
            anchor=alike[0].anchor,
            detail=" · ".join(filter(None, (_stand(alike), _because(alike)))),
        )
        for text, alike in same.items()
    ]


def _wants(finding: Finding) -> str:
    if finding.kind == "contradiction":
        return finding.says
    judge = finding.judge if finding.status == "judgement" else None
    return finding.how or judge or says_against(finding)


def _stand(clauses: Sequence[Clause]) -> str:
    """Where clauses stand, each with its document: `flux-1-dev-nc-1.1.1 1.c, 2.a`."""
    return "; ".join(
        f"{document} {', '.join(dict.fromkeys(c.finding.at for c in alike if c.finding.at))}".rstrip()
        for document, alike in _by_document(clauses)
    )


def _because(clauses: Sequence[Clause]) -> str:
    """The facts for which clauses stand against the use."""
    used = {
        name: fact
        for clause in clauses
        if clause.finding.status == "violated" and clause.finding.kind != "contradiction"
        for name, fact in clause.finding.facts_used.items()
    }
    return ", ".join(f"{name}={fact.value} ({fact.source})" for name, fact in used.items())


def _ruling_step(ruling: Ruling) -> Step:
    row = ruling.row
    return Step(
        text=row.says, anchor=ruling.anchor, detail=" ".join(each for each in (row.policy, row.rule) if each)
    )


def _question_step(question: Asked) -> Step:
    row = question.row
    if row.fact == "license" and row.values:
        return Step(text=row.ask, anchor=question.anchor, detail=f"license · one of {', '.join(row.values)}")
    told = row.leads_to if len(row.leads_to) <= 3 else [a for a in row.leads_to if a.effect == "goes-on"]
    forks = [f"{answer.answer}: {_effect(answer)}" for answer in told]
    others = [answer for answer in row.leads_to if answer not in told]
    if others:
        effects = listed(list(dict.fromkeys(_effect(answer) for answer in others)))
        forks.append(f"{counted(len(others), 'other answer')}: {effects}")
    return Step(text=asked(row), anchor=question.anchor, detail=" · ".join((row.fact, *forks)))


def _duty_step(duty: Duty) -> Step:
    return Step(
        text=duty.title, anchor=duty.anchor, detail=" · ".join(filter(None, (duty.row.duty, duty.places)))
    )


def _unknown(
    report: Report, bearing: Sequence[Clause], questions: Sequence[Asked]
) -> Iterable[tuple[str, str]]:
    """What is not known, as parts of a sentence, each with the place that tells more."""
    first = sum(q.row.first for q in questions)
    later = sum(q.row.about == "verdict" and not q.row.first for q in questions)
    triggers = sum(q.row.about == "duty" for q in questions)
    judged = [clause.finding.effect == "duty" for clause in bearing if clause.finding.status == "judgement"]
    doubts = sum(bool(c.finding.doubt) for c in bearing)
    if report.unread:
        yield f"what {counted(len(report.unread), 'file')} would say that could not be read", "witnesses"
    if first:
        yield f"{counted(first, 'fact')} that can turn the answer", "questions"
    if later and first:
        yield f"{counted(later, 'further fact')} that may be asked after these", "questions"
    elif later:
        yield f"{counted(later, 'fact')} that can move the answer", "questions"
    told = {question.fact for question in report.questions}
    within = {
        name
        for clause in bearing
        for name in clause.finding.missing
        if clause.finding.status == "undecided"
        and clause.finding.effect != "duty"
        and "." in name
        and name not in told
    }
    if within:
        yield f"{counted(len(within), 'fact')} that cannot turn the answer", "reached"
    if triggers:
        yield f"{counted(triggers, 'fact')} on which it hangs whether a duty applies", "questions"
    if not all(judged):
        yield f"{counted(judged.count(False), 'clause')} that only a person can judge", "against"
    if any(judged):
        yield (
            f"whether {counted(judged.count(True), 'duty is', 'duties are')} met, which a person must judge",
            "duties",
        )
    for finding in lacking(report):
        place = f"{finding.document} {finding.at}".rstrip()
        yield f"{finding.says.removesuffix('.')} ({place})", "against"
    if doubts:
        yield f"{counted(doubts, 'doubt')} about what the text means", "doubts"
    if report.subject.text is None and not copies(report):
        yield "whether your copy of the text is the one that was encoded: none was given", "about"


def _missing(report: Report, bearing: Sequence[Clause]) -> Iterable[tuple[str, str, tuple[Reference, ...]]]:
    """Each fact that nobody declared and a clause waits for, with its question or why it is not asked."""
    asks = {question.fact: question.ask for question in report.questions}
    for name in dict.fromkeys(name for clause in bearing for name in clause.finding.missing):
        waiting = [clause for clause in bearing if name in clause.finding.missing]
        only_duties = all(clause.finding.effect == "duty" for clause in waiting)
        if only_duties:
            unasked = "Shows a duty met or not."
        elif "." not in name:
            unasked = "No declared fact stands for it: the words themselves must be read."
        else:
            turns = "a yes into a no" if allowed(LEVELS[report.best]) else "the no into a yes"
            unasked = f"Not asked: no answer turns {turns}."
        yield name, asks.get(name, unasked), _references(waiting)


def _paths(bearing: Sequence[Clause]) -> Iterable[tuple[tuple[str, ...], tuple[Reference, ...]]]:
    for path in dict.fromkeys(clause.finding.path for clause in bearing if clause.finding.path):
        yield path, _references(clause for clause in bearing if clause.finding.path == path)


def _ruling(row: PolicyDecision, places: Mapping[str, list[Clause]], anchors: Anchors) -> Ruling:
    """A policy's decision with each rule, point or statement that says more than the decision itself."""
    reasons = []
    for reason in row.reasons:
        grounds = Ground(
            reason=reason,
            tone="ask" if reason.missing and reason.decision in DECIDING else _policy_tone(reason.decision),
            word=f"may be: {reason.decision}"
            if reason.missing and reason.decision in DECIDING
            else reason.decision,
            says=None if reason.says == row.says else reason.says,
            clauses=_cited(reason.clauses, places),
            disputed=_cited(reason.disputed, places),
        )
        if grounds.says or grounds.clauses or grounds.disputed or reason.missing or reason.notes:
            reasons.append(grounds)
    waiver = row.waiver
    return Ruling(
        row=row,
        anchor=anchors.take(f"policy/{row.policy}/{row.rule}" if row.rule else f"policy/{row.policy}"),
        tone=_policy_tone(row.decision),
        reasons=tuple(reasons),
        waiver=None
        if waiver is None
        else f"{waiver.owner} lifts {waiver.rule} until {waiver.expires} ({waiver.state}): {waiver.reason}",
    )


def _policy_tone(decision: str) -> str:
    match decision:
        case "accept" | "met":
            return "ok"
        case "deny" | "broken":
            return "no"
        case "approval":
            return "open"
        case "undecided":
            return "ask"
        case "covered":
            return "judge"
        case _:
            return "none"


def _cited(
    clauses: Sequence[Cited], places: Mapping[str, list[Clause]], most: int = 4
) -> tuple[Reference, ...]:
    """Clauses of a policy by document; those of documents that the report does not tell of lead nowhere."""
    found: dict[str, list[tuple[str, str]]] = {}
    for each in clauses:
        known = places.get(f"{each.document}/{each.clause}")
        label = each.at or each.clause
        places_there = found.setdefault(each.document, [])
        if all(label != other for other, _ in places_there):
            places_there.append((label, known[0].anchor if known else ""))
    return tuple(
        Reference(document=document, places=tuple(rows[:most]), more=len(rows[most:]))
        for document, rows in found.items()
    )


def _turned(report: Report) -> dict[str, Any] | None:
    """What would make it allowed, and what the release may be offered under, where they were asked for."""
    if report.changes is None and report.offering is None:
        return None
    from weightlicense.report import turned

    changes = None if report.changes is None else turned.told(report, report.changes)
    return {
        "titles": (turned.PERMITTED, turned.OFFERED),
        "changes": changes,
        "obstacles": tuple((each, turned.in_the_way(each)) for each in changes.obstacles) if changes else (),
        "offers": () if report.offering is None else turned.offers(report.offering),
        "limits": ()
        if report.offering is None
        else tuple((limit, turned.limited(limit)) for limit in report.offering.limits),
        "note": report.offering.note if report.offering else None,
    }
