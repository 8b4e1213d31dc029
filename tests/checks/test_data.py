"""The check of data rows, of which there may be a million."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from setupbatcher.checks import check
from setupbatcher.checks.data import MOST
from setupbatcher.script import Document
from setupbatcher.script.cells import is_unclosed
from tests.checks.told import told


def _data(rows: str, *, delimiter: str = "COMMA", column: int | None = 3, header: str = "No") -> str:
    marker = f"BatchSettings.MarkerCol={column}\n" if column else ""
    settings = f"BatchSettings.Delimiter={delimiter}\nBatchSettings.DataHeader={header}\n{marker}"
    return f"[Batch]\n[Settings]\n{settings}[Data]\n{rows}"


@pytest.mark.parametrize(
    "rows",
    ["a,b,OK\r\na,b\r\n\r\na,b, ok ,c\r\n", "a\n,\n,,\n  \n", '"a,b","c ""d""",OK\n', 'a"b,c "d"\n', '"",""\n', ""],
)
def test_good_rows_are_not_mentioned(rows: str) -> None:
    """Done, open, short and blank rows pass, quoted or not, with any line end."""
    assert told(_data(rows)) == []


def test_a_row_is_told_by_its_place() -> None:
    """The finding stands where the text stands, whatever the line ends."""
    assert told(_data('a,b,OK\ra,b,no\r\na,"b\na,b, maybe ,c')) == [
        "8:5: error[SB701]: `no` stands in marker column 3",
        "9:3: error[SB604]: quoted field is not closed",
        "10:6: error[SB701]: `maybe` stands in marker column 3",
    ]


def test_quotes_mean_nothing_between_tabs() -> None:
    """With TAB as the delimiter a quote is a character like any other."""
    assert told(_data('"a\tb\tOK\n"a"b\n', delimiter="TAB")) == []


def test_a_header_is_never_marked() -> None:
    """The names of the columns may reach into the marker's, but their quotes are closed too."""
    assert told(_data("a,b,done\nx,y,OK\n", header="Yes")) == []
    assert told(_data('a,"b,done\nx,y,OK\n', header="Yes")) == ["7:3: error[SB604]: quoted field is not closed"]


def test_without_a_marker_column_only_quotes_count() -> None:
    """No column, no marker; a quote still has to be closed."""
    assert told(_data('a,b,c\n"a\n', column=None)) == ["7:1: error[SB604]: quoted field is not closed"]


@pytest.mark.parametrize(("row", "code"), [("a,b,no\n", "SB701"), ('"a\n', "SB604")])
def test_many_findings_of_a_kind_are_summed_up(row: str, code: str) -> None:
    """After so many of one kind, one more says that there are others, and no further follow."""
    findings = check(Document.from_text(_data(row * 1000)))
    assert [finding.code for finding in findings] == [code] * (MOST + 1)
    assert findings[-1].message.startswith("further rows of [Data]")


def test_one_kind_does_not_hide_the_other() -> None:
    """A wrong marker column does not keep an unclosed quote from being found."""
    findings = check(Document.from_text(_data("a,b,no\n" * 1000 + '"a,b\n')))
    assert [finding.code for finding in findings] == ["SB701"] * (MOST + 1) + ["SB604"]


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.sampled_from(["a", '"', ",", "\t", "|", " ", "\n", "\r", "\r\n", "OK"]), max_size=25).map("".join),
    st.sampled_from(["COMMA", "TAB", "|"]),
    st.integers(1, 4),
)
@example('"a"b,c\n', "COMMA", 1)
@example(" ,\x0b\n", "COMMA", 1)
def test_the_search_finds_what_looking_at_each_row_finds(rows: str, delimiter: str, column: int) -> None:
    """One expression over all rows says the same as splitting every row."""
    document = Document.from_text(_data(rows, delimiter=delimiter, column=column))
    data = document.data()
    assert data is not None
    expected = []
    for line in data.lines():
        row, start = data.row(line), data.span(line).start
        fields = [row[field.start : field.end] for field in data.column.fields(row)] if data.column.quoting else []
        if any(map(is_unclosed, fields)):
            expected.append(("SB604", start))
        elif data.marker(line) not in {"", "OK"}:
            expected.append(("SB701", start))
    found = [finding for finding in check(document) if finding.code in {"SB604", "SB701"}]
    lines = document.source.lines
    starts = [(each.code, lines.span(lines.position(each.span.start).line).start) for each in found]
    assert starts == expected[: len(starts)]
    assert len(starts) == len(expected) or len(starts) > MOST
