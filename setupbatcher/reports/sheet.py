"""What is known of a run once it is over: machines × commands, times, errors, output. Pages and files are made of it.

It is plain data, so that it can be kept between two calls of the program and be part of a page as it is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, NamedTuple

VERSION = 1


class Outcome(StrEnum):
    """What became of a command on a machine."""

    DONE = "d"
    UNCHANGED = "u"
    IGNORED = "i"
    FAILED = "f"
    SKIPPED = "s"
    """It stands in a branch that was not taken."""
    PARTLY = "p"
    """A loop that has rows left."""
    IN_FLIGHT = "r"
    """It was at work when the run ended."""
    EARLIER = "e"
    """A marker says that it is done; this run has not done it."""


class Column(NamedTuple):
    """A command row of the script.

    Attributes:
        section: its short label.
        line: in the section, counted from 1.
        text: as written.
        depth: blocks around it.
        repeated: it stands in a loop.
    """

    section: str
    line: int
    text: str
    depth: int = 0
    repeated: bool = False


class Cell(NamedTuple):
    """What happened to a command on a machine.

    Attributes:
        column: its place in :attr:`Sheet.columns`.
        outcome: of all its executions.
        times: how often it was carried out; for a loop, the data rows that were done.
        begun: when first, in seconds since the run began.
        seconds: that it took in all.
        ignored: how many of its errors were ignored.
        output: the end of what it wrote last, as a place in :attr:`Sheet.texts`; -1 for none.
    """

    column: int
    outcome: str
    times: int = 0
    begun: float = 0.0
    seconds: float = 0.0
    ignored: int = 0
    output: int = -1


@dataclass
class Machine:
    """What happened on a machine.

    Attributes:
        name: of the machine.
        state: ``fresh``, ``unfinished``, ``failed``, ``unreachable`` or ``done``.
        code: error code, or ``None``.
        begun: when work on it began, in seconds since the run began; ``None`` where this run has not touched it.
        ended: when it ended; ``None`` where it has not.
        cells: in the order of the columns.
    """

    name: str
    state: str
    code: int | None = None
    begun: float | None = None
    ended: float | None = None
    cells: list[Cell] = field(default_factory=list)


class Fault(NamedTuple):
    """An error.

    Attributes:
        machine: its place in :attr:`Sheet.machines`.
        column: of the command; -1 where a machine could not be reached.
        row: line of the data row, or ``None``.
        data: the text of that row.
        code: error code.
        message: one line.
        help: what to do, or the empty text.
        program: the code is a program's exit status.
        output: the end of what the program wrote.
        at: seconds since the run began.
        fate: what became of it: ``stands``, ``ignored`` or ``retried``.
    """

    machine: int
    column: int
    row: int | None
    data: str
    code: int
    message: str
    help: str
    program: bool
    output: str
    at: float
    fate: str


@dataclass
class Sheet:
    """A run.

    Attributes:
        script: path, as the user knows it.
        product: version of the program.
        host: the controller.
        begun: when, as ISO 8601 text; empty where no run is known.
        seconds: how long it took.
        status: exit status; ``None`` where the run was broken off.
        interrupted: a person or a signal ended it.
        undo: [Undo] was run.
        columns: the command rows.
        machines: in the order of the script.
        faults: in the order of time.
        left_out: errors for which there was no room in ``faults``.
        texts: outputs, each once.
        notices: what people were told, in the order of time.
        remarks: what is to be known of the sheet itself.
    """

    script: str
    product: str = ""
    host: str = ""
    begun: str = ""
    seconds: float = 0.0
    status: int | None = None
    interrupted: bool = False
    undo: bool = False
    columns: list[Column] = field(default_factory=list)
    machines: list[Machine] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    left_out: int = 0
    texts: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def main(self) -> str:
        """The section that every machine goes through."""
        return "[Undo]" if self.undo else "[Batch]"

    def to_json(self) -> str:
        """The sheet as one line of JSON; rows of tables are arrays."""
        plain: dict[str, Any] = {"version": VERSION} | {entry.name: getattr(self, entry.name) for entry in fields(self)}
        plain["machines"] = [[getattr(machine, entry.name) for entry in fields(Machine)] for machine in self.machines]
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":"), check_circular=False)

    @classmethod
    def from_json(cls, text: str) -> Sheet:
        """Read a sheet.

        Raises:
            ValueError: it is none, or one of another version.
        """
        try:
            plain = json.loads(text)
            if plain.pop("version") != VERSION:
                message = "another version"
                raise ValueError(message)
            plain["columns"] = [Column(*entry) for entry in plain["columns"]]
            plain["faults"] = [Fault(*entry) for entry in plain["faults"]]
            plain["machines"] = [_machine(*entry) for entry in plain["machines"]]
            return cls(**plain)
        except (AttributeError, KeyError, TypeError) as error:
            message = "not a sheet"
            raise ValueError(message) from error


def _machine(
    name: str, state: str, code: int | None, begun: float | None, ended: float | None, cells: list[list[Any]]
) -> Machine:
    return Machine(name, state, code, begun, ended, [Cell(*cell) for cell in cells])
