"""A machine reached over SSH."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable, Sequence

import asyncssh

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.hosts import remote_line
from setupbatcher.hosts.base import Filesystem, HostSpec, OutputSink, Platform, Result
from setupbatcher.hosts.sftp import SftpFilesystem
from setupbatcher.hosts.ssh_running import Commands


class SshHost:
    """A machine reached over SSH, as a :class:`~setupbatcher.hosts.base.Host`.

    Args:
        spec: the machine.
        connections: the connection to it, then those it runs through.
    """

    def __init__(self, spec: HostSpec, connections: Sequence[asyncssh.SSHClientConnection]) -> None:
        self._spec = spec
        self._connections = tuple(connections)
        self._connection = self._connections[0]
        self._commands = Commands(self._connection, spec.name)
        self._files = SftpFilesystem(self._start_sftp, spec.name, spec.platform)

    @property
    def name(self) -> str:
        """The machine's name as the script writes it."""
        return self._spec.name

    @property
    def address(self) -> str:
        """Where its SSH service was reached; behind a jump host or a proxy command, what the script says."""
        peer = self._connection.get_extra_info("peername") if len(self._connections) == 1 else None
        return str(peer[0]) if peer else self._spec.address or self._spec.name

    @property
    def platform(self) -> Platform:
        """The machine's family."""
        return self._spec.platform

    @property
    def files(self) -> Filesystem:
        """The machine's files."""
        return self._files

    async def shell(self, line: str, *, timeout: float | None = None, sink: OutputSink | None = None) -> Result:
        """Run a line with ``/bin/sh -c`` or ``cmd /d /s /c`` in the user's home folder.

        Output is kept as by :func:`setupbatcher.hosts.spawn.run`; a process left in the background is not waited for.
        On Windows a command past its time limit loses its channel, which is all that can be done from here.
        """
        windows = self.platform is Platform.WINDOWS
        call = f'cmd /d /s /c "{line}"' if windows else remote_line.shell_call(line)
        return (await self._commands.run(call, timeout, sink)).result

    async def program(
        self, arguments: Sequence[str], *, timeout: float | None = None, sink: OutputSink | None = None
    ) -> Result:
        """Run a program with its arguments as data, in the user's home folder."""
        windows = self.platform is Platform.WINDOWS
        call = subprocess.list2cmdline(arguments) if windows else remote_line.program_call(arguments)
        ran = await self._commands.run(call, timeout, sink)
        if ran.state == remote_line.MISSING:
            raise Failure(
                errors.FILE_NOT_FOUND,
                f"{arguments[0]}: program not found on {self.name}",
                help="check the spelling, or write the whole path; a name without a path is looked up in PATH",
            )
        if ran.state == remote_line.DENIED:
            raise Failure(
                errors.ACCESS_DENIED,
                f"{arguments[0]}: not executable on {self.name}",
                help="make it executable with `chmod +x`, or run it through its interpreter",
            )
        return ran.result

    @property
    def connected(self) -> bool:
        """No end of the connection is known."""
        return not self._connection.is_closed()

    def told_of_processes(self, began: Callable[[int], None]) -> SshHost:
        """Itself: it starts none on the controller."""
        del began
        return self

    async def _start_sftp(self) -> asyncssh.SFTPClient:
        return await self._commands.open(lambda: self._connection.start_sftp_client(path_errors="surrogateescape"))

    async def close(self) -> None:
        """End the connection; safe to call twice."""
        await self._files.close()
        for connection in self._connections:
            connection.close()
            try:
                async with asyncio.timeout(1):
                    await connection.wait_closed()
            except (TimeoutError, OSError, asyncssh.Error):  # a peer that is gone cannot say goodbye
                connection.abort()
