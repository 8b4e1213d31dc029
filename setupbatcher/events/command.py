"""What happens to a command."""

from __future__ import annotations

from dataclasses import dataclass

from setupbatcher.events.place import Place
from setupbatcher.script.filling import Filling
from setupbatcher.script.labels import SectionId
from setupbatcher.script.variables import Kept


@dataclass(frozen=True, slots=True)
class CommandStarted:
    """A command begins.

    Attributes:
        place: its row.
        text: the row as written, values not put in.
        machine: name.
        number: of the command in this run; all events of one command have the same.
    """

    place: Place
    text: str
    machine: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class ProcessStarted:
    """The command of that number has started a process on the controller."""

    process: int
    number: int = 0


@dataclass(frozen=True, slots=True)
class Output:
    """A piece of a program's output, secrets masked."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """A line for the log."""

    place: Place | None
    text: str


@dataclass(frozen=True, slots=True)
class CommandError:
    """A command failed; what becomes of it follows in another event.

    Attributes:
        place: its row.
        code: error code.
        message: one line, secrets masked.
        help: what to do.
        program: the code is a program's exit status.
        output: what the program wrote last.
        retry: it is tried again by itself, so many times more.
    """

    place: Place
    code: int
    message: str
    help: str | None
    program: bool
    output: str = ""
    retry: int = 0


@dataclass(frozen=True, slots=True)
class CommandDone:
    """A command is done.

    Attributes:
        place: its row.
        text: the row as written.
        machine: name.
        seconds: how long it took.
        changed: ``False`` where the machine was already as asked.
        note: one line of the command.
        ignored: the code of an error that was ignored.
        returned: the subsection that this row called.
        kept: a variable that it gave a value which cannot be worked out again on a resume.
        filled: sections that it gave other rows.
        number: of the command in this run.
    """

    place: Place
    text: str = ""
    machine: str = ""
    seconds: float = 0.0
    changed: bool = True
    note: str = ""
    ignored: int | None = None
    returned: SectionId | None = None
    kept: tuple[Kept, ...] = ()
    filled: tuple[Filling, ...] = ()
    number: int = 0


@dataclass(frozen=True, slots=True)
class CommandFailed:
    """A command's error stands: the machine, or [Init], stops here."""

    place: Place
    code: int
    machine: str = ""
    number: int = 0
