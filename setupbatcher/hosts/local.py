"""The machine that runs the script."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from setupbatcher.hosts import spawn
from setupbatcher.hosts.base import Filesystem, OutputSink, Platform, Result
from setupbatcher.hosts.local_files import LocalFilesystem


class LocalHost:
    """This machine, as a :class:`~setupbatcher.hosts.base.Host`.

    Args:
        directory: where lines and programs start and relative paths begin: the script's folder.
        name: the machine's name as the script writes it.
    """

    def __init__(self, directory: Path, name: str = "localhost") -> None:
        self._began: Callable[[int], None] | None = None
        self._directory = directory.absolute()
        self._name = name
        self._files = LocalFilesystem(self._directory)

    @property
    def name(self) -> str:
        """The machine's name as the script writes it."""
        return self._name

    @property
    def address(self) -> str:
        """This machine, as it calls itself."""
        return "localhost"

    @property
    def platform(self) -> Platform:
        """The machine's family."""
        return Platform.WINDOWS if os.name == "nt" else Platform.POSIX

    @property
    def files(self) -> Filesystem:
        """The machine's files."""
        return self._files

    async def shell(self, line: str, *, timeout: float | None = None, sink: OutputSink | None = None) -> Result:
        """Run a line with ``/bin/sh -c`` or ``cmd /d /s /c``; see :func:`setupbatcher.hosts.spawn.run`."""
        arguments = f'cmd /d /s /c "{line}"' if self.platform is Platform.WINDOWS else ("/bin/sh", "-c", line)
        return await spawn.run(arguments, directory=self._directory, timeout=timeout, sink=sink, began=self._began)

    async def program(
        self, arguments: Sequence[str], *, timeout: float | None = None, sink: OutputSink | None = None
    ) -> Result:
        """Run a program with its arguments as data; see :func:`setupbatcher.hosts.spawn.run`."""
        return await spawn.run(arguments, directory=self._directory, timeout=timeout, sink=sink, began=self._began)

    @property
    def connected(self) -> bool:
        """Always: there is no connection."""
        return True

    def told_of_processes(self, began: Callable[[int], None]) -> LocalHost:
        """This machine, for a caller who wants to know the number of every process it starts."""
        if self._began == began:
            return self
        # Asked for at every command: `copy.copy` takes ten times as long.
        host = object.__new__(LocalHost)
        host.__dict__ = self.__dict__ | {"_began": began}
        return host

    async def close(self) -> None:
        """Nothing to end."""


def still_runs(process: int, began: float) -> bool:
    """Whether a process that an earlier run started is at work.

    Args:
        process: its number.
        began: when it was started, seconds since the epoch; tells it from a later process of the same number.
    """
    import psutil  # noqa: PLC0415 -- asked for only after a crash, and not cheap to import

    try:
        found = psutil.Process(process)
        return bool(abs(found.create_time() - began) < _SAME and found.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


_SAME = 3.0
"""Seconds by which two clocks may tell the start of one process."""
