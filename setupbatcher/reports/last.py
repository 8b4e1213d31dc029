"""What is known of a script's last run: the sheet that was kept of it, and what the markers say now."""

from __future__ import annotations

from pathlib import Path

from setupbatcher import __version__
from setupbatcher.diagnostics.phrases import count
from setupbatcher.markers.custody import look
from setupbatcher.reports import shelf
from setupbatcher.reports.known import CONTROLLER
from setupbatcher.reports.making import fill
from setupbatcher.reports.sheet import Cell, Machine, Outcome, Sheet
from setupbatcher.script.labels import UNDO

_DONE = frozenset({Outcome.DONE, Outcome.UNCHANGED, Outcome.IGNORED})


def last_run(script: Path) -> Sheet:
    """The sheet of a script's last run.

    The markers are right where both tell of a machine and do not agree: a run that was killed leaves no sheet, and
    markers are edited by hand.

    Raises:
        ScriptError: the script cannot be read.
    """
    book = look(script).book
    kept = shelf.get(script)
    if kept is not None and kept.undo:
        book.main = UNDO
    now = Sheet(str(script), __version__, undo=book.undoing)
    fill(now, book, {})
    if kept is None:
        now.remarks.append("No run of this script is on record for this user: this is what the markers in it say.")
        return now
    kept.script = str(script)
    if now.undo and not kept.undo:
        kept.remarks.append("An undo has begun since this run: this is how the script stood at the end of the run.")
    elif _main_columns(kept) != _main_columns(now):
        kept.remarks.append("The script was edited since this run: this is how it stood at the end of the run.")
    else:
        _bring_up_to_date(kept, now)
    return kept


def _main_columns(sheet: Sheet) -> list[tuple[str, int, str]]:
    """The commands that machines go through; those that a run calls are columns only where it has called them."""
    return [column[:3] for column in sheet.columns if column.section in {"[Init]", sheet.main}]


def _bring_up_to_date(kept: Sheet, now: Sheet) -> None:
    places = {column[:2]: number for number, column in enumerate(kept.columns)}
    to = {number: places.get(column[:2]) for number, column in enumerate(now.columns)}
    machines = {machine.name: machine for machine in kept.machines}
    changed = 0
    for machine in now.machines:
        cells = [cell._replace(column=place) for cell in machine.cells if (place := to[cell.column]) is not None]
        before = machines.get(machine.name)
        if before is None:
            kept.machines.append(Machine(machine.name, machine.state, machine.code, cells=cells))
            changed += machine.name != CONTROLLER
        elif (before.state, before.code) != (machine.state, machine.code):
            before.state, before.code = machine.state, machine.code
            before.cells = _merged(before.cells, cells)
            changed += machine.name != CONTROLLER
    if changed:
        kept.remarks.append(
            f"{count(changed, 'machine')} changed since the end of this run, because the script was run again or its "
            "markers were edited. Their state here is that of the markers."
        )


def _merged(before: list[Cell], now: list[Cell]) -> list[Cell]:
    """The cells of the markers, with what the run knows of those that it has done."""
    known = {cell.column: cell for cell in before if cell.outcome in _DONE}
    return [known.get(cell.column, cell) if cell.outcome == Outcome.EARLIER else cell for cell in now]
