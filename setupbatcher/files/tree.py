"""Copying a folder with all it holds, on a machine or between two."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files import temporary
from setupbatcher.files.copy import move_file, replace_file
from setupbatcher.files.folders import make_folders
from setupbatcher.files.place import Place
from setupbatcher.files.together import each
from setupbatcher.hosts.base import Kind, Stat


@dataclass(slots=True)
class Progress:
    """How far the copy of a tree has come.

    Attributes:
        files: files and links dealt with.
        changed: those of them that were not there already as they should be.
        folders: folders created.
        size: bytes of the files dealt with.
    """

    files: int = 0
    changed: int = 0
    folders: int = 0
    size: int = 0

    @property
    def anything(self) -> bool:
        """Whether the target was changed at all."""
        return bool(self.changed or self.folders)


async def copy_tree(source: Place, target: Place, *, progress: Callable[[Progress], None] | None = None) -> Progress:
    """Copy what a folder holds into another folder, which is created if need be.

    Each file is put in place as a whole; what the target holds beside it stays. Symbolic links are copied as links, and
    a link in the target is never followed.

    Args:
        source: a folder.
        target: a folder, or nothing yet; the folder above it exists.
        progress: told after each file.

    Returns:
        What was done.

    Raises:
        Failure: 3 without a source or the folder above the target, 87 when the target lies in the source, 267 or 1463
            where the target holds a file or a link in a folder's place, 50 for a device and the like in the source.
    """
    await source.expected(Kind.DIRECTORY)
    if await target.parent.stat() is None:
        raise Failure(errors.PATH_NOT_FOUND, f"{target.parent}: the folder does not exist")
    if source.on_same_machine(target) and source.path in (target.path, *target.path.parents):
        raise Failure(errors.BAD_PARAMETER, f"{target}: lies in {source}, which is to be copied")
    done = Progress()
    done.folders += await make_folders(target)
    await _Copy(done, progress or (lambda _: None), replace_file).folder(source, target)
    return done


async def move_tree(source: Place, target: Place) -> Progress:
    """Move what a folder holds into another folder of the same volume, as :func:`copy_tree` copies it.

    Files that the target has already, and all folders, are left behind in the source.
    """
    done = Progress()
    await _Copy(done, lambda _: None, move_file).folder(source, target)
    return done


Put = Callable[..., Awaitable[bool]]


@dataclass(slots=True)
class _Copy:
    done: Progress
    report: Callable[[Progress], None]
    put: Put

    async def folder(self, source: Place, target: Place) -> None:
        present = {entry.name: entry for entry in await target.list()}
        await temporary.sweep(target, present.values())
        entries = await source.list()
        small = [entry for entry in entries if entry.kind is not Kind.DIRECTORY]
        await each(small, lambda entry: self._entry(source, target, entry, present.get(entry.name)))
        if small:
            await target.files.sync_directory(target.path)
        for entry in entries:
            if entry.kind is Kind.DIRECTORY:
                await self._subfolder(source.child(entry.name), target.child(entry.name), entry, present)

    async def _subfolder(self, source: Place, target: Place, found: Stat, present: dict[str, Stat]) -> None:
        there = present.get(found.name)
        if there is None:
            await target.files.make_directory(target.path)
            self.done.folders += 1
        elif there.kind is Kind.LINK:
            raise Failure(errors.BAD_LINK, f"{target}: a link stands where a folder is expected")
        elif there.kind is not Kind.DIRECTORY:
            raise Failure(errors.DIRECTORY_NAME, f"{target}: a file stands where a folder is expected")
        await self.folder(source, target)
        if there is None and found.owner is not None:
            await target.files.set_mode(target.path, found.mode)  # last: it may forbid writing

    async def _entry(self, source: Place, target: Place, found: Stat, there: Stat | None) -> None:
        source, target = source.child(found.name), target.child(found.name)
        if there is not None and there.kind is Kind.DIRECTORY:
            raise Failure(errors.DIRECTORY_NAME, f"{target}: a folder stands where a file is expected")
        if found.kind is Kind.LINK:
            changed = await self._link(source, target, there)
        elif found.kind is Kind.FILE:
            changed = await self.put(source, found, target, there, in_tree=True)
            self.done.size += found.size
        else:
            raise Failure(errors.NOT_SUPPORTED, f"{source}: neither a file, a folder nor a link")
        self.done.files += 1
        self.done.changed += changed
        self.report(self.done)

    @staticmethod
    async def _link(source: Place, target: Place, there: Stat | None) -> bool:
        leads_to = await source.files.read_link(source.path)
        if there is not None and there.kind is Kind.LINK and await target.files.read_link(target.path) == leads_to:
            return False
        place = temporary.beside(target)
        try:
            await place.files.make_link(place.path, leads_to)
            await place.files.rename(place.path, target.path)
        except BaseException:
            await temporary.discard(place)
            raise
        return True
