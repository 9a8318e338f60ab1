"""SPDX documents: 2.x as JSON, YAML or tag-value, 3.0 as JSON-LD, for what they say of each package.

Formats: https://spdx.github.io/spdx-spec/v2.3/ and https://spdx.github.io/spdx-spec/v3.0.1/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from weightlicense.artifacts.jsontext import parse_object
from weightlicense.artifacts.witness import MOST_ITEMS, Testimony, Unreadable
from weightlicense.artifacts.yamltext import parse_yaml
from weightlicense.lineage import KINDS, RELATIONS

if TYPE_CHECKING:
    from weightlicense.artifacts.walk import Opened

MOST_DOCUMENT: Final = 8 * 1024 * 1024
_UNKNOWN: Final = {"NOASSERTION", ""}
_TAG = re.compile(r"(\w+):[ \t]*(.*)")
_TAGS: Final = {"ExtractedText": "extractedText", "PackageComment": "comment"}
_ORIGINS: Final = {
    "DESCENDANT_OF",
    "VARIANT_OF",
    "COPY_OF",
    "ANCESTOR_OF",
    "copiedTo",
    "descendantOf",
    "trainedOn",
}
"""Relationships by which one work comes from another, in the words of 2.3 and of 3.0; others count where the relation is stated."""
_FROM_PARENT: Final = {"ANCESTOR_OF", "DATA_FILE_OF", "copiedTo", "generates"}
"""Those that lead from the parent to the work."""
_MEANT: Final = {"COPY_OF": "re-upload", "copiedTo": "re-upload", "trainedOn": "dataset"}
_STATED = re.compile(f"weightlicense:relation=({'|'.join(RELATIONS)})")
_KIND = re.compile(f"weightlicense:kind=({'|'.join(KINDS)})")
"""A relation and a kind of work in the lineage's own words, as the bills of this tool have them in comments."""
_NO_TEXT = re.compile(
    r"The text of [^\n]{1,300} is not included\. Read it (?:with its publisher|at \S{1,300})\. "
    r"The copy that weightlicense read on \d{4}-\d\d-\d\d has the SHA-256 [0-9a-f]{64}\."
)
"""What stands in the bills of this tool where SPDX asks for a text that is not at hand."""
_LICENSE_KEYS: Final = {"hasDeclaredLicense": "license", "hasConcludedLicense": "license_concluded"}
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
    for relationship in _entries(values, "relationships"):
        one, other = _id(relationship.get("spdxElementId")), _id(relationship.get("relatedSpdxElement"))
        kind = relationship.get("relationshipType")
        if kind == "DESCRIBES":
            described.add(other)
        elif kind == "DESCRIBED_BY":
            described.add(one)
        elif (origin := _origin(_id(kind), one, other, relationship)) is not None:
            origins.setdefault(origin[0], []).append(origin[1:])
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
        said.put("kind", _word(_KIND, package), f"{where}.comment")
        for parent, relation in origins.get(id, ()):
            _relate(said, names.get(parent) or parent, relation, "relationships")
        every.append(said)
    for entry in _entries(values, "hasExtractedLicensingInfos")[:MOST_ITEMS]:
        text = entry.get("extractedText")
        if isinstance(text, str):
            _embed(first, text, f"hasExtractedLicensingInfos.{_id(entry.get('licenseId'))}")
    return every


def _origin(
    kind: str, one: str, other: str, relationship: dict[str, Any]
) -> tuple[str, str, str | None] | None:
    """The work, its parent and the relation that a relationship states; None where it tells of nothing that came from another."""
    stated = _word(_STATED, relationship)
    if kind not in _ORIGINS and stated is None:
        return None
    work, parent = (other, one) if kind in _FROM_PARENT else (one, other)
    return work, parent, stated or _MEANT.get(kind)


def _word(pattern: re.Pattern[str], element: dict[str, Any]) -> str | None:
    """The word of a lineage that a comment states."""
    found = pattern.fullmatch(_id(element.get("comment")))
    return None if found is None else found[1]


def _relate(said: Testimony, parent: str, relation: str | None, where: str) -> None:
    """Keep a work that this one came from; data sets are told apart."""
    if relation == "dataset":
        said.words("datasets", (*said.says.get("datasets", ()), parent), where)
    else:
        said.parent(parent, where, relation=relation)


def _embed(said: Testimony, text: str, where: str) -> None:
    """Keep a license text, unless it only says that there is none."""
    if text.strip() and _NO_TEXT.fullmatch(text.strip()) is None:
        said.embed(text, where)


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
            case "SPDXID" | "ExtractedText" | "PackageComment":
                block[_TAGS.get(tag, tag)] = value
            case "PackageLicenseDeclared" | "PackageLicenseConcluded":
                block["l" + tag.removeprefix("PackageL")] = value
            case "PackageVersion":
                block["versionInfo"] = value
            case "Relationship":
                parts = value.split()
                if len(parts) == 3:
                    keys = ("spdxElementId", "relationshipType", "relatedSpdxElement")
                    values["relationships"].append(dict(zip(keys, parts, strict=True)))
            case "RelationshipComment" if values["relationships"]:
                values["relationships"][-1]["comment"] = value
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
        said.put("kind", _word(_KIND, element), f"@graph.{name}.comment")
        if id in roots:
            said.put("subject", True, f"@graph.{name}")
            said.name(element.get("name"), kind, f"@graph.{name}")
    named: set[str] = set()
    for element in elements:
        one, targets = _id(element.get("from")), element.get("to")
        kind = _id(element.get("relationshipType"))
        for target in map(_id, targets[:MOST_ITEMS] if isinstance(targets, list) else ()):
            if kind in _LICENSE_KEYS and one in every:
                named.add(target)
                _license(every[one], kind, target, by_id.get(target, {}))
            elif (origin := _origin(kind, one, target, element)) is not None and origin[0] in every:
                work, parent, relation = origin
                name = _id(by_id.get(parent, {}).get("name")) or parent
                _relate(every[work], name, relation, f"@graph.{kind}")
    for id, element in by_id.items():
        text = element.get("simplelicensing_licenseText")
        if isinstance(text, str) and id not in named:
            _embed(first, text, f"@graph.{_id(element.get('name')) or id}")
    return [first, *every.values()]


def _license(said: Testimony, kind: str, target: str, element: dict[str, Any]) -> None:
    """Keep the license that a relationship leads to."""
    written = next((element[key] for key in _LICENSE_TYPES if isinstance(element.get(key), str)), None)
    if written is None:  # a listed license, or `expandedlicensing_NoAssertionLicense`
        written = target.rpartition("/")[2]
        if "NoAssertion" in written:
            return
    said.license(written, f"@graph.{kind}", key=_LICENSE_KEYS[kind])
