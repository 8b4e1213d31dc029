"""A folder with a script that the real program works on, in a process of its own that can be killed.

Every command of the script adds one line to a ledger beside it, in one write at the ledger's end. So the ledger says
what was really done, and in what order, whatever the markers say.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from setupbatcher.run import check, status

PROGRAM = (sys.executable, "-m", "setupbatcher")
EAGER = (sys.executable, str(Path(__file__).with_name("eager.py")))
"""The program, but it shows a marker in the script after a tenth of a second, so that a short run meets many folds."""
LIMIT = 60
"""Seconds after which a process that ought to have ended fails the test."""

MACHINES = """\
Two machines, a loop within a loop, branches, and a section that runs first.

[Settings_Begin]
BatchSettings.DataHeader=Yes
BatchSettings.MarkerCol=3
BatchSettings.MarkerCol2=2
[Settings_End]

[Machines_Begin]
north\tLocal
south\tLocal
[Machines_End]

[Init_Batch_Begin]
DOS sleep 0.02; echo i1 >> ledger
DOS sleep 0.02; echo i2 >> ledger
[Init_Batch_End]

[Batch_Begin]
DOS sleep 0.02; echo b1.%Machine% >> ledger
Data.Loop
  DOS sleep 0.02; echo b2.%Machine%.%Site|sh% >> ledger
  If %Size% = large
    DOS sleep 0.02; echo b3.%Machine%.%Site|sh% >> ledger
  Else
    DOS sleep 0.02; echo b4.%Machine%.%Site|sh% >> ledger
  EndIf
  xData.Loop 2
    DOS sleep 0.02; echo b5.%Machine%.%Site|sh%.%Service|sh% >> ledger
  xData.EndLoop
  DOS sleep 0.02; echo b6.%Machine%.%Site|sh% >> ledger
Data.EndLoop
Call finish
DOS sleep 0.02; echo b7.%Machine% >> ledger
[Batch_End]

[Sub_finish_Begin]
DOS sleep 0.02; echo s1.%Machine% >> ledger
DOS sleep 0.02; echo s2.%Machine% >> ledger
[Sub_finish_End]

[Data_Begin]
Site,Size
paris,large
oslo,small
rome,large
[Data_End]

[Data2_Begin]
Service
web
mail
[Data2_End]
"""

ALONE = """\
No machines: two loops, one after the other, and a value that is kept.

[Settings_Begin]
BatchSettings.MarkerCol=2
BatchSettings.MarkerCol2=3
[Settings_End]

[Variables_Begin]
[Variables_End]

[Init_Batch_Begin]
DOS sleep 0.02; echo i1 >> ledger
[Init_Batch_End]

[Batch_Begin]
DOS sleep 0.02; echo b1 >> ledger
Set Stamp,%Now%
Data.Loop
  DOS sleep 0.02; echo b2.%col1|sh% >> ledger
Data.EndLoop
xData.Loop 2
  If %col2% = b
    DOS sleep 0.02; echo b3.%col1|sh% >> ledger
    Data.NextLoop
  EndIf
  DOS sleep 0.02; echo b4.%col1|sh% >> ledger
xData.EndLoop
DOS sleep 0.02; echo b5 >> ledger
[Batch_End]

[Data_Begin]
r0
r1
r2
r3
r4
r5
[Data_End]

[Data2_Begin]
s0,a
s1,b
s2,a
[Data2_End]
"""


@dataclass(frozen=True)
class Ended:
    """A process that ended.

    Attributes:
        status: exit status; negative is the signal that ended it.
        output: what it wrote.
        errors: what it wrote to standard error.
    """

    status: int
    output: str
    errors: str

    def sound(self) -> Ended:
        """The same; fails where a traceback or an internal error was shown."""
        assert "Traceback" not in self.errors + self.output, self.errors
        assert self.status != 70, self.errors
        return self


@dataclass
class Rig:
    """A folder with a script.

    Attributes:
        folder: where it stands, with its ledger and nothing else.
        program: how the program is called.
        environment: of the program; by default this process's.
        known: names in the folder beside the script and the ledger.
        name: of the script.
        book: where the ledger is.
    """

    folder: Path
    program: Sequence[str] = EAGER
    environment: dict[str, str] | None = None
    known: set[str] = field(default_factory=set)
    name: str = "script.txt"
    book: Path = Path("ledger")

    @property
    def script(self) -> Path:
        """The script."""
        return self.folder / self.name

    @property
    def text(self) -> str:
        """The script as it is on disk."""
        return self.script.read_bytes().decode()

    @property
    def ledger(self) -> list[str]:
        """What was done, in order."""
        try:
            return (self.folder / self.book).read_text().split("\n")[:-1]
        except FileNotFoundError:
            return []

    def write(self, text: str) -> None:
        """Save the script, as an editor would."""
        self.script.write_bytes(text.encode())

    def start(self, *arguments: str, before: Sequence[str] = ()) -> subprocess.Popen[str]:
        """Start the program in a session of its own.

        Args:
            arguments: after the program's name; by default a run of the script.
            before: a program and its arguments that starts it.
        """
        return subprocess.Popen(
            [*before, *self.program, *(arguments or ("run", self.name))],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def call(self, *arguments: str, before: Sequence[str] = (), limit: float = LIMIT) -> Ended:
        """Call the program and wait for its end, for no more than so many seconds."""
        process = self.start(*arguments, before=before)
        try:
            output, errors = process.communicate(timeout=limit)
        except BaseException:
            end(process)
            raise
        return Ended(process.returncode, output, errors).sound()

    def call_and_kill(self, seconds: float, *, group: bool) -> Ended:
        """Call a run, and kill it after a while, its children with it or not."""
        process = self.start()
        try:
            output, errors = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                (os.killpg if group else os.kill)(process.pid, signal.SIGKILL)
            process.wait(LIMIT)
            output, errors = process.communicate(timeout=LIMIT)
        return Ended(process.returncode, output, errors).sound()

    def in_flight(self, *, quick: bool = False) -> list[dict[str, Any]]:
        """The commands in flight by the program's own account.

        Args:
            quick: ask it without a process of its own.
        """
        if quick:
            return [{"text": entry.text, "machine": entry.machine} for entry in status(self.script).in_flight]
        ended = self.call("status", "--json", self.name)
        assert ended.status == 0, ended.errors
        found: list[dict[str, Any]] = json.loads(ended.output)["in_flight"]
        return found

    def check(self, *, quick: bool = False) -> None:
        """The program has nothing to say against the script.

        Args:
            quick: ask it without a process of its own.
        """
        if quick:
            assert check(self.script).findings == []
            return
        ended = self.call("check", self.name)
        assert ended.status == 0, ended.errors
        assert "SB" not in ended.errors, ended.errors

    def leftovers(self) -> list[str]:
        """Names in the folder that do not belong there."""
        found = {path.name for path in self.folder.iterdir()}
        return sorted(found - self.known - {self.name, "ledger"})


def end(process: subprocess.Popen[str]) -> None:
    """Kill a process that this test started, with all of its session."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def undisturbed(folder: Path, text: str) -> tuple[str, list[str]]:
    """The script and the ledger after a run that nothing disturbs."""
    folder.mkdir()
    rig = Rig(folder)
    rig.write(text)
    ended = rig.call()
    assert ended.status == 0, ended.errors
    assert rig.leftovers() == []
    return rig.text, rig.ledger


_LABEL = re.compile(r"echo (\w+)")


@dataclass
class Account:
    """Which commands may stand twice in the ledger, because a kill met them in flight."""

    allowed: Counter[tuple[str, str]] = field(default_factory=Counter)

    def note(self, entries: Sequence[dict[str, Any]]) -> None:
        """Take the commands that are in flight at a kill."""
        for entry in entries:
            label = _LABEL.search(entry["text"])
            if label:
                self.allowed[label[1], entry["machine"]] += 1

    def settle(self, ledger: Sequence[str], expected: Sequence[str]) -> None:
        """Every command stands in the ledger once and in order, save those in flight, each once more for each kill."""
        groups = [(entry, len(list(same))) for entry, same in groupby(ledger)]
        assert [entry for entry, _ in groups] == list(expected)
        twice: Counter[tuple[str, str]] = Counter()
        for entry, count in groups:
            label, _, rest = entry.partition(".")
            machine = rest.split(".")[0] if rest.split(".")[0] in {"north", "south"} else None
            if count > 1:
                twice[label, machine or ("controller" if label[0] == "i" else "this machine")] += count - 1
        assert twice <= self.allowed, f"more than once without being in flight: {twice - self.allowed}"


__all__ = ["ALONE", "EAGER", "MACHINES", "PROGRAM", "Account", "Ended", "Rig", "end", "undisturbed"]
