"""Copying a folder with all it holds, on a machine or between two."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Protocol

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files import temporary
from setupbatcher.files.bulk import Bulk
from setupbatcher.files.copy import move_file, replace_file
from setupbatcher.files.disk import Disk
from setupbatcher.files.ground import Direct
from setupbatcher.files.place import Place
from setupbatcher.files.progress import Progress
from setupbatcher.files.survey import Branch, survey
from setupbatcher.files.together import each
from setupbatcher.hosts.base import Kind, Stat
from setupbatcher.hosts.local_files import LocalFilesystem


async def copy_tree(source: Place, target: Place, *, progress: Callable[[Progress], None] | None = None) -> Progress:
    """Copy what a folder holds into another folder, which is created if need be.

    Each file is put in place as a whole; what the target holds beside it stays. Symbolic links are copied as links, and
    a link in the target is never followed.

    Args:
        source: a folder.
        target: a folder, or nothing yet; the folder above it exists.
        progress: told now and then: after each file, on one machine after some files.

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
    report = progress or (lambda _: None)
    if not isinstance(source.files, LocalFilesystem) or not isinstance(target.files, LocalFilesystem):
        await carry(_swept(source, target), _OneByOne(done, report, replace_file), done)
        return done
    await temporary.prepare(target)
    disk = Disk()
    try:
        await carry(_swept(source, target), Bulk(done, report, Direct(move_tree), disk), done)
        await disk.settle()
    finally:
        disk.close()
    return done


async def move_tree(source: Place, target: Place) -> Progress:
    """Move what a folder holds into another folder of the same volume, as :func:`copy_tree` copies it.

    Files that the target has already, and all folders, are left behind in the source.
    """
    done = Progress()
    await carry(_swept(source, target), _OneByOne(done, lambda _: None, move_file), done)
    return done


class _Put(Protocol):
    """How the files of a tree are put in place; :class:`~setupbatcher.files.bulk.Bulk` says what each call is."""

    async def make(self, folder: Place, mode: int | None) -> None: ...

    def enter(self, folder: Place) -> None: ...

    async def put(self, branch: Branch) -> None: ...

    async def finish(self) -> None: ...

    async def close(self) -> None: ...


async def carry(branches: AsyncGenerator[Branch, None], put: _Put, done: Progress) -> None:
    """Create the folders of a tree, and have its files and links put in place.

    Args:
        branches: the tree, as :func:`~setupbatcher.files.survey.survey` finds it.
        put: takes files and links; closed in any case.
        done: kept up to date.
    """
    late: list[tuple[Place, int]] = []
    try:
        async with aclosing(branches):
            async for branch in branches:
                if branch.present is None:
                    mode = await _make(branch, put)
                    done.folders += 1
                    if mode is not None:
                        late.append((branch.target, mode))
                else:
                    put.enter(branch.target)
                await put.put(branch)
        await put.finish()
        for place, mode in reversed(late):
            await place.files.set_mode(place.path, mode)
    finally:
        await put.close()


async def _make(branch: Branch, put: _Put) -> int | None:
    """Create a folder; returns the mode that it is to have when it has been filled, if that is another."""
    found = branch.found
    if found is None or found.owner is None:
        await put.make(branch.target, None)
        return None
    await put.make(branch.target, found.mode | _OURS)
    return found.mode if found.mode | _OURS != found.mode else None


async def _swept(source: Place, target: Place) -> AsyncGenerator[Branch, None]:
    """A tree whose target is freed from leftovers on the way."""
    async with aclosing(survey(source, target)) as branches:
        async for branch in branches:
            if branch.present:
                await temporary.sweep(branch.target, branch.present.values())
            yield branch


class _OneByOne:
    """Puts each file in place by itself, some at a time."""

    def __init__(self, done: Progress, report: Callable[[Progress], None], put: Callable[..., Awaitable[bool]]) -> None:
        self._done = done
        self._report = report
        self._file = put

    async def make(self, folder: Place, mode: int | None) -> None:
        """Create a folder of the target."""
        await folder.files.make_directory(folder.path, mode)

    def enter(self, folder: Place) -> None:
        """Nothing to note."""

    async def put(self, branch: Branch) -> None:
        """Copy files and links of one folder."""
        source, target, present = branch.source, branch.target, branch.present or {}
        assert isinstance(source, Place)
        await each(branch.entries, lambda entry: self._entry(source, target, entry, present.get(entry.name)))
        if branch.entries:
            await target.files.sync_directory(target.path)

    async def finish(self) -> None:
        """Nothing waits."""

    async def close(self) -> None:
        """Nothing is held."""

    async def _entry(self, source: Place, target: Place, found: Stat, there: Stat | None) -> None:
        source, target = source.child(found.name), target.child(found.name)
        if found.kind is Kind.LINK:
            changed = await _link(source, target, there)
        else:
            changed = await self._file(source, found, target, there, in_tree=True)
            self._done.size += found.size
        self._done.files += 1
        self._done.changed += changed
        self._report(self._done)


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


_OURS = 0o700
"""What a folder's owner may do while the folder is filled."""
