"""What a loop over rows costs on this machine, as ratios to the loops that everybody writes.

Each row runs ``DOS true``, against ``sh -c true`` in a loop of bash and against GNU parallel with a job log, where that
is installed. Rounds alternate between the ways, so that whatever else the machine does meets all of them; the table has
medians. Processor time, user and system with all programs that were started, says more on a machine that is busy.

Usage: ``python benchmarks/loop.py [--rounds 5] [--rows 5000] [--folder DIR]``
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

PROGRAM = str(Path(sys.executable).with_name("setupbatcher"))
SCRIPT = "[Settings]\nBatchSettings.MarkerCol=2\n{setting}[Batch]\nData.Loop\nDOS true\nData.EndLoop\n[Data]\n"
RUN = (PROGRAM, "run", "-q", "script.txt")
BASH = "`while read` in bash"
PARALLEL = "`parallel -j1 --joblog`"


class Way(NamedTuple):
    """A way to work on the rows.

    Attributes:
        command: the program and its arguments.
        setting: a line for the settings of the script.
    """

    command: tuple[str, ...]
    setting: str = ""


OURS = {
    "`run`": Way(RUN),
    "`run --durable`": Way((*RUN, "--durable")),
    "`run`, ParallelRows=2": Way(RUN, "BatchSettings.ParallelRows=2\n"),
}
THEIRS = {
    BASH: Way(("bash", "-c", "while read -r row; do sh -c true; done < rows.txt")),
    PARALLEL: Way(("parallel", "-j1", "--joblog", "jobs.log", "-a", "rows.txt", "true")),
}


class Spent(NamedTuple):
    """Seconds of one call.

    Attributes:
        wall: until it ended.
        processor: user and system time of it and of all that it started.
    """

    wall: float
    processor: float


def spend(way: Way, rows: str, folder: Path) -> Spent:
    """Run one way over fresh rows."""
    (folder / "rows.txt").write_text(rows, encoding="utf-8")
    (folder / "script.txt").write_text(SCRIPT.format(setting=way.setting) + rows, encoding="utf-8")
    # With compiled modules, as an installed program has them.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryFile() as said:
        begun = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 -- ourselves, and the tools that we are compared with
            way.command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        # Only the call that collects a process tells what it and its programs have used.
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise subprocess.CalledProcessError(process.returncode, way.command, said.read())
    return Spent(wall, used.ru_utime + used.ru_stime)


def measure(ways: dict[str, Way], count: int, rounds: int, folder: Path) -> dict[str, list[Spent]]:
    """What each way takes in each round; a short round before them does not count."""
    spent: dict[str, list[Spent]] = {name: [] for name in ways}
    rows = "".join(f"user{number}\n" for number in range(count))
    for way in ways.values():
        spend(way, "user\n", folder)
    for number in range(rounds):
        # In turn from both ends, so that no way always follows the same other one.
        for name in sorted(ways, reverse=bool(number % 2)):
            spent[name].append(spend(ways[name], rows, folder))
    return spent


def show(spent: dict[str, list[Spent]], count: int) -> None:
    """The table: our ways against the others."""
    bash, parallel = spent[BASH], spent.get(PARALLEL)
    print("| way | µs per row | ÷ bash | rounds | processor µs per row | ÷ bash | parallel ÷ |")
    print("|---|---|---|---|---|---|---|")
    for name, found in spent.items():
        ratios = [ours.wall / other.wall for ours, other in zip(found, bash, strict=True)]
        busy = [ours.processor / other.processor for ours, other in zip(found, bash, strict=True)]
        faster = _faster(found, parallel) if parallel and name in OURS else ""
        print(
            f"| {name} | {_per_row([each.wall for each in found], count)} | **{statistics.median(ratios):.2f}** "
            f"| {min(ratios):.2f} – {max(ratios):.2f} | {_per_row([each.processor for each in found], count)} "
            f"| {statistics.median(busy):.2f} | {faster} |"
        )


def _faster(ours: list[Spent], parallel: list[Spent]) -> str:
    ratios = (other.wall / each.wall for each, other in zip(ours, parallel, strict=True))
    return f"{statistics.median(ratios):.1f}"


def _per_row(seconds: list[float], count: int) -> str:
    return f"{statistics.median(seconds) / count * 1e6:.0f}"


def main() -> None:
    """Measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--folder", type=Path, help="where the script lies; by default where temporary files are")
    options = parser.parse_args()
    ways = OURS | {name: way for name, way in THEIRS.items() if shutil.which(way.command[0])}
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        show(measure(ways, options.rows, options.rounds, Path(folder)), options.rows)


if __name__ == "__main__":
    main()
