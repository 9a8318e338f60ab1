"""Lineages: worked cases by relation and license family, laws of propagation, bounds, and what bad files are told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weightlicense as wl
from weightlicense import yamlfile
from weightlicense.finding import LEVELS, allowed
from weightlicense.lineage import RELATIONS, read_lineage

CASES = Path(__file__).parent / "cases" / "lineage"
KEYS = {"id", "lineage", "use", "facts", "expect"}
EXPECTED = {"verdict", "duties", "no_duties", "questions", "via", "cites"}
APPLYING = ("satisfied", "violated", "open")
AS_OF = "2026-11-21"


def load() -> list[dict[str, Any]]:
    return [case for path in sorted(CASES.glob("*.yaml")) for case in yamlfile.plain(yamlfile.load(path))]


def written(folder: Path, lineage: object) -> Path:
    path = folder / "lineage.yaml"
    path.write_text(json.dumps(lineage), encoding="utf-8")
    return path


def dotted(place: str) -> str:
    return place.strip(".") + "."


ALL = load()


def test_no_two_cases_share_an_id() -> None:
    ids = [case["id"] for case in ALL]
    assert sorted(set(ids)) == sorted(ids)


def test_every_relation_stands_in_some_case() -> None:
    seen = {
        edge["relation"]
        for case in ALL
        for work in case["lineage"]["works"].values()
        for edge in work.get("from", ())
    }
    assert seen == set(RELATIONS)


@pytest.mark.parametrize("case", ALL, ids=lambda case: case["id"])
def test_the_case_comes_out_as_the_texts_have_it(case: dict[str, Any], tmp_path: Path) -> None:
    assert set(case) <= KEYS
    assert set(case["expect"]) <= EXPECTED
    report = wl.check(
        use=case["use"], facts=case["facts"], lineage=written(tmp_path, case["lineage"]), as_of=AS_OF
    )
    expect = case["expect"]
    live = [finding for finding in report.findings if finding.status != "not-applicable"]
    duties = {f.duty for f in live if f.duty and f.status in APPLYING}
    asked = {question.fact.split("@")[0] for question in report.questions}
    passed = {work for finding in live for work in finding.path}
    places = [dotted(finding.at) for finding in live]
    wrong = []
    if report.verdict not in expect["verdict"]:
        wrong.append(f"verdict {report.verdict}, not {expect['verdict']}")
    wrong += [f"duty {duty} missing" for duty in expect.get("duties", ()) if duty not in duties]
    wrong += [f"duty {duty} should not apply" for duty in expect.get("no_duties", ()) if duty in duties]
    wrong += [
        f"question {q} missing of {sorted(asked)}" for q in expect.get("questions", ()) if q not in asked
    ]
    wrong += [f"nothing by way of {work}" for work in expect.get("via", ()) if work not in passed]
    wrong += [
        f"section {section} not cited"
        for section in expect.get("cites", ())
        if not any(place.startswith(dotted(section)) for place in places)
    ]
    assert not wrong, "; ".join(wrong)


CLASHES = {
    ("llama-3", "k-exaone"): True,
    ("llama-3", "glm-4-9b"): True,
    ("llama-3", "hyperclova-x-seed-2025"): True,
    ("llama-3", "llama-3.1"): False,
    ("bigscience-openrail-m", "gpl-3.0"): True,
    ("gemma-tou-2025-03-24", "gpl-3.0"): True,
    ("flux-1-dev-nc-1.1.1", "gpl-3.0"): True,
    ("cc-by-sa-3.0", "gpl-3.0"): True,
    ("cc-by-sa-4.0", "cc-by-nc-sa-4.0"): True,
    ("cc-by-sa-4.0", "gpl-3.0"): False,
    ("gpl-3.0", "agpl-3.0"): False,
    ("gpl-2.0", "gpl-3.0"): True,
    ("apache-2.0", "gpl-3.0"): False,
    ("llama-2", "gpl-3.0"): True,
    ("cc-by-nc-4.0", "gpl-3.0"): True,
    ("cc-by-nc-4.0", "cc-by-sa-4.0"): True,
    ("llama-3.1", "cc-by-nc-sa-4.0"): True,
    ("cc-by-nc-4.0", "cc-by-nc-sa-4.0"): False,
    ("cc-by-4.0", "cc-by-sa-4.0"): False,
    ("mpl-2.0", "gpl-3.0"): False,
}


@pytest.mark.parametrize(("pair", "clash"), CLASHES.items(), ids=str)
@pytest.mark.parametrize("use", ["merge release", "internal use"])
def test_duties_that_cannot_both_be_met_conflict_when_the_merge_is_distributed_and_only_then(
    folder: Path, pair: tuple[str, str], clash: bool, use: str
) -> None:
    edges = [{"work": name, "relation": "merge"} for name in pair]
    works = {"w0": {"from": edges}, **{name: {"license": name} for name in pair}}
    report = answered(folder, works, use, {})
    found = [f for f in report.findings if f.kind == "conflict" and f.status != "not-applicable"]
    assert bool(found) is (clash and use == "merge release")
    assert {f.document for f in found} <= set(pair)


# --- laws ------------------------------------------------------------------------------------------------------

LICENSES = (
    "llama-3.1",
    "llama-3",
    "llama-2",
    "k-exaone",
    "gemma-tou-2025-03-24",
    "bigscience-openrail-m",
    "cc-by-nc-4.0",
    "cc-by-sa-4.0",
    "gpl-3.0",
    "apache-2.0",
    "mit",
    "qwen-2024",
    None,
)
FACTS = {
    "licensee.good_standing": "yes",
    "licensee.monthly_active_users": "<1M",
    "purpose.hazards": "none",
    "upstream.notice_file": "no",
    "training.target_kind": "language-model",
    "training.target_family": "mistral",
    "training.target_derives_from": "mistral",
}
DECLARED = {
    "purpose.commercial": ("yes", "no"),
    "training.mimics_model": ("yes", "no"),
    "release.model_name": ("Llama-3-X", "Other"),
    "release.license": ("MIT", "GPL-3.0-only"),
}
USES = ("internal use", "merge release", "hosted service")

labels = st.sampled_from(LICENSES)
relations = st.sampled_from(RELATIONS)
declarations = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(values) for name, values in DECLARED.items()}
)


@st.composite
def graphs(draw: Any) -> dict[str, Any]:
    """Works of which each is a parent of at least one other, so that all of them are behind the subject `w0`."""
    count = draw(st.integers(2, 6))
    works: dict[str, Any] = {}
    for index in range(count):
        label = draw(labels)
        works[f"w{index}"] = {"from": []} if label is None else {"license": label, "from": []}
        children = draw(st.sets(st.integers(0, index - 1), min_size=1, max_size=2)) if index else ()
        for child in sorted(children):
            works[f"w{child}"]["from"].append({"work": f"w{index}", "relation": draw(relations)})
    return works


def answered(folder: Path, works: dict[str, Any], use: str, facts: dict[str, str]) -> wl.Report:
    lineage = written(folder, {"format": 1, "subject": "w0", "works": works})
    return wl.check(use=use, facts={**FACTS, **facts}, lineage=lineage, as_of=AS_OF)


def told(report: wl.Report) -> set[tuple[str, str]]:
    """Findings by clause and status; works without a license share one, under the name of the first."""
    return {
        ("license-unknown" if f.clause.startswith("license-unknown") else f.reference, f.status)
        for f in report.findings
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lineages")


@settings(max_examples=60, deadline=None)
@given(
    works=graphs(),
    use=st.sampled_from(USES),
    facts=declarations,
    label=labels,
    relation=relations,
    at=st.integers(0, 5),
)
def test_one_more_ancestor_never_improves_the_answer(
    folder: Path, works: dict[str, Any], use: str, facts: dict[str, str], label: str, relation: str, at: int
) -> None:
    before = answered(folder, works, use, facts)
    works["more"] = {} if label is None else {"license": label}
    works[f"w{at % (len(works) - 1)}"]["from"].append({"work": "more", "relation": relation})
    after = answered(folder, works, use, facts)
    assert LEVELS[after.best] >= LEVELS[before.best]
    assert LEVELS[after.worst] >= LEVELS[before.worst]
    assert allowed(LEVELS[before.best]) or not allowed(LEVELS[after.best])


@settings(max_examples=60, deadline=None)
@given(works=graphs(), use=st.sampled_from(USES), facts=declarations, data=st.data())
def test_the_order_of_works_and_parents_makes_no_difference(
    folder: Path, works: dict[str, Any], use: str, facts: dict[str, str], data: st.DataObject
) -> None:
    before = answered(folder, works, use, facts)
    shuffled = {
        name: {**works[name], "from": data.draw(st.permutations(works[name]["from"]))}
        for name in data.draw(st.permutations(sorted(works)))
    }
    after = answered(folder, shuffled, use, facts)
    assert (after.verdict, after.best, after.worst) == (before.verdict, before.best, before.worst)
    assert told(after) == told(before)
    assert {question.fact for question in after.questions} == {q.fact for q in before.questions}


@settings(max_examples=60, deadline=None)
@given(
    works=graphs(),
    use=st.sampled_from(USES),
    edges=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), relations), max_size=8),
)
def test_cycles_end_and_every_path_is_made_of_edges(
    folder: Path, works: dict[str, Any], use: str, edges: list[tuple[int, int, str]]
) -> None:
    for child, parent, relation in edges:
        work = works[f"w{child % len(works)}"]
        work["from"].append({"work": f"w{parent % len(works)}", "relation": relation})
    report = answered(folder, works, use, {})
    steps = {"w0": 0}
    waiting = ["w0"]
    for child in waiting:
        for edge in works[child]["from"]:
            if edge["work"] not in steps:
                steps[edge["work"]] = steps[child] + 1
                waiting.append(edge["work"])
    for finding in report.findings:
        if not finding.path:
            continue
        assert finding.path[-1] == "w0"
        # A work may be a base by a longer way than it is data: a path is shortest among those of its way.
        assert len(finding.path) - 1 >= steps[finding.path[0]]
        for parent, child in zip(finding.path, finding.path[1:], strict=False):
            assert parent in {edge["work"] for edge in works[child]["from"]}
    paths: dict[str, set[tuple[str, ...]]] = {}
    for finding in report.findings:
        if finding.duty != "keep-terms" and finding.clause != "dataset":
            paths.setdefault(finding.document, set()).add(finding.path)
    assert {document: len(found) for document, found in paths.items() if len(found) > 1} == {}


LAWS = "Whether a model distilled from logits or activations is an adaptation of its teacher is a question of law; counsel decides."


@pytest.mark.parametrize("teacher", ["cc-by-sa-4.0", "gpl-3.0", "agpl-3.0", "cc-by-nc-sa-4.0"])
@pytest.mark.parametrize(
    ("decided", "status"), [(None, "judgement"), ("applies", "open"), ("does-not-apply", "not-applicable")]
)
def test_whether_share_alike_reaches_a_distilled_model_is_for_a_person_to_say(
    folder: Path, teacher: str, decided: str | None, status: str
) -> None:
    works = {"w0": {"from": [{"work": "w1", "relation": "distill"}]}, "w1": {"license": teacher}}
    facts = {"purpose.commercial": "no"}
    if decided is not None:
        facts[f"judgement.{teacher}/same-license"] = decided
    report = answered(folder, works, "logit distillation", facts)
    [found] = [finding for finding in report.findings if finding.clause == "same-license"]
    assert (found.status, found.judge) == (status, LAWS if decided is None else None)
    assert report.verdict == ("permitted" if decided == "does-not-apply" else "conditional")


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_works_without_a_license_are_told_by_name_whatever_their_order(
    folder: Path, order: tuple[str, ...]
) -> None:
    works = {"w0": {"from": [{"work": name, "relation": "merge"} for name in order]}, "a": {}, "b": {}}
    report = answered(folder, works, "merge release", {})
    [found] = [finding for finding in report.findings if finding.clause == "license-unknown"]
    assert found.says == ("Nobody can say which license these works have: a, b. What it allows is unknown.")
    assert found.path == ("a", "w0")


@pytest.mark.parametrize("order", [("w1", "w2"), ("w2", "w1")])
def test_of_works_that_claim_the_same_the_nearest_is_named_whatever_their_order(
    folder: Path, order: tuple[str, ...]
) -> None:
    works = {
        "w0": {"from": [{"work": name, "relation": "merge"} for name in order]},
        "w1": {"license": "mit", "from": [{"work": "w3", "relation": "fine-tune"}]},
        "w2": {"license": "mit", "from": [{"work": "w3", "relation": "fine-tune"}]},
        "w3": {"license": "llama-3"},
    }
    report = answered(folder, works, "merge release", {})
    assert [f.clause for f in report.findings if f.duty == "keep-terms"] == ["keep-terms-w1"]


def test_a_model_of_the_registry_brings_the_act_by_which_it_was_made(folder: Path) -> None:
    works = {
        "w0": {"from": [{"work": "r1", "relation": "re-upload"}]},
        "r1": {"model": "deepseek-ai/DeepSeek-R1-Distill-Llama-8B"},
    }
    report = answered(folder, works, "redistribution", {"release.model_name": "R1-8B"})
    [found] = [finding for finding in report.findings if finding.reference == "llama-3.1/name-prefix"]
    assert (found.status, found.path) == ("violated", ("llama-3.1", "r1", "w0"))


# --- what the report tells of it -------------------------------------------------------------------------------


def lineage_of(
    report: wl.Report,
) -> tuple[list[tuple[str, str, tuple[str, ...]]], list[tuple[str, str, str]]]:
    assert report.lineage is not None
    works = [(work.id, work.kind, work.documents) for work in report.lineage.works]
    return works, [(each.work, each.parent, each.relation) for each in report.lineage.relations]


def test_the_report_tells_the_works_with_their_documents_and_the_relations(folder: Path) -> None:
    works = {
        "s": {"from": [{"work": "a", "relation": "merge"}, {"work": "b", "relation": "merge"}]},
        "a": {"model": "deepseek-r1-distill-llama-8b", "from": [{"work": "data", "relation": "dataset"}]},
        "b": {"kind": "adapter", "license": "MIT OR GPL-3.0-only"},
        "data": {"kind": "dataset", "license": "cc-by-sa-4.0"},
        "elsewhere": {"license": "mit"},
    }
    path = written(folder, {"format": 1, "subject": "s", "works": works})
    report = wl.check(use="merge release", lineage=path, as_of=AS_OF)
    assert report.lineage is not None
    assert report.lineage.subject == "s"
    assert lineage_of(report) == (
        [
            ("s", "model", ()),
            ("a", "model", ("mit",)),
            ("b", "adapter", ("mit", "gpl-3.0")),
            ("data", "dataset", ("cc-by-sa-4.0",)),
            ("llama-3.1", "model", ("llama-3.1", "llama-3.1-aup")),
        ],
        [
            ("s", "a", "merge"),
            ("s", "b", "merge"),
            ("a", "data", "dataset"),
            ("a", "llama-3.1", "fine-tune"),
        ],
    )
    # The works of a path are those of the file, also where the registry knows of what one was made.
    assert {finding.path for finding in report.findings if finding.document == "llama-3.1"} == {
        ("llama-3.1", "a", "s")
    }


def test_a_model_that_the_registry_knows_as_made_from_another_has_a_lineage() -> None:
    report = wl.check("deepseek-r1-distill-llama-8b", use="derivative release", as_of=AS_OF)
    assert lineage_of(report) == (
        [
            ("deepseek-r1-distill-llama-8b", "model", ("mit",)),
            ("llama-3.1", "model", ("llama-3.1", "llama-3.1-aup")),
        ],
        [("deepseek-r1-distill-llama-8b", "llama-3.1", "fine-tune")],
    )
    assert wl.check("llama-3.1", use="derivative release", as_of=AS_OF).lineage is None


@settings(max_examples=60, deadline=None)
@given(
    works=graphs(),
    edges=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), relations), max_size=8),
)
def test_each_work_on_a_path_and_each_of_its_relations_is_told(
    folder: Path, works: dict[str, Any], edges: list[tuple[int, int, str]]
) -> None:
    for child, parent, relation in edges:
        work = works[f"w{child % len(works)}"]
        work["from"].append({"work": f"w{parent % len(works)}", "relation": relation})
    report = answered(folder, works, "merge release", {})
    rows, edges_told = lineage_of(report)
    ids = [name for name, _, _ in rows]
    assert sorted(set(ids)) == sorted(ids)
    assert {name for finding in report.findings for name in finding.path} <= set(ids)
    assert set(edges_told) == {
        (name, edge["work"], edge["relation"]) for name in ids for edge in works[name]["from"]
    }


# --- size ------------------------------------------------------------------------------------------------------


def wide(count: int) -> dict[str, Any]:
    """A layered graph: each work comes from the next two, under one of the licenses in turn, the last from the first."""
    named = [label for label in LICENSES if label is not None]
    return {
        f"w{index}": {
            "license": named[index % len(named)],
            "from": [
                {"work": f"w{(index + step) % count}", "relation": RELATIONS[index % 7]} for step in (1, 2)
            ],
        }
        for index in range(count)
    }


def test_two_thousand_works_give_no_more_findings_than_two_hundred(folder: Path) -> None:
    few = answered(folder, wide(200), "merge release", {})
    many = answered(folder, wide(2_000), "merge release", {})
    assert len(many.findings) == len(few.findings)
    assert (many.verdict, many.best, many.worst) == (few.verdict, few.best, few.worst)
    assert max(len(finding.path) for finding in many.findings if finding.duty != "keep-terms") <= len(
        LICENSES
    )


# --- bad files -------------------------------------------------------------------------------------------------

HEAD = "format: 1\nsubject: s\nworks:\n"
BAD = {
    "an unknown relation": (
        HEAD + "  s: {from: [{work: a, relation: finetune}]}\n  a: {license: mit}\n",
        "FILE:4: works.s.from[0].relation: 'finetune' is not a relation\n  hint: did you mean 'fine-tune'?",
    ),
    "missing works, all of them at once": (
        HEAD + "  s: {from: [{work: a, relation: merge}, {work: b, relation: merge}]}\n",
        "FILE:4: works.s.from[0].work: no work 'a'\n  hint: list it under works, empty if nothing is known of it\n"
        "FILE:4: works.s.from[1].work: no work 'b'\n  hint: list it under works, empty if nothing is known of it",
    ),
    "an edge to nothing": (
        HEAD + "  s: {from: [{relation: merge}]}\n",
        "FILE:4: works.s.from[0]: missing key 'work'\n  hint: the id of a work",
    ),
    "an unknown model": (
        HEAD + "  s: {from: [{work: a, relation: fine-tune}]}\n  a: {model: llama-3.11}\n",
        "work a: unknown model 'llama-3.11'\n  hint: did you mean llama-3.1 or llama-3.3 or llama-3.2?",
    ),
    "an unknown license": (
        HEAD + "  s: {from: [{work: a, relation: fine-tune}]}\n  a: {license: no-such-terms-at-all}\n",
        "work a: unknown license 'no-such-terms-at-all'\n  hint: did you mean anthropic-consumer-terms-latest?",
    ),
    "half an expression": (
        HEAD + "  s: {license: GPL-3.0-only OR}\n",
        "work s: 'GPL-3.0-only OR' is not a license expression: OR requires two or more licenses as in: MIT OR BSD\n"
        "  hint: write MIT OR Apache-2.0",
    ),
    "no subject": (
        "format: 1\nworks:\n  s: {license: mit}\n",
        "FILE:1: missing key 'subject'\n  hint: the id of the work that is asked about",
    ),
    "a subject that is no work": (
        "format: 1\nsubject: t\nworks:\n  s: {license: mit}\n",
        "FILE:2: subject: no work 't'\n  hint: list it under works",
    ),
    "not YAML": (
        "format: 1\nsubject: [s\nworks: {}\n",
        "FILE:3: expected ',' or ']' in the list that began on line 2\n  hint: close it with ']'",
    ),
    "nothing": ("", "FILE: the file is empty\n  hint: a data file holds a mapping or a list"),
    "a list": ("- s\n", "FILE:1: expected a lineage (a mapping), found a list"),
    "another format": (
        "format: 2\nsubject: s\nworks:\n  s: {license: mit}\n",
        "FILE:1: format: unknown format\n  hint: write format: 1",
    ),
    "two wrong keys in one work": (
        HEAD + "  s: {kind: modle, licence: mit}\n",
        "FILE:4: works.s.licence: unknown key\n  hint: did you mean 'license'?\n"
        "FILE:4: works.s.kind: 'modle' is not a kind of work\n  hint: did you mean 'model'?",
    ),
    "one work twice": (
        HEAD + "  s: {license: mit}\n  s: {license: apache-2.0}\n",
        "FILE:5: works.s: duplicate key, first on line 4\n  hint: keep one of them",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_lineage_file_is_told_where_what_and_what_next(what: str, tmp_path: Path) -> None:
    text, message = BAD[what]
    path = tmp_path / "lineage.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises((wl.DataError, wl.UsageError)) as caught:
        wl.check(use="internal use", lineage=path, as_of=AS_OF)
    assert str(caught.value) == message.replace("FILE", str(path))


def test_a_lineage_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    path = tmp_path / "lineage.yaml"
    with pytest.raises(wl.DataError) as caught:
        read_lineage(path)
    assert str(caught.value) == f"{path}: no such file\n  hint: check the path"


def test_a_chain_of_any_length_is_let_go_without_a_crash() -> None:
    program = """
from weightlicense.lineage import Lineage, Work, reach
count = 400_000
works = {f"w{i}": Work(id=f"w{i}", parents=((f"w{i + 1}", "fine-tune"),) if i + 1 < count else ()) for i in range(count)}
last = reach(Lineage(subject="w0", works=works))[-1]
del last
print(count)
"""
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "400000\n")
