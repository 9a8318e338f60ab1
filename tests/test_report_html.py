"""The HTML report: complete, safe with hostile names, self-contained, the same bytes on repeat, small and quick."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parent))
from large import large
from pages import Page

import weightlicense as wl
from weightlicense.change import Change, Changes, Limit, Obstacle, Offering
from weightlicense.decision import Cited, PolicyDecision, PolicyReason, WaiverUsed
from weightlicense.descent import Descent, Relation, Work
from weightlicense.finding import FactUsed, Finding, Report, TextGiven
from weightlicense.report import html, render
from weightlicense.report.page import web_address
from weightlicense.usecase import Facts

DAY = "2026-11-21"
HOSTILE = "Evil/<script>alert(1)</script><img src=x onerror=alert(2)>\"'&amp;\u202eevil\u202c\x07" + "x" * 300
SETTLED = {
    "licensee.monthly_active_users@2024-06": "10M",
    "licensee.good_standing": "yes",
    "purpose.hazards": "none",
}
SETTINGS = settings(max_examples=25, deadline=None)


def check(**asked: object) -> Report:
    return wl.check(use=str(asked.pop("use", "derivative release")), as_of=DAY, **asked)  # type: ignore[arg-type]


def hazards(*tags: str) -> Facts:
    facts = Facts()
    facts.give("purpose.hazards", ",".join(tags))
    facts.give("licensee.monthly_active_users@2024-06", "10M")
    facts.give("licensee.good_standing", "yes")
    return facts


def with_everything() -> Report:
    """A report with each kind of remark, works on the way, policies, cures, quotes and addresses."""
    report = check(model="llama-3.1", facts={**SETTLED, "release.model_name": "Med-8B"})
    first, second, *others = (
        replace(finding, path=("meta/base", "acme/merge"), quote=f"Words of {finding.clause}.")
        for finding in report.findings
    )
    changed = (
        replace(
            first,
            url="https://example.com/text#:~:text=Grant%20of,materials",
            gloss=(
                ("Hosting is covered.", "Licensor's FAQ", "https://example.com/faq"),
                ("Told twice.", "A post", "javascript:alert(1)"),
            ),
            note="decided by a person: applies",
        ),
        replace(
            second,
            status="judgement",
            effect="prohibited",
            judge="Whether that is harm.",
            doubt="The text does not say.",
            url="javascript:alert(3)",
        ),
        *others,
    )
    duties = tuple(
        replace(duty, cure_allowed=True, cure_days=30) if duty.status == "violated" else duty
        for duty in report.duties
    )
    waiver = WaiverUsed(
        rule="no-llama", owner="Ada", reason="A pilot.", expires="2027-01-31", state="in-force"
    )
    reason = PolicyReason(
        id="displays",
        decision="approval",
        says="Marketing must agree.",
        clauses=(
            Cited(document="llama-3.1", clause="display", at="1.b.i", says="Show it."),
            Cited(document="elsewhere", clause="logo", at="9", says="Show it."),
        ),
        disputed=(Cited(document="llama-3.1", clause="name-prefix", at="1.b.i", says="Begin with it."),),
        missing=("product.countries",),
        notes=("Asked last year, too.",),
    )
    policies = (
        ruling("acme", "deny", "no-llama", waiver=waiver, severity="high", reasons=(reason,)),
        ruling("open", "accept", "any"),
        ruling("careful", "approval", "counsel"),
        ruling("act", "covered", "papers", kind="regulation", status="in-force", as_of="2026-11-01",
               source="Regulation 1, Art. 2", notes=("Looked up again in a year.",)),
    )  # fmt: skip
    lineage = Descent(
        subject="acme/merge",
        works=(
            Work(id="acme/merge"),
            Work(id="meta/base", documents=("llama-3.1", "llama-3.1-aup")),
            Work(id="rows", kind="dataset"),
        ),
        relations=(
            Relation(work="acme/merge", parent="meta/base", relation="fine-tune"),
            Relation(work="acme/merge", parent="rows", relation="dataset"),
        ),
    )
    changes = Changes(
        sets=(
            (Change(fact="release.model_name", value="Llama-Med-8B", was="Med-8B"), Change(left_out="host")),
        ),
        obstacles=(
            Obstacle(
                by=("llama-3.1/grant",),
                effect="not-granted",
                facts=(("licensee.terminated", None),),
                is_open=True,
            ),
        ),
        is_complete=False,
    )
    offering = Offering(
        options=("llama-3.1",),
        limits=(
            Limit(document="llama-3.1", clause="grant", at="1.a", says="Only so.", allowed=("llama-3.1",)),
        ),
        note="This is what would hold.",
    )
    return replace(
        report,
        findings=changed,
        duties=duties,
        policies=policies,
        lineage=lineage,
        changes=changes,
        offering=offering,
    )


def ruling(name: str, decision: str, rule: str, **more: Any) -> PolicyDecision:
    told = {
        "kind": "organization",
        "title": f"Policy {name}",
        "says": f"The reason of {rule}.",
        "digest": "0",
    }
    return PolicyDecision(policy=name, decision=decision, rule=rule, **{**told, **more})


def hostile() -> Report:
    """A report with names of works, licenses and relations that try to leave the picture."""
    report = check(model=HOSTILE, license="llama-3.1", facts={"release.model_name": HOSTILE})
    out = "</title></text></svg><script>alert(3)</script>"
    lineage = Descent(
        subject=HOSTILE,
        works=(
            Work(id=HOSTILE, license=out),
            Work(id=out, license=HOSTILE),
            Work(id="\u202e\x07", kind="dataset"),
        ),
        relations=(
            Relation(work=HOSTILE, parent=out, relation=out),
            Relation(work=HOSTILE, parent="\u202e\x07", relation="dataset"),
        ),
    )
    return replace(report, lineage=lineage)


@cache
def scenes() -> dict[str, Report]:
    return {
        "nothing declared": check(model="llama-3.1"),
        "conditional": check(model="llama-3.1", facts={**SETTLED, "release.model_name": "Llama-Med-8B"}),
        "breach": check(model="llama-3.1", facts={**SETTLED, "release.model_name": "Med-8B"}),
        "needs-license": check(
            model="llama-3.1", facts={**SETTLED, "licensee.monthly_active_users@2024-06": "800M"}
        ),
        "prohibited": check(
            model="llama-3.1", use="commercial product", facts=hazards("military", "weapons", "medical")
        ),
        "not-granted": check(license="cc-by-nc-4.0", use="commercial product"),
        "permitted": check(license="apache-2.0", use="internal use"),
        "unknown license": check(license="openrail"),
        "hostile": hostile(),
        "everything": with_everything(),
    }


@cache
def rendered(name: str) -> tuple[Report, Page, str]:
    report = scenes()[name]
    source = html.render(report)
    return report, Page(source), source


@pytest.fixture(params=tuple(scenes()))
def scene(request: pytest.FixtureRequest) -> tuple[Report, Page, str]:
    return rendered(request.param)


# --- structure -------------------------------------------------------------------------------------------------


def test_there_is_one_h1_and_no_heading_skips_a_level(scene: tuple[Report, Page, str]) -> None:
    _, page, _ = scene
    levels = [level for level, _ in page.headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert [(a, b) for a, b in pairwise(levels) if b > a + 1] == []
    assert all(text.strip() for _, text in page.headings)


def test_each_place_has_one_name_and_each_inner_link_leads_to_a_place(
    scene: tuple[Report, Page, str],
) -> None:
    _, page, _ = scene
    places = page.values("id")
    inner = {href[1:] for href in page.values("href") if href.startswith("#")}
    assert sorted(set(places)) == sorted(places)
    assert inner - set(places) == set()


def test_each_finding_stands_on_the_page_with_what_it_says(scene: tuple[Report, Page, str]) -> None:
    report, page, _ = scene
    places, text = set(page.values("id")), page.within("body")
    assert [f.reference for f in report.findings if f.reference not in places] == []
    assert [f.reference for f in report.findings if " ".join(f.says.split()) not in text] == []


def test_each_duty_stands_there_with_its_words_to_copy(scene: tuple[Report, Page, str]) -> None:
    report, page, _ = scene
    duties, words = page.within("duties"), [text for path, text in page.texts if "pre" in path]
    assert [d.duty for d in report.duties if d.how not in duties or d.duty not in duties] == []
    wanted = [dict(duty.parameters).get("text") for duty in report.duties]
    assert [text for text in wanted if text is not None and text not in words] == []


def test_the_first_screen_names_the_deciding_questions_and_the_duties_that_wait(
    scene: tuple[Report, Page, str],
) -> None:
    report, page, _ = scene
    first = page.within("answer")
    asks = [question.ask.removesuffix("?") for question in report.questions if question.first]
    assert [ask for ask in asks[:5] if ask not in first] == []
    if report.best in ("permitted", "conditional", "breach"):
        waiting = [d.how for d in report.duties if d.phase == "act" and d.status == "open"]
        assert [how for how in waiting[:5] if how not in first] == []


def test_a_page_has_its_landmarks_language_and_title(scene: tuple[Report, Page, str]) -> None:
    report, page, source = scene
    assert source.startswith('<!doctype html>\n<html lang="en">\n')
    assert source.endswith("</html>\n")
    assert [page.tags.count(tag) for tag in ("header", "nav", "main", "footer")] == [1, 1, 1, 1]
    titles = ["".join(path) for path, _ in page.texts if "title" in path and "svg" not in path]
    assert titles == ["htmlheadtitle"]
    assert page.within("head").startswith(f"{report.verdict}: ")
    assert ("a", "class", "skip") in page.attributes


def test_each_header_cell_has_a_scope(scene: tuple[Report, Page, str]) -> None:
    _, page, _ = scene
    scopes = [value for tag, name, value in page.attributes if tag == "th" and name == "scope"]
    assert len(scopes) == page.tags.count("th")
    assert set(scopes) <= {"col", "row"}
    assert page.tags.count("caption") == page.tags.count("table")


def test_the_items_of_a_policy_are_rows_of_one_table() -> None:
    report, _, source = rendered("nothing declared")
    items = [f for f in report.findings if f.document == "llama-3.1-aup" and f.kind == "prohibition"]
    rows = re.findall(r'<tr id="(llama-3.1-aup/[^"]+)" class="ask">\n<th scope="row">([^<]+)</th>', source)
    assert rows == [(item.reference, item.at) for item in items if item.status == "undecided"]
    assert len(rows) == 31
    assert '<p class="from">The undecided wait for <code>purpose.<wbr>hazards</code></p>' in source


def test_clauses_that_do_not_bear_on_the_use_are_folded_into_one_place(
    scene: tuple[Report, Page, str],
) -> None:
    report, page, _ = scene
    passed = [f for f in report.findings if f.status == "not-applicable"]
    assert page.tags.count("details") == (1 if passed else 0)
    if passed:
        assert page.within("summary") == f"{len(passed)} clauses that do not bear on this use"


# --- what it says ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "sentence", "reach"),
    [
        ("nothing declared", "Not known yet. Four answers settle it.",
         "undetermined. At best conditional, at worst prohibited, by what is still open."),
        ("conditional", "Yes, on conditions: four duties are not yet shown to be met.",
         "conditional. Settled: best and worst are both conditional."),
        ("breach", "Not as it stands. The use is allowed, but one duty is not met.",
         "breach. Settled: best and worst are both breach."),
        ("needs-license", "Not without permission. Only a separate license from the licensor would allow this.",
         "needs-license. Settled: best and worst are both needs-license."),
        ("prohibited", "No. Two clauses forbid it.", "prohibited. Settled: best and worst are both prohibited."),
        ("not-granted", "No. The license gives no right to do this.",
         "not-granted. Settled: best and worst are both not-granted."),
        ("permitted", "Yes. Nothing has to be done first.",
         "permitted. Settled: best and worst are both permitted."),
        ("unknown license", "Not known yet. First it must be known which license this is.",
         "undetermined. At best permitted, at worst prohibited, by what is still open."),
    ],
)  # fmt: skip
def test_the_verdict_is_a_sentence_with_the_word_and_the_range(name: str, sentence: str, reach: str) -> None:
    _, page, _ = rendered(name)
    assert f"{sentence} {reach} allowed" in page.within("answer")


def test_an_altered_text_is_told_as_a_text_that_nobody_knows() -> None:
    report = scenes()["conditional"]
    altered = finding(
        document="llama-3.1",
        at="2",
        clause="users-threshold-altered",
        status="undecided",
        effect="prohibited",
        says="The words differ.",
        missing=("the clause as altered",),
    )
    changed = replace(
        report, verdict="undetermined", worst="prohibited", findings=(altered, *report.findings)
    )
    first = Page(html.render(changed)).within("answer")
    assert "Not known yet. It hangs on one clause that your copy has in other words." in first
    assert "The words differ (llama-3.1 2)" in first


def test_judgements_and_answers_are_counted_together() -> None:
    report = scenes()["nothing declared"]
    judged = finding(status="judgement", effect="prohibited", judge="Whether that is harm.")
    first = Page(html.render(replace(report, findings=(judged, *report.findings)))).within("answer")
    assert "Not known yet. It hangs on four answers and a person's judgement of one clause." in first
    assert "One clause that only a person can judge" in first


def test_remarks_on_a_clause_keep_their_authors_apart() -> None:
    source = rendered("everything")[2]
    assert '<div class="judge"><dt>For a person</dt><dd>Whether that is harm.</dd></div>' in source
    assert '<div class="doubt"><dt>Our doubt</dt><dd>The text does not say.</dd></div>' in source
    assert (
        '<div class="gloss"><dt>Licensor adds</dt><dd>Hosting is covered. <span class="from">'
        '<a href="https://example.com/faq" rel="external noopener noreferrer">Licensor&#39;s FAQ</a>; the text decides</span></dd></div>'
    ) in source
    assert "<blockquote>Words of grant.</blockquote>" in source


def test_a_breach_says_whether_and_when_it_may_be_cured() -> None:
    page = rendered("everything")[1]
    assert "Cure A breach may be cured within 30 days." in page.within("duties")


def test_lineage_and_policies_are_told_where_there_are_some() -> None:
    page = rendered("everything")[1]
    lineage = page.within("lineage")
    assert (
        "Work Came from Terms llama-3.1 fine-tune meta/base dataset rows none named breach meta/base"
        in lineage
    )
    assert "meta/base nothing that was named llama-3.1, llama-3.1-aup one clause against it" in lineage
    assert "rows data set nothing that was named none named license not known" in lineage
    assert "meta/base → acme/merge" in lineage
    policies = page.within("policies")
    assert (
        "Policy acme: deny acme no-llama high severity The reason of no-llama. "
        "Waiver Ada lifts no-llama until 2027-01-31 (in-force): A pilot. "
        "may be: approval displays Marketing must agree. By llama-3.1 1.b.i elsewhere 9 "
        "For a person to say whether these count: llama-3.1 1.b.i Not declared: product.countries "
        "Asked last year, too. Policy open: accept"
    ) in policies
    assert (
        "Policy act: covered act papers in-force, looked up on 2026-11-01 The reason of papers. "
        "Note Looked up again in a year. Source Regulation 1, Art. 2"
    ) in policies
    without = rendered("permitted")[1]
    assert {"lineage", "policies", "turned"}.isdisjoint(without.values("id"))
    assert "No lineage was given" in without.within("about")


def test_what_could_be_done_is_told_where_it_was_asked_for() -> None:
    assert rendered("everything")[1].within("turned") == (
        "What could be done What would make it allowed This is enough. "
        "release.model_name=Llama-Med-8B (was Med-8B) and leave out the act host "
        "There may be more; the search stopped here. Provided that these turn out well: "
        "could be not-granted: licensee.terminated is not declared llama-3.1 1.a "
        "What the release may be offered under llama-3.1 Only so. Allowed: llama-3.1. llama-3.1 1.a "
        "This is what would hold."
    )


@pytest.mark.parametrize(
    ("scene", "sentence"),
    [
        ("permitted", "No. The license allows it, but the policy acme denies it."),
        ("conditional", "No. The license allows it on conditions, but the policy acme denies it."),
        ("nothing declared", "No. The policy acme denies it, whatever the license says."),
        ("not-granted", "No. The license gives no right to do this. The policy acme denies it as well."),
    ],
)
def test_a_policy_that_denies_is_named_in_the_verdict_by_page_markdown_and_terminal(
    scene: str, sentence: str
) -> None:
    report = replace(
        scenes()[scene], policies=(ruling("acme", "deny", "never"), ruling("open", "accept", "any"))
    )
    first = Page(html.render(report)).within("answer")
    assert sentence in first
    assert "Denied by policy The reason of never. acme never" in first
    assert sentence in render(report, "markdown").replace("\\", "")
    told = sentence if scene != "not-granted" else "The policy acme denies it as well."
    assert f"\n✗ {told}\n" in render(report, "terminal")
    assert "No." not in Page(html.render(scenes()["permitted"])).within("answer")


def test_each_copy_that_was_given_is_told() -> None:
    first = TextGiven(path="LICENSE", sha256="0" * 64, match="exact", document="llama-3.1")
    second = TextGiven(
        path="USE_POLICY.md",
        sha256="1" * 64,
        match="modified",
        document="llama-3.1-aup",
        altered=("military",),
    )
    report = scenes()["conditional"]
    report = replace(report, subject=replace(report.subject, text=first, more_texts=(second,)))
    page = Page(html.render(report))
    assert "Your copies modified at worst, of 2 words differ from the text" in page.within("answer")
    about = page.within("about")
    assert "Text given LICENSE, as llama-3.1: exact, the same bytes as the text that was encoded" in about
    assert "Text given USE_POLICY.md, as llama-3.1-aup: modified, words differ" in about
    assert "; altered at military SHA-256 of it 1111" in about
    assert "- Text given: `USE_POLICY.md` for `llama-3.1-aup`, words differ" in render(report, "markdown")
    assert "Text given: USE_POLICY.md, llama-3.1-aup, modified: military\n" in render(report, "terminal")
    subject = json.loads(render(report, "json"))["subject"]
    assert [text["path"] for text in subject["texts"]] == ["LICENSE", "USE_POLICY.md"]
    assert subject["text"] == subject["texts"][0]


def test_it_says_what_it_is_not_and_what_it_was_made_from() -> None:
    report, page, _ = rendered("conditional")
    about = page.within("about")
    assert "It is not legal advice." in about
    assert all(word in about for word in (report.catalogue_digest, report.tool_version, report.as_of))


def test_a_text_that_was_given_is_named_with_its_digest_and_match() -> None:
    report = scenes()["conditional"]
    subject = replace(
        report.subject,
        text=TextGiven(
            path="copies/LICENSE",
            sha256="ab" * 32,
            match="modified",
            document="llama-3.1",
            altered=("grant",),
        ),
    )
    about = Page(html.render(replace(report, subject=subject))).within("about")
    assert (
        "copies/LICENSE, as llama-3.1: modified, words differ from the text that was encoded; altered at grant"
        in about
    )
    assert "ab" * 32 in about


def test_facts_stand_with_value_and_source() -> None:
    page = rendered("conditional")[1]
    reached = page.within("reached")
    assert "release.model_name Llama-Med-8B declared llama-3.1 1.b.i" in reached
    assert "derived: model registry, llama-3.1" in reached


# --- hostile names ---------------------------------------------------------------------------------------------


def test_hostile_names_stay_text() -> None:
    _, page, _ = rendered("hostile")
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert [name for _, name, _ in page.attributes if name.startswith("on")] == []
    shown = HOSTILE.replace("\u202e", "⟨U+202E⟩").replace("\u202c", "⟨U+202C⟩")
    shown = shown.replace("\x07", "⟨U+0007⟩")
    assert page.within("h1") == shown
    assert shown in page.within("title")


def invisible(source: str) -> list[str]:
    return [char for char in set(source) if unicodedata.category(char).startswith("C") and char != "\n"]


def test_no_invisible_character_of_a_name_reaches_the_page() -> None:
    source = rendered("hostile")[2]
    assert invisible(source) == []
    assert source.encode().decode() == source


def test_hostile_technical_names_stay_text() -> None:
    report = scenes()["everything"]
    first, *others = report.findings
    named = replace(
        first,
        document=HOSTILE,
        clause=HOSTILE,
        at=HOSTILE,
        status="open",
        act=(HOSTILE,),
        missing=(HOSTILE,),
        facts_used={HOSTILE: FactUsed(value=HOSTILE, source=HOSTILE)},
        gloss=((HOSTILE, HOSTILE, HOSTILE),),
        path=(HOSTILE, HOSTILE),
    )
    duty = replace(
        report.duties[0], duty=HOSTILE, how=HOSTILE, parameters=(("text", HOSTILE), (HOSTILE, HOSTILE))
    )
    question = scenes()["nothing declared"].questions[0]
    asked = replace(question, fact=HOSTILE, ask=HOSTILE, values=(HOSTILE,), leads_to=())
    source = html.render(
        replace(
            report,
            use=HOSTILE,
            as_of=HOSTILE,
            acts=(HOSTILE,),
            facts={HOSTILE: FactUsed(value=HOSTILE, source=HOSTILE)},
            findings=(named, *others),
            duties=(duty,),
            questions=(asked,),
            policies=(ruling(HOSTILE, "deny", HOSTILE, source=HOSTILE, notes=(HOSTILE,)),),
            changes=Changes(sets=((Change(fact=HOSTILE, value=HOSTILE, was=HOSTILE),),)),
            offering=Offering(options=(HOSTILE,), note=HOSTILE),
        )
    )
    page = Page(source)
    assert invisible(source) == []
    assert {"script", "img"}.isdisjoint(page.tags)
    assert [name for _, name, _ in page.attributes if name.startswith("on")] == []


def skeleton(report: Report) -> list[str]:
    # A longer name may be broken, and in the picture have two lines.
    return [tag for tag in Page(html.render(report)).tags if tag not in ("wbr", "text")]


TEXTS = st.lists(
    st.text(min_size=1)
    | st.sampled_from(["<i>", "</code>", "</title>", '"', "'>", "&lt;", "<!--", "]]>", "{{ 1 }}"]),
    min_size=1,
).map("".join)


@given(TEXTS.filter(str.strip), TEXTS)
@SETTINGS
def test_no_text_of_others_changes_the_structure_of_the_page(name: str, value: str) -> None:
    def named(name: str, value: str) -> Report:
        report = scenes()["everything"]
        first, *others = report.findings[:8]
        used = {"release.model_name": FactUsed(value=value, source=f"observed: {value}")}
        return replace(
            report,
            subject=replace(report.subject, model=name, title=value + ".", note=value),
            facts=used,
            findings=(replace(first, quote=value, path=(name, "b"), facts_used=used, note=value), *others),
            notes=(value,),
        )

    assert skeleton(named(name, value)) == skeleton(named("a", "b"))


# --- alone -----------------------------------------------------------------------------------------------------


def test_the_page_needs_nothing_from_outside(scene: tuple[Report, Page, str]) -> None:
    _, page, source = scene
    fetching = {"src", "srcset", "action", "formaction", "poster", "data", "background", "ping", "style"}
    assert [name for _, name, _ in page.attributes if name in fetching] == []
    assert {"script", "link", "iframe", "object", "embed", "img", "form", "base"}.isdisjoint(page.tags)
    assert re.findall(r"url\(|@import|expression\(", page.within("style")) == []
    assert [
        (tag, value)
        for tag, name, value in page.attributes
        if name == "href" and not value.startswith("#") and tag != "a"
    ] == []
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert ("meta", "content", policy) in page.attributes
    assert source.index("Content-Security-Policy") < source.index("<style>")


def test_only_http_and_https_addresses_become_links(scene: tuple[Report, Page, str]) -> None:
    _, page, _ = scene
    outer = [href for href in page.values("href") if not href.startswith("#")]
    assert [href for href in outer if not href.startswith(("http://", "https://"))] == []


def test_a_link_opens_the_source_at_the_passage() -> None:
    page = rendered("everything")[1]
    assert "https://example.com/text#:~:text=Grant%20of,materials" in page.values("href")
    assert "Address given: javascript:alert(3)" in page.within("clauses")


@pytest.mark.parametrize(
    "url",
    [
        None, "", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "file:///etc/passwd", "//host/path",
        "/path", "https:", "https:///path", "https://meta.com@evil.example/", "https://host/\u202epath", "https://host/a b",
        "java\nscript:alert(1)", "http://[", "vbscript:x", "ftp://host/",
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_not_linked(url: str | None) -> None:
    assert web_address(url) is None


@pytest.mark.parametrize("url", ["https://host/path#:~:text=a,b", "http://host:8080/?q=<x>"])
def test_a_web_address_is_linked_as_it_is(url: str) -> None:
    assert web_address(url) == url


# --- bytes, size and time --------------------------------------------------------------------------------------

REPEAT = """
import hashlib, weightlicense as wl
from weightlicense.report import render
report = wl.check("llama-3.1", use="derivative release", as_of="2026-11-21")
print(hashlib.sha256(render(report, "html").encode()).hexdigest())
"""
TIMED = """
import sys, time
from html.parser import HTMLParser
sys.path.insert(0, sys.argv[1])
from large import large
report = large()
start = time.process_time()
from weightlicense.report import html
source = html.render(report)
made = time.process_time()
HTMLParser().feed(source)
print(made - start, time.process_time() - made)
"""


def python(code: str, *arguments: str, seed: str = "0") -> str:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONHASHSEED": seed, "PATH": ""},
    ).stdout.strip()


def test_the_same_report_gives_the_same_bytes_in_any_process() -> None:
    assert python(REPEAT, seed="1") == python(REPEAT, seed="2")
    report = scenes()["everything"]
    assert render(report, "html") == html.render(report)


def test_a_report_of_300_findings_and_200_works_is_small_and_keeps_its_shape() -> None:
    report = large()
    source = html.render(report)
    page = Page(source)
    assert len(report.findings) == 300
    assert len({work for finding in report.findings for work in finding.path}) == 200
    assert len(source.encode()) < 1_000_000
    assert [f.reference for f in report.findings if f.reference not in set(page.values("id"))] == []
    assert page.tags.count("h1") == 1


def test_such_a_report_is_made_in_less_time_than_it_takes_to_read_it_three_times() -> None:
    # Of processor time, the template's compilation included; 0.15 s where reading takes 0.08 s.
    making, reading = python(TIMED, str(Path(__file__).parent)).split()
    assert float(making) < 3 * float(reading)


def finding(**changes: object) -> Finding:
    return replace(scenes()["permitted"].findings[0], **changes)  # type: ignore[arg-type]


def test_clauses_of_one_name_by_two_ways_have_two_places() -> None:
    report = scenes()["permitted"]
    twice = (finding(path=("a", "c")), finding(path=("b", "c")))
    page = Page(html.render(replace(report, findings=twice)))
    assert [place for place in page.values("id") if place.startswith(twice[0].reference)] == [
        twice[0].reference,
        f"{twice[0].reference}-2",
    ]
