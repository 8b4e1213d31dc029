"""Connected machines for the tests of hosts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from setupbatcher.hosts.base import Host, HostSpec
from setupbatcher.hosts.connect import connect
from setupbatcher.hosts.local import LocalHost
from setupbatcher.hosts.secrets import Secrets
from setupbatcher.hosts.ssh import SshHost
from tests.machines import Machines


@pytest_asyncio.fixture
async def local(tmp_path: Path) -> LocalHost:
    """This machine, with an empty folder to start in."""
    folder = tmp_path / "script"
    folder.mkdir()
    return LocalHost(folder)


@pytest_asyncio.fixture
async def remote(machines: Machines, client_home: Path) -> AsyncIterator[Host]:
    """A machine over SSH."""
    host = await connect(machines.spec(1), base=client_home, secrets=Secrets())
    try:
        yield host
    finally:
        await host.close()


@pytest_asyncio.fixture(params=["local", "shell", "channel"])
async def any_host(request: pytest.FixtureRequest, local: LocalHost) -> AsyncIterator[Host]:
    """Each kind of machine in turn: what holds for one holds for the other.

    Over SSH a shell takes one command after the other, or each command has a channel of its own.
    """
    if request.param == "local":
        yield local
        return
    machines = request.getfixturevalue("machines")
    home = request.getfixturevalue("client_home")
    host = await connect_ssh(machines.spec(2), home, shells=request.param == "shell")
    try:
        yield host
    finally:
        await host.close()


async def connect_ssh(spec: HostSpec, base: Path, *, shells: bool) -> SshHost:
    """Connect to a machine over SSH.

    Args:
        spec: the machine.
        base: where paths on the controller start.
        shells: as always; otherwise each command has a channel of its own.
    """
    host = await connect(spec, base=base, secrets=Secrets())
    assert isinstance(host, SshHost)
    host._commands._shells.possible = shells
    return host
