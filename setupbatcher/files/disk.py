"""Waiting until what was changed on this machine is on disk: once for a volume where that can be, else for each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath

from setupbatcher import errors
from setupbatcher.files.together import each
from setupbatcher.hosts import local_data
from setupbatcher.hosts.threads import in_thread
from setupbatcher.hosts.volumes import Volume, can_sync

FEW = 32
"""What is waited for one by one: a volume may hold much else that is not on disk yet."""

WAITING_THREADS = 8
"""Threads that do nothing but wait."""

_POSIX = os.name != "nt"


class Disk:
    """The volumes that some work changes.

    Attributes:
        at_once: one wait does for all that is written to them.
        changed: folders in which names came or went since the last wait.
    """

    def __init__(self) -> None:
        self._volumes: dict[int, Volume] = {}
        self._synced = False
        self.at_once = _POSIX
        self.changed: set[str] = set()

    @property
    def entered(self) -> bool:
        """Whether any volume is known."""
        return bool(self._volumes)

    def enter(self, path: PurePath) -> None:
        """Take note of a folder, before anything in it is written."""
        if _POSIX:
            with _errors(path):
                self.enter_volume(Path(path).stat().st_dev, path)

    def enter_volume(self, device: int, path: PurePath) -> None:
        """The same for a folder on the volume of that number."""
        if _POSIX and device not in self._volumes:
            self._volumes[device] = Volume(path)
            self.at_once &= can_sync(device)

    async def sync(self) -> None:
        """Wait until all that was written to the volumes is on disk."""
        self._synced = True
        await in_thread(self._sync)

    async def hasten(self) -> None:
        """Set the disk to work on what was written so far; the next wait is still to come."""
        await in_thread(self._sync)

    async def settle(self) -> None:
        """Wait until the folders that changed are on disk."""
        if self._synced or (len(self.changed) > FEW and self.at_once):
            await in_thread(self._sync)
        else:
            await each(self.changed, _sync_folder, at_once=WAITING_THREADS)
        self.changed.clear()

    def close(self) -> None:
        """Let go of the volumes."""
        while self._volumes:
            self._volumes.popitem()[1].close()

    def _sync(self) -> None:
        for volume in tuple(self._volumes.values()):
            with _errors(volume.folder):
                volume.sync()


async def _sync_folder(path: str) -> None:
    try:
        await in_thread(local_data.sync_directory, Path(path))
    except PermissionError:
        return  # its copied mode does not let us look into it
    except FileNotFoundError:
        return  # gone, as the folder above it tells
    except OSError as error:
        raise errors.from_os_error(error, path) from error


@contextmanager
def _errors(path: PurePath) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise errors.from_os_error(error, str(path)) from error
