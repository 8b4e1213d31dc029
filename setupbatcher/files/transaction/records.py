"""What the lines of a journal say."""

from __future__ import annotations

import os
import re
import secrets
import socket
from datetime import datetime
from typing import Any, NamedTuple

from setupbatcher.files.transaction.step import Step

VERSION = 1

_TOKEN = re.compile(r"[0-9a-f]{8}")


class Begin(NamedTuple):
    """A transaction begins.

    Attributes:
        version: of the journal.
        token: tells its files from those of others.
        pid: number of its process.
        host: the machine.
        started: when, in local time.
    """

    version: int
    token: str
    pid: int
    host: str
    started: str

    @classmethod
    def now(cls) -> Begin:
        """One of this process."""
        started = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
        return cls(VERSION, secrets.token_hex(4), os.getpid(), socket.gethostname(), started)

    def __str__(self) -> str:
        """As the refusal of a second process names it."""
        return f"process {self.pid} on {self.host}, started {self.started}"


class Folders(NamedTuple):
    """Folders in which files of the transaction may stand from now on.

    Attributes:
        first: no number of those files is lower.
        times: of each folder before that, in nanoseconds since the epoch.
        volumes: where the volumes are mounted that they are on.
    """

    first: int
    times: list[tuple[str, int]]
    volumes: list[str]


class Steps(NamedTuple):
    """Steps that are about to be done, none of which depends on another."""

    steps: list[Step]


class Removal(NamedTuple):
    """Empty folders that are about to be removed, each before the one it is in.

    Attributes:
        folders: of each its path, mode, user and group.
    """

    folders: list[tuple[str, int, int, int]]


class Over(NamedTuple):
    """A transaction is over; files of it may be left in these folders."""

    token: str
    folders: list[str]


Change = Folders | Steps | Removal
Record = Begin | Change | Over


def plain(record: Record) -> list[Any]:
    """A record as a JSON value."""
    return [_WORDS[type(record)], *record]


def record_of(value: Any) -> Record | None:  # noqa: ANN401 -- any JSON value
    """The record of a JSON value; ``None`` where it is none."""
    match value:
        case ["begin", int(version), str(token), int(pid), str(host), str(started), *_] if _TOKEN.fullmatch(token):
            return Begin(version, token, pid, host, started)
        case ["folders", int(first), list(times), list(volumes)]:
            return Folders(first, [(path, time) for path, time in times], volumes)
        case ["steps", list(steps)]:
            return Steps([Step(*step) for step in steps])
        case ["removal", list(folders)]:
            return Removal([(path, mode, user, group) for path, mode, user, group in folders])
        case ["over", str(token), list(folders)] if _TOKEN.fullmatch(token):
            return Over(token, folders)
    return None


_WORDS: dict[type[Record], str] = {
    Begin: "begin",
    Folders: "folders",
    Steps: "steps",
    Removal: "removal",
    Over: "over",
}
