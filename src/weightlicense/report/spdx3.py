"""The report as SPDX 3.0.1 in JSON-LD, with the AI profile's packages and relationships, by spdx-python-model.

Specification: https://spdx.github.io/spdx-spec/v3.0.1/
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from weightlicense import catalogue
from weightlicense.report.bill import (
    KIND,
    STATED,
    Bill,
    Kinship,
    Work,
    as_text,
    kinship,
    make_bill,
    missing_library,
)

if TYPE_CHECKING:
    from spdx_python_model.bindings.v3_0_1.model import SHACLObject, SHACLObjectSet

    from weightlicense.finding import Report


RELATIONSHIPS: Final[dict[Kinship, tuple[str, bool]]] = {
    "copied": ("copiedTo", True),
    "descended": ("descendantOf", False),
    "trained": ("trainedOn", False),
    "generated": ("generates", True),
    "taught": ("other", False),
}
"""The relationship of each kinship, and whether it leads from the parent to the work."""


def render(report: Report) -> str:
    """The report as SPDX 3.0.1: AI packages, data sets, licenses and the relationships between them.

    Raises `UsageError` where the library is not installed.
    """
    try:
        from spdx_python_model import v3_0_1 as spdx
    except ImportError:
        raise missing_library("spdx-python-model") from None
    data = spdx.JSONLDSerializer().serialize_data(object_set(make_bill(report)), force_at_graph=True)
    # The library keeps its objects in a set: only their ids have an order that lasts.
    data["@graph"].sort(key=lambda each: str(each.get("spdxId") or each.get("@id")))
    return as_text(data)


def object_set(bill: Bill) -> SHACLObjectSet:
    """The bill in the model of spdx-python-model."""
    return _Graph(bill).made()


class _Graph:
    """One bill's elements as they are made; every id is the namespace with a name of its own."""

    def __init__(self, bill: Bill) -> None:
        from spdx_python_model import v3_0_1 as spdx

        self.spdx, self.bill = spdx, bill
        self.elements: list[Any] = []
        self.related = 0
        self.written: dict[str, Any] = {}
        self.suppliers: dict[str, Any] = {}
        self.info = spdx.CreationInfo(
            _id="_:creation",
            specVersion="3.0.1",
            created=datetime.fromisoformat(bill.created).astimezone(UTC),
        )
        agent = self.add(spdx.SoftwareAgent, "agent", name="weightlicense")
        self.info.createdBy.append(agent)
        self.info.createdUsing.append(self.add(spdx.Tool, "tool", name=f"weightlicense {bill.tool_version}"))
        self.agent = agent

    def add(self, kind: Any, place: str, **values: Any) -> Any:
        """An element of that kind, with the bill's creation info."""
        element = kind(_id=f"{self.bill.namespace}#{place}", creationInfo=self.info, **values)
        self.elements.append(element)
        return element

    def relate(self, one: Any, kind: str, other: Any, comment: str | None = None) -> None:
        """A relationship from one element to another, or to the address of one that SPDX defines."""
        spdx = self.spdx
        self.related += 1
        self.add(
            spdx.Relationship,
            f"relationship-{self.related:04}",
            from_=one,
            to=[other],
            relationshipType=getattr(spdx.RelationshipType, kind),
            **({} if comment is None else {"comment": comment}),
        )

    def made(self) -> SHACLObjectSet:
        """Every element, in a document whose root is the subject."""
        spdx, bill = self.spdx, self.bill
        texts = {
            license.reference: self.add(
                spdx.simplelicensing_SimpleLicensingText,
                license.reference,
                name=license.title,
                simplelicensing_licenseText=license.words,
                comment=license.source
                if license.text is None
                else "The text is the copy that the report was given.",
            )
            for license in bill.licenses
            if not license.is_listed
        }
        packages = {work.key: self._package(work) for work in bill.works}
        for work in bill.works:
            package = packages[work.key]
            for kind, expression in (
                ("hasDeclaredLicense", work.declared),
                ("hasConcludedLicense", work.concluded),
            ):
                self.relate(package, kind, self._expression(expression, texts))
            for each in work.parents:
                kind, is_from_parent = RELATIONSHIPS[kinship(work, bill.work(each.key), each.relation)]
                pair = package, packages[each.key]
                one, other = reversed(pair) if is_from_parent else pair
                self.relate(one, kind, other, comment=f"{STATED}={each.relation}")
        subject = packages[bill.subject.key]
        self.add(
            spdx.Annotation,
            "verdict",
            annotationType=spdx.AnnotationType.other,
            subject=subject,
            contentType="text/plain",
            statement=bill.listing,
        )
        profiles = ["core", "software", "simpleLicensing"]
        if any(work.is_dataset for work in bill.works):
            profiles.append("dataset")
        if all(_is_complete(each) for each in packages.values() if isinstance(each, spdx.ai_AIPackage)):
            profiles.append("ai")
        data_license = self._expression("CC0-1.0", {})
        root = spdx.SpdxDocument(
            _id=f"{bill.namespace}#document",
            creationInfo=self.info,
            name=bill.title,
            comment=bill.summary,
            rootElement=[subject],
            element=list(self.elements),
            dataLicense=data_license,
            profileConformance=[getattr(spdx.ProfileIdentifierType, each) for each in profiles],
        )
        found: SHACLObjectSet = spdx.SHACLObjectSet()
        for element in (self.info, *self.elements, root):
            found.add(element)
        return found

    def _package(self, work: Work) -> SHACLObject:
        spdx, bill = self.spdx, self.bill
        if work.is_dataset:
            kind = spdx.dataset_DatasetPackage
            values: dict[str, Any] = {
                "software_primaryPurpose": spdx.software_SoftwarePurpose.data,
                "dataset_datasetType": [spdx.dataset_DatasetType.noAssertion],
            }
        else:
            kind = spdx.ai_AIPackage
            values = {"software_primaryPurpose": spdx.software_SoftwarePurpose.model, **self._published(work)}
        if work is bill.subject:
            values |= {"summary": bill.summary, "comment": bill.comment}
        else:
            values["comment"] = f"{KIND}={work.kind}"
        package: SHACLObject = self.add(kind, work.key, name=work.name, **values)
        return package

    def _published(self, work: Work) -> dict[str, Any]:
        """Who published a model, when and where, for those that the registry has by that name from its own publisher."""
        model = catalogue.find_model(work.name) if work.is_published else None
        owner = catalogue.organization(work.name)
        if model is None or owner not in model.organizations:
            return {}
        supplier = self.suppliers.get(model.publisher) or self.suppliers.setdefault(
            model.publisher,
            self.add(self.spdx.Organization, f"supplier-{model.organizations[0]}", name=model.publisher),
        )
        values: dict[str, Any] = {
            "suppliedBy": supplier,
            "software_packageVersion": "NOASSERTION",
            "software_downloadLocation": f"https://huggingface.co/{work.name}",
        }
        if model.released is not None:
            values["releaseTime"] = datetime.fromisoformat(model.released).replace(tzinfo=UTC)
        return values

    def _expression(self, expression: str | None, texts: dict[str, Any]) -> Any:
        """The element of a license expression; SPDX's own word where nobody can say."""
        spdx = self.spdx
        if expression is None:
            return spdx.expandedlicensing_IndividualLicensingInfo.NAMED_INDIVIDUALS["NoAssertionLicense"]
        if expression not in self.written:
            custom = [
                spdx.DictionaryEntry(key=reference, value=f"{self.bill.namespace}#{reference}")
                for reference in texts
                if reference in expression.replace("(", " ").replace(")", " ").split()
            ]
            self.written[expression] = self.add(
                spdx.simplelicensing_LicenseExpression,
                f"expression-{len(self.written) + 1}",
                simplelicensing_licenseExpression=expression,
                simplelicensing_customIdToUri=custom,
            )
        return self.written[expression]


def _is_complete(package: Any) -> bool:
    """Whether an AI package has all that the AI profile asks for."""
    return all(
        (
            package.suppliedBy,
            package.software_downloadLocation,
            package.software_packageVersion,
            package.releaseTime,
        )
    )
