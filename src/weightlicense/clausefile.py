"""The shape of a clause file, and its reading: YAML to validated plain data, every problem with its place."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any, Final

from weightlicense import yamlfile
from weightlicense.clause import DERIVATIVE_ACTS, DOCUMENT_KINDS, EFFECTS, FORMAT, KINDS, OPENNESS
from weightlicense.condition import DATE_TESTS, NUMBER_TESTS, PERIODS, SET_TESTS
from weightlicense.errors import nearest
from weightlicense.shape import Custom, Day, Field, Flag, ListOf, Number, Record, Reporter, Text, Word, read
from weightlicense.value import PERIOD
from weightlicense.vocabulary import Fact, vocabulary
from weightlicense.yamlfile import Node

ID: Final = r"[a-z0-9][a-z0-9.+-]*"
NOT_HAN: Final = re.compile(r"[぀-ヿ㐀-鿿가-힯]")
COMBINERS: Final = ("all", "any", "not", "act")
ANY_ACT: Final = "distribution"
TO_WRITE: Final = ("WRITE ", "READ THE PASSAGE ")
"""How what a skeleton leaves open begins."""


def _locator(node: Node, reporter: Reporter, path: str) -> str | None:
    """At most six words, or twelve Han, kana or Hangul characters: a locator is no quotation."""
    if not isinstance(node.value, str) or not node.value.strip():
        reporter.report(node, path, "expected a few words of the text", "quote the value to keep it text")
        return None
    signs = len(NOT_HAN.findall(node.value))
    count = len(NOT_HAN.sub(" ", node.value).split())
    if signs > 12 or (count > 6 and not signs) or (signs and count + signs > 12):
        reporter.report(
            node,
            path,
            f"{count + signs} words where at most 6 may stand",
            "a shorter locator is found as well",
        )
    return node.value


def _acts(extra: tuple[str, ...] = ()) -> ListOf:
    return ListOf(Word((*vocabulary().acts, *extra), "an act"), min=1)


# --- conditions ------------------------------------------------------------------------------------------------


def _condition(node: Node, reporter: Reporter, path: str) -> dict[str, Any] | None:
    if not isinstance(node.value, dict) or not node.value:
        reporter.report(node, path, "expected a condition", "write FACT: TEST, or all, any, not, act")
        return None
    data: dict[str, Any] = {}
    for key, child in node.value.items():
        place = f"{path}.{key}"
        match key:
            case "all" | "any":
                data[key] = read(child, ListOf(CONDITION, min=1), reporter, place)
            case "not":
                data[key] = _condition(child, reporter, place)
            case "act":
                data[key] = read(child, _acts((ANY_ACT,)), reporter, place)
            case _:
                data[key] = _fact_test(key, child, reporter, place)
    return data


def _fact_test(name: str, node: Node, reporter: Reporter, path: str) -> Any:
    fact = vocabulary().fact(name)
    if fact is None:
        near = nearest(name, [*vocabulary().facts, *COMBINERS])
        reporter.report(
            node.key_line, path, f"unknown fact {name!r}", f"did you mean {near[0]!r}?" if near else None
        )
        return None
    match fact.type:
        case "yes-no":
            return _plain_words(node, ("yes", "no"), reporter, path)
        case "word":
            if isinstance(node.value, dict):
                return _tests(node, {"not": _many(fact.values)}, reporter, path)
            return _plain_words(node, fact.values, reporter, path)
        case "words":
            return _tests(node, dict.fromkeys(SET_TESTS, _many(fact.values)), reporter, path)
        case "hazards":
            return _tests(node, dict.fromkeys(SET_TESTS, _many(tuple(vocabulary().hazards))), reporter, path)
        case "number":
            return _number_test(fact, node, reporter, path)
        case "date":
            return _tests(node, dict.fromkeys(DATE_TESTS, Day()), reporter, path)
        case "country":
            return _tests(node, {"in": _places(), "not-in": _places()}, reporter, path)
        case "countries":
            return _tests(node, {"any": _places(), "only": _places()}, reporter, path)
        case "text" | "expression":
            return _tests(node, {"family": Text(), "is": ListOf(Text(), min=1, or_one=True)}, reporter, path)
        case "texts":
            reporter.report(
                node, path, f"the fact {name} is looked at by duties only", "use the duty display"
            )
            return None


def _many(values: tuple[str, ...]) -> ListOf:
    return ListOf(Word(values, "a value of this fact"), min=1, or_one=True)


def _places() -> ListOf:
    words = vocabulary()
    return ListOf(Word((*words.regions, *sorted(words.countries)), "a country or region"), min=1, or_one=True)


def _plain_words(node: Node, values: tuple[str, ...], reporter: Reporter, path: str) -> Any:
    if isinstance(node.value, bool):
        return "yes" if node.value else "no"
    if isinstance(node.value, list):
        return read(node, _many(values), reporter, path)
    return read(node, Word(values, "a value of this fact"), reporter, path)


def _tests(node: Node, shapes: dict[str, Any], reporter: Reporter, path: str) -> Any:
    if not isinstance(node.value, dict):
        reporter.report(node, path, "expected a test", f"known tests: {', '.join(shapes)}")
        return None
    return read(
        node, Record({name: Field(shape) for name, shape in shapes.items()}, "a test"), reporter, path
    )


def _power(node: Node, reporter: Reporter, path: str) -> int | None:
    """A whole number, or one such as 1e26, which nobody can read with all its zeros."""
    found = re.fullmatch(r"([1-9]\d{0,17})e(\d{1,2})", node.value) if isinstance(node.value, str) else None
    if found is not None:
        return int(found[1] + "0" * int(found[2]))
    number = read(node, Number(), reporter, path)
    return None if number is None else int(number)


def _number_test(fact: Fact, node: Node, reporter: Reporter, path: str) -> Any:
    limit = Custom(_power, {"type": ["integer", "string"]}) if fact.unit == "FLOP" else Number()
    shapes: dict[str, Any] = dict.fromkeys(NUMBER_TESTS, limit)
    if fact.period is not None:
        shapes["at"] = Text(what="a period")
    if fact.unit == "USD":
        shapes["currency"] = Text(pattern=r"[A-Z]{3}", what="an ISO 4217 code")
    data = _tests(node, shapes, reporter, path)
    if not isinstance(data, dict):
        return data
    if not any(name in data for name in NUMBER_TESTS):
        reporter.report(node, path, "no limit", f"one of {', '.join(NUMBER_TESTS)}")
    at = data.get("at")
    if at is not None and at not in PERIODS and not any(form.match(at) for form in PERIOD.values()):
        reporter.report(
            node, f"{path}.at", f"{at!r} is no period", f"one of {', '.join(PERIODS)}, 2024-06 or 2024"
        )
    return data


CONDITION: Final = Custom(
    _condition,
    {
        "type": "object",
        "minProperties": 1,
        "description": "FACT: TEST; several hold together. all, any, not and act combine.",
    },
)


# --- clauses ---------------------------------------------------------------------------------------------------

SPAN: Final = Record(
    {
        "from": Field(
            Custom(_locator, {"type": "string"}), required=True, about="the first words of the passage"
        ),
        "to": Field(
            Custom(_locator, {"type": "string"}), required=True, about="the last words of the passage"
        ),
        "link": Field(
            Custom(_locator, {"type": "string"}),
            about="words of the passage that a link seeks, where the first would open another place",
        ),
        "sha256": Field(
            Text(pattern=r"[0-9a-f]{64}", what="a SHA-256 digest"), about="of the normalised words"
        ),
    },
    "a span",
)
SPANS: Final = ListOf(SPAN, min=1, or_one=True)


def _parameters(node: Node, reporter: Reporter, path: str) -> dict[str, Any] | None:
    names = {name: kind for duty in vocabulary().duties.values() for name, kind in duty.parameters}
    shapes: dict[str, Any] = {
        "text": Text(),
        "words": _many(("release", "product")),
        "texts": ListOf(Text(), min=1, or_one=True),
    }
    data = read(
        node,
        Record({name: Field(shapes[kind]) for name, kind in names.items()}, "a parameter"),
        reporter,
        path,
    )
    return data if isinstance(data, dict) else None


def _outcome(node: Node, reporter: Reporter, path: str) -> dict[str, Any] | None:
    data = read(node, OUTCOME_RECORD, reporter, path)
    if not isinstance(data, dict):
        return None
    duty = vocabulary().duties.get(data.get("duty") or "")
    if data.get("effect") == "duty" and duty is None and "duty" not in data:
        reporter.report(node, path, "missing key 'duty'", "an effect duty names the duty")
    if data.get("effect") != "duty" and "duty" in data:
        reporter.report(node, path, "a duty without effect: duty", "write effect: duty")
    if duty is not None:
        given, known = set(data.get("with") or {}), {name for name, _ in duty.parameters}
        for name in sorted(given - known):
            reporter.report(
                node, f"{path}.with.{name}", f"{duty.name} has no parameter {name!r}", _listed(known)
            )
        if duty.name in TEXT_NEEDED and not given & {"text", "any-of"}:
            reporter.report(node, path, f"{duty.name} needs the words", "with: {text: ...}")
    return data


TEXT_NEEDED: Final = ("name-prefix", "name-contains", "name-must-not-contain", "display")


def _listed(names: set[str]) -> str:
    return "known parameters: " + ", ".join(sorted(names)) if names else "it has none"


OUTCOME_RECORD: Final = Record(
    {
        "effect": Field(Word(EFFECTS, "an effect"), required=True, about="what follows"),
        "duty": Field(Word(tuple(vocabulary().duties), "a duty"), about="the duty, with effect: duty"),
        "with": Field(Custom(_parameters, {"type": "object"}), about="the duty's parameters"),
        "how": Field(Text(), about="how to comply, in our words"),
        "cure": Field(
            Record(
                {
                    "allowed": Field(Flag(), required=True, about="whether a breach may be cured"),
                    "days": Field(Number(), about="in how many days"),
                },
                "a cure",
            ),
            about="whether the text lets a breach be cured",
        ),
        "ends": Field(
            Word(("patent-license",), "what ends"), about="a part of the grant that ends, with effect: none"
        ),
    },
    "an outcome",
)
OUTCOME: Final = Custom(_outcome, {"type": "object"})

CLAUSE: Final = Record(
    {
        "id": Field(
            Text(pattern=r"[a-z0-9]+(-[a-z0-9]+)*", what="an id in kebab-case"), required=True, about="unique"
        ),
        "at": Field(
            Text(pattern=r"[\w]+(\.[\w]+)*", what="a place such as 1.b.i"), required=True, about="the place"
        ),
        "span": Field(SPANS, required=True, about="the passage"),
        "kind": Field(Word(KINDS, "a kind"), required=True, about="what sort of clause"),
        "says": Field(Text(), required=True, about="what it says, in our words"),
        "acts": Field(_acts((ANY_ACT,)), about="attaches only to these acts"),
        "unless": Field(CONDITION, about="exempt where this holds"),
        "when": Field(CONDITION, about="applies where this holds"),
        "then": Field(OUTCOME, about="what follows"),
        "judgement": Field(Text(), about="why only a person can decide, and who"),
        "reading": Field(Text(), about="how we read it"),
        "doubt": Field(Text(), about="where we may be wrong"),
        "gloss": Field(
            ListOf(
                Record(
                    {
                        "says": Field(Text(), required=True, about="what the licensor says elsewhere"),
                        "source": Field(Text(), required=True, about="where"),
                        "url": Field(Text(), nullable=True, about="its address"),
                    },
                    "a gloss",
                ),
                min=1,
            ),
            about="what the licensor says elsewhere",
        ),
    },
    "a clause",
)

DOCUMENT: Final = Record(
    {
        "format": Field(Number(), required=True, about="1"),
        "id": Field(Text(pattern=ID, what="an id"), required=True, about="the file's name"),
        "title": Field(Text(), required=True, about="the document's title"),
        "kind": Field(
            Word(DOCUMENT_KINDS, "a kind of document"), required=True, about="what sort of document"
        ),
        "steward": Field(Text(), required=True, about="who issues it"),
        "spdx": Field(
            Text(pattern=r"[A-Za-z0-9.+-]+", what="an SPDX id"), nullable=True, about="its SPDX id"
        ),
        "aliases": Field(ListOf(Text(), min=1), about="other ids of the same text"),
        "openness": Field(Word(OPENNESS, "an openness"), required=True, about="how open it is"),
        "released": Field(Day(), nullable=True, required=True, about="the date in the text"),
        "text": Field(
            Record(
                {
                    "url": Field(Text(), nullable=True, required=True, about="where the text can be read"),
                    "sha256": Field(Text(pattern=r"[0-9a-f]{64}"), required=True, about="of the source file"),
                    "read-on": Field(Day(), required=True, about="when it was read"),
                },
                "a text",
            ),
            required=True,
            about="the source text",
        ),
        "incorporates": Field(
            ListOf(
                Record(
                    {
                        "policy": Field(
                            Text(pattern=ID), nullable=True, required=True, about="a document id, or null"
                        ),
                        "title": Field(Text(), required=True, about="its title"),
                        "url": Field(Text(), nullable=True, about="its address"),
                        "mutable": Field(Flag(), required=True, about="whether it can change at its address"),
                        "at": Field(Text(), required=True, about="where the text says so"),
                    },
                    "an incorporation",
                ),
                min=1,
            ),
            about="documents made part of this one",
        ),
        "definitions": Field(
            Record(
                {
                    "distribution": Field(_acts(), about="acts that the text counts as distribution"),
                    "derivative": Field(
                        ListOf(Word(DERIVATIVE_ACTS, "an act that makes a model")),
                        about="acts whose result is a derivative",
                    ),
                    "target-is-derivative": Field(
                        CONDITION, about="when an output-trained model is a derivative"
                    ),
                    "kept-by": Field(
                        ListOf(Text(), min=1),
                        about="other licenses (SPDX ids) under which a derivative may be offered",
                    ),
                },
                "definitions",
            ),
            about="the text's own definitions",
        ),
        "clauses": Field(ListOf(CLAUSE, min=1), required=True, about="the clauses, in the text's order"),
        "inert": Field(
            ListOf(
                Record(
                    {
                        "span": Field(SPANS, required=True, about="the passage"),
                        "reason": Field(Text(), required=True, about="why it has no effect"),
                    },
                    "an inert passage",
                ),
                min=1,
            ),
            about="passages without effect",
        ),
    },
    "a clause file",
)


def read_document(path: Path, *, shown_as: str | None = None) -> dict[str, Any]:
    """The validated plain data of one clause file; raises `DataError` with all its problems."""
    name = shown_as or str(path)
    node = yamlfile.load(path, shown_as=name)
    reporter = Reporter(name)
    data = read(node, DOCUMENT, reporter)
    if isinstance(data, dict):
        _check_whole(node, data, path, reporter)
    reporter.raise_if_any()
    assert isinstance(data, dict)
    return data


def _check_whole(node: Node, data: dict[str, Any], path: Path, reporter: Reporter) -> None:
    assert isinstance(node.value, dict)
    if data.get("format") not in (FORMAT, None):
        reporter.report(
            node.value["format"], "format", f"format {data['format']} is not known", f"write format: {FORMAT}"
        )
    if data.get("id") and path.stem != data["id"]:
        reporter.report(
            node.value["id"], "id", f"{data['id']!r} is not the file's name", f"the file is {path.name}"
        )
    _check_written(node, reporter, "")
    rows = data.get("clauses") or []
    nodes = node.value["clauses"].value if "clauses" in node.value else []
    seen: dict[str, int] = {}
    for index, (row, place) in enumerate(zip(rows, nodes if isinstance(nodes, list) else [], strict=False)):
        if not isinstance(row, dict) or not row.get("id"):
            continue
        if row["id"] in seen:
            reporter.report(
                place,
                f"clauses[{index}].id",
                f"the id {row['id']!r} is taken by clauses[{seen[row['id']]}]",
                "choose another",
            )
        seen.setdefault(row["id"], index)
        _check_clause(row, place, f"clauses[{index}]", data, reporter)


def _check_written(node: Node, reporter: Reporter, path: str) -> None:
    """What a skeleton leaves to be written is told, wherever it stands."""
    match node.value:
        case dict():
            for key, child in node.value.items():
                _check_written(child, reporter, f"{path}.{key}" if path else key)
        case list():
            for index, child in enumerate(node.value):
                _check_written(child, reporter, f"{path}[{index}]")
        case str() if node.value.startswith(TO_WRITE):
            reporter.report(
                node, path, "still to be written", "read the passage and say it in your own words"
            )
        case date() if node.value.year == 1970:
            reporter.report(node, path, "still to be written", "the day on which you read the text")
        case _:
            pass


def _check_clause(
    row: dict[str, Any], node: Node, path: str, data: dict[str, Any], reporter: Reporter
) -> None:
    for condition in (
        row.get("when"),
        row.get("unless"),
        (data.get("definitions") or {}).get("target-is-derivative"),
    ):
        if not data.get("released") and _uses_release(condition):
            reporter.report(node, path, "a period before the release, and no release date", "set released")
    effect = (row.get("then") or {}).get("effect")
    if effect is None and isinstance(node.value, dict) and "then" in node.value:
        return  # the effect itself was told
    kind = row.get("kind")
    if kind == "grant" and not row.get("acts"):
        reporter.report(node, path, "a grant without acts", "name the acts that it grants")
    if kind == "grant" and effect not in (None, "needs-license", "not-granted"):
        reporter.report(
            node, f"{path}.then", f"a grant cannot have effect {effect}", "leave then out, or needs-license"
        )
    if kind == "duty" and effect != "duty":
        reporter.report(
            node, path, "a clause of kind duty without effect: duty", "then: {effect: duty, duty: ...}"
        )
    if kind == "prohibition" and effect not in ("prohibited", "needs-license", "not-granted"):
        reporter.report(node, path, "a prohibition without effect", "then: {effect: prohibited}")
    if kind == "eligibility" and effect not in ("not-granted", "needs-license", "prohibited"):
        reporter.report(node, path, "an eligibility without effect", "then: {effect: not-granted}")
    if kind == "termination" and effect is None:
        reporter.report(node, path, "a termination without effect", "then: {effect: not-granted}")


def _uses_release(condition: Any) -> bool:
    if isinstance(condition, dict):
        return any(
            (key == "at" and str(value).endswith("-before-release")) or _uses_release(value)
            for key, value in condition.items()
        )
    return isinstance(condition, list) and any(_uses_release(part) for part in condition)
