"""The forms that a table file can have, told by its name unless somebody says which."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from pathlib import PurePath
from typing import NamedTuple

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files.tables.delimited import read_delimited, write_delimited
from setupbatcher.files.tables.table import Table
from setupbatcher.text import Encoding


class Form(Enum):
    """A form of table files; the value is the ending of their names."""

    CSV = "csv"
    TSV = "tsv"
    XLSX = "xlsx"

    @classmethod
    def of(cls, path: PurePath) -> Form:
        """The form that a file's name tells; anything but tsv, tab and xlsx is read as csv."""
        ending = path.suffix.lower().removeprefix(".")
        if ending in {"xlsx", "xlsm"}:
            return cls.XLSX
        if ending in {"xls", "ods"}:
            message = f"{path}: .{ending} files are not read"
            raise Failure(errors.NOT_SUPPORTED, message, help="save it as .xlsx or .csv")
        return cls.TSV if ending in {"tsv", "tab"} else cls.CSV


class Reading(NamedTuple):
    """How a table is to be read or written; ``None`` leaves it to the file.

    Attributes:
        form: of the file.
        delimiter: between the columns of a text, one character.
        encoding: of a text, by a name of Python's.
        sheet: of a workbook, by its name.
    """

    form: Form | None = None
    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None


def read_table(data: bytes, path: PurePath, reading: Reading) -> Table:
    """Read a table.

    Args:
        data: the file's bytes.
        path: its name.
        reading: what is known of it.

    Raises:
        Failure: 13 for a file that is damaged or not what it should be, 87 for a sheet or an encoding that is not
            there, 50 for a form that is not read, or one whose library is missing.
    """
    form = reading.form or Form.of(path)
    if form is Form.XLSX:
        from setupbatcher.files.tables.workbook import read_workbook  # noqa: PLC0415 -- an extra

        return Table(str(path), read_workbook(data, str(path), reading.sheet))
    delimiter = reading.delimiter or _delimiter(form)
    return Table(str(path), read_delimited(data, str(path), delimiter, reading.encoding, told=not reading.delimiter))


def write_table(
    rows: Sequence[Sequence[str]], path: PurePath, reading: Reading, encoding: Encoding, line_end: str
) -> bytes:
    """The bytes of a file with a table.

    Args:
        rows: the values.
        path: the file's name.
        reading: how it is to be read again.
        encoding: of a text, unless ``reading`` names another.
        line_end: of a text.

    Raises:
        Failure: 13 for a value that the file cannot hold, else as :func:`read_table`.
    """
    form = reading.form or Form.of(path)
    if form is Form.XLSX:
        from setupbatcher.files.tables.workbook import write_workbook  # noqa: PLC0415 -- an extra

        return write_workbook(rows, str(path), reading.sheet)
    return write_delimited(
        rows, str(path), reading.delimiter or _delimiter(form), reading.encoding or encoding, line_end
    )


def _delimiter(form: Form) -> str:
    return "\t" if form is Form.TSV else ","
