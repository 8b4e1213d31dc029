"""What happens while a job file is carried out, as values. A listener is a function that takes one of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from setupbatcher.updatejob.model import Action, Condition


class Began(NamedTuple):
    """The job file is sound, its jobs begin.

    Attributes:
        job_file: path, as the user knows it.
        jobs: how many will be looked at.
        dry: nothing is changed.
    """

    job_file: str
    jobs: int
    dry: bool


class Recovered(NamedTuple):
    """An earlier run had died; the files of its job are as they were before it, or all in place."""

    finished: bool


class JobBegan(NamedTuple):
    """A job is reached; ``number`` counts from 1, the line is that of the job file."""

    name: str
    line: int
    number: int


class ConditionRead(NamedTuple):
    """A condition was held against its file.

    Attributes:
        condition: which one.
        found: text of the block; ``None`` where there is none.
        holds: the job may go on.
        reason: why there is none.
    """

    condition: Condition
    found: str | None
    holds: bool
    reason: str = ""


class JobSkipped(NamedTuple):
    """A condition of the job does not hold."""

    name: str
    condition: str


class Waiting(NamedTuple):
    """The job stands still for so many milliseconds."""

    milliseconds: int


class AppClosed(NamedTuple):
    """An application was asked to close.

    Attributes:
        wanted: which one.
        windows: how many matched and are gone; 0 where none matched.
        ended: processes that were ended without being asked again.
    """

    wanted: str
    windows: int
    ended: int


class BalloonShown(NamedTuple):
    """A notification; ``desktop`` is false where there is no desktop to show it."""

    title: str
    description: str
    desktop: bool


class ObjectBegan(NamedTuple):
    """An object is dealt with; the line is that of the job file, the target empty for one to delete."""

    action: Action
    source: str
    target: str
    line: int


class ObjectMoved(NamedTuple):
    """How far a long tree has come: files of so many in all, and their bytes."""

    source: str
    files: int
    files_in_all: int
    size: int


class ObjectDone(NamedTuple):
    """An object is dealt with.

    Attributes:
        source: path.
        files: files dealt with.
        changed: those that are not as they were.
    """

    source: str
    files: int
    changed: int


class Executed(NamedTuple):
    """A program was started, or a document opened."""

    path: str


class Would(NamedTuple):
    """A dry run has come to something that it does not do."""

    what: str


class Warned(NamedTuple):
    """Something went wrong that does not keep the job from going on."""

    message: str
    help: str | None = None


class JobDone(NamedTuple):
    """A job is done."""

    name: str
    seconds: float


class JobFailed(NamedTuple):
    """A job failed.

    Attributes:
        name: of the job.
        code: a Windows error code.
        message: one line.
        help: what to do.
        undone: its files are as they were before it.
    """

    name: str
    code: int
    message: str
    help: str | None
    undone: bool


class Ended(NamedTuple):
    """The last job was dealt with; how many were what."""

    done: int
    skipped: int
    failed: int


Event = (
    Began
    | Recovered
    | JobBegan
    | ConditionRead
    | JobSkipped
    | Waiting
    | AppClosed
    | BalloonShown
    | ObjectBegan
    | ObjectMoved
    | ObjectDone
    | Executed
    | Would
    | Warned
    | JobDone
    | JobFailed
    | Ended
)

Tell = Callable[[Event], None]
