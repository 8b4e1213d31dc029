"""The transaction: its beginning, what it does, its end."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from setupbatcher.errors import Failure, from_os_error
from setupbatcher.files.disk import Disk
from setupbatcher.files.place import Place
from setupbatcher.files.progress import Progress
from setupbatcher.files.transaction.checks import check_target
from setupbatcher.files.transaction.journal import Journal
from setupbatcher.files.transaction.kept import Kept
from setupbatcher.files.transaction.ledger import Ledger
from setupbatcher.files.transaction.plain import Plain
from setupbatcher.files.transaction.recovery import Recovered, clean_up, end, take_all_back
from setupbatcher.files.transaction.work import Report, Work
from setupbatcher.hosts.local_files import LocalFilesystem
from setupbatcher.hosts.threads import in_thread, to_the_end


class Transaction:
    """Changes to files that are done as a whole or not at all.

    Args:
        journal: where its journal is to stand, in a folder that exists; see :func:`~.names.journal_of`.
        rollback: ``False`` keeps nothing: each file is whole still, but what was done stays when the block fails.

    Attributes:
        recovered: what was found of an earlier transaction and ended, when the block begins.
        notes: what a user should know though nothing failed, a line each: that targets are on several volumes, that a
            kept file is in use and is removed by the next recovery.
    """

    recovered: Recovered
    notes: list[str]

    def __init__(self, journal: Path, *, rollback: bool = True) -> None:
        self._path = journal.absolute()
        self._rollback = rollback
        self._disk = Disk()
        self._actions: Kept | Plain
        self._one = asyncio.Lock()
        self.notes = []

    async def __aenter__(self) -> Self:
        """Take the journal's lock; end what an earlier transaction left.

        Raises:
            Failure: 32 when another process has the journal; 3 or 5 when it cannot be written; or as
                :func:`~.recovery.recover`.
        """
        try:
            self._journal = await in_thread(Journal, self._path)
        except OSError as error:
            raise from_os_error(error, str(self._path)) from error
        try:
            self.recovered = await to_the_end(end(self._journal))
            await in_thread(self._journal.begin)
        except OSError as error:
            self._journal.close()
            raise from_os_error(error, str(self._path)) from error
        except BaseException:
            self._journal.close()
            raise
        self._ledger = Ledger(self._journal, self._disk)
        self._actions = Kept(Work(self._ledger, self._disk, self._path)) if self._rollback else Plain()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Keep it all, or after an error take it all back."""
        try:
            await to_the_end(self._commit() if error is None else self._take_back(error))
        finally:
            self._disk.close()
            self._journal.close()

    async def copy(self, source: Path | Place, target: Path, *, progress: Report | None = None) -> Progress:
        """Copy a file, or what a folder holds into another folder; existing files are replaced.

        Symbolic links in a folder are copied as links; a source that is one itself is followed. A link at the place of
        a file is replaced, a target folder that is one is followed. Missing folders above the target are created. What
        is onto itself is left alone.

        Args:
            source: absolute; a place on another machine too.
            target: absolute; the file or folder itself, not the folder it is to stand in.
            progress: told now and then.

        Raises:
            Failure: 2 without a source; 267 a file where a folder is expected or the reverse; 1463 a link in the place
                of a folder; 87 a target in its own source; 50 for a device and the like; 112, 5 …
        """
        async with self._one:
            start, goal = _place(source, follow=True), _target(target)
            return await self._actions.copy(start, goal, progress or _untold)

    async def move(self, source: Path, target: Path, *, progress: Report | None = None) -> Progress:
        """Move a file, a link, or a folder, merged into the target if that is there; otherwise as :meth:`copy`.

        Raises:
            Failure: as :meth:`copy` and :meth:`delete`.
        """
        async with self._one:
            start, goal = _place(source), _target(target)
            return await self._actions.move(start, goal, progress or _untold)

    async def delete(self, path: Path) -> bool:
        """Delete a file, a link, or a folder with all it holds; returns whether there was anything.

        Raises:
            Failure: 161 for a root; 32 for what holds the journal or a mounted volume; 5.
        """
        async with self._one:
            return await self._actions.delete(_place(path))

    async def unzip(self, archive: Path | Place, target: Path, *, progress: Report | None = None) -> Progress:
        """Unpack a zip archive into a folder; existing files are replaced.

        Raises:
            Failure: as :func:`setupbatcher.files.archive_members.members`; 13 for a damaged archive; as :meth:`copy`.
        """
        async with self._one:
            start, goal = _place(archive, follow=True), _target(target)
            return await self._actions.unzip(start, goal, progress or _untold)

    async def _commit(self) -> None:
        try:
            await self._disk.settle()
            await in_thread(self._journal.end, sorted(self._ledger.used))
        except (Failure, OSError) as error:
            await self._take_back(error)
            raise error if isinstance(error, Failure) else from_os_error(error, str(self._path)) from error
        volumes = self._ledger.volumes
        if len(volumes) > 1:
            self.notes.append(f"on {len(volumes)} volumes, each of which is needed to end the work after a crash")
        await self._clean_up()

    async def _take_back(self, error: BaseException) -> None:
        try:
            await take_all_back(self._journal, self._disk)
        except (Failure, OSError) as failure:
            reason = failure if isinstance(failure, Failure) else from_os_error(failure, str(self._path))
            message = f"{str(error) or 'interrupted'}; {reason}"
            raise Failure(reason.code, message, help=reason.help) from error
        await self._clean_up()

    async def _clean_up(self) -> None:
        for path in await clean_up(self._journal, self._disk):
            self.notes.append(f"{path}: is in use, and removed by the next start")


def _place(path: Path | Place, *, follow: bool = False) -> Place:
    """A place whose path no step of the transaction can change, as it could where a link is part of it.

    Args:
        path: of this machine, or a place on another one.
        follow: the last part may be a link too.
    """
    if isinstance(path, Place):
        if not isinstance(path.files, LocalFilesystem):
            return path
        path = Path(path.path)
    if follow:
        path = Path(os.path.realpath(path))
    elif path.name not in ("", ".."):
        path = Path(os.path.realpath(path.parent)) / path.name
    return Place(LocalFilesystem(Path.cwd()), _extended(path.absolute()))


def _target(path: Path) -> Place:
    check_target(path)
    return _place(path, follow=os.path.isdir(path))  # noqa: PTH112 -- the method raises for a name that is too long


def _extended(path: Path) -> Path:
    """A path as Windows takes it however long it is."""
    if os.name != "nt" or str(path).startswith("\\\\?\\"):
        return path
    text = str(path)
    return Path(f"\\\\?\\UNC{text[1:]}" if text.startswith("\\\\") else f"\\\\?\\{text}")


def _untold(_: Progress) -> None:
    """Nobody wants to know."""
