"""The verdict of a program as one compiled function, for bulk use.

The function looks at facts in the order of the worst level and stops at the first thing that it does not know; then
the program's own tests, which know three answers, take over. So it never says more than they do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from weightlicense.condition import All, AnyOf, Atom, Condition, Constant, Not, Values, compiled, disjunction
from weightlicense.finding import BREACH, PERMITTED

if TYPE_CHECKING:
    from weightlicense.engine.program import DutyRule, Hold, Program


class _Unknown(Exception):
    """Something that the function needs is not known."""


def _unknown() -> Any:
    raise _Unknown


def _known(truth: bool | None) -> bool:  # noqa: FBT001 - the one thing it looks at
    if truth is None:
        raise _Unknown
    return truth


class _Source:
    """Python source of conditions, and the objects that it names."""

    def __init__(self, program: Program) -> None:
        self.words = program.words
        self.names: dict[str, Any] = {"unknown": _unknown, "known": _known, "Unknown": _Unknown}

    def keep(self, thing: Any) -> str:
        """A name for an object."""
        name = f"n{len(self.names)}"
        self.names[name] = thing
        return name

    def condition(self, part: Condition) -> str:
        """An expression that is the condition's answer, or raises where it is not known."""
        match part:
            case Constant(truth):
                return str(truth)
            case All(parts):
                return "(" + " and ".join(self.condition(each) for each in parts) + ")"
            case AnyOf(parts):
                return "(" + " or ".join(self.condition(each) for each in parts) + ")"
            case Not(inner):
                return f"(not {self.condition(inner)})"
            case Atom() if len(part.tests) == 1 and not part.closed:
                return self.atom(part, *part.tests[0])
            case _:
                return f"known({self.keep(compiled(part, self.words))}(V))"

    def atom(self, atom: Atom, test: str, operand: Any) -> str:
        """An expression for one test of one fact."""
        fact = self.words.fact(atom.fact)
        assert fact is not None, atom.fact
        value = f"V[{atom.key!r}]"
        if test == "is" and fact.type in ("yes-no", "word"):
            if len(operand) == 1:
                return f"({value} or unknown()) == {operand[0]!r}"
            return f"({value} or unknown()) in {self.keep(frozenset(operand))}"
        if test == "any" and fact.type in ("words", "hazards"):
            wanted = frozenset(operand)
            reach = self.words.tagged(wanted) if fact.type == "hazards" else wanted
            known = f"(x if (x := {value}).__class__ is frozenset else unknown())"
            return f"(not {known}.isdisjoint({self.keep(reach)}))"
        if test in ("above", "at-least") and atom.currency is None:
            sign = ">" if test == "above" else ">="
            return f"((x if (x := {value}).__class__ is int else unknown()) {sign} {operand!r})"
        return f"known({self.keep(compiled(atom, self.words))}(V))"

    def raised(self, level: Callable[[Values], int]) -> list[str]:
        """Lines that raise `worst` to a level that the values give."""
        return [f"level = {self.keep(level)}(V)", "if level > worst:", "    worst = level"]

    def duty(self, duty: DutyRule) -> list[str]:
        """Lines that raise `worst` by what the duty holds the verdict at."""
        attested = duty.attested
        if attested is None:
            return self.raised(duty.level)
        lines = [f"state = V[{attested!r}]", "if state is None:"]
        if duty.unshown > PERMITTED:
            lines += [f"    if worst < {duty.unshown}:", f"        worst = {duty.unshown}"]
        else:
            lines += ["    pass"]
        return [*lines, "elif state == 'unmet':", f"    worst = {BREACH}"]


def compile_verdict(program: Program) -> Callable[[Values], int | None]:
    """One function from values to the level that they settle; None where something undecided could make it worse."""
    source = _Source(program)
    levels = _levels(program)
    lines = []
    for level, condition in levels:
        lines += [f"if {source.condition(condition)}:", f"    return {level}"]
    lines.append(f"worst = {PERMITTED}")
    for claim in program.claims:
        lines += source.raised(claim.level)
    for duty in program.duties:
        lines += source.duty(duty)
    body = "\n".join(f"        {line}" for line in [*lines, "return worst"])
    text = f"def verdict(V):\n    try:\n{body}\n    except Unknown:\n        return exact(V)\n"
    names = {**source.names, "exact": _exact(program, levels)}
    exec(compile(text, f"<verdict of {', '.join(d.id for d in program.documents)}>", "exec"), names)  # noqa: S102
    found: Callable[[Values], int | None] = names["verdict"]
    return found


def _levels(program: Program) -> list[tuple[int, Condition]]:
    """For each level, the worst first, when any of its holds stands."""
    by_level: dict[int, list[Hold]] = {}
    for hold in program.holds:
        by_level.setdefault(hold.level, []).append(hold)
    return [
        (level, disjunction(hold.condition for hold in by_level[level]))
        for level in sorted(by_level, reverse=True)
    ]


def _exact(program: Program, levels: list[tuple[int, Condition]]) -> Callable[[Values], int | None]:
    """The same by tests that know three answers."""
    tests = [(level, compiled(condition, program.words)) for level, condition in levels]
    raising = [*(claim.level for claim in program.claims), *(duty.level for duty in program.duties)]

    def exact(values: Values) -> int | None:
        undecided = False
        for level, test in tests:  # what follows a level that stands cannot matter
            truth = test(values)
            if truth:
                return None if undecided else level
            if truth is None:
                undecided = True
        if undecided:
            return None
        return max((level(values) for level in raising), default=PERMITTED)

    return exact
