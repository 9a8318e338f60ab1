"""Which files are licenses, notices, policies and documents, by the names that people give them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from weightlicense.artifacts.walk import Found
    from weightlicense.artifacts.witness import Role

MOST_TEXT: Final = 2 * 1024 * 1024
MOST_TEXTS: Final = 2_000
MOST_FOLDERS: Final = 3
_PROSE = re.compile("|md|markdown|mdx|txt|text|rst|html|htm|adoc")
_DATA_TEXT = re.compile("txt|text")
_NO_TEXT = re.compile(
    "pyc?|pyi|[jt]sx?|jsonl?|ya?ml|toml|ini|cfg|lock|sh|bat|ps1|c|h|cc|cpp|hpp|cu|rs|go|java|kt|swift|rb|lua|ipynb|"
    "csv|tsv|parquet|arrow|xml|s?css|map|png|jpe?g|gif|svg|webp|ico|mp3|wav|mp4|bin|pth?|pkl|pickle|ckpt|joblib|"
    "safetensors|gguf|onnx|h5|tflite|np[yz]|zip|t?gz|tar|xz|zst|7z|whl|so|dll|dylib|exe|sig|asc|sha256|model|spm|"
    "index|metadata|jinja2?|j2|template"
)
_DOCUMENT_FORMAT = re.compile("pdf|docx?|odt|rtf|pages|djvu|epub")
_TELLING = re.compile(
    "licen|copying|copyright|eula|terms|agreement|patents|notice|attribution|third|polic|use|usage|aup|read|card|"
    "[\u8bb8\u8a31\u534f\u5354\u6388\u4f7f\u53ef\u30e9]",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CARD = re.compile(r"read ?me\b|model ?card\b|.*\bmodel card$")
_POLICY = re.compile(
    r"\b(use|usage) polic|\bacceptable use|\baup\b|\bprohibited use|\buse restrict|\busage restrict|\bresponsible use|\buse based restrict"
    r"|^polic(y|ies)$|\buse guidelines|\busage guidelines|\u4f7f\u7528\u653f\u7b56|\u53ef\u63a5\u53d7\u4f7f\u7528"
)
_LICENSE = re.compile(
    r"(^|[^a-z])(un)?licen[cs]|\bcopying\b|\bcopyright\b|\beula\b|\bterms\b|\bagreement\b|\bpatents\b|"
    r"\u8bb8\u53ef|\u8a31\u53ef|\u534f\u8bae|\u5354\u8b70|\u6388\u6743|\u30e9\u30a4\u30bb\u30f3\u30b9"
)
_NOTICE = re.compile(r"\bnotices?\b|\battributions?\b|\bthird part(y|ies)\b|\bthirdparty")
_DATA = re.compile(
    r"(vocab|merges|requirements|constraints|special tokens|labels?|classes|bpe|dict|log|cmake lists|robots)\w*( |$)"
)
_LICENSE_FOLDERS: Final = frozenset({"licenses", "licences", "license", "licence", "legal"})


def role_of(found: Found) -> Role | None:
    """The role of a file, by its name and folder; None for one that is no text of these."""
    if not _may_have_role(found.name):
        return None
    stem, extension = _parts(found.name)
    if _POLICY.search(stem) and "licen" not in stem:
        return "policy"
    if _NOTICE.search(stem) and not stem.startswith(("license ", "licence ")):
        return "notice"
    if _CARD.match(stem) and (_kind_of(extension) == "text" or stem.startswith("readme")):
        return "card" if "licen" not in stem else "license"
    if _LICENSE.search(stem):
        return "license"
    if _kind_of(extension) == "text" and found.folders and found.folders[-1].lower() in _LICENSE_FOLDERS:
        return "license"
    is_data = _DATA_TEXT.fullmatch(extension) and _DATA.match(stem)
    if extension and _kind_of(extension) == "text" and not is_data:
        return "document"
    return None


def _may_have_role(name: str) -> bool:
    """A quick answer for the many files that are none: data with an extension, or without a word that tells."""
    extension = name.rpartition(".")[2].lower() if "." in name.lstrip(".") else ""
    kind = _kind_of(extension)
    return kind == "text" or (kind != "data" and _TELLING.search(name) is not None)


@lru_cache(maxsize=1024)
def _kind_of(extension: str) -> str:
    for pattern, kind in ((_PROSE, "text"), (_NO_TEXT, "data"), (_DOCUMENT_FORMAT, "document")):
        if pattern.fullmatch(extension):
            return kind
    return "unknown"


def is_known_kind(extension: str) -> bool:
    """Whether files with this extension are known to be text, code or data rather than anything."""
    return extension != "" and _kind_of(extension) != "unknown"


def is_card(found: Found) -> bool:
    """Whether a file may have front matter: `README.md`, `README_zh.md`, `model_card.md`."""
    stem, extension = _parts(found.name)
    return extension in {"md", "markdown"} and _CARD.match(stem) is not None and "licen" not in stem


def is_document_format(found: Found) -> bool:
    """Whether a file is a PDF or the like, whose text is not read."""
    return _DOCUMENT_FORMAT.fullmatch(_parts(found.name)[1]) is not None


def is_text(data: bytes) -> bool:
    """Whether these bytes are text: without NUL, or UTF-16 with its mark."""
    return b"\0" not in data or data[:2] in {b"\xff\xfe", b"\xfe\xff"}


def _parts(name: str) -> tuple[str, str]:
    """The name in lower case, its words parted by one space, and its extension if it is one that is known."""
    stem, dot, extension = name.rpartition(".")
    extension = extension.lower()
    if not dot or not stem or _kind_of(extension) == "unknown":
        stem, extension = name, ""
    words = re.sub(r"[\W_]+", " ", _CAMEL.sub(" ", stem)).strip().lower()
    return words, extension
