"""CycloneDX ML-BOM in JSON: models and data sets with their licenses, ancestors and training data.

Format: https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from weightlicense.artifacts.jsontext import read_object
from weightlicense.artifacts.spdx import MOST_DOCUMENT, read_spdx_json
from weightlicense.artifacts.witness import MOST_ITEMS, Testimony, Unreadable
from weightlicense.lineage import KINDS, RELATIONS

if TYPE_CHECKING:
    from weightlicense.artifacts.walk import Opened

_READ: Final = {"machine-learning-model", "data"}
_MOST_NESTED: Final = 8


def read_bom(file: Opened) -> list[Testimony]:
    """A bill of materials in JSON: CycloneDX, or SPDX, whose files often have the same name."""
    values = read_object(file, MOST_DOCUMENT)
    if values.get("bomFormat") == "CycloneDX":
        return _read(values, file.path)
    if "spdxVersion" in values or "@graph" in values:
        return read_spdx_json(values, file.path)
    raise Unreadable("neither CycloneDX nor SPDX")


def read_xml(_file: Opened) -> Testimony:
    """A bill of materials in XML, which is named and not read: entities and namespaces are more than a witness is worth."""
    raise Unreadable("a bill of materials in XML, of which only the form in JSON is read")


def _read(values: dict[str, Any], path: str) -> list[Testimony]:
    first = Testimony("cyclonedx", path)
    first.text("version", values.get("specVersion"), "specVersion")
    every = [first]
    metadata = values.get("metadata")
    subject = metadata.get("component") if isinstance(metadata, dict) else None
    stack: list[tuple[Any, str, int, bool]] = []
    if isinstance(values.get("components"), list):
        stack.append((values["components"], "components", 0, False))
    if isinstance(subject, dict):
        stack.append(([subject], "metadata.component", 0, True))
    passed = 0
    while stack:
        components, where, depth, is_subject = stack.pop()
        for component in components:
            if not isinstance(component, dict):
                continue
            if is_subject or component.get("type") in _READ:
                if len(every) == MOST_ITEMS:
                    first.odd(where, f"more than {MOST_ITEMS} models and data sets, the rest was not read")
                    return every
                every.append(_component(component, where, path, is_subject=is_subject))
            else:
                passed += 1
            inner = component.get("components")
            if isinstance(inner, list) and depth < _MOST_NESTED:
                stack.append((inner, f"{where}.components", depth + 1, False))
    if passed:
        first.put("other_components", passed, "components")
    return every


def _component(component: dict[str, Any], where: str, path: str, *, is_subject: bool) -> Testimony:
    name = _name(component)
    said = Testimony("cyclonedx", path, part=f"{where}.{name}"[:200], component=name[:200])
    where = f"{where}.{name}"
    if is_subject:
        said.put("subject", True, where)
        # An application has a name of its own, which is not that of the model in it.
        if component.get("type") in _READ or "type" not in component:
            said.name(name, "metadata.component", where)
    for key, kept in (("type", "purpose"), ("version", "version")):
        if isinstance(component.get(key), str):
            said.text(kept, component[key], f"{where}.{key}")
    _licenses(component.get("licenses"), f"{where}.licenses", said)
    declared = _stated(component, "license.declared")
    if declared not in (None, "NOASSERTION") and "license" not in said.says:
        said.license(declared, f"{where}.properties")
    if (kind := _stated(component, "kind")) in KINDS:
        said.put("kind", kind, f"{where}.properties")
    pedigree = component.get("pedigree")
    ancestors = pedigree.get("ancestors") if isinstance(pedigree, dict) else None
    datasets = []
    for ancestor in ancestors[:MOST_ITEMS] if isinstance(ancestors, list) else []:
        if isinstance(ancestor, dict):
            relation = _stated(ancestor, "relation")
            if relation == "dataset":
                datasets.append(_name(ancestor))
                continue
            said.parent(
                _name(ancestor),
                f"{where}.pedigree.ancestors",
                relation=relation if relation in RELATIONS else None,
                revision=ancestor.get("version"),
            )
    said.words("datasets", datasets, f"{where}.pedigree.ancestors")
    card = component.get("modelCard")
    parameters = card.get("modelParameters") if isinstance(card, dict) else None
    if isinstance(parameters, dict):
        for key in ("modelArchitecture", "architectureFamily"):
            if isinstance(parameters.get(key), str) and "architecture" not in said.says:
                said.text("architecture", parameters[key], f"{where}.modelCard.modelParameters.{key}")
        entries = parameters.get("datasets")
        names = [
            entry.get("name") or entry.get("ref")
            for entry in (entries if isinstance(entries, list) else ())
            if isinstance(entry, dict)
        ]
        related = {parent.name for parent in said.says.get("base_models", ())}
        said.words(
            "datasets",
            [*datasets, *(name for name in names if isinstance(name, str) and name not in related)],
            f"{where}.modelCard.modelParameters.datasets",
        )
    return said


def _stated(component: dict[str, Any], word: str) -> str | None:
    """What the bills of this tool state under a name of its own among the properties."""
    properties = component.get("properties")
    for each in properties if isinstance(properties, list) else ():
        if isinstance(each, dict) and each.get("name") == f"weightlicense:{word}":
            value = each.get("value")
            return value if isinstance(value, str) else None
    return None


def _name(component: dict[str, Any]) -> str:
    group, name = component.get("group"), component.get("name")
    parts = [part for part in (group, name) if isinstance(part, str) and part.strip()]
    return "/".join(parts) or "component"


def _licenses(licenses: object, where: str, said: Testimony) -> None:
    if licenses is None:
        return
    if not isinstance(licenses, list):
        said.odd(where, "no list of licenses")
        return
    for entry in licenses[:MOST_ITEMS]:
        inner = entry.get("license") if isinstance(entry, dict) else None
        choice = entry if isinstance(entry, dict) and "expression" in entry else inner
        if not isinstance(choice, dict):
            said.odd(where, "neither a license nor an expression")
            continue
        concluded = choice.get("acknowledgement") == "concluded"
        written = choice.get("expression") or choice.get("id") or choice.get("name")
        said.license(written, where, key="license_concluded" if concluded else "license")
        said.text("license_link", choice.get("url"), f"{where}.url")
        text = choice.get("text")
        if isinstance(text, dict) and text.get("encoding") is None and isinstance(text.get("content"), str):
            said.embed(text["content"], f"{where}.text")
        elif isinstance(text, dict):
            said.odd(f"{where}.text", "an encoded text, which was not read")
