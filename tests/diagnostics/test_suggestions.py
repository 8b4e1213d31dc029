"""Did you mean."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setupbatcher.diagnostics.suggestions import did_you_mean, hint

_COMMANDS = ["Data.EndLoop", "Data.Loop", "Dir.Copy", "DOS", "File.Copy", "File.Move", "If", "Log", "Set", "Wait"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("File.Cpoy", "File.Copy"),
        ("FileCopy", "File.Copy"),
        ("file.copy", "File.Copy"),
        ("Fil.Copi", "File.Copy"),
        ("Date.Loop", "Data.Loop"),
        ("EndLoop", "Data.EndLoop"),
        ("Lgo", "Log"),
        ("DSO", "DOS"),
        ("IF", "If"),
        ("of", None),
        ("Copy", None),
        ("Zip.Extract", None),
        ("x", None),
        ("", None),
    ],
)
def test_the_nearest_known_word_is_found(word: str, meant: str | None) -> None:
    """Slips of the finger are forgiven in proportion to the length; what is far or could be several is not guessed."""
    assert did_you_mean(word, _COMMANDS) == meant


def test_nothing_is_near_nothing() -> None:
    """Without candidates there is no suggestion."""
    assert did_you_mean("Log", []) is None


@settings(deadline=None)
@given(st.text(st.sampled_from("abcd."), min_size=3, max_size=12), st.data())
def test_one_slip_in_a_word_is_always_found(word: str, data: st.DataObject) -> None:
    """A word with one letter too many, too few, wrong or swapped leads back to it."""
    at = data.draw(st.integers(0, len(word) - 1))
    slips = [word[:at] + "x" + word[at:], word[:at] + "x" + word[at + 1 :]]
    slips.append(word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :])
    assert did_you_mean(data.draw(st.sampled_from(slips)), [word]) == word


@settings(deadline=None)
@given(st.lists(st.text("abc", max_size=5), max_size=8), st.text("abc", max_size=5))
def test_the_order_of_candidates_does_not_matter(candidates: list[str], word: str) -> None:
    """The same word always gets the same suggestion."""
    assert did_you_mean(word, candidates) == did_you_mean(word, candidates[::-1])


def test_a_hint_names_the_word_meant() -> None:
    """The help line asks back."""
    assert hint("Lgo", _COMMANDS) == "did you mean `Log`?"


def test_a_hint_lists_few_candidates() -> None:
    """Where nothing is near, a short list is given in full, a long one is not."""
    assert hint("maybe", ["Yes", "No"]) == "use `No` or `Yes`"
    assert hint("Zip.Extract", _COMMANDS) is None
    assert hint("maybe", []) is None


def test_a_hint_can_say_something_else() -> None:
    """The caller's own help stands in where nothing is near, not where something is."""
    assert hint("Zip.Extract", _COMMANDS, "see `setupbatcher commands`") == "see `setupbatcher commands`"
    assert hint("Lgo", _COMMANDS, "see `setupbatcher commands`") == "did you mean `Log`?"
