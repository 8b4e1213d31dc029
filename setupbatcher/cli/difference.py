"""Two versions of a script as a unified diff."""

from __future__ import annotations

import difflib


def difference(before: str, after: str, path: str) -> str:
    """The diff that ``patch`` takes; empty where nothing differs.

    Args:
        before: the old text.
        after: the new one.
        path: of the file.
    """
    lines = difflib.unified_diff(_lines(before), _lines(after), path, path)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    """The lines with their ends; a lone CR stays within its line, as other programs read it."""
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
