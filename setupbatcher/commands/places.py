"""From the path in a row to a place on a machine."""

from __future__ import annotations

from setupbatcher import files
from setupbatcher.commands.context import Context
from setupbatcher.hosts.base import Host, Kind, Platform


def on(host: Host, text: str) -> files.Place:
    """A path on a machine.

    Raises:
        Failure: 161 for an empty path.
    """
    return files.Place(host.files, host.files.path(text))


def on_machine(context: Context, text: str) -> files.Place:
    """A path on the machine of the current run."""
    return on(context.host, text)


def on_controller(context: Context, text: str) -> files.Place:
    """A path on the controller."""
    return on(context.controller, text)


async def within(host: Host, text: str, source: files.Place) -> files.Place:
    """Where a file goes: the path itself; or into it, under the source's name, if it is a folder or ends in a slash."""
    place = on(host, text)
    ends = ("/", "\\") if host.platform is Platform.WINDOWS else ("/",)
    found = await place.stat()
    if text.endswith(ends) or (found is not None and found.kind is Kind.DIRECTORY):
        return place.child(source.path.name)
    return place
