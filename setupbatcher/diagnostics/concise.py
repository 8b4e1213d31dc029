"""Findings one to a line, as editors match them: ``path:line:col: error[SB301]: message``."""

from __future__ import annotations

from collections.abc import Iterable

from setupbatcher.diagnostics.model import Diagnostic
from setupbatcher.diagnostics.order import in_order
from setupbatcher.diagnostics.visible import visible
from setupbatcher.text import Position, SourceText


def concise(diagnostics: Iterable[Diagnostic], source: SourceText | None, path: str) -> str:
    """Render findings in order, each once.

    Args:
        diagnostics: of one file.
        source: its text; ``None`` when it could not be read or decoded, then the place is its very beginning.
        path: of the file, as the user knows it.

    Returns:
        A line for each, with its line end.
    """
    lines: list[str] = []
    for found in in_order(diagnostics):
        at = source.lines.position(found.span.start) if source else Position(1, 1)
        kind = f"{found.severity.value}[{found.code}]"
        lines.append(f"{visible(path)}:{at.line}:{at.column}: {kind}: {visible(found.message)}\n")
    return "".join(lines)
