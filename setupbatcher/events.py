"""What happens in a run, as values. The engine emits them; the marker writer is the first listener, reports follow.

Nothing here acts; whoever wants to know of a run listens to these.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from setupbatcher.diagnostics.model import Diagnostic
from setupbatcher.script.document import Document
from setupbatcher.script.labels import SectionId
from setupbatcher.script.variables import Kept


@dataclass(frozen=True, slots=True)
class LoopPlace:
    """A loop that is at a data row.

    Attributes:
        section: of the loop.
        line: of its ``Data.Loop`` row, counted from 1.
        data: the data section.
        row: line in it, counted from 0.
    """

    section: SectionId
    line: int
    data: SectionId
    row: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where the run is.

    Attributes:
        section: of the row.
        line: of the row, counted from 1.
        loops: those around it, outermost first, across calls.
        callers: section and line of the ``Call`` rows on the way, outermost first.
        machine: line of the machine in [Machines], or ``None``.
        previous: the machine's counter before this row: the line of the row that was done last, 0 at the beginning.
    """

    section: SectionId
    line: int
    loops: tuple[LoopPlace, ...] = ()
    callers: tuple[tuple[SectionId, int], ...] = ()
    machine: int | None = None
    previous: int = 0

    @property
    def counter(self) -> int:
        """The line that the machine's counter speaks of: in the command section, whatever is called from there."""
        return self.callers[0][1] if self.callers else self.line


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The run begins; everything is checked.

    Attributes:
        script: path, as the user gave it.
        machines: to work on.
        dry: nothing is done.
        document: the script; places of later events are places in it.
        parallel: machines worked on at once; events of several machines come in any order where it is more than 1.
        undo: [Undo] is run.
    """

    script: str
    machines: int
    dry: bool
    document: Document | None = None
    parallel: int = 1
    undo: bool = False


@dataclass(frozen=True, slots=True)
class ScanStarted:
    """The pre-scan contacts machines."""

    machines: int


@dataclass(frozen=True, slots=True)
class MachineUnreachable:
    """A machine did not answer or did not let us in."""

    machine: int
    name: str
    code: int
    message: str
    help: str | None = None


@dataclass(frozen=True, slots=True)
class ScanDone:
    """The pre-scan has its result."""

    reached: int
    unreachable: int


@dataclass(frozen=True, slots=True)
class SectionStarted:
    """[Init], or [OnError] for a machine (``None``: the controller), begins."""

    section: SectionId
    machine: int | None = None


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
    number: int = 0


@dataclass(frozen=True, slots=True)
class CommandFailed:
    """A command's error stands: the machine, or [Init], stops here."""

    place: Place
    code: int
    machine: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class CallReturned:
    """A subsection that ran ahead of a command by ``$c(NAME)`` is through."""

    section: SectionId


@dataclass(frozen=True, slots=True)
class BranchDecided:
    """An ``If`` is decided.

    Attributes:
        place: of the head that is taken, or of the first head where none is.
        heads: the lines of all heads.
        taken: the line of the one that is taken, or ``None``.
    """

    place: Place
    heads: tuple[int, ...]
    taken: int | None


@dataclass(frozen=True, slots=True)
class RowStarted:
    """A loop begins a data row at its first command. ``place`` is the loop's, without itself among the loops."""

    place: Place
    loop: LoopPlace


@dataclass(frozen=True, slots=True)
class RowDone:
    """A data row is through; its line is -1 where somebody has taken it out of the script meanwhile.

    ``next`` is the row that the loop goes on with; ``None`` ends the loop.
    """

    place: Place
    loop: LoopPlace
    next: int | None


@dataclass(frozen=True, slots=True)
class LoopEmpty:
    """A loop has no row to work on; it is done."""

    place: Place
    data: SectionId


@dataclass(frozen=True, slots=True)
class MachineDone:
    """All commands of a machine are done. ``last``: no listed machine is unfinished now."""

    machine: int
    name: str
    last: bool


@dataclass(frozen=True, slots=True)
class ScriptDone:
    """All commands of a script without [Machines] are done."""


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


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should know: a finding at run time, such as an outside edit."""

    text: str
    help: str | None = None


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning of the check; the run goes on."""

    finding: Diagnostic
    document: Document


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The run is over.

    Attributes:
        done: machines finished, those of earlier runs included.
        failed: machines with an error.
        unreachable: machines that were left out.
        left: machines that are not finished, the failed and unreachable included.
        status: exit status.
        interrupted: a person or a signal ended it.
        seconds: how long it took.
    """

    done: int = 0
    failed: int = 0
    unreachable: int = 0
    left: int = 0
    status: int = 0
    interrupted: bool = False
    seconds: float = 0.0


Event = (
    RunStarted
    | ScanStarted
    | MachineUnreachable
    | ScanDone
    | SectionStarted
    | MachineStarted
    | CommandStarted
    | ProcessStarted
    | Output
    | Said
    | CommandError
    | CommandDone
    | CommandFailed
    | CallReturned
    | BranchDecided
    | RowStarted
    | RowDone
    | LoopEmpty
    | MachineDone
    | ScriptDone
    | MachineStopped
    | MachineLeft
    | Notice
    | Warned
    | RunEnded
)

Listener = Callable[[Event], None]
