"""A document and a clause as pages for a reader."""

from __future__ import annotations

from pathlib import Path

from weightlicense import condition as c
from weightlicense.clause import Clause, Document
from weightlicense.report.terminal import Page
from weightlicense.usecase import amount


def in_words(part: c.Condition) -> str:
    """A condition in words."""
    match part:
        case c.All(parts):
            return " and ".join(_bracketed(p) for p in parts)
        case c.AnyOf(parts):
            return " or ".join(_bracketed(p) for p in parts)
        case c.Not(inner):
            return f"not {_bracketed(inner)}"
        case c.Acts(names):
            return f"the use does {' or '.join(names)}"
        case c.Constant(truth):
            return "always" if truth else "never"
        case c.Atom():
            return _atom(part)


def _bracketed(part: c.Condition) -> str:
    text = in_words(part)
    return f"({text})" if isinstance(part, c.All | c.AnyOf) else text


def _atom(atom: c.Atom) -> str:
    period = (
        f" in the {atom.period.replace('-', ' ')}"
        if atom.period and not atom.period[0].isdigit()
        else f" in {atom.period}"
        if atom.period
        else ""
    )
    tests = []
    for name, operand in atom.tests:
        if isinstance(operand, int | float):
            unit = f" {atom.currency}" if atom.currency else ""
            tests.append(f"{name.replace('-', ' ')} {amount(operand)}{unit}")
        else:
            listed = ", ".join(operand) if isinstance(operand, tuple) else str(operand)
            tests.append(listed if name == "is" else f"{name.replace('-', ' ')} {listed}")
    return f"{atom.fact}{period}: {' and '.join(tests)}"


def render_document(document: Document, *, width: int = 80, colour: bool = False) -> str:
    """All of a document: what it is, what it defines, its clauses in the text's order."""
    page = Page(width, colour=colour)
    page.ends(document.title, document.id, bold=True)
    page.add(
        f"{document.kind} of {document.steward} · {document.openness} · {document.released or 'no date in the text'}"
    )
    page.add(
        f"SPDX {document.spdx or 'lists none'} · read on {document.read_on} · {document.url or 'no address known'}"
    )
    page.add(f"Counts as distribution: {', '.join(document.distribution)}", hang=2)
    if document.derivative:
        page.add(f"Counts as derivative: {', '.join(document.derivative)}", hang=2)
    if document.target_is_derivative is not None:
        page.add(
            f"A model trained on outputs is a derivative where {in_words(document.target_is_derivative)}",
            hang=2,
        )
    for row in document.incorporates:
        page.add(
            f"Incorporates {row.title} ({row.policy or 'not in the catalogue'}, {'can change' if row.mutable else 'fixed'})",
            hang=2,
        )
    for clause in document.clauses:
        page.lines.append("")
        page.ends(f"{clause.at}  {clause.id}", clause.kind, bold=True)
        _body(page, clause)
    page.lines.append("")
    page.add("This is our reading in our words; the text decides. This is not legal advice.")
    return page.text()


def _body(page: Page, clause: Clause) -> None:
    page.add(clause.says, indent=2)
    if clause.acts:
        page.add(f"attaches to: {', '.join(clause.acts)}", indent=2, hang=4)
    if clause.unless != c.FALSE:
        page.add(f"unless: {in_words(clause.unless)}", indent=2, hang=4)
    if clause.when is not None:
        page.add(f"when: {in_words(clause.when)}", indent=2, hang=4)
    outcome = clause.then
    if outcome.effect != "none" or outcome.ends:
        what = outcome.duty or outcome.effect
        parameters = ", ".join(
            f"{k}: {'; '.join(v) if isinstance(v, tuple) else v}" for k, v in outcome.parameters
        )
        page.add(
            f"then: {outcome.ends + ' ends' if outcome.ends else what}{f' ({parameters})' if parameters else ''}",
            indent=2,
            hang=4,
        )
    if outcome.how:
        page.add(f"how: {outcome.how}", indent=2, hang=4)
    if outcome.cure is not None:
        days = f" within {outcome.cure.days} days" if outcome.cure.days else ""
        page.add(
            f"cure: {'a breach may be cured' + days if outcome.cure.allowed else 'none'}", indent=2, hang=4
        )
    for name, text in (("judgement", clause.judgement), ("reading", clause.reading), ("doubt", clause.doubt)):
        if text:
            page.add(f"{name}: {text}", indent=2, hang=4)
    for gloss in clause.gloss:
        page.add(f"the licensor says elsewhere: {gloss.says} ({gloss.source})", indent=2, hang=4)


def render_clause(
    document: Document, clause: Clause, text: Path | None, *, width: int = 80, colour: bool = False
) -> str:
    """One clause with its place, its locators, and the words of the user's own copy."""
    page = Page(width, colour=colour)
    page.ends(f"{document.id}/{clause.id}", f"{clause.kind} · {clause.at}", bold=True)
    page.add(document.title)
    page.lines.append("")
    _body(page, clause)
    page.lines.append("")
    for span in clause.spans:
        page.add(f"from “{span.first}” to “{span.last}”", hang=2)
    if clause.link:
        page.add(clause.link)
    if text is not None:
        from weightlicense import anchor

        words = anchor.tokenize(anchor.decode(text.read_bytes()))
        for span in clause.spans:
            match = anchor.locate(span, words)
            page.lines.append("")
            if match is None:
                page.add(f"{text} does not hold these words.")
            else:
                page.add(f"“{anchor.quote(words, match)}”", indent=2, hang=2)
                if not match.ok:
                    page.add("The words differ from the text that was encoded.", indent=2)
    return page.text()
