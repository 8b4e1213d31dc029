"""Restarting a machine once, however often the attempt is interrupted.

Before a machine is asked to restart, the number of its present boot is written into a small file there. An attempt that
is made again looks into it: a machine that shows another number by now has restarted, and is left alone. The file goes
when the machine is back; one that an abandoned attempt has left is written over by the next first attempt.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from setupbatcher import errors, files
from setupbatcher.commands.context import Context
from setupbatcher.commands.output import decode, last_output
from setupbatcher.commands.patience import Patience, connected
from setupbatcher.commands.places import on
from setupbatcher.commands.registry import Outcome
from setupbatcher.errors import Failure
from setupbatcher.hosts.base import Host, Platform
from setupbatcher.hosts.local import LocalHost

BootOf = Callable[[Host], Awaitable[str]]
"""Gives what a machine's boot is known by."""

_BOOT = (
    "cat /proc/sys/kernel/random/boot_id 2>/dev/null || sysctl -n kern.bootsessionuuid 2>/dev/null || "
    "sysctl -n kern.boottime"
)
_RESTART = "PATH=$PATH:/usr/sbin:/sbin; shutdown -r now || sudo -n shutdown -r now"
_ANSWER = 10.0
"""Seconds after which a machine that says nothing is asked again through a new connection."""
_SIGNALLED = 128
"""From this exit status on a signal has ended the line: the system is on its way down."""


async def boot_id(host: Host) -> str:
    """What the machine's present boot is known by: on Linux the kernel's own random number.

    Raises:
        Failure: 50, the machine has no such thing.
    """
    result = await host.shell(_BOOT, timeout=_ANSWER)
    if result.status or not result.output.strip():
        raise Failure(errors.NOT_SUPPORTED, f"{host.name}: the machine does not tell one boot from the next")
    return last_output(result.output).strip()


async def reboot(context: Context, seconds: float, boot_of: BootOf = boot_id) -> Outcome:
    """Restart the machine of the run and wait until it is back.

    Args:
        context: of the command.
        seconds: within which it must be back.
        boot_of: tells one boot from another.

    Raises:
        Failure: 50 for this machine and for Windows, 5 where the user may not, 1460 past the time.
    """
    _refuse(context.host)
    async with Patience(seconds, f"{context.host.name}: it goes on as before") as patience:
        host = await connected(context, patience) if context.again else context.host
        noted = await _noted(host) if context.again else ""
        now = await boot_of(host)
        restarted = noted not in ("", now)
        if not restarted:
            await files.write_whole(_note(host), files.once(now.encode()))
            await _ask(host)
            host = await _back(context, patience, host, boot_of, now)
    note = _note(host)
    await note.files.remove(note.path)
    return Outcome(note="it has restarted since the first attempt" if restarted else "")


def _refuse(host: Host) -> None:
    if isinstance(host, LocalHost):
        message = "this machine runs the script and cannot wait for its own restart"
        raise Failure(errors.NOT_SUPPORTED, message, help="restart it by hand, then run the script again: it goes on")
    if host.platform is Platform.WINDOWS:
        message = f"{host.name}: restarting Windows is not part of this version"
        raise Failure(errors.NOT_SUPPORTED, message, help="DOS shutdown /r /t 0, then Wait 60 and Wait.Online")


def _note(host: Host) -> files.Place:
    """Where the machine keeps the number of the boot in which it was asked to restart; homes may be shared."""
    return on(host, f"~/.setupbatcher-reboot-{re.sub(r'[^A-Za-z0-9.-]', '_', host.name)}")


async def _noted(host: Host) -> str:
    note = _note(host)
    return decode(await files.read_whole(note)).strip() if await note.stat() else ""


async def _ask(host: Host) -> None:
    """Ask a machine to restart; a connection that breaks meanwhile is the answer that was hoped for."""
    try:
        result = await host.shell(_RESTART, timeout=_ANSWER)
    except Failure as failure:
        if failure.code not in (errors.BROKEN_CONNECTION, errors.TIMED_OUT):
            raise
        return
    if 0 < result.status < _SIGNALLED:
        note = _note(host)
        await note.files.remove(note.path)
        words = decode(result.error or result.output).strip().splitlines()
        message = f"{host.name}: it refuses to restart" + (f": {words[-1]}" if words else "")
        raise Failure(
            errors.ACCESS_DENIED, message, help="log in as root, or let sudo allow `shutdown` without a password"
        )


async def _back(context: Context, patience: Patience, host: Host, boot_of: BootOf, before: str) -> Host:
    """The machine behind a new connection, once it shows another boot than before."""
    while True:
        try:
            if await boot_of(host) != before:
                return host
            await patience.pause()
        except Failure:  # on its way down a system answers in many ways
            await patience.pause()
            host = await connected(context, patience)
