"""The report as one HTML page to keep, print and sign: no script, no request, the same bytes on repeat.

What is shown comes from `page.html.jinja`, how it looks from `page.css`, both beside this module. Everything that
others wrote (names, paths, values, quotes) is escaped, and invisible characters in it are made visible.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from weightlicense.finding import Report
from weightlicense.report.page import page, web_address

if TYPE_CHECKING:
    from jinja2 import Template


def render(report: Report) -> str:
    """The report as a complete HTML document with a final line end."""
    return _template().render(page(report)) + "\n"


def visible(value: object) -> object:
    """Text with invisible and direction-changing characters shown as `⟨U+202E⟩`; other values as they are."""
    if type(value) is not str or value.isprintable():
        return value
    return "".join(char if _harmless(char) else f"⟨U+{ord(char):04X}⟩" for char in value)


def _harmless(char: str) -> bool:
    # Not printable are, beside controls and formats, the kinds of space other than U+0020: those are kept.
    return (
        char.isprintable()
        or char in "\n\t"
        or (char.isspace() and char > "\x9f" and char not in "\u2028\u2029")
    )


@cache
def _template() -> Template:
    from pathlib import Path

    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup, escape

    def breakable(text: str) -> Markup:
        """A technical name that may be broken after its dots and dashes, but not within a number."""
        return Markup(re.sub(r"([._/-](?=[A-Za-z])|@)", r"\1<wbr>", str(escape(visible(text)))))  # noqa: S704 - escaped

    folder = Path(__file__).parent
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"breakable": breakable, "web_address": web_address}
    # The style sheet is ours and holds nothing from a report.
    environment.globals["css"] = Markup((folder / "page.css").read_text(encoding="utf-8"))  # noqa: S704
    return environment.get_template("page.html.jinja")
