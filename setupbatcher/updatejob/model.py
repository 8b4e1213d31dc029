"""What a job file says, as values named after its elements."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

DEFAULT_BALLOON_TIMEOUT = 10_000
DEFAULT_CLOSE_TIMEOUT = 5_000


class Method(Enum):
    """How a reference is compared with a block."""

    VALENCE = "valence"
    NUMERIC = "numeric"
    LOGICAL = "logical"


class Operator(Enum):
    """What must hold of the reference, compared with the block."""

    HIGHER = "higher"
    HIGHER_EQUAL = "higherequal"
    EQUAL = "equal"
    UNEQUAL = "unequal"
    LOWER_EQUAL = "lowerequal"
    LOWER = "lower"


class Action(Enum):
    """What is done with an object."""

    COPY = "copy"
    DELETE = "delete"
    MOVE = "move"
    UNZIP = "unzip"


class Condition(NamedTuple):
    """What a file's version resource must say.

    Attributes:
        name: what jobs call it; several conditions may share one.
        file: path of the executable.
        block: one of :data:`setupbatcher.files.version_blocks.BLOCKS`.
        reference: the text that is compared with the block.
        line: of the job file, from 1.
    """

    name: str
    file: str
    block: str
    method: Method
    operator: Operator
    reference: str
    line: int


class Object(NamedTuple):
    """A file or a folder with all below it.

    Attributes:
        source: path; the last part may have the wildcards ``*`` and ``?``.
        target: path; empty for one to delete.
        line: of the job file, from 1.
    """

    source: str
    target: str
    action: Action
    line: int


class CloseApp(NamedTuple):
    """An application to close; the names that are given must all match.

    Attributes:
        window_class: class of its window, empty for any.
        window: title of its window, empty for any.
        timeout: milliseconds to wait for the end.
        kill: end the process where the window is still open after that.
        fail_job: an error in asking fails the job.
        line: of the job file, from 1.
    """

    window_class: str
    window: str
    timeout: int
    kill: bool
    fail_job: bool
    line: int


class Balloon(NamedTuple):
    """A notification for the person at the desktop; the timeout is in milliseconds."""

    title: str
    description: str
    timeout: int


class Job(NamedTuple):
    """One job.

    Attributes:
        name: empty where it has none; several jobs may share one.
        conditioned: names of the conditions that must hold.
        predelay: milliseconds to wait before anything else.
        postdelay: milliseconds to wait after the objects.
        execute: path of a program or document, empty for none.
        rollback: a job that fails leaves the files as they were.
        line: of the job file, from 1.
    """

    name: str
    conditioned: tuple[str, ...]
    predelay: int
    closeapps: tuple[CloseApp, ...]
    balloon: Balloon | None
    objects: tuple[Object, ...]
    postdelay: int
    execute: str
    rollback: bool
    line: int

    @property
    def label(self) -> str:
        """What a message calls the job."""
        return f"`{self.name}`" if self.name else f"of line {self.line}"


class JobFile(NamedTuple):
    """Conditions and jobs, in the order of the file."""

    conditions: tuple[Condition, ...]
    jobs: tuple[Job, ...]

    def conditions_called(self, name: str) -> tuple[Condition, ...]:
        """The conditions of a name, all of which must hold."""
        return tuple(condition for condition in self.conditions if condition.name == name)

    def only(self, name: str) -> JobFile:
        """The same file with the jobs of one name."""
        return self._replace(jobs=tuple(job for job in self.jobs if job.name == plain_name(name)))


def plain_name(text: str) -> str:
    """A name as it is compared: each run of blanks, no-break spaces and line ends is one blank."""
    return " ".join(text.split())
