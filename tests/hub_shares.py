"""Which share of the Hub's labelled models leads to one document: `python tests/hub_shares.py FOLDER`.

FOLDER holds `labels.tsv` and `models.csv.gz`. A model counts where its label, or its label with its name, leads to
one choice of documents whose texts are at hand.
"""

from __future__ import annotations

import csv
import gzip
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from weightlicense import catalogue
from weightlicense.assessment import Asked, Terms, _resolve, plain_terms
from weightlicense.errors import UsageError
from weightlicense.usecase import Facts

AS_OF = "2026-11-21"
SETTLED = "one"


def models(folder: Path) -> Iterator[dict[str, str]]:
    with gzip.open(folder / "models.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["license"] and row["license"] != "null":
                yield row


def judged(folder: Path) -> dict[str, str]:
    with (folder / "labels.tsv").open(encoding="utf-8", newline="") as file:
        return {row["label"]: row["verdict"] for row in csv.DictReader(file, delimiter="\t")}


def by_label(label: str) -> Terms | None:
    try:
        return plain_terms(catalogue.resolve_label(label, as_of=AS_OF))
    except UsageError:
        return None


def by_label_and_name(label: str, name: str) -> Terms | None:
    try:
        return _resolve(Asked(model=name, license=label, use="internal use", as_of=AS_OF), AS_OF, Facts())
    except UsageError:
        return None


def leads_to_one(terms: Terms | None) -> bool:
    return terms is not None and len(terms.choices) == 1 and not terms.unknowns


def shares(folder: Path) -> dict[str, Any]:
    """Shares by number and by downloads, and the labels that a reader left unresolved and that resolve by themselves."""
    verdicts = judged(folder)
    known: dict[str, Terms | None] = {}
    count = downloads = good = good_downloads = 0
    for row in models(folder):
        label = row["license"].lower()
        weight = int(float(row["hf_downloads"] or 0))
        if label not in known:
            known[label] = by_label(label)
        count, downloads = count + 1, downloads + weight
        found = known[label]
        if not leads_to_one(found):
            owner = catalogue.organization(row["name"])
            model = catalogue.find_model(row["name"])
            own = model is not None and owner in model.organizations
            found = by_label_and_name(label, row["name"]) if own and model is not None else None
            if found is None or found.contradictions:
                continue
        if leads_to_one(found):
            good, good_downloads = good + 1, good_downloads + weight
    wrong = [
        name
        for name, verdict in verdicts.items()
        if verdict != SETTLED and leads_to_one(known.get(name.lower()))
    ]
    lost = sorted(name for name, terms in known.items() if terms is None)
    return {
        "models": count,
        "share": good / count,
        "downloads": good_downloads / downloads,
        "unresolved but resolved": wrong,
        "unknown labels": lost,
    }


def owners(folder: Path) -> dict[bool, tuple[int, int]]:
    """Of names that lead to a registered model, by whether its publisher owns them: how many, how many with another license."""
    counts = {True: [0, 0], False: [0, 0]}
    for row in models(folder):
        model, label = catalogue.find_model(row["name"]), by_label(row["license"].lower())
        if model is None or model.license is None or label is None:
            continue
        named = {term.root for choice in label.choices for term in choice} | set(label.one_of)
        known = {root for choice in catalogue.in_force(model.license, AS_OF).choices for root in choice}
        if named and known:
            count = counts[catalogue.organization(row["name"]) in model.organizations]
            count[0] += 1
            count[1] += not named & known
    return {own: (count[0], count[1]) for own, count in counts.items()}


def main() -> None:
    found = shares(Path(sys.argv[1]))
    print(f"{found['models']} labelled models")
    print(f"{found['share']:.2%} by number and {found['downloads']:.2%} by downloads lead to one document")
    print(
        f"labels that a reader left unresolved and that lead to one document by themselves: {found['unresolved but resolved']}"
    )
    print(f"labels that are not known: {found['unknown labels']}")
    for own, (count, other) in owners(Path(sys.argv[1])).items():
        print(
            f"names of {'the publisher' if own else 'others'}: {other} of {count} with another license than the registry's"
        )


if __name__ == "__main__":
    main()
