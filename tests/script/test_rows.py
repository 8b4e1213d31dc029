"""Rows and what stands in them."""

from __future__ import annotations

import pytest

from setupbatcher.script.rows import CommandRow, MachineRow, RowKind, SettingRow, parse_statement


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", RowKind.BLANK),
        (" \t ", RowKind.BLANK),
        ("  ; x", RowKind.COMMENT),
        ("// x", RowKind.COMMENT),
        ("\t# x", RowKind.COMMENT),
        ("/x", RowKind.ROW),
        ("DOS ; x", RowKind.ROW),
    ],
)
def test_comments_and_blank_rows(text: str, kind: RowKind) -> None:
    """The first non-blank text decides."""
    assert CommandRow(1, 0, text).kind is kind
    assert SettingRow(1, 0, text).kind is kind


def test_a_command_row_is_taken_apart() -> None:
    """Cell, name and marker have their places in the script."""
    row = CommandRow(3, 100, "  $i $t(5) DOS  net use \t\tOK ")
    assert (row.cell, row.cell_start, row.span.end) == ("$i $t(5) DOS  net use", 102, 123)
    assert (row.name, row.marker, row.beyond) == ("dos", "OK", None)
    assert row.marker_span is not None
    assert (row.marker_span.start, row.marker_span.end) == (126, 128)
    statement = row.statement
    assert [(switch.letter, switch.argument) for switch in statement.switches] == [("i", None), ("t", "5")]
    assert (statement.name, statement.name_start, statement.tail, statement.tail_start) == ("DOS", 9, "net use", 14)


@pytest.mark.parametrize(
    ("text", "beyond"), [("a\tOK", None), ("a\t\tOK\t", None), ("a\tb\tc", "\tb\tc"), ("\ta\tOK\t\tx", "\tOK\t\tx")]
)
def test_text_behind_the_marker_is_noticed(text: str, beyond: str | None) -> None:
    """Two filled cells behind the command mean a TAB inside it."""
    found = CommandRow(1, 0, text).beyond
    assert (text[found.start : found.end] if found else None) == beyond


@pytest.mark.parametrize(
    ("cell", "error"), [("$", 0), ("$i", 2), ("$i ", 3), ("$c(a", 2), ("$c((a)) x", 2), ("DOS", None), ("$x y", None)]
)
def test_a_cell_that_cannot_be_read_says_where(cell: str, error: int | None) -> None:
    """A switch that breaks off is an error at the place, never an exception."""
    assert parse_statement(cell).error == error


@pytest.mark.parametrize(
    ("written", "good"),
    [
        ("$i", True),
        ("$i(1)", False),
        ("$c(A b)", True),
        ("$c( )", False),
        ("$c", False),
        ("$t(1.5)", True),
        ("$t(0)", False),
        ("$t(x)", False),
        ("$r(3)", True),
        ("$r(-1)", False),
        ("$q", False),
    ],
)
def test_switches(written: str, good: bool) -> None:  # noqa: FBT001 -- a parameter
    """A switch is well formed or says what is wrong with it."""
    (switch,) = parse_statement(f"{written} DOS a").switches
    assert (switch.problem is None) is good


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [("A=1", "A", "1"), (" A b = x=y ", "A b", "x=y"), ("A=", "A", ""), ("A", "", ""), ("=1", "", "1")],
)
def test_a_settings_row_is_split_at_the_first_equals_sign(text: str, name: str, value: str) -> None:
    """Blanks around name and value do not count; their places are those of the text without them."""
    row = SettingRow(1, 10, text)
    assert (row.name, row.value) == (name, value)
    assert text[row.value_span.start - 10 : row.value_span.end - 10] == value
    if name:
        assert text[row.name_span.start - 10 : row.name_span.end - 10] == name


def test_a_machine_row_is_taken_apart() -> None:
    """Backslashes belong to the label only; roles and options are told apart."""
    row = MachineRow(1, 0, "\\\\EDU12\tNT\tPDC  port=22 main User=a=b\t5-3 ")
    assert (row.label, row.name, row.platform, row.role) == ("\\\\EDU12", "EDU12", "NT", "PDC main")
    assert (row.options, row.marker) == ({"port": "22", "user": "a=b"}, "5-3")
    assert [row.text[span.start : span.end] for _, span in row.words] == ["PDC", "port=22", "main", "User=a=b"]


def test_a_short_machine_row_has_empty_columns() -> None:
    """Nothing but the name is needed."""
    row = MachineRow(1, 5, "web1")
    assert (row.name, row.platform, row.role, row.options, row.marker, row.marker_span) == (
        "web1",
        "",
        "",
        {},
        "",
        None,
    )
    assert (row.field_span(3).start, row.field_span(3).end) == (9, 9)


def test_two_slashes_begin_a_machine_not_a_comment() -> None:
    """A name in the manner of a share is no comment."""
    assert MachineRow(1, 0, "//web1").kind is RowKind.ROW
    assert MachineRow(1, 0, "  ; note").kind is RowKind.COMMENT
