"""What a transaction has done so far, kept so that it can be taken back."""

from __future__ import annotations

import errno
import itertools
import os
import stat as modes
from collections.abc import Iterable, Sequence
from pathlib import Path

from setupbatcher.errors import from_os_error
from setupbatcher.files.disk import Disk
from setupbatcher.files.ground import Prepared
from setupbatcher.files.place import Place
from setupbatcher.files.transaction.journal import Journal
from setupbatcher.files.transaction.names import kept, prepared
from setupbatcher.files.transaction.records import Change, Folders, Removal, Steps
from setupbatcher.files.transaction.step import Step, is_busy, remove_folders, take, take_back
from setupbatcher.hosts.threads import in_thread


class NotAtOnceError(Exception):
    """Something cannot be renamed as a whole; it was not.

    It would come to another volume, or is a folder of a lower layer of an overlay, or one of which Windows has a file
    open.
    """


class Ledger:
    """Does steps, each after the journal has it; the :class:`~setupbatcher.files.ground.Ground` of a transaction.

    Args:
        journal: with an open transaction.
        disk: told what changes.

    Attributes:
        used: folders in which something is kept.
    """

    exact = True
    tidy = True  # a step that is taken back needs what was prepared, to know how far it came

    def __init__(self, journal: Journal, disk: Disk) -> None:
        self._journal = journal
        self._disk = disk
        self._numbers = itertools.count(1)
        self._known: set[str] = set()
        self._mounts: dict[int, str] = {}
        self.used: set[str] = set()

    @property
    def volumes(self) -> list[str]:
        """Where the volumes are mounted that the transaction changes."""
        return sorted(self._mounts.values())

    async def enter(self, folders: Iterable[str]) -> None:
        """Take note of folders before anything in them is changed.

        Args:
            folders: that are there; those in which something is prepared, kept or moved.
        """
        new = [folder for folder in dict.fromkeys(folders) if folder not in self._known]
        if new:
            await in_thread(self._enter, new)

    def beside(self, final: str) -> str:
        """A path in the same folder for what is not finished."""
        return _sibling(final, prepared(self._journal.token, next(self._numbers)))

    async def announce(self, prepared: Sequence[Prepared]) -> None:
        """Write down what is about to take its place."""
        if prepared:
            await in_thread(self._write, [_step(one) for one in prepared])

    def put(self, prepared: Prepared) -> None:
        """Let a file take its place, and keep what it replaces."""
        take(_step(prepared))

    async def put_folder(self, prepared: Prepared, stage: Place, final: Place) -> None:
        """Let a new folder take its place with all it holds."""
        del stage
        try:
            await in_thread(take, _step(prepared))
        except OSError as error:
            raise from_os_error(error, str(final)) from error

    async def aside(self, path: str) -> str:
        """Keep what stands at a path beside it; returns where it is kept.

        Raises:
            NotAtOnceError: nothing was done.
        """
        place = self.spare(path)
        await self._take([await in_thread(_moving, path, place, "")])
        return place

    def spare(self, path: str) -> str:
        """A path beside another one, for what is to be kept until the transaction is over."""
        self.used.add(os.path.dirname(path))  # noqa: PTH120 -- a text, as those of a step are
        return self._kept_beside(path)

    async def remove(self, folders: list[str], moved: dict[str, str]) -> None:
        """Remove empty folders.

        Args:
            folders: each before the one it is in.
            moved: by the path of such a folder the one that it has otherwise come to.
        """
        await in_thread(self._remove, folders)
        self._relocate(moved)

    async def move(self, moves: Iterable[tuple[str, str, bool]]) -> None:
        """Rename files and folders within a volume.

        Args:
            moves: of each the path, the path it is to have, and whether a file stands there; none depends on another.

        Raises:
            NotAtOnceError: none was renamed.
        """
        steps = await in_thread(self._steps, moves)
        if steps:
            await self._take(steps)

    def _steps(self, moves: Iterable[tuple[str, str, bool]]) -> list[Step]:
        return [
            _moving(source, target, self._kept_beside(target) if replaces else "") for source, target, replaces in moves
        ]

    def _kept_beside(self, path: str) -> str:
        return _sibling(path, kept(self._journal.token, next(self._numbers)))

    async def _take(self, steps: list[Step]) -> None:
        await in_thread(self._write, steps)
        await in_thread(self._take_all, steps)
        self._relocate({step.source: step.target for step in steps})

    def _take_all(self, steps: list[Step]) -> None:
        for step in steps:
            try:
                take(step)
            except OSError as error:
                if error.errno == errno.EXDEV or (is_busy(error) and os.path.isdir(step.source)):  # noqa: PTH112
                    self._take_back(steps)
                    raise NotAtOnceError(step.source) from error
                raise from_os_error(error, step.target) from error

    def _take_back(self, steps: list[Step]) -> None:
        for step in reversed(steps):
            take_back(step)
        self._journal.cut()

    def _remove(self, folders: list[str]) -> None:
        found = [(folder, os.stat(folder)) for folder in folders]  # noqa: PTH116 -- as above
        removal = Removal([(folder, modes.S_IMODE(at.st_mode), at.st_uid, at.st_gid) for folder, at in found])
        self._append(removal)
        self._disk.changed |= {os.path.dirname(folder) for folder in folders}  # noqa: PTH120 -- as above
        try:
            remove_folders(removal.folders)
        except OSError as error:
            raise from_os_error(error, error.filename) from error

    def _append(self, record: Change) -> None:
        try:
            self._journal.append(record)
        except OSError as error:
            raise from_os_error(error, str(self._journal.path)) from error

    def _write(self, steps: list[Step]) -> None:
        self._append(Steps(steps))
        for step in steps:
            self._disk.changed |= {os.path.dirname(step.source), os.path.dirname(step.target)}  # noqa: PTH120 -- as above
            if step.kept:
                self.used.add(os.path.dirname(step.kept))  # noqa: PTH120 -- as above

    def _enter(self, folders: list[str]) -> None:
        times = []
        volumes = set()
        for folder in folders:
            try:
                found = os.stat(folder)  # noqa: PTH116 -- as above
                self._disk.enter_volume(found.st_dev, Path(folder))
            except OSError as error:
                raise from_os_error(error, folder) from error
            times.append((folder, found.st_mtime_ns))
            volumes.add(self._mount(folder, found.st_dev))
        self._append(Folders(next(self._numbers), times, sorted(volumes)))
        self._known.update(folders)

    def _mount(self, folder: str, device: int) -> str:
        """Where the volume of a folder is mounted."""
        if device not in self._mounts:
            path = os.path.realpath(folder)
            while not os.path.ismount(path):
                path = os.path.dirname(path)  # noqa: PTH120 -- as above
            self._mounts[device] = path
        return self._mounts[device]

    def _relocate(self, moved: dict[str, str]) -> None:
        """Folders that were moved are known by their new paths from now on."""
        for paths in (self._known, self.used, self._disk.changed):
            for path in [path for path in paths if _new_path(path, moved) != path]:
                paths.discard(path)
                paths.add(_new_path(path, moved))


def _new_path(path: str, moved: dict[str, str]) -> str:
    above = path
    while True:
        if above in moved:
            return moved[above] + path[len(above) :]
        shorter = os.path.dirname(above)  # noqa: PTH120 -- as above
        if shorter == above:
            return path
        above = shorter


def _step(one: Prepared) -> Step:
    return Step(one.stage, one.final, one.stage.removesuffix(".new") + ".old" if one.replaces else "", 0)


def _moving(source: str, target: str, kept: str) -> Step:
    """A step for something that others may know by its name."""
    try:
        return Step(source, target, kept, os.lstat(source).st_ino)
    except OSError as error:
        raise from_os_error(error, source) from error


def _sibling(path: str, name: str) -> str:
    return os.path.join(os.path.dirname(path), name)  # noqa: PTH118, PTH120 -- as above
