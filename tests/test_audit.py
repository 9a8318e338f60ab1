"""Model directories audited: witnesses weighed, every license evaluated, duties checked on what lies there."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

import weightlicense as wl
from weightlicense.auditing.origin import STRICTEST
from weightlicense.auditing.statements import stated
from weightlicense.cli import main
from weightlicense.finding import Report
from weightlicense.lineage import RELATIONS

NOTICE = "Llama 3.1 is licensed under the Llama 3.1 Community License, Copyright © Meta Platforms, Inc. All Rights Reserved.\n"
CARD = "---\nlicense: llama3.1\nbase_model: meta-llama/Llama-3.1-8B-Instruct\n---\n\n# A card\n\nBuilt with Llama\n"
SETTLED: dict[str, object] = {
    "licensee.monthly_active_users@2024-06": "<1M",
    "licensee.good_standing": "yes",
    "purpose.hazards": "none",
    "purpose.commercial": "yes",
    "duty.follow-brand-guidelines": "met",
}
DAY = "2026-11-21"


@pytest.fixture
def release(tmp_path: Path, texts: Path) -> Path:
    """A Llama 3.1 fine-tune with all that the license asks for."""
    folder = tmp_path / "Llama-3.1-Med-8B"
    make(folder, {"README.md": CARD, "NOTICE": NOTICE})
    shutil.copy(texts / "llama-3.1.txt", folder / "LICENSE")
    return folder


def make(folder: Path, files: dict[str, str]) -> Path:
    for name, words in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words, encoding="utf-8")
    return folder


def audit(folder: Path, **options: Any) -> Report:
    facts = {**SETTLED, **options.pop("facts", {})}
    return wl.audit(folder, facts=facts, as_of=DAY, **options)


def acts(report: Report) -> dict[str, str]:
    return {row.duty: row.status for row in report.duties if row.phase == "act"}


def command(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["audit", "--no-profile", "--as-of", DAY, *arguments])


def test_a_release_with_all_that_its_license_asks_for_is_permitted(release: Path) -> None:
    report = audit(release)
    assert (report.verdict, report.best, report.worst) == ("permitted", "permitted", "permitted")
    assert report.subject.license == "llama-3.1"
    assert acts(report) == {
        "license-copy": "satisfied",
        "display": "satisfied",
        "name-prefix": "satisfied",
        "notice-file": "satisfied",
        "follow-brand-guidelines": "satisfied",
    }
    assert report.contradictions == ()
    assert report.unread == ()


def test_each_observed_fact_says_where_it_was_seen(release: Path) -> None:
    facts = audit(release).facts
    assert {name: facts[name].source for name in facts if facts[name].source.startswith("observed")} == {
        "release.displays": "observed: README.md",
        "release.license": "observed: README.md:2",
        "release.license_copy[llama-3.1]": "observed: LICENSE",
        "release.model_name": "observed: the directory's name",
        "release.notice": "observed: NOTICE",
        "release.policy_copy[llama-3.1]": "observed: no text of llama-3.1-aup in the directory",
    }


def test_the_witnesses_are_named_with_what_each_says(release: Path) -> None:
    rows = {(row.source, row.place): row.says for row in audit(release).witnesses or ()}
    assert rows["card", "README.md"]["license"] == "llama3.1"
    assert rows["license-file", "LICENSE"] == {"text": "llama-3.1", "match": "exact", "similarity": 1.0}
    assert rows["directory", "."] == {"model_name": "Llama-3.1-Med-8B"}


@pytest.mark.parametrize(
    ("file", "words", "duty"),
    [
        ("LICENSE", None, "license-copy"),
        ("NOTICE", None, "notice-file"),
        ("NOTICE", NOTICE.replace("3.1", "3.2"), "notice-file"),
        ("README.md", CARD.replace("Built with Llama", "<!-- Built with Llama -->"), "display"),
        ("README.md", CARD.replace("Built with Llama", "~~Built with Llama~~"), "display"),
        ("README.md", CARD.replace("Built with Llama", "<span hidden>Built with Llama</span>"), "display"),
        ("README.md", CARD.replace("# A card", "# org/MedAssist-8B"), "name-prefix"),
    ],
)
def test_what_is_not_in_the_directory_is_not_there(
    release: Path, file: str, words: str | None, duty: str
) -> None:
    if words is None:
        (release / file).unlink()
    else:
        (release / file).write_text(words)
    report = audit(release)
    assert report.verdict == "breach"
    assert [name for name, status in acts(report).items() if status == "violated"] == [duty]


def test_a_display_in_a_document_of_the_directory_counts(release: Path) -> None:
    make(
        release,
        {"README.md": CARD.replace("Built with Llama", ""), "docs/about.md": "Proudly *Built with Llama*"},
    )
    assert audit(release).verdict == "permitted"


def test_declared_displays_and_those_of_the_card_add_up(release: Path) -> None:
    (release / "README.md").write_text(CARD.replace("Built with Llama", ""))
    report = audit(release, facts={"release.displays": "Built with Llama, as the site says"})
    assert report.verdict == "permitted"
    assert report.contradictions == ()


def test_a_declared_fact_goes_first_and_what_disagrees_is_told(release: Path) -> None:
    report = audit(release, facts={"release.model_name": "MedAssist"})
    assert acts(report)["name-prefix"] == "violated"
    assert [(each.fact, each.between) for each in report.contradictions] == [
        (
            "release.model_name",
            ("MedAssist (declared)", "Llama-3.1-Med-8B (observed: the directory's name)"),
        )
    ]


def test_an_altered_license_is_no_copy_and_the_clause_is_named(release: Path) -> None:
    words = (release / "LICENSE").read_text()
    (release / "LICENSE").write_text(words.replace("700 million", "70 million"))
    report = audit(release)
    assert (report.verdict, acts(report)["license-copy"]) == ("breach", "violated")
    (altered,) = [finding for finding in report.findings if finding.kind == "alteration"]
    assert (altered.document, altered.clause, altered.at) == ("llama-3.1", "users-threshold-altered-1", "2")
    assert "70 million" in altered.says


def test_an_altered_text_that_nothing_else_stands_for_leaves_its_terms_unknown(
    tmp_path: Path, texts: Path
) -> None:
    words = (texts / "mit.txt").read_text()
    folder = make(
        tmp_path / "own",
        {
            "LICENSE": f"{words}\nThe software may not be used commercially.\n",
            "README.md": "---\nlicense: mit\n---\n",
        },
    )
    assert audit(folder, use="internal use").verdict == "undetermined"


def test_a_label_that_the_ancestors_do_not_allow_breaks_keep_terms(release: Path) -> None:
    (release / "README.md").write_text(CARD.replace("llama3.1", "apache-2.0"))
    report = audit(release)
    assert (report.verdict, acts(report)["keep-terms"]) == ("breach", "violated")
    assert [each.between for each in report.contradictions] == [
        ("apache-2.0 (README.md:2)", "the text of llama-3.1 (LICENSE)"),
        ("apache-2.0 (README.md:2)", "llama-3.1 (lineage: meta-llama/Llama-3.1-8B-Instruct)"),
    ]


def test_a_model_that_comes_from_none_has_the_license_that_its_directory_names(
    tmp_path: Path, texts: Path
) -> None:
    shutil.copy(texts / "apache-2.0.txt", tmp_path / "LICENSE")
    report = audit(tmp_path, use="internal use")
    assert (report.verdict, report.subject.license) == ("permitted", "apache-2.0")


def test_of_two_licenses_that_witnesses_name_the_stricter_decides(tmp_path: Path) -> None:
    folder = make(
        tmp_path / "model",
        {"README.md": "---\nlicense: apache-2.0\n---\n", "config.json": '{"license": "cc-by-nc-4.0"}'},
    )
    report = audit(folder, use="commercial product")
    assert report.verdict == "not-granted"
    assert [each.between for each in report.contradictions] == [
        ("apache-2.0 (README.md:2)", "cc-by-nc-4.0 (config.json: license)")
    ]


@pytest.mark.parametrize(
    ("written", "choices", "one_of"),
    [
        ("AGPL-3.0 License (https://ultralytics.com/license)", (("agpl-3.0",),), ()),
        ("https://creativecommons.org/licenses/by-nc/4.0/legalcode", (("cc-by-nc-4.0",),), ()),
        ("https://www.apache.org/licenses/LICENSE-2.0", (("apache-2.0",),), ()),
        ("The Apache 2 License", (("apache-2.0",),), ()),
        ("GPLv3", (("gpl-3.0",),), ()),
        ("LicenseRef-Llama3.1", (("llama-3.1",),), ()),
        ("Qwen RESEARCH LICENSE AGREEMENT", (("qwen-research-2024-09-19",),), ()),
        ("Gemma Terms of Use", (("gemma-tou-2026-04-01",),), ()),
        ("stabilityai-ai-community", (("stability-community-2024",),), ()),
        (
            "CreativeML Open RAIL++-M License",
            (),
            ("creativeml-openrail-pp-m", "creativeml-openrail-pp-m-2022"),
        ),
        ("MIT License (non-commercial use only)", (), ()),
        ("Apache 2.0, modified", (), ()),
        ("license", (), ()),
        ("2.0", (), ()),
    ],
)
def test_a_license_is_known_however_people_write_its_name(
    written: str, choices: tuple[tuple[str, ...], ...], one_of: tuple[str, ...]
) -> None:
    found = stated(written, DAY, kind="card", place="README.md:2")
    assert (found.choices, found.one_of, found.reason is None) == (choices, one_of, bool(choices))


@pytest.mark.parametrize(
    ("name", "link", "is_settled"),
    [
        ("llama-community-agreement", "LICENSE", True),
        ("llama-community-agreement", "https://x.org/LICENSE", False),
        ("llama-community-agreement", "OTHER", False),
        ("llama-noncommercial", "LICENSE", False),
        ("llama-2-agreement", "LICENSE", False),
        ("acme-nc", "LICENSE", False),
        ("license", "LICENSE", False),
    ],
)
def test_a_name_of_its_own_for_a_file_that_is_linked_is_the_text_in_it(
    tmp_path: Path, texts: Path, name: str, link: str, is_settled: bool
) -> None:
    card = f"---\nlicense: other\nlicense_name: {name}\nlicense_link: {link}\n---\n"
    folder = make(
        tmp_path / "m", {"README.md": card, "LICENSE": (texts / "llama-3.1.txt").read_text(encoding="utf-8")}
    )
    report = audit(folder, use="research")
    assert report.subject.license == "llama-3.1"
    assert ("license" in {each.fact for each in report.contradictions}) == (not is_settled)


def test_a_text_that_is_known_and_not_encoded_leaves_its_terms_unknown(tmp_path: Path, texts: Path) -> None:
    folder = make(tmp_path / "m", {"LICENSE": (texts / "glm-130b.txt").read_text()})
    report = audit(folder, use="research")
    assert report.verdict == "undetermined"
    assert [f.says for f in report.findings if f.status == "undecided"] == [
        "LICENSE is glm-130b, or was made from it, whose clauses are not encoded. What it allows is unknown."
    ]


@pytest.mark.parametrize("name", ["model.cdx.json", "sbom.cdx.json", "model-bom.json"])
def test_a_bill_of_materials_is_one_whatever_its_name(tmp_path: Path, name: str) -> None:
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {
            "component": {
                "type": "machine-learning-model",
                "name": "m",
                "licenses": [{"license": {"id": "CC-BY-NC-4.0"}}],
            }
        },
    }
    folder = make(tmp_path / "m", {"README.md": "---\nlicense: mit\n---\n", name: json.dumps(bill)})
    report = audit(folder, use="commercial product")
    assert (report.verdict, report.subject.license) == ("not-granted", "mit AND cc-by-nc-4.0")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("bom.xml", "<bom/>", "a bill of materials in XML, of which only the form in JSON is read"),
        ("model.spdx.rdf", "<rdf/>", "SPDX in a form that is not read; JSON, YAML and tag-value are"),
        ("sbom.json", "{}", "neither CycloneDX nor SPDX"),
        ("model.spdx.json", '{"spdxVersion": "SPDX-2.3",', "not JSON: line 1: Expecting property name enclosed in double quotes"),
        ("model.spdx", "", "an empty file"),
    ],
)  # fmt: skip
def test_a_bill_of_materials_that_was_not_read_leaves_the_terms_unknown(
    tmp_path: Path, name: str, content: str, reason: str
) -> None:
    folder = make(tmp_path / "m", {"README.md": "---\nlicense: mit\n---\n"})
    assert audit(folder, use="internal use").verdict == "permitted"
    (folder / name).write_text(content)
    report = audit(folder, use="internal use")
    assert [(row.path, row.reason) for row in report.unread] == [(name, reason)]
    assert (report.verdict, report.best, report.worst) == ("undetermined", "permitted", "prohibited")
    said = [finding.says for finding in report.findings if finding.status == "undecided"]
    assert said == [
        f"{name} is there to name licenses, and was not read ({reason}). What it allows is unknown."
    ]


@pytest.mark.parametrize(
    ("parent", "license"),
    [
        ("llama3.1:8b-instruct-q4_K_M", "llama-3.1"),
        ("registry.ollama.ai/library/llama3.1:70b", "llama-3.1"),
        ("qwen2.5:3b", "qwen-research-2024-09-19"),
        ("llama3.2:1b", "llama-3.2"),
    ],
)
def test_a_name_of_ollama_with_its_tag_is_a_model(tmp_path: Path, parent: str, license: str) -> None:
    report = audit(make(tmp_path / "m", {"Modelfile": f"FROM {parent}\n"}), use="research")
    assert report.subject.license == license


def test_every_parent_of_a_merge_is_evaluated(tmp_path: Path) -> None:
    folder = make(
        tmp_path / "Llama-mix",
        {
            "README.md": CARD,
            "mergekit_config.yml": "models:\n- model: meta-llama/Llama-3.1-8B-Instruct\n- model: CohereForAI/aya-expanse-8b\n",
        },
    )
    report = audit(folder)
    assert (report.use, report.verdict) == ("merge release", "not-granted")
    assert report.subject.license == "llama-3.1 AND cc-by-nc-4.0"
    assert (
        report.notes[0] == "The use 'merge release' is inferred from the relation merge; --use names another."
    )


@pytest.mark.parametrize(
    ("file", "words", "use"),
    [
        ("adapter_config.json", '{"base_model_name_or_path": "meta-llama/Llama-3.1-8B"}', "adapter release"),
        (
            "README.md",
            "---\nbase_model: Qwen/Qwen2.5-7B\nbase_model_relation: quantized\n---\n",
            "quantized release",
        ),
        ("README.md", "---\nbase_model: Qwen/Qwen2.5-7B\n---\n", "derivative release"),
        ("README.md", "---\nlicense: mit\n---\n", "redistribution"),
    ],
)
def test_the_use_is_inferred_from_the_relation(tmp_path: Path, file: str, words: str, use: str) -> None:
    report = audit(make(tmp_path / "model", {file: words}))
    assert report.use == use
    assert f"The use {use!r} is inferred" in report.notes[0]


def test_the_use_that_is_named_is_not_said_to_be_inferred(release: Path) -> None:
    assert not any("inferred" in note for note in audit(release, use="internal use").notes)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"README.md": "# A model\n"},
        {"README.md": "---\nlicense: foo-license-9\n---\n"},
        {"README.md": "---\nlicense: other\n---\n"},
        {"README.md": "---\nlicense: mit\nbase_model: somebody/something\n---\n"},
        {"LICENSE": "The licensee shall dance on Sundays. " * 40},
        {"config.json": '{"_name_or_path": "Qwen/Qwen2.5-7B"}'},
    ],
)
def test_what_nobody_can_name_leaves_the_answer_undetermined(tmp_path: Path, files: dict[str, str]) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    report = audit(make(folder, files), use="internal use")
    assert (report.verdict, report.worst) == ("undetermined", "prohibited")


def test_a_name_that_a_tool_left_behind_speaks_against_a_release_but_not_for_it(tmp_path: Path) -> None:
    folder = make(tmp_path / "med", {"config.json": '{"_name_or_path": "meta-llama/Llama-3.1-8B"}'})
    assert audit(folder).verdict == "breach"


def test_a_version_whose_text_lies_in_the_directory_is_the_one_that_applies(
    tmp_path: Path, texts: Path
) -> None:
    folder = make(
        tmp_path / "g", {"README.md": "---\nlicense: gemma\nbase_model: google/gemma-2-9b-it\n---\n"}
    )
    assert audit(folder).subject.license == "gemma-tou-2026-04-01"
    shutil.copy(texts / "gemma-tou-2024-04-01.txt", folder / "LICENSE")
    report = audit(folder)
    assert report.subject.license == "gemma-tou-2024-04-01"
    assert acts(report)["license-copy"] == "satisfied"


def test_many_files_that_say_the_same_do_not_hide_what_another_says(tmp_path: Path, texts: Path) -> None:
    says = b'{"__metadata__": {"license": "mit"}}'
    for number in range(201):
        made = make(
            tmp_path, {f"{number:03}/adapter_config.json": '{"base_model_name_or_path": "microsoft/phi-4"}'}
        )
        (made / f"{number:03}/m.safetensors").write_bytes(len(says).to_bytes(8, "little") + says)
    shutil.copy(texts / "cc-by-nc-4.0.txt", tmp_path / "LICENSE")
    make(tmp_path, {"z/adapter_config.json": '{"base_model_name_or_path": "meta-llama/Llama-3.1-8B"}'})
    report = audit(tmp_path, use="commercial product")
    assert report.verdict == "not-granted"
    assert report.subject.license == "mit AND llama-3.1 AND cc-by-nc-4.0"


@pytest.mark.parametrize(
    ("lines", "clause"),
    [
        (
            [f"license: [{', '.join(f'mit-{number}' for number in range(300))}]"],
            "license-unknown-1-more-statements-of-licenses-201",
        ),
        (
            ["license: mit", "base_model:", *(f"- microsoft/phi-4-{number}" for number in range(300))],
            "license-unknown",
        ),
    ],
)
def test_more_than_anyone_weighs_leaves_the_answer_open(
    tmp_path: Path, lines: list[str], clause: str
) -> None:
    make(tmp_path, {"README.md": "\n".join(["---", *lines, "---", ""])})
    report = audit(tmp_path, use="internal use")
    assert report.verdict == "undetermined"
    assert clause in {finding.clause for finding in report.findings}


def test_a_parent_that_is_a_directory_is_read_and_not_written(tmp_path: Path) -> None:
    base = make(tmp_path / "base", {"README.md": "---\nlicense: cc-by-nc-4.0\n---\n", "NOTICE": "Kept.\n"})
    before = sorted(base.iterdir())
    folder = make(tmp_path / "child", {"adapter_config.json": '{"base_model_name_or_path": "../base"}'})
    report = audit(folder)
    assert (report.verdict, report.subject.license) == ("not-granted", "cc-by-nc-4.0")
    assert report.facts["upstream.notice_file"].value == "yes"
    assert sorted(base.iterdir()) == before


def test_a_misspelt_key_declares_nothing_and_is_told(tmp_path: Path) -> None:
    folder = make(tmp_path / "model", {"README.md": "---\nlicence: mit\n---\n"})
    report = audit(folder, use="internal use")
    assert report.verdict == "undetermined"
    assert (
        "README.md:2: unknown key 'licence', which declares nothing; 'license' may be meant" in report.notes
    )


def test_a_pipe_and_a_link_that_leaves_are_no_copies_and_are_named(release: Path, texts: Path) -> None:
    (release / "LICENSE").unlink()
    os.mkfifo(release / "LICENSE")
    (release / "LICENSE.txt").symlink_to(texts / "llama-3.1.txt")
    report = audit(release)
    assert acts(report)["license-copy"] == "violated"
    assert [(each.path, each.reason) for each in report.unread] == [
        ("LICENSE", "a named pipe is never opened"),
        ("LICENSE.txt", "the link leaves the directory"),
    ]


@pytest.mark.parametrize(
    ("files", "verdict"),
    [
        ({"LICENSE.pdf": "x"}, "undetermined"),
        ({"LICENSE.docx": "x"}, "undetermined"),
        ({"LICENSE.pdf": "x", "LICENSE": "mit"}, "conditional"),
        ({"manual.pdf": "x"}, "conditional"),
    ],
)
def test_a_card_alone_settles_no_terms_beside_a_license_that_was_not_read(
    tmp_path: Path, texts: Path, files: dict[str, str], verdict: str
) -> None:
    if "LICENSE" in files:
        files = {**files, "LICENSE": (texts / "mit.txt").read_text()}
    folder = make(tmp_path / "m", {"README.md": "---\nlicense: mit\n---\n", **files})
    report = audit(folder, use="internal use")
    assert (report.verdict in ("permitted", "conditional")) is (verdict == "conditional")
    says = [finding.says for finding in report.findings if finding.status == "undecided"]
    name = next(iter(files))
    assert says == (
        [
            f"{name} is there to state the terms, and was not read (no plain text: its words were not read). What it allows is unknown."
        ]
        if verdict == "undetermined"
        else []
    )


def test_nothing_is_concluded_from_a_license_whose_words_were_not_read(release: Path) -> None:
    (release / "LICENSE").rename(release / "LICENSE.pdf")
    report = audit(release)
    assert (report.verdict, acts(report)["license-copy"]) == ("conditional", "open")


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("The weights were changed: all layers, 2 epochs.", "yes"),
        ("We modified the files of the original.", "yes"),
        ("No files were changed.", None),
        ("Files that were changed must say so.", None),
        ("This model is a fine-tuned version of another.", None),
    ],
)
def test_changes_are_stated_only_where_a_sentence_says_so_of_files(
    release: Path, words: str, value: str | None
) -> None:
    (release / "README.md").write_text(CARD + words + "\n")
    found = audit(release).facts.get("release.states_changes")
    assert (found and found.value) == value


def test_the_json_has_the_keys_of_a_check_and_those_of_an_audit(release: Path) -> None:
    result = command(str(release), "--format", "json")
    report = json.loads(result.stdout)
    assert list(report)[-4:] == ["witnesses", "contradictions", "unread", "disclaimer"]
    assert list(report["witnesses"][0]) == ["source", "place", "says"]
    checked = CliRunner().invoke(
        main, ["check", "--no-profile", "--model", "llama-3.1", "--use", "internal use", "--format", "json"]
    )
    assert "witnesses" not in json.loads(checked.stdout)


def test_a_path_that_does_not_exist_is_an_error() -> None:
    result = command("no-such-model")
    assert result.exit_code == 2
    assert (
        result.stderr == "weightlicense: no-such-model: no such file or directory\n  hint: check the path\n"
    )


def test_damaged_files_are_named_on_standard_error(tmp_path: Path) -> None:
    folder = make(tmp_path / "zoo", {"model.gguf": "GGML"})
    result = command(str(folder), "--use", "internal use")
    assert result.exit_code == 3
    assert result.stderr == "weightlicense: not read: model.gguf: no GGUF: it begins with b'GGML'\n"


@pytest.mark.parametrize(
    "form", ["terminal", "json", "html", "markdown", "sarif", "junit", "github", "spdx", "spdx3", "cyclonedx"]
)
def test_what_a_hostile_card_says_cannot_steer_a_terminal(tmp_path: Path, form: str) -> None:
    folder = make(
        tmp_path / "evil\u202e\x1b[31m",
        {
            "README.md": '---\nlicense: "mit\\u202e\\x1b[31mgreen"\nbase_model: "a\\u202eb/c<script>alert(1)</script>"\n---\n'
        },
    )
    result = command(str(folder), "--format", form)
    assert result.exit_code == 3
    assert "\x1b" not in result.stdout
    assert "\u202e" not in result.stdout
    if form == "html":
        assert "<script>" not in result.stdout


def test_the_shared_examples_are_judged_as_expected(shared: Path, tmp_path: Path) -> None:
    examples = shared / "examples" / "artifacts"
    cases = yaml.safe_load((examples / "expected.yaml").read_text())["cases"]
    wrong = []
    for case in cases:
        folder = tmp_path / case["id"]
        shutil.copytree(examples / case["id"], folder, symlinks=True)
        result = command(str(tmp_path / case["path"]), *case["args"], "--format", "json")
        report = json.loads(result.stdout)
        rows = report["findings"] + report["duties"]
        said = result.stdout + result.stderr

        def holds(item: dict[str, Any], rows: list[dict[str, Any]] = rows, said: str = said) -> bool:
            if "text" in item:
                return re.search(item["text"], said, re.IGNORECASE) is not None
            return any(
                row.get("duty") == item["duty"] and row.get("status") in item["status"] for row in rows
            )

        wrong += [f"{case['id']}: {item}" for item in case["find"] if not holds(item)]
        wrong += [f"{case['id']}: not {item}" for item in case["find_not"] if holds(item)]
        if case["verdict"] and report["verdict"] not in case["verdict"]:
            wrong.append(f"{case['id']}: {report['verdict']}")
        if result.exit_code not in case["exit"]:
            wrong.append(f"{case['id']}: exit {result.exit_code}")
    assert wrong == []


@pytest.mark.parametrize(
    ("folder", "contradicts"),
    [
        ("Foo-8B-GGUF", False),
        ("Foo-8B-Q4_K_M-GGUF", False),
        ("foo_8b_bnb_4bit", False),
        ("Foo-8B-v2", True),
        ("Foo-9B-GGUF", True),
        ("GGUF", True),
    ],
)
def test_a_folder_named_for_the_form_of_the_weights_holds_no_other_model(
    tmp_path: Path, folder: str, *, contradicts: bool
) -> None:
    made = make(tmp_path / folder, {"README.md": "---\nlicense: mit\nmodel_name: Foo-8B\n---\n"})
    found = [each.fact for each in audit(made, use="internal use").contradictions]
    assert found == (["release.model_name"] if contradicts else [])


@pytest.mark.parametrize(
    "line",
    [
        "License: Apache 2.0 (code) and CC-BY-4.0 (data)",
        'License: MIT with the "Commons Clause"',
        "License: Free for research and non-commercial use (see below)",
    ],
)
def test_words_of_a_stranger_never_end_an_audit(tmp_path: Path, line: str) -> None:
    folder = make(tmp_path / "m", {"README.md": f"# m\n\n{line}\n"})
    assert audit(folder, use="internal use").verdict == "undetermined"


@pytest.mark.parametrize("relation", [each for each in RELATIONS if each != "dataset"])
@pytest.mark.parametrize("other", ["merge", "distill", "prune"])
def test_of_two_relations_to_one_parent_the_stricter_counts_and_both_are_told(
    tmp_path: Path, relation: str, other: str
) -> None:
    ancestors = [
        {
            "type": "machine-learning-model",
            "name": "a",
            "properties": [{"name": "weightlicense:relation", "value": each}],
        }
        for each in (relation, other)
    ]
    subject = {"type": "machine-learning-model", "name": "s", "pedigree": {"ancestors": ancestors}}
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": subject}}
    report = audit(make(tmp_path / "s", {"bom.json": json.dumps(bom)}))
    assert report.lineage is not None
    (found,) = report.lineage.relations
    stricter = min(relation, other, key=STRICTEST.index)
    assert (found.work, found.parent, found.relation) == ("s", "a", stricter)
    place = "bom.json: metadata.component.s.pedigree.ancestors"
    told = f"The relation to a is told in two ways: {relation} ({place}) and {other} ({place}); {stricter} counts."
    assert (told in report.notes) == (relation != other)


def test_every_relation_has_a_place_among_the_stricter_and_the_milder() -> None:
    assert sorted(STRICTEST) == sorted(RELATIONS)
    assert STRICTEST[-3:] == ("distill", "outputs", "dataset")
