"""Lists of what is known, as rows and as a table."""

from __future__ import annotations

from typing import Any

from weightlicense import catalogue
from weightlicense.catalogue import files
from weightlicense.report.terminal import Page, columns
from weightlicense.vocabulary import vocabulary


def rows(
    what: str,
    *,
    act: str | None = None,
    duty: str | None = None,
    steward: str | None = None,
    openness: str | None = None,
) -> list[dict[str, Any]]:
    """The rows of one list, in order; the filters are for licenses and policies."""
    words = vocabulary()
    match what:
        case "licenses" | "policies":
            found = _documents(what, act=act, duty=duty, steward=steward, openness=openness)
            filtered = any(value is not None for value in (act, duty, steward, openness))
            if what == "licenses" or filtered:
                return found
            from weightlicense.policyfile import policy_heads  # reads YAML

            return [*found, *policy_heads()]
        case "models":
            return [
                {
                    "id": model.id,
                    "title": model.title,
                    "publisher": model.publisher,
                    "license": model.license,
                    "policies": list(model.policies),
                    "released": model.released,
                    "modalities": None if model.modalities is None else list(model.modalities),
                    "sources": [
                        {"says": s, "source": source, "url": url} for s, source, url in model.sources
                    ],
                    "note": model.note,
                }
                for model in catalogue.models()
            ]
        case "uses":
            return [{"id": u.name, "acts": list(u.acts), "facts": dict(u.facts)} for u in words.uses.values()]
        case "facts":
            return [
                {
                    "id": f.name,
                    "type": f.type,
                    "values": list(f.values),
                    "unit": f.unit,
                    "period": f.period,
                    "title": f.definition,
                    "ask": f.ask,
                }
                for f in words.facts.values()
            ]
        case "duties":
            return [
                {"id": d.name, "phase": d.phase, "title": d.means, "how": d.how}
                for d in words.duties.values()
            ]
        case "hazards":
            return [
                {
                    "id": h.name,
                    "title": h.means,
                    "implies": list(h.implies),
                    "air": list(h.air),
                    "mlcommons": list(h.mlcommons),
                }
                for h in words.hazards.values()
            ]
        case "acts":
            return [
                {"id": a.name, "title": a.definition, "implies": list(a.implies)} for a in words.acts.values()
            ]
        case _:
            return [dict(row, id=row["label"]) for row in files.label_rows()]


def _documents(
    what: str, *, act: str | None, duty: str | None, steward: str | None, openness: str | None
) -> list[dict[str, Any]]:
    found = []
    for document_id, head in catalogue.heads().items():
        if (head["kind"] == "acceptable-use-policy") != (what == "policies"):
            continue
        if steward is not None and steward.lower() not in head["steward"].lower():
            continue
        if openness is not None and openness.lower() != head["openness"]:
            continue
        if act is not None or duty is not None:
            document = catalogue.document(document_id)
            if act is not None and not any(c.kind == "grant" and act in c.acts for c in document.clauses):
                continue
            if duty is not None and not any(c.then.duty == duty for c in document.clauses):
                continue
        found.append({"id": document_id, **head})
    return found


def table(what: str, found: list[dict[str, Any]], *, width: int = 80) -> str:
    """Two columns: the id, and what it is; a long id has a line of its own."""
    if not found:
        return f"no {what} of that kind\n"
    page = Page(width, colour=False)
    left = min(max(columns(row["id"]) for row in found) + 2, 40, width // 2)
    for row in found:
        head, text = row["id"], _about(what, row)
        space = left - columns(head)
        if space < 2:
            page.add(head)
            page.add(text, indent=left)
        else:
            page.add(f"{head}{' ' * space}{text}", hang=left)
    page.add(f"{len(found)} {what}")
    return page.text()


def _about(what: str, row: dict[str, Any]) -> str:
    match what:
        case "licenses" | "policies":
            if what == "policies":
                return f"{row['title']} · {row['kind']}"
            return f"{row['title']} · {row['openness']}"
        case "models":
            return f"{row['title']} · {row['license'] or 'license not verified'}"
        case "uses":
            return ", ".join(row["acts"]) + "".join(
                f" · {name}={value}" for name, value in row["facts"].items()
            )
        case "labels":
            return str(
                row.get("document")
                or ", ".join(row.get("one-of", ()))
                or row.get("read-at")
                or row.get("says")
                or "dated versions"
            )
        case _:
            return str(row["title"])
