"""``setupbatcher status``: how far a script is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from setupbatcher.cli.declare import SCRIPT, declare
from setupbatcher.cli.screen import show

if TYPE_CHECKING:
    from setupbatcher.run import Status

VERSION = 1
_UNREADABLE = 2


@declare("status", "setupbatcher status setup.txt", "setupbatcher status --json setup.txt")
@click.argument("script", type=SCRIPT)
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON object, version 1.")
def command(script: Path, *, as_json: bool) -> int:
    """Show how far a script is, read from its markers."""
    from setupbatcher import run  # noqa: PLC0415 -- the help does without

    try:
        status = run.status(script)
    except run.ScriptError as error:
        show([error.diagnostic], None, script, sys.stderr)
        return _UNREADABLE
    sys.stdout.write(_json(status, script) if as_json else _text(status, script))
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


def _text(status: Status, script: Path) -> str:
    undo = ", undo" if status.mode == "undo" else ""
    lines = [f"{script}: {status.state}{undo}", *_machines(status)]
    counts = (("[Init]", status.init), ("[Batch]", status.batch), ("[Data]", status.data))
    lines += [f"{name} {count.done} of {count.total}" for name, count in counts if count.total]
    if status.in_flight:
        from setupbatcher.engine.notices import describe  # noqa: PLC0415 -- only after a crash, or during a run

        lines += ["begun, end unknown or not reached yet:", *(f"  {describe(entry)}" for entry in status.in_flight)]
    return "".join(f"{line}\n" for line in lines)


def _machines(status: Status) -> list[str]:
    if not status.machines:
        return []
    from setupbatcher.errors import MEANINGS  # noqa: PLC0415 -- for this table only

    rows: list[tuple[str, ...]] = [("machine", "state", "line", "row", "error")]
    for machine in status.machines:
        meaning = MEANINGS.get(machine.code) if machine.code is not None else None
        title = "exit status" if machine.program else meaning.title if meaning else ""
        error = "" if machine.code is None else f"{machine.code} {title}".rstrip()
        rows.append((machine.name, machine.state.value, _number(machine.line), _number(machine.row), error))
    return _aligned(rows)


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    from setupbatcher.text import display_width  # noqa: PLC0415 -- as above

    widths = [max(map(display_width, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = (cell + " " * (width - display_width(cell)) for cell, width in zip(row, widths, strict=True))
        lines.append("  ".join(cells).rstrip())
    return lines
