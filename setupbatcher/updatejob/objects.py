"""The objects of a job: each path found, each action done within one transaction."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files.place import Place
from setupbatcher.files.progress import Progress
from setupbatcher.files.transaction import Transaction
from setupbatcher.hosts.local_files import LocalFilesystem
from setupbatcher.updatejob.events import ObjectBegan, ObjectDone, ObjectMoved, Tell, Warned
from setupbatcher.updatejob.model import Action, Object
from setupbatcher.updatejob.places import Places, is_pattern, only_read

_BETWEEN_LINES = 2.0
"""Seconds between two lines about the same tree."""


async def carry_out(objects: Sequence[Object], places: Places, journal: Path, *, rollback: bool, tell: Tell) -> None:
    """Do what a job's objects say, all of it or nothing.

    Args:
        objects: in the order of the file.
        places: find their paths.
        journal: of the transaction.
        rollback: ``False`` leaves what was done where something fails.
        tell: is told of each.

    Raises:
        Failure: of the object that failed.
    """
    async with Transaction(journal, rollback=rollback) as files:
        for wanted in objects:
            await _Work(files, wanted, places, tell).carry_out()
    for note in files.notes:
        tell(Warned(note))


class _Work:
    """One object."""

    def __init__(self, files: Transaction, wanted: Object, places: Places, tell: Tell) -> None:
        self._files = files
        self._wanted = wanted
        self._places = places
        self._tell = tell
        self._said = time.monotonic()
        self._count = Progress()

    async def carry_out(self) -> None:
        """Do it, and tell so."""
        wanted = self._wanted
        target = "" if wanted.action is Action.DELETE else wanted.target
        self._tell(ObjectBegan(wanted.action, wanted.source, target, wanted.line))
        found = await self._places.sources(wanted.source)
        if not found and wanted.action is not Action.DELETE:
            raise Failure(errors.FILE_NOT_FOUND, f"{wanted.source}: nothing is called like that")
        for source in found:
            done = await self._one(source)
            self._count.files += done.files
            self._count.changed += done.changed + done.folders
        self._tell(ObjectDone(wanted.source, self._count.files, self._count.changed))

    async def _one(self, source: Place) -> Progress:
        wanted = self._wanted
        if wanted.action is Action.DELETE:
            gone = await self._files.delete(_local(source))
            return Progress(files=int(gone), changed=int(gone))
        if wanted.action is Action.UNZIP:
            return await self._files.unzip(source, self._places.path(wanted.target), progress=self._progress)
        target = await self._places.target(wanted.target, source, into=is_pattern(wanted.source))
        if wanted.action is Action.MOVE:
            return await self._files.move(_local(source), target, progress=self._progress)
        return await self._files.copy(source, target, progress=self._progress)

    def _progress(self, progress: Progress) -> None:
        if time.monotonic() - self._said >= _BETWEEN_LINES:
            self._said = time.monotonic()
            self._tell(ObjectMoved(self._wanted.source, progress.files, progress.files_in_all, progress.size))


def _local(source: Place) -> Path:
    """A path that is to be taken away, which only one of this machine can be."""
    if not isinstance(source.files, LocalFilesystem):
        raise only_read(source)
    return Path(source.path)
