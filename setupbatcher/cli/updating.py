"""Carries a job file out, as :mod:`setupbatcher.cli.updatejob` was asked to."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple, TextIO

from setupbatcher import errors
from setupbatcher.cli.interruption import Interruption
from setupbatcher.cli.jobfiles import complain_of_none, default_job_file
from setupbatcher.cli.screen import complain, say, show
from setupbatcher.diagnostics.as_json import as_json as findings_as_json
from setupbatcher.diagnostics.concise import concise
from setupbatcher.diagnostics.visible import visible
from setupbatcher.errors import Failure
from setupbatcher.updatejob.events import Event
from setupbatcher.updatejob.model import JobFile
from setupbatcher.updatejob.reading import Parsed, read_job_file
from setupbatcher.updatejob.running import Options, run_jobs
from setupbatcher.updatejob.telling import VERSION, Line, Weight, as_json, line

_FAILED = 1
_USAGE = 2
_STATUSES = {errors.BAD_PARAMETER: _USAGE, errors.IN_USE: 3}


class Wishes(NamedTuple):
    """How a job file is to be carried out, and who is to be told.

    Attributes:
        runjob: only the jobs of this name.
        silent: no message.
        base: where relative paths start; ``None`` for the job file's folder.
        dry_run: change nothing.
        log: path of the log.
        json: path for the events; ``-`` is standard output.
    """

    runjob: str | None
    silent: bool
    base: Path | None
    dry_run: bool
    log: str | None
    json: str | None


def update(path: Path | None, wishes: Wishes) -> int:
    """Carry a job file out.

    Args:
        path: of the job file; ``None`` for the default one.
        wishes: how.

    Returns:
        The exit status.
    """
    path = path or default_job_file()
    if path is None:
        return complain_of_none(silent=wishes.silent)
    parsed = read_job_file(path)
    with contextlib.ExitStack() as stack:
        try:
            log = stack.enter_context(_opened(wishes.log, "a", path))
            events = stack.enter_context(_opened(wishes.json, "w", path))
        except OSError as error:
            if not wishes.silent:
                complain(f"`{error.filename}` cannot be written: {(error.strerror or str(error)).lower()}")
            return _USAGE
        reports = _Reports(path, wishes, log, events)
        if parsed.job_file is None:
            reports.refused(parsed)
            return _USAGE
        return asyncio.run(_update(path, parsed.job_file, wishes, reports))


async def _update(path: Path, job_file: JobFile, wishes: Wishes, reports: _Reports) -> int:
    async def work() -> int:
        options = Options(name=wishes.runjob, base=wishes.base, dry_run=wishes.dry_run)
        ended = await run_jobs(path, job_file, options, reports.take)
        return _FAILED if ended.failed else 0

    interruption = Interruption(lambda: False, lambda _: reports.failed("interrupted; the job in hand is taken back"))
    with interruption.handled():
        task = asyncio.create_task(work())

        def end(_: int) -> None:
            task.cancel()

        interruption.attach(end, task)
        try:
            return await task
        except asyncio.CancelledError:
            if interruption.status is None:
                raise
            return interruption.status
        except Failure as failure:
            reports.failed(failure.message, failure.help)
            return _STATUSES.get(failure.code, _FAILED)


class _Reports:
    """Whoever is to be told what happens: the person, the log, programs.

    Args:
        path: of the job file.
        wishes: say who.
        log: gets lines with time stamps.
        events: gets JSON lines.
    """

    def __init__(self, path: Path, wishes: Wishes, log: TextIO | None, events: TextIO | None) -> None:
        self._path = path
        self._silent = wishes.silent
        self._log = log
        self._events = events

    def take(self, event: Event) -> None:
        """An event."""
        self._tell(line(event))
        self._write_json(as_json(event, _now()))

    def failed(self, message: str, advice: str | None = None) -> None:
        """Something that keeps all jobs from their work."""
        self._tell(Line(message, Weight.ERROR, advice))
        self._write_json(_head("failed") | {"message": message, "help": advice})

    def refused(self, parsed: Parsed) -> None:
        """Nothing runs, for these reasons."""
        if not self._silent:
            show(parsed.findings, parsed.source, self._path, sys.stderr)
        for text in concise(parsed.findings, parsed.source, str(self._path)).splitlines():
            self._write_log(text)
        whole = json.loads(findings_as_json(parsed.findings, parsed.source, str(self._path)))
        self._write_json(_head("refused") | {"findings": whole["findings"]})

    def _tell(self, said: Line) -> None:
        if said.weight is Weight.BALLOON or not self._silent:
            prefix = _PREFIXES.get(said.weight, "")
            say(prefix + visible(said.text))
            if said.help is not None:
                say(f"help: {visible(said.help)}")
        self._write_log(said.text + (f"; {said.help}" if said.help else ""))

    def _write_log(self, text: str) -> None:
        if self._log is not None:
            self._log.write(f"{_now().isoformat(sep=' ', timespec='milliseconds')}  {visible(text)}\n")
            self._log.flush()

    def _write_json(self, value: dict[str, Any]) -> None:
        if self._events is not None:
            self._events.write(json.dumps(value) + "\n")
            self._events.flush()


_PREFIXES = {Weight.ERROR: "error: ", Weight.WARNING: "warning: "}


def _head(event: str) -> dict[str, Any]:
    return {"version": VERSION, "time": _now().isoformat(timespec="milliseconds"), "event": event}


def _now() -> datetime:
    return datetime.now().astimezone()


@contextlib.contextmanager
def _opened(name: str | None, mode: Literal["a", "w"], job_file: Path) -> Iterator[TextIO | None]:
    """A file to report into, which the job file itself must not be."""
    if name is None:
        yield None
    elif name == "-":
        yield sys.stdout
    elif os.path.exists(name) and os.path.exists(job_file) and os.path.samefile(name, job_file):  # noqa: PTH110, PTH121
        raise FileExistsError(errno.EEXIST, "it is the job file", name)
    else:
        with Path(name).open(mode, encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            yield file
