"""Scripts to start from: a commented one, or one whose [Data] is a table."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

from setupbatcher import checks
from setupbatcher.diagnostics import Severity
from setupbatcher.script import Document
from setupbatcher.text import Encoding, SourceText, UndecodableError, decode

_STARTER = """\
What is this script for? Lines outside of a section, like this one, are comments.

[Settings_Begin]
; Constants: every row below sees them as %Name%.
Greeting=Hello
; Settings, such as a time limit for every command, in seconds:
; BatchSettings.CommandTimeout=600
[Settings_End]

To work on other machines, take away the semicolons in front of these rows. Between the columns stand TABs.
;[Machines_Begin]
;web1	Linux	user=deploy
;[Machines_End]

[Init_Batch_Begin]
; Commands that run once, before all others. `setupbatcher commands` lists what there is.
Log %ScriptName% begins
[Init_Batch_End]

[Batch_Begin]
; Commands that run once for each machine; without [Machines] once, on this machine.
; Each row gets a marker when it is done. After a stop the run goes on at the first row without one.
Set Target,%Machine%
DOS echo %Greeting%
If %Greeting% = Hello
  Log %Target% was greeted
EndIf
[Batch_End]

[OnError_Begin]
; Commands that run when an error stops a machine.
Log %Target% stopped with error %LastErrorCode%
[OnError_End]
"""

_TABLE = """\
Made of {source}. Lines outside of a section, like this one, are comments.

[Settings_Begin]
BatchSettings.Delimiter={delimiter}
; Behind the last column stands the marker of each row that is done.
BatchSettings.MarkerCol={marker}
; Yes: the first row of [Data] names the columns.
BatchSettings.DataHeader={header}
[Settings_End]

[Batch_Begin]
Data.Loop
  ; Put your commands here: they run once for each row of [Data]. `setupbatcher commands` lists what there is.
  Log {columns}
Data.EndLoop
[Batch_End]

[Data_Begin]
{rows}[Data_End]
"""

_NAMES = {",": "COMMA", "\t": "TAB", ";": "SEMICOLON", ":": "COLON"}
_CANDIDATES = ",;\t|:"
_LOOKED_AT = 200
"""Rows that the delimiter is worked out from."""
_AGREEING = 0.9
"""The share of rows that must have the same number of fields."""
_HEADING = re.compile(r"[^\W\d][\w .()/-]*")
_NAME = re.compile(r"[^\W\d_][\w.]*")


class TableError(Exception):
    """A table makes no [Data]; the text says why."""


def starter() -> bytes:
    """The commented script."""
    return _STARTER.encode("ascii")


def from_table(data: bytes, name: str) -> bytes:
    """A script whose [Data] is a table.

    Args:
        data: of the CSV file; its encoding becomes that of the script.
        name: of the file, for the comment.

    Raises:
        TableError: a row cannot be a data row.
    """
    try:
        source = decode(data)
    except UndecodableError as error:
        raise TableError(error.reason) from error
    delimiter = _delimiter(source.text)
    rows = _rows(source.text, delimiter)
    if not rows:
        message = "it has no rows"
        raise TableError(message)
    complaint = ""
    for header in (True, False) if _has_header(rows) else (False,):
        text = _script(rows, delimiter, name, header=header, encoding=source.encoding)
        complaint = _complaint(text, source.encoding)
        if not complaint:
            break
    if complaint:
        raise TableError(complaint)
    return SourceText(text, source.encoding).encode()


def _delimiter(text: str) -> str:
    """The character that parts most rows into the same number of fields, two or more; TAB for a single column."""
    best: tuple[float, int, str] = (0.0, 0, "\t")
    for candidate in _CANDIDATES:
        sizes = Counter(map(len, _rows(text, candidate, _LOOKED_AT)))
        if not sizes:
            continue
        size, number = sizes.most_common(1)[0]
        share = number / sizes.total()
        if size > 1 and share >= _AGREEING and (share, size) > best[:2]:
            best = (share, size, candidate)
    return best[2]


def _rows(text: str, delimiter: str, most: int | None = None) -> list[list[str]]:
    """The rows that are not blank."""
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if any(field.strip() for field in row):
                rows.append(row)
            if most is not None and len(rows) >= most:
                break
    except csv.Error as error:
        message = f"line {reader.line_num}: {error}"
        raise TableError(message) from error
    return rows


def _has_header(rows: list[list[str]]) -> bool:
    """The first row reads like names, each another one, and none of them stands in its column again."""
    first = [field.strip().lower() for field in rows[0]]
    if len(rows) < 2 or len(set(first)) < len(first) or not all(map(_HEADING.fullmatch, first)):  # noqa: PLR2004
        return False
    below = {(number, field.strip().lower()) for row in rows[1:_LOOKED_AT] for number, field in enumerate(row)}
    return not below & set(enumerate(first))


def _script(rows: list[list[str]], delimiter: str, name: str, *, header: bool, encoding: Encoding) -> str:
    if delimiter == "\t" and any('"' in field or "\t" in field for row in rows for field in row):
        delimiter = ","  # with TABs nothing can be quoted
    width = max(map(len, rows))
    names = [field.strip() for field in rows[0]] if header else []
    columns = (
        f"%{names[number]}%" if number < len(names) and _NAME.fullmatch(names[number]) else f"%col{number + 1}%"
        for number in range(width)
    )
    lines = (_line(row, delimiter, number) for number, row in enumerate(rows, 1))
    try:
        name.encode(encoding.codec, encoding.errors)
    except UnicodeEncodeError:
        name = "a table"
    return _TABLE.format(
        source=" ".join(name.split()),
        delimiter=_NAMES.get(delimiter, delimiter),
        marker=width + 1,
        header="Yes" if header else "No",
        columns=", ".join(columns),
        rows="".join(f"{line}\n" for line in lines),
    )


def _line(row: list[str], delimiter: str, number: int) -> str:
    for field in row:
        if "\n" in field or "\r" in field:
            message = f"row {number} has a value of several lines; a data row is one line"
            raise TableError(message)
    if delimiter == "\t":
        return "\t".join(row)
    return delimiter.join(_quoted(field) if '"' in field or delimiter in field else field for field in row)


def _quoted(field: str) -> str:
    doubled = field.replace('"', '""')
    return f'"{doubled}"'


def _complaint(text: str, encoding: Encoding) -> str:
    """The first error of the check, or nothing."""
    document = Document(SourceText(text, encoding))
    errors = (found for found in checks.check(document) if found.severity is Severity.ERROR)
    first = next(errors, None)
    if first is None:
        return ""
    return f"line {document.source.lines.position(first.span.start).line} of the script would be wrong: {first.message}"
