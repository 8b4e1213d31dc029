"""Edits of a text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setupbatcher.text import Edit, Span, apply


@st.composite
def _edited(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    """A text and edits of it that do not overlap, in any order."""
    text = draw(st.text(max_size=30))
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8, unique=True)))
    pairs = zip(places[::2], places[1::2], strict=False)
    edits = [Edit(Span(start, end), draw(st.text(max_size=3))) for start, end in pairs]
    return text, draw(st.permutations(edits))


@settings(deadline=None)
@given(_edited())
def test_edits_do_what_they_would_one_by_one_from_the_end(case: tuple[str, list[Edit]]) -> None:
    """One pass gives what single replacements from the end of the text give."""
    text, edits = case
    expected = text
    for edit in sorted(edits, reverse=True):
        expected = expected[: edit.span.start] + edit.text + expected[edit.span.end :]
    assert apply(text, edits) == expected


def test_no_edit_changes_nothing() -> None:
    """A text without edits comes back."""
    assert apply("abc", []) == "abc"


def test_an_empty_span_inserts() -> None:
    """Insertions at both ends and in the middle leave the rest alone."""
    assert apply("ab", [Edit(Span(0, 0), "<"), Edit(Span(1, 1), "|"), Edit(Span(2, 2), ">")]) == "<a|b>"


def test_edits_that_touch_are_both_applied() -> None:
    """One edit may begin where another ends."""
    assert apply("abcd", [Edit(Span(2, 4), "Y"), Edit(Span(0, 2), "X")]) == "XY"


def test_edits_that_overlap_are_refused() -> None:
    """Nobody could say what two edits of the same character mean."""
    with pytest.raises(ValueError, match="overlap at offset 1"):
        apply("abc", [Edit(Span(0, 2), ""), Edit(Span(1, 3), "")])
