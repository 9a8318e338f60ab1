"""Which models and licenses allow a use, best first, and what each would cost.

Models under the same terms are one row; what depends on the model itself (its family, its modalities) is evaluated once for
each different answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from weightlicense import catalogue, engine
from weightlicense.assessment import (
    Asked,
    Term,
    Terms,
    complete,
    groups_of,
    model_terms,
    plain_terms,
    planned,
)
from weightlicense.condition import atoms
from weightlicense.engine import Program
from weightlicense.errors import UsageError, nearest
from weightlicense.finding import UNDETERMINED
from weightlicense.usecase import Facts
from weightlicense.vocabulary import vocabulary

ORDER: Final = (
    "permitted",
    "conditional",
    UNDETERMINED,
    "breach",
    "needs-license",
    "not-granted",
    "prohibited",
)
"""The order of rows. What is not settled stands before what is known to be broken or not allowed."""
OF_MODEL: Final = "model."


class Duty(Struct, frozen=True, kw_only=True):
    """A duty that a row costs, with the words that it prescribes."""

    duty: str
    status: str
    text: str | None


class Row(Struct, frozen=True, kw_only=True):
    """Terms with the models that carry them, and what they say of the use.

    `acts` are the duties that are done with the act and not shown to be met, `standing` the others; `questions` the
    facts that are asked, `unknown` the clauses that wait for a text or for a person.
    """

    license: str
    models: tuple[str, ...]
    verdict: str
    best: str
    worst: str
    acts: tuple[Duty, ...]
    standing: tuple[str, ...]
    questions: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def rank(self) -> tuple[Any, ...]:
        """Best first: by verdict, then by act duties, standing duties and questions; of equals the one with most models."""
        open_ = len(self.questions) + len(self.unknown)
        place = ORDER.index(self.verdict)
        return place, len(self.acts), len(self.standing), open_, -len(self.models), self.license


class Wanted(Struct, frozen=True, kw_only=True):
    """Which models are looked at; without any of these, all of them and every license."""

    modality: str | None = None
    publisher: str | None = None
    license: str | None = None


class _Evaluated(Struct, frozen=True, kw_only=True):
    """What one choice of terms comes to for one model."""

    license: str
    conclusion: engine.Conclusion


def find(
    asked: Asked,
    facts: Facts,
    wanted: Wanted | None = None,
    over: Callable[[list[catalogue.Model]], Iterable[catalogue.Model]] = iter,
) -> list[Row]:
    """The rows for a use, best first; `asked` names no model or license, `facts` are as they were declared.

    `over` goes over the models, and may tell how far it is. Raises `UsageError` for a modality, a publisher or a license
    that is not known.
    """
    wanted = wanted or Wanted()
    _check(wanted)
    rows = _Rows(asked, facts)
    roots = None
    if wanted.license is not None:
        named = catalogue.resolve_license(wanted.license, as_of=asked.as_of)
        roots = {root for choice in named.choices for root in choice} or set(named.one_of)
        if not roots:
            raise UsageError(named.reason or f"no text for {wanted.license!r}", hint="name a document id")
    for model in over(catalogue.models()):
        if wanted.publisher is not None and wanted.publisher.lower() not in _publishers(model):
            continue
        if wanted.modality is not None and wanted.modality not in (model.modalities or ()):
            continue
        terms = rows.terms(model)
        if roots is None or any(term.root in roots for choice in terms.choices for term in choice):
            rows.add(terms, model)
    if wanted.modality is None and wanted.publisher is None:
        for name, head in catalogue.heads().items():
            if head["kind"] != "acceptable-use-policy" and (roots is None or name in roots):
                rows.add(plain_terms(catalogue.resolve_license(name, as_of=asked.as_of)), None)
    return rows.ranked()


def _publishers(model: catalogue.Model) -> set[str]:
    return {model.publisher.lower(), *(name.lower() for name in model.organizations)}


def _check(wanted: Wanted) -> None:
    known = {
        "modality": list(vocabulary().facts["model.modalities"].values),
        "publisher": sorted({name for model in catalogue.models() for name in _publishers(model)}),
    }
    for what, names in known.items():
        name = getattr(wanted, what)
        if name is not None and name.lower() not in names:
            near = nearest(name, names)
            hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(names[:12])}"
            raise UsageError(f"unknown {what} {name!r}", hint=hint)


class _Rows:
    """Rows in the making: each different set of terms is compiled once, and evaluated once for each answer of a model."""

    def __init__(self, asked: Asked, facts: Facts) -> None:
        self.asked, self.facts = asked, facts
        self.words = vocabulary()
        accepted = facts.given.get("licensee.accepted_on")
        self.day: str = accepted.value if accepted is not None else asked.as_of
        self.acts = self.words.closure(planned(asked)[1])
        self.programs: dict[Any, list[tuple[str, Program]]] = {}
        self.reads: dict[Any, frozenset[str]] = {}
        self.found: dict[Any, _Evaluated] = {}
        self.models: dict[Any, list[str]] = {}
        self.resolved: dict[Any, Terms] = {}

    def terms(self, model: catalogue.Model) -> Terms:
        """The terms of a model, resolved once for all that carry the same license and come from the same base."""
        if model.license is None:
            return model_terms(model, self.day)
        key = (model.license, model.policies, model.based_on)
        if key not in self.resolved:
            self.resolved[key] = model_terms(model, self.day)
        return replace(self.resolved[key], model=model)

    def add(self, terms: Terms, model: catalogue.Model | None) -> None:
        """One model, or a license by itself, where no model carries just that."""
        key = self._key(terms)
        if key not in self.programs:
            self.programs[key] = list(self._compiled(terms))
            self.reads[key] = frozenset(
                atom.fact
                for _license, program in self.programs[key]
                for rule in program.rules
                for part in (rule.attached, rule.exempt, rule.trigger, rule.lifted)
                for atom in atoms(part)
                if atom.fact.startswith(OF_MODEL)
            )
        facts = self.facts.copy()
        complete(self.asked, terms, facts)
        read = [facts.given.get(name) for name in sorted(self.reads[key])]
        mark = (key, tuple(None if given is None else given.text for given in read))
        if mark not in self.found:
            self.found[mark] = self._evaluated(self.programs[key], facts)
        named = self.models.setdefault(mark, [])
        if model is not None:
            named.append(model.id)

    def _key(self, terms: Terms) -> Any:
        choices = tuple(tuple((term.root, term.policies) for term in choice) for choice in terms.choices)
        return choices, tuple(unknown.key for unknown in terms.unknowns)

    def _compiled(self, terms: Terms) -> Iterator[tuple[str, Program]]:
        for choice in terms.choices or ((),):
            bare: tuple[Term, ...] = tuple(replace(term, path=()) for term in choice)
            name = " AND ".join(dict.fromkeys(term.root for term in choice)) or terms.name
            groups = groups_of(bare, self.acts)
            yield name, engine.build(groups, self.acts, self.words, unknowns=terms.unknowns)

    def _evaluated(self, programs: Iterable[tuple[str, Program]], facts: Facts) -> _Evaluated:
        """The best of the licensee's choices, as a check takes it."""
        each = [
            _Evaluated(license=name, conclusion=engine.evaluate(program, facts, as_of=self.asked.as_of))
            for name, program in programs
        ]
        return min(each, key=lambda one: ORDER.index(one.conclusion.verdict))

    def ranked(self) -> list[Row]:
        """The rows, best first."""
        rows = [_row(found, self.models[mark]) for mark, found in self.found.items()]
        return sorted(rows, key=lambda row: row.rank)


def _row(found: _Evaluated, models: list[str]) -> Row:
    said = found.conclusion
    return Row(
        license=found.license,
        models=tuple(models),
        verdict=said.verdict,
        best=said.best,
        worst=said.worst,
        acts=tuple(
            Duty(duty=duty.duty, status=duty.status, text=_prescribed(duty.parameters))
            for duty in said.duties
            if duty.phase == "act" and duty.status != "satisfied"
        ),
        standing=tuple(dict.fromkeys(duty.duty for duty in said.duties if duty.phase != "act")),
        questions=tuple(question.fact for question in said.questions),
        unknown=tuple(
            finding.reference
            for finding in said.findings
            if finding.effect != "duty"
            and (
                finding.status == "judgement"
                or (finding.status == "undecided" and finding.kind == "incorporation")
            )
        ),
    )


def _prescribed(parameters: tuple[tuple[str, Any], ...]) -> str | None:
    given = dict(parameters)
    text = given.get("text") or (given.get("any-of") or (None,))[0]
    return None if text is None else str(text)
