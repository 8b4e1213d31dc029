"""The rows of [DataFiles]: a path or a source, and a mark; and [Data] to copy the files into (SB303, SB408, SB701)."""

from __future__ import annotations

from collections.abc import Iterator

from setupbatcher.checks.subject import Subject
from setupbatcher.diagnostics import Diagnostic
from setupbatcher.errors import Failure
from setupbatcher.markers.cell import is_done_mark
from setupbatcher.script.rows import FileRow


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Look at the section, if there is one."""
    section = subject.document.data_files
    if section is None:
        return
    if subject.document.data() is None:
        help_ = "add a section [Data]; each file in turn is copied into it"
        yield Diagnostic("SB408", "there is no section [Data] for the data files", section.frame.label, help_)
    for row in (*section.files, *section.sources):
        yield from _marker(row)
    delimiter = subject.document.settings.get("BatchSettings.CommandDelimiter")
    for row in section.sources:
        if "%" not in row.parameters:
            yield from _source(row, delimiter)


def _marker(row: FileRow) -> Iterator[Diagnostic]:
    if row.beyond is not None:
        help_ = "column 1 holds the path, column 2 the marker; nothing follows"
        yield Diagnostic("SB304", "text behind the marker of a data file", row.beyond, help_)
    elif row.marker_span is not None and not is_done_mark(row.marker):
        help_ = "a data file's marker is `OK`, beside a file that is through"
        yield Diagnostic("SB701", f"`{row.marker}` is no marker of a data file", row.marker_span, help_)


def _source(row: FileRow, delimiter: str) -> Iterator[Diagnostic]:
    from setupbatcher.files.sources import read_source  # noqa: PLC0415 -- needed by few scripts, and slow to import

    try:
        read_source([part.strip() for part in row.parameters.split(delimiter)])
    except Failure as failure:
        yield Diagnostic("SB303", failure.message, row.span, failure.help)
