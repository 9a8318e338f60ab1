"""A bounded walk through a directory, and the only place that opens a file in it.

Nothing outside the directory is opened: a link is followed where its end lies inside the directory or, for a snapshot in a Hub
cache, among the blobs of the same repository. Only regular files are opened.
"""

from __future__ import annotations

import os
import stat
import time
from collections import deque
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from weightlicense.artifacts.witness import Unread, Unreadable, clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType
    from typing import Self

MOST_ENTRIES: Final = 200_000
MOST_DEPTH: Final = 32
MOST_UNREAD: Final = 1_000
MOST_READ: Final = 512 * 1024 * 1024
MOST_SECONDS: Final = 8.0
CHUNK: Final = 1024 * 1024
SKIPPED: Final = frozenset({".git", ".hg", ".svn", "__pycache__"})
"""Folders of tools, whose files are no part of a release."""
_HUB_KINDS: Final = ("models--", "datasets--", "spaces--")
_SPECIAL: Final = (
    (stat.S_ISFIFO, "a named pipe is never opened"),
    (stat.S_ISSOCK, "a socket is never opened"),
    (stat.S_ISBLK, "a device is never opened"),
    (stat.S_ISCHR, "a device is never opened"),
    (stat.S_ISDIR, "a directory, where a file is expected"),
)


class Found(Struct, frozen=True, kw_only=True):
    """A file: `path` relative to the root, with the bytes that are not UTF-8 as surrogates; `real` what to open."""

    path: str
    real: str

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders on the way to the file."""
        return tuple(self.path.split("/")[:-1])


class Budget:
    """What one reading may still take: bytes, and time on the clock as the last resort."""

    def __init__(self, *, seconds: float = MOST_SECONDS, read: int = MOST_READ) -> None:
        self.seconds = seconds
        self.read = read
        self._end = time.monotonic() + seconds

    def spend(self, count: int) -> None:
        """Take bytes; raises `Unreadable` where the bytes or the time are used up."""
        self.read -= count
        if self.read < 0:
            raise Unreadable("not read: the bytes that are read of one directory are used up")
        if self.is_late():
            raise Unreadable(f"not read: {self.used_up}")

    @property
    def used_up(self) -> str:
        """What to say when the time is used up."""
        return f"the {self.seconds:g} seconds for one directory are used up"

    def is_late(self) -> bool:
        """Whether the time is used up."""
        return time.monotonic() > self._end


class Opened:
    """A regular file, read at offsets within its size; use it in a `with` statement."""

    def __init__(self, found: Found, budget: Budget) -> None:
        self.path = found.path
        self.budget = budget
        try:
            before = os.lstat(found.real)
            if not stat.S_ISREG(before.st_mode):
                raise Unreadable(_special(found.real))
            flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
            self._descriptor = os.open(found.real, flags | getattr(os, "O_CLOEXEC", 0))
        except (OSError, ValueError) as error:
            raise Unreadable(_reason(error)) from None
        now = os.fstat(self._descriptor)
        self.size = now.st_size
        if not stat.S_ISREG(now.st_mode) or (now.st_dev, now.st_ino) != (before.st_dev, before.st_ino):
            os.close(self._descriptor)
            raise Unreadable("changed while it was opened")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)

    def read(self, offset: int, length: int) -> bytes:
        """Exactly these bytes; raises `Unreadable` where the file ends before."""
        if offset < 0 or length < 0 or offset + length > self.size:
            raise Unreadable(f"cut off: {self.size:,} bytes, of which byte {offset + length:,} is wanted")
        self.budget.spend(length)
        parts: list[bytes] = []
        while length > 0:
            try:
                part = os.pread(self._descriptor, min(length, 64 * CHUNK), offset)
            except OSError as error:
                raise Unreadable(_reason(error)) from None
            if not part:
                raise Unreadable("became shorter while it was read")
            parts.append(part)
            offset += len(part)
            length -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def whole(self, most: int) -> bytes:
        """All bytes; raises `Unreadable` for an empty file or one larger than `most`."""
        if self.size == 0:
            raise Unreadable("an empty file")
        if self.size > most:
            raise Unreadable(f"{self.size:,} bytes, where at most {most:,} are read")
        return self.read(0, self.size)


def _reason(error: OSError | ValueError) -> str:
    said = error.strerror if isinstance(error, OSError) else str(error)
    return f"cannot be read: {said}"


class UnreadList:
    """What was not read: the first entries, then a count."""

    def __init__(self) -> None:
        self._entries: dict[Unread, None] = {}
        self._more = 0

    def add(self, path: str, reason: str, *, is_bill: bool = False) -> None:
        made = Unread(path=clean(path) or ".", reason=clean(reason), is_bill=is_bill)
        if made in self._entries:
            return  # a card is read as one, and as a text
        if len(self._entries) < MOST_UNREAD or is_bill:
            self._entries[made] = None
        else:
            self._more += 1

    def result(self) -> tuple[Unread, ...]:
        if not self._more:
            return tuple(self._entries)
        rest = Unread(path=".", reason=f"{self._more:,} more files or folders were not read")
        return (*self._entries, rest)


def hub_cache(real: str) -> tuple[str, str] | None:
    """The blobs of the repository and its Hub id, where a directory lies in a snapshot of a Hub cache.

    Source: https://huggingface.co/docs/huggingface_hub/guides/manage-cache
    """
    parts = real.split(os.sep)
    for at in range(len(parts) - 2, 0, -1):
        repository = parts[at - 1]
        if parts[at] == "snapshots" and repository.startswith(_HUB_KINDS):
            blobs = os.sep.join([*parts[:at], "blobs"])
            return blobs, repository.partition("--")[2].replace("--", "/")
    return None


def walk(root: str, unread: UnreadList, budget: Budget) -> tuple[list[Found], int]:
    """The files below a directory that may be opened, shallow ones first, in order; and how many were met.

    `root` is a real path. What is left out is put on `unread`.
    """
    cache = hub_cache(root)
    inside = tuple(f"{place.rstrip(os.sep)}{os.sep}" for place in (root, *(cache[:1] if cache else ())))
    found: list[Found] = []
    entries = files = 0
    folders: deque[tuple[str, int]] = deque([("", 0)])
    while folders:
        folder, depth = folders.popleft()
        full = os.path.join(root, folder) if folder else root
        for entry in _entries(full, folder, unread, MOST_ENTRIES - entries):
            entries += 1
            if entries % 1000 == 0 and budget.is_late():
                unread.add(folder, f"not read on: {budget.used_up}")
                return found, files
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_symlink():
                files += 1
                _follow(path, entry.path, inside, unread, found.append)
            elif entry.is_dir(follow_symlinks=False):
                if entry.name in SKIPPED:
                    unread.add(path, "a folder of a tool, which is not read")
                elif depth == MOST_DEPTH:
                    unread.add(path, f"more than {MOST_DEPTH} folders deep")
                else:
                    folders.append((path, depth + 1))
            elif entry.is_file(follow_symlinks=False):
                files += 1
                found.append(Found(path=path, real=entry.path))
            else:
                files += 1
                unread.add(path, _special(entry.path))
        if entries >= MOST_ENTRIES:
            unread.add(folder, f"not read on: more than {MOST_ENTRIES:,} files and folders")
            break
    return found, files


def _special(full: str) -> str:
    """Why something that is neither a file, a folder nor a link is not opened."""
    try:
        mode = os.lstat(full).st_mode
    except OSError as error:
        return _reason(error)
    return next((reason for is_kind, reason in _SPECIAL if is_kind(mode)), "no regular file")


def _entries(full: str, folder: str, unread: UnreadList, most: int) -> Iterator[os.DirEntry[str]]:
    """The entries of a folder by name; of a folder that is larger than what is left, the first that come."""
    listed: list[os.DirEntry[str]] = []
    try:
        with os.scandir(full) as entries:
            for entry in entries:
                if len(listed) == most:
                    break
                listed.append(entry)
    except OSError as error:
        unread.add(folder, _reason(error))
    listed.sort(key=lambda entry: entry.name)
    return iter(listed)


def _follow(
    path: str, full: str, inside: tuple[str, ...], unread: UnreadList, take: Callable[[Found], None]
) -> None:
    try:
        real = os.path.realpath(full, strict=True)
        mode = os.stat(real, follow_symlinks=False).st_mode
    except FileNotFoundError:
        unread.add(path, "a link that leads nowhere")
        return
    except (OSError, ValueError) as error:
        unread.add(path, f"a link that {_reason(error)}")
        return
    if not real.startswith(inside) and f"{real}{os.sep}" != inside[0]:
        unread.add(path, "the link leaves the directory")
    elif stat.S_ISDIR(mode):
        unread.add(path, "a link to a folder, which is read at its own place only")
    else:
        take(Found(path=path, real=real))
