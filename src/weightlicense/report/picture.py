"""The lineage as a picture: which works are drawn, what each of them brings, and where it stands.

Works stand in rows, ancestors above and the subject at the foot; a relation leads down from a work to what was made of
it. A wide drawing has several works in a row, a narrow one a single one with the relations at its left. Works that follow
each other and differ in nothing that matters are drawn as one. Coordinates are in CSS pixels, and a drawing is never so
wide that it would have to be shrunk until nobody can read it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final
from unicodedata import east_asian_width

from msgspec import Struct
from msgspec.structs import replace

from weightlicense.descent import Descent, Work
from weightlicense.finding import Finding, Report
from weightlicense.lineage import TEACHING
from weightlicense.report.wording import counted, sentence, visible

MOST_DRAWN: Final = 36
"""So many works are all drawn."""
DRAWN_OF_MORE: Final = 20
"""Of more works, those whose terms weigh most and what connects them."""
MOST_LINES: Final = 72
"""Of more relations, one is drawn for each work."""
MOST_LANES: Final = 6
LONGEST_RUN: Final = 4
"""Of an unbranched run, so many works alike are drawn each; more are drawn as one."""
COLUMNS: Final = 4
WIDEST, EDGE = 816, 4
"""The width of a wide drawing at most, and what of it is kept free at each side."""
PAPER_WIDTH, PAPER_HEIGHT = 665, 800
"""The room on a printed page."""
BOX, GAP, LEADING, PAD = 184, 15, 17, 10
"""A box's width, the space between boxes, the height of a line, the space around the lines."""
BETWEEN: Final = 66
"""The height between two rows: a label and an arrow."""
PASSING: Final = 10
"""The width of a relation that passes a row."""
NARROW, LANE, NARROW_BETWEEN = 320, 14, 46
BESIDE: Final = 130
"""Where, in a narrow drawing, the relation to the next work leaves a box: right of those to others."""
LETTER: Final = 7.9
"""The width of a letter of a name."""
TONES: Final = ("no", "judge", "ask", "open", "ok", "none")
QUIET: Final = {"ok", "none"}
"""Marks of these tones may be told together."""
LEARNED: Final = TEACHING | {"dataset"}
"""Relations by which no weights come."""
KINDS: Final = {"dataset": "data set", "adapter": "adapter", "outputs": "outputs"}


class Mark(Struct, frozen=True):
    """What the terms of a work come to for the use: a tone, and the words for it."""

    tone: str
    says: str


class Box(Struct, frozen=True, kw_only=True):
    """A work, or `stands_for` works, where it is drawn; `lines` are its name, `below` its terms; `whole` is the name without a cut."""

    x: float = 0
    y: float = 0
    width: float = BOX
    height: float = 0
    lines: tuple[str, ...]
    below: tuple[str, ...]
    mark: Mark
    whole: str
    stands_for: int
    is_data: bool
    is_subject: bool

    @property
    def text(self) -> tuple[tuple[str, str, float], ...]:
        """The lines of the box from the top: which kind, the words, and where they stand; what it comes to is the last."""
        rows = [
            *(("name", line) for line in self.lines),
            *(("terms", line) for line in self.below),
            ("says", self.mark.says),
        ]
        top = (self.height - LEADING * len(rows)) / 2 + LEADING - 4
        return tuple((kind, line, _round(top + LEADING * index)) for index, (kind, line) in enumerate(rows))


class Line(Struct, frozen=True, kw_only=True):
    """A relation where it is drawn: `learned` where no weights came by it, `ends` where it meets the work that was made."""

    path: str
    learned: bool
    ends: bool


class Label(Struct, frozen=True, kw_only=True):
    """The words of a relation, at the middle of them or, where `starts`, at their start."""

    x: float
    y: float
    text: str
    starts: bool = False


class Drawing(Struct, frozen=True, kw_only=True):
    """Boxes, lines and labels; `cuts` are the heights between rows at which it may go on on another printed page."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    labels: tuple[Label, ...]
    cuts: tuple[float, ...] = ()

    @property
    def sheets(self) -> tuple[tuple[float, float, tuple[Label, ...], tuple[Box, ...]], ...]:
        """The drawing in parts that fit on a page: where each begins, its height, its labels and boxes."""
        return tuple(
            (
                top,
                _round(end - top),
                tuple(label for label in self.labels if top < label.y <= end),
                tuple(box for box in self.boxes if top <= box.y < end),
            )
            for top, end in pairwise((0, *self.cuts, self.height))
        )


class Row(Struct, frozen=True, kw_only=True):
    """A work as a row of a table: what it came from with the relation to each, its terms and what they come to."""

    work: Work
    name: str
    kind: str
    parents: tuple[tuple[str, str], ...]
    mark: Mark


class Picture(Struct, frozen=True, kw_only=True):
    """A lineage for people: two drawings of it, the same in words, and what they leave out."""

    title: str
    description: str
    wide: Drawing
    narrow: Drawing
    rows: tuple[Row, ...]
    left_out: tuple[str, ...]


class _Run(Struct, frozen=True, kw_only=True):
    """Works of which each came from the next and from nothing else, from the one nearest to the subject on: drawn as one."""

    works: tuple[Work, ...]
    relations: str
    terms: str
    mark: Mark

    @property
    def length(self) -> int:
        return len(self.works)

    @property
    def first(self) -> str:
        """The oldest of them."""
        return self.works[-1].id

    @property
    def last(self) -> str:
        return self.works[0].id


class _Edge(Struct, frozen=True):
    """A relation that is drawn, from a parent to its child; `learned` where the child was only trained on it."""

    parent: str
    child: str
    text: str
    learned: bool


def picture(report: Report) -> Picture | None:
    """The picture of a report's lineage; None where nothing is known to have come before the subject."""
    lineage = report.lineage
    if lineage is None or len(lineage.works) < 2:
        return None
    marks = _marks(report, lineage)
    names = {work.id: work.id for work in lineage.works} | {lineage.subject: report.subject.name}
    rows = tuple(_rows(lineage, names, marks))
    runs = _runs(lineage, marks)
    short = _shortened(lineage, runs)
    works = {work.id: work for work in short.works}
    shown, alike = _drawn(report, short, marks, runs)
    edges, more = _edges(short, shown, runs)
    ranks = _ranks(lineage.subject, shown, edges)

    def box(name: str, width: float) -> Box:
        letters = int((width - 24) / LETTER)
        work, run = works[name], runs.get(name)
        many = run.length if run else alike.get(name, 0) + 1
        kind = KINDS.get(work.kind)
        whole = " ".join(names[name].split())
        if many > 1:
            whole = counted(many, kind or "model") + (" in a row" if run else "")
        terms = run.terms if run else _terms(work) or ("" if name == lineage.subject else "no terms named")
        below = (run.relations if run else "", " · ".join(each for each in (kind, terms) if each))
        return Box(
            lines=_broken(str(visible(whole)), letters),
            below=tuple(_cut(str(visible(line)), letters + 3) for line in below if line),
            mark=run.mark if run else marks[name],
            whole=f"{whole}, {run.first} to {run.last}, {run.relations}" if run else whole,
            stands_for=many,
            is_data=work.kind in ("dataset", "outputs"),
            is_subject=name == lineage.subject,
        )

    order, wide = _layered({name: box(name, BOX) for name in shown}, edges, ranks)
    lanes, left = _lanes(order, edges)
    narrow = _stacked({name: box(name, NARROW - left - 4) for name in order}, edges, lanes, left)
    drawn_runs = [run for name, run in runs.items() if name in shown]
    return Picture(
        title=f"Lineage of {report.subject.name}",
        description=_described(rows, lineage.subject, drawn_runs),
        wide=wide,
        narrow=narrow,
        rows=rows,
        left_out=tuple(_left_out(len(rows), sum(each.stands_for for each in wide.boxes), more, drawn_runs)),
    )


# --- what each work brings -------------------------------------------------------------------------------------


def _marks(report: Report, lineage: Descent) -> dict[str, Mark]:
    """What the terms of each work come to; works under the same documents share their findings."""
    by_document: dict[str, list[Finding]] = {}
    by_work: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.status == "not-applicable":
            continue
        # What a work claims counts against it, not against the work whose terms it leaves out.
        claims = finding.clause.removeprefix("keep-terms-") if finding.duty == "keep-terms" else None
        if claims is not None or finding.clause == "dataset" or finding.document == "catalogue":
            own = claims or (finding.path[0] if finding.path else lineage.subject)
            by_work.setdefault(own, []).append(finding)
        else:
            by_document.setdefault(finding.document, []).append(finding)
    used = {each.parent for each in lineage.relations if each.relation == "dataset"}
    used -= {each.parent for each in lineage.relations if each.relation != "dataset"}
    marks = {}
    for work in lineage.works:
        shared = () if work.id in used else work.documents
        found = [*by_work.get(work.id, ()), *(f for each in shared for f in by_document.get(each, ()))]
        if work.id == lineage.subject:
            marks[work.id] = Mark(_verdict_tone(report.verdict), report.verdict)
        elif not work.documents and not any(f.document == "catalogue" for f in found):
            marks[work.id] = Mark("ask", "license not known")
        else:
            marks[work.id] = _mark(found)
    return marks


def _mark(findings: Sequence[Finding]) -> Mark:
    """The worst of some findings, counted."""
    counts = dict.fromkeys(("violated", "judgement", "undecided", "open", "satisfied"), 0)
    for finding in findings:
        counts[finding.status] += 1
    if any(finding.document == "catalogue" for finding in findings):
        return Mark("ask", "license not known")
    against = [finding for finding in findings if finding.status == "violated"]
    if against and all(finding.duty == "keep-terms" for finding in against):
        return Mark("no", "leaves terms out")
    if against:
        return Mark("no", counted(counts["violated"], "clause against it", "clauses against it"))
    if counts["judgement"]:
        return Mark("judge", f"{counted(counts['judgement'], 'clause')} to judge")
    if counts["undecided"]:
        return Mark("ask", f"{counted(counts['undecided'], 'clause')} undecided")
    if counts["open"]:
        return Mark("open", counted(counts["open"], "duty open", "duties open"))
    return Mark("ok", "nothing against it") if findings else Mark("none", "nothing that bears on it")


def _verdict_tone(verdict: str) -> str:
    return {"permitted": "ok", "conditional": "open", "undetermined": "ask"}.get(verdict, "no")


def _terms(work: Work) -> str:
    return work.license or ", ".join(work.documents)


def _rows(lineage: Descent, names: Mapping[str, str], marks: Mapping[str, Mark]) -> Iterator[Row]:
    parents: dict[str, list[tuple[str, str]]] = {}
    for each in lineage.relations:
        parents.setdefault(each.work, []).append((each.relation, names[each.parent]))
    for work in lineage.works:
        yield Row(
            work=work,
            name=names[work.id],
            kind=KINDS.get(work.kind, work.kind),
            parents=tuple(parents.get(work.id, ())),
            mark=marks[work.id],
        )


def _described(rows: Sequence[Row], subject: str, runs: Sequence[_Run]) -> str:
    """The picture in words, as far as anyone listens; the table has the rest."""
    folded = {work.id for run in runs for work in run.works}
    told = [
        f"{row.name} comes from {', '.join(f'{name} ({relation})' for relation, name in row.parents[:6])}"
        f"{f' and {len(row.parents) - 6} more' if len(row.parents) > 6 else ''}."
        for row in [row for row in rows if row.work.id not in folded][:8]
        if row.parents
    ]
    as_one = [
        f"{run.first} to {run.last} are {run.length} works in a row drawn as one, "
        f"by {run.relations}: {run.terms}, {run.mark.says}."
        for run in runs[:6]
    ]
    worst = [
        f"{row.name}: {row.mark.says}."
        for row in rows[:20]
        if row.mark.tone == "no" and row.work.id != subject
    ]
    return " ".join((f"{len(rows)} works.", *told, *as_one, *worst[:6], "The table below names them all."))


def _left_out(known: int, told: int, relations: int, runs: Sequence[_Run]) -> Iterator[str]:
    if runs:
        length = sum(run.length for run in runs)
        yield (
            f"{length} works that follow each other and whose terms come to the same are drawn as "
            f"{counted(len(runs), 'box', 'boxes')}; the table names each."
        )
    if told < known:
        yield f"{told} of {known} works are drawn: those whose terms weigh most, and what connects them; the table names all."
    if relations:
        yield f"{sentence(counted(relations, 'further relation'))} between them {'is' if relations == 1 else 'are'} named in the table only."


# --- which runs are drawn as one -------------------------------------------------------------------------------


def _runs(lineage: Descent, marks: Mapping[str, Mark]) -> dict[str, _Run]:
    """Long unbranched runs of works that differ in nothing that matters, each under the work nearest to the subject."""
    parents: dict[str, dict[str, None]] = {}
    children: dict[str, dict[str, list[str]]] = {}
    for each in lineage.relations:
        parents.setdefault(each.work, {})[each.parent] = None
        children.setdefault(each.parent, {}).setdefault(each.work, []).append(each.relation)
    found: dict[str, list[Work]] = {}
    """Each run under its work that is farthest from the subject: the next is found from it."""
    for work in lineage.works:
        if work.id == lineage.subject or len(parents.get(work.id, ())) != 1:
            continue
        if len(children.get(work.id, ())) != 1:
            continue
        (child,) = children[work.id]
        run = found.pop(child, [])
        if run and not _same(run[-1], work, marks):
            found[child], run = run, []
        found[work.id] = [*run, work]
    return {run[0].id: _run(run, children, marks) for run in found.values() if len(run) > LONGEST_RUN}


def _same(one: Work, other: Work, marks: Mapping[str, Mark]) -> bool:
    """Whether two works are of one kind and under the same terms that come to the same, or nothing is against either."""
    if one.kind != other.kind:
        return False
    if {marks[one.id].tone, marks[other.id].tone} <= QUIET:
        return True
    return (_terms(one), marks[one.id]) == (_terms(other), marks[other.id])


def _run(
    works: Sequence[Work], children: Mapping[str, Mapping[str, Sequence[str]]], marks: Mapping[str, Mark]
) -> _Run:
    """What its works have in common."""
    relations = dict.fromkeys(
        relation for work in works[1:] for said in children[work.id].values() for relation in said
    )
    terms = dict.fromkeys(_terms(work) for work in works)
    own = {marks[work.id] for work in works}
    return _Run(
        works=tuple(works),
        relations=", ".join(relations),
        terms=", ".join(each for each in terms if each) or "no terms named",
        mark=own.pop() if len(own) == 1 else Mark("ok", "nothing against them"),
    )


def _shortened(lineage: Descent, runs: Mapping[str, _Run]) -> Descent:
    """The lineage with the last work of each run in place of all of them."""
    if not runs:
        return lineage
    home = {work.id: name for name, run in runs.items() for work in run.works}
    relations = (
        replace(each, work=home.get(each.work, each.work), parent=home.get(each.parent, each.parent))
        for each in lineage.relations
    )
    return replace(
        lineage,
        works=tuple(work for work in lineage.works if home.get(work.id, work.id) == work.id),
        relations=tuple(each for each in relations if each.work != each.parent),
    )


# --- which works are drawn -------------------------------------------------------------------------------------


def _drawn(
    report: Report, lineage: Descent, marks: Mapping[str, Mark], runs: Mapping[str, _Run]
) -> tuple[dict[str, None], dict[str, int]]:
    """The works that are drawn, and for one that stands for others like it, for how many."""
    every = dict.fromkeys(work.id for work in lineage.works)
    if len(every) <= MOST_DRAWN:
        return every, {}
    alike = _alike(lineage, marks)
    standing_in = {other for others in alike.values() for other in others}
    rank = {tone: index for index, tone in enumerate(TONES)}
    home = {work.id: name for name, run in runs.items() for work in run.works}
    paths = dict.fromkeys(
        tuple(dict.fromkeys(home.get(name, name) for name in f.path))
        for f in report.findings
        if f.path and f.status != "not-applicable"
    )
    by_weight = sorted(
        (path for path in paths if set(path) <= set(every)),
        key=lambda path: (rank[marks[path[0]].tone], len(path)),
    )
    shown = {lineage.subject: None}
    candidates = [*(name for path in by_weight for name in reversed(path)), *every]
    for name in candidates:
        if len(shown) == DRAWN_OF_MORE:
            break
        if name not in standing_in:
            shown[name] = None
    return shown, {name: len(others) for name, others in alike.items() if name in shown}


def _alike(lineage: Descent, marks: Mapping[str, Mark]) -> dict[str, list[str]]:
    """Works that nothing is known to have come before, of the same terms and with the same relations: the first and the others."""
    children: dict[str, list[tuple[str, str]]] = {}
    parents: dict[str, int] = {}
    for each in lineage.relations:
        children.setdefault(each.parent, []).append((each.work, each.relation))
        parents[each.work] = parents.get(each.work, 0) + 1
    groups: dict[object, list[str]] = {}
    for work in lineage.works:
        if work.id not in parents and work.id != lineage.subject:
            key = (work.kind, _terms(work), marks[work.id], tuple(children.get(work.id, ())))
            groups.setdefault(key, []).append(work.id)
    return {first: others for first, *others in groups.values() if len(others) > 2}


def _edges(lineage: Descent, shown: Mapping[str, None], runs: Mapping[str, _Run]) -> tuple[list[_Edge], int]:
    """The relations that are drawn, without circles, also by way of works that are not; and how many are left out."""
    children: dict[str, dict[str, list[str]]] = {}
    for each in lineage.relations:
        if each.work != each.parent:
            said = children.setdefault(each.parent, {}).setdefault(each.work, [])
            said.append(each.relation)
    order = {work.id: index for index, work in enumerate(lineage.works)}
    direct: dict[tuple[str, str], _Edge] = {}
    nearest: dict[tuple[str, str], _Edge] = {}
    for parent in shown:
        if parent == lineage.subject:
            continue
        reached = list(_below(parent, children, shown, runs))
        direct |= {(parent, edge.child): edge for edge, between in reached if not between}
        # Every work was found from one that comes before it.
        nearer = [edge for edge, _ in reached if order[edge.child] < order[parent]]
        if nearer:
            chosen = min(nearer, key=lambda edge: ((parent, edge.child) not in direct, order[edge.child]))
            nearest[parent, chosen.child] = chosen
    every = nearest if len(direct) > MOST_LINES else {**direct, **nearest}
    circles = _circles(lineage.subject, every)
    drawn = [edge for pair, edge in every.items() if pair not in circles]
    known = {
        (parent, child)
        for parent, below in children.items()
        for child in below
        if parent in shown and child in shown
    }
    return drawn, len(known - {(edge.parent, edge.child) for edge in drawn})


def _below(
    parent: str,
    children: Mapping[str, Mapping[str, list[str]]],
    shown: Mapping[str, None],
    runs: Mapping[str, _Run],
) -> Iterator[tuple[_Edge, int]]:
    """The nearest works that are drawn and were made of this one, each with how many works lie between."""
    seen = {parent}
    waiting = deque([(parent, 0)])
    while waiting:
        here, between = waiting.popleft()
        for child, relations in children.get(here, {}).items():
            if child in seen:
                continue
            seen.add(child)
            if child not in shown:
                waiting.append((child, between + (runs[child].length if child in runs else 1)))
            elif between:
                yield _Edge(parent, child, f"{counted(between, 'work')} between", learned=False), between
            else:
                text = ", ".join(dict.fromkeys(relations))
                yield _Edge(parent, child, text, learned=LEARNED.issuperset(relations)), 0


def _circles(subject: str, edges: Mapping[tuple[str, str], _Edge]) -> set[tuple[str, str]]:
    """The relations that lead back to a work from which the walk came."""
    parents: dict[str, list[str]] = {}
    for parent, child in edges:
        parents.setdefault(child, []).append(parent)
    circles = set()
    done: set[str] = set()
    for start in (subject, *parents):
        if start in done:
            continue
        above: dict[str, Iterator[str]] = {start: iter(parents.get(start, ()))}
        while above:
            here = next(reversed(above))
            following = next(above[here], None)
            if following is None:
                done.add(here)
                del above[here]
            elif following in above:
                circles.add((following, here))
            elif following not in done:
                above[following] = iter(parents.get(following, ()))
    return circles


def _ranks(subject: str, shown: Iterable[str], edges: Sequence[_Edge]) -> dict[str, int]:
    """How far above the subject each work stands: one row above the highest of what was made of it."""
    children: dict[str, list[str]] = {}
    for edge in edges:
        children.setdefault(edge.parent, []).append(edge.child)
    ranks = {subject: 0}
    waiting = [name for name in shown if name != subject]
    while waiting:
        later = []
        for name in waiting:
            below = children.get(name, ())
            if all(child in ranks for child in below):
                ranks[name] = 1 + max((ranks[child] for child in below), default=0)
            else:
                later.append(name)
        waiting = later
    return ranks


# --- the wide drawing ------------------------------------------------------------------------------------------


def _layered(
    boxes: dict[str, Box], edges: Sequence[_Edge], ranks: Mapping[str, int]
) -> tuple[list[str], Drawing]:
    """The wide drawing, and the works in its order from the top.

    Rows are placed from the foot upwards, each work as near above what was made of it as its neighbours and the width let it.
    Relations that pass a row do so in one strand for each work that they lead to.
    """
    below: dict[str, list[_Edge]] = {}
    for edge in edges:
        below.setdefault(edge.parent, []).append(edge)
    above: dict[str, set[str]] = {}
    for edge in edges:
        above.setdefault(edge.child, set()).add(edge.parent)
    rows: list[list[str]] = []
    row_of: dict[str, int] = {}
    centre: dict[tuple[str, int], float] = {}
    """Where a work stands in its row, and the strand that leads to it in the rows above."""
    for rank in range(max(ranks.values()) + 1):
        members = [name for name in boxes if ranks[name] == rank]
        wanted = {name: _wanted(below.get(name, ()), row_of, centre, len(rows)) for name in members}
        members.sort(key=lambda name: wanted[name])
        while members:
            index = len(rows)
            part, strands = _row(members, above, row_of)
            members = [name for name in members if name not in part]
            rows.append(part)
            row_of |= dict.fromkeys(part, index)
            desired = {(name, BOX): _wanted(below.get(name, ()), row_of, centre, index) for name in part}
            desired |= {(child, PASSING): centre[child, index - 1] for child in strands}
            for (name, _), place in _packed(desired).items():
                centre[name, index] = place
    left = min(centre[name, row_of[name]] for name in boxes) - BOX / 2
    left = min(left, *centre.values()) - EDGE
    width = max(max(centre[name, row_of[name]] for name in boxes) + BOX / 2, *centre.values()) - left + EDGE
    tops: list[float] = []
    heights = [max(_height(boxes[name]) for name in row) for row in rows]
    y = 4.0
    for height in reversed(heights):
        tops.append(y)
        y += height + BETWEEN
    tops.reverse()
    placed = {
        name: _moved(boxes[name], centre[name, index] - left - BOX / 2, tops[index], BOX, heights[index])
        for index, row in enumerate(rows)
        for name in row
    }
    strand = {(name, index): x - left for (name, index), x in centre.items()}
    lines, labels = _drawn_edges(placed, edges, row_of, strand, tops, heights)
    order = [name for row in reversed(rows) for name in row]
    full = y - BETWEEN + 4
    return order, Drawing(
        width=_round(width),
        height=_round(full),
        cuts=tuple(_cuts(width, full, [_round(top - 14) for top in tops[:-1]])),
        boxes=tuple(placed[name] for name in order),
        lines=tuple(lines),
        labels=tuple(labels),
    )


def _row(
    members: list[str], above: Mapping[str, set[str]], row_of: Mapping[str, int]
) -> tuple[list[str], list[str]]:
    """The next row of a rank, which is divided as evenly as may be, and the works to which strands pass it."""
    part: list[str] = []
    strands: list[str] = []
    for many in range(-(-len(members) // COLUMNS), len(members) + 1):
        part = members[::many]
        placed = {*row_of, *part}
        strands = [child for child in row_of if not above.get(child, set()) <= placed]
        if len(part) * (BOX + GAP) + len(strands) * (PASSING + GAP) - GAP <= WIDEST - 2 * EDGE:
            break
    return part, strands


def _cuts(width: float, height: float, between: Sequence[float]) -> Iterator[float]:
    """Where a drawing that is too high for a printed page is cut between rows, into parts as even as may be."""
    parts = -(-height * min(1, PAPER_WIDTH / width) // PAPER_HEIGHT)
    wanted = [height * part / parts for part in range(1, int(parts))]
    yield from sorted({min(between, key=lambda top: abs(top - want)) for want in wanted})


def _wanted(
    edges: Iterable[_Edge], row_of: Mapping[str, int], centre: Mapping[tuple[str, int], float], row: int
) -> float:
    """Where a work of a row would best stand: above the middle of what was made of it."""
    places = [
        centre.get((edge.child, row - 1), centre[edge.child, row_of[edge.child]])
        for edge in edges
        if edge.child in row_of and row_of[edge.child] < row
    ]
    return sum(places) / len(places) if places else 0.0


def _packed(wanted: Mapping[tuple[str, int], float]) -> dict[tuple[str, int], float]:
    """Centres as near as may be to those wanted, without overlap: the mean of two one-sided packings, kept within the width.

    Each is named with its width; strands that want the same place as works stand in their midst, and very many of them
    closer to each other.
    """
    works = [name for name in wanted if name[1] == BOX]
    rank = {name: index / max(1, len(works) - 1) for index, name in enumerate(works)}
    names = sorted(wanted, key=lambda name: (wanted[name], rank.get(name, 0.5)))
    room = WIDEST - 2 * EDGE
    gap = min(GAP, (room - sum(width for _, width in names)) / max(1, len(names) - 1))
    near: list[dict[tuple[str, int], float]] = [{}, {}]
    most: list[dict[tuple[str, int], float]] = [{}, {}]
    for side, (order, sign) in enumerate(((names, 1), (names[::-1], -1))):
        edge, wall = float("-inf"), -room / 2
        for name in order:
            half = name[1] / 2
            place = max(sign * wanted[name], edge + half)
            near[side][name] = sign * place
            most[side][name] = sign * (wall + half)
            edge = place + half + gap
            wall += name[1] + gap
    return {
        name: min(max((near[0][name] + near[1][name]) / 2, most[0][name]), most[1][name]) for name in names
    }


def _drawn_edges(
    placed: Mapping[str, Box],
    edges: Sequence[_Edge],
    row_of: Mapping[str, int],
    strand: Mapping[tuple[str, int], float],
    tops: Sequence[float],
    heights: Sequence[float],
) -> tuple[list[Line], list[Label]]:
    """Curves from the foot of each parent to the head of each child, or into the strand that leads there."""
    lines: dict[str, Line] = {}
    labels: list[Label] = []
    entries = _entries(placed, edges, row_of, strand)
    for parent, own in _by_parent(edges).items():
        row = row_of[parent]
        by_text: dict[str, list[_Edge]] = {}
        for edge in own:
            by_text.setdefault(edge.text, []).append(edge)
        groups = sorted(
            by_text.items(),
            key=lambda item: sum(strand[e.child, _next(e, row, row_of)] for e in item[1]) / len(item[1]),
        )
        box = placed[parent]
        foot = box.y + box.height
        for index, (text, same) in enumerate(groups):
            x = box.x + box.width * (index + 1) / (len(groups) + 1)
            labels.append(Label(x=_round(x), y=_round(foot + 17 + 14 * (index % 2)), text=text))
            for edge in same:
                after = _next(edge, row, row_of)
                is_end = after == row_of[edge.child]
                target = entries[edge.child, parent] if is_end else strand[edge.child, after]
                start = _curve(x, foot, target, tops[after], is_first=True)
                _add(lines, Line(path=start, learned=edge.learned, ends=is_end))
                while not is_end:
                    here, after = after, after - 1
                    is_end = after == row_of[edge.child]
                    x1 = strand[edge.child, here]
                    x2 = entries[edge.child, ""] if is_end else strand[edge.child, after]
                    passing = f"M{_round(x1)} {_round(tops[here])}V{_round(tops[here] + heights[here])}"
                    onward = _curve(x1, tops[here] + heights[here], x2, tops[after], is_first=False)
                    _add(lines, Line(path=passing + onward, learned=edge.learned, ends=is_end))
    return list(lines.values()), labels


def _next(edge: _Edge, row: int, row_of: Mapping[str, int]) -> int:
    return max(row - 1, row_of[edge.child])


def _add(lines: dict[str, Line], line: Line) -> None:
    """A strand is drawn once; weights in it count more than what was learned."""
    if line.path not in lines or not line.learned:
        lines[line.path] = line


def _by_parent(edges: Iterable[_Edge]) -> dict[str, list[_Edge]]:
    found: dict[str, list[_Edge]] = {}
    for edge in edges:
        found.setdefault(edge.parent, []).append(edge)
    return found


def _entries(
    placed: Mapping[str, Box],
    edges: Sequence[_Edge],
    row_of: Mapping[str, int],
    strand: Mapping[tuple[str, int], float],
) -> dict[tuple[str, str], float]:
    """Where on the head of a work each relation comes in; those that come by the strand do so together, under no name."""
    coming: dict[str, dict[str, float]] = {}
    for edge in edges:
        near = row_of[edge.parent] == row_of[edge.child] + 1
        box = placed[edge.parent]
        if near:
            coming.setdefault(edge.child, {})[edge.parent] = box.x + box.width / 2
        else:
            coming.setdefault(edge.child, {})[""] = strand[edge.child, row_of[edge.child] + 1]
    found = {}
    for child, sources in coming.items():
        box = placed[child]
        for index, source in enumerate(sorted(sources, key=lambda name: sources[name])):
            found[child, source] = box.x + box.width * (index + 1) / (len(sources) + 1)
    return found


def _curve(x1: float, y1: float, x2: float, y2: float, *, is_first: bool) -> str:
    """A curve that leaves and arrives upright; straight down first, past the label."""
    down = min(24.0, (y2 - y1) / 2) if is_first else 0.0
    start = f"M{_round(x1)} {_round(y1)}" if is_first else ""
    if abs(x1 - x2) < 0.5:
        return f"{start}V{_round(y2)}"
    middle = (y1 + down + y2) / 2
    fall = f"V{_round(y1 + down)}" if is_first else ""
    return (
        f"{start}{fall}C{_round(x1)} {_round(middle)} {_round(x2)} {_round(middle)} {_round(x2)} {_round(y2)}"
    )


# --- the narrow drawing ----------------------------------------------------------------------------------------


def _lanes(order: Sequence[str], edges: Sequence[_Edge]) -> tuple[dict[str, int], float]:
    """The lane by which relations come to a work that is not the next, and the width of all lanes."""
    row_of = {name: index for index, name in enumerate(order)}
    spans: dict[str, tuple[int, int]] = {}
    for edge in edges:
        start, end = row_of[edge.parent], row_of[edge.child]
        if end != start + 1:
            spans[edge.child] = (min(start, spans.get(edge.child, (start, end))[0]), end)
    lanes: dict[str, int] = {}
    free: list[int] = []
    for child, (start, end) in sorted(spans.items(), key=lambda item: item[1]):
        lane = next((index for index, until in enumerate(free) if until <= start), len(free))
        free[lane : lane + 1] = [end]
        # Where there are very many, the last lane is shared.
        lanes[child] = min(lane, MOST_LANES - 1)
    return lanes, 4.0 + LANE * min(len(free), MOST_LANES)


def _stacked(boxes: dict[str, Box], edges: Sequence[_Edge], lanes: Mapping[str, int], left: float) -> Drawing:
    """The narrow drawing: one work above the other; relations to others than the next run in lanes at the left."""
    row_of = {name: index for index, name in enumerate(boxes)}
    y = 4.0
    placed: dict[str, Box] = {}
    for name, box in boxes.items():
        height = _height(box)
        placed[name] = _moved(box, left, y, NARROW - left - 4, height)
        y += height + NARROW_BETWEEN
    lines: dict[str, Line] = {}
    labels: dict[Label, None] = {}
    for edge in edges:
        above, under = placed[edge.parent], placed[edge.child]
        foot = above.y + above.height
        is_next = row_of[edge.child] == row_of[edge.parent] + 1
        x = above.x + (BESIDE if is_next else 20)
        labels[Label(x=_round(x + 8), y=_round(foot + 16), text=edge.text, starts=True)] = None
        if is_next:
            path = f"M{_round(x)} {_round(foot)}V{_round(under.y)}"
            _add(lines, Line(path=path, learned=edge.learned, ends=True))
            continue
        lane = left - LANE * (lanes[edge.child] + 0.5)
        turn, middle = foot + 24, under.y + under.height / 2
        out = _corners((x, foot), (x, turn), (lane, turn), (lane, turn + 8))
        _add(lines, Line(path=out, learned=edge.learned, ends=False))
        home = _corners((lane, turn + 8), (lane, middle), (left, middle))
        _add(lines, Line(path=home, learned=edge.learned, ends=True))
    return Drawing(
        width=NARROW,
        height=_round(y - NARROW_BETWEEN + 4),
        boxes=tuple(placed.values()),
        lines=tuple(lines.values()),
        labels=tuple(labels),
    )


def _corners(*points: tuple[float, float], radius: float = 6) -> str:
    """A line from point to point, upright and level in turn, with round corners."""
    (x, y), *others = points
    path = f"M{_round(x)} {_round(y)}"
    for (x1, y1), (x2, y2) in pairwise(others):
        before, after = min(radius, abs(x1 - x) + abs(y1 - y)), min(radius, abs(x2 - x1) + abs(y2 - y1))
        path += f"L{_toward((x1, y1), (x, y), before)}Q{_round(x1)} {_round(y1)} {_toward((x1, y1), (x2, y2), after)}"
        x, y = x1, y1
    return f"{path}L{_round(points[-1][0])} {_round(points[-1][1])}"


def _toward(start: tuple[float, float], end: tuple[float, float], length: float) -> str:
    """The point that far from the start on an upright or level line."""
    (x1, y1), (x2, y2) = start, end
    whole = abs(x2 - x1) + abs(y2 - y1) or 1
    return f"{_round(x1 + (x2 - x1) * length / whole)} {_round(y1 + (y2 - y1) * length / whole)}"


# --- boxes and words -------------------------------------------------------------------------------------------


def _height(box: Box) -> float:
    return 2 * PAD + LEADING * len(box.text)


def _moved(box: Box, x: float, y: float, width: float, height: float) -> Box:
    return replace(box, x=_round(x), y=_round(y), width=_round(width), height=_round(height))


def _round(number: float) -> float:
    """One decimal is enough for a screen; a whole number is written as one."""
    rounded = round(number, 1)
    return int(rounded) if rounded == int(rounded) else rounded


def _letters(text: str) -> int:
    """The width of a text in letters; signs of East Asia take two."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _head(text: str, letters: int) -> str:
    """As much of a text as fits."""
    taken = 0
    for index, sign in enumerate(text):
        taken += _letters(sign)
        if taken > letters:
            return text[:index]
    return text


def _cut(text: str, letters: int) -> str:
    """A text cut at its end to what fits."""
    return text if _letters(text) <= letters else f"{_head(text, letters - 1)}…"


def _broken(name: str, letters: int) -> tuple[str, ...]:
    """A name in one line or two, broken after a sign that separates; what does not fit is left out of its middle."""
    if _letters(name) <= letters:
        return (name,)
    first = _head(name, letters)
    # A dot most often stands in a version, which is better left whole.
    places = (max(map(first.rfind, signs)) + 1 for signs in ("/-_ ", "."))
    at = next((place for place in places if place >= letters // 3), len(first))
    first, rest = name[:at].rstrip(), name[at:].lstrip()
    if _letters(rest) <= letters:
        return (first, rest)
    end = _head(rest[::-1], letters - 1)[::-1]
    return (first, f"…{end}")
