"""The report as an SPDX 2.3 document in JSON, by spdx-tools.

Specification: https://spdx.github.io/spdx-spec/v2.3/
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from weightlicense.report.bill import KIND, STATED, Bill, License, Work, as_text, kinship, make_bill

if TYPE_CHECKING:
    from license_expression import LicenseExpression
    from spdx_tools.spdx.model import (
        Document,
        ExtractedLicensingInfo,
        Package,
        Relationship,
        SpdxNoAssertion,
    )

    from weightlicense.finding import Report


def render(report: Report) -> str:
    """The report as SPDX 2.3: the model as a package, its licenses, the works that it came from, the verdict noted on it."""
    from spdx_tools.spdx.jsonschema.document_converter import DocumentConverter

    return as_text(DocumentConverter().convert(document(make_bill(report))))  # type: ignore[no-untyped-call]


def document(bill: Bill) -> Document:
    """The bill in the model of spdx-tools."""
    from spdx_tools.spdx.model import (
        Actor,
        ActorType,
        Annotation,
        AnnotationType,
        CreationInfo,
        Document,
        Relationship,
        RelationshipType,
    )

    created = datetime.fromisoformat(bill.created.removesuffix("Z"))
    tool = Actor(ActorType.TOOL, f"weightlicense-{bill.tool_version}")
    relationships = [
        Relationship("SPDXRef-DOCUMENT", RelationshipType.DESCRIBES, f"SPDXRef-{bill.subject.key}")
    ]
    for work in bill.works:
        for each in work.parents:
            relationships.append(_related(work, bill.work(each.key), each.relation))
    return Document(
        CreationInfo(
            spdx_version="SPDX-2.3",
            spdx_id="SPDXRef-DOCUMENT",
            name=bill.title,
            document_namespace=bill.namespace,
            creators=[tool],
            created=created,
            document_comment=bill.summary,
        ),
        packages=[_package(work, bill) for work in bill.works],
        annotations=[
            Annotation(
                f"SPDXRef-{bill.subject.key}",
                AnnotationType.OTHER,
                tool,
                created,
                bill.listing,
            )
        ],
        relationships=relationships,
        extracted_licensing_info=[_extracted(each) for each in bill.licenses if not each.is_listed],
    )


def _related(work: Work, parent: Work, relation: str) -> Relationship:
    """The relationship of a work to one that it came from, with the lineage's own word as its comment."""
    from spdx_tools.spdx.model import Relationship, RelationshipType

    one, other = f"SPDXRef-{work.key}", f"SPDXRef-{parent.key}"
    comment = f"{STATED}={relation}"
    match kinship(work, parent, relation):
        case "copied":
            return Relationship(one, RelationshipType.COPY_OF, other, comment)
        case "descended":
            return Relationship(one, RelationshipType.DESCENDANT_OF, other, comment)
        case "generated":
            return Relationship(one, RelationshipType.GENERATED_FROM, other, comment)
        case "trained":
            # 2.3 has no word for training data: the data set is a data file of the model.
            return Relationship(other, RelationshipType.DATA_FILE_OF, one, comment)
        case "taught":
            # Nor for what one model taught another.
            return Relationship(one, RelationshipType.OTHER, other, comment)


def _package(work: Work, bill: Bill) -> Package:
    from spdx_tools.spdx.model import Package, PackagePurpose, SpdxNoAssertion

    return Package(
        spdx_id=f"SPDXRef-{work.key}",
        name=work.name,
        download_location=SpdxNoAssertion(),
        files_analyzed=False,
        license_concluded=_expression(work.concluded),
        license_declared=_expression(work.declared),
        license_comment=bill.comment if work is bill.subject else None,
        copyright_text=SpdxNoAssertion(),
        comment=bill.summary if work is bill.subject else f"{KIND}={work.kind}",
        # 2.3 has no purpose for models or data.
        primary_package_purpose=PackagePurpose.OTHER,
    )


def _expression(text: str | None) -> LicenseExpression | SpdxNoAssertion:
    from spdx_tools.common.spdx_licensing import spdx_licensing
    from spdx_tools.spdx.model import SpdxNoAssertion

    return SpdxNoAssertion() if text is None else spdx_licensing.parse(text)


def _extracted(license: License) -> ExtractedLicensingInfo:
    from spdx_tools.spdx.model import ExtractedLicensingInfo

    return ExtractedLicensingInfo(
        license_id=license.reference,
        extracted_text=license.words,
        license_name=license.title,
        cross_references=[license.url] if license.url else [],
        comment=None if license.text is None else "The text is the copy that the report was given.",
    )
