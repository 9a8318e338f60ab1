"""One evaluation: the values, the search over what is unknown, and the telling of each clause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from weightlicense.condition import Atom, Condition, atoms, value_test
from weightlicense.duties import evidence
from weightlicense.engine.program import (
    Claim,
    Conflict,
    DutyRule,
    Hold,
    Program,
    Rule,
    Silence,
    Unknown,
)
from weightlicense.engine.search import Assumed, Cell, Component, Search, number_label
from weightlicense.finding import (
    BREACH,
    PERMITTED,
    UNDETERMINED,
    VERDICTS,
    Answer,
    DutyRow,
    FactUsed,
    Finding,
    Question,
    Status,
    allowed,
)
from weightlicense.usecase import Facts
from weightlicense.usecase import Values as FactValues
from weightlicense.vocabulary import JUDGEMENT_PREFIX, MISSING_PREFIX, Fact, Vocabulary

STATUS_ORDER = ("violated", "judgement", "undecided", "open", "satisfied", "not-applicable")


class Conclusion(Struct, frozen=True, kw_only=True):
    """What the clauses come to for a use; a report adds the subject and the date."""

    verdict: str
    best: str
    worst: str
    findings: tuple[Finding, ...]
    questions: tuple[Question, ...]
    duties: tuple[DutyRow, ...]
    notes: tuple[str, ...]


class Evaluation:
    """A program held against the facts of one use."""

    def __init__(self, program: Program, facts: Facts, as_of: str) -> None:
        self.program, self.facts, self.as_of = program, facts, as_of
        self.words: Vocabulary = program.words
        self.values = FactValues(facts, as_of=as_of, roots=program.roots, asked_by=program.asked_by)
        self.search = Search(program.holds, self.values, self.words)
        self.certain = [hold for hold in program.holds if hold.test(self.values)]

    def conclusion(self) -> Conclusion:
        established = max(
            [
                PERMITTED,
                *(hold.level for hold in self.certain),
                *(duty.level(self.values) for duty in self.program.duties),
                *(claim.level(self.values) for claim in self.program.claims),
            ]
        )
        best = max([established, *(self.search.best(component) for component in self.search.components)])
        worst = max(
            [
                best,
                *(
                    hold.level
                    for hold in self.search.holds
                    if hold.level > best and self.search.can_hold(hold)
                ),
                *(self.duty_worst(duty) for duty in self.program.duties),
            ]
        )
        settled = allowed(best) == allowed(worst)
        return Conclusion(
            verdict=VERDICTS[best] if settled else UNDETERMINED,
            best=VERDICTS[best],
            worst=VERDICTS[worst],
            findings=tuple(self._findings()),
            questions=tuple(self._questions(settled=settled, best=best)),
            duties=self.duty_rows(),
            notes=tuple(self.notes()),
        )

    # --- levels

    def duty_worst(self, duty: DutyRule) -> int:
        """What the duty could come to: a breach, where it is not met and may apply, or a person may say so."""
        applies = duty.test(self.values)
        if applies is False or duty.show(self.values) not in ("unmet", "judgement"):
            return PERMITTED
        return BREACH

    # --- findings

    def _findings(self) -> Iterator[Finding]:
        duties = {id(duty.rule): duty for duty in self.program.duties}
        holds = self.grant_holds()
        for rule in self.program.rules:
            yield self.finding(rule, duties.get(id(rule)), holds)
        yield from self.other_findings()

    def other_findings(self) -> Iterator[Finding]:
        """What no clause says: silence, what is not at hand, conflicts, claims and contradictions."""
        for silence in self.program.silences:
            if not silence.grants:
                yield self._silent(silence)
        for unknown in self.program.unknowns:
            yield self._open(unknown)
        for conflict in self.program.conflicts:
            if conflict.test(self.values) is not False:
                yield self._conflict(conflict)
        for claim in self.program.claims:
            state = claim.state(self.values)
            if state is not None:
                yield self._claim(claim.claim, state)
        yield from self._contradictions()

    def grant_holds(self) -> dict[str, list[Hold]]:
        """For each grant, the holds of the acts that it covers."""
        grants = {rule.reference for rule in self.program.rules if rule.clause.kind == "grant"}
        found: dict[str, list[Hold]] = {}
        for hold in self.program.holds:
            for reference in hold.by:
                if reference in grants:
                    found.setdefault(reference, []).append(hold)
        return found

    def finding(self, rule: Rule, duty: DutyRule | None, holds: dict[str, list[Hold]]) -> Finding:
        """What one clause says about the use; `holds` are those of the acts that each grant covers."""
        clause = rule.clause
        status, note = self._status(rule, duty, holds.get(rule.reference, []))
        used, missing = self._facts_of(rule, duty)
        effect = clause.then.effect
        if clause.kind == "grant":
            effect = "needs-license" if clause.then.effect == "needs-license" else "not-granted"
        return Finding(
            document=rule.document.id,
            clause=clause.id,
            at=clause.at,
            kind=clause.kind,
            act=rule.acts,
            status=status,
            effect=effect,
            duty=clause.then.duty,
            says=clause.says,
            how=clause.then.how or (self.words.duties[clause.then.duty].how if clause.then.duty else None),
            reading=clause.reading,
            doubt=clause.doubt,
            facts_used=used,
            missing=missing if status in ("undecided", "open", "judgement") else (),
            judge=rule.judge if status == "judgement" else None,
            gloss=tuple((gloss.says, gloss.source, gloss.url) for gloss in clause.gloss),
            note=note,
            path=rule.path,
        )

    def _status(self, rule: Rule, duty: DutyRule | None, holds: list[Hold]) -> tuple[Status, str | None]:
        values = self.values
        attached = rule.attaches(values)
        if attached is False or (rule.clause.acts and not rule.acts):
            return "not-applicable", None
        if rule.exempts(values):
            return "not-applicable", "exempt"
        if duty is not None:
            return self._duty_status(rule, duty)
        effect = rule.clause.then.effect
        if rule.clause.kind == "grant":
            return self._grant_status(rule, holds)
        if effect == "none":
            return self._informative_status(rule)
        if effect == "duty":
            return "not-applicable", None
        truth = rule.test(values)
        if truth is False:
            return "satisfied", self._judged_note(rule)
        if truth is None:
            return ("judgement" if self._only_a_person(rule) else "undecided"), None
        if rule.lifts(values):
            return "satisfied", "lifted by the separate license that is declared"
        return "violated", self._judged_note(rule)

    def _only_a_person(self, rule: Rule) -> bool:
        """Whether a person's decision is all that is missing."""
        if rule.judged is None or self.values[rule.judged.key] is not None:
            return False
        decided = Assumed(self.values)
        decided[rule.judged.key] = "applies"
        return bool(rule.test(decided))

    def _judged_note(self, rule: Rule) -> str | None:
        given = self.facts.given.get(rule.judged.key) if rule.judged else None
        if given is None:
            return None
        detail = ", ".join(f"{key} {value}" for key, value in given.detail)
        return f"decided by a person: {given.text}" + (f" ({detail})" if detail else "")

    def _grant_status(self, rule: Rule, holds: list[Hold]) -> tuple[Status, str | None]:
        exempt, trigger = rule.exempts(self.values), rule.triggers(self.values)
        judged = None if rule.judged is None else self.values[rule.judged.key]
        if exempt is False and trigger and (rule.judged is None or judged == "applies"):
            return "satisfied", None
        tests = [hold.test(self.values) for hold in holds]
        if True in tests:
            return "violated", None
        if None in tests:
            by_person = rule.judged is not None and judged is None and trigger
            return ("judgement" if by_person else "undecided"), None
        return "not-applicable", None

    def _informative_status(self, rule: Rule) -> tuple[Status, str | None]:
        if rule.clause.when is None:
            return "not-applicable", None
        truth = rule.test(self.values)
        if truth is None:
            return "undecided", "whatever the answer, it does not move the verdict"
        if not truth:
            return "not-applicable", None
        if rule.clause.then.ends:
            return "violated", "only the patent license ends; the verdict is of the rest"
        return "not-applicable", None

    def _duty_status(self, rule: Rule, duty: DutyRule) -> tuple[Status, str | None]:
        applies, state = duty.test(self.values), duty.show(self.values)
        if applies is False:
            return "not-applicable", self._judged_note(rule)
        if state == "met":
            return "satisfied", None
        if applies is None:
            if rule.judged is not None and rule.triggers(self.values):
                return "judgement", None
            return "open", "whether it applies is undecided"
        match state:
            case "unmet":
                return "violated", _cure_note(rule)
            case "judgement":
                return "judgement", "the words stand there in another letter case"
            case _:
                return "open", None

    def _facts_of(self, rule: Rule, duty: DutyRule | None) -> tuple[dict[str, FactUsed], tuple[str, ...]]:
        conditions: list[Condition] = [rule.attached, rule.exempt, rule.trigger, rule.lifted]
        keys: dict[str, Atom | None] = {atom.key: atom for part in conditions for atom in atoms(part)}
        if rule.judged is not None:
            keys[rule.judged.key] = rule.judged
        if duty is not None:
            keys |= dict.fromkeys(evidence(rule.clause.then, rule.root, self.words))
        used: dict[str, FactUsed] = {}
        missing: list[str] = []
        for key, atom in keys.items():
            if self.values[key] is None:
                if (atom is None or not atom.closed) and not key.startswith((JUDGEMENT_PREFIX, "duty.")):
                    missing.append(self.name(key))
                continue
            origin = self.values.origin(key)
            fact = self.facts.used(origin) or self.facts.used(self.name(origin))
            if fact is not None:
                used[self.name(origin)] = fact
                if atom is not None and key not in missing and self._is_coarse(atom):
                    missing.append(self.name(key))
        return used, tuple(missing)

    def _is_coarse(self, atom: Atom) -> bool:
        return value_test(atom, self.words)(self.values[atom.key]) is None

    def _silent(self, silence: Silence) -> Finding:
        lost = silence.test(self.values)
        return Finding(
            document=silence.document.id,
            clause=f"silence-{silence.act}",
            at="",
            kind="grant",
            act=(silence.act,),
            status="violated" if lost else "undecided" if lost is None else "not-applicable",
            effect=VERDICTS[silence.level],
            says=f"No clause of the text grants the act {silence.act}: silence is no permission.",
            path=silence.path,
        )

    def _open(self, unknown: Unknown) -> Finding:
        given = self.facts.given.get(unknown.key) if unknown.judge else None
        status: Status = "undecided" if unknown.judge is None else "judgement"
        if given is not None:
            status = "violated" if given.value == "applies" else "satisfied"
        return Finding(
            document=unknown.document,
            clause=unknown.clause,
            at=unknown.at,
            kind=unknown.kind,
            act=self._ordered(self.program.acts),
            status=status,
            effect="prohibited",
            says=unknown.says,
            how=unknown.how,
            missing=unknown.missing,
            judge=unknown.judge if status == "judgement" else None,
            path=unknown.path,
        )

    def _conflict(self, conflict: Conflict) -> Finding:
        first, second = sorted(conflict.rules, key=lambda rule: bool(rule.path))
        return Finding(
            document=second.document.id,
            clause=f"{second.clause.id}-conflict",
            at=second.clause.at,
            kind="conflict",
            act=tuple(act for act in second.acts if act in first.acts) or second.acts,
            status="violated" if conflict.test(self.values) else "undecided",
            effect="not-granted",
            duty=second.clause.then.duty,
            says=f"{conflict.says} ({first.reference} and {second.reference})",
            how="Leave out one of the two, or ask a licensor for other terms.",
            path=second.path,
        )

    def _claim(self, claim: Claim, state: str) -> Finding:
        duty = self.words.duties["keep-terms"]
        more = f" (and {claim.more} more)" if claim.more else ""
        own = "which terms are unknown" if claim.state == "open" else "which leaves those terms out"
        return Finding(
            document=claim.document,
            clause=f"keep-terms-{claim.work}",
            at="",
            kind="duty",
            act=self._ordered(self.program.acts),
            status="violated" if state == "unmet" else "open",
            effect="duty",
            duty=duty.name,
            says=f"{claim.work}{more} declares {claim.claimed}, {own}; it comes from {claim.path[0]} and "
            f"inherits {claim.document}.",
            how=duty.how,
            path=claim.path,
        )

    def _contradictions(self) -> Iterator[Finding]:
        for contradiction in self.facts.contradictions:
            yield self._contradiction(contradiction.fact, " and ".join(contradiction.between))
        hazards, told = self.values["purpose.hazards"], self.values["product.discloses_ai"]
        asked = any(
            rule.clause.then.duty == "disclose-ai"
            or any(
                atom.fact == "purpose.hazards" and "undisclosed-ai" in str(atom.tests)
                for atom in atoms(rule.trigger)
            )
            for rule in self.program.rules
        )
        if hazards is not None and told == "no" and "undisclosed-ai" not in hazards and asked:
            yield self._contradiction(
                "product.discloses_ai", "product.discloses_ai=no and purpose.hazards without undisclosed-ai"
            )

    def _contradiction(self, fact: str, between: str) -> Finding:
        return Finding(
            document="facts",
            clause=fact,
            at="",
            kind="contradiction",
            act=(),
            status="violated",
            effect="none",
            says=f"Two statements about the use do not fit together: {between}. The first, or the more specific, counts.",
            how="Correct the one that is wrong.",
        )

    def _ordered(self, acts: Iterable[str]) -> tuple[str, ...]:
        chosen = set(acts)
        return tuple(act for act in self.words.acts if act in chosen)

    # --- questions

    def _questions(self, *, settled: bool, best: int) -> Iterator[Question]:
        asked: dict[str, None] = {}
        first: set[str] = set()
        if not settled:
            for component in self._crossing():
                keys = [
                    key
                    for key in component.keys
                    if self._askable(key) and (key in asked or self.search.crosses(component, key))
                ]
                first.update(self.search.smallest(component, keys))
                asked |= dict.fromkeys(keys)
        for key in sorted(asked, key=lambda key: key not in first):
            yield self._question(key, first=key in first)
        if allowed(best):
            yield from self._duty_questions(asked)

    def _crossing(self) -> Iterator[Component]:
        for component in self.search.components:
            if any(not allowed(hold.level) for hold in component.holds):
                yield component

    def _askable(self, key: str) -> bool:
        return not key.startswith((JUDGEMENT_PREFIX, MISSING_PREFIX))

    def _question(self, key: str, *, first: bool) -> Question:
        fact = self._fact(key)
        rows: list[tuple[Cell, str, tuple[str, ...]]] = []
        decides: dict[str, None] = {}
        for cell, caught, open_ in self.search.answers(key):
            worst = max(caught, key=lambda hold: hold.level, default=None)
            effect = VERDICTS[worst.level] if worst else "undecided" if open_ else "goes-on"
            rows.append((cell, effect, tuple(reference for hold in caught for reference in hold.by)))
        for hold in self.search.holds:
            if any(variable[0] == key for variable in self.search.variables[id(hold)]):
                decides |= dict.fromkeys(hold.by)
        return Question(
            fact=self.name(key),
            ask=_ask(fact, key),
            type=fact.type,
            decides=tuple(decides),
            leads_to=tuple(_answers(rows, is_number=fact.type == "number")),
            first=first,
            values=self._choices(fact, rows),
        )

    def _choices(self, fact: Fact, rows: list[tuple[Cell, str, tuple[str, ...]]]) -> tuple[str, ...]:
        match fact.type:
            case "yes-no":
                return ("yes", "no")
            case "word":
                return fact.values
            case "words" | "hazards":
                return tuple(cell.label for cell, _effect, _by in rows)
            case _:
                return ()

    def _duty_questions(self, asked: dict[str, None]) -> Iterator[Question]:
        """The undecided triggers of duties of acts that nothing shows to be met."""
        found: dict[str, dict[str, None]] = {}
        for duty in self.program.duties:
            if duty.phase != "act" or duty.test(self.values) is not None or duty.show(self.values) == "met":
                continue
            for part in (duty.rule.attached, duty.rule.exempt, duty.rule.trigger):
                for atom in atoms(part):
                    if atom.key not in asked and self.search.is_open(atom):
                        found.setdefault(atom.key, {})[duty.rule.reference] = None
        for key, references in found.items():
            fact = self._fact(key)
            yield Question(
                fact=self.name(key),
                ask=_ask(fact, key),
                type=fact.type,
                decides=tuple(references),
                leads_to=(),
                first=False,
                about="duty",
                values=("yes", "no") if fact.type == "yes-no" else fact.values,
            )

    def _fact(self, key: str) -> Fact:
        fact = self.words.fact(key.partition("@")[0].partition("[")[0])
        assert fact is not None, key
        return fact

    def name(self, key: str) -> str:
        """A key as people write it: without `@now`, and without the document where one asks."""
        if key.endswith("]"):
            name = key.partition("[")[0]
            return name if self.program.asked_by.get(name, 0) <= 1 else key
        name, _, period = key.partition("@")
        return name if period in ("now", "any", "preceding") else key

    # --- duties and notes

    def duty_rows(self) -> tuple[DutyRow, ...]:
        """The duties that apply, each once whatever the number of clauses that ask for it."""
        asked: dict[tuple[str, Any], list[DutyRow]] = {}
        for duty in self.program.duties:
            clause = duty.rule.clause
            status, _note = self._status(duty.rule, duty, [])
            if status == "not-applicable":
                continue
            assert clause.then.duty is not None
            known = self.words.duties[clause.then.duty]
            row = DutyRow(
                duty=known.name,
                phase=known.phase,
                parameters=clause.then.parameters,
                status=status,
                required_by=(duty.rule.reference,),
                at=(clause.at,),
                how=clause.then.how or known.how,
                means=known.means,
                cure_allowed=clause.then.cure.allowed if clause.then.cure else None,
                cure_days=clause.then.cure.days if clause.then.cure else None,
            )
            asked.setdefault((known.name, clause.then.parameters), []).append(row)
        rows = [_merged(same) for same in asked.values()]
        known = self.words.duties["keep-terms"]
        for rule in self.program.claims:
            claim, state = rule.claim, rule.state(self.values)
            if state is None:
                continue
            row = DutyRow(
                duty=known.name,
                phase=known.phase,
                parameters=(("documents", (claim.document,)),),
                status="violated" if state == "unmet" else "open",
                required_by=(f"{claim.document}/keep-terms-{claim.work}",),
                at=(),
                how=known.how,
                means=known.means,
            )
            rows.append(row)
        return tuple(rows)

    def notes(self) -> Iterator[str]:
        """What the report must say beside the clauses: what counts as not held, for every period, or can change."""
        closed: dict[str, None] = {}
        for rule in self.program.rules:
            if rule.attaches(self.values) is False:
                continue
            for part in (rule.exempt, rule.lifted):
                for atom in atoms(part):
                    if atom.closed and self.values[atom.key] is None and not self.search.is_open(atom):
                        closed[self.name(atom.key)] = None
        for name in closed:
            yield f"{name} is not declared: no permission or exemption that rests on it is counted."
        for key, text in self.facts.sheet.unperiodic:
            fact = self.words.facts[key]
            yield f"{key}={text} is declared without a period and is taken for every {fact.period}."
        for name, count in self.program.asked_by.items():
            if count > 1 and name in self.facts.given:
                yield (
                    f"{name} is given without a license's name, and {count} licenses ask for it, each of its own: it counts "
                    f"for none. Write {name}[{next(iter(self.program.roots.values()))}] and so on."
                )
        for document in self.program.documents:
            for row in document.incorporates:
                if row.mutable and row.policy is not None:
                    yield f"{row.title} can change at its address; the version read on {self._read_on(row.policy)} is encoded."

    def _read_on(self, document_id: str) -> str:
        return next((d.read_on for d in self.program.documents if d.id == document_id), "an unknown date")


MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def _ask(fact: Fact, key: str) -> str:
    """The question of a fact, with the month or year that is meant."""
    period = key.partition("@")[2]
    if not period:
        return fact.ask
    year, _, month = period.partition("-")
    if not year.isdigit():
        spoken = "in any one" if period == "any" else "in the last full"
        return fact.ask.replace("in that", spoken)
    named = f"{MONTHS[int(month) - 1]} {year}" if month else year
    return fact.ask.replace("in that month", f"in {named}").replace("in that year", f"in {named}")


def _cure_note(rule: Rule) -> str | None:
    cure = rule.clause.then.cure
    if cure is None:
        return None
    if not cure.allowed:
        return "the text allows no cure"
    return f"a breach may be cured within {cure.days} days" if cure.days else "a breach may be cured"


def _merged(rows: list[DutyRow]) -> DutyRow:
    """One row of those that ask for the same: it says what the worst of them ask, and of which document where not all do."""
    if len(rows) == 1:
        return rows[0]
    status = min((row.status for row in rows), key=STATUS_ORDER.index)
    documents = {row.required_by[0].partition("/")[0]: None for row in rows}
    worst: dict[str, str] = {}
    for row in rows:
        if row.status == status:
            worst.setdefault(row.required_by[0].partition("/")[0], row.how)
    hows = dict.fromkeys(worst.values())
    if len(hows) > 1 or worst.keys() != documents.keys():
        hows = dict.fromkeys(f"{document}: {how}" for document, how in worst.items())
    return replace(
        rows[0],
        status=status,
        required_by=tuple(row.required_by[0] for row in rows),
        at=tuple(dict.fromkeys(at for row in rows for at in row.at)),
        how=" ".join(hows),
    )


def _answers(rows: list[tuple[Cell, str, tuple[str, ...]]], *, is_number: bool) -> Iterator[Answer]:
    """Cells with the same outcome together, in their order."""
    if is_number:
        run: list[tuple[Cell, str, tuple[str, ...]]] = []
        for row in [*rows, None]:
            if run and (row is None or row[1:] != run[0][1:]):
                yield Answer(answer=number_label(run[0][0], run[-1][0]), effect=run[0][1], by=run[0][2])
                run = []
            if row is not None:
                run.append(row)
        return
    grouped: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for cell, effect, by in rows:
        grouped.setdefault((effect, by), []).append(cell.label)
    for (effect, by), labels in grouped.items():
        yield Answer(answer=", ".join(labels), effect=effect, by=by)
