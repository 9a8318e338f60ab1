"""The pictures of the README, a terminal and a report: `python tests/browser/readme.py FOLDER` (`make pictures`)."""

from __future__ import annotations

import re
import sys
import tempfile
from html import escape
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))
from golden import DAY, FACTS, fixed, merged
from reference import CHROMIUM, FLAGS

import weightlicense as wl
from weightlicense.finding import Report
from weightlicense.report import html, terminal

COMMAND = '$ weightlicense check --model llama-3.1 --use "derivative release" --facts med.yaml'
LINES = 22
COLOURS = {"31": "#ff8f87", "32": "#7fd6a0", "33": "#e8ba66", "35": "#cdaaf2", "36": "#8fc1f5"}
WIDTH, LEADING, LETTER = 86, 19, 8.43


def drawn(report: Report) -> str:
    """The first lines that a terminal shows, as SVG."""
    shown = terminal.render(report, width=WIDTH, colour=True).splitlines()[:LINES]
    height, width = LEADING * (len(shown) + 4) + 8, LETTER * WIDTH + 40
    rows = [f'<text x="20" y="{LEADING + 14}"><tspan class="dim">{escape(COMMAND)}</tspan></text>']
    rows += [
        f'<text x="20" y="{LEADING * (index + 3) + 14}">{coloured(line)}</text>'
        for index, line in enumerate(shown)
        if line
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" height="{height}">\n'
        "<title>weightlicense in a terminal</title>\n"
        "<style>text { font: 14px ui-monospace, 'SF Mono', 'Liberation Mono', Consolas, monospace; fill: #e6e6e1; "
        "white-space: pre; } .bold { font-weight: 700; } .dim { fill: #9aa1ab; }</style>\n"
        f'<rect width="{width:.0f}" height="{height}" rx="8" fill="#15181c"/>\n'
        + "\n".join(rows)
        + "\n</svg>\n"
    )


def coloured(line: str) -> str:
    """A line with its ANSI colours as spans."""
    found, look = "", ""
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if part.startswith("\x1b"):
            codes = part[2:-1].split(";")
            kinds = " ".join(name for code, name in (("1", "bold"), ("2", "dim")) if code in codes)
            fill = next((COLOURS[code] for code in codes if code in COLOURS), None)
            look = (f' class="{kinds}"' if kinds else "") + (
                f' fill="{fill}" style="fill:{fill}"' if fill else ""
            )
        elif part:
            text = escape(part).replace("  ", "\u00a0\u00a0")
            found += f"<tspan{look}>{text}</tspan>" if look else text
    return found


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "terminal.svg").write_text(
        drawn(fixed(wl.check("llama-3.1", use="derivative release", facts=FACTS, as_of=DAY))),
        encoding="utf-8",
    )
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "report.html"
        path.write_text(html.render(merged()), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1120, "height": 820}, device_scale_factor=0.75)
        page.goto(path.as_uri())
        page.screenshot(path=folder / "report.png")
        page.locator("#lineage figure").screenshot(path=folder / "lineage.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
