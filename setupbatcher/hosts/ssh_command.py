"""One command on an SSH machine, and what has come of it so far."""

from __future__ import annotations

import asyncio
import signal
from abc import ABC, abstractmethod

import asyncssh

from setupbatcher.hosts import ssh_errors
from setupbatcher.hosts.base import OutputSink
from setupbatcher.hosts.output import Output
from setupbatcher.hosts.remote_line import Opening
from setupbatcher.hosts.watching import Ending

_MOMENT = 0.02
"""Seconds between two looks whether a command has told who it is."""


class Command(ABC):
    """A command at work on a machine.

    Args:
        opening: finds the command's first line; ``None`` where it prints none.
        sink: receives output as it comes.

    Attributes:
        done: the exit status; or what went wrong: a :class:`~setupbatcher.errors.Failure` when the connection broke.
        output: what the command wrote.
        opening: as handed in.
        patience: seconds that a command which was just started has to tell who it is.
    """

    patience = 1.0

    def __init__(self, opening: Opening | None, sink: OutputSink | None) -> None:
        self.done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.output = Output(sink)
        self.opening = opening
        self._status: int | None = None
        self._ending = Ending(self._finish)

    @property
    @abstractmethod
    def ended(self) -> bool:
        """Whether nothing is left to be ended: it ended by itself, or its machine is out of reach."""

    @abstractmethod
    def signal(self, name: str) -> None:
        """Ask the SSH service to signal what runs on the command's channel; nothing comes back from that."""

    async def make_way(self) -> bool:
        """Give the channel up for another one, though the command is at work; whether that can be done."""
        return False

    async def known_group(self) -> int | None:
        """The command's process group on its machine; a command that was just started gets a moment to tell."""
        for _ in range(round(self.patience / _MOMENT)):
            if self.opening is None or self.opening.group is not None or self.ended:
                break
            await asyncio.sleep(_MOMENT)
        return self.opening.group if self.opening else None

    def close(self) -> None:
        """Listen no longer."""
        self._ending.cancel()
        if not self.done.cancel() and not self.done.cancelled():
            self.done.exception()  # where the channel could not even be opened nobody has waited for it

    def _heard(self, data: bytes, datatype: int | None) -> None:
        """Output has come."""
        try:
            if datatype is not None:
                self.output.err(data)
            else:
                mine = self.opening.feed(data) if self.opening else data
                if mine:
                    self.output.out(mine)
        except Exception as error:  # noqa: BLE001 -- whatever the listener raises belongs to the caller of the command
            self._fail(error)
        if self._ending.begun:
            self._ending.heard()

    def _fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)

    def _finish(self) -> None:
        if not self.done.done() and self._status is not None:
            self.done.set_result(self._status)


class RemoteCommand(Command, asyncssh.SSHClientSession[bytes]):
    """A command on a channel of its own.

    Args:
        machine: for messages.
        opening: finds the command's first line; ``None`` where it prints none.
        sink: receives output as it comes.
    """

    def __init__(self, machine: str, opening: Opening | None, sink: OutputSink | None) -> None:
        super().__init__(opening, sink)
        self._machine = machine
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None

    async def start(self, connection: asyncssh.SSHClientConnection, request: str) -> None:
        """Open the channel and ask for the command; raises what the library raises."""
        channel, _ = await connection.create_session(lambda: self, request, encoding=None)
        channel.write_eof()

    @property
    def ended(self) -> bool:
        """Whether it ended by itself, or its connection broke."""
        return self._status is not None or self._channel is None

    def signal(self, name: str) -> None:
        """Ask the SSH service to signal the command."""
        if self._channel is not None:
            self._channel.send_signal(name)

    def close(self) -> None:
        """Give the channel up."""
        super().close()
        if self._channel is not None:
            self._channel.abort()

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        """The channel is open."""
        self._channel = chan

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Output has come."""
        self._heard(data, datatype)

    def exit_status_received(self, status: int) -> None:
        """The command has ended; a process it left behind may hold the channel open."""
        self._status = status
        self._ending.begin()

    def exit_signal_received(  # the library's own signature
        self,
        signal: str,
        core_dumped: bool,  # noqa: ARG002, FBT001
        msg: str,  # noqa: ARG002
        lang: str,  # noqa: ARG002
    ) -> None:
        """A signal ended the command."""
        self._status = _status_of(signal)
        self._ending.begin()

    def connection_lost(self, exc: Exception | None) -> None:
        """The channel is closed."""
        self._channel = None
        self._ending.cancel()
        if self._status is None:
            self._fail(ssh_errors.lost(self._machine, str(exc) if exc else ""))
        self._finish()


def _status_of(name: str) -> int:
    number = getattr(signal, f"SIG{name}", None)
    return 128 + int(number) if isinstance(number, signal.Signals) else 255
