"""A machine reached over SSH."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable, Sequence

import asyncssh

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.hosts import remote_line, ssh_errors
from setupbatcher.hosts.base import Filesystem, HostSpec, OutputSink, Platform, Result
from setupbatcher.hosts.remote_line import Opening
from setupbatcher.hosts.sftp import SftpFilesystem
from setupbatcher.hosts.ssh_command import RemoteCommand

_ENDING_LIMIT = 10.0
"""Seconds that ending a command may take; a machine that answers needs less than three."""


class SshHost:
    """A machine reached over SSH, as a :class:`~setupbatcher.hosts.base.Host`; each command has its own channel.

    Args:
        spec: the machine.
        connections: the connection to it, then those it runs through.
    """

    def __init__(self, spec: HostSpec, connections: Sequence[asyncssh.SSHClientConnection]) -> None:
        self._spec = spec
        self._connections = tuple(connections)
        self._connection = self._connections[0]
        self._files = SftpFilesystem(self._connection, spec.name, spec.platform)

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
        if self.platform is Platform.WINDOWS:
            return await self._run(f'cmd /d /s /c "{line}"', None, timeout, sink)
        opening = Opening(mark := remote_line.mark())
        return await self._run(remote_line.shell_request(line, mark), opening, timeout, sink)

    async def program(
        self, arguments: Sequence[str], *, timeout: float | None = None, sink: OutputSink | None = None
    ) -> Result:
        """Run a program with its arguments as data, in the user's home folder."""
        if self.platform is Platform.WINDOWS:
            return await self._run(subprocess.list2cmdline(arguments), None, timeout, sink)
        opening = Opening(mark := remote_line.mark())
        result = await self._run(remote_line.program_request(arguments, mark), opening, timeout, sink)
        if opening.state == remote_line.MISSING:
            raise Failure(
                errors.FILE_NOT_FOUND,
                f"{arguments[0]}: program not found on {self.name}",
                help="check the spelling, or write the whole path; a name without a path is looked up in PATH",
            )
        if opening.state == remote_line.DENIED:
            raise Failure(
                errors.ACCESS_DENIED,
                f"{arguments[0]}: not executable on {self.name}",
                help="make it executable with `chmod +x`, or run it through its interpreter",
            )
        return result

    @property
    def connected(self) -> bool:
        """No end of the connection is known."""
        return not self._connection.is_closed()

    def told_of_processes(self, began: Callable[[int], None]) -> SshHost:
        """Itself: it starts none on the controller."""
        del began
        return self

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

    async def _run(
        self, request: str, opening: Opening | None, timeout: float | None, sink: OutputSink | None
    ) -> Result:
        if "\0" in request:
            raise Failure(errors.BAD_PARAMETER, "the command holds a zero character")
        command = RemoteCommand(self.name, opening, sink)
        try:
            async with asyncio.timeout(timeout):
                await self._start(command, request)
                status = await command.done
        except TimeoutError:
            message = f"no end after {timeout:g} s; the command and what it started were ended"
            raise Failure(errors.TIMED_OUT, message) from None
        finally:
            try:
                if not command.ended:
                    await self._end(command)
            finally:
                command.close()
        if opening is not None and opening.group is None:
            words = opening.noise.decode("utf-8", "replace").strip().splitlines()
            raise Failure(
                errors.LOGON_FAILURE,
                f"{self.name}: the user's login shell runs no commands" + (f": {words[-1]}" if words else ""),
                help="give the user a usual shell such as /bin/sh",
            )
        return command.output.result(status)

    async def _start(self, command: RemoteCommand, request: str) -> None:
        with ssh_errors.translated(self.name):
            channel, _ = await self._connection.create_session(lambda: command, request, encoding=None)
            channel.write_eof()

    async def _end(self, command: RemoteCommand) -> None:
        """End a command and its process group on the machine, through a channel of its own."""
        try:
            async with asyncio.timeout(_ENDING_LIMIT):
                group = await command.known_group()
                if group is None:
                    command.signal("TERM")
                    return
                ender = RemoteCommand(self.name, None, None)
                try:
                    await self._start(ender, remote_line.end_request(group))
                    await ender.done
                finally:
                    ender.close()
        except (Failure, TimeoutError):  # the machine is out of reach: the library asks it as far as it can
            command.signal("KILL")
