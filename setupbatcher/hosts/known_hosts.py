"""The keys by which machines are known: OpenSSH's ``known_hosts`` files.

Only the lines that are about the wanted machine are read as keys, so that a file with a thousand lines costs a
connection next to nothing.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

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
        for line in _lines(file):
            names = (own,) if own == host.lower() else (own, host.lower())
            for name in names:
                _take(known, line, name, own=name == own)
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


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text("utf-8", "replace").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise errors.from_os_error(error, str(file)) from error


def _take(known: Known, line: str, name: str, *, own: bool) -> None:
    fields = line.split()
    marker = fields.pop(0) if fields and fields[0].startswith("@") else ""
    if len(fields) < 3 or fields[0].startswith("#") or not _matches(fields[0], name):  # noqa: PLR2004 -- names, type, key
        return
    try:
        key = asyncssh.import_public_key(f"{fields[1]} {fields[2]}")
    except (asyncssh.KeyImportError, ValueError):  # a kind of key that is newer than the library
        return
    if marker == "@revoked":
        known.revoked.append(key)
    elif marker == "@cert-authority":
        known.authorities.append(key)
    elif not marker:
        known.trusted.append(key)
        known.listed = known.listed or own


def _matches(patterns: str, name: str) -> bool:
    found = False
    for pattern in patterns.lower().split(",") if not patterns.startswith("|") else [patterns]:
        if pattern.startswith("!"):
            if fnmatchcase(name, _glob(pattern[1:])):
                return False
        elif pattern.startswith("|1|"):
            found = found or _matches_hash(pattern, name)
        else:
            found = found or fnmatchcase(name, _glob(pattern))
    return found


def _glob(pattern: str) -> str:
    """A pattern of ours: ``*`` and ``?`` only, so the brackets around a host with a port stand for themselves."""
    return pattern.replace("[", "[[]")


def _matches_hash(pattern: str, name: str) -> bool:
    try:
        salt, digest = (base64.b64decode(part, validate=True) for part in pattern[3:].split("|"))
    except (ValueError, binascii.Error):
        return False
    return hmac.compare_digest(hmac.new(salt, name.encode(), "sha1").digest(), digest)
