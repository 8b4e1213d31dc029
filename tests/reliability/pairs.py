"""Start two runs of a script at the same moment, again and again.

``python pairs.py SCRIPT TIMES`` prints, for each pair, a line of JSON with process, exit status and errors of both.
Both are ready to run before either begins, so that nothing lies between the barrier and the lock.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path

from setupbatcher.cli import main


def child(script: str, gate: int, errors: int) -> None:
    """Wait at the gate, then run the script as the program does."""
    os.dup2(errors, 2)
    sys.argv = ["setupbatcher", "run", script]
    os.read(gate, 1)
    main()


def pair(script: str) -> list[dict[str, object]]:
    """Run two processes at once."""
    gate, opener = os.pipe()
    started = []
    for _ in range(2):
        errors = tempfile.TemporaryFile()  # noqa: SIM115 -- closed below, once both have ended
        pid = os.fork()
        if not pid:
            os.close(opener)
            child(script, gate, errors.fileno())
        started.append((pid, errors))
    os.close(gate)
    os.close(opener)
    ended: list[dict[str, object]] = []
    for pid, errors in started:
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        errors.seek(0)
        ended.append({"pid": pid, "status": status, "errors": errors.read().decode()})
        errors.close()
    return ended


if __name__ == "__main__":
    script, times = sys.argv[1], int(sys.argv[2])
    text = Path(script).read_text()
    # A first run, and one that finds no script, so that everything is imported that a run imports on its way.
    for name in (script, "nothing"):
        sys.argv = ["setupbatcher", "run", name]
        with contextlib.suppress(SystemExit):
            main()
    for _ in range(times):
        Path(script).write_text(text)
        print(json.dumps(pair(script)), flush=True)
