"""Clause files: one mistake a case, with the whole of what is said about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from weightlicense.clausefile import read_document
from weightlicense.errors import DataError

GOOD = """\
format: 1
id: example-1.0
title: Example Open Weights License 1.0
kind: license
steward: Example Labs
spdx: LicenseRef-example-1.0
openness: community
released: 2026-05-04
text:
  url: null
  sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
  read-on: 2026-11-02
clauses:
  - id: grant
    at: "1"
    span: {from: You may use, to: the weights}
    kind: grant
    says: Everyone may use the weights.
    acts: [run]
  - id: large-platform
    at: "2"
    span: {from: "If, on the version", to: such rights}
    kind: eligibility
    says: A platform above 700 million users asks first.
    unless: {licensee.received_as: integrated-product}
    when:
      licensee.monthly_active_users: {above: 700_000_000, at: month-before-release}
    then:
      effect: needs-license
      how: Write to Example Labs.
"""

MISTAKES = [
    (
        "an unknown key, with the nearest one",
        "      effect: needs-license\n",
        "      effcet: needs-license\n",
        [
            "example-1.0.yaml:29: clauses[1].then: missing key 'effect'\n  hint: what follows",
            "example-1.0.yaml:29: clauses[1].then.effcet: unknown key\n  hint: did you mean 'effect'?",
        ],
    ),
    (
        "an unknown effect",
        "effect: needs-license",
        "effect: need-license",
        ["example-1.0.yaml:29: clauses[1].then.effect: 'need-license' is not an effect\n  hint: did you mean 'needs-license'?"],
    ),
    (
        "an unknown fact in a condition",
        "licensee.monthly_active_users:",
        "licensee.monthly_users:",
        [
            "example-1.0.yaml:27: clauses[1].when.licensee.monthly_users: unknown fact 'licensee.monthly_users'\n"
            "  hint: did you mean 'licensee.monthly_active_users'?"
        ],
    ),
    (
        "an unknown test of a number",
        "above: 700",
        "over: 700",
        [
            "example-1.0.yaml:27: clauses[1].when.licensee.monthly_active_users.over: unknown key\n"
            "  hint: did you mean 'above'?",
            "example-1.0.yaml:27: clauses[1].when.licensee.monthly_active_users: no limit\n"
            "  hint: one of above, at-least, below, at-most",
        ],
    ),
    (
        "a period that is none",
        "at: month-before-release",
        "at: last-month",
        [
            "example-1.0.yaml:27: clauses[1].when.licensee.monthly_active_users.at: 'last-month' is no period\n"
            "  hint: one of month-before-release, year-before-release, preceding, any, 2024-06 or 2024"
        ],
    ),
    (
        "a period before a release that has no date",
        "released: 2026-05-04",
        "released: null",
        ["example-1.0.yaml:20: clauses[1]: a period before the release, and no release date\n  hint: set released"],
    ),
    (
        "a value that the fact does not have",
        "integrated-product",
        "product",
        [
            "example-1.0.yaml:25: clauses[1].unless.licensee.received_as: 'product' is not a value of this fact\n"
            "  hint: did you mean 'integrated-product'?"
        ],
    ),
    (
        "a locator of more than six words",
        "from: You may use",
        "from: You may use all of these weights",
        [
            "example-1.0.yaml:16: clauses[0].span.from: 7 words where at most 6 may stand\n"
            "  hint: a shorter locator is found as well"
        ],
    ),
    (
        "a grant without acts",
        "    acts: [run]\n",
        "",
        ["example-1.0.yaml:14: clauses[0]: a grant without acts\n  hint: name the acts that it grants"],
    ),
    (
        "an unknown act",
        "acts: [run]",
        "acts: [use]",
        ["example-1.0.yaml:19: clauses[0].acts[0]: 'use' is not an act\n  hint: did you mean 'prune'?"],
    ),
    (
        "two clauses of one id",
        "id: large-platform",
        "id: grant",
        ["example-1.0.yaml:20: clauses[1].id: the id 'grant' is taken by clauses[0]\n  hint: choose another"],
    ),
    (
        "an id that is not the file's name",
        "id: example-1.0",
        "id: example-2.0",
        ["example-1.0.yaml:2: id: 'example-2.0' is not the file's name\n  hint: the file is example-1.0.yaml"],
    ),
    (
        "a section number that YAML reads as a number",
        'at: "2"',
        "at: 2",
        [
            "example-1.0.yaml:21: clauses[1].at: expected a place such as 1.b.i, found the number 2\n"
            "  hint: put it into quotes"
        ],
    ),
    (
        "a duty that is not named",
        "effect: needs-license",
        "effect: duty",
        ["example-1.0.yaml:29: clauses[1].then: missing key 'duty'\n  hint: an effect duty names the duty",
         "example-1.0.yaml:20: clauses[1]: an eligibility without effect\n  hint: then: {effect: not-granted}"],
    ),
    (
        "keys out of their order",
        '    at: "1"\n    span: {from: You may use, to: the weights}\n',
        '    span: {from: You may use, to: the weights}\n    at: "1"\n',
        ["example-1.0.yaml:16: clauses[0]: key 'at' should stand before 'span'\n  hint: the order is id, at, span, kind, says, acts"],
    ),
    (
        "another format",
        "format: 1",
        "format: 2",
        ["example-1.0.yaml:1: format: format 2 is not known\n  hint: write format: 1"],
    ),
]  # fmt: skip


def problems(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "example-1.0.yaml"
    path.write_text(text)
    try:
        read_document(path, shown_as="example-1.0.yaml")
    except DataError as error:
        return [str(problem) for problem in error.problems]
    return []


def test_the_example_has_no_problem(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD) == []


@pytest.mark.parametrize(("mistake", "was", "becomes", "expected"), MISTAKES, ids=[m[0] for m in MISTAKES])
def test_a_mistake_is_told_with_its_place(
    tmp_path: Path, mistake: str, was: str, becomes: str, expected: list[str]
) -> None:
    assert was in GOOD
    assert sorted(problems(tmp_path, GOOD.replace(was, becomes, 1))) == sorted(expected)


def test_all_problems_of_a_file_come_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("acts: [run]", "acts: [use]").replace("effect: needs-license", "effect: forbidden")
    found = problems(tmp_path, text)
    assert [line.split(": ", 2)[1] for line in found] == ["clauses[0].acts[0]", "clauses[1].then.effect"]
