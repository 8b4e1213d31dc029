"""Data sections: rows, fields, headers, marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setupbatcher.script import Document, data_section
from setupbatcher.script.cells import is_unclosed
from setupbatcher.script.data import DataSection
from setupbatcher.text import Span


def _data(text: str, *, delimiter: str = ",", column: int | None = 3, header: bool = False) -> DataSection:
    front = "front\n"
    body = Span(len(front), len(front + text))
    return DataSection(front + text, data_section(), body, delimiter=delimiter, marker_column=column, header=header)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", []),
        ("a", ["a"]),
        ("a\n", ["a"]),
        ("a\nb", ["a", "b"]),
        ("a\r\nb\rc\n\n", ["a", "b", "c", ""]),
        ("\r\n\r\n", ["", ""]),
        ("a\x0bb\x85c\u2028d", ["a\x0bb\x85c\u2028d"]),
    ],
)
def test_lines_end_as_editors_count(text: str, rows: list[str]) -> None:
    """CR, LF and both together end a line, nothing else does; every physical line counts."""
    data = _data(text)
    assert [data.row(line) for line in range(len(data))] == rows


def test_blank_rows_are_skipped_and_comments_are_none() -> None:
    """A data row is never a comment."""
    data = _data("; a\n\n \t\n,\n#\n")
    assert list(data.lines()) == [0, 3, 4]
    assert list(data.lines(1)) == [3, 4]


@pytest.mark.parametrize(
    ("row", "delimiter", "fields"),
    [
        ("a, b ,c", ",", ["a", " b ", "c"]),
        ('"a,b","c ""d"""', ",", ["a,b", 'c "d"']),
        ('a"b"', ",", ['a"b"']),
        ('"a\tb"\tc', "\t", ['"a', 'b"', "c"]),
        ("a||b", "|", ["a", "", "b"]),
        ("a b", " ", ["a", "b"]),
    ],
)
def test_fields(row: str, delimiter: str, fields: list[str]) -> None:
    """Blanks belong to a field; quotes count for every delimiter but TAB."""
    assert _data(row, delimiter=delimiter).fields(0) == fields


def test_the_header_names_columns() -> None:
    """It is line 0, is no row, and carries no mark; of two columns with one name the first counts."""
    data = _data('User, "x",Home Dir,USER\na,b,OK\n', header=True)
    assert data.names == {"user": 1, '"x"': 2, "home dir": 3}
    assert list(data.lines()) == [1]
    assert list(data.scan.done) == [0, 1]
    assert _data("a,b\n").names == {}


def test_settings_reach_the_section() -> None:
    """Each section has the delimiter and the marker column of its number."""
    settings = "[Settings]\nBatchSettings.Delimiter=TAB\nBatchSettings.Delimiter2=;\nBatchSettings.MarkerCol2=2\n"
    text = f"{settings}[Data]\na\tb\n[Data2]\na;OK\n"
    document = Document.from_text(text)
    first, second = document.data(), document.data(data_section(2))
    assert first is not None
    assert second is not None
    assert (first.fields(0), first.has_marker_column) == (["a", "b"], False)
    assert (second.fields(0), list(second.scan.done)) == (["a", "OK"], [1])


_PIECES = st.sampled_from(["a", '"', ",", "\t", "|", " ", "\n", "\r", "\r\n", "OK", "ok ", "OK\n", "\x0b"])


@given(
    st.lists(_PIECES, max_size=20).map("".join),
    st.sampled_from([",", "\t", "|", " "]),
    st.integers(1, 4) | st.none(),
    st.booleans(),
)
def test_one_search_finds_what_each_row_says(text: str, delimiter: str, column: int | None, header: bool) -> None:  # noqa: FBT001 -- drawn
    """The scan of the whole body says the same as splitting row after row."""
    data = _data(text, delimiter=delimiter, column=column, header=header)
    done, odd = [], []
    for line in data.lines():
        marker = data.marker(line).lower() if column else ""
        fields = data.column.fields(data.row(line)) if data.column.quoting else []
        unclosed = any(is_unclosed(data.row(line)[field.start : field.end]) for field in fields)
        if unclosed or marker not in {"", "ok"}:
            odd.append(line)
        elif marker:
            done.append(line)
    assert data.scan.odd == odd
    assert list(data.scan.done) == [line in done for line in range(len(data))]
    assert data.count() == len(list(data.lines()))
