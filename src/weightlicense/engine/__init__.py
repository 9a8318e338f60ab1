"""The rule engine: documents and a use in, a conclusion out. Pure: no file, clock, colour or YAML."""

from __future__ import annotations

from weightlicense.engine.evaluation import Conclusion, Evaluation
from weightlicense.engine.program import Claim, Group, Program, Unknown, build
from weightlicense.usecase import Facts

__all__ = ["Claim", "Conclusion", "Evaluation", "Group", "Program", "Unknown", "build", "evaluate"]


def evaluate(program: Program, facts: Facts, *, as_of: str) -> Conclusion:
    """Evaluate compiled documents against facts; `as_of` is the report's date (ISO).

    For many fact sets against one program take `weightlicense.engine.bulk.Evaluator`.
    """
    return Evaluation(program, facts, as_of).conclusion()
