"""Asks the person before the terminal, one question at a time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TextIO, TypeVar

from setupbatcher import errors
from setupbatcher.diagnostics.phrases import count
from setupbatcher.diagnostics.visible import visible
from setupbatcher.engine.questions import Answer, InFlightPolicy
from setupbatcher.errors import Failure
from setupbatcher.events import CommandError
from setupbatcher.reports.console import Console

T = TypeVar("T")

_MOST_NAMES = 10
_SUPPORT = "support"


class Keyboard(Protocol):
    """Where answers are typed."""

    async def line(self, ask: Callable[[], None], *, echo: bool = True) -> str | None:
        """Ask for a line; ``None`` where the question is aborted."""


class TerminalQuestions:
    """The questions of a run on a terminal.

    Args:
        keyboard: where answers are typed.
        screen: where questions are shown: standard error.
        console: shows the error that a question is about.
        bundle: writes a support bundle.
        interrupt: ends the run after the command in flight.
    """

    def __init__(
        self,
        keyboard: Keyboard,
        screen: TextIO,
        console: Console,
        bundle: Callable[[], Path],
        interrupt: Callable[[], None],
    ) -> None:
        self._keyboard = keyboard
        self._screen = screen
        self._console = console
        self._bundle = bundle
        self._interrupt = interrupt
        self._one_at_a_time = asyncio.Lock()

    async def on_error(self, error: CommandError) -> Answer:
        """Abort, retry or ignore; after a bundle was written the question is asked again."""
        choices: dict[str, Answer | str] = {
            "abort": Answer.ABORT,
            "retry": Answer.RETRY,
            "ignore": Answer.IGNORE,
            _SUPPORT: _SUPPORT,
        }
        async with self._asking(error):
            while True:
                answer = await self._choice(choices, Answer.ABORT)
                if isinstance(answer, Answer):
                    return answer
                self._write_bundle()

    async def go_on_without(self, names: Sequence[str], total: int) -> bool:
        """Some machines cannot be reached; with none left there is nothing to ask."""
        if len(names) == total:
            return False
        async with self._asking():
            shown = ", ".join(map(visible, names[:_MOST_NAMES])) + (", …" if len(names) > _MOST_NAMES else "")
            self._show(f"{len(names)} of {count(total, 'machine')} cannot be reached: {shown}")
            return await self._yes(f"Go on with the other {total - len(names)}")

    async def accept_keys(self, keys: Sequence[tuple[str, str]]) -> bool:
        """List the fingerprints, and ask once."""
        async with self._asking():
            self._show("Machines that are not known yet:")
            for name, fingerprint in keys:
                self._show(f"  {visible(name)}: {visible(fingerprint)}")
            return await self._yes("Take these keys as theirs")

    async def in_flight(self, commands: Sequence[str]) -> InFlightPolicy:
        """What becomes of commands whose end nobody knows."""
        async with self._asking():
            self._show("The last run died. How these commands ended is not known:")
            for command in commands:
                self._show(f"  {visible(command)}")
            choices = {"rerun": InFlightPolicy.RERUN, "skip": InFlightPolicy.SKIP, "abort": InFlightPolicy.STOP}
            return await self._choice(choices, InFlightPolicy.STOP)

    async def message(self, text: str) -> None:
        """Show a message until Enter is pressed; Ctrl-C there ends the run."""
        async with self._asking():
            self._show(visible(text))
            if await self._line("Press Enter to go on ") is None:
                self._interrupt()

    async def ask(self, question: str, default: str | None = None) -> str:
        """Ask for a value.

        Raises:
            Failure: 1223, it was not answered.
        """
        async with self._asking():
            hint = f" [{visible(default)}]" if default else ""
            answer = await self._line(f"{visible(question)}{hint}: ")
        if answer is None:
            raise Failure(errors.CANCELLED, f"not answered: {question}")
        return answer or default or ""

    async def secret(self, question: str) -> str:
        """Ask for a value without showing it.

        Raises:
            Failure: 1223, it was not answered.
        """
        async with self._asking():
            answer = await self._line(f"{visible(question)}: ", echo=False)
        if answer is None:
            raise Failure(errors.CANCELLED, f"not answered: {question}")
        return answer

    @contextlib.asynccontextmanager
    async def _asking(self, error: CommandError | None = None) -> AsyncIterator[None]:
        """Wait for one's turn; then the terminal belongs to the question, which may be about an error."""
        self._console.ask()
        try:
            async with self._one_at_a_time:
                self._console.hold(error)
                try:
                    yield
                finally:
                    self._console.release()
        finally:
            self._console.answered()

    def _show(self, text: str) -> None:
        self._screen.write(f"{text}\n")

    async def _line(self, prompt: str, *, echo: bool = True) -> str | None:
        def show() -> None:
            self._screen.write(prompt)
            self._screen.flush()

        line = await self._keyboard.line(show, echo=echo)
        if line is None:
            self._screen.write("\n")
        return line

    async def _yes(self, question: str) -> bool:
        while True:
            line = await self._line(f"{question}? [y/n] ")
            if line is None or line.strip().lower() in {"n", "no"}:
                return False
            if line.strip().lower() in {"y", "yes"}:
                return True

    async def _choice(self, choices: Mapping[str, T], aborted: T) -> T:
        """One of several words, or its first letter; asked again until it is one."""
        *words, last = choices
        prompt = f"{', '.join(words)} or {last}? [{'/'.join(word[0] for word in choices)}] "
        while True:
            line = await self._line(prompt)
            if line is None:
                return aborted
            typed = line.strip().lower()
            for word, value in choices.items():
                if typed in {word, word[0]}:
                    return value

    def _write_bundle(self) -> None:
        try:
            place = self._bundle()
        except OSError as error:
            self._show(f"no bundle could be written: {error.strerror or error}")
        else:
            self._show(f"support bundle: {place} (it holds no secrets, but look at it first)")
