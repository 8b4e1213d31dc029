r"""Shares of other machines, ``\\server\share\…``, for systems that do not know them by themselves. Only to read from.

Who asks is ``SETUPBATCHER_SMB_USER`` with ``SETUPBATCHER_SMB_PASSWORD``, else the user of the Kerberos ticket. What a
server sends is signed; guests have no key for that, so shares that are open to guests alone are not read.
"""

from __future__ import annotations

import os
import stat as modes
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from pathlib import PurePath, PureWindowsPath
from typing import Any

from setupbatcher import errors
from setupbatcher.errors import Failure, from_os_error
from setupbatcher.hosts.base import Kind, Stat
from setupbatcher.hosts.paths import checked
from setupbatcher.hosts.threads import in_thread

PORT = 445
USER = "SETUPBATCHER_SMB_USER"
PASSWORD = "SETUPBATCHER_SMB_PASSWORD"  # noqa: S105 -- the name of a variable

_CHUNK = 1024 * 1024
_CONNECT_TIMEOUT = 15


class Shares:
    """The shares that one piece of work reads from; the reading half of a :class:`~setupbatcher.hosts.base.Filesystem`.

    Connections are made when they are needed, and kept until :meth:`close`.
    """

    def __init__(self) -> None:
        self._connections: dict[str, Any] = {}

    def path(self, text: str) -> PureWindowsPath:
        """The path of a text.

        Raises:
            Failure: 161 for one without a share.
        """
        path = PureWindowsPath(checked(text))
        if not path.drive.startswith("\\\\"):
            raise Failure(errors.BAD_PATH, f"{text}: names no share", help="write \\\\server\\share\\path")
        return path

    async def stat(self, path: PurePath, *, follow: bool = True) -> Stat | None:
        """What stands at the path, or ``None``."""
        try:
            with _errors(path):
                found = await self._call("stat", str(path), follow_symlinks=follow)
        except Failure as failure:
            if failure.code in (errors.FILE_NOT_FOUND, errors.DIRECTORY_NAME):  # the latter of what is below a file
                return None
            raise
        kind = Kind.LINK if modes.S_ISLNK(found.st_mode) else _KINDS.get(modes.S_IFMT(found.st_mode), Kind.OTHER)
        return Stat(kind, found.st_size, modified=found.st_mtime, name=path.name)

    async def list(self, path: PurePath) -> list[Stat]:
        """What a folder holds, by name, links not followed."""
        with _errors(path):
            return sorted(await in_thread(self._entries, str(path)), key=lambda entry: entry.name)

    async def read(self, path: PurePath) -> AsyncGenerator[bytes, None]:
        """The bytes of a file, in chunks."""
        with _errors(path):
            file = await self._call("open_file", str(path), mode="rb", buffering=0, share_access="r")
        try:
            while True:
                with _errors(path):
                    chunk = await in_thread(file.read, _CHUNK)
                if not chunk:
                    return
                yield chunk
        finally:
            with _errors(path):
                await in_thread(file.close)

    async def read_link(self, path: PurePath) -> str:
        """Where a symbolic link points to."""
        with _errors(path):
            return str(await self._call("readlink", str(path)))

    async def close(self) -> None:
        """End the connections."""
        if self._connections:
            import smbclient  # noqa: PLC0415 -- an extra, and not cheap to import

            await in_thread(smbclient.reset_connection_cache, fail_on_error=False, connection_cache=self._connections)

    async def _call(self, name: str, *arguments: object, **keywords: object) -> Any:  # noqa: ANN401 -- it has no types
        return await in_thread(self._do, name, *arguments, **keywords)

    def _do(self, name: str, *arguments: object, **keywords: object) -> Any:  # noqa: ANN401 -- as above
        """Call a function of the library, in a thread."""
        import smbclient  # noqa: PLC0415 -- as above

        user = os.environ.get(USER) or None
        return getattr(smbclient, name)(
            *arguments,
            **keywords,
            username=user,
            password=os.environ.get(PASSWORD) if user else None,
            port=PORT,
            connection_timeout=_CONNECT_TIMEOUT,
            connection_cache=self._connections,
        )

    def _entries(self, path: str) -> tuple[Stat, ...]:
        with self._do("scandir", path) as entries:
            return tuple(map(_entry, entries))


_KINDS = {modes.S_IFREG: Kind.FILE, modes.S_IFDIR: Kind.DIRECTORY}


def _entry(entry: Any) -> Stat:  # noqa: ANN401 -- as above
    kind = Kind.LINK if entry.is_symlink() else Kind.DIRECTORY if entry.is_dir() else Kind.FILE
    info = entry.smb_info
    return Stat(kind, info.end_of_file, modified=info.last_write_time.timestamp(), name=entry.name)


@contextmanager
def _errors(path: PurePath) -> Iterator[None]:
    """What the library below says, as a failure."""
    try:
        from smbprotocol import exceptions as smb  # noqa: PLC0415 -- as above
        from spnego import exceptions as spnego  # noqa: PLC0415 -- as above
    except ImportError:
        message = f"{path}: the library for shares is not installed"
        raise Failure(errors.NOT_SUPPORTED, message, help="`pip install 'setupbatcher[smb]'` brings it") from None
    try:
        yield
    except (smb.SMBOSError, smb.SMBResponseException) as error:
        status = error.ntstatus if isinstance(error, smb.SMBOSError) else error.status
        if status in _STATUSES:
            code, reason, advice = _STATUSES[status]
            raise Failure(code, f"{path}: {reason}", help=advice) from error
        if isinstance(error, OSError):
            raise from_os_error(error, str(path)) from error
        raise Failure(errors.BROKEN_CONNECTION, f"{path}: the server answers with status {status:#x}") from error
    except (smb.SMBAuthenticationError, spnego.SpnegoError) as error:
        raise Failure(errors.LOGON_FAILURE, f"{path}: the login is not possible", help=_LOGIN) from error
    except (smb.SMBException, OSError) as error:
        raise Failure(errors.BROKEN_CONNECTION, f"{path}: {_first_line(error)}") from error
    except ValueError as error:  # what the library raises for a machine that does not answer
        reason = _first_line(error.__cause__ or error)
        raise Failure(
            errors.MACHINE_NOT_FOUND, f"{path}: the server does not answer: {reason}", help=_SERVER
        ) from error


_SERVER = "check the name of the server, and that it serves files (port 445)"
_LOGIN = f"set {USER} and {PASSWORD}, or get a Kerberos ticket with `kinit`"
_STATUSES = {
    0xC0000022: (errors.ACCESS_DENIED, "access denied", "the user may not read that share, folder or file"),
    0xC0000043: (errors.IN_USE, "another program has it open for writing", None),
    0xC000006D: (errors.LOGON_FAILURE, "the login is refused", _LOGIN),
    0xC00000CC: (errors.PATH_NOT_FOUND, "no such share", "check the name of the share"),
}
"""What the server says, by its NTSTATUS: the code, the reason, what to do."""


def _first_line(error: BaseException) -> str:
    return (str(error).partition("\n")[0].strip() or type(error).__name__).lower()
