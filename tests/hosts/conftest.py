"""Connected machines for the tests of hosts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from setupbatcher.hosts.base import Host
from setupbatcher.hosts.connect import connect
from setupbatcher.hosts.local import LocalHost
from setupbatcher.hosts.secrets import Secrets
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


@pytest_asyncio.fixture(params=["local", "ssh"])
async def any_host(request: pytest.FixtureRequest, local: LocalHost) -> AsyncIterator[Host]:
    """Each kind of machine in turn: what holds for one holds for the other."""
    if request.param == "local":
        yield local
        return
    machines = request.getfixturevalue("machines")
    home = request.getfixturevalue("client_home")
    host = await connect(machines.spec(2), base=home, secrets=Secrets())
    try:
        yield host
    finally:
        await host.close()
