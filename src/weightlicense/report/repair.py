"""A repair for people and for programs: the changes as a diff, the name, what is left to people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from weightlicense.report.json import plain
from weightlicense.report.terminal import SIGNS, Page, visible

if TYPE_CHECKING:
    from weightlicense.finding import Report
    from weightlicense.fixing import Change, Plan

MOST_LINES = 40
"""Lines of one file's diff that are shown on a terminal; a copy of a text is longer and known."""


def as_json(plan: Plan, report: Report, *, is_written: bool) -> str:
    """The plan with the audit's report: of what is there, and after writing of what was made."""
    data = {
        "format": 1,
        "written": is_written,
        "changes": [{"path": change.path, "why": change.why, "diff": change.diff} for change in plan.changes],
        "name": plan.name,
        "left": list(plan.left),
        "report": plain(report),
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def render(plan: Plan, report: Report, *, is_written: bool, width: int = 80, colour: bool = False) -> str:
    """The changes as a unified diff, then what is left, as text."""
    page = Page(width, colour=colour)
    for change in plan.changes:
        page.add(f"{change.path}: {change.why}")
        page.lines += _diff(page, change)
        page.lines.append("")
    if not plan.changes:
        page.add("Nothing to make.")
    elif is_written:
        page.add(f"Written: {', '.join(change.path for change in plan.changes)}.")
    else:
        page.add("Nothing was written; --write makes these changes.")
    if plan.name is not None:
        page.heading("A name that the licenses allow")
        page.add(f"{plan.name}  (renaming is yours, here and where it is published)", indent=2)
    if plan.left:
        page.heading("Left to people")
        for each in plan.left:
            page.add(each, indent=2, hang=4)
    page.lines.append("")
    when = "now" if is_written else "as it stands"
    page.add(
        f"{SIGNS[report.verdict]} {report.verdict} {when}, for the use {report.use}; weightlicense audit tells more."
    )
    return "\n".join(visible(line.rstrip(), colour=colour) for line in page.lines) + "\n"


def _diff(page: Page, change: Change) -> list[str]:
    lines = change.diff.splitlines()
    hidden = len(lines) - MOST_LINES
    if hidden > 0:
        lines = [*lines[:8], f"... {hidden + MOST_LINES - 8} more lines"]
    colours = {"+": "32", "-": "31", "@": "36"}
    return [page.paint(line, colours[line[0]]) if line[:1] in colours else line for line in lines]
