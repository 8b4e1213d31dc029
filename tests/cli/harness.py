"""The program as a user has it: a process of its own, with a pipe or a terminal before it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 20.0
"""Seconds until a program that does not answer counts as hanging."""

PROGRAM = (sys.executable, "-m", "setupbatcher")


@dataclass
class Ended:
    """A call that has ended; each method says what is expected of it."""

    code: int
    out: str
    err: str
    path: Path

    def status(self, expected: int) -> Ended:
        """The exit status."""
        assert self.code == expected, f"status {self.code}\n{self.out}\n{self.err}"
        return self

    def stdout(self, expected: str) -> Ended:
        """All of standard output."""
        assert self.out == expected
        return self

    def stderr(self, expected: str) -> Ended:
        """All of standard error."""
        assert self.err == expected
        return self

    def tells(self, *expected: str) -> Ended:
        """Standard error has these texts, in this order."""
        at = 0
        for text in expected:
            found = self.err.find(text, at)
            assert found >= 0, f"{text!r} is missing in {self.err!r}"
            at = found + len(text)
        return self

    def file(self, expected: str) -> Ended:
        """The script afterwards."""
        assert self.path.read_text(encoding="utf-8") == expected
        return self


@dataclass
class Caller:
    """Calls the program in a folder.

    Attributes:
        folder: the current one of each call.
        environment: of the calls.
    """

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, **environment: str) -> Ended:
        """Call the program with pipes before it."""
        done = subprocess.run(
            [*PROGRAM, *arguments],
            cwd=self.folder,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        return Ended(done.returncode, done.stdout.decode(), done.stderr.decode(), self.folder / "script.txt")

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start the program with pipes before it."""
        return subprocess.Popen(
            [*PROGRAM, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def terminal(self, *arguments: str, **environment: str) -> Terminal:
        """Call the program with a terminal before it."""
        return Terminal([*PROGRAM, *arguments], self.folder, self.environment | environment)


class Terminal:
    """A program at a terminal of its own.

    Attributes:
        shown: everything that was on the screen.
    """

    def __init__(self, arguments: list[str], folder: Path, environment: dict[str, str]) -> None:
        self._main, self._slave = pty.openpty()
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, b"\x28\x00\x78\x00\x00\x00\x00\x00")
        self.before = termios.tcgetattr(self._slave)
        self.process = subprocess.Popen(
            arguments,
            cwd=folder,
            env=environment,
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 -- no threads here
        )
        self.shown = ""
        self._at = 0

    def expect(self, text: str) -> Terminal:
        """Wait until a text is on the screen, behind what was expected before."""
        end = time.monotonic() + PATIENCE
        while (found := self.shown.find(text, self._at)) < 0:
            ended = self.process.poll() is not None
            more = self._read(time.monotonic() + 0.1)
            assert more or not (ended or time.monotonic() > end), f"{text!r} does not come: {self.shown!r}"
        self._at = found + len(text)
        return self

    def send(self, text: str) -> Terminal:
        """Type a text."""
        os.write(self._main, text.encode())
        return self

    def signal(self, number: signal.Signals) -> Terminal:
        """Send a signal to the program."""
        self.process.send_signal(number)
        return self

    def ends(self, status: int) -> Terminal:
        """Wait for the end; the terminal is as it was before."""
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < end, f"it does not end: {self.shown!r}"
            self._read(time.monotonic() + 0.05)
        while self._read(time.monotonic()):
            pass
        assert self.process.returncode == status, self.shown
        assert termios.tcgetattr(self._slave) == self.before
        return self

    def close(self) -> None:
        """Let go of everything."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._main)
        os.close(self._slave)

    def _read(self, end: float) -> bool:
        ready, _, _ = select.select([self._main], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            return False
        self.shown += os.read(self._main, 65536).decode().replace("\r\n", "\n")
        return True
