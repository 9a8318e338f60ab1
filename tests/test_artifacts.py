"""Model directories as witnesses: every artefact is made by hand, byte by byte, as its format's document says."""

from __future__ import annotations

import json
import os
import socket
import struct
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from handmade import PARENT, gguf, onnx, protobuf, safetensors, write

from weightlicense.artifacts import Directory, Parent, Witness, clean, read_directory
from weightlicense.errors import UsageError


def only(directory: Directory) -> Witness:
    assert directory.unread == ()
    (witness,) = directory.witnesses
    return witness


def says(root: Path, name: str, content: str | bytes) -> dict[str, Any]:
    """What the only artefact of a directory says, parents as (name, relation, revision)."""
    said = dict(only(read_directory(write(root, {name: content}))).says)
    if "base_models" in said:
        said["base_models"] = [(entry.name, entry.relation, entry.revision) for entry in said["base_models"]]
    return said


def unread(root: Path, name: str, content: str | bytes) -> str:
    """Why the only file of a directory was not read; nothing else may come from it."""
    directory = read_directory(write(root, {name: content}))
    assert directory.witnesses == ()
    (entry,) = directory.unread
    assert entry.path == clean(name)
    return entry.reason


# Cards


CARD = """---
license: llama3.1
base_model: meta-llama/Llama-3.1-8B-Instruct
base_model_relation: finetune
pipeline_tag: text-generation
tags:
- merge
---
# My Model

**License:** MIT
"""


def test_a_card_is_read_with_the_line_of_every_statement(tmp_path: Path) -> None:
    directory = read_directory(write(tmp_path, {"README.md": CARD}))
    card = only(directory)
    assert (card.source, card.place, card.licenses, card.oddities) == ("card", "README.md", ("llama3.1",), ())
    assert card.where("license") == "README.md:2"
    assert card.parents == (
        Parent(name="meta-llama/Llama-3.1-8B-Instruct", relation="fine-tune", place="README.md:3"),
    )
    assert card.says["modalities"] == ("text",)
    assert [(mention.text, mention.place) for mention in card.says["license_mentions"]] == [
        ("MIT", "README.md:11")
    ]
    assert [(text.role, text.path, text.data) for text in directory.texts] == [
        ("card", "README.md", CARD.encode())
    ]


@pytest.mark.parametrize(
    ("matter", "license"),
    [
        ("license: apache-2.0", ("apache-2.0",)),
        ("license: [mit, apache-2.0]", ("mit", "apache-2.0")),
        ("license:\n- mit\n- cc-by-4.0\n", ("mit", "cc-by-4.0")),
        ("license: mit\nlicense: cc-by-nc-4.0", ("mit", "cc-by-nc-4.0")),
        ("license: 'MIT'\nlanguage: no\nlanguages: [no, en]", ("MIT",)),
        ("license: !!str mit", ("mit",)),
        ("x: &a mit\nlicense: *a", ("mit",)),
        ("license: 1.10", ("1.10",)),
        ("license: yes", ("yes",)),
        ("license:", ()),
        ("license: []", ()),
        ("license: {id: mit}", ()),
        ("license: [[mit]]", ()),
        ("licence: mit", ()),
        ("License: mit", ()),
        ("licenses: mit", ()),
        ("liscense: mit", ()),
        ("model_license: mit", ()),
        ("? [license]\n: mit", ()),
        ("tags: [license:mit]", ()),
        ("", ()),
    ],
)
def test_only_the_key_license_declares_one_and_a_repeated_key_declares_each(
    tmp_path: Path, matter: str, license: tuple[str, ...]
) -> None:
    assert only(read_directory(write(tmp_path, {"README.md": f"---\n{matter}\n---\n"}))).licenses == license


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("licence", "license"),
        ("licences", "license"),
        ("License", "license"),
        ("LICENSE", "license"),
        ("lisence", "license"),
        ("licens", "license"),
        ("licence_name", "license_name"),
        ("license-link", "license_link"),
        ("base-model", "base_model"),
        ("base_models", "base_model"),
        ("Base Model", "base_model"),
    ],
)
def test_a_misspelt_key_is_named_and_declares_nothing(tmp_path: Path, key: str, meant: str) -> None:
    card = only(read_directory(write(tmp_path, {"README.md": f"---\n{key}: mit\n---\n"})))
    assert (card.licenses, card.parents) == ((), ())
    (miss,) = card.says["near_misses"]
    assert (miss.key, miss.value, miss.meant, miss.place) == (key, "mit", meant, "README.md:2")
    assert card.oddities == (
        f"README.md:2: unknown key '{key}', which declares nothing; '{meant}' may be meant",
    )


@pytest.mark.parametrize(
    "key", ["library_name", "model_name", "language", "datasets", "new_version", "base_url", "lib"]
)
def test_an_ordinary_key_is_no_misspelling(tmp_path: Path, key: str) -> None:
    assert "near_misses" not in says(tmp_path, "README.md", f"---\n{key}: mit\n---\n")


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ("---\nlicense: mit\n", "the front matter that begins on line 1 has no end"),
        (
            "---\nlicense: {mit\n---\n",
            "front matter: line 2: expected ',' or '}' in the mapping that began on line 2",
        ),
        ("---\n- license\n---\n", "front matter: no mapping of keys to values"),
        (
            "---\nlicense: mit\n\t- y\nx: y: z\n---\n",
            "front matter: line 3: not YAML: found a tab character that violates indentation",
        ),
        ("---\nlicense: m\xefit\n---\n".encode("latin-1"), "not UTF-8: byte 0xef"),
        ("---\n" + "[" * 100 + "\n---\n", "front matter: line 2: nested more than 40 deep"),
        ("---\n%TAG ! tag:x\nlicense: mit\n---\n", "front matter: line 2: a directive ('%...')"),
        (
            "---\nx: " + "[a," * 30 + "\n" + "- b\n" * 9 + "---\n",
            "front matter: line 3: not YAML: did not find expected node content",
        ),
    ],
)
def test_nothing_is_concluded_from_broken_front_matter_but_its_text_is_there(
    tmp_path: Path, card: str | bytes, reason: str
) -> None:
    directory = read_directory(write(tmp_path, {"README.md": card}))
    assert directory.witnesses == ()
    assert [(entry.path, entry.reason) for entry in directory.unread] == [("README.md", reason)]
    assert [witness.licenses for witness in directory.damaged] == [()]
    assert [text.role for text in directory.texts] == ["card"]


@pytest.mark.parametrize(
    "card",
    ["\ufeff---\nlicense: mit\n---\n", "\n\n---\r\nlicense: mit\r\n---\r\n", "--- \nlicense: mit\n---"],
)
def test_a_mark_blank_lines_and_line_ends_of_windows_do_not_hide_front_matter(
    tmp_path: Path, card: str
) -> None:
    assert only(read_directory(write(tmp_path, {"README.md": card}))).licenses == ("mit",)


def test_a_rule_at_the_top_of_a_text_is_no_front_matter(tmp_path: Path) -> None:
    assert says(tmp_path, "README.md", "---\n\nHello. License: see below.\n") == {}


@pytest.mark.parametrize(
    ("line", "mention"),
    [
        ("- **License:** MIT", ["MIT"]),
        ("- **License:** [Llama 3 License](https://x.y/z)", ["Llama 3 License"]),
        ("* License: [More Information Needed]", []),
        ("- **License(s):** Apache 2.0", ["Apache 2.0"]),
        ("| License | MIT |", ["MIT"]),
        ("## License\n\nThis model is under CC BY-NC 4.0.\n\nMore.", ["This model is under CC BY-NC 4.0."]),
        ("Licensed works are fun.", []),
        ("```yaml\nlicense: mit\n```", []),
        ("## Licensing\n## Next\nText", []),
    ],
)
def test_prose_that_names_a_license_is_a_mention_and_declares_nothing(
    tmp_path: Path, line: str, mention: list[str]
) -> None:
    card = only(read_directory(write(tmp_path, {"README.md": f"{line}\n"})))
    assert card.licenses == ()
    assert [entry.text for entry in card.says.get("license_mentions", ())] == mention


@pytest.mark.parametrize(
    ("line", "parent", "relation"),
    [
        ("- **Finetuned from model:** meta-llama/Meta-Llama-3-8B", "meta-llama/Meta-Llama-3-8B", None),
        (
            "- **Base model:** [google/gemma-2-9b](https://huggingface.co/google/gemma-2-9b)",
            "google/gemma-2-9b",
            None,
        ),
        ("```yaml\nbase_model: meta-llama/Llama-3.1-8B\n```", "meta-llama/Llama-3.1-8B", None),
        ("This is a fine-tuned version of [x](https://huggingface.co/a/b).", "a/b", "fine-tune"),
    ],
)
def test_prose_that_names_an_origin_is_a_hint(
    tmp_path: Path, line: str, parent: str, relation: str | None
) -> None:
    card = only(read_directory(write(tmp_path, {"README.md": f"{line}\n"})))
    assert [(entry.name, entry.relation, entry.hint) for entry in card.parents] == [(parent, relation, True)]


@pytest.mark.parametrize(
    ("matter", "parents", "oddities"),
    [
        ("base_model: a/b", [("a/b", None)], 0),
        ("base_model: [a/b, c/d]\nbase_model_relation: merge", [("a/b", "merge"), ("c/d", "merge")], 0),
        ("base_model: a/b\nbase_model_relation: quantized", [("a/b", "quantize")], 0),
        ("base_model: a/b\nbase_model_relation: cousin", [("a/b", None)], 1),
        ("base_model: https://huggingface.co/a/b", [("a/b", None)], 0),
        ("base_model: a/b\ntags: ['base_model:adapter:a/b', 'base_model:a/b']", [("a/b", "adapter")], 0),
        ("base_model: a/b\ntags: ['base_model:merge:c/d']", [("a/b", None), ("c/d", "merge")], 0),
        ("base_model: {name: a/b}", [], 1),
        ("base_model:", [], 0),
    ],
)
def test_the_parents_of_a_card_come_with_their_relation(
    tmp_path: Path, matter: str, parents: list[tuple[str, str | None]], oddities: int
) -> None:
    card = only(read_directory(write(tmp_path, {"README.md": f"---\n{matter}\n---\n"})))
    assert [(entry.name, entry.relation) for entry in card.parents] == parents
    assert len(card.oddities) == oddities


def test_names_of_the_model_come_from_card_file_and_folder(tmp_path: Path) -> None:
    card = "---\nmodel_name: Med\nmodel-index:\n- name: Med-8B\n---\n# acme/Med-8B-v2\n"
    root = write(tmp_path / "Llama-Med", {"README.md": card, "m.gguf": gguf({"general.name": "Med GGUF"})})
    assert [(name.name, name.source, name.place) for name in read_directory(root).names] == [
        ("Med", "card: model_name", "README.md:2"),
        ("Med-8B", "card: model-index", "README.md:3"),
        ("acme/Med-8B-v2", "card: Hub id in the title", "README.md:6"),
        ("Med GGUF", "gguf: general.name", "m.gguf: general.name"),
        ("Llama-Med", "directory", "."),
    ]


def test_real_cards_say_what_a_reader_finds_in_them(shared: Path, tmp_path: Path) -> None:
    found = {}
    for path in sorted((shared / "data" / "cards").rglob("*.md")):
        root = write(tmp_path / path.stem, {"README.md": path.read_bytes()})
        card = only(read_directory(root))
        mentions = [mention.text for mention in card.says.get("license_mentions", ())]
        misses = [miss.key for miss in card.says.get("near_misses", ())]
        parents = [(parent.name, parent.relation, parent.hint) for parent in card.parents]
        found[path.stem.rpartition("__")[2]] = (card.licenses, mentions, misses, parents)
    llama = ("meta-llama/Llama-3.1-8B-Instruct", None, True)
    assert found == {
        "financebench_llama_3_1_8b_8bits_r8": ((), [], [], [llama]),
        "sentiment_llama_3_1_8b_8bits_r8_rslora": ((), [], [], [llama]),
        "headline_llama_3_1_70b_4bits_r4": ((), [], [], []),
        "SuSastho_llama3_adapter": ((), ["MIT"], [], [("meta-llama/Meta-Llama-3-8B-Instruct", None, False)]),
        "inoc_gemma2_9b_seed1": ((), [], ["licence"], [("google/gemma-2-9b-it", "adapter", False)]),
        "neoserve_llama31-8b-w4a8": (
            ("apache-2.0",),
            [],
            [],
            [("meta-llama/Llama-3.1-8B-Instruct", None, False)],
        ),
        "neoserve_qwen25-1p5b-w4a8": (("apache-2.0",), [], [], [("Qwen/Qwen2.5-1.5B-Instruct", None, False)]),
    }


# Texts


@pytest.mark.parametrize(
    ("role", "names"),
    [
        (
            "license",
            "LICENSE LICENCE license.md LICENSE.txt LICENSE-MODEL LICENSE-2.0 LICENSE.llama3.1 MODEL_LICENSE COPYING "
            "GEMMA_TERMS.html terms_of_use.md Llama3.1-License.txt LICENSES/Apache-2.0.txt UNLICENSE EULA.txt "
            "LICENSE_AND_USE_POLICY.md \u6a21\u578b\u8bb8\u53ef\u534f\u8bae.txt a/b/c/LICENSE",
        ),
        ("notice", "NOTICE Notice.txt NOTICE.md NOTICES THIRD_PARTY_NOTICES.txt x/Notice"),
        (
            "policy",
            "USE_POLICY.md UsePolicy.txt acceptable_use_policy.txt Prohibited_Use_Policy.md USE-RESTRICTIONS.md",
        ),
        ("card", "readme.txt README README.rst"),
        ("document", "CHANGELOG.md docs/usage.md notes.txt index.html"),
        (
            None,
            "vocab.txt requirements.txt license.py licenses.json NOTICE.json merges.txt Makefile tokenizer.model",
        ),
    ],
)
def test_a_text_has_the_role_that_its_name_gives_it(tmp_path: Path, role: str | None, names: str) -> None:
    for number, name in enumerate(names.split()):
        directory = read_directory(write(tmp_path / str(number), {name: "words"}))
        assert [(text.path, text.role) for text in directory.texts] == (
            [] if role is None else [(name, role)]
        )
        assert directory.unread == ()


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("LICENSE", b"", "an empty file"),
        ("LICENSE", b" \n", "an empty file"),
        ("LICENSE.pdf", b"%PDF", "no plain text: its words were not read"),
        ("LICENSE", b"\x7fELF\0\0", "no text: it has NUL bytes"),
        ("a/b/c/d/LICENSE", b"MIT", "more than 3 folders deep, as 1 license, notice or card files are"),
    ],
)
def test_a_text_that_cannot_be_read_is_named(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    assert unread(tmp_path, name, data) == reason


def test_of_a_long_text_the_beginning_is_kept_and_the_cut_is_said(tmp_path: Path) -> None:
    directory = read_directory(write(tmp_path, {"LICENSE": b"x" * (2 * 1024 * 1024 + 1)}))
    (text,) = directory.texts
    assert (len(text.data), text.cut) == (2 * 1024 * 1024, True)
    assert [entry.reason for entry in directory.unread] == [
        "larger than 2,097,152 bytes; only the beginning was read"
    ]


# GGUF


ADDRESS = {"general.base_model.0.repo_url": "https://huggingface.co/meta-llama/Llama-3.1-8B-Instruct"}


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("version", [2, 3])
def test_a_gguf_file_says_its_general_keys_wherever_they_stand(
    tmp_path: Path, version: int, order: str
) -> None:
    keys = {
        "tokenizer.ggml.tokens": ["a", "b" * 100, ""],
        "tokenizer.ggml.scores": [1.0, 2.0],
        "tokenizer.chat_template": "{{ x }}",
        "llama.rope": 1.5,
        "x.flag": True,
        "general.file_type": 15,
        "general.license": "llama3.1",
        "general.license.name": "Llama",
        "general.license.link": "https://x",
        "general.tags": ["a", "b"],
        **PARENT,
    }
    data = gguf(keys, version=version, order=order)
    assert says(tmp_path, "m.gguf", data) == {
        "license": "llama3.1",
        "license_name": "Llama",
        "license_link": "https://x",
        "tags": ("a", "b"),
        "quantized": True,
        "base_models": [("Meta-Llama/Llama-3.1-8B-Instruct", None, "3.1")],
    }


def test_the_address_of_a_parent_names_it_best(tmp_path: Path) -> None:
    assert says(tmp_path, "m.gguf", gguf({**PARENT, **ADDRESS}))["base_models"] == [
        ("meta-llama/Llama-3.1-8B-Instruct", None, "3.1")
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "an empty file"),
        (b"GGUF", "cut off: at byte 4 4 more are wanted, 0 are left"),
        (b"GGML" + bytes(40), "no GGUF: it begins with b'GGML'"),
        (gguf({}, version=99), "version 99 of GGUF; 2 and 3 are known"),
        (gguf({}, version=1), "version 1 of GGUF; 2 and 3 are known"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1 << 63), "9,223,372,036,854,775,808 keys in 24 bytes"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1 << 63, 0), "9,223,372,036,854,775,808 tensors in 24 bytes"),
        (
            gguf({"a": struct.pack("<IQ", 8, 1 << 62)}),
            "cut off: at byte 45 4,611,686,018,427,387,904 more are wanted, 19 are left",
        ),
        (
            gguf({"general.name": struct.pack("<IQ", 8, 1 << 62)}),
            "a text of 4,611,686,018,427,387,904 bytes at byte 56, 8 are left",
        ),
        (
            gguf({"a": struct.pack("<IIQ", 9, 8, 1 << 60)}),
            "an array of 1,152,921,504,606,846,976 values at byte 49, where 15 bytes are left",
        ),
        (
            gguf({"a": struct.pack("<IIQ", 9, 0, 1 << 60)}),
            "an array of 1,152,921,504,606,846,976 values at byte 49, where 15 bytes are left",
        ),
        (gguf({"a": struct.pack("<IIQ", 9, 9, 1)}), "an array of arrays, before byte 49"),
        (gguf({"a": struct.pack("<I", 99)}), "unknown type 99 of a value, before byte 37"),
        (gguf({"a": struct.pack("<IIQ", 9, 99, 1)}), "unknown type 99 in an array, before byte 49"),
        (gguf([("a", 1), ("a", 2)]), "the key 'a' stands twice"),
        (gguf({"general.license": "mit"})[:40], "a key of 15 bytes at byte 32, 8 are left"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
            "a Git LFS pointer; the file itself is not here",
        ),
    ],
)
def test_nothing_is_concluded_from_a_damaged_gguf_file(tmp_path: Path, data: bytes, reason: str) -> None:
    assert unread(tmp_path, "m.gguf", data) == reason


def test_a_gguf_file_without_its_tensors_is_shown_as_damaged(tmp_path: Path) -> None:
    whole = gguf({"general.license": "mit"}, tensors=[("a", 0), ("b", 64)], data=bytes(128))
    assert says(tmp_path / "whole", "m.gguf", whole) == {"license": "mit"}
    directory = read_directory(write(tmp_path / "cut", {"m.gguf": whole[:-64]}))
    assert directory.witnesses == ()
    assert [witness.licenses for witness in directory.damaged] == [("mit",)]
    (entry,) = directory.unread
    begin = len(whole) - 128
    assert (
        entry.reason
        == f"cut off: the last tensor begins at byte {begin + 64}, the file ends at {len(whole) - 64}"
    )


def test_shards_are_read_each_and_a_missing_one_is_named(tmp_path: Path) -> None:
    first = gguf({"general.license": "mit", "split.count": 3})
    files = {"m-00001-of-00003.gguf": first, "m-00003-of-00003.gguf": gguf({"split.count": 3})}
    directory = read_directory(write(tmp_path, files))
    assert [(witness.licenses, witness.says["shard"]) for witness in directory.witnesses] == [
        (("mit",), (1, 3)),
        ((), (3, 3)),
    ]
    assert [(entry.path, entry.reason) for entry in directory.unread] == [
        ("m-*-of-00003.gguf", "1 of 3 shards are not here")
    ]


# safetensors


def test_a_safetensors_file_says_its_metadata(tmp_path: Path) -> None:
    metadata = {
        "format": "pt",
        "modelspec.license": "CC BY-NC 4.0",
        "license": "cc-by-nc-4.0",
        "modelspec.merged_from": "one, two",
        "modelspec.title": "Ink",
        "ss_sd_model_name": "sd_xl.safetensors",
        "licence": "mit",
    }
    tensors = {"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}
    witness = only(
        read_directory(
            write(tmp_path, {"m.safetensors": safetensors(metadata, tensors=tensors, data=bytes(4))})
        )
    )
    assert witness.licenses == ("CC BY-NC 4.0", "cc-by-nc-4.0")
    assert witness.where("license") == (
        "m.safetensors: __metadata__.modelspec.license, m.safetensors: __metadata__.license"
    )
    assert [(parent.name, parent.relation, parent.hint) for parent in witness.parents] == [
        ("one", "merge", False),
        ("two", "merge", False),
        ("sd_xl.safetensors", None, True),
    ]
    assert [miss.key for miss in witness.says["near_misses"]] == ["licence"]
    assert witness.says["model_name"] == "Ink"


def header(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "an empty file"),
        (b"ab", "cut off: 2 bytes, where 8 say how long the header is"),
        (
            struct.pack("<Q", 1 << 63) + b"{}",
            "a header of 9,223,372,036,854,775,808 bytes, where at most 100,000,000 are read",
        ),
        (struct.pack("<Q", 9_000) + b"{}", "cut off: a header of 9,000 bytes in a file of 10"),
        (header(b""), "the header is no JSON object"),
        (header(b"[]"), "the header is no JSON object"),
        (header(b'{"a":' * 50_000), "the header is nested too deep"),
        (header(b'{"a":NaN}'), "the header is not JSON: JSON is malformed: invalid character (byte 5)"),
        (header(b'{"__metadata__":{"license":[1]}}'), "__metadata__ is no mapping of texts to texts"),
        (header(b'{"__metadata__":[]}'), "no JSON object"),
        (
            header(b'{"__metadata__":{},"__metadata__":{}}'),
            "__metadata__ stands twice, and readers differ on which counts",
        ),
        (
            header(b'{"__metadata__":{"license":"mit","license":"x"}}'),
            "the key 'license' stands twice, and readers differ on which counts",
        ),
        (header(b'{"__metadata__":{"license":"\xff"}}'), None),
    ],
)
def test_nothing_is_concluded_from_a_damaged_safetensors_file(
    tmp_path: Path, data: bytes, reason: str | None
) -> None:
    said = unread(tmp_path, "m.safetensors", data)
    assert reason is None or said == reason


def test_a_safetensors_file_without_all_its_tensors_is_shown_as_damaged(tmp_path: Path) -> None:
    tensors = {"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}}
    data = safetensors({"license": "mit"}, tensors=tensors, data=bytes(15))
    directory = read_directory(write(tmp_path, {"m.safetensors": data}))
    assert (directory.witnesses, [witness.licenses for witness in directory.damaged]) == ((), [("mit",)])
    assert [entry.reason for entry in directory.unread] == [
        f"cut off: the tensors end at byte {len(data) + 1}, the file at {len(data)}"
    ]


def test_an_index_names_its_shards(tmp_path: Path) -> None:
    index = {
        "metadata": {},
        "weight_map": {"a": "m-00001-of-00002.safetensors", "b": "m-00001-of-00002.safetensors"},
    }
    assert says(tmp_path, "m.safetensors.index.json", json.dumps(index)) == {
        "shards": ("m-00001-of-00002.safetensors",)
    }


# Formats of text


SPDX_2 = {
    "spdxVersion": "SPDX-2.3",
    "documentDescribes": ["SPDXRef-m"],
    "packages": [
        {"SPDXID": "SPDXRef-b", "name": "base", "licenseDeclared": "NOASSERTION"},
        {"SPDXID": "SPDXRef-m", "name": "Med", "licenseDeclared": "MIT", "licenseConcluded": "LicenseRef-x"},
    ],
    "relationships": [
        {"spdxElementId": "SPDXRef-m", "relationshipType": "DESCENDANT_OF", "relatedSpdxElement": "SPDXRef-b"}
    ],
    "hasExtractedLicensingInfos": [{"licenseId": "LicenseRef-x", "extractedText": "The words."}],
}
SPDX_TAGS = """SPDXVersion: SPDX-2.3
SPDXID: SPDXRef-DOCUMENT
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-m
PackageName: Med
SPDXID: SPDXRef-m
PackageLicenseDeclared: MIT
PackageLicenseConcluded: LicenseRef-x
Relationship: SPDXRef-m DESCENDANT_OF SPDXRef-b
PackageName: base
SPDXID: SPDXRef-b
PackageLicenseDeclared: NOASSERTION
LicenseID: LicenseRef-x
ExtractedText: <text>The
PackageName: no package
words.</text>
"""
MODELPACK = {
    "descriptor": {"name": "m", "licenses": ["MIT", "Apache-2.0"], "family": "llama"},
    "modelfs": {},
    "config": {"architecture": "transformer", "capabilities": {"inputTypes": ["text", "image"]}},
}


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (
            "config.json",
            json.dumps({"architectures": ["LlamaForCausalLM"], "model_type": "llama", "_name_or_path": "/home/me/ckpt", "vision_config": {}, "licence": "mit"}),
            {"architecture": ("LlamaForCausalLM",), "model_type": "llama", "base_models": [("/home/me/ckpt", None, None)], "modalities": ("image", "text"), "near_misses": 1},
        ),
        (
            "adapter_config.json",
            json.dumps({"base_model_name_or_path": "meta-llama/Llama-2-7b", "revision": "main", "peft_type": "LORA"}),
            {"base_models": [("meta-llama/Llama-2-7b", "adapter", "main")], "peft_type": "LORA"},
        ),
        (
            "model_index.json",
            json.dumps({"_class_name": "FluxPipeline", "vae": ["diffusers", "AutoencoderKL"], "safety_checker": [None, None]}),
            {"architecture": "FluxPipeline", "components": ("vae",)},
        ),
        (
            "mergekit_config.yml",
            "base_model: a/base@v1\nmerge_method: ties\nmodels:\n- model: b/one+c/lora\n- model: {model: {path: d/two, revision: r}, lora: e/lora}\n"
            "slices:\n- sources:\n  - model: f/three\nmodules:\n  text_decoder:\n    slices:\n    - sources:\n      - model: g/four\nexperts:\n- source_model: h/five\n",
            {
                "merge_method": "ties",
                "base_models": [
                    ("a/base", "merge", "v1"), ("b/one", "merge", None), ("c/lora", "adapter", None), ("d/two", "merge", "r"),
                    ("e/lora", "adapter", None), ("f/three", "merge", None), ("g/four", "merge", None), ("h/five", "merge", None),
                ],
            },
        ),
        (
            "Modelfile",
            'from llama3.1:8b\n# LICENSE no\nTEMPLATE """\nLICENSE of a template\n"""\nAdapter ./a.gguf\nLICENSE MIT\nlicense "Apache-2.0"\nLICENCE x\n',
            {"base_models": [("llama3.1:8b", None, None), ("./a.gguf", "adapter", None)], "license": ("MIT", "Apache-2.0"), "near_misses": 1},
        ),
        ("MLmodel", "metadata:\n  license: mit\n  base_model: a/b\nflavors:\n  transformers:\n    source_model_name: c/d\n    task: text-generation\n", {"license": "mit", "base_models": [("a/b", None, None), ("c/d", None, None)], "pipeline_tag": "text-generation"}),
        ("config.json", json.dumps(MODELPACK), {"license": ("MIT", "Apache-2.0"), "model_name": "m", "family": "llama", "architecture": "transformer", "modalities": ("image", "text")}),
        ("model-config.json", json.dumps({"descriptor": {"licenses": "MIT"}, "config": {}}), {"license": "MIT"}),
        ("m.onnx", onnx([("license", "mit"), ("Licence", "x"), ("author", "me")]), {"producer": "pytorch", "license": "mit", "author": "me", "near_misses": 1}),
        ("x.dist-info/METADATA", "Metadata-Version: 2.4\nName: x\nLicense: MIT\nClassifier: License :: OSI Approved :: MIT License\n\n# X\n", {"package_name": "x", "license": "MIT", "license_classifiers": ("MIT License",), "title": "X"}),
        ("model_card_data.yaml", "license: mit\nbase_model: a/b\n", {"license": "mit", "base_models": [("a/b", None, None)]}),
    ],
)  # fmt: skip
def test_a_reader_says_what_its_file_states(
    tmp_path: Path, name: str, content: str | bytes, expected: dict[str, Any]
) -> None:
    said = says(tmp_path, name, content)
    if "near_misses" in said:
        said["near_misses"] = len(said["near_misses"])
    assert said == expected


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (
            "Kitfile",
            "package:\n  name: kit\n  license: Apache-2.0\nmodel:\n  name: m\n  license: llama3.1\n  parts:\n  - path: p\n    license: mit\ncode:\n- path: c\n  license: [mit, isc]\ndatasets:\n- path: d\n  licence: cc0\n",
            [(None, ("Apache-2.0",), []), ("model", ("llama3.1",), []), ("model part 1", ("mit",), []), ("code 1", ("mit", "isc"), []), ("datasets 1", (), [])],
        ),
        (
            "dvc.yaml",
            "stages: {}\nartifacts:\n  med:\n    path: m\n    type: model\n    meta:\n      license: mit\n      base_model: a/b\n  data:\n    path: d\n",
            [(None, (), []), ("med", ("mit",), ["a/b"]), ("data", (), [])],
        ),
        ("m.spdx.json", json.dumps(SPDX_2), [(None, (), []), ("Med", ("MIT",), ["base"]), ("base", (), [])]),
        ("m.spdx", SPDX_TAGS, [(None, (), []), ("Med", ("MIT",), ["base"]), ("base", (), [])]),
        (
            "bom.json",
            json.dumps({
                "bomFormat": "CycloneDX", "specVersion": "1.6",
                "metadata": {"component": {"type": "application", "name": "app", "licenses": [{"expression": "MIT OR ISC"}]}},
                "components": [
                    {"type": "library", "name": "left-pad"},
                    {"type": "machine-learning-model", "group": "acme", "name": "med", "licenses": [{"license": {"name": "Llama 3.1"}}],
                     "pedigree": {"ancestors": [{"type": "machine-learning-model", "group": "meta-llama", "name": "Llama-3.1-8B"}]}},
                ],
            }),
            [(None, (), []), ("app", ("MIT OR ISC",), []), ("acme/med", ("Llama 3.1",), ["meta-llama/Llama-3.1-8B"])],
        ),
    ],
)  # fmt: skip
def test_each_part_of_a_package_speaks_for_itself(
    tmp_path: Path, name: str, content: str, expected: list[tuple[str | None, tuple[str, ...], list[str]]]
) -> None:
    directory = read_directory(write(tmp_path, {name: content}))
    assert directory.unread == ()
    assert [
        (witness.says.get("component"), witness.licenses, [parent.name for parent in witness.parents])
        for witness in directory.witnesses
    ] == expected


@pytest.mark.parametrize(("name", "content"), [("m.spdx.json", json.dumps(SPDX_2)), ("m.spdx", SPDX_TAGS)])
def test_the_text_inside_a_bill_of_materials_is_a_text(tmp_path: Path, name: str, content: str) -> None:
    directory = read_directory(write(tmp_path, {name: content}))
    (text,) = directory.texts
    assert (text.embedded, text.role, text.place) == (
        True,
        "license",
        f"{name}: hasExtractedLicensingInfos.LicenseRef-x",
    )
    assert b"words." in text.data
    assert [witness.says.get("license_concluded") for witness in directory.witnesses] == [
        None,
        "LicenseRef-x",
        None,
    ]


def test_the_texts_of_a_modelfile_are_texts_and_declare_nothing(tmp_path: Path) -> None:
    directory = read_directory(
        write(tmp_path, {"Modelfile": 'FROM x\nLICENSE """\nLlama\nwords\n"""\nLICENSE """MIT"""\n'})
    )
    (witness,) = directory.witnesses
    assert (witness.licenses, witness.says["license_texts"]) == (("MIT",), ("Modelfile:2",))
    assert [(text.data, text.place, text.embedded) for text in directory.texts] == [
        (b"\nLlama\nwords\n", "Modelfile:2", True)
    ]


def test_real_bills_of_materials_are_read(shared: Path, tmp_path: Path) -> None:
    for path in (shared / "data" / "mlbom").rglob("*.json"):
        name = path.name if "spdx3" in path.name else f"{path.stem}.cdx.json"
        write(tmp_path, {name: path.read_bytes()})
    directory = read_directory(tmp_path)
    assert directory.unread == ()
    assert {
        (witness.source, witness.says["component"], witness.licenses)
        for witness in directory.witnesses
        if "purpose" in witness.says
    } == {
        ("spdx", "Data after preprocessing", ("CC0-1.0",)),
        ("spdx", "Our World in Data CO2 and Greenhouse Gas Emissions dataset", ("CC-BY-4.0",)),
        ("spdx", "Sentiment Demo: A Simple AI Application and its AI BOM Example", ("CC0-1.0",)),
        ("cyclonedx", "CompVis/stable-diffusion", ()),
        ("cyclonedx", "meta-llama/Llama-2-7b", ()),
    }


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("config.json", "[" * 100_000, "not read: nested too deep"),
        ("config.json", '{"a":' * 100_000, "not read: nested too deep"),
        ("config.json", "[]", "no JSON object"),
        ("config.json", '{"license":"a","license":"b"}', "the key 'license' stands twice, and readers differ on which counts"),
        ("config.json", '{"a":NaN}', "not JSON: NaN"),
        ("config.json", '{"a":' + "9" * 5000 + "}", "not JSON: Exceeds the limit (4300 digits) for integer string conversion: value has 5000 digits; use sys.set_int_max_str_digits() to increase the limit"),
        ("config.json", "{'a'}", "not JSON: line 1: Expecting property name enclosed in double quotes"),
        ("adapter_config.json", b"\xff{}", "not UTF-8: byte 0xff at 0"),
        ("mergekit_config.yml", "[" * 100_000, "line 1: nested more than 40 deep"),
        ("mergekit_config.yml", "- a", "no mapping of keys to values"),
        ("dvc.yaml", "a: [", "line 1: not YAML: did not find expected node content"),
        ("Modelfile", 'FROM x\nLICENSE """no end\n', "the text that begins on line 2 has no end"),
        ("Modelfile", b"FROM \xff", "not UTF-8: byte 0xff"),
        ("m.onnx", b"", "an empty file"),
        ("m.onnx", bytes(50), "no ONNX model: field 0 at byte 0"),
        ("m.onnx", protobuf(14, protobuf(1, "a")), "no ONNX model: it has neither a version nor a graph"),
        ("m.onnx", onnx() + b"\x72\xff\xff\xff\xff\x0f", "cut off: field 14 has 4,294,967,295 bytes, 0 are left"),
        ("m.onnx", onnx() + b"\x0b", "no ONNX model: wire type 3 at byte 19"),
        ("m.onnx", b"\xff" * 30, "a number of more than 10 bytes"),
        ("m.onnx", b"\x08\x01" * 30_000, "not read: more than 20,000 fields"),
        ("x.spdx", "hello", "no SPDX document: it has no 'SPDXVersion'"),
        ("bom.json", "{}", "neither CycloneDX nor SPDX"),
        ("pytorch_model.bin", b"\x80\x04.", "may hold a pickle, which is never opened"),
        ("model.h5", b"x", "a format of weights that is not read"),
        ("w.tar.gz", b"x", "an archive, which is not opened"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_with_the_reason(
    tmp_path: Path, name: str, content: str | bytes, reason: str
) -> None:
    assert unread(tmp_path, name, content) == reason


@pytest.mark.parametrize(
    "name", ["model_part_0000", "sha256-a1b2", "weights.v1.0", "ggml-model.bin", "x.partial"]
)
def test_weights_are_read_by_their_first_bytes_whatever_their_name(tmp_path: Path, name: str) -> None:
    for data in (gguf({"general.license": "mit"}), safetensors({"license": "mit"})):
        assert only(read_directory(write(tmp_path, {name: data}))).licenses == ("mit",)
        assert read_directory(tmp_path / name).witnesses[0].licenses == ("mit",)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("part", gguf({"general.license": "mit"}, tensors=[("a", 5_000)]), "cut off: the last tensor begins at byte 5,096, the file ends at 96"),
        ("part", gguf({"general.license": "mit"})[:40], "a key of 15 bytes at byte 32, 8 are left"),
        ("part", safetensors({"license": "mit"}, tensors={"a": {"data_offsets": [0, 9]}}), "cut off: the tensors end at byte 84, the file at 75"),
        ("part", b"PK\x03\x04" + bytes(30), "an archive, which is not opened"),
        ("archive/data", b"\x80\x04\x95" + bytes(30), "may hold a pickle, which is never opened"),
        ("model.jit", b"PK\x03\x04" + bytes(30), "may hold a pickle, which is never opened"),
        ("weights", b"\x89HDF\r\n\x1a\n", "a format of weights that is not read"),
        ("weights", b"lmgg" + bytes(30), "a format of weights that is not read"),
        ("weights", b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer; the file itself is not here"),
        ("weights", bytes(16 * 1024 * 1024), "16,777,216 bytes of an unknown kind"),
    ],
)  # fmt: skip
def test_a_file_of_an_unknown_kind_that_may_be_weights_is_named(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    assert unread(tmp_path, name, content) == reason


def test_small_files_of_unknown_kinds_are_passed_over(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "empty": "",
        "Dockerfile": "FROM scratch\n",
        "a.tiktoken": "IQ== 0\n",
        "b.dat": bytes(100),
    }
    directory = read_directory(write(tmp_path, files))
    assert (directory.witnesses, directory.texts, directory.unread, directory.files) == ((), (), (), 4)


def test_an_application_that_a_bill_of_materials_describes_is_not_the_model(tmp_path: Path) -> None:
    component = {"type": "application", "name": "tool-cli", "licenses": [{"expression": "Apache-2.0"}]}
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": {"component": component}}
    directory = read_directory(write(tmp_path, {"tool.cyclonedx.json": json.dumps(bom)}))
    assert [witness.licenses for witness in directory.witnesses] == [(), ("Apache-2.0",)]
    assert [name.source for name in directory.names] == ["directory"]


def test_files_of_unknown_kinds_beyond_the_number_that_is_looked_at_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("weightlicense.artifacts.directory.MOST_MAGIC", 2)
    files: dict[str, str | bytes] = {f"{number}.dat": gguf({"general.license": "mit"}) for number in range(4)}
    directory = read_directory(write(tmp_path, {**files, "5.bin": b""}))
    assert [witness.place for witness in directory.witnesses] == ["0.dat", "1.dat"]
    assert [(entry.path, entry.reason) for entry in directory.unread] == [
        ("5.bin", "may hold a pickle, which is never opened"),
        ("2.dat", "as 2 files of unknown kinds, beyond the 2 that are looked at"),
    ]


# The walk


def test_a_path_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_directory(tmp_path / "no\x1b[31m")
    assert caught.value.message == f"{tmp_path}/no\\x1b[31m: no such file or directory"


def test_an_empty_directory_says_nothing_but_its_name(tmp_path: Path) -> None:
    directory = read_directory(tmp_path)
    assert (directory.witnesses, directory.texts, directory.unread, directory.files) == ((), (), (), 0)
    assert [(name.name, name.source) for name in directory.names] == [(tmp_path.name, "directory")]


def test_one_file_may_be_read_alone(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"Med-8B-00001-of-00001.gguf": gguf({"general.license": "mit"}), "LICENSE": "x", "a.xyz": "x"},
    )
    alone = read_directory(tmp_path / "Med-8B-00001-of-00001.gguf")
    assert (alone.witnesses[0].licenses, alone.texts, alone.files) == (("mit",), (), 1)
    assert [(name.name, name.source) for name in alone.names] == [("Med-8B", "file")]
    assert [text.role for text in read_directory(tmp_path / "LICENSE").texts] == ["license"]
    assert [entry.reason for entry in read_directory(tmp_path / "a.xyz").unread] == [
        "no kind of file that is read"
    ]


def test_links_are_followed_inside_the_directory_only(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", {"LICENSE": "secret", "d/README.md": "secret"})
    root = write(tmp_path / "root", {"texts/real.text": "words", "keep/x.md": "y"})
    links = {
        "LICENSE": "texts/real.text",
        "LICENSE.out": str(outside / "LICENSE"),
        "LICENSE.up": "../outside/LICENSE",
        "NOTICE": "LICENSE.hop",
        "LICENSE.hop": "../outside/LICENSE",
        "COPYING": "COPYING",
        "a.txt": "b.txt",
        "b.txt": "a.txt",
        "gone.md": "nowhere",
        "loop": ".",
        "up": "..",
        "folder": "keep",
        "proc.md": "/proc/self/environ",
    }
    for name, target in links.items():
        (root / name).symlink_to(target)
    directory = read_directory(root)
    assert {text.path: text.data for text in directory.texts} == {
        "LICENSE": b"words",
        "keep/x.md": b"y",
        "texts/real.text": b"words",
    }
    loop = "a link that cannot be read: Too many levels of symbolic links"
    inside = "a link to a folder, which is read at its own place only"
    leaves = "the link leaves the directory"
    assert {entry.path: entry.reason for entry in directory.unread} == {
        "LICENSE.out": leaves,
        "LICENSE.up": leaves,
        "NOTICE": leaves,
        "LICENSE.hop": leaves,
        "COPYING": loop,
        "a.txt": loop,
        "b.txt": loop,
        "gone.md": "a link that leads nowhere",
        "loop": inside,
        "up": leaves,
        "folder": inside,
        "proc.md": leaves,
    }


def test_a_snapshot_of_a_hub_cache_is_read_from_its_blobs(tmp_path: Path) -> None:
    cache = tmp_path / "models--acme--Llama-Med"
    write(cache, {"blobs/abc": "---\nlicense: mit\n---\n", "other/x": "secret"})
    snapshot = cache / "snapshots" / "0123"
    snapshot.mkdir(parents=True)
    (snapshot / "README.md").symlink_to("../../blobs/abc")
    (snapshot / "LICENSE").symlink_to("../../other/x")
    directory = read_directory(snapshot)
    assert [witness.licenses for witness in directory.witnesses] == [("mit",)]
    assert [(entry.path, entry.reason) for entry in directory.unread] == [
        ("LICENSE", "the link leaves the directory")
    ]
    assert (directory.repository, [name.name for name in directory.names]) == (
        "acme/Llama-Med",
        ["acme/Llama-Med"],
    )
    assert read_directory(snapshot / "README.md").witnesses[0].licenses == ("mit",)


def test_blobs_of_a_hub_cache_that_are_a_link_lead_nowhere_else(tmp_path: Path) -> None:
    write(tmp_path / "outside", {"abc": "secret"})
    cache = tmp_path / "models--a--b"
    (cache / "snapshots" / "1").mkdir(parents=True)
    (cache / "blobs").symlink_to(tmp_path / "outside")
    (cache / "snapshots" / "1" / "LICENSE").symlink_to("../../blobs/abc")
    directory = read_directory(cache / "snapshots" / "1")
    assert (directory.texts, [entry.reason for entry in directory.unread]) == (
        (),
        ["the link leaves the directory"],
    )


def test_special_files_are_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LICENSE", "m.gguf", "config.json", "pipe"):
        os.mkfifo(tmp_path / name)
    monkeypatch.chdir(tmp_path)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as plug:
        plug.bind("README.md")
        directory = read_directory(tmp_path)
    assert (directory.witnesses, directory.texts) == ((), ())
    assert {(entry.path, entry.reason) for entry in directory.unread} == {
        ("LICENSE", "a named pipe is never opened"),
        ("m.gguf", "a named pipe is never opened"),
        ("config.json", "a named pipe is never opened"),
        ("pipe", "a named pipe is never opened"),
        ("README.md", "a socket is never opened"),
    }
    alone = read_directory(tmp_path / "m.gguf")
    assert [entry.reason for entry in alone.unread] == ["a named pipe is never opened"]


def test_a_directory_in_the_place_of_a_file_is_walked(tmp_path: Path) -> None:
    directory = read_directory(write(tmp_path, {"LICENSE/README.md": "x", "m.gguf/config.json": "{}"}))
    assert [witness.place for witness in directory.witnesses] == ["LICENSE/README.md", "m.gguf/config.json"]


def test_names_that_are_not_utf_8_or_turn_text_around_are_shown_escaped(tmp_path: Path) -> None:
    for name in (b"LICENSE-\xff", "NOTICE-\u202egpj".encode(), b"x\nLICENSE.bin"):
        (Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))).write_bytes(b"words")
    directory = read_directory(tmp_path)
    assert [(os.fsencode(text.path), text.place) for text in directory.texts] == [
        (b"LICENSE-\xff", "LICENSE-\\xff"),
        ("NOTICE-\u202egpj".encode(), "NOTICE-\\u202egpj"),
    ]
    assert [entry.path for entry in directory.unread] == ["x\\nLICENSE.bin"]


def test_values_stay_raw_and_clean_makes_them_fit_for_display(tmp_path: Path) -> None:
    evil = "MIT\x1b[31m\u202e\u200b"
    witness = only(
        read_directory(write(tmp_path, {"config.json": json.dumps({"license": evil, "licen\x07ce": "x"})}))
    )
    assert (witness.licenses, clean(evil)) == ((evil,), "MIT\\x1b[31m\\u202e\\u200b")
    assert clean("a\nb\ud800\u00a0\u00e9") == "a\\nb\\ud800\u00a0\u00e9"
    assert all(text.isprintable() for text in witness.oddities)


def test_a_lone_surrogate_does_not_get_in(tmp_path: Path) -> None:
    witness = only(
        read_directory(write(tmp_path, {"config.json": '{"license":"a\\ud800", "_name_or_path":"b\\udfff"}'}))
    )
    assert (witness.licenses, witness.parents[0].name) == (("a?",), "b?")


def test_what_a_long_list_of_unread_files_leaves_out_is_counted(tmp_path: Path) -> None:
    directory = read_directory(write(tmp_path, {f"{number:05}.bin": b"" for number in range(1_234)}))
    assert len(directory.unread) == 1_001
    assert directory.unread[-1].reason == "234 more files or folders were not read"


def test_folders_of_tools_are_not_read_and_said_so(tmp_path: Path) -> None:
    directory = read_directory(write(tmp_path, {".git/config": "x", ".hidden/LICENSE": "y"}))
    assert [text.path for text in directory.texts] == [".hidden/LICENSE"]
    assert [(entry.path, entry.reason) for entry in directory.unread] == [
        (".git", "a folder of a tool, which is not read")
    ]


def test_the_same_directory_is_read_the_same_twice(shared: Path) -> None:
    for path in sorted((shared / "examples" / "artifacts").iterdir()):
        if path.is_dir():
            assert read_directory(path) == read_directory(path)


EXAMPLES: dict[str, tuple[set[str], set[tuple[str, str | None]]]] = {
    "a01-llama31-compliant": ({"llama3.1"}, {("meta-llama/Llama-3.1-8B-Instruct", "fine-tune")}),
    "a13-llama31-card-apache": ({"apache-2.0"}, {("meta-llama/Llama-3.1-8B-Instruct", "fine-tune")}),
    "b05-mergekit-llama31-cc-by-nc": (
        {"llama3.1"},
        {
            ("meta-llama/Llama-3.1-8B-Instruct", "fine-tune"),
            ("meta-llama/Llama-3.1-8B-Instruct", "merge"),
            ("CohereForAI/aya-expanse-8b", "merge"),
        },
    ),
    "c02-safetensors-metadata-contradicts": ({"apache-2.0", "CC BY-NC 4.0", "cc-by-nc-4.0"}, set()),
    "c07-qwen25-3b-commercial": ({"apache-2.0"}, {("Qwen/Qwen2.5-3B-Instruct", None)}),
    "c11-gguf-shards": (
        {"llama3.1"},
        {("meta-llama/Llama-3.1-8B-Instruct", None), ("meta-llama/Llama-3.1-8B-Instruct", "quantize")},
    ),
    "c14-weights-only": (set(), set()),
    "d04-susastho-llama3-mit": (
        set(),
        {("meta-llama/Meta-Llama-3-8B-Instruct", None), ("meta-llama/Meta-Llama-3-8B-Instruct", "adapter")},
    ),
    "d07-inoc-gemma-licence-misspelt": (set(), {("google/gemma-2-9b-it", "adapter")}),
}


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_example_directories_say_what_lies_in_them(shared: Path, example: str) -> None:
    licenses, parents = EXAMPLES[example]
    directory = read_directory(shared / "examples" / "artifacts" / example)
    assert directory.unread == ()
    assert {license for witness in directory.witnesses for license in witness.licenses} == licenses
    assert {
        (parent.name, parent.relation)
        for witness in directory.witnesses
        for parent in witness.parents
        if not parent.hint
    } == parents
