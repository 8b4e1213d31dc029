"""What the actions of a transaction have in common."""

from __future__ import annotations

import os
import stat as modes
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from setupbatcher import errors
from setupbatcher.errors import Failure, from_os_error
from setupbatcher.files.batch import Batch
from setupbatcher.files.bulk import Bulk
from setupbatcher.files.disk import Disk
from setupbatcher.files.place import Place
from setupbatcher.files.progress import Progress
from setupbatcher.files.transaction.ledger import Ledger, NotAtOnceError
from setupbatcher.hosts.base import Kind
from setupbatcher.hosts.threads import in_thread

Report = Callable[[Progress], None]
Reader = Callable[..., Batch]
"""How files are read: a kind of :class:`~setupbatcher.files.batch.Batch`."""


@dataclass(frozen=True, slots=True)
class Work:
    """What the actions of a transaction work with.

    Attributes:
        ledger: does what can be taken back.
        disk: knows what was changed.
        journal: where it stands.
    """

    ledger: Ledger
    disk: Disk
    journal: Path

    @asynccontextmanager
    async def bulk(
        self, folders: Sequence[Place], done: Progress, report: Report, reader: Reader = Batch
    ) -> AsyncIterator[Bulk]:
        """Let the block put files into folders.

        Args:
            folders: that are there, or one which is made, with those above it that are missing.
            done: kept up to date.
            report: told now and then.
            reader: of the files.
        """
        missing = await _missing(folders[0])
        await self.ledger.enter(str(folder) for folder in (folders if not missing else [missing[0].parent]))
        bulk = Bulk(done, report, self.ledger, self.disk, reader)
        try:
            for folder in missing:
                await bulk.make(folder, None)
            done.folders += len(missing)
            yield bulk
            await bulk.finish()
        finally:
            await bulk.close()

    async def put_aside(self, place: Place) -> Place:
        """Keep what stands at a place beside it; returns where it is."""
        await self.ledger.enter([str(place.parent)])
        try:
            kept = await self.ledger.aside(str(place))
        except NotAtOnceError:
            kept = await self._put_aside_by_parts(str(place))
        return place.sibling(os.path.basename(kept))  # noqa: PTH119 -- a text

    async def _put_aside_by_parts(self, top: str) -> str:
        """Keep a folder by moving what it holds into another one."""
        kept = self.ledger.spare(top)
        folders, files = await in_thread(_parts, top)
        await self.ledger.enter(folders)
        moved = {folder: kept + folder.removeprefix(top) for folder in folders}
        await in_thread(_mirror, moved)
        await self.ledger.move((file, kept + file.removeprefix(top), False) for file in files)
        await self.ledger.remove(folders[::-1], moved)
        return kept


def _parts(top: str) -> tuple[list[str], list[str]]:
    """Folders, each before those in it, and all else in a folder."""
    folders = [top]
    files: list[str] = []
    try:
        for folder in folders:
            with os.scandir(folder) as entries:
                for entry in entries:
                    (folders if entry.is_dir(follow_symlinks=False) else files).append(entry.path)
    except OSError as error:
        raise from_os_error(error, top) from error
    return folders, files


def _mirror(moved: dict[str, str]) -> None:
    """Make folders like others, each before those in it."""
    for old, new in moved.items():
        try:
            os.mkdir(new)  # noqa: PTH102 -- a text
            if sys.platform != "win32":
                found = os.stat(old)  # noqa: PTH116 -- a text
                os.chown(new, found.st_uid, found.st_gid)
                os.chmod(new, modes.S_IMODE(found.st_mode) | modes.S_IRWXU)  # noqa: PTH101 -- a text
        except OSError as error:
            raise from_os_error(error, new) from error


async def _missing(folder: Place) -> list[Place]:
    """The folders that are to be made for one to be there, from above."""
    missing: list[Place] = []
    while (found := await folder.stat()) is None:
        missing.insert(0, folder)
        folder = folder.parent
    if found.kind is not Kind.DIRECTORY:
        raise Failure(errors.DIRECTORY_NAME, f"{folder}: a file stands where a folder is expected")
    return missing
