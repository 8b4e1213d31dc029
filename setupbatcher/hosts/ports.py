"""TCP connections from the controller."""

from __future__ import annotations

import asyncio
import os
import socket

from setupbatcher import errors
from setupbatcher.errors import Failure, from_os_error

_ANSWER = 10.0
"""Seconds after which a port that says nothing counts as one that does not answer."""


async def open_socket(
    host: str, port: int, family: int = 0, local_address: tuple[str, int] | None = None
) -> socket.socket:
    """Open a TCP connection; the first address that answers wins.

    Args:
        host: name or address.
        port: its number.
        family: address family, 0 for any.
        local_address: where the connection starts, or ``None``.

    Raises:
        OSError: what the first address failed with, when none answers.
    """
    loop = asyncio.get_running_loop()
    first: OSError | None = None
    for found, kind, protocol, _, address in await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM):
        attempt = socket.socket(found, kind, protocol)
        try:
            attempt.setblocking(False)  # noqa: FBT003 -- the library's own signature
            if local_address:
                attempt.bind(local_address)
            await loop.sock_connect(attempt, address)
        except OSError as error:
            attempt.close()
            first = first or error
        except BaseException:
            attempt.close()
            raise
        else:
            return attempt
    raise first or socket.gaierror(socket.EAI_NONAME, "no address")


async def knock(host: str, port: int) -> None:
    """Connect to a port and leave again without a word.

    Raises:
        Failure: 53 name not resolved, 1225 refused, 1231 and 1232 no route, 1460 no answer.
    """
    try:
        async with asyncio.timeout(_ANSWER):
            connection = await open_socket(host, port)
    except OSError as error:
        raise failure_of(error, f"{host}, port {port}") from error
    connection.close()


def failure_of(error: OSError, place: str) -> Failure:
    """What an error of the network means to a user.

    Args:
        error: what the system or the library said.
        place: whom it was about.
    """
    if isinstance(error, socket.gaierror):
        return Failure(errors.MACHINE_NOT_FOUND, f"{place}: the name is not known to the network")
    if isinstance(error, TimeoutError):
        return Failure(errors.TIMED_OUT, f"{place}: no answer")
    # The library's own words name a tuple of address and port; the system's are those that people know.
    words = os.strerror(error.errno).lower() if error.errno else "the connection was lost"
    code = from_os_error(error).code if error.errno else errors.BROKEN_CONNECTION
    return Failure(code, f"{place}: {words}")
