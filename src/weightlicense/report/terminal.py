"""The report for a terminal: the answer first, then what settles it, then what to do, then why."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from weightlicense.finding import UNDETERMINED, DutyRow, Finding, Question, Report
from weightlicense.report.wording import (
    against,
    denial,
    is_lacking,
    places,
    sections,
    testimony,
    waits_for_more,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from weightlicense.decision import Cited

SIGNS = {
    "permitted": "✓", "conditional": "○", "breach": "✗", "needs-license": "✗", "not-granted": "✗", "prohibited": "✗",
    UNDETERMINED: "?",
}  # fmt: skip
STATUS_SIGNS = {"satisfied": "✓", "violated": "✗", "open": "○", "undecided": "?", "judgement": "§"}
POLICY_SIGNS = {
    "accept": "✓", "approval": "○", "deny": "✗", "met": "✓", "broken": "✗", "covered": "§", "not-covered": "·",
    "undecided": "?",
}  # fmt: skip
MOST_CITED = 4
COLOURS = {"✓": "32", "✗": "31", "○": "33", "?": "36", "§": "35"}
MEANING = {
    "permitted": "allowed; every duty that applies is shown to be met",
    "conditional": "allowed; duties apply that nothing yet shows to be met",
    "breach": "allowed, but a duty is not met: change it first",
    "needs-license": "only with the licensor's separate permission",
    "not-granted": "the text grants no such right",
    "prohibited": "a clause forbids it",
    UNDETERMINED: "what is missing could move the answer across the line",
}
EFFECTS = {"goes-on": "go on", "undecided": "then more is asked"}
_SIGNS = re.compile(r"\x1b\[[0-9;]*m|.", re.DOTALL)
COLONS = "\N{PROPORTION}"
"""Stands for the two colons by which a line would be a workflow command of GitHub."""
_COMMAND = re.compile(r"(?<!\S)::(?=\S)")
_ADDRESS = re.compile(r"(?:\x1b\[[0-9;]*m|\W)*https?://", re.IGNORECASE)
MOST_ALIKE = 3
MOST_WITNESSES = 40


class Page:
    """Lines of a page, wrapped to a width, with colour where the terminal has it.

    No line is wider than the width but a web address, which stays whole on a line of its own, to be copied.
    """

    def __init__(self, width: int, *, colour: bool) -> None:
        self.width, self.colour = width, colour
        self.lines: list[str] = []

    def paint(self, text: str, code: str) -> str:
        """Text in a colour or weight, where colour is on."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text and code else text

    def sign(self, sign: str) -> str:
        """A status sign in its colour."""
        return self.paint(sign, COLOURS.get(sign, "0"))

    def add(self, text: str = "", *, indent: int = 0, hang: int | None = None, code: str = "") -> None:
        """A paragraph, wrapped, in a colour or weight."""
        told = visible(text.replace("\n", " "), colour=False)
        lines = wrapped(told, self.width, indent, indent if hang is None else hang)
        self.lines += [self.paint(line, code) for line in lines]

    def ends(self, left: str, right: str, *, bold: bool = False) -> None:
        """Two texts at the two ends of a line, or on two lines where they do not fit."""
        left, right, code = visible(left, colour=False), visible(right, colour=False), "1" if bold else ""
        space = self.width - columns(left) - columns(right)
        if space < 2:
            self.add(left, code=code)
            self._at_end(right)
        else:
            self.lines.append(self.paint(left, code) + " " * space + right)

    def heading(self, left: str, right: str = "") -> None:
        """A section's heading after an empty line."""
        self.lines.append("")
        self.ends(left, right, bold=True)

    def row(self, sign: str, head: str, right: str) -> None:
        """A sign, a head and a place at the right end."""
        head, right = visible(head, colour=False), visible(right, colour=False)
        first, *others = wrapped(head, self.width, 4, 4)
        first = f"  {self.sign(sign)} {first[4:]}"
        space = self.width - columns(first) - columns(right)
        if others or space < 1:
            self.lines += [first, *others]
            self._at_end(right, least=4, code="2")
        else:
            self.lines.append(first + " " * space + self.paint(right, "2"))

    def _at_end(self, text: str, *, least: int = 0, code: str = "") -> None:
        """A text at the right end of lines of its own."""
        if text:
            self.add(text, indent=max(least, self.width - columns(text)), hang=least, code=code)

    def text(self) -> str:
        """All lines, none wider than the width, with nothing that a terminal would obey but our colours."""
        return fitted("".join(f"{visible(line, colour=self.colour)}\n" for line in self.lines), self.width)


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: colours and combining signs none, wide signs two."""
    return len(text) if text.isascii() and "\x1b" not in text else sum(map(_columns, _SIGNS.findall(text)))


@cache
def _columns(sign: str) -> int:
    import unicodedata

    if sign[0] == "\x1b" or unicodedata.category(sign) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def wrapped(text: str, width: int, indent: int = 0, hang: int = 0) -> list[str]:
    """A paragraph in lines of at most `width` columns; a word that is longer is broken, a web address never."""
    lines: list[str] = []
    taken = width
    for word in text.split(" ") if text.strip() else ():
        taken += 1 + columns(word)
        if taken <= width:
            lines[-1] += f" {word}"
            continue
        for piece in _pieces(word, width - max(indent, hang)):
            lines.append(" " * (hang if lines else indent) + piece)
        taken = columns(lines[-1])
    return lines or [""]


def _pieces(word: str, room: int) -> list[str]:
    if columns(word) <= room or _ADDRESS.match(word):
        return [word]
    pieces, taken = [""], 0
    for sign in _SIGNS.findall(word):
        taken += columns(sign)
        if taken > room:
            pieces.append("")
            taken = columns(sign)
        pieces[-1] += sign
    return pieces


def fitted(text: str, width: int) -> str:
    """Finished lines with those broken that are wider than the width; none is a command to the runner of a pipeline."""
    lines = (line.rstrip() for line in text.splitlines())
    parts = (part for line in lines for part in ([line] if columns(line) <= width else _folded(line, width)))
    return "".join(f"{_COMMAND.sub(COLONS, part)}\n" for part in parts)


def _folded(line: str, width: int) -> list[str]:
    words = line.lstrip(" ")
    indent = len(line) - len(words)
    return wrapped(words, width, indent, indent)


def render(report: Report, *, width: int = 80, colour: bool = False) -> str:
    """The report as text of at most `width` columns; `colour` adds ANSI colours."""
    page = Page(width, colour=colour)
    _head(page, report)
    _questions(page, report)
    _against(page, report)
    if report.changes is not None or report.offering is not None:
        from weightlicense.report import turned

        turned.render(page, report)
    _duties(page, report)
    _policies(page, report)
    _witnesses(page, report)
    _clauses(page, report)
    _know(page, report)
    return page.text()


def visible(line: str, *, colour: bool) -> str:
    """A line with what a terminal would obey or hide written as an escape; colours stay where there are any."""
    if line.isprintable():
        return line
    parts = re.split(r"(\x1b\[[0-9;]*m)", line) if colour else [line]
    return "".join(
        part if index % 2 or part.isprintable() else "".join(map(_shown, part))
        for index, part in enumerate(parts)
    )


def _shown(sign: str) -> str:
    if sign.isprintable() or (sign.isspace() and sign > "\x9f" and sign not in "\u2028\u2029"):
        return sign
    return sign.encode("unicode_escape", "backslashreplace").decode("ascii")


def _head(page: Page, report: Report) -> None:
    sign = SIGNS[report.verdict]
    left = visible(f"{report.subject.name} · {report.use}", colour=False)
    right = f"{sign} {report.verdict}"
    space = page.width - columns(left) - columns(right)
    if space < 2:
        page.add(left, code="1")
        page.add(right, code=f"1;{COLOURS[sign]}")
    else:
        page.lines.append(page.paint(left, "1") + " " * space + page.paint(right, f"1;{COLOURS[sign]}"))
    page.ends(f"best: {report.best}   worst: {report.worst}", f"as of {report.as_of}")
    page.add(f"{MEANING[report.verdict][0].upper()}{MEANING[report.verdict][1:]}.")
    denied = denial(report)
    if denied is not None:
        page.add(f"✗ {denied}", hang=2, code=f"1;{COLOURS['✗']}")
    if report.subject.title != report.subject.name:
        page.add(report.subject.title)
    if report.subject.note is not None:
        page.add(report.subject.note)
    for text in report.subject.texts:
        altered = f": {', '.join(text.altered)}" if text.altered else ""
        of = f", {text.document}" if report.subject.more_texts else ""
        page.add(f"Text given: {text.path}{of}, {text.match}{altered}", hang=2)


def _questions(page: Page, report: Report) -> None:
    first = [q for q in report.questions if q.about == "verdict" and q.first]
    later = [q for q in report.questions if q.about == "verdict" and not q.first]
    duty = [q for q in report.questions if q.about == "duty"]
    if first:
        one = len(first) == 1
        many = "One answer" if one else f"{len(first)} answers"
        if waits_for_more(report):
            does = "is missing, among other things" if one else "are missing, among other things"
        else:
            does = "settles it" if one else "settle it"
        page.heading(f"{many} {does}", "(--ask puts them to you)")
        for question in first:
            _question(page, question)
    if later:
        page.heading(
            "May be asked, depending on the answers" if first else "Questions that could move the answer"
        )
        for question in later:
            page.row("?", question.fact, _places(report, question.decides))
            page.add(question.ask, indent=4)
    if duty:
        page.heading("Whether these duties apply is open")
        for question in duty:
            page.row("?", question.fact, _places(report, question.decides))
            page.add(question.ask, indent=4)


def _question(page: Page, question: Question) -> None:
    page.row("?", question.fact, "")
    if question.type == "hazards":
        tags = [value for value in question.values if value != "none"]
        page.add(f"{question.ask.removesuffix('?')} {len(tags)}? {', '.join(tags)}", indent=4)
        page.add("none: go on", indent=4)
        return
    page.add(question.ask, indent=4)
    parts = []
    for answer in question.leads_to:
        where = (
            f" ({', '.join(dict.fromkeys(by.rpartition('/')[2] for by in answer.by))})" if answer.by else ""
        )
        parts.append(f"{answer.answer}: {EFFECTS.get(answer.effect, answer.effect)}{where}")
    if question.values and not parts:
        parts.append(", ".join(question.values))
    page.add(" · ".join(parts), indent=4)


def _places(report: Report, references: tuple[str, ...]) -> str:
    at = {finding.reference: finding.at for finding in report.findings}
    places = list(dict.fromkeys(at.get(reference, "") for reference in references))
    shown = [place for place in places if place][:3]
    return ", ".join(shown) + (" …" if len(places) > len(shown) else "")


def _against(page: Page, report: Report) -> None:
    """What stands against the use: violated and judged clauses, with what they say."""
    rows = [
        f
        for f in report.findings
        if f.effect != "duty" and (f.status in ("violated", "judgement") or is_lacking(f))
    ]
    if not rows:
        return
    page.heading("What stands against it")
    for finding in rows:
        _finding(page, finding)


def _finding(page: Page, finding: Finding) -> None:
    effect = finding.effect if finding.effect != "none" else finding.kind
    head = (
        f"{finding.reference}" if finding.status == "violated" else f"{finding.reference} ({finding.status})"
    )
    page.row(STATUS_SIGNS[finding.status], head, finding.at)
    page.add(f"{effect}: {against(finding)}", indent=4)
    if finding.quote:
        page.add(f"“{_short(finding.quote)}”", indent=4)
    if finding.facts_used:
        because = ", ".join(
            f"{name}={fact.value} ({fact.source})" for name, fact in finding.facts_used.items()
        )
        page.add(f"because {because}", indent=4, hang=6)
    if finding.judge:
        page.add(f"For a person to decide: {finding.judge}", indent=4)
    if finding.how:
        page.add(f"→ {finding.how}", indent=4, hang=6)
    if finding.note:
        page.add(f"({finding.note})", indent=4)


def _short(quote: str, most: int = 400) -> str:
    return quote if len(quote) <= most else f"{quote[: most - 1].rsplit(' ', 1)[0]} …"


def _duties(page: Page, report: Report) -> None:
    acts = [duty for duty in report.duties if duty.phase == "act"]
    if acts:
        done = sum(duty.status == "satisfied" for duty in acts)
        page.heading("Do", f"{done} of {len(acts)} shown done")
        at = sections(report)
        for duty in acts:
            _duty(page, duty, at)
    others = [duty for duty in report.duties if duty.phase != "act"]
    if others:
        page.heading("Keep to")
        for duty in others:
            page.row(
                STATUS_SIGNS.get(duty.status, " ") if duty.status == "violated" else "·",
                duty.duty,
                ", ".join(duty.at),
            )
            page.add(duty.means, indent=4)


def _duty(page: Page, duty: DutyRow, at: dict[str, str]) -> None:
    page.row(STATUS_SIGNS[duty.status], duty.duty, places(duty.required_by, at))
    page.add(duty.how, indent=4)
    words = [value for name, value in duty.parameters if name in ("text", "any-of")]
    for word in words:
        page.add("“" + ("” or “".join(word) if isinstance(word, tuple) else word) + "”", indent=4)
    if duty.cure_allowed is not None and duty.status == "violated":
        page.add(
            "the text lets a breach be cured" if duty.cure_allowed else "the text allows no cure", indent=4
        )


def _policies(page: Page, report: Report) -> None:
    """What each policy says, with the rule, the clauses and the missing facts; points that are met only counted."""
    if not report.policies:
        return
    page.heading("Policies", "beside the verdict, not part of it")
    for row in report.policies:
        standing = "" if row.status is None else f"{row.status}, as of {row.as_of}"
        by = f": {row.rule}" if row.rule else ""
        page.row(POLICY_SIGNS[row.decision], f"{row.policy} {row.decision}{by}", standing)
        page.add(row.says, indent=4)
        if row.waiver is not None:
            page.add(f"{row.waiver.owner}, until {row.waiver.expires}: {row.waiver.reason}", indent=4, hang=6)
        for note in row.notes:
            page.add(note, indent=4)
        if row.source and row.kind == "regulation":
            page.add(f"Source: {row.source}", indent=4, hang=6)
        for reason in row.reasons:
            if row.kind == "definition" and reason.decision != "met":
                page.add(f"{reason.id} {reason.decision}: {reason.says}", indent=4, hang=6)
            if reason.decision == "met":
                continue
            for label, clauses in (("by", reason.clauses), ("disputed:", reason.disputed)):
                if clauses:
                    page.add(f"{label} {_cited(clauses)}", indent=6, hang=8)
            if reason.missing:
                page.add(f"missing: {', '.join(reason.missing)}", indent=6, hang=8)
            if row.kind != "organization":
                for note in reason.notes:
                    page.add(f"({note})", indent=6, hang=8)


def _cited(clauses: Iterable[Cited]) -> str:
    """Clauses by document: each with its place where there are few, else the first places and the count."""
    by_document: dict[str, list[Cited]] = {}
    for clause in clauses:
        by_document.setdefault(clause.document, []).append(clause)
    parts = []
    for document, found in by_document.items():
        if len(found) <= MOST_CITED:
            parts += [f"{document}/{each.clause}" + (f" ({each.at})" if each.at else "") for each in found]
        else:
            places = ", ".join(each.at for each in found[:MOST_CITED])
            parts.append(f"{document} {places} and {len(found) - MOST_CITED} more clauses")
    return "; ".join(parts)


def _witnesses(page: Page, report: Report) -> None:
    """Of an audit, who says what, and what was not read."""
    rows = [(witness, list(testimony(witness))) for witness in report.witnesses or ()]
    telling = [(witness, said) for witness, said in rows if said]
    if telling:
        page.heading("Who says what")
    for witness, said in telling[:MOST_WITNESSES]:
        page.row("·", witness.place, witness.source)
        page.add("; ".join(f"{label}: {text}" for label, text in said), indent=4, hang=6)
    if len(telling) > MOST_WITNESSES:
        page.add(f"and {len(telling) - MOST_WITNESSES} more (--format json has them)", indent=2)
    if report.unread:
        page.heading("Not read, so nothing is concluded from it")
    for each in report.unread[:MOST_WITNESSES]:
        page.add(f"{each.path}: {each.reason}", indent=2, hang=4)
    if len(report.unread) > MOST_WITNESSES:
        page.add(f"and {len(report.unread) - MOST_WITNESSES} more (--format json has them)", indent=2)


def _clauses(page: Page, report: Report) -> None:
    """Clause by clause what the documents say about the use; items that wait for the same facts together."""
    shown = [f for f in report.findings if f.status != "not-applicable"]
    if not shown:
        return
    page.heading("Clause by clause")
    for document in dict.fromkeys(finding.document for finding in shown):
        page.lines.append(f"  {page.paint(document, '4')}")
        groups: dict[tuple[str, ...], list[Finding]] = {}
        for finding in (f for f in shown if f.document == document):
            alike = finding.status in ("undecided", "satisfied") and finding.kind == "prohibition"
            key = (finding.status, *finding.missing) if alike else (finding.status, finding.reference)
            groups.setdefault(key, []).append(finding)
        for group in groups.values():
            if len(group) > MOST_ALIKE:
                _items(page, group)
            else:
                for finding in group:
                    _clause(page, finding)
    passed = len(report.findings) - len(shown)
    if passed:
        page.add(f"{passed} more clauses do not bear on this use.", indent=2)


def _items(page: Page, group: list[Finding]) -> None:
    places = ", ".join(dict.fromkeys(finding.at for finding in group))
    page.lines.append(
        f"  {page.sign(STATUS_SIGNS[group[0].status])} {len(group)} items of what must not be done"
    )
    page.add(places, indent=4)
    if group[0].missing:
        page.add(f"missing: {', '.join(group[0].missing)}", indent=4, hang=6)


def _clause(page: Page, finding: Finding) -> None:
    page.row(STATUS_SIGNS[finding.status], finding.clause, finding.at)
    if finding.quote:
        page.add(f"“{_short(finding.quote, 240)}”", indent=4)
    if finding.missing and finding.status == "undecided":
        page.add(f"missing: {', '.join(finding.missing)}", indent=4, hang=6)
    if finding.path:
        page.add(f"by way of {', '.join(finding.path)}", indent=4)


def _know(page: Page, report: Report) -> None:
    page.heading("Know")
    for finding in report.findings:
        if finding.doubt and (finding.status != "not-applicable" or finding.kind == "incorporation"):
            page.add(f"doubt ({finding.reference}): {finding.doubt}", indent=2, hang=4)
    for note in report.notes:
        page.add(note, indent=2, hang=4)
    page.add(
        f"More: weightlicense explain {report.findings[0].document if report.findings else 'ID'}/CLAUSE · --format html",
        indent=2,
    )
    page.add("This is not legal advice.", indent=2)
