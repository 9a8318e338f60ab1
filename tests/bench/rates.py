"""Evaluations a second of Llama 3.1 with its policy, against zen-engine on the same clauses and facts."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import zen

from weightlicense import catalogue, engine
from weightlicense import condition as c
from weightlicense.engine.bulk import Evaluator
from weightlicense.usecase import Facts, Values
from weightlicense.vocabulary import vocabulary

AS_OF = "2026-11-21"
FACTS = {
    "licensee.monthly_active_users": "10000000",
    "licensee.sues_licensor": "no",
    "licensee.sanctioned": "no",
    "licensee.terminated": "no",
    "purpose.hazards": "none",
    "purpose.has_consents": "yes",
    "purpose.intends_harm": "no",
    "product.human_review": "yes",
    "licensee.received_as": "direct",
    "licensee.separate_license": "no",
    "release.model_name": "Llama-3.1-Med-8B",
    "release.license_copy": "yes",
    "release.displays": "Built with Llama",
    "release.notice": "Llama 3.1 is licensed under the Llama 3.1 Community License, Copyright © Meta Platforms, Inc. "
    "All Rights Reserved.",
    "duty.follow-brand-guidelines": "met",
    "judgement.llama-3.1-aup/essential-services": "does-not-apply",
}
WORDS = vocabulary()


def rate(work: Callable[[], Any], seconds: float = 2.0) -> float:
    """Calls a second, of the best of three rounds."""
    best = 0.0
    for _ in range(3):
        count, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds / 3:
            work()
            count += 1
        best = max(best, count / (time.perf_counter() - start))
    return best


def expression(part: c.Condition) -> str:
    """A condition in zen's expression language."""
    match part:
        case c.Constant(truth):
            return "true" if truth else "false"
        case c.All(parts):
            return "(" + " and ".join(expression(p) for p in parts) + ")"
        case c.AnyOf(parts):
            return "(" + " or ".join(expression(p) for p in parts) + ")"
        case c.Not(inner):
            return f"not({expression(inner)})"
        case c.Atom():
            return "(" + " and ".join(test(part, name, operand) for name, operand in part.tests) + ")"
        case _:
            raise AssertionError(part)


def variable(key: str) -> str:
    return "".join(sign if sign.isalnum() else "_" for sign in key)


def test(atom: c.Atom, name: str, operand: Any) -> str:
    key = variable(atom.key)
    match name:
        case "above":
            return f"{key} > {operand}"
        case "is":
            return f"{key} in {json.dumps(list(operand))}"
        case "any":
            return f"some({key}, # in {json.dumps(list(operand))})"
        case _:
            raise AssertionError(name)


def main() -> None:
    group = engine.Group(root="llama-3.1", documents=catalogue.together("llama-3.1"))
    acts = WORDS.closure(("fine-tune", "distribute"))
    program = engine.build([group], acts, WORDS)
    facts = Facts()
    for name, value in FACTS.items():
        facts.give(name, value)
    values = Values(facts, as_of=AS_OF, roots=program.roots, asked_by=program.asked_by)
    context: dict[str, Any] = {}
    rows = []
    for index, rule in enumerate(program.rules):
        rows.append({"id": f"e{index}", "key": f"r{index}", "value": expression(rule.applies)})
        for atom in c.atoms(rule.applies):
            value = values[atom.key]
            context[variable(atom.key)] = sorted(value) if isinstance(value, frozenset) else value
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode", "position": {"x": 0, "y": 0}},
        {
            "id": "all", "name": "all", "type": "expressionNode", "position": {"x": 0, "y": 0},
            "content": {"expressions": rows},
        },
        {"id": "out", "name": "out", "type": "outputNode", "position": {"x": 0, "y": 0}},
    ]  # fmt: skip
    edges = [
        {"id": "a", "type": "edge", "sourceId": "in", "targetId": "all"},
        {"id": "b", "type": "edge", "sourceId": "all", "targetId": "out"},
    ]
    decision = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    answer = decision.evaluate(context)["result"]
    ours = [rule.test(values) for rule in program.rules]
    assert [answer[f"r{index}"] for index in range(len(rows))] == ours, (
        "the two do not evaluate the same clauses"
    )

    verdict = program.bulk_verdict()
    assert verdict(values) is not None
    evaluator = Evaluator(program)
    assert evaluator.conclude(facts, as_of=AS_OF) == engine.evaluate(program, facts, as_of=AS_OF)
    zen_rate = rate(lambda: decision.evaluate(context))
    to_verdict = rate(lambda: verdict(values))
    to_findings = rate(lambda: evaluator.conclude(facts, as_of=AS_OF))
    print(
        f"zen-engine: {zen_rate:,.0f} evaluations a second of {len(rows)} clauses, the baseline of the next lines"
    )
    print(f"to a verdict: {to_verdict:,.0f} a second, {to_verdict / zen_rate:.1f} times zen-engine (bar 50)")
    print(
        f"to full findings: {to_findings:,.0f} a second, {to_findings / zen_rate:.1f} times zen-engine (bar 10)"
    )


if __name__ == "__main__":
    main()
