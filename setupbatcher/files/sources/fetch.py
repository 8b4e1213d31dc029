"""Fetches the files of a source."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

from setupbatcher import files
from setupbatcher.files.sources.keeping import Folder, harmless
from setupbatcher.files.sources.source import Kind, Source
from setupbatcher.hosts import base
from setupbatcher.hosts.local_files import LocalFilesystem
from setupbatcher.hosts.secrets import Secrets

DOWNLOADS = "downloads"
"""Folder beside the script that gets what is downloaded, each source in a folder of its own."""


async def _nothing() -> None:
    """Nothing is left to do."""


class Fetched(NamedTuple):
    """The files of a source.

    Attributes:
        paths: on the controller, in order: by name, messages as they came.
        finish: to be called once the paths are written down where a crash does not lose them: marks or moves the
            messages that the files came from.
    """

    paths: list[Path]
    finish: Callable[[], Awaitable[None]] = _nothing


async def fetch(source: Source, script_folder: Path, secrets: Secrets) -> Fetched:
    """Fetch what is not on the controller yet.

    Args:
        source: where the files are.
        script_folder: where relative paths start.
        secrets: where passwords are fetched.

    Raises:
        Failure: 3 for a folder that is not there, 1326 login refused, 1397 for a server that nobody knows, 13 for a
            file that did not come whole; else as the network or the disk has it.
    """
    if source.kind is Kind.FOLDER:
        return Fetched(await _local(source, script_folder))
    folder = Folder(LocalFilesystem(script_folder).path(source.into or _own_folder(source)))
    match source.kind:
        case Kind.SFTP:
            from setupbatcher.files.sources import sftp  # noqa: PLC0415 -- needed by few scripts

            return Fetched(await sftp.fetch(source, folder, script_folder, secrets))
        case Kind.FTP:
            from setupbatcher.files.sources import ftp  # noqa: PLC0415 -- as above

            return Fetched(await ftp.fetch(source, folder, secrets))
    from setupbatcher.files.sources import mailbox  # noqa: PLC0415 -- as above

    messages = await mailbox.fetch(source, folder, secrets)
    return Fetched(messages.paths, messages.finish)


def _own_folder(source: Source) -> str:
    """The folder of a source that names none: two sources never share one."""
    return f"{DOWNLOADS}/{harmless(re.sub(r'[/ ]+', '-', f'{source.host} {source.folder}').strip('-'))}"


async def _local(source: Source, script_folder: Path) -> list[Path]:
    """The files of a folder, by name; they stay where they are."""
    machine = LocalFilesystem(script_folder)
    folder = files.Place(machine, machine.path(source.folder))
    await folder.expected(base.Kind.DIRECTORY)
    names = [entry.name for entry in await folder.list() if source.matches(entry.name)]
    found = [(folder.child(name), await folder.child(name).stat()) for name in names]
    return [Path(place.path) for place, stat in found if stat is not None and stat.kind is base.Kind.FILE]
