"""Writing to standard output and standard error: colours only on a terminal that wants them."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable

    from setupbatcher.diagnostics.model import Diagnostic
    from setupbatcher.reports.region import Sink
    from setupbatcher.text import SourceText

_GUTTER = 10
"""Cells that line numbers and frames take beside a source line."""


def is_terminal(stream: TextIO | None) -> bool:
    """A person looks at the stream."""
    return stream is not None and stream.isatty()


def wants_colour(stream: TextIO) -> bool:
    """The stream is a terminal with colours, and ``NO_COLOR`` does not forbid them."""
    if not is_terminal(stream) or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return _understands_colours(stream)


def can_draw(stream: TextIO) -> bool:
    """The stream is a terminal on which lines can be drawn over, with the characters that are drawn."""
    return wants_colour(stream) and shows_blocks(stream)


def shows_blocks(stream: TextIO) -> bool:
    """The stream takes characters that bars are made of."""
    return (stream.encoding or "").lower().replace("-", "") == "utf8"


if sys.platform == "win32":
    import ctypes
    import msvcrt

    _VIRTUAL_TERMINAL = 4

    def _understands_colours(stream: TextIO) -> bool:
        """A console is told to understand escape sequences; one that cannot is as old as Windows 8."""
        handle, mode = msvcrt.get_osfhandle(stream.fileno()), ctypes.c_ulong()
        console = ctypes.windll.kernel32
        if not console.GetConsoleMode(handle, ctypes.byref(mode)):
            return False
        return bool(console.SetConsoleMode(handle, mode.value | _VIRTUAL_TERMINAL))

else:

    def _understands_colours(stream: TextIO) -> bool:
        """Every terminal of other systems does."""
        del stream
        return True


def width(stream: TextIO) -> int:
    """Cells for a source line; outside of a terminal always the same, so that output can be compared."""
    from setupbatcher.diagnostics.render import DEFAULT_WIDTH  # noqa: PLC0415 -- only where findings are shown

    if not is_terminal(stream):
        return DEFAULT_WIDTH
    import shutil  # noqa: PLC0415 -- as above

    return shutil.get_terminal_size().columns - _GUTTER


def complain(message: str, advice: str | None = None, *, stream: Sink | None = None) -> None:
    """An error that has no place in a script, on standard error unless told otherwise."""
    from setupbatcher.diagnostics.visible import visible  # noqa: PLC0415 -- not on the way to a help page

    help_line = "" if advice is None else f"help: {visible(advice)}\n"
    (stream or sys.stderr).write(f"error: {visible(message)}\n{help_line}")


def say(line: str, stream: Sink | None = None) -> None:
    """A message, on standard error unless told otherwise."""
    (stream or sys.stderr).write(f"{line}\n")


def show(findings: Iterable[Diagnostic], source: SourceText | None, path: object, stream: TextIO) -> None:
    """Findings as a person reads them.

    Args:
        findings: of one file.
        source: its text, secrets masked; ``None`` where it could not be read.
        path: of the file.
        stream: where to.
    """
    from setupbatcher.diagnostics.render import render  # noqa: PLC0415 -- only where findings are shown

    stream.write(render(findings, source, str(path), colour=wants_colour(stream), width=width(stream)))
