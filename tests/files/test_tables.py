"""Tables in files become rows of data sections, and nothing in them becomes anything else."""

from __future__ import annotations

import io
import re
import sys
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import PurePath

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setupbatcher.errors import Failure
from setupbatcher.files.tables import Form, Layout, Reading, load_rows, read_table, workbook, write_table
from setupbatcher.files.tables.table import Row, Table
from setupbatcher.script.document import Document
from setupbatcher.text import Encoding

PLAIN = Layout(",", None, header=False, encoding=Encoding.UTF_8)


def read(data: bytes | str, name: str = "t.csv", **reading: object) -> list[tuple[int, list[str]]]:
    """The rows of a file."""
    data = data.encode() if isinstance(data, str) else data
    return [tuple(row) for row in read_table(data, PurePath(name), Reading(**reading)).rows]  # type: ignore[arg-type]


def refused(call: Callable[[], object]) -> tuple[int, str]:
    """The code and message of a call that must fail."""
    with pytest.raises(Failure) as caught:
        call()
    assert caught.value.help
    return caught.value.code, caught.value.message


def table(*rows: list[str]) -> Table:
    """A table of these rows."""
    return Table("t.csv", [Row(number, fields) for number, fields in enumerate(rows, 1)])


def lines(layout: Layout, *rows: list[str], header: bool = False, names: str = "") -> list[str]:
    """The rows of a section with these in it."""
    return load_rows(table(*rows), layout, header=header, names=names).lines


# Text


@pytest.mark.parametrize(
    ("data", "name", "rows"),
    [
        ("a,b\n1,2\n", "t.csv", [(1, ["a", "b"]), (2, ["1", "2"])]),
        ("a,b\r\n\r\n , \r1,2", "t.csv", [(1, ["a", "b"]), (4, ["1", "2"])]),
        ('"a,""x""",b c\n', "t.csv", [(1, ['a,"x"', "b c"])]),
        ('"one\ntwo",x\ny\n', "t.csv", [(1, ["one\ntwo", "x"]), (3, ["y"])]),
        ("a\tb,c\n", "t.TSV", [(1, ["a", "b,c"])]),
        ("a\tb\n", "t.tab", [(1, ["a", "b"])]),
        ("sep=;\na;b,c\n", "t.csv", [(2, ["a", "b,c"])]),
        ("a,b\n", "data", [(1, ["a", "b"])]),
        ("", "t.csv", []),
    ],
)
def test_texts(data: str, name: str, rows: object) -> None:
    """Fields are split as RFC 4180 has it; a row of blanks is none; each row knows the line on which it begins."""
    assert read(data, name) == rows


@pytest.mark.parametrize(
    ("data", "encoding", "value"),
    [
        ("ä€".encode(), None, "ä€"),
        ("\ufeffä€".encode(), None, "ä€"),
        ("ä€".encode("utf-16"), None, "ä€"),
        (b"\xfe\xff" + "ä€".encode("utf-16-be"), None, "ä€"),
        ("ä€".encode("cp1252"), None, "ä€"),
        (b"\x81", None, "\x81"),
        ("ł".encode("cp1250"), "cp1250", "ł"),
        ("\ufeffł".encode(), "utf-8", "ł"),
        ("ł".encode("utf-16-le"), "utf-16-le", "ł"),
    ],
)
def test_encodings(data: bytes, encoding: str | None, value: str) -> None:
    """The byte order mark counts, then UTF-8, then Windows-1252, unless somebody names the encoding."""
    assert read(data, encoding=encoding) == [(1, [value])]


def test_the_form_can_be_named() -> None:
    """Whatever the file is called, and whatever its first line tells."""
    assert read("a;b\n", form=Form.CSV, delimiter=";") == [(1, ["a", "b"])]
    assert read("a\tb\n", form=Form.TSV) == [(1, ["a", "b"])]
    assert read("sep=;\na,b\n", delimiter=",") == [(1, ["sep=;"]), (2, ["a", "b"])]


def test_texts_that_are_not_sound() -> None:
    """One error each, with the line, and what to do."""
    nul = "the file holds NUL characters: UTF-16 without a byte order mark, or no text"
    assert [
        refused(lambda: read('a\n"b"c,d\n')),
        refused(lambda: read('a\n"b\nc')),
        refused(lambda: read(b"\xff\xfea")),
        refused(lambda: read(b"a\0b")),
        refused(lambda: read(b"\xff", encoding="utf-8")),
        refused(lambda: read(b"a", encoding="klingon")),
        refused(lambda: read(b"a", encoding="rot13")),
        refused(lambda: read(b"a", "t.ods")),
    ] == [
        (13, "t.csv: line 2: something stands behind a quoted field"),
        (13, "t.csv: line 2: a quoted field is not closed"),
        (13, "t.csv: the text cannot be read: the file begins as UTF-16 LE, but these bytes are not, at byte 2"),
        (13, f"t.csv: the text cannot be read: {nul}, at byte 1"),
        (13, "t.csv: the text cannot be read: not utf-8: invalid start byte, at byte 0"),
        (87, "no encoding is called klingon"),
        (87, "no encoding is called rot13"),
        (50, "t.ods: .ods files are not read"),
    ]


# Rows of a section


def test_values_that_need_quotes_get_them() -> None:
    """A delimiter, a quote in front, and what looks like a label; all else stays as it is."""
    assert lines(PLAIN, ["a,b", 'say "x"', '"x"', " y "], ["[Batch]"], ["", "[Batch_Begin]"], ["[x]", "y"]) == [
        '"a,b",say "x","""x""", y ',
        '"[Batch]"',
        ",[Batch_Begin]",
        "[x],y",
    ]


def test_empty_fields_at_the_end_of_a_row_are_left_out() -> None:
    """As markers.md has it for every row that can carry a marker."""
    assert lines(PLAIN, ["a", "", ""], ["", "b", " "]) == ["a", ",b, "]


@pytest.mark.parametrize(
    ("marker", "rows", "expected", "moved"),
    [
        (3, [["a", "b"], ["c"]], ["a,b", "c"], False),
        (2, [["a", "b"], ["c"]], ["a,,b", "c"], True),
        (1, [["a", "b"], ["c"]], [",a,b", ",c"], True),
        (2, [["a", "", "b"], ["c"]], ["a,,b", "c"], False),
        (2, [["a", "OK"]], ["a,,OK"], True),
        (None, [["a", "b"]], ["a,b"], False),
    ],
)
def test_no_marker_falls_on_data(
    marker: int | None, rows: list[list[str]], expected: list[str], *, moved: bool
) -> None:
    """An empty column is put in where the marker column holds something, and the columns behind it move by one."""
    loaded = load_rows(table(*rows), PLAIN._replace(marker=marker), header=False)
    assert (loaded.lines, loaded.size, loaded.moved) == (expected, len(rows), moved)


@pytest.mark.parametrize(
    ("section", "file", "expected", "size"),
    [
        (True, True, ["Name", "a", "b"], 2),
        (True, False, ["Own", "Name", "a", "b"], 3),
        (False, True, ["a", "b"], 2),
        (False, False, ["Name", "a", "b"], 3),
    ],
)
def test_header_rows(*, section: bool, file: bool, expected: list[str], size: int) -> None:
    """That of the file goes into a section that has one, and nowhere else; without one the section keeps its own."""
    rows = table(["Name"], ["a"], ["b"])
    loaded = load_rows(rows, PLAIN._replace(header=section), header=file, names="Own")
    assert (loaded.lines, loaded.size) == (expected, size)


def test_a_table_without_rows() -> None:
    """It is a table all the same."""
    layout = PLAIN._replace(header=True)
    assert [load_rows(table(), layout, header=header, names="Own") for header in (True, False)] == [
        ([], 0, False),
        (["Own"], 0, False),
    ]


def test_values_that_no_row_can_hold() -> None:
    """One error with the place in the file, the column's name where there is one, and why."""
    tabs = PLAIN._replace(delimiter="\t")
    western = PLAIN._replace(encoding=Encoding.WINDOWS_1252)
    assert [
        refused(lambda: lines(PLAIN, ["a"], ["b", "c\nd"])),
        refused(lambda: lines(PLAIN, ["A", "Note"], ["b", "c\rd"], header=True)),
        refused(lambda: lines(tabs, ["a", "b\tc"])),
        refused(lambda: lines(tabs, ["", "[Data_End]"])),
        refused(lambda: lines(western, ["ä€", "ł"])),
        refused(lambda: lines(western, ["\x80"])),
        refused(lambda: lines(PLAIN, ["\ud800"])),
    ] == [
        (13, "t.csv: row 2, column 2: a row has no room for a line end"),
        (13, "t.csv: row 2, column 2 (`Note`): a row has no room for a line end"),
        (13, "t.csv: row 1, column 2: a row that is delimited by TABs has no room for a TAB"),
        (
            13,
            "t.csv: row 1, column 2: a row that is delimited by TABs cannot hold what looks like a label",
        ),
        (13, "t.csv: row 1, column 2: the script is Windows-1252, which has no such character"),
        (13, "t.csv: row 1, column 1: the script is Windows-1252, which has no such character"),
        (13, "t.csv: row 1, column 1: the script is UTF-8, which has no such character"),
    ]


_FIELD = st.text(st.sampled_from('aB1 ,;"\t[]_äOK%') | st.characters(exclude_categories=["Cs"]), max_size=6)
_PLAIN_FIELD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"), max_size=6)


@settings(deadline=None)
@given(
    st.lists(st.lists(_FIELD, min_size=1, max_size=4), max_size=6),
    st.sampled_from([",", ";", "|", "\t"]),
    st.none() | st.integers(1, 5),
)
def test_what_is_written_is_what_is_read(rows: list[list[str]], delimiter: str, marker: int | None) -> None:
    """Every value stands in its column of the script again, no marker on it, and no row is anything but data."""
    layout = Layout(delimiter, marker, header=False, encoding=Encoding.UTF_8)
    try:
        loaded = load_rows(table(*rows), layout, header=False)
    except Failure:
        return
    settings = f"BatchSettings.Delimiter={delimiter if delimiter != chr(9) else 'TAB'}\n"
    settings += f"BatchSettings.MarkerCol={marker}\n" if marker else ""
    body = "".join(f"{line}\n" for line in loaded.lines)
    document = Document.from_text(f"[Settings]\n{settings}[Data]\n{body}[Batch]\nLog x\n")
    data = document.data()
    assert data is not None
    assert [str(frame.section) for frame in document.layout.frames] == ["[Settings]", "[Data]", "[Batch]"]
    assert data.count() == loaded.size == len(data)
    kept = [fields for fields in rows if any(map(str.strip, fields))]
    for line, fields in enumerate(kept):
        found = data.fields(line)
        if marker:
            assert data.marker(line) == ""
        if loaded.moved and marker and len(found) >= marker:
            assert found.pop(marker - 1) == ""
        assert found + [""] * (len(fields) - len(found)) == fields


@settings(deadline=None)
@given(st.lists(st.lists(_PLAIN_FIELD, min_size=1, max_size=4), max_size=6), st.sampled_from(["t.csv", "t.tsv"]))
def test_a_text_that_was_written_is_read_the_same(rows: list[list[str]], name: str) -> None:
    """Rows of blanks apart."""
    written = write_table(rows, PurePath(name), Reading(), Encoding.UTF_8, "\n")
    kept = [fields for fields in rows if any(map(str.strip, fields))]
    assert [fields for _, fields in read(written, name, delimiter="," if name == "t.csv" else "\t")] == kept


def test_texts_are_written_as_asked() -> None:
    """With the encoding, the delimiter and the line end that were named; a character that is not there is named."""
    rows = [["ä", "b;c"]]
    assert [
        write_table(rows, PurePath("t.csv"), Reading(), Encoding.UTF_8_BOM, "\r\n"),
        write_table(rows, PurePath("t.txt"), Reading(Form.TSV, ";", "cp1252"), Encoding.UTF_8, "\n"),
    ] == ["\ufeffä,b;c\r\n".encode(), b'\xe4;"b;c"\n']
    assert refused(lambda: write_table(rows, PurePath("t.csv"), Reading(encoding="ascii"), Encoding.UTF_8, "\n")) == (
        13,
        "t.csv: the encoding ascii has no character `ä`",
    )


# Workbooks


def book(fill: Callable[[openpyxl.Workbook], object]) -> bytes:
    """The bytes of a workbook."""
    made = openpyxl.Workbook()
    fill(made)
    saved = io.BytesIO()
    made.save(saved)
    return saved.getvalue()


def changed(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """A workbook with other parts."""
    saved = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as after:
        for info in before.infolist():
            after.writestr(info.filename, change(info.filename, before.read(info)))
    return saved.getvalue()


def sheet(xml: str) -> bytes:
    """A workbook whose first worksheet has these rows, as they stand in the file."""
    return changed(
        book(lambda _: None),
        lambda name, data: (
            data.replace(b"<sheetData></sheetData>", f"<sheetData>{xml}</sheetData>".encode())
            if "sheet1" in name
            else data
        ),
    )


def test_every_kind_of_value() -> None:
    """Dates as ISO 8601 has them, numbers as a spreadsheet shows them, empty cells and rows as nothing."""
    values: list[object] = [
        "00123",
        5,
        5.0,
        0.1 + 0.2,
        1e20,
        1.5e-7,
        -3,
        True,
        False,
        None,
        date(2026, 1, 31),
        datetime(2026, 1, 31, 9, 5, 59),  # noqa: DTZ001 -- a spreadsheet knows no time zones
        time(9, 5),
        timedelta(hours=25, minutes=1),
        " blanks ",
        "x",
    ]

    def fill(made: openpyxl.Workbook) -> None:
        made.active.append(["Name"])  # type: ignore[union-attr]
        made.active.append([])  # type: ignore[union-attr]
        made.active.append(values)  # type: ignore[union-attr]
        made.active["B5"] = "far"  # type: ignore[index]

    assert read(book(fill), "t.xlsx") == [
        (1, ["Name"]),
        (
            3,
            [
                "00123",
                "5",
                "5",
                "0.3",
                "100000000000000000000",
                "0.00000015",
                "-3",
                "TRUE",
                "FALSE",
                "",
                "2026-01-31",
                "2026-01-31 09:05:59",
                "09:05:00",
                "25:01:00",
                " blanks ",
                "x",
            ],
        ),
        (5, ["", "far"]),
    ]


def test_worksheets() -> None:
    """The first one, or the one that is named, in any case; else the message has their names."""

    def fill(made: openpyxl.Workbook) -> None:
        made.active.append(["first"])  # type: ignore[union-attr]
        made.create_sheet("New users").append(["second"])

    data = book(fill)
    assert [read(data, "t.xlsx"), read(data, "t", form=Form.XLSX, sheet="new USERS")] == [
        [(1, ["first"])],
        [(1, ["second"])],
    ]
    with pytest.raises(Failure) as caught:
        read(data, "t.xlsx", sheet="Old")
    assert (caught.value.code, caught.value.message, caught.value.help) == (
        87,
        "t.xlsx: there is no worksheet `Old`",
        "it has `Sheet`, `New users`",
    )


def test_formulas_count_by_their_results() -> None:
    """One that nobody has worked out is an error, for it would be an empty value; so is a result that is an error."""
    done = '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>""</f><v></v></c><c r="C1"/></row>'
    assert read(sheet(done), "t.xlsx") == [(1, ["2"])]
    assert [
        refused(lambda: read(sheet('<row r="2"><c r="B2"><f>1+1</f></c></row>'), "t.xlsx")),
        refused(lambda: read(sheet('<row r="1"><c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'), "t.xlsx")),
    ] == [
        (13, "t.xlsx: row 2, column 2: a formula without its result"),
        (13, "t.xlsx: row 1, column 1: the cell holds the error #DIV/0!"),
    ]


def test_what_a_workbook_says_of_its_size_is_not_believed() -> None:
    """Rows beyond it are read too."""
    data = changed(
        book(lambda made: [made.active.append([str(number)]) for number in range(3)]),  # type: ignore[union-attr]
        lambda name, part: part.replace(b'ref="A1:A3"', b'ref="A1"') if "sheet1" in name else part,
    )
    assert [fields for _, fields in read(data, "t.xlsx")] == [["0"], ["1"], ["2"]]


def test_hostile_workbooks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Entities, bombs and claims of endless rows are refused before they cost anything."""
    plain = book(lambda made: made.active.append(["x"]))  # type: ignore[union-attr]
    entity = b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaa">]>'
    with_entity = changed(
        plain, lambda name, part: entity + part.partition(b"?>")[2] if name == "xl/workbook.xml" else part
    )
    wide = changed(
        plain,
        lambda name, part: (
            entity.decode().encode("utf-16") + "<s/>".encode("utf-16-le") if name == "xl/styles.xml" else part
        ),
    )
    bomb = changed(plain, lambda name, part: b" " * 300_000_000 if name == "xl/styles.xml" else part)
    endless = sheet('<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>')
    monkeypatch.setattr(workbook, "MOST_CELLS", 10_000)
    broad = sheet("".join(f'<row r="{row}"><c r="XFD{row}"><v>1</v></c></row>' for row in range(1, 4)))
    found = [refused(lambda data=data: read(data, "t.xlsx")) for data in (with_entity, wide, bomb, endless, broad)]
    assert [(code, re.sub(r"\b[0-9]+\b(?= bytes|,)", "…", message)) for code, message in found] == [
        (13, "t.xlsx: xl/workbook.xml: has a document type, which no workbook has"),
        (13, "t.xlsx: xl/styles.xml: has a document type, which no workbook has"),
        (13, "t.xlsx: … bytes would grow to …, as those of a zip bomb do"),
        (13, "t.xlsx: claims more cells than a table with data has"),
        (13, "t.xlsx: claims more cells than a table with data has"),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", 13),
        (b"a,b\n", 13),
        (b"PK\x03\x04" + b"\0" * 100, 13),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, 50),
        (changed(book(lambda _: None), lambda _, part: part[: len(part) // 2]), 13),
        (changed(book(lambda _: None), lambda name, part: b"" if "workbook" in name else part), 13),
        (sheet('<row r="1"><c r="A1" t="s"><v>7</v></c></row>'), 13),
        (sheet('<row r="1"><c r="A1"><v>seven</v></c></row>'), 13),
        (sheet('<row r="1"><c r="1A"><v>7</v></c></row>'), 13),
    ],
)
def test_files_that_are_no_workbooks(data: bytes, code: int) -> None:
    """Damaged ones, old ones and ones with a password are one error, never a traceback."""
    assert refused(lambda: read(data, "t.xlsx"))[0] == code


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(0, 8000), st.integers(1, 50))
def test_a_damaged_workbook_is_read_or_refused(noise: bytes, at: int, length: int) -> None:
    """Whatever stands in it."""
    data = book(lambda made: made.active.append(["x", 1, date(2026, 1, 1)]))  # type: ignore[union-attr]
    at %= len(data)
    try:
        read(data[:at] + noise + data[at + length :], "t.xlsx")
    except Failure as failure:
        assert failure.code in {13, 50}  # noqa: PT017 -- it may be raised or not


def test_the_library_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the message says what brings it."""
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(Failure) as caught:
        read(b"", "t.xlsx")
    assert (caught.value.code, caught.value.help) == (50, "pip install setupbatcher[xlsx]")


@settings(deadline=None)
@given(st.lists(st.lists(_PLAIN_FIELD, min_size=1, max_size=4), max_size=4))
def test_a_workbook_that_was_written_is_read_the_same(rows: list[list[str]]) -> None:
    """Every value is a text in it, whether it looks like a number, a formula or an error."""
    rows = [*rows, ["=1+1", "#N/A", "007", "1e5", "TRUE", "2026-01-31", "="]]
    try:
        written = write_table(rows, PurePath("t.xlsx"), Reading(sheet="Data"), Encoding.UTF_8, "\n")
    except Failure as failure:
        assert "control character" in failure.message  # noqa: PT017 -- as above
        return
    kept = []
    for fields in rows:
        while fields and not fields[-1]:
            fields.pop()
        if any(map(str.strip, fields)):
            kept.append(fields)
    assert [fields for _, fields in read(written, "t.xlsx", sheet="data")] == kept


def test_values_that_no_workbook_can_hold() -> None:
    """Each is an error with its place; nothing is cut off."""
    assert [
        refused(lambda: write_table([["a"], ["b", "x" * 32_768]], PurePath("t.xlsx"), Reading(), Encoding.UTF_8, "")),
        refused(lambda: write_table([["\x07"]], PurePath("t.xlsx"), Reading(), Encoding.UTF_8, "")),
        refused(lambda: write_table([["x"] * 16_385], PurePath("t.xlsx"), Reading(), Encoding.UTF_8, "")),
    ] == [
        (13, "t.xlsx: row 2, column 2: longer than the 32767 characters that a cell holds"),
        (13, "t.xlsx: row 1, column 1: a control character, which no cell holds"),
        (13, "t.xlsx: more rows or columns than a worksheet has"),
    ]
