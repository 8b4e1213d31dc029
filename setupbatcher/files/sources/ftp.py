"""Files of an FTP service. Name, password and files pass the network unencrypted: FTP knows no better."""

from __future__ import annotations

import calendar
import ftplib
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files.sources.keeping import Folder, Remote, harmless
from setupbatcher.files.sources.source import Source
from setupbatcher.hosts.ports import failure_of
from setupbatcher.hosts.secrets import Secrets
from setupbatcher.hosts.threads import in_thread

_ANSWER = 30.0
"""Seconds after which a silent service counts as gone."""
_CHUNK = 1024 * 1024
_NOT_KNOWN = ("500", "501", "502", "504")
"""Answers of a service that does not know a command."""


async def fetch(source: Source, folder: Folder, secrets: Secrets) -> list[Path]:
    """Fetch the files of a folder, as nobody in particular where no user is named.

    Raises:
        Failure: 1326 login refused, 3 for a folder that is not there, 109 connection lost; else as the network has it.
    """
    password = await secrets.resolve(source.password, purpose=str(source)) if source.password else ""
    service = ftplib.FTP(timeout=_ANSWER)  # noqa: S321 -- the script's author asks for it by name
    place = f"{source.host}, port {source.port or ftplib.FTP_PORT}"
    try:
        with _translated(place, errors.LOGON_FAILURE):
            await in_thread(service.connect, source.host, source.port or ftplib.FTP_PORT)
            await in_thread(service.login, source.user or "", password)
        with _translated(str(source), errors.PATH_NOT_FOUND):
            if source.folder:
                await in_thread(service.cwd, source.folder)
            remotes = await in_thread(_remotes, service, source)
        return [folder.path(await _keep(service, remote, folder, source)) for remote in remotes]
    finally:
        await in_thread(_leave, service)


def _leave(service: ftplib.FTP) -> None:
    try:
        if service.sock is not None:
            service.quit()
    except ftplib.all_errors:
        service.close()


def _remotes(service: ftplib.FTP, source: Source) -> list[Remote]:
    """The files that are meant, by name."""
    try:
        listed = [(name, facts) for name, facts in service.mlsd(facts=["type", "size", "modify"])]
    except ftplib.error_perm as error:
        if not str(error).startswith(_NOT_KNOWN):
            raise
        return _remotes_of_old(service, source)
    files = (
        Remote(name, _size(facts.get("size")), _moment(facts.get("modify")))
        for name, facts in listed
        if facts.get("type", "file").lower() == "file" and source.matches(name)
    )
    return sorted(files)


def _remotes_of_old(service: ftplib.FTP, source: Source) -> list[Remote]:
    """The same of a service that knows neither MLSD nor, perhaps, sizes and times."""
    try:
        names = service.nlst()
    except ftplib.error_perm as error:
        if str(error).startswith("550"):  # how many of them say that a folder is empty
            return []
        raise
    service.voidcmd("TYPE I")
    found = []
    for name in sorted({name.rpartition("/")[2] for name in names}):
        if source.matches(name):
            size = _asked(service, f"SIZE {name}")
            if size is not None or not _is_folder(service, name):
                found.append(Remote(name, _size(size), _moment(_asked(service, f"MDTM {name}"))))
    return found


def _asked(service: ftplib.FTP, command: str) -> str | None:
    try:
        answer = service.sendcmd(command)
    except ftplib.error_perm:
        return None
    return answer[3:].strip() if answer.startswith("213") else None


def _is_folder(service: ftplib.FTP, name: str) -> bool:
    here = service.pwd()
    try:
        service.cwd(name)
    except ftplib.error_perm:
        return False
    service.cwd(here)
    return True


def _size(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


def _moment(text: str | None) -> float | None:
    """The time of an answer such as ``20260131090500.123``, which is UTC."""
    try:
        return float(calendar.timegm(time.strptime((text or "")[:14], "%Y%m%d%H%M%S")))
    except ValueError:
        return None


async def _keep(service: ftplib.FTP, remote: Remote, folder: Folder, source: Source) -> str:
    """Fetch a file unless it is here already; returns its name here."""
    here = harmless(remote.name)
    if not await folder.has(remote, here):
        with _translated(f"{source}/{remote.name}", errors.FILE_NOT_FOUND):
            async with aclosing(_pieces(service, remote.name)) as chunks:
                await folder.put(remote, here, chunks)
    return here


async def _pieces(service: ftplib.FTP, name: str) -> AsyncGenerator[bytes, None]:
    await in_thread(service.voidcmd, "TYPE I")
    connection = await in_thread(service.transfercmd, f"RETR {name}")
    try:
        while chunk := await in_thread(connection.recv, _CHUNK):
            yield chunk
    finally:
        connection.close()
    await in_thread(service.voidresp)


@contextmanager
def _translated(place: str, refused: int) -> Iterator[None]:
    """Turn what the library raises into a failure.

    Args:
        place: what it is about.
        refused: the code where the service refuses.
    """
    try:
        yield
    except ftplib.error_perm as error:
        raise Failure(refused, f"{place}: {_words(error) or 'refused'}") from error
    except (ftplib.Error, EOFError) as error:
        raise Failure(errors.BROKEN_CONNECTION, f"{place}: {_words(error) or 'the connection was lost'}") from error
    except (UnicodeError, ValueError) as error:
        raise Failure(errors.INVALID_DATA, f"{place}: a name that cannot be read: {error}") from error
    except OSError as error:
        raise failure_of(error, place) from error


def _words(error: Exception) -> str:
    """The service's words without their number."""
    return str(error)[4:].strip().rstrip(".").lower()
