"""Makes the tables of a sheet: columns, machines and errors, from what a run did and what markers say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from setupbatcher.markers.book import Book
from setupbatcher.reports.known import columns_of, standings
from setupbatcher.reports.lane import Lane
from setupbatcher.reports.sheet import Cell, Column, Fault, Machine, Outcome, Sheet
from setupbatcher.script.labels import INIT


def fill(sheet: Sheet, book: Book, lanes: Mapping[str, Lane], faults: Sequence[tuple[str, Fault]] = ()) -> None:
    """Fill a sheet.

    Args:
        sheet: without tables.
        book: the markers before the run.
        lanes: what the run did, by the names of machines.
        faults: errors with the names of their machines.
    """
    columns = columns_of(book.document)
    shown = list(columns.values())
    numbers = {row: number for number, row in enumerate(columns)}
    standing = {entry.name: entry for entry in standings(book)}
    texts: dict[str, int] = {}
    places: dict[str, int] = {}
    for name in [*standing, *(name for name in lanes if name not in standing)]:
        before, lane = standing.get(name), lanes.get(name)
        known = {numbers[row]: outcome for row, outcome in before.rows.items()} if before else {}
        machine = Machine(name, before.state.value if before else "fresh", before.code if before else None)
        if lane is not None:
            if lane.state is not None:
                machine.state, machine.code = lane.state, lane.code
            machine.begun, machine.ended = _rounded(lane.begun), _rounded(lane.ended)
        machine.cells = _with_branches((lane or Lane()).cells(known, texts), shown)
        places[name] = len(sheet.machines)
        sheet.machines.append(machine)
    sheet.texts = list(texts)
    sheet.faults = [fault._replace(machine=places[name]) for name, fault in faults if name in places]
    sheet.columns = shown
    _narrow(sheet, {str(INIT), str(book.main)})


def _with_branches(cells: list[Cell], columns: list[Column]) -> list[Cell]:
    """Add the rows under the heads of branches that were not taken."""
    found = {cell.column: cell for cell in cells}
    for cell in cells:
        if cell.outcome == Outcome.SKIPPED:
            head = columns[cell.column]
            for number in range(cell.column + 1, len(columns)):
                if columns[number].section != head.section or columns[number].depth <= head.depth:
                    break
                found.setdefault(number, Cell(number, Outcome.SKIPPED))
    return [found[number] for number in sorted(found)]


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def _narrow(sheet: Sheet, sections: set[str]) -> None:
    """Leave out the columns of further sections in which nothing has happened."""
    used = {cell.column for machine in sheet.machines for cell in machine.cells}
    used |= {fault.column for fault in sheet.faults}
    sections |= {sheet.columns[column].section for column in used if column >= 0}
    kept = [number for number, column in enumerate(sheet.columns) if column.section in sections]
    to = {number: place for place, number in enumerate(kept)} | {-1: -1}
    sheet.columns = [sheet.columns[number] for number in kept]
    for machine in sheet.machines:
        machine.cells = [cell._replace(column=to[cell.column]) for cell in machine.cells]
    sheet.faults = [fault._replace(column=to[fault.column]) for fault in sheet.faults]
