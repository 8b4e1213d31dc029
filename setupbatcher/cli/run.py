"""``setupbatcher run``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from setupbatcher.cli.declare import declare
from setupbatcher.cli.run_options import begin, run_options


@declare(
    "run",
    "setupbatcher run setup.txt",
    "setupbatcher run setup.txt --dry-run",
    "setupbatcher run setup.txt --limit 'EDU*' --set Version=2.1 --log setup.log",
    "setupbatcher run setup.txt --parallel 50 --on-error next-machine",
)
@run_options(restart="Forget the markers and start at the beginning.")
def command(script: Path, **wishes: Any) -> int:  # noqa: ANN401 -- the options of a run
    """Run a script, or go on where it stopped.

    The markers in the script say what is done. Escape or Ctrl-C ends the run after the command in flight.
    """
    return begin(script, "run", **wishes)
