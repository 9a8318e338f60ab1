"""The report as a CycloneDX 1.6 bill of materials for machine learning, in JSON, by cyclonedx-python-lib.

Specification: https://cyclonedx.org/docs/1.6/json/. The library has no model cards: they are added to its JSON.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from weightlicense.report.bill import KIND, STATED, Bill, Work, as_text, kinship, make_bill, missing_library

if TYPE_CHECKING:
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.model.license import License

    from weightlicense.finding import Report


def render(report: Report) -> str:
    """The report as CycloneDX: the model with a model card, its licenses and pedigree, the verdict as properties.

    Raises `UsageError` where the library is not installed.
    """
    try:
        from cyclonedx.output import make_outputter
        from cyclonedx.schema import OutputFormat, SchemaVersion
    except ImportError:
        raise missing_library("cyclonedx-python-lib") from None
    bill = make_bill(report)
    data = json.loads(make_outputter(bom(bill), OutputFormat.JSON, SchemaVersion.V1_6).output_as_string())
    cards = {work.key: _model_card(work, bill, report) for work in bill.works if not work.is_dataset}
    for component in (data["metadata"]["component"], *data.get("components", ())):
        if component["bom-ref"] in cards:
            component["modelCard"] = cards[component["bom-ref"]]
    return as_text(data)


def bom(bill: Bill) -> Bom:
    """The bill in the model of cyclonedx-python-lib, without model cards; its number follows from the report's digest."""
    from cyclonedx.model.bom import Bom, BomMetaData
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.model.tool import ToolRepository

    tool = Component(
        name="weightlicense",
        version=bill.tool_version,
        type=ComponentType.APPLICATION,
        bom_ref="weightlicense",
    )
    components = {work.key: _component(work, bill) for work in bill.works}
    subject = components[bill.subject.key]
    made = Bom(
        serial_number=uuid5(NAMESPACE_URL, bill.namespace),
        metadata=BomMetaData(
            component=subject,
            timestamp=datetime.fromisoformat(bill.created),
            tools=ToolRepository(components=[tool]),
        ),
        components=[component for component in components.values() if component is not subject],
    )
    for work in bill.works:
        made.register_dependency(
            components[work.key], dict.fromkeys(components[each.key] for each in work.parents)
        )
    return made


def _component(work: Work, bill: Bill) -> Component:
    from cyclonedx.model import ExternalReference, ExternalReferenceType, Property, XsUri
    from cyclonedx.model.component import Component, Pedigree

    is_subject = work is bill.subject
    # Data that a model was trained on stands in its card, which has no word for another relation.
    parents = [
        (parent, each.relation)
        for each in work.parents
        for parent in (bill.work(each.key),)
        if each.relation != "dataset" or kinship(work, parent, each.relation) != "trained"
    ]
    stated = {"declared": work.declared, "concluded": work.concluded} if is_subject else {}
    properties = [
        *((f"weightlicense:license.{name}", stated[name] or "NOASSERTION") for name in stated),
        *(bill.properties if is_subject else ((KIND, work.kind),)),
    ]
    return Component(
        name=work.name,
        type=_type(work),
        bom_ref=work.key,
        description=f"{bill.comment} {bill.summary}" if is_subject else None,
        licenses=_licenses(work, bill),
        external_references=[
            ExternalReference(
                type=ExternalReferenceType.LICENSE, url=XsUri(license.url), comment=license.title
            )
            for license in map(bill.license, work.licenses)
            if license is not None and license.url
        ],
        pedigree=Pedigree(
            ancestors=[
                Component(
                    name=parent.name,
                    type=_type(parent),
                    properties=[
                        Property(name="weightlicense:ref", value=parent.key),
                        Property(name=STATED, value=relation),
                    ],
                )
                for parent, relation in parents
            ],
            notes=" ".join(f"{relation}: {parent.name}." for parent, relation in parents),
        )
        if parents
        else None,
        properties=[Property(name=name, value=value) for name, value in properties],
    )


def _type(work: Work) -> ComponentType:
    from cyclonedx.model.component import ComponentType

    return ComponentType.DATA if work.is_dataset else ComponentType.MACHINE_LEARNING_MODEL


def _licenses(work: Work, bill: Bill) -> list[License]:
    """One license with its text; several as an expression, because a list does not say whether all of them apply.

    Of the subject what is concluded, where anyone can say; of the works behind it what is declared.
    """
    from cyclonedx.model import AttachedText, Property, XsUri
    from cyclonedx.model.license import DisjunctiveLicense, LicenseAcknowledgement, LicenseExpression
    from cyclonedx.spdx import is_supported_id

    is_concluded = work is bill.subject and work.concluded is not None
    expression = work.concluded if is_concluded else work.declared
    if expression is None:
        return []
    said = LicenseAcknowledgement.CONCLUDED if is_concluded else LicenseAcknowledgement.DECLARED
    license = bill.license(expression)
    if license is None:
        return [LicenseExpression(value=expression, acknowledgement=said)]
    is_listed = is_supported_id(license.reference)
    return [
        DisjunctiveLicense(
            id=license.reference if is_listed else None,
            name=None if is_listed else license.reference,
            text=None if license.text is None else AttachedText(content=license.text),
            url=XsUri(license.url) if license.url else None,
            acknowledgement=said,
            properties=[
                Property(name="weightlicense:title", value=license.title),
                Property(
                    name="weightlicense:text", value=license.source if license.text is None else "included"
                ),
            ],
        )
    ]


def _model_card(work: Work, bill: Bill, report: Report) -> dict[str, Any]:
    """What a report knows of a model: the data sets that it was trained on; of the subject, the use and the verdict."""
    card: dict[str, Any] = {}
    datasets = [bill.work(each.key) for each in work.parents if bill.work(each.key).is_dataset]
    if datasets:
        card["modelParameters"] = {"datasets": [{"type": "dataset", "name": each.name} for each in datasets]}
    if work is bill.subject:
        card["considerations"] = {"useCases": [report.use], "technicalLimitations": [bill.summary]}
    return card
