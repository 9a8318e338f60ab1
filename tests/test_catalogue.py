"""The catalogue as a whole: every document answers every use, every label resolves, and the pages are those of the data."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import weightlicense as wl
from weightlicense import catalogue, engine
from weightlicense.condition import atoms
from weightlicense.finding import LEVELS, allowed
from weightlicense.linting import lint
from weightlicense.report import pages
from weightlicense.usecase import Facts, resolve_use
from weightlicense.vocabulary import vocabulary

ROOT = Path(__file__).parent.parent
WORDS = vocabulary()
DOCUMENTS = sorted(catalogue.heads())
PROBES: tuple[dict[str, str], ...] = (
    {},
    {"licensee.good_standing": "yes", "purpose.hazards": "none"},
    {"purpose.hazards": "military,medical,impersonation", "purpose.commercial": "yes"},
)


def conclude(document: str, use: str, facts: dict[str, str]) -> engine.Conclusion:
    _name, acts, assumed = resolve_use(use, WORDS)
    group = engine.Group(root=document, documents=catalogue.together(document))
    program = engine.build([group], WORDS.closure(acts), WORDS)
    given = Facts()
    for name, value in facts.items():
        given.give(name, value)
    for name, value in assumed:
        given.give(name, value, kind="assumed", place=f"use {use}")
    return engine.evaluate(program, given, as_of="2026-11-21")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_answers_every_named_use(document: str) -> None:
    for use in WORDS.uses:
        for facts in PROBES:
            found = conclude(document, use, facts)
            asked = [q for q in found.questions if q.about == "verdict"]
            settled = allowed(LEVELS[found.best]) == allowed(LEVELS[found.worst])
            assert settled == (found.verdict != "undetermined"), (use, facts)
            assert not (settled and asked), (use, facts)


def test_every_document_says_each_thing_once() -> None:
    for name in DOCUMENTS:
        document = catalogue.document(name)
        assert document.id == name
        assert all(clause.says.strip() == clause.says for clause in document.clauses)


def test_every_hub_identifier_and_every_label_that_models_carry_resolves(texts: Path) -> None:
    identifiers = [
        line.split("\t")[1]
        for line in (texts / "huggingface-license-ids.tsv").read_text().splitlines()
        if "\t" in line and not line.startswith(("#", "full_name"))
    ]
    labels = [
        line.split("\t")[0]
        for line in (texts.parent / "data" / "hub" / "labels.tsv").read_text().splitlines()[1:]
        if not line.startswith("(empty)")
    ]
    assert (len(identifiers), len(labels)) == (83, 260)
    for name in (*identifiers, *labels):
        found = catalogue.resolve_label(name, as_of="2026-11-21")
        assert bool(found.choices) != bool(found.reason), name


def hub_shares() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hub_shares", ROOT / "tests" / "hub_shares.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_most_labelled_models_lead_to_one_document_and_no_unresolved_label_does(texts: Path) -> None:
    found: dict[str, Any] = hub_shares().shares(texts.parent / "data" / "hub")
    assert found["models"] == 13_184
    assert found["share"] >= 0.93
    assert found["downloads"] >= 0.96
    assert found["unresolved but resolved"] == []
    assert found["unknown labels"] == []


def test_a_dated_label_means_the_version_in_force() -> None:
    dated = {
        "2024-03-01": "gemma-tou-2024-02-21",
        "2024-12-31": "gemma-tou-2024-04-01",
        "2025-03-24": "gemma-tou-2025-03-24",
        "2026-11-21": "gemma-tou-2026-04-01",
    }
    assert {day: catalogue.resolve_license("gemma", as_of=day).choices[0][0] for day in dated} == dated
    assert catalogue.resolve_license("gemma", as_of="2024-01-01").choices == ()


def test_hub_ids_of_people_lead_to_the_family() -> None:
    known = {
        "meta-llama/Llama-3.1-8B-Instruct": "llama-3.1",
        "Meta-Llama-3-8B": "llama-3",
        "TheBloke/Llama-2-7B-GGUF": "llama-2",
        "qwen2.5-3b": "qwen-research-2024-09-19",
        "Qwen/Qwen2.5-7B-Instruct": "apache-2.0",
        "Qwen/Qwen2.5-72B": "qwen-2024",
        "google/gemma-2-9b-it": "gemma-tou-2026-04-01",
        "mistralai/Mistral-7B-v0.1": "apache-2.0",
        "black-forest-labs/FLUX.1-schnell": "apache-2.0",
        "microsoft/phi-4": "mit",
    }
    assert {name: catalogue.resolve_model(name).license for name in known} == known


def test_the_pages_are_those_of_the_data() -> None:
    made = pages.all_pages()
    kept = {
        str(p.relative_to(ROOT / "docs")): p.read_text(encoding="utf-8")
        for p in (ROOT / "docs" / "licenses").glob("*.md")
    }
    for name in (pages.SCHEMA_FILE, pages.REPORT_SCHEMA_FILE):
        kept[name] = (ROOT / "docs" / name).read_text(encoding="utf-8")
    different = sorted(name for name in made.keys() | kept.keys() if made.get(name) != kept.get(name))
    assert different == [], "make docs writes them anew"


def test_every_clause_file_is_valid_by_the_published_schema() -> None:
    import datetime

    import jsonschema_rs

    from weightlicense import yamlfile
    from weightlicense.catalogue import files

    def ready(value: Any) -> Any:
        match value:
            case dict():
                return {key: ready(item) for key, item in value.items()}
            case list():
                return [ready(item) for item in value]
            case datetime.date():
                return value.isoformat()
            case _:
                return value

    validator = jsonschema_rs.validator_for(json.loads((ROOT / "docs" / pages.SCHEMA_FILE).read_text()))
    for name, path in files.document_paths().items():
        found = [str(error) for error in validator.iter_errors(ready(yamlfile.plain(yamlfile.load(path))))]
        assert (name, found) == (name, [])


LLAMA_POLICIES = ("llama-2-aup", "llama-3-aup", "llama-3.1-aup", "llama-3.2-aup")


@pytest.mark.parametrize("policy", LLAMA_POLICIES)
def test_each_item_of_a_use_policy_is_reachable_by_a_hazard_and_a_hazard_names_its_own_items(
    policy: str,
) -> None:
    document = catalogue.document(policy)
    items = {c.id: c for c in document.clauses if c.kind == "prohibition"}
    tags: dict[str, set[str]] = {}
    for name, clause in items.items():
        assert clause.when is not None
        for atom in atoms(clause.when):
            if atom.fact == "purpose.hazards":
                wanted = frozenset(atom.tests[0][1])
                for tag in WORDS.tagged(wanted) | WORDS.suggesting(wanted):
                    tags.setdefault(tag, set()).add(name)
    named: dict[str, set[str]] = {}
    harmful = {"purpose.intends_harm": "yes", "purpose.has_consents": "no", "product.human_review": "no"}
    for tag in WORDS.hazards:
        found = conclude(policy, "internal use", {"purpose.hazards": tag, **harmful})
        hit = {
            f.clause for f in found.findings if f.clause in items and f.status in ("violated", "judgement")
        }
        if hit:
            named[tag] = hit
    implied = {
        tag: tags.get(tag, set()).union(*(tags.get(t, set()) for t in WORDS.hazards[tag].implies))
        for tag in WORDS.hazards
    }
    assert named == {tag: names for tag, names in implied.items() if names}
    assert set().union(*named.values()) == set(items)
    none = conclude(policy, "internal use", {"purpose.hazards": "none"})
    assert {f.status for f in none.findings if f.clause in items} == {"satisfied"}


def test_the_catalogue_is_asked_from_python_by_its_public_name() -> None:
    """Also after the package of that name was imported, which has one name with the call."""
    found = wl.catalogue()
    assert found.documents == tuple(catalogue.heads())
    assert found.models == tuple(catalogue.models())
    assert found.digest == catalogue.digest()
    assert found.document("llama-3.1").title == "Llama 3.1 Community License Agreement"


def test_lint_takes_folders_with_the_registry_in_them() -> None:
    everything = lint(())
    assert everything[1] == []
    assert lint((Path("licenses"), Path("policies"))) == everything


OTHERS = (
    "someone/Qwen3-8B-NonCommercial is not published by Alibaba Cloud (Qwen, Wan, Tongyi): by its name it is Qwen3 or "
    "made from it, and which license its own card names was not read."
)


def test_a_model_that_another_publishes_has_terms_that_nobody_read_until_they_are_named() -> None:
    named, use = "someone/Qwen3-8B-NonCommercial", "commercial product"
    assert wl.check("Qwen/Qwen3-8B", use=use).verdict == "permitted"
    report = wl.check(named, use=use)
    (finding,) = [each for each in report.findings if each.document == "catalogue"]
    assert (report.verdict, report.best, report.worst) == ("undetermined", "permitted", "prohibited")
    assert (finding.says, finding.how) == (
        f"{OTHERS} What it allows is unknown.",
        "Name the license of its card with --license.",
    )
    assert wl.check(named, license="apache-2.0", use=use).verdict == "permitted"
    assert wl.check(named, license="cc-by-nc-4.0", use=use).verdict == "not-granted"


def test_a_parent_that_another_publishes_is_named_in_a_note(tmp_path: Path) -> None:
    path = tmp_path / "lineage.yaml"
    path.write_text(
        "format: 1\nsubject: mine\nworks:\n  mine:\n    from:\n      - {work: theirs, relation: fine-tune}\n"
        "  theirs: {model: someone/Qwen3-8B-NonCommercial}\n"
    )
    report = wl.check(lineage=path, use="internal use")
    assert (report.verdict, OTHERS in report.notes) == ("permitted", True)


def test_or_later_lets_the_licensee_choose_the_version(tmp_path: Path) -> None:
    found = {name: catalogue.resolve_license(name, as_of="2026-11-21").choices for name in OR_LATER}
    assert found == OR_LATER
    merged = (
        "format: 1\nsubject: mine\nworks:\n  mine:\n    from:\n      - {work: a, relation: merge}\n"
        "      - {work: b, relation: merge}\n  a: {license: %s}\n  b: {license: GPL-3.0-only}\n"
    )
    facts = {"licensee.good_standing": "yes", "release.license": "GPL-3.0-only"}
    verdicts = []
    for license in ("GPL-2.0-or-later", "GPL-2.0-only"):
        path = tmp_path / f"{license}.yaml"
        path.write_text(merged % license)
        verdicts.append(wl.check(lineage=path, use="merge release", facts=facts).verdict)
    assert verdicts == ["conditional", "not-granted"]


OR_LATER = {
    "GPL-2.0-only": (("gpl-2.0",),),
    "GPL-2.0-or-later": (("gpl-2.0",), ("gpl-3.0",)),
    "GPL-2.0+": (("gpl-2.0",), ("gpl-3.0",)),
    "GPL-3.0-or-later": (("gpl-3.0",),),
    "LGPL-2.1-or-later": (("lgpl-2.1",), ("lgpl-3.0",)),
}
