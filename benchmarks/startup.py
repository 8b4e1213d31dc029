"""What a start costs, as a multiple of an empty Python.

The calls are made in turn, so that a machine that is busy now and then is so for all of them, and the shortest time of
each counts. Usage: ``python benchmarks/startup.py [--runs 25]`` with the Python that SetupBatcher is installed for.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SMALL = """\
[Settings]
BatchSettings.MarkerCol=3
Greeting=Hello
[Batch]
Set Place,%ScriptDir%/%Greeting|lower%
If %Platform% <> ""
  Log %Place%
EndIf
Data.Loop
  Log %Greeting% %col1% from %col2|upper%
  DOS true
Data.EndLoop
[Data]
Ann,Berlin
Bob,Bern
"""

PROGRAM = Path(sys.executable).with_name("setupbatcher.exe" if os.name == "nt" else "setupbatcher")
EMPTY = (sys.executable, "-c", "pass")
CALLS = (("--help",), ("check", "small.txt"), ("status", "small.txt"), ("run", "-q", "small.txt"))
BARS = {"--help": 4, "check": 6}
"""Multiples that are not to be passed."""


def seconds(command: tuple[str, ...], folder: Path) -> float:
    """How long one call takes, on a script that has not run yet."""
    (folder / "small.txt").write_text(SMALL, encoding="utf-8")
    # With compiled modules, as an installed program has them.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begun = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=True)  # noqa: S603 -- ourselves
    return time.perf_counter() - begun


def measure(runs: int) -> dict[tuple[str, ...], float]:
    """The shortest time of each call."""
    commands = {EMPTY: EMPTY, **{call: (str(PROGRAM), *call) for call in CALLS}}
    with tempfile.TemporaryDirectory() as folder:
        for command in commands.values():
            seconds(command, Path(folder))  # compiles
        times: dict[tuple[str, ...], list[float]] = {call: [] for call in commands}
        for _ in range(runs):
            for call, command in commands.items():
                times[call].append(seconds(command, Path(folder)))
    return {call: min(found) for call, found in times.items()}


def main() -> None:
    """Measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=25)
    best = measure(parser.parse_args().runs)
    print("| call | ms | ÷ `python -c pass` | bar |")
    print("|---|---|---|---|")
    print(f"| `python -c pass` | {best[EMPTY] * 1e3:.0f} | 1.0 | |")
    for call in CALLS:
        bar = BARS.get(call[0])
        ratio = best[call] / best[EMPTY]
        shown = "" if bar is None else f"≤ {bar}"
        print(f"| `setupbatcher {' '.join(call)}` | {best[call] * 1e3:.0f} | {ratio:.1f} | {shown} |")


if __name__ == "__main__":
    main()
