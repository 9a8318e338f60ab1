"""A report signed: an in-toto statement over its digest and those of what was audited, in a DSSE envelope.

Specifications: https://github.com/in-toto/attestation/tree/main/spec/v1 and https://github.com/secure-systems-lab/dsse.
Keys are the user's own, Ed25519 in PEM.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import os
import sys
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import Struct, UnsetType

from weightlicense.artifacts.jsontext import parse_object
from weightlicense.artifacts.walk import CHUNK, SKIPPED, Budget, Found, Opened, UnreadList, walk
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
MOST_NAMED: Final = 8
PIP: Final = 'pip install "weightlicense[attest]"'


class Digest(Struct, frozen=True):
    """The digest of what a statement is about."""

    sha256: str


class Part(Struct, frozen=True, omit_defaults=True):
    """To which of what was audited a file belongs, by the name of that file or folder; None for what the report names."""

    audited: str | None = None


class About(Struct, frozen=True, omit_defaults=True):
    """One thing that a statement is about; the name of a file in an audited folder begins with the folder's own."""

    name: str
    digest: Digest
    annotations: Part = Part()


class Answer(Struct, frozen=True):
    """What the report said, beside its digest: `denied_by` are the policies that deny the use.

    `left_out` are the folders of tools, such as .git, in what was audited: they are no part of a release.
    """

    verdict: str
    use: str
    as_of: str
    catalogue: str
    tool: str
    denied_by: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


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
    matched: frozenset[About] = frozenset()


def statement(read: Read, audited: Iterable[str] = ()) -> Statement:
    """The statement about a report: its own digest first, then those that it names, then those of the files audited."""
    report = read.report
    trees = [_tree(path) for path in audited]
    names = [tree.own for tree in trees]
    for tree in trees:
        if names.count(tree.own) > 1:
            raise UsageError(
                f"two of what was audited are called {printable(tree.own)}",
                hint="sign them apart, or the folder that holds them",
            )
        if not tree.files:
            raise UsageError(
                f"{printable(tree.own)}: no file in it", hint="give the file or folder that was audited"
            )
    files = (each for tree in trees for each in _digests(tree))
    return Statement(
        type=STATEMENT,
        subject=tuple(dict.fromkeys((*_subjects(read), *files))),
        predicate_type=PREDICATE,
        predicate=Answer(
            verdict=report.verdict,
            use=report.use.name,
            as_of=report.as_of,
            catalogue=report.catalogue.digest,
            tool=f"{report.tool.name} {report.tool.version}",
            denied_by=tuple(row.policy for row in report.policies if row.decision == "deny"),
            left_out=tuple(_named(each) for tree in trees for each in tree.left_out),
        ),
    )


def _subjects(read: Read) -> Iterator[About]:
    yield About(_named(os.path.basename(read.path)), Digest(read.sha256))
    for text in read.report.subject.given:
        yield About(_named(text.path), Digest(text.sha256))
    if not isinstance(read.report.witnesses, UnsetType):
        for witness in read.report.witnesses:
            sha256 = witness.says.get("sha256")
            if isinstance(sha256, str) and len(sha256) == 64:
                yield About(_named(witness.place), Digest(sha256))


class _Tree(Struct, frozen=True):
    """What was audited: its own name, its files by their names, `links` by what they begin with and what they stand for."""

    own: str
    files: dict[str, Found]
    links: tuple[tuple[str, str], ...] = ()
    left_out: tuple[str, ...] = ()


class _Passed(UnreadList):
    """What a walk passed over, by its very path."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str]] = []

    def add(self, path: str, reason: str, *, is_bill: bool = False) -> None:  # noqa: ARG002 - as a walk calls it
        self.rows.append((path, reason))


def _tree(path: str) -> _Tree:
    """The files of a file or folder, as an audit reads them.

    Raises `UsageError` where one of them cannot be read, or is a link that leaves the folder.
    """
    own = os.path.basename(os.path.abspath(path))
    try:
        root = os.path.realpath(path, strict=True)
    except (OSError, ValueError) as error:
        raise _not_read(f"{path}: {getattr(error, 'strerror', None) or error}") from None
    if not os.path.isdir(root):
        return _Tree(own, {own: Found(path=own, real=root)})
    passed = _Passed()
    found, _ = walk(root, passed, Budget(seconds=math.inf))
    links, left_out, refused = [], [], []
    for each, reason in passed.rows:
        full = os.path.join(root, each)
        name, real = f"{own}/{each}", os.path.realpath(full)
        is_folder, is_link = os.path.isdir(full), os.path.islink(full)
        below = os.path.relpath(real, root).split(os.sep)
        if is_folder and is_link and SKIPPED.isdisjoint(below) and os.pardir not in below:
            links.append((f"{name}/", "/".join([own, *(part for part in below if part != "."), ""])))
        elif is_folder and not is_link and os.path.basename(each) in SKIPPED:
            left_out.append(name)
        else:
            refused.append(f"{name}: {reason}")
    if refused:
        raise _not_read(_listed(refused, "; "))
    return _Tree(own, {f"{own}/{each.path}": each for each in found}, tuple(links), tuple(left_out))


def _digests(tree: _Tree) -> Iterator[About]:
    """Every file with its digest, and again by each link to a folder that holds it."""
    part = Part(audited=_named(tree.own))
    budget = Budget(seconds=math.inf, read=sys.maxsize)
    made = {}
    for name, found in tree.files.items():
        made[name] = _digest(found, budget)
        yield About(_named(name), made[name], part)
    for link, target in tree.links:
        for name, digest in made.items():
            if name.startswith(target):
                yield About(_named(f"{link}{name[len(target) :]}"), digest, part)


def _digest(found: Found, budget: Budget) -> Digest:
    made = hashlib.sha256()
    try:
        with Opened(found, budget) as file:
            for offset in range(0, file.size, CHUNK):
                made.update(file.read(offset, min(CHUNK, file.size - offset)))
    except Unreadable as error:
        raise _not_read(f"{found.path}: {error}") from None
    return Digest(made.hexdigest())


def _not_read(message: str) -> UsageError:
    return UsageError(printable(message), hint="give the file or folder that was audited")


def _named(name: str) -> str:
    """The name of a file as UTF-8 can write it, other bytes in hexadecimal and a backslash twice, so that names stay apart."""
    return os.fsencode(name.replace("\\", "\\\\")).decode("utf-8", "backslashreplace")


def _listed(names: list[str], sign: str = ", ") -> str:
    more = len(names) - MOST_NAMED
    return sign.join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


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
    made = msgspec.to_builtins(statement(read, audited))
    payload = json.dumps(made, sort_keys=True, separators=(",", ":")).encode()
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
    pem = _key_bytes(key)
    try:
        public = serialization.load_pem_public_key(pem)
    except Exception as error:  # noqa: BLE001 - as above
        raise _no_key(key, "public", error) from None
    if not isinstance(public, ed25519.Ed25519PublicKey):
        raise _no_key(key, "public", None)
    known = signer.SSlibKey.from_crypto(public)
    sent, signatures = _envelope(path)
    payload = _decoded(sent.payload)
    if payload is None or not signatures:
        raise _wrong(path, "no DSSE envelope: no payload or signature in base64")
    if sent.payload_type != PAYLOAD:
        raise _wrong(path, f"its payload is {sent.payload_type}, where an in-toto statement is {PAYLOAD}")
    data = dsse.Envelope(payload, PAYLOAD, {}).pae()
    # A key id is only a hint (DSSE, protocol): what counts is whether the user's key made a signature.
    if not any(_is_by(public, each, data) for each in signatures):
        raise SignatureError(
            f"{printable(path)}: no signature by {printable(key)}",
            hint="ask who signed it for their public key",
        )
    found = _statement(path, payload)
    matched: set[About] = set()
    if report is not None:
        read = read_report(report)
        if found.subject[0].digest.sha256 != read.sha256:
            raise SignatureError(
                f"{printable(report)} is not the report that was signed: its SHA-256 is {read.sha256}, signed is "
                f"{printable(found.subject[0].digest.sha256)}",
                hint="give the very file that was signed",
            )
        matched.add(found.subject[0])
    for each in audited:
        matched |= _compared(each, found)
    return Verified(key_id=known.keyid, statement=found, matched=frozenset(matched))


def _compared(path: str, signed: Statement) -> set[About]:
    """The subjects of a statement that are a file or folder as it is; raises `SignatureError` where it is not as signed."""
    tree = _tree(path)
    expected = {each for each in signed.subject if each.annotations.audited == _named(tree.own)}
    hint = "give the very file or folder that was signed, by its name"
    if not expected:
        raise SignatureError(printable(f"{path}: nothing of that name was signed"), hint=hint)
    matched = set()
    for each in _digests(tree):
        if each not in expected:
            raise SignatureError(
                f"{printable(each.name)} is not as it was signed: its SHA-256 is {each.digest.sha256}",
                hint="audit it again, and sign the new report",
            )
        matched.add(each)
    gone = [each.name for each in signed.subject if each in expected - matched]
    if gone:
        raise SignatureError(printable(f"{path}: signed, and no longer there: {_listed(gone)}"), hint=hint)
    return matched


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
        return _content(path, 64 * 1024)
    except Unreadable as error:
        raise UsageError(printable(f"{path}: {error}"), hint="give the PEM file of an Ed25519 key") from None


def _content(path: str, most: int) -> bytes:
    """The bytes of a regular file, at least one; raises `Unreadable` for anything else."""
    with Opened(Found(path=path, real=os.path.realpath(path)), Budget()) as file:
        return file.whole(most)


def _no_key(path: str, kind: str, error: Exception | None) -> UsageError:
    what = "another kind of key" if error is None else "no such key"
    option = "" if kind == "private" else " -pubout"
    make = "genpkey -algorithm ed25519 -out KEY" if kind == "private" else f"pkey -in KEY{option} -out PUB"
    return UsageError(
        f"{printable(path)}: {what}, where a {kind} Ed25519 key in PEM is needed",
        hint=f"openssl {make} makes one",
    )


class _Sent(Struct, frozen=True):
    """A DSSE envelope as it came; a signature in it may be anything."""

    payload: str
    payload_type: str = msgspec.field(name="payloadType")
    signatures: tuple[Any, ...]


def _envelope(path: str) -> tuple[_Sent, list[bytes]]:
    """An envelope, and those of its signatures that can be read."""
    try:
        sent = msgspec.convert(parse_object(_content(path, MOST_BYTES)), _Sent)
    except Unreadable as error:
        raise _wrong(path, str(error)) from None
    except msgspec.ValidationError as error:
        raise _wrong(path, f"no DSSE envelope: {error}") from None
    found = [_decoded(each.get("sig")) for each in sent.signatures if isinstance(each, dict)]
    return sent, [each for each in found if each is not None]


def _decoded(text: object) -> bytes | None:
    """The bytes of either base64 that DSSE allows; None where it is none."""
    if not isinstance(text, str):
        return None
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except ValueError:
        return None


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
    denied = f", denied by {', '.join(answer.denied_by)}" if answer.denied_by else ""
    lines.append(f"{answer.verdict} for {answer.use}{denied}, as of {answer.as_of}, by {answer.tool}.")
    lines += [f"Left out, as a folder of a tool: {each}." for each in answer.left_out]
    lines += [
        f"  {'✓' if each in verified.matched else '·'} {each.digest.sha256}  {each.name}"
        for each in verified.statement.subject
    ]
    if verified.statement.subject[0] not in verified.matched:
        lines.append("The report itself was not given: --report FILE compares it.")
    return "".join(f"{printable(line)}\n" for line in lines)
