"""Putting the questions on a terminal, one at a time, until the answer is settled."""

from __future__ import annotations

from collections.abc import Callable

import click

from weightlicense.errors import UsageError
from weightlicense.finding import UNDETERMINED, Question, Report
from weightlicense.usecase import GOOD_STANDING, Facts

STANDING = "licensee.good_standing"


def settle(report: Report, again: Callable[[tuple[str, ...]], Report]) -> Report:
    """Ask until the verdict is settled, nothing is left to ask, or the person skips all; gives the last report."""
    answers: list[str] = []
    skipped: set[str] = set()
    while report.verdict == UNDETERMINED:
        waiting = [
            q
            for q in report.questions
            if q.about == "verdict" and q.fact not in skipped and q.fact != "license"
        ]
        if not waiting:
            break
        standing = {q.fact for q in waiting} & set(GOOD_STANDING)
        if len(standing) > 1 and STANDING not in skipped and waiting[0].fact in standing:
            skipped.add(STANDING)
            if click.confirm(
                "Do you sue nobody over the model, are you not sanctioned, and has nothing ended the license?"
            ):
                answers.append(f"{STANDING}=yes")
                report = again(tuple(answers))
            continue
        question = waiting[0]
        answer = _ask(question)
        if answer is None:
            skipped.add(question.fact)
            continue
        answers.append(f"{question.fact}={answer}")
        report = again(tuple(answers))
    return report


def _ask(question: Question) -> str | None:
    """One valid answer; None where the person leaves it open."""
    choices = f" [{', '.join(question.values)}]" if question.values else ""
    click.echo(f"{question.fact}: {question.ask}{choices}")
    while True:
        answer = click.prompt("  answer (empty to leave it open)", default="", show_default=False).strip()
        if not answer:
            return None
        try:
            Facts().give(question.fact, answer)
        except UsageError as error:
            click.echo(f"  {error}")
        else:
            return str(answer)
