"""Many real machines with one script, and two accounts of what they have done: their ledger, and their cells.

Every command adds one line to a ledger on the machines. The cells of the machines are read here anew, by the words of
the markers' page and without the product's own code, so that either account can be held against the other.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from setupbatcher.run import check, status
from tests.machines import Machines
from tests.reliability.rig import Rig
from tests.waiting import wait_until

PROGRAM = "DOS echo %Machine%{entry} >> %Ledger|sh%{after}"
_CELL = re.compile(r"(OK|\d+)-(?:(AllDone)|(\d+)@?(\d+)?)")


class Step(NamedTuple):
    """A command that a machine is to carry out.

    Attributes:
        line: of its row in [Batch].
        row: line of the data row in [Data]; ``None`` outside of the loop.
        entry: what it writes into the ledger, without the machine.
    """

    line: int
    row: int | None
    entry: str


class Task(NamedTuple):
    """What each machine is to do: commands before a loop, in it, and behind it.

    Attributes:
        before: commands before the loop.
        body: commands in the loop.
        behind: commands behind it.
        data: the data rows; without any there is no loop.
        after: shell text behind each command, such as ``; sleep 0.1``.
        head: rows that stand before the commands.
    """

    before: int = 5
    body: int = 0
    behind: int = 0
    data: tuple[str, ...] = ()
    after: str = ""
    head: tuple[str, ...] = ()

    def sections(self) -> str:
        """[Batch] and [Data]."""
        rows = [*self.head, *(self._row(number) for number in range(self.before))]
        if self.data:
            rows += [
                "Data.Loop",
                *(f"  {self._row(number, '.%col1|sh%')}" for number in range(self.body)),
                "Data.EndLoop",
            ]
        rows += [self._row(number + self.before) for number in range(self.behind)]
        data = ["[Data_Begin]", *self.data, "[Data_End]"] if self.data else []
        return "\n".join(["[Batch_Begin]", *rows, "[Batch_End]", "", *data, ""])

    def _row(self, number: int, more: str = "") -> str:
        return PROGRAM.format(entry=f".{'c' if more else 'b'}{number}{more}", after=self.after)

    @property
    def loop(self) -> range:
        """The lines of the loop, its ends with it."""
        first = len(self.head) + self.before + 1
        return range(first, first + self.body + 2) if self.data else range(0)

    def steps(self) -> list[Step]:
        """Everything that a machine is to do, in order."""
        start = len(self.head) + 1
        found = [Step(start + number, None, f"b{number}") for number in range(self.before)]
        for row, text in enumerate(self.data):
            found += [Step(self.loop[1] + number, row, f"c{number}.{text}") for number in range(self.body)]
        behind = self.loop[-1] + 1 if self.data else start + self.before
        return [*found, *(Step(behind + n, None, f"b{n + self.before}") for n in range(self.behind))]

    def done_by(self, cell: str) -> list[str]:
        """The entries that a machine's cell says are in the ledger."""
        match = _CELL.fullmatch(cell)
        if match is None:
            assert cell == "", f"no marker: {cell!r}"
            return []
        steps = self.steps()
        if match[2]:
            return [step.entry for step in steps]
        line, row = int(match[3]), None if match[4] is None else int(match[4])
        return [step.entry for step in steps if self._is_before(step, line, row, done=match[1] == "OK")]

    def _is_before(self, step: Step, line: int, row: int | None, *, done: bool) -> bool:
        last = line if done else line - 1
        if step.row is None:
            return step.line <= last
        if row is None:
            return (done and line in self.loop) or line > self.loop[-1]
        return step.row < row or (step.row == row and step.line <= last)


@dataclass
class Crew:
    """Machines, the script, and the program that works on them.

    Attributes:
        machines: the service behind all of them.
        rig: the folder of the script.
        task: what is to be done on each.
        names: of the machines, with the options of their rows.
    """

    machines: Machines
    rig: Rig
    task: Task
    names: dict[str, str] = field(default_factory=dict)
    allowed: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, count: int, machines: Machines, folder: Path, place: Path, task: Task) -> Crew:
        """So many machines.

        Args:
            count: of the machines.
            machines: the service behind them.
            folder: for the script, created.
            place: a folder in which the machines write their ledger.
            task: what each is to do.
        """
        folder.mkdir()
        rig = Rig(folder, environment=machines.environment, book=place / "ledger")
        return cls(machines, rig, task, {f"m{n:04}": f"host={machines.address(n)}" for n in range(1, count + 1)})

    def write(self, *settings: str, others: Mapping[str, str] | None = None, init: str = "") -> None:
        """Write the script.

        Args:
            settings: rows of [Settings].
            others: further machines, with the options of their rows.
            init: rows of [Init].
        """
        machines = {**self.names, **(others or {})}
        rows = [
            *("[Settings_Begin]", "BatchSettings.MarkerCol=2", *settings),
            *(f"Machines.User={self.machines.user}", f"Machines.KeyFile={self.machines.key_file}"),
            *(f"Machines.Port={self.machines.port}", f"Ledger={self.rig.book}", "[Settings_End]", ""),
            *(
                "[Machines_Begin]",
                *(self.row(name, options) for name, options in machines.items()),
                "[Machines_End]",
                "",
            ),
        ]
        if init:
            rows += ["[Init_Batch_Begin]", init, "[Init_Batch_End]", ""]
        self.rig.write("\n".join([*rows, self.task.sections()]))

    @staticmethod
    def row(name: str, options: str, cell: str = "") -> str:
        """A row of [Machines]."""
        return f"{name}\tLinux\t{options}" + (f"\t{cell}" if cell else "")

    @property
    def cells(self) -> dict[str, str]:
        """The machines' cells as they are now, those of a run that is on or has died too."""
        return {row.name: row.marker for row in check(self.rig.script).document.machines}

    @property
    def done(self) -> dict[str, list[str]]:
        """What each machine has done by the ledger, in its order."""
        found: dict[str, list[str]] = defaultdict(list)
        for entry in self.rig.ledger:
            name, _, rest = entry.partition(".")
            found[name].append(rest)
        return found

    def still(self) -> None:
        """Wait until nothing is at work on the machines any more."""
        wait_until(lambda: not self.machines.busy)

    def is_true(self, *, cut: bool = False, names: Sequence[str] | None = None) -> None:
        """Every cell says what the ledger says; where commands may have been cut off, one of those at work may be more.

        Args:
            cut: commands were at work when the run ended.
            names: of the machines; all by default.
        """
        done, at_work = self.done, [(entry.machine, _entry(entry.text)) for entry in status(self.rig.script).in_flight]
        for name, cell in self.cells.items():
            if names is not None and name not in names:
                continue
            mine, said = self._once(name, done[name]), self.task.done_by(cell)
            if cut and len(mine) == len(said) + 1:
                following = self.task.steps()[len(said)].entry
                assert (name, following.partition(".")[0]) in at_work, f"{name}: {cell}, and {mine}"
                said = [*said, following]
            assert mine == said, f"{name}: {cell}, and {mine}"
        self.allowed.update(f"{name}.{entry}" for name, entry in at_work)

    def _once(self, name: str, entries: Sequence[str]) -> list[str]:
        """What a machine has done, each command once; those that were at work when a run was killed may stand twice."""
        groups = [(entry, len(list(same))) for entry, same in groupby(entries)]
        for entry, count in groups:
            label = f"{name}.{entry.partition('.')[0]}"
            assert count - 1 <= self.allowed[label], f"{name} has done {entry} {count} times"
        return [entry for entry, _ in groups]

    def is_finished(self, names: Sequence[str] | None = None) -> None:
        """Every machine is done, each command once save those that were at work at a kill, and nothing is left over."""
        done, cells = self.done, self.cells
        wanted = [step.entry for step in self.task.steps()]
        for name in cells if names is None else names:
            assert cells[name] == "OK-AllDone", f"{name}: {cells[name]}"
            assert self._once(name, done[name]) == wanted
        assert self.rig.leftovers() == []


def _entry(text: str) -> str:
    """What the command of a row writes, without the machine and the data row."""
    found = re.search(r"%Machine%\.(\w+)", text)
    return found[1] if found else ""
