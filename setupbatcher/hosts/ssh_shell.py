"""Shells on an SSH machine that each run one command after the other; see :mod:`setupbatcher.hosts.framing`."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from secrets import token_hex

import asyncssh

from setupbatcher.errors import Failure
from setupbatcher.hosts import remote_line, ssh_errors
from setupbatcher.hosts.base import OutputSink
from setupbatcher.hosts.framing import COMMANDS, MOVED, Frame, command_request, loop_request
from setupbatcher.hosts.remote_line import Call, Opening
from setupbatcher.hosts.ssh_command import Command
from setupbatcher.hosts.watching import IDLE_GRACE

PATIENCE = 5.0
"""Seconds that the login files may take; where they take longer, each command has a channel of its own."""

_FAREWELL = 2.0
"""Seconds that a shell may take to end."""


class NotTaken(Exception):  # noqa: N818 -- what happened
    """The shell did not begin the command, so that it may be run elsewhere.

    Args:
        for_good: another shell would not begin it either.
    """

    def __init__(self, *, for_good: bool) -> None:
        super().__init__()
        self.for_good = for_good


class Shell(asyncssh.SSHClientSession[bytes]):
    """A shell that takes commands, one at a time.

    Args:
        connection: the machine.
        machine: its name, for messages.

    Attributes:
        given_up: it takes no further command.
    """

    def __init__(self, connection: asyncssh.SSHClientConnection, machine: str) -> None:
        self._connection = connection
        self._machine = machine
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None
        self._mark = remote_line.mark()
        self._frames = Frame(self._mark), Frame(self._mark)
        self._settled = asyncio.Event()
        self._ready = False
        self._failure: Failure | None = None
        self._closed = asyncio.Event()
        self.given_up = False
        self._command: ShellCommand | None = None
        self._left = COMMANDS

    async def open(self) -> bool:
        """Start the shell; ``False`` where the machine can have none.

        Raises:
            Failure: 5 when the machine refuses a further channel, 109 when the connection broke.
        """
        with ssh_errors.translated(self._machine):
            await self._connection.create_session(lambda: self, loop_request(self._mark), encoding=None)
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._settled.wait()
        if self._failure is not None:
            raise self._failure
        return self._ready

    @property
    def usable(self) -> bool:
        """Whether it can take a command."""
        return self._ready and not self.given_up and not self.gone and self._command is None

    @property
    def gone(self) -> bool:
        """Whether its channel is closed."""
        return self._closed.is_set()

    @property
    def out_of_reach(self) -> bool:
        """Whether the connection to the machine is gone."""
        return self._connection.is_closed()

    def begin(self, call: Call, sink: OutputSink | None) -> ShellCommand:
        """Send a command, to a shell that is usable.

        Raises:
            NotTaken: the shell has just ended.
            Failure: 87 for a character that has no bytes.
        """
        mark = token_hex(8)
        with ssh_errors.translated(self._machine):
            request = command_request(call, mark)
        try:
            assert self._channel is not None
            self._channel.write(request)
        except OSError:
            self.given_up = True
            raise NotTaken(for_good=False) from None
        self._left -= 1
        self._command = ShellCommand(self, mark, sink)
        return self._command

    def leave(self, *, clean: bool) -> None:
        """The command needs the shell no longer.

        Args:
            clean: nothing of it is left.
        """
        self._command = None
        if not clean or self._left == 0:
            self.retire()

    def retire(self) -> None:
        """Take no further command, and end."""
        self.given_up = True
        if self._channel is not None:
            self._channel.write_eof()

    def close(self) -> None:
        """Give the channel up, whatever runs there; the shell ends when it has come to its end."""
        self.given_up = True
        if self._channel is None:
            self._closed.set()
        else:
            self._channel.abort()

    def kill(self) -> None:
        """End the shell itself, though not the command in it."""
        self.given_up = True
        if self._channel is not None:
            self._channel.send_signal("KILL")

    async def ended(self) -> bool:
        """Wait a moment until the machine has closed the channel; whether it has."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_FAREWELL):
                await self._closed.wait()
        return self.gone

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        """The channel is open."""
        self._channel = chan

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Output of a command has come; or that of login files, which is dropped."""
        if self._command is not None:
            self._command.heard(data, datatype)
        elif self._ready:
            self.given_up = True  # nobody can have written that
        else:
            self._frames[0 if datatype is None else 1].feed(data)
            if all(frame.ended for frame in self._frames):
                self._ready = True
                self._settled.set()

    def exit_status_received(self, status: int) -> None:  # noqa: ARG002 -- the library's own signature
        """The shell has ended; what it said last may still be on its way."""
        self.given_up = True
        if self._command is not None:
            self._command.bereft(ssh_errors.lost(self._machine))

    def exit_signal_received(  # the library's own signature
        self,
        signal: str,  # noqa: ARG002
        core_dumped: bool,  # noqa: ARG002, FBT001
        msg: str,  # noqa: ARG002
        lang: str,  # noqa: ARG002
    ) -> None:
        """A signal ended the shell, and its helpers may hold the channel open as long as the command does."""
        self.exit_status_received(-1)

    def connection_lost(self, exc: Exception | None) -> None:
        """The channel is closed."""
        self._channel = None
        failure = ssh_errors.lost(self._machine, str(exc) if exc else "")
        if exc is not None:
            self._failure = failure
        if self._command is not None:
            self._command.lost(failure)
        self._settled.set()
        self._closed.set()


class ShellCommand(Command):
    """A command that a shell was sent.

    Args:
        shell: where it runs.
        mark: ends its output.
        sink: receives output as it comes.
    """

    patience = 5.0  # its login files have run, so it does tell; to end the shell would not end it

    def __init__(self, shell: Shell, mark: str, sink: OutputSink | None) -> None:
        self._opening = Opening("")
        super().__init__(self._opening, sink)
        self._shell = shell
        self._frames = Frame(mark), Frame(mark)
        self._refused = False
        self._last: asyncio.TimerHandle | None = None

    @property
    def ended(self) -> bool:
        """Whether it ended by itself or never began, or its machine is out of reach."""
        return self._status is not None or self._refused or self._shell.out_of_reach

    def signal(self, name: str) -> None:  # noqa: ARG002 -- the command is not what the service knows of
        """End the shell; a command that has not begun does not do so without it."""
        self._shell.kill()

    async def make_way(self) -> bool:
        """End the shell and leave the command alone."""
        self._shell.kill()
        return await self._shell.ended()

    def close(self) -> None:
        """Give the shell back, or up where anything of the command may be left."""
        super().close()
        if self._last is not None:
            self._last.cancel()
        if self._status is None and not self._refused:
            self._shell.close()
        self._shell.leave(clean=self._whole and not self._refused)

    def heard(self, data: bytes, datatype: int | None) -> None:
        """The shell has something for the command."""
        mine = self._frames[0 if datatype is None else 1].feed(data)
        if mine:
            self._heard(mine, datatype)
        news = self._frames[0].news
        if news is not None and self._status is None:
            self._told(news)
        if self._whole:
            self._ending.cancel()
            self._finish()

    def _told(self, news: bytes) -> None:
        if news == MOVED:
            self._refuse(for_good=False)
        else:
            self._status = int(news)
            self._ending.begin()

    def bereft(self, failure: Failure) -> None:
        """The shell has ended, without a word on the command as far as is known."""
        self._last = asyncio.get_running_loop().call_later(IDLE_GRACE, self.lost, failure)

    def lost(self, failure: Failure) -> None:
        """The shell is gone."""
        self._ending.cancel()
        if self._status is None:
            self._fail(failure)
        self._finish()

    def _finish(self) -> None:
        if self._whole and self._opening.group is None:
            self._refuse(for_good=True)
        super()._finish()

    def _refuse(self, *, for_good: bool) -> None:
        self._refused = True
        self._fail(NotTaken(for_good=for_good))

    @property
    def _whole(self) -> bool:
        return all(frame.ended for frame in self._frames)
