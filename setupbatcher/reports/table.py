"""How far a script is, as a table for people: ``status`` and ``watch``."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from setupbatcher.diagnostics.visible import visible
from setupbatcher.engine.notices import describe
from setupbatcher.errors import MEANINGS
from setupbatcher.markers.machines import State
from setupbatcher.markers.records import InFlight, Recovery
from setupbatcher.markers.summary import Count, MachineStatus, Status, summarize
from setupbatcher.reports.fitting import fill, fit, width
from setupbatcher.reports.painting import Paint, paint
from setupbatcher.script.blocks import all_rows

FEW = 20
"""Of so many machines all are shown."""
_BAR = 10
_BEGUN = (State.FAILED, State.UNREACHABLE, State.UNFINISHED)
_WORDS = {
    State.FAILED: "failed",
    State.UNREACHABLE: "unreachable",
    State.UNFINISHED: "unfinished",
    State.FRESH: "not begun",
    State.DONE: "done",
}
_LOOKS = {State.DONE: Paint.GOOD, State.FAILED: Paint.ERROR, State.UNREACHABLE: Paint.ERROR}


class Progress(NamedTuple):
    """How far a script is.

    Attributes:
        status: its markers.
        lines: of the commands that every machine goes through, in order.
    """

    status: Status
    lines: list[int]


def progress_of(recovery: Recovery) -> Progress:
    """The progress of a script, journal included."""
    document = recovery.book.current()
    commands = document.commands(recovery.book.main)
    lines = [row.line for row in all_rows(commands.flow.blocks)] if commands else []
    return Progress(summarize(document, recovery.in_flight), lines)


@dataclass(frozen=True)
class View:
    """How a table is shown.

    Attributes:
        rows: machines and commands that are shown at the most; ``None`` for no limit.
        everything: machines that are done or not begun are shown too, however many there are.
        columns: cells of a line; ``None`` for no limit.
        colour: with the colours of a terminal.
        blocks: bars are made of blocks, not of ASCII.
    """

    rows: int | None = 40
    everything: bool = False
    columns: int | None = None
    colour: bool = False
    blocks: bool = True


def table(progress: Progress, script: str, view: View) -> list[str]:
    """The lines of the table: the whole first, then the machines that need a look.

    Args:
        progress: of the script.
        script: path, as the user knows it.
        view: how it is shown.
    """
    status = progress.status
    undo = ", undo" if status.mode == "undo" else ""
    look = {"done": Paint.GOOD, "failed": Paint.ERROR}.get(status.state, Paint.HEADING)
    name = visible(script) if view.columns is None else fit(script, view.columns - len(status.state) - len(undo) - 2)
    shown = _shown(status.machines, view)
    named = {machine.name for machine in shown}
    return [
        f"{name}: {paint(status.state, look, colour=view.colour)}{undo}",
        *_sections(status, view),
        *_machines(progress, shown, view),
        *_in_flight([entry for entry in status.in_flight if entry.machine not in named], view),
    ]


def summary(progress: Progress) -> str:
    """The whole on one line."""
    status = progress.status
    parts = [status.state]
    if status.machines:
        parts.append(_counts(status))
    else:
        main = "[Undo]" if status.mode == "undo" else "[Batch]"
        named = (("[Init]", status.init), (main, status.batch), ("[Data]", status.data))
        parts += [f"{name} {entry.done} of {entry.total}" for name, entry in named if entry.total]
    return ": ".join([parts[0], ", ".join(parts[1:])]) if len(parts) > 1 else parts[0]


def _counts(status: Status) -> str:
    """How many machines stand how."""
    states = Counter(machine.state for machine in status.machines)
    done = f"{states.pop(State.DONE, 0)} of {len(status.machines)} done"
    return ", ".join([done, *(f"{states[state]} {word}" for state, word in _WORDS.items() if states[state])])


def _sections(status: Status, view: View) -> list[str]:
    """A bar for each part of the script; with machines, [Batch] and [Data] are those of the one that owns them."""
    main = "[Undo]" if status.mode == "undo" else "[Batch]"
    entries = [("[Init]", status.init, "")]
    owner = next(filter(_owns, status.machines), None)
    if status.machines:
        done = sum(machine.state is State.DONE for machine in status.machines)
        entries.append(("machines", Count(done, len(status.machines)), _counts(status)))
    if owner is not None or not status.machines:
        on = f" on {visible(owner.name)}" if owner is not None else ""
        entries += [(main, status.batch, on), ("[Data]", status.data, on)]
    entries = [entry for entry in entries if entry[1].total]
    wide = max((len(name) for name, _, _ in entries), default=0)
    lines = []
    for name, number, text in entries:
        said = text if name == "machines" else f"{number.done} of {number.total}{text}"
        room = said if view.columns is None else fit(said, view.columns - wide - _BAR - 4)
        lines.append(f"{name:{wide}}  {_bar(number.done / number.total, view, colour=view.colour)}  {room}")
    return lines


def _owns(machine: MachineStatus) -> bool:
    """The markers of [Batch] and [Data] speak of this machine."""
    begun = machine.line is not None and (machine.line > 0 or machine.code is None)
    return begun and "@" not in machine.marker


def _bar(share: float, view: View, *, colour: bool = False) -> str:
    done = min(_BAR, int(share * _BAR))
    full, empty = ("█", "░") if view.blocks else ("#", "-")
    return paint(full * done, Paint.GOOD, colour=colour) + paint(empty * (_BAR - done), Paint.FAINT, colour=colour)


# Machines


def _shown(machines: tuple[MachineStatus, ...], view: View) -> list[MachineStatus]:
    if view.everything:
        return list(machines)
    found = list(machines)
    if len(machines) > FEW:
        found = sorted(
            (entry for entry in machines if entry.state in _BEGUN), key=lambda entry: _BEGUN.index(entry.state)
        )
    return found if view.rows is None or len(found) <= view.rows else found[: max(0, view.rows - 1)]


def _machines(progress: Progress, shown: list[MachineStatus], view: View) -> list[str]:
    at_work = {entry.machine: visible(entry.text) for entry in reversed(progress.status.in_flight)}
    told = "error or command begun" if at_work else "error"
    rows = [("machine", "state", "progress", "line", "row", told)]
    for machine in shown:
        share = _share(progress.lines, machine)
        bar = f"{_bar(share, view)} {share * 100:3.0f} %"
        last = _error(machine) or at_work.get(machine.name, "")
        rows.append(
            (visible(machine.name), _WORDS[machine.state], bar, _number(machine.line), _number(machine.row), last)
        )
    looks = [Paint.FAINT, *(_LOOKS.get(machine.state, Paint.PLAIN) for machine in shown)]
    lines = _aligned(rows, looks, view) if shown else []
    left = len(progress.status.machines) - len(shown)
    if left:
        lines.append(f"… and {left} more" + ("" if view.columns else "; --all lists them"))
    return lines


def _aligned(rows: Sequence[tuple[str, ...]], looks: Sequence[Paint], view: View) -> list[str]:
    """Cells under each other; the second one in its look, the rest cut where there is no room for it."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row, look in zip(rows, looks, strict=True):
        name, state, *rest = (fill(cell, size) for cell, size in zip(row, widths, strict=True))
        tail = "  ".join(rest).rstrip()
        if view.columns is not None:
            tail = fit(tail, view.columns - widths[0] - widths[1] - 4)
        lines.append(f"{name}  {paint(state, look, colour=view.colour)}  {tail}".rstrip())
    return lines


def _share(lines: list[int], machine: MachineStatus) -> float:
    """How much of its commands a machine has done, by its line counter."""
    if machine.state is State.DONE:
        return 1.0
    if not lines or not machine.line:
        return 0.0
    # With an error code the counter names the row to begin with, else the one that was done last.
    find = bisect_right if machine.code is None else bisect_left
    return find(lines, machine.line) / len(lines)


def _error(machine: MachineStatus) -> str:
    if machine.code is None:
        return ""
    meaning = MEANINGS.get(machine.code)
    title = "exit status" if machine.program else meaning.title if meaning else ""
    return f"{machine.code} {title}".rstrip()


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _in_flight(entries: list[InFlight], view: View) -> list[str]:
    """Commands that no machine of the table shows."""
    if not entries:
        return []
    shown = entries if view.rows is None or view.everything else entries[: view.rows]
    lines = ["begun, end unknown or not reached yet:", *(f"  {visible(describe(entry))}" for entry in shown)]
    lines += [f"  … and {len(entries) - len(shown)} more"] if len(shown) < len(entries) else []
    return lines if view.columns is None else [fit(line, view.columns) for line in lines]
