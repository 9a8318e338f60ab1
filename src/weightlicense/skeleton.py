"""A skeleton of a clause file: the spans of a text already cut by its sections."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from weightlicense import anchor
from weightlicense.yamlfile import quoted

_NUMBERED = re.compile(
    r"^\s*(?:[#*>\s]*)(?P<number>(?:section|article|art\.)?\s*\(?(?:\d+(?:\.\d+)*|[a-z]|[ivx]{1,4})[.):]?)\s+\S",
    re.IGNORECASE,
)


def cut(text: str) -> list[tuple[str, str]]:
    """Passages of a text with their place: paragraphs, each under the number it begins with, or counted."""
    found: list[tuple[str, str]] = []
    path: list[tuple[int, str]] = []
    for paragraph in re.split(r"\n\s*\n|\n(?=\s*(?:\(?[a-z0-9]{1,3}[.)]|[-*•])\s)", text):
        if not anchor.tokenize(paragraph).words:
            continue
        indent = len(paragraph) - len(paragraph.lstrip())
        match = _NUMBERED.match(paragraph)
        if match is None:
            found.append((".".join(number for _indent, number in path) or "preamble", paragraph))
            continue
        number = re.sub(r"(?i)section|article|art\.|[().:\s]", "", match["number"]) or match["number"].strip()
        dotted = re.sub(r"[().:]+$", "", match["number"].strip().lower().removeprefix("section").strip(" ("))
        while path and path[-1][0] >= indent:
            path.pop()
        if "." in dotted or not path:
            path = [(indent, dotted)]
        else:
            path.append((indent, number.lower()))
        found.append((".".join(number for _indent, number in path), paragraph))
    return found


def skeleton(document_id: str, data: bytes) -> str:
    """The YAML text of a new clause file for a text; every passage a definition that still must be read."""
    text = anchor.decode(data)
    lines = [
        "format: 1",
        f"id: {document_id}",
        "title: WRITE THE TITLE",
        "kind: license",
        "steward: WRITE WHO ISSUES IT",
        f"spdx: LicenseRef-{document_id}",
        "openness: community",
        "released: null",
        "text:",
        "  url: null",
        f"  sha256: {hashlib.sha256(data).hexdigest()}",
        "  read-on: 1970-01-01",
        "definitions:",
        "  distribution: [distribute, embed]",
        "  derivative: [fine-tune, adapt, quantize, convert, prune, merge]",
        "",
        "clauses:",
    ]
    for count, (place, paragraph) in enumerate(cut(text), 1):
        words = anchor.tokenize(paragraph)
        first, last = _locators(words)
        lines += [
            "",
            f"  - id: passage-{count}",
            f'    at: "{place}"',
            "    span:",
            f"      from: {quoted(first)}",
            f"      to: {quoted(last)}",
            f"      sha256: {anchor.digest(words.words, 0, len(words.words))}",
            "    kind: definition",
            "    says: READ THE PASSAGE AND SAY IT IN YOUR OWN WORDS",
        ]
    return "\n".join(lines) + "\n"


def _locators(words: anchor.Words) -> tuple[str, str]:
    """The first and last few words as written, short enough to be no quotation."""
    for count in range(5, 0, -1):
        some = min(count, len(words.words))
        first = " ".join(words.text[words.starts[0] : words.ends[some - 1]].split())
        last = " ".join(words.text[words.starts[-some] : words.ends[-1]].split())
        if not anchor.too_long(first) and not anchor.too_long(last):
            return first, last
    return words.words[0], words.words[-1]


def write(document_id: str, text: Path, target: Path) -> int:
    """Write the skeleton of a new document; the number of passages. Raises `FileExistsError`."""
    made = skeleton(document_id, text.read_bytes())
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("x", encoding="utf-8") as file:
        file.write(made)
    return made.count("\n  - id: ")
