"""Findings as a person reads them: message, place, source line with carets, help and fix."""

from __future__ import annotations

from collections.abc import Iterable

from setupbatcher.diagnostics.layout import Layout
from setupbatcher.diagnostics.model import Diagnostic
from setupbatcher.diagnostics.order import in_order
from setupbatcher.text import SourceText

DEFAULT_WIDTH = 120
_LEAST_WIDTH = 20


def render(
    diagnostics: Iterable[Diagnostic],
    source: SourceText | None,
    path: str,
    *,
    colour: bool = False,
    width: int = DEFAULT_WIDTH,
) -> str:
    """Render findings in order, each once, a blank line between two of them.

    Args:
        diagnostics: of one file.
        source: its text; ``None`` when it could not be read or decoded.
        path: of the file, as the user knows it.
        colour: with the colours of a terminal; the text is the same.
        width: terminal cells that a source line may take; a longer one is cut around the place that matters.

    Returns:
        The text with a line end, or an empty one when there is nothing to say.
    """
    layout = Layout(source, path, max(width, _LEAST_WIDTH))
    findings = [list(layout.lines(found)) for found in in_order(diagnostics)]
    lines = [line for finding in findings for line in (*finding, [])][:-1]
    if colour:
        from setupbatcher.diagnostics.render_colour import coloured  # noqa: PLC0415 -- rich is slow to import

        return coloured(lines)
    return "".join("".join(piece.text for piece in line) + "\n" for line in lines)
