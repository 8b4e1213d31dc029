"""Copying many files of this machine: in rounds, each with one wait for the disk instead of one for each file.

A round writes what is to change under temporary names, waits until all of that is on disk, and then renames. So a file
is old or new at any moment, as if it had been copied alone, and the wait costs little for each.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path, PurePath

from setupbatcher import errors
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

_THREADS = 4


class Bulk:
    """Puts files of this machine in place on this machine, as part of a tree.

    Args:
        done: kept up to date.
        report: told after each batch.
    """

    def __init__(self, done: Progress, report: Callable[[Progress], None]) -> None:
        self._done = done
        self._report = report
        self._waiting: list[Item] = []
        self._bytes = 0
        self._volumes: dict[int, Volume] = {}
        self._changed: set[str] = set()
        self._large = False

    def enter(self, folder: Place, *, new: bool) -> None:
        """Take note of a folder of the target before anything in it is written.

        Args:
            folder: one that is there.
            new: it was created just now.
        """
        path = Path(folder.path)
        if new:
            self._changed |= {str(path), str(path.parent)}
        with _errors(path):
            device = path.stat().st_dev
            if device not in self._volumes and os.name != "nt":
                self._volumes[device] = Volume(path)

    async def put(self, source: Place, target: Place, entries: list[Stat], present: dict[str, Stat]) -> None:
        """Copy files and links of one folder, now or with those of the next folders.

        Args:
            source: the folder.
            target: the folder they go to.
            entries: what to copy.
            present: what the target holds, by name.
        """
        old, new = (os.path.join(folder.path, "") for folder in (source, target))  # noqa: PTH118 -- as in Batch
        for entry in entries:
            self._waiting.append(Item(old + entry.name, new, entry, present.get(entry.name)))
            self._bytes += entry.size
            if len(self._waiting) == _ROUND_FILES or self._bytes >= _ROUND_BYTES:
                await self.finish()

    async def finish(self) -> None:
        """Put in place what waits."""
        items, self._waiting, self._bytes = self._waiting, [], 0
        together = len(items) > _FEW and all(can_sync(device) for device in self._volumes)
        batches = _batches(items, wait=not together)
        try:
            await each(batches, _stage, at_once=_THREADS)
            if together and any(batch.staged for batch in batches):
                self._large = True
                await in_thread(self._sync)
            await each(batches, self._place, at_once=_THREADS)
        except BaseException:
            await to_the_end(each(batches, _discard, at_once=_THREADS))
            raise

    async def settle(self) -> None:
        """Wait until all that has taken its place is on disk."""
        if self._large:
            await in_thread(self._sync)
        else:
            await each(self._changed, _sync_folder, at_once=_THREADS)

    def close(self) -> None:
        """Let go of the volumes."""
        while self._volumes:
            self._volumes.popitem()[1].close()

    async def _place(self, batch: Batch) -> None:
        self._changed |= await in_thread(batch.place)
        self._done.files += len(batch.items)
        self._done.changed += batch.changed
        self._done.size += batch.size
        self._report(self._done)

    def _sync(self) -> None:
        for volume in self._volumes.values():
            with _errors(volume.folder):
                volume.sync()


def _batches(items: list[Item], *, wait: bool) -> list[Batch]:
    batches: list[Batch] = []
    first = size = 0
    for number, item in enumerate(items, 1):
        size += item.found.size
        if number - first == _BATCH_FILES or size >= _BATCH_BYTES or number == len(items):
            batches.append(Batch(items[first:number], wait=wait))
            first, size = number, 0
    return batches


async def _stage(batch: Batch) -> None:
    with closing(batch.stage()) as steps:
        while await in_thread(next, steps, _END) is not _END:
            continue


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
