"""Ctrl-C, SIGTERM and the Escape key: first the run ends after the command in flight, then that command too."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Iterator

PERSON = 130
SIGNAL = 143

_STATUSES = {"SIGINT": PERSON, "SIGTERM": SIGNAL, "SIGHUP": SIGNAL, "SIGBREAK": PERSON}


class Interruption:
    """What happens when somebody wants a run to end.

    Args:
        abort_question: ends an open question; ``False`` where none is open.
        say: tells the person.

    Attributes:
        status: the exit status of the first wish, or ``None``.
    """

    def __init__(self, abort_question: Callable[[], bool], say: Callable[[str], None]) -> None:
        self._abort_question = abort_question
        self._say = say
        self._end: Callable[[int], None] = lambda _: None
        self._task: asyncio.Task[int] | None = None
        self.status: int | None = None

    def attach(self, end: Callable[[int], None], task: asyncio.Task[int]) -> None:
        """Say what is to be ended: how a run is asked to, and its task."""
        self._end = end
        self._task = task

    def key(self) -> None:
        """The Escape key: the same as the first Ctrl-C; pressed again it changes nothing."""
        if self.status is None:
            self.end(PERSON)

    def end(self, status: int) -> None:
        """End the run after the command in flight."""
        if self.status is not None:
            return
        self.status = status
        self._say("Interrupted: the run ends after the command in flight. Ctrl-C again ends that command too.")
        self._end(status)

    def signalled(self, status: int) -> None:
        """A signal: abort a question, end the run, end the command in flight, whatever there is first."""
        answered = self._abort_question()
        if answered and status == PERSON:
            return
        if self.status is None:
            self.end(status)
        elif self._task is not None:
            self._say("Ending the command in flight.")
            self._task.cancel()

    @contextlib.contextmanager
    def handled(self) -> Iterator[None]:
        """Take the signals while a run is on, except those that were ignored from the start (``nohup``)."""
        loop = asyncio.get_running_loop()
        undo: list[Callable[[], object]] = []
        for name, status in _STATUSES.items():
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                undo.append(_handle(loop, number, self.signalled, status))
        try:
            yield
        finally:
            for entry in undo:
                entry()


def _handle(
    loop: asyncio.AbstractEventLoop, number: int, handler: Callable[[int], None], status: int
) -> Callable[[], object]:
    """Call a handler for a signal; returns what undoes that."""
    if sys.platform == "win32":  # its event loops know no signals
        before = signal.signal(number, lambda _, __: loop.call_soon_threadsafe(handler, status))
        return lambda: signal.signal(number, before)
    loop.add_signal_handler(number, handler, status)
    return lambda: loop.remove_signal_handler(number)
