"""Many fact sets against one program: what depends on the same facts is told once.

A clause's finding depends on the facts that its conditions and its duty read, and on nothing else. Findings are kept by
those facts with their sources; a settled case is put together from what is kept, anything else goes the whole way.
"""

from __future__ import annotations

from operator import itemgetter
from typing import Any, Final

from msgspec import Struct

from weightlicense.condition import atoms
from weightlicense.duties import evidence
from weightlicense.engine.evaluation import Conclusion, Evaluation
from weightlicense.engine.program import DutyRule, Program, Rule
from weightlicense.finding import BREACH, VERDICTS, DutyRow, Finding
from weightlicense.usecase import Facts, Values

VARYING: Final = ("release.", "product.", "model.", "upstream.", "outputs.", "training.")
"""Facts that differ from model to model; the others are the organisation's own and seldom change in bulk."""


class _Alike(Struct):
    """Rules that read the same facts, or none that vary, in the program's order, with what was told of them."""

    rules: list[tuple[int, Rule, DutyRule | None]]
    keys: tuple[str, ...]
    told: dict[Any, tuple[tuple[Finding, ...], int, bool]]


class Evaluator:
    """Evaluates one program against any number of fact sets, with the same results as `evaluate`."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.verdict = program.bulk_verdict()
        duties = {id(duty.rule): duty for duty in program.duties}
        read: dict[tuple[str, ...], list[tuple[int, Rule, DutyRule | None]]] = {}
        steady: dict[str, None] = {}
        for index, rule in enumerate(program.rules):
            duty = duties.get(id(rule))
            keys = _keys(rule, duty, program)
            if not any(name.startswith(VARYING) for name in keys):
                steady |= dict.fromkeys(keys)
                keys = ()
            read.setdefault(keys, []).append((index, rule, duty))
        groups = [_Alike(rules=rules, keys=keys or tuple(steady), told={}) for keys, rules in read.items()]
        self.alike = [(group, itemgetter(*group.keys) if group.keys else _nothing) for group in groups]
        self.whole: dict[tuple[int, ...], tuple[tuple[Finding, ...], tuple[DutyRow, ...]]] = {}
        self.is_plain = not (program.silences or program.unknowns or program.conflicts or program.claims)
        self.notes: dict[Any, tuple[str, ...]] = {}
        every = dict.fromkeys(key for group in groups for key in group.keys)
        self.unseen: dict[str, Any] = dict.fromkeys(every)
        # Keys that are resolved for a document or a period; all others stand as declared.
        self.resolved = tuple(key for key in every if key.endswith("]") or "@" in key)
        closed = {
            a.key
            for rule in program.rules
            for part in (rule.exempt, rule.lifted)
            for a in atoms(part)
            if a.closed
        }
        facts = (program.words.fact(key.partition("[")[0]) for key in closed)
        openers = {name for fact in facts if fact is not None for name, _values in fact.opened_by}
        self.closed = tuple(sorted(closed | openers))

    def conclude(self, facts: Facts, *, as_of: str) -> Conclusion:
        """The conclusion for one fact set; `as_of` is the report's date (ISO)."""
        program = self.program
        values = Values(facts, as_of=as_of, roots=program.roots, asked_by=program.asked_by)
        level = self.verdict(values)
        if (
            level is None
            or not self.is_plain
            or facts.contradictions
            or values["product.discloses_ai"] == "no"
        ):
            return Evaluation(program, facts, as_of).conclusion()
        marks = facts.sheet.marks
        seen = {**self.unseen, **marks}
        for key in self.resolved:
            if values[key] is not None:
                seen[key] = marks.get(values.origin(key))
        worst, is_allowed = level, level <= BREACH
        parts: list[tuple[Finding, ...]] = []
        for group, getter in self.alike:
            read = getter(seen)
            told = group.told.get(read)
            if told is None:
                told = group.told[read] = self._tell(group, facts, as_of)
            findings, could_be, is_open = told
            if is_open and is_allowed:
                return Evaluation(program, facts, as_of).conclusion()
            if could_be > worst and is_allowed:
                worst = could_be
            parts.append(findings)
        mark = tuple(map(id, parts))
        whole = self.whole.get(mark)
        if whole is None:
            whole = self.whole[mark] = (self._ordered(parts), Evaluation(program, facts, as_of).duty_rows())
        return Conclusion(
            verdict=VERDICTS[level],
            best=VERDICTS[level],
            worst=VERDICTS[worst],
            findings=whole[0],
            questions=(),
            duties=whole[1],
            notes=self._notes(facts, values, as_of),
        )

    def _tell(self, group: _Alike, facts: Facts, as_of: str) -> tuple[tuple[Finding, ...], int, bool]:
        """The findings of some rules, the worst that their duties could come to, and whether a trigger is open."""
        evaluation = Evaluation(self.program, facts, as_of)
        holds = evaluation.grant_holds()
        findings = tuple(evaluation.finding(rule, duty, holds) for _index, rule, duty in group.rules)
        duties = [duty for _index, _rule, duty in group.rules if duty is not None]
        worst = max((evaluation.duty_worst(duty) for duty in duties), default=0)
        is_open = any(duty.phase == "act" and duty.test(evaluation.values) is None for duty in duties)
        return findings, worst, is_open

    def _ordered(self, parts: list[tuple[Finding, ...]]) -> tuple[Finding, ...]:
        placed: list[tuple[int, Finding]] = []
        for (group, _getter), findings in zip(self.alike, parts, strict=True):
            placed.extend(
                (index, finding) for (index, _r, _d), finding in zip(group.rules, findings, strict=True)
            )
        return tuple(finding for _index, finding in sorted(placed, key=lambda row: row[0]))

    def _notes(self, facts: Facts, values: Values, as_of: str) -> tuple[str, ...]:
        key = (facts.sheet.unperiodic, *(values[name] for name in self.closed))
        found = self.notes.get(key)
        if found is None:
            found = self.notes[key] = tuple(Evaluation(self.program, facts, as_of).notes())
        return found


def _nothing(_seen: dict[str, Any]) -> None:
    return None


def _keys(rule: Rule, duty: DutyRule | None, program: Program) -> tuple[str, ...]:
    """Every key that a rule's finding may read; a grant's finding also depends on the other grants of its acts."""
    parts = [rule.attached, rule.exempt, rule.trigger, rule.lifted]
    if rule.clause.kind == "grant":
        parts += [hold.condition for hold in program.holds if rule.reference in hold.by]
    found = {atom.key: None for part in parts for atom in atoms(part)}
    found |= {name: None for part in parts for atom in atoms(part) for name, _values in atom.opened_by}
    if rule.judged is not None:
        found[rule.judged.key] = None
    if duty is not None:
        found |= dict.fromkeys(evidence(rule.clause.then, rule.root, program.words))
    return tuple(found)
