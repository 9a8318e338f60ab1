"""A question answered: names resolved, documents gathered, evaluated, quoted, and told in one report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from weightlicense import catalogue, engine
from weightlicense.clause import Document, is_open_ended
from weightlicense.errors import UsageError, writable
from weightlicense.finding import (
    UNDETERMINED,
    VERDICTS,
    Finding,
    Question,
    Report,
    Subject,
    TextGiven,
)
from weightlicense.usecase import Contradiction, Facts, resolve_act, resolve_use
from weightlicense.version import VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from weightlicense.descent import Descent
from weightlicense.vocabulary import vocabulary

LOCATED_SHARE = 0.5
"""A text is taken for a document's where at least this share of its passages is found in it."""


class Asked(Struct, frozen=True, kw_only=True):
    """What is asked: the subject, the use, the date, and the user's own copies of the texts.

    `left_out` are acts of the use, or beside it, that are not done after all; `policies` ids or files of policies.
    """

    model: str | None = None
    license: str | None = None
    use: str
    acts: tuple[str, ...] = ()
    as_of: str
    texts: tuple[str, ...] = ()
    lineage: Any = None
    left_out: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """What a report repeats can be written; raises `UsageError` where it cannot."""
        for what, names in (("model", (self.model,)), ("license", (self.license,)), ("text", self.texts)):
            for name in names:
                if name is not None:
                    writable(name, what)


class Term(Struct, frozen=True, kw_only=True, gc=False):
    """A license that applies to the subject: with which policies, for which acts, and by way of which works.

    `acts` None stands for those of the use; `making` are acts by which the registry's model was made from the work.
    `is_claim`: the subject of a lineage says it of itself, and no ancestor does.
    """

    root: str
    policies: tuple[str, ...] = ()
    acts: frozenset[str] | None = None
    path: tuple[str, ...] = ()
    making: frozenset[str] = frozenset()
    is_claim: bool = False


class Terms(Struct, frozen=True, kw_only=True, gc=False):
    """The subject resolved: the licensee's choices of terms that all apply, and what stays unknown whatever the choice.

    `derived` are facts that the ancestors settle: name, value, where it comes from.
    """

    name: str
    choices: tuple[tuple[Term, ...], ...]
    model: catalogue.Model | None = None
    unknowns: tuple[engine.Unknown, ...] = ()
    notes: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    claims: tuple[engine.Claim, ...] = ()
    title: str | None = None
    derived: tuple[tuple[str, str, str], ...] = ()
    lineage: Descent | None = None


def check(
    model: str | None = None,
    *,
    license: str | None = None,
    use: str,
    acts: Iterable[str] = (),
    facts: Mapping[str, object] | Facts | None = None,
    as_of: object = None,
    texts: Iterable[str | Path] = (),
    lineage: str | Path | None = None,
    policies: Iterable[str | Path] = (),
) -> Report:
    """May we do this with this model or license, on what conditions, and how do you know?

    `model` is a family, a checkpoint or a Hub id; `license` a document id, an SPDX id or expression, or a Hub label;
    with both, the strictest reading counts. `use` names a set of acts (`weightlicense list uses`), `acts` adds
    some. `facts` maps names (`NAME`, `NAME@PERIOD`, `NAME[document]`) to values as on the command line, lists for
    sets of texts. `as_of` is the report's date, an ISO text or a date (default: today). `texts` are the user's own
    copies of license texts, which are quoted; `lineage` a file of works and relations; `policies` ids and files of
    policies, whose decisions stand beside the verdict. Raises `UsageError` for names and values that are not known.

    >>> import weightlicense as wl
    >>> report = wl.check("llama-3.1", use="derivative release")
    >>> report.verdict, report.best, report.worst
    ('undetermined', 'conditional', 'prohibited')
    >>> [question.fact for question in report.questions if question.first][:2]
    ['licensee.monthly_active_users@2024-06', 'licensee.sues_licensor']
    """
    given, day = declared(facts, as_of)
    paths = tuple(str(text) for text in texts)
    ancestors = None
    if lineage is not None:
        from pathlib import Path

        ancestors = Path(lineage)
    asked = Asked(
        model=model,
        license=license,
        use=use,
        acts=tuple(acts),
        as_of=day,
        texts=paths,
        lineage=ancestors,
        policies=tuple(str(policy) for policy in policies),
    )
    return assess(asked, given)


def declared(facts: Mapping[str, object] | Facts | None, as_of: object) -> tuple[Facts, str]:
    """Facts and a date as programs give them: the facts declared, and the day, today without one."""
    day = _today() if as_of is None else str(as_of)
    if isinstance(facts, Facts):
        return facts, day
    given = Facts()
    for name, value in (facts or {}).items():
        for each in value if isinstance(value, list | tuple | set | frozenset) else (value,):
            given.give(name, _text(each))
    return given, day


def _today() -> str:
    from datetime import date

    return date.today().isoformat()  # noqa: DTZ011 - the user's own calendar day


def _text(value: object) -> str:
    return "yes" if value is True else "no" if value is False else str(value)


def assess(asked: Asked, facts: Facts) -> Report:
    """The report on what is asked; `facts` gains what the use and the model registry say."""
    return conclude(asked, terms_asked(asked, facts), facts)


def terms_asked(asked: Asked, facts: Facts) -> Terms:
    """The terms of the subject on the day of acceptance, else of the report."""
    accepted = facts.given.get("licensee.accepted_on")
    return _resolve(asked, accepted.value if accepted is not None else asked.as_of, facts)


def planned(asked: Asked) -> tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The use's name, the acts that are done (not yet closed over what they imply), and the facts that it sets."""
    words = vocabulary()
    use, named, assumed = resolve_use(asked.use, words)
    acts = (*named, *(resolve_act(act, words) for act in asked.acts))
    if asked.left_out:
        omitted = {resolve_act(act, words) for act in asked.left_out}
        acts = tuple(act for act in acts if act not in omitted)
    return use, acts, assumed


def conclude(asked: Asked, terms: Terms, facts: Facts) -> Report:
    """The report on a subject whose terms are known; of the licensee's choices the best, with a note on the others."""
    use, named_acts, _assumed = planned(asked)
    acts = vocabulary().closure(named_acts)
    complete(asked, terms, facts)
    reports = [_one(asked, use, acts, terms, choice, facts) for choice in terms.choices or ((),)]
    order = [*VERDICTS[:3], UNDETERMINED, *VERDICTS[3:]]
    ranked = sorted(reports, key=lambda report: (order.index(report.verdict), bool(report.denials)))
    if len(ranked) == 1:
        return ranked[0]
    notes = tuple(f"Choice {report.subject.license}: {_in_short(report)}." for report in ranked)
    best, *others = ranked
    rest = "; ".join(f"{report.subject.license}: {_in_short(report)}" for report in others)
    told = f"The terms leave a choice. This report takes {best.subject.license}; not {rest}."
    note = " ".join(filter(None, (told, best.subject.note)))
    return replace(best, subject=replace(best.subject, note=note), notes=(*notes, *best.notes))


def _in_short(report: Report) -> str:
    """The verdict, with what the policies of organisations decide."""
    decided = [f"{each.policy}: {each.decision}" for each in report.policies if each.kind == "organization"]
    return "; ".join((report.verdict, *decided))


def complete(asked: Asked, terms: Terms, facts: Facts) -> None:
    """Give the facts what the use, the model registry and the names of licenses say."""
    use, _acts, assumed = planned(asked)
    for name, text in assumed:
        facts.give(name, text, kind="assumed", place=f"use {use}")
    if terms.model is not None:
        _derive(terms.model, facts)
    for name, text, place in terms.derived:
        facts.give(name, text, kind="derived", place=place)
    _name_offered_license(facts, asked.as_of)
    facts.contradictions.extend(terms.contradictions)


def programme(asked: Asked, terms: Terms, choice: tuple[Term, ...], acts: frozenset[str]) -> engine.Program:
    """One of the licensee's choices of terms, compiled for the acts."""
    groups = groups_of(choice, acts)
    documents = [document for group in groups for document in group.documents]
    _given, _quotes, _links, altered = _read_texts(asked.texts, documents)
    return _built(groups, acts, terms, altered)


def _built(
    groups: list[engine.Group], acts: frozenset[str], terms: Terms, altered: frozenset[str]
) -> engine.Program:
    return engine.build(
        groups, acts, vocabulary(), unknowns=terms.unknowns, claims=terms.claims, altered=altered
    )


def _derive(model: catalogue.Model, facts: Facts) -> None:
    place = f"model registry, {model.id}"
    facts.give("model.family", model.family, kind="derived", place=place)
    if model.modalities:
        facts.give("model.modalities", ",".join(model.modalities), kind="derived", place=place)


def _name_offered_license(facts: Facts, day: str) -> None:
    """The release's license under its document id, where what was given is another name for one document."""
    given = facts.given.get("release.license")
    if given is None or is_open_ended(given.value):
        return
    try:
        found = catalogue.resolve_license(given.value, as_of=day)
    except UsageError:
        return
    if len(found.choices) == 1 and len(found.choices[0]) == 1:
        facts.put(replace(given, value=found.choices[0][0]))


# --- the subject -----------------------------------------------------------------------------------------------


def _resolve(asked: Asked, day: str, facts: Facts) -> Terms:
    """The subject's terms; `day` settles which of several dated versions is meant."""
    if asked.lineage is not None:
        from weightlicense.ancestry import terms_of
        from weightlicense.lineage import read_lineage

        given = facts.given.get("release.license")
        return terms_of(read_lineage(asked.lineage), asked, day, None if given is None else given.value)
    if asked.model is None and asked.license is None:
        raise UsageError("nothing to check", hint="name a --model or a --license")
    named = None if asked.license is None else catalogue.resolve_license(asked.license, as_of=day)
    if asked.model is None:
        assert named is not None
        return plain_terms(named)
    model = catalogue.find_model(asked.model) if named is not None else catalogue.resolve_model(asked.model)
    if model is None:
        assert named is not None
        found = plain_terms(named)
        note = f"The model {asked.model} is not in the registry; the license that was named is checked."
        return replace(found, notes=(*found.notes, note))
    own = model_terms(model, day)
    own = replace(own, notes=(*_model_notes(model), *own.notes))
    if named is None and (doubt := doubt_of_owner(asked.model, model)) is not None:
        unknown = replace(
            unknown_license(doubt, model.id), how="Name the license of its card with --license."
        )
        own = replace(own, unknowns=(*own.unknowns, unknown))
    if model.based_on is not None:
        from weightlicense.ancestry import descent_of

        own = replace(own, lineage=descent_of(model, day))
    return own if named is None else _both(asked, own, named)


def plain_terms(named: catalogue.Resolution) -> Terms:
    """The terms that a license name came to, without a model."""
    return Terms(
        name=named.asked,
        choices=tuple(tuple(Term(root=root) for root in choice) for choice in named.choices),
        unknowns=() if named.reason is None else (unknown_license(named.reason),),
        notes=named.notes,
        one_of=named.one_of,
    )


def unknown_license(reason: str, work: str = "") -> engine.Unknown:
    """A license whose text is not at hand: nothing is known to be allowed."""
    return engine.Unknown(
        document="catalogue",
        clause=f"license-unknown-{work}" if work else "license-unknown",
        says=f"{reason} What it allows is unknown.",
        how="Read the terms of the work, and name them: with --license, in its card, or in the lineage.",
        missing=("license",),
    )


def model_terms(
    model: catalogue.Model, day: str, path: tuple[str, ...] = (), making: frozenset[str] = frozenset()
) -> Terms:
    """The terms of a model of the registry, with those of the models that it was made from: obligations travel."""
    if model.license is None:
        reason = f"The license of {model.title} could not be verified. {model.note or ''}".strip()
        return Terms(name=model.id, model=model, choices=(), unknowns=(unknown_license(reason, model.id),))
    resolved = catalogue.in_force(model.license, day)
    own = Terms(
        name=model.license,
        model=model,
        choices=tuple(
            tuple(
                Term(root=root, policies=model.policies if index == 0 else (), path=path, making=making)
                for index, root in enumerate(choice)
            )
            for choice in resolved.choices
        ),
        unknowns=() if resolved.reason is None else (unknown_license(resolved.reason, model.id),),
        notes=resolved.notes,
        one_of=resolved.one_of,
    )
    if model.based_on is None:
        return own
    base = catalogue.resolve_model(model.based_on[0])
    from weightlicense.lineage import ACT_OF  # few models are asked about that were made from others

    act = ACT_OF[model.based_on[1]]
    made = making if act is None else making | {act}
    under = model_terms(base, day, (base.id, *(path or (model.id,))), made)
    return replace(
        own,
        choices=united(own.choices, under.choices),
        unknowns=(*own.unknowns, *under.unknowns),
        notes=(*own.notes, *under.notes),
    )


def united(
    left: tuple[tuple[Term, ...], ...], right: tuple[tuple[Term, ...], ...]
) -> tuple[tuple[Term, ...], ...]:
    """Every choice on the left together with every choice on the right; a license that is there already is not repeated."""
    return tuple(
        (*one, *(term for term in two if all(term.root != known.root for known in one)))
        for one in left or ((),)
        for two in right or ((),)
    )


def _both(asked: Asked, own: Terms, named: catalogue.Resolution) -> Terms:
    """A model and a license named for it: where they disagree, the strictest reading counts."""
    assert asked.license is not None
    assert own.model is not None
    given = plain_terms(named)
    if named.one_of and own.choices and own.choices[0][0].root in named.one_of:
        note = f"The name of the model settles the label {asked.license}: {own.name}."
        return replace(own, notes=(*own.notes, note))
    if not own.choices:
        return replace(
            given,
            model=own.model,
            unknowns=(*given.unknowns, *own.unknowns),
            notes=(*own.notes, *given.notes),
        )
    roots = [{term.root for term in choice} for choice in own.choices]
    within = [
        choice
        for choice, known in zip(own.choices, roots, strict=True)
        if any(set(part) <= known for part in named.choices)
    ]
    if within:
        return replace(own, choices=tuple(within), notes=(*own.notes, *given.notes))
    disagreement = Contradiction(
        fact="license",
        between=(f"{asked.license} (named)", f"{own.name} (model registry, {own.model.id})"),
    )
    return replace(
        own,
        name=asked.license,
        choices=united(given.choices, own.choices),
        unknowns=(*given.unknowns, *own.unknowns),
        notes=(*own.notes, *given.notes),
        one_of=given.one_of,
        contradictions=(disagreement,),
    )


def doubt_of_owner(name: str, model: catalogue.Model) -> str | None:
    """What is not known of a Hub id that is not the publisher's; None for the publisher's own, and without an organisation.

    Of 4,327 such models on the Hub whose labels and names lead to licenses, 479 name another than their base (2026-11, `make shares`).
    """
    owner = catalogue.organization(name)
    if owner is None or owner in model.organizations:
        return None
    return (
        f"{name} is not published by {model.publisher}: by its name it is {model.title} or made from it, and which "
        "license its own card names was not read."
    )


def _model_notes(model: catalogue.Model) -> Iterable[str]:
    if model.based_on is not None:
        yield f"{model.title} comes from {model.based_on[0]} ({model.based_on[1]}), whose terms travel with it."
    if model.note and model.license is not None:
        yield f"{model.title}: {model.note}"


# --- one choice ------------------------------------------------------------------------------------------------


def _one(
    asked: Asked, use: str, acts: frozenset[str], terms: Terms, choice: tuple[Term, ...], facts: Facts
) -> Report:
    words = vocabulary()
    groups = groups_of(choice, acts)
    documents = [document for group in groups for document in group.documents]
    given, quotes, links, altered = _read_texts(asked.texts, documents)
    program = _built(groups, acts, terms, altered)
    conclusion = engine.evaluate(program, facts, as_of=asked.as_of)
    by_id = {document.id: document for document in documents}
    license_name = " AND ".join(dict.fromkeys(term.root for term in choice)) or terms.name
    titles = [by_id[term.root].title for term in choice if term.root in by_id]
    misread = tuple(_other_texts(given))
    report = Report(
        tool_version=VERSION,
        catalogue_digest=catalogue.digest(),
        as_of=asked.as_of,
        verdict=conclusion.verdict,
        best=conclusion.best,
        worst=conclusion.worst,
        subject=Subject(
            model=asked.model or terms.title,
            license=license_name,
            title=" and ".join(dict.fromkeys(titles)) or terms.name,
            text=given[0] if given else None,
            more_texts=tuple(given[1:]),
            note=" ".join(misread) or None,
            declared=asked.license if asked.lineage is None else None,
        ),
        use=use,
        acts=tuple(act for act in words.acts if act in acts),
        facts=facts.as_used(),
        findings=tuple(_anchored(finding, by_id, quotes, links) for finding in conclusion.findings),
        questions=(*_which_text(terms), *conclusion.questions),
        duties=conclusion.duties,
        notes=(*terms.notes, *conclusion.notes, *misread),
        lineage=None if terms.lineage is None else _descended(terms.lineage, choice, groups),
    )
    return _beside(report, asked, terms, groups, facts) if asked.policies else report


def _descended(lineage: Descent, choice: tuple[Term, ...], groups: list[engine.Group]) -> Descent:
    """The lineage with the policies of each license, and with the licenses that are the subject's own."""
    together = {group.root: tuple(document.id for document in group.documents) for group in groups}
    return lineage.under(together, own=tuple(term.root for term in choice if not term.path))


def _beside(report: Report, asked: Asked, terms: Terms, groups: list[engine.Group], facts: Facts) -> Report:
    """The report with what the policies say of it."""
    from weightlicense import policy  # reads YAML, only where a policy is asked
    from weightlicense.policyfile import find_policy

    named = [name for name in (asked.model, terms.title) if name]
    if terms.model is not None:
        named += [terms.model.id, terms.model.family]
    case = policy.Case(
        report=report,
        groups=tuple(groups),
        unknowns=terms.unknowns,
        model=tuple(dict.fromkeys(catalogue.normalised(name) for name in named)),
        facts=facts,
    )
    return replace(report, policies=policy.decide(map(find_policy, asked.policies), case))


def groups_of(choice: tuple[Term, ...], acts: frozenset[str]) -> list[engine.Group]:
    """One group a license: the works under the same license share it, with all their acts and the shortest path."""
    closure = vocabulary().closure
    merged: dict[str, Term] = {}
    for term in choice:
        old = merged.get(term.root)
        if old is None:
            merged[term.root] = term
            continue
        both = _acts_of(old, acts) | _acts_of(term, acts)
        policies = tuple(dict.fromkeys((*old.policies, *term.policies)))
        path = min((old.path, term.path), key=len)
        is_claim = old.is_claim and term.is_claim
        merged[term.root] = Term(root=term.root, policies=policies, acts=both, path=path, is_claim=is_claim)
    return [
        engine.Group(
            root=term.root,
            documents=catalogue.together(term.root, term.policies),
            acts=None if term.acts is None and not term.making else closure(tuple(_acts_of(term, acts))),
            path=term.path,
            is_claim=term.is_claim,
        )
        for term in merged.values()
    ]


def _acts_of(term: Term, use: frozenset[str]) -> frozenset[str]:
    return (use if term.acts is None else term.acts) | term.making


def _which_text(terms: Terms) -> tuple[Question, ...]:
    if not terms.one_of:
        return ()
    question = Question(
        fact="license",
        ask="Which of these texts is it?",
        type="word",
        decides=("catalogue/license-unknown",),
        leads_to=(),
        first=True,
        values=terms.one_of,
    )
    return (question,)


def _anchored(
    finding: Finding, documents: dict[str, Document], quotes: dict[str, str], links: dict[str, str]
) -> Finding:
    """The finding with the quoted words and a link to the passage, where there is a copy or an address."""
    document = documents.get(finding.document)
    clause = document.clause(finding.clause) if document is not None else None
    if clause is None:
        return finding
    reference = finding.reference
    return replace(finding, quote=quotes.get(reference), url=links.get(reference, clause.link))


# --- texts -----------------------------------------------------------------------------------------------------


def _read_texts(
    paths: tuple[str, ...], documents: list[Document]
) -> tuple[list[TextGiven], dict[str, str], dict[str, str], frozenset[str]]:
    """Which documents the given texts are, the words and the link of each clause, and the clauses that were altered."""
    if not paths:
        return [], {}, {}, frozenset()
    import hashlib  # with tokenising, needed only where a text is given

    from weightlicense import anchor
    from weightlicense.link import Page, fragment, leading

    given: list[TextGiven] = []
    quotes: dict[str, str] = {}
    links: dict[str, str] = {}
    altered: dict[str, None] = {}
    for path in _text_files(paths):
        data = path.read_bytes()
        tokens = anchor.tokenize(anchor.decode(data))
        page = Page(tokens)
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
            # With the text at hand, a link can tell apart passages that begin alike.
            for clause, place in leading(document.clauses, found.places):
                link = fragment(document.url, page.opened(place))
                if link is not None:
                    links[f"{document.id}/{clause.id}"] = link
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
    return given, quotes, links, frozenset(altered)


def _other_texts(given: list[TextGiven]) -> Iterable[str]:
    """Copies that are the very text of another document, a version of the same often, and not an altered one of this."""
    for text in given:
        if text.match == "modified":
            from pathlib import Path

            from weightlicense.recognition import identify  # reads the fingerprints of every text

            for match in identify(Path(text.path)):
                if match.match != "modified" and match.id not in (None, text.document):
                    yield f"{text.path} is the text of {match.id} ({match.match}), and {text.document} was checked: ask with --license {match.id}."


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
