"""Waiting for a machine, a port, a file."""

from __future__ import annotations

from setupbatcher import errors
from setupbatcher.commands.context import Context
from setupbatcher.commands.places import on_machine
from setupbatcher.commands.registry import Outcome, Path, Seconds, command
from setupbatcher.errors import Failure

_AREA = "Waiting"
_PORTS = range(1, 2**16)


@command(
    "Wait.Online",
    area=_AREA,
    example="Wait.Online 300",
    does="wait until the machine can be logged in to, {timeout} seconds at most",
    on_controller=True,
)
async def wait_online(context: Context, timeout: Seconds = 600) -> Outcome:  # noqa: ASYNC109 -- of the row
    """Wait until the machine can be logged in to again, and go on with the new connection.

    A machine that is on its way down may still answer; after a restart use ``Reboot``, which knows the one from the
    other. This machine is always there.

    Args:
        timeout: seconds to wait at most; 600 if it is left out.

    Errors:
        1460 past the time, 1396 when the machine comes back with another host key.
    """
    from setupbatcher.commands.patience import Patience, connected  # noqa: PLC0415 -- asyncio is slow to import

    async with Patience(timeout, f"{context.host.name}: no answer") as patience:
        await connected(context, patience)
    return Outcome()


@command(
    "Wait.Port",
    area=_AREA,
    example="Wait.Port 8080,120",
    does="wait until port {port} can be reached, {timeout} seconds at most",
    on_controller=True,
)
async def wait_port(context: Context, port: int, timeout: Seconds = 600) -> Outcome:  # noqa: ASYNC109 -- of the row
    """Wait until a TCP port of the machine can be reached from the controller.

    It is tried at the address at which the machine itself was reached, and never through a jump host. Nothing is sent
    there.

    Args:
        port: its number.
        timeout: seconds to wait at most; 600 if it is left out.

    Errors:
        1460 past the time, 87 for a number that no port has.
    """
    from setupbatcher.commands.patience import Patience  # noqa: PLC0415 -- asyncio is slow to import
    from setupbatcher.hosts.ports import knock  # noqa: PLC0415 -- as above

    if port not in _PORTS:
        raise Failure(errors.BAD_PARAMETER, f"{port} is not a port number", help="a port is a number from 1 to 65535")
    address = context.host.address
    async with Patience(timeout, f"{address}, port {port}: no answer") as patience:
        while True:
            try:
                await knock(address, port)
            except Failure as failure:
                await patience.pause(failure)
            else:
                return Outcome()


@command(
    "Wait.File",
    area=_AREA,
    example="Wait.File /var/run/app.pid,60",
    does="wait until {path} is there, {timeout} seconds at most",
)
async def wait_file(context: Context, path: Path, timeout: Seconds = 600) -> Outcome:  # noqa: ASYNC109 -- of the row
    """Wait until a file or folder is there.

    It is there as soon as it has its name: who writes a file that is waited for writes it under another name first.

    Args:
        path: on the machine.
        timeout: seconds to wait at most; 600 if it is left out.

    Errors:
        1460 past the time, 5 without the rights to look, 109 when the connection breaks.
    """
    from setupbatcher.commands.patience import Patience  # noqa: PLC0415 -- asyncio is slow to import

    place = on_machine(context, path)
    async with Patience(timeout, f"{place}: not there") as patience:
        while await place.stat() is None:
            await patience.pause()
    return Outcome()
