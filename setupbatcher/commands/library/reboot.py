"""Restarting a machine."""

from __future__ import annotations

from setupbatcher.commands.context import Context
from setupbatcher.commands.registry import Outcome, Seconds, command


@command(
    "Reboot",
    area="Process",
    example="Reboot 900",
    does="restart the machine and wait until it is back, {timeout} seconds at most",
)
async def reboot(context: Context, timeout: Seconds = 600) -> Outcome:  # noqa: ASYNC109 -- of the row
    """Restart the machine, wait until it is back, and go on.

    It is back when it can be logged in to and shows another boot than before. A row that is run again after an error or
    a crash of the controller looks first whether the machine has restarted since the first attempt, and if so does not
    restart it a second time. For that a small file, ``.setupbatcher-reboot-NAME``, stands in the user's home folder on
    the machine meanwhile.

    The user must be allowed to run ``shutdown -r``, itself or through ``sudo`` without a password. The machine that
    runs the script is not restarted this way.

    Args:
        timeout: seconds within which it must be back; 600 if it is left out.

    Errors:
        1460 past the time, 5 without the right to restart it, 50 for this machine and for Windows, 1396 when it comes
        back with another host key.
    """
    from setupbatcher.commands import rebooting  # noqa: PLC0415 -- asyncio is slow to import

    return await rebooting.reboot(context, timeout)
