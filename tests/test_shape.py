"""The language of data files: what each shape reads, and the whole message of each mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from weightlicense import yamlfile
from weightlicense.errors import DataError
from weightlicense.shape import (
    Custom,
    Day,
    Field,
    Flag,
    ListOf,
    MapOf,
    Number,
    Record,
    Reporter,
    Shape,
    Text,
    Word,
    found,
    json_schema,
    read,
)

if TYPE_CHECKING:
    from weightlicense.yamlfile import Node

EFFECT = Word(("prohibited", "needs-license", "duty", "none"), "an effect")
IDENTIFIER = Text(pattern="[a-z0-9]+(-[a-z0-9]+)*", what="an id in kebab-case")
LOCATOR = Text(max_words=6)


def read_nested(node: Node, reporter: Reporter, path: str) -> Any:
    """Text, or a list of the same: the depth to which it is nested, which no other shape can say."""
    if isinstance(node.value, list):
        depths = (read_nested(item, reporter, f"{path}[{index}]") for index, item in enumerate(node.value))
        return 1 + max(depths, default=0)
    if not isinstance(node.value, str):
        reporter.report(node, path, f"expected text or a list, found {found(node)}")
    return 0


NESTED_SCHEMA = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"$ref": "#/$defs/nested"}}]}
NESTED = Custom(read_nested, {"$ref": "#/$defs/nested", "$defs": {"nested": NESTED_SCHEMA}})

SPAN = Record(
    {
        "from": Field(LOCATOR, required=True, about="the first words of the passage"),
        "to": Field(LOCATOR, required=True),
        "sha256": Field(Text("[0-9a-f]{8}", what="a digest"), nullable=True),
    },
    "a span",
)

DOCUMENT = Record(
    {
        "id": Field(IDENTIFIER, required=True, about="the id of the document"),
        "released": Field(Day(), required=True, nullable=True, about="the date in the text"),
        "users": Field(Number()),
        "mutable": Field(Flag()),
        "effect": Field(EFFECT),
        "at": Field(Text()),
        "span": Field(ListOf(SPAN, min=1, or_one=True)),
        "acts": Field(ListOf(Word(("run", "host"), "an act"), min=1)),
        "pair": Field(ListOf(Number(), min=2)),
        "with": Field(MapOf(Number(), key=IDENTIFIER)),
        "notes": Field(MapOf(Text())),
        "nested": Field(NESTED),
    },
    "a document",
)


def problems_of(text: str, shape: Shape = DOCUMENT) -> str:
    """The whole message that reading a file called f.yaml raises."""
    reporter = Reporter("f.yaml")
    read(yamlfile.parse(text.encode(), "f.yaml"), shape, reporter)
    with pytest.raises(DataError) as caught:
        reporter.raise_if_any()
    return str(caught.value)


def value_of(text: str, shape: Shape = DOCUMENT) -> Any:
    reporter = Reporter("f.yaml")
    value = read(yamlfile.parse(text.encode(), "f.yaml"), shape, reporter)
    reporter.raise_if_any()
    return value


def test_a_record_is_read_as_plain_data() -> None:
    text = """\
id: a-1
released: 2026-05-04
users: 700_000_000
mutable: no
effect: duty
at: "2"
span:
  - {from: a b c d e f, to: "7", sha256: "01234567"}
  - {from: "yes", to: no, sha256: null}
acts: [run]
pair: [1, 2]
with: {x-1: 1, y: 2}
notes: {}
nested: [a, [[b], c]]
"""
    assert value_of(text) == {
        "id": "a-1",
        "released": "2026-05-04",
        "users": 700_000_000,
        "mutable": False,
        "effect": "duty",
        "at": "2",
        "span": [
            {"from": "a b c d e f", "to": "7", "sha256": "01234567"},
            {"from": "yes", "to": "no", "sha256": None},
        ],
        "acts": ["run"],
        "pair": [1, 2],
        "with": {"x-1": 1, "y": 2},
        "notes": {},
        "nested": 3,
    }
    assert list(value_of(text)) == list(DOCUMENT.fields)


def test_keys_that_are_absent_are_left_out_and_null_is_kept() -> None:
    assert value_of("id: a\nreleased: null\n") == {"id": "a", "released": None}


def test_one_item_stands_for_a_list_of_one() -> None:
    span = {"from": "a", "to": "b"}
    assert value_of("id: a\nreleased: null\nspan: {from: a, to: b}\n")["span"] == [span]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [("yes", True), ("true", True), ("'yes'", True), ("no", False), ("false", False), ("'no'", False)],
)
def test_a_flag_is_yes_or_no_or_true_or_false(written: str, read_as: bool) -> None:
    assert value_of(written, Flag()) is read_as


HEAD = "id: a\nreleased: null\n"
NO_VALUE = "\n  hint: write it, or leave the key out if it is optional"
QUOTE = "\n  hint: put it into quotes"
AFTER_CUT = "word " * 12 + "..."

# Each mistake: the shape, the file, and the whole message.
MISTAKES: dict[str, tuple[Shape, str, str]] = {
    "unknown key, misspelt": (
        DOCUMENT,
        f"{HEAD}effcet:\n  - duty\n",
        "f.yaml:3: effcet: unknown key\n  hint: did you mean 'effect'?",
    ),
    "unknown key, like none": (
        SPAN,
        "from: a\nto: b\nwhy: c\n",
        "f.yaml:3: why: unknown key\n  hint: known keys: from, to, sha256",
    ),
    "unknown key, like one that is there": (
        SPAN,
        "from: a\nto: b\nfroms: c\n",
        "f.yaml:3: froms: unknown key\n  hint: known keys: from, to, sha256",
    ),
    "missing keys": (
        DOCUMENT,
        f"{HEAD}span:\n  sha256: null\n",
        "f.yaml:4: span: missing key 'from'\n  hint: the first words of the passage\n"
        "f.yaml:4: span: missing key 'to'",
    ),
    "keys out of order": (
        SPAN,
        "to: b\nsha256: null\nfrom:\n  a\n",
        "f.yaml:3: key 'from' should stand before 'to'\n  hint: the order is from, to, sha256",
    ),
    "several keys out of order": (
        SPAN,
        "sha256: null\nto: b\nfrom: a\n",
        "f.yaml:2: key 'to' should stand before 'sha256'\n  hint: the order is from, to, sha256\n"
        "f.yaml:3: key 'from' should stand before 'sha256'\n  hint: the order is from, to, sha256",
    ),
    "keys out of order, further down": (
        ListOf(SPAN),
        "- {from: a, to: b}\n- {to: b, from: a}\n",
        "f.yaml:2: [1]: key 'from' should stand before 'to'\n  hint: the order is from, to",
    ),
    "no record": (SPAN, "- a\n", "f.yaml:1: expected a span (a mapping), found a list"),
    "text: list": (Text(), "- a\n", "f.yaml:1: expected text, found a list"),
    "text: mapping": (Text(), "a: b\n", "f.yaml:1: expected text, found a mapping"),
    "text: number": (Text(), "-7\n", f"f.yaml:1: expected text, found the number -7{QUOTE}"),
    "text: true": (Text(), "true\n", f"f.yaml:1: expected text, found true{QUOTE}"),
    "text: false": (Text(), "false\n", f"f.yaml:1: expected text, found false{QUOTE}"),
    "text: date": (Text(), "2026-05-04\n", f"f.yaml:1: expected text, found the date 2026-05-04{QUOTE}"),
    "text: nothing": (
        DOCUMENT,
        f"{HEAD}at:\n",
        f"f.yaml:3: at: expected text, found nothing{NO_VALUE}",
    ),
    "text: empty": (Text(), "''\n", "f.yaml:1: empty text\n  hint: expected text"),
    "text: blank": (IDENTIFIER, "' '\n", "f.yaml:1: empty text\n  hint: expected an id in kebab-case"),
    "text: pattern": (
        IDENTIFIER,
        "'-a'\n",
        "f.yaml:1: expected an id in kebab-case, found '-a'\n  hint: it must match [a-z0-9]+(-[a-z0-9]+)*",
    ),
    "text: pattern holds to the end": (
        IDENTIFIER,
        '"a\\n"\n',
        "f.yaml:1: expected an id in kebab-case, found 'a'\n  hint: it must match [a-z0-9]+(-[a-z0-9]+)*",
    ),
    "text: pattern, long": (
        IDENTIFIER,
        "word " * 20,
        f"f.yaml:1: expected an id in kebab-case, found '{AFTER_CUT}'\n"
        "  hint: it must match [a-z0-9]+(-[a-z0-9]+)*",
    ),
    "too many words": (LOCATOR, "a b c d e f g\n", "f.yaml:1: 7 words where at most 6 may stand"),
    "number: text": (Number(), "'7'\n", "f.yaml:1: expected a whole number, found '7'"),
    "number: broken": (Number(), "1.5\n", "f.yaml:1: expected a whole number, found '1.5'"),
    "number: flag": (Number(), "true\n", "f.yaml:1: expected a whole number, found true"),
    "flag: word": (Flag(), "maybe\n", "f.yaml:1: expected yes or no, found 'maybe'"),
    "flag: number": (Flag(), "1\n", "f.yaml:1: expected yes or no, found the number 1"),
    "flag: nothing": (Flag(), "null\n", f"f.yaml:1: expected yes or no, found nothing{NO_VALUE}"),
    "day: no such day": (
        Day(),
        "2026-02-30\n",
        "f.yaml:1: expected a date, found '2026-02-30'\n  hint: a date is YYYY-MM-DD, without quotes",
    ),
    "day: quoted": (
        Day(),
        "'2026-02-03'\n",
        "f.yaml:1: expected a date, found '2026-02-03'\n  hint: a date is YYYY-MM-DD, without quotes",
    ),
    "word: misspelt": (
        EFFECT,
        "prohibted\n",
        "f.yaml:1: 'prohibted' is not an effect\n  hint: did you mean 'prohibited'?",
    ),
    "word: like none": (
        EFFECT,
        "xyz\n",
        "f.yaml:1: 'xyz' is not an effect\n  hint: one of prohibited, needs-license, duty, none",
    ),
    "word: list": (
        EFFECT,
        "[duty]\n",
        "f.yaml:1: expected an effect, found a list\n  hint: one of prohibited, needs-license, duty, none",
    ),
    "list: text": (ListOf(Text()), "a\n", "f.yaml:1: expected a list, found 'a'"),
    "list: empty": (
        DOCUMENT,
        f"{HEAD}acts: []\n",
        "f.yaml:3: acts: an empty list\n  hint: at least 1 item must stand",
    ),
    "list: too short": (
        DOCUMENT,
        f"{HEAD}pair: [1]\n",
        "f.yaml:3: pair: a list of 1 where at least 2 items must stand",
    ),
    "list: an item": (
        DOCUMENT,
        f"{HEAD}acts:\n  - run\n  - hosts\n",
        "f.yaml:5: acts[1]: 'hosts' is not an act\n  hint: did you mean 'host'?",
    ),
    "list: the one item": (
        ListOf(EFFECT, or_one=True),
        "dutty\n",
        "f.yaml:1: 'dutty' is not an effect\n  hint: did you mean 'duty'?",
    ),
    "list: nothing instead of one item": (
        ListOf(EFFECT, or_one=True),
        "null\n",
        f"f.yaml:1: expected a list, found nothing{NO_VALUE}",
    ),
    "mapping: list": (MapOf(Text()), "- a\n", "f.yaml:1: expected a mapping, found a list"),
    "mapping: key and value": (
        DOCUMENT,
        f"{HEAD}with:\n  B:\n    - c\n",
        "f.yaml:4: with: expected an id in kebab-case, found 'B'\n"
        "  hint: it must match [a-z0-9]+(-[a-z0-9]+)*\n"
        "f.yaml:5: with.B: expected a whole number, found a list",
    ),
    "custom": (
        DOCUMENT,
        f"{HEAD}nested: [a, [1]]\n",
        "f.yaml:3: nested[1][0]: expected text or a list, found the number 1",
    ),
    "all at once, in order of their lines": (
        DOCUMENT,
        "span: [{from: a b c d e f g}]\nid: A\nmore: 1\n",
        "f.yaml:1: missing key 'released'\n  hint: the date in the text\n"
        "f.yaml:1: span[0]: missing key 'to'\n"
        "f.yaml:1: span[0].from: 7 words where at most 6 may stand\n"
        "f.yaml:2: key 'id' should stand before 'span'\n  hint: the order is id, span\n"
        "f.yaml:2: id: expected an id in kebab-case, found 'A'\n"
        "  hint: it must match [a-z0-9]+(-[a-z0-9]+)*\n"
        "f.yaml:3: more: unknown key\n"
        "  hint: known keys: id, released, users, mutable, effect, at, span, acts, pair, with, notes, nested",
    ),
}


@pytest.mark.parametrize(("shape", "text", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_with_its_place(shape: Shape, text: str, message: str) -> None:
    assert problems_of(text, shape) == message


def test_a_reporter_takes_a_node_a_line_or_the_whole_file() -> None:
    reporter = Reporter("f.yaml")
    node = yamlfile.parse(b"\n\na: 1\n", "f.yaml")
    reporter.report(node, "a", "at a node")
    reporter.report(2, "b", "at a line", "look there")
    reporter.report(None, "", "in the file")
    with pytest.raises(DataError) as caught:
        reporter.raise_if_any()
    assert str(caught.value) == (
        "f.yaml: in the file\nf.yaml:2: b: at a line\n  hint: look there\nf.yaml:3: a: at a node"
    )


def test_a_shape_is_exported_as_json_schema() -> None:
    identifier = {"type": "string", "pattern": "^(?:[a-z0-9]+(-[a-z0-9]+)*)$"}
    locator = {"type": "string", "pattern": r"^\s*\S+(?:\s+\S+){0,5}\s*$"}
    span = {
        "type": "object",
        "properties": {
            "from": {**locator, "description": "the first words of the passage"},
            "to": locator,
            "sha256": {"anyOf": [{"type": "string", "pattern": "^(?:[0-9a-f]{8})$"}, {"type": "null"}]},
        },
        "required": ["from", "to"],
        "additionalProperties": False,
    }
    assert json_schema(DOCUMENT, "A document") == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A document",
        "type": "object",
        "properties": {
            "id": {**identifier, "description": "the id of the document"},
            "released": {
                "anyOf": [{"type": "string", "format": "date"}, {"type": "null"}],
                "description": "the date in the text",
            },
            "users": {"type": "integer"},
            "mutable": {"enum": [True, False, "yes", "no"]},
            "effect": {"enum": ["prohibited", "needs-license", "duty", "none"]},
            "at": {"type": "string", "pattern": r"\S"},
            "span": {"anyOf": [span, {"type": "array", "items": span, "minItems": 1}]},
            "acts": {"type": "array", "items": {"enum": ["run", "host"]}, "minItems": 1},
            "pair": {"type": "array", "items": {"type": "integer"}, "minItems": 2},
            "with": {
                "type": "object",
                "additionalProperties": {"type": "integer"},
                "propertyNames": identifier,
            },
            "notes": {"type": "object", "additionalProperties": {"type": "string", "pattern": r"\S"}},
            "nested": {"$ref": "#/$defs/nested"},
        },
        "required": ["id", "released"],
        "additionalProperties": False,
        "$defs": {"nested": NESTED_SCHEMA},
    }


def test_a_pattern_and_a_number_of_words_are_both_exported() -> None:
    shape = Record({"a": Field(Text("[a-z ]+", max_words=1))}, "a record")
    assert json_schema(shape, "T") == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "T",
        "type": "object",
        "properties": {
            "a": {
                "type": "string",
                "allOf": [{"pattern": "^(?:[a-z ]+)$"}, {"pattern": r"^\s*\S+(?:\s+\S+){0,0}\s*$"}],
            }
        },
        "additionalProperties": False,
    }
