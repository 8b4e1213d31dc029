"""The way to a machine: from its description to a connected host."""

from __future__ import annotations

from pathlib import Path

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.hosts.base import Host, HostSpec, Transport
from setupbatcher.hosts.local import LocalHost
from setupbatcher.hosts.secrets import Secrets


async def connect(spec: HostSpec, *, base: Path, secrets: Secrets) -> Host:
    """Connect to a machine and log in. The caller closes the host.

    The pre-scan does the same and keeps the host for the run: a machine is greeted once.

    Args:
        spec: the machine.
        base: the script's folder, where relative paths on this machine start.
        secrets: where its password is fetched.

    Raises:
        Failure: 53 name not resolved, 1231 and 1232 no route, 1225 refused, 1460 no answer, 1326 login refused, 1397
            unknown host key (:class:`setupbatcher.hosts.known_hosts.UnknownHostKey`), 1396 changed host key, 109
            connection lost, 50 no such transport.
    """
    if spec.transport is Transport.LOCAL:
        return LocalHost(base, spec.name)
    if spec.transport is Transport.WINRM:
        raise Failure(
            errors.NOT_SUPPORTED,
            f"{spec.name}: Windows remoting (winrm) is not part of this version",
            help="reach the machine over SSH with transport=ssh; Windows has an OpenSSH service as an optional feature",
        )
    return await _connect_ssh(spec, base, secrets)


async def _connect_ssh(spec: HostSpec, base: Path, secrets: Secrets) -> Host:
    from setupbatcher.hosts.ssh import SshHost  # noqa: PLC0415 -- asyncssh is slow to import, and not always needed
    from setupbatcher.hosts.ssh_connect import open_connection  # noqa: PLC0415 -- as above

    password = await secrets.resolve(spec.password, purpose=spec.name) if spec.password is not None else None
    return SshHost(spec, await open_connection(spec, password, base=base))
