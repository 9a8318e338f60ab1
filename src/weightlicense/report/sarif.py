"""The report as SARIF 2.1.0: one rule a clause, one result a finding that decides or holds something open.

| finding | kind | level |
| --- | --- | --- |
| violated | fail | error; warning where it moves no verdict |
| open duty of the act | fail | warning: what is asked is that it be shown |
| undecided | open | none |
| judgement | review | none |

SARIF leaves no level but `none` to the kinds `open` and `review`. What is not read, and the notes, are notifications of the run.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Final
from urllib.parse import quote, urlsplit, urlunsplit

from weightlicense.decision import PolicyDecision
from weightlicense.finding import Finding, Report
from weightlicense.report.deciding import (
    Artefact,
    Deciding,
    deciding,
    distinct,
    outcome,
    policy_text,
    shown,
    uri_path,
)
from weightlicense.report.page import web_address
from weightlicense.report.wording import cure, reach, verdict

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
KINDS: Final = {
    "unmet": ("fail", "error"), "remark": ("fail", "warning"), "to-do": ("fail", "warning"),
    "undecided": ("open", "none"), "judgement": ("review", "none"),
}  # fmt: skip
GENERAL: Final = {
    "alteration": "A copy of the license has other words than the licensor's text.",
    "contradiction": "Statements about one matter do not fit together.",
    "conflict": "Two clauses cannot both be kept in one release.",
    "lock": "The terms are not those that were accepted and locked.",
    "incorporation": "It is not known what some of the terms say, or whether they reach this use.",
    "duty": "A work is offered on terms that leave out, or may leave out, those of a work that it comes from.",
}
"""What a rule says that is no clause of a text; its results tell which file or work it is about."""
FINGERPRINT: Final = "weightlicenseFinding/v1"
ROOT: Final = "%SRCROOT%"
_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
_SAFE: Final = "/?:@!$&'()*+,;=~%"


def render(report: Report, *, root: str = "") -> str:
    """The report as indented JSON with a final line end; `root` as for `plain`."""
    return json.dumps(plain(report, root=root), ensure_ascii=False, indent=2) + "\n"


def plain(report: Report, *, root: str = "") -> dict[str, Any]:
    """The report as a SARIF log; files are named below `root`, the directory audited as the repository sees it."""
    rows = deciding(report)
    rules: dict[str, dict[str, Any]] = {}
    for each in rows:
        rules.setdefault(_rule_id(each.finding), _rule(each))
    for row in report.denials:
        rules.setdefault(_policy_id(row), _policy_rule(row))
    index = {name: number for number, name in enumerate(rules)}
    results = [_result(each, index[_rule_id(each.finding)], root) for each in rows]
    results += [_policy_result(row, index[_policy_id(row)]) for row in report.denials]
    marks = distinct(result["partialFingerprints"][FINGERPRINT] for result in results)
    for result, mark in zip(results, marks, strict=True):
        result["partialFingerprints"] = {FINGERPRINT: mark.replace(" #", ":")}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "weightlicense",
                        "version": shown(report.tool_version),
                        "rules": list(rules.values()),
                    }
                },
                "invocations": [_invocation(report, root)],
                "results": results,
                "columnKind": "unicodeCodePoints",
                "properties": _properties(report),
            }
        ],
    }


def _properties(report: Report) -> dict[str, Any]:
    return {
        "verdict": report.verdict,
        "range": {"best": report.best, "worst": report.worst},
        "summary": f"{verdict(report)} {reach(report)}",
        "subject": shown(report.subject.name),
        "license": shown(report.subject.license),
        "use": shown(report.use),
        "asOf": shown(report.as_of),
        "catalogue": shown(report.catalogue_digest),
    }


def _rule_id(finding: Finding) -> str:
    return shown(finding.reference)


def _rule(each: Deciding) -> dict[str, Any]:
    finding = each.finding
    level = "warning" if finding.effect == "none" else "error"
    heading = f"{finding.document} {finding.at}".rstrip()
    general = _general(finding)
    help_texts = [
        general,
        finding.how and f"What to do: {finding.how}",
        each.duty and cure(each.duty),
        finding.reading and f"How we read it: {finding.reading}",
        finding.doubt and f"Our doubt: {finding.doubt}",
        f"More: weightlicense explain {finding.reference}",
        "This is not legal advice.",
    ]
    rule: dict[str, Any] = {
        "id": _rule_id(finding),
        "shortDescription": {"text": shown(f"{heading}: {each.what}")},
        "fullDescription": {"text": shown(general)},
        "help": {"text": "\n\n".join(shown(text) for text in help_texts if text)},
        "defaultConfiguration": {"level": level},
        "properties": {"tags": _tags(finding), "at": shown(finding.at)},
    }
    address = uri(finding.url)
    if address is not None:
        rule["helpUri"] = address
    return rule


def _general(finding: Finding) -> str:
    is_clause = finding.at and finding.kind not in ("alteration", "conflict", "lock")
    return finding.says if is_clause else GENERAL.get(finding.kind, finding.says)


def _tags(finding: Finding) -> list[str]:
    words = ("license", finding.kind, finding.duty, None if finding.effect == "none" else finding.effect)
    return [shown(word) for word in dict.fromkeys(words) if word]


def _result(each: Deciding, index: int, root: str) -> dict[str, Any]:
    finding = each.finding
    kind, level = KINDS[each.weight]
    return {
        "ruleId": _rule_id(finding),
        "ruleIndex": index,
        "kind": kind,
        "level": level,
        "message": {"text": _message(each)},
        "locations": [_location(each, root)],
        "partialFingerprints": {
            FINGERPRINT: _digest(finding.document, finding.clause, finding.at, each.what, *finding.path)
        },
        "properties": {
            "status": finding.status,
            "effect": shown(finding.effect),
            "at": shown(finding.at),
            "acts": list(map(shown, finding.act)),
            "missing": list(map(shown, finding.missing)),
            "path": list(map(shown, finding.path)),
            "facts": {
                shown(name): f"{shown(fact.value)} ({shown(fact.source)})"
                for name, fact in finding.facts_used.items()
            },
        },
    }


def _message(each: Deciding) -> str:
    finding = each.finding
    told = (each.advice or "", finding.says)
    return shown(" ".join(part for part in told if part)) or shown(f"{each.what}: {finding.status}")


def _location(each: Deciding, root: str) -> dict[str, Any]:
    finding = each.finding
    if each.artefact is not None:
        return {"physicalLocation": _physical(each.artefact, root)}
    way = " → ".join(finding.path)
    full = f"{finding.reference} by way of {way}" if way else finding.reference
    logical = {"name": shown(finding.clause), "fullyQualifiedName": shown(full), "kind": "clause"}
    return {"logicalLocations": [logical]}


def _physical(artefact: Artefact, root: str) -> dict[str, Any]:
    path = artefact.under(root)
    absolute = path.startswith("/")
    where = {"uri": f"file://{uri_path(path)}" if absolute else uri_path(path)}
    if not absolute:
        where["uriBaseId"] = ROOT
    place: dict[str, Any] = {"artifactLocation": where}
    if artefact.line is not None:
        place["region"] = {"startLine": artefact.line}
    return place


def _invocation(report: Report, root: str) -> dict[str, Any]:
    unread = [
        {
            "level": "warning",
            "message": {"text": shown(f"Nothing is concluded from {gap.path}: {gap.reason}.")},
            "locations": [{"physicalLocation": _physical(Artefact(path=gap.path), root)}],
        }
        for gap in report.unread
    ]
    notes = [{"level": "note", "message": {"text": shown(note)}} for note in report.notes]
    return {
        "executionSuccessful": True,
        "exitCode": report.exit_code,
        "exitCodeDescription": shown(outcome(report)),
        "toolExecutionNotifications": [*unread, *notes],
    }


def _policy_id(row: PolicyDecision) -> str:
    return shown(f"policy/{row.policy}/{row.rule or row.decision}")


def _policy_rule(row: PolicyDecision) -> dict[str, Any]:
    return {
        "id": _policy_id(row),
        "shortDescription": {"text": shown(f"policy {row.policy}")},
        "help": {
            "text": shown(f"A rule of the policy {row.policy} denies what it fits. Ask the policy's owner.")
        },
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["policy"]},
    }


def _policy_result(row: PolicyDecision, index: int) -> dict[str, Any]:
    name = _policy_id(row)
    return {
        "ruleId": name,
        "ruleIndex": index,
        "kind": "fail",
        "level": "error",
        "message": {"text": shown(policy_text(row))},
        "locations": [{"logicalLocations": [{"fullyQualifiedName": name, "kind": "policy"}]}],
        "partialFingerprints": {FINGERPRINT: _digest(name)},
    }


def _digest(*parts: str) -> str:
    """What a finding is told by from one run to the next: neither its status nor a line that moves counts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()


def uri(url: str | None) -> str | None:
    """A web address as a URI of RFC 3986; None where it is none that may be linked."""
    address = web_address(url)
    if address is None:
        return None
    parts = urlsplit(address)
    if _HOST.fullmatch(parts.netloc) is None:
        return None
    quoted = (_quoted(part) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, parts.netloc, *quoted))


def _quoted(text: str) -> str:
    return quote(re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text), safe=_SAFE)
