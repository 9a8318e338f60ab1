"""What `identify` found, for a terminal and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from weightlicense.report.terminal import Page

if TYPE_CHECKING:
    from weightlicense.recognition import Match

SIGNS: Final = {"exact": "✓", "reformatted": "✓", "modified": "✗", "unknown": "?"}
MEANING: Final = {
    "exact": "the same bytes",
    "reformatted": "the same words in another layout",
    "modified": "altered",
    "unknown": "no known text",
}
_MOST_SHOWN: Final = 20


def as_data(path: str, matches: tuple[Match, ...]) -> dict[str, Any]:
    """One file's matches as plain data, format 1."""
    return {
        "format": 1,
        "path": path,
        "matches": [
            {
                "id": match.id,
                "match": match.match,
                "similarity": match.similarity,
                "altered": [
                    {
                        "clause": each.clause,
                        "at": each.at,
                        "was": each.was,
                        "now": each.now,
                        "clauses": list(each.clauses),
                    }
                    for each in match.altered
                ],
                "added": list(match.added),
                "removed": [
                    {"clause": each.clause, "at": each.at, "words": each.words, "says": each.says}
                    for each in match.removed
                ],
                "also": list(match.also),
                "near": match.near,
            }
            for match in matches
        ],
    }


def exit_code(found: list[tuple[Match, ...]]) -> int:
    """0 where every text is a known one unaltered, 1 where one was modified, 3 where one is unknown."""
    kinds = {match.match for matches in found for match in matches}
    return 1 if "modified" in kinds else 3 if "unknown" in kinds else 0


def render(path: str, matches: tuple[Match, ...], *, width: int = 80, colour: bool = False) -> str:
    """One file's matches as text of at most `width` columns."""
    page = Page(width, colour=colour)
    page.lines.append(page.paint("".join(sign if sign.isprintable() else "\ufffd" for sign in path), "1"))
    for match in matches:
        _match(page, match)
    return "\n".join(line.rstrip() for line in page.lines) + "\n"


def _match(page: Page, match: Match) -> None:
    alike = (
        f"{int(match.similarity * 1000) / 10:g} % alike"
        if match.match == "modified"
        else MEANING[match.match]
    )
    page.row(SIGNS[match.match], f"{match.id or 'unknown'}: {match.match}" if match.id else "unknown", alike)
    if match.also:
        page.add(f"The same words: {', '.join(match.also)}", indent=4)
    if match.near:
        page.add(
            f"Most like {match.near}, but not that text ({match.similarity * 100:.0f} % alike)", indent=4
        )
    for altered in match.altered[:_MOST_SHOWN]:
        place = " · ".join(filter(None, (altered.clause, altered.at))) or "outside of any clause"
        page.add(f"altered  {place}", indent=4)
        if altered.was is not None:
            page.add(f"was: {altered.was}", indent=6, hang=11)
        page.add(f"now: {altered.now}", indent=6, hang=11)
    for removed in match.removed[:_MOST_SHOWN]:
        page.add(f"removed  {removed.says}", indent=4, hang=13)
    for added in match.added[:_MOST_SHOWN]:
        page.add(f"added    {added}", indent=4, hang=13)
    hidden = sum(max(0, len(each) - _MOST_SHOWN) for each in (match.altered, match.removed, match.added))
    if hidden:
        page.add(f"and {hidden} more (--format json has all)", indent=4)
