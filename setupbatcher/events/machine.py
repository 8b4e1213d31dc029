"""What happens to a machine, and to its data files."""

from __future__ import annotations

from dataclasses import dataclass

from setupbatcher.events.place import Place
from setupbatcher.script.filling import Filling


@dataclass(frozen=True, slots=True)
class MachineUnreachable:
    """A machine did not answer or did not let us in."""

    machine: int
    name: str
    code: int
    message: str
    help: str | None = None


@dataclass(frozen=True, slots=True)
class MachineStarted:
    """Work on a machine begins or goes on.

    Attributes:
        machine: line in [Machines]; ``None`` in a script without that section.
        name: of the machine.
        resumed: there is progress to go on from.
        number: which one of ``total`` it is, from 1.
        total: machines to work on in this run.
    """

    machine: int | None
    name: str
    resumed: bool
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class FileStarted:
    """A data file is worked on, from its beginning unless ``resumed``.

    Attributes:
        path: as [DataFiles] has it.
        number: which one of ``total`` it is, from 1.
        total: files of [DataFiles].
        resumed: its rows are in [Data] already, and there is progress to go on from.
        filled: [Data] with its rows.
    """

    path: str
    number: int
    total: int
    resumed: bool
    filled: Filling | None = None


@dataclass(frozen=True, slots=True)
class FileDone:
    """All commands are done for a data file.

    Attributes:
        line: of its row in [DataFiles].
        machine: line of the machine in [Machines], or ``None``.
    """

    line: int
    machine: int | None


@dataclass(frozen=True, slots=True)
class MachineDone:
    """All commands of a machine are done. ``last``: no listed machine is unfinished now."""

    machine: int
    name: str
    last: bool


@dataclass(frozen=True, slots=True)
class MachineStopped:
    """A machine stopped with an error. Its markers stand already."""

    machine: int | None
    name: str
    code: int
    place: Place | None


@dataclass(frozen=True, slots=True)
class MachineLeft:
    """The run leaves a failed machine for the next one; its cell becomes its own resume point.

    Attributes:
        machine: line in [Machines].
        name: of the machine.
        code: error code.
        line: where it stopped.
        row: data row that the loop around it was at, or ``None``.
        again: seconds after which auto retry takes it up again, from its first command; ``None`` without auto retry.
    """

    machine: int
    name: str
    code: int
    line: int
    row: int | None
    again: float | None = None
