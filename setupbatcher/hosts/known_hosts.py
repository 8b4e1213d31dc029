"""The keys by which machines are known: OpenSSH's ``known_hosts`` files.

A file is read once, however many machines are looked up in it, and only the lines that are about the wanted machine are
read as keys: a file with thousands of lines costs a connection next to nothing.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import asyncssh

from setupbatcher import errors
from setupbatcher.errors import Failure

_SSH_PORT = 22


@dataclass(slots=True)
class Known:
    """What is known of one machine.

    Attributes:
        trusted: its keys.
        authorities: keys that may sign its key.
        revoked: keys it must not show.
        listed: it has an entry of its own, so that another key means a changed one.
    """

    trusted: list[asyncssh.SSHKey] = field(default_factory=list)
    authorities: list[asyncssh.SSHKey] = field(default_factory=list)
    revoked: list[asyncssh.SSHKey] = field(default_factory=list)
    listed: bool = False


class UnknownHostKey(Failure):
    """A machine that is not known yet showed its key; a person may decide to trust it.

    Args:
        machine: its name in the script.
        line: the line for ``known_hosts``.
        file: where that line belongs; ``None`` where the user's config names no file.
        fingerprint: what a person compares.
    """

    def __init__(self, machine: str, line: str, file: Path | None, fingerprint: str) -> None:
        super().__init__(errors.HOST_KEY_UNKNOWN, f"{machine}: the host key {fingerprint} is not known")
        self.machine = machine
        self.line = line
        self.file = file
        self.fingerprint = fingerprint

    def trust(self) -> None:
        """Add the key to the user's ``known_hosts`` file.

        Raises:
            Failure: there is no such file, or it cannot be written.
        """
        if self.file is None:
            raise self
        add(self.file, self.line)


def name_of(host: str, port: int) -> str:
    """How a ``known_hosts`` file writes a host and port."""
    return host.lower() if port == _SSH_PORT else f"[{host.lower()}]:{port}"


def look_up(files: Iterable[Path], host: str, port: int) -> Known:
    """What the files know of a machine.

    A key listed for the host without a port is trusted for its other ports too, as with OpenSSH, but says nothing
    about a changed key there.

    Raises:
        Failure: a file cannot be read.
    """
    known = Known()
    own = name_of(host, port)
    for file in files:
        for name in (own,) if own == host.lower() else (own, host.lower()):
            for line in _entries(file).about(name):
                _take(known, line, own=name == own)
    return known


def line_for(host: str, port: int, key: asyncssh.SSHKey) -> str:
    """The line that makes a key known."""
    return f"{name_of(host, port)} {key.export_public_key('openssh').decode('ascii').strip()}"


def add(file: Path, line: str) -> None:
    """Add a line to a ``known_hosts`` file, which is created if need be.

    Raises:
        Failure: the file cannot be written.
    """
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "r+b", buffering=0) as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - 1))
            start = b"" if stream.read(1) in (b"", b"\n") else b"\n"
            stream.write(start + line.encode("ascii") + b"\n")
    except OSError as error:
        raise errors.from_os_error(error, str(file)) from error


class _Entry(NamedTuple):
    """A line: who it is about, and what it says."""

    names: tuple[str, ...]
    marker: str
    key: str


class _Entries:
    """The lines of a file, found by name."""

    def __init__(self, text: str) -> None:
        self._plain: dict[str, list[_Entry]] = {}
        self._patterns: list[_Entry] = []
        self._hashed: list[tuple[bytes, bytes, _Entry]] = []
        for line in text.splitlines():
            self._add(line)

    def _add(self, line: str) -> None:
        fields = line.split()
        marker = fields.pop(0) if fields and fields[0].startswith("@") else ""
        if len(fields) < 3 or fields[0].startswith("#"):  # noqa: PLR2004 -- names, type, key
            return
        names = fields[0]
        entry = _Entry(tuple(names.lower().split(",")), marker, f"{fields[1]} {fields[2]}")
        if names.startswith("|"):
            try:
                salt, digest = (base64.b64decode(part, validate=True) for part in names.removeprefix("|1|").split("|"))
            except (ValueError, binascii.Error):  # another way of hashing, or nonsense
                return
            self._hashed.append((salt, digest, entry))
        elif any(sign in names for sign in "*?!"):
            self._patterns.append(entry)
        else:
            for name in entry.names:
                self._plain.setdefault(name, []).append(entry)

    def about(self, name: str) -> Iterator[_Entry]:
        """The lines about a machine; a machine's keys have no order."""
        yield from self._plain.get(name, ())
        yield from (entry for entry in self._patterns if _matches(entry.names, name))
        encoded = name.encode()
        for salt, digest, entry in self._hashed:
            if hmac.compare_digest(hmac.digest(salt, encoded, "sha1"), digest):
                yield entry


def _entries(file: Path) -> _Entries:
    try:
        state = file.stat()
        return _read(file, (state.st_ino, state.st_size, state.st_mtime_ns))
    except (FileNotFoundError, NotADirectoryError):
        return _Entries("")
    except OSError as error:
        raise errors.from_os_error(error, str(file)) from error


@lru_cache(maxsize=8)
def _read(file: Path, state: tuple[int, ...]) -> _Entries:  # noqa: ARG001 -- a file in another state is read again
    return _Entries(file.read_text("utf-8", "replace"))


def _take(known: Known, entry: _Entry, *, own: bool) -> None:
    try:
        key = asyncssh.import_public_key(entry.key)
    except (asyncssh.KeyImportError, ValueError):  # a kind of key that is newer than the library
        return
    if entry.marker == "@revoked":
        known.revoked.append(key)
    elif entry.marker == "@cert-authority":
        known.authorities.append(key)
    elif not entry.marker:
        known.trusted.append(key)
        known.listed = known.listed or own


def _matches(patterns: tuple[str, ...], name: str) -> bool:
    if any(fnmatchcase(name, _glob(pattern[1:])) for pattern in patterns if pattern.startswith("!")):
        return False
    return any(fnmatchcase(name, _glob(pattern)) for pattern in patterns if not pattern.startswith("!"))


def _glob(pattern: str) -> str:
    """A pattern of ours: ``*`` and ``?`` only, so the brackets around a host with a port stand for themselves."""
    return pattern.replace("[", "[[]")
