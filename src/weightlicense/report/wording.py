"""What a report says to people: the verdict as a sentence, the range, the advice, counts.

Renderers for people share it; the words of the interface (verdicts, statuses, names of duties) stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from weightlicense.decision import VERDICT_RULE, PolicyDecision
from weightlicense.finding import (
    EXIT_CODES,
    LEVELS,
    UNDETERMINED,
    DutyRow,
    Finding,
    Question,
    Report,
    Testified,
    allowed,
)

NUMBERS: Final = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
MATCHES: Final = {
    "exact": "the same bytes as the text that was encoded",
    "reformatted": "the same words as the text that was encoded, laid out in another way",
    "modified": "words differ from the text that was encoded",
    "unknown": "not the text that was encoded",
}
ADVICE: Final = {
    "permitted": "Go ahead, and keep this report.",
    "conditional": "Go ahead once these are done; declare each as it is done, and the report shows it.",
    "breach": "Put right what is not met before you go on.",
    "needs-license": "Do not start before the licensor has given the license, and keep it on file.",
    "not-granted": "Do not do this under these terms: change the use, choose another model, or get other terms.",
    "prohibited": "Do not do this under these terms: change the use, or choose another model.",
    UNDETERMINED: "Do not start before this is settled.",
}


def counted(number: int, one: str, many: str | None = None) -> str:
    """`one clause`, `3 clauses`: a count in words up to twelve with its noun."""
    noun = one if number == 1 else many or f"{one}s"
    return f"{NUMBERS[number] if number < len(NUMBERS) else number} {noun}"


def listed(parts: Sequence[str]) -> str:
    """`a, b and c`; there is at least one."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def sentence(text: str) -> str:
    """The text with a capital."""
    return text[:1].upper() + text[1:]


def verdict(report: Report) -> str:
    """The verdict as a sentence that needs no vocabulary, with the policies that deny the use."""
    denied = denial(report)
    if denied is None:
        return _verdict(report)
    # Where the license would let it pass, the policy is the answer; else it is one more no.
    return denied if report.verdict in EXIT_CODES else f"{_verdict(report)} {denied}"


def denial(report: Report) -> str | None:
    """That policies of organisations deny the use, as a sentence; None where none does."""
    if not report.denials:
        return None
    many = len(report.denials) > 1
    names = listed([str(visible(" ".join(row.policy.split()))) for row in report.denials])
    denies = f"{'policies' if many else 'policy'} {names} {'deny' if many else 'denies'} it"
    match report.verdict:
        case "permitted":
            return f"No. The license allows it, but the {denies}."
        case "conditional":
            return f"No. The license allows it on conditions, but the {denies}."
        case _ if report.verdict == UNDETERMINED:
            return f"No. The {denies}, whatever the license says."
        case _:
            return f"The {denies} as well."


def advice(report: Report) -> str:
    """What to do about the verdict, or about a policy that denies what the license allows."""
    if own_denials(report) and allowed(LEVELS[report.best]):
        return "Do not do this before whoever keeps the policy has agreed."
    return f"{_policies_first(report)}{ADVICE[report.verdict]}"


def _policies_first(report: Report) -> str:
    """What the policies of organisations wait for where the license allows the use, as sentences."""
    if report.denials or report.verdict not in ("permitted", "conditional"):
        return ""
    said = ""
    for decision, says in (
        ("undecided", "First settle what {} must know. "),
        ("approval", "First get the approval that {} asks for. "),
    ):
        names = [
            str(visible(" ".join(row.policy.split())))
            for row in report.policies
            if row.kind == "organization" and row.decision == decision
        ]
        said += says.format(listed(names)) if names else ""
    return said


def own_denials(report: Report) -> tuple[PolicyDecision, ...]:
    """The policies that deny the use by a rule of their own, not only because the verdict does not allow it."""
    return tuple(row for row in report.denials if row.rule != VERDICT_RULE)


def _verdict(report: Report) -> str:
    duties = [duty for duty in report.duties if duty.phase == "act"]
    waiting = [duty for duty in duties if duty.status not in ("satisfied", "violated")]
    match report.verdict:
        case "permitted" if duties:
            return "Yes. Every duty that comes with this use is shown to be met."
        case "permitted":
            return "Yes. Nothing has to be done first."
        case "conditional" if not waiting:
            return "Yes, on conditions that nothing yet shows to be met."
        case "conditional":
            shown = "is not yet shown to be met" if len(waiting) == 1 else "are not yet shown to be met"
            return f"Yes, on conditions: {counted(len(waiting), 'duty', 'duties')} {shown}."
        case "breach":
            unmet = sum(duty.status == "violated" for duty in report.duties)
            return f"Not as it stands. The use is allowed, but {counted(max(1, unmet), 'duty is', 'duties are')} not met."
        case "needs-license":
            return "Not without permission. Only a separate license from the licensor would allow this."
        case "not-granted":
            return "No. The license gives no right to do this."
        case "prohibited":
            clauses = sum(f.status == "violated" and f.effect == "prohibited" for f in report.findings)
            return f"No. {sentence(counted(max(1, clauses), 'clause forbids', 'clauses forbid'))} it."
        case _:
            return _undetermined(report)


def _undetermined(report: Report) -> str:
    if any(question.fact == "license" for question in report.questions):
        return "Not known yet. First it must be known which license this is."
    first = sum(question.first for question in report.questions)
    judged = len(judged_by_people(report))
    unread = lacking(report)
    works = sum(finding.missing == ("license",) for finding in unread)
    altered = sum(any("altered" in each for each in finding.missing) for finding in unread)
    texts = len(unread) - works - altered
    parts = [
        *([counted(first, "answer")] if first else []),
        *([f"a person's judgement of {counted(judged, 'clause')}"] if judged else []),
        *([f"{counted(works, 'license')} that nobody read"] if works else []),
        *([f"{counted(altered, 'clause')} that your copy has in other words"] if altered else []),
        *([f"{counted(texts, 'text')} that the catalogue does not know"] if texts else []),
    ]
    if not parts:
        return "Not known yet. What is missing could turn the answer into a no."
    if not judged and not unread:
        return f"Not known yet. {sentence(parts[0])} {'settles' if first == 1 else 'settle'} it."
    return f"Not known yet. It hangs on {listed(parts)}."


def waits_for_more(report: Report) -> bool:
    """Whether no answer alone settles it: a person must judge, or a text is missing."""
    return bool(judged_by_people(report) or lacking(report))


def judged_by_people(report: Report) -> list[Finding]:
    """The findings that only a person's judgement decides, duties aside."""
    return [f for f in report.findings if f.status == "judgement" and f.effect != "duty"]


def lacking(report: Report) -> list[Finding]:
    """The findings that wait for words which nobody has encoded."""
    return [finding for finding in report.findings if is_lacking(finding)]


def is_lacking(finding: Finding) -> bool:
    """Whether words are missing that no declared fact stands for: an unknown or an altered text."""
    facts = all("." in name and " " not in name for name in finding.missing)
    undecided = finding.status == "undecided" and finding.effect not in ("duty", "none")
    return undecided and (finding.kind == "incorporation" or not facts)


def reach(report: Report) -> str:
    """The range as a sentence."""
    if report.best == report.worst:
        return f"Settled: best and worst are both {report.best}."
    settled = allowed(LEVELS[report.best]) == allowed(LEVELS[report.worst])
    known = "Settled on this side of the line: at best" if settled else "At best"
    return f"{known} {report.best}, at worst {report.worst}, by what is still open."


def against(finding: Finding) -> str:
    """What a clause that stands against the use says; a grant, that it reaches no further."""
    is_limit = finding.kind == "grant" and finding.status == "violated"
    return f"Granted is no more than this: {finding.says}" if is_limit else finding.says


def asked(question: Question) -> str:
    """The question, with how many fields of use it is about and the first of them."""
    if question.type != "hazards":
        return question.ask
    tags = [value for value in question.values if value != "none"]
    more = " …" if len(tags) > len(tags[:3]) else ""
    return f"{question.ask.removesuffix('?')} {len(tags)}: {', '.join(tags[:3])}{more}?"


def sections(report: Report) -> dict[str, str]:
    """Where each clause stands in its text, by its reference."""
    return {finding.reference: finding.at for finding in report.findings}


def places(references: Sequence[str], at: dict[str, str]) -> str:
    """Where clauses stand: `1.b.i, 3`, with their documents where there are several: `llama-3.1 1.b.i; mit 1`."""
    found: dict[str, list[str]] = {}
    for reference in references:
        shown = found.setdefault(reference.partition("/")[0], [])
        section = at.get(reference, "")
        if section and section not in shown:
            shown.append(section)
    if len(found) == 1:
        return ", ".join(next(iter(found.values())))
    return "; ".join(f"{document} {', '.join(shown)}".rstrip() for document, shown in found.items())


def copies(report: Report) -> tuple[tuple[str, str, str], ...]:
    """Of an audit, the texts in the directory that are known: their place, the document, how they match it."""
    said = (
        (witness.place, witness.says.get("text"), witness.says.get("match"))
        for witness in report.witnesses or ()
    )
    return tuple((place, str(text), str(match)) for place, text, match in said if text and match in MATCHES)


def cure(duty: DutyRow) -> str | None:
    """Whether the text lets a breach be cured, as a sentence; None where it says nothing of it."""
    match duty.cure_allowed, duty.cure_days:
        case None, _:
            return None
        case False, _:
            return "The text allows no cure of a breach."
        case _, None:
            return "A breach may be cured; the text sets no time."
        case _, days:
            return f"A breach may be cured within {counted(days or 0, 'day')}."


SPOKEN: Final = {
    "license": "license",
    "license_name": "license name",
    "license_concluded": "license concluded",
    "license_tags": "license in tags",
    "license_classifiers": "license in classifiers",
    "license_mentions": "license in prose",
    "text": "text",
    "match": "match",
    "altered": "altered clauses",
    "near": "most like",
    "base_models": "comes from",
    "model_name": "name",
    "datasets": "trained on",
    "near_misses": "keys that declare nothing",
}
"""What a witness says of licenses, origin and name, in the order in which it is told; the rest is in the JSON."""


def testimony(witness: Testified) -> Iterator[tuple[str, str]]:
    """What a witness says that bears on the answer, as label and text."""
    for key, label in SPOKEN.items():
        if key in witness.says:
            yield label, _spoken(witness.says[key])


def _spoken(value: Any) -> str:
    match value:
        case list():
            return ", ".join(_spoken(each) for each in value)
        case {"name": name, **rest}:
            relation = rest.get("relation") or ("a hint" if rest.get("hint") else None)
            return f"{name} ({relation})" if relation else str(name)
        case {"text": text}:
            return str(text)
        case {"key": key, "value": said}:
            return f"{key}: {said}"
        case None:
            return "none that is known"
        case _:
            return str(value)


def visible(value: object) -> object:
    """Text with invisible and direction-changing characters shown as `⟨U+202E⟩`; other values as they are."""
    if type(value) is not str or value.isprintable():
        return value
    return "".join(char if _harmless(char) else f"⟨U+{ord(char):04X}⟩" for char in value)


def _harmless(char: str) -> bool:
    # Not printable are, beside controls and formats, the kinds of space other than U+0020: those are kept.
    return (
        char.isprintable()
        or char in "\n\t"
        or (char.isspace() and char > "\x9f" and char not in "\u2028\u2029")
    )
