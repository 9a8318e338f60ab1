"""The command line: parse, call, print, exit."""

from __future__ import annotations

import functools
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import click

from weightlicense.errors import DataError, UsageError, WeightlicenseError
from weightlicense.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from weightlicense.assessment import Asked
    from weightlicense.finding import Report
    from weightlicense.usecase import Facts

FILE = click.Path()
FOLDER = click.Path(exists=True, file_okay=False)
FORMATS = ("terminal", "json", "html", "markdown", "sarif", "junit", "github", "spdx", "spdx3", "cyclonedx")
MOST_NAMED = 50
NARROWEST, WIDEST = 40, 120


class Group(click.Group):
    """The one error boundary: a known error becomes a message and exit code 2.

    Commands that a check does not need are loaded when one of them is asked for.
    """

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        found = super().get_command(ctx, cmd_name)
        if found is None:
            _load_commands()
            found = super().get_command(ctx, cmd_name)
        return found

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        _load_commands()
        return super().list_commands(ctx)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; known errors are told, not raised, and so are those of the system."""
        try:
            return super().invoke(ctx)
        except DataError as error:
            click.echo(str(error), err=True)
            sys.exit(2)
        except WeightlicenseError as error:
            click.echo(f"weightlicense: {error}", err=True)
            sys.exit(2)
        except BrokenPipeError:
            raise  # who reads along has enough
        except OSError as error:
            from weightlicense.artifacts.witness import clean

            _drop_output()
            place = clean(str(error.filename or "standard output"))
            click.echo(f"weightlicense: {place}: {error.strerror or error}", err=True)
            click.echo("  hint: give a file that can be read, or a place with room to write", err=True)
            sys.exit(2)


def _drop_output() -> None:
    """Forget what standard output did not take, so that the end of the program does not try again."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _load_commands() -> None:
    import_module("weightlicense.commands")


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, message="%(prog)s %(version)s")
def main() -> None:
    """May we do this with this model, on what conditions, and how do you know?"""


def question_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every command that asks whether a use is allowed; they arrive together as one `Question`."""

    @functools.wraps(command)
    def with_question(**given: Any) -> None:
        own = {name: given.pop(name) for name in list(given) if name not in _QUESTION}
        command(question=Question(**given), **own)

    for option in reversed(_OPTIONS):
        with_question = option(with_question)
    return with_question


class Question(NamedTuple):
    """What the shared options say."""

    model: str | None
    license_: str | None
    use: str | None
    acts: tuple[str, ...]
    facts: tuple[str, ...]
    files: tuple[str, ...]
    as_of: str | None
    texts: tuple[str, ...]
    lineage: str | None
    policies: tuple[str, ...]
    ask: bool
    no_profile: bool
    form: str
    output: str | None

    def asked(self) -> Asked:
        """The question without its facts."""
        from weightlicense.assessment import Asked

        return Asked(
            model=self.model,
            license=self.license_,
            use=self.use or "",
            acts=self.acts,
            as_of=_day(self.as_of),
            texts=self.texts,
            lineage=_path(self.lineage),
            policies=self.policies,
        )

    def told(self, extra: tuple[str, ...] = ()) -> Facts:
        """The facts that are declared, with the answers to questions."""
        return _facts((*self.facts, *extra), self.files, no_profile=self.no_profile)

    def answer(self, report: Callable[[Facts], Report], root: str = "") -> NoReturn:
        """Report, put the questions where that is wanted, print, and exit."""
        found = report(self.told())
        if self.ask:
            from weightlicense.asking import settle

            found = settle(found, lambda extra: report(self.told(extra)))
        _tell(found, self.form, self.output, root)
        sys.exit(found.exit_code)


_QUESTION = frozenset(Question._fields)
_OPTIONS = (
    click.option("--model", help="A family, a checkpoint or a Hub id."),
    click.option("--license", "license_", help="A document id, an SPDX id or expression, or a Hub label."),
    click.option("--use", help="A named use, such as 'derivative release' (list uses)."),
    click.option("--act", "acts", multiple=True, help="An act beside those of the use."),
    click.option("--fact", "facts", multiple=True, metavar="NAME=VALUE", help="A declared fact; repeatable."),
    click.option("--facts", "files", multiple=True, type=FILE, help="A YAML file of facts; repeatable."),
    click.option("--as-of", metavar="YYYY-MM-DD", help="The report's date; today without it."),
    click.option(
        "--text", "texts", multiple=True, type=FILE, help="Your own copy of the text, to quote; repeatable."
    ),
    click.option("--lineage", type=FILE, help="A YAML file of works and relations."),
    click.option(
        "--policy", "policies", multiple=True, metavar="ID|FILE", help="A policy to ask as well; repeatable."
    ),
    click.option(
        "--ask", is_flag=True, help="Put the questions on the terminal until the answer is settled."
    ),
    click.option("--no-profile", is_flag=True, help="Do not look for weightlicense.yaml."),
    click.option("--format", "form", type=click.Choice(FORMATS), default="terminal", show_default=True),
    click.option("--output", type=FILE, help="Write to a file instead."),
)


@main.command()
@question_options
@click.option(
    "--why-not",
    is_flag=True,
    help="Say what would make it allowed; without it, only where it is not.",
)
@click.option("--license-options", is_flag=True, help="Say under which licenses the release may be offered.")
@click.option(
    "--leave-out", multiple=True, metavar="ACT", help="An act of the use that is not done; repeatable."
)
@click.option("--lock", type=FILE, help="The texts that were accepted; also found beside weightlicense.yaml.")
def check(
    question: Question, lock: str | None, leave_out: tuple[str, ...], *, why_not: bool, license_options: bool
) -> None:
    """Say whether a use of a model or license is allowed, and on what conditions."""
    from weightlicense.assessment import assess

    if question.use is None:
        raise UsageError(
            "no use to check", hint="name one with --use; weightlicense list uses shows them all"
        )
    asked = question.asked()
    if leave_out:
        from msgspec.structs import replace

        asked = replace(asked, left_out=leave_out)
    accepted = lock or (None if question.no_profile else _beside_profile())

    def report(facts: Facts) -> Report:
        declared = facts.copy()
        found = assess(asked, facts)
        if why_not or found.exit_code == 1:
            from weightlicense.turning import explained

            found = explained(found, asked, declared)
        if license_options:
            from weightlicense.offering import offered

            found = offered(found, asked, declared)
        if accepted is not None:
            from weightlicense.lockfile import compared, read_lock

            found = compared(found, asked, declared, read_lock(_path(accepted)), is_named=lock is not None)
        return found

    question.answer(report)


def _root(path: str) -> str:
    """The directory that an audit of `path` reads, as the user names it."""
    return os.path.normpath(path if os.path.isdir(path) else os.path.dirname(path))


def _path(name: str | None) -> Any:
    if name is None:
        return None
    from pathlib import Path

    return Path(name)


def _day(text: str | None) -> str:
    from datetime import date

    if text is None:
        return date.today().isoformat()  # noqa: DTZ011 - the user's own calendar day
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageError(f"{text!r} is not a date", hint="write --as-of 2026-11-21") from None


def _facts(declared: tuple[str, ...], files: tuple[str, ...], *, no_profile: bool) -> Facts:
    """Declared facts first, then those of files, then the organisation's profile."""
    from weightlicense.usecase import Facts

    facts = Facts()
    for each in declared:
        name, sign, value = each.partition("=")
        if not sign:
            raise UsageError(f"{each!r} is not a fact", hint="write --fact NAME=VALUE")
        facts.give(name, value)
    profile = None if no_profile else _profile()
    if files or profile is not None:
        from pathlib import Path

        from weightlicense.factfile import read_facts

        for path in files:
            read_facts(Path(path), facts)
        if profile is not None:
            read_facts(Path(profile), facts, kind="assumed", place=f"profile {profile}")
    return facts


def _profile() -> str | None:
    """The nearest `weightlicense.yaml` from the working directory upwards."""
    folder = os.getcwd()
    while True:
        path = os.path.join(folder, "weightlicense.yaml")
        if os.path.isfile(path):
            return path
        if folder == os.path.dirname(folder):
            return None
        folder = os.path.dirname(folder)


def _beside_profile() -> str | None:
    """The lock in the folder of the profile; None where there is none."""
    profile = _profile()
    path = None if profile is None else os.path.join(os.path.dirname(profile), "weightlicense.lock")
    return path if path is not None and os.path.isfile(path) else None


def _tell(report: Report, form: str, output: str | None, root: str = "") -> None:
    """Print or write a report; `root` is the directory audited, by which annotations name its files."""
    if form == "github":
        _summarize(report)
    if output is not None:
        from pathlib import Path

        from weightlicense.proof import write_atomically
        from weightlicense.report import render

        write_atomically(Path(output), render(report, form, root=root))
        click.echo(f"{report.verdict}: {output}", err=True)
    elif form == "terminal":
        from weightlicense.report import terminal

        _show(terminal.render(report, width=_width(), colour=_colour()))
    else:
        from weightlicense.report import render

        click.echo(render(report, form, root=root), nl=False)


def _summarize(report: Report) -> None:
    """Append the report to the summary of the step, where GitHub Actions names a file for it."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    from weightlicense.report import markdown

    try:
        with open(path, "a", encoding="utf-8") as file:
            file.write(markdown.render(report))
    except OSError as error:
        click.echo(
            f"weightlicense: the step's summary was not written: {path}: {error.strerror or error}", err=True
        )


def _width() -> int:
    """The columns to write in: COLUMNS where it is set, else the terminal's, else 80; from 40 to 120."""
    if not os.environ.get("COLUMNS") and not sys.stdout.isatty():
        return 80
    import shutil  # with all its compressors

    return max(NARROWEST, min(shutil.get_terminal_size((80, 24)).columns, WIDEST))


def _show(text: str) -> None:
    """Print finished lines for people, none wider than the columns."""
    from weightlicense.report.terminal import fitted

    click.echo(fitted(text, _width()), nl=False, color=True)


def _colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
