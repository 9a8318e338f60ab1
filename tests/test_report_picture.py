"""The picture of a lineage: every work is told, nothing drawn lies on anything else, and its size has a bound."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import weightlicense as wl
from weightlicense.descent import Descent, Relation, Work
from weightlicense.finding import Report
from weightlicense.lineage import RELATIONS
from weightlicense.report import html
from weightlicense.report.picture import (
    DRAWN_OF_MORE,
    LONGEST_RUN,
    MOST_DRAWN,
    MOST_LINES,
    NARROW,
    PAPER_HEIGHT,
    PAPER_WIDTH,
    WIDEST,
    Drawing,
    Picture,
    picture,
)

DAY = "2026-11-21"
FACTS = {"licensee.good_standing": "yes", "purpose.hazards": "none"}


def base() -> Report:
    return wl.check("llama-3.1", use="merge release", facts=FACTS, as_of=DAY)


def drawn(
    edges: list[tuple[int, int, str]], count: int, report: Report | None = None, **works: Any
) -> Picture:
    """The picture of works `w0` (the subject) and on, with relations from a work to one that it came from."""
    lineage = Descent(
        subject="w0",
        works=tuple(works.get(f"w{n}") or Work(id=f"w{n}", documents=("llama-3.1",)) for n in range(count)),
        relations=tuple(Relation(work=f"w{a}", parent=f"w{b}", relation=each) for a, b, each in edges),
    )
    found = picture(replace(report or base(), lineage=lineage))
    assert found is not None
    return found


def names(drawing: Drawing) -> list[str]:
    return [box.whole for box in drawing.boxes]


def test_a_subject_of_which_nothing_came_before_has_no_picture() -> None:
    report = base()
    assert picture(report) is None
    alone = Descent(subject="w0", works=(Work(id="w0"),), relations=())
    assert picture(replace(report, lineage=alone)) is None


def test_ancestors_stand_above_what_was_made_of_them() -> None:
    found = drawn([(0, 1, "merge"), (0, 2, "merge"), (1, 3, "fine-tune"), (2, 3, "fine-tune")], 4)
    for drawing in (found.wide, found.narrow):
        tops = {box.whole: box.y for box in drawing.boxes}
        assert tops["w3"] < tops["w1"] < tops["llama-3.1"]
        assert tops["w3"] < tops["w2"] < tops["llama-3.1"]
    assert [label.text for label in found.wide.labels].count("merge") == 2
    assert [label.text for label in found.wide.labels].count("fine-tune") == 1


def test_lines_of_what_was_learned_are_told_from_those_of_weights() -> None:
    found = drawn([(0, 1, "merge"), (0, 2, "dataset"), (0, 3, "distill"), (0, 4, "outputs")], 5)
    assert sorted(line.learned for line in found.wide.lines) == [False, True, True, True]


def test_the_marks_say_what_the_terms_of_each_work_come_to(tmp_path: Path) -> None:
    relations = {"a": "merge", "b": "merge", "c": "dataset", "d": "merge", "e": "merge"}
    works = {
        "s": {"from": [{"work": name, "relation": relation} for name, relation in relations.items()]},
        "a": {"license": "cc-by-nc-4.0"},
        "b": {"license": "apache-2.0"},
        "c": {"kind": "dataset", "license": "cc-by-sa-4.0"},
        "d": {},
        "e": {"license": "mit", "from": [{"work": "f", "relation": "fine-tune"}]},
        "f": {"license": "llama-3.1"},
    }
    path = tmp_path / "lineage.yaml"
    path.write_text(json.dumps({"format": 1, "subject": "s", "works": works}))
    facts = {**FACTS, "purpose.commercial": "yes"}
    report = wl.check(use="merge release", facts=facts, lineage=path, as_of=DAY)
    found = picture(report)
    assert found is not None
    assert {row.name: (row.mark.tone, row.mark.says) for row in found.rows} == {
        "s": ("no", report.verdict),
        "a": ("no", "one clause against it"),
        "b": ("open", "four duties open"),
        "c": ("judge", "one clause to judge"),
        "d": ("ask", "license not known"),
        "e": ("no", "leaves terms out"),
        "f": ("ask", "one clause undecided"),
    }
    assert found.description.startswith(
        "7 works. s comes from a (merge), b (merge), c (dataset), d (merge), e (merge). e comes from f (fine-tune). "
        "a: one clause against it. e: leaves terms out."
    )


# --- any graph -------------------------------------------------------------------------------------------------

RELATION = st.sampled_from(RELATIONS)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[tuple[int, int, str]]]:
    """Works that each came into the graph by one before them, and more relations between any two."""
    count = draw(st.integers(2, 60))
    found = [(draw(st.integers(0, n - 1)), n, draw(RELATION)) for n in range(1, count)]
    any_work = st.integers(0, count - 1)
    return count, [*found, *draw(st.lists(st.tuples(any_work, any_work, RELATION), max_size=90))]


def apart(drawing: Drawing) -> bool:
    """Whether no box lies on another, and all are on the sheet."""
    on_sheet = all(
        box.x >= 0
        and box.y >= 0
        and box.x + box.width <= drawing.width
        and box.y + box.height <= drawing.height
        for box in drawing.boxes
    )
    return on_sheet and all(
        a.x + a.width < b.x or b.x + b.width < a.x or a.y + a.height < b.y or b.y + b.height < a.y
        for a, b in combinations(drawing.boxes, 2)
    )


def assert_cut_between_rows(drawing: Drawing) -> None:
    """Each box and label is on one sheet, whole, and each sheet on a page."""
    scale = min(1, PAPER_WIDTH / drawing.width)
    sheets = drawing.sheets
    assert [box for *_, boxes in sheets for box in boxes] == list(drawing.boxes)
    assert sorted(map(repr, [label for *_, labels, _ in sheets for label in labels])) == sorted(
        map(repr, drawing.labels)
    )
    for top, height, _, boxes in sheets:
        assert boxes
        assert height * scale < PAPER_HEIGHT + 100
        assert all(top < box.y and box.y + box.height < top + height for box in boxes)


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_any_lineage_is_drawn_without_overlap_and_told_whole(
    graph: tuple[int, list[tuple[int, int, str]]],
) -> None:
    count, edges = graph
    found = drawn(edges, count)
    assert [row.work.id for row in found.rows] == [f"w{n}" for n in range(count)]
    for drawing in (found.wide, found.narrow):
        assert apart(drawing)
        assert drawing.boxes[-1].is_subject
        told = sum(box.stands_for for box in drawing.boxes)
        assert told == count if count <= MOST_DRAWN else len(drawing.boxes) <= MOST_DRAWN
        assert len(drawing.labels) <= 2 * MOST_LINES
        points = re.findall(r"-?[0-9.]+", " ".join(line.path for line in drawing.lines))
        assert all(-1 <= float(point) <= max(drawing.width, drawing.height) for point in points)
    assert found.wide.width <= WIDEST
    assert found.narrow.width == NARROW
    assert_cut_between_rows(found.wide)
    assert found == drawn(edges, count)
    # Each work but the subject leads to another, and into the subject leads at least one.
    assert len(found.wide.lines) >= len(found.wide.boxes) - 1


def test_a_circle_is_drawn_once_and_the_rest_of_it_told() -> None:
    found = drawn([(0, 1, "merge"), (1, 2, "merge"), (2, 0, "merge"), (2, 1, "merge")], 3)
    assert sum(line.ends for line in found.wide.lines) == 2
    assert found.left_out == ("Two further relations between them are named in the table only.",)


def test_of_many_works_those_that_weigh_most_are_drawn_and_the_others_counted() -> None:
    works = {f"w{n}": Work(id=f"w{n}", kind="dataset", documents=("mit",)) for n in range(1, 41)}
    # No two that follow each other are under the same terms.
    works |= {f"w{n}": Work(id=f"w{n}", documents=(f"d{n % 2}",)) for n in range(41, 200)}
    report = base()
    findings = [replace(report.findings[0], document=f"d{n}", status="undecided") for n in range(2)]
    edges = [(0, n, "dataset") for n in range(1, 42)] + [(n, n + 1, "fine-tune") for n in range(41, 199)]
    found = drawn(edges, 200, replace(report, findings=tuple(findings)), **works)
    assert names(found.wide)[-1] == "llama-3.1"
    assert "40 data sets" in names(found.wide)
    assert len(found.wide.boxes) == DRAWN_OF_MORE
    assert found.left_out == (
        "59 of 200 works are drawn: those whose terms weigh most, and what connects them; the table names all.",
    )
    assert len(found.rows) == 200


# --- runs ------------------------------------------------------------------------------------------------------


def chain(count: int, report: Report | None = None, **works: Any) -> Picture:
    """The picture of works that each came from the next."""
    edges = [(n, n + 1, "quantize" if n % 2 else "fine-tune") for n in range(count - 1)]
    return drawn(edges, count, report, **works)


def counts(drawing: Drawing) -> list[int]:
    return [box.stands_for for box in drawing.boxes]


def test_a_long_run_is_drawn_as_one_box_between_its_ends() -> None:
    found = chain(31)
    for drawing in (found.wide, found.narrow):
        assert counts(drawing) == [1, 29, 1]
        (run,) = (box for box in drawing.boxes if box.stands_for > 1)
        assert run.lines == ("29 models in a row",)
        assert run.below[0] == "quantize, fine-tune"
        assert run.whole == "29 models in a row, w29 to w1, quantize, fine-tune"
        assert sorted(label.text for label in drawing.labels) == ["fine-tune", "quantize"]
    assert found.wide.height < 500
    assert "w29 to w1 are 29 works in a row drawn as one, by quantize, fine-tune: llama-3.1, " in (
        found.description
    )
    assert found.left_out == (
        "29 works that follow each other and whose terms come to the same are drawn as one box; the table names each.",
    )
    assert len(found.rows) == 31


def test_a_short_run_is_drawn_work_by_work() -> None:
    assert counts(chain(LONGEST_RUN + 2).wide) == [1] * (LONGEST_RUN + 2)
    assert counts(chain(LONGEST_RUN + 3).wide) == [1, LONGEST_RUN + 1, 1]


@pytest.mark.parametrize("odd", [Work(id="w10"), Work(id="w10", kind="adapter", documents=("llama-3.1",))])
def test_a_work_of_other_terms_or_kind_is_never_hidden_in_a_run(odd: Work) -> None:
    found = chain(21, w10=odd)
    assert counts(found.wide) == [1, 9, 1, 9, 1]
    assert "w10" in names(found.wide)


def test_a_work_against_which_there_is_something_is_never_hidden_in_a_run() -> None:
    report = base()
    against = replace(report.findings[0], document="terms", status="violated")
    found = chain(21, replace(report, findings=(against,)), w10=Work(id="w10", documents=("terms",)))
    assert counts(found.wide) == [1, 9, 1, 9, 1]
    (odd,) = (box for box in found.wide.boxes if box.whole == "w10")
    assert odd.mark.tone == "no"


def test_works_with_nothing_against_them_are_told_together_with_all_their_terms() -> None:
    report = base()
    fine = replace(report.findings[0], document="mit", status="satisfied")
    works = {f"w{n}": Work(id=f"w{n}", documents=("mit" if n % 2 else "none",)) for n in range(1, 12)}
    (run,) = (
        box for box in chain(12, replace(report, findings=(fine,)), **works).wide.boxes if box.stands_for > 1
    )
    assert (run.stands_for, run.below[1], run.mark.says) == (10, "mit, none", "nothing against them")


def test_a_work_that_others_came_from_too_ends_a_run() -> None:
    edges = [(n, n + 1, "fine-tune") for n in range(20)] + [(0, 10, "merge")]
    assert counts(drawn(edges, 21).wide) == [1, 9, 1, 9, 1]


def test_a_high_drawing_goes_on_on_other_pages() -> None:
    works = {f"w{n}": Work(id=f"w{n}", documents=(f"d{n % 2}",)) for n in range(31)}
    report = base()
    findings = [replace(report.findings[0], document=f"d{n}", status="undecided") for n in range(2)]
    found = chain(31, replace(report, findings=tuple(findings)), **works)
    assert counts(found.wide) == [1] * 31
    assert len(found.wide.sheets) == 6
    assert_cut_between_rows(found.wide)
    assert len(found.narrow.sheets) == 1


# --- as text ---------------------------------------------------------------------------------------------------


def test_a_long_name_is_broken_cut_in_its_middle_and_told_whole_beside() -> None:
    name = "organization-with-a-long-name/" + "model-" * 20 + "end"
    lineage = Descent(
        subject="s",
        works=(Work(id="s"), Work(id=name, documents=("mit",))),
        relations=(Relation(work="s", parent=name, relation="merge"),),
    )
    found = picture(replace(base(), lineage=lineage))
    assert found is not None
    (box,) = (box for box in found.wide.boxes if not box.is_subject)
    assert box.lines == ("organization-with-a-", "…del-model-model-end")
    assert box.whole == name


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", ("meta-llama/Llama-", "3.1-8B-Instruct")),
        ("organization.with.dots.only", ("organization.with.", "dots.only")),
        ("a-name" + "x" * 20, ("a-name" + "x" * 14, "x" * 6)),
    ],
)
def test_a_name_is_broken_where_it_hurts_least(name: str, lines: tuple[str, ...]) -> None:
    lineage = Descent(
        subject="s",
        works=(Work(id="s"), Work(id=name)),
        relations=(Relation(work="s", parent=name, relation="merge"),),
    )
    found = picture(replace(base(), lineage=lineage))
    assert found is not None
    assert found.wide.boxes[0].lines == lines


def test_hostile_names_stay_text_in_the_picture() -> None:
    hostile = "</text><script>alert(1)</script>\u202e\x07\ud800\n"
    report = replace(
        base(),
        lineage=Descent(
            subject="s",
            works=(Work(id="s"), Work(id=hostile, license=hostile, kind="dataset")),
            relations=(Relation(work="s", parent=hostile, relation="dataset"),),
        ),
    )
    source = html.render(report)
    (section,) = re.findall(r'<section id="lineage".*?</section>', source, re.DOTALL)
    assert "<script" not in section
    assert [sign for sign in section if not (sign.isprintable() or sign == "\n")] == []
    assert "&lt;/text&gt;&lt;script&gt;" in section


@pytest.mark.parametrize("count", [2, 36, 37, 200])
def test_the_picture_names_itself_once_for_each_width(count: int) -> None:
    edges = [(n, n + 1, "fine-tune") for n in range(count - 1)]
    lineage = Descent(
        subject="w0",
        works=tuple(Work(id=f"w{n}", documents=("llama-3.1",)) for n in range(count)),
        relations=tuple(Relation(work=f"w{a}", parent=f"w{b}", relation=each) for a, b, each in edges),
    )
    source = html.render(replace(base(), lineage=lineage))
    for kind in ("wide", "narrow"):
        assert source.count(f'aria-labelledby="lineage-{kind} lineage-{kind}-said"') == 1
        assert source.count(f'<title id="lineage-{kind}">Lineage of llama-3.1</title>') == 1
        assert source.count(f'<desc id="lineage-{kind}-said">{count} works. ') == 1
