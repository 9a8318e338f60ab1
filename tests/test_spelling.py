"""The names that people write for a license, and names that must not be taken for one."""

from __future__ import annotations

import pytest

from weightlicense import catalogue

NAMES = [
    ("The MIT License (MIT)", "mit"),
    ("MIT license", "mit"),
    ("Apache2", "apache-2.0"),
    ("Apache License, Version 2.0", "apache-2.0"),
    ("https://www.apache.org/licenses/LICENSE-2.0", "apache-2.0"),
    ("GPL v3", "gpl-3.0"),
    ("GPLv3", "gpl-3.0"),
    ("GNU Affero General Public License v3.0", "agpl-3.0"),
    ("CC BY-NC 4.0", "cc-by-nc-4.0"),
    ("Creative Commons Attribution 4.0 International Public License", "cc-by-4.0"),
    ("https://creativecommons.org/licenses/by-nc-sa/4.0/legalcode", "cc-by-nc-sa-4.0"),
    ("CC0", "cc0-1.0"),
    ("META LLAMA 3 COMMUNITY LICENSE AGREEMENT", "llama-3"),
    ("Llama 3.1 Community License", "llama-3.1"),
    ("llama3_1", "llama-3.1"),
    ("CreativeML Open RAIL-M", "creativeml-openrail-m"),
    ("Mistral Research License", "mistral-mrl-0.1"),
    ("Mistral AI Non-Production License", "mistral-mnpl-0.1"),
    ("Falcon 180B TII License", "falcon-180b-tii-1.0"),
    ("Stability AI Community License", "stability-community-2024"),
    ("Gemma Terms of Use", "gemma-tou-2026-04-01"),
    ("DeepSeek License Agreement", "deepseek-1.0"),
]
# Another version, no version, or a name that several texts bear.
NOT_GUESSED = [
    "Apache License 1.1",
    "Apache Software License",
    "GPLv4",
    "cc-by-nc",
    "Creative Commons",
    "Llama 3.4 Community License",
    "Mistral AI Research License 0.2",
    "CreativeML Open RAIL++-M License",
    "Modified MIT",
    "sai-nc-community",
    "All rights reserved",
    "bespoke",
    "MIT License (NC)",
    "MIT License (modified)",
    "Apache License 2.0 (with Commons Clause)",
    "",
    "(MIT)(Apache)",
]


@pytest.mark.parametrize(("written", "document"), NAMES)
def test_a_name_in_ordinary_words_is_that_license(written: str, document: str) -> None:
    assert catalogue.resolve_license(written, as_of="2026-11-22").choices == ((document,),)


@pytest.mark.parametrize(
    ("written", "choices"),
    [
        ("GNU GPL version 2 or later", (("gpl-2.0",), ("gpl-3.0",))),
        ("GPL v2 or any later version", (("gpl-2.0",), ("gpl-3.0",))),
        ("GNU Lesser General Public License v2.1 or newer", (("lgpl-2.1",), ("lgpl-3.0",))),
        ("GPL-3.0 or later", (("gpl-3.0",),)),
        ("GNU GPLv3", (("gpl-3.0",),)),
        ("AGPLv3+", (("agpl-3.0",),)),
        ("MIT or Apache-2.0", (("mit",), ("apache-2.0",))),
    ],
)
def test_words_for_later_versions_and_choices_are_understood(
    written: str, choices: tuple[tuple[str, ...], ...]
) -> None:
    assert catalogue.resolve_license(written, as_of="2026-11-22").choices == choices


@pytest.mark.parametrize(
    "written",
    [
        "Apache 2.0 (code) and CC-BY-4.0 (data)",
        'MIT with the "Commons Clause"',
        "Free for research and non-commercial use (see below)",
        "This License is Foo License Agreement (v1) and more.",
        "Apache-2.0, and CC-BY-4.0 or so",
    ],
)
def test_a_sentence_with_and_or_with_is_no_expression_and_no_error(written: str) -> None:
    assert catalogue.find_written(written, as_of="2026-11-22") is None


@pytest.mark.parametrize("written", NOT_GUESSED)
def test_a_name_of_no_one_text_leads_to_none(written: str) -> None:
    found = catalogue.find_written(written, as_of="2026-11-22")
    assert found is None or not found.choices


def test_every_license_is_known_by_its_own_title() -> None:
    for document_id, head in catalogue.heads().items():
        if head["kind"] == "license":
            found = catalogue.find_written(head["title"], as_of="2026-11-22")
            assert found is not None
            assert found.choices == ((document_id,),) or document_id in found.one_of, (document_id, found)
