"""Carries the jobs of a job file out, one after the other. What fails one job does not keep the next from its work."""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from setupbatcher import errors
from setupbatcher.diagnostics.suggestions import hint
from setupbatcher.errors import Failure, from_os_error
from setupbatcher.files.transaction import Outcome, journal_of, recover
from setupbatcher.text.lock import try_lock
from setupbatcher.updatejob.conditions import evaluate
from setupbatcher.updatejob.events import (
    Began,
    Ended,
    JobBegan,
    JobDone,
    JobFailed,
    JobSkipped,
    Recovered,
    Tell,
    Warned,
)
from setupbatcher.updatejob.hands import DryHands, Hands, RealHands
from setupbatcher.updatejob.model import Job, JobFile
from setupbatcher.updatejob.places import Places


class Options(NamedTuple):
    """How a job file is carried out.

    Attributes:
        name: only the jobs of this name; ``None`` for all.
        base: where relative paths start; ``None`` for the job file's folder.
        dry_run: change nothing, and say what would be done.
    """

    name: str | None = None
    base: Path | None = None
    dry_run: bool = False


async def run_jobs(path: Path, job_file: JobFile, options: Options, tell: Tell) -> Ended:
    """Carry out a job file.

    What an earlier run left that was killed is put in order first. A cancelled call rolls the job in hand back.

    Args:
        path: of the job file.
        job_file: what it says.
        options: what of it, and how.
        tell: is told what happens, from the beginning to the end.

    Returns:
        The last event: how many jobs were done, skipped and failed.

    Raises:
        Failure: 87 no job has that name, 32 another process is at work on the job file; else why the files of an
            earlier run could not be put in order.
    """
    wanted = _chosen(job_file, options.name)
    places = Places(options.base or path.parent)
    journal = journal_for(path)
    if options.dry_run:
        tell(Began(str(path), len(wanted.jobs), dry=True))
        return await _run(wanted, places, journal, DryHands(tell), tell)
    with _alone(path):
        tell(Began(str(path), len(wanted.jobs), dry=False))
        await _recover(journal, tell)
        return await _run(wanted, places, journal, RealHands(places, journal, tell), tell)


async def _run(wanted: JobFile, places: Places, journal: Path, hands: Hands, tell: Tell) -> Ended:
    runner = _Runner(wanted, places, journal, hands, tell)
    try:
        for number, job in enumerate(wanted.jobs, 1):
            await runner.run(job, number)
    finally:
        await hands.finish()
        await places.close()
    tell(runner.ended)
    return runner.ended


def _chosen(job_file: JobFile, name: str | None) -> JobFile:
    if name is None:
        return job_file
    chosen = job_file.only(name)
    if not chosen.jobs:
        known = {job.name for job in job_file.jobs if job.name}
        raise Failure(errors.BAD_PARAMETER, f"no job is called `{name}`", help=hint(name, known))
    return chosen


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep others from the same job file.

    On Windows, where an open file could not be replaced by its own jobs, the journal alone does that, job by job; so it
    is where the file cannot be locked.

    Raises:
        Failure: 32 another process has it.
    """
    if os.name == "nt":
        yield
        return
    try:
        file = path.open("rb")
    except OSError as error:
        raise from_os_error(error, str(path)) from error
    with file:
        try:
            free = try_lock(file)
        except OSError:
            free = True
        if not free:
            advice = "wait for its end; its log tells what it does"
            raise Failure(errors.IN_USE, f"another updatejob is at work on {path}", help=advice)
        yield


def journal_for(path: Path) -> Path:
    """Where the journal of a job file stands: beside it, or in the user's own folder where that cannot be written."""
    path = path.absolute()
    if os.access(path.parent, os.W_OK):
        return journal_of(path)
    known = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_STATE_HOME")
    folder = (Path(known) if known else Path.home() / ".local" / "state") / "setupbatcher"
    with suppress(OSError):  # whoever needs it says that it is not there
        folder.mkdir(parents=True, exist_ok=True)
    return journal_of(folder / f"{path.name}-{zlib.crc32(os.fsencode(path)):08x}")


async def _recover(journal: Path, tell: Tell) -> None:
    recovered = await recover(journal)
    if recovered.outcome is not Outcome.NOTHING:
        tell(Recovered(recovered.outcome is Outcome.FINISHED))
    for left in recovered.left:
        tell(Warned(f"{left}: is still in use, and is removed at the next start"))


class _UndoneError(Failure):
    """A job failed over its files, and these are as they were before it."""


class _Runner:
    """Takes one job after the other, and counts."""

    def __init__(self, job_file: JobFile, places: Places, journal: Path, hands: Hands, tell: Tell) -> None:
        self._job_file = job_file
        self._journal = journal
        self._places = places
        self._hands = hands
        self._tell = tell
        self.ended = Ended(0, 0, 0)

    async def run(self, job: Job, number: int) -> None:
        """Carry out a job, skip it, or tell why it failed."""
        began = time.monotonic()
        self._tell(JobBegan(job.name, job.line, number))
        try:
            unmet = await self._unmet(job)
            if unmet is None:
                await self._prepare(job)
                await self._change_files(job)
                await self._conclude(job)
        except Failure as failure:
            undone = isinstance(failure, _UndoneError)
            self._tell(JobFailed(job.name, failure.code, failure.message, failure.help, undone))
            self.ended = self.ended._replace(failed=self.ended.failed + 1)
            return
        if unmet is None:
            self._tell(JobDone(job.name, time.monotonic() - began))
            self.ended = self.ended._replace(done=self.ended.done + 1)
        else:
            self._tell(JobSkipped(job.name, unmet))
            self.ended = self.ended._replace(skipped=self.ended.skipped + 1)

    async def _unmet(self, job: Job) -> str | None:
        """The name of a condition that does not hold now.

        Raises:
            Failure: 87 for a name that no condition has.
        """
        for name in job.conditioned:
            if not self._job_file.conditions_called(name):
                advice = "correct the name, or define the condition; `updatejob --check` finds this before a run"
                raise Failure(errors.BAD_PARAMETER, f"no condition is called `{name}`", help=advice)
        for name in job.conditioned:
            for condition in self._job_file.conditions_called(name):
                read = await evaluate(condition, self._places)
                self._tell(read)
                if not read.holds:
                    return name
        return None

    async def _prepare(self, job: Job) -> None:
        """What comes before the files."""
        if job.predelay:
            await self._hands.wait(job.predelay)
        for application in job.closeapps:
            await self._hands.close(application)
        if job.balloon:
            await self._hands.show(job.balloon)

    async def _change_files(self, job: Job) -> None:
        if not job.objects:
            return
        try:
            await self._hands.change_files(job)
        except Failure as failure:
            if not job.rollback or self._journal.exists():  # with a journal left over, the next start has work to do
                raise
            raise _UndoneError(failure.code, failure.message, help=failure.help) from failure

    async def _conclude(self, job: Job) -> None:
        """What comes after them; they stay as they are whatever happens here."""
        if job.postdelay:
            await self._hands.wait(job.postdelay)
        if job.execute:
            await self._hands.execute(job.execute)
