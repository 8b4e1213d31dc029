"""A program for a real terminal: the console report in the middle of a made-up run, at a time that stands still.

Arguments: machines, how many are at work at once, and the number of events that happen before the time stands still.
Each line that is typed then lets as many events happen as it says; it is not echoed, as during a real run.
"""

from __future__ import annotations

import asyncio
import sys
import termios
from itertools import islice

from setupbatcher.reports.activity import Activity
from setupbatcher.reports.console import Console, Manner
from setupbatcher.reports.region import Region
from tests.reports.fleet import Fleet


async def play(machines: int, parallel: int, number: int) -> None:
    """Show a run."""
    seconds = 0.0

    def spend(more: float) -> None:
        nonlocal seconds
        seconds += more

    mode = termios.tcgetattr(sys.stdin)
    mode[3] &= ~termios.ECHO
    termios.tcsetattr(sys.stdin, termios.TCSANOW, mode)
    region = Region(sys.stderr)
    manner = Manner(progress=True, live=True, colour=True, width=region.size.columns - 10)
    console = Console(
        region,
        sys.stdout,
        script="setup.txt",
        resume="setupbatcher run setup.txt",
        manner=manner,
        activity=Activity(lambda: seconds),
    )
    run = iter(Fleet(machines, parallel, failing=9, unreachable=40, spend=spend))
    watch = asyncio.create_task(console.watch())
    while number:
        for event in islice(run, number):
            console(event)
        number = int(await asyncio.to_thread(sys.stdin.readline) or 0)
    watch.cancel()
    console.close()


if __name__ == "__main__":
    asyncio.run(play(*map(int, sys.argv[1:])))
