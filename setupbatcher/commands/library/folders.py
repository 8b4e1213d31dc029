"""Folders on a machine."""

from __future__ import annotations

import pathlib

from setupbatcher import errors, files
from setupbatcher.commands.context import Context
from setupbatcher.commands.library.files import tree_outcome
from setupbatcher.commands.places import on_machine
from setupbatcher.commands.registry import Outcome, Path, command
from setupbatcher.errors import Failure
from setupbatcher.hosts.base import Kind

_AREA = "Files"


@command("Dir.Create", area=_AREA, example="Dir.Create /srv/app/data", does="create the folder {path}")
async def dir_create(context: Context, path: Path) -> Outcome:
    """Create a folder and those above it that are missing; one that is there already is left alone.

    Args:
        path: the folder.

    Errors:
        267 when a file stands in the way, 5 without the rights.
    """
    return Outcome(changed=await files.make_folders(on_machine(context, path)))


@command("Dir.Copy", area=_AREA, example="Dir.Copy /srv/app,/srv/app.bak", does="copy the folder {source} to {target}")
async def dir_copy(context: Context, source: Path, target: Path) -> Outcome:
    """Copy what a folder holds into another folder on the machine, with all below it.

    The target is created if need be; what it holds besides stays. Each file is there as a whole or not at all, and
    files of the same content are left alone. Symbolic links are copied as links.

    Args:
        source: a folder.
        target: a folder, or nothing yet.

    Errors:
        3 without a source or the folder that the target is in, 87 when the target lies in the source, 267 and 1463 when
        a file or a link stands where a folder is needed, 5 without the rights, 112 when the disk is full.
    """
    return tree_outcome(await files.copy_tree(on_machine(context, source), on_machine(context, target)))


@command("Dir.Delete", area=_AREA, example="Dir.Delete /srv/app.old", does="delete the folder {path} and all it holds")
async def dir_delete(context: Context, path: Path) -> Outcome:
    """Delete a folder with all it holds; one that is gone already counts as deleted.

    A symbolic link in it is deleted itself, never what it leads to.

    Args:
        path: a folder; neither the root of a volume nor, on the controller, one that the script lies in.

    Errors:
        267 for a file, 161 for a folder that is not deleted as a whole, 5 without the rights, 32 when something is in
        use.
    """
    place = on_machine(context, path)
    found = await place.stat(follow=False)
    if found is None:
        return Outcome(changed=False)
    if found.kind is not Kind.DIRECTORY:
        raise Failure(errors.DIRECTORY_NAME, f"{place}: is not a folder", help="delete it with File.Delete")
    if isinstance(place.path, pathlib.Path) and _holds(place.path, context.script_directory):
        raise Failure(errors.BAD_PATH, f"{place}: the script lies in this folder", help="name what is to go in it")
    return Outcome(changed=await files.delete_tree(place))


def _holds(folder: pathlib.Path, inner: pathlib.Path) -> bool:
    return inner.resolve().is_relative_to(folder.resolve())
