"""The HTML report in Debian's Chromium: it asks for nothing, is readable by all, and prints whole."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))
from reference import CHROMIUM, FLAGS, FOLDER, VIEWS, blocks, difference, pictures

import weightlicense as wl
from weightlicense.change import Change, Changes
from weightlicense.decision import PolicyDecision, PolicyReason
from weightlicense.descent import Descent, Relation, Work
from weightlicense.finding import Report
from weightlicense.report import html

sys.path.insert(0, str(Path(__file__).parents[1]))
from large import large

HOSTILE = "Evil/<script>alert(1)</script><img src=x onerror=alert(2)>\"'\u202eevil" + "x" * 300
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (360, 800, 1400)
BLOCKED = "http://blocked.invalid"


def check(**asked: object) -> Report:
    return wl.check(use=str(asked.pop("use", "derivative release")), as_of="2026-11-21", **asked)  # type: ignore[arg-type]


def remarked(report: Report) -> Report:
    """A few clauses with a quote each, remarks of all kinds, works on the way and policies."""
    findings = [
        replace(finding, path=("meta/base", "acme/merge"), quote=f"Words of {finding.clause}.")
        for finding in report.findings[:16]
    ]
    findings[0] = replace(
        findings[0],
        url="https://example.com/text#:~:text=Grant",
        gloss=(("Hosting is covered.", "FAQ", "https://example.com/faq"),),
        note="decided by a person",
    )
    findings[1] = replace(
        findings[1], status="judgement", effect="prohibited", judge="Whether that is harm.", doubt="Unclear."
    )
    policies = tuple(
        PolicyDecision(
            policy=name,
            decision=decision,
            rule=rule,
            kind="organization",
            title=f"What {name} builds on",
            says="Counsel has not read it.",
            digest="0",
            reasons=(
                PolicyReason(
                    id="more", decision=decision, says="A lead decides.", missing=("licensee.country",)
                ),
            ),
        )
        for name, decision, rule in (("acme", "deny", "no-llama"), ("lab", "approval", "names"))
    )
    changes = Changes(sets=((Change(fact="release.model_name", value="Llama-Med-8B", was="Med-8B"),),))
    relations = ("fine-tune", "merge", "dataset", "distill")
    lineage = Descent(
        subject="acme/merge",
        works=(
            Work(id="acme/merge"),
            *(
                Work(id=f"{relation}/of-a-model-with-a-long-name-{n}", license="cc-by-nc-4.0")
                for n, relation in enumerate(relations)
            ),
            Work(id="meta/base", documents=("llama-3.1", "llama-3.1-aup")),
        ),
        relations=tuple(
            Relation(work=work, parent=parent, relation=relation)
            for n, relation in enumerate(relations)
            for work, parent in (
                ("acme/merge", f"{relation}/of-a-model-with-a-long-name-{n}"),
                (f"{relation}/of-a-model-with-a-long-name-{n}", "meta/base"),
            )
        ),
    )
    return replace(report, findings=tuple(findings), policies=policies, changes=changes, lineage=lineage)


@cache
def scenes() -> dict[str, Report]:
    settled = {"licensee.monthly_active_users@2024-06": "10M", "licensee.good_standing": "yes"}
    hostile = check(model=HOSTILE, license="llama-3.1", facts={"release.model_name": HOSTILE})
    return {
        "nothing-declared": check(model="llama-3.1"),
        "remarked": remarked(
            check(
                model="llama-3.1",
                facts={**settled, "purpose.hazards": "military", "release.model_name": "Med-8B"},
            )
        ),
        "not-granted": check(license="cc-by-nc-4.0", use="commercial product"),
        "permitted": check(license="apache-2.0", use="internal use"),
        "hostile": replace(
            hostile,
            findings=hostile.findings[:16],
            lineage=Descent(
                subject=HOSTILE,
                works=(Work(id=HOSTILE), Work(id=f"</svg>{HOSTILE}", license=HOSTILE)),
                relations=(Relation(work=HOSTILE, parent=f"</svg>{HOSTILE}", relation="merge"),),
            ),
        ),
    }


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert Path(CHROMIUM).exists(), f"no {CHROMIUM}: apt-get install chromium"
    with sync_playwright() as playwright:
        # Names resolve nowhere and addresses go to a proxy that is not there: nothing leaves the machine.
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[*FLAGS, "--host-resolver-rules=MAP * ~NOTFOUND"],
            proxy={"server": BLOCKED},
        )
        yield chromium
        chromium.close()


@pytest.fixture(params=tuple(scenes()))
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return written(request.param, tmp_path)


def written(scene: str, folder: Path) -> str:
    path = folder / f"{scene}.html"
    path.write_text(html.render(scenes()[scene]), encoding="utf-8")
    return path.as_uri()


def opened(browser: Browser, address: str, *, width: int = 1400, dark: bool = False) -> Page:
    page = browser.new_page(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
    )
    page.goto(address)
    return page


def test_the_page_asks_for_nothing_and_reports_no_error(browser: Browser, address: str) -> None:
    page = browser.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert asked == [address]
    assert said == []
    assert page.evaluate("document.scripts.length") == 0
    page.close()


@pytest.mark.parametrize("width", [360, 1400])
def test_axe_finds_no_violation(browser: Browser, address: str, width: int) -> None:
    page = opened(browser, address, width=width)
    assert violations(page, {"type": "tag", "values": WCAG}) == []
    page.close()


def test_the_dark_page_has_the_contrast_of_the_light_one(browser: Browser, address: str) -> None:
    page = opened(browser, address, dark=True)
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(21, 24, 28)"
    assert violations(page, {"type": "rule", "values": ["color-contrast"]}) == []
    page.close()


def violations(page: Page, rules: dict[str, object]) -> list[tuple[str, list[str]]]:
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    found = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]}).response
    assert found["passes"], "axe has looked at nothing"
    return [(rule["id"], [node["html"] for node in rule["nodes"]][:3]) for rule in found["violations"]]


CLIPPED = """() => [...document.querySelectorAll('body *')].filter(each => {
  const style = getComputedStyle(each);
  if (each.closest('.unseen, svg') || !each.getClientRects().length) return false;
  const place = each.getBoundingClientRect();
  const outside = place.right > innerWidth + 1 || (place.left < -1 && !each.closest('.skip'));
  const cut = style.overflow !== 'visible' && each.scrollWidth > each.clientWidth + 1;
  return outside || cut;
}).map(each => each.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_cut_off_or_scrolls_sideways(browser: Browser, address: str, width: int) -> None:
    page = opened(browser, address, width=width)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate(CLIPPED) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.close()


def test_the_verdict_stands_on_the_first_screen_at_each_width(browser: Browser, tmp_path: Path) -> None:
    address = written("nothing-declared", tmp_path)
    for width in WIDTHS:
        page = opened(browser, address, width=width)
        box = page.locator(".verdict").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 600
        following = page.locator(".next li").first.bounding_box()
        assert following is not None
        assert following["y"] < 800
        page.close()


def test_the_keyboard_reaches_each_link_and_shows_where_it_is(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, written("remarked", tmp_path))
    # The links of what is folded are reached once it is unfolded.
    wanted = page.locator("a, summary").count() - page.locator("details a").count()
    reached = set()
    for _ in range(wanted):
        page.keyboard.press("Tab")
        place, outline = page.evaluate(
            "() => [[...document.querySelectorAll('a, summary')].indexOf(document.activeElement),"
            " getComputedStyle(document.activeElement).outlineStyle]"
        )
        assert outline == "solid"
        reached.add(place)
    assert len(reached - {-1}) == wanted
    page.close()


def test_the_skip_link_leads_to_the_answer(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, written("remarked", tmp_path))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.close()


def test_the_words_to_copy_are_selected_whole_by_one_click(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, written("remarked", tmp_path))
    words = page.locator("pre").last
    words.click()
    assert page.evaluate("getSelection().toString()") == words.inner_text()
    page.close()


def test_print_shows_what_the_screen_folds_and_a_place_to_sign(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, written("not-granted", tmp_path), dark=True)
    assert not page.locator("details tr").last.is_visible()
    assert not page.locator(".sign").is_visible()
    page.emulate_media(media="print")
    assert page.locator("details tr").last.is_visible()
    assert page.locator(".sign").is_visible()
    assert not page.locator("nav").is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(31, 35, 40)"
    page.close()


def test_the_printed_page_is_tagged_and_has_an_outline(browser: Browser, address: str) -> None:
    page = opened(browser, address)
    pdf = page.pdf(format="A4", tagged=True, outline=True)
    assert b"/StructTreeRoot" in pdf
    assert b"/Marked true" in pdf
    assert b"/Outlines" in pdf
    assert b"/Lang (en)" in pdf
    page.close()


def test_a_link_to_the_source_opens_it_at_the_passage(browser: Browser, tmp_path: Path) -> None:
    report = scenes()["nothing-declared"]
    clause = next(f for f in report.findings if f.reference == "llama-3.1-aup/military")
    assert clause.url is not None
    words = "Military, warfare, nuclear industries or applications, espionage, and so on, United States Department of State"
    source = f"<!doctype html><title>Policy</title><p style='height:3000px'>Before.</p><p id='passage'>{words}</p><p style='height:3000px'>After.</p>"
    context = browser.new_context()
    context.route(
        "https://llama.meta.com/**", lambda route: route.fulfill(body=source, content_type="text/html")
    )
    page = context.new_page()
    page.goto(written("nothing-declared", tmp_path))
    page.locator(f'a[href="{clause.url}"]').click()
    page.wait_for_url("https://llama.meta.com/**")
    page.wait_for_function("scrollY > 0")
    assert page.evaluate("document.getElementById('passage').getBoundingClientRect().top") < 900
    context.close()


SMALLEST_TYPE = """() => Math.min(...[...document.querySelectorAll('.drawing text')]
  .filter(each => each.getClientRects().length)
  .map(each => parseFloat(getComputedStyle(each).fontSize) * each.getScreenCTM().a))"""


def lineages() -> dict[str, Report]:
    """Many works, each made of three; and a long run."""
    names = [f"run/work-{n}" for n in range(31)]
    chain = Descent(
        subject=names[0],
        works=tuple(Work(id=name) for name in names),
        relations=tuple(
            Relation(work=work, parent=parent, relation="fine-tune") for work, parent in pairwise(names)
        ),
    )
    return {"many": large(), "run": replace(check(model="llama-3.1"), lineage=chain)}


@pytest.mark.parametrize("name", lineages())
def test_a_drawing_is_never_shrunk_until_nobody_can_read_it(
    browser: Browser, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "lineage.html"
    path.write_text(html.render(lineages()[name]), encoding="utf-8")
    for width in (360, 800, 1100, 1400):
        page = opened(browser, path.as_uri(), width=width)
        assert page.evaluate(SMALLEST_TYPE) > 11
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.close()
    page = opened(browser, path.as_uri(), width=665)
    page.emulate_media(media="print")
    assert page.evaluate(SMALLEST_TYPE) > 10
    box = page.locator(".drawing").first.bounding_box()
    assert box is not None
    assert box["height"] < 900
    assert violations(page, {"type": "tag", "values": WCAG}) == []
    page.close()


# --- the pictures ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scene", scenes())
def test_each_view_looks_as_it_was_kept(browser: Browser, tmp_path: Path, scene: str) -> None:
    address = written(scene, tmp_path)
    assert blocks(browser, address) == json.loads((FOLDER / f"{scene}.json").read_text(encoding="utf-8"))
    found = dict(pictures(browser, address, has_lineage=scenes()[scene].lineage is not None))
    kept = {path.stem.removeprefix(f"{scene}-"): path for path in FOLDER.glob(f"{scene}-*.png")}
    assert sorted(found) == sorted(kept)
    for view, png in found.items():
        (tmp_path / f"{view}.png").write_bytes(png)
        apart = difference(png, kept[view].read_bytes())
        assert apart < VIEWS[view].apart, f"{tmp_path}/{view}.png is {apart:.1f} from {kept[view]}"


def test_the_kept_pictures_are_small() -> None:
    assert [path.name for path in FOLDER.iterdir() if path.stat().st_size >= 30_000] == []


def test_a_part_that_is_gone_makes_more_of_a_difference_than_other_fonts(
    browser: Browser, tmp_path: Path
) -> None:
    view = "middle-dark"
    path = Path(written("permitted", tmp_path).removeprefix("file://"))
    seen = {}
    for name, style in (
        (
            "other fonts",
            ":root { --sans: 'DejaVu Sans'; --serif: 'DejaVu Serif'; --mono: 'DejaVu Sans Mono'; }",
        ),
        ("no verdict", ".verdict { display: none; }"),
        ("a light page", ":root { --paper: #fcfbf8 !important; }"),
    ):
        changed = tmp_path / "changed.html"
        changed.write_text(path.read_text().replace("</style>", f"{style}</style>"))
        png = dict(pictures(browser, changed.as_uri(), has_lineage=False))[view]
        seen[name] = difference(png, (FOLDER / f"permitted-{view}.png").read_bytes()) < VIEWS[view].apart
    assert seen == {"other fonts": True, "no verdict": False, "a light page": False}
