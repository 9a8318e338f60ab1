"""The report as JUnit XML: one suite for the verdict, one a document, a case a clause that decides.

A pipeline that reads it agrees with the exit code: a case fails or errs if and only if that is not 0.
`failure`: an unmet duty or a clause that stands against the use. `error`: what could not be decided (a fact or text is
missing, or a person must judge), as the test could not be run to its end. `skipped`: an open duty, what moves no verdict, and
all that is open in an answer that is settled as allowed. Of policies, one that denies fails; what it leaves open is skipped.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal
from xml.etree import ElementTree as ET

from msgspec import Struct

from weightlicense.decision import PolicyDecision
from weightlicense.finding import UNDETERMINED, Finding, Report
from weightlicense.report.deciding import (
    Deciding,
    deciding,
    distinct,
    policy_text,
    shown,
    verdict_code,
)
from weightlicense.report.wording import ADVICE, reach, verdict

Outcome = Literal["passed", "failure", "error", "skipped"]


class Case(Struct, frozen=True, kw_only=True):
    """One test case; `message` is one line, `told` the rest."""

    name: str
    outcome: Outcome
    kind: str = ""
    message: str = ""
    told: tuple[str, ...] = ()
    place: tuple[tuple[str, str], ...] = ()


def render(report: Report, *, root: str = "") -> str:
    """The report as an XML document with a final line end; files are named below `root`, the directory audited."""
    suites = ET.Element("testsuites", name="weightlicense")
    totals = [_suite(suites, "verdict", [_verdict(report)], report)]
    policies = [_policy(row) for row in report.policies]
    if policies:
        totals.append(_suite(suites, "policies", policies))
    told = {id(each.finding): each for each in deciding(report)}
    by_document: dict[str, list[Case]] = {}
    for finding in report.findings:
        each = told.get(id(finding))
        if each is not None:
            by_document.setdefault(finding.document, []).append(_case(each, report, root))
        elif finding.status == "satisfied":
            by_document.setdefault(finding.document, []).append(Case(name=_name(finding), outcome="passed"))
    totals += [_suite(suites, document, cases) for document, cases in by_document.items()]
    for index, counted in enumerate(("tests", "failures", "errors", "skipped")):
        suites.set(counted, str(sum(total[index] for total in totals)))
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


def _suite(
    suites: ET.Element, name: str, cases: list[Case], report: Report | None = None
) -> tuple[int, int, int, int]:
    outcomes = [case.outcome for case in cases]
    counts = (len(cases), outcomes.count("failure"), outcomes.count("error"), outcomes.count("skipped"))
    suite = ET.SubElement(suites, "testsuite", name=shown(name))
    for key, value in zip(("tests", "failures", "errors", "skipped"), counts, strict=True):
        suite.set(key, str(value))
    if report is not None:
        properties = ET.SubElement(suite, "properties")
        for key, text in _properties(report):
            ET.SubElement(properties, "property", name=key, value=shown(text))
    for case, unique in zip(cases, distinct(case.name for case in cases), strict=True):
        element = ET.SubElement(suite, "testcase", classname=shown(name), name=shown(unique))
        for key, text in case.place:
            element.set(key, shown(text))
        if case.outcome != "passed":
            result = ET.SubElement(element, case.outcome, message=shown(case.message))
            if case.outcome != "skipped":
                result.set("type", shown(case.kind))
            result.text = "\n".join(shown(line) for line in case.told if line) or None
    if report is not None and report.notes:
        ET.SubElement(suite, "system-out").text = "\n".join(map(shown, report.notes))
    if report is not None and report.unread:
        lines = (f"{each.path}: {each.reason}" for each in report.unread)
        ET.SubElement(suite, "system-err").text = "\n".join(map(shown, lines))
    return counts


def _properties(report: Report) -> Iterable[tuple[str, str]]:
    yield "verdict", report.verdict
    yield "best", report.best
    yield "worst", report.worst
    yield "license", report.subject.license
    yield "use", report.use
    yield "as_of", report.as_of
    yield "tool", f"weightlicense {report.tool_version}"
    yield "catalogue", report.catalogue_digest


def _verdict(report: Report) -> Case:
    outcome: Outcome = (
        "passed" if verdict_code(report) == 0 else "error" if report.verdict == UNDETERMINED else "failure"
    )
    return Case(
        name=f"{report.subject.name}: {report.use}",
        outcome=outcome,
        kind=report.verdict,
        message=f"{report.verdict}: {verdict(report)}",
        told=(reach(report), ADVICE[report.verdict]),
    )


def _policy(row: PolicyDecision) -> Case:
    outcome: Outcome = "passed"
    if row.decision in ("deny", "approval", "broken", "undecided"):
        outcome = "failure" if row.decision == "deny" else "skipped"
    name = f"{row.policy}: {row.rule}" if row.rule else row.policy
    return Case(name=name, outcome=outcome, kind=row.decision, message=policy_text(row), told=row.notes)


def _name(finding: Finding) -> str:
    at = f" ({finding.at})" if finding.at else ""
    way = f" by way of {' → '.join(finding.path)}" if finding.path else ""
    return f"{finding.clause}{at}{way}"


def _case(each: Deciding, report: Report, root: str) -> Case:
    finding = each.finding
    used = (f"because {name}={fact.value} ({fact.source})" for name, fact in finding.facts_used.items())
    place = []
    if each.artefact is not None:
        place.append(("file", each.artefact.under(root)))
        if each.artefact.line is not None:
            place.append(("line", str(each.artefact.line)))
    return Case(
        name=_name(finding),
        outcome=_outcome(each, report),
        kind=each.what,
        message=each.advice or finding.says,
        told=(finding.says, *used, finding.doubt or "", finding.url or ""),
        place=tuple(place),
    )


def _outcome(each: Deciding, report: Report) -> Outcome:
    if verdict_code(report) == 0 or each.weight in ("remark", "to-do"):
        return "skipped"
    if each.weight == "unmet":
        return "failure"
    return "skipped" if each.finding.effect in ("duty", "none") else "error"
