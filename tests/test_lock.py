"""Which texts were accepted, and whether they still are the terms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from weightlicense.assessment import Asked, assess
from weightlicense.cli import main
from weightlicense.errors import DataError, UsageError
from weightlicense.finding import Finding
from weightlicense.lockfile import Lock, compared, pinned, read_lock, write, written
from weightlicense.usecase import Facts

AS_OF = "2026-11-21"
LLAMA = Asked(model="llama-3.1", use="internal use", as_of=AS_OF)


def locked(asked: Asked = LLAMA, texts: Path | None = None) -> Lock:
    return pinned(asked, Facts(), texts)[0]


def found(lock: Lock, asked: Asked = LLAMA, *, is_named: bool = True) -> list[Finding]:
    before = assess(asked, Facts())
    report = compared(before, asked, Facts(), lock, is_named=is_named)
    assert (report.verdict, report.findings[: len(before.findings)]) == (before.verdict, before.findings)
    return list(report.findings[len(before.findings) :])


def test_texts_that_are_the_same_make_no_finding() -> None:
    assert found(locked()) == []


def test_a_lock_survives_writing_and_reading(tmp_path: Path) -> None:
    path = tmp_path / "weightlicense.lock"
    write(locked(), path)
    assert read_lock(path) == locked()
    assert path.read_text() == written(locked())
    write(locked(replace(LLAMA, model=None, license="mit")), path)
    assert sorted(read_lock(path).subjects) == ["llama-3.1", "mit"]
    assert [each.name for each in tmp_path.iterdir()] == ["weightlicense.lock"]


def test_a_checkpoint_shares_the_lock_of_its_entry() -> None:
    assert found(locked(), replace(LLAMA, model="meta-llama/Llama-3.1-8B-Instruct")) == []


def test_clauses_that_changed_came_and_went_are_named() -> None:
    lock = locked()
    old = lock.documents["llama-3.1"]
    clauses = {name: digest for name, digest in old.clauses.items() if name != "grant"}
    clauses |= {"users-threshold": "0" * 64, "old-clause": "1" * 64}
    altered = replace(old, sha256="2" * 64, digest="3" * 64, clauses=clauses)
    (finding,) = found(replace(lock, documents=lock.documents | {"llama-3.1": altered}))
    assert (finding.document, finding.kind, finding.status, finding.effect) == (
        "llama-3.1",
        "lock",
        "violated",
        "none",
    )
    assert finding.at == "1.a, 2"
    assert finding.says == (
        "The text of Llama 3.1 Community License Agreement is not the one accepted on 2026-11-21: "
        "changed clauses: users-threshold; new clauses: grant; clauses that are gone: old-clause."
    )


def test_the_same_bytes_are_the_same_text_however_it_is_cut_into_clauses() -> None:
    lock = locked()
    recut = replace(lock.documents["llama-3.1"], digest="3" * 64, clauses={"whole": "4" * 64})
    assert found(replace(lock, documents=lock.documents | {"llama-3.1": recut})) == []


def test_a_document_that_came_or_went_is_a_finding() -> None:
    lock = locked()
    without = replace(
        lock, subjects={"llama-3.1": ("llama-3.1",)}, documents={"llama-3.1": lock.documents["llama-3.1"]}
    )
    assert [each.says for each in found(without)] == [
        "Llama 3.1 Acceptable Use Policy is part of the terms, and was not when they were accepted."
    ]
    more = locked(replace(LLAMA, model=None, license="mit"))
    both = replace(
        lock,
        subjects={"llama-3.1": (*lock.subjects["llama-3.1"], "mit")},
        documents=lock.documents | more.documents,
    )
    assert [each.says for each in found(both)] == [
        "MIT License was part of the terms when they were accepted, and is no longer."
    ]


def test_a_subject_without_a_lock_is_a_finding_where_the_lock_was_named() -> None:
    other = Asked(license="mit", use="internal use", as_of=AS_OF)
    assert [each.says for each in found(locked(), other)] == [
        "The lock does not have mit: nobody recorded which texts were accepted for it."
    ]
    assert found(locked(), other, is_named=False) == []


@pytest.mark.corpus
def test_the_texts_of_a_folder_are_pinned_and_an_altered_one_is_named(texts: Path, tmp_path: Path) -> None:
    lock, notes = pinned(LLAMA, Facts(), texts)
    assert (lock, notes) == (locked(), ())
    altered = tmp_path / "llama-3.1.txt"
    text = (texts / "llama-3.1.txt").read_text()
    altered.write_text(text.replace("700 million", "70 million"))
    assert [each.at for each in found(lock, replace(LLAMA, texts=(str(altered),)))] == ["2"]
    mine, notes = pinned(LLAMA, Facts(), tmp_path)
    assert notes == (
        f"{altered}: changed clauses: users-threshold, compared with the text that was encoded.",
        f"llama-3.1-aup: no text in {tmp_path}; the text that was encoded is pinned.",
    )
    assert [each.at for each in found(mine)] == ["2"]
    altered.write_text((texts / "mit.txt").read_text())
    with pytest.raises(UsageError, match=r"is not the text of llama-3\.1"):
        pinned(LLAMA, Facts(), tmp_path)


def test_a_lock_is_read_strictly(tmp_path: Path) -> None:
    path = tmp_path / "weightlicense.lock"
    path.write_text(
        "format: 1\nsubjects: {a: [b]}\ndocuments:\n  c: {accepted: soon, sha256: x, digest: x, clauses: {}, more: 1}\n"
    )
    with pytest.raises(DataError) as caught:
        read_lock(path)
    assert [(problem.line, problem.path, problem.message) for problem in caught.value.problems] == [
        (4, "documents.c.more", "unknown key"),
        (4, "documents.c.accepted", "expected a date, found 'soon'"),
        (4, "documents.c.sha256", "expected a SHA-256, found 'x'"),
        (4, "documents.c.digest", "expected a SHA-256, found 'x'"),
    ]
    path.write_text("format: 2\nsubjects: {a: [b]}\ndocuments: {}\n")
    with pytest.raises(DataError) as caught:
        read_lock(path)
    assert [(problem.path, problem.message) for problem in caught.value.problems] == [
        ("subjects.a", "no document 'b'"),
        ("format", "unknown format"),
    ]


# --- the command ---------------------------------------------------------------------------------------------------


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_lock_shows_first_and_writes_beside_the_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "models" / "one"
    inner.mkdir(parents=True)
    (tmp_path / "weightlicense.yaml").write_text("format: 1\nfacts: {licensee.country: DE}\n")
    monkeypatch.chdir(inner)
    dry = run("lock", "--model", "llama-3.1", "--as-of", AS_OF)
    assert (dry.exit_code, dry.stdout) == (0, written(locked()))
    target = tmp_path / "weightlicense.lock"
    assert not target.exists()
    assert (
        run("lock", "--model", "llama-3.1", "--as-of", AS_OF, "--write").stdout
        == f"{target}: 2 texts of llama-3.1\n"
    )
    question = ["check", "--model", "llama-3.1", "--use", "internal use", "--format", "json"]
    kinds = [each["kind"] for each in json.loads(run(*question).stdout)["findings"]]
    assert "lock" not in kinds
    target.write_text(target.read_text().replace('sha256: "', 'sha256: "0').replace('"0', '"0', 1))
    assert run(*question).exit_code == 2
    assert run(*question, "--no-profile").exit_code == 3
    assert run("lock").exit_code == 2
