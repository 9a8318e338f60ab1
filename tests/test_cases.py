"""The worked cases: questions that people ask of a document, with the answers that its text gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import weightlicense as wl
from weightlicense import yamlfile

CASES = Path(__file__).parent / "cases"
KEYS = {"case", "use", "acts", "facts", "as-of", "model", "license", "expect"}
EXPECTED = {"verdict", "best", "worst", "duties", "no-duties", "questions", "no-questions", "cites"}
APPLYING = ("satisfied", "violated", "open")
DECIDING = (*APPLYING, "undecided", "judgement")


def load() -> list[tuple[str, dict[str, Any]]]:
    found = []
    for path in sorted(CASES.glob("*.yaml")):
        for case in yamlfile.plain(yamlfile.load(path)):
            found.append((path.stem, case))
    return found


def listed(value: Any) -> list[str]:
    return [] if value is None else [str(each) for each in value] if isinstance(value, list) else [str(value)]


def dotted(place: str) -> str:
    return place.strip(".") + "."


@pytest.mark.parametrize(
    ("document", "case"), load(), ids=lambda value: value if isinstance(value, str) else value["case"]
)
def test_the_case_comes_out_as_its_text_has_it(document: str, case: dict[str, Any]) -> None:
    assert set(case) <= KEYS, f"unknown keys: {set(case) - KEYS}"
    subject = {"model": case["model"]} if "model" in case else {"license": case.get("license", document)}
    facts = {
        name: [str(v) for v in value]
        if isinstance(value, list)
        else value
        if isinstance(value, bool)
        else str(value)
        for name, value in (case.get("facts") or {}).items()
    }
    report = wl.check(
        **subject,
        use=case["use"],
        acts=listed(case.get("acts")),
        facts=facts,
        as_of=str(case.get("as-of", "2026-11-21")),
    )
    expect = case["expect"]
    statuses: dict[str, set[str]] = {}
    for finding in report.findings:
        for name in (finding.clause, finding.reference):
            statuses.setdefault(name, set()).add(finding.status)
    duties = {f.duty for f in report.findings if f.duty and f.status in APPLYING}
    asked = {question.fact.split("@")[0] for question in report.questions} | {
        q.fact for q in report.questions
    }
    places = [dotted(f.at) for f in report.findings if f.status in DECIDING]
    wrong = []
    if "verdict" in expect and report.verdict not in listed(expect["verdict"]):
        wrong.append(f"verdict {report.verdict}, not {expect['verdict']}")
    for end in ("best", "worst"):
        if end in expect and getattr(report, end) != expect[end]:
            wrong.append(f"{end} {getattr(report, end)}, not {expect[end]}")
    wrong += [f"duty {d} missing" for d in listed(expect.get("duties")) if d not in duties]
    wrong += [f"duty {d} should not apply" for d in listed(expect.get("no-duties")) if d in duties]
    wrong += [
        f"question {q} missing of {sorted(asked)}" for q in listed(expect.get("questions")) if q not in asked
    ]
    wrong += [f"question {q} should not be asked" for q in listed(expect.get("no-questions")) if q in asked]
    wrong += [
        f"section {s} not cited"
        for s in listed(expect.get("cites"))
        if not any(p.startswith(dotted(s)) for p in places)
    ]
    for clause, status in expect.items():
        if clause not in EXPECTED and statuses.get(clause, {"no such finding"}) != set(listed(status)):
            wrong.append(f"{clause} is {sorted(statuses.get(clause, {'no such finding'}))}, not {status}")
    assert not wrong, "; ".join(wrong)
