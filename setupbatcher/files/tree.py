"""Copying a folder with all it holds, on a machine or between two."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files import temporary
from setupbatcher.files.bulk import Bulk
from setupbatcher.files.copy import move_file, replace_file
from setupbatcher.files.place import Place
from setupbatcher.files.progress import Progress
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
    local = isinstance(source.files, LocalFilesystem) and isinstance(target.files, LocalFilesystem)
    if local:
        await temporary.prepare(target)
    put = Bulk(done, report, move_tree) if local else _OneByOne(done, report, replace_file)
    await _walk(source, target, done, put)
    return done


async def move_tree(source: Place, target: Place) -> Progress:
    """Move what a folder holds into another folder of the same volume, as :func:`copy_tree` copies it.

    Files that the target has already, and all folders, are left behind in the source.
    """
    done = Progress()
    await _walk(source, target, done, _OneByOne(done, lambda _: None, move_file))
    return done


class _Put(Protocol):
    """How the files of a tree are put in place; :class:`~setupbatcher.files.bulk.Bulk` says what each call is."""

    async def make(self, folder: Place, mode: int | None) -> None: ...

    def enter(self, folder: Place) -> None: ...

    async def put(self, source: Place, target: Place, entries: list[Stat], present: dict[str, Stat]) -> None: ...

    async def finish(self) -> None: ...

    async def settle(self) -> None: ...

    async def close(self) -> None: ...


async def _walk(source: Place, target: Place, done: Progress, put: _Put) -> None:
    walk = _Walk(done, put)
    try:
        new = await walk.top(target)
        await walk.folder(source, target, new=new)
        await put.finish()
        await walk.set_modes()
        await put.settle()
    finally:
        await put.close()


class _Walk:
    """Goes through a tree, creates its folders, and hands files and links on.

    Args:
        done: kept up to date.
        put: takes files and links.
    """

    def __init__(self, done: Progress, put: _Put) -> None:
        self._done = done
        self._put = put
        self._modes: list[tuple[Place, int]] = []

    async def top(self, target: Place) -> bool:
        """Create the folder of the target, if it is not there; returns whether it was created."""
        found = await target.stat()
        if found is None:
            await self._put.make(target, None)
            self._done.folders += 1
            return True
        if found.kind is not Kind.DIRECTORY:
            raise Failure(errors.DIRECTORY_NAME, f"{target}: a file stands where a folder is expected")
        self._put.enter(target)
        return False

    async def folder(self, source: Place, target: Place, *, new: bool) -> None:
        """Copy what a folder holds.

        Args:
            source: the folder.
            target: one that is there.
            new: it was created just now, so it is empty.
        """
        present = {} if new else {entry.name: entry for entry in await target.list()}
        await temporary.sweep(target, present.values())
        entries = await source.list()
        small = [entry for entry in entries if entry.kind is not Kind.DIRECTORY]
        for entry in small:
            _check(entry, source, target, present.get(entry.name))
        await self._put.put(source, target, small, present)
        for entry in entries:
            if entry.kind is Kind.DIRECTORY:
                new = await self._make(target.child(entry.name), entry, present.get(entry.name))
                await self.folder(source.child(entry.name), target.child(entry.name), new=new)

    async def set_modes(self) -> None:
        """Give the new folders the modes that they could not have while they were filled."""
        for place, mode in reversed(self._modes):
            await place.files.set_mode(place.path, mode)

    async def _make(self, target: Place, found: Stat, there: Stat | None) -> bool:
        if there is None:
            mode = None if found.owner is None else found.mode | _OURS
            await self._put.make(target, mode)
            if mode is not None and mode != found.mode:
                self._modes.append((target, found.mode))
            self._done.folders += 1
        elif there.kind is Kind.LINK:
            raise Failure(errors.BAD_LINK, f"{target}: a link stands where a folder is expected")
        elif there.kind is not Kind.DIRECTORY:
            raise Failure(errors.DIRECTORY_NAME, f"{target}: a file stands where a folder is expected")
        else:
            self._put.enter(target)
        return there is None


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

    async def put(self, source: Place, target: Place, entries: list[Stat], present: dict[str, Stat]) -> None:
        """Copy files and links of one folder."""
        await each(entries, lambda entry: self._entry(source, target, entry, present.get(entry.name)))
        if entries:
            await target.files.sync_directory(target.path)

    async def finish(self) -> None:
        """Nothing waits."""

    async def settle(self) -> None:
        """All has been waited for."""

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


def _check(found: Stat, source: Place, target: Place, there: Stat | None) -> None:
    if there is not None and there.kind is Kind.DIRECTORY:
        message = f"{target.child(found.name)}: a folder stands where a file is expected"
        raise Failure(errors.DIRECTORY_NAME, message)
    if found.kind is Kind.OTHER:
        raise Failure(errors.NOT_SUPPORTED, f"{source.child(found.name)}: neither a file, a folder nor a link")


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
