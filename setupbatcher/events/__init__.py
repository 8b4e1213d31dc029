"""What happens in a run, as values. The engine emits them; the marker writer is the first listener, reports follow.

Nothing here acts; whoever wants to know of a run listens to these.
"""

from __future__ import annotations

from collections.abc import Callable

from setupbatcher.events.command import (
    CommandDone,
    CommandError,
    CommandFailed,
    CommandStarted,
    Output,
    ProcessStarted,
    Said,
)
from setupbatcher.events.flow import BranchDecided, CallReturned, LoopEmpty, RowDone, RowStarted
from setupbatcher.events.machine import (
    FileDone,
    FileStarted,
    MachineDone,
    MachineLeft,
    MachineStarted,
    MachineStopped,
    MachineUnreachable,
)
from setupbatcher.events.place import LoopPlace, Place
from setupbatcher.events.run import (
    FilesFound,
    Notice,
    RunEnded,
    RunStarted,
    ScanDone,
    ScanStarted,
    ScriptDone,
    SectionStarted,
    Warned,
)

__all__ = [
    "BranchDecided",
    "CallReturned",
    "CommandDone",
    "CommandError",
    "CommandFailed",
    "CommandStarted",
    "Event",
    "FileDone",
    "FileStarted",
    "FilesFound",
    "Listener",
    "LoopEmpty",
    "LoopPlace",
    "MachineDone",
    "MachineLeft",
    "MachineStarted",
    "MachineStopped",
    "MachineUnreachable",
    "Notice",
    "Output",
    "Place",
    "ProcessStarted",
    "RowDone",
    "RowStarted",
    "RunEnded",
    "RunStarted",
    "Said",
    "ScanDone",
    "ScanStarted",
    "ScriptDone",
    "SectionStarted",
    "Warned",
]

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
    | FilesFound
    | FileStarted
    | FileDone
    | ScriptDone
    | MachineStopped
    | MachineLeft
    | Notice
    | Warned
    | RunEnded
)

Listener = Callable[[Event], None]
