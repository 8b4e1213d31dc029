"""The rows of data sections, from files and into files."""

from __future__ import annotations

from setupbatcher.commands.context import Context
from setupbatcher.commands.registry import LocalPath, Outcome, Rest, command

_AREA = "Data"


@command(
    "Data.Load",
    area=_AREA,
    example="Data.Load users.xlsx,sheet=New users",
    does="fill the data section with the rows of {path} {options} (the rows that follow here are those of now)",
    on_controller=True,
)
async def data_load(context: Context, path: LocalPath, options: Rest = ()) -> Outcome:
    """Replace the rows of [Data], or of another data section, by those of a file. Stands in [Init] only.

    The file is csv, tsv (quoted fields as in RFC 4180) or, with the extra ``xlsx``, a workbook; its name tells which.
    The rows are written into the script together with this row's ``OK``, so that a resumed run has them. Rows of blanks
    are left out. A value that a row cannot hold is one error that names its row and column, and nothing is changed:
    a line end, with the delimiter TAB a TAB, and a character that the script's encoding has not.

    Column N of the file is ``%colN%``, unless the marker column lies among the columns of the file: then an empty
    column is put in there, and the columns of the file from there on move by one. A marker column behind those of the
    file, or one that is empty in the file, moves nothing. With ``BatchSettings.DataHeader=Yes`` the file's first row
    becomes the header row, and names stay what they are wherever the columns go; a header row that stands in the
    section beforehand tells the check which names there will be.

    Of a workbook the values count: dates as ``2026-01-31``, times as ``09:05:00``, numbers with up to 15 digits,
    ``TRUE`` and ``FALSE``, and of a formula its result. A cell that holds an error is one here too.

    Args:
        path: of the file, on the controller.
        options: ``section=2`` for [Data2]; ``header=No`` or ``Yes`` where the file has no header row although the
            section has one, or the reverse; ``format=csv``, ``tsv`` or ``xlsx`` whatever the name says;
            ``delimiter=SEMICOLON`` or another; ``encoding=cp1250`` or another, by default that of the byte order mark,
            else UTF-8 if it is that, else Windows-1252; ``sheet=NAME`` of a workbook, by default the first.

    Errors:
        2 without the file, 13 for a file that is not sound or a value that no row can hold, 87 for a wrong option, 50
        for a kind of file that is not read.
    """
    from setupbatcher.commands import tables  # noqa: PLC0415 -- slow to import

    return await tables.load(context, path, options)


@command(
    "Data.Save",
    area=_AREA,
    example="Data.Save done.csv",
    does="write the rows of the data section to {path} {options}",
    on_controller=True,
)
async def data_save(context: Context, path: LocalPath, format: str = "", options: Rest = ()) -> Outcome:  # noqa: A002 -- the word of the row
    """Write the rows of [Data], or of another data section, to a file, which is there as a whole or not at all.

    The header row comes first, if the section has one; the marker column is left out. In a workbook every value is a
    text. A file of the same content is left alone.

    Args:
        path: of the file, on the controller; its folder exists.
        format: ``csv``, ``tsv`` or ``xlsx``; by default what the name says.
        options: ``section=2`` for [Data2]; ``markers=Yes`` to write the marker column too; ``delimiter=SEMICOLON`` or
            another; ``encoding=utf-8-sig`` or another, by default that of the script; ``sheet=NAME`` of a workbook.

    Errors:
        3 without the folder, 13 for a value that the file cannot hold, 87 for a wrong option, 5 without the rights, 112
        when the disk is full.
    """
    from setupbatcher.commands import tables  # noqa: PLC0415 -- slow to import

    return await tables.save(context, path, format, options)
