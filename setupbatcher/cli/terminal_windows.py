"""The keyboard of a Windows console: it cannot be waited for, so it is looked at ten times a second."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import asyncio
    import contextlib
    import msvcrt
    from collections.abc import Callable, Iterator
    from typing import TextIO

    _PAUSE = 0.1
    _ESCAPE, _ENTER, _BACKSPACE, _END = "\x1b", "\r", "\b", "\x1a"
    _PREFIXES = "\x00\xe0"

    class Terminal:
        """A console, with the interface of the POSIX terminal.

        Args:
            stream: standard input, a console.
            on_escape: told when the Escape key is pressed while no question is open.
            on_return: never told; a process there is not stopped by a key.
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
            del stream, on_return
            self._also = also
            self._on_escape = on_escape
            self._question: asyncio.Future[str | None] | None = None
            self._echo = True
            self._typed = ""

        @contextlib.contextmanager
        def watched(self) -> Iterator[None]:
            """Watch the keyboard."""
            task = asyncio.get_running_loop().create_task(self._poll())
            try:
                yield
            finally:
                task.cancel()

        async def line(self, ask: Callable[[], None], *, echo: bool = True) -> str | None:
            """A line that the person types; ``None`` where there is none.

            Args:
                ask: shows the question.
                echo: show the answer.
            """
            ask()
            self._question = asyncio.get_running_loop().create_future()
            self._echo, self._typed = echo, ""
            try:
                return await self._question
            finally:
                self._question = None

        def abort(self) -> bool:
            """End an open question without an answer; ``False`` where none is open."""
            if self._question is None or self._question.done():
                return False
            self._question.set_result(None)
            return True

        async def _poll(self) -> None:
            while True:
                while msvcrt.kbhit():
                    key = msvcrt.getwch()
                    if key in _PREFIXES:
                        msvcrt.getwch()  # an arrow or function key
                    elif self._question is not None and not self._question.done():
                        self._take(key, self._question)
                    elif key == _ESCAPE or key in self._also:
                        self._on_escape()
                await asyncio.sleep(_PAUSE)

        def _take(self, key: str, question: asyncio.Future[str | None]) -> None:
            if key == _ENTER:
                sys.stderr.write("\n")
                question.set_result(self._typed)
            elif key == _END:
                question.set_result(None)
            elif key == _BACKSPACE:
                if self._typed and self._echo:
                    sys.stderr.write("\b \b")
                self._typed = self._typed[:-1]
            elif key.isprintable():
                self._typed += key
                if self._echo:
                    sys.stderr.write(key)
            sys.stderr.flush()
