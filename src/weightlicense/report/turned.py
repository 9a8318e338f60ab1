"""What a report says when it is turned round: in words, for a terminal, and as plain data."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct

from weightlicense.change import Change, Changes, Limit, Obstacle, Offering
from weightlicense.finding import Report
from weightlicense.report.terminal import Page
from weightlicense.report.wording import listed

MOST_OBSTACLES = 6
PERMITTED: Final = "What would make it allowed"
OFFERED: Final = "What the release may be offered under"


def render(page: Page, report: Report) -> None:
    """Add what would make the use permitted, and what a release may be offered under."""
    if report.changes is not None:
        _changes(page, report, report.changes)
    if report.offering is not None:
        _offering(page, report.offering)


class Told(Struct, frozen=True, kw_only=True):
    """Changes in words: what leads in, the sets of changes, what closes them, and what leads in to the obstacles."""

    lead: str
    sets: tuple[tuple[str, ...], ...]
    more: str | None
    before_obstacles: str | None
    obstacles: tuple[Obstacle, ...]


def told(report: Report, changes: Changes) -> Told:
    """What would make a use permitted, in words."""
    provided = None
    if not changes.sets and not changes.obstacles:
        allowed = "Nothing need change: it is allowed as it stands."
        lead = allowed if not report.denials else "The license allows it as it stands; a policy denies it."
    elif changes.sets:
        lead = "Any one of these is enough." if len(changes.sets) > 1 else "This is enough."
        provided = "Provided that these turn out well:" if changes.obstacles else None
    elif all(obstacle.is_open for obstacle in changes.obstacles):
        lead = "Nothing need change once these turn out well:"
    elif all(obstacle.effect == "needs-license" for obstacle in changes.obstacles):
        lead = "A separate license from the licensor. In the way stands:"
    elif changes.is_complete:
        lead = "Nothing that is in your hand. In the way stands:"
    else:
        lead = "Nothing was found before the search was cut short. In the way stands:"
    cut = bool(changes.sets) and not changes.is_complete
    return Told(
        lead=lead,
        sets=tuple(tuple(said(change) for change in chosen) for chosen in changes.sets),
        more="There may be more; the search stopped here." if cut else None,
        before_obstacles=provided,
        obstacles=changes.obstacles,
    )


def in_the_way(obstacle: Obstacle) -> str:
    """What an obstacle makes of the use, with the facts that it hangs on: `not-granted, for licensee.country=DE`."""
    known = [f"{name}={value}" for name, value in obstacle.facts if value is not None]
    unknown = [name for name, value in obstacle.facts if value is None]
    because = f", for {listed(known)}" if known else ""
    if not unknown:
        return f"{obstacle.effect}{because}"
    return f"{'could be ' if obstacle.is_open else ''}{obstacle.effect}{because}: {listed(unknown)} {'is' if len(unknown) == 1 else 'are'} not declared"


def _changes(page: Page, report: Report, changes: Changes) -> None:
    words = told(report, changes)
    page.heading(PERMITTED, words.lead.removesuffix(".") if words.sets else "")
    if not words.sets:
        page.add(words.lead, indent=2)
    for chosen in words.sets:
        for index, change in enumerate(chosen):
            page.add(f"{'→' if index == 0 else ' '} {change}", indent=2, hang=6)
    for line in (words.more, words.before_obstacles):
        if line is not None:
            page.add(line, indent=2)
    for obstacle in words.obstacles[:MOST_OBSTACLES]:
        _obstacle(page, report, obstacle)
    if len(words.obstacles) > MOST_OBSTACLES:
        page.add(f"and {len(words.obstacles) - MOST_OBSTACLES} more", indent=4)


def _obstacle(page: Page, report: Report, obstacle: Obstacle) -> None:
    at = {finding.reference: finding.at for finding in report.findings}
    page.row("?" if obstacle.is_open else "✗", ", ".join(obstacle.by), at.get(obstacle.by[0], ""))
    page.add(in_the_way(obstacle), indent=4, hang=6)


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


def offers(offering: Offering) -> tuple[str, ...]:
    """The licenses that a release may be offered under, a line each, or why there are none or no bounds."""
    if offering.is_free:
        return (
            "Any license: no clause of the ancestors limits the choice. Their duties travel all the same.",
        )
    return offering.options or ("No license that every ancestor allows.",)


def limited(limit: Limit) -> str:
    """A limit in words, with what it allows."""
    return f"{limit.says} Allowed: {', '.join(limit.allowed)}."


def _offering(page: Page, offering: Offering) -> None:
    page.heading(OFFERED)
    for line in offers(offering):
        page.add(line, indent=2)
    for limit in offering.limits:
        page.row("·", f"{limit.document}/{limit.clause}", limit.at)
        page.add(limited(limit), indent=4)
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
