"""Mends what is safe to mend: applies the safe fixes of findings until the check finds no more of them."""

from __future__ import annotations

from collections.abc import Iterable

from setupbatcher.checks import check
from setupbatcher.diagnostics import Diagnostic
from setupbatcher.diagnostics.order import is_fixable
from setupbatcher.script import Document
from setupbatcher.text import Edit, SourceText, apply

_ROUNDS = 10
"""A fix can bring to light what it hid; more often than this it would be fixes that undo each other."""


def mend(document: Document, given: Iterable[str] = ()) -> tuple[Document, int]:
    """Apply safe fixes.

    Args:
        document: the script.
        given: as of :func:`setupbatcher.checks.check`.

    Returns:
        The script after that, the same object where there was nothing to mend, and the number of findings mended.
    """
    given = frozenset(given)
    mended = 0
    for _ in range(_ROUNDS):
        edits, count = _compatible(check(document, given=given))
        if not count:
            break
        document = Document(SourceText(apply(document.text, edits), document.source.encoding))
        mended += count
    return document, mended


def _compatible(findings: Iterable[Diagnostic]) -> tuple[list[Edit], int]:
    """The edits of fixes that do not touch each other, and the number of these; the others wait for the next round."""
    taken: list[Edit] = []
    count = 0
    for finding in findings:
        if not is_fixable(finding) or finding.fix is None or not finding.fix.edits:
            continue
        if any(_touch(edit, other) for edit in finding.fix.edits for other in taken):
            continue
        taken.extend(finding.fix.edits)
        count += 1
    return taken, count


def _touch(edit: Edit, other: Edit) -> bool:
    return edit.span.start <= other.span.end and other.span.start <= edit.span.end
