"""Job files of UpdateJob as a step of a script."""

from __future__ import annotations

import pathlib
from typing import TYPE_CHECKING

from setupbatcher import errors
from setupbatcher.commands.context import Context
from setupbatcher.commands.output import decode, last_output
from setupbatcher.commands.places import on_machine
from setupbatcher.commands.registry import Outcome, Path, command
from setupbatcher.diagnostics.model import Severity
from setupbatcher.errors import Failure

if TYPE_CHECKING:
    from setupbatcher.updatejob.reading import Parsed


@command(
    "UpdateJob.Run",
    area="Jobs",
    example="UpdateJob.Run /srv/tool/UpdateJob.xml,update",
    does="carry out the job file {jobfile}",
)
async def updatejob_run(context: Context, jobfile: Path, job: str | None = None) -> Outcome:
    """Carry out a job file of UpdateJob on the machine.

    Relative paths in the job file start in its own folder. Each job is whole or nothing: the files of one that fails
    are as they were before it, and the jobs after it run. A machine reached over SSH needs SetupBatcher itself, because
    its ``updatejob`` does the work there; upload the job file first, with what it copies.

    Args:
        jobfile: the job file, on the machine.
        job: only the jobs of this name; all of them if it is left out.

    Errors:
        That of the first job that failed; 2 without the job file, 13 for one with mistakes, 87 when no job has that
        name, 32 while another process carries it out. On a machine reached over SSH the exit status of ``updatejob``,
        or 2 when it is not installed there.
    """
    from setupbatcher.hosts.local_files import LocalFilesystem  # noqa: PLC0415 -- asyncio is slow to import

    place = on_machine(context, jobfile)
    if isinstance(place.files, LocalFilesystem):
        return await _here(context, pathlib.Path(place.path), job)
    return await _there(context, str(place.path), job)


async def _here(context: Context, path: pathlib.Path, job: str | None) -> Outcome:
    """In this process."""
    from setupbatcher.updatejob.events import Event, JobFailed  # noqa: PLC0415 -- few scripts have a job file
    from setupbatcher.updatejob.reading import read_job_file  # noqa: PLC0415 -- as above
    from setupbatcher.updatejob.running import Options, run_jobs  # noqa: PLC0415 -- as above
    from setupbatcher.updatejob.telling import line  # noqa: PLC0415 -- as above

    failed: list[JobFailed] = []

    def tell(event: Event) -> None:
        said = line(event)
        context.talk.log(said.text + (f"; {said.help}" if said.help else ""))
        if isinstance(event, JobFailed):
            failed.append(event)

    parsed = read_job_file(path)
    if parsed.job_file is None:
        raise _mistakes(path, parsed)
    ended = await run_jobs(path, parsed.job_file, Options(name=job), tell)
    if failed:
        raise Failure(failed[0].code, line(failed[0]).text, help=failed[0].help)
    return Outcome(changed=bool(ended.done), note=line(ended).text)


def _mistakes(path: pathlib.Path, parsed: Parsed) -> Failure:
    """The first of what is wrong with a job file, which ``updatejob --check`` shows in full."""
    from setupbatcher.diagnostics.order import summary  # noqa: PLC0415 -- only after a mistake

    first = next(found for found in parsed.findings if found.severity is Severity.ERROR)
    if parsed.source is None:
        code = errors.FILE_NOT_FOUND if first.code == "SB901" else errors.INVALID_DATA
        return Failure(code, first.message, help=first.help)
    at = parsed.source.lines.position(first.span.start)
    message = f"{path}: {summary(parsed.findings)}; line {at.line}: {first.message}"
    return Failure(errors.INVALID_DATA, message, help=f"`updatejob --check --jobfile {path}` shows all of it")


async def _there(context: Context, path: str, job: str | None) -> Outcome:
    """By the program on the machine."""
    words = ["updatejob", "--jobfile", path, *(["--runjob", job] if job is not None else [])]
    try:
        result = await context.host.program(words, timeout=context.timeout, sink=context.talk.output)
    except Failure as failure:
        if failure.code != errors.FILE_NOT_FOUND:
            raise
        advice = "install SetupBatcher on the machine, for example with pipx, so that `updatejob` is in PATH"
        raise Failure(failure.code, failure.message, help=advice) from failure
    output = last_output(result.output)
    if result.status == 0:
        return Outcome(output)
    last = next((text for text in reversed(decode(result.error).splitlines()) if text.startswith("error: ")), "")
    message = f"exit status {result.status} of updatejob" + (f": {last.removeprefix('error: ')}" if last else "")
    raise Failure(result.status, message, program=True, output=output)
