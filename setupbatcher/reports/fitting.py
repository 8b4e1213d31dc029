"""Text made to fit into cells of a terminal."""

from __future__ import annotations

from setupbatcher.diagnostics.visible import visible
from setupbatcher.text import display_width

CUT = "…"
_LOOKED_AT = 4
"""Characters for a cell; some take none."""


def fit(text: str, cells: int) -> str:
    """A text on one line without anything invisible, cut where it is too long.

    Args:
        text: of any length; no more of it is looked at than can be shown.
        cells: of the terminal that it may take; wide characters take two.
    """
    if cells <= 0:
        return ""
    most = _LOOKED_AT * (cells + 1)
    shown = visible(text[:most])
    if len(text) <= most and width(shown) <= cells:
        return shown
    room, end = cells - len(CUT), 0
    for char in shown:
        room -= width(char)
        if room < 0:
            break
        end += 1
    return shown[:end] + CUT


def fill(text: str, cells: int) -> str:
    """A text that takes exactly that many cells."""
    shown = fit(text, cells)
    return shown + " " * (cells - width(shown))


def width(text: str) -> int:
    """The cells that a text takes."""
    return len(text) if text.isascii() else display_width(text)
