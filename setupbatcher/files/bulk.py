"""Copying many files to this machine: in rounds, each with one wait for the disk instead of one for each file.

A round writes what is to change under temporary names, waits until all of that is on disk, and then renames. So a file
is old or new at any moment, as if it had been copied alone, and the wait costs little for each. A folder that the
target does not have is filled under a temporary name itself, so that it takes one rename with all that it holds; not on
Windows, where a folder cannot be renamed while somebody looks into a file of it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from setupbatcher.files import temporary
from setupbatcher.files.batch import Batch, Item
from setupbatcher.files.disk import FEW, WAITING_THREADS, Disk
from setupbatcher.files.ground import Ground, Prepared
from setupbatcher.files.place import Place
from setupbatcher.files.progress import Progress
from setupbatcher.files.survey import Branch
from setupbatcher.files.together import each
from setupbatcher.hosts.base import Stat
from setupbatcher.hosts.threads import in_thread, to_the_end

_ROUND_FILES = 16_384
_ROUND_BYTES = 256 * 1024**2
"""What a round may hold: it needs this room on the disk beside the files that it replaces, and memory for the names."""

_BATCH_FILES = 512
_BATCH_BYTES = 16 * 1024**2
"""What a thread does at a time; a cancelled copy ends when it has been done."""

_EARLY = 4
"""Batches after which the disk is set to work on them while the threads go on."""

_WAITING_FILES = 4
"""What a thread does at a time where each file is waited for: little, so that several wait at once."""

_THREADS = 2
"""Writing keeps two threads of Python busy and no more; waiting is another matter."""

_POSIX = os.name != "nt"


@dataclass(frozen=True, slots=True)
class _New:
    """A folder that is filled under a temporary name, with all the folders in it, until the round ends."""

    final: Place
    stage: Place

    @property
    def prepared(self) -> Prepared:
        return Prepared(str(self.stage), str(self.final), replaces=False)


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

    @property
    def prepared(self) -> list[Prepared]:
        """What is to take its place."""
        return [folder.prepared for folder in self.new] + [one for batch in self.batches for one in batch.staged]

    async def end(self, *, discard: bool) -> None:
        """End the work, and remove what is not in place, if that is wanted."""
        for task in self.work:
            task.cancel()
        await asyncio.gather(*self.work, return_exceptions=True)
        if discard:
            await each(self.batches, _discard)
            for folder in self.new:
                await temporary.discard(folder.stage)


class Bulk:
    """Puts files in place on this machine, as part of a tree.

    Args:
        done: kept up to date.
        report: told after each batch.
        ground: where files are prepared, and how they take their place.
        disk: what is waited for; the caller closes it.
        batch: how the files are read.
    """

    def __init__(
        self,
        done: Progress,
        report: Callable[[Progress], None],
        ground: Ground,
        disk: Disk,
        batch: Callable[..., Batch] = Batch,
    ) -> None:
        self._done = done
        self._report = report
        self._ground = ground
        self._disk = disk
        self._batch = batch
        self._waiting: list[Item] = []
        self._bytes = 0
        self._round = _Round()
        self._writers = asyncio.Semaphore(_THREADS)
        self._waiters = asyncio.Semaphore(WAITING_THREADS)

    async def make(self, folder: Place, mode: int | None) -> None:
        """Create a folder of the target, for this round under another name.

        Args:
            folder: where; the folder above it is there, or was made in this round.
            mode: permission bits; by default those of any new folder.
        """
        path = self._path_in_new(folder.path)
        if path is None:
            stage = folder.sibling(os.path.basename(self._ground.beside(str(folder))))  # noqa: PTH119 -- a text
            self._round.new.append(_New(folder, stage))
            path = stage.path
        await folder.files.make_directory(path, mode)
        self._disk.changed |= {str(folder.path), str(folder.path.parent)}
        if not self._disk.entered:
            self._disk.enter(path)
        if not _POSIX and self._round.new:
            await self._ground.announce([self._round.new[-1].prepared])
            await self._place_folders()

    def enter(self, folder: Place) -> None:
        """Take note of a folder that the target has already, before anything in it is written."""
        self._disk.enter(folder.path)

    async def put(self, branch: Branch) -> None:
        """Copy files and links of one folder, now or with those of the next folders."""
        old, final = _inside(branch.source.path), _inside(branch.target.path)
        stage = self._stage_of(branch.target)
        present = branch.present or {}
        for entry in branch.entries:
            name = entry.name
            item = Item(old + name, final + name, entry, present.get(name), stage and stage + name, new=bool(stage))
            if self._add(item):
                await self._go_on()
                stage = self._stage_of(branch.target)  # the folder may have come to its place

    async def put_one(self, source: Place, target: Place, found: Stat, there: Stat | None) -> None:
        """Copy one file or link, whatever it is to be called."""
        stage = self._stage_of(target.parent)
        name = target.path.name
        if self._add(Item(str(source), str(target), found, there, stage and stage + name, new=bool(stage))):
            await self._go_on()

    async def finish(self) -> None:
        """Put in place what waits: the end of a round."""
        self._start()
        current = self._round
        if current.work:
            for task in (await asyncio.wait(current.work, return_when=asyncio.FIRST_EXCEPTION))[0]:
                task.result()
        if current.together and any(batch.written for batch in current.batches):
            await self._disk.sync()
        await self._ground.announce(current.prepared)
        await self._place_folders()
        await each(current.batches, self._place, at_once=_THREADS)
        self._round = _Round()

    async def close(self) -> None:
        """End the work, and see to what has not come to its place; also while being cancelled."""
        await to_the_end(self._round.end(discard=not self._ground.tidy))

    def _add(self, item: Item) -> bool:
        """Let an item wait; whether enough of them do."""
        self._waiting.append(item)
        self._bytes += item.found.size
        return len(self._waiting) == _BATCH_FILES or self._bytes >= _BATCH_BYTES

    async def _go_on(self) -> None:
        """Let the threads have what waits, and end the round if it is large."""
        self._start()
        if self._round.files >= _ROUND_FILES or self._round.size >= _ROUND_BYTES:
            await self.finish()

    def _start(self) -> None:
        """Let the threads have what waits."""
        current = self._round
        current.together |= self._disk.at_once and len(self._waiting) > FEW
        step = _BATCH_FILES if current.together else _WAITING_FILES
        for first in range(0, len(self._waiting), step):
            batch = self._batch(self._waiting[first : first + step], self._ground, wait=not current.together)
            current.batches.append(batch)
            early = current.together and len(current.batches) % _EARLY == 0
            current.work.append(asyncio.ensure_future(self._stage(batch, early=early)))
        current.files += len(self._waiting)
        current.size += self._bytes
        self._waiting, self._bytes = [], 0

    async def _stage(self, batch: Batch, *, early: bool) -> None:
        async with self._waiters if batch.wait else self._writers:
            await batch.stage()
        if early:
            await self._disk.hasten()

    async def _place_folders(self) -> None:
        new = self._round.new
        while new:
            await self._ground.put_folder(new[-1].prepared, new[-1].stage, new[-1].final)
            new.pop()

    async def _place(self, batch: Batch) -> None:
        if batch.staged:
            self._disk.changed |= await in_thread(batch.place)
        self._done.files += len(batch.items)
        self._done.changed += batch.changed
        self._done.size += batch.size
        self._report(self._done)

    def _stage_of(self, folder: Place) -> str:
        """The path in which to write what belongs into a folder that is not in place yet; empty for one that is."""
        path = self._path_in_new(folder.path)
        return _inside(path) if path else ""

    def _path_in_new(self, path: PurePath) -> PurePath | None:
        """Where something is that belongs to the new folder met last: a tree is gone through by depth."""
        if not self._round.new or not path.is_relative_to(self._round.new[-1].final.path):
            return None
        return self._round.new[-1].stage.path / path.relative_to(self._round.new[-1].final.path)


def _inside(folder: PurePath) -> str:
    return os.path.join(folder, "")  # noqa: PTH118 -- a text, as those of a batch are


async def _discard(batch: Batch) -> None:
    await in_thread(batch.discard)
