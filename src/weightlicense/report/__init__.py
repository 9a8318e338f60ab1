"""One renderer per format: report in, text out; no clock, no chance, the same bytes on repeat."""

from __future__ import annotations

from weightlicense.finding import Report

FORMATS = ("terminal", "json", "html", "markdown", "sarif", "junit", "github", "spdx", "spdx3", "cyclonedx")


def render(report: Report, form: str, *, root: str = "") -> str:
    """The report as plain text of that format (`terminal`: 80 columns without colour).

    `root` is the directory audited, as the reader of annotations names it; `sarif`, `junit` and `github` put it before files.
    """
    match form:
        case "json":
            from weightlicense.report import json as machine

            return machine.render(report)
        case "html":
            from weightlicense.report import html

            return html.render(report)
        case "markdown":
            from weightlicense.report import markdown

            return markdown.render(report)
        case "sarif":
            from weightlicense.report import sarif

            return sarif.render(report, root=root)
        case "junit":
            from weightlicense.report import junit

            return junit.render(report, root=root)
        case "github":
            from weightlicense.report import github

            return github.render(report, root=root)
        case "spdx":
            from weightlicense.report import spdx

            return spdx.render(report)
        case "spdx3":
            from weightlicense.report import spdx3

            return spdx3.render(report)
        case "cyclonedx":
            from weightlicense.report import cyclonedx

            return cyclonedx.render(report)
        case _:
            from weightlicense.report import terminal

            return terminal.render(report)
