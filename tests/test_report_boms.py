"""Bills of materials: valid by the official validators, read back, true to the report, the same bytes on repeat."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from msgspec.structs import replace
from spdx_python_model import v3_0_1
from spdx_tools.spdx.parser.jsonlikedict.json_like_dict_parser import JsonLikeDictParser
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
from spdx_tools.spdx.writer.write_anything import write_file

import weightlicense as wl
from weightlicense.artifacts.directory import read_directory
from weightlicense.finding import Report, TextGiven
from weightlicense.lineage import RELATIONS
from weightlicense.report import render

DAY = "2026-11-21"
FORMATS = ("spdx", "spdx3", "cyclonedx")
HOSTILE = "Evil/\"'<script>&amp;\u202eevil\u202c\u2028\x07\x1b[31m\n" + "x" * 300
LINEAGE = """format: 1
subject: my-merge
works:
  my-merge: {kind: model, from: [{work: a, relation: merge}, {work: b, relation: merge}, {work: corpus, relation: dataset}]}
  a: {from: [{work: root, relation: fine-tune}]}
  root: {model: llama-3.1}
  b: {license: cc-by-nc-4.0}
  corpus: {kind: dataset, license: cc-by-sa-4.0}
"""
NOT_INCLUDED = (
    "The text of Llama 3.1 Community License Agreement is not included. Read it with its publisher. The copy that "
    "weightlicense read on 2026-11-21 has the SHA-256 bf2eac60b81e5c5f779fc3b4849d3bfacfd63f97f3eb68b44e9c6868c5801712."
)


def check(**asked: object) -> Report:
    return wl.check(use=str(asked.pop("use", "derivative release")), as_of=DAY, **asked)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Report:
    path = tmp_path_factory.mktemp("lineage") / "lineage.yaml"
    path.write_text(LINEAGE.replace("a: {from:", "a: {license: llama-3.1, from:"))
    return check(use="merge release", lineage=path)


@cache
def scenes() -> dict[str, Report]:
    return {
        "a Hub id": check(model="meta-llama/Llama-3.1-8B-Instruct"),
        "a listed license": check(license="apache-2.0", use="internal use"),
        "several licenses": check(model="deepseek-r1-distill-llama-8b"),
        "a choice": check(license="MIT OR GPL-3.0-only", facts={"release.license": "MIT OR GPL-3.0-only"}),
        "an unknown license": check(license="openrail"),
        "hostile": check(model=HOSTILE, license="llama-3.1", facts={"release.model_name": HOSTILE}),
    }


@pytest.fixture(params=("a merge", "each relation", *scenes()))
def scene(request: pytest.FixtureRequest, merged: Report, related: Report) -> Report:
    lineages = {"a merge": merged, "each relation": related}
    return lineages.get(request.param) or scenes()[request.param]


def data_of(report: Report, form: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(render(report, form))
    return data


def packages(report: Report) -> dict[str, dict[str, Any]]:
    return {package["name"]: package for package in data_of(report, "spdx")["packages"]}


# --- validators ------------------------------------------------------------------------------------------------


def test_spdx_2_3_is_valid_by_spdx_tools(scene: Report) -> None:
    document = JsonLikeDictParser().parse(data_of(scene, "spdx"))
    assert [message.validation_message for message in validate_full_spdx_document(document)] == []


def test_cyclonedx_is_valid_by_the_strict_schema_and_read_back_by_its_library(scene: Report) -> None:
    text = render(scene, "cyclonedx")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    data = json.loads(text)
    read = Bom.from_json(data)  # type: ignore[attr-defined]
    assert read.metadata.component.name == data["metadata"]["component"]["name"]
    assert len(read.components) == len(data.get("components", ()))


def test_spdx_3_is_read_back_by_its_library_with_every_link_resolved(scene: Report) -> None:
    objects = v3_0_1.SHACLObjectSet()
    v3_0_1.JSONLDDeserializer().read(io.BytesIO(render(scene, "spdx3").encode()), objects)
    assert objects.link() == set()
    (document,) = objects.foreach_type(v3_0_1.SpdxDocument)
    (subject,) = document.rootElement
    assert isinstance(subject, v3_0_1.ai_AIPackage)
    graph = data_of(scene, "spdx3")["@graph"]
    listed = {element["spdxId"] for element in graph if "spdxId" in element}
    assert {element._id for element in document.element} | {document._id} == listed


def test_our_own_audit_reads_each_bill_as_what_the_report_said(merged: Report, tmp_path: Path) -> None:
    said = {}
    for form, name in (("spdx", "a.spdx.json"), ("spdx3", "a.spdx3.json"), ("cyclonedx", "bom.cdx.json")):
        (tmp_path / form).mkdir()
        (tmp_path / form / name).write_text(render(merged, form))
        found = read_directory(tmp_path / form)
        assert found.unread == ()
        (subject,) = (witness for witness in found.witnesses if witness.says.get("subject"))
        said[form] = (
            subject.says.get("component"),
            sorted((parent.name, parent.relation) for parent in subject.parents),
            subject.says.get("license_concluded"),
        )
    concluded = "LicenseRef-llama-3.1 AND CC-BY-NC-4.0"
    parents = [("a", "merge"), ("b", "merge")]
    assert said == dict.fromkeys(FORMATS, ("my-merge", parents, concluded))


NAMES = {"spdx": "a.spdx.json", "spdx3": "a.spdx3.json", "cyclonedx": "bom.cdx.json"}
LINEAGES = {
    "a data set": "s: {license: apache-2.0, from: [{work: d, relation: dataset}]}, d: {kind: dataset, license: cc-by-nc-4.0}",
    "learning from outputs": "s: {license: mit, from: [{work: o, relation: outputs}]}, "
    "o: {kind: outputs, from: [{work: m, relation: outputs}]}, m: {license: mit}",
    "outputs as a data set": "s: {license: mit, from: [{work: o, relation: dataset}]}, "
    "o: {kind: outputs, license: cc0-1.0, from: [{work: m, relation: outputs}]}, m: {license: llama-3.1}",
    "a data set without a license": "s: {license: mit, from: [{work: d, relation: dataset}]}, d2: {kind: dataset, license: cc-by-4.0}, "
    "d: {kind: dataset, from: [{work: m, relation: outputs}, {work: d2, relation: dataset}]}, m: {license: mit}",
    "a chain": "s: {from: [{work: a, relation: merge}, {work: b, relation: distill}]}, b: {}, "
    "a: {kind: adapter, license: MIT OR GPL-3.0-only, from: [{work: r, relation: adapter}]}, r: {license: llama-3.1}",
    "a circle": "s: {license: mit, from: [{work: a, relation: merge}]}, "
    "a: {license: apache-2.0, from: [{work: b, relation: fine-tune}]}, b: {license: isc, from: [{work: a, relation: convert}]}",
}


def of_lineage(folder: Path, works: str, **asked: object) -> Report:
    path = folder / "lineage.yaml"
    path.write_text(f"{{format: 1, subject: s, works: {{{works}}}}}")
    return check(lineage=path, **asked)


def descent(report: Report) -> dict[str, Any]:
    """The works behind the subject, the relations, and the licenses that reach it."""
    assert report.lineage is not None
    return {
        "works": {
            each.id: (each.kind, set(each.documents)) for each in report.lineage.works if each.id != "s"
        },
        "relations": {
            (each.work, each.relation, each.parent)
            for each in report.lineage.relations
            if each.work != each.parent
        },
        "license": set(report.subject.license.split(" AND ")) - {"unknown", "s"},
    }


def read_back(report: Report, form: str, folder: Path) -> Report:
    """The audit of a directory `s` with nothing but the bill of that report."""
    (folder / "s").mkdir()
    (folder / "s" / NAMES[form]).write_text(render(report, form))
    return wl.audit(folder / "s", use=report.use, as_of=DAY)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", LINEAGES)
def test_a_lineage_is_read_back_with_its_works_licenses_and_relations(
    tmp_path: Path, name: str, form: str
) -> None:
    report = of_lineage(tmp_path, LINEAGES[name])
    assert descent(read_back(report, form, tmp_path)) == descent(report)


@pytest.mark.parametrize("form", FORMATS)
def test_each_relation_is_read_back_where_a_work_is_named_like_the_subject(
    related: Report, tmp_path: Path, form: str
) -> None:
    found = descent(read_back(related, form, tmp_path))
    assert found["relations"] == COMES_FROM
    assert found["works"] == descent(related)["works"] | {"of-dataset": ("dataset", {"mit", "apache-2.0"})}


@pytest.mark.parametrize("name", ["s.spdx", "s.spdx.yaml"])
def test_a_bill_that_another_tool_wrote_in_another_form_is_read_back_alike(tmp_path: Path, name: str) -> None:
    works = LINEAGES["a data set without a license"].replace("m: {license: mit}", "m: {license: llama-3.1}")
    report = of_lineage(tmp_path, works)
    (tmp_path / "s").mkdir()
    document = JsonLikeDictParser().parse(data_of(report, "spdx"))
    write_file(document, str(tmp_path / "s" / name), validate=True)
    found = wl.audit(tmp_path / "s", use=report.use, as_of=DAY)
    assert descent(found) == descent(report)
    assert read_directory(tmp_path / "s").texts == ()


@pytest.mark.parametrize("form", FORMATS)
def test_a_text_that_is_not_included_is_read_back_as_none_and_the_license_by_its_name(
    tmp_path: Path, form: str
) -> None:
    report = check(license="qwen-research-2024-09-19", use="redistribution")
    found = read_back(report, form, tmp_path)
    assert found.subject.license == "qwen-research-2024-09-19"
    assert read_directory(tmp_path / "s").texts == ()
    assert [each for each in found.findings if each.clause.startswith("license-unknown")] == []


@pytest.mark.parametrize(
    "words", ["not included", "not included. Read it at https://x.example/y.\nYou may not use it. The copy"]
)
def test_a_text_that_only_begins_like_one_that_is_not_included_is_a_text(tmp_path: Path, words: str) -> None:
    data = data_of(scenes()["a Hub id"], "spdx")
    (extracted,) = data["hasExtractedLicensingInfos"]
    extracted["extractedText"] = NOT_INCLUDED.replace("not included", words)
    (tmp_path / "a.spdx.json").write_text(json.dumps(data))
    assert len(read_directory(tmp_path).texts) == (words != "not included")


@pytest.mark.parametrize("form", ["spdx", "spdx3"])
def test_an_altered_copy_is_read_back_as_altered(texts: Path, tmp_path: Path, form: str) -> None:
    copy = tmp_path / "LICENSE"
    copy.write_text((texts / "mit.txt").read_text(encoding="utf-8").replace("free of charge", "for a fee"))
    report = check(license="mit", texts=[copy], use="redistribution")
    found = read_back(report, form, tmp_path)
    assert [
        (each.says["text"], each.says["match"]) for each in found.witnesses or () if "text" in each.says
    ] == [("mit", "modified")]


def declared(report: Report) -> dict[str, str | None]:
    """What each format declares of the subject."""
    (spdx, *_) = data_of(report, "spdx")["packages"]
    graph = {each.get("spdxId"): each for each in data_of(report, "spdx3")["@graph"]}
    (root,) = next(each["rootElement"] for each in graph.values() if each["type"] == "SpdxDocument")
    (target,) = next(
        each["to"]
        for each in graph.values()
        if each.get("from") == root and each["relationshipType"] == "hasDeclaredLicense"
    )
    component = data_of(report, "cyclonedx")["metadata"]["component"]
    return {
        "spdx": spdx["licenseDeclared"],
        "spdx3": graph.get(target, {}).get("simplelicensing_licenseExpression"),
        "cyclonedx": {each["name"]: each["value"] for each in component["properties"]}[
            "weightlicense:license.declared"
        ],
    }


@pytest.mark.parametrize(
    ("given", "expected", "concluded"),
    [
        ("MIT OR GPL-3.0-only", "MIT OR GPL-3.0-only", "MIT"),
        ("GPL-2.0-or-later", "GPL-2.0-or-later", "GPL-2.0-only"),
        ("lgpl-2.1-or-later", "LGPL-2.1-or-later", "LGPL-2.1-only"),
        (
            "mit AND (llama3.1 OR GPL-2.0-or-later)",
            "MIT AND (LicenseRef-llama-3.1 OR GPL-2.0-or-later)",
            None,
        ),
        (
            "GPL-2.0-or-later WITH Classpath-exception-2.0",
            "GPL-2.0-or-later WITH Classpath-exception-2.0",
            "NOASSERTION",
        ),
        ("Apache License, Version 2.0", "Apache-2.0", "Apache-2.0"),
        ("openrail", None, "NOASSERTION"),
    ],
)
def test_what_is_declared_is_what_was_given_and_only_what_is_concluded_is_the_choice(
    tmp_path: Path, given: str, expected: str | None, concluded: str | None
) -> None:
    asked = check(license=given, use="redistribution")
    of_a_work = of_lineage(tmp_path, f's: {{license: "{given}"}}', use="redistribution")
    unknown = {"spdx": "NOASSERTION", "spdx3": None, "cyclonedx": "NOASSERTION"}
    for report in (asked, of_a_work):
        assert declared(report) == (unknown if expected is None else dict.fromkeys(FORMATS, expected))
        document = JsonLikeDictParser().parse(data_of(report, "spdx"))
        assert [message.validation_message for message in validate_full_spdx_document(document)] == []
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(render(report, "cyclonedx")) is None
        (package,) = packages(report).values()
        assert concluded in (None, package["licenseConcluded"])


def test_a_work_behind_the_subject_declares_what_was_given(tmp_path: Path) -> None:
    works = "s: {from: [{work: a, relation: merge}]}, a: {license: GPL-2.0-or-later}"
    report = of_lineage(tmp_path, works)
    assert packages(report)["a"]["licenseDeclared"] == "GPL-2.0-or-later"
    (component,) = data_of(report, "cyclonedx")["components"]
    assert component["licenses"] == [{"acknowledgement": "declared", "expression": "GPL-2.0-or-later"}]


@pytest.mark.parametrize("form", FORMATS)
def test_a_choice_of_licenses_is_read_back_as_one(tmp_path: Path, form: str) -> None:
    found = read_back(check(license="MIT OR GPL-3.0-only", use="redistribution"), form, tmp_path)
    assert found.facts["release.license"].value == "mit OR gpl-3.0"


def test_what_is_declared_stays_where_nothing_is_concluded(tmp_path: Path) -> None:
    report = of_lineage(tmp_path, "s: {license: mit, from: [{work: u, relation: fine-tune}]}, u: {}")
    (stated,) = data_of(report, "cyclonedx")["metadata"]["component"]["licenses"]
    assert (stated["license"]["id"], stated["license"]["acknowledgement"]) == ("MIT", "declared")
    assert declared(report) == dict.fromkeys(FORMATS, "MIT")
    (package, _) = packages(report).values()
    assert package["licenseConcluded"] == "NOASSERTION"


def published(report: Report) -> set[str]:
    """What is said of the publisher of the subject."""
    (subject, *_) = (each for each in data_of(report, "spdx3")["@graph"] if each["type"] == "ai_AIPackage")
    return {"suppliedBy", "software_downloadLocation", "releaseTime"} & subject.keys()


def test_only_the_model_that_its_publisher_published_is_credited_to_it(tmp_path: Path) -> None:
    name = "meta-llama/Llama-3.1-8B-Instruct"
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "README.md").write_text(f"---\nmodel_name: {name}\nlicense: llama3.1\n---\n")
    own = of_lineage(tmp_path, "s: {license: llama-3.1}", model=name)
    assert {
        "checked": published(check(model=name)),
        "checked under a license": published(check(model=name, license="llama-3.1")),
        "of another": published(check(model="acme/Llama-3.1-8B-Instruct")),
        "audited": published(wl.audit(tmp_path / "m", as_of=DAY)),
        "audited as": published(wl.audit(tmp_path / "m", model=name, as_of=DAY)),
        "a work of the user": published(own),
    } == {
        "checked": {"suppliedBy", "software_downloadLocation", "releaseTime"},
        "checked under a license": {"suppliedBy", "software_downloadLocation", "releaseTime"},
        "of another": set(),
        "audited": set(),
        "audited as": set(),
        "a work of the user": set(),
    }


# --- what they say ---------------------------------------------------------------------------------------------


def test_works_have_their_own_licenses_and_the_subject_all_of_them(merged: Report) -> None:
    stated = {
        name: (each["licenseDeclared"], each["licenseConcluded"]) for name, each in packages(merged).items()
    }
    assert stated == {
        "my-merge": ("NOASSERTION", "LicenseRef-llama-3.1 AND CC-BY-NC-4.0"),
        "a": ("LicenseRef-llama-3.1", "LicenseRef-llama-3.1"),
        "root": ("LicenseRef-llama-3.1", "LicenseRef-llama-3.1"),
        "b": ("CC-BY-NC-4.0", "CC-BY-NC-4.0"),
        "corpus": ("CC-BY-SA-4.0", "CC-BY-SA-4.0"),
    }


@pytest.fixture(scope="session")
def related(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A lineage with each relation, works that are data, a choice of licenses, and a work named like the subject."""
    path = tmp_path_factory.mktemp("related") / "lineage.yaml"
    edges = ", ".join(f"{{work: of-{each}, relation: {each}}}" for each in RELATIONS)
    works = "".join(
        f"  of-{each}: {{license: MIT OR Apache-2.0}}\n" for each in RELATIONS if each != "outputs"
    )
    path.write_text(
        f"format: 1\nsubject: s\nworks:\n  s: {{from: [{edges}, {{work: s, relation: merge}}]}}\n{works}"
        "  of-outputs: {license: mit, from: [{work: generated, relation: dataset}]}\n"
        "  generated: {kind: outputs, from: [{work: shown, relation: outputs}, {work: rows, relation: convert}]}\n"
        "  rows: {kind: dataset, license: cc-by-4.0}\n  shown: {license: mit}\n"
    )
    return check(use="merge release", lineage=path, model="shown", license="mit")


COMES_FROM = {
    ("s", "re-upload", "of-re-upload"),
    ("s", "quantize", "of-quantize"),
    ("s", "convert", "of-convert"),
    ("s", "prune", "of-prune"),
    ("s", "fine-tune", "of-fine-tune"),
    ("s", "adapter", "of-adapter"),
    ("s", "merge", "of-merge"),
    ("s", "distill", "of-distill"),
    ("s", "outputs", "of-outputs"),
    ("s", "dataset", "of-dataset"),
    ("of-outputs", "dataset", "generated"),
    ("generated", "outputs", "shown"),
    ("generated", "convert", "rows"),
}


def test_spdx_2_3_says_of_each_relation_what_it_has_a_word_for(related: Report) -> None:
    names = {package["SPDXID"]: package["name"] for package in data_of(related, "spdx")["packages"]}
    subject = next(iter(names))
    names = {**names, subject: "s"}
    found = {
        (
            names[row["spdxElementId"]],
            row["relationshipType"],
            names[row["relatedSpdxElement"]],
            row["comment"],
        )
        for row in data_of(related, "spdx")["relationships"]
        if row["relationshipType"] != "DESCRIBES"
    }
    words = {"re-upload": "COPY_OF", "distill": "OTHER", "outputs": "OTHER"}
    expected = {
        (other, "DATA_FILE_OF", one, f"weightlicense:relation={relation}")
        if relation == "dataset"
        else (
            one,
            "GENERATED_FROM" if other == "shown" else words.get(relation, "DESCENDANT_OF"),
            other,
            f"weightlicense:relation={relation}",
        )
        for one, relation, other in COMES_FROM
    }
    assert found == expected


def test_spdx_3_says_of_each_relation_what_it_has_a_word_for(related: Report) -> None:
    graph = data_of(related, "spdx3")["@graph"]
    (root,) = next(each["rootElement"] for each in graph if each["type"] == "SpdxDocument")
    names = {each["spdxId"]: each.get("name") for each in graph if "spdxId" in each} | {root: "s"}
    found = {
        (names[each["from"]], each["relationshipType"], names[each["to"][0]], each["comment"])
        for each in graph
        if "comment" in each and each["type"] == "Relationship"
    }
    words = {"dataset": "trainedOn", "distill": "other", "outputs": "other"}
    expected = set()
    for one, relation, other in COMES_FROM:
        said = f"weightlicense:relation={relation}"
        if other == "shown":
            expected.add((other, "generates", one, said))
        elif relation == "re-upload":
            expected.add((other, "copiedTo", one, said))
        else:
            expected.add((one, words.get(relation, "descendantOf"), other, said))
    assert found == expected


def test_cyclonedx_names_ancestors_with_the_relation_and_data_sets_in_the_model_card(related: Report) -> None:
    subject = data_of(related, "cyclonedx")["metadata"]["component"]
    ancestors = {
        (each["name"], {row["name"]: row["value"] for row in each["properties"]}["weightlicense:relation"])
        for each in subject["pedigree"]["ancestors"]
    }
    assert ancestors == {
        (other, relation) for one, relation, other in COMES_FROM if one == "s" and relation != "dataset"
    }
    assert subject["modelCard"]["modelParameters"]["datasets"] == [{"type": "dataset", "name": "of-dataset"}]
    assert subject["pedigree"]["notes"].startswith("re-upload: of-re-upload. quantize: of-quantize. ")


def test_a_choice_of_licenses_of_a_work_stays_a_choice(related: Report) -> None:
    assert packages(related)["of-merge"]["licenseDeclared"] == "MIT OR Apache-2.0"


def test_two_works_of_one_name_are_two(related: Report) -> None:
    listed = data_of(related, "spdx")["packages"]
    assert [each["name"] for each in listed].count("shown") == 2
    assert len({each["SPDXID"] for each in listed}) == len(listed)


def test_our_own_audit_reads_each_relation_back(related: Report, tmp_path: Path) -> None:
    wanted = sorted((other, each) for one, each, other in COMES_FROM if one == "s" and each != "dataset")
    for form, name in (("spdx", "a.spdx.json"), ("spdx3", "a.spdx3.json"), ("cyclonedx", "bom.cdx.json")):
        (tmp_path / form).mkdir()
        (tmp_path / form / name).write_text(render(related, form))
        found = read_directory(tmp_path / form)
        (subject,) = (witness for witness in found.witnesses if witness.says.get("subject"))
        assert sorted((parent.name, parent.relation) for parent in subject.parents) == wanted
        assert list(subject.says["datasets"]) == ["of-dataset"]


def test_the_model_card_names_the_data_sets_the_use_and_the_verdict(merged: Report) -> None:
    component = data_of(merged, "cyclonedx")["metadata"]["component"]
    summary = (
        "weightlicense verdict for merge release: undetermined (best: conditional, worst: prohibited) as of "
        "2026-11-21. Not legal advice."
    )
    assert component["modelCard"] == {
        "modelParameters": {"datasets": [{"type": "dataset", "name": "corpus"}]},
        "considerations": {"useCases": ["merge release"], "technicalLimitations": [summary]},
    }
    properties = {each["name"]: each["value"] for each in component["properties"]}
    assert properties["weightlicense:verdict"] == "undetermined"
    assert properties["weightlicense:duty.display"] == "open: llama-3.1/display"
    assert [each["name"] for each in component["pedigree"]["ancestors"]] == ["a", "b"]


def test_a_license_that_is_unknown_is_not_asserted(merged: Report) -> None:
    report = scenes()["an unknown license"]
    (package,) = packages(report).values()
    assert (package["licenseDeclared"], package["licenseConcluded"]) == ("NOASSERTION", "NOASSERTION")
    assert "licenses" not in data_of(report, "cyclonedx")["metadata"]["component"]
    related = {
        each["relationshipType"]: each["to"]
        for each in data_of(report, "spdx3")["@graph"]
        if each["type"] == "Relationship"
    }
    assert related == {
        "hasDeclaredLicense": ["expandedlicensing_NoAssertionLicense"],
        "hasConcludedLicense": ["expandedlicensing_NoAssertionLicense"],
    }


def test_a_release_under_a_choice_declares_the_choice_and_concludes_the_one_that_was_checked() -> None:
    (package,) = packages(scenes()["a choice"]).values()
    assert (package["licenseDeclared"], package["licenseConcluded"]) == ("MIT OR GPL-3.0-only", "MIT")


def test_a_model_without_a_named_base_has_the_licenses_of_both() -> None:
    report = scenes()["several licenses"]
    expression = data_of(report, "cyclonedx")["metadata"]["component"]["licenses"]
    assert expression == [{"acknowledgement": "concluded", "expression": "MIT AND LicenseRef-llama-3.1"}]


def test_the_text_is_included_where_the_users_copy_was_given(texts: Path) -> None:
    report = check(model="llama-3.1", texts=[texts / "llama-3.1.txt"])
    words = (texts / "llama-3.1.txt").read_text(encoding="utf-8")
    (extracted,) = data_of(report, "spdx")["hasExtractedLicensingInfos"]
    assert extracted["licenseId"] == "LicenseRef-llama-3.1"
    assert extracted["extractedText"].split() == words.split()
    (license,) = data_of(report, "cyclonedx")["metadata"]["component"]["licenses"]
    assert license["license"]["text"]["content"].split() == words.split()
    (text,) = (
        each
        for each in data_of(report, "spdx3")["@graph"]
        if each["type"] == "simplelicensing_SimpleLicensingText"
    )
    assert text["simplelicensing_licenseText"].split() == words.split()


def test_without_a_copy_the_bill_says_so_and_where_to_read_the_text() -> None:
    (extracted,) = data_of(scenes()["a Hub id"], "spdx")["hasExtractedLicensingInfos"]
    assert extracted["extractedText"] == NOT_INCLUDED


def test_an_altered_copy_is_another_license(texts: Path, tmp_path: Path) -> None:
    copy = tmp_path / "LICENSE"
    copy.write_text(
        (texts / "llama-3.1.txt").read_text(encoding="utf-8").replace("700 million", "70 million")
    )
    report = check(model="llama-3.1", texts=[copy])
    given = report.subject.text
    assert given is not None
    assert given.match == "modified"
    reference = f"LicenseRef-llama-3.1-altered-{given.sha256[:12]}"
    (package,) = packages(report).values()
    assert package["licenseConcluded"] == reference
    (extracted,) = data_of(report, "spdx")["hasExtractedLicensingInfos"]
    assert (extracted["licenseId"], extracted["name"]) == (
        reference,
        "Llama 3.1 Community License Agreement (altered)",
    )
    assert "70 million" in extracted["extractedText"]


def test_a_copy_that_changed_since_the_report_is_not_included(texts: Path, tmp_path: Path) -> None:
    copy = tmp_path / "LICENSE"
    copy.write_bytes((texts / "llama-3.1.txt").read_bytes())
    report = check(model="llama-3.1", texts=[copy])
    copy.write_text("another text")
    (extracted,) = data_of(report, "spdx")["hasExtractedLicensingInfos"]
    assert extracted["extractedText"] == NOT_INCLUDED


def test_a_path_that_no_file_can_have_is_no_copy() -> None:
    given = TextGiven(path="a\0b", sha256="0" * 64, match="exact", document="llama-3.1")
    report = scenes()["a Hub id"]
    changed = replace(report, subject=replace(report.subject, text=given))
    (extracted,) = data_of(changed, "spdx")["hasExtractedLicensingInfos"]
    assert extracted["extractedText"] == NOT_INCLUDED


def test_the_ai_profile_is_claimed_only_where_its_fields_are_known(merged: Report) -> None:
    claimed = {}
    for name, report in (("merge", merged), ("hub", scenes()["a Hub id"])):
        (document,) = (e for e in data_of(report, "spdx3")["@graph"] if e["type"] == "SpdxDocument")
        claimed[name] = document["profileConformance"]
    assert claimed == {
        "merge": ["core", "software", "simpleLicensing", "dataset"],
        "hub": ["core", "software", "simpleLicensing", "ai"],
    }


# --- safety and repetition -------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
def test_a_hostile_name_stays_a_name_and_no_character_reaches_a_terminal_raw(form: str) -> None:
    text = render(scenes()["hostile"], form)
    assert [sign for sign in text if not (sign.isprintable() or sign == "\n")] == []
    elements = json.loads(text)
    found = {
        "spdx": lambda: elements["packages"][0]["name"],
        "cyclonedx": lambda: elements["metadata"]["component"]["name"],
        "spdx3": lambda: next(e["name"] for e in elements["@graph"] if e["type"] == "ai_AIPackage"),
    }[form]()
    assert found == HOSTILE


def test_each_format_has_the_same_bytes_whatever_the_order_of_sets() -> None:
    program = (
        "import sys, weightlicense as wl\nfrom weightlicense.report import render\n"
        f"r = wl.check('deepseek-r1-distill-llama-8b', use='derivative release', as_of='{DAY}')\n"
        f"sys.stdout.write(''.join(render(r, form) for form in {FORMATS!r} for _ in 'ab'))\n"
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    ]
    assert outputs[0] == outputs[1]
    text = outputs[0].decode()
    assert text == "".join(render(scenes()["several licenses"], form) * 2 for form in FORMATS)


def test_two_reports_have_two_namespaces(merged: Report) -> None:
    names = {data_of(report, "spdx")["documentNamespace"] for report in (merged, *scenes().values())}
    assert len(names) == 1 + len(scenes())


@pytest.mark.parametrize(
    ("form", "module", "package"),
    [
        ("cyclonedx", "cyclonedx", "cyclonedx-python-lib"),
        ("spdx3", "spdx_python_model", "spdx-python-model"),
    ],
)
def test_a_missing_library_is_named_with_the_command_that_installs_it(
    form: str, module: str, package: str
) -> None:
    program = f"import sys; sys.modules[{module!r}] = None\nfrom weightlicense.__main__ import run\nrun()"
    asked = ("check", "--license", "mit", "--use", "internal use", "--no-profile", "--format", form)
    done = subprocess.run(
        [sys.executable, "-c", program, *asked], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        f"weightlicense: this format needs {package}, which is not installed\n"
        '  hint: pip install "weightlicense[sbom]"\n',
    )


@pytest.mark.parametrize("form", FORMATS)
def test_a_policy_that_denies_is_part_of_what_a_bill_says(form: str, tmp_path: Path) -> None:
    rule = "{id: no-mit, decision: deny, when: {license: mit}, reason: Not here.}"
    policy = tmp_path / "acme.yaml"
    policy.write_text(f"format: 1\nid: acme\ntitle: Acme\nrules:\n  - {rule}\n")
    report = wl.check(license="mit", use="redistribution", as_of=DAY, policies=[policy])
    text = render(report, form)
    said = (
        '"weightlicense:denied_by"'
        if form == "cyclonedx"
        else "redistribution: conditional, denied by acme (best"
    )
    assert said in text
    assert "denied" not in render(wl.check(license="mit", use="redistribution", as_of=DAY), form)
