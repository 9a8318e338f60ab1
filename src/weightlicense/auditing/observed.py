"""Facts that a directory shows, each with its source: what is not in the directory is not there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from weightlicense import catalogue
from weightlicense.artifacts import Directory, Name, TextFile, Unread, clean
from weightlicense.auditing.statements import pipeline_parts
from weightlicense.usecase import RANKS, Contradiction, Facts, Given
from weightlicense.value import name_folded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from weightlicense.auditing.copies import Copy
    from weightlicense.auditing.origin import Origin

_NAME_ORDER: Final = (
    "hub cache",
    "card: Hub id in the title",
    "card: hub_model_id",
    "card: model_id",
    "card: model_name",
    "gguf: general.name",
)
_FRONT_MATTER = re.compile(r"\A\ufeff?\s*---[ \t]*\r?\n.*?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HIDDEN = re.compile(r"(?is)<(script|style|template)\b.*?(?:</\1\s*>|\Z)")
_MARKUP = re.compile(r"</?[A-Za-z][^<>]{0,400}>|[*_`~]{1,3}|^[ \t]*#{1,6}[ \t]+|^[ \t]*>[ \t]?", re.MULTILINE)
# No bracket inside brackets: a text of nothing but brackets would take hours.
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\([^()\n]*\)")
_NOTICE_FILE = re.compile(r"notices?([._ -].*)?", re.IGNORECASE)
_CHANGES_FILE = re.compile(r"(changes|changelog|modifications)(\.(md|txt|rst))?", re.IGNORECASE)
_CHANGED = re.compile(
    r"(?i)\b(?:weights?|parameters?|layers?|tensors?|files?|checkpoints?)\b[^.\n]{0,80}?\b(?:were|was|have been|has been|are|is)\s+"
    r"(?:\w+ly\s+)?(?:modified|changed|altered|fine-?tuned|quanti[sz]ed|converted|merged|pruned|re-?trained)\b"
    r"|\b(?:modified|changed|altered)\s+(?:\w+\s+){0,2}(?:weights?|parameters?|layers?|tensors?|files?)\b"
)
_DENIED = re.compile(
    r"(?i)\b(?:no|not|never|without|none|nothing|neither|isn't|aren't|wasn't|weren't|unless|if|must|should|may)\b"
)
_FORMAT_WORDS = re.compile(
    r"( (i?gguf|awq|gptq|exl[23]|mlx|onnx|bnb|fp8|b?f16|fp16|f32|int[48]|[3468]bit|w\d+a\d+|i?q\d( ([k01]|x{0,2}[sml]|nl))*))+$"
)
"""What a name says at its end of the form of the weights; a folder is often named so, and the model is not another."""
_UNKNOWN_TEXT = ("no plain text: its words were not read", "cannot be read", "not read")
_LICENSE_LIKE = re.compile(r"(?i)licen[cs]e|copying|terms|agreement|eula")
_POLICY_LIKE = re.compile(r"(?i)polic|acceptable|use")
_NOTICE_LIKE = re.compile(r"(?i)notice")
_CARD_LIKE = re.compile(r"(?i)read ?me|model[_ -]?card")


def observe(
    facts: Facts,
    directory: Directory,
    origin: Origin,
    copies: Iterable[Copy],
    roots: Iterable[str],
    owed: frozenset[str],
    policies: dict[str, tuple[str, ...]],
) -> None:
    """Add to `facts` what the directory shows; declared facts stay first, and what disagrees with them is kept.

    `roots` are the licenses that apply, `policies` the use policies of each. Of those that are `owed` a copy that is not
    there is missing; the others are the publisher's own, who gives them without being bound by them.
    """
    _observe_name(facts, directory)
    _observe_copies(facts, directory, tuple(copies), tuple(roots), owed, policies)
    _observe_notice(facts, directory)
    _observe_displays(facts, directory, tuple(copies))
    _observe_changes(facts, directory)
    _observe_upstream(facts, origin)
    _observe_modalities(facts, directory, origin)


def names_of(directory: Directory) -> tuple[Name, ...]:
    """The names of the model itself, the first to count first: by their source, and at the root before in folders."""
    parts = tuple(f"{part}/" for part in pipeline_parts(directory.witnesses))

    def order(name: Name) -> tuple[int, int]:
        # A name that a training tool writes (`model-index`, a title in metadata) comes after the directory's.
        later = len(_NAME_ORDER) + (name.source not in ("directory", "file"))
        rank = _NAME_ORDER.index(name.source) if name.source in _NAME_ORDER else later
        return rank, name.place.partition(":")[0].count("/")

    own = [name for name in directory.names if not (parts and name.place.startswith(parts))]
    return tuple(sorted(own, key=order))


def _give(facts: Facts, name: str, text: str, place: str) -> None:
    general = facts.given.get(name.partition("[")[0])
    if "[" in name and general is not None and general.rank < RANKS["observed"]:
        # What is declared without a document's name is meant for each.
        if general.value != text:
            between = (f"{general.text} ({general.source})", f"{text} (observed: {clean(place)})")
            facts.contradictions.append(Contradiction(fact=name, between=between))
        return
    facts.give(name, text, kind="observed", place=clean(place))


def _put(facts: Facts, key: str, value: Any, shown: str, place: str) -> None:
    """A long value with a short text for reports; what is declared stays, and displays add up."""
    old = facts.given.get(key)
    made = Given(
        key=key, text=clean(shown), value=value, rank=RANKS["observed"], source=f"observed: {clean(place)}"
    )
    if old is None or old.rank > made.rank:
        facts.put(made)
    elif isinstance(value, frozenset) and isinstance(old.value, frozenset):
        facts.put(
            replace(
                old,
                value=old.value | value,
                text=f"{old.text}; {made.text}",
                source=f"{old.source}; {made.source}",
            )
        )
    elif old.value != value:
        facts.contradictions.append(
            Contradiction(fact=key, between=(f"{old.text} ({old.source})", f"{made.text} ({made.source})"))
        )


def _observe_name(facts: Facts, directory: Directory) -> None:
    names = names_of(directory)
    if not names:
        return
    first = names[0]
    written = first.name.rpartition("/")[2] or first.name
    _give(
        facts,
        "release.model_name",
        clean(written),
        f"{first.place} ({first.source})" if first.place != "." else "the directory's name",
    )
    said = {_compared(written)}
    for other in names[1:]:
        if other.source not in (*_NAME_ORDER, "directory", "file"):
            continue
        short = other.name.rpartition("/")[2] or other.name
        folded = _compared(short)
        if folded not in said:
            said.add(folded)
            facts.contradictions.append(
                Contradiction(
                    fact="release.model_name",
                    between=(
                        f"{clean(written)} ({_named_at(first)})",
                        f"{clean(short)} ({_named_at(other)})",
                    ),
                )
            )


def _compared(name: str) -> str:
    """A name as names are held against each other."""
    return _FORMAT_WORDS.sub("", name_folded(name).casefold())


def _named_at(name: Name) -> str:
    return f"the {name.source}'s name" if name.place == "." else clean(name.place)


def license_not_read(directory: Directory) -> Unread | None:
    """A file that by its name is a license, is there and could not be read."""
    return _unknown(directory.unread, _LICENSE_LIKE)


def _unknown(unread: tuple[Unread, ...], like: re.Pattern[str]) -> Unread | None:
    """A file that may be what is looked for and whose words nobody read; nothing is concluded from it."""
    return next(
        (
            each
            for each in unread
            if like.search(each.path.rpartition("/")[2]) and each.reason.startswith(_UNKNOWN_TEXT)
        ),
        None,
    )


def _observe_copies(
    facts: Facts,
    directory: Directory,
    copies: tuple[Copy, ...],
    roots: tuple[str, ...],
    owed: frozenset[str],
    policies: dict[str, tuple[str, ...]],
) -> None:
    for root in roots:
        here = _copy_of(root, copies)
        if here is not None:
            _give(facts, f"release.license_copy[{root}]", "yes", here.file.place)
        elif license_not_read(directory) is None:
            altered = [copy.file.place for copy in copies if copy.document == root]
            if not altered and root not in owed:
                continue
            place = f"{altered[0]} is an altered text" if altered else f"no text of {root} in the directory"
            _give(facts, f"release.license_copy[{root}]", "no", place)
        if policies.get(root):
            found = [_copy_of(policy, copies) for policy in policies[root]]
            places = [copy.file.place for copy in found if copy is not None]
            if len(places) == len(found):
                _give(facts, f"release.policy_copy[{root}]", "yes", ", ".join(places))
            elif _unknown(directory.unread, _POLICY_LIKE) is None:
                missing = ", ".join(
                    policy for policy, copy in zip(policies[root], found, strict=True) if copy is None
                )
                _give(facts, f"release.policy_copy[{root}]", "no", f"no text of {missing} in the directory")


def _copy_of(document: str, copies: tuple[Copy, ...]) -> Copy | None:
    return next(
        (copy for copy in copies if copy.is_unaltered and document in copy.documents and not copy.file.cut),
        None,
    )


def text_of(file: TextFile) -> str:
    """A text file's words, whatever its encoding."""
    from weightlicense.anchor import decode

    return decode(file.data)


def notice_files(directory: Directory) -> tuple[TextFile, ...]:
    """The notice files of a release: NOTICE, Notice.txt and the like at its root, else in its folders."""
    found = [
        text
        for text in directory.texts
        if text.role == "notice"
        and not text.embedded
        and _NOTICE_FILE.fullmatch(text.path.rpartition("/")[2])
    ]
    return tuple(text for text in found if "/" not in text.path) or tuple(found)


def _observe_notice(facts: Facts, directory: Directory) -> None:
    found = notice_files(directory)
    if found:
        words = "\n".join(text_of(text) for text in found)
        places = ", ".join(text.place for text in found)
        _put(facts, "release.notice", words, f"the {len(words):,} characters of {places}", places)
    elif _unknown(directory.unread, _NOTICE_LIKE) is None:
        _give(facts, "release.notice", "none", "no notice file in the directory")


def plain(text: str) -> str:
    """What a reader of a card sees: without front matter, comments, what is struck out or hidden, and marks of emphasis."""
    from weightlicense.recognition import layout

    text = layout.without(text, layout.unseen(text))
    text = _HIDDEN.sub(" ", _COMMENT.sub(" ", _FRONT_MATTER.sub("", text, count=1)))
    return _MARKUP.sub("", _LINK.sub(r"\1", text))


def _observe_displays(facts: Facts, directory: Directory, copies: tuple[Copy, ...]) -> None:
    legal = {copy.file.path for copy in copies}
    shown = [
        text
        for text in directory.texts
        if text.role in ("card", "document") and text.path not in legal and not text.embedded
    ]
    damaged = {each.path for each in directory.unread}
    read = [text for text in shown if text.place not in damaged]
    words = frozenset(seen for text in read if (seen := plain(text_of(text)).strip()))
    if _unknown(directory.unread, _CARD_LIKE) is not None or len(read) < len(shown):
        return  # a card that nobody could read may show it
    places = ", ".join(text.place for text in read[:5]) + (
        f" and {len(read) - 5} more" if len(read) > 5 else ""
    )
    _put(
        facts,
        "release.displays",
        words,
        f"the text of {places}" if places else "none",
        places or "no card or document in the directory",
    )


def _observe_changes(facts: Facts, directory: Directory) -> None:
    for text in directory.texts:
        name = text.path.rpartition("/")[2]
        if text.role not in ("card", "notice") and not _CHANGES_FILE.fullmatch(name):
            continue
        for number, line in enumerate(_COMMENT.sub(_blank, text_of(text)).split("\n"), 1):
            for sentence in re.split(r"(?<=[.!?])\s", line[:2000]):
                if _CHANGED.search(sentence) and not _DENIED.search(sentence):
                    _give(facts, "release.states_changes", "yes", f"{text.place}:{number}")
                    return


def _blank(comment: re.Match[str]) -> str:
    return "\n" * comment[0].count("\n")


def _observe_upstream(facts: Facts, origin: Origin) -> None:
    if origin.local:
        having = [path for path, local in origin.local.items() if local.has_notice]
        if having:
            _give(facts, "upstream.notice_file", "yes", having[0])
        elif len(origin.local) == len(origin.lineage.works) - 1:
            _give(facts, "upstream.notice_file", "no", ", ".join(origin.local))


def _observe_modalities(facts: Facts, directory: Directory, origin: Origin) -> None:
    """The kinds of the model that its origin or its configuration show: the more, the stricter."""
    known: dict[str, None] = {}
    places: list[str] = []
    for model in origin.models:
        known |= dict.fromkeys(model.modalities or ())
        if model.modalities:
            places.append(f"model registry, {model.id}")
    for wanted in (("config", "modelpack"), ("card",)):
        for witness in directory.witnesses:
            if (
                witness.source in wanted
                and witness.says.get("modalities")
                and (wanted[0] == "config" or not known)
            ):
                known |= dict.fromkeys(witness.says["modalities"])
                places.append(witness.place)
    if known:
        allowed = facts.words.facts["model.modalities"].values
        kinds = ",".join(kind for kind in known if not allowed or kind in allowed)
        if kinds:
            facts.give(
                "model.modalities", kinds, kind="derived", place=clean("; ".join(dict.fromkeys(places)))
            )
    families = {model.family for model in origin.models}
    if len(families) == 1:
        facts.give(
            "model.family", families.pop(), kind="derived", place=f"model registry, {origin.models[0].id}"
        )


def policies_of(root: str) -> tuple[str, ...]:
    """The use policies that a license incorporates and the catalogue has."""
    return tuple(
        document.id
        for document in catalogue.together(root)
        if document.id != root and document.kind == "acceptable-use-policy"
    )
