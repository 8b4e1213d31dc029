"""What the files of a transaction are called that stand beside those it is about."""

from __future__ import annotations

import re
import socket
import zlib
from functools import cache
from pathlib import Path

_LONGEST = 200
"""Bytes of a file's name that its journal's repeats; file systems take 255 in all."""

_OURS = re.compile(r"\.setupbatcher-(?P<token>[0-9a-f]{8})-(?P<number>\d+)\.(?:new|old)")
_JOURNAL = re.compile(r"\..+\.[0-9a-f]{8}\.transaction")


def journal_of(file: Path) -> Path:
    """Where the journal of the work stands that a file describes: beside it, one for each machine.

    The file may be on a share, and other machines at work on it too.

    Args:
        file: a job file or the like.
    """
    stem = file.name.encode("utf-8", "surrogateescape")[:_LONGEST].decode("utf-8", "ignore")
    return file.with_name(f".{stem}.{_machine()}.transaction")


def is_ours(name: str) -> bool:
    """Whether an entry of a folder belongs to a transaction, so that wildcards and copies of trees leave it out."""
    return name.startswith(".") and (_OURS.fullmatch(name) is not None or _JOURNAL.fullmatch(name) is not None)


def prepared(token: str, number: int) -> str:
    """The name of what is new, until it takes its place."""
    return f".setupbatcher-{token}-{number}.new"


def kept(token: str, number: int) -> str:
    """The name of what was replaced or deleted, until the transaction is over."""
    return f".setupbatcher-{token}-{number}.old"


def number_of(name: str, token: str) -> int | None:
    """The number in a name that a transaction has given; ``None`` for any other name."""
    found = _OURS.fullmatch(name) if name.startswith(".") else None
    return int(found["number"]) if found and found["token"] == token else None


@cache
def _machine() -> str:
    """What tells this machine from others, also when it is called differently one day."""
    try:
        identity = Path("/etc/machine-id").read_bytes()
    except OSError:
        identity = socket.gethostname().encode()
    return f"{zlib.crc32(identity):08x}"
