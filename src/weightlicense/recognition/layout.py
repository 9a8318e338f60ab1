"""What a copy of a text may have beside its words: encodings, page furniture, marks of lists, notes around it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Final

from weightlicense.anchor import INLINE_TAG, Words, decode, tokenize
from weightlicense.recognition.fingerprint import MARK, SAMPLED, Known, run_hashes, title_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_ODD_ENCODINGS: Final = ("windows-1252", "gb18030", "mac_roman", "big5", "shift_jis", "euc_kr")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_UNSHOWN_BEGIN = re.compile(r"(?i)<(style|script)\b[^<>]{0,500}>")
_PAGE_BEGIN = re.compile(r"(?i)<(?:!doctype html|html|head|body)\b")
_UNREAD_BEGIN = re.compile(r"(?i)<(!--|nav|template)")
# What a reader does not see, or sees struck out: comments, deletions, elements that their attributes hide.
_UNSEEN_BEGIN = re.compile(
    r"(?i)<(!--|(?:del|s|strike|template)(?=[\s>])"
    r"|(?:p|div|span|section|article|li|ul|ol|dl|dd|dt|table|tbody|tr|td|h[1-6]|a|b|i|em|strong|font|small|pre|blockquote)"
    r"(?=\s[^<>]{0,500}?(?:\bdisplay\s*:\s*none|visibility\s*:\s*hidden|(?<=\s)hidden[\s>=/])))"
)
_STRUCK = re.compile(r"(?<!~)~~(?=[^\s~])[^~]{1,50000}(?<=[^\s~])~~(?!~)")
_MENU_LINK = re.compile(
    r"(?i)<a\b[^<>]{0,1000}>(?:\s|<[^<>]{0,500}>){0,20}+[^\s<>]++(?:\s+[^\s<>]++){0,2}(?:\s|<(?!/a>)[^<>]{0,500}>){0,20}+</a>"
)
_TAG_BEGIN = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9-]*|!doctype)")
_TAG_REST = re.compile(r"""[^"'>]*+(?:"[^"]*+"[^"'>]*+|'[^']*+'[^"'>]*+)*+>""")
_INLINE = re.compile(rf"(?i)/?(?:{INLINE_TAG})")
# More broken tags than this are no page, and would take long.
_BROKEN_TAGS: Final = 20
# What the sites of licensors say of their own pages.
_OF_THE_PAGE = re.compile(
    r"(?i)except as otherwise noted,\s+the content of this page is licensed under the\s+"
    r"Creative Commons Attribution 4\.0 License\s*,\s*and code samples are licensed under the\s+Apache 2\.0 License\s*\.?"
)
_PAGE = re.compile(
    r"(?i)^\W*(?:(?:page|seite|p\.|第)?\W*\d{1,4}\W*(?:(?:of|/|von|页|頁|共)\W*\d{1,4}\W*)?[页頁]?|page\W+[ivxl]{1,6})\W*$"
)
_PAGE_LINE = re.compile(
    r"(?im)^[^\w\n]*(?:(?:page|seite|第)[^\w\n]*)?\d{1,4}[^\w\n]*(?:(?:of|/|von|页|頁|共)[^\w\n]*\d{1,4}[^\w\n]*)?(?:[页頁][^\w\n]*)?$"
)
_NAMED_PAGE = re.compile(
    r"(?im)^[^\w\n]*(?:page|seite|第)[^\w\n]*\d{1,4}[^\w\n]*(?:(?:of|/|von|页|頁|共)[^\w\n]*\d{1,4}[^\w\n]*)?(?:[页頁][^\w\n]*)?$"
)
_BLANKED = re.compile(r"[^\n]")
_LEADER = re.compile(r"[ \t]*(\*|//|#|;|--|%|>|!|\||REM)(?=\s|$)")
_LINE_NUMBER = re.compile(r"[ \t]*(\d{1,6})[ \t]*(?:[|:]|(?=[ \t])|$)")
_FEWEST_NUMBERED: Final = 8
_ESCAPE = re.compile(r"&(?:amp|lt|gt|quot|#39|#x27);")
_BLOCK_ESCAPED = re.compile(r"</?(?:p|h[1-6]|div|li|ul|ol|br|body|html|pre)\b[^<>]{0,200}>")
_TARGET_BEFORE = re.compile(r"\]\((?:[^()\s]|\([^()\s]*\))*\Z")
_REST = re.compile(r"[^\s)]{0,500}")
_SPLIT = re.compile(r"[-\u2010\u00ad]?[ \t\r]*\n\W*")
_BULLET = re.compile(
    r"(?i)(?:^|\n)[^\w\n]*(?:[-*+\u2022\u2023\u25aa\u25cf\u25e6\u00b7\u2013\u2014#]|<li[^<>\n]*>)[^\w\n]*\Z"
)
_SENTENCE = re.compile(r"(?<=[.!?;。！？；])\s+|(?<=[。！？；])|\n\s*\n")
_COPYRIGHT = re.compile(
    r"(?im)^\W*(?:portions?\W+|spdx-filecopyrighttext\W*)?(?:copyright\b|\(c\)|©)[\W\d]*|\ball rights reserved\b\.?"
    r"|^\W*spdx-license-identifier\W.*$"
)
_BINDING = re.compile(
    r"(?i)\b(?:shall|may not|may only|must not|prohibit\w*|forbid\w*|not (?:be )?(?:permitted|allowed|authori[sz]ed)"
    r"|non-?\s?commercial\w*|commercial(?:ly)?|research (?:use |purposes )?only|solely|exclusively|only|owes?|mandatory|(?:not|non)(?: legally|-)? ?binding|void|until|unless|revok\w*|expires?|exclud\w*|threshold|more than|less than|at least|overrid\w*|prevails?"
    r"|for (?:personal|research|academic|educational|evaluation) (?:use|purposes)"
    r"|restrict\w*|limit(?:ed|s)? to|royalt\w+|fees?\b|terminat\w+|indemnif\w+|supersede\w*|notwithstanding|prior written|recipients?|licensees?|whoever|any ?one who|pays?|payments?"
    r"|without (?:our|the|prior|express|written|a )|additional (?:terms|conditions?|restrictions?|clauses?)"
    r"|except (?:that|as|for|where|when)|in lieu of|instead of|does not apply|do not apply|no longer|compet(?:es?|ing|itors?)"
    r"|darf nicht|dürfen nicht|untersagt|verboten|ausschließlich|nur für|gewerblich\w*|kommerziell\w*|interdit\w*"
    r"|uniquement|ne (?:doit|peut|peuvent|doivent)|doit|doivent|réservée?s?|prohibid\w*|no (?:puede|podrá|se permite)"
    r"|únicamente|comercial\w*|proibid\w*|não (?:pode|é permitido)|vietat\w*|non (?:può|è consentito)|esclusivamente"
    r"|commercial[ei]|запрещ\w*|не допуска\w*|обязан\w*|только для|коммерч\w*)"
    r"|\b(?:licen[cs]ed (?:for|to)\b(?! you\b)|lapses?|ends? (?:on|after)|reserv(?:e|es|ed|ing)|separate(?:ly)? licen[cs]\w*|applies too"
    r"|also appl(?:y|ies)|appl(?:y|ies) (?:also|as well)|evaluation|academic licen[cs]e|proprietary|military|weapons?)\b"
    r"|\A\W*(?:no|not)\s+(?!warrant|guarantee|part\b|copyright|legal|affiliat|changes?\b|modif)\w"
    r"|不适用|不適用|不得|禁止|仅限|仅供|不允许|不可|必须|应当|须经|商业|商用|授权费|限制|禁じ|してはな|必要があ|商業|ものとし|금지|하여야|해야|상업"
)
_CONDITIONAL = re.compile(
    r"(?i)\b(?:must|requires?d?|permission|consent|subject to|agrees?|agreeing|cannot|can not|do not|don't|provided that"
    r"|obligat\w+|waive\w*|condition\w*|ha(?:ve|s) to|needs?|muss|müssen|debe(?:n|mos|rán?|ría[ns]?)?|deve(?:m|mos|rá|rão|riam?)?|devono)\b"
)
# A sentence that points at the text it introduces sets no terms of its own.
_POINTING = re.compile(
    r"(?i)\b(?:following|below|above(?! \d)|this file|as required|cop(?:y|ies) of|retain\w*|see|text|accompan\w+|attached|reproduced"
    r"|under the (?:terms|license)|the (?:terms|conditions) (?:of|and))\b"
)
# More than this is read by nobody and not searched: what it says is unknown, never harmless.
_LONGEST_NOTE: Final = 200_000
_TITLE_WORD = re.compile(r"(?i)\b(?:licen[cs]e|agreement|policy|terms)\b|许可|協議|协议|条款|政策")
# A title with such a word names another text than the one it qualifies.
_QUALIFIERS: Final = frozenset(
    {
        "modified",
        "non",
        "noncommercial",
        "nc",
        "commercial",
        "custom",
        "plus",
        "restricted",
        "amended",
        "extended",
    }
    | {"variant", "based", "no", "with", "additional", "revised", "adapted"}
)


def read(data: bytes, known: Known) -> str | None:
    """The text of a file in whatever encoding; None where it is no text."""
    if data[:4] in (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"):
        return data.decode("utf-32", errors="replace")
    if data[:2] not in (b"\xff\xfe", b"\xfe\xff") and b"\0" in data[:8192]:
        even, odd = data[:8192:2].count(0), data[1:8192:2].count(0)
        if max(even, odd) < 8 or min(even, odd) * 8 > max(even, odd):
            return None
        return data.decode("utf-16-be" if even > odd else "utf-16-le", errors="replace")
    text = decode(data)
    controls = len(re.findall(r"[\x00-\x08\x0e-\x1b\x7f\ufffe\uffff]", text[:65536]))
    if controls * 100 > len(text[:65536]):
        return None
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            text = _most_known([data.decode(name, errors="replace") for name in _ODD_ENCODINGS], known)
    else:
        if "â€" in text:
            twice = text.encode("windows-1252", errors="replace").decode("utf-8", errors="replace")
            text = _most_known([text, twice], known)
    return text


def _most_known(texts: list[str], known: Known) -> str:
    """The reading with most words that any known text has; the first where none has more."""
    heads = [text[:200_000] for text in texts]
    counts = [
        known.familiar(h for h in run_hashes(tokenize(head).words) if not h & SAMPLED) for head in heads
    ]
    return texts[counts.index(max(counts))]


def readings(text: str) -> Iterator[str]:
    """The text without what no reader sees; then, where they may be what differs, without pages and escapes."""
    text = without(text, _elements(text, _UNSHOWN_BEGIN))  # style sheets and scripts
    if text.count("\\n") > 5 + text.count("\n"):  # line ends that an encoder wrote out
        text = text.replace("\\r\\n", "\n").replace("\\n", "\n").replace("\\t", " ").replace('\\"', '"')
    text = _without_leaders(text)
    yield text
    shown = text
    for pages in (_NAMED_PAGE, _PAGE_LINE):
        unpaged = pages.sub(lambda found: _BLANKED.sub(" ", found[0]), text)
        if unpaged != shown:
            yield (shown := unpaged)
    if (unnumbered := _without_line_numbers(text)) is not None:
        yield unnumbered
    if _ESCAPE.search(text):
        from html import unescape

        yield unescape(_BLOCK_ESCAPED.sub(" ", text))
    if (page := _shown(text)) is not None:
        yield page


def _without_line_numbers(text: str) -> str | None:
    """The text with the numbers of its lines blanked, where each or each fifth line begins with its own; else None."""
    lines = text.split("\n")
    numbered = {place: found for place, line in enumerate(lines) if (found := _LINE_NUMBER.match(line))}
    shifts = Counter(int(found[1]) - place for place, found in numbered.items())
    if not shifts:
        return None
    shift, count = shifts.most_common(1)[0]
    if count < max(_FEWEST_NUMBERED, len(lines) // 6):
        return None
    for place, found in numbered.items():
        if int(found[1]) - place == shift:
            lines[place] = _BLANKED.sub(" ", found[0]) + lines[place][found.end() :]
    return "\n".join(lines)


def unseen(text: str) -> list[tuple[int, int]]:
    """The stretches of a text that are marked up as not to be read: comments, deletions, hidden elements."""
    struck = (found.span() for found in _STRUCK.finditer(text))
    return sorted([*_elements(text, _UNSEEN_BEGIN), *struck])


def without(text: str, places: Iterable[tuple[int, int]]) -> str:
    """The text with some stretches of it blanked."""
    pieces: list[str] = []
    done = 0
    for start, end in places:
        pieces += (text[done:start], _BLANKED.sub(" ", text[max(done, start) : end]))
        done = max(done, end)
    return "".join((*pieces, text[done:])) if pieces else text


def _elements(text: str, begin: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """From the beginning of each outermost element to its closing tag; what is never closed is none."""
    done = 0
    ends: dict[str, int] = {}
    for found in begin.finditer(text):
        name = found[1].lower()
        if found.start() < done or ends.get(name) == -1:
            continue
        closing = re.compile("-->" if name == "!--" else rf"(?i)</{name}\b").search(text, found.end())
        ends[name] = -1 if closing is None else closing.start()
        if closing is not None:
            yield found.start(), ends[name]
            done = ends[name]


def _shown(text: str) -> str | None:
    """What a page of HTML shows beside its menus; None for another text.

    A menu that sounds as if it set terms stays; its links of a few words (`Prohibited use`) lead to terms and set none.
    """
    if not _PAGE_BEGIN.search(text[:10_000]):
        return None
    pieces: list[str] = []
    done = 0
    for start, end in _elements(text, _UNREAD_BEGIN):
        is_menu = text[start + 1 : start + 4].lower() == "nav"
        plain = _without_tags(_MENU_LINK.sub("\n", text[start:end])) if is_menu else ""
        if plain is not None and not binding(plain):
            pieces.append(text[done:start])
            done = end
    return _without_tags("\n".join((*pieces, text[done:])))


def _without_tags(text: str) -> str | None:
    """The text between the tags of a page; None where they are too broken to tell."""
    pieces: list[str] = []
    done = broken = 0
    for found in _TAG_BEGIN.finditer(text):
        if found.start() < done:
            continue
        end = _TAG_REST.match(text, found.end())
        if end is None:
            broken += 1
            if broken > _BROKEN_TAGS:
                return None
            continue
        pieces += (text[done : found.start()], "" if _INLINE.fullmatch(found[1]) else "\n")
        done = end.end()
    return "".join((*pieces, text[done:]))


def _without_leaders(text: str) -> str:
    """The text without the signs that make each line a comment."""
    head = [line for line in text[:20_000].splitlines() if line.strip()]
    found = Counter(leader[1] for line in head if (leader := _LEADER.match(line)))
    for sign, count in found.most_common(1):
        if count >= 0.8 * len(head) and count > 2:
            return re.sub(rf"(?m)^([ \t]*){re.escape(sign)}", r"\1" + " " * len(sign), text)
    return text


class Page:
    """A text as laid out: its lines, and which of its words belong to the layout."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.text = words.text

    @cached_property
    def _lines(self) -> list[int]:
        """Where each line begins."""
        return [0, *(found.end() for found in re.finditer(r"[\n\f\v\u2028]", self.text))]

    @cached_property
    def _marks(self) -> dict[int, int]:
        """The marks of lists, start to end."""
        return {found.start("mark"): found.end("mark") for found in MARK.finditer(self.text)}

    @cached_property
    def _repeated(self) -> Counter[str]:
        """How often each line stands in the text, numbers left out."""
        lines = (line for line in self.text.splitlines() if 0 < len(line) < 200)
        return Counter(masked for line in lines if (masked := _masked(line)))

    def line(self, word: int) -> tuple[int, int]:
        """The line of a word, in characters."""
        index = bisect_right(self._lines, self.words.starts[word]) - 1
        end = self._lines[index + 1] if index + 1 < len(self._lines) else len(self.text)
        return self._lines[index], end

    def is_layout(self, word: int, names: Sequence[frozenset[str]]) -> bool:
        """Whether a word is a page number, a running head or the mark of a list item."""
        start, end = self.line(word)
        line = self.text[start:end]
        place, stop = self.words.starts[word], self.words.ends[word]
        at = bisect_right(self._mark_starts, place) - 1
        if at >= 0 and stop <= self._marks[self._mark_starts[at]]:
            return True
        if len(line) < 200:
            if _PAGE.match(line):
                return True
            found = title_words(line)
            head = {each for each in found if not each.isdigit() or len(each) > 3} - {"page", "of"}
            numbered = any(each.isdigit() for each in found)
            if (
                self._repeated[_masked(line)] >= 2
                and not binding(line)
                and ((numbered and len(found) <= 12) or any(head and head <= name for name in names))
            ):
                return True
        return False

    def target(self, word: int) -> list[str] | None:
        """The words of the link target that a word stands in, without the scheme; None outside of one."""
        place = self.words.starts[word]
        begun = _TARGET_BEFORE.search(self.text, max(0, place - 300), place)
        if begun is None:
            return None
        first, last = self.span_words(begun.start(), place + len(_REST.match(self.text, place)[0]))  # type: ignore[index]
        return [each for each in self.words.words[first:last] if each not in ("http", "https")]

    @cached_property
    def _mark_starts(self) -> list[int]:
        return sorted(self._marks)

    def is_list_item(self, word: int) -> bool:
        """Whether a bullet, or an item of an HTML list, stands before a word."""
        return (
            _BULLET.search(self.text[max(0, self.words.starts[word] - 80) : self.words.starts[word]])
            is not None
        )

    def joined(self, first: int, last: int) -> list[str] | None:
        """The words from `first` to `last` (exclusive) with those that a line end splits put together; None if none."""
        words, starts, ends = self.words.words, self.words.starts, self.words.ends
        found: list[str] = []
        split = False
        for index in range(first, last):
            if index > first and _SPLIT.fullmatch(self.text[ends[index - 1] : starts[index]]):
                found[-1] += words[index]
                split = True
            else:
                found.append(words[index])
        return found if split else None

    def stands_apart(self, left: int, right: int) -> bool:
        """Whether a line end or a sign of punctuation separates two words that follow each other."""
        between = self.text[self.words.ends[left] : self.words.starts[right]]
        return re.search(r"[\n\f\"'>:|=.;!?。；：\u201c\u201d]", between) is not None

    def excerpt(self, first: int, last: int, most: int = 400) -> str:
        """The words from `first` to `last` (exclusive) as written, white space folded, the middle of long ones left out."""
        start, end = self.words.starts[first], self.words.ends[last - 1]
        return cut(self.text[start : min(end, start + 100_000)], most)

    def span_words(self, start: int, end: int) -> tuple[int, int]:
        """The words within a stretch of characters."""
        return bisect_left(self.words.starts, start), bisect_right(self.words.ends, end)


def cut(text: str, most: int) -> str:
    """A text with its white space folded and the middle of a long one left out."""
    folded = " ".join(_CONTROL.sub(" ", text).split())  # a terminal obeys them
    return (
        folded
        if len(folded) <= most
        else f"{folded[: most * 3 // 4].rstrip()} … {folded[-(most // 4) :].lstrip()}"
    )


def _masked(line: str) -> str:
    return " ".join(re.sub(r"\d+", "0", line).split()).lower()


def binding(text: str, repeated: Sequence[str] = ()) -> bool:
    """Whether a text around a license sounds as if it sets terms of its own.

    Copyright lines do not, nor does a sentence that only points at the license. `repeated` are sentences that the
    license itself has.
    """
    if len(text) > _LONGEST_NOTE:
        return True
    text = _OF_THE_PAGE.sub(" ", _COPYRIGHT.sub(" ", text))
    for sentence in _SENTENCE.split(text):
        if sentence in repeated:
            continue
        if _BINDING.search(sentence):
            return True
        if _CONDITIONAL.search(sentence) and not _POINTING.search(sentence):
            return True
    return False


def sentences(text: str) -> list[str]:
    """The sentences of a text, and its paragraphs."""
    return [sentence for sentence in _SENTENCE.split(text[:_LONGEST_NOTE]) if sentence.strip()]


def titles(text: str) -> list[str]:
    """The lines that look like the title of a license."""
    found = []
    for line in text[:_LONGEST_NOTE].splitlines():
        plain = re.sub(r"<[^<>]{0,200}>", " ", line).strip(" \t#*_=-:\"'`/<>|")
        if plain and len(plain) < 120 and _TITLE_WORD.search(plain) and not re.search(r"[.。]\s*$", plain):
            found.append(plain.removeprefix("license:").removeprefix("License:").strip() or plain)
    return found


def qualified(title: frozenset[str], names: Sequence[frozenset[str]]) -> bool:
    """Whether a title is a name with a word that makes it another text's."""
    return any(name < title and (title - name) & _QUALIFIERS for name in names)
