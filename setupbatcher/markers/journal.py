"""The journal beside a running script: what was earned since the script was last written, and who is running.

Append-only lines, each with a checksum, so that a line that was torn by a crash is known as such. The operating
system's lock on the journal is the lock on the script: a dead process holds none. It exists only while a run is on, or
between a crash and the next command that touches the script.
"""

from __future__ import annotations

import json
import os
import sys
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from setupbatcher.text.lock import try_lock
from setupbatcher.text.store import sync_directory

VERSION = 1


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that has a script."""

    pid: int
    host: str
    started: str

    @classmethod
    def this_process(cls) -> Owner:
        """The label of this process, its start in local time."""
        import socket  # noqa: PLC0415 -- reading a journal does without
        from datetime import datetime  # noqa: PLC0415 -- as above

        started = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
        return cls(os.getpid(), socket.gethostname(), started)

    def __str__(self) -> str:
        """As the refusal of a second run names it."""
        return f"process {self.pid} on {self.host}, started {self.started}"


class LockedError(Exception):
    """Another run has the script.

    Attributes:
        owner: who, or ``None`` where it has not yet said so.
    """

    def __init__(self, owner: Owner | None) -> None:
        super().__init__("another run has the script")
        self.owner = owner


@dataclass
class Content:
    """A journal that was read.

    Attributes:
        owner: the process that wrote it.
        base: digest of the script that the first record is about; empty where not even that was written.
        records: the whole records, in order.
    """

    owner: Owner | None = None
    base: str = ""
    records: list[list[Any]] = field(default_factory=list)


def read_journal(data: bytes) -> Content:
    """Read a journal; what follows a torn line is left out."""
    content = Content()
    for number, line in enumerate(data.split(b"\n")[:-1]):
        record = _decode(line)
        if record is None:
            break
        if number == 0:
            content.owner = Owner(record["pid"], record["host"], record["started"])
            content.base = record["base"]
        else:
            content.records.append(record)
    return content


def _encode(record: Any) -> bytes:  # noqa: ANN401 -- any JSON value
    payload = json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
    return b"%08x %s\n" % (zlib.crc32(payload), payload)


def _decode(line: bytes) -> Any:  # noqa: ANN401
    checksum, _, payload = line.partition(b" ")
    try:
        if int(checksum, 16) != zlib.crc32(payload):
            return None
        return json.loads(payload.decode("utf-8", "surrogatepass"))
    except ValueError:
        return None


class Journal:
    """A journal that this process holds.

    Args:
        path: beside the script.

    Raises:
        LockedError: another process holds it.
        OSError: it cannot be created.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = _open_locked(path)
        self.left_over = self._file.read()
        """What an earlier process left behind: empty unless it crashed."""

    def begin(self, base: str) -> None:
        """Start afresh on a script whose digest is given."""
        owner = Owner.this_process()
        header = {"version": VERSION, "pid": owner.pid, "host": owner.host, "started": owner.started, "base": base}
        self._file.seek(0)
        self._file.truncate()
        self._file.write(_encode(header))
        self.sync()
        sync_directory(self.path.parent)

    def append(self, *records: list[Any]) -> None:
        """Write records; a process that is killed after this loses none of them."""
        self._file.write(b"".join(map(_encode, records)))

    def sync(self) -> None:
        """Wait until what was written survives a power loss."""
        getattr(os, "fdatasync", os.fsync)(self._file.fileno())

    def close(self, *, keep: bool = False) -> None:
        """Let the script go; the journal vanishes unless it is still needed."""
        if not keep and sys.platform != "win32":
            self.path.unlink(missing_ok=True)
        self._file.close()
        if not keep and sys.platform == "win32":
            # A file that is open cannot be removed there; whoever opens it in between keeps it, as his own.
            try:
                self.path.unlink(missing_ok=True)
            except PermissionError:
                return


def _open_locked(path: Path) -> IO[bytes]:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        file = os.fdopen(descriptor, "r+b", buffering=0)
        if not try_lock(file):
            owner = read_journal(file.read()).owner
            file.close()
            raise LockedError(owner)
        if _is_current(path, file):
            return file
        # The holder finished and removed the journal between our opening it and locking it.
        file.close()


def _is_current(path: Path, file: IO[bytes]) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def peek(path: Path) -> tuple[Content, bool] | None:
    """Read a journal without holding it: its content, and whether a living process has it. ``None``: there is none."""
    try:
        with path.open("r+b", buffering=0) as file:
            data = file.read()
            return read_journal(data), not try_lock(file)
    except FileNotFoundError:
        return None
