"""METADATA of an installed Python package, which declares a license for what it ships, models among it.

Format: https://packaging.python.org/specifications/core-metadata/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from weightlicense.artifacts.prose import read_prose
from weightlicense.artifacts.witness import MOST_NAME, Testimony

if TYPE_CHECKING:
    from weightlicense.artifacts.walk import Opened

MOST_PACKAGE: Final = 2 * 1024 * 1024


def read_package(file: Opened) -> Testimony:
    """The fields `License-Expression`, `License` and `Name`, the license classifiers, and the description's prose."""
    text = file.whole(MOST_PACKAGE).decode("utf-8", "replace").replace("\r\n", "\n")
    head, _, body = text.partition("\n\n")
    said = Testimony("python-package", file.path, component="")
    fields: list[tuple[str, str, int]] = []
    for number, line in enumerate(head.split("\n"), 1):
        if line[:1] in {" ", "\t"} and fields:
            key, value, begin = fields[-1]
            fields[-1] = (key, f"{value}\n{line.strip()}", begin)
        else:
            key, _, value = line.partition(":")
            fields.append((key.strip().lower(), value.strip(), number))
    for key, value, number in fields:
        where = f":{number}"
        if key == "name" and len(value) <= MOST_NAME:
            said.put("package_name", value, where)
        elif key in {"license", "license-expression"} and value and value.upper() != "UNKNOWN":
            said.license(value, where)
        elif key == "classifier" and value.startswith("License ::"):
            label = value.rpartition("::")[2].strip()
            said.words("license_classifiers", (*said.says.get("license_classifiers", ()), label), where)
    read_prose(body, head.count("\n") + 3, said)
    return said
