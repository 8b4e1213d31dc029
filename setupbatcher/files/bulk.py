"""Copying many files of this machine: in rounds, each with one wait for the disk instead of one for each file.

A round writes what is to change under temporary names, waits until all of that is on disk, and then renames. So a file
is old or new at any moment, as if it had been copied alone, and the wait costs little for each. A folder that the
target does not have is filled under a temporary name itself, so that it takes one rename with all that it holds; not on
Windows, where a folder cannot be renamed while somebody looks into a file of it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files import temporary
from setupbatcher.files.batch import Batch, Item
from setupbatcher.files.place import Place
from setupbatcher.files.progress import Progress
from setupbatcher.files.together import each
from setupbatcher.hosts import local_data
from setupbatcher.hosts.base import Stat
from setupbatcher.hosts.threads import in_thread, to_the_end
from setupbatcher.hosts.volumes import Volume, can_sync

_FEW = 32
"""Files that are waited for one by one: a volume may hold much else that is not on disk yet."""

_ROUND_FILES = 16_384
_ROUND_BYTES = 256 * 1024**2
"""What a round may hold: it needs this room on the disk beside the files that it replaces, and memory for the names."""

_BATCH_FILES = 128
_BATCH_BYTES = 16 * 1024**2
"""What a thread does at a time; a cancelled copy ends when it has been done."""

_EARLY = 16
"""Batches after which the disk is set to work on them while the threads go on."""

_WAITING_FILES = 4
"""What a thread does at a time where each file is waited for: little, so that several wait at once."""

_THREADS = 2
_WAITING_THREADS = 8
"""Writing keeps two threads of Python busy and no more; waiting is another matter."""

_POSIX = os.name != "nt"


Merge = Callable[[Place, Place], Awaitable[Progress]]


@dataclass(frozen=True, slots=True)
class _New:
    """A folder that is filled under a temporary name, with all the folders in it, until the round ends."""

    final: Place
    stage: Place


class _Round:
    """What is under way until the next wait for the disk.

    Attributes:
        batches: what was handed to the threads, of so many files and bytes in all.
        work: staging them.
        new: folders that are to take their place at the end.
        together: some files are not waited for one by one.
    """

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.files = 0
        self.size = 0
        self.work: list[asyncio.Future[None]] = []
        self.new: list[_New] = []
        self.together = False

    async def discard(self) -> None:
        """End the work, and remove what is not in place."""
        for task in self.work:
            task.cancel()
        await asyncio.gather(*self.work, return_exceptions=True)
        await each(self.batches, _discard)
        for folder in self.new:
            await temporary.discard(folder.stage)


class Bulk:
    """Puts files of this machine in place on this machine, as part of a tree.

    Args:
        done: kept up to date.
        report: told after each batch.
        merge: moves what a folder holds into another.
    """

    def __init__(self, done: Progress, report: Callable[[Progress], None], merge: Merge) -> None:
        self._done = done
        self._report = report
        self._merge = merge
        self._waiting: list[Item] = []
        self._bytes = 0
        self._round = _Round()
        self._writers = asyncio.Semaphore(_THREADS)
        self._waiters = asyncio.Semaphore(_WAITING_THREADS)
        self._volumes: dict[int, Volume] = {}
        self._changed: set[str] = set()
        self._can_sync = _POSIX
        self._synced = False

    async def make(self, folder: Place, mode: int | None) -> None:
        """Create a folder of the target, for this round under another name.

        Args:
            folder: where; the folder above it is there, or was made in this round.
            mode: permission bits; by default those of any new folder.
        """
        path = self._path_in_new(folder.path)
        if path is None and _POSIX:
            self._round.new.append(_New(folder, temporary.beside(folder)))
            path = self._round.new[-1].stage.path
        await folder.files.make_directory(path or folder.path, mode)
        self._changed |= {str(folder.path), str(folder.path.parent)}
        if not self._volumes:
            self._enter(path or folder.path)

    def enter(self, folder: Place) -> None:
        """Take note of a folder that the target has already, before anything in it is written."""
        self._enter(folder.path)

    async def put(self, source: Place, target: Place, entries: list[Stat], present: dict[str, Stat]) -> None:
        """Copy files and links of one folder, now or with those of the next folders.

        Args:
            source: the folder.
            target: the folder they go to.
            entries: what to copy.
            present: what the target holds, by name.
        """
        old, final = _inside(source.path), _inside(target.path)
        path = self._path_in_new(target.path)
        stage = _inside(path) if path else ""
        for entry in entries:
            name = entry.name
            item = Item(old + name, final + name, entry, present.get(name), stage and stage + name, new=bool(stage))
            self._waiting.append(item)
            self._bytes += entry.size
            if len(self._waiting) == _BATCH_FILES or self._bytes >= _BATCH_BYTES:
                self._start()
                if self._round.files >= _ROUND_FILES or self._round.size >= _ROUND_BYTES:
                    await self.finish()
                    stage = ""  # the folder has come to its place

    async def finish(self) -> None:
        """Put in place what waits: the end of a round."""
        self._start()
        current = self._round
        if current.work:
            for task in (await asyncio.wait(current.work, return_when=asyncio.FIRST_EXCEPTION))[0]:
                task.result()
        if current.together and any(batch.staged for batch in current.batches):
            self._synced = True
            await in_thread(self._sync)
        while current.new:
            await self._place_folder(current.new[-1])
            current.new.pop()
        await each(current.batches, self._place, at_once=_THREADS)
        self._round = _Round()

    async def settle(self) -> None:
        """Wait until all that has taken its place is on disk."""
        if self._synced or (len(self._changed) > _FEW and self._can_sync):
            await in_thread(self._sync)
        else:
            await each(self._changed, _sync_folder, at_once=_WAITING_THREADS)

    async def close(self) -> None:
        """Remove what has not come to its place, and let go of the volumes; also while being cancelled."""
        while self._volumes:
            self._volumes.popitem()[1].close()
        await to_the_end(self._round.discard())

    def _start(self) -> None:
        """Let the threads have what waits."""
        current = self._round
        current.together |= self._can_sync and len(self._waiting) > _FEW
        step = _BATCH_FILES if current.together else _WAITING_FILES
        for first in range(0, len(self._waiting), step):
            batch = Batch(self._waiting[first : first + step], wait=not current.together)
            current.batches.append(batch)
            early = current.together and len(current.batches) % _EARLY == 0
            current.work.append(asyncio.ensure_future(self._stage(batch, early=early)))
        current.files += len(self._waiting)
        current.size += self._bytes
        self._waiting, self._bytes = [], 0

    async def _stage(self, batch: Batch, *, early: bool) -> None:
        async with self._waiters if batch.wait else self._writers:
            with closing(batch.stage()) as steps:
                while await in_thread(next, steps, _END) is None:
                    continue
        if early:
            await in_thread(self._sync)

    async def _place_folder(self, new: _New) -> None:
        try:
            await new.stage.files.rename(new.stage.path, new.final.path)
        except Failure as failure:
            if failure.code not in (errors.EXISTS, errors.NOT_EMPTY):
                raise
            await self._merge(new.stage, new.final)  # somebody else made one meanwhile
            await temporary.discard(new.stage)

    async def _place(self, batch: Batch) -> None:
        self._changed |= await in_thread(batch.place)
        self._done.files += len(batch.items)
        self._done.changed += batch.changed
        self._done.size += batch.size
        self._report(self._done)

    def _path_in_new(self, path: PurePath) -> PurePath | None:
        """Where something is that belongs to the new folder met last: a tree is gone through by depth."""
        if not self._round.new or not path.is_relative_to(self._round.new[-1].final.path):
            return None
        return self._round.new[-1].stage.path / path.relative_to(self._round.new[-1].final.path)

    def _enter(self, path: PurePath) -> None:
        if _POSIX:
            with _errors(path):
                device = Path(path).stat().st_dev
                if device not in self._volumes:
                    self._volumes[device] = Volume(path)
                    self._can_sync &= can_sync(device)

    def _sync(self) -> None:
        for volume in tuple(self._volumes.values()):
            with _errors(volume.folder):
                volume.sync()


def _inside(folder: PurePath) -> str:
    return os.path.join(folder, "")  # noqa: PTH118 -- a text, as those of a batch are


async def _discard(batch: Batch) -> None:
    await in_thread(batch.discard)


async def _sync_folder(path: str) -> None:
    try:
        await in_thread(local_data.sync_directory, Path(path))
    except PermissionError:
        return  # its copied mode does not let us look into it
    except OSError as error:
        raise errors.from_os_error(error, path) from error


@contextmanager
def _errors(path: PurePath) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise errors.from_os_error(error, str(path)) from error


_END = object()
