"""Connecting to a machine over SSH as its user would: agent, key files, ``~/.ssh/config``, jump hosts, known keys."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncssh

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.hosts import known_hosts, ssh_errors
from setupbatcher.hosts.base import HostSpec

KEEPALIVE_INTERVAL = 10.0
"""Seconds of silence after which the other side is asked for a sign of life."""

KEEPALIVE_COUNT = 3
"""Questions left unanswered until the connection counts as lost."""

_SYSTEM_FILE = Path("/etc/ssh/ssh_known_hosts")


@dataclass(frozen=True, slots=True)
class _Way:
    """Where a connection goes, ``~/.ssh/config`` taken into account."""

    host: str
    port: int
    known_as: str
    jumps: str
    through_command: bool
    family: int
    local_address: tuple[str, int] | None
    known_files: tuple[Path, ...]
    own_known_file: Path | None


class _Client(asyncssh.SSHClient):
    """Remembers the key that the machine showed and nobody knows."""

    def __init__(self) -> None:
        self.shown: asyncssh.SSHKey | None = None
        self.accept = False
        self.attached = False

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:  # noqa: ARG002 -- the library's own signature
        """The library has taken the socket over."""
        self.attached = True

    def validate_host_public_key(
        self,
        host: str,  # noqa: ARG002 -- the library's own signature
        addr: str,  # noqa: ARG002 -- as above
        port: int,  # noqa: ARG002 -- as above
        key: asyncssh.SSHKey,
    ) -> bool:
        """Asked by the library about a key that is not among the known ones."""
        self.shown = key
        return self.accept


async def open_connection(spec: HostSpec, password: str | None, *, base: Path) -> list[asyncssh.SSHClientConnection]:
    """Connect and log in.

    Args:
        spec: the machine.
        password: its password, if it has one.
        base: where a relative key file is looked for.

    Returns:
        The connection to the machine, then those to the jump hosts it runs through, nearest to the machine first.

    Raises:
        Failure: each kind of failure with its own code.
    """
    opened: list[asyncssh.SSHClientConnection] = []
    if spec.key_file is not None:
        spec = replace(spec, key_file=_absolute(spec.key_file, base))
    try:
        async with asyncio.timeout(spec.connect_timeout):
            await _open(spec, password, opened)
    except BaseException as error:
        for connection in opened:
            connection.abort()
        if isinstance(error, TimeoutError):
            raise ssh_errors.timed_out(spec.name, spec.connect_timeout) from None
        raise
    return opened


def _absolute(file: str, base: Path) -> str:
    return str(base / Path(file).expanduser())


async def _open(spec: HostSpec, password: str | None, opened: list[asyncssh.SSHClientConnection]) -> None:
    with ssh_errors.translated(spec.name):
        way = await _way(spec)
    tunnel = None
    for jump in way.jumps.split(",") if way.jumps else ():
        tunnel = await _login(_jump(jump, spec), None, tunnel, opened)
    await _login(spec, password, tunnel, opened, way)


async def _login(
    spec: HostSpec,
    password: str | None,
    tunnel: asyncssh.SSHClientConnection | None,
    opened: list[asyncssh.SSHClientConnection],
    way: _Way | None = None,
) -> asyncssh.SSHClientConnection:
    with ssh_errors.translated(spec.name):
        way = way or await _way(spec)
        known = known_hosts.look_up(way.known_files, way.known_as, way.port)
        client = _Client()
        client.accept = spec.accept_new and not known.listed
        options = _options(spec)
        if spec.key_file:
            options["client_keys"] = [spec.key_file]
        if password is not None:
            options["password"] = password
        if tunnel is not None:
            options["tunnel"] = tunnel
        elif not way.through_command:
            options["sock"] = await _socket(way)
        try:
            connection = await asyncssh.connect(
                **options,
                client_factory=lambda: client,
                known_hosts=(known.trusted, known.authorities, known.revoked),
                keepalive_interval=KEEPALIVE_INTERVAL,
                keepalive_count_max=KEEPALIVE_COUNT,
            )
        except (asyncssh.HostKeyNotVerifiable, asyncssh.KeyExchangeFailed) as error:
            raise _key_failure(error, spec, way, known, client.shown) from error
        finally:
            if not client.attached and "sock" in options:
                options["sock"].close()
    opened.insert(0, connection)
    if client.shown is not None and way.own_known_file is not None:
        known_hosts.add(way.own_known_file, known_hosts.line_for(way.known_as, way.port, client.shown))
    return connection


def _options(spec: HostSpec) -> dict[str, Any]:
    options: dict[str, Any] = {"host": spec.address or spec.name}
    if spec.port is not None:
        options["port"] = spec.port
    if spec.user is not None:
        options["username"] = spec.user
    return options


async def _way(spec: HostSpec) -> _Way:
    """Read ``~/.ssh/config`` for a machine; keys are left to the login."""
    found = await asyncssh.SSHClientConnectionOptions.construct(
        **_options(spec), config=(), client_keys=None, agent_path=None
    )
    own = _known_files(found.known_hosts)
    return _Way(
        host=found.host,
        port=found.port,
        known_as=found.host_key_alias or found.host,
        jumps=found.tunnel if isinstance(found.tunnel, str) and found.tunnel.lower() != "none" else "",
        through_command=bool(found.proxy_command),
        family=found.family,
        local_address=found.local_addr,
        known_files=(*own, _SYSTEM_FILE),
        own_known_file=own[0] if own else None,
    )


def _known_files(named: object) -> tuple[Path, ...]:
    """The user's own files of known keys; ``named`` as the library understood ``~/.ssh/config``."""
    if named is None:  # UserKnownHostsFile none
        return ()
    files = named if isinstance(named, list) else []
    return tuple(Path(file).expanduser() for file in files or ["~/.ssh/known_hosts"])


def _jump(text: str, spec: HostSpec) -> HostSpec:
    """The jump host that ``[user@]host[:port]`` names."""
    user, _, rest = text.strip().removeprefix("ssh://").rpartition("@")
    host, colon, port = rest.rpartition(":")
    if not colon or "]" in port:
        host, port = rest, ""
    if port and not port.isdecimal():
        raise Failure(errors.BAD_PARAMETER, f"{spec.name}: {text}: not a jump host", help="correct ~/.ssh/config")
    return replace(
        spec,
        name=f"{rest} (on the way to {spec.name})",
        address=host.strip("[]"),
        port=int(port) if port else None,
        user=user or None,
        key_file=None,
        password=None,
    )


async def _socket(way: _Way) -> socket.socket:
    """Open a TCP connection; the first address that answers wins, the first failure is the one reported."""
    loop = asyncio.get_running_loop()
    first: OSError | None = None
    for family, kind, protocol, _, address in await loop.getaddrinfo(
        way.host, way.port, family=way.family, type=socket.SOCK_STREAM
    ):
        attempt = socket.socket(family, kind, protocol)
        try:
            attempt.setblocking(False)  # noqa: FBT003 -- the library's own signature
            if way.local_address:
                attempt.bind(way.local_address)
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


def _key_failure(
    error: asyncssh.DisconnectError,
    spec: HostSpec,
    way: _Way,
    known: known_hosts.Known,
    shown: asyncssh.SSHKey | None,
) -> Failure:
    if isinstance(error, asyncssh.KeyExchangeFailed) and "host key" not in str(error).lower():
        return ssh_errors.failure_of(error, spec.name)
    fingerprint = f" {shown.get_fingerprint()}" if shown is not None else ""
    if known.listed:
        name = known_hosts.name_of(way.known_as, way.port)
        return Failure(
            errors.HOST_KEY_CHANGED,
            f"{spec.name}: the host key{fingerprint} is not the known one",
            help="a changed key is never accepted: find out why it changed, then remove the old one with "
            f"`ssh-keygen -R '{name}'`",
        )
    if shown is None or way.own_known_file is None:
        return ssh_errors.failure_of(error, spec.name)
    line = known_hosts.line_for(way.known_as, way.port, shown)
    return known_hosts.UnknownHostKey(spec.name, line, way.own_known_file, shown.get_fingerprint())
