"""Running commands on an SSH machine: where each of them runs, its time limit, its end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeVar

import asyncssh

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.hosts import remote_line, ssh_errors
from setupbatcher.hosts.base import OutputSink, Result
from setupbatcher.hosts.remote_line import Call, Opening
from setupbatcher.hosts.ssh_command import Command, RemoteCommand
from setupbatcher.hosts.ssh_shell import NotTaken, Shell

T = TypeVar("T")

MOST_SHELLS = 4
"""Shells of one machine; further commands at the same time have channels of their own."""

LONGEST = 16 * 1024
"""Characters of a command that a shell is given. It reads them one by one, which takes longer than a channel."""

_PAUSES = (0.0, 0.02, 0.05, 0.1, 0.2)
"""Seconds after which a refused channel is asked for again: a channel counts for a while after it was closed."""

_ENDING_LIMIT = 10.0
"""Seconds that ending a command may take; a machine that answers needs less than three."""


class Ran(NamedTuple):
    """How a command ended.

    Attributes:
        result: exit status and output.
        state: ``ok``, or why there was no program to run; see :class:`~setupbatcher.hosts.remote_line.Opening`.
    """

    result: Result
    state: str = "ok"


class Commands:
    """The commands of one machine.

    A command runs in a shell that takes one after the other. It has a channel of its own where the machine can have no
    such shells, while all of them are at work, and where the command is too long for them.

    Args:
        connection: the machine.
        machine: its name, for messages.
    """

    def __init__(self, connection: asyncssh.SSHClientConnection, machine: str) -> None:
        self._connection = connection
        self._machine = machine
        self._shells = _Shells(connection, machine)

    async def run(self, call: Call | str, timeout: float | None, sink: OutputSink | None) -> Ran:
        """Run a command to its end, or to that of its time.

        Args:
            call: the command; a text is given to the machine's login shell as it is.
            timeout: seconds until the command and what it started are ended; ``None`` for no limit.
            sink: receives output as it comes.

        Raises:
            Failure: 87, 109, 1326 when the login shell runs no commands, 1460 past the time limit.
        """
        if any("\0" in word for word in (call.words if isinstance(call, Call) else (call,))):
            raise Failure(errors.BAD_PARAMETER, "the command holds a zero character")
        begun: list[Command] = []
        try:
            async with asyncio.timeout(timeout):
                return await self._run(call, sink, begun)
        except TimeoutError:
            message = f"no end after {timeout:g} s; the command and what it started were ended"
            raise Failure(errors.TIMED_OUT, message) from None
        finally:
            for command in begun:
                try:
                    if not command.ended:
                        await self._end(command)
                finally:
                    command.close()

    async def open(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Open a channel; where the machine refuses one more, shells that are not at work make way for it.

        Args:
            attempt: opens it, and may be called again.
        """
        for pause in _PAUSES:
            try:
                return await attempt()
            except asyncssh.ChannelOpenError:
                if self._connection.is_closed():
                    raise
            await self._shells.end()
            await asyncio.sleep(pause)
        return await attempt()

    async def _run(self, call: Call | str, sink: OutputSink | None, begun: list[Command]) -> Ran:
        """Run a command.

        Args:
            call: the command.
            sink: receives output as it comes.
            begun: is told of what was begun, to be ended and closed.
        """
        if isinstance(call, Call) and (shell := await self._shells.take(call)) is not None:
            try:
                begun.append(command := shell.begin(call, sink))
                return _ran(command, await command.done)
            except NotTaken as refusal:
                self._shells.possible = not refusal.for_good
        return await self._on_channel(call, sink, begun)

    async def _on_channel(self, call: Call | str, sink: OutputSink | None, begun: list[Command]) -> Ran:
        mark = remote_line.mark()
        opening = Opening(mark) if isinstance(call, Call) else None
        command = RemoteCommand(self._machine, opening, sink)
        begun.append(command)
        await self._start(command, remote_line.request(call, mark) if isinstance(call, Call) else call)
        ran = _ran(command, await command.done)
        if opening is not None and opening.group is None:
            words = opening.noise.decode("utf-8", "replace").strip().splitlines()
            raise Failure(
                errors.LOGON_FAILURE,
                f"{self._machine}: the user's login shell runs no commands" + (f": {words[-1]}" if words else ""),
                help="give the user a usual shell such as /bin/sh",
            )
        return ran

    async def _start(self, command: RemoteCommand, request: str) -> None:
        with ssh_errors.translated(self._machine):
            await self.open(lambda: command.start(self._connection, request))

    async def _end(self, command: Command) -> None:
        """End a command and its process group on the machine, through a channel of its own."""
        try:
            async with asyncio.timeout(_ENDING_LIMIT):
                group = await command.known_group()
                if group is None:
                    command.signal("TERM")
                    return
                try:
                    await self._end_group(group)
                except Failure:
                    if not await command.make_way():
                        raise
                    await self._end_group(group)
        except (Failure, TimeoutError):  # the machine is out of reach: the library asks it as far as it can
            command.signal("KILL")

    async def _end_group(self, group: int) -> None:
        ender = RemoteCommand(self._machine, None, None)
        try:
            await self._start(ender, remote_line.end_request(group))
            await ender.done
        finally:
            ender.close()


class _Shells:
    """The shells of one machine.

    Attributes:
        possible: the machine can have such shells, as far as is known.
    """

    def __init__(self, connection: asyncssh.SSHClientConnection, machine: str) -> None:
        self._connection = connection
        self._machine = machine
        self.possible = True
        self._open: list[Shell] = []

    async def take(self, call: Call) -> Shell | None:
        """A shell that can take a command now, if there is one."""
        if sum(map(len, call.words)) > LONGEST:
            return None
        self._open = [shell for shell in self._open if not shell.gone]
        shell = next((shell for shell in self._open if shell.usable), None)
        if shell is None and self.possible and len(self._open) < MOST_SHELLS:
            shell = await self._another()
        return shell if shell is not None and shell.usable else None  # another command may have been quicker

    async def _another(self) -> Shell:
        shell = Shell(self._connection, self._machine)
        self._open.append(shell)
        opened = False
        try:
            opened = await shell.open()
            self.possible = self.possible and opened
        except Failure as failure:
            if failure.code != errors.ACCESS_DENIED:
                raise
        finally:
            if not opened:
                shell.close()
        return shell

    async def end(self) -> None:
        """End the shells that are not at work, and wait a moment until they have ended."""
        for shell in self._open:
            if shell.usable:
                shell.retire()
        await asyncio.gather(*(shell.ended() for shell in self._open if shell.given_up))


def _ran(command: Command, status: int) -> Ran:
    return Ran(command.output.result(status), command.opening.state if command.opening else "ok")
