"""What an audit found missing, made: nothing without --write, nothing taken away, nothing twice."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

sys.path.insert(0, str(Path(__file__).parent))
from handmade import safetensors, write

from weightlicense.cli import main

SETTLED = [
    "--fact", "licensee.monthly_active_users=<1M",
    "--fact", "licensee.good_standing=yes",
    "--fact", "purpose.hazards=none",
]  # fmt: skip
CONFIG = '{"_name_or_path": "meta-llama/Llama-3.1-8B-Instruct", "model_type": "llama"}'
SENTENCE = "Llama 3.1 is licensed under the Llama 3.1 Community License, Copyright © Meta Platforms, Inc. All Rights Reserved."


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A Llama 3.1 fine-tune with nothing in it but its configuration."""
    folder = tmp_path / "med-8b"
    folder.mkdir()
    (folder / "config.json").write_text(CONFIG)
    return folder


def run(command: str, folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(
        main, [command, str(folder), "--no-profile", "--as-of", "2026-11-21", *SETTLED, *arguments]
    )


def state(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def test_a_dry_run_shows_a_diff_and_changes_nothing(bare: Path, texts: Path) -> None:
    before = state(bare)
    result = run("fix", bare, "--texts", str(texts))
    assert state(bare) == before
    assert result.exit_code == 1
    assert f"--- /dev/null +++ b/NOTICE @@ -0,0 +1 @@ +{SENTENCE} " in " ".join(result.stdout.split())
    assert "Nothing was written; --write makes these changes." in result.stdout


def test_an_empty_fine_tune_becomes_permitted_by_fix_and_a_rename(bare: Path, texts: Path) -> None:
    assert json.loads(run("audit", bare, "--format", "json").stdout)["verdict"] == "breach"
    written = json.loads(run("fix", bare, "--texts", str(texts), "--write", "--format", "json").stdout)
    assert [change["path"] for change in written["changes"]] == ["LICENSE", "README.md", "NOTICE"]
    assert written["name"] == "Llama-med-8b"
    assert (bare / "README.md").read_text() == (
        "---\nlicense: llama3.1\nbase_model: meta-llama/Llama-3.1-8B-Instruct\n---\n\n# Model card\n\n**Built with Llama**\n"
    )
    assert (bare / "NOTICE").read_text() == f"{SENTENCE}\n"
    assert (bare / "LICENSE").read_bytes() == (texts / "llama-3.1.txt").read_bytes()
    renamed = bare.rename(bare.parent / written["name"])
    report = json.loads(run("audit", renamed, "--format", "json").stdout)
    left = [
        (row["duty"], row["status"])
        for row in report["duties"]
        if row["phase"] == "act" and row["status"] != "satisfied"
    ]
    assert (report["verdict"], left) == ("conditional", [("follow-brand-guidelines", "open")])
    answered = run("audit", renamed, "--fact", "duty.follow-brand-guidelines=met", "--format", "json")
    assert (answered.exit_code, json.loads(answered.stdout)["verdict"]) == (0, "permitted")


def test_weights_and_nothing_else_become_a_release_that_is_permitted(tmp_path: Path, texts: Path) -> None:
    # The publisher says where the weights come from; after that the directory says it by itself.
    folder = write(tmp_path / "med-8b", {"model.safetensors": safetensors({"format": "pt"})})
    assert json.loads(run("audit", folder, "--format", "json").stdout)["verdict"] == "undetermined"
    said = ["--model", "meta-llama/Llama-3.1-8B-Instruct", "--use", "derivative release"]
    before = json.loads(run("audit", folder, *said, "--format", "json").stdout)
    unmet = [row["duty"] for row in before["duties"] if row["status"] == "violated"]
    assert (before["verdict"], unmet) == ("breach", ["license-copy", "display", "name-prefix", "notice-file"])
    weights = (folder / "model.safetensors").read_bytes()
    run("fix", folder, *said, "--texts", str(texts), "--write")
    assert sorted(state(folder)) == ["LICENSE", "NOTICE", "README.md", "model.safetensors"]
    assert (folder / "model.safetensors").read_bytes() == weights
    renamed = folder.rename(tmp_path / "Llama-med-8b")
    report = json.loads(run("audit", renamed, "--format", "json").stdout)
    left = [row["duty"] for row in report["duties"] if row["phase"] == "act" and row["status"] != "satisfied"]
    assert (report["verdict"], report["use"]["name"], report["questions"]) == (
        "conditional",
        "derivative release",
        [],
    )
    assert left == ["follow-brand-guidelines"]
    answered = run("audit", renamed, "--fact", "duty.follow-brand-guidelines=met", "--format", "json")
    assert json.loads(answered.stdout)["verdict"] == "permitted"
    assert "Nothing to make." in run("fix", renamed, "--texts", str(texts), "--write").stdout


def test_fix_twice_changes_nothing_the_second_time(bare: Path, texts: Path) -> None:
    run("fix", bare, "--texts", str(texts), "--write")
    after = state(bare)
    result = run("fix", bare, "--texts", str(texts), "--write")
    assert "Nothing to make." in result.stdout
    assert state(bare) == after


def test_an_existing_notice_and_card_keep_their_words(bare: Path, texts: Path) -> None:
    (bare / "Notice.txt").write_text("Our own notice.")
    (bare / "README.md").write_bytes(b"---\r\ntags:\r\n- med\r\n---\r\n\r\n# Med\r\n\r\nWords.\r\n")
    os.chmod(bare / "README.md", 0o640)
    run("fix", bare, "--texts", str(texts), "--write")
    assert (bare / "Notice.txt").read_text() == f"Our own notice.\n\n{SENTENCE}\n"
    assert not (bare / "NOTICE").exists()
    assert (bare / "README.md").read_bytes() == (
        b"---\r\ntags:\r\n- med\r\nlicense: llama3.1\r\nbase_model: meta-llama/Llama-3.1-8B-Instruct\r\n---\r\n\r\n"
        b"# Med\r\n\r\n**Built with Llama**\r\n\r\nWords.\r\n"
    )
    assert (bare / "README.md").stat().st_mode & 0o777 == 0o640


def test_an_altered_license_stays_and_the_true_text_is_put_beside_it(bare: Path, texts: Path) -> None:
    altered = (texts / "llama-3.1.txt").read_text().replace("700 million", "70 million")
    (bare / "LICENSE").write_text(altered)
    run("fix", bare, "--texts", str(texts), "--write")
    assert (bare / "LICENSE").read_text() == altered
    assert (bare / "LICENSE-llama-3.1.txt").read_bytes() == (texts / "llama-3.1.txt").read_bytes()


def test_without_a_text_at_hand_fix_says_where_to_get_it(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "no-cache"))
    left = json.loads(run("fix", bare, "--format", "json").stdout)["left"]
    assert left[0] == (
        "the text of llama-3.1: get it at https://huggingface.co/meta-llama/Llama-3.1-8B-Instruct, "
        "and give its folder with --texts"
    )


def test_a_text_that_is_not_the_license_is_not_copied(bare: Path, texts: Path, tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    words = (texts / "llama-3.1.txt").read_text().replace("700 million", "70 million")
    (folder / "llama-3.1.txt").write_text(words)
    made = json.loads(run("fix", bare, "--texts", str(folder), "--format", "json").stdout)
    assert "LICENSE" not in [change["path"] for change in made["changes"]]
    assert f"{folder / 'llama-3.1.txt'} is no unaltered text of llama-3.1" in made["left"]


def test_the_local_cache_of_the_hub_has_the_text(
    bare: Path, texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = tmp_path / "hub" / "models--meta-llama--Llama-3.1-8B-Instruct" / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    shutil.copy(texts / "llama-3.1.txt", snapshot / "LICENSE")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    run("fix", bare, "--write")
    assert (bare / "LICENSE").read_bytes() == (texts / "llama-3.1.txt").read_bytes()


def test_the_directory_of_a_local_parent_has_the_text_and_the_notices(tmp_path: Path, texts: Path) -> None:
    base = tmp_path / "base"
    base.mkdir()
    (base / "README.md").write_text("---\nlicense: apache-2.0\n---\n")
    (base / "NOTICE").write_text("Made by the original authors.\n")
    shutil.copy(texts / "apache-2.0.txt", base / "LICENSE")
    child = tmp_path / "child"
    child.mkdir()
    (child / "adapter_config.json").write_text('{"base_model_name_or_path": "../base"}')
    before = state(base)
    run("fix", child, "--write")
    assert state(base) == before
    assert (child / "LICENSE").read_bytes() == (texts / "apache-2.0.txt").read_bytes()
    assert (child / "NOTICE").read_text() == "Made by the original authors.\n"
    assert (child / "CHANGES.md").read_text() == (
        "# Changes\n\nThe weights of ../base are changed by the adapter in this directory.\n"
    )


def test_a_link_in_the_directory_is_not_followed(bare: Path, texts: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text("Mine.\n")
    (bare / "README.md").symlink_to(outside)
    (bare / "NOTICE").symlink_to(tmp_path / "outside-notice")
    result = run("fix", bare, "--texts", str(texts), "--write")
    assert result.exit_code == 1
    assert outside.read_text() == "Mine.\n"
    assert not (tmp_path / "outside-notice").exists()
    assert (bare / "README.md").is_symlink()
    assert (bare / "NOTICE").is_symlink()


def test_no_half_written_file_and_no_leftover_when_writing_fails(bare: Path, texts: Path) -> None:
    (bare / "README.md").write_text("# Med\n")
    (bare / f".README.md.{os.getpid()}.new").mkdir()
    before = state(bare)
    result = run("fix", bare, "--texts", str(texts), "--write")
    assert result.exit_code == 2
    assert state(bare) == before


def test_a_snapshot_of_the_hub_cache_is_never_written(tmp_path: Path, texts: Path) -> None:
    snapshot = tmp_path / "models--org--med" / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text(CONFIG)
    result = run("fix", snapshot, "--texts", str(texts), "--write")
    assert result.exit_code == 2
    assert "is a snapshot in a Hub cache, whose files belong to the cache" in result.stderr
    assert [path.name for path in snapshot.iterdir()] == ["config.json"]


@pytest.mark.parametrize(
    ("name", "proposed"),
    [("MedAssist-8B", "Llama-MedAssist-8B"), ("Med-Llama-8B", "Llama-Med-8B"), ("llama-med", "Llama-med")],
)
def test_a_name_that_the_license_allows_is_proposed(
    tmp_path: Path, texts: Path, name: str, proposed: str
) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "config.json").write_text(CONFIG)
    assert (
        json.loads(run("fix", folder, "--texts", str(texts), "--format", "json").stdout)["name"] == proposed
    )
    assert folder.is_dir()


def test_the_shared_example_is_mended(shared: Path, tmp_path: Path, texts: Path) -> None:
    folder = tmp_path / "gemma-2-9b-it-legal"
    shutil.copytree(
        shared / "examples" / "artifacts" / "c06-gemma-no-notice-no-terms" / "gemma-2-9b-it-legal", folder
    )
    declared = ["--fact", "release.binds_recipients=yes", "--use", "derivative release"]
    run("fix", folder, "--texts", str(texts), "--write", *declared)
    report = json.loads(run("audit", folder, *declared, "--format", "json").stdout)
    assert report["verdict"] == "conditional"
    assert {row["duty"]: row["status"] for row in report["duties"] if row["phase"] == "act"} == {
        "bind-recipients": "satisfied",
        "notify-recipients": "open",
        "license-copy": "satisfied",
        "state-changes": "satisfied",
        "notice-file": "satisfied",
        "pass-through-terms": "open",
    }


def test_the_license_of_another_version_is_left_to_people_and_gets_no_notice(bare: Path, texts: Path) -> None:
    shutil.copy(texts / "llama-3.txt", bare / "LICENSE")
    before = state(bare)
    result = run("fix", bare, "--write", "--texts", str(texts))
    after = state(bare)
    assert {name for name in after if after[name] != before.get(name)} <= {"README.md", "CHANGES.md"}
    assert "LICENSE has the text of llama-3, which nothing else names" in " ".join(result.stdout.split())


@pytest.mark.parametrize(
    ("shown", "status"),
    [
        ("MedFalcon-7B {0}", "satisfied"),
        ("**MedFalcon-7B** {0}.", "satisfied"),
        ("{0}", "violated"),
        ("MedFalcon-7B was made in spring.", "violated"),
    ],
)
def test_a_display_that_begins_with_the_releases_name_needs_one(
    tmp_path: Path, texts: Path, shown: str, status: str
) -> None:
    words = "is built using artificial intelligence technology from the Technology Innovation Institute"
    folder = tmp_path / "MedFalcon-7B"
    folder.mkdir()
    (folder / "LICENSE").write_bytes((texts / "falcon-3-tii-2024-12.txt").read_bytes())
    card = f"---\nbase_model: tiiuae/Falcon3-7B-Base\n---\n{shown.format(words)}\n"
    (folder / "README.md").write_text(card)
    asked = ["audit", str(folder), "--use", "derivative release", "--as-of", "2026-11-21", "--format", "json"]
    found = json.loads(CliRunner().invoke(main, asked).stdout)
    assert [row["status"] for row in found["duties"] if row["duty"] == "display"] == [status]
    CliRunner().invoke(main, ["fix", *asked[1:-2], "--write"])
    written = (folder / "README.md").read_text()
    assert (f"**MedFalcon-7B {words}**" in written) is (status == "violated")
    found = json.loads(CliRunner().invoke(main, asked).stdout)
    assert [row["status"] for row in found["duties"] if row["duty"] == "display"] == ["satisfied"]


@pytest.mark.parametrize("form", ["terminal", "json", "markdown"])
def test_the_output_goes_to_the_file_in_each_format(form: str, bare: Path, tmp_path: Path) -> None:
    shown = run("fix", bare, "--format", form)
    result = run("fix", bare, "--format", form, "--output", str(tmp_path / "out"))
    assert (result.exit_code, result.stdout) == (shown.exit_code, "")
    # What is shown is folded to the columns; a diff in a file is as it is.
    assert (tmp_path / "out").read_text().split() == shown.stdout.split()


def test_the_json_of_a_fix_holds_nothing_that_a_terminal_obeys(bare: Path) -> None:
    name = "a\u202eb\u2028c\x9b"
    result = run("fix", bare, "--format", "json", "--fact", f"release.model_name={name}")
    assert json.loads(result.stdout)["report"]["use"]["facts"]["release.model_name"]["value"] == name
    assert [sign for sign in result.stdout if not (sign.isprintable() or sign == "\n")] == []
