"""A place to run scripts in: commands that keep a ledger, and faults that happen when they are wanted.

The commands stand in for work that a test could not make fail at a chosen instant; everything else is the product: the
file, the journal, the writer, the interpreter.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from setupbatcher import events
from setupbatcher.commands import registry
from setupbatcher.commands.context import Context
from setupbatcher.commands.registry import Outcome, command
from setupbatcher.errors import Failure
from setupbatcher.markers.custody import Custody
from setupbatcher.markers.writer import MarkerWriter
from setupbatcher.run import Options, Refused, Run


class Killed(BaseException):
    """The process is gone, as after SIGKILL."""


@dataclass
class Ledger:
    """What commands did, and what happens at the next ones.

    Attributes:
        done: names of the commands that did their work, in order.
        faults: what happens at the n-th command from now on, counted from 0, instead of or after its work.
    """

    done: list[str] = field(default_factory=list)
    faults: dict[int, Callable[[str], None]] = field(default_factory=dict)
    count: int = 0

    def work(self, name: str) -> None:
        """Do a command's work, or meet a fault."""
        fault = self.faults.pop(self.count, None)
        self.count += 1
        if fault:
            fault(name)
        self.done.append(name)


LEDGER = Ledger()


@command("Lab.Do", area="Laboratory", example="Lab.Do a", does="do {name}")
async def lab_do(context: Context, name: str) -> Outcome:
    """Write a name into the ledger.

    Args:
        name: of the work.
    """
    await asyncio.sleep(0)  # machines and rows that are worked on at once take turns
    LEDGER.work(f"{context.host.name}:{name}")
    return Outcome(name)


LAB_DO = registry._COMMANDS.pop("lab.do")


@contextmanager
def declared() -> Iterator[None]:
    """The laboratory's command is there; elsewhere the catalogue holds the product's commands only."""
    registry._COMMANDS["lab.do"] = LAB_DO
    try:
        yield
    finally:
        del registry._COMMANDS["lab.do"]


def fail(code: int) -> Callable[[str], None]:
    """A fault: the command fails before it did anything."""

    def fault(name: str) -> None:
        raise Failure(code, f"{name} fails")

    return fault


def kill(_name: str) -> None:
    """A fault: the process dies before the command did anything."""
    raise Killed


def kill_late(name: str) -> None:
    """A fault: the process dies after the command did its work and before that is known."""
    LEDGER.done.append(name)
    raise Killed


@dataclass
class Laboratory:
    """A folder with one script.

    Attributes:
        path: of the script.
        heard: events of the last run.
    """

    path: Path
    heard: list[events.Event] = field(default_factory=list)
    writers: list[MarkerWriter] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The script as it is on disk."""
        return self.path.read_bytes().decode()

    def write(self, text: str) -> None:
        """Save the script, as an editor would."""
        self.path.write_bytes(text.encode())

    def run(self, options: Options | None = None, *, faults: dict[int, Callable[[str], None]] | None = None) -> int:
        """Run the script; -9 where the process was killed.

        Raises:
            Refused: nothing ran.
        """
        LEDGER.count, LEDGER.faults = 0, dict(faults or {})
        self.heard = []
        run = Run(self.path, options, [self.heard.append])

        def interrupt(_name: str) -> None:
            run.interrupt()

        LEDGER.faults = {at: interrupt if fault is interrupt_here else fault for at, fault in LEDGER.faults.items()}
        try:
            with _no_goodbye(), self._watched():
                return asyncio.run(run.execute())
        except Killed:
            return -9

    @contextmanager
    def _watched(self) -> Iterator[None]:
        begin = Custody.begin

        def remembered(custody: Custody, *arguments: object, **options: object) -> MarkerWriter:
            self.writers.append(begin(custody, *arguments, **options))  # type: ignore[arg-type]
            return self.writers[-1]

        with mock.patch.object(Custody, "begin", remembered):
            yield

    def edit(self, change: Callable[[str], str], *, noticed: bool = True) -> Callable[[str], None]:
        """A fault: somebody changes the script while a command is at work; noticed at once, or at the end."""

        def fault(_name: str) -> None:
            self.write(change(self.text))
            if noticed:
                self.writers[-1].fold()

        return fault

    def refusal(self, options: Options | None = None) -> list[str]:
        """The codes with which a run is refused."""
        try:
            self.run(options)
        except Refused as refused:
            return [finding.code for finding in refused.findings]
        return []


def interrupt_here(_name: str) -> None:
    """A fault: somebody presses Escape during the command, which goes on to its end."""


@contextmanager
def _no_goodbye() -> Iterator[None]:
    """A killed process folds nothing and removes nothing; only its lock goes with it."""
    close = MarkerWriter.close

    def close_unless_killed(writer: MarkerWriter) -> None:
        if isinstance(sys.exc_info()[1], Killed):
            writer._journal.close(keep=True)
        else:
            close(writer)

    with mock.patch.object(MarkerWriter, "close", close_unless_killed):
        yield


def done_names(ledger: Sequence[str]) -> list[str]:
    """The ledger without the machines in front."""
    return [entry.partition(":")[2] for entry in ledger]


__all__ = ["LEDGER", "Killed", "Laboratory", "Ledger", "done_names", "fail", "interrupt_here", "kill", "kill_late"]
