"""The last lines of a terminal, drawn over and over, while other lines scroll by above them.

The cursor stays visible, so that a killed process leaves a terminal as it should be, and rests on the line below the
region, where whatever else is written begins on a line of its own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from typing import Protocol, TextIO

from setupbatcher.text import display_width

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_LIKELY = os.terminal_size((80, 24))


class Sink(Protocol):
    """Takes lines for a person."""

    def write(self, text: str, /) -> object:
        """Write whole lines, or a part of one."""


def size_of(stream: TextIO) -> os.terminal_size:
    """Columns and lines of a terminal as it is now."""
    try:
        found = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        return _LIKELY
    return found if found.columns and found.lines else _LIKELY


def in_foreground(stream: TextIO) -> bool:
    """The terminal listens to this process, not to a shell that it was sent into the background of."""
    try:
        return os.tcgetpgrp(stream.fileno()) == os.getpgrp()
    except (AttributeError, OSError, ValueError):  # Windows knows no such thing
        return True


class Region:
    """A stream to a terminal whose last lines can be drawn.

    Args:
        stream: to the terminal.
        size: tells how large it is.
    """

    def __init__(self, stream: TextIO, size: Callable[[], os.terminal_size] | None = None) -> None:
        self._stream = stream
        self._size = size or (lambda: size_of(stream))
        self._drawn: list[str] = []
        self._columns = 0
        self._held: list[str] | None = None

    @property
    def size(self) -> os.terminal_size:
        """Columns and lines that a drawing may take: one less of each than the terminal has."""
        size = self._size()
        return os.terminal_size((max(1, size.columns - 1), max(1, size.lines - 1)))

    def write(self, text: str) -> None:
        """Let lines scroll by above the region, which is gone until it is drawn again."""
        if self._held is not None:
            self._held.append(text)
            return
        self._stream.write(self._cleared() + text)

    def draw(self, lines: Sequence[str]) -> None:
        """Draw the region; only what has changed is written.

        Args:
            lines: each no wider than :attr:`size` allows, escape sequences for colours apart.
        """
        if self._held is not None:
            return
        if not in_foreground(self._stream):
            self.forget()
            return
        columns = self._size().columns
        same = bool(self._drawn) and columns == self._columns
        out = [self._up()] if same else [self._cleared()]
        for number, line in enumerate(lines):
            if not (same and number < len(self._drawn) and self._drawn[number] == line):
                out.append(f"{line}\x1b[K")
            out.append("\n")
        if same and len(lines) < len(self._drawn):
            out.append("\x1b[J")
        self._drawn, self._columns = list(lines), columns
        self._stream.write("".join(out))
        self._stream.flush()

    def clear(self) -> None:
        """Take the region off the terminal."""
        if self._drawn:
            self._stream.write(self._cleared())
            self._stream.flush()

    def forget(self) -> None:
        """Somebody else has written on the terminal since: what is drawn there stays where it is."""
        self._drawn = []

    def hold(self) -> None:
        """Leave the terminal to a question: nothing is drawn, and lines wait."""
        self.clear()
        self._held = self._held or []

    def release(self) -> None:
        """The question is answered: the lines that have waited are written."""
        held, self._held = self._held, None
        if held:
            self.write("".join(held))

    def _cleared(self) -> str:
        gone = f"{self._up()}\x1b[J" if self._drawn else ""
        self._drawn = []
        return gone

    def _up(self) -> str:
        """To the first line of the region; a terminal that has become narrower shows its lines in pieces."""
        size = self._size()
        lines = len(self._drawn)
        if size.columns < self._columns:
            lines = sum(max(1, -(-_shown_width(line) // size.columns)) for line in self._drawn)
        lines = min(lines, size.lines - 1)
        return f"\r\x1b[{lines}A" if lines else "\r"


def _shown_width(line: str) -> int:
    """Cells of a line without its colours."""
    return display_width(
        "".join(piece.partition("m")[2] if at else piece for at, piece in enumerate(line.split("\x1b[")))
    )
