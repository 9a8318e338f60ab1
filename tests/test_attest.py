"""Signed reports: statements that other tools can read, signatures that hold, and what does not pass for one."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_public_key,
)
from msgspec.structs import replace

import weightlicense as wl
from weightlicense.cli import main
from weightlicense.finding import TextGiven
from weightlicense.report import render
from weightlicense.version import VERSION

DAY = "2026-11-21"
TEXT = TextGiven(path="LICENSE", sha256="a" * 64, match="exact", document="mit")


def write_key(folder: Path, name: str, seed: bytes, hidden: KeySerializationEncryption) -> None:
    key = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    (folder / f"{name}.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, hidden))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / f"{name}.pub").write_bytes(public)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a report, another one, a model and keys."""
    monkeypatch.chdir(tmp_path)
    report = wl.check(license="mit", use="internal use", as_of=DAY)
    report = replace(report, subject=replace(report.subject, text=TEXT))
    (tmp_path / "report.json").write_text(render(report, "json"))
    (tmp_path / "other.json").write_text(render(replace(report, use="other"), "json"))
    (tmp_path / "model" / "sub").mkdir(parents=True)
    (tmp_path / "model" / "README.md").write_text("a card")
    (tmp_path / "model" / "sub" / "weights.bin").write_bytes(b"weights")
    write_key(tmp_path, "mine", b"1" * 32, NoEncryption())
    write_key(tmp_path, "theirs", b"2" * 32, NoEncryption())
    write_key(tmp_path, "locked", b"3" * 32, BestAvailableEncryption(b"secret"))
    curve = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "curve.pem").write_bytes(
        curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return tmp_path


def attest(*words: str) -> Result:
    return CliRunner().invoke(main, ["attest", *words])


def signed(*words: str) -> dict[str, Any]:
    result = attest("report.json", "--key", "mine.pem", *words)
    assert (result.exit_code, result.stderr) == (0, "")
    envelope: dict[str, Any] = json.loads(result.stdout)
    return envelope


def digest(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def of_model(name: str) -> dict[str, Any]:
    """A subject of the audited folder `model`."""
    own = f"model/{name}"
    return {"name": own, "digest": {"sha256": digest(own)}, "annotations": {"audited": "model"}}


def verified(*words: str) -> Result:
    return attest("verify", "a.json", "--key", "mine.pub", *words)


def pae(payload: bytes, kind: str = "application/vnd.in-toto+json") -> bytes:
    """What DSSE signs, as its specification says."""
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)


@pytest.mark.usefixtures("folder")
def test_the_statement_names_the_report_its_text_and_the_files_audited() -> None:
    envelope = signed("--audited", "model")
    catalogue = json.loads(Path("report.json").read_text())["catalogue"]["digest"]
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    assert json.loads(base64.b64decode(envelope["payload"])) == {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [
            {"name": "report.json", "digest": {"sha256": digest("report.json")}},
            {"name": "LICENSE", "digest": {"sha256": "a" * 64}},
            of_model("README.md"),
            of_model("sub/weights.bin"),
        ],
        "predicateType": "urn:weightlicense:report:1",
        "predicate": {
            "verdict": "permitted",
            "use": "internal use",
            "as_of": DAY,
            "catalogue": catalogue,
            "tool": f"weightlicense {VERSION}",
            "denied_by": [],
            "left_out": [],
        },
    }


def test_the_statement_names_every_text_that_was_given(folder: Path) -> None:
    report = wl.check(license="mit", use="internal use", as_of=DAY)
    second = TextGiven(path="POLICY", sha256="b" * 64, match="exact", document="policy")
    subject = replace(report.subject, text=TEXT, more_texts=(second,))
    (folder / "report.json").write_text(render(replace(report, subject=subject), "json"))
    payload = json.loads(base64.b64decode(signed()["payload"]))
    assert payload["subject"] == [
        {"name": "report.json", "digest": {"sha256": digest("report.json")}},
        {"name": "LICENSE", "digest": {"sha256": "a" * 64}},
        {"name": "POLICY", "digest": {"sha256": "b" * 64}},
    ]


@pytest.mark.usefixtures("folder")
def test_the_signature_is_one_that_the_specification_asks_for() -> None:
    envelope = signed()
    payload, signature = base64.b64decode(envelope["payload"]), envelope["signatures"][0]["sig"]
    public = load_pem_public_key(Path("mine.pub").read_bytes())
    assert isinstance(public, ed25519.Ed25519PublicKey)
    public.verify(base64.b64decode(signature), pae(payload))
    assert [sorted(each) for each in envelope["signatures"]] == [["keyid", "sig"]]


@pytest.mark.usefixtures("folder")
def test_signing_twice_gives_the_same_bytes() -> None:
    assert signed("--audited", "model") == signed("--audited", "model")


@pytest.mark.usefixtures("folder")
def test_what_was_signed_is_verified_with_the_files() -> None:
    written = attest("report.json", "--key", "mine.pem", "--audited", "model", "--output", "a.json")
    assert (written.exit_code, written.stdout, written.stderr) == (0, "", "signed: a.json\n")
    found = attest("verify", "a.json", "--key", "mine.pub", "--report", "report.json", "--audited", "model")
    key = json.loads(Path("a.json").read_text())["signatures"][0]["keyid"]
    assert (found.exit_code, found.stdout) == (
        0,
        f"The signature holds: key {key}.\n"
        f"permitted for internal use, as of 2026-11-21, by weightlicense {VERSION}.\n"
        f"  ✓ {digest('report.json')}  report.json\n"
        f"  · {'a' * 64}  LICENSE\n"
        f"  ✓ {digest('model/README.md')}  model/README.md\n"
        f"  ✓ {digest('model/sub/weights.bin')}  model/sub/weights.bin\n",
    )


@pytest.mark.usefixtures("folder")
def test_without_the_report_verify_says_that_it_was_not_compared() -> None:
    attest("report.json", "--key", "mine.pem", "--output", "a.json")
    found = attest("verify", "a.json", "--key", "mine.pub")
    assert found.exit_code == 0
    assert found.stdout.splitlines()[-1] == "The report itself was not given: --report FILE compares it."


@pytest.mark.usefixtures("folder")
def test_a_signature_of_another_key_does_not_hold() -> None:
    attest("report.json", "--key", "mine.pem", "--output", "a.json")
    found = attest("verify", "a.json", "--key", "theirs.pub")
    assert (found.exit_code, found.stdout, found.stderr) == (
        1,
        "",
        "weightlicense: a.json: no signature by theirs.pub\n  hint: ask who signed it for their public key\n",
    )


@pytest.mark.usefixtures("folder")
def test_a_key_id_alone_proves_nothing() -> None:
    attest("report.json", "--key", "mine.pem", "--output", "mine.json")
    attest("report.json", "--key", "theirs.pem", "--output", "theirs.json")
    mine, theirs = (json.loads(Path(name).read_text()) for name in ("mine.json", "theirs.json"))
    theirs["signatures"][0]["keyid"] = mine["signatures"][0]["keyid"]
    Path("forged.json").write_text(json.dumps(theirs))
    assert attest("verify", "forged.json", "--key", "mine.pub").exit_code == 1
    mine["signatures"][0]["keyid"] = "any name"
    Path("renamed.json").write_text(json.dumps(mine))
    assert attest("verify", "renamed.json", "--key", "mine.pub").exit_code == 0


@pytest.mark.usefixtures("folder")
def test_any_one_signature_of_the_key_is_enough() -> None:
    good = signed()
    mine = good["signatures"][0]
    (theirs,) = json.loads(attest("report.json", "--key", "theirs.pem").stdout)["signatures"]
    url_safe = {"sig": mine["sig"].replace("+", "-").replace("/", "_")}
    for signatures in (
        [{"sig": mine["sig"]}],
        [{**mine, "keyid": None}],
        [url_safe],
        [{**theirs, "keyid": mine["keyid"]}, mine],
        [mine, mine],
        [{"keyid": "a", "sig": "no base64"}, {"sig": 1}, {}, 1, None, {"sig": "AAAA"}, mine],
    ):
        Path("a.json").write_text(json.dumps({**good, "signatures": signatures}))
        found = verified("--report", "report.json")
        assert (found.exit_code, found.stderr) == (0, "")
    Path("a.json").write_text(json.dumps({**good, "signatures": [theirs, {"sig": "AAAA"}]}))
    assert verified().exit_code == 1


@pytest.mark.usefixtures("folder")
def test_a_pipe_is_neither_envelope_nor_report_nor_key_nor_audited() -> None:
    attest("report.json", "--key", "mine.pem", "--output", "a.json")
    os.mkfifo("pipe")
    Path("link").symlink_to("pipe")
    for name in ("pipe", "link"):
        for words in (
            ("verify", name, "--key", "mine.pub"),
            ("verify", "a.json", "--key", name),
            ("verify", "a.json", "--key", "mine.pub", "--report", name),
            ("report.json", "--key", name),
            ("report.json", "--key", "mine.pem", "--audited", name),
        ):
            command = [sys.executable, "-m", "weightlicense", "attest", *words]
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
            assert (done.returncode, done.stdout) == (2, "")
            reason = "not a file" if "--report" in words else "a named pipe is never opened"
            assert f"{name}: {reason}\n  hint: " in done.stderr


@pytest.mark.usefixtures("folder")
def test_a_policy_that_denies_is_part_of_what_is_signed() -> None:
    Path("acme.yaml").write_text(
        "format: 1\nid: acme\ntitle: Acme\nrules:\n"
        "  - id: no-mit\n    decision: deny\n    when: {openness: [permissive]}\n    reason: No.\notherwise: accept\n"
    )
    asked = ("--license", "mit", "--use", "redistribution", "--policy", "acme.yaml", "--no-profile")
    checked = CliRunner().invoke(main, ["check", *asked, "--format", "json", "--output", "denied.json"])
    assert checked.exit_code == 1
    assert attest("denied.json", "--key", "mine.pem", "--output", "a.json").exit_code == 0
    payload = json.loads(base64.b64decode(json.loads(Path("a.json").read_text())["payload"]))
    assert payload["predicate"]["denied_by"] == ["acme"]
    assert "conditional for redistribution, denied by acme, as of " in verified().stdout


@pytest.mark.usefixtures("folder")
def test_a_payload_that_was_changed_does_not_hold() -> None:
    envelope = signed()
    payload = base64.b64decode(envelope["payload"]).replace(b"permitted", b"conditional")
    envelope["payload"] = base64.b64encode(payload).decode()
    Path("a.json").write_text(json.dumps(envelope))
    assert attest("verify", "a.json", "--key", "mine.pub").exit_code == 1


@pytest.mark.usefixtures("folder")
def test_another_report_is_not_the_one_that_was_signed() -> None:
    attest("report.json", "--key", "mine.pem", "--output", "a.json")
    found = attest("verify", "a.json", "--key", "mine.pub", "--report", "other.json")
    assert (found.exit_code, found.stderr) == (
        1,
        f"weightlicense: other.json is not the report that was signed: its SHA-256 is {digest('other.json')}, signed is "
        f"{digest('report.json')}\n  hint: give the very file that was signed\n",
    )


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ["sub/weights.bin", "sub/new.bin"])
def test_a_file_that_was_changed_or_added_is_not_as_it_was_signed(name: str) -> None:
    attest("report.json", "--key", "mine.pem", "--audited", "model", "--output", "a.json")
    Path("model", name).write_bytes(b"other weights")
    found = attest("verify", "a.json", "--key", "mine.pub", "--audited", "model")
    assert (found.exit_code, found.stderr) == (
        1,
        f"weightlicense: model/{name} is not as it was signed: its SHA-256 is {digest(f'model/{name}')}\n"
        "  hint: audit it again, and sign the new report\n",
    )


@pytest.mark.usefixtures("folder")
def test_a_file_that_was_taken_away_is_missed() -> None:
    attest("report.json", "--key", "mine.pem", "--audited", "model", "--output", "a.json")
    Path("model/README.md").unlink()
    hint = "  hint: give the very file or folder that was signed, by its name\n"
    found = verified("--audited", "model")
    assert (found.exit_code, found.stdout, found.stderr) == (
        1,
        "",
        f"weightlicense: model: signed, and no longer there: model/README.md\n{hint}",
    )
    Path("model/sub/weights.bin").unlink()
    found = verified("--audited", "model")
    gone = "model/README.md, model/sub/weights.bin"
    assert (found.exit_code, found.stderr) == (
        1,
        f"weightlicense: model: signed, and no longer there: {gone}\n{hint}",
    )
    Path("empty").mkdir()
    found = verified("--audited", "empty")
    assert (found.exit_code, found.stderr) == (
        1,
        f"weightlicense: empty: nothing of that name was signed\n{hint}",
    )


@pytest.mark.usefixtures("folder")
def test_a_folder_without_files_is_not_signed() -> None:
    Path("empty").mkdir()
    result = attest("report.json", "--key", "mine.pem", "--audited", "empty")
    assert (result.exit_code, result.stderr) == (
        2,
        "weightlicense: empty: no file in it\n  hint: give the file or folder that was audited\n",
    )


@pytest.mark.usefixtures("folder")
def test_audited_folders_stay_apart() -> None:
    for name in ("e1", "e2"):
        Path(name).mkdir()
        Path(name, "LICENSE").write_text(name)
    audited = ("--audited", "e1", "--audited", "e2/")
    attest("report.json", "--key", "mine.pem", *audited, "--output", "a.json")
    found = verified(*audited)
    assert (found.exit_code, found.stdout.count("✓")) == (0, 2)
    assert verified("--audited", "e2").stdout.splitlines()[4:6] == [
        f"  · {digest('e1/LICENSE')}  e1/LICENSE",
        f"  ✓ {digest('e2/LICENSE')}  e2/LICENSE",
    ]
    Path("e1/LICENSE").rename("LICENSE")
    Path("e2/LICENSE").rename("e1/LICENSE")
    Path("LICENSE").rename("e2/LICENSE")
    found = verified(*audited)
    assert (found.exit_code, found.stderr.splitlines()[0]) == (
        1,
        f"weightlicense: e1/LICENSE is not as it was signed: its SHA-256 is {digest('e1/LICENSE')}",
    )


@pytest.mark.usefixtures("folder")
def test_two_folders_of_one_name_are_not_signed_together() -> None:
    Path("other/model").mkdir(parents=True)
    Path("other/model/LICENSE").write_text("MIT")
    result = attest("report.json", "--key", "mine.pem", "--audited", "model", "--audited", "other/model")
    assert (result.exit_code, result.stderr) == (
        2,
        "weightlicense: two of what was audited are called model\n"
        "  hint: sign them apart, or the folder that holds them\n",
    )


@pytest.mark.usefixtures("folder")
def test_each_subject_is_ticked_by_its_own_comparison() -> None:
    Path("model/report.json").write_bytes(Path("report.json").read_bytes())
    audited = ("--audited", "model", "--audited", "report.json")
    attest("report.json", "--key", "mine.pem", *audited, "--output", "a.json")

    def ticked(*words: str) -> list[str]:
        rows = [line.split() for line in verified(*words).stdout.splitlines() if line.startswith("  ")]
        return [f"{number} {row[2]}" for number, row in enumerate(rows) if row[0] == "✓"]

    assert ticked("--report", "report.json") == ["0 report.json"]
    model = ["2 model/README.md", "3 model/report.json", "4 model/sub/weights.bin"]
    assert ticked("--audited", "model") == model
    assert ticked("--audited", "report.json") == ["5 report.json"]


@pytest.mark.usefixtures("folder")
def test_links_are_followed_inside_the_directory() -> None:
    Path("model/copy.bin").symlink_to("sub/weights.bin")
    Path("model/latest").symlink_to("sub")
    Path("model/sub/up").symlink_to("..")
    attest("report.json", "--key", "mine.pem", "--audited", "model", "--output", "a.json")
    subjects = json.loads(base64.b64decode(json.loads(Path("a.json").read_text())["payload"]))["subject"]
    own = [
        "README.md", "copy.bin", "sub/weights.bin", "latest/weights.bin",
        "sub/up/README.md", "sub/up/copy.bin", "sub/up/sub/weights.bin",
    ]  # fmt: skip
    assert subjects[2:] == [of_model(name) for name in own]
    assert verified("--audited", "model").exit_code == 0
    Path("model/other").mkdir()
    Path("model/other/weights.bin").write_bytes(b"other")
    Path("model/latest").unlink()
    Path("model/latest").symlink_to("other")
    assert verified("--audited", "model").exit_code == 1


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("name", "target", "reason"),
    [
        ("out.bin", "../report.json", "the link leaves the directory"),
        ("out", "../beside", "the link leaves the directory"),
        (".git", "../beside", "the link leaves the directory"),
        ("sub/gone", "nowhere", "a link that leads nowhere"),
        ("config", "__pycache__/hooks", "a link to a folder, which is read at its own place only"),
    ],
)
def test_a_link_to_what_is_not_signed_is_refused(name: str, target: str, reason: str) -> None:
    Path("beside").mkdir()
    Path("model/__pycache__/hooks").mkdir(parents=True)
    attest("report.json", "--key", "mine.pem", "--audited", "model", "--output", "a.json")
    Path("model", name).symlink_to(target)
    message = f"weightlicense: model/{name}: {reason}\n  hint: give the file or folder that was audited\n"
    for result in (
        attest("report.json", "--key", "mine.pem", "--audited", "model"),
        verified("--audited", "model"),
    ):
        assert (result.exit_code, result.stdout, result.stderr) == (2, "", message)


@pytest.mark.usefixtures("folder")
def test_a_folder_of_a_tool_is_left_out_and_named() -> None:
    Path("model/.git").mkdir()
    Path("model/.git/index").write_bytes(b"1")
    attest("report.json", "--key", "mine.pem", "--audited", "model", "--output", "a.json")
    Path("model/.git/index").write_bytes(b"2")
    found = verified("--audited", "model")
    assert (found.exit_code, found.stdout.splitlines()[2]) == (
        0,
        "Left out, as a folder of a tool: model/.git.",
    )


@pytest.mark.usefixtures("folder")
def test_a_hub_snapshot_is_signed_by_the_names_of_its_files() -> None:
    snapshot = Path("models--a--b/snapshots/main")
    snapshot.mkdir(parents=True)
    Path("models--a--b/blobs").mkdir()
    Path("models--a--b/blobs/1").write_text("a card")
    (snapshot / "README.md").symlink_to("../../blobs/1")
    attest("report.json", "--key", "mine.pem", "--audited", str(snapshot), "--output", "a.json")
    found = verified("--audited", str(snapshot))
    assert (found.exit_code, found.stdout.splitlines()[4]) == (
        0,
        f"  ✓ {digest('models--a--b/blobs/1')}  main/README.md",
    )


@pytest.mark.usefixtures("folder")
def test_names_that_are_not_utf_8_stay_apart() -> None:
    for name in (b"a\x80", b"a\x81"):
        Path("model", os.fsdecode(name)).write_bytes(name)
    payload = json.loads(base64.b64decode(signed("--audited", "model")["payload"]))
    assert [each["name"] for each in payload["subject"]][3:5] == ["model/a\\x80", "model/a\\x81"]
    attest("report.json", "--key", "mine.pem", "--audited", "model", "--output", "a.json")
    assert attest("verify", "a.json", "--key", "mine.pub", "--audited", "model").exit_code == 0
    Path("model/a\\x80").write_bytes(b"a\x80")
    assert attest("verify", "a.json", "--key", "mine.pub", "--audited", "model").exit_code == 1
    Path("model/a\\x80").unlink()
    Path("model", os.fsdecode(b"a\x80")).write_bytes(b"other")
    assert attest("verify", "a.json", "--key", "mine.pub", "--audited", "model").exit_code == 1


PRIVATE = "hint: openssl genpkey -algorithm ed25519 -out KEY makes one"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("mine.pub", f"no such key, where a private Ed25519 key in PEM is needed\n  {PRIVATE}"),
        ("report.json", f"no such key, where a private Ed25519 key in PEM is needed\n  {PRIVATE}"),
        ("curve.pem", f"another kind of key, where a private Ed25519 key in PEM is needed\n  {PRIVATE}"),
        (
            "none.pem",
            "cannot be read: No such file or directory\n  hint: give the PEM file of an Ed25519 key",
        ),
        ("model", "a directory, where a file is expected\n  hint: give the PEM file of an Ed25519 key"),
    ],
)
def test_a_key_that_is_none_is_an_error(key: str, message: str) -> None:
    result = attest("report.json", "--key", key)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"weightlicense: {key}: {message}\n")


@pytest.mark.usefixtures("folder")
def test_an_encrypted_key_is_an_error() -> None:
    result = attest("report.json", "--key", "locked.pem")
    message = "weightlicense: locked.pem is encrypted\n  hint: give a key without a password\n"
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", message)


@pytest.mark.usefixtures("folder")
def test_a_private_key_does_not_stand_for_the_public_one() -> None:
    attest("report.json", "--key", "mine.pem", "--output", "a.json")
    result = attest("verify", "a.json", "--key", "mine.pem")
    assert (result.exit_code, result.stderr) == (
        2,
        "weightlicense: mine.pem: no such key, where a public Ed25519 key in PEM is needed\n"
        "  hint: openssl pkey -in KEY -pubout -out PUB makes one\n",
    )


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b'{"payload": 1, "payloadType": "x", "signatures": []}',
        b'{"payload": "e30=", "payloadType": "x", "signatures": [{"keyid": "a"}]}',
        b'{"payload": "e30=", "payloadType": "x", "signatures": {"a": 1}}',
        b'{"payload": "e30=", "payloadType": 1, "signatures": [{"keyid": "a", "sig": "AAAA"}]}',
    ],
)
def test_a_file_that_is_no_envelope_is_an_error(data: bytes) -> None:
    Path("a.json").write_bytes(data)
    result = attest("verify", "a.json", "--key", "mine.pub")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(("a.json: n", "a.json: an empty file"))
    assert result.stderr.endswith("\n  hint: give a file that weightlicense attest wrote\n")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("payload", "kind", "reason"),
    [
        (b"{}", "application/json", "its payload is application/json, where an in-toto statement is "
         "application/vnd.in-toto+json"),
        (b"{}", "application/vnd.in-toto+json", "its payload is no statement about a report: Object missing required "
         "field `_type`"),
        (b'{"_type": "x", "subject": [], "predicateType": "y", "predicate": {"verdict": "", "use": "", "as_of": "", '
         b'"catalogue": "", "tool": ""}}', "application/vnd.in-toto+json", "its payload is no statement about a report"),
    ],
)  # fmt: skip
def test_a_signed_file_of_another_kind_is_an_error(payload: bytes, kind: str, reason: str) -> None:
    signature = ed25519.Ed25519PrivateKey.from_private_bytes(b"1" * 32).sign(pae(payload, kind))
    envelope = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": kind,
        "signatures": [{"keyid": "", "sig": base64.b64encode(signature).decode()}],
    }
    Path("a.json").write_text(json.dumps(envelope))
    result = attest("verify", "a.json", "--key", "mine.pub")
    assert (result.exit_code, result.stderr) == (
        2,
        f"a.json: {reason}\n  hint: give a file that weightlicense attest wrote\n",
    )


@pytest.mark.usefixtures("folder")
def test_only_a_report_is_signed() -> None:
    Path("a.json").write_text("{}")
    result = attest("a.json", "--key", "mine.pem")
    assert (result.exit_code, result.stderr) == (
        2,
        "a.json: format: no format, where a report has 1\n  hint: give a report written by --format json\n",
    )


@pytest.mark.usefixtures("folder")
def test_what_was_audited_must_exist() -> None:
    result = attest("report.json", "--key", "mine.pem", "--audited", "nowhere")
    assert (result.exit_code, result.stderr) == (
        2,
        "weightlicense: nowhere: No such file or directory\n  hint: give the file or folder that was audited\n",
    )


@pytest.mark.usefixtures("folder")
def test_hostile_names_reach_no_terminal_raw() -> None:
    Path("model", "evil\x1b[31m\u202e\n.bin").write_bytes(b"")
    attest("report.json", "--key", "mine.pem", "--audited", "model", "--output", "a.json")
    found = attest("verify", "a.json", "--key", "mine.pub", "--audited", "model")
    assert found.exit_code == 0
    assert [sign for sign in found.stdout if not (sign.isprintable() or sign == "\n")] == []
    assert "evil\ufffd[31m\ufffd\ufffd.bin" in found.stdout


@pytest.mark.usefixtures("folder")
def test_missing_libraries_are_named_with_the_command_that_installs_them() -> None:
    program = (
        "import sys; sys.modules['securesystemslib'] = None\nfrom weightlicense.__main__ import run\nrun()"
    )
    words = ("attest", "report.json", "--key", "mine.pem")
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        "weightlicense: signing needs securesystemslib and cryptography, which are not installed\n"
        '  hint: pip install "weightlicense[attest]"\n',
    )
