"""What policies say of a use, beside the verdict: decisions with their rules, waivers and reasons."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

VERDICT_RULE: Final = "verdict"
"""The rule by which a policy only repeats the verdict: it allows nothing that the license does not."""


class Cited(Struct, frozen=True, kw_only=True):
    """A clause that a policy's answer rests on."""

    document: str
    clause: str
    at: str
    says: str


class WaiverUsed(Struct, frozen=True, kw_only=True):
    """A waiver that bears on a decision; `state` is in-force, expiring (30 days or fewer are left) or expired."""

    rule: str
    owner: str
    reason: str
    expires: str
    state: Literal["in-force", "expiring", "expired"]


class PolicyReason(Struct, frozen=True, kw_only=True):
    """One rule, point or statement of a policy with its own answer, the clauses behind it and the facts it lacks.

    `disputed` are clauses of which a person must say whether they count against it.
    """

    id: str
    decision: str
    says: str
    severity: str | None = None
    clauses: tuple[Cited, ...] = ()
    disputed: tuple[Cited, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class PolicyDecision(Struct, frozen=True, kw_only=True):
    """What one policy says of the use, beside the verdict and never in its place.

    `decision` is accept, deny, approval or undecided (organization), met, broken or undecided (definition), covered,
    not-covered or undecided (regulation, one row a statement, with its `status` at the report's date). `rule` is the
    rule, point or statement that decides; `as_of` the day on which a statement's sources were looked up; `is_old` where
    that is more than six months before the report's date.
    """

    policy: str
    decision: str
    rule: str | None = None
    waiver: WaiverUsed | None = None
    kind: Literal["organization", "definition", "regulation"]
    title: str
    says: str
    severity: str | None = None
    source: str | None = None
    status: str | None = None
    as_of: str | None = None
    is_old: bool = False
    reasons: tuple[PolicyReason, ...] = ()
    notes: tuple[str, ...] = ()
    digest: str
