"""Runs on many machines at once, as the events that they make: interleaved, some machines failing, some unreachable."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from setupbatcher import events
from setupbatcher.events import Place
from setupbatcher.script import Document
from setupbatcher.script.labels import BATCH

COMMANDS = (
    "Dir.Create /srv/app",
    "File.Upload app.conf,/srv/app/app.conf",
    "DOS apt-get -y upgrade",
    "DOS systemctl restart app",
    "$i DOS curl -fsS http://localhost:8080/health",
)
SAID = ("Reading package lists...", "Unpacking libc6:amd64 (2.36-9+deb12u9)", "Setting up 日本語フォント (1.2)", "ok")


def name_of(number: int) -> str:
    """The name of a machine, counted from 1."""
    return f"web{number:04}"


def fleet_script(machines: int, commands: tuple[str, ...] = COMMANDS) -> Document:
    """A script for so many machines."""
    names = "".join(f"{name_of(number)}\tLocal\n" for number in range(1, machines + 1))
    return Document.from_text(f"[Machines]\n{names}[Batch]\n" + "".join(f"{row}\n" for row in commands))


@dataclass
class Fleet:
    """A run, one event after the other.

    Attributes:
        machines: how many.
        parallel: at work at once.
        failing: every so many machines one fails; 0 for none.
        unreachable: every so many machines one cannot be reached; 0 for none.
        spend: told how many seconds pass before the next event.
    """

    machines: int
    parallel: int
    commands: tuple[str, ...] = COMMANDS
    failing: int = 0
    unreachable: int = 0
    spend: Callable[[float], None] = lambda _: None
    document: Document = field(init=False)

    def __post_init__(self) -> None:
        """Write the script."""
        self.document = fleet_script(self.machines, self.commands)
        self._random = random.Random(self.machines).random  # noqa: S311 -- chance that can be repeated

    def _chance(self, below: int) -> int:
        """A number from 0 on; made so that it is the same with every version of Python."""
        return int(self._random() * below)

    def __iter__(self) -> Iterator[events.Event]:
        """The events from the first to the last."""
        lines = range(1, self.machines + 1)
        lost = [line for line in lines if self.unreachable and line % self.unreachable == 1]
        yield events.RunStarted("setup.txt", self.machines, dry=False, document=self.document, parallel=self.parallel)
        for line in lost:
            yield events.MachineUnreachable(
                line, name_of(line), 1460, f"{name_of(line)}: no answer within 10 s", "look"
            )
        waiting = [self._machine(line) for line in lines if line not in set(lost)]
        waiting.reverse()
        at_work: list[Iterator[events.Event]] = []
        failed = 0
        while waiting or at_work:
            while waiting and len(at_work) < self.parallel:
                at_work.append(waiting.pop())
            machine = at_work[self._chance(len(at_work))]
            event = next(machine, None)
            if event is None:
                at_work.remove(machine)
                continue
            self.spend(self._random() / self.parallel)
            failed += isinstance(event, events.MachineLeft)
            yield event
        done = self.machines - failed - len(lost)
        yield events.RunEnded(done, failed, len(lost), failed + len(lost), status=1 if failed or lost else 0, seconds=9)

    def _machine(self, line: int) -> Iterator[events.Event]:
        name = name_of(line)
        yield events.MachineStarted(line, name, resumed=False, number=line, total=self.machines)
        broken = self.failing and line % self.failing == 0
        for row, text in enumerate(self.commands, 1):
            place = Place(BATCH, row, machine=line, previous=row - 1)
            number = line * 1000 + row
            yield events.CommandStarted(place, text, name, number)
            for _ in range(self._chance(3)):
                yield events.Output(place, f"{SAID[self._chance(len(SAID))]}\n")
            if broken and row == len(self.commands) // 2 + 1:
                yield events.CommandError(place, 100, "exit status 100", None, program=True, output="E: no space\n")
                yield events.CommandFailed(place, 100, name, number)
                yield events.MachineStopped(line, name, 100, place)
                yield events.MachineLeft(line, name, 100, row, None)
                return
            if text.startswith("$i ") and line % 7 == 0:
                yield events.CommandError(place, 22, "exit status 22", None, program=True)
                yield events.CommandDone(place, text, name, 0.2, ignored=22, number=number)
                continue
            yield events.CommandDone(place, text, name, self._random() * row, number=number)
        yield events.MachineDone(line, name, last=False)
