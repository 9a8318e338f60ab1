"""What a report says when it is turned round: for a terminal, and as plain data."""

from __future__ import annotations

from typing import Any

from weightlicense.change import Change, Changes, Obstacle, Offering
from weightlicense.finding import Report
from weightlicense.report.terminal import Page

MOST_OBSTACLES = 6


def render(page: Page, report: Report) -> None:
    """Add what would make the use permitted, and what a release may be offered under."""
    if report.changes is not None:
        _changes(page, report, report.changes)
    if report.offering is not None:
        _offering(page, report.offering)


def _changes(page: Page, report: Report, changes: Changes) -> None:
    if not changes.sets and not changes.obstacles:
        page.heading("What would make it permitted")
        page.add("Nothing need change: it is allowed as it stands.", indent=2)
        return
    if changes.sets:
        many = "Any one of these" if len(changes.sets) > 1 else "This"
        page.heading("What would make it permitted", f"{many} is enough")
        for chosen in changes.sets:
            for index, change in enumerate(chosen):
                page.add(f"{'→' if index == 0 else ' '} {said(change)}", indent=2, hang=6)
        if not changes.is_complete:
            page.add("There may be more; the search stopped here.", indent=2)
        if changes.obstacles:
            page.add("Provided that these turn out well:", indent=2)
    else:
        page.heading("What would make it permitted")
        if all(obstacle.is_open for obstacle in changes.obstacles):
            page.add("Nothing need change once these turn out well:", indent=2)
        elif changes.is_complete:
            page.add("Nothing that is in your hand. In the way stands:", indent=2)
        else:
            page.add("Nothing was found before the search was cut short. In the way stands:", indent=2)
    for obstacle in changes.obstacles[:MOST_OBSTACLES]:
        _obstacle(page, report, obstacle)
    if len(changes.obstacles) > MOST_OBSTACLES:
        page.add(f"and {len(changes.obstacles) - MOST_OBSTACLES} more", indent=4)


def _obstacle(page: Page, report: Report, obstacle: Obstacle) -> None:
    at = {finding.reference: finding.at for finding in report.findings}
    page.row("?" if obstacle.is_open else "✗", ", ".join(obstacle.by), at.get(obstacle.by[0], ""))
    facts = ", ".join(name if value is None else f"{name}={value}" for name, value in obstacle.facts)
    page.add(f"{obstacle.effect}{f', by {facts}' if facts else ''}", indent=4, hang=6)


def said(change: Change) -> str:
    """A change in words: `release.model_name=Llama-Med-8B (was Med-8B)`."""
    if change.left_out is not None:
        return f"leave out the act {change.left_out}"
    was = f" (was {change.was})" if change.was is not None else ""
    if change.adds is not None:
        return f"add to {change.fact}: “{change.adds}”"
    if change.removes is not None:
        return f"take {change.removes} out of {change.fact}{was}"
    return f"{change.fact}={change.value}{was}"


def _offering(page: Page, offering: Offering) -> None:
    page.heading("What the release may be offered under")
    if offering.is_free:
        page.add(
            "Any license: no clause of the ancestors limits the choice. Their duties travel all the same.",
            indent=2,
        )
    for option in offering.options:
        page.add(option, indent=2)
    if not offering.options and not offering.is_free:
        page.add("No license that every ancestor allows.", indent=2)
    for limit in offering.limits:
        page.row("·", f"{limit.document}/{limit.clause}", limit.at)
        page.add(f"{limit.says} Allowed: {', '.join(limit.allowed)}.", indent=4)
    if offering.note:
        page.add(offering.note, indent=2)


def plain(report: Report) -> dict[str, Any]:
    """The parts that are there, as plain data."""
    found: dict[str, Any] = {}
    if report.changes is not None:
        changes = report.changes
        found["changes"] = {
            "sets": [[_change(change) for change in chosen] for chosen in changes.sets],
            "obstacles": [
                {"by": list(o.by), "effect": o.effect, "open": o.is_open, "facts": dict(o.facts)}
                for o in changes.obstacles
            ],
            "complete": changes.is_complete,
        }
    if report.offering is not None:
        offering = report.offering
        found["offering"] = {
            "free": offering.is_free,
            "options": list(offering.options),
            "limits": [
                {
                    "document": limit.document,
                    "clause": limit.clause,
                    "at": limit.at,
                    "says": limit.says,
                    "allowed": list(limit.allowed),
                }
                for limit in offering.limits
            ],
            "note": offering.note,
        }
    return found


def _change(change: Change) -> dict[str, Any]:
    return {
        "fact": change.fact,
        "value": change.value,
        "adds": change.adds,
        "removes": change.removes,
        "left_out": change.left_out,
        "was": change.was,
        "by": list(change.by),
    }
