"""The JSON Schema of the JSON report, format 1: what programs may rely on. Keys may be added, so objects are open."""

from __future__ import annotations

import json
from typing import Any, Final, get_args

import msgspec

from weightlicense.decision import PolicyDecision
from weightlicense.finding import UNDETERMINED, VERDICTS, Status
from weightlicense.lineage import KINDS, RELATIONS
from weightlicense.report.json import FORMAT

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
EFFECTS: Final = ("none", "duty", *VERDICTS, UNDETERMINED)
PHASES: Final = ("act", "standing", "event")
_TEXT: Final = {"type": "string"}
_TEXT_OR_NULL: Final = {"type": ["string", "null"]}
_YES_NO: Final = {"type": "boolean"}


def render() -> str:
    """The schema as indented JSON with a final line end."""
    return json.dumps(schema(), indent=2) + "\n"


def schema() -> dict[str, Any]:
    """The schema as plain data."""
    verdict = {"enum": list(VERDICTS)}
    optional = {
        "witnesses": _rows(_object({"source": _TEXT, "place": _TEXT, "says": {"type": "object"}})),
        "contradictions": _rows(_object({"fact": _TEXT, "between": _rows(_TEXT)})),
        "unread": _rows(_object({"path": _TEXT, "reason": _TEXT})),
        "changes": {"type": "object"},
        "offering": {"type": "object"},
    }
    named = _object({"name": {"const": "weightlicense"}, "version": _TEXT})
    report = _object(
        {
            "format": {"const": FORMAT},
            "tool": named,
            "catalogue": _object({"digest": _TEXT}),
            "as_of": {"type": "string", "format": "date"},
            "verdict": {"enum": [*VERDICTS, UNDETERMINED]},
            "range": _object({"best": verdict, "worst": verdict}),
            "subject": _object(
                {
                    "model": _TEXT_OR_NULL,
                    "license": _TEXT,
                    "title": _TEXT,
                    "text": _or_null(_given_text()),
                    "texts": _rows(_given_text()),
                }
            ),
            "use": _object({"name": _TEXT, "acts": _rows(_TEXT), "facts": _facts()}),
            "findings": _rows({"$ref": "#/$defs/finding"}),
            "questions": _rows({"$ref": "#/$defs/question"}),
            "duties": _rows({"$ref": "#/$defs/duty"}),
            "policies": _rows({"$ref": "#/$defs/PolicyDecision"}),
            "lineage": _or_null(_lineage()),
            "notes": _rows(_TEXT),
            "disclaimer": _TEXT,
        }
    )
    report["properties"] |= optional
    _, policies = msgspec.json.schema_components((PolicyDecision,), ref_template="#/$defs/{name}")
    definitions = {"finding": _finding(), "question": _question(), "duty": _duty(), **policies}
    head = {"$schema": DRAFT, "title": f"weightlicense report, format {FORMAT}"}
    return {**head, **report, "$defs": definitions}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _rows(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _or_null(shape: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [shape, {"type": "null"}]}


def _facts() -> dict[str, Any]:
    return {"type": "object", "additionalProperties": _object({"value": _TEXT, "source": _TEXT})}


def _given_text() -> dict[str, Any]:
    match = {"enum": ["exact", "reformatted", "modified", "unknown"]}
    digest = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    return _object(
        {"path": _TEXT, "sha256": digest, "match": match, "document": _TEXT, "altered": _rows(_TEXT)}
    )


def _finding() -> dict[str, Any]:
    return _object(
        {
            "document": _TEXT,
            "clause": _TEXT,
            "at": _TEXT,
            "kind": _TEXT,
            "act": _rows(_TEXT),
            "status": {"enum": list(get_args(Status))},
            "effect": {"enum": list(EFFECTS)},
            "duty": _TEXT_OR_NULL,
            "says": _TEXT,
            "how": _TEXT_OR_NULL,
            "reading": _TEXT_OR_NULL,
            "doubt": _TEXT_OR_NULL,
            "quote": _TEXT_OR_NULL,
            "url": _TEXT_OR_NULL,
            "facts_used": _facts(),
            "missing": _rows(_TEXT),
            "judge": _TEXT_OR_NULL,
            "gloss": _rows(_object({"says": _TEXT, "source": _TEXT, "url": _TEXT_OR_NULL})),
            "note": _TEXT_OR_NULL,
            "path": _rows(_TEXT),
        }
    )


def _lineage() -> dict[str, Any]:
    work = _object(
        {
            "id": _TEXT,
            "kind": {"enum": list(KINDS)},
            "model": _TEXT_OR_NULL,
            "license": _TEXT_OR_NULL,
            "documents": _rows(_TEXT),
        }
    )
    relation = _object({"work": _TEXT, "from": _TEXT, "relation": {"enum": list(RELATIONS)}})
    return _object({"subject": _TEXT, "works": _rows(work), "relations": _rows(relation)})


def _question() -> dict[str, Any]:
    answer = _object({"answer": _TEXT, "effect": _TEXT, "by": _rows(_TEXT)})
    return _object(
        {
            "fact": _TEXT,
            "ask": _TEXT,
            "type": _TEXT,
            "decides": _rows(_TEXT),
            "first": _YES_NO,
            "about": {"enum": ["verdict", "duty"]},
            "values": _rows(_TEXT),
            "leads_to": _rows(answer),
        }
    )


def _duty() -> dict[str, Any]:
    days = {"type": ["integer", "null"], "minimum": 0}
    return _object(
        {
            "duty": _TEXT,
            "phase": {"enum": list(PHASES)},
            "with": {"type": "object"},
            "status": {"enum": list(get_args(Status))},
            "required_by": _rows(_TEXT),
            "at": _rows(_TEXT),
            "how": _TEXT,
            "cure": _or_null(_object({"allowed": _YES_NO, "days": days})),
        }
    )
