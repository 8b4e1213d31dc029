"""Lists and counts in messages."""

from __future__ import annotations

import pytest

from setupbatcher.diagnostics.phrases import all_of, count, one_of


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 errors"), (1, "1 error"), (2, "2 errors")], ids=["none", "one", "two"]
)
def test_one_is_singular(number: int, text: str) -> None:
    """One thing is singular, none and several are plural."""
    assert count(number, "error") == text


def test_a_plural_can_be_irregular() -> None:
    """The plural is given where an s will not do."""
    assert count(2, "entry", "entries") == "2 entries"


@pytest.mark.parametrize(
    ("words", "text"),
    [([], ""), (["a"], "`a`"), (["a", "b"], "`a` or `b`"), (["a", "b", "c"], "`a`, `b` or `c`")],
    ids=["none", "one", "two", "three"],
)
def test_choices_are_joined_with_or(words: list[str], text: str) -> None:
    """Words keep their order and stand in backticks."""
    assert one_of(words) == text
    assert all_of(words) == text.replace(" or ", " and ")
