"""Findings as JSON, version 1: a promise to the programs that read it (``cli.md``)."""

from __future__ import annotations

import json
from collections.abc import Iterable

from setupbatcher.diagnostics.model import Diagnostic
from setupbatcher.diagnostics.order import in_order, is_fixable
from setupbatcher.text import Position, SourceText

VERSION = 1


def as_json(diagnostics: Iterable[Diagnostic], source: SourceText | None, path: str) -> str:
    """Findings in order, each once, as one JSON object on one line.

    Args:
        diagnostics: of one file.
        source: its text; ``None`` when it could not be read or decoded, then the place is its very beginning.
        path: of the file, as the user knows it.

    Returns:
        ASCII text with a line end. Lines and columns count from 1, columns in code points; the end is the place
        behind the last character.
    """
    findings = [_finding(found, source) for found in in_order(diagnostics)]
    return json.dumps({"version": VERSION, "file": path, "findings": findings}) + "\n"


def _finding(found: Diagnostic, source: SourceText | None) -> dict[str, object]:
    start = source.lines.position(found.span.start) if source else Position(1, 1)
    end = source.lines.position(found.span.end) if source else Position(1, 1)
    return {
        "code": found.code,
        "severity": found.severity.value,
        "message": found.message,
        "help": found.help,
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "fixable": is_fixable(found),
    }
