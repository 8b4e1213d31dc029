"""Where a connection goes, ``~/.ssh/config`` taken into account."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import asyncssh

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.hosts.base import HostSpec

QUICK_CIPHERS = "^aes256-gcm@openssh.com,aes128-gcm@openssh.com"
"""Asked for before all others where the user's config names none: what processors have instructions for."""

_SYSTEM_FILE = Path("/etc/ssh/ssh_known_hosts")


@dataclass(frozen=True, slots=True)
class Way:
    """Where a connection goes.

    Attributes:
        host: name or address to connect to.
        port: TCP port.
        known_as: the name under which its key is known.
        jumps: jump hosts as ``[user@]host[:port]``, the first to be reached first.
        through_command: the user's config names a command that makes the connection.
        family: address family, 0 for any.
        local_address: where the connection starts, or ``None``.
        known_files: files of known keys.
        own_known_file: the one of them to which the user's new keys are added, or ``None``.
        ciphers: those to ask for before all others, or ``None`` where the user's config has its own.
        patience: seconds until a machine that does not answer counts as timed out, where the user's config has a limit.
    """

    host: str
    port: int
    known_as: str
    jumps: tuple[str, ...]
    through_command: bool
    family: int
    local_address: tuple[str, int] | None
    known_files: tuple[Path, ...]
    own_known_file: Path | None
    ciphers: str | None
    patience: float | None


def options_of(spec: HostSpec) -> dict[str, Any]:
    """What the SSH library is told of a machine; all else is left to ``~/.ssh/config``."""
    options: dict[str, Any] = {"host": spec.address or spec.name, "config": ()}
    if spec.port is not None:
        options["port"] = spec.port
    if spec.user is not None:
        options["username"] = spec.user
    return options


async def find_way(spec: HostSpec) -> Way:
    """Read ``~/.ssh/config`` for a machine; keys are left to the login."""
    found = await asyncssh.SSHClientConnectionOptions.construct(**options_of(spec), client_keys=None, agent_path=None)
    own = _known_files(found.known_hosts)
    jumps = found.tunnel if isinstance(found.tunnel, str) and found.tunnel.lower() != "none" else ""
    return Way(
        host=found.host,
        port=found.port,
        known_as=found.host_key_alias or found.host,
        jumps=tuple(jumps.split(",")) if jumps else (),
        through_command=bool(found.proxy_command),
        family=found.family,
        local_address=found.local_addr,
        known_files=(*own, _SYSTEM_FILE),
        own_known_file=own[0] if own else None,
        ciphers=QUICK_CIPHERS if tuple(found.encryption_algs) == _usual_ciphers() else None,
        patience=found.connect_timeout,
    )


@cache
def _usual_ciphers() -> tuple[bytes, ...]:
    """What the library asks for when nothing else is said."""
    return tuple(asyncssh.SSHClientConnectionOptions(config=None, client_keys=None, agent_path=None).encryption_algs)


def _known_files(named: object) -> tuple[Path, ...]:
    """The user's own files of known keys; ``named`` as the library understood ``~/.ssh/config``."""
    if named is None:  # UserKnownHostsFile none
        return ()
    files = named if isinstance(named, list) else []
    return tuple(Path(file).expanduser() for file in files or ["~/.ssh/known_hosts"])


def jump_spec(text: str, spec: HostSpec) -> HostSpec:
    """The jump host that ``[user@]host[:port]`` names, on the way to a machine.

    Raises:
        Failure: 87 when it names none.
    """
    user, _, rest = text.strip().removeprefix("ssh://").rpartition("@")
    host, colon, port = rest.rpartition(":")
    if not colon or "]" in port:
        host, port = rest, ""
    if not host or (port and not port.isdecimal()):
        raise Failure(errors.BAD_PARAMETER, f"{spec.name}: {text!r}: not a jump host", help="correct ~/.ssh/config")
    return spec._replace(
        name=f"{rest} (on the way to {spec.name})",
        address=host.strip("[]"),
        port=int(port) if port else None,
        user=user or None,
        key_file=None,
        password=None,
    )
