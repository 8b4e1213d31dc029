"""``setupbatcher status``: how far a script is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from setupbatcher.cli.declare import SCRIPT, declare
from setupbatcher.cli.screen import show, shows_blocks, wants_colour

if TYPE_CHECKING:
    from setupbatcher.run import Status

VERSION = 1
_UNREADABLE = 2


@declare("status", "setupbatcher status setup.txt", "setupbatcher status --json setup.txt")
@click.argument("script", type=SCRIPT)
@click.option("--all", "everything", is_flag=True, help="List every machine; by default those that need a look.")
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON object, version 1.")
def command(script: Path, *, everything: bool, as_json: bool) -> int:
    """Show how far a script is, read from its markers."""
    from setupbatcher import run  # noqa: PLC0415 -- the help does without

    try:
        text = _json(run.status(script), script) if as_json else _text(script, everything=everything)
    except run.ScriptError as error:
        show([error.diagnostic], None, script, sys.stderr)
        return _UNREADABLE
    sys.stdout.write(text)
    return 0


def _json(status: Status, script: Path) -> str:
    """The promise of ``cli.md``."""
    import json  # noqa: PLC0415 -- only where it is asked for

    entries = [
        {
            "name": machine.name,
            "state": machine.state.value,
            "marker": machine.marker,
            "code": machine.code,
            "line": machine.line,
            "row": machine.row,
        }
        for machine in status.machines
    ]
    in_flight = [
        {
            "section": str(entry.section),
            "line": entry.line,
            "row": entry.row,
            "machine": entry.machine,
            "text": entry.text,
        }
        for entry in status.in_flight
    ]
    whole = {
        "version": VERSION,
        "script": str(script),
        "mode": status.mode,
        "state": status.state,
        "init": {"done": status.init.done, "total": status.init.total},
        "machines": entries,
        "batch": {"done": status.batch.done, "total": status.batch.total},
        "data": {"done": status.data.done, "total": status.data.total},
        "in_flight": in_flight,
    }
    return json.dumps(whole) + "\n"


def _text(script: Path, *, everything: bool) -> str:
    from setupbatcher.markers.custody import look  # noqa: PLC0415 -- the help does without
    from setupbatcher.reports.table import View, progress_of, table  # noqa: PLC0415 -- as above

    view = View(everything=everything, colour=wants_colour(sys.stdout), blocks=shows_blocks(sys.stdout))
    return "".join(f"{line}\n" for line in table(progress_of(look(script)), str(script), view))
