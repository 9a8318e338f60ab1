"""The terms that a lineage brings to its subject: every ancestor's license, by its path and the acts that reach it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from weightlicense import catalogue, engine
from weightlicense.assessment import (
    Asked,
    Term,
    Terms,
    model_terms,
    plain_terms,
    planned,
    united,
    unknown_license,
)
from weightlicense.descent import Descent, Relation
from weightlicense.descent import Work as WorkTold
from weightlicense.errors import UsageError
from weightlicense.lineage import TEACHING, Lineage, Reached, Work, reach
from weightlicense.vocabulary import vocabulary

FREE: Final = frozenset({"public-domain", "permissive"})
"""Openness whose terms leave training on a data set, and the terms of a release, to the licensee."""
MOST_CHOICES: Final = 64


def terms_of(lineage: Lineage, asked: Asked, day: str, offered: str | None) -> Terms:
    """The terms of the subject of a lineage; `offered` is the license that the release is declared to have.

    Raises `UsageError` where a work names a model or a license that is not known, with the work.
    """
    words = vocabulary()
    use = words.closure(planned(asked)[1])
    fixed: dict[str, Term] = {}
    open_choices: list[tuple[tuple[Term, ...], ...]] = []
    unknowns: dict[str, engine.Unknown] = {}
    nameless: list[Reached] = []
    notes: dict[str, None] = {}
    reached_terms: list[tuple[Reached, Terms]] = []
    known: dict[tuple[str | None, str | None], Terms] = {}
    closed: dict[frozenset[str], frozenset[str]] = {}
    for reached in reach(lineage):
        key = (reached.work.model, reached.work.license)
        if key == (None, None):
            if reached.toward is not None and all(reached.work is not other.work for other in nameless[:5]):
                nameless.append(reached)
            reached_terms.append((reached, Terms(name=reached.work.id, choices=())))
            continue
        if key not in known:
            known[key] = _of_work(reached.work, day)
        found = known[key]
        notes |= dict.fromkeys(found.notes)
        reached_terms.append((reached, found))
        asked_about = _questions_of_law(reached, found) if reached.is_dataset else found.unknowns
        for unknown in asked_about:
            if unknown.key not in unknowns:
                unknowns[unknown.key] = replace(unknown, path=reached.path)
        if reached.is_dataset:
            continue
        if reached.relations not in closed:
            closed[reached.relations] = words.closure(tuple(reached.acts(use)))
        acts = closed[reached.relations]
        if len(found.choices) == 1:
            for term in found.choices[0]:
                _put(fixed, term, acts, reached)
        elif found.choices:
            open_choices.append(
                tuple(tuple(_placed(term, acts, reached) for term in c) for c in found.choices)
            )
    if nameless:
        unknown = _nameless(nameless)
        unknowns[unknown.key] = unknown
    return Terms(
        name=asked.license or lineage.subject,
        title=asked.model or lineage.subject,
        choices=_choices(tuple(fixed.values()), open_choices),
        unknowns=tuple(unknowns.values()),
        notes=tuple(notes),
        claims=tuple(_claims(reached_terms, offered, day)),
        lineage=_descent(reached_terms, day),
    )


def descent_of(model: catalogue.Model, day: str) -> Descent:
    """The lineage of a model of the registry that was made from others."""
    subject = Reached(work=Work(id=model.id, model=model.id, license=model.license))
    return _descent([(subject, model_terms(model, day))], day)


def _descent(reached_terms: list[tuple[Reached, Terms]], day: str) -> Descent:
    """The works as a report tells them, with the models of the registry that theirs were made from."""
    works: dict[str, WorkTold] = {}
    relations: dict[tuple[str, str, str], None] = {}
    made: dict[str, catalogue.Model] = {}
    for reached, terms in reached_terms:
        work = reached.work
        if work.id in works:
            continue
        works[work.id] = WorkTold(
            id=work.id, kind=work.kind, model=work.model, license=work.license, documents=_own_roots(terms)
        )
        relations |= dict.fromkeys((work.id, *parent) for parent in work.parents)
        if terms.model is not None and terms.model.based_on is not None:
            made[work.id] = terms.model
    while made:
        child, model = made.popitem()
        assert model.based_on is not None
        base = catalogue.resolve_model(model.based_on[0])
        if base.id != child:
            relations[child, base.id, model.based_on[1]] = None
        if base.id not in works:
            documents = _own_roots(model_terms(base, day))
            works[base.id] = WorkTold(id=base.id, model=base.id, license=base.license, documents=documents)
            if base.based_on is not None:
                made[base.id] = base
    return Descent(
        subject=reached_terms[0][0].work.id,
        works=tuple(works.values()),
        relations=tuple(
            Relation(work=work, parent=parent, relation=relation) for work, parent, relation in relations
        ),
    )


def _own_roots(terms: Terms) -> tuple[str, ...]:
    """The licenses of a work itself, not those of the models that the registry says it was made from."""
    return tuple(dict.fromkeys(term.root for choice in terms.choices for term in choice if not term.path))


def _put(fixed: dict[str, Term], term: Term, acts: frozenset[str], reached: Reached) -> None:
    """One license once: the first path is the shortest, the acts of all works under it count."""
    old = fixed.get(term.root)
    if old is None:
        fixed[term.root] = _placed(term, acts, reached)
    elif not acts <= (old.acts or frozenset()) or not set(term.policies) <= set(old.policies):
        fixed[term.root] = replace(
            old,
            acts=(old.acts or frozenset()) | acts,
            policies=tuple(dict.fromkeys((*old.policies, *term.policies))),
        )


def _choices(
    fixed: tuple[Term, ...], open_choices: list[tuple[tuple[Term, ...], ...]]
) -> tuple[tuple[Term, ...], ...]:
    """What always applies, with every way of choosing where works leave a choice."""
    found = [fixed]
    for choices in open_choices:
        found = list(dict.fromkeys((*one, *two) for one in found for two in choices))
        if len(found) > MOST_CHOICES:
            # More choices than anyone weighs: all of them apply, which is never milder.
            found = [tuple(dict.fromkeys(term for choice in found for term in choice))]
    return tuple(found)


def _placed(term: Term, acts: frozenset[str], reached: Reached) -> Term:
    whole = (*term.path[:-1], *reached.path)
    return replace(term, acts=acts, path=whole if len(whole) > 1 else ())


def _nameless(works: list[Reached]) -> engine.Unknown:
    names = ", ".join(reached.work.id for reached in works[:5])
    more = f" and {len(works) - 5} more" if len(works) > 5 else ""
    reason = f"Nobody can say which license these works have: {names}{more}."
    return replace(unknown_license(reason, works[0].work.id), path=works[0].path)


def _of_work(work: Work, day: str) -> Terms:
    """The terms that a work's model and license say; both count where both are named."""
    try:
        model = None if work.model is None else model_terms(catalogue.resolve_model(work.model), day)
        named = (
            None if work.license is None else plain_terms(catalogue.resolve_license(work.license, as_of=day))
        )
    except UsageError as error:
        raise UsageError(f"work {work.id}: {error.message}", hint=error.hint) from None
    if model is None or named is None:
        return model or named  # type: ignore[return-value]
    return replace(
        model,
        choices=united(model.choices, named.choices),
        unknowns=(*model.unknowns, *named.unknowns),
        notes=(*model.notes, *named.notes),
    )


def _questions_of_law(reached: Reached, terms: Terms) -> list[engine.Unknown]:
    """Training on a data set whose terms limit it: whether that needs permission we name and do not answer."""
    found = list(terms.unknowns)
    for choice in terms.choices[:1]:
        for term in choice:
            if catalogue.heads().get(term.root, {}).get("openness") in FREE:
                continue
            found.append(
                engine.Unknown(
                    document=term.root,
                    clause="dataset",
                    says=f"The model was trained on {reached.work.id}, a data set under {term.root}. Whether training needs "
                    "permission, and what then follows for the model, is a question of law.",
                    how="Have counsel decide it for your country and this data set.",
                    judge="Whether training on a data set needs permission is a question of law; counsel decides.",
                    path=reached.path,
                )
            )
    return found


# --- claims ----------------------------------------------------------------------------------------------------


def _claims(
    reached_terms: list[tuple[Reached, Terms]], offered: str | None, day: str
) -> Iterator[engine.Claim]:
    """Whether each work that claims terms keeps those of the works that it is a derivative of."""
    subject = reached_terms[0][0].work.id
    by_id: dict[str, Reached] = {}
    for reached, _terms in reached_terms:
        by_id.setdefault(reached.work.id, reached)  # the shortest path comes first
    children: dict[str, list[tuple[str, str]]] = {}
    for reached in by_id.values():
        for parent, relation in reached.work.parents:
            if parent in by_id and relation not in TEACHING and relation != "dataset":
                children.setdefault(parent, []).append((reached.work.id, relation))
    carriers: dict[str, list[str]] = {}
    for reached, terms in reached_terms:
        for term in terms.choices[0] if terms.choices else ():
            carriers.setdefault(term.root, []).append(reached.work.id)
    claimed_roots: dict[str, frozenset[str] | None] = {}
    order = {name: index for index, name in enumerate(by_id)}
    for root, works in carriers.items():
        if _is_free(root):
            continue
        breaking: dict[str, list[tuple[int, str, str, str]]] = {}
        for name, (ancestor, relation) in _derivatives(works, children).items():
            claimed = offered if name == subject and offered is not None else by_id[name].work.license
            if claimed is not None:
                breaking.setdefault(claimed, []).append((order[name], name, ancestor, relation))
        for claimed, rows in breaking.items():
            if claimed not in claimed_roots:
                claimed_roots[claimed] = _claimed_roots(claimed, day)
            state = _keeps(root, claimed_roots[claimed])
            if state == "met":
                continue
            # Works that claim the same share one finding: the one nearest to the subject is named.
            _index, name, ancestor, relation = min(rows)
            yield engine.Claim(
                document=root,
                work=name,
                more=len(rows) - 1,
                claimed=claimed,
                relation=relation,
                state=state,
                path=by_id[ancestor].path,
            )


def _derivatives(works: list[str], children: dict[str, list[tuple[str, str]]]) -> dict[str, tuple[str, str]]:
    """Every work derived from one of these, with the one it derives from and the last relation."""
    found: dict[str, tuple[str, str]] = {}
    waiting = deque((work, work) for work in dict.fromkeys(works))
    while waiting:
        here, ancestor = waiting.popleft()
        for child, relation in children.get(here, ()):
            if child not in found and child != ancestor:
                found[child] = (ancestor, relation)
                waiting.append((child, ancestor))
    return found


def _is_free(root: str) -> bool:
    """Whether a license leaves the terms of derivatives to whoever makes them."""
    openness = catalogue.heads().get(root, {}).get("openness")
    return openness is None or openness in FREE or openness in ("policy", "service-terms")


def _claimed_roots(claimed: str, day: str) -> frozenset[str] | None:
    """The documents that a claim names; None where it names a text of its own or none."""
    try:
        found = catalogue.resolve_license(claimed, as_of=day)
    except UsageError:
        return None
    return frozenset(root for choice in found.choices for root in choice) or None


def _keeps(root: str, claimed: frozenset[str] | None) -> str:
    """Whether a claim keeps the terms of an ancestor: met, unmet, or open where nobody read what it names."""
    if claimed is None:
        return "open"
    return "met" if root in claimed else "unmet"
