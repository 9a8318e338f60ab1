"""The terms that a lineage brings to its subject: every ancestor's license, by its path and the acts that reach it."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from weightlicense import catalogue, engine
from weightlicense.assessment import Asked, Term, Terms, model_terms, plain_terms, united, unknown_license
from weightlicense.errors import UsageError
from weightlicense.lineage import TEACHING, Lineage, Reached, Work, reach
from weightlicense.usecase import resolve_act, resolve_use
from weightlicense.vocabulary import vocabulary

FREE: Final = frozenset({"public-domain", "permissive"})
"""Openness whose terms leave training on a data set, and the terms of a release, to the licensee."""
MOST_CHOICES: Final = 64


def terms_of(lineage: Lineage, asked: Asked, day: str, offered: str | None) -> Terms:
    """The terms of the subject of a lineage; `offered` is the license that the release is declared to have.

    Raises `UsageError` where a work names a model or a license that is not known, with the work.
    """
    words = vocabulary()
    _name, named, _facts = resolve_use(asked.use, words)
    use = words.closure((*named, *(resolve_act(act, words) for act in asked.acts)))
    choices: tuple[tuple[Term, ...], ...] = ((),)
    unknowns: list[engine.Unknown] = []
    notes: dict[str, None] = {}
    reached_terms: list[tuple[Reached, Terms]] = []
    known: dict[tuple[str | None, str | None], Terms] = {}
    for reached in reach(lineage):
        key = (reached.work.model, reached.work.license)
        if key not in known:
            known[key] = _of_work(reached.work, day)
        found = known[key]
        notes |= dict.fromkeys(found.notes)
        reached_terms.append((reached, found))
        if reached.is_dataset:
            unknowns.extend(_questions_of_law(reached, found))
            continue
        is_subject = len(reached.path) == 1
        if not (is_subject and key == (None, None)):
            unknowns.extend(replace(unknown, path=reached.path) for unknown in found.unknowns)
        acts = None if is_subject else words.closure(tuple(reached.acts(use)))
        placed = tuple(tuple(_placed(term, acts, reached) for term in choice) for choice in found.choices)
        choices = _joined(choices, placed)
    return Terms(
        name=asked.license or lineage.subject,
        title=asked.model or lineage.subject,
        choices=choices,
        unknowns=_once(unknowns),
        notes=tuple(notes),
        claims=tuple(_claims(reached_terms, offered, day)),
    )


def _once(unknowns: list[engine.Unknown]) -> tuple[engine.Unknown, ...]:
    """Each unknown once: works under the same terms share it, by the shortest path."""
    kept: dict[str, engine.Unknown] = {}
    for unknown in unknowns:
        kept.setdefault(unknown.key, unknown)
    return tuple(kept.values())


def _joined(
    left: tuple[tuple[Term, ...], ...], right: tuple[tuple[Term, ...], ...]
) -> tuple[tuple[Term, ...], ...]:
    """Every choice on the left with every choice on the right, repeated terms once."""
    both = dict.fromkeys(tuple(dict.fromkeys((*one, *two))) for one in left for two in right or ((),))
    if len(both) <= MOST_CHOICES:
        return tuple(both)
    # More choices than anyone weighs: all of them apply, which is never milder.
    return (tuple(dict.fromkeys(term for choice in both for term in choice)),)


def _placed(term: Term, acts: frozenset[str] | None, reached: Reached) -> Term:
    path = (*term.path, *reached.path[1:]) if term.path else reached.path
    return replace(term, acts=acts, path=path if len(path) > 1 else ())


def _of_work(work: Work, day: str) -> Terms:
    """The terms that a work's model and license say; both count where both are named."""
    try:
        model = None if work.model is None else model_terms(catalogue.resolve_model(work.model), day)
        named = (
            None if work.license is None else plain_terms(catalogue.resolve_license(work.license, as_of=day))
        )
    except UsageError as error:
        raise UsageError(f"work {work.id}: {error.message}", hint=error.hint) from None
    if model is None and named is None:
        reason = f"Nobody can say which license the work {work.id} has."
        return Terms(name=work.id, choices=(), unknowns=(unknown_license(reason, work.id),))
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
    return [replace(unknown, path=reached.path) for unknown in found]


# --- claims ----------------------------------------------------------------------------------------------------


def _claims(reached_terms: list[tuple[Reached, Terms]], offered: str | None, day: str) -> list[engine.Claim]:
    """Whether each work that claims terms keeps those of the works that it is a derivative of."""
    claims: dict[tuple[str, str], engine.Claim] = {}
    by_id = {reached.work.id: (reached, terms) for reached, terms in reached_terms}
    for reached, _terms in reached_terms:
        work = reached.work
        claimed = offered if len(reached.path) == 1 and offered is not None else work.license
        if claimed is None:
            continue
        roots = _claimed_roots(claimed, day)
        for parent, relation in _derived_from(work, by_id):
            for term in (term for choice in by_id[parent][1].choices[:1] for term in choice):
                state = _keeps(term.root, roots)
                key = (work.id, term.root)
                if state is not None and claims.get(key) is None:
                    claims[key] = engine.Claim(
                        document=term.root,
                        work=work.id,
                        claimed=claimed,
                        relation=relation,
                        state=state,
                        path=(parent, *by_id[work.id][0].path),
                    )
    return [claim for claim in claims.values() if claim.state != "met"]


def _derived_from(work: Work, by_id: dict[str, tuple[Reached, Terms]]) -> list[tuple[str, str]]:
    """Every ancestor of which the work is a derivative, with the first relation on the way; not teachers or data."""
    found: dict[str, str] = {}
    waiting = [(parent, relation) for parent, relation in work.parents]
    while waiting:
        parent, relation = waiting.pop()
        if parent in found or parent not in by_id or relation in TEACHING or relation == "dataset":
            continue
        found[parent] = relation
        waiting.extend(
            (name, relation)
            for name, next_ in by_id[parent][0].work.parents
            if next_ not in TEACHING and next_ != "dataset"
        )
    return [(name, relation) for name, relation in found.items() if name != work.id]


def _claimed_roots(claimed: str, day: str) -> frozenset[str] | None:
    """The documents that a claim names; None where it names a text of its own or none."""
    try:
        found = catalogue.resolve_license(claimed, as_of=day)
    except UsageError:
        return None
    return frozenset(root for choice in found.choices for root in choice) or None


def _keeps(root: str, claimed: frozenset[str] | None) -> str | None:
    """met, unmet, open, or None where the ancestor leaves the terms of derivatives free."""
    openness = catalogue.heads().get(root, {}).get("openness")
    if openness is None or openness in FREE or openness in ("policy", "service-terms"):
        return None
    if claimed is None:
        return "open"
    return "met" if root in claimed else "unmet"
