"""Tables as text: csv and tsv, quoted as RFC 4180 has it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files.tables.table import Row
from setupbatcher.text import Encoding, UndecodableError, decode, encode

_TOLD = re.compile(r"sep=(?P<delimiter>[^\r\n])(?:\r\n|\n|\r)")
"""The first line with which a spreadsheet tells the delimiter."""


def read_delimited(data: bytes, name: str, delimiter: str, encoding: str | None, *, told: bool) -> Iterator[Row]:
    """The rows of a text.

    Args:
        data: the file's bytes.
        name: of the file, for messages.
        delimiter: between the columns.
        encoding: by a name of Python's; ``None`` for that of the byte order mark, else UTF-8 if the bytes are that,
            else Windows-1252.
        told: a first line ``sep=;`` may tell another delimiter.

    Raises:
        Failure: 13 for a text that is not sound.
    """
    text = _decoded(data, name, encoding)
    first = 0
    if told and (line := _TOLD.match(text)):
        delimiter, text, first = line["delimiter"], text[line.end() :], 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = first
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Failure(errors.INVALID_DATA, f"{name}: line {number + 1}: {_reason(error)}", help=_HELP) from error
        yield Row(number + 1, fields)
        number = first + reader.line_num


_HELP = "a field that begins with a quote ends with one, and a quote inside it is written twice"


def _reason(error: csv.Error) -> str:
    text = str(error)
    if "end of data" in text:
        return "a quoted field is not closed"
    return "something stands behind a quoted field" if "expected after" in text else text.lower()


def _decoded(data: bytes, name: str, encoding: str | None) -> str:
    try:
        if encoding is None:
            return decode(data).text
        return data.decode(encoding).removeprefix("\ufeff")
    except UndecodableError as error:
        reason = f"{error.reason}, at byte {error.offset}"
    except UnicodeDecodeError as error:
        reason = f"not {encoding}: {error.reason}, at byte {error.start}"
    except LookupError as error:
        raise unknown_encoding(encoding) from error
    message = f"{name}: the text cannot be read: {reason}"
    raise Failure(errors.INVALID_DATA, message, help="name its encoding with encoding=… or BatchSettings.DataEncoding")


def unknown_encoding(name: str | None) -> Failure:
    """The failure for a name that no encoding has."""
    return Failure(errors.BAD_PARAMETER, f"no encoding is called {name}", help="write one such as utf-8 or cp1250")


def write_delimited(
    rows: Sequence[Sequence[str]], name: str, delimiter: str, encoding: str | Encoding, line_end: str
) -> bytes:
    """The bytes of a text with a table.

    Args:
        rows: the values.
        name: of the file, for messages.
        delimiter: between the columns.
        encoding: that of the script, or one by a name of Python's.
        line_end: of each row.

    Raises:
        Failure: 13 for a character that the encoding has not.
    """
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    try:
        if isinstance(encoding, Encoding):
            return encode(text.getvalue(), encoding)
        return text.getvalue().encode(encoding)
    except LookupError as error:
        raise unknown_encoding(str(encoding)) from error
    except UnicodeEncodeError as error:
        message = f"{name}: the encoding {encoding} has no character `{error.object[error.start]}`"
        raise Failure(errors.INVALID_DATA, message, help="write it with encoding=utf-8") from error
