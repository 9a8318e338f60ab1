"""Each reader takes any file: it gives statements or a reason, and all it says is fit for display.

The runs are the same each time (`derandomize`). An input that once broke something is kept as an example.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent.parent))
from handmade import PARENT, gguf, onnx, safetensors, write

import weightlicense as wl
from weightlicense.artifacts import read_directory

TOKENS = st.sampled_from(
    ["---\n", "license", "licence", "base_model", ": ", "- ", "\n", "[", "]", "{", "}", '"', "'", "mit", "&a", "*a", "!!x", "<<", "#",
     "FROM ", "LICENSE ", '"""', "@", "+", "model", "models", "sources", "\t", "\x00", "\u202e", "\ufeff", "packages", "SPDXVersion: SPDX-2.3\n",
     "PackageName: ", "<text>", "</text>", "general.", "metadata", "descriptor", "licenses", "artifacts", "1e9", "null", ",", "%TAG", "..."]
)  # fmt: skip
TEXTS_OF_TOKENS = st.lists(TOKENS, max_size=40).map(lambda parts: "".join(parts).encode())
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["license", "licenses", "licence", "base_model", "_name_or_path", "architectures", "packages", "relationships", "@graph", "type",
                 "spdxVersion", "bomFormat", "components", "metadata", "component", "modelCard", "modelParameters", "datasets", "pedigree", "ancestors",
                 "descriptor", "config", "capabilities", "inputTypes", "name", "to", "from", "relationshipType", "text", "content", "__metadata__", "weight_map"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)  # fmt: skip
SEEDS = [
    gguf(
        {"general.license": "mit", "general.name": "x", **PARENT, "t": ["a", "b"]},
        tensors=[("a", 0)],
        data=bytes(32),
    ),
    safetensors({"license": "mit"}, tensors={"a": {"data_offsets": [0, 4]}}, data=bytes(4)),
    onnx([("license", "mit")]),
]
NAMES = ["README.md", "config.json", "adapter_config.json", "mergekit_config.yml", "Modelfile", "MLmodel", "model-config.json", "Kitfile",
         "dvc.yaml", "model_index.json", "m.spdx", "m.spdx.json", "m.spdx.yaml", "bom.json", "x.dist-info/METADATA", "model_card_data.yaml", "LICENSE",
         "m.gguf", "m.safetensors", "m.safetensors.index.json", "m.onnx"]  # fmt: skip


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """A good file with bytes changed, cut out or put in."""
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        length = draw(st.integers(0, 8))
        data[at : at + length] = draw(st.binary(max_size=8))
    return bytes(data)


def check(tmp_path: Path, name: str, data: bytes) -> None:
    directory = read_directory(write(tmp_path, {name: data}))
    for witness in (*directory.witnesses, *directory.damaged):
        assert all(text.isprintable() for text in (witness.place, *witness.at.values(), *witness.oddities))
        repr(witness.says).encode()
        assert all(license.strip() and len(license) <= 300 for license in witness.licenses)
    assert all(entry.path.isprintable() and entry.reason.isprintable() for entry in directory.unread)
    assert directory.witnesses or directory.unread or directory.texts or name == "weights"


FUZZ = settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@FUZZ
@given(name=st.sampled_from(NAMES), data=TEXTS_OF_TOKENS)
@example(name="README.md", data=b"---\nlicense: mit\0\n---\n")
@example(name="Modelfile", data=bytes(9))
@example(name="README.md", data=b"---\n%TAG ! tag:x\nlicense: mit\n---\n")
@example(name="README.md", data=b"# License\n\n" + b"[" * 5_000)
@example(
    name="x.dist-info/METADATA", data=b"License: mit\n  \n\n## License\n# x\n[more information needed]\n"
)
def test_any_text_gives_statements_or_a_reason(tmp_path: Path, name: str, data: bytes) -> None:
    check(tmp_path / name.replace("/", "-"), name, data)


@FUZZ
@given(
    name=st.sampled_from([name for name in NAMES if "json" in name] + ["m.spdx", "Kitfile", "dvc.yaml"]),
    value=JSON_VALUES,
)
def test_any_json_gives_statements_or_a_reason(tmp_path: Path, name: str, value: Any) -> None:
    head = {"spdxVersion": "SPDX-2.3"} if name.startswith("m.spdx") else {}
    body = value | head if isinstance(value, dict) else value
    check(tmp_path / name, name, json.dumps(body).encode())


@FUZZ
@given(
    name=st.sampled_from(["m.gguf", "m.safetensors", "m.onnx", "weights", "ggml-model.bin"]),
    data=mutations() | st.binary(max_size=100),
)
@example(name="m.gguf", data=b"GGUF" + b"\xff" * 60)
@example(name="m.onnx", data=b"\x72" + b"\xff" * 9 + b"\x01")
@example(name="m.safetensors", data=b"\x02\0\0\0\0\0\0\0{}")
@example(name="weights", data=b"\x02\0\0\0\0\0\0\0{}")
def test_any_bytes_give_statements_or_a_reason(tmp_path: Path, name: str, data: bytes) -> None:
    check(tmp_path / name, name, data)


@settings(FUZZ, max_examples=60)
@given(
    names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True),
    parts=st.lists(TEXTS_OF_TOKENS, min_size=3, max_size=3),
)
@example(names=["README.md", "LICENSE"], parts=[b"[" * 20_000, b"](" * 20_000, b""])
@example(names=["README.md"], parts=[b"---\nlicense: mit\nbase_model: [a/b, a/b, mit]\n---\n", b"", b""])
def test_any_directory_has_an_answer(tmp_path_factory: Any, names: list[str], parts: list[bytes]) -> None:
    folder = tmp_path_factory.mktemp("model")
    report = wl.audit(write(folder, dict(zip(names, parts, strict=False))))
    assert report.verdict in ("undetermined", "breach", "conditional", "permitted", "needs-license")
    assert all(
        text.isprintable() for row in report.witnesses or () for text in (row.place, *map(str, row.says))
    )
