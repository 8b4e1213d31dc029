"""What happens to a run as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from setupbatcher.diagnostics.model import Diagnostic
from setupbatcher.script.document import Document
from setupbatcher.script.filling import Filling
from setupbatcher.script.labels import SectionId


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
class FilesFound:
    """A row of [DataFiles] has looked for files.

    Attributes:
        text: the row as written.
        found: how many.
        filled: the section with them.
    """

    text: str
    found: int
    filled: Filling


@dataclass(frozen=True, slots=True)
class ScriptDone:
    """All commands of a script without [Machines] are done."""


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
