"""Looking through a tree that is to be copied, with what stands in its way at the target."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Protocol, Self

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files.place import Place
from setupbatcher.files.together import each
from setupbatcher.hosts.base import Kind, Stat
from setupbatcher.hosts.local_data import entries
from setupbatcher.hosts.local_files import LocalFilesystem
from setupbatcher.hosts.threads import in_thread


class Listed(Protocol):
    """A folder to copy from: a place, or a part of an archive."""

    @property
    def path(self) -> PurePath:
        """Where it is, for reading and for messages."""

    def child(self, name: str) -> Self:
        """An entry."""

    async def list(self) -> list[Stat]:
        """What it holds, by name, links not followed."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A folder of a tree, and where it goes.

    Attributes:
        source: the folder.
        target: where it goes.
        found: the folder as its own folder lists it; ``None`` for the top of the tree.
        entries: files and links in it.
        present: what the target holds, by name; ``None`` where there is no target yet.
    """

    source: Listed
    target: Place
    found: Stat | None
    entries: list[Stat]
    present: dict[str, Stat] | None


async def survey(
    source: Listed, target: Place, *, leave: Callable[[str], bool] = lambda _: False
) -> AsyncGenerator[Branch, None]:
    """Go through a tree by depth, each folder before those in it; nothing is changed.

    Args:
        source: a folder.
        target: a folder, or nothing yet.
        leave: names of entries that do not belong to the tree.

    Raises:
        Failure: 267 or 1463 where the target holds a file or a link in a folder's place or a folder in a file's, 50 for
            a device and the like in the source.
    """
    there = await target.stat()
    if there is None:
        there = await target.stat(follow=False)  # a link that leads nowhere
    if there is not None:
        _check_folder(target, there)
    ahead = [_Ahead(source, target, None, exists=there is not None)]
    while ahead:
        if not ahead[-1].listed:
            await _list(ahead[-_AT_ONCE:])
        folder = ahead.pop()
        small: list[Stat] = []
        below: list[Stat] = []
        for entry in folder.holds:
            if not leave(entry.name):
                (below if entry.kind is Kind.DIRECTORY else small).append(entry)
        for entry in small:
            _check(entry, folder, folder.present.get(entry.name))
        yield Branch(folder.source, folder.target, folder.found, small, folder.present if folder.exists else None)
        for entry in reversed(below):
            child = folder.source.child(entry.name), folder.target.child(entry.name)
            there = folder.present.get(entry.name)
            if there is not None:
                _check_folder(child[1], there)
            ahead.append(_Ahead(*child, entry, exists=there is not None))


class _Ahead:
    """A folder that is still to be gone through."""

    def __init__(self, source: Listed, target: Place, found: Stat | None, *, exists: bool) -> None:
        self.source = source
        self.target = target
        self.found = found
        self.exists = exists
        self.listed = False
        self.holds: list[Stat] = []
        self.present: dict[str, Stat] = {}


async def _list(folders: list[_Ahead]) -> None:
    """List folders, and what is there of their targets: of this machine in one thread, of others at the same time."""
    new = [folder for folder in folders if not folder.listed]
    sources = await _lists([folder.source for folder in new])
    targets = await _lists([folder.target for folder in new if folder.exists])
    present = iter(targets)
    for folder, holds in zip(new, sources, strict=True):
        folder.holds, folder.listed = holds, True
        if folder.exists:
            folder.present = {entry.name: entry for entry in next(present)}


async def _lists(folders: Sequence[Listed]) -> Sequence[list[Stat]]:
    if all(isinstance(folder, Place) and isinstance(folder.files, LocalFilesystem) for folder in folders):
        return await in_thread(_entries, [folder.path for folder in folders])
    found: dict[int, list[Stat]] = {}

    async def look(number: int) -> None:
        found[number] = await folders[number].list()

    await each(range(len(folders)), look)
    return [found[number] for number in range(len(folders))]


def _entries(folders: list[PurePath]) -> list[list[Stat]]:
    found = []
    for folder in folders:
        try:
            found.append(entries(folder))
        except OSError as error:
            raise errors.from_os_error(error, str(folder)) from error
    return found


def _check_folder(target: Place, there: Stat) -> None:
    if there.kind is Kind.LINK:
        raise Failure(errors.BAD_LINK, f"{target}: a link stands where a folder is expected")
    if there.kind is not Kind.DIRECTORY:
        raise Failure(errors.DIRECTORY_NAME, f"{target}: a file stands where a folder is expected")


def _check(found: Stat, folder: _Ahead, there: Stat | None) -> None:
    if there is not None and there.kind is Kind.DIRECTORY:
        message = f"{folder.target.child(found.name)}: a folder stands where a file is expected"
        raise Failure(errors.DIRECTORY_NAME, message)
    if found.kind is Kind.OTHER:
        place = folder.source.child(found.name)
        raise Failure(errors.NOT_SUPPORTED, f"{place}: neither a file, a folder nor a link")


_AT_ONCE = 64
"""Folders that are listed at a time."""
