"""What the engine says: findings, verdicts, questions, duties, and the report that holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from weightlicense.change import Changes, Offering
    from weightlicense.decision import PolicyDecision
    from weightlicense.descent import Descent

VERDICTS: Final = ("permitted", "conditional", "breach", "needs-license", "not-granted", "prohibited")
PERMITTED, CONDITIONAL, BREACH, NEEDS_LICENSE, NOT_GRANTED, PROHIBITED = range(6)
UNDETERMINED: Final = "undetermined"
LEVELS: Final = {name: level for level, name in enumerate(VERDICTS)}
EXIT_CODES: Final = {"permitted": 0, "conditional": 0, UNDETERMINED: 3}

Status = Literal["not-applicable", "satisfied", "violated", "open", "undecided", "judgement"]


def allowed(level: int) -> bool:
    """Whether a verdict of that level lies on the allowed side of the line."""
    return level <= BREACH


class FactUsed(Struct, frozen=True, kw_only=True):
    """A fact with its value as text, and where it came from (declared, observed, derived, assumed)."""

    value: str
    source: str


class Finding(Struct, frozen=True, kw_only=True):
    """What one clause says about the use.

    `act` are the acts of the use that it attaches to; `missing` the facts whose absence leaves it undecided;
    `path` the works by way of which it applies, from the ancestor to the subject.
    """

    document: str
    clause: str
    at: str
    kind: str
    act: tuple[str, ...]
    status: Status
    effect: str
    says: str
    duty: str | None = None
    how: str | None = None
    reading: str | None = None
    doubt: str | None = None
    quote: str | None = None
    url: str | None = None
    facts_used: dict[str, FactUsed] = {}
    missing: tuple[str, ...] = ()
    judge: str | None = None
    gloss: tuple[tuple[str, str, str | None], ...] = ()
    note: str | None = None
    path: tuple[str, ...] = ()

    @property
    def reference(self) -> str:
        """`document/clause`, as `explain` takes it."""
        return f"{self.document}/{self.clause}"


class Answer(Struct, frozen=True, kw_only=True):
    """What one answer to a question would lead to: `effect` is goes-on, undecided or an effect, `by` the clauses."""

    answer: str
    effect: str
    by: tuple[str, ...] = ()


class Question(Struct, frozen=True, kw_only=True):
    """A fact that would settle something; `first` marks a smallest set that settles the answer."""

    fact: str
    ask: str
    type: str
    decides: tuple[str, ...]
    leads_to: tuple[Answer, ...]
    first: bool
    about: Literal["verdict", "duty"] = "verdict"
    values: tuple[str, ...] = ()


class DutyRow(Struct, frozen=True, kw_only=True):
    """One duty, whatever the number of clauses that ask for it."""

    duty: str
    phase: str
    parameters: tuple[tuple[str, Any], ...]
    status: Status
    required_by: tuple[str, ...]
    at: tuple[str, ...]
    how: str
    means: str
    cure_allowed: bool | None = None
    cure_days: int | None = None


class TextGiven(Struct, frozen=True, kw_only=True):
    """The user's own copy of a text, and how it matches the one encoded."""

    path: str
    sha256: str
    match: str
    document: str
    altered: tuple[str, ...] = ()


class Subject(Struct, frozen=True, kw_only=True):
    """What was asked about; `declared` is the license as it was asked for, choices and all."""

    model: str | None
    license: str
    title: str
    text: TextGiven | None = None
    more_texts: tuple[TextGiven, ...] = ()
    note: str | None = None
    declared: str | None = None

    @property
    def texts(self) -> tuple[TextGiven, ...]:
        """The user's own copies: `text`, and those of other documents that were given beside it."""
        return () if self.text is None else (self.text, *self.more_texts)

    @property
    def name(self) -> str:
        """The model where one was named, else the license."""
        return self.model or self.license


class Testified(Struct, frozen=True, kw_only=True):
    """What one witness of an audit says, as plain data fit for display."""

    source: str
    place: str
    says: dict[str, Any]


class Disagreement(Struct, frozen=True, kw_only=True):
    """Statements about one fact, or about the license, that do not fit together; the first is the one that counts."""

    fact: str
    between: tuple[str, ...]


class NotRead(Struct, frozen=True, kw_only=True):
    """A file of which nothing is concluded, and why."""

    path: str
    reason: str


class Report(Struct, frozen=True, kw_only=True):
    """The answer: a verdict with its range, and everything that it rests on."""

    tool_version: str
    catalogue_digest: str
    as_of: str
    verdict: str
    best: str
    worst: str
    subject: Subject
    use: str
    acts: tuple[str, ...]
    facts: dict[str, FactUsed]
    findings: tuple[Finding, ...]
    questions: tuple[Question, ...]
    duties: tuple[DutyRow, ...]
    notes: tuple[str, ...] = ()
    policies: tuple[PolicyDecision, ...] = ()
    lineage: Descent | None = None
    changes: Changes | None = None
    offering: Offering | None = None
    witnesses: tuple[Testified, ...] | None = None
    contradictions: tuple[Disagreement, ...] = ()
    unread: tuple[NotRead, ...] = ()

    @property
    def is_audit(self) -> bool:
        """Whether it is of a directory, whose witnesses it names."""
        return self.witnesses is not None

    @property
    def denials(self) -> tuple[PolicyDecision, ...]:
        """The policies of organisations that deny the use."""
        return tuple(policy for policy in self.policies if policy.decision == "deny")

    @property
    def exit_code(self) -> int:
        """0 permitted or conditional, 1 not as planned, not allowed or denied by a policy, 3 undetermined."""
        return 1 if self.denials else EXIT_CODES.get(self.verdict, 1)

    def raise_for_verdict(self) -> None:
        """Raise the exception of the verdict, or of a policy that denies, carrying this report; else nothing."""
        from weightlicense import errors

        kinds: dict[str, type[errors.VerdictError]] = {
            "breach": errors.BreachError,
            "needs-license": errors.NeedsLicenseError,
            "not-granted": errors.NotGrantedError,
            "prohibited": errors.ProhibitedError,
            UNDETERMINED: errors.UndeterminedError,
        }
        kind = kinds.get(self.verdict) or (errors.PolicyDeniedError if self.denials else None)
        if kind is not None:
            raise kind(self)
