"""What a command may reach while it runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple, Protocol

from setupbatcher.hosts.base import Host
from setupbatcher.script.document import Document


class Talk(Protocol):
    """The way from a command to the person or the log."""

    def log(self, text: str) -> None:
        """A line for the log."""

    def output(self, data: bytes) -> None:
        """Output of a program, as it comes."""

    async def message(self, text: str) -> None:
        """Show a message; on a terminal wait until it was read."""

    async def ask(self, question: str, default: str | None = None) -> str:
        """Ask a person. Raises :class:`~setupbatcher.errors.Failure` 1223 without a terminal."""

    async def secret(self, question: str) -> str:
        """Ask a person without showing the answer, now or ever. Raises as :meth:`ask`."""


class Context(NamedTuple):
    """One command's surroundings.

    Attributes:
        host: the machine of the current run.
        controller: the machine that runs the script.
        script_directory: the script's folder, on the controller; relative controller paths start here.
        timeout: seconds the command may take, or ``None``.
        talk: log, output and questions.
        reconnect: gives the machine behind a new connection; the commands that follow use it too.
        script: gives the script as it is now, with its markers.
        again: the row was begun before, in this run or an earlier one, and its end was an error or is not known.
    """

    host: Host
    controller: Host
    script_directory: Path
    timeout: float | None
    talk: Talk
    reconnect: Callable[[], Awaitable[Host]]
    script: Callable[[], Document]
    again: bool = False

    def local(self, path: str) -> Path:
        """A path on the controller, made absolute against the script's folder."""
        return self.script_directory / Path(path).expanduser()
