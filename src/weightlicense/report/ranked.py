"""What `find` found: for a terminal, and as plain data."""

from __future__ import annotations

from typing import Any

from weightlicense.ranking import Row
from weightlicense.report.terminal import SIGNS, Page

FORMAT = 1
MOST_NAMED = 8


def render(rows: list[Row], use: str, limit: int, *, width: int, colour: bool) -> str:
    """The first rows as text: the verdict, the models, what it costs, and what is not known."""
    page = Page(width, colour=colour)
    shown = f"the best {limit} of them" if limit < len(rows) else "all of them, best first"
    page.ends(f"{use}: {len(rows)} sets of terms", shown, bold=True)
    for row in rows[:limit]:
        page.lines.append("")
        page.row(SIGNS[row.verdict], row.license, row.verdict)
        if row.models:
            more = f" and {len(row.models) - MOST_NAMED} more" if len(row.models) > MOST_NAMED else ""
            page.add(f"{', '.join(row.models[:MOST_NAMED])}{more}", indent=4)
        if row.acts:
            duties = [f"{duty.duty} “{duty.text}”" if duty.text else duty.duty for duty in row.acts]
            page.add(f"do: {', '.join(duties)}", indent=4, hang=8)
        if row.standing:
            page.add(f"keep to: {', '.join(row.standing)}", indent=4, hang=8)
        if row.questions:
            page.add(f"not known: {', '.join(row.questions)}", indent=4, hang=8)
        if row.unknown:
            page.add(f"to be read or judged: {', '.join(row.unknown[:MOST_NAMED])}", indent=4, hang=8)
    page.lines.append("")
    page.add("Ask about one: weightlicense check --model ID --use …   This is not legal advice.")
    return page.text()


def plain(rows: list[Row], use: str, as_of: str, limit: int) -> dict[str, Any]:
    """The first rows as plain data."""
    return {
        "format": FORMAT,
        "use": use,
        "as_of": as_of,
        "total": len(rows),
        "found": [
            {
                "license": row.license,
                "models": list(row.models),
                "verdict": row.verdict,
                "range": {"best": row.best, "worst": row.worst},
                "duties": {
                    "act": [{"duty": d.duty, "status": d.status, "text": d.text} for d in row.acts],
                    "standing": list(row.standing),
                },
                "questions": list(row.questions),
                "unknown": list(row.unknown),
            }
            for row in rows[:limit]
        ],
        "disclaimer": "Not legal advice.",
    }
