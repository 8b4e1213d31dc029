"""Kill a run at random instants, resume it until it is done, and hold it to the promises.

Also a program: ``python -m tests.reliability.kills KILLS [SEED]`` prints what happened.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.reliability.rig import ALONE, MACHINES, Account, Rig, undisturbed

SCRIPTS = {"machines": MACHINES, "alone": ALONE}


@dataclass
class Figures:
    """What happened.

    Attributes:
        kills: runs that were killed.
        scripts: scripts that were brought to their end.
        commands: commands that were to be done.
        again: commands that were done a second time, having been in flight.
        caught: kills that met a command in flight.
    """

    kills: int = 0
    scripts: int = 0
    commands: int = 0
    again: int = 0
    caught: int = 0

    def __str__(self) -> str:
        """In one line."""
        return (
            f"{self.kills} kills, {self.scripts} scripts of {self.commands} commands in all, "
            f"{self.caught} kills met a command in flight, {self.again} commands were done again"
        )


def torment(folder: Path, kills: int, seed: int, *, quick: bool) -> Figures:
    """Kill runs so many times, and see every script to its end.

    Args:
        folder: an empty one.
        kills: how many.
        seed: of the instants.
        quick: look at the state between the runs without a process of its own.
    """
    chance = random.Random(seed)
    figures = Figures()
    wanted: dict[str, tuple[str, list[str], float]] = {}
    undisturbed(folder / "warm", ALONE)
    for name, text in SCRIPTS.items():
        begun = time.monotonic()
        wanted[name] = (*undisturbed(folder / name, text), time.monotonic() - begun)
    while figures.kills < kills:
        name = chance.choice(sorted(SCRIPTS))
        place = folder / "work"
        place.mkdir()
        rig = Rig(place)
        rig.write(SCRIPTS[name])
        text, ledger, duration = wanted[name]
        account = Account()
        while figures.kills < kills:
            left = duration * (1 - len(set(rig.ledger)) / len(ledger) * 0.7)
            ended = rig.call_and_kill(chance.uniform(0, left), group=chance.random() < 0.5)
            if ended.status >= 0:
                assert ended.status == 0, ended.errors
                break
            figures.kills += 1
            entries = rig.in_flight(quick=quick)
            figures.caught += bool(entries)
            account.note(entries)
            rig.check(quick=quick)
        ended = rig.call()
        assert ended.status == 0, ended.errors
        rig.check(quick=quick)
        account.settle(rig.ledger, ledger)
        assert without_time(rig.text) == without_time(text)
        assert rig.leftovers() == []
        figures.scripts += 1
        figures.commands += len(ledger)
        figures.again += len(rig.ledger) - len(ledger)
        shutil.rmtree(place)
    return figures


def without_time(text: str) -> str:
    """A script without the value of the clock that it keeps."""
    return "".join(line for line in text.splitlines(keepends=True) if "\tStamp\t" not in line)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="kills-") as made:
        number = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(2**32)
        print(f"seed {number}", flush=True)
        print(torment(Path(made), int(sys.argv[1]), number, quick=False))
