"""SPDX documents: 2.x as JSON, YAML or tag-value, 3.0 as JSON-LD, for what they say of each package.

Formats: https://spdx.github.io/spdx-spec/v2.3/ and https://spdx.github.io/spdx-spec/v3.0.1/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from weightlicense.artifacts.jsontext import parse_object
from weightlicense.artifacts.witness import MOST_ITEMS, Testimony, Unreadable
from weightlicense.artifacts.yamltext import parse_yaml
from weightlicense.lineage import ACT_OF

if TYPE_CHECKING:
    from weightlicense.artifacts.walk import Opened

MOST_DOCUMENT: Final = 8 * 1024 * 1024
_UNKNOWN: Final = {"NOASSERTION", ""}
_TAG = re.compile(r"(\w+):[ \t]*(.*)")
_ORIGINS: Final = {"DESCENDANT_OF": None, "VARIANT_OF": None, "COPY_OF": "re-upload"}
"""Relationships of SPDX 2.3 by which one package comes from another, with the relation that they state."""
_STATED = re.compile("weightlicense:relation=([a-z-]+)")
"""The relation in the lineage's own word, as the bills of this tool have it in a comment."""
PARENTAGE: Final = frozenset(ACT_OF) - {"dataset"}
"""Relations by which a work is a parent; data sets are told apart."""
_LICENSE_TYPES: Final = ("simplelicensing_licenseExpression", "simplelicensing_licenseText", "name")


def read_spdx(file: Opened) -> list[Testimony]:
    """A testimony for each package; those that the document describes have `subject`."""
    data = file.whole(MOST_DOCUMENT)
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"{":
        return read_spdx_json(parse_object(data), file.path)
    if file.path.endswith((".yaml", ".yml")):
        said = Testimony("spdx", file.path)
        return _version_2(parse_yaml(data, said).mapping(), file.path, said)
    return _version_2(_tag_value(data), file.path)


def read_other(_file: Opened) -> Testimony:
    """SPDX in RDF, XML or a spreadsheet, which is named and not read."""
    raise Unreadable("SPDX in a form that is not read; JSON, YAML and tag-value are")


def read_spdx_json(values: dict[str, Any], path: str) -> list[Testimony]:
    """The same from JSON that has been read."""
    if isinstance(values.get("spdxVersion"), str):
        return _version_2(values, path)
    if isinstance(values.get("@graph"), list):
        return _version_3(values["@graph"], path)
    raise Unreadable("no SPDX document: it has neither 'spdxVersion' nor '@graph'")


def _entries(values: dict[str, Any], key: str) -> list[dict[str, Any]]:
    entries = values.get(key)
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _id(value: object) -> str:
    return value if isinstance(value, str) else ""


def _version_2(values: dict[str, Any], path: str, first: Testimony | None = None) -> list[Testimony]:
    first = Testimony("spdx", path) if first is None else first
    first.text("version", values.get("spdxVersion"), "spdxVersion")
    described = {_id(entry) for entry in values.get("documentDescribes") or () if isinstance(entry, str)}
    origins: dict[str, list[tuple[str, str | None]]] = {}
    trained: dict[str, list[str]] = {}
    for relationship in _entries(values, "relationships"):
        one, other = _id(relationship.get("spdxElementId")), _id(relationship.get("relatedSpdxElement"))
        kind = relationship.get("relationshipType")
        if kind == "DESCRIBES":
            described.add(other)
        elif kind == "DESCRIBED_BY":
            described.add(one)
        elif kind == "ANCESTOR_OF":
            origins.setdefault(other, []).append((one, None))
        elif isinstance(kind, str) and (kind in _ORIGINS or (kind == "OTHER" and _stated(relationship))):
            origins.setdefault(one, []).append((other, _ORIGINS.get(kind) or _stated(relationship)))
        elif kind == "DATA_FILE_OF" and relationship.get("comment") == "weightlicense:relation=dataset":
            trained.setdefault(other, []).append(one)
    packages = _entries(values, "packages")
    names = {_id(package.get("SPDXID")): _id(package.get("name")) for package in packages}
    packages.sort(key=lambda package: _id(package.get("SPDXID")) not in described)
    if len(packages) > MOST_ITEMS:
        first.odd("packages", f"{len(packages):,} packages, of which {MOST_ITEMS} are read")
    every = [first]
    for package in packages[:MOST_ITEMS]:
        id = _id(package.get("SPDXID"))
        name = _id(package.get("name")) or id
        said = Testimony("spdx", path, part=f"packages.{name}"[:200], component=name[:200])
        where = f"packages.{name}"
        if id in described:
            said.put("subject", True, where)
            said.name(package.get("name"), "package", where)
        for key, kept in (("licenseDeclared", "license"), ("licenseConcluded", "license_concluded")):
            value = package.get(key)
            if value is not None and value not in _UNKNOWN:
                said.license(value, f"{where}.{key}", key=kept)
        for key, kept in (("versionInfo", "version"), ("primaryPackagePurpose", "purpose")):
            if isinstance(package.get(key), str):
                said.text(kept, package[key], f"{where}.{key}")
        for origin, relation in origins.get(id, ()):
            said.parent(names.get(origin) or origin, "relationships", relation=relation)
        if id in trained:
            said.words("datasets", [names.get(each) or each for each in trained[id]], "relationships")
        every.append(said)
    for entry in _entries(values, "hasExtractedLicensingInfos")[:MOST_ITEMS]:
        text = entry.get("extractedText")
        if isinstance(text, str) and text.strip():
            first.embed(text, f"hasExtractedLicensingInfos.{_id(entry.get('licenseId'))}")
    return every


def _stated(relationship: dict[str, Any]) -> str | None:
    """The relation of a lineage that a comment states, where it makes a parent."""
    found = _STATED.fullmatch(_id(relationship.get("comment")))
    return found[1] if found is not None and found[1] in PARENTAGE else None


def _tag_value(data: bytes) -> dict[str, Any]:
    """A tag-value document in the shape of the JSON one, for the tags that are read."""
    text = data.decode("utf-8-sig", "replace")
    values: dict[str, Any] = {"packages": [], "relationships": [], "hasExtractedLicensingInfos": []}
    block: dict[str, Any] = values
    for tag, value in _tags(text):
        match tag:
            case "SPDXVersion":
                values["spdxVersion"] = value
            case "PackageName":
                block = {"name": value}
                values["packages"].append(block)
            case "FileName" | "SnippetSPDXID":
                block = {}
            case "LicenseID":
                block = {"licenseId": value}
                values["hasExtractedLicensingInfos"].append(block)
            case "SPDXID" | "ExtractedText":
                block[{"SPDXID": "SPDXID", "ExtractedText": "extractedText"}[tag]] = value
            case "PackageLicenseDeclared" | "PackageLicenseConcluded":
                block["l" + tag.removeprefix("PackageL")] = value
            case "PackageVersion":
                block["versionInfo"] = value
            case "Relationship":
                parts = value.split()
                if len(parts) == 3:
                    keys = ("spdxElementId", "relationshipType", "relatedSpdxElement")
                    values["relationships"].append(dict(zip(keys, parts, strict=True)))
            case _:
                pass
    if "spdxVersion" not in values:
        raise Unreadable("no SPDX document: it has no 'SPDXVersion'")
    return values


def _tags(text: str) -> list[tuple[str, str]]:
    """The tags with their values, of which those between `<text>` and `</text>` may have several lines."""
    found: list[tuple[str, str]] = []
    lines = iter(text.split("\n"))
    for line in lines:
        match = _TAG.match(line.rstrip("\r"))
        if match is None:
            continue
        value = match[2].strip()
        if value.startswith("<text>"):
            parts = [value.removeprefix("<text>")]
            while "</text>" not in parts[-1]:
                following = next(lines, None)
                if following is None:
                    raise Unreadable(f"the text of {match[1]} has no end")
                parts.append(following)
            value = "\n".join(parts).partition("</text>")[0]
        found.append((match[1], value))
    return found


def _version_3(graph: list[Any], path: str) -> list[Testimony]:
    elements = [element for element in graph if isinstance(element, dict)]
    by_id = {_id(element.get("spdxId") or element.get("@id")): element for element in elements}
    first = Testimony("spdx", path)
    every: dict[str, Testimony] = {}
    roots = {
        root
        for element in elements
        if isinstance(element.get("rootElement"), list)
        for root in element["rootElement"]
        if isinstance(root, str)
    }
    for id, element in by_id.items():
        kind = _id(element.get("type"))
        if kind not in {"ai_AIPackage", "dataset_DatasetPackage", "software_Package"}:
            continue
        if len(every) == MOST_ITEMS:
            first.odd("@graph", f"more than {MOST_ITEMS} packages, the rest was not read")
            break
        name = _id(element.get("name")) or id
        said = every[id] = Testimony("spdx", path, part=f"@graph.{name}"[:200], component=name[:200])
        said.text("purpose", kind, f"@graph.{name}.type")
        if id in roots:
            said.put("subject", True, f"@graph.{name}")
            said.name(element.get("name"), kind, f"@graph.{name}")
    for element in elements:
        one, targets = _id(element.get("from")), element.get("to")
        if not isinstance(targets, list):
            continue
        kind = _id(element.get("relationshipType"))
        for target in targets[:MOST_ITEMS]:
            # A copy is told of the original, everything else of the work itself.
            work, other = (_id(target), one) if kind == "copiedTo" else (one, _id(target))
            if work in every:
                _relate(kind, other, by_id.get(other, {}), every[work], _stated(element))
    return [first, *every.values()]


def _relate(kind: str, target: str, element: dict[str, Any], said: Testimony, relation: str | None) -> None:
    where = f"@graph.{kind}"
    if kind in {"hasDeclaredLicense", "hasConcludedLicense"}:
        written = next((element[key] for key in _LICENSE_TYPES if isinstance(element.get(key), str)), None)
        if written is None:  # a listed license, or `expandedlicensing_NoAssertionLicense`
            written = target.rpartition("/")[2]
            if "NoAssertion" in written:
                return
        said.license(written, where, key="license" if kind == "hasDeclaredLicense" else "license_concluded")
    elif kind == "copiedTo":
        said.parent(_id(element.get("name")) or target, where, relation="re-upload")
    elif kind == "descendantOf" or (kind == "other" and relation is not None):
        said.parent(_id(element.get("name")) or target, where, relation=relation)
    elif kind == "trainedOn":
        said.words("datasets", (*said.says.get("datasets", ()), _id(element.get("name")) or target), where)
