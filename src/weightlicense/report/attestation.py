"""A report signed: an in-toto statement over its digest and those of what was audited, in a DSSE envelope.

Specifications: https://github.com/in-toto/attestation/tree/main/spec/v1 and https://github.com/secure-systems-lab/dsse.
Keys are the user's own, Ed25519 in PEM.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any, Final, NoReturn

import msgspec
from msgspec import Struct, UnsetType

from weightlicense.artifacts.jsontext import parse_object
from weightlicense.artifacts.witness import Unreadable
from weightlicense.errors import DataError, Problem, UsageError
from weightlicense.report.bill import as_text
from weightlicense.report.history import Read, printable, read_report

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STATEMENT: Final = "https://in-toto.io/Statement/v1"
PAYLOAD: Final = "application/vnd.in-toto+json"
PREDICATE: Final = "urn:weightlicense:report:1"
MOST_BYTES: Final = 16 * 1024 * 1024
PIP: Final = 'pip install "weightlicense[attest]"'


class Digest(Struct, frozen=True):
    """The digest of what a statement is about."""

    sha256: str


class About(Struct, frozen=True):
    """One thing that a statement is about."""

    name: str
    digest: Digest


class Answer(Struct, frozen=True):
    """What the report said, beside its digest."""

    verdict: str
    use: str
    as_of: str
    catalogue: str
    tool: str


class Statement(Struct, frozen=True):
    """An in-toto statement about a report; the report is the first of its subjects."""

    type: str = msgspec.field(name="_type")
    subject: tuple[About, ...]
    predicate_type: str = msgspec.field(name="predicateType")
    predicate: Answer


class Verified(Struct, frozen=True, kw_only=True):
    """A statement whose signature is the key's, and which of its subjects were compared with files."""

    key_id: str
    statement: Statement
    matched: tuple[str, ...] = ()


def statement(read: Read, audited: Iterable[str] = ()) -> dict[str, Any]:
    """The statement about a report: its own digest first, then those that it names, then those of the files audited."""
    report = read.report
    return {
        "_type": STATEMENT,
        "subject": [
            {"name": _named(name), "digest": {"sha256": sha256}}
            for name, sha256 in dict.fromkeys((*_subjects(read), *_digests(audited)))
        ],
        "predicateType": PREDICATE,
        "predicate": {
            "verdict": report.verdict,
            "use": report.use.name,
            "as_of": report.as_of,
            "catalogue": report.catalogue.digest,
            "tool": f"{report.tool.name} {report.tool.version}",
        },
    }


def _subjects(read: Read) -> Iterator[tuple[str, str]]:
    yield os.path.basename(read.path), read.sha256
    text = read.report.subject.text
    if text is not None:
        yield text.path, text.sha256
    if not isinstance(read.report.witnesses, UnsetType):
        for witness in read.report.witnesses:
            sha256 = witness.says.get("sha256")
            if isinstance(sha256, str) and len(sha256) == 64:
                yield witness.place, sha256


def _digests(audited: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Every file of these files and folders with its digest, by its path in the folder; folders behind links are left out."""
    for path in audited:
        if os.path.isfile(path):
            yield os.path.basename(path), _digest(path)
            continue
        names = sorted(
            os.path.join(folder, name) for folder, _, files in os.walk(path, onerror=_raise) for name in files
        )
        for name in names:
            yield os.path.relpath(name, path).replace(os.sep, "/"), _digest(name)


def _named(name: str) -> str:
    """The name of a file as UTF-8 can write it, other bytes in hexadecimal; those of one folder stay apart."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _raise(error: OSError) -> NoReturn:
    raise UsageError(
        f"{printable(str(error.filename))}: {error.strerror}", hint="give the file or folder that was audited"
    )


def _digest(path: str) -> str:
    try:
        # A pipe or a device has no digest, and reading it may never end.
        if not os.path.isfile(path):
            raise UsageError(f"{printable(path)} is no regular file", hint="take it out of what was audited")
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        _raise(error)


def sign(report: str, key: str, *, audited: Iterable[str] = ()) -> str:
    """A DSSE envelope in JSON over the statement about a report, signed with the private key of a PEM file.

    `audited` are files and folders whose digests are signed with it.

    Raises `DataError` for a file that is no report, `UsageError` for a key that is none or a library that is missing.
    """
    read = read_report(report)
    dsse, signer, ed25519, serialization = _libraries()
    data = _key_bytes(key)
    try:
        private = serialization.load_pem_private_key(data, password=None)
    except TypeError:
        raise UsageError(f"{printable(key)} is encrypted", hint="give a key without a password") from None
    except Exception as error:  # noqa: BLE001 - the library has several of its own, and a key is a stranger's file
        raise _no_key(key, "private", error) from None
    if not isinstance(private, ed25519.Ed25519PrivateKey):
        raise _no_key(key, "private", None)
    payload = json.dumps(statement(read, audited), sort_keys=True, separators=(",", ":")).encode()
    envelope = dsse.Envelope(payload, PAYLOAD, {})
    envelope.sign(signer.CryptoSigner(private))
    return as_text(envelope.to_dict())


def verify(path: str, key: str, *, report: str | None = None, audited: Iterable[str] = ()) -> Verified:
    """The statement of an envelope whose signature is that of a public key in PEM, and of which files it is.

    `report` must be the report that was signed, `audited` files and folders as they were when it was.

    Raises `DataError` for a file that is no envelope or no statement, `UsageError` for a key that is none, and
    `SignatureError` where the signature is not the key's or the report another.
    """
    dsse, signer, ed25519, serialization = _libraries()
    try:
        public = serialization.load_pem_public_key(_key_bytes(key))
    except Exception as error:  # noqa: BLE001 - as above
        raise _no_key(key, "public", error) from None
    if not isinstance(public, ed25519.Ed25519PublicKey):
        raise _no_key(key, "public", None)
    known = signer.SSlibKey.from_crypto(public)
    values = _envelope(path)
    try:
        envelope = dsse.Envelope.from_dict(values)
        signatures = [bytes.fromhex(each.signature) for each in envelope.signatures.values()]
        data = envelope.pae()
    except Exception as error:  # noqa: BLE001 - a stranger's file
        raise _wrong(path, f"no DSSE envelope: {error}") from None
    # A key id is only a hint (DSSE, protocol): what counts is whether the user's key made a signature.
    if not any(_is_by(public, each, data) for each in signatures):
        raise SignatureError(
            f"{printable(path)}: no signature by {printable(key)}",
            hint="ask who signed it for their public key",
        )
    if envelope.payload_type != PAYLOAD:
        raise _wrong(path, f"its payload is {envelope.payload_type}, where an in-toto statement is {PAYLOAD}")
    found = _statement(path, envelope.payload)
    matched: list[str] = []
    if report is not None:
        read = read_report(report)
        if found.subject[0].digest.sha256 != read.sha256:
            raise SignatureError(
                f"{printable(report)} is not the report that was signed: its SHA-256 is {read.sha256}, signed is "
                f"{printable(found.subject[0].digest.sha256)}",
                hint="give the very file that was signed",
            )
        matched.append(found.subject[0].name)
    signed = {(each.name, each.digest.sha256) for each in found.subject}
    for name, sha256 in _digests(audited):
        if (_named(name), sha256) not in signed:
            raise SignatureError(
                f"{printable(name)} is not as it was signed: its SHA-256 is {sha256}",
                hint="audit it again, and sign the new report",
            )
        matched.append(_named(name))
    return Verified(key_id=known.keyid, statement=found, matched=tuple(matched))


class SignatureError(UsageError):
    """A signature that does not hold, or holds for something else."""


def _libraries() -> tuple[Any, Any, Any, Any]:
    try:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
        from securesystemslib import dsse, signer
    except ImportError:
        raise UsageError(
            "signing needs securesystemslib and cryptography, which are not installed", hint=PIP
        ) from None
    return dsse, signer, ed25519, serialization


def _key_bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(64 * 1024)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{printable(path)}: {reason}", hint="give the PEM file of an Ed25519 key") from None


def _no_key(path: str, kind: str, error: Exception | None) -> UsageError:
    what = "another kind of key" if error is None else "no such key"
    option = "" if kind == "private" else " -pubout"
    make = "genpkey -algorithm ed25519 -out KEY" if kind == "private" else f"pkey -in KEY{option} -out PUB"
    return UsageError(
        f"{printable(path)}: {what}, where a {kind} Ed25519 key in PEM is needed",
        hint=f"openssl {make} makes one",
    )


def _envelope(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise _wrong(path, getattr(error, "strerror", None) or str(error)) from None
    if len(data) > MOST_BYTES:
        raise _wrong(path, f"larger than {MOST_BYTES // 1024 // 1024} MB")
    try:
        return parse_object(data)
    except Unreadable as error:
        raise _wrong(path, str(error)) from None


def _statement(path: str, payload: bytes) -> Statement:
    try:
        found = msgspec.convert(parse_object(payload), Statement)
    except (Unreadable, msgspec.ValidationError) as error:
        raise _wrong(path, f"its payload is no statement about a report: {error}") from None
    if found.type != STATEMENT or found.predicate_type != PREDICATE or not found.subject:
        raise _wrong(path, "its payload is no statement about a report")
    return found


def _is_by(public: Any, signature: bytes, data: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        public.verify(signature, data)
    except InvalidSignature:
        return False
    return True


def _wrong(path: str, message: str) -> DataError:
    hint = "give a file that weightlicense attest wrote"
    return DataError(
        (Problem(file=printable(path), line=None, path="", message=printable(message), hint=hint),)
    )


def render(verified: Verified) -> str:
    """What was verified, in words, one subject a line."""
    answer = verified.statement.predicate
    lines = [f"The signature holds: key {verified.key_id}."]
    lines.append(f"{answer.verdict} for {answer.use}, as of {answer.as_of}, by {answer.tool}.")
    lines += [
        f"  {'✓' if each.name in verified.matched else '·'} {each.digest.sha256}  {each.name}"
        for each in verified.statement.subject
    ]
    if verified.statement.subject[0].name not in verified.matched:
        lines.append("The report itself was not given: --report FILE compares it.")
    return "".join(f"{printable(line)}\n" for line in lines)
