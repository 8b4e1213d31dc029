"""What a fix changes, line by line."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from setupbatcher.diagnostics.changes import changes
from setupbatcher.text import Edit, LineTable, Span, apply


@st.composite
def _edited(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    text = draw(st.text(st.sampled_from("ab\n"), max_size=30))
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6, unique=True)))
    pairs = zip(places[::2], places[1::2], strict=False)
    return text, [Edit(Span(start, end), draw(st.text(st.sampled_from("ac\n"), max_size=3))) for start, end in pairs]


@settings(deadline=None)
@given(_edited())
def test_the_changes_lead_from_the_old_text_to_the_new(case: tuple[str, list[Edit]]) -> None:
    """Lines taken away stand in the old text under their number, lines put in in the new; the rest is the same."""
    text, edits = case
    old, new = text.split("\n"), apply(text, edits).split("\n")
    found = list(changes(text, LineTable(text), edits))
    away = {change.number: change.text for change in found if not change.added}
    put_in = {change.number: change.text for change in found if change.added}
    assert all(old[number - 1] == line for number, line in away.items())
    assert all(new[number - 1] == line for number, line in put_in.items())
    assert [line for number, line in enumerate(old, 1) if number not in away] == [
        line for number, line in enumerate(new, 1) if number not in put_in
    ]


def test_a_change_knows_what_differs() -> None:
    """The span of a change leaves out what both lines begin and end with."""
    old, new = changes("Fil.Copy a", LineTable("Fil.Copy a"), [Edit(Span(0, 3), "File")])
    assert (old.text, old.span) == ("Fil.Copy a", Span(3, 3))
    assert (new.text, new.span) == ("File.Copy a", Span(3, 4))


def test_an_edit_that_changes_nothing_shows_nothing() -> None:
    """A text replaced by itself is no change."""
    assert list(changes("ab", LineTable("ab"), [Edit(Span(0, 1), "a")])) == []
