"""Findings in order, each once, and their number."""

from __future__ import annotations

from collections.abc import Iterable

from setupbatcher.diagnostics.model import Diagnostic, Severity
from setupbatcher.diagnostics.phrases import count


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Findings by place, then by code; of those that say the same about the same place only the first stays."""
    unique: dict[tuple[object, ...], Diagnostic] = {}
    for found in diagnostics:
        unique.setdefault((found.code, found.span, found.message), found)
    return sorted(unique.values(), key=lambda found: (found.span, found.code, found.message))


def is_fixable(diagnostic: Diagnostic) -> bool:
    """Whether ``check --fix`` mends the finding."""
    return diagnostic.fix is not None and diagnostic.fix.safe


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """One line with the numbers: ``2 errors, 1 warning (1 fixable with --fix)``."""
    findings = in_order(diagnostics)
    errors = sum(found.severity is Severity.ERROR for found in findings)
    warnings = len(findings) - errors
    parts = [count(errors, "error")] if errors or not warnings else []
    if warnings:
        parts.append(count(warnings, "warning"))
    fixable = sum(map(is_fixable, findings))
    return ", ".join(parts) + (f" ({fixable} fixable with --fix)" if fixable else "")
