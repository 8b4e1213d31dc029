"""What is written when a run is over: ``--junit``, ``--html``, and the sheet that ``report`` shows later."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from setupbatcher.cli.screen import complain

if TYPE_CHECKING:
    from setupbatcher.reports.record import Record
    from setupbatcher.reports.sheet import Sheet


class Filing:
    """The files that somebody wants of a run.

    Args:
        junit: path of the JUnit file, or ``None``.
        html: path of the page, or ``None``.
    """

    def __init__(self, junit: str | None, html: str | None) -> None:
        self._junit = junit
        self._html = html

    def check(self) -> None:
        """Find out, before anything runs, whether the files can be written.

        Raises:
            OSError: one cannot.
        """
        from setupbatcher.reports.whole import check_writable  # noqa: PLC0415 -- most runs write no such file

        for name in filter(None, (self._junit, self._html)):
            check_writable(Path(name))

    def finish(self, script: Path, record: Record) -> None:
        """Write the files of a run that is over, and keep its sheet. What cannot be written is told."""
        if record.document is not None:
            from setupbatcher.reports import shelf  # noqa: PLC0415 -- a run that is refused does without

            sheet = record.sheet()
            # A user without a home, or on a full disk, has his run all the same.
            with contextlib.suppress(OSError):
                shelf.put(script, sheet)
            self.write(sheet)
        elif self._junit or self._html:
            self._nothing_ran(script, record.findings)

    def _nothing_ran(self, script: Path, findings: list[str]) -> None:
        """The script was refused, or nothing was left to do."""
        from setupbatcher.markers.reading import ScriptError  # noqa: PLC0415 -- as above
        from setupbatcher.reports.last import last_run  # noqa: PLC0415 -- as above
        from setupbatcher.reports.sheet import Sheet  # noqa: PLC0415 -- as above

        if findings:
            self.write(Sheet(str(script), remarks=["Nothing ran:", *findings]), findings)
            return
        with contextlib.suppress(ScriptError):  # the script was there a moment ago
            self.write(last_run(script))

    def write(self, sheet: Sheet, findings: list[str] | None = None) -> bool:
        """Write the files; ``False`` where one cannot be written, which is told."""
        from setupbatcher.reports.whole import write_whole  # noqa: PLC0415 -- as above

        for name, text in (
            (self._junit, self._junit and _junit(sheet, findings)),
            (self._html, self._html and _html(sheet)),
        ):
            if name and text:
                try:
                    write_whole(Path(name), text)
                except OSError as error:
                    complain(f"`{name}` cannot be written: {(error.strerror or str(error)).lower()}")
                    return False
        return True


def _junit(sheet: Sheet, findings: list[str] | None) -> str:
    from setupbatcher.reports.junit import junit, junit_of_refusal  # noqa: PLC0415 -- only where it is asked for

    return junit(sheet) if findings is None else junit_of_refusal(sheet, findings)


def _html(sheet: Sheet) -> str:
    from setupbatcher.reports.page import page  # noqa: PLC0415 -- as above

    return page(sheet)
