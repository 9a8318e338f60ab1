"""Copies of texts as they are met: laid out anew, with notes around them, or altered."""

from __future__ import annotations

import html
import random
import re
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from weightlicense.anchor import Words

NOTE = (
    "This folder holds the weights of Example-7B, made by the Example Authors.\n"
    "Copyright (c) 2026 Example Authors. All rights reserved.\n"
    "The full text of the license follows.\n\n"
)
TERM = "Each recipient shall pay the Example Authors 5 % of all revenue that comes from the model."
REQUEST = "Recipients send a postcard to the Example Authors once a year."


def paragraphs(text: str) -> list[str]:
    return [part for part in re.split(r"\n[ \t\r]*\n", text) if part.strip()]


def wrapped(text: str) -> str:
    return "\n\n".join(
        "\n".join(textwrap.wrap(part, 60, break_long_words=False, break_on_hyphens=False))
        for part in paragraphs(text)
    )


def as_comment(text: str) -> str:
    return "/*\n" + "\n".join(f" * {line}" for line in wrapped(text).splitlines()) + "\n */\n"


def as_markdown(text: str) -> str:
    first, *rest = paragraphs(text)
    shown = [f"# {' '.join(first.split())}"]
    for number, part in enumerate(rest):
        folded = " ".join(part.split())
        shown.append(f"**{folded}**" if number % 7 == 3 else f"> {folded}" if number % 7 == 5 else folded)
    return "\n\n".join(shown)


def as_html(text: str) -> str:
    first, *rest = (html.escape(" ".join(part.split())) for part in paragraphs(text))
    body = "\n".join(f"<p class=x>{part}</p>" for part in rest)
    style = "<style>p { margin: 0 } /* may not */</style>"
    return f"<!DOCTYPE html>\n<html><head>{style}</head><body><h1>{first}</h1>\n{body}\n</body></html>\n"


def with_pages(text: str) -> str:
    lines = wrapped(text).splitlines()
    pages = ["\n".join(lines[start : start + 40]) for start in range(0, len(lines), 40)]
    return "\n\f".join(f"{page}\n\nPage {number} of {len(pages)}\n" for number, page in enumerate(pages, 1))


def noted(text: str) -> str:
    return NOTE + text


def with_typos(words: Words, chance: random.Random) -> str:
    """One word in a hundred, one at least, with a letter too many."""
    text = words.text
    count = max(1, len(words.words) // 100)
    letters = [index for index, word in enumerate(words.words) if word.isalpha()] or list(
        range(len(words.words))
    )
    for index in sorted(chance.sample(letters, min(count, len(letters))), reverse=True):
        text = text[: words.ends[index]] + "x" + text[words.ends[index] :]
    return text


def first_half(words: Words) -> str:
    return words.text[: words.ends[len(words.words) // 2 - 1]]


def numbers(words: Words) -> list[int]:
    """The words that are numbers or have one."""
    return [index for index, word in enumerate(words.words) if re.search(r"[0-9]", word)]


def with_number(words: Words, index: int) -> str:
    """One digit of one word changed: the first of it, so that 700 million is 800 million."""
    start, end = words.starts[index], words.ends[index]
    written = words.text[start:end]
    place = re.search(r"[0-9]", written)
    if place is None:  # a number in another script or behind a character reference
        return words.text[:start] + words.words[index] + "9" + words.text[end:]
    digit = str((int(place[0]) + 1) % 10)
    return words.text[:start] + written[: place.start()] + digit + written[place.end() :] + words.text[end:]


def without(text: str, words: Words, first: int, last: int) -> str:
    """The text without the words from `first` to `last` (exclusive)."""
    return text[: words.starts[first]] + text[words.ends[last - 1] :]


def with_paragraph(text: str, added: str, chance: random.Random) -> str:
    """A paragraph more, between two others; where there is only one, behind it."""
    parts = paragraphs(text)
    place = chance.randrange(1, len(parts)) if len(parts) > 1 else 1
    return "\n\n".join([*parts[:place], added, *parts[place:]])


def with_sentence(words: Words, added: str, chance: random.Random) -> str:
    """A sentence more, between two words in the middle of the text."""
    place = words.ends[chance.randrange(len(words.words) // 4, len(words.words) * 3 // 4)]
    return f"{words.text[:place]} {added} {words.text[place:]}"


LAYOUTS: dict[str, Callable[[str], str]] = {
    "wrapped": wrapped,
    "comment": as_comment,
    "markdown": as_markdown,
    "html": as_html,
    "pages": with_pages,
    "noted": noted,
}
