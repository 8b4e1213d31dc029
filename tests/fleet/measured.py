"""The program, but at its end it tells what it still holds, and how much memory it took: in the file MEASURED."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import threading
from pathlib import Path

import psutil

from setupbatcher.cli import main


def held() -> dict[str, str]:
    """The open file descriptors, and what they are."""
    found = {}
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the one with which the folder is read
            found[entry.name] = str(entry.readlink())
    return found


def measured() -> None:
    """Call the program."""
    before = held()
    try:
        main()
    finally:
        after, this = held(), psutil.Process()
        figures = {
            "held": sorted(set(after.items()) - set(before.items())),
            "children": [child.name() for child in this.children(recursive=True)],
            "connections": [str(connection) for connection in this.net_connections()],
            "threads": [thread.name for thread in threading.enumerate() if not thread.daemon][1:],
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
        Path(os.environ["MEASURED"]).write_text(json.dumps(figures))


if __name__ == "__main__":
    measured()
