"""Colours of a terminal for single lines of progress. There may be thousands of them, so no library is asked."""

from __future__ import annotations

from enum import Enum


class Paint(Enum):
    """The looks of a piece of text; the value is what the terminal is told."""

    PLAIN = ""
    HEADING = "1"
    GOOD = "32"
    FAINT = "2"
    ERROR = "1;31"
    WARNING = "1;33"
    HELP = "1;36"


def paint(text: str, look: Paint, *, colour: bool) -> str:
    """The text in a look, or as it is where no colour is wanted."""
    return f"\x1b[{look.value}m{text}\x1b[0m" if colour and look.value and text else text
