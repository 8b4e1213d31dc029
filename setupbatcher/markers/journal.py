"""The journal beside a running script: what was earned since the script was last written, and who is running.

Append-only lines, each with a checksum, so that a line that was torn by a crash is known as such. The operating
system's lock on the journal is the lock on the script: a dead process holds none. It exists only while a run is on, or
between a crash and the next command that touches the script.

Behind the last line room is kept on the disk, so that the end of a command that has begun can be told when it is full.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import sys
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from setupbatcher.text.lock import try_lock
from setupbatcher.text.store import sync_directory, take_after

VERSION = 1
ROOM = 16 * 1024
"""Bytes that are free for the ends of commands before one begins."""
PIECE = 64 * 1024
"""Bytes that are taken from the disk at a time."""
_PATIENCE = 1.0
"""Seconds for which a holder is waited for that has not yet said who it is."""
_START = "start"
"""What a record of a command that begins starts with."""
_TELLING = frozenset({_START, "end", "mark"})
"""The same of records that nobody else knows; the others help to read them."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that has a script."""

    pid: int
    host: str
    started: str

    @classmethod
    def this_process(cls) -> Owner:
        """The label of this process, its start in local time."""
        started = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
        return cls(os.getpid(), socket.gethostname(), started)

    def __str__(self) -> str:
        """As the refusal of a second run names it."""
        return f"process {self.pid} on {self.host}, started {self.started}"

    def may_live(self) -> bool:
        """The process is not known to be gone."""
        import psutil  # noqa: PLC0415 -- for a refusal only

        return self.host != socket.gethostname() or psutil.pid_exists(self.pid)


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
        owner: the process that wrote it last.
        base: digest of the script that the first record is about; empty where not even that was written.
        records: the whole records, in order.
        size: bytes up to the end of the last whole line.
    """

    owner: Owner | None = None
    base: str = ""
    records: list[list[Any]] = field(default_factory=list)
    size: int = 0


def read_journal(data: bytes) -> Content:
    """Read a journal; what follows a torn line is left out."""
    content = Content()
    for line in data.split(b"\n")[:-1]:
        match _decode(line):
            case {"pid": int(pid), "host": str(host), "started": str(started), **more}:
                content.owner = Owner(pid, host, started)
                content.base = content.base or str(more.get("base", ""))
            case [str(), *_] as record if content.owner:
                content.records.append(record)
            case _:
                break
        content.size += len(line) + 1
    return content


_JSON = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False)


def _encode(record: Any) -> bytes:  # noqa: ANN401 -- any JSON value
    payload = _JSON.encode(record).encode("utf-8", "surrogatepass")
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
        like: the script, whose readers may read the journal too.

    Attributes:
        path: beside the script.
        content: what an earlier process left behind; without records unless it crashed.

    Raises:
        LockedError: another process holds it.
        OSError: it cannot be created.
    """

    def __init__(self, path: Path, like: os.stat_result | None = None) -> None:
        self.path = path
        self._file = _open_locked(path)
        if like is not None:
            with contextlib.suppress(OSError):
                take_after(self._file.fileno(), like, at_least=0o600, at_most=0o666)
        self.content = read_journal(self._file.read())
        self._incomplete = False
        self._end = self._room = self.content.size
        self._cut()
        # Until begin() the journal still speaks of the run before; a second process is told of this one already.
        with contextlib.suppress(OSError):
            self._write(_encode(_signature()))

    def begin(self, base: str, records: list[list[Any]] | None = None) -> None:
        """Start afresh on a script whose digest is given, with records that are true already.

        Raises:
            OSError: there is no room.
        """
        # Written over what is there, then cut: killed in between, the rest is old records, or one torn line.
        self._end = 0
        self._file.seek(0)
        self._write(b"".join(map(_encode, [{**_signature(), "base": base}, *(records or ())])))
        self._cut()
        self.content = Content(Owner.this_process(), base, list(records or ()), self._end)
        self._make_room(PIECE)
        self.sync()
        sync_directory(self.path.parent)

    def append(self, *records: list[Any]) -> None:
        """Write records; a process that is killed after this loses none of them.

        Raises:
            OSError: there is no room, for a command that begins also where there would be none for its end; none of
                them was written.
        """
        data = b"".join(map(_encode, records))
        needed = len(data) + (ROOM if any(record[0] == _START for record in records) else 0)
        if self._room - self._end < needed:
            self._make_room(needed + PIECE)
        try:
            self._write(data)
        except OSError:
            self._incomplete = True
            raise

    def _write(self, data: bytes) -> None:
        """Write all of it at the end, or nothing."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError:
            self._file.seek(self._end)
            with contextlib.suppress(OSError):
                self._cut()
            raise
        self._end += len(data)
        self._room = max(self._room, self._end)

    def _cut(self) -> None:
        """Remove what stands behind the end."""
        self._file.truncate(self._end)
        self._file.seek(self._end)
        self._room = self._end

    def _make_room(self, size: int) -> None:
        """Take bytes behind the end from the disk; they read as zeros, which are no line."""
        if not _allocate(self._file.fileno(), self._end, size):
            end = self._end
            self._write(bytes(size))
            self._end = end
            self._file.seek(end)
        self._room = max(self._room, self._end + size)

    def sync(self) -> None:
        """Wait until what was written survives a power loss."""
        _sync(self._file.fileno())

    def syncing(self) -> Callable[[], None]:
        """:meth:`sync` as a call for another thread, to be made once; the journal may be closed meanwhile."""
        # Opened anew, because a duplicate would hold the lock as long as the other thread is at work.
        descriptor = os.open(self.path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))

        def sync() -> None:
            try:
                _sync(descriptor)
            finally:
                os.close(descriptor)

        return sync

    @property
    def end(self) -> int:
        """Bytes up to the end of the last record."""
        return self._end

    def release(self) -> None:
        """Let the script go without having run anything; what a crash left stays for the next one."""
        keep = any(record[0] in _TELLING for record in self.content.records)
        if keep and not self._file.closed:
            self._end = self.content.size
            with contextlib.suppress(OSError):
                self._cut()
        self.close(keep=keep)

    def close(self, *, keep: bool = False) -> None:
        """Let the script go; the journal vanishes unless it is still needed. Done once, it may be another's."""
        if self._file.closed:
            return
        # Where the end of a command could not be told, the next run has to know that it began.
        keep = keep or self._incomplete
        if not keep and sys.platform != "win32":
            self.path.unlink(missing_ok=True)
        self._file.close()
        if not keep and sys.platform == "win32":
            # A file that is open cannot be removed there; whoever opens it in between keeps it, as his own.
            try:
                self.path.unlink(missing_ok=True)
            except PermissionError:
                return


def _sync(descriptor: int) -> None:
    getattr(os, "fdatasync", os.fsync)(descriptor)


def _allocate(descriptor: int, at: int, size: int) -> bool:
    """Take bytes of a file from the disk, zeros; ``False`` where the file system has no way to."""
    if sys.platform == "win32" or sys.platform == "darwin":
        return False
    try:
        os.posix_fallocate(descriptor, at, size)
    except OSError as error:
        if error.errno in {errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS, errno.ENODEV}:
            return False
        raise
    return True


def _signature() -> dict[str, Any]:
    owner = Owner.this_process()
    return {"version": VERSION, "pid": owner.pid, "host": owner.host, "started": owner.started}


def _open_locked(path: Path) -> IO[bytes]:
    deadline = time.monotonic() + _PATIENCE
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    while True:
        file = os.fdopen(os.open(path, flags, 0o600), "r+b", buffering=0)
        if try_lock(file):
            if _is_current(path, file):
                return file
            # The holder finished and removed the journal between our opening it and locking it.
            file.close()
            continue
        owner = _holder(file)
        file.close()
        if owner is not None or time.monotonic() > deadline:
            raise LockedError(owner)
        time.sleep(0.01)


def _holder(file: IO[bytes]) -> Owner | None:
    """Who has the journal: the one who began it, or the one who is about to."""
    start = file.read(PIECE)
    for data in (start.partition(b"\n")[0] + b"\n", start):
        owner = read_journal(data).owner
        if owner is not None and owner.may_live():
            return owner
    owner = read_journal(start + file.read()).owner
    return owner if owner is not None and owner.may_live() else None


def _is_current(path: Path, file: IO[bytes]) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def peek(path: Path) -> Content | None:
    """Read a journal without holding it; ``None`` where there is none."""
    try:
        return read_journal(path.read_bytes())
    except FileNotFoundError:
        return None
