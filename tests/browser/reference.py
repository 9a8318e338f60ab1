"""Small pictures of the five scenes, to look at and to compare with: `python tests/browser/reference.py` rewrites them.

A picture is compared by the mean colours of coarse cells: other fonts move lines and make little difference, a part that
is gone or a page in the wrong scheme makes much. The blocks of a page, which no font moves sideways, are compared exactly.
"""

from __future__ import annotations

import json
import struct
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

FOLDER = Path(__file__).parent / "references"
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
)
CELL = 25
SIGNATURE = b"\x89PNG\r\n\x1a\n"


class View(NamedTuple):
    """How a page is looked at: the window, the scale of the picture, the scheme, and the part, the first screen without one."""

    width: int
    height: int
    scale: float
    dark: bool = False
    part: str = ""
    media: str = "screen"
    apart: float = 5.0
    """How far the picture may be from the one kept, of 255: fonts make up to 4, where lines are short up to 9."""


VIEWS = {
    "wide": View(1400, 1000, 0.25),
    "middle-dark": View(800, 1000, 0.25, dark=True),
    "narrow": View(360, 1000, 0.4, apart=10.0),
    "print": View(794, 1123, 0.25, media="print"),
    "lineage": View(1400, 1000, 0.5, part="#lineage figure"),
    "lineage-narrow-dark": View(360, 1000, 0.5, dark=True, part="#lineage figure"),
}


BLOCKS = """() => [...document.querySelectorAll('h1, .verdict, .next, .unknown, nav, section[id], .drawing, .sign')]
  .filter(each => each.getClientRects().length)
  .map(each => {
    const place = each.getBoundingClientRect();
    const name = each.id || each.getAttribute('class') || each.localName;
    return `${name.split(' ')[0]} ${Math.round(place.left)} ${Math.round(place.width)}`;
  })"""


def blocks(browser: Browser, address: str) -> dict[str, list[str]]:
    """The blocks of a page in order, each with its left edge and its width, by the width of the window."""
    found = {}
    for width in (360, 800, 1400):
        page = browser.new_page(viewport={"width": width, "height": 1000})
        page.goto(address)
        found[str(width)] = page.evaluate(BLOCKS)
        page.close()
    return found


def pictures(browser: Browser, address: str, *, has_lineage: bool) -> Iterator[tuple[str, bytes]]:
    """Each view of a page that it has, with the picture as PNG."""
    for name, view in VIEWS.items():
        if view.part and not has_lineage:
            continue
        context = browser.new_context(
            viewport={"width": view.width, "height": view.height},
            device_scale_factor=view.scale,
            color_scheme="dark" if view.dark else "light",
        )
        page = context.new_page()
        page.emulate_media(media="print" if view.media == "print" else "screen")
        page.goto(address)
        yield name, page.locator(view.part).screenshot() if view.part else page.screenshot()
        context.close()


def decoded(png: bytes) -> tuple[int, int, list[bytes]]:
    """Width, channels and the rows of a PNG of 8 bits a channel that is not interlaced."""
    assert png.startswith(SIGNATURE)
    at, data, width, channels = len(SIGNATURE), b"", 0, 0
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + size]
        if kind == b"IHDR":
            width, _, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", body)
            assert (depth, interlaced) == (8, 0)
            channels = {2: 3, 6: 4}[colour]
        elif kind == b"IDAT":
            data += body
        at += size + 12
    raw, stride = zlib.decompress(data), width * channels
    rows = [bytes(stride)]
    for start in range(0, len(raw), stride + 1):
        rows.append(
            _unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + stride]), rows[-1], channels)
        )
    return width, channels, rows[1:]


def _unfiltered(kind: int, row: bytearray, above: bytes, step: int) -> bytes:
    for index, value in enumerate(row):
        left = row[index - step] if index >= step else 0
        corner = above[index - step] if index >= step else 0
        up = above[index]
        match kind:
            case 1:
                row[index] = (value + left) % 256
            case 2:
                row[index] = (value + up) % 256
            case 3:
                row[index] = (value + (left + up) // 2) % 256
            case 4:
                guess = left + up - corner
                near = min(
                    (abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner)
                )
                row[index] = (value + near[2]) % 256
    return bytes(row)


def cells(png: bytes) -> list[list[tuple[float, float, float]]]:
    """The mean colours of the cells of a picture; cells cut by its right or lower edge are left out."""
    width, channels, rows = decoded(png)
    found = []
    for top in range(0, len(rows) - CELL + 1, CELL):
        band = rows[top : top + CELL]
        line = []
        for left in range(0, width - CELL + 1, CELL):
            pixels = b"".join(row[left * channels : (left + CELL) * channels] for row in band)
            red, green, blue = (sum(pixels[index::channels]) / CELL**2 for index in range(3))
            line.append((red, green, blue))
        found.append(line)
    return found


def difference(one: bytes, other: bytes) -> float:
    """How far two pictures are apart: the mean of the differences of their cells, of 255; 255 where their shapes differ much."""
    first, second = cells(one), cells(other)
    across, down = min(len(first[0]), len(second[0])), min(len(first), len(second))
    if max(len(first[0]), len(second[0])) > across + 1 or max(len(first), len(second)) > down * 1.2 + 1:
        return 255.0
    apart = [
        max(abs(a - b) for a, b in zip(first[y][x], second[y][x], strict=True))
        for y in range(down)
        for x in range(across)
    ]
    return sum(apart) / len(apart)


def main() -> None:
    sys.path.insert(0, str(Path(__file__).parent))
    import tempfile

    from test_report_in_browser import scenes, written

    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.iterdir():
        path.unlink()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        for scene, report in scenes().items():
            address = written(scene, Path(folder))
            for view, png in pictures(browser, address, has_lineage=report.lineage is not None):
                (FOLDER / f"{scene}-{view}.png").write_bytes(png)
            text = json.dumps(blocks(browser, address), indent=1) + "\n"
            (FOLDER / f"{scene}.json").write_text(text, encoding="utf-8")
        browser.close()


if __name__ == "__main__":
    main()
