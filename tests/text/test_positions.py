"""Lines, columns and widths."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setupbatcher.text import LineTable, Position, Span, display_width
from setupbatcher.text.positions import line_starts

_texts = st.text(st.sampled_from("ab\t\r\n\u2028\x0bé漢😀"), max_size=40)


def _naive_lines(text: str) -> list[tuple[int, str]]:
    """Start and content of each line, the slow and obvious way."""
    lines = []
    start = 0
    for piece in re.split(r"(\r\n|\n|\r)", text):
        if piece not in {"\r\n", "\n", "\r"}:
            lines.append((start, piece))
        start += len(piece)
    return lines


@settings(deadline=None)
@given(_texts)
def test_lines_are_those_of_a_naive_split(text: str) -> None:
    """Number, span and content of all lines agree with a split at the three line ends."""
    table = LineTable(text)
    naive = _naive_lines(text)
    assert len(table) == len(naive)
    for number, (start, content) in enumerate(naive, 1):
        assert table.span(number) == Span(start, start + len(content))


@settings(deadline=None)
@given(_texts, st.data())
def test_a_position_leads_back_to_its_offset(text: str, data: st.DataObject) -> None:
    """The line and column of an offset agree with the naive count and, outside of line ends, give it back."""
    offset = data.draw(st.integers(0, len(text)))
    table = LineTable(text)
    position = table.position(offset)
    starts = [start for start, _ in _naive_lines(text) if start <= offset]
    assert position == Position(len(starts), offset - starts[-1] + 1)
    assert table.offset(position.line, position.column) == min(offset, table.span(position.line).end)


@settings(deadline=None)
@given(_texts, st.data())
def test_utf16_columns_count_code_units(text: str, data: st.DataObject) -> None:
    """A character outside of the basic plane counts twice, every other one once."""
    offset = data.draw(st.integers(0, len(text)))
    table = LineTable(text)
    before = text[table.span(table.position(offset).line).start : offset]
    assert table.utf16_column(offset) == sum(2 if char > "\uffff" else 1 for char in before)


def test_a_lone_surrogate_counts_as_one_unit() -> None:
    """Half of a surrogate pair, which a UTF-16 file may hold, is one code unit."""
    assert LineTable("a\ud800b").utf16_column(2) == 2


@settings(deadline=None)
@given(_texts, st.data())
def test_line_starts_of_a_part_are_those_of_the_whole(text: str, data: st.DataObject) -> None:
    """The starts in a part that begins at a line are those of the whole text that lie in it."""
    starts = [start for start, _ in _naive_lines(text)]
    begin = data.draw(st.sampled_from(starts))
    assert list(line_starts(text, begin, len(text))) == [start for start in starts if start >= begin]


@pytest.mark.parametrize(
    ("text", "column", "width"),
    [
        ("", 0, 0),
        ("abc", 0, 3),
        ("\t", 0, 8),
        ("\t", 7, 1),
        ("ab\tc", 0, 9),
        ("漢字", 0, 4),
        ("e\u0301", 0, 1),
        ("\u200b", 0, 0),
        ("\uff21", 0, 2),
        ("😀", 0, 2),
        ("漢\t", 7, 9),
    ],
)
def test_display_width_counts_cells(text: str, column: int, width: int) -> None:
    """TABs go to the next stop, wide characters take two cells, combining ones none."""
    assert display_width(text, column) == width


@settings(deadline=None)
@given(_texts, _texts, st.integers(0, 20))
def test_widths_add_up(left: str, right: str, column: int) -> None:
    """The width of two texts is the width of the first and of the second from where the first ends."""
    first = display_width(left, column)
    assert display_width(left + right, column) == first + display_width(right, column + first)


def test_the_length_of_a_span_is_what_it_covers() -> None:
    """A span is half open."""
    assert len(Span(3, 7)) == 4
    assert len(Span(3, 3)) == 0
