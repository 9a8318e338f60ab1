"""The hostile set: directories that are made to break a reader, each with what an audit must say of it.

A row has a name, what lies in the directory, and which files must be named as unread, with the reason. What is not in a row's
`unread` was read. `verdict` is `undetermined` for nearly all: from what is broken nothing is concluded.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from handmade import GB, gguf, onnx, protobuf, safetensors, sparse, varint, write

HUGE = (1 << 64) - 1
PICKLE = (
    b"\x80\x04\x95\x1e\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x04true\x94\x85\x94R\x94."
)
ZIP = b"PK\x03\x04\x14\0\0\0\0\0" + bytes(40)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A hostile directory, and the outcome."""

    name: str
    files: dict[str, str | bytes] = field(default_factory=dict)
    make: Callable[[Path], None] | None = None
    unread: dict[str, str] = field(default_factory=dict)
    verdict: str = "undetermined"
    licenses: tuple[str, ...] = ()
    is_large: bool = False

    def build(self, root: Path) -> Path:
        root.mkdir()
        write(root, self.files)
        if self.make is not None:
            self.make(root)
        return root


def case(name: str, file: str, content: str | bytes, reason: str) -> Case:
    """A directory of one file that cannot be read."""
    return Case(name=name, files={file: content}, unread={file: reason})


def headed(tensors: int, keys: int, version: int = 3) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, tensors, keys) + bytes(64)


def with_header(text: bytes) -> bytes:
    """A safetensors file with this header."""
    return struct.pack("<Q", len(text)) + text


def aliases(count: int) -> str:
    """YAML in which each line is ten times the one before."""
    lines = [f"k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 10)}]\n" for n in range(1, count)]
    return "k0: &k0 [x]\n" + "".join(lines)


def links(root: Path) -> None:
    for name, target in {
        "README.md": "README.md",
        "LICENSE": "NOTICE",
        "NOTICE": "LICENSE",
        "loop": ".",
        "model.gguf": "/dev/zero",
        "up": "..",
        "passwd.txt": "/etc/passwd",
    }.items():
        (root / name).symlink_to(target)


def pipes(root: Path) -> None:
    for name in ("README.md", "LICENSE", "model.safetensors", "weights", "Modelfile"):
        os.mkfifo(root / name)


def names(root: Path) -> None:
    (root / "name\n::error::x\x1b[31m.gguf").write_bytes(b"x")
    (Path(os.fsdecode(os.fsencode(root) + b"/\xff\xfe.gguf"))).write_bytes(b"x")


def deep(root: Path) -> None:
    write(root, {"/".join(["d"] * 200) + "/LICENSE": "x"})


def texts_of_no_length(root: Path) -> None:
    head = gguf({"general.license": "mit", "t": struct.pack("<IIQ", 9, 8, 600_000_000)})
    sparse(root / "m.gguf", head.rstrip(b"\0"), 5 * GB)


def headers_of_100_mb(root: Path) -> None:
    for number in range(10):
        sparse(root / f"{number}.safetensors", struct.pack("<Q", 100_000_000) + b'{"a":1}', 5 * GB)


def zeros(root: Path) -> None:
    for name in ("LICENSE", "README.md", "config.json", "m.onnx", "Modelfile", "weights"):
        sparse(root / name, b"", 5 * GB)


def long_yaml(root: Path) -> None:
    text = "models:\n" + "- model: a/b\n" * 160_000
    for number in range(40):
        write(root, {f"{number}/mergekit_config.yml": text})


def long_cards(root: Path) -> None:
    body = "---\nlicense: mit\n---\n" + ("License: " + "x " * 200 + "[a](b)" * 20 + "\n") * 3500
    for number in range(60):
        write(root, {f"{number}/README.md": body})


def long_lines(root: Path) -> None:
    units = ("[" * 300, "**", "license", "# ", "<a", "fine-tuned ", "|-", "![](", "\n---\n")
    for number, unit in enumerate(units):
        write(root, {f"{number}/README.md": (unit * 2_000_000)[: 2 * 1024 * 1024]})


def json_of_lists(root: Path) -> None:
    for number in range(20):
        write(root, {f"{number}/config.json": '{"a":[' + "[]," * 1_300_000 + "0]}"})


def many_licenses(root: Path) -> None:
    write(root, {"LICENSE": "permission is hereby granted free of charge to any person " * 35_000})
    write(
        root,
        {f"LICENSE-{number}": f"You may use this for purpose {number} only. " * 500 for number in range(100)},
    )


OUTSIDE = "../outside"
"""A directory beside the hostile one, whose words no report may hold."""
SECRET = "LicenseRef-of-the-outside"

EVIL = "\x1b]0;x\x07\x1b[31mMIT\u202e\u200b<script>alert(1)</script><img src=x onerror=alert(1)>\r\n::error::x\n[a](javascript:alert(1))|`"
"""What a terminal, a browser, a Markdown page or a build log would obey."""

CASES = (
    # GGUF: counts and lengths
    case("gguf-counts-keys", "m.gguf", headed(0, HUGE), "18,446,744,073,709,551,615 keys in 88 bytes"),
    case("gguf-counts-tensors", "m.gguf", headed(HUGE, 0), "18,446,744,073,709,551,615 tensors in 88 bytes"),
    case("gguf-length-of-a-key", "m.gguf", b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, HUGE) + bytes(64), "a key of 18,446,744,073,709,551,615 bytes at byte 32, 64 are left"),
    case("gguf-length-of-a-text", "m.gguf", gguf({"general.license": struct.pack("<IQ", 8, HUGE)}), "a text of 18,446,744,073,709,551,615 bytes at byte 59, 5 are left"),
    case("gguf-array-of-exabytes", "m.gguf", gguf({"general.tags": struct.pack("<IIQ", 9, 10, 1 << 60)}), "an array of 1,152,921,504,606,846,976 values at byte 60, where 4 bytes are left"),
    case("gguf-array-of-arrays", "m.gguf", gguf({"a": struct.pack("<IIQ", 9, 9, 1) * 1000}), "an array of arrays, before byte 49"),
    case("gguf-type-unknown", "m.gguf", gguf({"general.license": struct.pack("<I", 77)}), "unknown type 77 of a value, before byte 51"),
    case("gguf-version-unknown", "m.gguf", headed(0, 0, 4_000), "version 4000 of GGUF; 2 and 3 are known"),
    case("gguf-license-twice", "m.gguf", gguf([("general.license", "mit"), ("general.license", "gemma")]), "the key 'general.license' stands twice"),
    case("gguf-dimensions", "m.gguf", headed(1, 0)[:24] + struct.pack("<Q1sIQ", 1, b"t", 1 << 31, 0) + bytes(64), "a tensor of 2,147,483,648 dimensions"),
    case("gguf-header-only", "m.gguf", b"GGUF", "cut off: at byte 4 4 more are wanted, 0 are left"),
    Case(
        name="gguf-nul-in-a-license",
        files={"m.gguf": gguf({"general.license": "mit\0gemma"})},
        licenses=("mit\\x00gemma",),
    ),
    # safetensors
    case("safetensors-length", "m.safetensors", struct.pack("<Q", HUGE) + b"{}", "a header of 18,446,744,073,709,551,615 bytes, where at most 100,000,000 are read"),
    case("safetensors-cut", "m.safetensors", struct.pack("<Q", 5_000) + b"{}", "cut off: a header of 5,000 bytes in a file of 10"),
    case("safetensors-deep", "m.safetensors", with_header(b'{"a":' + b"[" * 200_001), "the header is nested too deep"),
    case("safetensors-metadata-deep", "m.safetensors", with_header(b'{"__metadata__":{"license":' + b"[" * 500 + b"]" * 500 + b"}}"), "__metadata__ is no mapping of texts to texts"),
    case("safetensors-metadata-twice", "m.safetensors", with_header(b'{"__metadata__":{"license":"mit"},"__metadata__":{"license":"gemma"}}'), "__metadata__ stands twice, and readers differ on which counts"),
    case("safetensors-numbers", "m.safetensors", safetensors({"license": 7}), "__metadata__ is no mapping of texts to texts"),
    case("safetensors-offsets", "m.safetensors", safetensors({"license": "mit"}, tensors={"a": {"data_offsets": [0, HUGE]}}), "cut off: the tensors end at byte 18,446,744,073,709,551,709, the file at 94"),
    case("safetensors-index-deep", "model.safetensors.index.json", "[" * 300_000, "not JSON: Expected `object`, got `array`"),
    Case(
        name="safetensors-index-traversal",
        files={"model.safetensors.index.json": json.dumps({"weight_map": {"a": f"{OUTSIDE}/model.safetensors", "b": "/etc/passwd.safetensors"}})},
    ),
    # ONNX
    case("onnx-length", "m.onnx", onnx() + b"\x72" + varint(HUGE), "cut off: field 14 has 18,446,744,073,709,551,615 bytes, 0 are left"),
    case("onnx-number-without-end", "m.onnx", onnx() + b"\x72" + b"\xff" * 40, "a number of more than 10 bytes"),
    case("onnx-fields", "m.onnx", b"\x08\x01" * 500_000, "not read: more than 20,000 fields"),
    case("onnx-pair-in-pair", "m.onnx", onnx() + protobuf(14, protobuf(1, "license") + b"\x12\x7f"), "metadata that is cut off"),
    # what poses as weights
    case("pickle-as-safetensors", "m.safetensors", PICKLE, "a header of 513,082,496 bytes, where at most 100,000,000 are read"),
    case("pickle-as-gguf", "m.gguf", PICKLE, "no GGUF: it begins with b'\\x80\\x04\\x95\\x1e'"),
    case("pickle-as-onnx", "m.onnx", PICKLE, "no ONNX model: field 0 at byte 4"),
    case("pickle-without-extension", "weights", PICKLE, "may hold a pickle, which is never opened"),
    case("pickle", "pytorch_model.bin", PICKLE, "may hold a pickle, which is never opened"),
    case("zip-as-safetensors", "m.safetensors", ZIP, "a header of 85,966,670,672 bytes, where at most 100,000,000 are read"),
    case("zip-as-gguf", "m.gguf", ZIP, "no GGUF: it begins with b'PK\\x03\\x04'"),
    case("zip-as-pickle", "model.pt", ZIP, "may hold a pickle, which is never opened"),
    case("zip-without-extension", "weights", ZIP, "an archive, which is not opened"),
    # JSON
    case("json-deep-lists", "config.json", "[" * 200_000, "not read: nested too deep"),
    case("json-deep-objects", "adapter_config.json", '{"a":' * 200_000, "not read: nested too deep"),
    case("json-key-twice", "config.json", '{"license":"mit","license":"gemma"}', "the key 'license' stands twice, and readers differ on which counts"),
    case("json-not-a-number", "config.json", '{"a":NaN}', "not JSON: NaN"),
    case("json-long-number", "config.json", '{"a":' + "9" * 100_000 + "}", "not JSON: Exceeds the limit (4300 digits) for integer string conversion: value has 100000 digits; use sys.set_int_max_str_digits() to increase the limit"),
    case("json-not-utf-8", "config.json", b'{"license":"\xff\xfe"}', "not UTF-8: byte 0xff at 12"),
    case("json-nul", "config.json", b"\0" * 1000, "not JSON: line 1: Expecting value"),
    case("json-huge", "config.json", '{"a":"' + "x" * 5_000_000 + '"}', "5,000,008 bytes, where at most 4,194,304 are read"),
    case("bom-deep", "bom.json", '{"components":[' * 50_000, "not read: nested too deep"),
    # YAML and front matter
    case("yaml-deep", "mergekit_config.yml", "a: " + "[" * 100_000, "line 1: nested more than 40 deep"),
    Case(name="yaml-aliases", files={"mergekit_config.yml": aliases(60)}),
    Case(name="yaml-python-object", files={"dvc.yaml": "artifacts: !!python/object/apply:os.system [true]\n"}),
    case("yaml-nul", "dvc.yaml", b"artifacts:\0 x", "no mapping of keys to values"),
    case("yaml-not-utf-8", "mergekit_config.yml", b"models:\n- model: \xff\n", "line 2: not UTF-8: byte 0xff"),
    Case(name="front-matter-aliases", files={"README.md": f"---\n{aliases(60)}license: mit\n---\n"}, verdict="breach", licenses=("mit",)),
    case("front-matter-deep", "README.md", "---\nlicense: " + "{a: " * 5_000 + "\n---\n", "front matter: line 2: nested more than 40 deep"),
    case("front-matter-without-end", "README.md", "---\nlicense: mit\n" + "x: y\n" * 1000, "the front matter that begins on line 1 has no end"),
    case("front-matter-not-utf-8", "README.md", b"---\nlicense: m\xefit\n---\n", "not UTF-8: byte 0xef"),
    case("front-matter-nul", "README.md", b"---\nlicense: mit\0\n---\n", "no text: it has NUL bytes"),
    case("front-matter-of-3-mb", "README.md", "---\n" + "x: y\n" * 600_000 + "license: mit\n---\n", "larger than 2,097,152 bytes; only the beginning was read"),
    Case(
        name="front-matter-license-twice",
        files={"README.md": "---\nlicense: mit\nlicense: cc-by-nc-4.0\n---\n"},
        licenses=("mit", "cc-by-nc-4.0"),
    ),
    # Modelfile
    case("modelfile-without-end", "Modelfile", 'FROM x\nLICENSE """' + "words\n" * 10_000, "the text that begins on line 2 has no end"),
    case("modelfile-not-utf-8", "Modelfile", b"FROM \xff\xfe", "not UTF-8: byte 0xff"),
    case("modelfile-nul", "Modelfile", bytes(1000), "no text: it has NUL bytes"),
    Case(
        name="modelfile-traversal",
        files={"Modelfile": f"FROM {OUTSIDE}/model.gguf\nADAPTER /etc/passwd\nLICENSE {OUTSIDE}/LICENSE\n"},
        licenses=(f"{OUTSIDE}/LICENSE",),
    ),
    Case(
        name="adapter-traversal",
        files={"adapter_config.json": json.dumps({"base_model_name_or_path": "../../../../../../etc", "license": f"{OUTSIDE}/LICENSE"})},
        licenses=(f"{OUTSIDE}/LICENSE",),
    ),
    # what is no file
    Case(name="links", make=links, unread={
        "README.md": "a link that cannot be read: Too many levels of symbolic links",
        "LICENSE": "a link that cannot be read: Too many levels of symbolic links",
        "NOTICE": "a link that cannot be read: Too many levels of symbolic links",
        "loop": "a link to a folder, which is read at its own place only",
        "model.gguf": "the link leaves the directory",
        "up": "the link leaves the directory",
        "passwd.txt": "the link leaves the directory",
    }),
    Case(name="pipes", make=pipes, unread=dict.fromkeys(("README.md", "LICENSE", "model.safetensors", "weights", "Modelfile"), "a named pipe is never opened")),
    Case(name="names", make=names, unread={
        "name\\n::error::x\\x1b[31m.gguf": "cut off: at byte 0 4 more are wanted, 1 are left",
        "\\xff\\xfe.gguf": "cut off: at byte 0 4 more are wanted, 1 are left",
    }),
    Case(name="deep-folders", make=deep, unread={"/".join("d" * 33): "more than 32 folders deep"}),
    # what a display would obey
    Case(
        name="orders-in-metadata",
        files={
            "README.md": f"---\nlicense: {json.dumps(EVIL[:40])}\nmodel_name: {json.dumps(EVIL)}\nlicence: {json.dumps(EVIL)}\nbase_model: {json.dumps(EVIL)}\n---\n# {EVIL}\nLicense: {EVIL}\n",
            "m.gguf": gguf({"general.license": EVIL, "general.name": EVIL, "general.licence": EVIL}),
            "m.safetensors": safetensors({"license": EVIL, "model_name": EVIL}),
            "m.onnx": onnx([("license", EVIL), ("base_model", EVIL)]),
            "config.json": json.dumps({"license": EVIL, EVIL: "x", "_name_or_path": EVIL}),
            "Modelfile": f"FROM {EVIL}\nLICENSE {EVIL}\n",
            "LICENSE": EVIL * 20,
            "LICENSE-<script>alert(1)<": "x",
            f"{EVIL[:20]}.bin": "x",
        },
    ),
    # size
    Case(name="texts-of-no-length", make=texts_of_no_length, is_large=True),
    Case(name="headers-of-100-mb", make=headers_of_100_mb, is_large=True),
    Case(name="zeros-of-5-gb", make=zeros, is_large=True),
    Case(name="long-yaml", make=long_yaml, is_large=True),
    Case(name="long-cards", make=long_cards, is_large=True, verdict="breach"),
    Case(name="long-lines", make=long_lines, is_large=True),
    Case(name="json-of-lists", make=json_of_lists, is_large=True),
    Case(name="many-licenses", make=many_licenses, is_large=True),
)  # fmt: skip
