"""Pages of the catalogue in Markdown, generated from the data, and the JSON Schema of the clause file.

`python -m weightlicense.report.pages docs` writes them; a test checks that nothing differs.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from weightlicense import catalogue
from weightlicense.clause import Clause, Document
from weightlicense.condition import FALSE
from weightlicense.report.document import in_words

SCHEMA_FILE: Final = "clause-file.schema.json"
REPORT_SCHEMA_FILE: Final = "report.schema.json"


def page(document: Document) -> str:
    """One document as a Markdown page."""
    lines = [
        f"# {document.title}",
        "",
        f"`{document.id}` · {document.kind} of {document.steward} · {document.openness} · "
        f"{document.released or 'no date in the text'}",
        "",
        f"- SPDX: {document.spdx or 'none'}",
        f"- Text: {document.url or 'no address known'}, read on {document.read_on}, SHA-256 `{document.sha256}`",
        f"- Counts as distribution: {', '.join(document.distribution)}",
    ]
    if document.derivative:
        lines.append(f"- Counts as derivative: {', '.join(document.derivative)}")
    if document.target_is_derivative is not None:
        lines.append(
            f"- A model trained on outputs is a derivative where {in_words(document.target_is_derivative)}"
        )
    lines += [
        f"- Incorporates {row.title} (`{row.policy or 'not in the catalogue'}`, "
        f"{'can change at its address' if row.mutable else 'fixed'}), {row.at}"
        for row in document.incorporates
    ]
    for clause in document.clauses:
        lines += ["", *_clause(clause)]
    lines += ["", "Our reading in our words; the text decides. Not legal advice.", ""]
    return "\n".join(lines)


def _clause(clause: Clause) -> list[str]:
    outcome = clause.then
    lines = [f"## {clause.at} {clause.id}", "", f"*{clause.kind}* — {clause.says}", ""]
    rows: list[tuple[str, str]] = []
    if clause.acts:
        rows.append(("attaches to", ", ".join(clause.acts)))
    if clause.unless != FALSE:
        rows.append(("unless", in_words(clause.unless)))
    if clause.when is not None:
        rows.append(("when", in_words(clause.when)))
    if outcome.effect != "none" or outcome.ends:
        words = "; ".join(
            f"{k}: {', '.join(v) if isinstance(v, tuple) else v}" for k, v in outcome.parameters
        )
        what = outcome.duty or (f"{outcome.ends} ends" if outcome.ends else outcome.effect)
        rows.append(("then", f"{what} ({words})" if words else what))
    if outcome.how:
        rows.append(("how", outcome.how))
    if outcome.cure is not None:
        days = f" within {outcome.cure.days} days" if outcome.cure.days else ""
        rows.append(("cure", f"a breach may be cured{days}" if outcome.cure.allowed else "none"))
    named = (("judgement", clause.judgement), ("reading", clause.reading), ("doubt", clause.doubt))
    rows += [(name, text) for name, text in named if text]
    rows += [("elsewhere", f"{gloss.says} ({gloss.source})") for gloss in clause.gloss]
    return lines + [f"- {name}: {text}" for name, text in rows]


def index() -> str:
    """The list of all documents."""
    lines = ["# Documents", "", "| id | title | steward | openness |", "| --- | --- | --- | --- |"]
    lines += [
        f"| [{name}]({name}.md) | {head['title']} | {head['steward']} | {head['openness']} |"
        for name, head in catalogue.heads().items()
    ]
    return "\n".join([*lines, ""])


def schema() -> str:
    """The JSON Schema of the clause file."""
    import json

    from weightlicense.clausefile import DOCUMENT
    from weightlicense.shape import json_schema

    return json.dumps(json_schema(DOCUMENT, "weightlicense clause file, format 1"), indent=2) + "\n"


def all_pages() -> dict[str, str]:
    """Every generated file by its path under `docs/`."""
    from weightlicense.report import schema as of_report

    found = {"licenses/README.md": index(), SCHEMA_FILE: schema(), REPORT_SCHEMA_FILE: of_report.render()}
    for name in catalogue.heads():
        found[f"licenses/{name}.md"] = page(catalogue.document(name))
    return found


def write(folder: Path) -> int:
    """Write all pages under a folder and remove those of documents that are gone; the number written."""
    from weightlicense.proof import write_atomically

    pages = all_pages()
    (folder / "licenses").mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        write_atomically(folder / name, text)
    for path in (folder / "licenses").glob("*.md"):
        if f"licenses/{path.name}" not in pages:
            path.unlink()
    return len(pages)


if __name__ == "__main__":
    print(f"{write(Path(sys.argv[1]))} files in {sys.argv[1]}")
