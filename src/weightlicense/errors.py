"""Located problems, and the one tree of exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from weightlicense.finding import Report


class Problem(Struct, frozen=True, kw_only=True):
    """Something wrong in a data file: where, what, and what to do next.

    `file` is the path as the caller gave it, `line` counts from 1 (None where no line is to blame), `path`
    is the place in the data (`clauses[0].then.effect`; empty for the whole file).
    """

    file: str
    line: int | None
    path: str
    message: str
    hint: str | None = None

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        where = f"{place}: {self.path}: " if self.path else f"{place}: "
        return f"{where}{self.message}" + (f"\n  hint: {self.hint}" if self.hint else "")


class WeightlicenseError(Exception):
    """Anything that weightlicense raises on purpose."""


class UsageError(WeightlicenseError):
    """What was asked for is not known or not well formed; the message says so and the hint what next."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  hint: {self.hint}" if self.hint else self.message


class DataError(WeightlicenseError):
    """Data files have problems; all of them are in `problems`."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class VerdictError(WeightlicenseError):
    """A verdict that does not allow the use; carries the report."""

    def __init__(self, report: Report) -> None:
        super().__init__(f"{report.subject.name}: {report.verdict}")
        self.report = report


class ProhibitedError(VerdictError):
    """A clause forbids an act or purpose of this use."""


class NotGrantedError(VerdictError):
    """No clause grants an act, or the grant is withheld, never began or has ended."""


class NeedsLicenseError(VerdictError):
    """Allowed only with the licensor's separate permission, which is not held."""


class BreachError(VerdictError):
    """Allowed, but a duty is known not to be met."""


class UndeterminedError(VerdictError):
    """Missing facts, documents or judgements could move the answer across the line."""


class PolicyDeniedError(VerdictError):
    """The license allows the use, and a policy of the organisation denies it."""


def writable(text: str, what: str) -> str:
    """The text, which every report can write; raises `UsageError` where it has bytes that are not UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{what} {text!r} is not UTF-8 text", hint="spell or name it in UTF-8") from None
    return text


def nearest(word: str, known: list[str], count: int = 3) -> list[str]:
    """The known words most like `word`, best first; empty when none is like it."""
    from difflib import get_close_matches  # slow to import and needed for errors only

    return get_close_matches(word.lower(), list(dict.fromkeys(known)), n=count, cutoff=0.5)
