"""A real terminal for the tests: a program in tmux, and the screen as a person sees it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.waiting import wait_until

_KEPT = {"HOME", "PATH", "PYTHONPATH", "XDG_STATE_HOME", "TMPDIR"}


class Screen:
    """A terminal with one program.

    Args:
        socket: path of the socket of its server.
    """

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    def tmux(self, *arguments: str) -> str:
        """Tell the server something."""
        command = ["tmux", "-f", os.devnull, "-S", str(self._socket), *arguments]
        return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout

    @property
    def lines(self) -> list[str]:
        """What is on the screen, without blanks and empty lines at the ends."""
        return self.tmux("capture-pane", "-p").rstrip("\n").split("\n")

    @property
    def text(self) -> str:
        """The same as one text."""
        return "\n".join(self.lines)

    @property
    def everything(self) -> str:
        """The screen with all that has scrolled off it."""
        return self.tmux("capture-pane", "-p", "-S", "-")

    def until(self, holds: Callable[[str], object]) -> str:
        """Wait until something holds for the screen's text; returns the text."""
        seen = ""

        def look() -> object:
            nonlocal seen
            seen = self.text
            return holds(seen)

        try:
            wait_until(look)
        except AssertionError as error:
            message = f"the screen stays\n{seen}"
            raise AssertionError(message) from error
        return seen

    def shows(self, *texts: str) -> str:
        """Wait until all texts are on the screen."""
        return self.until(lambda seen: all(text in seen for text in texts))

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size, as a person does with the mouse."""
        self.tmux("resize-window", "-x", str(columns), "-y", str(lines))

    def press(self, *keys: str) -> None:
        """Press keys, by tmux's names."""
        self.tmux("send-keys", *keys)


@contextmanager
def screen(
    columns: int, lines: int, command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
) -> Iterator[Screen]:
    """Run a program in a terminal of that size; the terminal stays when the program has ended.

    Args:
        columns: of the terminal.
        lines: likewise.
        command: the program with its arguments.
        folder: in which it runs.
        environment: what it gets beside the usual.
    """
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed; on Debian: apt-get install tmux")
    variables = {name: os.environ[name] for name in _KEPT if name in os.environ}
    variables |= {"LC_ALL": "C.UTF-8", "TERM": "xterm-256color", "TZ": "UTC", **(environment or {})}
    # A folder of the test's own may have a longer name than a socket's may be.
    socket = Path(f"/tmp/tmux-{os.getpid()}-{id(folder):x}")
    made = Screen(socket)
    words = ["env", "-i", *(f"{name}={value}" for name, value in variables.items()), *command]
    # Ctrl-C is for the program; the shell only tells how it ended.
    shell = f"trap : INT; {shlex.join(words)}; echo ended with $?; exec sleep 1000"
    made.tmux(
        "new-session", "-d", "-x", str(columns), "-y", str(lines), "-c", str(folder), f"sh -c {shlex.quote(shell)}"
    )
    try:
        yield made
    finally:
        made.tmux("kill-server")
        socket.unlink(missing_ok=True)
