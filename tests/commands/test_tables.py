"""``Data.Load`` and ``Data.Save``: from files into rows and back."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from setupbatcher.commands.registry import Outcome
from setupbatcher.hosts.local import LocalHost
from setupbatcher.script.document import Document
from setupbatcher.script.filling import Filling
from setupbatcher.script.labels import data_section
from setupbatcher.text import Encoding, SourceText
from tests.commands.conftest import Bench


def bench_with(folder: Path, text: str, encoding: Encoding = Encoding.UTF_8) -> Bench:
    """A bench with a script in a folder."""
    return Bench(LocalHost(folder), folder, folder, document=Document(SourceText(text, encoding)))


def rows(outcome: Outcome) -> Sequence[str]:
    """What a section gets."""
    (filling,) = outcome.filled
    return filling.rows


async def test_the_rows_of_a_file(tmp_path: Path) -> None:
    """They go into [Data], or the section that is named, with its delimiter; the note says how many they are."""
    (tmp_path / "t.csv").write_text("a,b;c\n\n1,2\n")
    bench = bench_with(tmp_path, "[Settings]\nBatchSettings.Delimiter2=;\n[Init]\n[Data]\nold\n[Data2]\n")
    first, second = await bench.run("Data.Load", "t.csv"), await bench.run("Data.Load", "t.csv", "Section=2")
    assert first == Outcome(note="2 rows", filled=(Filling(data_section(), ("a,b;c", "1,2")),))
    assert second.filled == (Filling(data_section(2), ('a;"b;c"', "1;2")),)


async def test_rows_that_are_there_already(tmp_path: Path) -> None:
    """Nothing is written then."""
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    bench = bench_with(tmp_path, "[Data]\na,b\n1,2\n\n")
    assert await bench.run("Data.Load", "t.csv") == Outcome(changed=False, note="2 rows")


async def test_the_marker_column(tmp_path: Path) -> None:
    """Where it lies among the columns of the file, it is said that the others move."""
    (tmp_path / "t.csv").write_text("a,b\n")
    bench = bench_with(tmp_path, "[Settings]\nBatchSettings.MarkerCol=2\n[Data]\n")
    outcome = await bench.run("Data.Load", "t.csv")
    note = "1 row; its columns from 2 on moved by one, to make room for the markers"
    assert (rows(outcome), outcome.note) == (("a,,b",), note)


@pytest.mark.parametrize(
    ("options", "expected"),
    [((), ("name", "a")), (("header=No",), ("Own", "name", "a")), (("HEADER = yes",), ("name", "a"))],
)
async def test_header_rows(tmp_path: Path, options: tuple[str, ...], expected: tuple[str, ...]) -> None:
    """The file has one if the section has, unless it is said otherwise."""
    (tmp_path / "t.csv").write_text("name\na\n")
    bench = bench_with(tmp_path, "[Settings]\nBatchSettings.DataHeader=Yes\n[Data]\nOwn\nold\n")
    assert rows(await bench.run("Data.Load", "t.csv", *options)) == expected


async def test_how_a_file_is_read(tmp_path: Path) -> None:
    """Delimiter, form and encoding can be named; the setting names the encoding of all files."""
    (tmp_path / "t.txt").write_bytes("ł;x\n".encode("cp1250"))
    options = ("delimiter=SEMICOLON", "format=csv")
    named = await bench_with(tmp_path, "[Data]\n").run("Data.Load", "t.txt", *options, "encoding=cp1250")
    text = "[Settings]\nBatchSettings.DataEncoding=cp1250\n[Data]\n"
    assert rows(named) == rows(await bench_with(tmp_path, text).run("Data.Load", "t.txt", *options)) == ("ł,x",)


async def test_a_workbook(tmp_path: Path) -> None:
    """A worksheet can be named."""
    book = openpyxl.Workbook()
    book.create_sheet("New users").append(["Ann", 7])
    book.save(tmp_path / "t.xlsx")
    outcome = await bench_with(tmp_path, "[Data]\n").run("Data.Load", "t.xlsx", "sheet=new users")
    assert rows(outcome) == ("Ann,7",)


async def test_files_that_cannot_be_loaded(tmp_path: Path) -> None:
    """Each has its code and says what is wrong with it."""
    (tmp_path / "t.csv").write_text('a\n"b\nc"\n')
    (tmp_path / "w.csv").write_text("ł\n")
    (tmp_path / "u.csv").write_text("\u00c3\u00a4\n")
    western = bench_with(tmp_path, "[Data]\nä\n", Encoding.WINDOWS_1252)
    bench = bench_with(tmp_path, "[Data]\n")
    failures = [
        await bench.fails("Data.Load", "none.csv"),
        await bench.fails("Data.Load", "."),
        await bench.fails("Data.Load", "t.csv"),
        await western.fails("Data.Load", "w.csv"),
        await western.fails("Data.Load", "u.csv"),
        await bench.fails("Data.Load", "w.csv", "section=2"),
    ]
    assert [(failure.code, failure.message) for failure in failures] == [
        (2, f"{tmp_path}/none.csv: no such file"),
        (267, f"{tmp_path}: not a file"),
        (13, "t.csv: row 2, column 1: a row has no room for a line end"),
        (13, "w.csv: row 1, column 1: the script is Windows-1252, which has no such character"),
        (13, "u.csv: the script is Windows-1252, which has not all characters of the rows of [Data]"),
        (87, "the script has no section [Data2]"),
    ]


@pytest.mark.parametrize(
    ("name", "option", "message", "advice"),
    [
        ("Data.Load", "sheeet=x", "`sheeet` is not an option", "did you mean `sheet=`?"),
        ("Data.Load", "markers=Yes", "`markers` is not an option", "write section=, sheet=, delimiter=, encoding=, "),
        ("Data.Load", "2", "`2` is not an option", "write section=, sheet=, delimiter=, encoding=, "),
        ("Data.Load", "section=0", "`0` is not a value of `section`", "write a number: 1 for [Data], 2 for [Data2]"),
        ("Data.Load", "header=maybe", "`maybe` is not a value of `header`", "write `Yes` or `No`"),
        ("Data.Load", "format=xls", "`xls` is not a value of `format`", "write csv, tsv or xlsx"),
        ("Data.Load", "encoding=klingon", "`klingon` is not a value of `encoding`", "write the name of an encoding, "),
        ("Data.Load", "delimiter=ab", "`ab` is not a value of `delimiter`", "write `COMMA`, `TAB`, `SEMICOLON`, "),
        ("Data.Save", "format=csv", "`format` is not an option", "write section=, sheet=, delimiter=, encoding=, "),
    ],
)
async def test_wrong_options(tmp_path: Path, name: str, option: str, message: str, advice: str) -> None:
    """Code 87, what is wrong and what to write instead."""
    (tmp_path / "t.csv").write_text("a\n")
    texts = ("t.csv", *([""] if name == "Data.Save" else []), option)
    failure = await bench_with(tmp_path, "[Data]\n").fails(name, *texts)
    assert (failure.code, failure.message) == (87, message)
    assert failure.help is not None
    assert failure.help.startswith(advice)


SCRIPT = """\
[Settings]
BatchSettings.MarkerCol=2
BatchSettings.DataHeader=Yes
[Data]
Name,,Note
ann,OK,"a,b"

bob
"=1",,ä
"""


@pytest.mark.parametrize(
    ("texts", "content"),
    [
        (("t.csv",), 'Name,Note\nann,"a,b"\nbob,\n=1,ä\n'),
        (("t.csv", "", "markers=Yes"), 'Name,,Note\nann,OK,"a,b"\nbob,,\n=1,,ä\n'),
        (("t.tsv",), "Name\tNote\nann\ta,b\nbob\t\n=1\tä\n"),
        (("t.txt", "tsv", "delimiter=;"), "Name;Note\nann;a,b\nbob;\n=1;ä\n"),
    ],
)
async def test_rows_are_saved(tmp_path: Path, texts: tuple[str, ...], content: str) -> None:
    """All of one width, without the marker column unless it is asked for; a second time nothing changes."""
    bench = bench_with(tmp_path, SCRIPT)
    outcomes = [await bench.run("Data.Save", *texts) for _ in range(2)]
    assert outcomes == [Outcome(note="3 rows"), Outcome(changed=False, note="3 rows")]
    assert (tmp_path / texts[0]).read_bytes() == content.encode()


async def test_encodings_of_what_is_saved(tmp_path: Path) -> None:
    """That of the script, of the setting, or of the row, the last of these first."""
    western = bench_with(tmp_path, "[Data]\r\nä\r\n", Encoding.WINDOWS_1252)
    await western.run("Data.Save", "a.csv")
    await western.run("Data.Save", "b.csv", "", "encoding=utf-8-sig")
    await bench_with(tmp_path, "[Settings]\nBatchSettings.DataEncoding=utf-16\n[Data]\nä\n").run("Data.Save", "c.csv")
    found = [(tmp_path / f"{name}.csv").read_bytes() for name in "abc"]
    assert found == [b"\xe4\r\n", b"\xef\xbb\xbf\xc3\xa4\r\n", "ä\n".encode("utf-16")]


async def test_a_workbook_is_saved(tmp_path: Path) -> None:
    """Its values are texts, and it can be loaded again."""
    await bench_with(tmp_path, SCRIPT).run("Data.Save", "t.xlsx", "", "sheet=People")
    book = openpyxl.load_workbook(io.BytesIO((tmp_path / "t.xlsx").read_bytes()))
    assert [[cell.value for cell in row] for row in book["People"]] == [
        ["Name", "Note"],
        ["ann", "a,b"],
        ["bob", None],
        ["=1", "ä"],
    ]
    assert [cell.data_type for cell in book["People"][4]] == ["s", "s"]
    outcome = await bench_with(tmp_path, SCRIPT).run("Data.Load", "t.xlsx")
    assert rows(outcome) == ("Name,,Note", 'ann,,"a,b"', "bob", "=1,,ä")


async def test_what_cannot_be_saved(tmp_path: Path) -> None:
    """The file that is there stays as it was."""
    (tmp_path / "t.csv").write_text("old")
    bench = bench_with(tmp_path, "[Data]\nł\n")
    failures = [
        await bench.fails("Data.Save", "t.csv", "", "encoding=cp1252"),
        await bench.fails("Data.Save", "none/t.csv"),
        await bench.fails("Data.Save", "t.csv", "xls"),
        await bench.fails("Data.Save", "t.csv", "", "section=2"),
    ]
    assert [(failure.code, failure.message) for failure in failures] == [
        (13, "t.csv: the encoding cp1252 has no character `ł`"),
        (3, f"{tmp_path}/none: the folder does not exist"),
        (87, "`xls` is not a value of `format`"),
        (87, "the script has no section [Data2]"),
    ]
    assert (tmp_path / "t.csv").read_text() == "old"
