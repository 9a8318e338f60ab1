"""Where a subject comes from, as a report tells it: works, the documents that each brings, and the relations."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace


class Work(Struct, frozen=True, kw_only=True, gc=False):
    """A work that the subject came from, or the subject itself: what is claimed of it, and the `documents` that it brings.

    The documents are licenses, alternatives included, then the policies that come with them; none where nobody can say.
    """

    id: str
    kind: str = "model"
    model: str | None = None
    license: str | None = None
    documents: tuple[str, ...] = ()


class Relation(Struct, frozen=True, kw_only=True, gc=False):
    """How one work came from another: `quantize`, `fine-tune`, `merge`, `dataset` and the others of the lineage file."""

    work: str
    parent: str
    relation: str


class Descent(Struct, frozen=True, kw_only=True):
    """The works behind a subject, the subject first and then by distance, and every relation between them."""

    subject: str
    works: tuple[Work, ...]
    relations: tuple[Relation, ...]

    def renamed(self, names: Mapping[str, str]) -> Descent:
        """The same with documents under other names."""
        return self._with(lambda work: tuple(names.get(each, each) for each in work.documents))

    def under(self, groups: Mapping[str, tuple[str, ...]], own: tuple[str, ...]) -> Descent:
        """The same with each license followed by the policies of its group; `own` are licenses of the subject as well."""

        def documents(work: Work) -> tuple[str, ...]:
            roots = (*work.documents, *(own if work.id == self.subject else ()))
            together = (each for root in roots for each in groups.get(root, (root,)))
            return tuple(dict.fromkeys(together))

        return self._with(documents)

    def _with(self, documents: Callable[[Work], tuple[str, ...]]) -> Descent:
        return replace(self, works=tuple(replace(work, documents=documents(work)) for work in self.works))
