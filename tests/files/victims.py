"""Work on files in a process of its own that is killed at a chosen instant."""

from __future__ import annotations

import asyncio
import ctypes
import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from setupbatcher.errors import Failure
from setupbatcher.files import bulk
from setupbatcher.files.transaction import Transaction, recover
from tests.files.jobs import Job, carry_out
from tests.waiting import wait_until

CHANGES = frozenset(
    {
        "os.chmod",
        "os.chown",
        "os.link",
        "os.mkdir",
        "os.remove",
        "os.rename",
        "os.rmdir",
        "os.symlink",
        "os.truncate",
        "os.utime",
    }
)
"""What Python tells of before it changes files; of ``open`` only those that write."""
PATIENCE = 60
"""Seconds after which a process that ought to have ended fails the test."""

STRACE = shutil.which("strace")
CALLS = (
    "openat",
    "write",
    "ftruncate",
    "fchmod",
    "fchown",
    "chmod",
    "fchmodat",
    "chown",
    "fchownat",
    "fsync",
    "fdatasync",
    "syncfs",
    "flock",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "unlink",
    "unlinkat",
    "mkdir",
    "mkdirat",
    "rmdir",
    "utimensat",
    "copy_file_range",
)
"""System calls that change files, or wait for them."""

_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])
_PTRACER = 0x59616D61
_ANYBODY = ctypes.c_ulong(-1)
"""``PR_SET_PTRACER``: a program that is no child of this one's may trace it."""


def work(base: Path, jobs: list[Job], at: int, *, small: bool) -> int:
    """Do jobs in a transaction on ``tree``.

    Args:
        base: the folder of the tree, with ``archives``.
        jobs: what to do.
        at: the number of the change before which the process is killed.
        small: in rounds of two files.

    Returns:
        How many changes it made, if it came to the end, else 0.
    """
    return _counted(_work, base, jobs, small, at=at)


def restart(base: Path, at: int) -> int:
    """Recover, as :func:`work` works."""
    return _counted(_recover, base, at=at)


def work_as(user: int, base: Path, jobs: list[Job]) -> int:
    """Do jobs as an ordinary user; the exit status is 0, or the code of the failure."""
    process = _CONTEXT.Process(target=_as, args=(user, _work, base, jobs))
    process.start()
    process.join(PATIENCE)
    assert process.exitcode is not None
    return process.exitcode


def traced_work(base: Path, jobs: list[Job], log: Path, *faults: str) -> int:
    """Do jobs under strace, one system call after the other.

    Args:
        base: as in :func:`work`.
        jobs: what to do.
        log: where strace writes its log.
        faults: expressions of strace for what it is to do to system calls.

    Returns:
        The exit status: 0, 1 for a failure, the negative number of a signal.
    """
    return _traced(log, faults, _work, base, jobs)


def traced_restart(base: Path, log: Path, *faults: str) -> int:
    """Recover, as :func:`traced_work` works."""
    return _traced(log, faults, _recover, base)


def calls_of(log: Path, base: Path) -> list[tuple[str, int]]:
    """The system calls of a log that are about files of a folder, each with its number among all of its name."""
    numbers: Counter[str] = Counter()
    found = []
    for line in log.read_text(errors="surrogateescape").splitlines():
        call = re.match(r"(?:\d+ +)?(\w+)\(", line)
        if call:
            numbers[call[1]] += 1
            if str(base) in line:
                found.append((call[1], numbers[call[1]]))
    return found


def _counted(function: Callable[..., None], *arguments: object, at: int) -> int:
    made = _CONTEXT.Value("i")
    process = _CONTEXT.Process(target=_mortal, args=(function, *arguments, at, made))
    process.start()
    process.join(PATIENCE)
    assert process.exitcode in {0, -signal.SIGKILL}, process.exitcode
    return int(made.value)


def _traced(log: Path, faults: Sequence[str], function: Callable[..., None], *arguments: object) -> int:
    assert STRACE is not None
    process = _CONTEXT.Process(target=_stopped, args=(function, *arguments))
    process.start()
    assert process.pid is not None
    state = Path(f"/proc/{process.pid}/status")
    wait_until(lambda: "State:\tT" in state.read_text())
    calls = "trace=" + ",".join(f"?{name}" for name in CALLS)
    options = [option for fault in faults for option in ("-e", fault)]
    command = [STRACE, "-qq", "-y", "-s", "400", "-o", str(log), "-e", calls, *options, "-p", str(process.pid)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as tracer:
        wait_until(lambda: "TracerPid:\t0\n" not in state.read_text())
        os.kill(process.pid, signal.SIGCONT)
        process.join(PATIENCE)
        tracer.wait(PATIENCE)
    assert process.exitcode is not None
    return process.exitcode


def _mortal(function: Callable[..., None], *arguments: object) -> None:
    """Do it, be killed before a change of a number, and tell how many there were."""
    *arguments, at, made = arguments
    numbers = itertools.count(1)

    def hook(event: str, details: tuple[object, ...]) -> None:
        writes = event == "open" and isinstance(details[2], int) and details[2] & (os.O_WRONLY | os.O_RDWR)
        if (event in CHANGES or writes) and next(numbers) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    function(*arguments)
    made.value = next(numbers) - 1


def _as(user: int, function: Callable[..., None], *arguments: object) -> None:
    asyncio.run(asyncio.to_thread(int))  # what that imports may be out of the user's reach
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)
    try:
        function(*arguments)
    except Failure as failure:
        sys.exit(failure.code)


def _stopped(function: Callable[..., None], *arguments: object) -> None:
    """Do it in one thread, once somebody lets it go on."""

    async def in_turn(function: Callable[..., Any], /, *arguments: Any, **keywords: Any) -> Any:  # noqa: ANN401
        return function(*arguments, **keywords)

    asyncio.to_thread = in_turn
    ctypes.CDLL(None).prctl(_PTRACER, _ANYBODY, 0, 0, 0)
    os.kill(os.getpid(), signal.SIGSTOP)
    try:
        function(*arguments)
    except Failure:
        sys.exit(1)


def _work(base: Path, jobs: list[Job], small: bool = False) -> None:  # noqa: FBT001, FBT002 -- called by another process
    if small:
        bulk._BATCH_FILES, bulk._ROUND_FILES = 1, 2

    async def run() -> None:
        async with Transaction(base / ".journal") as transaction:
            for job in jobs:
                await carry_out(transaction, job, base / "tree", base / "archives")

    asyncio.run(run())


def _recover(base: Path) -> None:
    asyncio.run(recover(base / ".journal"))
