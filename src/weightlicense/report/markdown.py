"""The report as a Markdown section for a model card or a pull request: answer, checklist, questions, clauses, notes.

Names, paths and values stand in code spans, where nothing is read as markup, link, mention or formula; prose is escaped.
A section links to its passage where a web address is known; of a text that was given, the deciding words are quoted.
CommonMark with the tables and task lists of GitHub.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from weightlicense.finding import DutyRow, Finding, Question, Report
from weightlicense.report.deciding import Deciding, deciding, policy_text, shown
from weightlicense.report.sarif import uri
from weightlicense.report.wording import MATCHES, advice, counted, cure, reach, verdict, visible

if TYPE_CHECKING:
    from weightlicense.change import Offering
    from weightlicense.decision import Cited
    from weightlicense.report.turned import Told

MOST_CITED: Final = 4
MOST_ALIKE: Final = 3
"""So many undecided items of a document that wait for the same facts have a row each; more share one."""
MOST_QUOTED: Final = 10
"""So many passages of a text are quoted, so that a pull request stays readable; each with at most `QUOTED` characters."""
QUOTED: Final = 400
STATUS: Final = {
    "unmet": "against",
    "remark": "to correct",
    "to-do": "to do",
    "undecided": "not known",
    "judgement": "to judge",
}
_ACTIVE = re.compile(r"([\\`*_{}\[\]<>|~&$^#])")
_BLOCK = re.compile(r"^([-+=])|^([0-9]{1,9})([.)])(?= |$)")
_LINKED = re.compile(r"\S*(?:@|://|(?i:www\.|mailto:|xmpp:)|#\d|GH-\d|:\w+:)\S*")


def render(report: Report) -> str:
    """The report as Markdown with a final line end, headings from level two."""
    rows = deciding(report)
    sections = (
        _answer(report),
        _section("What stands against it", _against(rows)),
        *_turned(report),
        _section("What to do", _duties(report)),
        _section("Questions", _questions(report)),
        _section("Keep to", _standing(report)),
        _section("Clauses that decide", [*_clauses(rows), *_quotes(rows)]),
        _section("Policies", _policies(report)),
        _section("Not read", (f"- {code(gap.path)}: {prose(gap.reason)}" for gap in report.unread)),
        _section("Notes", _notes(report)),
    )
    lines = [line for section in sections for line in section]
    return "\n".join([*lines, *_foot(report)]) + "\n"


def prose(text: str) -> str:
    """Text as text: markup escaped, and what a site would turn into a link or a mention set as code."""
    words = shown(text)
    parts, start = [], 0
    for found in _LINKED.finditer(words):
        parts += [_ACTIVE.sub(r"\\\1", words[start : found.start()]), code(found[0])]
        start = found.end()
    escaped = "".join([*parts, _ACTIVE.sub(r"\\\1", words[start:])])
    # What would begin a list, a rule or a heading where the text begins a line.
    return _BLOCK.sub(lambda m: f"\\{m[1]}" if m[1] else f"{m[2]}\\{m[3]}", escaped)


def code(text: str) -> str:
    """A name as a code span; fits a table only by way of `cell`."""
    name = shown(text) or "(empty)"
    longest = max((len(run) for run in re.findall(r"`+", name)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {name} {fence}" if name[0] == "`" or name[-1] == "`" else f"{fence}{name}{fence}"


def cell(*parts: str) -> str:
    """Finished Markdown as a cell of a table: bars are escaped where they are not yet, also in code."""
    return re.sub(r"(?<!\\)((?:\\\\)*)\|", r"\1\\|", " ".join(part for part in parts if part))


def _section(title: str, lines: Iterable[str]) -> list[str]:
    told = list(lines)
    return ["", f"### {title}", "", *told] if told else []


def _answer(report: Report) -> Iterable[str]:
    yield f"## {code(report.subject.name)}: {prose(report.use)}"
    yield ""
    yield f"**{report.verdict}** — {prose(verdict(report))}"
    yield ""
    yield f"{prose(reach(report))} {prose(advice(report))}"
    yield ""
    yield f"- License: {prose(report.subject.title)} ({code(report.subject.license)})"
    for text in report.subject.texts:
        altered = f"; altered at {', '.join(map(code, text.altered))}" if text.altered else ""
        of = f" for {code(text.document)}" if report.subject.more_texts else ""
        yield f"- Text given: {code(text.path)}{of}, {prose(MATCHES.get(text.match, text.match))}{altered}"
    yield f"- Acts: {', '.join(map(code, report.acts))}"
    yield f"- As of: {prose(report.as_of)}"


def _place(finding: Finding) -> str:
    return f"{code(finding.reference)} {_passage(finding)}".rstrip()


def _passage(finding: Finding) -> str:
    """The section, as a link where the address of the passage may be linked."""
    address = uri(finding.url) if finding.at else None
    at = prose(finding.at)
    return at if address is None else f"[{at}](<{address.replace('&', '&amp;')}>)"


def _against(rows: Sequence[Deciding]) -> Iterable[str]:
    for each in rows:
        if each.weight in ("unmet", "judgement", "remark") and each.finding.effect != "duty":
            advice = f" → {prose(each.advice)}" if each.advice else ""
            file = f" In {code(_file(each))}." if each.artefact is not None else ""
            yield f"- **{prose(each.what)}** ({_place(each.finding)}): {prose(each.finding.says)}{file}{advice}"


def _file(each: Deciding) -> str:
    assert each.artefact is not None
    line = "" if each.artefact.line is None else f":{each.artefact.line}"
    return f"{each.artefact.path}{line}"


def _duties(report: Report) -> Iterable[str]:
    for duty in report.duties:
        if duty.phase == "act" or duty.status == "violated":
            box = "x" if duty.status == "satisfied" else " "
            state = {
                "violated": "**Not met.** ",
                "undecided": "If it applies: ",
                "judgement": "To be judged: ",
            }
            how = prose(duty.how)
            yield f"- [{box}] {state.get(duty.status, '')}{how} ({_asked(duty, report)})"
            yield from _words(duty)
            cured = cure(duty) if duty.status == "violated" else None
            if cured is not None:
                yield f"  - {prose(cured)}"


def _asked(duty: DutyRow, report: Report) -> str:
    """The name of a duty, and the clauses that ask for it."""
    places = {finding.reference: _place(finding) for finding in reversed(report.findings)}
    return ", ".join([code(duty.duty), *(places.get(by) or code(by) for by in duty.required_by)])


def _words(duty: DutyRow) -> Iterable[str]:
    for name, value in duty.parameters:
        if name not in ("text", "any-of"):
            continue
        for words in value if isinstance(value, list | tuple) else (value,):
            lines = str(visible(str(words))).strip().splitlines()
            if len(lines) < 2:
                yield f"  - Words: {code(str(words))}"
                continue
            longest = max((len(run) for run in re.findall(r"`+", str(words))), default=0)
            fence = "`" * max(3, longest + 1)
            yield "  - Words:"
            yield ""
            yield from (f"    {line}".rstrip() for line in (f"{fence}text", *lines, fence))
            yield ""


def _questions(report: Report) -> Iterable[str]:
    for question in sorted(report.questions, key=lambda q: (q.about == "duty", not q.first)):
        mark = "**" if question.first else ""
        yield f"- {mark}{prose(question.ask)}{mark} ({code(question.fact)})"
        yield from _leads(question)


def _leads(question: Question) -> Iterable[str]:
    goes = {"goes-on": "go on", "undecided": "more is asked"}
    told = question.leads_to
    if len(told) > MOST_ALIKE:
        told = tuple(answer for answer in told if answer.effect == "goes-on")
    parts = [f"{code(answer.answer)}: {prose(goes.get(answer.effect, answer.effect))}" for answer in told]
    if len(told) < len(question.leads_to):
        parts.append(counted(len(question.leads_to) - len(told), "other answer"))
    if parts:
        yield f"  - {'; '.join(parts)}"


def _standing(report: Report) -> Iterable[str]:
    for duty in report.duties:
        if duty.phase != "act" and duty.status != "violated":
            yield f"- {prose(duty.means)} ({_asked(duty, report)})"


def _clauses(rows: Sequence[Deciding]) -> Iterable[str]:
    if not rows:
        return
    yield "| clause | section | status | in our words |"
    yield "| --- | --- | --- | --- |"
    groups: dict[tuple[str, ...], list[Deciding]] = {}
    for number, each in enumerate(rows):
        alike = each.weight == "undecided" and each.finding.kind == "prohibition"
        own = ("", *each.finding.missing) if alike else (str(number),)
        groups.setdefault((each.finding.document, *own), []).append(each)
    for group in groups.values():
        if len(group) > MOST_ALIKE:
            yield _items(group)
        else:
            yield from map(_clause, group)


def _clause(each: Deciding) -> str:
    finding = each.finding
    says = [prose(finding.says)]
    if each.weight == "undecided" and finding.missing:
        says.append(f"Missing: {', '.join(map(code, finding.missing))}.")
    if finding.doubt:
        says.append(f"Doubt: {prose(finding.doubt)}")
    if finding.path:
        says.append(f"By way of {' → '.join(map(code, finding.path))}.")
    name, at = cell(code(finding.reference)), cell(_passage(finding))
    return f"| {name} | {at} | {STATUS[each.weight]} | {cell(*says)} |"


def _items(group: Sequence[Deciding]) -> str:
    first = group[0].finding
    passages = {each.finding.at: _passage(each.finding) for each in group}
    places = ", ".join(passages.values())
    missing = f"Missing: {', '.join(map(code, first.missing))}." if first.missing else ""
    says = cell(f"{len(group)} items of what must not be done.", missing)
    return f"| {cell(code(first.document))} | {cell(places)} | {STATUS['undecided']} | {says} |"


def _quotes(rows: Sequence[Deciding]) -> Iterable[str]:
    """The words of the user's own text, of what is against the use first; folded away until they are asked for."""
    order = [*STATUS]
    told = sorted(rows, key=lambda each: order.index(each.weight))
    quotes = {
        each.finding.reference: each.finding for each in told if each.finding.quote and each.weight != "to-do"
    }
    if not quotes:
        return
    yield from ("", "<details><summary>What the text says there</summary>", "")
    for finding in [*quotes.values()][:MOST_QUOTED]:
        words = textwrap.shorten(finding.quote or "", QUOTED, placeholder=" …")
        yield from (_place(finding), "", f"> {prose(words)}", "")
    if len(quotes) > MOST_QUOTED:
        yield from (f"and {len(quotes) - MOST_QUOTED} more (`--format json` has them)", "")
    yield "</details>"


def _turned(report: Report) -> Iterable[list[str]]:
    """What would make it allowed, and what a release may be offered under, where they were asked for."""
    if report.changes is None and report.offering is None:
        return
    from weightlicense.report import turned

    if report.changes is not None:
        yield _section(turned.PERMITTED, _changes(turned.told(report, report.changes)))
    if report.offering is not None:
        yield _section(turned.OFFERED, _offering(report.offering))


def _changes(words: Told) -> Iterable[str]:
    from weightlicense.report import turned

    yield prose(words.lead)
    yield ""
    for chosen in words.sets:
        yield f"- {' and '.join(code(change) for change in chosen)}"
    if words.more is not None:
        yield f"- {prose(words.more)}"
    if words.before_obstacles is not None:
        yield from ("", prose(words.before_obstacles), "")
    for obstacle in words.obstacles[: turned.MOST_OBSTACLES]:
        yield f"- {', '.join(map(code, obstacle.by))}: {prose(turned.in_the_way(obstacle))}"
    if len(words.obstacles) > turned.MOST_OBSTACLES:
        yield f"- and {len(words.obstacles) - turned.MOST_OBSTACLES} more"


def _offering(offering: Offering) -> Iterable[str]:
    from weightlicense.report import turned

    yield from (f"- {prose(each)}" for each in turned.offers(offering))
    for limit in offering.limits:
        place = f"{code(f'{limit.document}/{limit.clause}')} {prose(limit.at)}".rstrip()
        yield f"- {place}: {prose(turned.limited(limit))}"
    if offering.note:
        yield f"- {prose(offering.note)}"


def _policies(report: Report) -> Iterable[str]:
    for row in report.policies:
        mark = "**" if row.decision == "deny" else ""
        standing = "" if row.status is None else f" {prose(f'Status: {row.status}, as of {row.as_of}.')}"
        yield f"- {mark}{prose(policy_text(row))}{mark}{standing}"
        yield from (f"  - {prose(note)}" for note in row.notes)
        for reason in row.reasons:
            if reason.decision == "met":
                continue
            grounds = [
                *(["by " + _cited(reason.clauses)] if reason.clauses else []),
                *(["disputed: " + _cited(reason.disputed)] if reason.disputed else []),
                *(["missing: " + ", ".join(map(code, reason.missing))] if reason.missing else []),
                *map(prose, reason.notes),
            ]
            words = "" if reason.says == row.says else f": {prose(reason.says)}"
            if grounds or words:
                told = f"{code(reason.id)} {prose(reason.decision)}{words}"
                yield f"  - {told} ({'; '.join(grounds)})" if grounds else f"  - {told}"


def _cited(clauses: Sequence[Cited]) -> str:
    names = [f"{code(f'{each.document}/{each.clause}')} {prose(each.at)}".rstrip() for each in clauses]
    more = f" and {len(names) - MOST_CITED} more" if len(names) > MOST_CITED else ""
    return ", ".join(names[:MOST_CITED]) + more


def _notes(report: Report) -> Iterable[str]:
    yield from (f"- {prose(note)}" for note in report.notes)
    for each in report.contradictions:
        sides = "; ".join(prose(side) for side in each.between)
        yield f"- {code(each.fact)} is told in two ways: {sides}"


def _foot(report: Report) -> Iterable[str]:
    yield ""
    tool = f"weightlicense {report.tool_version}, catalogue {report.catalogue_digest}"
    yield f"Made by {prose(tool)}. This is not legal advice."
