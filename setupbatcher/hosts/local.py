"""The machine that runs the script."""

from __future__ import annotations

import os
from collections.abc import Sequence
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
        self._directory = directory.absolute()
        self._name = name
        self._files = LocalFilesystem(self._directory)

    @property
    def name(self) -> str:
        """The machine's name as the script writes it."""
        return self._name

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
        return await spawn.run(arguments, directory=self._directory, timeout=timeout, sink=sink)

    async def program(
        self, arguments: Sequence[str], *, timeout: float | None = None, sink: OutputSink | None = None
    ) -> Result:
        """Run a program with its arguments as data; see :func:`setupbatcher.hosts.spawn.run`."""
        return await spawn.run(arguments, directory=self._directory, timeout=timeout, sink=sink)

    async def close(self) -> None:
        """Nothing to end."""
