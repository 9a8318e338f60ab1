"""One renderer per format: report in, text out; no clock, no chance, the same bytes on repeat."""

from __future__ import annotations

from weightlicense.finding import Report

FORMATS = ("terminal", "json", "html")


def render(report: Report, form: str) -> str:
    """The report as plain text of that format (`terminal`: 80 columns without colour)."""
    match form:
        case "json":
            from weightlicense.report import json as machine

            return machine.render(report)
        case "html":
            from weightlicense.report import html

            return html.render(report)
        case _:
            from weightlicense.report import terminal

            return terminal.render(report)
