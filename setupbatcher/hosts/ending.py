"""Ending a program on this machine together with everything it started."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess

TERM_GRACE = 2.0
"""Seconds between the polite signal and the one nothing survives."""

KILL_GRACE = 1.0
"""Seconds to wait for killed processes to be gone; one stuck in the kernel is left behind after that."""

_POLL = 0.01


async def end(process: subprocess.Popen[bytes]) -> None:
    """End a program that was started as the leader of its own process group, and the whole group.

    When this returns, or is cancelled, the group has been told to end with no way around it; a process that made
    itself the leader of another session is no longer part of the group and goes on.
    """
    if os.name == "nt":
        await asyncio.to_thread(_end_tree, process)
        return
    try:
        if _signal_group(process, signal.SIGTERM) and await _gone(process, TERM_GRACE):
            return
    finally:
        _signal_group(process, signal.SIGKILL)
    await _gone(process, KILL_GRACE)


def _signal_group(process: subprocess.Popen[bytes], number: int) -> bool:
    """Signal the group; whether there still is one, if only of processes that ended and were not collected yet."""
    process.poll()
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):  # macOS says the latter of a group that has ended
        return False
    return True


async def _gone(process: subprocess.Popen[bytes], seconds: float) -> bool:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while _signal_group(process, 0) and _alive(process.pid):
        if loop.time() >= deadline:
            return False
        await asyncio.sleep(_POLL)
    return True


def _alive(group: int) -> bool:
    """Whether a process of the group still runs; in a container nobody may ever collect the ended ones."""
    import psutil  # noqa: PLC0415 -- needed only to end a program, and not cheap to import

    for number in psutil.pids():
        try:
            if os.getpgid(number) == group and psutil.Process(number).status() != psutil.STATUS_ZOMBIE:
                return True
        except (ProcessLookupError, PermissionError, psutil.Error):
            continue
    return False


def _end_tree(process: subprocess.Popen[bytes]) -> None:
    """End a process and its descendants where there are no process groups."""
    import psutil  # noqa: PLC0415 -- needed only to end a program, and not cheap to import

    try:
        parent = psutil.Process(process.pid)
        doomed = [*parent.children(recursive=True), parent]
    except psutil.NoSuchProcess:
        return
    for each in doomed:
        try:
            each.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(doomed, timeout=KILL_GRACE)
