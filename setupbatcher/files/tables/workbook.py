"""Tables in workbooks (xlsx), read and written by openpyxl."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import ModuleType
from typing import IO, Any, NoReturn
from xml.parsers import expat

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files.archive_members import check_sizes
from setupbatcher.files.tables.table import Row

MOST_CELLS = 64_000_000
"""Cells that a worksheet with data has at most; a file of a few kilobytes can claim many more."""
_MOST_CHARACTERS = 32_767
_MOST_ROWS = 2**20
_MOST_COLUMNS = 2**14
_PIECE = 1024 * 1024
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]|\A\xff\xfe|\A\xfe\xff")
"""A formula, or a text in which it could not be seen."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_OLD = b"\xd0\xcf\x11\xe0"
"""What an old workbook (xls) and one with a password begin with."""
_ADVICE = "open it in a spreadsheet program and save it as .xlsx or .csv"


def read_workbook(data: bytes, name: str, sheet: str | None) -> list[Row]:
    """The rows of a worksheet.

    Args:
        data: the file's bytes.
        name: of the file, for messages.
        sheet: name of the worksheet, in any case; the first one by default.

    Raises:
        Failure: 13 for what is no sound workbook, holds an error as a value, or a formula without its result; 87 for a
            worksheet that is not there, 50 without the library.
    """
    if data.startswith(_OLD):
        raise Failure(errors.NOT_SUPPORTED, f"{name}: an old workbook, or one with a password", help=_ADVICE)
    library = _library()
    with _translated(name):
        formulas = _look(data, name)
        with (
            closing(_open(library, data, results=True)) as book,
            closing(_open(library, data, results=False)) as source,
        ):
            found = _sheet(book, name, sheet)
            return list(_rows(found, source[found.title] if formulas else None, name))


def _open(library: ModuleType, data: bytes, *, results: bool) -> Any:  # noqa: ANN401 -- the library's
    """A workbook with the results of its formulas, or with the formulas themselves."""
    return library.load_workbook(io.BytesIO(data), read_only=True, data_only=results, keep_links=False)


def _look(data: bytes, name: str) -> bool:
    """Look at an archive before anything of it is taken for a workbook; returns whether it has formulas.

    Raises:
        Failure: 13 for a zip bomb, or for a document type, which a workbook never has and an attack needs.
    """
    formulas = False
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        check_sizes(archive.infolist(), name)
        for info in archive.infolist():
            if info.filename.lower().endswith((".xml", ".rels")):
                with archive.open(info) as part:
                    _refuse_document_type(part, f"{name}: {info.filename}")
            if "worksheets/" in info.filename:
                with archive.open(info) as part:
                    formulas = formulas or any(_FORMULA.search(piece) for piece in _overlapping(part))
    return formulas


def _refuse_document_type(part: IO[bytes], name: str) -> None:
    """Read an XML text up to its first element."""
    seen = False

    def begun(*_: object) -> None:
        nonlocal seen
        seen = True

    def refuse(*_: object) -> NoReturn:
        raise Failure(errors.INVALID_DATA, f"{name}: has a document type, which no workbook has", help=_ADVICE)

    parser = expat.ParserCreate()
    parser.StartElementHandler = begun
    parser.StartDoctypeDeclHandler = refuse
    while not seen and (piece := part.read(_PIECE)):
        parser.Parse(piece)


def _overlapping(part: IO[bytes]) -> Iterator[bytes]:
    """The pieces of a part, each with the end of the one before."""
    end = b""
    while piece := part.read(_PIECE):
        yield end + piece
        end = piece[-8:]


def _sheet(book: Any, name: str, wanted: str | None) -> Any:  # noqa: ANN401 -- the library's
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if not sheets:
        raise Failure(errors.INVALID_DATA, f"{name}: the workbook has no worksheet", help=_ADVICE)
    if wanted is None:
        return next(iter(sheets.values()))
    for title, sheet in sheets.items():
        if title.lower() == wanted.lower():
            return sheet
    message = f"{name}: there is no worksheet `{wanted}`"
    raise Failure(errors.BAD_PARAMETER, message, help="it has " + ", ".join(f"`{title}`" for title in sheets))


def _rows(sheet: Any, recipes: Any, name: str) -> Iterator[Row]:  # noqa: ANN401 -- the library's
    """The rows of a worksheet, empty cells at their ends left out."""
    sheet.reset_dimensions()  # what a file says of its size is often wrong, and the library would believe it
    sources = [sheet]
    if recipes is not None:
        recipes.reset_dimensions()
        sources.append(recipes)
    count = 0
    for number, rows in enumerate(zip(*(source.iter_rows() for source in sources), strict=True), 1):
        cells = rows[0]
        count += len(cells)
        if number > _MOST_ROWS or count > MOST_CELLS:
            message = f"{name}: claims more cells than a table with data has"
            raise Failure(errors.INVALID_DATA, message, help="copy its data into a new workbook")
        fields = []
        for column, cell in enumerate(cells, 1):
            place = f"{name}: row {number}, column {column}"
            if cell.value is None and cell.data_type == "n" and recipes is not None:
                _check_recipe(rows[1][column - 1], place)
            fields.append(_text(cell, place))
        while fields and not fields[-1]:
            fields.pop()
        yield Row(number, fields)


def _check_recipe(cell: Any, place: str) -> None:  # noqa: ANN401 -- the library's
    """An empty cell must not be a formula that nobody has worked out."""
    if cell.data_type == "f":
        message = f"{place}: a formula without its result"
        raise Failure(errors.INVALID_DATA, message, help="open it in a spreadsheet program and save it again")


def _text(cell: Any, place: str) -> str:  # noqa: ANN401, PLR0911 -- the library's; a line a kind
    """A value as text: dates as ISO 8601 has them, numbers with the 15 digits that a spreadsheet keeps."""
    match cell.value:
        case None:
            return ""
        case str(text) if cell.data_type == "e":
            message = f"{place}: the cell holds the error {text}"
            raise Failure(errors.INVALID_DATA, message, help="mend it in the workbook")
        case bool(value):
            return "TRUE" if value else "FALSE"
        case float(value):
            return format(Decimal(f"{value:.15g}"), "f")
        case datetime() as moment:
            moment = _second(moment)
            return moment.date().isoformat() if moment.time() == time() else moment.isoformat(" ")
        case date() | time() as moment:
            return moment.isoformat()
        case timedelta() as span:
            minutes, seconds = divmod(round(span.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return str(cell.value)


def _second(moment: datetime) -> datetime:
    """A moment without the parts of a second that a number of days cannot hold exactly."""
    return (moment + timedelta(microseconds=500_000)).replace(microsecond=0)


def write_workbook(rows: Sequence[Sequence[str]], name: str, sheet: str | None) -> bytes:
    """The bytes of a workbook with one worksheet; every cell is a text.

    Args:
        rows: the values.
        name: of the file, for messages.
        sheet: name of the worksheet; the library's own by default.

    Raises:
        Failure: 13 for a value that a workbook cannot hold, 50 without the library.
    """
    library = _library()
    for number, fields in enumerate(rows, 1):
        for column, field in enumerate(fields, 1):
            _check_text(field, f"{name}: row {number}, column {column}")
        if number > _MOST_ROWS or len(fields) > _MOST_COLUMNS:
            raise Failure(
                errors.INVALID_DATA, f"{name}: more rows or columns than a worksheet has", help="write a .csv"
            )
    book = library.Workbook(write_only=True)
    page = book.create_sheet(sheet)
    for fields in rows:
        page.append([_cell(library, page, field) for field in fields])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _check_text(text: str, place: str) -> None:
    if len(text) > _MOST_CHARACTERS:
        message = f"{place}: longer than the {_MOST_CHARACTERS} characters that a cell holds"
        raise Failure(errors.INVALID_DATA, message, help="write a .csv")
    if not text.isprintable() and _CONTROL.search(text):
        raise Failure(errors.INVALID_DATA, f"{place}: a control character, which no cell holds", help="write a .csv")


def _cell(library: ModuleType, page: object, text: str) -> object:
    """A cell that is a text, whatever it looks like."""
    if not text.startswith(("=", "#")):
        return text or None
    cell = library.cell.WriteOnlyCell(page, value=text)
    cell.data_type = "s"
    return cell


def _library() -> ModuleType:
    try:
        import openpyxl  # noqa: PLC0415 -- an extra
        import openpyxl.cell  # noqa: PLC0415 -- as above
    except ImportError as error:
        message = "the openpyxl package is not installed"
        raise Failure(errors.NOT_SUPPORTED, message, help="pip install setupbatcher[xlsx]") from error
    return openpyxl


@contextmanager
def _translated(name: str) -> Iterator[None]:
    """Turn whatever the library says of a file that is no sound workbook into a failure."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about parts of a workbook that have nothing to do with its values
            yield
    except Failure:
        raise
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise Failure(errors.INVALID_DATA, f"{name}: not a sound workbook: {reason}", help=_ADVICE) from error
