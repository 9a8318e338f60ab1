"""The report as one HTML page to keep, print and sign: no script, no request, the same bytes on repeat.

What is shown comes from `page.html.jinja`, how it looks from `page.css`, both beside this module. Everything that
others wrote (names, paths, values, quotes) is escaped, and invisible characters in it are made visible.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from weightlicense.finding import Report
from weightlicense.report.page import page, web_address
from weightlicense.report.wording import visible

if TYPE_CHECKING:
    from minijinja import Environment


def render(report: Report) -> str:
    """The report as a complete HTML document with a final line end."""
    return _environment().render_template("page.html.jinja", **page(report)) + "\n"


@cache
def _environment() -> Environment:
    from pathlib import Path

    from markupsafe import Markup, escape
    from minijinja import Environment

    def shown(value: object) -> object:
        return escape(visible(value)) if type(value) is str else value

    @lru_cache(maxsize=4096)
    def breakable(text: str) -> Markup:
        """A technical name that may be broken after its dots and dashes, but not within a number."""
        return Markup(re.sub(r"([._/-](?=[A-Za-z])|@)", r"\1<wbr>", str(escape(visible(text)))))  # noqa: S704 - escaped

    def css_text(text: str) -> Markup:
        """Text for a string of a style sheet: whatever is no letter, digit or space is written as its code point."""
        return Markup("".join(c if c.isalnum() or c == " " else f"\\{ord(c):x} " for c in str(visible(text))))  # noqa: S704

    folder = Path(__file__).parent
    environment = Environment(
        loader=lambda name: (folder / name).read_text(encoding="utf-8"),
        auto_escape_callback=lambda _: True,
        undefined_behavior="strict",
        finalizer=shown,
        filters={"breakable": breakable, "css_text": css_text, "web_address": web_address},
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # The style sheet is ours and holds nothing from a report.
    environment.add_global("css", Markup((folder / "page.css").read_text(encoding="utf-8")))  # noqa: S704
    return environment
