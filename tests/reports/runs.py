"""Real runs of small scripts, and what is recorded of them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from setupbatcher.reports.record import Record
from setupbatcher.reports.sheet import Cell, Machine, Outcome, Sheet
from setupbatcher.run import OnError, Options, Run

SCRIPT = """\
[Settings]
BatchSettings.MarkerCol=2
[Machines]
one	Local
two	Local
bad	Linux	host=127.0.0.1 port=1
[Init]
DOS echo init
[Batch]
DOS echo hello %Machine%
If %Machine% = two
  Dir.Create .
Else
  Log no
EndIf
Data.Loop
  DOS test %col1|sh% != b -o %Machine% != two || { echo broken; exit 3; }
  $i DOS test %col1|sh% != a
Data.EndLoop
Call Part
[Sub Part]
Log here
[Data]
a
b
"""


def run(path: Path, options: Options | None = None) -> tuple[Record, int]:
    """Run a script; returns its record and the exit status."""
    record = Record(path.name)
    status = asyncio.run(Run(path, options or Options(on_error=OnError.NEXT_MACHINE), [record]).execute())
    return record, status


def written(folder: Path, text: str = SCRIPT) -> Path:
    """The script in a folder."""
    path = folder / "script.txt"
    path.write_text(text, encoding="utf-8")
    return path


def machine(sheet: Sheet, name: str) -> Machine:
    """A machine by its name."""
    return next(machine for machine in sheet.machines if machine.name == name)


def outcomes(sheet: Sheet, name: str) -> dict[str, str]:
    """What became of each row on a machine, by section and line."""
    return {
        f"{sheet.columns[cell.column].section} {sheet.columns[cell.column].line}": Outcome(cell.outcome).name.lower()
        for cell in machine(sheet, name).cells
    }


def cell(sheet: Sheet, name: str, row: str) -> Cell:
    """The cell of a row on a machine."""
    return next(
        cell
        for cell in machine(sheet, name).cells
        if f"{sheet.columns[cell.column].section} {sheet.columns[cell.column].line}" == row
    )
