"""The person's keyboard while the event loop runs: the Escape key, and lines typed as answers.

Between questions the terminal passes keys on at once and does not show them; for a question it is as the person had
it, and afterwards, however the program ends, it is as well.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from typing import TextIO

__all__ = ["Terminal"]

_ESCAPE = b"\x1b"
_FUNCTION_KEY = re.compile(rb"\x1b[\[O][0-;]*[ -/]*[@-~]")
"""What arrow and function keys send: it begins with the same byte."""

if sys.platform == "win32":
    from setupbatcher.cli.terminal_windows import Terminal
else:
    import termios
    import tty

    class Terminal:
        """A terminal of a POSIX system.

        Args:
            stream: standard input, a terminal.
            on_escape: told when the Escape key is pressed while no question is open.
            on_return: told when the process goes on after it was stopped (Ctrl-Z).
            also: other keys that count as Escape.
        """

        def __init__(
            self,
            stream: TextIO,
            on_escape: Callable[[], None],
            on_return: Callable[[], None] = lambda: None,
            *,
            also: str = "",
        ) -> None:
            self._descriptor = stream.fileno()
            self._encoding = stream.encoding
            self._on_escape = on_escape
            self._on_return = on_return
            self._also = also.encode()
            self._normal = termios.tcgetattr(self._descriptor)
            self._question: asyncio.Future[str | None] | None = None
            self._typed = b""
            self._watching = False

        @contextlib.contextmanager
        def watched(self) -> Iterator[None]:
            """Watch for the Escape key."""
            loop = asyncio.get_running_loop()
            atexit.register(self._restore)
            loop.add_signal_handler(signal.SIGCONT, self._watch)
            # Whoever draws is told at once, before the loop comes to what has been due since the process was stopped.
            signal.signal(signal.SIGCONT, lambda _, __: self._on_return())
            self._watch()
            try:
                yield
            finally:
                loop.remove_signal_handler(signal.SIGCONT)
                self._unwatch()
                atexit.unregister(self._restore)

        async def line(self, ask: Callable[[], None], *, echo: bool = True) -> str | None:
            """A line that the person types; ``None`` where there is none: end of input, or :meth:`abort`.

            Args:
                ask: shows the question; what was typed before that is no answer to it.
                echo: show the answer.
            """
            loop = asyncio.get_running_loop()
            self._unwatch()
            if self._in_foreground():
                self._set(echo=echo)
            ask()
            self._question, self._typed = loop.create_future(), b""
            loop.add_reader(self._descriptor, self._read_answer)
            try:
                return await self._question
            finally:
                loop.remove_reader(self._descriptor)
                self._question = None
                self._restore()
                self._watch()

        def abort(self) -> bool:
            """End an open question without an answer; ``False`` where none is open."""
            if self._question is None or self._question.done():
                return False
            self._question.set_result(None)
            return True

        def _watch(self) -> None:
            # In the background the system would stop a process that touches the terminal.
            if self._question is None and self._in_foreground():
                tty.setcbreak(self._descriptor, termios.TCSANOW)
                asyncio.get_running_loop().add_reader(self._descriptor, self._read_key)
                self._watching = True

        def _unwatch(self) -> None:
            if self._watching:
                asyncio.get_running_loop().remove_reader(self._descriptor)
                self._watching = False
            self._restore()

        def _read_key(self) -> None:
            if not self._in_foreground():
                self._unwatch()
                return
            data = self._read()
            if not data:
                self._unwatch()
                return
            keys = _FUNCTION_KEY.sub(b"", data)
            if keys.endswith(_ESCAPE) or any(key in self._also for key in keys):
                self._on_escape()

        def _read_answer(self) -> None:
            data = self._read()
            self._typed += data
            if self._question is None or self._question.done():
                return
            if not data:
                self._question.set_result(None)
            elif b"\n" in data:
                line = self._typed.partition(b"\n")[0]
                self._question.set_result(line.decode(self._encoding, "replace"))

        def _read(self) -> bytes:
            try:
                return os.read(self._descriptor, 4096)
            except OSError:  # the terminal is gone
                return b""

        def _set(self, *, echo: bool) -> None:
            mode = termios.tcgetattr(self._descriptor)
            mode[3] = self._normal[3] | termios.ICANON | termios.ECHO | termios.ECHONL | termios.ISIG
            if not echo:
                mode[3] &= ~termios.ECHO
            termios.tcsetattr(self._descriptor, termios.TCSAFLUSH, mode)

        def _restore(self) -> None:
            with contextlib.suppress(OSError, termios.error):
                if self._in_foreground():
                    termios.tcsetattr(self._descriptor, termios.TCSANOW, self._normal)

        def _in_foreground(self) -> bool:
            try:
                return os.tcgetpgrp(self._descriptor) == os.getpgrp()
            except OSError:
                return False
