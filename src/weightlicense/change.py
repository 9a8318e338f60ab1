"""What a report says when it is turned round: changes that would help, and licenses that a release may be offered under."""

from __future__ import annotations

from msgspec import Struct


class Change(Struct, frozen=True, kw_only=True):
    """One thing that the user could change about a use, and the clauses (`by`) that then no longer stand against it.

    A fact gets another `value`, or its set or text `adds` or `removes` a member; or an act of the use is `left_out`.
    """

    fact: str | None = None
    value: str | None = None
    adds: str | None = None
    removes: str | None = None
    left_out: str | None = None
    was: str | None = None
    by: tuple[str, ...] = ()


class Obstacle(Struct, frozen=True, kw_only=True):
    """What stands in the way of a use whatever the user changes: the clauses, and the facts they hang on.

    `is_open`: whether it does is not known; the facts or a person's judgement would say.
    """

    by: tuple[str, ...]
    effect: str
    facts: tuple[tuple[str, str | None], ...] = ()
    is_open: bool = False


class Changes(Struct, frozen=True, kw_only=True):
    """What would make a use permitted or conditional: minimal sets of changes, the smallest first.

    With `obstacles` that are all open, the sets are enough once these turn out well. Without any set, `obstacles` name
    what stands in the way. `is_complete` is false where the search was cut short.
    """

    sets: tuple[tuple[Change, ...], ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    is_complete: bool = True


class Limit(Struct, frozen=True, kw_only=True):
    """A clause that limits under which licenses a release may be offered: `allowed` names them."""

    document: str
    clause: str
    at: str
    says: str
    allowed: tuple[str, ...]


class Offering(Struct, frozen=True, kw_only=True):
    """The licenses under which a release may itself be offered; `is_free` where no clause limits the choice."""

    options: tuple[str, ...]
    limits: tuple[Limit, ...] = ()
    is_free: bool = False
    note: str | None = None
