"""What markers cost, from a thousand data rows to a million.

A row is one command (``Log``, which does no work of its own), so it has two markers: the command's and the row's. Each
figure is measured in a process of its own. Usage: ``python benchmarks/markers.py [--sizes 1000,10000,…] [--durable]``
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from setupbatcher import checks, events
from setupbatcher.engine.conduct import Run
from setupbatcher.markers.writer import MarkerWriter
from setupbatcher.run import Options
from setupbatcher.script import Document

HEAD = "[Settings]\nBatchSettings.MarkerCol=4\n[Batch]\nData.Loop\nLog %col1%\nData.EndLoop\n[Data]\n"
ROUNDS = 5
SIZES = "1000,10000,100000,1000000"


class Clock:
    """Adds up the time that the marker writer takes."""

    def __init__(self) -> None:
        self.spent = dict.fromkeys(("__call__", "tick", "fold"), 0.0)
        for name in self.spent:
            setattr(MarkerWriter, name, self._timed(name, getattr(MarkerWriter, name)))

    def _timed(self, name: str, method: Any) -> Any:  # noqa: ANN401 -- any method
        def timed(*arguments: object) -> object:
            begun = time.perf_counter()
            try:
                return method(*arguments)
            finally:
                self.spent[name] += time.perf_counter() - begun

        return timed


def rows(count: int, done: int = 0) -> str:
    """Data rows, the first of them marked."""
    return "".join(f"user{n},name{n},group{n % 10}{',OK' if n < done else ''}\n" for n in range(count))


def measure(part: str, size: int, *, durable: bool) -> dict[str, float]:
    """One part of the figures of one size."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "script.txt"
        path.write_text(HEAD + rows(size))
        if part == "check":
            return {"size": size, "file": path.stat().st_size / 1e6} | _check(path)
        return _resume(path, size) if part == "resume" else _run(path, size, durable=durable)


def _resume(path: Path, size: int) -> dict[str, float]:
    """The check, and the time to the first command, of a script with one row left to do; the best of some rounds."""
    text = HEAD.replace("Data.Loop", f"Data.Loop\tOK-{size - 1}") + rows(size, done=size - 1)
    checked, first = [], []
    for _ in range(ROUNDS):
        path.write_text(text)
        begun = time.perf_counter()
        checks.check(Document.from_bytes(path.read_bytes()))
        checked.append(time.perf_counter() - begun)
        first.append(_first_command(path))
    return {"check_done": min(checked), "first": min(first)}


def _check(path: Path) -> dict[str, float]:
    checks.check(Document.from_text(HEAD + rows(1)))  # everything is imported and compiled
    begun = time.perf_counter()
    findings = checks.check(Document.from_bytes(path.read_bytes()))
    checked = time.perf_counter() - begun
    assert not findings, findings  # noqa: S101 -- the benchmark measures a sound script
    begun = time.perf_counter()
    with path.open(newline="") as file:
        for _ in csv.reader(file):
            pass
    return {"check": checked, "csv": time.perf_counter() - begun}


def _run(path: Path, size: int, *, durable: bool) -> dict[str, float]:
    clock = Clock()
    begun = time.perf_counter()
    status = asyncio.run(Run(path, Options(durable=durable)).execute())
    total = time.perf_counter() - begun
    assert status == 0  # noqa: S101 -- as above
    folding = clock.spent["fold"]
    return {
        "marker": (clock.spent["__call__"] + clock.spent["tick"]) / (2 * size) * 1e6,
        "row": total / size * 1e6,
        "folding": folding / total,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _first_command(path: Path) -> float:
    begun = time.perf_counter()
    first: list[float] = []

    def listen(event: events.Event) -> None:
        if isinstance(event, events.CommandStarted):
            first.append(time.perf_counter() - begun)

    asyncio.run(Run(path, Options(), [listen]).execute())
    return first[0]


def main() -> None:
    """Measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--durable", action="store_true")
    parser.add_argument("--part", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        print(json.dumps(measure(options.part, int(options.sizes), durable=options.durable)))
        return
    print("| rows | file | µs per marker | µs per row | folding | peak memory | check ÷ csv.reader | resume ÷ check |")
    print("|---|---|---|---|---|---|---|---|")
    durable = ["--durable"] if options.durable else []
    for size in options.sizes.split(","):
        found: dict[str, float] = {}
        for part in ("check", "resume", "run"):
            command = [sys.executable, __file__, "--part", part, "--sizes", size, *durable]
            found |= json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603
        print(
            f"| {found['size']:,} | {found['file']:.1f} MB | {found['marker']:.0f} | {found['row']:.0f} "
            f"| {found['folding']:.1%} | {found['memory']:.0f} MB | {found['check'] / found['csv']:.2f} "
            f"| {found['first'] / found['check_done']:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
