"""New rows for a whole section: they stay rows, and all else stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setupbatcher.script.document import Document
from setupbatcher.script.filling import Filling, FillingError, filled
from setupbatcher.script.labels import DATA_FILES, SectionId, data_section
from setupbatcher.text import Encoding, SourceText

DATA = data_section()


def fill(text: str, *rows: str, section: SectionId = DATA) -> str:
    """A text with other rows in [Data]."""
    return filled(Document.from_text(text), Filling(section, rows))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[Data]\nold\n[Batch]\nLog x\n", "[Data]\na\nb\n[Batch]\nLog x\n"),
        ("[Data]\r\nold\r\nolder\r\n\r\n \t\r\n[Batch]\r\n", "[Data]\r\na\r\nb\r\n\r\n \t\r\n[Batch]\r\n"),
        ("[Data]\n[Batch]\n", "[Data]\na\nb\n[Batch]\n"),
        ("[Data]\n\n[Batch]\n", "[Data]\na\nb\n\n[Batch]\n"),
        ("x\n[Data_Begin]\nold\n[Data_End]\ny\n", "x\n[Data_Begin]\na\nb\n[Data_End]\ny\n"),
        ("[Data_Begin]\n[Data_End]", "[Data_Begin]\na\nb\n[Data_End]"),
        ("[Data]\nold", "[Data]\na\nb"),
        ("[Data]", "[Data]\na\nb"),
        ("[Data]\r", "[Data]\ra\rb\r"),
        ("[Data]\nold \n  ", "[Data]\na\nb\n  "),
    ],
)
def test_where_rows_go(before: str, after: str) -> None:
    """In the place of the old ones, with the script's line ends; the blank lines behind them stay."""
    assert fill(before, "a", "b") == after
    assert fill(after, "a", "b") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[Data]\nold\n\n[Batch]\n", "[Data]\n\n[Batch]\n"),
        ("[Data]\nold", "[Data]\n"),
        ("[Data]", "[Data]"),
    ],
)
def test_no_rows(before: str, after: str) -> None:
    """A section can be emptied."""
    assert fill(before) == after


def test_sections_of_other_kinds() -> None:
    """Whatever its rows are."""
    assert fill("[DataFiles]\n$GetDataFiles in,*\n", "a.csv\tOK", section=DATA_FILES) == "[DataFiles]\na.csv\tOK\n"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("[Data_End]", "a row of [Data] would be read as the label of a section"),
        (" [batch]\t", "a row of [Data] would be read as the label of a section"),
        ("ł", "the script is Windows-1252, which has not all characters of the rows of [Data]"),
        ("\x80", "the script is Windows-1252, which has not all characters of the rows of [Data]"),
    ],
)
def test_rows_that_would_not_stay_what_they_are(row: str, message: str) -> None:
    """They are refused."""
    source = SourceText("[Data_Begin]\nä\n[Data_End]\n[Batch]\n", Encoding.WINDOWS_1252)
    with pytest.raises(FillingError) as caught:
        filled(Document(source), Filling(DATA, ("a", row)))
    assert str(caught.value) == message


def test_a_script_without_the_section() -> None:
    """There is nothing to fill."""
    with pytest.raises(FillingError, match=r"the script has no section \[Data\]"):
        fill("[Batch]\n", "a")


_ROW = st.text(st.sampled_from("aä,[]DataBegin_ \t") | st.characters(exclude_characters="\r\n\0"), max_size=14)


@settings(deadline=None)
@given(
    label=st.sampled_from(["[Data]", "[Data_Begin]"]),
    old=st.lists(_ROW, max_size=5),
    rows=st.lists(_ROW, max_size=5),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    last=st.booleans(),
)
def test_the_section_holds_the_rows_and_nothing_else_changes(
    *, label: str, old: list[str], rows: list[str], end: str, last: bool
) -> None:
    """Whatever the rows are, unless they are refused."""
    closing = ["[Data_End]"] if label == "[Data_Begin]" else []
    behind = [] if last else ["[Batch]", "Log x"]
    before = Document.from_text(end.join(["[Settings]", "A=b", label, *old, *closing, *behind, ""]))
    if [str(frame.section) for frame in before.layout.frames] != ["[Settings]", "[Data]", *(["[Batch]"] * (not last))]:
        return
    try:
        after = before.changed(filled(before, Filling(DATA, tuple(rows))))
    except (FillingError, UnicodeEncodeError):
        return
    data = after.data()
    assert data is not None
    found = [data.row(line) for line in range(len(data))]
    assert found[: len(rows)] == rows
    assert "".join(found[len(rows) :]).strip(" \t") == ""
    for document in (before, after):
        frame = document.frame(DATA)
        assert frame is not None
        assert document.text[: frame.body.start] == before.text[: len(document.text[: frame.body.start])]
        assert before.text.endswith(document.text[frame.body.end :])
