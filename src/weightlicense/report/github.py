"""The report as workflow commands of GitHub Actions: one annotation a line, the verdict first.

Errors are what stands against the use, warnings what is to be shown, answered or judged, notices the rest. The format is
that of the runner: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from weightlicense.finding import UNDETERMINED, Report
from weightlicense.report.deciding import (
    Artefact,
    Deciding,
    deciding,
    outcome,
    policy_text,
    shown,
)
from weightlicense.report.wording import advice, counted, is_lacking, reach, verdict

LEVELS: Final = {
    "unmet": "error",
    "remark": "warning",
    "to-do": "warning",
    "undecided": "warning",
    "judgement": "warning",
}
POLICY_LEVELS: Final = {"deny": "error", "approval": "warning", "broken": "warning"}
MOST_NAMED: Final = 4
"""So many clauses a question names; the rest is counted."""
_ORDER: Final = ("unmet", "judgement", "undecided", "remark", "to-do")


def render(report: Report, *, root: str = "") -> str:
    """One workflow command a line; files are named below `root`, the directory audited as the repository sees it."""
    return "".join(f"{line}\n" for line in _lines(report, root))


def data(text: str) -> str:
    r"""The message of a command, escaped.

    >>> data("100%\nof ::it")
    '100%25%0Aof ::it'
    """
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def parameter(text: str) -> str:
    r"""The value of a command's parameter, escaped.

    >>> parameter("a,b:c%")
    'a%2Cb%3Ac%25'
    """
    return data(text).replace(":", "%3A").replace(",", "%2C")


def command(level: str, title: str, message: str, artefact: Artefact | None = None, root: str = "") -> str:
    """One annotation: `::error file=..,line=..,title=..::message`."""
    given = []
    if artefact is not None:
        given.append(f"file={parameter(shown(artefact.under(root)))}")
        if artefact.line is not None:
            given.append(f"line={artefact.line}")
    given.append(f"title={parameter(shown(title))}")
    return f"::{level} {','.join(given)}::{data(shown(message))}"


def _lines(report: Report, root: str) -> Iterable[str]:
    level = {0: "notice", 1: "error"}.get(report.exit_code, "warning")
    words = f"{verdict(report)} {reach(report)} {advice(report)}"
    yield command(level, f"{outcome(report)}: {report.subject.name}, {report.use}", words)
    for row in report.policies:
        yield command(POLICY_LEVELS.get(row.decision, "notice"), f"policy {row.policy}", policy_text(row))
    rows = [each for each in deciding(report) if each.weight != "undecided" or is_lacking(each.finding)]
    for each in sorted(rows, key=lambda each: _ORDER.index(each.weight)):
        yield _clause(each, root)
    for question in report.questions:
        asked = "warning" if question.first and report.verdict == UNDETERMINED else "notice"
        yield command(asked, f"not known: {question.fact}", f"{question.ask} {_decides(question.decides)}")
    for gap in report.unread:
        yield command(
            "warning",
            "not read",
            f"Nothing is concluded from it: {gap.reason}.",
            Artefact(path=gap.path),
            root,
        )


def _decides(references: tuple[str, ...]) -> str:
    more = len(references) - MOST_NAMED
    rest = f" and {counted(more, 'more clause')}" if more > 0 else ""
    return f"It decides {', '.join(references[:MOST_NAMED])}{rest}." if references else ""


def _clause(each: Deciding, root: str) -> str:
    finding = each.finding
    title = f"{each.what}: {finding.reference} {finding.at}"
    message = " ".join(part for part in (each.advice, finding.says) if part)
    return command(LEVELS[each.weight], title, message, each.artefact, root)
