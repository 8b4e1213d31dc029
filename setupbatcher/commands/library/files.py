"""Files on a machine and between machines. Whatever is written is there as a whole or not at all."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import aclosing

from setupbatcher import errors, files
from setupbatcher.commands.context import Context
from setupbatcher.commands.places import on, on_controller, on_machine, within
from setupbatcher.commands.registry import LocalPath, Outcome, Path, command
from setupbatcher.errors import Failure
from setupbatcher.hosts.base import Host, Kind

_AREA = "Files"


@command("File.Copy", area=_AREA, example="File.Copy /etc/hosts,/etc/hosts.bak", does="copy {source} to {target}")
async def file_copy(context: Context, source: Path, target: Path) -> Outcome:
    """Copy a file on the machine, with its mode and time.

    An existing target file is replaced in one step; one of the same content is left alone.

    Args:
        source: a file.
        target: a file; or a folder, which gets a file of the same name.

    Errors:
        2 without a source, 3 without the target's folder, 267 when the source is a folder, 5 without the rights, 112
        when the disk is full.
    """
    place = on_machine(context, source)
    return Outcome(changed=await files.copy_file(place, await within(context.host, target, place)))


@command("File.Move", area=_AREA, example="File.Move new.conf,/etc/app.conf", does="move {source} to {target}")
async def file_move(context: Context, source: Path, target: Path) -> Outcome:
    """Move a file on the machine; an existing target file is replaced.

    Where the source is gone and the target is there, the move counts as done.

    Args:
        source: a file.
        target: a file; or a folder, into which the file is moved.

    Errors:
        As of ``File.Copy``.
    """
    place = on_machine(context, source)
    return Outcome(changed=await files.move_to(place, await within(context.host, target, place)))


@command("File.Rename", area=_AREA, example="File.Rename /srv/app.new,app", does="rename {path} to {name}")
async def file_rename(context: Context, path: Path, name: str) -> Outcome:
    """Give a file another name in the same folder.

    Where the old name is gone and the new one is there, the change counts as done.

    Args:
        path: a file.
        name: the new name, without a folder.

    Errors:
        2 without the file, 80 when the new name is taken, 161 when it is not a plain name.
    """
    source = on_machine(context, path)
    if name in ("", ".", "..") or "\0" in name or source.path.with_name("x").parent.joinpath(name).name != name:
        raise Failure(errors.BAD_PATH, f"{name!r} is not a plain file name")
    target = source.sibling(name)
    taken = await target.stat(follow=False) is not None
    if taken and await source.stat(follow=False) is not None and target.path != source.path:
        raise Failure(errors.EXISTS, f"{target}: exists already")
    return Outcome(changed=await files.move_to(source, target))


@command("File.Delete", area=_AREA, example="File.Delete /tmp/setup.log", does="delete the file {path}")
async def file_delete(context: Context, path: Path) -> Outcome:
    """Delete a file; one that is gone already counts as deleted. A symbolic link is deleted itself.

    Args:
        path: a file or a link.

    Errors:
        267 for a folder, 5 without the rights, 32 when it is in use.
    """
    place = on_machine(context, path)
    found = await place.stat(follow=False)
    if found is None:
        return Outcome(changed=False)
    if found.kind is Kind.DIRECTORY:
        raise Failure(errors.DIRECTORY_NAME, f"{place}: is a folder", help="delete it with Dir.Delete")
    await place.files.remove(place.path)
    return Outcome()


@command("File.Write", area=_AREA, example="File.Write /etc/motd,Welcome to %Machine%", does="write {path}")
async def file_write(context: Context, path: Path, text: str = "") -> Outcome:
    r"""Write a text file: the text and a line end (``\n``), in UTF-8; without a text an empty file.

    An existing file is replaced in one step and keeps its mode and owner; one of the same content is left alone.

    Args:
        path: the file.
        text: the rest of the row.

    Errors:
        3 without the folder, 267 when a folder stands there, 5 without the rights, 112 when the disk is full.
    """
    place = on_machine(context, path)
    data = _line(text) if text else b""
    found = await place.stat()
    if (
        found is not None
        and found.kind is Kind.FILE
        and found.size == len(data)
        and await files.read_whole(place) == data
    ):
        return Outcome(changed=False)
    await files.write_whole(place, files.once(data))
    return Outcome()


@command("File.Append", area=_AREA, example="File.Append /etc/hosts,10.0.0.7 db1", does="append a line to {path}")
async def file_append(context: Context, path: Path, text: str) -> Outcome:
    r"""Append a line to a text file: the text and a line end (``\n``), in UTF-8.

    A file that ends with exactly this line is left alone, so that a command that is run again does not append it twice;
    the same line twice in a row cannot be had this way. A last line without a line end gets one first. A missing file
    is created.

    Args:
        path: the file.
        text: the rest of the row.

    Errors:
        As of ``File.Write``.
    """
    place = on_machine(context, path)
    line = _line(text)
    found = await place.stat()
    if found is None:
        await files.write_whole(place, files.once(line))
        return Outcome()
    await place.expected(Kind.FILE)
    end = await _end_of(place, len(line) + 1)
    if end.endswith(line) and end[: -len(line)] in (b"", b"\n"):
        return Outcome(changed=False)
    separator = b"" if end.endswith(b"\n") or not end else b"\n"
    await files.write_whole(place, _with_more(place, separator + line))
    return Outcome()


@command(
    "File.Replace",
    area=_AREA,
    example="File.Replace /etc/app.conf,port=80,port=8080",
    does="replace {old} by {new} in {path}",
)
async def file_replace(context: Context, path: Path, old: str, new: str = "") -> Outcome:
    """Replace every occurrence of a text in a file by another; upper and lower case count.

    A file without it is left alone. Where the new text contains the old one, what already is the new text stays, so
    that a command that is run again changes nothing more. Mode and owner of the file are kept.

    Args:
        path: a file.
        old: what to look for.
        new: what to put there; nothing if it is left out.

    Errors:
        2 without the file, 87 for an empty old text, else as of ``File.Write``.
    """
    if not old:
        raise Failure(errors.BAD_PARAMETER, "there is no text to look for")
    place = on_machine(context, path)
    await place.expected(Kind.FILE)
    before = await files.read_whole(place)
    looked_for, put = _bytes(old), _bytes(new)
    pattern = re.escape(looked_for)
    if looked_for in put:
        pattern = re.escape(put) + b"|" + pattern
    after, count = re.subn(pattern, lambda _: put, before)
    if after == before:
        return Outcome(changed=False)
    await files.write_whole(place, files.once(after))
    return Outcome(note=f"{count} occurrences")


@command(
    "File.Upload",
    area=_AREA,
    example="File.Upload release/app.zip,/tmp/app.zip",
    does="upload {source} to {target}",
)
async def file_upload(context: Context, source: LocalPath, target: Path) -> Outcome:
    """Copy a file or a folder from the controller to the machine.

    Each file is there as a whole or not at all; files of the same content are left alone. What a target folder holds
    besides stays.

    Args:
        source: a file or a folder on the controller; a relative path starts in the script's folder.
        target: on the machine. For a file: a file, or a folder that gets it; for a folder: the folder that gets what it
            holds.

    Errors:
        2 without a source, 3 without the folder that the target is in, 267 for a file in a folder's place or the
        reverse, 5 without the rights, 112 when the disk is full, 109 when the connection breaks.
    """
    return await _transfer(on_controller(context, source), context.host, target)


@command("File.Fetch", area=_AREA, example="File.Fetch /var/log/app.log,logs/", does="fetch {source} to {target}")
async def file_fetch(context: Context, source: Path, target: LocalPath) -> Outcome:
    """Copy a file or a folder from the machine to the controller, as ``File.Upload`` does in the other direction.

    Args:
        source: a file or a folder on the machine.
        target: on the controller; a relative path starts in the script's folder.

    Errors:
        As of ``File.Upload``.
    """
    return await _transfer(on_machine(context, source), context.controller, target)


async def _transfer(source: files.Place, host: Host, target: str) -> Outcome:
    found = await source.stat()
    if found is None:
        raise Failure(errors.FILE_NOT_FOUND, f"{source}: no such file or folder")
    if found.kind is Kind.DIRECTORY:
        return tree_outcome(await files.copy_tree(source, on(host, target)))
    return Outcome(changed=await files.copy_file(source, await within(host, target, source)))


def tree_outcome(done: files.Progress) -> Outcome:
    """What the copy of a tree has to say."""
    return Outcome(changed=done.anything, note=f"{done.files} files, {done.changed} of them changed")


async def _end_of(place: files.Place, size: int) -> bytes:
    end = b""
    async with aclosing(place.read()) as chunks:
        async for chunk in chunks:
            end = (end + chunk)[-size:]
    return end


async def _with_more(place: files.Place, more: bytes) -> AsyncIterator[bytes]:
    async with aclosing(place.read()) as chunks:
        async for chunk in chunks:
            yield chunk
    yield more


def _line(text: str) -> bytes:
    return _bytes(text) + b"\n"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
