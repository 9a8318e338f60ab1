"""YAML from strangers: read loosely, its oddities said, every value of a repeated key kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weightlicense.artifacts.witness import Testimony, Unreadable
from weightlicense.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from weightlicense.yamlfile import Loose, Node


class LooseYaml:
    """A YAML file as plain data, with the lines of what stands in its top mapping."""

    def __init__(self, loose: Loose) -> None:
        from weightlicense.yamlfile import plain

        self._loose = loose
        self._plain = plain
        self.value: Any = plain(loose.root)

    def mapping(self) -> dict[str, Any]:
        """The top mapping; raises `Unreadable` where the file holds something else."""
        if not isinstance(self.value, dict):
            raise Unreadable("no mapping of keys to values")
        return self.value

    def _nodes(self) -> dict[str, Node]:
        top = self._loose.root.value
        return top if isinstance(top, dict) else {}

    def every(self) -> Iterator[tuple[str, Any, str]]:
        """Each key of the top mapping with its value and its `:line`; a repeated one comes with each value."""
        pairs = [(key, node) for path, key, node in self._loose.repeated if not path]
        pairs += self._nodes().items()
        for key, node in sorted(pairs, key=lambda pair: pair[1].key_start):
            yield key, self._plain(node), f":{node.key_line}"

    def where(self, *keys: str | int) -> str:
        """The `:line` of a key, down a path; of the deepest part of it that is there."""
        node, line = self._loose.root, self._loose.root.line
        for key in keys:
            content = node.value
            if isinstance(content, dict) and isinstance(key, str) and key in content:
                node = content[key]
                line = node.key_line
            elif isinstance(content, list) and isinstance(key, int) and key < len(content):
                node = content[key]
                line = node.line
            else:
                break
        return f":{line}"


def parse_yaml(data: bytes, said: Testimony) -> LooseYaml:
    """Read a file's bytes; raises `Unreadable` with the first problem. Oddities go to `said`."""
    from weightlicense import yamlfile  # YAML is slow to import, and most directories are read for more

    try:
        loose = yamlfile.parse_loose(data, said.path)
    except DataError as error:
        first = error.problems[0]
        where = "" if first.line is None else f"line {first.line}: "
        raise Unreadable(f"{where}{first.message}") from None
    for problem in loose.oddities:
        path = f"{problem.path}: " if problem.path else ""
        said.odd(f":{problem.line}" if problem.line else "", f"{path}{problem.message}")
    return LooseYaml(loose)
