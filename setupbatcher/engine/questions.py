"""What a run asks of a person, and the answers of somebody who is not there."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Protocol

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.events import CommandError


class OnError(Enum):
    """What becomes of a run when a command fails: ``--on-error``."""

    ASK = "ask"
    STOP = "stop"
    NEXT_MACHINE = "next-machine"
    IGNORE = "ignore"


class InFlightPolicy(Enum):
    """What becomes of commands that were in flight when a run died: ``--in-flight``."""

    ASK = "ask"
    RERUN = "rerun"
    SKIP = "skip"
    STOP = "stop"


class Answer(Enum):
    """The answer to an error."""

    ABORT = "abort"
    RETRY = "retry"
    IGNORE = "ignore"


class Questions(Protocol):
    """Somebody who can be asked."""

    async def on_error(self, error: CommandError) -> Answer:
        """Abort, retry or ignore."""

    async def go_on_without(self, names: Sequence[str], total: int) -> bool:
        """Some machines cannot be reached: go on with the others?"""

    async def accept_keys(self, keys: Sequence[tuple[str, str]]) -> bool:
        """Machines and the fingerprints of their unknown keys: take them?"""

    async def in_flight(self, commands: Sequence[str]) -> InFlightPolicy:
        """Commands whose end is unknown: run them again, skip them, or stop?"""

    async def message(self, text: str) -> None:
        """Show a message until it was read."""

    async def ask(self, question: str, default: str | None = None) -> str:
        """Ask for a value."""

    async def secret(self, question: str) -> str:
        """Ask for a value without showing it."""


class Nobody:
    """No terminal: every question has its documented answer, or fails."""

    async def on_error(self, error: CommandError) -> Answer:
        """Abort."""
        del error
        return Answer.ABORT

    async def go_on_without(self, names: Sequence[str], total: int) -> bool:
        """Yes: they are marked and left out."""
        del names, total
        return True

    async def accept_keys(self, keys: Sequence[tuple[str, str]]) -> bool:
        """No: nobody has looked at them."""
        del keys
        return False

    async def in_flight(self, commands: Sequence[str]) -> InFlightPolicy:
        """Run them again."""
        del commands
        return InFlightPolicy.RERUN

    async def message(self, text: str) -> None:
        """Nobody reads it; it stands in the log."""
        del text

    async def ask(self, question: str, default: str | None = None) -> str:
        """Fail, default or not: a value nobody chose is no answer."""
        del default
        message = f"nobody is there to answer: {question}"
        raise Failure(
            errors.CANCELLED, message, help="answer it beforehand with --set NAME=VALUE, or run on a terminal"
        )

    async def secret(self, question: str) -> str:
        """Fail."""
        return await self.ask(question)
