"""The part of a source line that is shown with a finding, and where its carets stand."""

from __future__ import annotations

from itertools import accumulate
from typing import NamedTuple

from setupbatcher.diagnostics.visible import cells
from setupbatcher.text import display_width

CUT = "…"
"""Stands where a long line was cut."""

_SPARE = 1000
"""Characters beside the part that are measured beyond a width, since some take no cell."""


class Excerpt(NamedTuple):
    """A line as shown.

    Attributes:
        text: of the line, without blanks at its end.
        column: cells in front of the first caret.
        carets: how many, at least one.
    """

    text: str
    column: int
    carets: int


def excerpt(line: str, start: int, end: int, *, width: int, tab: str = " ") -> Excerpt:
    """Show a line, cut around the part that matters if it is longer than the width.

    Args:
        line: as written, without its line end.
        start: of the part, in code points from the line's start.
        end: of the part; equal to ``start`` for a place between two characters.
        width: in terminal cells.
        tab: see :func:`~setupbatcher.diagnostics.visible.cells`.
    """
    before = max(0, start - width - _SPARE)
    # What is far from the part cannot be shown, and to measure a line of megabytes would take seconds.
    line = line[before : min(end, start + width) + width + _SPARE]
    start, end = start - before, min(end - before, len(line))
    shown = cells(line, tab)
    edges = list(accumulate(map(display_width, shown), initial=0))
    first, last = _window(edges, start, end, width)
    left = CUT if first else ""
    right = CUT if last < len(shown) else ""
    begin = max(start, first)
    return Excerpt(
        text=(left + "".join(shown[first:last]) + right).rstrip(" "),
        column=len(left) + edges[begin] - edges[first],
        carets=max(1, edges[max(begin, min(end, last))] - edges[begin]),
    )


def _window(edges: list[int], start: int, end: int, width: int) -> tuple[int, int]:
    """The characters to show: all, or as many as fit with the part in their middle and room for the cuts."""
    if edges[-1] <= width:
        return 0, len(edges) - 1
    room = width - 2 * len(CUT)
    part = min(edges[end] - edges[start], room)
    begin = max(0, min(edges[start] - (room - part) // 2, edges[-1] - room))
    first = next(index for index, edge in enumerate(edges) if edge >= begin)
    first = min(first, start)
    last = first
    while last < len(edges) - 1 and edges[last + 1] - edges[first] <= room:
        last += 1
    return first, last
