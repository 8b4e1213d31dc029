"""Files of an SSH service."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

from setupbatcher import files
from setupbatcher.files.sources.keeping import Folder, Remote, harmless
from setupbatcher.files.sources.source import Source
from setupbatcher.hosts.base import HostSpec, Kind, Transport
from setupbatcher.hosts.connect import connect
from setupbatcher.hosts.secrets import Secrets


async def fetch(source: Source, folder: Folder, script_folder: Path, secrets: Secrets) -> list[Path]:
    """Fetch the files of a folder; known keys, agent and ``~/.ssh/config`` count as for any machine.

    Raises:
        Failure: as :func:`setupbatcher.hosts.connect.connect`; 3 for a folder that is not there.
    """
    spec = HostSpec(
        name=source.host,
        transport=Transport.SSH,
        address=source.host,
        port=source.port,
        user=source.user,
        key_file=source.key_file,
        password=source.password,
        accept_new=source.accept_new,
    )
    host = await connect(spec, base=script_folder, secrets=secrets)
    try:
        there = files.Place(host.files, host.files.path(source.folder or "."))
        await there.expected(Kind.DIRECTORY)
        return [folder.path(await _keep(there, remote, folder)) for remote in await _remotes(there, source)]
    finally:
        await host.close()


async def _remotes(there: files.Place, source: Source) -> list[Remote]:
    """The files that are meant, by name; links are followed."""
    found = []
    for entry in await there.list():
        if source.matches(entry.name):
            stat = await there.child(entry.name).stat() if entry.kind is Kind.LINK else entry
            if stat is not None and stat.kind is Kind.FILE:
                found.append(Remote(entry.name, stat.size, stat.modified))
    return found


async def _keep(there: files.Place, remote: Remote, folder: Folder) -> str:
    """Fetch a file unless it is here already; returns its name here."""
    here = harmless(remote.name)
    if not await folder.has(remote, here):
        async with aclosing(there.child(remote.name).read()) as chunks:
            await folder.put(remote, here, chunks)
    return here
