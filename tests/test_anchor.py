"""Words, passages, digests, coverage, quotes and pins. All texts here are invented."""

from __future__ import annotations

import hashlib
import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from weightlicense import anchor, yamlfile
from weightlicense.anchor import tokenize
from weightlicense.clause import Clause, Document, Inert, Span

UNHURRIED = settings(deadline=None)  # other work on the machine is no failure

LICENSE = """\
Toy License 1.0

1. Grant. You may use the Model.

2. Large platforms. If you serve more than 700 million people, you must ask us.

3. Name. If you distribute the Model, you must call it "Toy".
"""


def span(first: str, last: str, sha256: str | None = None) -> Span:
    return Span(first=first, last=last, sha256=sha256)


def pinned(first: str, last: str, text: str = LICENSE) -> Span:
    words = tokenize(text)
    match = anchor.locate(span(first, last), words)
    assert match is not None
    return span(first, last, match.sha256)


TITLE = ("inert (Title.)", pinned("Toy License 1.0", "License 1.0"))
CLAUSES = (
    ("grant (1)", (pinned("1. Grant. You may use", "the Model"),)),
    ("large-platform (2)", (pinned("2. Large platforms. If you", "you must ask us"),)),
    ("name (3)", (pinned("3. Name. If you distribute", 'must call it "Toy"'),)),
)


# Words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Model's WEIGHTS", ["the", "model's", "weights"]),
        ("version 3.1, 1,000,000 users. 2. Next", ["version", "3.1", "1,000,000", "users", "2", "next"]),
        ("section 1.b.i (a)", ["section", "1", "b", "i", "a"]),
        ("non-commercial use_policy", ["non", "commercial", "use", "policy"]),
        ("源2.0模型 ｶﾞ 한국", ["源", "2.0", "模", "型", "ガ", "한", "국"]),
        ("more than $20 or 10%", ["more", "than", "$", "20", "or", "10", "%"]),
        ("| Share | ✓ | Sell | ✗ |", ["share", "✓", "sell", "✗"]),
        ("<year> <name of author>", ["year", "name", "of", "author"]),
        ("", []),
        ("--- *** “” ---", []),
    ],
)
def test_a_text_is_its_words(text: str, words: list[str]) -> None:
    assert list(tokenize(text).words) == words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“Model” means the licensee’s model", '"Model" means the licensee\'s model'),
        ("the Mo\u00addel and\u00a0its we\u200bights\ufeff", "the model and its weights"),
        ("the agree\u00ad\n  ment", "the agreement"),
        ("the ﬁrst １２３ \U0001d40codels Ⅳ", "the first 123 models iv"),
        ("cafe\u0301 \u1112\u1161\u11ab", "café 한"),
        ("⼀、⼆", "一、二"),
        ("Copyright © 2026", "Copyright (c) 2026"),
        ("## 1. **Grant**\n\n* You may `use` _it_\n> at will", "1. Grant\n- You may use it at will"),
        ("<p>You <b>may</b> use<br>it, <a href='x y'>now</a></p>", "You may use it, now"),
        ("<b>L</b>lama 1<sup>st</sup>", "Llama 1st"),
        ('<p class="c d" id=e>You<p/><x-note a="b">may</x-note>L<b class="c">lama</b>', "You may Llama"),
        ("AT&amp;T&nbsp;&quot;Model&#8217;s&#x22; caf&eacute;", 'AT&T "Model\'s" café'),
        ("we&shy;ights &#8203;", "weights"),
        ("3\\.1 llama3\\_3", "3.1 llama3_3"),
        ("see [example.org/use](https://example.org/use)", "see example.org/use"),
        ("see [https://example.org/a\\_b](https://example.org/a_b) now", "see https://example.org/a_b now"),
        ("see [use policy](https://example.org)", "see use policy (https://example.org)"),
        ("/*\n * You may use\n * the Model.\n */", "You may use the Model."),
        ("// You may use\r\n// the Model.", "You may use the Model."),
    ],
)
def test_layout_markup_and_signs_do_not_change_the_words(one: str, other: str) -> None:
    assert tokenize(one).words == tokenize(other).words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("700 million", "70 million"),
        ("version 3.1", "version 31"),
        ("20 €", "20 $"),
        ("✓", "✗"),
        ("section 2 applies", "section 3 applies"),
        ("see [the policy](https://a.example)", "see [the policy](https://b.example)"),
        ("you may not", "you may"),
    ],
)
def test_what_changes_the_law_changes_the_words(one: str, other: str) -> None:
    assert tokenize(one).words != tokenize(other).words


def test_each_word_points_to_where_it_is_written() -> None:
    words = tokenize("A <b>caf&eacute;</b>, Mo\u00addel’s [x.org](http://x.org) ½")
    written = [words.text[start:end] for start, end in zip(words.starts, words.ends, strict=True)]
    assert list(zip(words.words, written, strict=True)) == [
        ("a", "A"),
        ("café", "caf&eacute;"),
        ("model's", "Mo\u00addel’s"),
        ("x", "x"),
        ("org", "org"),
        ("1", "½"),
        ("2", "½"),
    ]


PIECES = st.sampled_from(
    [
        *(
            "Model",
            "s",
            "e",
            "_",
            "*",
            "3",
            ".",
            ",",
            "\\",
            " ",
            "\n",
            "’",
            "'",
            "$",
            "%",
            "\u00ad",
            "\u200b",
            "\u0301",
        ),
        *("&amp;", "&eacute;", "&#173;", "<b>", "<br>", "</p>", "[x.org](http://x.org)", "](x)", "["),
        *("模", "ｶ", "ﾞ", "\u1112", "\u1161", "½", "©", "™", "✓", "ﬁ", "ß", "İ", "ŉ"),
    ]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=30).map("".join))


@UNHURRIED
@given(TEXTS)
def test_offsets_always_point_to_the_original(text: str) -> None:
    words = tokenize(text)
    assert len(words.words) == len(words.starts) == len(words.ends)
    assert list(words.starts) == sorted(words.starts)
    for word, start, end in zip(words.words, words.starts, words.ends, strict=True):
        assert 0 <= start < end <= len(text)
        assert word in tokenize(text[start:end]).words


@UNHURRIED
@given(TEXTS)
@example("\u00df\u0301")
def test_the_words_of_the_words_are_the_words(text: str) -> None:
    words = tokenize(text).words
    assert tokenize(" ".join(words)).words == words


GAPS = st.sampled_from(
    [" ", "\n", "\r\n\r\n", "\u00a0", " **", "** ", "\n * ", "\n- ", " “", "” ", "\u200b ", "<br>", "&nbsp;"]
)


@UNHURRIED
@given(st.lists(st.tuples(st.sampled_from(["you", "May", "use", "3.1", "1,000", "we're", "模"]), GAPS, GAPS)))
def test_any_layout_of_the_same_words_is_the_same(rows: list[tuple[str, str, str]]) -> None:
    one = "".join(word + gap for word, gap, _ in rows)
    other = "".join(word + gap for word, _, gap in rows)
    assert tokenize(one).words == tokenize(other).words


@pytest.mark.parametrize(
    "data",
    [
        "“Llama” café".encode(),
        "\ufeff“Llama” café".encode(),
        "“Llama” café".encode("utf-16"),
        b"\xfe\xff" + "“Llama” café".encode("utf-16-be"),
        "“Llama” café".encode("windows-1252"),
    ],
)
def test_the_encoding_is_found(data: bytes) -> None:
    assert anchor.decode(data) == "“Llama” café"


@UNHURRIED
@given(st.binary(max_size=40))
def test_decoding_never_fails(data: bytes) -> None:
    assert isinstance(anchor.decode(data), str)


def test_a_digest_is_the_hash_of_the_words_with_one_space_between() -> None:
    words = tokenize("You may\nUSE the **Model**, version 3.1.").words
    assert anchor.digest(words, 1, 5) == hashlib.sha256(b"may use the model").hexdigest()


@pytest.mark.parametrize(
    ("locator", "too_long"),
    [
        ("If, on the version release date", False),
        ("If, on the version release date of", True),
        ("(i) non-exclusive, worldwide, non-transferable and royalty-free", False),
        ("一二三四五六七八九十一二", False),
        ("一二三四五六七八九十一二三", True),
        ("源2.0模型许可协议的条款和", False),
        ("源2.0模型许可协议的条款和条", True),
        ("one two three 模型许可 four", False),
        ("one two three 模型许可协 four", True),
        ("— ** —", False),
    ],
)
def test_a_locator_has_six_words_or_twelve_characters(locator: str, *, too_long: bool) -> None:
    assert anchor.too_long(locator) is too_long


# Passages


def test_a_passage_lies_between_its_first_and_last_words() -> None:
    words = tokenize(LICENSE)
    match = anchor.locate(span("If you serve", "you must ask us"), words)
    text = "if you serve more than 700 million people you must ask us"
    assert match == anchor.Match(start=13, end=25, sha256=hashlib.sha256(text.encode()).hexdigest(), ok=False)


def test_the_occurrence_whose_digest_fits_is_meant() -> None:
    words = tokenize("we may a b. we may c b. we may d b.")
    wanted = anchor.digest(words.words, 4, 12)
    assert anchor.locate(span("we may", "b", wanted), words) == anchor.Match(
        start=4, end=12, sha256=wanted, ok=True
    )


def test_without_a_fitting_digest_the_first_words_after_the_place_given_are_meant() -> None:
    words = tokenize("we may a b. we may c b. we may d b.")
    places = [anchor.locate(span("we may", "b", "0" * 64), words, after) for after in (0, 1, 5, 9)]
    assert [(place.start, place.end, place.ok) for place in places if place is not None] == [
        (0, 4, False),
        (4, 8, False),
        (8, 12, False),
        (0, 4, False),
    ]


@pytest.mark.parametrize(
    ("first", "last", "bounds"),
    [
        ("you may use", "you may use", (0, 3)),
        ("you may use", "may use it", (0, 4)),
        ("you may use", "use", (0, 3)),
        ("you", "you may use", (0, 3)),
        ("may", "may", (1, 2)),
        ("it now, it", "it", (3, 6)),
        ("it now", "you may", None),
        ("may use", "you may use", None),
        ("you can", "it now", None),
        ("", "it now", None),
        ("you may", "“—”", None),
    ],
)
def test_bounds_may_overlap_but_not_change_places(
    first: str, last: str, bounds: tuple[int, int] | None
) -> None:
    match = anchor.locate(span(first, last), tokenize("You may use it now, it is."))
    assert (None if match is None else (match.start, match.end)) == bounds


def test_a_locator_may_begin_inside_a_link() -> None:
    words = tokenize("Both [No Harm](#no-harm) and [No Liability](#no-liability) apply.")
    match = anchor.locate(span("Harm](#no-harm) and", "[No Liability](#no-liability) apply"), words)
    assert match is not None
    assert words.words[match.start : match.end] == ("harm", "and", "no", "liability", "apply")


@UNHURRIED
@given(st.data())
def test_what_was_cut_is_found(data: st.DataObject) -> None:
    words = tokenize(" ".join(data.draw(st.lists(st.sampled_from("abcd"), min_size=1, max_size=40))))
    start = data.draw(st.integers(0, len(words.words) - 1))
    end = data.draw(st.integers(start + 1, len(words.words)))
    length = min(data.draw(st.integers(1, 6)), end - start)
    first, last = " ".join(words.words[start : start + length]), " ".join(words.words[end - length : end])
    wanted = anchor.digest(words.words, start, end)
    found = anchor.locate(span(first, last, wanted), words, data.draw(st.integers(0, 40)))
    assert found is not None
    assert found.ok
    assert words.words[found.start : found.end] == words.words[start:end]
    guessed = anchor.locate(span(first, last), words, start)
    assert guessed is not None
    assert guessed.start == start
    assert guessed.end <= end


@pytest.mark.parametrize(("last", "end"), [("the", 1), ("end", 100_001)])
def test_a_hostile_text_does_not_take_long(last: str, end: int) -> None:
    words = tokenize("the " * 100_000 + "end")
    began = time.perf_counter()
    match = anchor.locate(span("the", last, "0" * 64), words)
    assert match is not None
    assert (match.start, match.end, match.ok) == (0, end, False)
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    "piece", ["](", "](a", "<a ", "<a b=", "\u00ad ", "\u00ad\n", "&#1", "[](", "\u0301", "a\u0301", "3."]
)
def test_reading_takes_time_in_proportion_to_the_text(piece: str) -> None:
    began = time.perf_counter()
    tokenize(piece * 20_000)
    assert time.perf_counter() - began < 5


# Coverage and alterations


def test_a_text_that_is_covered_and_unchanged_has_no_problems() -> None:
    checked = anchor.verify_document(CLAUSES, [TITLE], tokenize(LICENSE))
    assert (checked.coverage, checked.digest, checked.spans, checked.problems, checked.raw) == (
        1.0,
        "ok",
        4,
        (),
        None,
    )
    assert [(place.label, place.inert) for place in checked.places] == [
        ("grant (1)", False),
        ("large-platform (2)", False),
        ("name (3)", False),
        ("inert (Title.)", True),
    ]


def test_a_changed_number_is_a_difference_in_its_clause_alone() -> None:
    words = tokenize(LICENSE.replace("700", "70"))
    checked = anchor.verify_document(CLAUSES, [TITLE], words)
    assert checked.problems == ("large-platform (2): the passage differs from the one encoded",)
    assert (checked.coverage, checked.digest) == (1.0, "differs")
    assert anchor.alterations(CLAUSES, words) == ("large-platform (2)",)


def test_a_clause_that_was_taken_out_is_missing() -> None:
    words = tokenize(LICENSE.replace('3. Name. If you distribute the Model, you must call it "Toy".', ""))
    checked = anchor.verify_document(CLAUSES, [TITLE], words)
    assert checked.problems == ('name (3): the words "3. Name. If you distribute" are not in the text',)
    assert anchor.alterations(CLAUSES, words) == ("name (3)",)


def test_words_that_change_places_are_said_to() -> None:
    checked = anchor.verify_document(
        [("x (1)", [span("the Model", "You may use")])], (), tokenize("You may use the Model")
    )
    assert checked.problems == (
        'x (1): the words "You may use" do not follow "the Model" in the text',
        '5 words from "You may use the Model" are in no clause',
    )


def test_words_in_no_clause_are_named_by_the_first_six() -> None:
    added = LICENSE + "\n4. You may add\nYour own terms.\n\n" + "您可以添加自己的条款，但是必须保留本许可。"
    checked = anchor.verify_document(
        CLAUSES[1:], [TITLE], tokenize(added.replace("Toy Lic", "Hello. Toy Lic"))
    )
    assert checked.problems == (
        '1 word from "Hello" is in no clause',
        '7 words from "1. Grant. You may use the" are in no clause',
        '26 words from "4. You may add Your own" are in no clause',
    )
    assert checked.digest == "ok"
    assert checked.coverage == 30 / 64


def test_han_words_in_no_clause_are_named_by_the_first_twelve() -> None:
    checked = anchor.verify_document((), (), tokenize("您可以添加自己的条款，但是必须保留本许可。"))
    assert checked.problems == ('19 words from "您可以添加自己的条款，但是" are in no clause',)


def test_a_span_without_a_digest_is_a_problem_but_no_alteration() -> None:
    clauses = [("all (1)", [span("Toy License", 'call it "Toy"')])]
    checked = anchor.verify_document(clauses, (), tokenize(LICENSE))
    assert (checked.problems, checked.digest, checked.coverage) == (
        ("all (1): the passage has no digest",),
        "differs",
        1.0,
    )
    assert anchor.alterations(clauses, tokenize(LICENSE)) == ()


def test_of_several_passages_the_one_that_differs_is_counted() -> None:
    clauses = [("two (1)", (CLAUSES[0][1][0], CLAUSES[1][1][0]))]
    checked = anchor.verify_document(clauses, (), tokenize(LICENSE.replace("700", "70")))
    assert checked.problems[0] == "two (1): passage 2 of 2 differs from the one encoded"


def test_passages_that_begin_alike_follow_the_clauses_before_them() -> None:
    words = tokenize("You may not: do harm; see harm; do harm. You must not: do harm.")
    lead_in = span("You may not", "not")
    clauses = [
        ("a (1)", [lead_in, span("see harm", "harm")]),
        ("b (2)", [lead_in, span("do harm", "harm")]),
        ("c (3)", [span("You must", "not"), span("do harm", "harm")]),
    ]
    places = anchor.verify_document(clauses, (), words).places
    assert [(place.match.start, place.match.end) for place in places if place.match] == [
        *((0, 3), (5, 7)),
        *((0, 3), (7, 9)),
        *((9, 12), (12, 14)),
    ]


def test_passages_that_are_passed_over_come_in_the_order_of_the_text() -> None:
    words = tokenize("End. Title. End.")
    places = anchor.verify_document(
        (), [("x", span("title", "title")), ("y", span("end", "end"))], words
    ).places
    assert [(place.match.start, place.match.end) for place in places if place.match] == [(1, 2), (2, 3)]


def test_a_locator_without_words_is_not_in_the_text() -> None:
    checked = anchor.verify_document([("x (1)", [span("—", "Toy License")])], (), tokenize("Toy License"))
    assert checked.problems[0] == 'x (1): the words "—" are not in the text'


def test_an_empty_text_is_not_covered() -> None:
    checked = anchor.verify_document((), (), tokenize(" \n"))
    assert (checked.coverage, checked.problems) == (0.0, ("the text has no words",))


def test_spans_without_digests_are_taken_in_the_order_of_the_text() -> None:
    words = tokenize("you may use it. you may sell it. you may lend it.")
    rows = [(f"c{number}", [span("you may", "it")]) for number in range(3)]
    rows[1] = ("c1", [span("you may sell", "it")])
    rows[2] = ("c2", [span("may", "lend"), span("it", "it")])
    places = anchor.verify_document(rows, (), words).places
    assert [(place.match.start, place.match.end) for place in places if place.match] == [
        (0, 4),
        (4, 8),
        (5, 11),
        (11, 12),
    ]


def test_a_document_is_checked_against_the_bytes_of_its_text() -> None:
    data = LICENSE.encode()
    clauses = tuple(
        Clause(id=label.split()[0], at=label[-2], spans=spans, kind="grant", says="...")
        for label, spans in CLAUSES
    )
    document = Document(
        id="toy-1.0",
        title="Toy License 1.0",
        kind="license",
        steward="Toy",
        openness="community",
        sha256=hashlib.sha256(data).hexdigest(),
        read_on="2026-11-21",
        clauses=clauses,
        inert=(Inert(span=TITLE[1], reason="Title."),),
    )
    checked = anchor.verify_text(document, data)
    assert (checked.coverage, checked.digest, checked.problems, checked.raw) == (1.0, "ok", (), True)
    checked = anchor.verify_text(document, LICENSE.replace("\n\n", "\r\n").encode("utf-16"))
    assert (checked.coverage, checked.digest, checked.problems, checked.raw) == (1.0, "ok", (), False)
    checked = anchor.verify_text(
        document, data.replace(b"700", b"70").replace(b"Toy License 1", b"Toy License 2")
    )
    assert (checked.problems, checked.raw) == (
        (
            "large-platform (2): the passage differs from the one encoded",
            'inert (Title.): the words "Toy License 1.0" are not in the text',
            '3 words from "Toy License 2.0" are in no clause',
        ),
        False,
    )


@UNHURRIED
@given(st.data())
def test_a_changed_digit_changes_exactly_the_clauses_that_hold_it(data: st.DataObject) -> None:
    numbers = data.draw(st.lists(st.integers(0, 9), min_size=1, max_size=8))
    lines = [f"Section {chr(65 + index)} limits {number} users here" for index, number in enumerate(numbers)]
    text = "\n".join(lines)
    words = tokenize(text)
    spans = []
    for index in range(len(lines)):
        more = data.draw(st.integers(index, len(lines) - 1))
        stop = 6 * (more + 1)
        assert words.words[stop - 1] == "here"
        spans.append(
            (
                index,
                more,
                span(f"Section {chr(65 + index)}", "here", anchor.digest(words.words, 6 * index, stop)),
            )
        )
    clauses = [(f"c{first}", [one]) for first, _, one in spans]
    assert anchor.alterations(clauses, words) == ()
    changed = data.draw(st.integers(0, len(lines) - 1))
    lines[changed] = re.sub(r"\d", str((numbers[changed] + 1) % 10), lines[changed])
    expected = tuple(f"c{first}" for first, last, _ in spans if first <= changed <= last)
    assert anchor.alterations(clauses, tokenize("\n".join(lines))) == expected


# Quotes


def test_a_quote_is_the_words_as_written() -> None:
    words = tokenize("1. You **may** use\n   the [Model](https://x.example), “freely”.")
    match = anchor.locate(span("may use", "freely"), words)
    assert match is not None
    assert anchor.quote(words, match) == "may** use the [Model](https://x.example), “freely”."


# Pins


BLOCK = """\
clauses:
  - id: one
    span:
      from: "You may"
      to: "the Model"   # its end
    kind: grant
  - id: two
    span:
      - from: If you
        to: ask us
      - from: "3. Name"
        to: 'call it "Toy"'
        sha256: old
  - id: three
    span: {from: "a, b", to: "c } d"}
  - id: four
    span: [{from: a, to: b, sha256: null}, {to: d, from: c}]
  - id: five
    span:
      from: a
      sha256:
      to: >-
        b
        c

  - id: six
    span:
      from: a
      to: b"""
PINNED = """\
clauses:
  - id: one
    span:
      from: "You may"
      to: "the Model"   # its end
      sha256: D0
    kind: grant
  - id: two
    span:
      - from: If you
        to: ask us
        sha256: D1
      - from: "3. Name"
        to: 'call it "Toy"'
        sha256: D2
  - id: three
    span: {from: "a, b", to: "c } d", sha256: D3}
  - id: four
    span: [{from: a, to: b, sha256: D4}, {to: d, sha256: D5, from: c}]
  - id: five
    span:
      from: a
      sha256: D6
      to: >-
        b
        c

  - id: six
    span:
      from: a
      to: b
      sha256: D7"""


def pin_all(text: str) -> str:
    root = yamlfile.parse(text.encode(), "x.yaml").value
    assert isinstance(root, dict)
    clauses = root["clauses"].value
    assert isinstance(clauses, list)
    spans = []
    for clause in clauses:
        assert isinstance(clause.value, dict)
        node = clause.value["span"]
        spans += node.value if isinstance(node.value, list) else [node]
    return anchor.pin_spans(
        text, [anchor.pin_edit(text, node, "sha256", f"D{index}") for index, node in enumerate(spans)]
    )


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_pinning_writes_the_digests_in_the_style_of_the_file(line_end: str) -> None:
    expected = PINNED.replace("\n", line_end)
    if line_end == "\r\n":  # the last line has no end to copy
        expected = expected.replace("to: b\r\n      sha256: D7", "to: b\n      sha256: D7")
    assert pin_all(BLOCK.replace("\n", line_end)) == expected


def test_pinning_again_changes_nothing() -> None:
    assert pin_all(PINNED) == PINNED


def test_only_a_mapping_can_be_pinned() -> None:
    with pytest.raises(TypeError, match="a span is a mapping"):
        anchor.pin_edit("x", yamlfile.parse(b"x", "x.yaml"), "sha256", "D")
