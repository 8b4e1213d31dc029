"""Text made safe to show: nothing invisible, nothing that moves the cursor or turns the direction of writing."""

from __future__ import annotations

import unicodedata

from setupbatcher.text import display_width
from setupbatcher.text.positions import TAB_WIDTH

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BLANKS = frozenset(" \u3000")
_BYTE = 0xFF
_BASIC_PLANE = 0xFFFF


def visible(text: str) -> str:
    r"""A text on one line with control characters and look-alike blanks written as escapes, such as ``\x1b``."""
    return text if text.isascii() and text.isprintable() else "".join(map(_visible, text))


def cells(line: str, tab: str = " ") -> list[str]:
    """What a terminal shows for each character of a line.

    Args:
        line: as written, without its line end.
        tab: shown at the first cell of a TAB; blanks fill the rest up to the next stop.
    """
    shown: list[str] = []
    column = 0
    for char in line:
        piece = tab.ljust(TAB_WIDTH - column % TAB_WIDTH) if char == "\t" else _visible(char)
        shown.append(piece)
        column += display_width(piece)
    return shown


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category not in _HIDDEN and (category != "Zs" or char in _BLANKS):
        return char
    number = ord(char)
    if number <= _BYTE:
        return {"\t": r"\t", "\n": r"\n", "\r": r"\r"}.get(char, f"\\x{number:02x}")
    return f"\\u{number:04x}" if number <= _BASIC_PLANE else f"\\U{number:08x}"
