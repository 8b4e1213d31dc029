"""``setupbatcher undo``: [Undo], with the options of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from setupbatcher.cli.declare import declare
from setupbatcher.cli.run_options import begin, run_options


@declare("undo", "setupbatcher undo setup.txt", "setupbatcher undo setup.txt --limit 'EDU*' --dry-run")
@run_options(restart="Forget how far an undo is, and start it at the beginning.")
def command(script: Path, **wishes: Any) -> int:  # noqa: ANN401 -- the options of a run
    """Undo what a run has done, by the commands of [Undo].

    Machines that are finished or in the middle of their work are undone, fresh ones are left out. The markers in the
    script say how far the undo is. Escape or Ctrl-C ends it after the command in flight.
    """
    return begin(script, "undo", **wishes)
