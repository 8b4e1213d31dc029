"""Findings in order and their number."""

from __future__ import annotations

from setupbatcher.diagnostics import Diagnostic, Fix
from setupbatcher.diagnostics.order import in_order, is_fixable, summary
from setupbatcher.text import Span

_SAFE, _UNSAFE = Fix("f", ()), Fix("f", (), safe=False)


def test_findings_are_sorted_by_place_and_code() -> None:
    """The first place comes first, of one place the smaller span, of one span the smaller code."""
    findings = [
        Diagnostic("SB302", "m", Span(5, 6)),
        Diagnostic("SB301", "m", Span(5, 6)),
        Diagnostic("SB501", "m", Span(5, 5)),
        Diagnostic("SB801", "m", Span(0, 9)),
    ]
    assert [found.code for found in in_order(findings)] == ["SB801", "SB501", "SB301", "SB302"]


def test_the_same_finding_is_told_once() -> None:
    """Two rules that say the same about the same place say it once, with the help of the first."""
    first = Diagnostic("SB301", "m", Span(0, 1), "help")
    assert in_order([first, Diagnostic("SB301", "m", Span(0, 1)), Diagnostic("SB301", "n", Span(0, 1))]) == [
        first,
        Diagnostic("SB301", "n", Span(0, 1)),
    ]


def test_only_a_safe_fix_counts_as_fixable() -> None:
    """An unsafe fix is shown but not applied."""
    assert is_fixable(Diagnostic("SB301", "m", Span(0, 0), fix=_SAFE))
    assert not is_fixable(Diagnostic("SB301", "m", Span(0, 0), fix=_UNSAFE))
    assert not is_fixable(Diagnostic("SB301", "m", Span(0, 0)))


def test_the_summary_counts_each_kind() -> None:
    """Errors and warnings are counted apart, each finding once, kinds without any are left out."""
    error, other = Diagnostic("SB301", "m", Span(0, 1), fix=_SAFE), Diagnostic("SB302", "m", Span(0, 1))
    warning = Diagnostic("SB204", "m", Span(0, 1))
    assert summary([error, error, other, warning]) == "2 errors, 1 warning (1 fixable with --fix)"
    assert summary([warning]) == "1 warning"
    assert summary([other]) == "1 error"
    assert summary([]) == "0 errors"
