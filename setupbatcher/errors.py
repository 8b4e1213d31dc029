"""Error codes and the one exception that carries them.

Codes are Windows system error codes wherever one fits, on every platform, because that is what the users of
the original know (``commands.md``, *Rules*). The exit status of a program is recorded as it is and said to be one.
"""

from __future__ import annotations

import errno
from typing import NamedTuple

FILE_NOT_FOUND = 2
PATH_NOT_FOUND = 3
ACCESS_DENIED = 5
INVALID_DATA = 13
NOT_SAME_DEVICE = 17
IN_USE = 32
NOT_SUPPORTED = 50
MACHINE_NOT_FOUND = 53
EXISTS = 80
BAD_PARAMETER = 87
BROKEN_CONNECTION = 109
DISK_FULL = 112
NOT_EMPTY = 145
BAD_PATH = 161
TOO_LONG = 206
DIRECTORY_NAME = 267
CANCELLED = 1223
CONNECTION_REFUSED = 1225
NETWORK_UNREACHABLE = 1231
HOST_UNREACHABLE = 1232
LOGON_FAILURE = 1326
HOST_KEY_CHANGED = 1396
HOST_KEY_UNKNOWN = 1397
TIMED_OUT = 1460
BAD_LINK = 1463

MAX_CODE = 2**32 - 1
"""The code x of a marker is an unsigned 32-bit number (``markers.md``)."""


class Meaning(NamedTuple):
    """What an error code means here and what to do about it."""

    title: str
    help: str


MEANINGS: dict[int, Meaning] = {
    FILE_NOT_FOUND: Meaning("file not found", "check the path and the machine it is looked up on"),
    PATH_NOT_FOUND: Meaning("path not found", "a folder of the path does not exist; create it with Dir.Create"),
    ACCESS_DENIED: Meaning("access denied", "check the rights of the user the machine is worked on with"),
    INVALID_DATA: Meaning("invalid data", "the file or archive is damaged or of another kind; look at it by hand"),
    NOT_SAME_DEVICE: Meaning("not on the same volume", "copy, then delete, instead of a move"),
    IN_USE: Meaning("in use", "another program holds the file; close it and run the script again"),
    NOT_SUPPORTED: Meaning("not supported", "this machine or this kind of file cannot do that"),
    MACHINE_NOT_FOUND: Meaning("machine not found", "check the machine's name, or give its address with host=…"),
    EXISTS: Meaning("exists already", "remove it first, or choose another name"),
    BAD_PARAMETER: Meaning("bad parameter", "check the values of the row against `setupbatcher commands NAME`"),
    BROKEN_CONNECTION: Meaning("connection lost", "run the script again; the command in flight is run again"),
    DISK_FULL: Meaning("disk full", "make room and run the script again"),
    NOT_EMPTY: Meaning("folder not empty", "delete what it holds first"),
    BAD_PATH: Meaning("bad path", "the path leaves the folder it belongs to, or is not a path"),
    TOO_LONG: Meaning("name too long", "use a shorter path"),
    DIRECTORY_NAME: Meaning("folder name is invalid", "a file stands where a folder is expected, or the reverse"),
    CANCELLED: Meaning("cancelled", "the command was ended or a question was not answered; run the script again"),
    CONNECTION_REFUSED: Meaning("connection refused", "nothing listens on that port; check port=… and the SSH service"),
    NETWORK_UNREACHABLE: Meaning("network unreachable", "there is no route to the machine's network"),
    HOST_UNREACHABLE: Meaning("machine unreachable", "there is no route to the machine, or it is switched off"),
    LOGON_FAILURE: Meaning("login refused", "check user, key and password of the machine"),
    HOST_KEY_CHANGED: Meaning(
        "host key changed",
        "the machine shows another key than the known one; a changed key is never accepted: find out why, "
        "then remove the old key with `ssh-keygen -R NAME`",
    ),
    HOST_KEY_UNKNOWN: Meaning(
        "host key unknown",
        "add it with `ssh-keyscan NAME >> ~/.ssh/known_hosts` after a look, or set Machines.HostKeys=accept-new",
    ),
    TIMED_OUT: Meaning(
        "timed out", "raise the limit with $t(SECONDS) or BatchSettings.CommandTimeout, or find out why"
    ),
    BAD_LINK: Meaning("link refused", "a symbolic link would lead out of the folder"),
}


class Failure(Exception):  # noqa: N818 -- the term of the manual: a command fails with a code
    """An error a user is told about: code, message and help, never a traceback.

    Args:
        code: unsigned 32-bit error code; a Windows system error code unless ``program`` is set.
        message: one lowercase line without a full stop.
        help: what to do; by default what :data:`MEANINGS` says for the code.
        program: the code is the exit status of a program, as it is.
        output: what the program wrote, for ``%LastOutput%`` and the log.
    """

    def __init__(
        self,
        code: int,
        message: str,
        *,
        help: str | None = None,  # noqa: A002 -- the word of the diagnostics
        program: bool = False,
        output: str = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.program = program
        self.output = output
        meaning = None if program else MEANINGS.get(code)
        self.help = help if help is not None else (meaning.help if meaning else None)


_BY_ERRNO = {
    errno.ENOENT: FILE_NOT_FOUND,
    errno.EACCES: ACCESS_DENIED,
    errno.EPERM: ACCESS_DENIED,
    errno.EROFS: ACCESS_DENIED,
    errno.EEXIST: EXISTS,
    errno.ENOSPC: DISK_FULL,
    errno.EDQUOT: DISK_FULL,
    errno.EFBIG: DISK_FULL,
    errno.EBUSY: IN_USE,
    errno.ETXTBSY: IN_USE,
    errno.ENOTDIR: DIRECTORY_NAME,
    errno.EISDIR: DIRECTORY_NAME,
    errno.ENOTEMPTY: NOT_EMPTY,
    errno.EXDEV: NOT_SAME_DEVICE,
    errno.ENAMETOOLONG: TOO_LONG,
    errno.ELOOP: BAD_LINK,
    errno.EINVAL: BAD_PARAMETER,
    errno.ETIMEDOUT: TIMED_OUT,
    errno.ECONNREFUSED: CONNECTION_REFUSED,
    errno.ENETUNREACH: NETWORK_UNREACHABLE,
    errno.EHOSTUNREACH: HOST_UNREACHABLE,
    errno.ECONNRESET: BROKEN_CONNECTION,
    errno.EPIPE: BROKEN_CONNECTION,
}


def from_os_error(error: OSError, path: str = "") -> Failure:
    """Turn an operating system error into a :class:`Failure` with its Windows code.

    Args:
        error: what the system said; on Windows its own ``winerror`` is kept.
        path: what it was about, for the message.
    """
    code = getattr(error, "winerror", None) or _BY_ERRNO.get(error.errno or 0, NOT_SUPPORTED)
    reason = (error.strerror or str(error) or type(error).__name__).lower()
    return Failure(int(code), f"{path}: {reason}" if path else reason)
