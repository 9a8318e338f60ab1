"""Under which licenses a release may itself be offered, and which clauses limit the choice.

Two things limit it: a duty to offer the release under the same license, and terms that a release may not leave behind
(those of every ancestor of which it is a derivative, unless they are permissive).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from weightlicense import catalogue
from weightlicense.ancestry import FREE
from weightlicense.assessment import Asked, Terms, complete, planned, programme, terms_asked
from weightlicense.change import Limit, Offering
from weightlicense.clause import Document
from weightlicense.engine import Program
from weightlicense.engine.program import Rule, keeping_rule
from weightlicense.finding import Report
from weightlicense.usecase import Facts, Given, Values
from weightlicense.vocabulary import vocabulary

RELEASING: Final = frozenset({"distribute", "embed", "release-target"})
UNDECIDED: Final = "LicenseRef-undecided"
"""Stands for a license that nobody chose yet: every ancestor whose terms must be kept then says so."""
NO_TERMS: Final = ("policy", "service-terms")


def offered(report: Report, asked: Asked, facts: Facts) -> Report:
    """The report with the licenses that its release may be offered under; `facts` are as they were declared."""
    return replace(report, offering=offering(asked, facts))


def offering(asked: Asked, facts: Facts) -> Offering:
    """The licenses under which the release may be offered: those that every ancestor allows, with the limiting clauses."""
    words = vocabulary()
    named = planned(asked)[1]
    note = None
    if RELEASING.isdisjoint(words.closure(named)):
        note = "The use releases nothing; this is what would hold if the result were distributed."
        asked = replace(asked, acts=(*asked.acts, "distribute"))
    given = facts.copy()
    if asked.lineage is not None:
        given.put(Given(key="release.license", text=UNDECIDED, value=UNDECIDED, rank=0, source="declared"))
    terms = terms_asked(asked, given)
    given.given.pop("release.license", None)
    complete(asked, terms, given)
    acts = words.closure(planned(asked)[1])
    found = [
        _of_choice(asked, terms, programme(asked, terms, choice, acts), given) for choice in terms.choices
    ]
    if not found:
        return Offering(options=(), note="No license of the ancestors is known, so none can be named.")
    if terms.unknowns:
        unread = " Terms that nobody has read may limit it further."
        note = f"{note or ''}{unread}".strip()
    return Offering(
        options=tuple(dict.fromkeys(option for each in found for option in each.options)),
        limits=tuple(dict.fromkeys(limit for each in found for limit in each.limits)),
        is_free=any(each.is_free for each in found),
        note=note,
    )


def _of_choice(asked: Asked, terms: Terms, program: Program, facts: Facts) -> Offering:
    values = Values(facts, as_of=asked.as_of, roots=program.roots, asked_by=program.asked_by)
    same = [
        duty.rule
        for duty in program.duties
        if duty.rule.clause.then.duty == "same-license"
        and duty.test(values) is not False
        and not (asked.lineage is not None and _is_subject(duty.rule, program))
    ]
    kept_ids = _kept(asked, terms, program, same)
    kept = [document for document in program.documents if document.id in kept_ids]
    limits = (*map(_same, same), *(_kept_limit(document, program) for document in kept))
    if not limits:
        return Offering(options=(), is_free=True)
    options = [
        name
        for name in dict.fromkeys(name for limit in limits for name in limit.allowed)
        if all(_fits(name, rule) for rule in same) and all(_holds(name, document) for document in kept)
    ]
    if not options and not same:
        options = [" AND ".join(map(_shown, kept))]
    return Offering(options=tuple(options), limits=limits)


def _is_subject(rule: Rule, program: Program) -> bool:
    """Whether the rule is of the release's own terms, which its ancestors limit and which limit nothing themselves."""
    return not rule.path and any(other.path for other in program.rules)


def _kept(asked: Asked, terms: Terms, program: Program, same: list[Rule]) -> set[str]:
    """The documents whose terms the release may not leave behind."""
    if asked.lineage is not None:
        return {claim.document for claim in terms.claims if claim.path[-1] == claim.work}
    named = {rule.document.id for rule in same}
    found = set()
    for document in program.documents:
        openness = document.openness
        taught_only = "release-target" in program.acts and program.acts.isdisjoint({"distribute", "embed"})
        if (
            program.roots[document.id] != document.id
            or openness in FREE
            or openness in NO_TERMS
            or document.id in named
            or (taught_only and document.target_is_derivative is None)
        ):
            continue
        found.add(document.id)
    return found


def _same(rule: Rule) -> Limit:
    clause = rule.clause
    return Limit(
        document=rule.document.id,
        clause=clause.id,
        at=clause.at,
        says=clause.says,
        allowed=tuple(_names(rule)),
    )


def _kept_limit(document: Document, program: Program) -> Limit:
    rule = keeping_rule([rule for rule in program.rules if rule.document.id == document.id])
    return Limit(
        document=document.id,
        clause=rule.clause.id,
        at=rule.clause.at,
        says=rule.clause.says,
        allowed=(_shown(document), *document.successors),
    )


def _shown(document: Document) -> str:
    """A document as a release names it: its SPDX id, or its own id where SPDX has none."""
    spdx = document.spdx
    return document.id if spdx is None or spdx.startswith("LicenseRef") else spdx


def _names(rule: Rule) -> Iterator[str]:
    yield from dict.fromkeys(
        (_shown(rule.document), *(dict(rule.clause.then.parameters).get("licenses") or ()))
    )


def _spellings(rule: Rule) -> frozenset[str]:
    return rule.document.names | {name.lower() for name in _names(rule)}


def _fits(name: str, rule: Rule) -> bool:
    """Whether a rule allows a license of that name."""
    return not _spellings(rule).isdisjoint(_called(name))


def _holds(name: str, document: Document) -> bool:
    """Whether a license of that name keeps the terms of a document."""
    return not document.keeping.isdisjoint(_called(name))


def _called(name: str) -> frozenset[str]:
    """Every name, in lower case, of the license of that name."""
    known = next((each for each in catalogue.heads() if each == name.lower()), None)
    return frozenset({name.lower()}) | (frozenset() if known is None else catalogue.document(known).names)
