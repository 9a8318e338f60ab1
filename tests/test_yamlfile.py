"""Strict YAML: what is read as what, where it stands, and what is refused with which words."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import pytest
import yaml  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from weightlicense import yamlfile
from weightlicense.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path


def problems_of(text: bytes | str) -> str:
    """The whole message that a file called f.yaml raises."""
    with pytest.raises(DataError) as caught:
        yamlfile.parse(text.encode() if isinstance(text, str) else text, "f.yaml")
    return str(caught.value)


def value_of(text: str) -> Any:
    return yamlfile.plain(yamlfile.parse(text.encode(), "f.yaml"))


# Each plain scalar and what it is read as; YAML 1.1 reads those that are marked as something else.
SCALARS: list[tuple[str, Any]] = [
    ("null", None),
    ("~", None),
    ("", None),
    ("true", True),
    ("false", False),
    ("7", 7),
    ("0", 0),
    ("-7", -7),
    ("+7", 7),
    ("700_000_000", 700_000_000),
    ("999999999999999999", 999_999_999_999_999_999),
    ("2026-05-04", datetime.date(2026, 5, 4)),
    ("word", "word"),
    ("yes", "yes"),  # 1.1: true
    ("no", "no"),  # 1.1: false
    ("NO", "NO"),  # 1.1: false, and the code of Norway
    ("on", "on"),  # 1.1: true
    ("True", "True"),  # 1.1: true
    ("Null", "Null"),  # 1.1: null
    ("1.10", "1.10"),  # 1.1: 1.1
    ("3.10", "3.10"),  # 1.1: 3.1
    ("1e5", "1e5"),
    ("1.0e+5", "1.0e+5"),  # 1.1: 100000.0
    (".inf", ".inf"),  # 1.1: infinity
    ("010", "010"),  # 1.1: 8
    ("0x10", "0x10"),  # 1.1: 16
    ("0b11", "0b11"),  # 1.1: 3
    ("1:20", "1:20"),  # 1.1: 80
    ("1__0", "1__0"),  # 1.1: 10
    ("1_", "1_"),  # 1.1: 1
    ("\u0661\u0662", "\u0661\u0662"),  # digits, but not ASCII ones
    ("2026-02-30", "2026-02-30"),  # 1.1: an error
    ("0000-01-01", "0000-01-01"),
    ("2026-5-4", "2026-5-4"),  # 1.1: a date
    ("2026-05-04 10:00:00", "2026-05-04 10:00:00"),  # 1.1: a time
    ("=", "="),
    ("'7'", "7"),
    ('"true"', "true"),
    ("'null'", "null"),
    ("''", ""),
    ('"2026-05-04"', "2026-05-04"),
    ('"a\\tb\\n"', "a\tb\n"),
    ("|\n    7\n", "7\n"),
    (">-\n    true\n", "true"),
]


@pytest.mark.parametrize(("written", "read"), SCALARS, ids=[repr(written) for written, _ in SCALARS])
def test_a_scalar_is_read_as_what_it_says(written: str, read: Any) -> None:
    value = value_of(f"key: {written}")["key"]
    assert (type(value), value) == (type(read), read)


def test_mappings_and_lists_keep_their_order() -> None:
    text = "b: 1\na: [x, {d: 2, c: yes}]\nyes: no\n1.10:\n- y\n"
    assert value_of(text) == {"b": 1, "a": ["x", {"d": 2, "c": "yes"}], "yes": "no", "1.10": ["y"]}
    assert list(value_of(text)) == ["b", "a", "yes", "1.10"]


def test_a_merge_key_in_quotes_is_an_ordinary_key() -> None:
    assert value_of("'<<': 1\n") == {"<<": 1}


@pytest.mark.parametrize(
    "text", ["---\na: 1\n", "a: 1\n...\n", "# c\n--- # c\na: 1\n...  # c\n# c\n", "\ufeffa: 1"]
)
def test_one_document_may_be_marked_as_such(text: str) -> None:
    assert value_of(text) == {"a": 1}


# Each mistake and the whole message it brings.
MISTAKES: dict[str, tuple[bytes | str, str]] = {
    "duplicate key": (
        "a: 1\nb: 2\na: 3\n",
        "f.yaml:3: a: duplicate key, first on line 1\n  hint: keep one of them",
    ),
    "duplicate key far down": (
        "a:\n  - b: {c: 1}\n  - b: {c: 1, 'c': 2}\n",
        "f.yaml:3: a[1].b.c: duplicate key, first on line 3\n  hint: keep one of them",
    ),
    "three times the same key": (
        "a: 1\na: 2\na: 3\n",
        "f.yaml:2: a: duplicate key, first on line 1\n  hint: keep one of them\n"
        "f.yaml:3: a: duplicate key, first on line 1\n  hint: keep one of them",
    ),
    "number as key": (
        "x:\n  1: a\n",
        "f.yaml:2: x: '1' as a key\n  hint: a key is text: put it into quotes",
    ),
    "flag as key": ("true: a\n", "f.yaml:1: 'true' as a key\n  hint: a key is text: put it into quotes"),
    "date as key": (
        "2026-05-04: a\n",
        "f.yaml:1: '2026-05-04' as a key\n  hint: a key is text: put it into quotes",
    ),
    "null as key": ("~: a\n", "f.yaml:1: '~' as a key\n  hint: a key is text: put it into quotes"),
    "no key": ("?\n: a\n", "f.yaml:1: nothing as a key\n  hint: a key is text: put it into quotes"),
    "list as key": ("? [a, [b]]\n: c\n", "f.yaml:1: a list as a key\n  hint: a key is text"),
    "mapping as key": ("x: {{a: b}: c}\n", "f.yaml:1: x: a mapping as a key\n  hint: a key is text"),
    "list as key, with a mistake in it": (
        "? [a,\n   &b c]\n: d\n",
        "f.yaml:1: a list as a key\n  hint: a key is text\n"
        "f.yaml:2: [1]: anchor '&b'\n  hint: write the value out where it is used",
    ),
    "key of several lines": (
        '"a\\nb": c\n',
        "f.yaml:1: a key of several lines\n  hint: a key is text on one line",
    ),
    "long key": (
        f"{'k' * 201}: c\n",
        "f.yaml:1: a key of 201 characters where at most 200 may stand\n  hint: shorten it",
    ),
    "anchor": ("a: &b 1\n", "f.yaml:1: a: anchor '&b'\n  hint: write the value out where it is used"),
    "anchor on a list": (
        "a: &b\n  - 1\n",
        "f.yaml:1: a: anchor '&b'\n  hint: write the value out where it is used",
    ),
    "alias": ("a:\n  - *b\n", "f.yaml:2: a[0]: alias '*b'\n  hint: write the value out"),
    "alias as key": ("*b : 1\n", "f.yaml:1: alias '*b' as a key\n  hint: write the key out"),
    "merge key": ("a:\n  <<: {b: 1}\n", "f.yaml:2: a: merge key '<<'\n  hint: write the keys out"),
    "tag": (
        "a: !!str 1\n",
        "f.yaml:1: a: tag 'tag:yaml.org,2002:str'\n  hint: delete it; put what is to be text into quotes",
    ),
    "bare tag": ("a: ! 1\n", "f.yaml:1: a: tag '!'\n  hint: delete it; put what is to be text into quotes"),
    "tag that makes an object": (
        "a: !!python/object/apply:os.system [x]\n",
        "f.yaml:1: a: tag 'tag:yaml.org,2002:python/object/apply:os.system'\n"
        "  hint: delete it; put what is to be text into quotes",
    ),
    "tag with a line end in it": (
        "!<a%0Ab> 1\n",
        "f.yaml:1: tag 'a\\nb'\n  hint: delete it; put what is to be text into quotes",
    ),
    "undeclared tag": (
        "a: !b!c 1\n",
        "f.yaml:1: not YAML: found undefined tag handle\n  hint: keep to plain mappings, lists and text",
    ),
    "directive": ("# c\n%YAML 1.1\n---\na: 1\n", "f.yaml:2: a directive ('%...')\n  hint: delete the line"),
    "two documents": (
        "--- a\n--- b\n",
        "f.yaml:2: a second document begins\n  hint: one file holds one document",
    ),
    "two documents, the first ended": (
        "a: 1\n...\n\nb: 1\n",
        "f.yaml:4: a second document begins\n  hint: one file holds one document",
    ),
    "two ends": (
        "a: 1\n...\n...\n",
        "f.yaml:3: a second document begins\n  hint: one file holds one document",
    ),
    "empty": ("", "f.yaml: the file is empty\n  hint: a data file holds a mapping or a list"),
    "only comments": ("# a\n\n", "f.yaml: the file is empty\n  hint: a data file holds a mapping or a list"),
    "only a mark": ("---\n", "f.yaml: the file is empty\n  hint: a data file holds a mapping or a list"),
    "not UTF-8": (b"a: 1\nb: \xff\n", "f.yaml:2: not UTF-8: byte 0xff\n  hint: save the file as UTF-8"),
    "not UTF-8 behind a byte order mark": (
        b"\xef\xbb\xbfa: 1\n\xe4: 2\n",
        "f.yaml:2: not UTF-8: byte 0xe4\n  hint: save the file as UTF-8",
    ),
    "UTF-16": (
        "\ufeffa: 1\n".encode("utf-16-le"),
        "f.yaml:1: not UTF-8: byte 0xff\n  hint: save the file as UTF-8",
    ),
    "NUL": (b"a: 1\nb: x\0\n", "f.yaml:2: control character U+0000\n  hint: delete it; it may be invisible"),
    "several control characters": (
        "a: \x07\r\nb: \u2028\rc: \u202e\nd: \ufeff\n",
        "f.yaml:1: control character U+0007\n  hint: delete it; it may be invisible\n"
        "f.yaml:2: control character U+2028\n  hint: delete it; it may be invisible\n"
        "f.yaml:3: control character U+202E\n  hint: delete it; it may be invisible\n"
        "f.yaml:4: control character U+FEFF\n  hint: delete it; it may be invisible",
    ),
    "escaped control character": (
        'a: ["\\0"]\n',
        "f.yaml:1: a[0]: control character U+0000\n  hint: delete the escape",
    ),
    "long number": (
        "a: 1_000_000_000_000_000_000\n",
        "f.yaml:1: a: 19 digits where at most 18 may stand\n  hint: put text into quotes",
    ),
    "tab": ("a:\n\t- b\n", "f.yaml:2: a tab where spaces should stand\n  hint: indent with spaces"),
    "text that begins with a mark": (
        "a: @b\n",
        "f.yaml:1: text begins with '@'\n  hint: put the text into quotes",
    ),
    "colon in text": (
        "a: b: c\n",
        "f.yaml:1: a ':' where no key can stand\n  hint: put text with ': ' into quotes",
    ),
    "open list": (
        "a:\n  [1,\n   2\nb: 3\n",
        "f.yaml:4: expected ',' or ']' in the list that began on line 2\n  hint: close it with ']'",
    ),
    "open mapping": (
        "a: {b: 1\n",
        "f.yaml:1: expected ',' or '}' in the mapping that began on line 1\n  hint: close it with '}'",
    ),
    "open quotation": (
        'a: 1\nb: "x\nc: 2\n',
        "f.yaml:3: the quotation that began on line 2 has no end\n  hint: close it",
    ),
    "key without colon": (
        "a: 1\nb\nc: 2\n",
        "f.yaml:3: no ':' after the key that began on line 2\n  hint: write 'key: value'",
    ),
    "unknown escape": (
        'a: "\\q"\n',
        "f.yaml:1: unknown escape in double quotes\n  hint: use single quotes",
    ),
    "key among items": (
        "- a\nb: 1\n",
        "f.yaml:2: not an item of the list that began on line 1\n  hint: indent what belongs together alike",
    ),
    "key between two levels": (
        "a:\n    b: 1\n  c: 2\n",
        "f.yaml:3: not a key of the mapping that began on line 1\n  hint: indent what belongs together alike",
    ),
    "other bad syntax": (
        "a: [,]\n",
        "f.yaml:1: not YAML: did not find expected node content\n"
        "  hint: keep to plain mappings, lists and text",
    ),
    "several mistakes, in order of their lines": (
        "a: &x 1\na: *x\nb: !t {c: 1, c: 2}\n1: [\n",
        "f.yaml:1: a: anchor '&x'\n  hint: write the value out where it is used\n"
        "f.yaml:2: a: duplicate key, first on line 1\n  hint: keep one of them\n"
        "f.yaml:2: a: alias '*x'\n  hint: write the value out\n"
        "f.yaml:3: b: tag '!t'\n  hint: delete it; put what is to be text into quotes\n"
        "f.yaml:3: b.c: duplicate key, first on line 3\n  hint: keep one of them\n"
        "f.yaml:4: '1' as a key\n  hint: a key is text: put it into quotes\n"
        "f.yaml:4: not YAML: did not find expected node content\n"
        "  hint: keep to plain mappings, lists and text",
    ),
}


@pytest.mark.parametrize(("text", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_with_its_place(text: bytes | str, message: str) -> None:
    assert problems_of(text) == message


TOO_DEEP = "nested more than 40 deep\n  hint: make it flatter"
TOO_MANY_PROBLEMS = "100 problems, the rest was not read\n  hint: mend these first"
TOO_MANY_VALUES = "more than 200,000 values\n  hint: split the file"

# Each file that means harm, and how the message ends.
HOSTILE: dict[str, tuple[str, str]] = {
    "100,000 nested brackets": ("[" * 100_000, f"f.yaml:1: {TOO_DEEP}"),
    "100,000 nested braces": ("{a: " * 100_000, f"f.yaml:1: {TOO_DEEP}"),
    "100,000 nested dashes": ("- " * 100_000, f"f.yaml:1: {TOO_DEEP}"),
    "100,000 nested keys": ("? " * 100_000, f"f.yaml:1: {TOO_DEEP}"),
    "deep block nesting": ("\n".join(" " * depth + "a:" for depth in range(1000)), f"f.yaml:41: {TOO_DEEP}"),
    "many values": ("- a\n" * 200_001, f"f.yaml:200000: {TOO_MANY_VALUES}"),
    "many aliases": ("- &a x\n" + "- *a\n" * 200_000, f"f.yaml:100: {TOO_MANY_PROBLEMS}"),
    "many duplicates": ("a: 1\n" * 100_000, f"f.yaml:101: {TOO_MANY_PROBLEMS}"),
    "many NULs": ("\0" * 1_000_000, f"f.yaml:1: {TOO_MANY_PROBLEMS}"),
    "many digits": (
        "9" * 1_000_000,
        "f.yaml:1: 1000000 digits where at most 18 may stand\n  hint: put text into quotes",
    ),
    "many directives": (
        "".join(f"%TAG !{number}! x\n" for number in range(100_000)),
        "f.yaml:1: a directive ('%...')\n  hint: delete the line",
    ),
    "many directives behind the document": (
        "a\n...\n" + "".join(f"%TAG !{number}! x\n" for number in range(100_000)),
        "f.yaml:3: a second document begins\n  hint: one file holds one document",
    ),
    "long anchor": (
        f"&{'a' * 1_000_000} x",
        f"f.yaml:1: anchor '&{'a' * 200}...'\n  hint: write the value out where it is used",
    ),
    "long tag": (
        f"!<{'a' * 1_000_000}> x",
        f"f.yaml:1: tag '{'a' * 200}...'\n  hint: delete it; put what is to be text into quotes",
    ),
    "3 MiB": ("a" * 3 * 1024 * 1024, "f.yaml: more than 2 MiB\n  hint: split the file"),
}


@pytest.mark.parametrize(("text", "ending"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_an_error(text: str, ending: str) -> None:
    assert problems_of(text).splitlines()[-2:] == ending.splitlines()


def test_a_billion_laughs_are_nineteen_problems() -> None:
    lines = ["a0: &a0 lol"]
    lines += [f"a{level}: &a{level} [*a{level - 1}, *a{level - 1}]" for level in range(1, 7)]
    expected = ["f.yaml:1: a0: anchor '&a0'\n  hint: write the value out where it is used"]
    for level in range(1, 7):
        place = f"f.yaml:{level + 1}: a{level}"
        expected.append(f"{place}: anchor '&a{level}'\n  hint: write the value out where it is used")
        expected += [
            f"{place}[{item}]: alias '*a{level - 1}'\n  hint: write the value out" for item in (0, 1)
        ]
    assert problems_of("\n".join(lines)) == "\n".join(expected)


def test_forty_levels_and_two_mebibytes_are_read() -> None:
    text = "[" * 40 + "a" + "]" * 40
    assert yamlfile.parse(text.encode() + b" " * (2 * 1024 * 1024 - len(text)), "f.yaml").end == len(text)


PLACES = (
    "\ufeff# c\r\nid:   é😀  # c\r\nlist:\r\n- x: 1\r\n  y: [2, {z: 3}]\r\n\r\n# c\r\n"
    "text: |\r\n  a\r\n  b\r\n\r\nnone:\r\nlast: 'q'\r\n"
)


def test_each_value_knows_its_place() -> None:
    root = yamlfile.parse(PLACES.encode(), "f.yaml")
    text = PLACES.removeprefix("\ufeff")
    rows: list[tuple[int, int, int, str, str]] = []

    def note(node: yamlfile.Node) -> None:
        key = text[node.key_start : node.key_start + 4]
        rows.append((node.key_line, node.line, node.end_line, key, text[node.start : node.end]))
        if isinstance(node.value, dict | list):
            for child in node.value.values() if isinstance(node.value, dict) else node.value:
                note(child)

    note(root)
    assert rows == [
        (2, 2, 13, "id: ", text[5:].rstrip()),
        (2, 2, 2, "id: ", "é😀"),
        (3, 4, 5, "list", "- x: 1\r\n  y: [2, {z: 3}]"),
        (4, 4, 5, "x: 1", "x: 1\r\n  y: [2, {z: 3}]"),
        (4, 4, 4, "x: 1", "1"),
        (5, 5, 5, "y: [", "[2, {z: 3}]"),
        (5, 5, 5, "2, {", "2"),
        (5, 5, 5, "{z: ", "{z: 3}"),
        (5, 5, 5, "z: 3", "3"),
        (8, 8, 10, "text", "|\r\n  a\r\n  b"),
        (12, 12, 12, "none", ""),
        (13, 13, 13, "last", "'q'"),
    ]


def test_a_file_is_read_and_named_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: &x 1\n")
    with pytest.raises(DataError) as by_path:
        yamlfile.load(path)
    with pytest.raises(DataError) as by_name:
        yamlfile.load(path, shown_as="licenses/a.yaml")
    assert [by_path.value.problems[0].file, by_name.value.problems[0].file] == [str(path), "licenses/a.yaml"]
    path.write_bytes(b"a: 1\n")
    assert yamlfile.plain(yamlfile.load(path)) == {"a": 1}


# Each path below the temporary directory that cannot be read, and the message.
UNREADABLE = {
    "missing": ("none.yaml", "f.yaml: no such file\n  hint: check the path"),
    "directory": (".", "f.yaml: a directory, where a file is expected\n  hint: name a file in it"),
    "below a file": (
        "file/f.yaml",
        "f.yaml: cannot be read: Not a directory\n  hint: check the path and its rights",
    ),
    "NUL in the name": (
        "a\0b",
        "f.yaml: cannot be read: embedded null byte\n  hint: check the path and its rights",
    ),
    "too large": ("large", "f.yaml: more than 2 MiB\n  hint: split the file"),
}


@pytest.mark.parametrize(("name", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_path_that_cannot_be_read_is_an_error(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "file").write_bytes(b"a: 1\n")
    (tmp_path / "large").write_bytes(b"a" * 3 * 1024 * 1024)
    with pytest.raises(DataError) as caught:
        yamlfile.load(tmp_path / name, shown_as="f.yaml")
    assert str(caught.value) == message


MARKS = st.sampled_from("[]{}:,-?&*!|>'\"%@`#~<=\\ \n\t\r\0aé😀7\u2028\x85\ufeff")
OPENINGS = ("\n  ", ": ", "- ", "? ", "<<: ", "---\n", "...\n", "&a ", "*a ", "!!str ", "!<x> ", "%TAG ! x\n")
VALUES = ("a: 1\n", "true", "null", "2026-05-04", '"\\x00"', '"\\ud800"', '"\\UFFFFFFFF"', "%YAML 1.1\n")
FRAGMENTS = st.one_of(MARKS, st.sampled_from(OPENINGS), st.sampled_from(VALUES))


@given(text=st.one_of(st.text(), st.lists(FRAGMENTS, max_size=25).map("".join)))
def test_any_text_either_loads_or_raises_located_problems(text: str) -> None:
    lines = text.count("\n") + text.count("\r") + 1
    for parser in (yamlfile._PARSER, yaml.SafeLoader):
        try:
            root = yamlfile._tree(text, "f.yaml", parser)
        except DataError as error:
            assert error.problems
            assert all(problem.line is None or 1 <= problem.line <= lines for problem in error.problems)
        else:
            assert 0 <= root.start <= root.end <= len(text)


@given(content=st.binary())
def test_any_bytes_either_load_or_raise_problems(content: bytes) -> None:
    try:
        root = yamlfile.parse(content, "f.yaml")
    except DataError as error:
        assert error.problems
    else:
        assert root.line >= 1


KEYS = st.text("abc 1", min_size=1, max_size=5)
WORDS = st.text("aé7:#-'\" \nyesno", max_size=9)
NUMBERS = st.integers(-(10**17), 10**17)
DATA = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.dates(), WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)


class Unaliased(yaml.SafeDumper):  # type: ignore[misc]
    """Writes equal values out, each time."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


@given(data=st.dictionaries(KEYS, DATA, min_size=1), flow=st.booleans())
def test_what_is_written_as_yaml_is_read_back_by_both_parsers(data: dict[str, Any], flow: bool) -> None:
    text = yaml.dump(data, Dumper=Unaliased, default_flow_style=flow, allow_unicode=True, sort_keys=False)
    for parser in (yamlfile._PARSER, yaml.SafeLoader):
        assert yamlfile.plain(yamlfile._tree(text, "f.yaml", parser)) == data
