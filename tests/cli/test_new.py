"""``setupbatcher new``: what it makes passes the check and runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from setupbatcher.cli.starter import TableError, from_table
from setupbatcher.script import Document
from tests.cli.harness import Caller


def test_a_new_script_runs_as_it_is(call: Caller) -> None:
    """And can be run again."""
    call("new", "script.txt").status(0).stdout("").tells("script.txt: written")
    call("check", "script.txt").status(0).stderr("script.txt: Basic syntax check OK.\n")
    call("run", "script.txt", "-v").status(0).tells("script.txt begins", "| Hello", "was greeted", "Done: ")
    call("run", "script.txt").status(0).tells("Nothing to do")


def test_a_file_that_exists_is_not_overwritten(call: Caller, tmp_path: Path) -> None:
    """The status is 2."""
    (tmp_path / "script.txt").write_text("mine", encoding="utf-8")
    call("new", "script.txt").status(2).stderr(
        "error: `script.txt` exists already\nhelp: choose another name, or remove it first\n"
    ).file("mine")
    call("new", "no/script.txt").status(2).tells("error: `no/script.txt` cannot be written: no such file")


def test_a_table_becomes_data(call: Caller, tmp_path: Path) -> None:
    """The rows run one by one, values as they were."""
    (tmp_path / "list.csv").write_bytes(b'Name;Site;No\r\n"Smith; J";Berlin;1\r\nJones;"P""a""r";2\r\n')
    call("new", "script.txt", "--from", "list.csv").status(0)
    call("check", "script.txt").status(0)
    call("run", "script.txt", "-v").status(0).tells("Smith; J, Berlin, 1", 'Jones, P"a"r, 2', "Done: 2 data rows")


def test_a_table_that_is_none(call: Caller, tmp_path: Path) -> None:
    """The reason is said, and nothing is written."""
    (tmp_path / "list.csv").write_bytes(b'a,b\n"x\ny",2\n')
    call("new", "script.txt", "--from", "list.csv").status(2).stderr(
        "error: `list.csv` makes no [Data]: row 2 has a value of several lines; a data row is one line\n"
    )
    call("new", "script.txt", "--from", "no.csv").status(2).tells("error: `no.csv` cannot be read: no such file")
    assert not (tmp_path / "script.txt").exists()


@pytest.mark.parametrize(
    ("table", "settings", "rows"),
    [
        ("a,b\n1,2\n", ("COMMA", "3", "Yes"), ["a,b", "1,2"]),
        ("1,2\n3,4\n", ("COMMA", "3", "No"), ["1,2", "3,4"]),
        ("name\tno\nx, y\t2\n", ("TAB", "3", "Yes"), ["name\tno", "x, y\t2"]),
        ('name\tno\n"x\ty"\t2\n', ("COMMA", "3", "Yes"), ["name,no", "x\ty,2"]),
        ("name\nx\ny\n", ("TAB", "2", "Yes"), ["name", "x", "y"]),
        ("a|b|c\n\n1|2|3\n", ("|", "4", "Yes"), ["a|b|c", "1|2|3"]),
        ("when:what\nnow:this\n", ("COLON", "3", "Yes"), ["when:what", "now:this"]),
        ("First name,Last name\nA,B\n", ("COMMA", "3", "Yes"), ["First name,Last name", "A,B"]),
        ("a,b\na,c\n", ("COMMA", "3", "No"), ["a,b", "a,c"]),
    ],
)
def test_delimiter_and_header_are_worked_out(table: str, settings: tuple[str, str, str], rows: list[str]) -> None:
    """From what most rows have, and from whether the first row reads like names."""
    document = Document.from_bytes(from_table(table.encode(), "list.csv"))
    values = {row.name: row.value for row in document.setting_rows if row.name}
    found = tuple(values[f"BatchSettings.{name}"] for name in ("Delimiter", "MarkerCol", "DataHeader"))
    assert found == settings
    data = document.data()
    assert data is not None
    assert [data.row(line) for line in range(len(data))] == rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_of_the_table_stays(encoding: str) -> None:
    """A value is the same in table and script."""
    made = from_table("Name,Ort\nMüller,Köln\n".encode(encoding), "list.csv")
    assert made.decode(encoding).endswith("[Data_Begin]\nName,Ort\nMüller,Köln\n[Data_End]\n")


@pytest.mark.parametrize("table", ["", "\n\n", "a,b\n\0,1\n", "a\n[Batch_Begin]\n"])
def test_what_cannot_be_data_is_refused(table: str) -> None:
    """No rows, no text, a label among the rows."""
    with pytest.raises(TableError):
        from_table(table.encode(), "list.csv")
