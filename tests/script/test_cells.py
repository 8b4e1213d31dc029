"""Marker cells: found, written and taken out, and nothing else touched."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from setupbatcher.script.cells import CommandColumn, FieldColumn, is_unclosed, read, unquoted
from setupbatcher.script.rows import CommandRow, RowKind

_COMMAND = CommandColumn()
_MARKERS = st.sampled_from(["OK", "5-3", "OK(5)", "-", "OK-AllDone", "1326"])
_COMMAND_ROWS = st.text(st.sampled_from("ab ,\t;"), max_size=14).filter(
    lambda text: CommandRow(1, 0, text).kind is RowKind.ROW and CommandRow(1, 0, text).beyond is None
)


@st.composite
def _data_rows(draw: st.DrawFn) -> tuple[FieldColumn, str]:
    """A column, and a data row that is not blank and whose quotes are closed."""
    delimiter = draw(st.sampled_from(",\t|"))
    quoting = delimiter != "\t"
    plain = st.text(st.sampled_from("ab 1"), max_size=3)
    quoted = st.lists(st.sampled_from(["a", " ", delimiter, '""']), max_size=4).map(lambda parts: f'"{"".join(parts)}"')
    fields = draw(st.lists(plain | quoted if quoting else plain, min_size=1, max_size=6))
    row = delimiter.join(fields)
    assume(row.strip())
    return FieldColumn(draw(st.integers(1, 6)), delimiter, quoting=quoting), row


@given(_COMMAND_ROWS, _MARKERS)
def test_laws_of_the_command_column(row: str, marker: str) -> None:
    """What was put is read, taking it out undoes putting it in, and command, indentation and the rest stay."""
    put = _COMMAND.put(row, marker)
    assert read(_COMMAND, put) == marker
    assert _COMMAND.strip(put) == _COMMAND.strip(row)
    assert _COMMAND.strip(_COMMAND.put(put, "")) == _COMMAND.strip(row)
    assert _COMMAND.put(put, marker) == put
    span, before = _COMMAND.locate(put), _COMMAND.locate(row)
    assert span is not None
    # A span of nothing is false, so it is compared with None.
    head = row + "\t" if before is None else row[: before.start]
    tail = "" if before is None else row[before.end :]
    assert put == head + marker + tail
    assert CommandRow(1, 0, put).cell == CommandRow(1, 0, row).cell


@given(_data_rows(), _MARKERS)
def test_laws_of_a_field_column(case: tuple[FieldColumn, str], marker: str) -> None:
    """The same holds for a data row of any length; a row that is too short is filled up with empty fields."""
    column, row = case
    put = column.put(row, marker)
    assert read(column, put) == marker
    assert column.strip(put) == column.strip(row)
    assert column.strip(column.put(put, "")) == column.strip(row)
    assert column.put(put, marker) == put
    before = [row[span.start : span.end] for span in column.fields(row)]
    after = [put[span.start : span.end] for span in column.fields(put)]
    before += [""] * (column.column - len(before))
    before[column.column - 1] = marker
    assert after == before


@example((FieldColumn(2, ","), " ,"))
@given(_data_rows())
def test_a_row_is_still_a_row_without_its_marker(case: tuple[FieldColumn, str]) -> None:
    """Taking a marker out never makes a blank row, which would be skipped, of one that has cells."""
    column, row = case
    assume(not read(column, row))
    if column.delimiter != "\t":
        assert column.strip(row).strip()


@pytest.mark.parametrize(
    ("row", "marker", "expected"),
    [
        ("DOS a", "OK", "DOS a\tOK"),
        ("\tDOS a\t\t", "OK", "\tDOS a\t\tOK"),
        ("DOS a\t5", "OK", "DOS a\tOK"),
        ("DOS a\tOK\tnote", "5", "DOS a\t5\tnote"),
        ("DOS a\tOK", "", "DOS a"),
        ("DOS a\t\tOK", "", "DOS a\t\t"),
    ],
)
def test_a_command_cell_is_written(row: str, marker: str, expected: str) -> None:
    """One TAB is put in where there is none; somebody's alignment stays."""
    assert _COMMAND.put(row, marker) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("web1", "web1\t\t\tOK-1"),
        ("web1\tLinux", "web1\tLinux\t\tOK-1"),
        ("web1\tLinux\tPDC\t5-3", "web1\tLinux\tPDC\tOK-1"),
    ],
)
def test_a_machine_cell_is_written(row: str, expected: str) -> None:
    """Column 4 is reached with as many TABs as it takes."""
    assert FieldColumn(4).put(row, "OK-1") == expected


@pytest.mark.parametrize(
    ("row", "fields"),
    [
        ("a,b", ["a", "b"]),
        ('"a,b",c', ['"a,b"', "c"]),
        ('"a""b",,', ['"a""b"', "", ""]),
        ('a"b,c"', ['a"b', 'c"']),
        ('"a" x,b', ['"a" x', "b"]),
        ('"a,b', ['"a,b']),
        ("", [""]),
    ],
)
def test_fields_are_parsed(row: str, fields: list[str]) -> None:
    """Only a quote at the very beginning of a field quotes it; an unclosed one takes the rest."""
    assert [row[span.start : span.end] for span in FieldColumn(1, ",", quoting=True).fields(row)] == fields


@pytest.mark.parametrize(
    ("field", "value", "unclosed"),
    [
        ("a", "a", False),
        ('"a"', "a", False),
        ('"a""b"', 'a"b', False),
        ('""', "", False),
        ('"a', '"a', True),
        ('"', '"', True),
        ('"a"b', '"a"b', True),
        ('"a""', 'a"', True),
        ('a"', 'a"', False),
    ],
)
def test_quotes_of_a_field(field: str, value: str, unclosed: bool) -> None:  # noqa: FBT001 -- a parameter
    """A quoted field ends with the partner of its quote; one that does not is unclosed."""
    assert is_unclosed(field) is unclosed
    if not unclosed:
        assert unquoted(field) == value
