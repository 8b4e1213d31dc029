"""Every way in which a connection can fail, as the code and the words a user is told."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import asyncssh

from setupbatcher import errors
from setupbatcher.errors import Failure


@contextmanager
def translated(machine: str) -> Iterator[None]:
    """Turn what the SSH library raises into a :class:`~setupbatcher.errors.Failure` that names the machine."""
    try:
        yield
    except Failure:
        raise
    except (asyncssh.Error, asyncssh.KeyImportError, asyncssh.ConfigParseError, OSError, ValueError) as error:
        raise failure_of(error, machine) from error


def failure_of(error: Exception, machine: str) -> Failure:  # noqa: C901, PLR0911 -- a table, one row for each kind
    """The failure that an error of the library stands for."""
    reason = str(error).strip() or type(error).__name__
    match error:
        case asyncssh.PermissionDenied():
            return Failure(errors.LOGON_FAILURE, f"{machine}: login refused")
        case asyncssh.HostKeyNotVerifiable():
            code = errors.HOST_KEY_CHANGED if "revoked" in reason.lower() else errors.HOST_KEY_UNKNOWN
            return Failure(code, f"{machine}: the host key is not accepted: {_plain(reason)}")
        case asyncssh.KeyEncryptionError() | asyncssh.KeyImportError():
            return Failure(
                errors.LOGON_FAILURE,
                f"{machine}: the private key cannot be used: {_plain(reason)}",
                help="check KeyFile; a key that has a passphrase is used through ssh-agent: `ssh-add FILE`",
            )
        case asyncssh.ConfigParseError():
            return Failure(errors.BAD_PARAMETER, f"~/.ssh/config: {_plain(reason)}", help="correct the file")
        case asyncssh.DisconnectError() if "authentication failures" in reason.lower():
            return Failure(
                errors.LOGON_FAILURE,
                f"{machine}: login refused after too many keys",
                help="name the right key with key file or IdentityFile, and set IdentitiesOnly in ~/.ssh/config",
            )
        case asyncssh.KeyExchangeFailed():
            return Failure(
                errors.NOT_SUPPORTED,
                f"{machine}: no common way of encryption: {_plain(reason)}",
                help="bring the machine's SSH service up to date",
            )
        case asyncssh.ChannelOpenError() if "connection closed" in reason.lower():
            return lost(machine)
        case asyncssh.ChannelOpenError():
            return Failure(
                errors.ACCESS_DENIED,
                f"{machine}: the machine refuses a further session: {_plain(reason)}",
                help="raise MaxSessions of its SSH service",
            )
        case asyncssh.Error():
            return lost(machine, reason)
        case OSError():
            return _network(error, machine)
    return Failure(errors.BAD_PARAMETER, f"{machine}: {_plain(reason)}")


def lost(machine: str, reason: str = "") -> Failure:
    """The failure of a connection that broke."""
    return Failure(errors.BROKEN_CONNECTION, f"{machine}: the connection was lost" + (reason and f": {_plain(reason)}"))


def _network(error: OSError, machine: str) -> Failure:
    if isinstance(error, socket.gaierror):
        return Failure(errors.MACHINE_NOT_FOUND, f"{machine}: the name is not known to the network")
    if isinstance(error, TimeoutError):
        return timed_out(machine)
    if isinstance(error, FileNotFoundError | PermissionError):  # a key file
        return errors.from_os_error(error, str(error.filename or machine))
    if error.errno in (errno.ENETDOWN, errno.ENETUNREACH):
        return Failure(errors.NETWORK_UNREACHABLE, f"{machine}: the network cannot be reached")
    failure = errors.from_os_error(error, machine)
    if error.errno:
        # The library's own words name a tuple of address and port; the system's are those that people know.
        failure = Failure(failure.code, f"{machine}: {os.strerror(error.errno).lower()}")
    return failure


def behind_jump(machine: str, reason: str) -> Failure:
    """The failure of a machine that its jump host cannot reach; the jump host's words are all there is to go by."""
    lowered = reason.lower()
    if "refused" in lowered:
        code = errors.CONNECTION_REFUSED
    elif "not known" in lowered or "resolve" in lowered:
        code = errors.MACHINE_NOT_FOUND
    else:
        code = errors.HOST_UNREACHABLE
    return Failure(code, f"{machine}: the jump host cannot reach it: {_plain(reason)}")


def timed_out(machine: str, seconds: float | None = None) -> Failure:
    """The failure of a machine that does not answer."""
    limit = f" within {seconds:g} s" if seconds is not None else ""
    return Failure(
        errors.TIMED_OUT,
        f"{machine}: no answer{limit}",
        help="check that the machine is switched on, its address and port, and the firewalls in between",
    )


def _plain(reason: str) -> str:
    """A message of the library in the form of ours."""
    first = reason.splitlines()[0].rstrip(".")
    return first[:1].lower() + first[1:] if first[1:2].islower() else first
