"""The one pass over data rows, against looking at each row by itself."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from setupbatcher.script import cells
from setupbatcher.script.data import DataSection
from setupbatcher.script.labels import data_section
from setupbatcher.text import Span
from setupbatcher.text.positions import line_starts

FIELDS = st.sampled_from(["", "a", "OK", " ok ", "x y", '"q,;\t"', '"open', 'in"side', '""', '"a""b"', " ", "no", "é"])
DELIMITERS = st.sampled_from([",", ";", "\t", "|", " "])
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def sections(draw: st.DrawFn) -> DataSection:
    """Sections with rows of all kinds, line ends mixed, between other text."""
    delimiter = draw(DELIMITERS)
    rows = draw(st.lists(st.lists(FIELDS, max_size=5), max_size=12))
    body = "".join(delimiter.join(row) + draw(ENDS) for row in rows)
    if draw(st.booleans()):
        body = body.rstrip("\r\n")
    text = "[Data]\n" + body + "[Batch]"
    column = draw(st.none() | st.integers(1, 4))
    return DataSection(
        text,
        data_section(),
        Span(7, 7 + len(body)),
        delimiter=delimiter,
        marker_column=column,
        header=draw(st.booleans()),
    )


def expected(data: DataSection) -> tuple[list[bool], list[int], list[str]]:
    """The marks, odd lines and rows, each row looked at by itself."""
    text = data._text
    starts = [start for start in line_starts(text, data.body.start, data.body.end) if start < data.body.end]
    ends = [*starts, data.body.end][1:]
    rows = [text[start:end].rstrip("\r\n") for start, end in zip(starts, ends, strict=True)]
    done, odd = [], []
    for number, row in enumerate(rows):
        fields = [row[span.start : span.end] for span in data.column.fields(row)]
        marker = cells.read(data.column, row).lower() if data.has_marker_column else ""
        looked_at = not (data.header and number == 0) and bool(row.strip())
        unclosed = data.column.quoting and any(map(cells.is_unclosed, fields))
        is_odd = looked_at and (unclosed or marker not in {"", "ok"})
        done.append(looked_at and not is_odd and marker == "ok")
        odd += [number] * is_odd
    return done, odd, rows


@settings(max_examples=600, deadline=None)
@given(sections())
def test_one_pass_finds_what_looking_at_each_row_does(data: DataSection) -> None:
    """Marks, unsound rows and the text of every line are the same."""
    done, odd, rows = expected(data)
    assert ([bool(byte) for byte in data.scan.done], data.scan.odd) == (done, odd)
    assert [data.row(line) for line in range(len(data))] == rows
    assert data.count() == sum(1 for _ in data.lines())


def test_blocks_of_a_long_section_fit_together() -> None:
    """Every line of a section of many blocks is found, in order and at random."""
    rows = [f"user{number},x,{'OK' if number % 7 == 0 or number > 9000 else ''}" for number in range(20_000)]
    text = "\n".join(rows)
    data = DataSection(text, data_section(), Span(0, len(text)), delimiter=",", marker_column=3, header=False)
    assert [data.row(line) for line in range(len(data))] == rows
    assert [data.row(line) for line in (19_999, 0, 10_000, 4095, 4096)] == [
        rows[line] for line in (19_999, 0, 10_000, 4095, 4096)
    ]
    assert [bool(byte) for byte in data.scan.done] == [row.endswith("OK") for row in rows]
    assert len(data.scan.lines) > 3
