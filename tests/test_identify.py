"""Which text a file is: unaltered copies are known in any layout, and no altered one passes as unaltered."""

from __future__ import annotations

import html
import json
import random
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import altered

import weightlicense as wl
from weightlicense.anchor import decode, tokenize
from weightlicense.catalogue import files
from weightlicense.recognition import Alteration, Match, Removal, identify
from weightlicense.recognition.compare import MOST_BYTES
from weightlicense.recognition.fingerprint import FILE, known, make, run_hashes

pytestmark = pytest.mark.corpus
UNALTERED = ("exact", "reformatted")
# Short and long, with twins, placeholders, other scripts, several languages, no encoding.
SAMPLE = (
    "apache-2.0", "bsd-3-clause", "cc-by-nc-4.0", "creativeml-openrail-m", "gemma-tou-2024-04-01", "gpt-oss-usage-policy",
    "kimi-k2.5-modified-mit", "llama-3", "llama-3.1", "llama-3.2-aup", "mit", "qwen-research-2024-09-19",
    "stability-sdxl-turbo", "tongyi-qianwen-2023-08", "yuan-2.0",
)  # fmt: skip


def source(texts: Path, name: str) -> str:
    return decode((texts / f"{name}.txt").read_bytes())


def only(text: str | bytes | Path, texts: Path | None = None) -> Match:
    found = identify(text, texts=texts)
    assert len(found) == 1
    return found[0]


def summary(found: tuple[Match, ...]) -> list[tuple[str | None, str]]:
    return [(match.id, match.match) for match in found]


# --- the fingerprints ---


def test_the_fingerprints_are_those_of_the_source_texts_and_encodings(texts: Path) -> None:
    made = make(texts)
    kept = (files.root() / FILE).read_bytes()
    assert made == kept, "run: python -m weightlicense.recognition TEXTS_DIR"


def test_the_hash_of_a_run_depends_on_each_word_and_on_their_order() -> None:
    first = run_hashes(["a", "b", "c", "d"])[0]
    assert 0 <= first < 1 << 24
    assert first == 0x3E13
    assert run_hashes(["b", "a", "c", "d"])[0] != first
    assert list(run_hashes(["a", "b", "c"])) == []


def test_every_source_text_has_a_fingerprint(texts: Path) -> None:
    assert [each.id for each in known().prints] == sorted(path.stem for path in texts.glob("*.txt"))


# --- unaltered ---


@pytest.mark.parametrize("name", SAMPLE)
def test_the_bytes_of_a_text_are_exact_and_any_layout_of_it_is_reformatted(texts: Path, name: str) -> None:
    data = (texts / f"{name}.txt").read_bytes()
    text = decode(data)
    found = only(data)
    assert found.match == "exact"
    assert name in (found.id, *found.also)
    copies = {kind: layout(text) for kind, layout in altered.LAYOUTS.items()}
    for encoding in ("utf-16", "utf-8-sig"):
        copies[encoding] = text.encode(encoding)
    copies["no breaks"] = text.replace(" ", "\u00a0").replace("e\u00a0", "e\u00ad\u200b\u00a0")
    copies["json"] = json.dumps({"license": text + "\n" * 6}, ensure_ascii=False)
    answers = {kind: only(copy) for kind, copy in copies.items()}
    assert {
        kind: (found.match, name in (found.id, *found.also)) for kind, found in answers.items()
    } == dict.fromkeys(copies, ("reformatted", True))
    assert answers["noted"].added == (
        "This folder holds the weights of Example-7B, made by the Example Authors. Copyright (c) 2026 Example Authors."
        " All rights reserved. The full text of the license follows",
    )


def test_a_chinese_text_is_known_in_its_national_encoding(texts: Path) -> None:
    text = source(texts, "yuan-2.0")
    assert only(text.encode("gb18030")) == Match(id="yuan-2.0", match="reformatted", similarity=1.0)


def test_placeholders_may_be_filled_in_but_not_with_terms(texts: Path) -> None:
    text = source(texts, "apache-2.0")
    filled = text.replace("[yyyy] [name of copyright owner]", "2026 Example Authors, Inc.")
    assert only(filled) == Match(id="apache-2.0", match="reformatted", similarity=1.0)
    terms = text.replace("[yyyy] [name of copyright owner]", "2026 Example. Commercial use is prohibited.")
    assert only(terms).match == "modified"


def test_a_note_on_how_to_apply_a_license_is_no_term_of_it(texts: Path) -> None:
    text = source(texts, "apache-2.0")
    body = text[: text.index("END OF TERMS AND CONDITIONS")]
    found = only(body)
    assert (found.id, found.match) == ("apache-2.0", "reformatted")
    assert [each.says for each in found.removed] == ["a passage that is no term is missing: 179 words"]


def test_items_may_get_numbers_where_the_text_has_none(texts: Path) -> None:
    text = source(texts, "bsd-3-clause")
    numbered = (
        text.replace("Redistributions of", "1. Redistributions of")
        .replace("Redistributions in", "2. Redistributions in")
        .replace("Neither", "3. Neither")
        .replace("the ORGANIZATION", "Example Authors, Inc.")
    )
    assert numbered.count("Example Authors") == 1
    found = only(f"BSD 3-Clause License\n\nCopyright (c) 2026, Example Authors\n\n{numbered}")
    assert (found.id, found.match) == ("bsd-3-clause", "reformatted")


def test_words_that_a_line_end_splits_are_put_together(texts: Path) -> None:
    text = source(texts, "mit")
    assert only(text.replace("documentation", "documen-\ntation")).match == "reformatted"


def test_texts_with_the_same_words_name_each_other(texts: Path) -> None:
    found = only(texts / "stability-sdxl-turbo.txt")
    assert {found.id, *found.also} == {"stability-sd-turbo", "stability-sdxl-turbo"}


# --- several texts ---


def test_license_and_policy_in_one_file_are_both_named(texts: Path) -> None:
    license, policy = source(texts, "llama-3.1"), source(texts, "llama-3.1-aup")
    found = identify(f'FROM llama3.1\nLICENSE """{license}"""\nLICENSE """{policy}"""\n')
    assert summary(found) == [("llama-3.1", "reformatted"), ("llama-3.1-aup", "reformatted")]
    changed = identify(f"{license}\n\n{policy.replace('Human trafficking', 'Animal trafficking')}")
    assert summary(changed) == [("llama-3.1", "reformatted"), ("llama-3.1-aup", "modified")]


def test_the_same_license_twice_is_found_twice(texts: Path) -> None:
    text = source(texts, "mit")
    found = identify(
        f"MIT License\n\nCopyright (c) A\n\n{text}\n\nThe MIT License (MIT)\n\nCopyright (c) B\n\n{text}"
    )
    assert summary(found) == [("mit", "reformatted"), ("mit", "reformatted")]


@pytest.mark.parametrize("shape", ["{:4}  {}", "{}: {}", "{} | {}"])
def test_numbers_of_lines_are_layout_and_hide_no_change(texts: Path, shape: str) -> None:
    def numbered(text: str) -> str:
        return "\n".join(shape.format(*line) for line in enumerate(text.splitlines(), 1))

    text = source(texts, "llama-3.1")
    assert summary(identify(numbered(text))) == [("llama-3.1", "reformatted")]
    altered = text.replace("700 million", "70 million")
    found = only(numbered(altered))
    assert found.match == "modified"
    assert {each.clause for each in found.altered} == {each.clause for each in only(altered).altered}


# --- altered ---


@pytest.mark.parametrize("name", SAMPLE)
def test_no_altered_text_passes_as_unaltered(texts: Path, name: str) -> None:
    text = source(texts, name)
    words = tokenize(text)
    chance = random.Random(name)
    third = len(words.words) // 3
    copies = {
        "typos": altered.with_typos(words, chance),
        "half": altered.first_half(words),
        "words removed": altered.without(text, words, third, third + max(1, third // 4)),
        "one word removed": altered.without(text, words, third, third + 1),
        "term added": altered.with_paragraph(text, altered.TERM, chance),
        "sentence added": altered.with_sentence(words, altered.REQUEST, chance),
        "term behind": f"{text}\n\n{altered.TERM}",
        "term before": f"{altered.TERM}\n\n{text}",
        "Chinese term behind": f"{text}\n\n不得用于商业目的。",
        "last word removed": text[: words.starts[-1]],
        "first word removed": text[words.ends[0] :],
    }
    assert {kind: only(copy).match for kind, copy in copies.items()} == dict.fromkeys(copies, "modified")


@pytest.mark.parametrize("name", SAMPLE)
def test_every_changed_number_is_named_by_its_clause(texts: Path, name: str) -> None:
    words = tokenize(source(texts, name))
    record = next(each for each in known().prints if each.id == name)
    places = altered.numbers(words)
    for index in places[:: max(1, len(places) // 12)]:
        found = only(altered.with_number(words, index))
        clauses = {clause for clause, _, start, stop in record.spans if start <= index < stop}
        told = {clause for each in found.altered for clause in each.clauses}
        assert (found.match, name in (found.id, *found.also)) == ("modified", True), words.words[index]
        assert clauses <= told, words.words[index]
        assert found.altered


def test_an_alteration_says_what_was_and_what_is(texts: Path) -> None:
    text = source(texts, "llama-3.1").replace("700 million", "70 million")
    change = Alteration(
        clause="users-threshold",
        at="2",
        was="affiliates, is greater than 700 million monthly active users",
        now="affiliates, is greater than 70 million monthly active users",
        clauses=("users-threshold",),
    )
    assert only(text, texts) == Match(id="llama-3.1", match="modified", similarity=0.9991, altered=(change,))
    without = only(text)
    assert [each.was for each in without.altered] == [None]


def test_a_removed_section_and_an_added_item_are_told(texts: Path) -> None:
    text = source(texts, "llama-3.1")
    cut = only(text[: text.index("7. Governing Law")])
    assert (cut.id, cut.match, cut.altered) == ("llama-3.1", "modified", ())
    assert cut.removed == (
        Removal(
            clause="law-and-courts",
            at="7",
            words=61,
            says="clause law-and-courts (at 7) is missing: 61 words",
        ),
    )
    added = only(
        text.replace("6. Term and", "d. You will name no model after a river or a lake.\n\n6. Term and")
    )
    assert added.added == ("d. You will name no model after a river or a lake",)


def test_of_two_copies_an_altered_one_stands_first(texts: Path) -> None:
    text = source(texts, "llama-3.1")
    altered = text.replace("700 million", "70 million")
    for copies in (f"{text}\n\n{altered}", f"{altered}\n\n{text}"):
        assert summary(identify(copies)) == [("llama-3.1", "modified"), ("llama-3.1", "reformatted")]


@pytest.mark.parametrize("holder", ["Foo. No commercial use.", "Foo, Inc. for internal evaluation only"])
def test_a_copyright_line_names_the_holder_and_sets_no_terms(texts: Path, holder: str) -> None:
    text = source(texts, "mit")
    assert only(f"Copyright (c) 2024 Foo, Inc.\n\n{text}").match == "reformatted"
    assert only(f"Copyright (c) 2024 {holder}\n\n{text}").match == "modified"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Modified MIT License", "mit"),
        ("Apache License 2.0", "mit"),
        ("MIT License", "bsd-3-clause"),
        ("license: mit", "llama-3.1"),
    ],
)
def test_a_title_that_contradicts_the_text_is_an_alteration(texts: Path, title: str, name: str) -> None:
    found = only(f"{title}\n\nCopyright (c) 2026 Example Authors\n\n{source(texts, name)}")
    assert (found.id, found.match) == (name, "modified")
    assert [each.at for each in found.altered] == ["title"]


def test_twins_are_told_apart_by_a_word(texts: Path) -> None:
    for name in (
        "llama-3.1",
        "llama-3.2",
        "llama-3.3",
        "llama-4",
        "gemma-tou-2024-02-21",
        "gemma-tou-2024-04-01",
    ):
        words = tokenize(source(texts, name))
        found = only(altered.with_typos(words, random.Random(name)))
        assert (found.id, found.match) == (name, "modified")
    swapped = source(texts, "llama-3.1").replace("3.1 COMMUNITY", "3.2 COMMUNITY")
    found = only(swapped)
    assert (found.id, found.match, [each.at for each in found.altered]) == (
        "llama-3.1",
        "modified",
        ["title"],
    )


def test_a_modified_mit_is_never_mit(texts: Path) -> None:
    text = source(texts, "kimi-k2.5-modified-mit").replace("Kimi K2.5", "Lantern L1")
    found = only(text)
    assert (found.id, found.match) == ("kimi-k2.5-modified-mit", "modified")
    assert "Lantern L1" in found.altered[0].now


@pytest.mark.parametrize(
    "hidden",
    [
        "<!-- {} -->",
        "~~{}~~",
        "<del>{}</del>",
        "<s>{}</s>",
        "<p hidden>{}</p>",
        '<div style="color: red; display: none">{}</div>',
        "<span style='visibility:hidden'>{}</span>",
    ],
)
def test_what_is_marked_up_as_not_to_be_read_is_missing(texts: Path, hidden: str) -> None:
    text = source(texts, "llama-3.1")
    (section,) = (line for line in text.splitlines() if "Additional Commercial Terms" in line)
    for copy in (
        text.replace(section, hidden.format(section)),
        f"<html><body>{text.replace(section, hidden.format(section))}</body></html>",
    ):
        found = only(copy)
        assert (found.id, found.match, [each.clause for each in found.removed]) == (
            "llama-3.1",
            "modified",
            ["users-threshold"],
        )


def test_a_text_that_stands_in_a_comment_as_a_whole_is_read_there(texts: Path) -> None:
    text = source(texts, "llama-3.1")
    for copy in (
        f"<!--\n{text}\n-->\n<template><h1>A page</h1></template>\n",
        f'<div class="overflow-hidden" style="overflow: hidden">{text}</div>',
    ):
        found = only(copy)
        assert (found.id, found.match) == ("llama-3.1", "reformatted")


def test_a_link_that_leads_elsewhere_is_an_alteration(texts: Path) -> None:
    text = source(texts, "llama-3.1-aup")
    link = "https://llama.meta.com/llama3_1/use-policy"
    assert link in text
    assert only(text.replace(link, f"[{link}]({link})", 1)).match == "reformatted"
    assert only(text.replace(link, f"[{link}]({link.replace('3_1', '3_2')})", 1)).match == "modified"


@pytest.mark.parametrize(
    "note",
    [
        "This model is a fine-tune of another. It is distributed under the license below. You can download it at x.org.",
        "You must accept the license below to use the weights.",
        "This file holds the license of the base model, as required by section 1. Built with Llama.",
        "Please read the license carefully. For questions write to legal@example.com.",
        "SPDX-License-Identifier: LicenseRef-llama-3.1\nCopyright (c) 2026 Example Authors",
    ],
)
def test_a_cover_note_is_told_and_alters_nothing(texts: Path, note: str) -> None:
    text = source(texts, "llama-3.1")
    for copy in (f"{note}\n\n{text}", f"{text}\n\n{note}\n"):
        found = only(copy)
        assert (found.id, found.match, found.altered, found.removed) == ("llama-3.1", "reformatted", (), ())
        assert len(found.added) == 1


@pytest.mark.parametrize(
    "terms",
    [
        "You may use this for research only.",
        "Use above 1M users needs a license from us.",
        "No commercial deployment.",
        "In addition, you owe us credit in all papers.",
        "The threshold in section 2 is 1 million users.",
        "You have to show our logo.",
        "Use in China is excluded.",
        "Die Nutzung ist nur für die Forschung erlaubt.",
        "L'utilisation commerciale est interdite.",
        "本模型仅供研究使用。",
        "商用利用は禁じられています。",
        "No military use.",
        "Not for use in China.",
        "Not valid for model outputs.",
        "Evaluation copy.",
        "Licensed to Acme Inc.",
        "The license lapses after 12 months.",
        "Foo reserves all patent rights.",
        "The model weights are under a separate license.",
        "The Foo Use Policy applies too.",
        "本许可不适用于欧盟。",
        "Copyright (c) 2026 Foo. No military use.",
        "Copyright (c) 2026 Foo (commercial use requires a paid licence)",
    ],
)
def test_terms_before_or_behind_a_text_alter_it(texts: Path, terms: str) -> None:
    text = source(texts, "llama-3.1")
    for copy in (f"{terms}\n\n{text}", f"{text}\n\n{terms}\n"):
        found = only(copy)
        assert (found.id, found.match) == ("llama-3.1", "modified")
        assert len(found.added) == 1


def saved_page(text: str, *, menu: str = "", behind: str = "") -> str:
    """A page of a site as a browser saves it: with menus, elements of its own, templates and a footer."""
    first, *rest = (html.escape(part) for part in altered.paragraphs(text))
    body = "\n".join(f"<p>{part}</p>" for part in rest)
    links = "".join(
        f'<li><a href="/{n}" class="item">{n}</a></li>' for n in ("Models", "Terms of use", "Prohibited use")
    )
    return (
        '<!doctype html>\n<html lang="en" dir="ltr">\n<head><title>Terms | Example for Developers</title></head>\n<body page>'
        f"<site-header><nav class='top' data-x=\"1 > 0\"><ul>{links}{menu}</ul></nav></site-header>\n<!-- use is prohibited -->"
        f"<article><h1 class=title\n  tabindex='-1'>{first}</h1>\n<site-toc depth=\"2\" embedded\n></site-toc>\n{body}\n</article>"
        "<template><p>You must pay us.</p></template>"
        "<site-footer><p>Except as otherwise noted, the content of this page is licensed under the <a href='https://a.b/c'>"
        "Creative Commons Attribution 4.0 License</a>, and code samples are licensed under the <a href='https://a.b/d'>"
        f"Apache 2.0 License</a>.</p>{behind}</site-footer></body></html>"
    )


@pytest.mark.parametrize(
    "name", ["llama-3.1", "gemma-tou-2025-03-24", "cc-by-nc-4.0", "qwen-research-2024-09-19"]
)
def test_a_page_saved_from_a_site_is_the_text_with_the_site_around_it(texts: Path, name: str) -> None:
    found = only(saved_page(source(texts, name)))
    assert (found.id, found.match, found.altered, found.removed) == (name, "reformatted", (), ())
    assert [note[:23] for note in found.added] == ["Terms | Example for Dev", "Except as otherwise not"]


@pytest.mark.parametrize(
    "parts",
    [
        {"menu": "<li>Commercial use is prohibited.</li>"},
        {"menu": "<li><a href='/x'>You may use this for research only</a></li>"},
        {"behind": "<p>You may use the model for research only.</p>"},
        {"behind": "<p>Except as otherwise noted, the content of this page may not be sold.</p>"},
    ],
)
def test_terms_in_the_parts_of_a_site_alter_the_text(texts: Path, parts: dict[str, str]) -> None:
    found = only(saved_page(source(texts, "llama-3.1"), **parts))
    assert (found.id, found.match) == ("llama-3.1", "modified")


def test_a_changed_word_in_a_saved_page_is_named(texts: Path) -> None:
    found = only(saved_page(source(texts, "llama-3.1").replace("700 million", "70 million")))
    assert (found.id, found.match, [each.clause for each in found.altered]) == (
        "llama-3.1",
        "modified",
        ["users-threshold"],
    )


def test_a_whole_text_with_a_list_behind_it_is_no_altered_later_version(texts: Path) -> None:
    later = source(texts, "gemma-tou-2026-04-01")
    appendix = later[later.index("\nAppendix\n") :]
    found = only(source(texts, "gemma-tou-2025-03-24") + appendix)
    assert (found.id, found.match, found.altered, found.removed) == (
        "gemma-tou-2025-03-24",
        "reformatted",
        (),
        (),
    )
    assert len(found.added) == 1
    assert found.added[0].startswith("Appendix * Gemma 1 * Gemma 1.1")


# --- unknown ---


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "MIT",
        "Draft. Not binding until countersigned.",
        "Apache License 2.0",
        "license: llama3.1\nbase_model: meta-llama/Llama-3.1-8B\n",
        "Llama 3.1 is licensed under the Llama 3.1 Community License, Copyright © Meta Platforms, Inc. All Rights Reserved.",
        'Licensed under the Apache License, Version 2.0 (the "License");\nyou may not use this file except in compliance'
        " with the License.\nYou may obtain a copy of the License at\n\n    http://www.apache.org/licenses/LICENSE-2.0\n",
        "All rights reserved. You may not use this model.",
    ],
)
def test_a_title_a_mention_or_a_notice_is_not_the_text(text: str) -> None:
    assert summary(identify(text)) == [(None, "unknown")]


def test_other_texts_are_unknown_or_modified(texts: Path) -> None:
    unlisted = sorted((texts.parent / "data" / "unlisted").glob("*.txt"))
    answers = {
        path.stem: (found := only(path)).match + (f" {found.near}" if found.near else "") for path in unlisted
    }
    assert answers == {
        "blueoak-1.0.0": "unknown fair-ai-public-1.0",
        "cecill-2.1": "unknown",
        "cern-ohl-s-2.0": "unknown",
        "ms-rl": "modified",  # Ms-PL with another title and one more condition
        "mulanpsl-2.0": "unknown",
        "vim": "unknown",
    }


def test_binary_files_are_unknown() -> None:
    chance = random.Random(7)
    for data in (
        b"GGUF\x03\0\0\0" + bytes(100),
        bytes(5000),
        chance.randbytes(5000),
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    ):
        assert summary(identify(data)) == [(None, "unknown")]


# --- hostile ---


@pytest.mark.parametrize(
    "part",
    [
        "a ", "中", "permission is hereby granted ", "<a ", "](((", "[x](", "&#x41;", "1.\n", "Page 1 of 2\n", "\u200b",
        "<!doctype html>", "<html><nav>", "<nav><a>x", "<html><!--", '<html><b "', "<html><nav></nav>", "<style>", "*\n", "\\n", "e\u0301", "e\u0301\u0301\u0301", "\n\n", '"', "((1)", "<li>", "第",
    ],
)  # fmt: skip
def test_a_quarter_of_a_mebibyte_of_anything_takes_seconds_at_most(part: str) -> None:
    start = perf_counter()
    found = identify(part * (MOST_BYTES // 8 // len(part.encode())))
    assert perf_counter() - start < 5
    assert summary(found) == [(None, "unknown")]


def test_a_file_of_thousands_of_licenses_takes_seconds_at_most(texts: Path) -> None:
    text = source(texts, "mit")
    start = perf_counter()
    found = identify(f"{text}\n\n".encode() * 20_000)
    assert perf_counter() - start < 30
    assert {match.id for match in found} == {"mit"}
    assert len(found) == 64


def test_what_was_not_read_is_not_called_unaltered(texts: Path, tmp_path: Path) -> None:
    path = tmp_path / "LICENSE"
    path.write_text(source(texts, "mit") + "\n" * MOST_BYTES + altered.TERM)
    found = only(path)
    assert (found.id, found.match) == ("mit", "modified")
    assert found.added == ("(what lies beyond the first 2 MiB was not read)",)


def test_what_a_terminal_obeys_is_not_printed(texts: Path) -> None:
    found = only(source(texts, "mit").replace("free of charge", "free \x1b[2J of \u202e cost"))
    assert "\x1b" not in found.altered[0].now
    assert "\u202e" not in found.altered[0].now


# --- the command ---


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "weightlicense", "identify", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_answers_an_object_for_a_file_and_an_array_for_several(
    texts: Path, tmp_path: Path
) -> None:
    exact, changed, other = texts / "llama-3.1.txt", tmp_path / "LICENSE", tmp_path / "README"
    changed.write_text(source(texts, "llama-3.1").replace("700 million", "70 million"))
    other.write_text("hello\n")
    one = command(str(exact), "--format", "json")
    assert one.returncode == 0
    assert json.loads(one.stdout) == {
        "format": 1,
        "path": str(exact),
        "matches": [
            {
                "id": "llama-3.1", "match": "exact", "similarity": 1.0,
                "altered": [], "added": [], "removed": [], "also": [], "near": None,
            }
        ],
    }  # fmt: skip
    three = command(str(exact), str(changed), str(other), "--format", "json")
    assert three.returncode == 1
    assert [each["matches"][0]["match"] for each in json.loads(three.stdout)] == [
        "exact",
        "modified",
        "unknown",
    ]
    assert command(str(other)).returncode == 3


def test_the_command_shows_the_altered_clause(texts: Path, tmp_path: Path) -> None:
    path = tmp_path / "LICENSE"
    path.write_text(source(texts, "llama-3.1").replace("700 million", "70 million"))
    shown = command(str(path), "--texts", str(texts))
    assert shown.returncode == 1
    assert shown.stdout == (
        f"{path}\n"
        "  ✗ llama-3.1: modified                                             99.9 % alike\n"
        "    altered  users-threshold · 2\n"
        "      was: affiliates, is greater than 700 million monthly active users\n"
        "      now: affiliates, is greater than 70 million monthly active users\n"
    )


def test_a_file_that_cannot_be_read_is_said_and_exits_2(texts: Path, tmp_path: Path) -> None:
    missing = tmp_path / "none"
    found = command(str(missing), str(texts / "mit.txt"), "--format", "json")
    assert (found.returncode, found.stderr) == (2, f"weightlicense: {missing}: No such file or directory\n")
    assert [each["matches"][0]["id"] for each in json.loads(found.stdout)] == ["mit"]
    assert command(str(tmp_path)).returncode == 2
    assert command().returncode == 2


def test_identify_is_public(texts: Path) -> None:
    assert wl.identify is identify
    assert wl.Match is Match
    assert wl.identify(texts / "mit.txt")[0].id == "mit"
