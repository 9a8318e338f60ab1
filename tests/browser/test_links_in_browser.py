"""Links of clauses followed by Debian's Chromium, in pages made from the source texts."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from functools import partial
from html import escape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))
from reference import CHROMIUM, FLAGS
from test_link import BLOCK, rendered

from weightlicense import anchor, catalogue
from weightlicense.link import leading

CLAUSES = (
    ("llama-3.1-aup", "1.3"),
    ("creativeml-openrail-m", "A.9"),
    ("cc-by-nc-4.0", "2.a.1"),
    ("stability-aup", "1.1"),
    ("cc-by-2.0", "3"),
    ("falcon-3-tii-2024-12", "3.1"),
    ("seamless", "2.e"),
    ("llama-1", "4"),
    ("hai-def-tou-2024-11-15", "1.1.b"),
    ("gpl-3.0", "8"),
)
STYLE = "<meta charset=utf-8><style>body {padding: 3000px 0} p, li {margin: 300px 0}</style>"
SEEN = """() => {
  const middle = innerHeight / 2;
  const far = at => Math.max(at.top - middle, middle - at.bottom, 0);
  const blocks = [...document.querySelectorAll("[data-at]")];
  blocks.sort((a, b) => far(a.getBoundingClientRect()) - far(b.getBoundingClientRect()));
  return scrollY && blocks[0].dataset.at.split(" ").map(Number);
}"""


def html(source: str) -> str:
    """A page with the marks of lists as the browser's own, each block with its place in the source."""
    shown = rendered(source)
    rows, begin = [STYLE], 0
    for block in shown.text.split(BLOCK):
        end = begin + len(block)
        if block.strip():
            at = f'data-at="{shown.places[begin]} {shown.places[end - 1]}"'
            rows.append(f"<ol><li {at}>{escape(block)}</ol>")
        begin = end + len(BLOCK)
    return "\n".join(rows)


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser.new_page()
        browser.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None: ...

    folder = tmp_path_factory.mktemp("pages")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(("name", "at"), CLAUSES)
def test_chromium_opens_a_link_at_the_passage(
    name: str, at: str, tab: Tab, served: tuple[Path, str], texts: Path
) -> None:
    data = (texts / f"{name}.txt").read_bytes()
    words = anchor.tokenize(anchor.decode(data))
    folder, address = served
    (folder / f"{name}.html").write_text(html(words.text), encoding="utf-8")
    document = catalogue.document(name)
    places = anchor.verify_text(document, data).places
    clause, place = next(row for row in leading(document.clauses, places) if row[0].at == at)
    assert clause.link is not None and place.match is not None
    tab.goto("about:blank")
    tab.goto(f"{address}/{name}.html#{clause.link.partition('#')[2]}")
    tab.wait_for_function("scrollY > 0", timeout=5000)
    first, last = tab.evaluate(SEEN)
    assert first <= words.ends[place.match.end - 1] and last >= words.starts[place.match.start]
