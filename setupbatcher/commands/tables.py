"""From table files into the data sections of a script, and back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from setupbatcher import errors, files
from setupbatcher.commands.context import Context
from setupbatcher.commands.places import on_controller
from setupbatcher.commands.registry import Outcome
from setupbatcher.commands.table_options import LOADING, SAVING, Wanted, read_form, read_options
from setupbatcher.diagnostics.phrases import count
from setupbatcher.errors import Failure
from setupbatcher.files.tables import Layout, Loaded, Reading, load_rows, read_table, write_table
from setupbatcher.hosts.base import Kind
from setupbatcher.hosts.threads import in_thread
from setupbatcher.script.data import DataSection
from setupbatcher.script.document import Document
from setupbatcher.script.filling import Filling, FillingError, filled, line_end


async def load(context: Context, path: str, options: Sequence[str]) -> Outcome:
    """Give a data section the rows of a file.

    Raises:
        Failure: 2 without the file, 13 for a file or a value that cannot be taken, 87 for wrong options.
    """
    wanted = read_options(options, LOADING)
    document = context.script()
    data = _data(document, wanted)
    place = on_controller(context, path)
    await place.expected(Kind.FILE)
    content = await files.read_whole(place)
    filling, loaded = await in_thread(from_file, document, data, content, Path(path), wanted)
    note = count(loaded.size, "row")
    if loaded.moved:
        note += f"; its columns from {data.marker_number} on moved by one, to make room for the markers"
    if filled(document, filling) == document.text:
        return Outcome(changed=False, note=note)
    return Outcome(note=note, filled=(filling,))


def from_file(
    document: Document, data: DataSection, content: bytes, path: Path, wanted: Wanted | None = None
) -> tuple[Filling, Loaded]:
    """The rows of a file as a data section writes them; blocks while it works.

    Args:
        document: the script.
        data: the section.
        content: the file's bytes.
        path: its name.
        wanted: how it is to be read.

    Raises:
        Failure: 13 for a file or a value that cannot be taken, 87 for a sheet or an encoding that is not there, 50 for
            a kind of file that is not read.
    """
    wanted = wanted or Wanted()
    table = read_table(content, path, _reading(document, wanted))
    layout = Layout(data.delimiter, data.marker_number, data.header, document.source.encoding)
    header = data.header if wanted.header is None else wanted.header
    loaded = load_rows(table, layout, header=header, names=data.row(0) if data.header and len(data) else "")
    filling = Filling(data.section, tuple(loaded.lines))
    try:
        filled(document, filling)
    except FillingError as error:
        raise Failure(errors.INVALID_DATA, f"{path}: {error}", help="change the file") from error
    return filling, loaded


async def save(context: Context, path: str, form: str, options: Sequence[str]) -> Outcome:
    """Write the rows of a data section into a file.

    Raises:
        Failure: 3 without the folder, 13 for a value that the file cannot hold, 87 for wrong options.
    """
    wanted = read_options(options, SAVING)
    if form:
        wanted = wanted._replace(reading=wanted.reading._replace(form=read_form(form)))
    document = context.script()
    data = _data(document, wanted)
    rows = await in_thread(lambda: list(_rows(data, markers=wanted.markers)))
    reading, encoding = _reading(document, wanted), document.source.encoding
    content = await in_thread(write_table, rows, Path(path), reading, encoding, line_end(document))
    place = on_controller(context, path)
    note = count(len(rows) - (data.header and bool(rows)), "row")
    found = await place.stat()
    if found is not None and found.size == len(content) and await files.read_whole(place) == content:
        return Outcome(changed=False, note=note)
    await files.write_whole(place, files.once(content))
    return Outcome(note=note)


def _rows(data: DataSection, *, markers: bool) -> Iterator[list[str]]:
    """The fields of all rows, the header first, all of one width; the marker column is left out unless asked for."""
    lines = [*([0] if data.header and len(data) else []), *data.lines()]
    found = [data.fields(line) for line in lines]
    column = data.marker_number
    width = max((len(fields) for fields in found), default=0)
    for fields in found:
        row = fields + [""] * (width - len(fields))
        if column is not None and not markers:
            del row[column - 1 : column]
        yield row


def _data(document: Document, wanted: Wanted) -> DataSection:
    data = document.data(wanted.section)
    if data is None:
        message = f"the script has no section {wanted.section}"
        raise Failure(errors.BAD_PARAMETER, message, help=f"add a section {wanted.section}")
    return data


def _reading(document: Document, wanted: Wanted) -> Reading:
    """How a file is read, the settings taken into account."""
    reading = wanted.reading
    return reading._replace(encoding=reading.encoding or document.settings.get("BatchSettings.DataEncoding"))
