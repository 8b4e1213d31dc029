"""What an SFTP service's refusals mean.

Version 3 of the protocol, which nearly every service speaks, has one answer for most of them: *failure*. The caller
then looks what stands there and gives the likely reason; these are the refusals that speak for themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import asyncssh

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.hosts import ssh_errors

_CODES: tuple[tuple[type[asyncssh.SFTPError], int], ...] = (
    (asyncssh.SFTPNoSuchFile, errors.FILE_NOT_FOUND),
    (asyncssh.SFTPNoSuchPath, errors.PATH_NOT_FOUND),
    (asyncssh.SFTPPermissionDenied, errors.ACCESS_DENIED),
    (asyncssh.SFTPWriteProtect, errors.ACCESS_DENIED),
    (asyncssh.SFTPCannotDelete, errors.ACCESS_DENIED),
    (asyncssh.SFTPFileAlreadyExists, errors.EXISTS),
    (asyncssh.SFTPNoSpaceOnFilesystem, errors.DISK_FULL),
    (asyncssh.SFTPQuotaExceeded, errors.DISK_FULL),
    (asyncssh.SFTPLockConflict, errors.IN_USE),
    (asyncssh.SFTPDirNotEmpty, errors.NOT_EMPTY),
    (asyncssh.SFTPNotADirectory, errors.DIRECTORY_NAME),
    (asyncssh.SFTPFileIsADirectory, errors.DIRECTORY_NAME),
    (asyncssh.SFTPInvalidFilename, errors.BAD_PATH),
    (asyncssh.SFTPLinkLoop, errors.BAD_LINK),
    (asyncssh.SFTPBadMessage, errors.BAD_PATH),
    (asyncssh.SFTPOpUnsupported, errors.NOT_SUPPORTED),
)


@contextmanager
def translated(machine: str, path: object) -> Iterator[None]:
    """Turn what the library raises about a path into a :class:`~setupbatcher.errors.Failure`.

    A plain *failure* passes, for the caller to find its reason.
    """
    try:
        yield
    except (Failure, asyncssh.SFTPFailure):
        raise
    except (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection) as error:
        raise ssh_errors.lost(machine) from error
    except asyncssh.SFTPError as error:
        code = next((code for kind, code in _CODES if isinstance(error, kind)), errors.NOT_SUPPORTED)
        raise Failure(code, f"{path} on {machine}: {error.reason.lower()}") from error
    except (asyncssh.Error, OSError, ValueError) as error:
        raise ssh_errors.failure_of(error, machine) from error
