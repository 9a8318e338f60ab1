"""A question answered: names resolved, documents gathered, evaluated, quoted, and told in one report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from weightlicense import catalogue, engine
from weightlicense.clause import Document
from weightlicense.errors import UsageError
from weightlicense.finding import (
    LEVELS,
    PROHIBITED,
    UNDETERMINED,
    VERDICTS,
    Finding,
    Question,
    Report,
    Subject,
    TextGiven,
    allowed,
)
from weightlicense.usecase import Contradiction, Facts, resolve_act, resolve_use
from weightlicense.version import VERSION

if TYPE_CHECKING:
    from pathlib import Path
from weightlicense.vocabulary import vocabulary

LOCATED_SHARE = 0.5
"""A text is taken for a document's where at least this share of its passages is found in it."""


class Asked(Struct, frozen=True, kw_only=True):
    """What is asked: the subject, the use, the date, and the user's own copies of the texts."""

    model: str | None = None
    license: str | None = None
    use: str
    acts: tuple[str, ...] = ()
    as_of: str
    texts: tuple[str, ...] = ()


class _Subject(Struct, frozen=True, kw_only=True):
    """The subject resolved: the choices of documents, with what must be said about them."""

    model: catalogue.Model | None
    license: str
    choices: tuple[tuple[str, ...], ...]
    policies: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    reason: str | None = None
    one_of: tuple[str, ...] = ()
    contradiction: Contradiction | None = None


def check(
    model: str | None = None,
    *,
    license: str | None = None,
    use: str,
    acts: Iterable[str] = (),
    facts: Mapping[str, object] | Facts | None = None,
    as_of: object = None,
    texts: Iterable[str | Path] = (),
) -> Report:
    """May we do this with this model or license, on what conditions, and how do you know?

    `model` is a family, a checkpoint or a Hub id; `license` a document id, an SPDX id or expression, or a Hub label;
    with both, the strictest reading counts. `use` names a set of acts (`weightlicense list uses`), `acts` adds
    some. `facts` maps names (`NAME`, `NAME@PERIOD`, `NAME[document]`) to values as on the command line, lists for
    sets of texts. `as_of` is the report's date, an ISO text or a date (default: today). `texts` are the user's own
    copies of license texts, which are quoted. Raises `UsageError` for names and values that are not known.

    >>> import weightlicense as wl
    >>> report = wl.check("llama-3.1", use="derivative release")
    >>> report.verdict, report.best, report.worst
    ('undetermined', 'conditional', 'prohibited')
    >>> [question.fact for question in report.questions if question.first][:2]
    ['licensee.monthly_active_users@2024-06', 'licensee.sues_licensor']
    """
    if isinstance(facts, Facts):
        given = facts
    else:
        given = Facts()
        for name, value in (facts or {}).items():
            for each in value if isinstance(value, list | tuple | set | frozenset) else (value,):
                given.give(name, _text(each))
    day = _today() if as_of is None else str(as_of)
    paths = tuple(str(text) for text in texts)
    return assess(
        Asked(model=model, license=license, use=use, acts=tuple(acts), as_of=day, texts=paths), given
    )


def _today() -> str:
    from datetime import date

    return date.today().isoformat()  # noqa: DTZ011 - the user's own calendar day


def _text(value: object) -> str:
    return "yes" if value is True else "no" if value is False else str(value)


def assess(asked: Asked, facts: Facts) -> Report:
    """The report on what is asked; `facts` gains what the use and the model registry say."""
    words = vocabulary()
    use, named_acts, assumed = resolve_use(asked.use, words)
    acts = words.closure((*named_acts, *(resolve_act(act, words) for act in asked.acts)))
    for name, text in assumed:
        facts.give(name, text, kind="assumed", place=f"use {use}")
    accepted = facts.given.get("licensee.accepted_on")
    subject = _resolve(asked, accepted.value if accepted is not None else asked.as_of)
    if subject.model is not None:
        _derive(subject.model, facts)
    if subject.contradiction is not None:
        facts.contradictions.append(subject.contradiction)
    reports = [_one(asked, use, acts, subject, choice, facts) for choice in subject.choices or ((),)]
    return _best(reports)


def _best(reports: list[Report]) -> Report:
    """Of the licensee's choices the best, with a note on each of the others."""
    order = [*VERDICTS[:3], UNDETERMINED, *VERDICTS[3:]]
    ranked = sorted(reports, key=lambda report: order.index(report.verdict))
    if len(ranked) == 1:
        return ranked[0]
    notes = tuple(f"Choice {report.subject.license}: {report.verdict}." for report in ranked)
    return replace(ranked[0], notes=(*notes, *ranked[0].notes))


def _derive(model: catalogue.Model, facts: Facts) -> None:
    place = f"model registry, {model.id}"
    facts.give("model.family", model.family, kind="derived", place=place)
    if model.modalities:
        facts.give("model.modalities", ",".join(model.modalities), kind="derived", place=place)


# --- the subject -----------------------------------------------------------------------------------------------


def _resolve(asked: Asked, day: str) -> _Subject:
    """The subject's documents; `day` settles which of several dated versions is meant."""
    if asked.model is None and asked.license is None:
        raise UsageError("nothing to check", hint="name a --model or a --license")
    named = None if asked.license is None else catalogue.resolve_license(asked.license, as_of=day)
    if asked.model is None:
        assert named is not None and asked.license is not None
        return _Subject(
            model=None,
            license=asked.license if len(named.choices) != 1 else " AND ".join(named.choices[0]),
            choices=named.choices,
            notes=named.notes,
            reason=named.reason,
            one_of=named.one_of,
        )
    model = catalogue.find_model(asked.model) if named is not None else catalogue.resolve_model(asked.model)
    if model is None:
        assert named is not None and asked.license is not None
        note = f"The model {asked.model} is not in the registry; the license that was named is checked."
        return _Subject(
            model=None,
            license=asked.license,
            choices=named.choices,
            notes=(*named.notes, note),
            reason=named.reason,
            one_of=named.one_of,
        )
    return _of_model(asked, model, named, day)


def _of_model(asked: Asked, model: catalogue.Model, named: catalogue.Resolution | None, day: str) -> _Subject:
    notes = list(_model_notes(asked, model))
    if model.license is None:
        own = catalogue.Resolution(
            asked=model.id, reason=f"The license of {model.title} could not be verified. {model.note or ''}"
        )
    else:
        own = _with_base(model, catalogue.in_force(model.license, day), day)
        notes.extend(own.notes)
    if named is None:
        return _Subject(
            model=model,
            license=model.license or "unknown",
            choices=own.choices,
            policies=model.policies,
            notes=tuple(notes),
            reason=own.reason,
            one_of=own.one_of,
        )
    notes.extend(named.notes)
    assert asked.license is not None
    if named.one_of and own.choices and own.choices[0][0] in named.one_of:
        notes.append(f"The name of the model settles the label {asked.license}: {model.license}.")
        return _Subject(
            model=model,
            license=model.license or "",
            choices=own.choices,
            policies=model.policies,
            notes=tuple(notes),
        )
    within = [known for known in own.choices for part in named.choices if set(part) <= set(known)]
    if not own.choices or len(within) >= len(named.choices):
        return _Subject(
            model=model,
            license=asked.license,
            choices=tuple(within) or named.choices,
            policies=model.policies,
            notes=tuple(notes),
            reason=named.reason or own.reason,
            one_of=named.one_of,
        )
    disagreement = Contradiction(
        fact="license",
        between=(f"{asked.license} (named)", f"{model.license} (model registry, {model.id})"),
    )
    every = tuple(
        (*left, *(name for name in right if name not in left))
        for left in named.choices or ((),)
        for right in own.choices
    )
    return _Subject(
        model=model,
        license=asked.license,
        choices=every,
        policies=model.policies,
        notes=tuple(notes),
        reason=named.reason,
        contradiction=disagreement,
    )


def _with_base(model: catalogue.Model, own: catalogue.Resolution, day: str) -> catalogue.Resolution:
    """The model's own license with that of the model it was made from: obligations travel."""
    if model.based_on is None:
        return own
    base = catalogue.resolve_model(model.based_on[0])
    if base.license is None:
        reason = f"{model.title} comes from {base.title}, whose license could not be verified."
        return catalogue.Resolution(asked=own.asked, notes=own.notes, reason=reason)
    under = _with_base(base, catalogue.in_force(base.license, day), day)
    return catalogue.Resolution(
        asked=own.asked,
        choices=tuple(
            (*mine, *(name for name in theirs if name not in mine))
            for mine in own.choices
            for theirs in under.choices or ((),)
        ),
        notes=(*own.notes, *under.notes),
        reason=own.reason or under.reason,
        one_of=own.one_of,
    )


def _path(model: catalogue.Model | None, root: str) -> tuple[str, ...]:
    """The works by way of which a document applies: from the ancestor that carries it to the model asked about."""
    path: list[str] = []
    while model is not None:
        path.insert(0, model.id)
        if model.license is not None and root in model.license.split():
            return tuple(path) if len(path) > 1 else ()
        model = catalogue.resolve_model(model.based_on[0]) if model.based_on else None
    return ()


def _model_notes(asked: Asked, model: catalogue.Model) -> Iterable[str]:
    assert asked.model is not None
    owner = catalogue.organization(asked.model)
    if owner is not None and owner not in model.organizations:
        yield (
            f"{asked.model} is not published by {model.publisher}; by its name it is {model.title} or derived from it, "
            "and what its own card says was not read."
        )
    if model.based_on is not None:
        yield f"{model.title} comes from {model.based_on[0]} ({model.based_on[1]}), whose terms travel with it."
    if model.note and model.license is not None:
        yield f"{model.title}: {model.note}"


# --- one choice ------------------------------------------------------------------------------------------------


def _one(
    asked: Asked, use: str, acts: frozenset[str], subject: _Subject, choice: tuple[str, ...], facts: Facts
) -> Report:
    words = vocabulary()
    groups = _groups(subject, choice)
    documents = [document for group in groups for document in group.documents]
    given, quotes, altered = _read_texts(asked.texts, documents)
    program = engine.build(groups, acts, words, altered=altered)
    conclusion = engine.evaluate(program, facts, as_of=asked.as_of)
    if subject.reason is not None:
        conclusion = _without_text(conclusion, subject, acts)
    by_id = {document.id: document for document in documents}
    return Report(
        tool_version=VERSION,
        catalogue_digest=catalogue.digest(),
        as_of=asked.as_of,
        verdict=conclusion.verdict,
        best=conclusion.best,
        worst=conclusion.worst,
        subject=Subject(
            model=asked.model,
            license=" AND ".join(choice) or subject.license,
            title=" and ".join(by_id[name].title for name in choice if name in by_id) or subject.license,
            text=given[0] if given else None,
        ),
        use=use,
        acts=tuple(act for act in words.acts if act in acts),
        facts=facts.as_used(),
        findings=tuple(
            replace(
                _anchored(finding, by_id, quotes),
                path=_path(subject.model, program.roots.get(finding.document, finding.document)),
            )
            for finding in conclusion.findings
        ),
        questions=conclusion.questions,
        duties=conclusion.duties,
        notes=(*subject.notes, *conclusion.notes),
    )


def _groups(subject: _Subject, choice: tuple[str, ...]) -> list[engine.Group]:
    groups = []
    bound: set[str] = set()
    for index, root in enumerate(choice):
        documents = catalogue.together(root, subject.policies if index == 0 else ())
        groups.append(engine.Group(root=root, documents=tuple(d for d in documents if d.id not in bound)))
        bound |= {document.id for document in documents}
    return groups


def _without_text(
    conclusion: engine.Conclusion, subject: _Subject, acts: frozenset[str]
) -> engine.Conclusion:
    """A license whose text is not at hand: nothing is known to be allowed, whatever else is."""
    assert subject.reason is not None
    worst = LEVELS[conclusion.worst]
    best = LEVELS[conclusion.best]
    finding = Finding(
        document="catalogue",
        clause="license-unknown",
        at="",
        kind="incorporation",
        act=tuple(act for act in vocabulary().acts if act in acts),
        status="undecided",
        effect="prohibited",
        says=f"{subject.reason} What it allows is unknown.",
        how="Read the terms of the model, and name them with --license.",
        missing=("license",),
    )
    question = Question(
        fact="license",
        ask="Which of these texts is it?",
        type="word",
        decides=("catalogue/license-unknown",),
        leads_to=(),
        first=True,
        values=subject.one_of,
    )
    return replace(
        conclusion,
        verdict=UNDETERMINED if allowed(best) else conclusion.verdict,
        worst=VERDICTS[max(worst, PROHIBITED)],
        findings=(finding, *conclusion.findings),
        questions=(question, *conclusion.questions) if subject.one_of else conclusion.questions,
    )


# --- texts -----------------------------------------------------------------------------------------------------


def _anchored(finding: Finding, documents: dict[str, Document], quotes: dict[str, str]) -> Finding:
    """The finding with the quoted words and a link to the passage, where there is a copy or an address."""
    document = documents.get(finding.document)
    clause = document.clause(finding.clause) if document is not None else None
    if document is None or clause is None:
        return finding
    return replace(finding, quote=quotes.get(finding.reference), url=clause.link)


def _read_texts(
    paths: tuple[str, ...], documents: list[Document]
) -> tuple[list[TextGiven], dict[str, str], frozenset[str]]:
    """Which documents the given texts are, the words of each clause, and the clauses that were altered."""
    if not paths:
        return [], {}, frozenset()
    import hashlib  # with tokenising, needed only where a text is given

    from weightlicense import anchor

    given: list[TextGiven] = []
    quotes: dict[str, str] = {}
    altered: dict[str, None] = {}
    for path in _text_files(paths):
        data = path.read_bytes()
        tokens = anchor.tokenize(anchor.decode(data))
        sha256 = hashlib.sha256(data).hexdigest()
        for document in documents:
            labels = [(clause.id, clause.spans) for clause in document.clauses]
            inert = [("inert", passage.span) for passage in document.inert]
            found = anchor.verify_document(labels, inert, tokens)
            fitting = [place for place in found.places if place.match is not None and place.match.ok]
            if len(fitting) < LOCATED_SHARE * max(1, len(found.places)):
                continue
            for place in found.places:
                if place.match is not None and not place.inert:
                    reference = f"{document.id}/{place.label}"
                    words = anchor.quote(tokens, place.match)
                    quotes[reference] = f"{quotes[reference]} […] {words}" if reference in quotes else words
            changed = [p.label for p in found.places if (p.match is None or not p.match.ok) and not p.inert]
            exact = sha256 == document.sha256
            match = "exact" if exact else "modified" if changed else "reformatted"
            altered.update(dict.fromkeys(f"{document.id}/{label}" for label in changed))
            given.append(
                TextGiven(
                    path=str(path),
                    sha256=sha256,
                    match=match,
                    document=document.id,
                    altered=tuple(dict.fromkeys(changed)),
                )
            )
    if not given:
        names = ", ".join(document.id for document in documents)
        raise UsageError(
            f"{', '.join(paths)} is not the text of {names}",
            hint="weightlicense identify PATH says which text it is",
        )
    return given, quotes, frozenset(altered)


def _text_files(paths: tuple[str, ...]) -> list[Path]:
    from pathlib import Path

    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            found.extend(sorted(p for p in path.iterdir() if p.suffix in (".txt", ".md") and p.is_file()))
        elif path.is_file():
            found.append(path)
        else:
            raise UsageError(f"no such text: {path}", hint="give a file or a folder of texts")
    return found
