"""Which findings decide a report, what each asks for, and which file is to blame: shared by what machines read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Literal
from urllib.parse import quote

from msgspec import Struct

from weightlicense.decision import PolicyDecision
from weightlicense.finding import EXIT_CODES, DutyRow, Finding, Report
from weightlicense.report.wording import listed, visible

Weight = Literal["unmet", "remark", "to-do", "undecided", "judgement"]
_LINE = re.compile(r"(?P<path>\S.*?):(?P<line>[1-9][0-9]{0,8})(?![^ ,;)])")
_AFTER_FILE = re.compile(r"$|[,:;]| \(| is an altered text")


class Artefact(Struct, frozen=True, kw_only=True):
    """A file that a finding rests on; `line` counts from one, `released` says that the path starts at the directory audited."""

    path: str
    line: int | None = None
    released: bool = True

    def under(self, root: str) -> str:
        """The path as seen from where `root`, the directory audited, was named."""
        inside = self.released and root not in ("", ".") and not self.path.startswith("/")
        return f"{root.rstrip('/')}/{self.path}" if inside else self.path


class Deciding(Struct, frozen=True, kw_only=True):
    """A finding that decides something, or holds something open.

    `weight`: `unmet` stands against the use; `remark` is wrong and moves no verdict; `to-do` is a duty of the act not yet
    shown to be met; `undecided` waits for facts or texts; `judgement` waits for a person.
    """

    finding: Finding
    weight: Weight
    duty: DutyRow | None
    artefact: Artefact | None

    @property
    def what(self) -> str:
        """The duty, the effect or the kind of finding, as a name."""
        effect = self.finding.effect if self.finding.effect not in ("none", "duty") else self.finding.kind
        return self.finding.duty or effect

    @property
    def advice(self) -> str | None:
        """What to do about it, where something is said."""
        if self.weight == "judgement" and self.finding.judge:
            return f"For a person to decide: {self.finding.judge}"
        if self.weight == "undecided" and self.finding.missing:
            return f"Missing: {', '.join(self.finding.missing)}."
        return self.finding.how


def deciding(report: Report) -> tuple[Deciding, ...]:
    """The findings that decide, in the report's order; standing and event duties only where they are unmet or doubtful."""
    duties = {(row.duty, reference): row for row in report.duties for reference in row.required_by}
    files = _files(report)
    found = []
    for finding in report.findings:
        row = duties.get((finding.duty or "", finding.reference))
        weight = _weight(finding, row)
        if weight is not None:
            blamed = _artefact(finding, report, files)
            found.append(Deciding(finding=finding, weight=weight, duty=row, artefact=blamed))
    return tuple(found)


def _weight(finding: Finding, row: DutyRow | None) -> Weight | None:
    match finding.status:
        case "violated":
            return "remark" if finding.effect == "none" else "unmet"
        case "open":
            return "to-do" if row is None or row.phase == "act" else None
        case "undecided":
            return "undecided"
        case "judgement":
            return "judgement"
        case _:
            return None


def shown(text: str) -> str:
    """Text of others on one line, with what is invisible or turns text around made visible."""
    return str(visible(" ".join(text.split())))


def distinct(names: Iterable[str]) -> Iterable[str]:
    """The names in order, those that come again with their count: `a`, `a #2`."""
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
        yield name if counts[name] == 1 else f"{name} #{counts[name]}"


def verdict_code(report: Report) -> int:
    """The exit code of the verdict alone, policies aside: 0 as planned, 1 not so, 3 not known."""
    return EXIT_CODES.get(report.verdict, 1)


def outcome(report: Report) -> str:
    """The verdict with the policies that deny the use: `conditional, denied by acme`."""
    denied = listed([row.policy for row in report.denials]) if report.denials else ""
    return f"{report.verdict}, denied by {denied}" if denied else report.verdict


def policy_text(row: PolicyDecision) -> str:
    """What a policy says: `acme: deny by no-llama. Its reason. Waiver of Ada until 2027-01-31, in-force.`."""
    by = f" by {row.rule}" if row.rule else ""
    waiver = row.waiver
    waived = "" if waiver is None else f" Waiver of {waiver.owner} until {waiver.expires}, {waiver.state}."
    return f"{row.policy}: {row.decision}{by}. {row.says}{waived}"


def uri_path(path: str) -> str:
    """A path as a URI reference; characters that have no bytes become a replacement."""
    return quote(path.encode("utf-8", "replace"), safe="/")


def _files(report: Report) -> tuple[str, ...]:
    """The files that an audit names, longest first."""
    places = [each.place.partition(": ")[0] for each in report.witnesses or ()]
    return tuple(sorted({place for place in places if place not in ("", ".")}, key=lambda p: (-len(p), p)))


def _artefact(finding: Finding, report: Report, files: Collection[str]) -> Artefact | None:
    for name in finding.facts_used:
        found = artefact(finding.facts_used[name].source, files)
        if found is not None:
            return found
    if finding.clause == "altered-text" or finding.kind == "alteration":
        for each in report.witnesses or ():
            place = each.place.partition(": ")[0]
            if each.source.endswith("-file") and finding.says.startswith(f"{each.place} is "):
                return Artefact(path=place)
    if finding.kind == "contradiction":
        for source in re.findall(r"\(((?:observed|declared): [^()]+)\)", finding.says):
            found = artefact(source, files)
            if found is not None:
                return found
    return None


def artefact(source: str, files: Collection[str] = ()) -> Artefact | None:
    """The file that a fact's source names: `observed: README.md:3`, `declared: facts.yaml`; None where it names none.

    `files` are those known from an audit, whose names may hold spaces.
    """
    kind, _, place = source.partition(": ")
    if kind not in ("observed", "declared") or not place:
        return None
    released = kind == "observed"
    known = (name for name in files if place.startswith(name) and _AFTER_FILE.match(place, len(name)))
    path = next(known, None) if released else None
    if path is not None:
        number = re.match(r":([1-9][0-9]{0,8})(?![0-9])", place[len(path) :])
        return Artefact(path=path, line=int(number[1]) if number else None)
    lined = _LINE.match(place)
    if lined is not None:
        return Artefact(path=lined["path"], line=int(lined["line"]), released=released)
    first = place.partition(", ")[0].partition(": ")[0]
    named = " " not in first and first != "." and (released or "." in first or "/" in first)
    return Artefact(path=first, released=released) if named and not first.startswith("--") else None
