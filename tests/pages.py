"""What the tests ask of a page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = frozenset({"br", "meta", "wbr"})
INLINE = frozenset({"a", "b", "bdi", "code", "q", "span", "strong", "time", "wbr"})


class Page(HTMLParser):
    """What the tests ask of a page: its tags, places, links, headings and texts."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.headings: list[tuple[int, str]] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self.open: list[tuple[str, str]] = []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.extend((tag, name, value or "") for name, value in attrs)
        if tag not in INLINE:
            self.handle_data(" ")
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append((int(tag[1]), ""))
        if tag not in VOID:
            self.open.append((tag, dict(attrs).get("id") or ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.extend((tag, name, value or "") for name, value in attrs)

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self.open.pop()
        assert opened == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((tuple(part for pair in self.open for part in pair if part), data))
        if any(re.fullmatch(r"h[1-6]", tag) for tag, _ in self.open):
            level, text = self.headings[-1]
            self.headings[-1] = (level, text + data)

    def values(self, attribute: str) -> list[str]:
        return [value for _, name, value in self.attributes if name == attribute]

    def within(self, where: str) -> str:
        """The text inside elements of that tag or id, white space folded, a space between blocks."""
        return " ".join("".join(text for path, text in self.texts if where in path).split())
