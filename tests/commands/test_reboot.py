"""Restarting a machine: a real SSH service that goes and comes, and a ``shutdown`` on its PATH that asks for it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from setupbatcher.commands import patience, rebooting
from setupbatcher.commands.registry import Outcome
from setupbatcher.errors import Failure
from setupbatcher.hosts.base import Host
from tests.commands.conftest import Bench
from tests.machines import Machines

far = pytest.mark.parametrize("bench", ["ssh"], indirect=True)


@dataclass
class Power:
    """The machine's switch.

    Attributes:
        asked: the machine wants to restart once this file is there; it holds a line for each time it was asked.
        boot: file with the number of the present boot.
        note: what the command leaves on the machine while it waits.
        off: how long it stays switched off, in seconds; ``None`` for ever.
        restarts: how often it was switched off and on.
    """

    machines: Machines
    asked: Path
    boot: Path
    note: Path
    off: float | None = 0.1
    restarts: int = 0
    settings: list[str] = field(default_factory=list)
    watch: asyncio.Task[None] = field(init=False)

    async def serve(self) -> None:
        """Restart the machine whenever it asks for it."""
        seen = 0
        while True:
            await asyncio.sleep(0.02)
            asked = self.times()
            if asked > seen:
                seen = asked
                self.machines.down()
                if self.off is None:
                    return
                await asyncio.sleep(self.off)
                self.on()

    def on(self) -> None:
        """Boot it."""
        self.restarts += 1
        self.boot.write_text(f"boot {self.restarts}\n")
        self.machines.up(*self.settings)

    def times(self) -> int:
        """How often it was asked."""
        return self.asked.read_text().count("\n") if self.asked.exists() else 0

    async def boot_of(self, host: Host) -> str:
        """The number of its boot, as the machine tells it."""
        result = await host.program(["cat", str(self.boot)], timeout=5)
        return result.output.decode().strip()


@pytest_asyncio.fixture
async def power(bench: Bench, machines: Machines, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Power]:
    """The switch of the bench's machine, with somebody at it."""
    monkeypatch.setattr(patience, "PAUSE", 0.02)
    tools = bench.folder / "bin"
    await bench.run("DOS", f"mkdir {tools}; chmod 777 {tools} {bench.folder}; : > {bench.folder}/boot")
    _tool(tools / "shutdown", f'echo "$@" >> {bench.folder}/asked')
    power = Power(machines, bench.folder / "asked", bench.folder / "boot", machines.home / ".setupbatcher-reboot-m3")
    power.boot.write_text("boot 0\n")
    power.settings = [f"SetEnv PATH={tools}:/usr/bin:/bin"]
    machines.down()
    machines.up(*power.settings)
    await bench.reconnect()
    power.watch = asyncio.create_task(power.serve())
    yield power
    power.watch.cancel()
    machines.down()
    machines.up()
    power.note.unlink(missing_ok=True)


def _tool(file: Path, line: str) -> None:
    file.unlink(missing_ok=True)
    file.write_text(f"#!/bin/sh\n{line}\n")
    file.chmod(0o755)


async def _reboot(bench: Bench, power: Power, seconds: float = 60) -> Outcome:
    return await rebooting.reboot(bench.context(), seconds, power.boot_of)


@far
async def test_a_machine_restarts(bench: Bench, power: Power) -> None:
    """It is asked once, and the command ends when it shows another boot; nothing is left on it."""
    before = bench.host
    assert await _reboot(bench, power) == Outcome()
    assert (power.asked.read_text(), power.restarts, power.note.exists()) == ("-r now\n", 1, False)
    assert bench.host is not before
    assert await bench.run("DOS", f"cat {power.boot}") == Outcome("boot 1")


@far
async def test_a_machine_that_takes_its_time(bench: Bench, power: Power) -> None:
    """As long as it answers from the old boot it is not back."""
    _tool(bench.folder / "bin" / "shutdown", f"(sleep 0.5; echo late >> {power.asked}) > /dev/null 2>&1 &")
    assert await _reboot(bench, power) == Outcome()
    assert (power.asked.read_text(), power.restarts) == ("late\n", 1)


@far
async def test_an_attempt_that_was_cut_off_is_not_made_twice(bench: Bench, power: Power) -> None:
    """The machine has restarted while nobody waited for it; the second attempt sees that and leaves it alone."""
    power.off = None
    attempt = asyncio.create_task(_reboot(bench, power))
    await power.watch
    attempt.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await attempt
    power.on()
    bench.again = True
    assert await _reboot(bench, power) == Outcome(note="it has restarted since the first attempt")
    assert (power.times(), power.restarts, power.note.exists()) == (1, 1, False)


@far
async def test_an_attempt_that_was_cut_off_early_is_made_again(bench: Bench, power: Power) -> None:
    """A machine that shows the boot of the first attempt, or has no note of one, has not restarted yet."""
    bench.again = True
    assert await _reboot(bench, power) == Outcome()
    await bench.run("DOS", f"echo boot 1 > {power.note.name}")
    assert await _reboot(bench, power) == Outcome()
    assert (power.times(), power.restarts) == (2, 2)


@far
async def test_a_machine_that_comes_back_too_late(bench: Bench, power: Power) -> None:
    """The time over, the code is 1460; the row run again, the restart that happened meanwhile counts."""
    power.off = None
    with pytest.raises(Failure) as caught:
        await _reboot(bench, power, 1)
    assert (caught.value.code, caught.value.message) == (1460, "m3: connection refused, for 1 s")
    power.on()
    bench.again = True
    assert (await _reboot(bench, power)).note
    assert power.times() == 1


@far
async def test_a_note_of_an_abandoned_attempt_means_nothing(bench: Bench, power: Power) -> None:
    """A first attempt restarts the machine, whatever an earlier script has left there."""
    await bench.run("DOS", f"echo boot of last month > {power.note.name}")
    assert await _reboot(bench, power) == Outcome()
    assert (power.times(), power.note.exists()) == (1, False)


@far
async def test_a_user_who_may_not(bench: Bench, power: Power) -> None:
    """The code is 5, with the program's words; then nothing of the attempt is left."""
    _tool(bench.folder / "bin" / "shutdown", "echo must be root >&2; exit 1")
    _tool(bench.folder / "bin" / "sudo", "echo a password is required >&2; exit 1")
    with pytest.raises(Failure) as caught:
        await _reboot(bench, power)
    assert (caught.value.code, caught.value.message, power.note.exists()) == (
        5,
        "m3: it refuses to restart: a password is required",
        False,
    )


@far
async def test_sudo_is_tried_too(bench: Bench, power: Power) -> None:
    """A user who may not shut down may be allowed to through sudo."""
    _tool(bench.folder / "bin" / "shutdown", "exit 1")
    _tool(bench.folder / "bin" / "sudo", f'printf "%s\\n" "$*" >> {power.asked}')
    assert await _reboot(bench, power) == Outcome()
    assert power.asked.read_text() == "-n shutdown -r now\n"


@far
async def test_the_boot_of_a_linux_machine(bench: Bench) -> None:
    """It is the kernel's own number."""
    number = await bench.run("DOS", "cat /proc/sys/kernel/random/boot_id")
    assert await rebooting.boot_id(bench.host) == number.output


@pytest.mark.parametrize("bench", ["local"], indirect=True)
async def test_the_machine_that_runs_the_script(bench: Bench) -> None:
    """It is not restarted, and the message says what to do instead."""
    failure = await bench.fails("Reboot", "5")
    assert (failure.code, failure.help) == (50, "restart it by hand, then run the script again: it goes on")
