"""Strict YAML with the place of every value; the only module that imports yaml.

Only the plain part of YAML is read: mappings with text keys, lists, text, and of plain scalars `null`, `~`,
nothing, `true`, `false`, whole numbers and dates. Everything else is text, so that a country `NO`, a version
`3.10` and an answer `yes` stay what the author wrote. The tree is built from the parser's events: composing
recurses and crashes the process at 100,000 nested brackets, and events let every limit act before the cost.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeAlias

import yaml  # type: ignore[import-untyped]
from msgspec import Struct

from weightlicense.errors import DataError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MOST_BYTES = 2 * 1024 * 1024
MOST_DEPTH = 40
MOST_NODES = 200_000
MOST_DIGITS = 18
MOST_KEY = 200
MOST_PROBLEMS = 100

_NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]*(?:_[0-9]+)*)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BEGIN_OF_NUMBER = frozenset("+-0123456789")
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}

# C0 and C1 controls, line ends that editors do not count as such, marks that change the direction of text on
# the screen (CVE-2021-42574), the byte order mark inside a text, surrogates and non-characters.
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)

# As above, and what stands for a control character in a loose reading.
_LOOSE_CONTROL = re.compile(f"{_CONTROL.pattern[:-1]}\ufffd]")

# What the parser refuses outright: controls but tab and line ends, and what is no character.
_NO_YAML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")

_PARSER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Value: TypeAlias = "dict[str, Node] | list[Node] | str | int | bool | datetime.date | None"


class Node(Struct, frozen=True, kw_only=True, gc=False):
    """A value of a file and where it stands.

    Lines count from 1. `start` and `end` are offsets in characters, `end` exclusive, in the text that is
    decoded as `utf-8-sig` with its line ends untouched; `end_line` is the line of the last character. White
    space and comments after a value are not part of it. `key_line` and `key_start` say where the key of the
    value begins; for a value without a key (the root, an item of a list) they equal `line` and `start`.
    """

    value: Value
    line: int
    end_line: int
    start: int
    end: int
    key_line: int
    key_start: int


def load(path: Path, *, shown_as: str | None = None, times: int = 1) -> Node:
    """Read a file.

    `shown_as` is the name that problems give the file, by default the path; `times` is how many times the usual bytes
    and values it may have. Raises DataError with every problem that could be found, also when the file is missing, a
    directory or unreadable.
    """
    name = str(path) if shown_as is None else shown_as
    try:
        with path.open("rb") as file:
            text = file.read(times * MOST_BYTES + 1)
    except FileNotFoundError:
        raise _failure(name, None, "no such file", "check the path") from None
    except IsADirectoryError:
        raise _failure(name, None, "a directory, where a file is expected", "name a file in it") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise _failure(name, None, f"cannot be read: {reason}", "check the path and its rights") from None
    return parse(text, name, times=times)


def parse(text: bytes, name: str, *, times: int = 1) -> Node:
    """Read the bytes of a file, which problems call `name`. Raises DataError with every problem found."""
    return _tree(_decoded(text, name, times), name, _PARSER, times)


def _decoded(text: bytes, name: str, times: int = 1) -> str:
    if len(text) > times * MOST_BYTES:
        raise _failure(name, None, f"more than {times * MOST_BYTES // 1024 // 1024} MiB", "split the file")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The codec counts from behind the byte order mark, in the object that it hands over.
        line = error.object.count(b"\n", 0, error.start) + 1
        message = f"not UTF-8: byte 0x{error.object[error.start]:02x}"
        raise _failure(name, line, message, "save the file as UTF-8") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loose:
    """A stranger's file, read loosely: what it holds, and what the strict reading would have refused.

    Every plain scalar is text as written, or None for `null`, `~` and nothing. Of a key that stands more than once in a
    mapping the last value is in the tree, and `repeated` has the others: path of the mapping, key, value.
    """

    root: Node
    oddities: tuple[Problem, ...]
    repeated: tuple[tuple[str, str, Node], ...]


def parse_loose(text: bytes, name: str) -> Loose:
    """Read the bytes of a file that others wrote, within the limits of `parse`.

    Repeated keys, anchors, tags, keys that are not text, control characters and a second document are listed as oddities.
    An alias stands for its scalar and for nothing else. Raises DataError for what is no YAML, or beyond the limits.
    """
    decoded = _decoded(text, name)
    reading = _LooseReading(text=_NO_YAML.sub("\ufffd", decoded), name=name)
    _build(reading, _PARSER)
    root = reading.result()
    return Loose(root=root, oddities=tuple(reading.problems), repeated=tuple(reading.repeated))


def plain(node: Node) -> Any:
    """The value as ordinary Python data: dicts, lists, text, numbers, booleans, dates, None."""
    match node.value:
        case dict() as items:
            return {key: plain(item) for key, item in items.items()}
        case list() as entries:
            return [plain(entry) for entry in entries]
        case value:
            return value


def items(node: Node) -> dict[str, Node]:
    """The entries of a mapping; none where the value is no mapping."""
    return node.value if isinstance(node.value, dict) else {}


def quoted(text: str) -> str:
    """A text of one line as YAML, in double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _failure(name: str, line: int | None, message: str, hint: str) -> DataError:
    return DataError((Problem(file=name, line=line, path="", message=message, hint=hint),))


def _tree(text: str, name: str, parser: type, times: int = 1) -> Node:
    reading = _Reading(text=text, name=name, most_nodes=times * MOST_NODES)
    _build(reading, parser)
    return reading.result()


def _build(reading: _Reading, parser: type) -> None:
    reading.check_text()
    try:
        reading.build(yaml.parse(reading.text, Loader=parser))
    except yaml.MarkedYAMLError as error:
        reading.report_syntax(error)
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # the Python parser, on too large escapes
        reading.stop(None, f"not YAML: {error}", "keep to plain mappings, lists and text")


# What the parsers say, what that means here, and what to do; `{context}` is the line where it began.
_SYNTAX = (
    ("mapping values are not allowed", "a ':' where no key can stand", "put text with ': ' into quotes"),
    ("',' or ']'", "expected ',' or ']' in the list that began on line {context}", "close it with ']'"),
    ("',' or '}'", "expected ',' or '}}' in the mapping that began on line {context}", "close it with '}'"),
    ("unexpected end of stream", "the quotation that began on line {context} has no end", "close it"),
    ("expected ':'", "no ':' after the key that began on line {context}", "write 'key: value'"),
    ("unknown escape", "unknown escape in double quotes", "use single quotes"),
    (
        "did not find expected '-'",
        "not an item of the list that began on line {context}",
        "indent what belongs together alike",
    ),
    (
        "did not find expected key",
        "not a key of the mapping that began on line {context}",
        "indent what belongs together alike",
    ),
    (
        "but found '?'",
        "not an item of the list that began on line {context}",
        "indent what belongs together alike",
    ),
    (
        "expected <block end>",
        "not a key of the mapping that began on line {context}",
        "indent what belongs together alike",
    ),
)


class _Mark(Protocol):
    """A place, as PyYAML has it: counted from 0."""

    index: int
    line: int


class _Event(Protocol):
    """What the parser met, as PyYAML has it; each kind has some of these beside the marks."""

    start_mark: _Mark
    end_mark: _Mark
    anchor: str | None
    tag: str | None
    value: str
    style: str | None
    flow_style: bool | None


@dataclass(slots=True, kw_only=True)
class _Open:
    """A mapping or list whose end has not been read; `key` is that of the value to come."""

    content: dict[str, Node] | list[Node]
    path: str
    start: _Mark
    end: int
    is_flow: bool
    is_key: bool
    key: str | None = None
    key_mark: _Mark | None = None
    key_lines: dict[str, int] = field(default_factory=dict)

    def next_path(self) -> str:
        if isinstance(self.content, list):
            return f"{self.path}[{len(self.content)}]"
        if self.key is None:
            return self.path
        return f"{self.path}.{self.key}" if self.path else self.key


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One reading: the collections that are open, the root once it is there, the problems so far."""

    text: str
    name: str
    problems: list[Problem] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    root: Node | None = None
    nodes: int = 0
    most_nodes: int = MOST_NODES

    def report(self, line: int | None, message: str, hint: str, *, path: str = "") -> None:
        self.problems.append(Problem(file=self.name, line=line, path=path, message=message, hint=hint))
        if len(self.problems) == MOST_PROBLEMS:
            self.stop(line, f"{MOST_PROBLEMS} problems, the rest was not read", "mend these first")

    def stop(self, line: int | None, message: str, hint: str) -> NoReturn:
        """End the reading: what follows cannot be told apart from the consequences of this problem."""
        self.problems.append(Problem(file=self.name, line=line, path="", message=message, hint=hint))
        raise self.failure()

    def failure(self) -> DataError:
        return DataError(tuple(sorted(self.problems, key=lambda problem: problem.line or 0)))

    def result(self) -> Node:
        if self.problems:
            raise self.failure()
        if self.root is None or (self.root.value is None and self.root.start == self.root.end):
            raise _failure(self.name, None, "the file is empty", "a data file holds a mapping or a list")
        return self.root

    def check_text(self) -> None:
        """Find what the parser would refuse without a line, or take too long over."""
        for match in _CONTROL.finditer(self.text):
            line = 1 + self.line_ends(0, match.start())
            self.report(line, f"control character U+{ord(match[0]):04X}", "delete it; it may be invisible")
        if self.problems:
            raise self.failure()
        for number, content in enumerate(self.text.splitlines(), 1):
            if content.startswith("%"):  # many %TAG lines take the parser quadratic time
                self.stop(number, "a directive ('%...')", "delete the line")
            if not _is_blank(content):
                return

    def line_ends(self, start: int, end: int) -> int:
        """How many lines end between two offsets: by LF, CR LF or CR, all that `_CONTROL` leaves."""
        count = self.text.count
        return count("\n", start, end) + count("\r", start, end) - count("\r\n", start, end)

    def report_syntax(self, error: yaml.MarkedYAMLError) -> NoReturn:
        """Say in plain words why the parser gave up."""
        mark = error.problem_mark
        context = (error.context_mark or mark).line + 1
        line = min(mark.line, self.line_ends(0, len(self.text.rstrip()))) + 1
        if "cannot start any token" in error.problem:
            if self.text[mark.index] == "\t":
                self.stop(line, "a tab where spaces should stand", "indent with spaces")
            self.stop(line, f"text begins with '{self.text[mark.index]}'", "put the text into quotes")
        for said, message, hint in _SYNTAX:
            if said in error.problem:
                self.stop(line, message.format(context=context), hint)
        self.stop(line, f"not YAML: {error.problem}", "keep to plain mappings, lists and text")

    def build(self, events: Iterator[_Event]) -> None:
        handlers: dict[type, Callable[[_Event], None]] = {
            yaml.ScalarEvent: self.scalar,
            yaml.MappingStartEvent: lambda event: self.begin(event, {}),
            yaml.SequenceStartEvent: lambda event: self.begin(event, []),
            yaml.MappingEndEvent: self.finish,
            yaml.SequenceEndEvent: self.finish,
            yaml.AliasEvent: self.alias,
            yaml.DocumentEndEvent: lambda event: self.check_rest(event.end_mark),
        }
        for event in events:
            handle = handlers.get(type(event))
            if handle is not None:
                handle(event)

    def check_rest(self, mark: _Mark) -> None:
        """Look for a second document in the text, so that the parser need not read on."""
        for number, content in enumerate(self.text[mark.index :].splitlines(), mark.line + 1):
            if not _is_blank(content):
                self.stop(number, "a second document begins", "one file holds one document")

    def count(self, event: _Event) -> None:
        self.nodes += 1
        if self.nodes > self.most_nodes:
            self.stop(event.start_mark.line + 1, f"more than {self.most_nodes:,} values", "split the file")

    def refuse(self, event: _Event, message: str, hint: str) -> None:
        path = self.stack[-1].next_path() if self.stack else ""
        self.report(event.start_mark.line + 1, message, hint, path=path)

    def check_properties(self, event: _Event) -> None:
        self.count(event)
        if event.anchor is None and event.tag is None:
            return
        if event.anchor is not None:
            self.refuse(
                event, f"anchor '&{_shortened(event.anchor)}'", "write the value out where it is used"
            )
        if event.tag is not None:
            self.refuse(
                event, f"tag {_shortened(event.tag)!r}", "delete it; put what is to be text into quotes"
            )

    def is_key_next(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].content, dict) and self.stack[-1].key is None

    def begin(self, event: _Event, content: dict[str, Node] | list[Node]) -> None:
        self.check_properties(event)
        if len(self.stack) == MOST_DEPTH:
            self.stop(event.start_mark.line + 1, f"nested more than {MOST_DEPTH} deep", "make it flatter")
        self.stack.append(
            _Open(
                content=content,
                path=self.stack[-1].next_path() if self.stack else "",
                start=event.start_mark,
                end=event.end_mark.index,
                is_flow=bool(event.flow_style),
                is_key=self.is_key_next(),
            )
        )

    def finish(self, event: _Event) -> None:
        closed = self.stack.pop()
        if closed.is_key:
            kind = "a list" if isinstance(closed.content, list) else "a mapping"
            self.refuse_key(closed.start, f"{kind} as a key", "a key is text")
            return
        # A block collection is said to end where the next token begins, behind blank lines and comments.
        self.place(closed.content, closed.start, event.end_mark.index if closed.is_flow else closed.end)

    def alias(self, event: _Event) -> None:
        self.count(event)
        message = f"alias '*{_shortened(event.anchor or '')}'"
        if self.is_key_next():
            self.refuse_key(event.start_mark, f"{message} as a key", "write the key out")
        else:
            self.refuse(event, message, "write the value out")
            self.place(None, event.start_mark, event.end_mark.index)

    def scalar(self, event: _Event) -> None:
        self.check_properties(event)
        escaped = (
            None if event.value.isascii() and event.value.isprintable() else _CONTROL.search(event.value)
        )
        if escaped is not None:
            self.refuse(event, f"control character U+{ord(escaped[0]):04X}", "delete the escape")
        is_plain = not event.style  # '' from the C parser, None from the Python one
        value = self.plain_value(event) if is_plain else event.value
        if self.is_key_next():
            self.scalar_key(event, value, is_plain=is_plain)
        else:
            start, end = event.start_mark, event.end_mark
            self.place(value, start, end.index, is_one_line=start.line == end.line)

    def plain_value(self, event: _Event) -> str | int | bool | datetime.date | None:
        text: str = event.value
        if text in _WORDS:
            return _WORDS[text]
        if text[:1] not in _BEGIN_OF_NUMBER:
            return text
        if _NUMBER.fullmatch(text):
            digits = len(text.lstrip("+-").replace("_", ""))
            if digits > MOST_DIGITS:
                # From 4,300 digits on int() refuses, and readers of JSON lose some long before.
                self.refuse(
                    event, f"{digits} digits where at most {MOST_DIGITS} may stand", "put text into quotes"
                )
                return None
            return int(text)
        if _DATE.fullmatch(text):
            try:
                return datetime.date.fromisoformat(text)
            except ValueError:
                return text
        return text

    def scalar_key(self, event: _Event, key: Value, *, is_plain: bool) -> None:
        mark = event.start_mark
        if not isinstance(key, str):
            shown = f"'{event.value}'" if event.value else "nothing"
            self.refuse_key(mark, f"{shown} as a key", "a key is text: put it into quotes")
        elif is_plain and key == "<<":
            self.refuse_key(mark, "merge key '<<'", "write the keys out")
        elif len(key) > MOST_KEY:
            self.refuse_key(
                mark, f"a key of {len(key)} characters where at most {MOST_KEY} may stand", "shorten it"
            )
        elif "\n" in key:
            self.refuse_key(mark, "a key of several lines", "a key is text on one line")
        else:
            self.take_key(mark, key)

    def refuse_key(self, mark: _Mark, message: str, hint: str) -> None:
        """Report what cannot be a key, and read on with a stand-in: the value may have problems too."""
        self.report(mark.line + 1, message, hint, path=self.stack[-1].path)
        self.stack[-1].key, self.stack[-1].key_mark = "?", mark

    def take_key(self, mark: _Mark, key: str) -> None:
        mapping = self.stack[-1]
        mapping.key, mapping.key_mark = key, mark
        first = mapping.key_lines.get(key)
        if first is None:
            mapping.key_lines[key] = mark.line + 1
        else:
            message = f"duplicate key, first on line {first}"
            self.report(mark.line + 1, message, "keep one of them", path=mapping.next_path())

    def place(self, value: Value, start: _Mark, end: int, *, is_one_line: bool = False) -> None:
        """Put a finished value into the collection that is open, or make it the root."""
        first = start.index
        while end > first and self.text[end - 1] in " \t\r\n":
            end -= 1
        parent = self.stack[-1] if self.stack else None
        key_mark = start if parent is None or parent.key_mark is None else parent.key_mark
        line = start.line + 1
        node = Node(
            value=value,
            line=line,
            end_line=line if is_one_line else line + self.line_ends(first, end),
            start=first,
            end=end,
            key_line=key_mark.line + 1,
            key_start=key_mark.index,
        )
        if parent is None:
            self.root = node
            return
        parent.end = end
        if isinstance(parent.content, list):
            parent.content.append(node)
        elif parent.key is not None:
            parent.content[parent.key] = node
            parent.key = None


@dataclass(slots=True, kw_only=True)
class _LooseReading(_Reading):
    """A reading that notes what it would refuse, and reads on where that is safe."""

    repeated: list[tuple[str, str, Node]] = field(default_factory=list)
    anchors: dict[str, Value] = field(default_factory=dict)

    def report(self, line: int | None, message: str, hint: str, *, path: str = "") -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(file=self.name, line=line, path=path, message=message, hint=hint))

    def stop(self, line: int | None, message: str, hint: str) -> NoReturn:
        raise _failure(self.name, line, message, hint)

    def result(self) -> Node:
        if self.root is None:
            raise _failure(self.name, None, "the file is empty", "a data file holds a mapping or a list")
        return self.root

    def check_text(self) -> None:
        for match in islice(_LOOSE_CONTROL.finditer(self.text), MOST_PROBLEMS):
            line = 1 + self.line_ends(0, match.start())
            shown = (
                "a control character" if match[0] == "\ufffd" else f"control character U+{ord(match[0]):04X}"
            )
            self.report(line, shown, "delete it; it may be invisible")
        for number, content in enumerate(self.text.splitlines(), 1):
            if content.startswith("%"):
                self.stop(number, "a directive ('%...')", "delete the line")
            if not _is_blank(content):
                return

    def check_rest(self, mark: _Mark) -> None:
        for number, content in enumerate(self.text[mark.index :].splitlines(), mark.line + 1):
            if not _is_blank(content):
                self.report(
                    number, "a second document begins, which was not read", "one file holds one document"
                )
                raise _EnoughError

    def build(self, events: Iterator[_Event]) -> None:
        try:
            _Reading.build(self, events)
        except _EnoughError:
            return

    def alias(self, event: _Event) -> None:
        value = self.anchors.get(event.anchor or "")
        if value is None or self.is_key_next():
            _Reading.alias(self, event)
        else:
            self.count(event)
            self.place(value, event.start_mark, event.end_mark.index)

    def scalar(self, event: _Event) -> None:
        if event.anchor is not None and len(event.value) <= MOST_KEY:
            self.anchors[event.anchor] = event.value
        _Reading.scalar(self, event)

    def plain_value(self, event: _Event) -> str | None:
        return None if event.value in _NOTHING else event.value

    def scalar_key(self, event: _Event, key: Value, *, is_plain: bool) -> None:
        _Reading.scalar_key(self, event, event.value if key is None else key, is_plain=is_plain)

    def take_key(self, mark: _Mark, key: str) -> None:
        mapping = self.stack[-1]
        if (
            isinstance(mapping.content, dict)
            and key in mapping.content
            and len(self.repeated) < MOST_PROBLEMS
        ):
            self.repeated.append((mapping.path, key, mapping.content[key]))
        _Reading.take_key(self, mark, key)


class _EnoughError(Exception):
    """The first document has been read."""


def _shortened(name: str) -> str:
    return name if len(name) <= MOST_KEY else f"{name[:MOST_KEY]}..."


def _is_blank(line: str) -> bool:
    """Whether a line holds nothing or a comment."""
    content = line.strip(" \t")
    return not content or content.startswith("#")
