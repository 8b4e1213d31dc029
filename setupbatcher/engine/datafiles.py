"""[DataFiles]: each file in turn is copied into [Data], then the commands run (``language.md``, section 10)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from setupbatcher import events
from setupbatcher.commands.tables import from_file
from setupbatcher.engine.values import Values
from setupbatcher.engine.workplace import Workplace
from setupbatcher.errors import from_os_error
from setupbatcher.files.sources import fetch, read_source
from setupbatcher.hosts.local_files import LocalFilesystem
from setupbatcher.hosts.threads import in_thread
from setupbatcher.markers.book import Book
from setupbatcher.script.document import FileSection
from setupbatcher.script.filling import Filling
from setupbatcher.script.labels import DATA_FILES, data_section
from setupbatcher.script.parameters import split_arguments
from setupbatcher.script.rows import COMMANDS, FileRow
from setupbatcher.script.template import parse_template


class DataFiles:
    """The data files of a run.

    Args:
        work: what all walks of the run share.
    """

    def __init__(self, work: Workplace) -> None:
        self._work = work
        self._values = Values(work.scope, lambda: work.controller.host, work.secrets)

    @property
    def section(self) -> FileSection | None:
        """The section as it is now."""
        section = self._work.book.commands(DATA_FILES)
        return section if isinstance(section, FileSection) else None

    async def find(self) -> None:
        """Carry out the rows that look for files and have not been: what they find stands below them.

        Raises:
            Failure: a source cannot be had.
        """
        while (row := self._next_source()) is not None:
            paths, finish = await self._found(row)
            self._work.emit(events.FilesFound(row.cell, len(paths), self._filled(row, paths)))
            await finish()

    def _next_source(self) -> FileRow | None:
        rows = self.section.sources if self.section else []
        return next((row for row in rows if not self._is_done(row)), None)

    def _is_done(self, row: FileRow) -> bool:
        return self._work.book.command(DATA_FILES, row.line).done

    async def _found(self, row: FileRow) -> tuple[list[str], Callable[[], Awaitable[None]]]:
        split = split_arguments(row.parameters, 0, None, self._work.conditions.delimiter)
        texts = [await self._values.text(argument.template) for argument in split.items]
        fetched = await fetch(read_source(texts), self._work.folder, self._work.secrets)
        return [self._written(path) for path in fetched.paths], fetched.finish

    def _written(self, path: Path) -> str:
        """A path as the script writes it: from its own folder where that is possible."""
        return str(path.relative_to(self._work.folder)) if path.is_relative_to(self._work.folder) else str(path)

    def _filled(self, row: FileRow, paths: list[str]) -> Filling:
        """The section with what a row has found below it; what is listed already stays where it is."""
        section = self.section
        assert section is not None
        listed = {each.cell for each in section.files}
        lines = []
        for each in section.rows:
            marker = self._work.book.text(DATA_FILES, each.line)
            lines.append(COMMANDS.put(each.text, "OK" if each is row else marker) if each.name else each.text)
            if each is row:
                lines += [path for path in paths if path not in listed]
        return Filling(DATA_FILES, tuple(lines))

    async def each(self, walk: Callable[[], Awaitable[None]], machine: Callable[[], int | None]) -> None:
        """Walk the commands once for every file that is not done.

        Args:
            walk: once through the commands.
            machine: line of the machine.

        Raises:
            Failure: a file cannot be read.
        """
        files = self.section.files if self.section else []
        for number, row in enumerate(files, 1):
            if self._is_done(row):
                continue
            resumed = _is_begun(self._work.book)
            filled = None if resumed else await self._read(row)
            self._work.emit(events.FileStarted(row.cell, number, len(files), resumed, filled))
            await walk()
            self._work.emit(events.FileDone(row.line, machine()))

    async def _read(self, row: FileRow) -> Filling:
        path = LocalFilesystem(self._work.folder).path(await self._values.text(parse_template(row.cell)))
        document = self._work.book.document
        try:
            content = await in_thread(path.read_bytes)
        except OSError as error:
            raise from_os_error(error, str(path)) from error
        filling, _ = await in_thread(from_file, document, document.data_sections[data_section().key], content, path)
        return filling


def _is_begun(book: Book) -> bool:
    """There is progress: [Data] holds the rows of the file already."""
    marked = next(book.marked(book.main), None) is not None
    return marked or book.rows(data_section()).count() > 0
