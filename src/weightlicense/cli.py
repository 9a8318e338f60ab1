"""The command line: parse, call, print, exit."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from weightlicense.errors import DataError, WeightlicenseError


class Group(click.Group):
    """The one error boundary: a known error becomes a message and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except WeightlicenseError as error:
            click.echo(f"weightlicense: {error}" if not isinstance(error, DataError) else str(error), err=True)
            sys.exit(2)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """May we do this with this model, on what conditions, and how do you know?"""


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
def lint(paths: tuple[Path, ...]) -> None:
    """Check data files against the schema and the vocabulary."""
    from weightlicense.catalogue import files
    from weightlicense.clausefile import read_document

    problems = []
    chosen = list(paths) or list(files.document_paths().values())
    for path in chosen:
        try:
            read_document(path, shown_as=files.shown(path))
        except DataError as error:
            problems.extend(error.problems)
    for problem in problems:
        click.echo(str(problem))
    if not problems:
        click.echo(f"{len(chosen)} files, no problems")
    sys.exit(2 if problems else 0)


@main.command()
@click.argument("documents", nargs=-1)
@click.option("--texts", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--pin", is_flag=True, help="Write the digests of spans that have none or a wrong one.")
def verify(documents: tuple[str, ...], texts: Path, *, pin: bool) -> None:
    """Prove encodings against the source texts."""
    from weightlicense import proof
    from weightlicense.catalogue import files

    chosen = list(documents) or list(files.document_paths())
    failed = False
    for name in chosen:
        if pin:
            click.echo(f"{name}: {proof.pin(files.document_paths()[name], texts)} digests written")
            files.document_data.cache_clear()
        found = proof.verify(name, texts)
        failed |= not found.holds
        click.echo(f"{name}: coverage {found.coverage:.1%}, digests {found.digest}, {found.spans} spans")
        for problem in found.problems:
            click.echo(f"  {problem}")
    sys.exit(2 if failed else 0)
