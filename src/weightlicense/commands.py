"""The commands beside check: loaded when one of them is asked for, so that a check starts quickly."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from weightlicense.cli import (
    FILE,
    FOLDER,
    MOST_NAMED,
    Question,
    _colour,
    _day,
    _facts,
    _path,
    _profile,
    _root,
    _show,
    _tell,
    _width,
    main,
    question_options,
)
from weightlicense.errors import UsageError
from weightlicense.progress import watched

LISTS = ("licenses", "models", "policies", "uses", "facts", "duties", "hazards", "acts", "labels")


@main.command()
@click.argument("path", type=FILE)
@question_options
def audit(path: str, question: Question) -> None:
    """Say whether a model directory, or a file of one, can be used or released as it stands.

    Without --use, the use is inferred from how the model comes from its parents.
    """
    from weightlicense.auditing import concluded, read

    asked = question.asked()
    found = read(_path(path), watched("reading file"))
    _name_unread([(each.path, each.reason) for each in found.directory.unread])
    question.answer(lambda facts: concluded(found, asked, facts).report, _root(path))


@main.command()
@click.argument("path", type=FILE)
@click.option("--texts", "folder", type=FOLDER, help="A folder of source texts, <id>.txt, to copy from.")
@click.option("--write", is_flag=True, help="Make the changes; without it, only show them.")
@question_options
def fix(path: str, folder: str | None, question: Question, *, write: bool) -> None:
    """Make what an audit found missing in a model directory: a dry run without --write.

    Adds the notice, copies of license and policy, the card's keys and display and a statement of changes; takes nothing away.
    """
    from weightlicense import fixing
    from weightlicense.auditing import concluded, read
    from weightlicense.report import repair
    from weightlicense.report.json import escaped

    place, asked = _path(path), question.asked()
    audited = concluded(read(place, watched("reading file")), asked, question.told())
    _name_unread([(each.path, each.reason) for each in audited.report.unread])
    plan = fixing.plan(audited, place, _path(folder))
    report = audited.report
    if write:
        fixing.write(plan)
        report = concluded(read(place), asked, question.told()).report
    if question.form not in ("terminal", "json"):
        _tell(report, question.form, question.output, _root(path))
        sys.exit(report.exit_code)
    if question.form == "json":
        shown = escaped(repair.as_json(plan, report, is_written=write))
    else:
        shown = repair.render(plan, report, is_written=write, width=_width(), colour=_colour())
    if question.output is not None:
        from weightlicense.proof import write_atomically

        write_atomically(_path(question.output), shown)
    elif question.form == "json":
        click.echo(shown, nl=False)
    else:
        _show(shown)
    sys.exit(report.exit_code)


def _name_unread(unread: list[tuple[str, str]]) -> None:
    # One line each, whatever its length: no word of a stranger begins a line that a runner of a pipeline reads.
    for path, reason in unread[:MOST_NAMED]:
        click.echo(f"weightlicense: not read: {path}: {reason}", err=True)
    if len(unread) > MOST_NAMED:
        click.echo(f"weightlicense: {len(unread) - MOST_NAMED:,} more were not read", err=True)


@main.command()
@click.argument("document")
def show(document: str) -> None:
    """Show a license or policy, clause by clause."""
    from weightlicense.report.document import render_document

    _show(render_document(_known_document(document), width=_width(), colour=_colour()))


def _known_document(name: str) -> Any:
    from weightlicense import catalogue

    found = catalogue.resolve_license(name, as_of=_day(None))
    if len(found.choices) != 1 or len(found.choices[0]) != 1:
        raise UsageError(found.reason or f"{name!r} is more than one document", hint="name one document id")
    return catalogue.document(found.choices[0][0])


@main.command()
@click.argument("reference", metavar="ID/CLAUSE")
@click.option("--text", type=FILE, help="Your own copy of the text, to quote.")
def explain(reference: str, text: str | None) -> None:
    """Explain one clause: what it says, when it applies, what follows, how we read it."""
    from pathlib import Path

    from weightlicense.report.document import render_clause

    name, _, clause_id = reference.partition("/")
    document = _known_document(name)
    clause = document.clause(clause_id)
    if clause is None:
        from weightlicense.errors import nearest

        known = [c.id for c in document.clauses]
        near = nearest(clause_id, known) or known[:8]
        raise UsageError(
            f"{document.id} has no clause {clause_id!r}", hint=f"did you mean {' or '.join(near)}?"
        )
    copy = None if text is None else Path(text)
    _show(render_clause(document, clause, copy, width=_width(), colour=_colour()))


@main.command("list")
@click.argument("what", type=click.Choice(LISTS), default="licenses")
@click.option("--act", help="Documents whose grants cover this act.")
@click.option("--duty", help="Documents that ask for this duty.")
@click.option("--steward", help="Documents of this steward.")
@click.option("--openness", help="Documents of this openness.")
@click.option(
    "--format", "form", type=click.Choice(("terminal", "json")), default="terminal", show_default=True
)
def list_(
    what: str, act: str | None, duty: str | None, steward: str | None, openness: str | None, form: str
) -> None:
    """List what is known: licenses, models, policies, uses, facts, duties, hazards, acts, labels."""
    from weightlicense.report.listing import rows, table

    found = rows(what, act=act, duty=duty, steward=steward, openness=openness)
    if form == "json":
        import json

        click.echo(json.dumps({"format": 1, what: found}, ensure_ascii=False, indent=2))
    else:
        _show(table(what, found, width=_width()))


@main.command()
@click.argument("paths", nargs=-1, type=FILE)
def lint(paths: tuple[str, ...]) -> None:
    """Check data files against the schema and the vocabulary."""
    from pathlib import Path

    from weightlicense.linting import lint as check_files

    count, problems = check_files(tuple(map(Path, paths)))
    for problem in problems:
        click.echo(str(problem))
    if not problems:
        click.echo(f"{count} files, no problems")
    sys.exit(2 if problems else 0)


@main.command()
@click.argument("documents", nargs=-1)
@click.option("--texts", type=FOLDER, required=True, help="A folder of source texts, <id>.txt.")
@click.option(
    "--pin", is_flag=True, help="Write the digests and link words of spans that lack them or have wrong ones."
)
@click.option(
    "--format", "form", type=click.Choice(("terminal", "json")), default="terminal", show_default=True
)
def verify(documents: tuple[str, ...], texts: str, *, pin: bool, form: str) -> None:
    """Prove encodings against the source texts: every word covered, every digest right, every link at its clause."""
    from pathlib import Path

    from weightlicense import proof
    from weightlicense.catalogue import files

    folder = Path(texts)
    known = files.document_paths()
    unknown = [name for name in documents if name not in known]
    if unknown:
        raise UsageError(
            f"unknown document {unknown[0]!r}", hint="weightlicense list licenses shows them all"
        )
    proofs = []
    names = documents or tuple(known)
    for name in names if pin else watched("verifying")(names):  # pinning has lines of its own
        if pin:
            click.echo(f"{name}: {proof.pin(known[name], folder)} digests and links written", err=True)
            files.document_data.cache_clear()
        proofs.append(proof.verify(name, folder))
    click.echo(proof.as_json(proofs) if form == "json" else proof.as_text(proofs), nl=False)
    sys.exit(0 if all(found.holds for found in proofs) else 2)


@main.command()
@click.argument("documents", nargs=-1, required=True)
@click.option("--use", help="Say what each allows for this use.")
@click.option("--fact", "facts", multiple=True, metavar="NAME=VALUE", help="A declared fact, with --use.")
@click.option(
    "--format", "form", type=click.Choice(("terminal", "json")), default="terminal", show_default=True
)
def compare(documents: tuple[str, ...], use: str | None, facts: tuple[str, ...], form: str) -> None:
    """Compare documents: duty by duty and clause by clause, what changed from one to the next."""
    from weightlicense.report import comparison

    if len(documents) < 2:
        raise UsageError("one document has nothing to be compared with", hint="name two or more")
    found = [_known_document(name) for name in documents]
    verdicts = {}
    if use is not None:
        from weightlicense.assessment import Asked, assess

        for document in found:
            asked = Asked(license=document.id, use=use, as_of=_day(None))
            verdicts[document.id] = assess(asked, _facts(facts, (), no_profile=False)).verdict
    if form == "json":
        import json

        data = comparison.compare(found)
        click.echo(json.dumps({**data, "use": use, "verdicts": verdicts}, ensure_ascii=False, indent=2))
        return
    for name, verdict in verdicts.items():
        _show(f"{use}: {name} {verdict}")
    _show(comparison.render(found, width=_width(), colour=_colour()))


@main.command()
@click.option("--use", required=True, help="A named use, such as 'derivative release' (list uses).")
@click.option("--act", "acts", multiple=True, help="An act beside those of the use.")
@click.option("--fact", "facts", multiple=True, metavar="NAME=VALUE", help="A declared fact; repeatable.")
@click.option("--facts", "files", multiple=True, type=FILE, help="A YAML file of facts; repeatable.")
@click.option("--as-of", metavar="YYYY-MM-DD", help="The report's date; today without it.")
@click.option("--modality", help="Models that take or give this (text, image, audio, …).")
@click.option("--publisher", help="Models of this publisher.")
@click.option("--license", "license_", help="Models under this license, and the license.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many are shown."
)
@click.option("--no-profile", is_flag=True, help="Do not look for weightlicense.yaml.")
@click.option(
    "--format", "form", type=click.Choice(("terminal", "json")), default="terminal", show_default=True
)
def find(
    use: str,
    acts: tuple[str, ...],
    facts: tuple[str, ...],
    files: tuple[str, ...],
    as_of: str | None,
    modality: str | None,
    publisher: str | None,
    license_: str | None,
    limit: int,
    *,
    no_profile: bool,
    form: str,
) -> None:
    """Say which models and licenses allow a use, best first, and what each would cost."""
    from weightlicense import ranking
    from weightlicense.assessment import Asked
    from weightlicense.finding import EXIT_CODES
    from weightlicense.report import ranked

    asked = Asked(use=use, acts=acts, as_of=_day(as_of))
    wanted = ranking.Wanted(modality=modality, publisher=publisher, license=license_)
    declared = _facts(facts, files, no_profile=no_profile)
    rows = ranking.find(asked, declared, wanted, watched("weighing model"))
    if form == "json":
        import json

        data = ranked.plain(rows, use, asked.as_of, limit)
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        _show(ranked.render(rows, use, limit, width=_width(), colour=_colour()))
    sys.exit(EXIT_CODES.get(rows[0].verdict, 1) if rows else 1)


@main.command()
@click.option("--model", help="A family, a checkpoint or a Hub id.")
@click.option("--license", "license_", help="A document id, an SPDX id or expression, or a Hub label.")
@click.option("--lineage", type=FILE, help="A YAML file of works and relations.")
@click.option("--as-of", metavar="YYYY-MM-DD", help="The day of acceptance; today without it.")
@click.option("--texts", type=FOLDER, help="A folder of the texts that were accepted, <id>.txt.")
@click.option("--write", is_flag=True, help="Write weightlicense.lock, beside the profile if there is one.")
def lock(
    model: str | None,
    license_: str | None,
    lineage: str | None,
    as_of: str | None,
    texts: str | None,
    *,
    write: bool,
) -> None:
    """Record the digests of the texts that are accepted; show the lock, or write it."""
    from weightlicense import lockfile
    from weightlicense.assessment import Asked
    from weightlicense.usecase import Facts

    asked = Asked(
        model=model, license=license_, lineage=_path(lineage), use="internal use", as_of=_day(as_of)
    )
    found, notes = lockfile.pinned(asked, Facts(), _path(texts))
    for note in notes:
        click.echo(f"weightlicense: {note}", err=True)
    if not write:
        click.echo(lockfile.written(found), nl=False)
        return
    profile = _profile()
    target = _path(os.path.join(os.path.dirname(profile or ""), lockfile.NAME))
    lockfile.write(found, target)
    click.echo(f"{target}: {len(found.documents)} texts of {next(iter(found.subjects))}")


@main.command()
@click.argument("document_id", metavar="ID")
@click.option("--text", type=FILE, required=True, help="The source text.")
@click.option("--steward", default="new", show_default=True, help="The folder under licenses/.")
def new(document_id: str, text: str, steward: str) -> None:
    """Write a skeleton for a new document, its spans already cut by section."""
    from pathlib import Path

    from weightlicense import catalogue, skeleton

    if document_id in catalogue.heads():
        raise UsageError(f"{document_id} is in the catalogue", hint=f"weightlicense show {document_id}")
    target = Path("licenses", steward, f"{document_id}.yaml")
    try:
        count = skeleton.write(document_id, Path(text), target)
    except FileExistsError:
        raise UsageError(f"{target} exists", hint="choose another id, or work on that file") from None
    except FileNotFoundError:
        raise UsageError(f"no such text: {text}", hint="give the file of the source text") from None
    click.echo(f"{target}: {count} passages. Read the whole text, then say each passage in your own words.")


@main.command()
@click.argument("paths", nargs=-1, required=True, type=FILE)
@click.option("--texts", type=FOLDER, help="A folder of source texts, <id>.txt: shows the old words.")
@click.option(
    "--format", "form", type=click.Choice(("terminal", "json")), default="terminal", show_default=True
)
def identify(paths: tuple[str, ...], texts: str | None, form: str) -> None:
    """Say which license or policy a text is, and where it was altered."""
    from pathlib import Path

    from weightlicense.recognition import identify as find
    from weightlicense.report import identified

    found, unread = [], []
    for path in watched("identifying")(paths):
        try:
            found.append((path, find(Path(path), texts=None if texts is None else Path(texts))))
        except OSError as error:
            unread.append(f"weightlicense: {path}: {error.strerror or error}")
    for message in unread:
        click.echo(message, err=True)
    if form == "json":
        import json

        from weightlicense.report.json import escaped

        data = [identified.as_data(path, matches) for path, matches in found]
        if data:
            shown = data[0] if len(paths) == 1 else data
            click.echo(escaped(json.dumps(shown, ensure_ascii=False, indent=2)))
    else:
        for path, matches in found:
            _show(identified.render(path, matches, width=_width(), colour=_colour()))
    sys.exit(2 if unread else identified.exit_code([matches for _, matches in found]))


@main.command("diff-report")
@click.argument("old", type=FILE)
@click.argument("new", type=FILE)
@click.option(
    "--format", "form", type=click.Choice(("terminal", "json")), default="terminal", show_default=True
)
def diff_report(old: str, new: str, form: str) -> None:
    """Say what changed between two reports (--format json), and which facts, texts, works, files or data explain it.

    Exits with 1 where the verdict comes later than it did in the order permitted, conditional, breach, undetermined,
    needs-license, not-granted, prohibited, or a policy newly denies; with 0 where neither is so, 2 where a file is no
    report.
    """
    from weightlicense.report import history

    found = history.compare(history.read_report(old), history.read_report(new))
    if form == "json":
        from weightlicense.report.bill import as_text

        click.echo(as_text(history.as_data(found)), nl=False)
    else:
        _show(history.render(found, width=_width(), colour=_colour()))
    sys.exit(found.exit_code)


class Attest(click.Group):
    """`attest REPORT` signs; a report whose file is called verify is `./verify`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Sign where no subcommand is named."""
        named = not args or args[0] in (*self.commands, *ctx.help_option_names)
        return super().parse_args(ctx, args if named else ["sign", *args])


@main.group(cls=Attest)
def attest() -> None:
    """Sign a report (attest REPORT.json --key KEY), or verify a signed one (attest verify FILE --key PUB)."""


@attest.command()
@click.argument("report", type=FILE)
@click.option("--key", required=True, type=FILE, help="Your private Ed25519 key in PEM.")
@click.option(
    "--audited", multiple=True, type=FILE, help="A file or folder whose digests are signed too; repeatable."
)
@click.option("--output", type=FILE, help="Write to a file instead.")
def sign(report: str, key: str, audited: tuple[str, ...], output: str | None) -> None:
    """Write an in-toto statement over a report and what it rests on, signed, in a DSSE envelope."""
    from weightlicense.report import attestation

    envelope = attestation.sign(report, key, audited=audited)
    if output is None:
        click.echo(envelope, nl=False)
        return
    from weightlicense.proof import write_atomically

    write_atomically(_path(output), envelope)
    click.echo(f"signed: {output}", err=True)


@attest.command("verify")
@click.argument("path", metavar="FILE", type=FILE)
@click.option("--key", required=True, type=FILE, help="The public Ed25519 key in PEM.")
@click.option("--report", type=FILE, help="The report that must be the one signed.")
@click.option(
    "--audited", multiple=True, type=FILE, help="A file or folder that must be as signed; repeatable."
)
def verify_attestation(path: str, key: str, report: str | None, audited: tuple[str, ...]) -> None:
    """Say whether a signed report is the key's, and with --report and --audited, of these very files.

    Exits with 0 where it is, 1 where it is not, 2 where a file is no envelope, report or key or cannot be read.
    """
    from weightlicense.report import attestation

    try:
        found = attestation.verify(path, key, report=report, audited=audited)
    except attestation.SignatureError as error:
        click.echo(f"weightlicense: {error}", err=True)
        sys.exit(1)
    click.echo(attestation.render(found), nl=False)
