"""Waiting for files, ports and machines, with an end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from setupbatcher.commands import patience
from setupbatcher.commands.registry import Outcome
from setupbatcher.hosts.local import LocalHost
from tests.commands.conftest import Bench
from tests.machines import Machines, free_port, make_key


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next look follows soon."""
    monkeypatch.setattr(patience, "PAUSE", 0.02)


@contextlib.asynccontextmanager
async def going_on(bench: Bench, name: str, *texts: str) -> AsyncIterator[asyncio.Task[Outcome]]:
    """A command that is waiting while the block runs, and has its outcome at the end of it."""
    task = asyncio.ensure_future(bench.run(name, *texts))
    await asyncio.sleep(0.2)
    assert not task.done()
    try:
        yield task
        assert await task == Outcome()
    finally:
        task.cancel()


async def test_a_file_is_waited_for(bench: Bench) -> None:
    """It may be there already, come while it is waited for, or be a folder."""
    file = bench.folder / "file"
    async with going_on(bench, "Wait.File", str(file), "60"):
        await bench.run("DOS", f"mkdir {file}")
    assert await bench.run("Wait.File", str(file)) == Outcome()


async def test_a_file_that_does_not_come(bench: Bench) -> None:
    """The time over, the code is 1460 and the message says what was waited for."""
    failure = await bench.fails("Wait.File", str(bench.folder / "none"), "0.1")
    assert (failure.code, failure.message) == (1460, f"{bench.folder}/none: not there, for 0.1 s")


async def test_a_port_is_waited_for(bench: Bench) -> None:
    """Somebody may listen there already, or begin to meanwhile."""
    port = free_port(bench.host.address)
    async with going_on(bench, "Wait.Port", str(port)):
        server = await asyncio.start_server(lambda _, writer: writer.close(), bench.host.address, port)
    assert await bench.run("Wait.Port", str(port), "60") == Outcome()
    server.close()
    await server.wait_closed()


async def test_a_port_that_stays_closed(bench: Bench) -> None:
    """The message has the address at which the machine was reached, and the reason; no port has the number 65536."""
    address = "localhost" if bench.spec is None else Machines.address(3)
    port = free_port(address)
    failure = await bench.fails("Wait.Port", str(port), "0.1")
    codes = [(await bench.fails("Wait.Port", number)).code for number in ("0", "65536", "-1", "ssh")]
    assert (failure.code, failure.message, codes) == (
        1460,
        f"{address}, port {port}: connection refused, for 0.1 s",
        [87] * 4,
    )


async def test_this_machine_is_always_there(tmp_path: Path) -> None:
    """Nobody waits for it."""
    assert await Bench(LocalHost(tmp_path), tmp_path, tmp_path).run("Wait.Online", "0.1") == Outcome()


@pytest.mark.parametrize("bench", ["ssh"], indirect=True)
async def test_a_machine_is_waited_for(bench: Bench, machines: Machines) -> None:
    """Once it lets the user in again, the commands that follow use the new connection."""
    before = bench.host
    machines.down()
    try:
        assert (await bench.fails("DOS", "true")).code == 109
        failure = await bench.fails("Wait.Online", "0.2")
        async with going_on(bench, "Wait.Online"):
            machines.up()
    except BaseException:
        machines.up()
        raise
    assert (failure.code, failure.message) == (1460, "m3: connection refused, for 0.2 s")
    assert bench.host is not before
    assert await bench.run("DOS", "echo here") == Outcome("here")


@pytest.mark.parametrize("bench", ["ssh"], indirect=True)
async def test_a_machine_with_another_key_is_not_waited_for(bench: Bench, client_home: Path, tmp_path: Path) -> None:
    """What does not pass by itself ends the waiting at once."""
    (client_home / ".ssh" / "known_hosts").write_text(f"[127.*]:* {make_key(tmp_path / 'other_key')}\n")
    assert (await bench.fails("Wait.Online", "60")).code == 1396
