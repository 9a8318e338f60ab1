"""Links that open a source at a clause: made from the data, followed as a browser follows them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pytest

from weightlicense import anchor, catalogue, proof
from weightlicense.anchor import Match, Place, tokenize
from weightlicense.catalogue import files
from weightlicense.clause import Document, Span
from weightlicense.clausefile import read_document
from weightlicense.link import Page, astray, fragment, leading

# Passages that no words tell apart from others.
NO_WORDS_OF_ITS_OWN = {
    "chameleon-research-aup 7.2": "its two words stand in a list before it",
    "chameleon-research-aup 7.3": "one word",
    "gemma-tou-2026-04-01 appendix": "ends with items of one word each",
    "seamless-aup 7.b": "its two words stand in a list before it",
    "seamless-aup 7.c": "one word",
    "tencent-hunyuan-ocr A.1": "its three words stand before it",
}


def span(first: str, last: str, link: str | None = None) -> Span:
    return Span(first=first, last=last, sha256=None, link=link)


def sought(*of: str, link: str | None = None) -> str:
    linked = fragment("https://x.example", span(*of, link=link))
    assert linked is not None
    return ",".join(unquote(part) for part in linked.partition("#:~:text=")[2].split(","))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (None, None),
        ("", None),
        ("https://x.example/l", "https://x.example/l#:~:text=a%2C%20b%2Dc%20%26%20d,caf%C3%A9%20%22Toy%22"),
        (
            "https://x.example/l#s2",
            "https://x.example/l#s2:~:text=a%2C%20b%2Dc%20%26%20d,caf%C3%A9%20%22Toy%22",
        ),
    ],
)
def test_a_link_opens_at_the_passage(url: str | None, expected: str | None) -> None:
    assert fragment(url, span("a, b-c  & d", 'café "Toy"')) == expected


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("You may use", "You may use", "You may use"),
        ("You may use", "may use it", "You may use"),
        ("You may use", "use", "You may use"),
        ("It binds the", "the Model", "It binds the,the Model"),
    ],
)
def test_a_passage_as_short_as_its_locators_is_linked_by_the_first(
    first: str, last: str, expected: str
) -> None:
    assert sought(first, last) == expected


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("1. Subject to the terms and", "Subject to the terms and"),
        ("2.a.1. Subject to", "Subject to"),
        ("(iv) to sell it", "to sell it"),
        ("**(a)** to sell it", "to sell it"),
        ("- a) to sell it", "to sell it"),
        ("• to sell it", "to sell it"),
        ("4.2 No transfer", "No transfer"),
        ("三、您可以使用", "您可以使用"),
        ("（一）您可以使用", "您可以使用"),
        ("facilitate: violations of law or others'", "violations of law or others'"),
        ("You may not: (a) sell", "You may not"),
        ("Restrictions. 3.1. You may not", "You may not"),
        ("1. Definitions", "1. Definitions"),
        ("Llama 3.1 is licensed", "Llama 3.1 is licensed"),
        ("I accept. A model", "I accept. A model"),
        ("A model is", "A model is"),
        ("2024 is the year", "2024 is the year"),
    ],
)
def test_what_a_browser_seeks_stands_in_one_block_without_the_marks_of_a_list(
    first: str, expected: str
) -> None:
    assert sought(first, "of the end").split(",")[0] == expected
    assert sought("one two three", first).split(",")[1] == expected


def test_words_for_the_link_are_taken_in_place_of_the_first() -> None:
    assert sought("You may", "in Rome", link="sell it") == "sell it,in Rome"
    assert sought("You may", "it in Rome", link="sell it in") == "sell it in"


RULES = """\
You may not use it, or help others to:
1. break the law or the
   peace, such as the laws of war;
2. break the law or the
   promise of any kind.

Term

This is for one year. **It ends** with it.
"""


def opened(first: str, last: str, link: str | None = None, text: str = RULES) -> str | None:
    words = tokenize(text)
    match = anchor.locate(span(first, last), words, after=16 if last == "any kind" else 0)
    return Page(words).opened(Place(label="", span=span(first, last, link), match=match, inert=False)).link


@pytest.mark.parametrize(
    ("first", "last", "link"),
    [
        ("1. break the law", "of war", None),
        ("2. break the law", "any kind", "break the law or the promise"),
        ("You may not use it", "the peace", None),
        ("others to: 1. break", "of war", None),
        ("Term This is", "with it", "This is for one year"),
        ("It ends", "with it", None),
        ("Nothing of it", "with it", None),
    ],
)
def test_other_words_are_found_where_the_first_would_open_another_place_or_none(
    first: str, last: str, link: str | None
) -> None:
    assert opened(first, last) == link


def test_words_that_land_are_kept_and_others_are_replaced() -> None:
    assert opened("2. break the law", "any kind", "the promise of") == "the promise of"
    assert opened("2. break the law", "any kind", "break the law") == "break the law or the promise"


def test_a_passage_with_no_words_of_its_own_keeps_its_span() -> None:
    assert opened("sell it", "sell it", text="To sell it.") is None
    words = tokenize("We sell it. You sell it.")
    match = Match(start=4, end=6, sha256="", ok=True)
    twice = Place(label="", span=span("sell it", "it"), match=match, inert=False)
    assert Page(words).opened(twice) is twice.span


def test_the_words_of_a_link_are_asked_for_and_pinned(tmp_path: Path, texts: Path) -> None:
    name = "llama-3.1-aup"
    source = files.document_paths()[name].read_text()
    pinned = '      link: "in, promote, incite, or facilitate discrimination"\n'
    assert source.count(pinned) == 2
    path = tmp_path / f"{name}.yaml"
    path.write_text(source.replace(pinned, ""))
    document = Document.from_data(read_document(path))
    data = (texts / f"{name}.txt").read_bytes()
    lost = astray(document, anchor.verify_text(document, data), tokenize(anchor.decode(data)))
    assert list(lost.values()) == ["in, promote, incite, or facilitate discrimination"] * 2
    assert proof.pin(path, texts) == 2
    assert path.read_text() == source
    assert proof.pin(path, texts) == 0


# The links of the catalogue, in pages made from the texts. A browser of our own: characters, not words.


@dataclass(frozen=True)
class Rendered:
    """What a browser searches: the blocks of a page, one after another, and where each character stood in the source."""

    text: str
    places: tuple[int, ...]


ITEM = re.compile(
    r"[ \t>#*_|]*(?:(?:[-–—•·▪◦*]|[(（\[]?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})(?:\.(?:\d{1,3}|[a-z]))*[.)\]:]+"
    r"|\d{1,3}(?:\.\d{1,3})+)(?=\s)[ \t*_#]*|[（(]?[一二三四五六七八九十]{1,3}[）、])+"
)
NO_TEXT = re.compile(
    r"\]\((?:#|https?:)[^()\s]*\)|[*#\\\[\]]|(?<!\w)_|_(?!\w)|</?[a-z][^<>]*>|[\u200b-\u200f\u2060\ufeff\u00ad]"
)
PLAIN = str.maketrans("‘’“”", "''\"\"")
BLOCK = "\x00"


def rendered(source: str) -> Rendered:
    hidden = bytearray(len(source))
    blocks = {found.start() for found in re.finditer(r"\n[ \t\r]*\n", source)}
    at = 0
    for line in source.splitlines(keepends=True):
        mark = ITEM.match(line)
        if mark:
            blocks.add(at)
            hidden[at : at + mark.end()] = b"\x01" * mark.end()
        at += len(line)
    for found in NO_TEXT.finditer(source):
        hidden[found.start() : found.end()] = b"\x01" * len(found[0])
    text, places = [], []
    for at, character in enumerate(source):
        if at in blocks:
            text.append(BLOCK)
            places.append(at)
        if hidden[at]:
            continue
        shown = " " if character.isspace() else character.translate(PLAIN).lower()
        if shown == " " and text and text[-1] in (" ", BLOCK):
            continue
        text.extend(shown)
        places.extend([at] * len(shown))
    return Rendered("".join(text), tuple(places))


def follow(page: Rendered, url: str) -> tuple[int, int] | None:
    """From where to where a browser marks the page, in characters of the source; None where it finds nothing."""
    begin = end = -1
    for part in url.partition(":~:text=")[2].split(","):
        wanted = re.escape(" ".join(unquote(part).translate(PLAIN).lower().split()))
        whole = re.compile(rf"(?<![^\W一-龥]){wanted}(?![^\W一-龥])" if wanted.isascii() else wanted)
        found = whole.search(page.text, max(end, 0))
        if found is None:
            return None
        begin, end = (found.start() if begin < 0 else begin), found.end()
    return page.places[begin], page.places[end - 1] + 1


def linked(texts: Path) -> list[tuple[Document, Path]]:
    documents = [catalogue.document(name) for name in catalogue.heads()]
    rows = [(document, texts / f"{document.id}.txt") for document in documents if document.url]
    return [(document, path) for document, path in rows if path.is_file()]


def test_every_link_lands_in_the_passage_of_its_clause(texts: Path) -> None:
    astray, count = {}, 0
    for document, path in linked(texts):
        data = path.read_bytes()
        words = tokenize(anchor.decode(data))
        page = rendered(words.text)
        for clause, place in leading(document.clauses, anchor.verify_text(document, data).places):
            assert clause.link is not None and place.match is not None
            count += 1
            marked = follow(page, clause.link)
            begin, end = words.starts[place.match.start], words.ends[place.match.end - 1]
            if marked is None or marked[0] < begin - 2 or marked[1] > end + 4:  # quotation marks, markup
                astray[f"{document.id} {clause.at}"] = (clause.link, marked, (begin, end))
    assert count > 3000
    assert astray.keys() == NO_WORDS_OF_ITS_OWN.keys(), {
        name: astray[name] for name in astray if name not in NO_WORDS_OF_ITS_OWN
    }
