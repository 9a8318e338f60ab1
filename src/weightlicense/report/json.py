"""The report as JSON, format 1 (the contract of other programs)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from weightlicense.finding import DutyRow, Finding, Question, Report, TextGiven

if TYPE_CHECKING:
    from weightlicense.decision import PolicyDecision
    from weightlicense.descent import Descent

FORMAT = 1


def render(report: Report) -> str:
    """The report as indented JSON with a final line end."""
    return escaped(msgspec.json.format(msgspec.json.encode(plain(report)), indent=2).decode() + "\n")


def escaped(written: str) -> str:
    """JSON that says the same; no character that a terminal obeys stands there unescaped."""
    if written.replace("\n", "").isprintable():
        return written
    import json
    import re

    obeyed = "".join(sign for sign in set(written) if not sign.isprintable() and sign != "\n")
    return re.sub(f"[{re.escape(obeyed)}]", lambda found: json.dumps(found[0])[1:-1], written)


def plain(report: Report) -> dict[str, Any]:
    """The report as plain data."""
    texts = [_text(text) for text in report.subject.texts]
    return {
        "format": FORMAT,
        "tool": {"name": "weightlicense", "version": report.tool_version},
        "catalogue": {"digest": report.catalogue_digest},
        "as_of": report.as_of,
        "verdict": report.verdict,
        "range": {"best": report.best, "worst": report.worst},
        "subject": {
            "model": report.subject.model,
            "license": report.subject.license,
            "title": report.subject.title,
            "text": texts[0] if texts else None,
            "texts": texts,
        },
        "use": {
            "name": report.use,
            "acts": list(report.acts),
            "facts": {
                name: {"value": fact.value, "source": fact.source} for name, fact in report.facts.items()
            },
        },
        "findings": [_finding(finding) for finding in report.findings],
        "questions": [_question(question) for question in report.questions],
        "duties": [_duty(duty) for duty in report.duties],
        "policies": [_policy(row) for row in report.policies],
        "lineage": None if report.lineage is None else _lineage(report.lineage),
        "notes": list(report.notes),
        **(_audit(report) if report.is_audit else {}),
        **(_turned(report) if report.changes is not None or report.offering is not None else {}),
        "disclaimer": "Not legal advice.",
    }


def _text(text: TextGiven) -> dict[str, Any]:
    return {
        "path": text.path,
        "sha256": text.sha256,
        "match": text.match,
        "document": text.document,
        "altered": list(text.altered),
    }


def _turned(report: Report) -> dict[str, Any]:
    from weightlicense.report import turned

    return turned.plain(report)


def _audit(report: Report) -> dict[str, Any]:
    return {
        "witnesses": [
            {"source": each.source, "place": each.place, "says": each.says} for each in report.witnesses or ()
        ],
        "contradictions": [
            {"fact": each.fact, "between": list(each.between)} for each in report.contradictions
        ],
        "unread": [{"path": each.path, "reason": each.reason} for each in report.unread],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "document": finding.document,
        "clause": finding.clause,
        "at": finding.at,
        "kind": finding.kind,
        "act": list(finding.act),
        "status": finding.status,
        "effect": finding.effect,
        "duty": finding.duty,
        "says": finding.says,
        "how": finding.how,
        "reading": finding.reading,
        "doubt": finding.doubt,
        "quote": finding.quote,
        "url": finding.url,
        "facts_used": {
            name: {"value": f.value, "source": f.source} for name, f in finding.facts_used.items()
        },
        "missing": list(finding.missing),
        "judge": finding.judge,
        "gloss": [{"says": says, "source": source, "url": url} for says, source, url in finding.gloss],
        "note": finding.note,
        "path": list(finding.path),
    }


def _policy(row: PolicyDecision) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(row)
    return plain


def _lineage(lineage: Descent) -> dict[str, Any]:
    return {
        "subject": lineage.subject,
        "works": [
            {
                "id": work.id,
                "kind": work.kind,
                "model": work.model,
                "license": work.license,
                "documents": list(work.documents),
            }
            for work in lineage.works
        ],
        "relations": [
            {"work": each.work, "from": each.parent, "relation": each.relation} for each in lineage.relations
        ],
    }


def _question(question: Question) -> dict[str, Any]:
    return {
        "fact": question.fact,
        "ask": question.ask,
        "type": question.type,
        "decides": list(question.decides),
        "first": question.first,
        "about": question.about,
        "values": list(question.values),
        "leads_to": [{"answer": a.answer, "effect": a.effect, "by": list(a.by)} for a in question.leads_to],
    }


def _duty(duty: DutyRow) -> dict[str, Any]:
    cure = None if duty.cure_allowed is None else {"allowed": duty.cure_allowed, "days": duty.cure_days}
    return {
        "duty": duty.duty,
        "phase": duty.phase,
        "with": {name: list(value) if isinstance(value, tuple) else value for name, value in duty.parameters},
        "status": duty.status,
        "required_by": list(duty.required_by),
        "at": list(duty.at),
        "how": duty.how,
        "cure": cure,
    }
