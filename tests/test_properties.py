"""Laws of the engine, for facts and clauses as they come."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from weightlicense import catalogue, engine
from weightlicense.condition import atoms
from weightlicense.engine.bulk import Evaluator
from weightlicense.finding import LEVELS, allowed
from weightlicense.usecase import Facts, Values, resolve_use
from weightlicense.vocabulary import vocabulary

WORDS = vocabulary()
DOCUMENTS = (
    "llama-2",
    "llama-3",
    "llama-3.1",
    "llama-3.2",
    "gemma-tou-2025-03-24",
    "cc-by-nc-4.0",
    "apache-2.0",
)
AS_OF = "2026-11-21"
# Values of each fact on both sides of every limit that these documents have.
ANSWERS: dict[str, list[str]] = {
    "licensee.monthly_active_users": ["<1M", "700M", "701M", "2B", "<1B"],
    "licensee.sues_licensor": ["yes", "no"],
    "licensee.sanctioned": ["yes", "no"],
    "licensee.terminated": ["yes", "no"],
    "licensee.country": ["DE", "US", "EU", "EEA", "NO"],
    "licensee.separate_license": ["yes", "no"],
    "litigation.kind": ["patent", "copyright", "none"],
    "model.modalities": ["text", "text,image"],
    "product.human_review": ["yes", "no"],
    "product.displays": ["none", "Built with Llama"],
    "purpose.commercial": ["yes", "no"],
    "purpose.hazards": ["none", "military", "impersonation", "consequential-decisions", "cbrn-weapons,spam"],
    "purpose.has_consents": ["yes", "no"],
    "purpose.intends_harm": ["yes", "no"],
    "release.model_name": ["Llama-3-X", "Other", "llama-x"],
    "release.license_copy": ["yes", "no"],
    "release.binds_recipients": ["yes", "no"],
    "training.target_family": ["mistral", "llama-2", "llama"],
    "training.target_derives_from": ["mistral", "llama-2-7b"],
    "training.target_kind": ["language-model", "vision"],
    "training.mimics_model": ["yes", "no"],
    "upstream.notice_file": ["yes", "no"],
}
# Facts that exempt or permit: undeclared they are not held, so that declaring one may lift what stood.
CLOSED = {name for name, fact in WORDS.facts.items() if fact.closed}
# Facts that show duties to be met or not: an open duty counts as conditional until they speak.
SHOWING = {duty.shown_by[0] for duty in WORDS.duties.values() if duty.shown_by} | {"product.displays"}

documents = st.sampled_from(DOCUMENTS)
uses = st.sampled_from(sorted(WORDS.uses))
answers = st.dictionaries(st.sampled_from(sorted(ANSWERS)), st.integers(0, 4), max_size=14).map(
    lambda chosen: {name: ANSWERS[name][index % len(ANSWERS[name])] for name, index in chosen.items()}
)
thorough = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def programme(document: str, use: str) -> engine.Program:
    _name, acts, _facts = resolve_use(use, WORDS)
    return engine.build(
        [engine.Group(root=document, documents=catalogue.together(document))], WORDS.closure(acts), WORDS
    )


def concluded(program: engine.Program, facts: dict[str, str], use: str) -> engine.Conclusion:
    given_facts = Facts()
    for name, value in facts.items():
        given_facts.give(name, value)
    for name, value in resolve_use(use, WORDS)[2]:
        given_facts.give(name, value, kind="assumed", place=f"use {use}")
    return engine.evaluate(program, given_facts, as_of=AS_OF)


def is_settled(found: engine.Conclusion) -> bool:
    return allowed(LEVELS[found.best]) == allowed(LEVELS[found.worst])


@thorough
@given(documents, uses, answers, st.sampled_from(sorted(set(ANSWERS) - CLOSED)), st.integers(0, 4))
def test_one_more_fact_never_flips_a_settled_answer(
    document: str, use: str, facts: dict[str, str], name: str, index: int
) -> None:
    program = programme(document, use)
    before = concluded(program, facts, use)
    if name in facts or name in dict(resolve_use(use, WORDS)[2]) or not is_settled(before):
        return
    after = concluded(program, {**facts, name: ANSWERS[name][index % len(ANSWERS[name])]}, use)
    assert is_settled(after)
    assert allowed(LEVELS[after.best]) == allowed(LEVELS[before.best])


@thorough
@given(documents, uses, answers, st.sampled_from(sorted(set(ANSWERS) - CLOSED)), st.integers(0, 4))
def test_the_range_shrinks_with_each_fact_that_no_duty_reads(
    document: str, use: str, facts: dict[str, str], name: str, index: int
) -> None:
    program = programme(document, use)
    triggers = {
        atom.fact
        for duty in program.duties
        for part in (duty.rule.attached, duty.rule.exempt, duty.rule.trigger)
        for atom in atoms(part)
    }
    if name in facts or name in dict(resolve_use(use, WORDS)[2]) or name in SHOWING | triggers:
        return
    before = concluded(program, facts, use)
    after = concluded(program, {**facts, name: ANSWERS[name][index % len(ANSWERS[name])]}, use)
    assert LEVELS[before.best] <= LEVELS[after.best] <= LEVELS[after.worst] <= LEVELS[before.worst]


@thorough
@given(documents, uses, answers, st.randoms(use_true_random=False))
def test_the_order_of_clauses_is_irrelevant(
    document: str, use: str, facts: dict[str, str], chance: object
) -> None:
    straight = concluded(programme(document, use), facts, use)
    shuffled_documents = []
    for each in catalogue.together(document):
        clauses = list(each.clauses)
        chance.shuffle(clauses)  # type: ignore[attr-defined]
        shuffled_documents.append(msgspec.structs.replace(each, clauses=tuple(clauses)))
    _name, acts, _facts = resolve_use(use, WORDS)
    group = engine.Group(root=document, documents=tuple(shuffled_documents))
    shuffled = concluded(engine.build([group], WORDS.closure(acts), WORDS), facts, use)
    assert (shuffled.verdict, shuffled.best, shuffled.worst) == (
        straight.verdict,
        straight.best,
        straight.worst,
    )
    assert {q.fact for q in shuffled.questions} == {q.fact for q in straight.questions}
    assert {(f.reference, f.status) for f in shuffled.findings} == {
        (f.reference, f.status) for f in straight.findings
    }


@thorough
@given(documents, uses, answers, st.integers(0, 4))
def test_answering_one_by_one_equals_answering_together(
    document: str, use: str, facts: dict[str, str], index: int
) -> None:
    program = programme(document, use)
    together = dict(facts)
    found = concluded(program, facts, use)
    for _ in range(12):
        waiting = [
            q.fact for q in found.questions if q.fact.split("@")[0] in ANSWERS and q.fact not in together
        ]
        if not waiting:
            break
        choices = ANSWERS[waiting[0].split("@")[0]]
        together[waiting[0]] = choices[index % len(choices)]
        found = concluded(program, together, use)
    assert found == concluded(program, dict(reversed(together.items())), use)


@thorough
@given(documents, uses, answers)
def test_what_is_asked_about_the_verdict_can_cross_the_line_and_a_settled_answer_asks_nothing(
    document: str, use: str, facts: dict[str, str]
) -> None:
    found = concluded(programme(document, use), facts, use)
    asked = [q for q in found.questions if q.about == "verdict"]
    if is_settled(found):
        assert asked == []
        assert found.verdict == found.best
    else:
        assert found.verdict == "undetermined"
    assert len({q.fact for q in found.questions}) == len(found.questions)


@thorough
@given(documents, uses, answers)
def test_the_quick_verdict_is_that_of_the_full_answer_or_is_left_open(
    document: str, use: str, facts: dict[str, str]
) -> None:
    program = programme(document, use)
    given_facts = Facts()
    for name, value in facts.items():
        given_facts.give(name, value)
    for name, value in resolve_use(use, WORDS)[2]:
        given_facts.give(name, value, kind="assumed", place=f"use {use}")
    values = Values(given_facts, as_of=AS_OF, roots=program.roots, asked_by=program.asked_by)
    quick = program.bulk_verdict()(values)
    full = engine.evaluate(program, given_facts, as_of=AS_OF)
    if quick is not None:
        assert LEVELS[full.best] == quick


@thorough
@given(documents, uses, st.lists(answers, min_size=2, max_size=5))
def test_many_fact_sets_in_bulk_come_out_as_one_by_one(
    document: str, use: str, sheets: list[dict[str, str]]
) -> None:
    program = programme(document, use)
    evaluator = Evaluator(program)
    for facts in [*sheets, *sheets]:
        given_facts = Facts()
        for name, value in facts.items():
            given_facts.give(name, value)
        for name, value in resolve_use(use, WORDS)[2]:
            given_facts.give(name, value, kind="assumed", place=f"use {use}")
        assert evaluator.conclude(given_facts, as_of=AS_OF) == engine.evaluate(
            program, given_facts, as_of=AS_OF
        )


@pytest.mark.parametrize("use", sorted(WORDS.uses))
@pytest.mark.parametrize("document", DOCUMENTS)
def test_nothing_declared_is_never_permitted_where_a_clause_could_forbid(document: str, use: str) -> None:
    program = programme(document, use)
    found = concluded(program, {}, use)
    if any(hold.test(Values(Facts(), as_of=AS_OF, roots={}, asked_by={})) is None for hold in program.holds):
        assert found.verdict not in ("permitted", "conditional") or is_settled(found)


def test_levels_go_from_permitted_to_prohibited() -> None:
    order = ["permitted", "conditional", "breach", "needs-license", "not-granted", "prohibited"]
    assert [LEVELS[name] for name in order] == list(range(6))
    assert all(LEVELS[a] < LEVELS[b] for a, b in pairwise(order))
