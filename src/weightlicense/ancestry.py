"""The terms that a lineage brings to its subject: every ancestor's license, by its path and the acts that reach it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import takewhile
from operator import itemgetter
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from weightlicense import catalogue, engine
from weightlicense.assessment import (
    Asked,
    Term,
    Terms,
    doubt_of_owner,
    model_terms,
    plain_terms,
    planned,
    united,
    unknown_license,
)
from weightlicense.catalogue import Resolution
from weightlicense.clause import Document, is_open_ended
from weightlicense.descent import Descent, Relation
from weightlicense.descent import Work as WorkTold
from weightlicense.errors import UsageError
from weightlicense.lineage import MADE, TEACHING, Lineage, Reached, Work, reach
from weightlicense.vocabulary import vocabulary

FREE: Final = frozenset({"public-domain", "permissive"})
"""Openness whose terms leave training on a data set, and the terms of a release, to the licensee."""
MOST_CHOICES: Final = 64
MOST_NAMED: Final = 5


def terms_of(
    lineage: Lineage, asked: Asked, day: str, offered: str | None, *, told_elsewhere: bool = False
) -> Terms:
    """The terms of the subject of a lineage; `offered` is the license that the release is declared to have.

    `told_elsewhere`: the subject's own terms are not the lineage's to tell, so that it is not unknown for lack of them.

    Raises `UsageError` where a work names a model or a license that is not known, with the work.
    """
    words = vocabulary()
    use = words.closure(planned(asked)[1])
    fixed: dict[str, Term] = {}
    open_choices: list[tuple[tuple[Term, ...], ...]] = []
    unknowns: dict[str, engine.Unknown] = {}
    nameless: dict[str, Reached] = {}
    notes: dict[str, None] = {}
    reached_terms: list[tuple[Reached, Terms]] = []
    known: dict[tuple[str | None, str | None], Terms] = {}
    closed: dict[tuple[str, frozenset[str]], frozenset[str]] = {}
    works = reach(lineage)
    is_unknown = len(works) == 1 and not told_elsewhere
    for reached in works:
        key = (reached.work.model, reached.work.license)
        if key == (None, None):
            # A subject with parents is the user's own work; one without is a work of which nothing is known.
            if reached.toward is not None or is_unknown:
                nameless.setdefault(reached.work.id, reached)
            reached_terms.append((reached, Terms(name=reached.work.id, choices=())))
            continue
        if key not in known:
            known[key] = _of_work(reached.work, day)
        found = known[key]
        notes |= dict.fromkeys(found.notes)
        reached_terms.append((reached, found))
        asked_about = _questions_of_law(reached, found) if reached.way == "data" else found.unknowns
        for unknown in asked_about:
            if unknown.key not in unknowns:
                unknowns[unknown.key] = replace(unknown, path=reached.path)
        if reached.way == "data":
            continue
        how = (reached.way, reached.relations)
        if how not in closed:
            closed[how] = words.closure(tuple(reached.acts(use)))
        acts = closed[how]
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
        derived=tuple(_derived(reached_terms)),
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
    elif old.is_claim or not acts <= (old.acts or frozenset()) or not set(term.policies) <= set(old.policies):
        fixed[term.root] = replace(
            old,
            is_claim=False,
            path=_placed(term, acts, reached).path if old.is_claim else old.path,
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
    # The registry's path ends at the model of this work, which the lineage calls by its own name.
    whole = (*term.path[:-1], *reached.path)
    is_claim = reached.toward is None and bool(reached.work.parents) and not term.path
    return replace(term, acts=acts, path=whole if len(whole) > 1 else (), is_claim=is_claim)


def _nameless(works: dict[str, Reached]) -> engine.Unknown:
    names = sorted(works)
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    first = next(iter(works.values()))  # as near to the subject as any
    reason = f"Nobody can say which license these works have: {', '.join(names[:MOST_NAMED])}{more}."
    paths = takewhile(lambda path: len(path) == len(first.path), (work.path for work in works.values()))
    path = min(paths)
    return replace(unknown_license(reason), path=path if len(path) > 1 else ())


def _derived(reached_terms: list[tuple[Reached, Terms]]) -> Iterator[tuple[str, str, str]]:
    """What the models of the lineage say of their licenses, and those that the subject is made of say of it."""
    place = "model registry, by the lineage"
    under: dict[str, list[tuple[str, ...] | None]] = {}
    for reached, terms in reached_terms:
        if reached.way != "data":
            for root in dict.fromkeys(term.root for choice in terms.choices for term in choice):
                under.setdefault(root, []).append(terms.model.modalities if terms.model else None)
    for root, each in under.items():
        if all(each):
            kinds = dict.fromkeys(kind for modalities in each for kind in modalities or ())
            yield f"model.modalities[{root}]", ",".join(kinds), place
    models = [
        terms.model for reached, terms in reached_terms if reached.way == "base" and terms.model is not None
    ]
    families = {model.family for model in models}
    if len(families) == 1:
        family = families.pop()
        yield "model.family", family, place
        if any(reached.way == "teaching" for reached, _terms in reached_terms):
            yield "training.target_family", family, place
            yield "training.target_derives_from", family, place


def _of_work(work: Work, day: str) -> Terms:
    """The terms that a work's model and license say; both count where both are named."""
    try:
        model = None if work.model is None else _of_model(work.model, day)
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


def _of_model(name: str, day: str) -> Terms:
    """The terms of a model of the registry; of what others put out under its name, a note says that it may have more."""
    model = catalogue.resolve_model(name)
    own, doubt = model_terms(model, day), doubt_of_owner(name, model)
    return own if doubt is None else replace(own, notes=(doubt, *own.notes))


def _questions_of_law(reached: Reached, terms: Terms) -> list[engine.Unknown]:
    """Training on a data set whose terms limit it: whether that needs permission we name and do not answer."""
    limiting = [
        [term for term in choice if catalogue.heads().get(term.root, {}).get("openness") not in FREE]
        for choice in terms.choices
    ]
    return [
        *terms.unknowns,
        *(
            engine.Unknown(
                document=term.root,
                clause="dataset",
                says=f"The model was trained on {reached.work.id}, a data set under {term.root}. Whether training needs "
                "permission, and what then follows for the model, is a question of law.",
                how="Have counsel decide it for your country and this data set.",
                judge="Whether training on a data set needs permission is a question of law; counsel decides.",
                path=reached.path,
            )
            for term in min(limiting, key=len, default=[])
        ),
    ]


# --- claims ----------------------------------------------------------------------------------------------------


class _Derived(Struct, frozen=True, kw_only=True, gc=False):
    """How a work comes from the nearest of the works that carry a license."""

    ancestor: str
    relation: str
    is_taught: bool


def _claims(
    reached_terms: list[tuple[Reached, Terms]], offered: str | None, day: str
) -> Iterator[engine.Claim]:
    """Whether each work that claims terms keeps those of the works that it is a derivative of."""
    subject = reached_terms[0][0].work.id
    by_id: dict[str, Reached] = {}
    for reached, _terms in reached_terms:
        by_id.setdefault(reached.work.id, reached)  # the shortest path comes first
    children: dict[str, list[tuple[Work, str]]] = {}
    for reached in by_id.values():
        for parent, relation in reached.work.parents:
            if parent in by_id and relation != "dataset":
                children.setdefault(parent, []).append((reached.work, relation))
    carriers: dict[str, list[str]] = {}
    for reached, terms in reached_terms:
        for term in dict.fromkeys(term for choice in terms.choices for term in choice):
            carriers.setdefault(term.root, []).append(reached.work.id)
    known: dict[str, Resolution | None] = {}
    distance: dict[str, int] = {}
    for name, reached in by_id.items():
        distance[name] = 0 if reached.toward is None else distance[reached.toward.work.id] + 1
    order = {name: (steps, name) for name, steps in distance.items()}
    for named in children.values():
        named.sort(key=lambda child: (order[child[0].id], child[1]))
    for root, works in carriers.items():
        if _is_free(root):
            continue
        document = catalogue.document(root)
        breaking: dict[tuple[str, bool], list[tuple[tuple[int, str], str, _Derived]]] = {}
        for name, derived in _derivatives(
            sorted(works, key=order.__getitem__),
            children,
            is_taught_reached=document.target_is_derivative is not None,
        ).items():
            claimed = offered if name == subject and offered is not None else by_id[name].work.license
            if claimed is not None:
                rows = breaking.setdefault((claimed, derived.is_taught), [])
                rows.append((order[name], name, derived))
        for (claimed, is_taught), rows in breaking.items():
            if claimed not in known:
                known[claimed] = _resolved(claimed, day)
            state = _keeps(document, claimed, known[claimed])
            if state == "met":
                continue
            # Works that claim the same share one finding: the one nearest to the subject is named.
            _index, name, derived = min(rows, key=itemgetter(0))
            yield engine.Claim(
                document=root,
                work=name,
                more=len(rows) - 1,
                claimed=claimed,
                relation=derived.relation,
                state=state,
                path=by_id[derived.ancestor].path,
                is_taught=is_taught,
            )


def _derivatives(
    works: list[str], children: dict[str, list[tuple[Work, str]]], *, is_taught_reached: bool
) -> dict[str, _Derived]:
    """Every work derived from one of these; those that only learned from one, where that can make a derivative."""
    found: dict[str, _Derived] = {}
    learning: deque[tuple[str, str, str]] = deque()
    waiting = deque((work, work) for work in dict.fromkeys(works))
    while waiting:
        here, ancestor = waiting.popleft()
        for child, relation in children.get(here, ()):
            if relation in TEACHING:
                if child.kind not in MADE:
                    learning.append((child.id, ancestor, relation))
            elif child.id not in found and child.id != ancestor:
                found[child.id] = _Derived(ancestor=ancestor, relation=relation, is_taught=False)
                waiting.append((child.id, ancestor))
    while learning and is_taught_reached:
        name, ancestor, relation = learning.popleft()
        if name in found or name == ancestor:
            continue
        found[name] = _Derived(ancestor=ancestor, relation=relation, is_taught=True)
        learning.extend((child.id, ancestor, after) for child, after in children.get(name, ()))
    return found


def _is_free(root: str) -> bool:
    """Whether a license leaves the terms of derivatives to whoever makes them."""
    openness = catalogue.heads().get(root, {}).get("openness")
    return openness is None or openness in FREE or openness in ("policy", "service-terms")


def _resolved(claimed: str, day: str) -> Resolution | None:
    """What a claim names; None where that is a text of its own or none."""
    try:
        found = catalogue.resolve_license(claimed, as_of=day)
    except UsageError:
        return None
    return found if found.choices else None


def _keeps(document: Document, claimed: str, named: Resolution | None) -> str:
    """Whether a claim keeps the terms of an ancestor: met, unmet, or open where nobody read what it names.

    Every choice that the claim offers must keep them.
    """
    if claimed.lower() in document.keeping:
        return "met"
    if is_open_ended(claimed):
        return "unmet"
    if named is None:
        return "open"
    keeping = document.keeping
    for choice in named.choices:
        if all(catalogue.document(root).names.isdisjoint(keeping) for root in choice):
            return "unmet"
    return "met"
