"""Sections are found whatever the text, and no byte is lost."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setupbatcher.script import Document, Kind, SectionId, data_section
from setupbatcher.script.labels import known_labels
from tests.script.scripts import SCRIPTS


def _sections(text: str) -> dict[str, str]:
    """The bodies of the sections by their names."""
    return {
        str(frame.section): text[frame.body.start : frame.body.end] for frame in Document.from_text(text).layout.frames
    }


def _findings(text: str) -> list[tuple[str, str]]:
    return [(found.code, text[found.span.start : found.span.end]) for found in Document.from_text(text).findings]


@given(SCRIPTS | st.text())
def test_a_document_is_its_text(text: str) -> None:
    """Parsed and printed, any text is what it was; the sections lie in it in order, apart from each other."""
    document = Document.from_text(text)
    assert str(document) == text
    at = 0
    for frame in document.layout.frames:
        assert at <= frame.label.start < frame.label.end <= frame.body.start <= frame.body.end <= len(text)
        at = frame.body.end


@given(SCRIPTS)
def test_rows_are_the_lines_of_their_section(text: str) -> None:
    """Every physical line of a section is a row, numbered and placed where it stands."""
    document = Document.from_text(text)
    for section in document.command_sections.values():
        body = section.frame.body
        assert [row.line for row in section.rows] == list(range(1, len(section.rows) + 1))
        ends = [row.start for row in section.rows[1:]] + [body.end]
        pieces = [text[row.start : end] for row, end in zip(section.rows, ends, strict=bool(section.rows))]
        assert "".join(pieces) == text[body.start : body.end]
        assert [piece.rstrip("\r\n") for piece in pieces] == [row.text for row in section.rows]


@given(SCRIPTS)
def test_data_rows_are_the_lines_of_their_section(text: str) -> None:
    """A data section is split like any other, only later, and counts from 0."""
    for data in Document.from_text(text).data_sections.values():
        spans = [data.span(line) for line in range(len(data))]
        gaps = [text[left.end : right.start] for left, right in pairwise(spans)]
        assert set(gaps) <= {"\n", "\r\n", "\r"}
        assert "".join(data.row(line) for line in range(len(data))) == (
            text[data.body.start : data.body.end].replace("\r", "").replace("\n", "")
        )


def test_a_pair_ends_at_its_own_end_label() -> None:
    """Labels match in any case and may be indented; lines outside are comments."""
    text = "note\n  [BATCH_begin]  \nDOS a\n\t[batch_END]\nnote\n[Data_Begin]\n1\n[Data_End]"
    assert _sections(text) == {"[Batch]": "DOS a\n", "[Data]": "1\n"}
    assert _findings(text) == []


def test_a_short_section_ends_at_the_next_label_or_with_the_file() -> None:
    """Short headers and pairs may be mixed."""
    text = "[Settings]\nA=1\n[Init_Batch_Begin]\nDOS a\n[Init_Batch_End]\n[Sub Clean up]\nDOS b"
    assert _sections(text) == {"[Settings]": "A=1\n", "[Init]": "DOS a\n", "[Sub Clean up]": "DOS b"}


@pytest.mark.parametrize(
    ("label", "section"),
    [
        ("[Data]", data_section()),
        ("[data2_begin]", data_section(2)),
        ("[Data10]", data_section(10)),
        ("[Sub_A_b_Begin]", SectionId(Kind.SUB, "A_b")),
        ("[sub A b]", SectionId(Kind.SUB, "A b")),
        ("[onerror]", SectionId(Kind.ON_ERROR)),
        ("[Init]", SectionId(Kind.INIT)),
    ],
)
def test_a_label_names_a_section(label: str, section: SectionId) -> None:
    """Pairs and short labels of every kind are known."""
    assert [frame.section for frame in Document.from_text(label).layout.frames] == [section]


@pytest.mark.parametrize(
    "line", ["[Data1]", "[Data02]", "[Init_Begin", "x [Batch]", "[Batch] x", "[Sub ]", "[[Batch]]"]
)
def test_other_lines_are_no_labels(line: str) -> None:
    """A label stands alone on its line and is spelt right."""
    assert Document.from_text(line).layout.frames == ()


def test_any_other_bracketed_line_is_a_row() -> None:
    """Within a section it is left to the section."""
    assert _sections("[Data]\n[x]\n[1, 2]\n") == {"[Data]": "[x]\n[1, 2]\n"}
    assert _findings("[Data]\n[x]\n[1, 2]\n") == []


@pytest.mark.parametrize(
    ("text", "sections", "findings"),
    [
        ("[Bacth]\nDOS a\n", {}, [("SB101", "[Bacth]")]),
        ("[Foo_Begin]\n", {}, [("SB101", "[Foo_Begin]")]),
        ("[Batch_Begin]\nDOS a\n", {"[Batch]": "DOS a\n"}, [("SB102", "[Batch_Begin]")]),
        (
            "[Settings_Begin]\nA=1\n[Batch_Begin]\nDOS a\n[Batch_End]\n",
            {"[Settings]": "A=1\n", "[Batch]": "DOS a\n"},
            [("SB102", "[Settings_Begin]")],
        ),
        ("[Batch]\nDOS a\n[Data_End]\n", {"[Batch]": "DOS a\n[Data_End]\n"}, [("SB103", "[Data_End]")]),
        (
            "[Batch_Begin]\n[Data]\n1\n[Batch_End]\n",
            {"[Batch]": "[Data]\n1\n"},
            [("SB104", "[Data]")],
        ),
        ("[Data_Begin]\n[Bacth]\n[Data_End]\n", {"[Data]": "[Bacth]\n"}, []),
    ],
)
def test_a_broken_label_is_mended_and_told(
    text: str, sections: dict[str, str], findings: list[tuple[str, str]]
) -> None:
    """Recovery finds the sections that were meant as far as that can be told."""
    assert _sections(text) == sections
    assert _findings(text) == findings


def test_a_section_stands_once() -> None:
    """Of two with one name the first counts, and the second is told."""
    text = "[Batch]\nDOS a\n[Batch_Begin]\nDOS b\n[Batch_End]\n[Sub a]\n[Sub A]\n"
    document = Document.from_text(text)
    section = document.commands(SectionId(Kind.BATCH))
    assert section is not None
    assert [row.text for row in section.rows] == ["DOS a"]
    assert [(found.code, found.message) for found in document.findings] == [
        ("SB105", "section [Batch] stands twice"),
        ("SB105", "section [Sub A] stands twice"),
    ]


def test_known_labels_are_known() -> None:
    """Whatever is suggested for a label is one."""
    assert all(len(Document.from_text(f"[{name}]").layout.frames) or name.endswith("_End") for name in known_labels())
