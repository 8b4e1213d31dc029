"""Running a program on this machine: its own process group, no input, a time limit, output as it comes."""

from __future__ import annotations

import asyncio
import errno
import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.hosts import ending
from setupbatcher.hosts.base import OutputSink, Result
from setupbatcher.hosts.output import Output
from setupbatcher.hosts.watching import PidfdWatch, ThreadWatch, Watch


async def run(
    arguments: Sequence[str] | str,
    *,
    directory: Path,
    timeout: float | None = None,
    sink: OutputSink | None = None,
    began: Callable[[int], None] | None = None,
) -> Result:
    """Run a program to its end.

    Output is streamed to ``sink`` and kept, the first and the last 4 MiB of each stream. The program has ended when its
    own process has: a process left in the background is not waited for, even if it holds the output open. A cancelled
    call ends the program and its group before it returns.

    Args:
        arguments: program and arguments; on Windows also a whole command line.
        directory: where the program starts.
        timeout: seconds until the program and its whole group are ended; ``None`` for no limit.
        sink: receives output as it comes.
        began: receives the process number.

    Returns:
        The exit status, 128 + n for a program ended by signal n, and the output.

    Raises:
        Failure: 2 or 5 when it cannot be started, 1460 past the time limit.
    """
    output = Output(sink)
    watch, process = _start(arguments, directory, output)
    try:
        if began is not None:
            began(process.pid)
        status = await _within(timeout, watch.done)
    except TimeoutError:
        message = f"no end after {timeout:g} s; the command and what it started were ended"
        raise Failure(errors.TIMED_OUT, message) from None
    finally:
        try:
            if not _ended(watch.done):
                await ending.end(process)
        finally:
            watch.close()
    return output.result(status if status >= 0 else 128 - status)


async def _within(timeout: float | None, done: asyncio.Future[int]) -> int:
    if timeout is None:
        return await done
    async with asyncio.timeout(timeout):
        return await done


def _ended(done: asyncio.Future[int]) -> bool:
    """Whether the program ended by itself, not by a limit, a cancelled call or a fault of the listener."""
    return done.done() and not done.cancelled() and done.exception() is None


def _start(arguments: Sequence[str] | str, directory: Path, output: Output) -> tuple[Watch, subprocess.Popen[bytes]]:
    kind = PidfdWatch if hasattr(os, "pidfd_open") else ThreadWatch
    try:
        return kind.start(arguments, directory, output)
    except OSError as error:
        raise _start_failure(error, arguments, directory) from error
    except ValueError as error:  # a zero character, or one that the system's encoding lacks
        message = f"the command cannot be handed to the system: {error}"
        raise Failure(errors.BAD_PARAMETER, message) from error


def _start_failure(error: OSError, arguments: Sequence[str] | str, directory: Path) -> Failure:
    program = arguments if isinstance(arguments, str) else arguments[0]
    if not directory.is_dir():
        return Failure(errors.PATH_NOT_FOUND, f"{directory}: the folder to start in does not exist")
    if error.errno == errno.ENOENT and (directory / program).is_file():
        return Failure(errors.FILE_NOT_FOUND, f"{program}: its interpreter was not found", help=_INTERPRETER)
    code, words, advice = _REASONS.get(error.errno or 0, (0, "", ""))
    return Failure(code, f"{program}: {words}", help=advice) if code else errors.from_os_error(error, program)


_INTERPRETER = "check the first line of the file, which names the program that runs it"

_REASONS = {
    errno.ENOENT: (
        errors.FILE_NOT_FOUND,
        "program not found",
        "check the spelling, or write the whole path; a name without a path is looked up in PATH",
    ),
    errno.EACCES: (
        errors.ACCESS_DENIED,
        "not executable",
        "make it executable with `chmod +x`, or run it through its interpreter",
    ),
    errno.ENOEXEC: (
        errors.INVALID_DATA,
        "not a program of this machine",
        "a script needs a first line such as #!/bin/sh; a binary must be built for this system",
    ),
    errno.E2BIG: (
        errors.TOO_LONG,
        "the arguments are too long for the system",
        "hand them over in a file",
    ),
}
