"""A report of the size that pages are measured by."""

from __future__ import annotations

from msgspec.structs import replace

import weightlicense as wl
from weightlicense.descent import Descent, Relation, Work
from weightlicense.finding import Report
from weightlicense.lineage import RELATIONS


def large() -> Report:
    """300 findings of five documents by way of 200 works, each made of three others."""
    report = wl.check("llama-3.1", use="derivative release", as_of="2026-11-21")
    names = [f"org/work-{index}" for index in range(200)]
    lineage = Descent(
        subject=names[0],
        works=tuple(
            Work(id=name, license="llama-3.1", documents=(f"document-{index % 5}",))
            for index, name in enumerate(names)
        ),
        relations=tuple(
            Relation(work=name, parent=names[(index * 2 + step) % 200], relation=RELATIONS[step])
            for index, name in enumerate(names)
            for step in (1, 2, 5)
        ),
    )
    findings = [
        replace(
            finding,
            document=f"document-{number}",
            path=tuple(f"org/work-{(index * 7 + step * 50) % 200}" for step in range(4)),
            quote=finding.says * 2,
        )
        for number in range(5)
        for index, finding in enumerate(report.findings)
    ]
    return replace(report, findings=tuple(findings[:300]), lineage=lineage)
