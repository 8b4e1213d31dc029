"""Places to put files, on this machine and over SSH."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from setupbatcher.files import Place
from setupbatcher.hosts.base import Host
from setupbatcher.hosts.connect import connect
from setupbatcher.hosts.local import LocalHost
from setupbatcher.hosts.secrets import Secrets


@pytest.fixture
def here(tmp_path: Path) -> Place:
    """An empty folder on this machine."""
    folder = tmp_path / "here"
    folder.mkdir()
    files = LocalHost(folder).files
    return Place(files, files.path(str(folder)))


@pytest_asyncio.fixture
async def remote(request: pytest.FixtureRequest) -> AsyncIterator[Host]:
    """A machine over SSH."""
    machines, home = request.getfixturevalue("machines"), request.getfixturevalue("client_home")
    host = await connect(machines.spec(1), base=home, secrets=Secrets())
    try:
        yield host
    finally:
        await host.close()


@pytest_asyncio.fixture
async def there(remote: Host) -> Place:
    """An empty folder on the machine over SSH."""
    result = await remote.shell("mktemp -d")
    return Place(remote.files, remote.files.path(result.output.decode().strip()))


@pytest.fixture(params=["here", "there"])
def place(request: pytest.FixtureRequest) -> Place:
    """An empty folder on each kind of machine in turn."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Place)
    return found


@pytest.fixture(params=["here-here", "here-there", "there-here", "there-there"])
def pair(request: pytest.FixtureRequest) -> tuple[Place, Place]:
    """A folder to copy from and one to copy to, for each pair of machines; both exist and are empty."""
    one, other = (request.getfixturevalue(name) for name in request.param.split("-"))
    return one.child("from"), other.child("to")


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk with room for 200 kB, for everybody."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        disk = Path(folder) / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k,mode=777", "none", str(disk)], check=True)
        yield disk
        subprocess.run(["umount", str(disk)], check=True)
