"""Logging in over SSH as the user would: agent, key files, ``~/.ssh/config``, jump hosts, and known keys only."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.hosts import known_hosts, ssh_errors
from setupbatcher.hosts.base import HostSpec
from setupbatcher.hosts.ports import open_socket
from setupbatcher.hosts.ssh_way import Way, find_way, jump_spec, options_of

KEEPALIVE_INTERVAL = 10.0
"""Seconds of silence after which the other side is asked for a sign of life."""

KEEPALIVE_COUNT = 3
"""Questions left unanswered until the connection counts as lost."""

_MOST_JUMPS = 10

# The numbers of a user's own RSA key are taken as they are, as OpenSSH takes them: to examine them would cost every
# machine a fifth of a second.
asyncssh.set_default_skip_rsa_key_validation(True)


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
        spec = spec._replace(key_file=_absolute(spec.key_file, base))
    try:
        async with asyncio.timeout(spec.connect_timeout):
            await _reach(spec, password, None, opened)
    except BaseException as error:
        for connection in opened:
            connection.abort()
        if isinstance(error, TimeoutError):
            raise ssh_errors.timed_out(spec.name, spec.connect_timeout) from None
        raise
    return opened


def _absolute(file: str, base: Path) -> str:
    return str(base / Path(file).expanduser())


async def _reach(
    spec: HostSpec,
    password: str | None,
    tunnel: asyncssh.SSHClientConnection | None,
    opened: list[asyncssh.SSHClientConnection],
    depth: int = 0,
) -> asyncssh.SSHClientConnection:
    """Log in to a machine, and to its jump hosts before unless a tunnel is there already."""
    with ssh_errors.translated(spec.name):
        way = await find_way(spec)
    for jump in () if tunnel is not None else way.jumps:
        if depth >= _MOST_JUMPS:
            raise Failure(errors.BAD_PARAMETER, f"{spec.name}: too many jump hosts", help="correct ~/.ssh/config")
        tunnel = await _reach(jump_spec(jump, spec), None, tunnel, opened, depth + 1)
    with ssh_errors.translated(spec.name):
        connection = await _Login(spec, way, password, tunnel).run()
    opened.insert(0, connection)
    return connection


class _Client(asyncssh.SSHClient):
    """Remembers how far a connection came, and the key that the machine showed and nobody knows."""

    def __init__(self, *, accept: bool) -> None:
        self.shown: asyncssh.SSHKey | None = None
        self.connection: asyncssh.SSHClientConnection | None = None
        self._accept = accept

    def forget(self) -> None:
        """Begin with another connection."""
        self.connection = None

    @property
    def attached(self) -> bool:
        """Whether the library has taken the socket over, and sees to its end."""
        return self.connection is not None

    @property
    def encrypted(self) -> bool:
        """Whether both sides agreed on keys."""
        return self.connection is not None and self.connection.get_extra_info("recv_cipher") is not None

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        """The library has taken the socket over."""
        self.connection = conn

    def validate_host_public_key(
        self,
        host: str,  # noqa: ARG002 -- the library's own signature
        addr: str,  # noqa: ARG002 -- as above
        port: int,  # noqa: ARG002 -- as above
        key: asyncssh.SSHKey,
    ) -> bool:
        """Asked by the library about a key that is not among the known ones."""
        self.shown = key
        return self._accept


@dataclass(slots=True)
class _Login:
    spec: HostSpec
    way: Way
    password: str | None
    tunnel: asyncssh.SSHClientConnection | None

    async def run(self) -> asyncssh.SSHClientConnection:
        known = known_hosts.look_up(self.way.known_files, self.way.known_as, self.way.port)
        client = _Client(accept=self.spec.accept_new and not known.listed)
        try:
            connection = await self._connect(known, client)
        except (asyncssh.ConnectionLost, asyncssh.KeyExchangeFailed, ConnectionError):
            if not client.attached or client.encrypted or not known.trusted:
                raise
            # The known kinds of key were asked for, and the machine may have none of these: then it has another key,
            # and is asked to show it.
            connection = await self._connect(known, client, server_host_key_algs="default")
        if client.shown is not None and self.way.own_known_file is not None:
            line = known_hosts.line_for(self.way.known_as, self.way.port, client.shown)
            known_hosts.add(self.way.own_known_file, line)
        return connection

    async def _connect(self, known: known_hosts.Known, client: _Client, **more: str) -> asyncssh.SSHClientConnection:
        options = await self._options()
        client.forget()
        try:
            return await asyncssh.connect(
                **options,
                **more,
                client_factory=lambda: client,
                known_hosts=(known.trusted, known.authorities, known.revoked),
                keepalive_interval=KEEPALIVE_INTERVAL,
                keepalive_count_max=KEEPALIVE_COUNT,
            )
        except asyncssh.HostKeyNotVerifiable as error:
            raise self._key_failure(error, known, client.shown) from error
        except asyncssh.ChannelOpenError as error:
            raise ssh_errors.behind_jump(self.spec.name, error.reason) from error
        finally:
            if not client.attached and "sock" in options:
                options["sock"].close()

    async def _options(self) -> dict[str, Any]:
        options = options_of(self.spec)
        if self.spec.key_file:
            options["client_keys"] = [self.spec.key_file]
        if self.way.ciphers is not None:
            options["encryption_algs"] = self.way.ciphers
        if self.password is not None:
            options["password"] = self.password
        if self.tunnel is not None:
            options["tunnel"] = self.tunnel
        elif not self.way.through_command:
            way = self.way
            async with asyncio.timeout(way.patience):  # the library keeps to it from here on
                options["sock"] = await open_socket(way.host, way.port, way.family, way.local_address)
        return options

    def _key_failure(
        self, error: asyncssh.HostKeyNotVerifiable, known: known_hosts.Known, shown: asyncssh.SSHKey | None
    ) -> Failure:
        if shown is None:  # revoked, or a certificate that does not hold
            return ssh_errors.failure_of(error, self.spec.name)
        fingerprint = shown.get_fingerprint()
        if known.listed:
            name = known_hosts.name_of(self.way.known_as, self.way.port)
            return Failure(
                errors.HOST_KEY_CHANGED,
                f"{self.spec.name}: the host key {fingerprint} is not the known one",
                help="a changed key is never accepted: find out why it changed, then remove the old one with "
                f"`ssh-keygen -R '{name}'`",
            )
        line = known_hosts.line_for(self.way.known_as, self.way.port, shown)
        return known_hosts.UnknownHostKey(self.spec.name, line, self.way.own_known_file, fingerprint)
