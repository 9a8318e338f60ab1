"""Documents side by side: duty by duty, then clause by clause, with what changed in words."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from weightlicense import condition as c
from weightlicense.clause import Clause, Document
from weightlicense.report.document import in_words
from weightlicense.report.terminal import Page
from weightlicense.usecase import shown

FACETS = ("effect", "words", "acts", "unless", "when", "cure", "judgement")


def compare(documents: list[Document]) -> dict[str, Any]:
    """The comparison as plain data: duties by document, and each step from one document to the next."""
    return {
        "format": 1,
        "documents": [
            {"id": d.id, "title": d.title, "released": d.released, "openness": d.openness} for d in documents
        ],
        "duties": _duties(documents),
        "steps": [
            {"from": first.id, "to": second.id, "changes": _changes(first, second)}
            for first, second in pairwise(documents)
        ],
    }


def _duties(documents: list[Document]) -> list[dict[str, Any]]:
    names: dict[str, None] = {}
    for document in documents:
        names |= dict.fromkeys(clause.then.duty for clause in document.clauses if clause.then.duty)
    rows = []
    for name in names:
        where: dict[str, list[str]] = {}
        for document in documents:
            where[document.id] = [_duty_text(cl) for cl in document.clauses if cl.then.duty == name]
        rows.append({"duty": name, "in": where})
    return rows


def _duty_text(clause: Clause) -> str:
    words = [value for key, value in clause.then.parameters if key in ("text", "any-of")]
    spoken = " or ".join("; ".join(w) if isinstance(w, tuple) else str(w) for w in words)
    return f"{clause.at}: {spoken}" if spoken else clause.at


def _changes(first: Document, second: Document) -> list[dict[str, Any]]:
    """What is gone, what is new, what changed in effect and what in wording only, in the texts' order."""
    left, right = {cl.id: cl for cl in first.clauses}, {cl.id: cl for cl in second.clauses}
    changes: list[dict[str, Any]] = []
    for name in dict.fromkeys((*left, *right)):
        one, two = left.get(name), right.get(name)
        if one is None or two is None:
            present = one or two
            assert present is not None
            change = "gone" if two is None else "new"
            changes.append(
                {"clause": name, "change": change, "at": [present.at], "says": present.says, "facets": []}
            )
            continue
        facets = _facets((first, one), (second, two))
        same_words = [s.sha256 for s in one.spans] == [s.sha256 for s in two.spans]
        if not facets and same_words:
            change = "word for word"
        else:
            change = "changed" if facets else "wording"
        changes.append(
            {"clause": name, "change": change, "at": [one.at, two.at], "says": two.says, "facets": facets}
        )
    return changes


def _facets(one: tuple[Document, Clause], two: tuple[Document, Clause]) -> list[dict[str, str]]:
    found = []
    for facet in FACETS:
        before, after = _facet(*one, facet), _facet(*two, facet)
        if before != after:
            found.append({"what": facet, "was": before, "now": after})
    return found


def _facet(document: Document, clause: Clause, facet: str) -> str:
    outcome = clause.then
    match facet:
        case "effect":
            return (
                outcome.duty or outcome.ends or (clause.kind if outcome.effect == "none" else outcome.effect)
            )
        case "words":
            return "; ".join(
                shown(frozenset(v)) if isinstance(v, tuple) else str(v) for _k, v in outcome.parameters
            )
        case "acts":
            return ", ".join(sorted(clause.acts))
        case "unless":
            return "" if clause.unless == c.FALSE else _condition(document, clause.unless)
        case "when":
            return "" if clause.when is None else _condition(document, clause.when)
        case "cure":
            cure = outcome.cure
            return "" if cure is None else f"{cure.days or 'some'} days" if cure.allowed else "none"
        case _:
            return clause.judgement or ""


def _condition(document: Document, condition: c.Condition) -> str:
    """The condition in words, with the month or year that the document's own release settles."""
    words = in_words(condition)
    for period in c.PERIODS[:2]:
        words = words.replace(f"the {period.replace('-', ' ')}", c.resolve_period(period, document.released))
    return words


def render(documents: list[Document], *, width: int = 80, colour: bool = False) -> str:
    """The comparison as text."""
    data = compare(documents)
    page = Page(width, colour=colour)
    page.add(" → ".join(document.id for document in documents))
    for document in documents:
        page.add(
            f"{document.title} · {document.released or 'no date'} · {document.openness}", indent=2, hang=4
        )
    page.heading("Duties")
    for row in data["duties"]:
        page.lines.append(f"  {row['duty']}")
        for name, places in row["in"].items():
            page.add(f"{name}: {', '.join(places) if places else '—'}", indent=4, hang=6)
    for step in data["steps"]:
        _step(page, step)
    page.lines.append("")
    page.add(
        "Compared by our reading; clauses of one name are held against each other. This is not legal advice."
    )
    return "\n".join(line.rstrip() for line in page.lines) + "\n"


def _step(page: Page, step: dict[str, Any]) -> None:
    page.heading(f"{step['from']} → {step['to']}")
    quiet: dict[str, list[str]] = {"wording": [], "word for word": []}
    for change in step["changes"]:
        if change["change"] in quiet:
            quiet[change["change"]].append(change["clause"])
            continue
        sign = {"gone": "−", "new": "+", "changed": "~"}[change["change"]]
        page.row(sign, f"{change['clause']} ({change['change']})", " → ".join(dict.fromkeys(change["at"])))
        if change["change"] != "changed":
            page.add(change["says"], indent=4)
        for facet in change["facets"]:
            page.add(f"{facet['what']}: {facet['was'] or '—'} → {facet['now'] or '—'}", indent=4, hang=6)
    for name, said in (
        ("wording", "Other words, the same effect"),
        ("word for word", "Word for word the same"),
    ):
        if quiet[name]:
            page.add(f"{said}: {', '.join(quiet[name])}", indent=2, hang=4)
