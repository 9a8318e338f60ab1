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
    MOST_DRAWN,
    MOST_LINES,
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
        assert len(drawing.boxes) == count if count <= MOST_DRAWN else len(drawing.boxes) <= MOST_DRAWN
        assert len(drawing.labels) <= 2 * MOST_LINES
        points = re.findall(r"-?[0-9.]+", " ".join(line.path for line in drawing.lines))
        assert all(-1 <= float(point) <= max(drawing.width, drawing.height) for point in points)
    assert found == drawn(edges, count)
    # Each work but the subject leads to another, and into the subject leads at least one.
    assert len(found.wide.lines) >= len(found.wide.boxes) - 1


def test_a_circle_is_drawn_once_and_the_rest_of_it_told() -> None:
    found = drawn([(0, 1, "merge"), (1, 2, "merge"), (2, 0, "merge"), (2, 1, "merge")], 3)
    assert sum(line.ends for line in found.wide.lines) == 2
    assert found.left_out == ("Two further relations between them are named in the table only.",)


def test_of_many_works_those_that_weigh_most_are_drawn_and_the_others_counted() -> None:
    works = {f"w{n}": Work(id=f"w{n}", kind="dataset", documents=("mit",)) for n in range(1, 41)}
    edges = [(0, n, "dataset") for n in range(1, 42)] + [(n, n + 1, "fine-tune") for n in range(41, 199)]
    found = drawn(edges, 200, **works)
    assert names(found.wide)[-1] == "llama-3.1"
    assert "40 data sets" in names(found.wide)
    assert len(found.wide.boxes) == DRAWN_OF_MORE
    assert found.left_out == (
        "59 of 200 works are drawn: those whose terms weigh most, and what connects them; the table names all.",
    )
    assert len(found.rows) == 200


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
    assert box.lines == ("organization-with-a-", "…odel-model-model-end")
    assert box.whole == name


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
