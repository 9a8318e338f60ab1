"""Policies from files: an organisation's rules, a definition's points, a regulation's statements.

What a file holds says what it is: `rules`, `points` or `statements`. They are read from YAML when one is asked for;
a check without a policy reads none.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from weightlicense import catalogue, yamlfile
from weightlicense.catalogue import files
from weightlicense.clause import OPENNESS
from weightlicense.clausefile import CONDITION, ID
from weightlicense.condition import Condition, from_data
from weightlicense.decision import VERDICT_RULE
from weightlicense.errors import DataError, Problem, UsageError, nearest
from weightlicense.finding import UNDETERMINED, VERDICTS
from weightlicense.shape import Custom, Day, Field, ListOf, Number, Record, Reporter, Text, Word, read
from weightlicense.vocabulary import vocabulary
from weightlicense.yamlfile import Node

FORMAT: Final = 1
KINDS: Final = {"rules": "organization", "points": "definition", "statements": "regulation"}
DECISIONS: Final = ("deny", "approval", "accept")
"""From the one that goes before the others to the one that comes last."""
SEVERITIES: Final = ("critical", "high", "medium", "low")
OTHERWISE_RULE: Final = "otherwise"
"""The rule that stands in a report where the verdict itself, or no rule of the file, decides."""
STANDINGS: Final = (
    "proposed", "announced", "published", "in-force", "not-in-force", "not-enforced", "rescinded", "unsettled",
    "not-encoded",
)  # fmt: skip
ALWAYS: Final = "9999-12-31"


class Match(Struct, frozen=True, kw_only=True):
    """What a rule or a waiver's scope looks at: each key with the values of which one must fit; all keys hold together."""

    values: tuple[tuple[str, tuple[str, ...]], ...]
    fact: Condition | None = None


class Rule(Struct, frozen=True, kw_only=True):
    """One rule of an organisation."""

    id: str
    decision: str
    severity: str
    reason: str
    when: Match


class Waiver(Struct, frozen=True, kw_only=True):
    """Rules lifted within a scope, by somebody, for a reason, up to and including a day (ISO)."""

    rules: tuple[str, ...]
    owner: str
    reason: str
    scope: Match
    expires: str


class Test(Struct, frozen=True, kw_only=True):
    """What a definition's point or a regulation's statement asks of the terms and of the facts; all parts hold together.

    `acts`: each set of acts is granted to everyone for every purpose; with `limits` only what hangs on these facts
    counts against it. `duties`: no clause asks for them. What is `disputed` leaves the answer undecided. `cannot`: why
    neither terms nor facts can answer.
    """

    acts: tuple[tuple[str, ...], ...] = ()
    disputed_acts: tuple[tuple[str, ...], ...] = ()
    limits: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    disputed_duties: tuple[str, ...] = ()
    facts: Condition | None = None
    cannot: str | None = None


class Point(Struct, frozen=True, kw_only=True):
    """One point of a definition; the test says when it is met."""

    id: str
    says: str
    met: Test


class Source(Struct, frozen=True, kw_only=True):
    """Where something is said, and of which day (ISO) the source is."""

    title: str
    date: str | None = None
    url: str | None = None


class Standing(Struct, frozen=True, kw_only=True):
    """How a statement stood from a day on (ISO; None: ever since); what is said of it."""

    since: str | None
    status: str
    says: str


class Statement(Struct, frozen=True, kw_only=True):
    """One statement of a regulation: what it covers, how it stood when, and by which sources, looked up on `as_of`."""

    id: str
    says: str
    sources: tuple[Source, ...]
    as_of: str
    standing: tuple[Standing, ...]
    when: Test | None = None
    unless: Test | None = None
    duties: tuple[str, ...] = ()


class Policy(Struct, frozen=True, kw_only=True):
    """One policy file, of any kind; `digest` is the SHA-256 of its bytes."""

    id: str
    title: str
    kind: str
    digest: str
    sources: tuple[Source, ...] = ()
    rules: tuple[Rule, ...] = ()
    otherwise: str = "approval"
    waivers: tuple[Waiver, ...] = ()
    points: tuple[Point, ...] = ()
    statements: tuple[Statement, ...] = ()


# --- finding ---------------------------------------------------------------------------------------------------


def policy_paths() -> dict[str, Path]:
    """Every policy that comes with the catalogue, by id, in the order of kinds and ids."""
    return {
        path.stem: path
        for kind in KINDS.values()
        for path in sorted((files.root() / "policies" / kind).glob("*.yaml"))
    }


def find_policy(name: str) -> Policy:
    """The policy of an id, or of a file; raises `UsageError` with the nearest ids, `DataError` for a bad file."""
    known = policy_paths()
    if name in known:
        return read_policy(known[name], shown_as=files.shown(known[name]))
    path = Path(name)
    if path.is_file():
        return read_policy(path)
    if name in catalogue.heads():
        raise UsageError(
            f"{name} is a license or use policy of the catalogue, not a policy about them",
            hint="check it with --license, or name one of " + ", ".join(known),
        )
    near = nearest(name, list(known))
    hint = f"did you mean {' or '.join(near)}?" if near else f"give a file, or one of {', '.join(known)}"
    raise UsageError(f"unknown policy {name!r}", hint=hint)


def is_policy(path: Path) -> bool:
    """Whether a YAML file is a policy rather than a clause file: by what it holds."""
    node = yamlfile.load(path, shown_as=files.shown(path))
    return isinstance(node.value, dict) and any(key in node.value for key in KINDS)


def policy_heads() -> list[dict[str, Any]]:
    """Id, title and kind of every policy that comes with the catalogue."""
    found = (read_policy(path, shown_as=files.shown(path)) for path in policy_paths().values())
    return [{"id": policy.id, "title": policy.title, "kind": policy.kind} for policy in found]


def documents_named(name: str) -> frozenset[str]:
    """The documents that a rule's license name stands for: every dated version, every text that a label may mean.

    Raises `UsageError` for a name that is not known, or that names several licenses at once.
    """
    plain = name.strip().lower().removeprefix("license:")
    if plain not in catalogue.heads():
        for row in files.label_rows():
            if row["label"].lower() == plain and ("versions" in row or "one-of" in row):
                versions = [version["document"] for version in row.get("versions", ())]
                return frozenset((*versions, *row.get("one-of", ())))
    found = catalogue.resolve_license(name, as_of=ALWAYS)
    if len(found.choices) != 1 or len(found.choices[0]) != 1:
        raise UsageError(found.reason or f"{name!r} is more than one license", hint="name one license a line")
    return frozenset(found.choices[0])


# --- shapes ----------------------------------------------------------------------------------------------------


def _license(node: Node, reporter: Reporter, path: str) -> str | None:
    name = read(node, Text(what="a license"), reporter, path)
    if isinstance(name, str):
        try:
            documents_named(name)
        except UsageError as error:
            reporter.report(node, path, error.message, error.hint)
    return name if isinstance(name, str) else None


def _steward(node: Node, reporter: Reporter, path: str) -> str | None:
    known = tuple(dict.fromkeys(head["steward"] for head in catalogue.heads().values()))
    name = read(node, Text(what="a steward"), reporter, path)
    if isinstance(name, str) and name.lower() not in {steward.lower() for steward in known}:
        by_lower = {steward.lower(): steward for steward in known}
        near = nearest(name, list(by_lower))
        hint = f"did you mean {by_lower[near[0]]!r}?" if near else "weightlicense list licenses names them"
        reporter.report(node, path, f"{name!r} is not a steward of the catalogue", hint)
    return name if isinstance(name, str) else None


def _clause(node: Node, reporter: Reporter, path: str) -> str | None:
    shape = Text(pattern=rf"{ID}/{ID}", what="a clause such as llama-3.1/users-threshold")
    reference = read(node, shape, reporter, path)
    if not isinstance(reference, str):
        return None
    name, _, clause_id = reference.partition("/")
    if name not in catalogue.heads():
        near = nearest(name, list(catalogue.heads()))
        hint = f"did you mean {near[0]}/{clause_id}?" if near else None
        reporter.report(node, path, f"unknown document {name!r}", hint)
    elif catalogue.document(name).clause(clause_id) is None:
        near = nearest(clause_id, [clause.id for clause in catalogue.document(name).clauses])
        hint = f"did you mean {name}/{near[0]}?" if near else f"weightlicense show {name}"
        reporter.report(node, path, f"{name} has no clause {clause_id!r}", hint)
    return reference


def _limit(node: Node, reporter: Reporter, path: str) -> str | None:
    facts = vocabulary().facts
    known = (*dict.fromkeys(name.partition(".")[0] for name in facts), *facts)
    found = read(node, Word(known, "a fact or a group of facts"), reporter, path)
    return found if isinstance(found, str) else None


def _words(choices: tuple[str, ...], what: str) -> ListOf:
    return ListOf(Word(choices, what), min=1, or_one=True)


def _custom(check: Any) -> ListOf:
    return ListOf(Custom(check, {"type": "string"}), min=1, or_one=True)


def _match(what: str) -> Record:
    words = vocabulary()
    return Record(
        {
            "license": Field(_custom(_license), about="document ids, SPDX ids or labels"),
            "model": Field(ListOf(Text(), min=1, or_one=True), about="models, by name or pattern"),
            "steward": Field(_custom(_steward), about="who issues the license"),
            "openness": Field(_words(OPENNESS, "an openness"), about="how open the license is"),
            "clause": Field(_custom(_clause), about="clauses that bear on the use"),
            "duty": Field(_words(tuple(words.duties), "a duty"), about="duties that apply"),
            "act": Field(_words(tuple(words.acts), "an act"), about="acts of the use"),
            "use": Field(_words(tuple(words.uses), "a use"), about="named uses"),
            "verdict": Field(_words((*VERDICTS, UNDETERMINED), "a verdict"), about="what the license gives"),
            "hazard": Field(
                _words(tuple(words.hazards), "a hazard"), about="hazards that the purpose touches"
            ),
            "fact": Field(CONDITION, about="a condition over facts"),
        },
        what,
        is_ordered=False,
    )


def _acts() -> ListOf:
    acts = ListOf(Word(tuple(vocabulary().acts), "an act"), min=1, or_one=True)
    return ListOf(acts, min=1)


def _test(what: str) -> Record:
    duties = _words(tuple(vocabulary().duties), "a duty")
    return Record(
        {
            "acts": Field(_acts(), about="sets of acts that everyone may do for every purpose"),
            "disputed-acts": Field(_acts(), about="the same; a limit leaves the answer undecided"),
            "limits": Field(_custom(_limit), about="only limits that hang on these facts count"),
            "duties": Field(duties, about="duties that no clause may ask for"),
            "disputed-duties": Field(duties, about="duties that leave the answer undecided"),
            "facts": Field(CONDITION, about="a condition over facts"),
            "cannot": Field(Text(), about="why terms and facts cannot answer"),
        },
        what,
    )


def _source() -> Record:
    return Record(
        {
            "title": Field(Text(), required=True, about="what it is"),
            "date": Field(Day(), about="of which day"),
            "url": Field(Text(), about="where"),
        },
        "a source",
    )


def _head() -> dict[str, Field]:
    return {
        "format": Field(Number(), required=True, about=f"{FORMAT}"),
        "id": Field(Text(pattern=ID, what="an id"), required=True, about="its name"),
        "title": Field(Text(), required=True, about="its title"),
    }


def _organization() -> Record:
    rule = Record(
        {
            "id": Field(Text(pattern=ID, what="an id"), required=True, about="unique in the file"),
            "decision": Field(Word(DECISIONS, "a decision"), required=True, about="what the rule says"),
            "severity": Field(Word(SEVERITIES, "a severity"), about="how grave; medium without it"),
            "when": Field(_match("what a rule looks at"), required=True, about="all keys hold together"),
            "reason": Field(Text(), required=True, about="why, for people who read the report"),
        },
        "a rule",
        is_ordered=False,
    )
    waiver = Record(
        {
            "rule": Field(
                ListOf(Text(), min=1, or_one=True), required=True, about="ids of the rules that it lifts"
            ),
            "owner": Field(Text(), required=True, about="who answers for it"),
            "reason": Field(Text(), required=True, about="why"),
            "scope": Field(_match("a waiver's scope"), required=True, about="for what it holds"),
            "expires": Field(Day(), required=True, about="the last day on which it holds"),
        },
        "a waiver",
        is_ordered=False,
    )
    return Record(
        {
            **_head(),
            "rules": Field(ListOf(rule, min=1), required=True, about="deny, approval and accept"),
            "otherwise": Field(
                Word(DECISIONS, "a decision"), about="where no rule fits; approval without it"
            ),
            "waivers": Field(ListOf(waiver), about="rules lifted within a scope, up to a day"),
        },
        "a policy",
        is_ordered=False,
    )


def _definition() -> Record:
    point = Record(
        {
            "id": Field(Text(pattern=ID, what="an id"), required=True, about="unique in the file"),
            "says": Field(Text(), required=True, about="what the point asks, in our words"),
            "met": Field(_test("a test"), required=True, about="when it is met"),
        },
        "a point",
    )
    return Record(
        {
            **_head(),
            "sources": Field(ListOf(_source(), min=1), required=True, about="whose definition, of which day"),
            "includes": Field(Text(pattern=ID, what="an id"), about="a definition whose points come first"),
            "points": Field(ListOf(point, min=1), required=True, about="the points"),
        },
        "a definition",
    )


def _regulation() -> Record:
    standing = Record(
        {
            "from": Field(Day(), about="since when; ever since without it"),
            "status": Field(Word(STANDINGS, "a status"), required=True, about="how it stood"),
            "says": Field(Text(), required=True, about="what happened, in our words"),
        },
        "a standing",
    )
    statement = Record(
        {
            "id": Field(Text(pattern=ID, what="an id"), required=True, about="unique in the file"),
            "says": Field(Text(), required=True, about="what it says, in our words"),
            "sources": Field(ListOf(_source(), min=1), required=True, about="by what we know it"),
            "as-of": Field(Day(), required=True, about="when the sources were looked up"),
            "standing": Field(ListOf(standing, min=1), required=True, about="how it stood, in time's order"),
            "when": Field(_test("a test"), about="covered where this holds"),
            "unless": Field(_test("a test"), about="not covered where this holds"),
            "duties": Field(
                _words(tuple(vocabulary().duties), "a duty"), about="clauses of the license on the matter"
            ),
        },
        "a statement",
    )
    return Record(
        {
            **_head(),
            "statements": Field(ListOf(statement, min=1), required=True, about="each with source and status"),
        },
        "a regulation",
    )


# --- reading ---------------------------------------------------------------------------------------------------


def read_policy(path: Path, *, shown_as: str | None = None) -> Policy:
    """The policy of a file; raises `DataError` with all its problems."""
    name = shown_as or str(path)
    node = yamlfile.load(path, shown_as=name)
    reporter = Reporter(name)
    kind = _kind(node, reporter)
    shape = {"organization": _organization, "definition": _definition, "regulation": _regulation}[kind]()
    data = read(node, shape, reporter)
    if isinstance(data, dict):
        _check_whole(node, data, kind, reporter)
    reporter.raise_if_any()
    assert isinstance(data, dict)
    return _policy(data, kind, hashlib.sha256(path.read_bytes()).hexdigest())


def _kind(node: Node, reporter: Reporter) -> str:
    keys = node.value if isinstance(node.value, dict) else {}
    kinds = [kind for key, kind in KINDS.items() if key in keys]
    if len(kinds) != 1:
        told = "a policy has rules, points or statements"
        reporter.report(
            node, "", f"{told}: found {'several' if kinds else 'none'} of them", "docs/policies.md shows each"
        )
        raise DataError(tuple(reporter.problems))
    return kinds[0]


def _check_whole(node: Node, data: dict[str, Any], kind: str, reporter: Reporter) -> None:
    assert isinstance(node.value, dict)
    if data.get("format") not in (FORMAT, None):
        message = f"format {data['format']} is not known"
        reporter.report(node.value["format"], "format", message, f"write format: {FORMAT}")
    key = next(key for key, value in KINDS.items() if value == kind)
    ids: dict[str, int] = {}
    for index, row in enumerate(data.get(key) or ()):
        if not isinstance(row, dict) or not row.get("id"):
            continue
        place, where = _item(node, key, index), f"{key}[{index}]"
        if row["id"] in ids:
            message = f"the id {row['id']!r} is taken by {key}[{ids[row['id']]}]"
            reporter.report(place, f"{where}.id", message, "choose another")
        ids.setdefault(row["id"], index)
        if row["id"] in (VERDICT_RULE, OTHERWISE_RULE) and kind == "organization":
            message = f"the id {row['id']!r} stands for what no rule of the file decides"
            reporter.report(place, f"{where}.id", message, "choose another")
        if row.get("when") == {} and kind == "organization":
            reporter.report(
                place, f"{where}.when", "nothing to look at", "otherwise decides where no rule fits"
            )
        _check_standing(row, place, where, reporter)
    for index, row in enumerate(data.get("waivers") or ()):
        if not isinstance(row, dict):
            continue
        place, where = _item(node, "waivers", index), f"waivers[{index}]"
        if row.get("scope") == {}:
            reporter.report(place, f"{where}.scope", "a waiver of everything", "say for what it holds")
        for rule in row.get("rule") or ():
            if rule is not None and rule not in ids:
                near = nearest(rule, list(ids))
                hint = f"did you mean '{near[0]}'?" if near else f"the rules are {', '.join(ids)}"
                reporter.report(place, f"{where}.rule", f"no rule {rule!r} in this file", hint)
            elif rule is not None and data["rules"][ids[rule]].get("decision") == "accept":
                message = f"the rule {rule!r} accepts: there is nothing to lift"
                reporter.report(place, f"{where}.rule", message, "name a rule that denies or wants approval")


def _check_standing(row: dict[str, Any], place: Node | None, where: str, reporter: Reporter) -> None:
    rows = [each for each in row.get("standing") or () if isinstance(each, dict)]
    days = [each.get("from") or "" for each in rows]
    if days != sorted(days) or "" in days[1:]:
        hint = "only the first may be without from"
        reporter.report(place, f"{where}.standing", "the days are not in order", hint)


def _item(node: Node, key: str, index: int) -> Node | None:
    assert isinstance(node.value, dict)
    rows = node.value[key].value
    return rows[index] if isinstance(rows, list) else None


def _policy(data: dict[str, Any], kind: str, digest: str) -> Policy:
    inherited: tuple[Point, ...] = ()
    if "includes" in data:
        inherited = find_policy(data["includes"]).points
    return Policy(
        id=data["id"],
        title=data["title"],
        kind=kind,
        digest=digest,
        sources=_sources(data.get("sources", ())),
        rules=tuple(
            Rule(
                id=row["id"],
                decision=row["decision"],
                severity=row.get("severity", "medium"),
                reason=row["reason"],
                when=_matched(row["when"]),
            )
            for row in data.get("rules", ())
        ),
        otherwise=data.get("otherwise", "approval"),
        waivers=tuple(
            Waiver(
                rules=tuple(row["rule"]),
                owner=row["owner"],
                reason=row["reason"],
                scope=_matched(row["scope"]),
                expires=row["expires"],
            )
            for row in data.get("waivers", ())
        ),
        points=(
            *inherited,
            *(
                Point(id=row["id"], says=row["says"], met=_tested(row["met"]))
                for row in data.get("points", ())
            ),
        ),
        statements=tuple(_statement(row) for row in data.get("statements", ())),
    )


def _matched(row: dict[str, Any]) -> Match:
    values = tuple((key, tuple(value)) for key, value in row.items() if key != "fact")
    return Match(values=values, fact=from_data(row["fact"]) if "fact" in row else None)


def _tested(row: dict[str, Any]) -> Test:
    return Test(
        acts=tuple(map(tuple, row.get("acts", ()))),
        disputed_acts=tuple(map(tuple, row.get("disputed-acts", ()))),
        limits=tuple(row.get("limits", ())),
        duties=tuple(row.get("duties", ())),
        disputed_duties=tuple(row.get("disputed-duties", ())),
        facts=from_data(row["facts"]) if "facts" in row else None,
        cannot=row.get("cannot"),
    )


def _sources(rows: Any) -> tuple[Source, ...]:
    return tuple(Source(title=row["title"], date=row.get("date"), url=row.get("url")) for row in rows)


def _statement(row: dict[str, Any]) -> Statement:
    return Statement(
        id=row["id"],
        says=row["says"],
        sources=_sources(row["sources"]),
        as_of=row["as-of"],
        standing=tuple(
            Standing(since=each.get("from"), status=each["status"], says=each["says"])
            for each in row["standing"]
        ),
        when=_tested(row["when"]) if "when" in row else None,
        unless=_tested(row["unless"]) if "unless" in row else None,
        duties=tuple(row.get("duties", ())),
    )


def problems_of(path: Path) -> list[Problem]:
    """All problems of a policy file; empty where there are none."""
    try:
        read_policy(path, shown_as=files.shown(path))
    except DataError as error:
        return list(error.problems)
    except UsageError as error:
        return [
            Problem(
                file=files.shown(path), line=None, path="includes", message=error.message, hint=error.hint
            )
        ]
    return []
