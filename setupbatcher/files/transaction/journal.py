"""The journal of a transaction: what is about to be done, written and on disk before it is done.

Append-only lines with checksums: what a crash tore was not acted upon. What has been taken back is cut off, so that a
journal always says what is left to take back, the last first; that takes no room on a full disk. The operating system's
lock on the journal is the lock on the work: a dead process holds none.
"""

from __future__ import annotations

import os
import stat as modes
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files.transaction.records import VERSION, Begin, Change, Folders, Over, Record, plain, record_of
from setupbatcher.text.lock import open_locked
from setupbatcher.text.records import decode, encode
from setupbatcher.text.store import sync_directory

_START = 64 * 1024
"""Bytes at the start of a journal in which a transaction says whose it is."""


class Journal:
    """A journal that this process holds, until it is closed. Blocking work, for threads.

    Args:
        path: where it stands or is to stand.
        create: begin one where there is none.

    Attributes:
        path: as given.
        token: tells the files of the open transaction from those of others; empty where none is open.
        volumes: where the volumes are mounted that the open transaction changes.
        over: transactions that are over, of which something may be left.

    Raises:
        Failure: 32 another process holds it, 5 it is somebody else's, 13 it is damaged, 50 it is of another version.
        OSError: it cannot be opened.
    """

    def __init__(self, path: Path, *, create: bool = True) -> None:
        self.path = path
        self.token = ""
        self.volumes: set[str] = set()
        self.over: list[Over] = []
        self._marks: list[int] = []
        self._end = 0
        self._listed = False
        self._file, mine = open_locked(path, create=create)
        try:
            _check_held(self._file, path, mine=mine)
            _check_owner(self._file, path)
            self._read()
        except BaseException:
            self._file.close()
            raise

    def begin(self) -> None:
        """Open a transaction."""
        self._append(Begin.now())

    def append(self, record: Change) -> None:
        """Write what is about to be done; it is on disk when this returns.

        Raises:
            OSError: it is not written.
        """
        self._append(record, wait=True)

    def last(self) -> Change | None:
        """What is to be taken back next."""
        if not self._marks:
            return None
        self._file.seek(self._marks[-1])
        line = self._file.read(self._end - self._marks[-1])
        record = record_of(decode(line.removesuffix(b"\n")))
        assert not isinstance(record, Begin | Over | None)
        return record

    def cut(self) -> None:
        """What was to be taken back next has been; this is on disk when it returns."""
        self._cut(self._marks.pop())
        self._sync()

    def end(self, folders: list[str]) -> None:
        """The open transaction is over; this is on disk when it returns.

        Args:
            folders: those in which files of it may be left.

        Raises:
            OSError: it is not written, and the transaction is open still.
        """
        self._append(Over(self.token, folders), wait=True)

    def clear(self) -> None:
        """Nothing is left of any transaction."""
        self._cut(0)
        self._close_transaction()
        self.over.clear()

    def close(self) -> None:
        """Let it go; it vanishes unless there is something in it."""
        vanish = not self._end
        if vanish and sys.platform != "win32":
            self.path.unlink(missing_ok=True)
        self._file.close()
        if vanish and sys.platform == "win32":
            with suppress(PermissionError):  # whoever opened it meanwhile has it now
                self.path.unlink(missing_ok=True)

    def _append(self, record: Record, *, wait: bool = False) -> None:
        at = self._end
        data = memoryview(encode(plain(record)))
        try:
            self._file.seek(at)
            while data:
                data = data[self._file.write(data) :]
            if wait:
                self._sync()
        except OSError:
            with suppress(OSError):
                self._cut(at)
            raise
        self._end = self._file.tell()
        self._note(record, at)

    def _cut(self, at: int) -> None:
        self._end = at
        self._file.truncate(at)

    def _sync(self) -> None:
        getattr(os, "fdatasync", os.fsync)(self._file.fileno())
        if not self._listed:
            sync_directory(self.path.parent)
            self._listed = True

    def _read(self) -> None:
        """Take up what an earlier process left."""
        torn = False
        for line in self._file.read().split(b"\n")[:-1]:
            record = record_of(decode(line))
            if record is None:
                torn = True
                continue
            if torn:
                raise Failure(errors.INVALID_DATA, f"{self.path}: the journal is damaged", help=BY_HAND)
            self._note(record, self._end)
            self._end += len(line) + 1
        self._cut(self._end)

    def _note(self, record: Record, at: int) -> None:
        if isinstance(record, Begin):
            if record.version != VERSION:
                raise Failure(
                    errors.NOT_SUPPORTED,
                    f"{self.path}: the journal is of another version of this program",
                    help="let that version end its work first",
                )
            self._close_transaction()
            self.token = record.token
        elif isinstance(record, Over):
            self.over.append(record)
            self._close_transaction()
        else:
            self._marks.append(at)
            if isinstance(record, Folders):
                self.volumes.update(record.volumes)

    def _close_transaction(self) -> None:
        self.token = ""
        self.volumes.clear()
        self._marks.clear()


BY_HAND = "look by hand what is as it should be, then remove the journal and the files `.setupbatcher-*`"


def _check_held(file: IO[bytes], path: Path, *, mine: bool) -> None:
    if mine:
        return
    begun = [record_of(decode(line)) for line in file.read(_START).split(b"\n")]
    owners = [str(record) for record in begun if isinstance(record, Begin)]
    by = f" by {owners[-1]}" if owners else " by another process"
    raise Failure(errors.IN_USE, f"{path}: held{by}", help="wait until it has ended, then start again")


def _check_owner(file: IO[bytes], path: Path) -> None:
    """A journal says what is to be renamed: it must be of somebody who may as well say what is to be done."""
    found = os.fstat(file.fileno())
    if not modes.S_ISREG(found.st_mode):
        raise Failure(errors.INVALID_DATA, f"{path}: the journal is not a file", help=BY_HAND)
    if sys.platform != "win32" and found.st_uid not in {os.geteuid(), 0, path.parent.stat().st_uid}:
        raise Failure(
            errors.ACCESS_DENIED, f"{path}: the journal belongs to another user", help="start again as that user"
        )
