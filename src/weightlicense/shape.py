"""A small language that says what a data file may contain, reads it, and exports it as JSON Schema.

Reading reports every problem of a file at once and gives plain data; what a shape calls `what` is a noun with
its article ("an effect"), for it completes "expected ..." and "... is not ...".
"""

from __future__ import annotations

import datetime
import re
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, assert_never

from msgspec.structs import replace

from weightlicense.errors import DataError, Problem, nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from weightlicense.yamlfile import Node


@dataclass(frozen=True, slots=True)
class Text:
    """Text that is not blank; the whole of it matches `pattern`. Words are what white space separates."""

    pattern: str | None = None
    max_words: int | None = None
    what: str = "text"


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number."""


@dataclass(frozen=True, slots=True)
class Flag:
    """`yes` or `no`, or `true` or `false`; read as a bool."""


@dataclass(frozen=True, slots=True)
class Day:
    """A date; read as ISO text, YYYY-MM-DD."""


@dataclass(frozen=True, slots=True)
class Word:
    """One of a closed set of words."""

    choices: tuple[str, ...]
    what: str


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of at least `min` items, read as a list; with `or_one` one item stands for a list of it."""

    item: Shape
    _: KW_ONLY
    min: int = 0
    or_one: bool = False


@dataclass(frozen=True, slots=True)
class MapOf:
    """A mapping from any keys (that `key` takes, if given) to values of one shape."""

    value: Shape
    key: Shape | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """What stands at a key of a record; `about` says it to people, in hints and in the exported schema."""

    shape: Shape
    _: KW_ONLY
    required: bool = False
    nullable: bool = False
    about: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping with known keys, in the order in which files write them."""

    fields: dict[str, Field]
    what: str
    is_ordered: bool = True


@dataclass(frozen=True, slots=True)
class Custom:
    """What the other shapes cannot say, such as what contains itself.

    `check(node, reporter, path)` reads the node and reports its problems. `schema` is the JSON Schema of it;
    its `$defs` move to the root of the exported schema, so that `$ref: "#/$defs/..."` finds them.
    """

    check: Callable[[Node, Reporter, str], Any]
    schema: dict[str, Any]


Shape: TypeAlias = Text | Number | Flag | Day | Word | ListOf | MapOf | Record | Custom

_MOST_SHOWN = 60  # characters of a wrong text in a message


@dataclass(slots=True)
class Reporter:
    """Collects the problems of one file."""

    file: str
    problems: list[Problem] = field(default_factory=list)

    def report(self, place: Node | int | None, path: str, message: str, hint: str | None = None) -> None:
        """Note a problem at a node, a line (from 1), or, with None, at the file as a whole."""
        line = place if place is None or isinstance(place, int) else place.line
        self.problems.append(Problem(file=self.file, line=line, path=path, message=message, hint=hint))

    def raise_if_any(self) -> None:
        """Raise DataError with all problems in the order of their lines, if there are any."""
        if self.problems:
            raise DataError(tuple(sorted(self.problems, key=lambda problem: problem.line or 0)))


def read(node: Node, shape: Shape, reporter: Reporter, path: str = "") -> Any:
    """The data of a node as the shape wants it, ready for JSON.

    A record is a dict in the order of the shape, without the optional keys that are absent. Problems go to
    the reporter, and None stands for what has one: use the result only after `reporter.raise_if_any()`.
    """
    match shape:
        case Text():
            return _read_text(node, shape, reporter, path)
        case Number():
            if isinstance(node.value, int) and not isinstance(node.value, bool):
                return node.value
            return _mismatch(node, "a whole number", reporter, path)
        case Flag():
            return _read_flag(node, reporter, path)
        case Day():
            if isinstance(node.value, datetime.date):
                return node.value.isoformat()
            return _mismatch(node, "a date", reporter, path, "a date is YYYY-MM-DD, without quotes")
        case Word():
            return _read_word(node, shape, reporter, path)
        case ListOf():
            return _read_list(node, shape, reporter, path)
        case MapOf():
            return _read_map(node, shape, reporter, path)
        case Record():
            return _read_record(node, shape, reporter, path)
        case Custom():
            return shape.check(node, reporter, path)
        case _:
            assert_never(shape)


def json_schema(shape: Shape, title: str) -> dict[str, Any]:
    """The shape as a JSON Schema 2020-12, as near as one can say it: the order of keys is lost."""
    definitions: dict[str, Any] = {}
    body = _schema(shape, definitions)
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **body}
    return {**schema, "$defs": definitions} if definitions else schema


def found(node: Node) -> str:
    """What a node holds, in a few words for a message."""
    match node.value:
        case None:
            return "nothing"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case bool() as flag:
            return "true" if flag else "false"
        case int() as number:
            return f"the number {number}"
        case str() as text:
            line = " ".join(text.split())
            return f"'{line}'" if len(line) <= _MOST_SHOWN else f"'{line[:_MOST_SHOWN]}...'"
        case day:
            return f"the date {day.isoformat()}"


def _mismatch(node: Node, expected: str, reporter: Reporter, path: str, hint: str | None = None) -> None:
    if node.value is None:
        hint = "write it, or leave the key out if it is optional"
    reporter.report(node, path, f"expected {expected}, found {found(node)}", hint)


def _read_flag(node: Node, reporter: Reporter, path: str) -> bool | None:
    match node.value:
        case True | "yes":
            return True
        case False | "no":
            return False
        case _:
            _mismatch(node, "yes or no", reporter, path)
            return None


def _read_text(node: Node, shape: Text, reporter: Reporter, path: str) -> str | None:
    text = node.value
    if not isinstance(text, str):
        quotable = isinstance(text, bool | int | datetime.date)
        _mismatch(node, shape.what, reporter, path, "put it into quotes" if quotable else None)
        return None
    if not text.strip():
        reporter.report(node, path, "empty text", f"expected {shape.what}")
        return None
    if shape.pattern is not None and not re.fullmatch(shape.pattern, text):
        _mismatch(node, shape.what, reporter, path, f"it must match {shape.pattern}")
        return None
    words = len(text.split())
    if shape.max_words is not None and words > shape.max_words:
        reporter.report(node, path, f"{words} words where at most {shape.max_words} may stand")
        return None
    return text


def _read_word(node: Node, shape: Word, reporter: Reporter, path: str) -> str | None:
    if not isinstance(node.value, str):
        _mismatch(node, shape.what, reporter, path, f"one of {', '.join(shape.choices)}")
        return None
    if node.value in shape.choices:
        return node.value
    alike = nearest(node.value, list(shape.choices))
    hint = f"did you mean '{alike[0]}'?" if alike else f"one of {', '.join(shape.choices)}"
    reporter.report(node, path, f"{found(node)} is not {shape.what}", hint)
    return None


def _read_list(node: Node, shape: ListOf, reporter: Reporter, path: str) -> list[Any] | None:
    items = node.value
    if not isinstance(items, list):
        if shape.or_one and items is not None:
            return [read(node, shape.item, reporter, path)]
        _mismatch(node, "a list", reporter, path)
        return None
    if len(items) < shape.min:
        least = "1 item" if shape.min == 1 else f"{shape.min} items"
        message = f"a list of {len(items)} where at least {least} must stand" if items else "an empty list"
        reporter.report(node, path, message, None if items else f"at least {least} must stand")
    return [read(item, shape.item, reporter, f"{path}[{index}]") for index, item in enumerate(items)]


def _read_map(node: Node, shape: MapOf, reporter: Reporter, path: str) -> dict[str, Any] | None:
    if not isinstance(node.value, dict):
        _mismatch(node, "a mapping", reporter, path)
        return None
    content = {}
    for key, value in node.value.items():
        if shape.key is not None:
            read(replace(value, value=key, line=value.key_line), shape.key, reporter, path)
        content[key] = read(value, shape.value, reporter, _joined(path, key))
    return content


def _read_record(node: Node, shape: Record, reporter: Reporter, path: str) -> dict[str, Any] | None:
    if not isinstance(node.value, dict):
        _mismatch(node, f"{shape.what} (a mapping)", reporter, path)
        return None
    _check_keys(node, node.value, shape, reporter, path)
    content: dict[str, Any] = {}
    for key, entry in shape.fields.items():
        value = node.value.get(key)
        if value is None:
            continue
        content[key] = None
        if value.value is not None or not entry.nullable:
            content[key] = read(value, entry.shape, reporter, _joined(path, key))
    return content


def _check_keys(node: Node, present: dict[str, Node], shape: Record, reporter: Reporter, path: str) -> None:
    """Report keys that are unknown, missing, or out of order."""
    known = list(shape.fields)
    before: list[str] = []
    for key, value in present.items():
        if key not in shape.fields:
            alike = nearest(key, [name for name in known if name not in present])
            hint = f"did you mean '{alike[0]}'?" if alike else f"known keys: {', '.join(known)}"
            reporter.report(value.key_line, _joined(path, key), "unknown key", hint)
            continue
        if not shape.is_ordered:
            continue
        later = next((name for name in before if known.index(name) > known.index(key)), None)
        if later is not None:
            hint = f"the order is {', '.join(name for name in known if name in present)}"
            reporter.report(value.key_line, path, f"key '{key}' should stand before '{later}'", hint)
        before.append(key)
    for key, entry in shape.fields.items():
        if entry.required and key not in present:
            reporter.report(node, path, f"missing key '{key}'", entry.about or None)


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _schema(shape: Shape, definitions: dict[str, Any]) -> dict[str, Any]:
    match shape:
        case Text():
            return _text_schema(shape)
        case Number():
            return {"type": "integer"}
        case Flag():
            # `yes` and `no` are text in YAML 1.2 and booleans in 1.1: editors may read either.
            return {"enum": [True, False, "yes", "no"]}
        case Day():
            return {"type": "string", "format": "date"}
        case Word():
            return {"enum": list(shape.choices)}
        case ListOf():
            item = _schema(shape.item, definitions)
            items: dict[str, Any] = {"type": "array", "items": item}
            if shape.min:
                items["minItems"] = shape.min
            return {"anyOf": [item, items]} if shape.or_one else items
        case MapOf():
            mapping = {"type": "object", "additionalProperties": _schema(shape.value, definitions)}
            if shape.key is not None:
                mapping["propertyNames"] = _schema(shape.key, definitions)
            return mapping
        case Record():
            return _record_schema(shape, definitions)
        case Custom():
            definitions.update(shape.schema.get("$defs", {}))
            return {key: value for key, value in shape.schema.items() if key != "$defs"}
        case _:
            assert_never(shape)


def _text_schema(shape: Text) -> dict[str, Any]:
    patterns = []
    if shape.pattern is not None:
        patterns.append(f"^(?:{shape.pattern})$")
    if shape.max_words is not None:
        patterns.append(rf"^\s*\S+(?:\s+\S+){{0,{shape.max_words - 1}}}\s*$")
    if not patterns:
        patterns.append(r"\S")
    if len(patterns) == 1:
        return {"type": "string", "pattern": patterns[0]}
    return {"type": "string", "allOf": [{"pattern": pattern} for pattern in patterns]}


def _record_schema(shape: Record, definitions: dict[str, Any]) -> dict[str, Any]:
    properties = {}
    for key, entry in shape.fields.items():
        value = _schema(entry.shape, definitions)
        if entry.nullable:
            value = {"anyOf": [value, {"type": "null"}]}
        properties[key] = {**value, "description": entry.about} if entry.about else value
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    required = [key for key, entry in shape.fields.items() if entry.required]
    if required:
        schema["required"] = required
    return {**schema, "additionalProperties": False}
