"""A connection to a real machine that is cut at every boundary between commands, and in the middle of each command."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from setupbatcher import checks, events
from setupbatcher.run import Options, Run
from setupbatcher.script.document import Document
from tests.machines import Machines, Proxy

SCRIPT = """\
[Settings_Begin]
BatchSettings.MarkerCol=2
Machines.User={user}
Machines.Port={port}
Machines.KeyFile={key}
[Settings_End]

[Machines_Begin]
far\tLinux\thost=127.0.0.1
[Machines_End]

[Init_Batch_Begin]
DOS echo i1 >> {ledger}
[Init_Batch_End]

[Batch_Begin]
DOS echo b1 >> {ledger} && {{ [ ! -e {ledger}.slow ] || sleep 5; }}
Data.Loop
  DOS echo b2.%col1|sh% >> {ledger} && {{ [ ! -e {ledger}.slow ] || sleep 5; }}
Data.EndLoop
DOS echo b3 >> {ledger} && {{ [ ! -e {ledger}.slow ] || sleep 5; }}
[Batch_End]

[Data_Begin]
x
y
[Data_End]
"""
EXPECTED = ["i1", "b1", "b2.x", "b2.y", "b3"]
FAR = EXPECTED[1:]
BROKEN = 109


def _script(machines: Machines, proxy: Proxy, ledger: Path) -> str:
    return SCRIPT.format(user=machines.user, port=proxy.port, key=machines.key_file, ledger=ledger)


def _between(proxy: Proxy, at: int) -> events.Listener:
    """Cut the line before the n-th far command, as soon as the machine is reached or the one before is done."""
    seen = 0

    def listen(event: events.Event) -> None:
        nonlocal seen
        if isinstance(event, events.CommandDone | events.MachineStarted) and _far(event):
            if seen == at:
                proxy.cut()
            seen += 1

    return listen


def _within(proxy: Proxy, at: int, ledger: Path) -> events.Listener:
    """Cut the line while the n-th far command works, after it has written its line."""
    seen = 0
    slow = Path(f"{ledger}.slow")

    def cut_when_written() -> None:
        if FAR[at] in ledger.read_text().split():
            proxy.cut()
            slow.unlink()
        else:
            asyncio.get_running_loop().call_later(0.01, cut_when_written)

    def listen(event: events.Event) -> None:
        nonlocal seen
        if isinstance(event, events.CommandStarted) and event.machine == "far":
            if seen == at:
                slow.touch()
                cut_when_written()
            seen += 1

    return listen


def _far(event: events.CommandDone | events.MachineStarted) -> bool:
    return (event.name if isinstance(event, events.MachineStarted) else event.machine) == "far"


@pytest.fixture
def ledger() -> Iterator[Path]:
    """A ledger that the machines' user may write, too."""
    with tempfile.TemporaryDirectory(prefix="ledger-") as folder:
        Path(folder).chmod(0o777)
        place = Path(folder) / "ledger"
        place.touch()
        place.chmod(0o666)
        yield place


@dataclass(frozen=True)
class Case:
    """A script behind a proxy, and the far command at or in which the line is cut."""

    path: Path
    ledger: Path
    text: str
    at: int
    within: bool

    def begin(self) -> None:
        """Write the script and an empty ledger."""
        self.ledger.write_text("")
        self.path.write_text(self.text)

    def judge_stop(self, heard: list[events.Event]) -> None:
        """The machine stopped with 109, what was done is in the ledger once, and the script has no mistake."""
        document = Document.from_text(self.path.read_text())
        assert checks.check(document) == []
        assert [event.code for event in heard if isinstance(event, events.MachineStopped)] == [BROKEN]
        assert document.machines[0].marker.startswith(f"{BROKEN}-")
        assert self.ledger.read_text().split() == EXPECTED[: self.at + 1 + self.within]

    def judge_end(self) -> None:
        """Everything is done once, save the command that was in flight, and the script shows it."""
        done = self.ledger.read_text().split()
        assert Counter(done) - Counter(EXPECTED) == Counter([FAR[self.at]] if self.within else [])
        assert list(dict.fromkeys(done)) == EXPECTED
        assert self.path.read_text() == self.text.replace("host=127.0.0.1", "host=127.0.0.1\tOK-AllDone")
        assert {entry.name for entry in self.path.parent.iterdir()} == {"script.txt"}


@pytest.mark.parametrize("within", [False, True], ids=["between", "within"])
async def test_a_lost_connection_loses_nothing(
    machines: Machines, client_home: Path, tmp_path: Path, ledger: Path, *, within: bool
) -> None:
    """The machine stops with 109 at the row in work, the script is true, and the next run finishes it."""
    folder = tmp_path / "scripts"
    folder.mkdir()
    for at in range(len(FAR)):
        async with Proxy.before(machines.port) as proxy:
            case = Case(folder / "script.txt", ledger, _script(machines, proxy, ledger), at, within)
            case.begin()
            heard: list[events.Event] = []
            cutter = _within(proxy, at, ledger) if within else _between(proxy, at)
            assert await Run(case.path, Options(), [heard.append, cutter]).execute() == 1
            case.judge_stop(heard)
            assert await Run(case.path, Options()).execute() == 0
            case.judge_end()
