"""Files and trees between any two machines: whole, or not at all."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from setupbatcher.errors import Failure
from setupbatcher.files import (
    Place,
    Progress,
    copy_file,
    copy_tree,
    delete_tree,
    make_folders,
    move_to,
    once,
    read_whole,
    temporary,
    write_whole,
)
from setupbatcher.files.compare import same_content
from tests.files.trees import Tree, harvest, own, plant
from tests.machines import Machines

_TREE: Tree = {
    "a": b"alpha",
    "empty": {},
    "link": "-> ../outside",
    "sub": {"b": b"beta", "deep": {"c": bytes(3_000_000)}, "dir-link": "-> deep"},
}


def _path(place: Place) -> Path:
    return Path(str(place))


async def _failure(call: object) -> tuple[int, str]:
    with pytest.raises(Failure) as caught:
        await call  # type: ignore[misc]
    return caught.value.code, caught.value.message


def _planted(place: Place, tree: Tree, machines: Machines) -> Path:
    """Plant a tree as the user who works on the place; the machines' disk is ours, so no way through SSH is needed."""
    folder = plant(_path(place), tree)
    if not isinstance(place.path, Path):
        own(folder, machines.user)
    return folder


async def test_a_tree_is_copied_between_any_two_machines(pair: tuple[Place, Place], machines: Machines) -> None:
    """Files, folders, links as links, modes and times; a second copy changes nothing."""
    source, target = pair
    folder = _planted(source, _TREE, machines)
    (folder / "a").chmod(0o754)
    (folder / "sub").chmod(0o750)
    os.utime(folder / "a", (1e9, 1e9))
    seen: list[int] = []
    first = await copy_tree(source, target, progress=lambda done: seen.append(done.files))
    second = await copy_tree(source, target)
    copied = _path(target)
    modes = [(copied / name).stat().st_mode & 0o777 for name in ("a", "sub")]
    assert (harvest(copied), modes, (copied / "a").stat().st_mtime, sorted(seen), seen[-1]) == (
        _TREE,
        [0o754, 0o750],
        1e9,
        seen,
        5,
    )
    assert (first, second) == (Progress(5, 5, 4, 3_000_009), Progress(5, 0, 0, 3_000_009))


async def test_a_tree_is_merged(pair: tuple[Place, Place], machines: Machines) -> None:
    """Changed files are replaced, others stay, and leftovers of a killed run are swept away."""
    source, target = pair
    _planted(source, {"a": b"new", "same": b"same", "sub": {"b": b"b"}}, machines)
    host = f"{temporary._controller()}"
    leftover = f".a.setupbatcher-{host}-4194399-00"
    own_work = f".a.setupbatcher-{host}-{os.getpid()}-00"
    others = ".a.setupbatcher-00000000-4194399-00"
    _planted(
        target,
        {"a": b"old", "same": b"same", "more": b"more", leftover: b"", own_work: b"", others: b"", "sub": {"c": b"c"}},
        machines,
    )
    done = await copy_tree(source, target)
    assert (harvest(_path(target)), done.changed, done.folders) == (
        {"a": b"new", "same": b"same", "more": b"more", own_work: b"", others: b"", "sub": {"b": b"b", "c": b"c"}},
        2,
        0,
    )


async def test_what_stands_in_the_way_of_a_tree(pair: tuple[Place, Place], machines: Machines) -> None:
    """A link is never followed in the target, a file never becomes a folder, nor the reverse."""
    source, target = pair
    _planted(source, {"x": {"y": b""}}, machines)
    outside = _planted(target.sibling("outside"), {}, machines)
    codes = []
    for way in ("link", "file"):
        spot = target.sibling(f"to-{way}")
        _planted(spot, {"x": "-> ../outside" if way == "link" else b"file"}, machines)
        codes.append((await _failure(copy_tree(source, spot)))[0])
    _planted(target, {"y": {}}, machines)
    codes.append((await _failure(copy_tree(source.child("x"), target)))[0])
    codes.append((await _failure(copy_tree(source.child("none"), target)))[0])
    codes.append((await _failure(copy_tree(source, target.child("no").child("way"))))[0])
    assert (codes, harvest(outside)) == ([1463, 267, 267, 3, 3], {})


async def test_a_tree_is_not_copied_into_itself(place: Place) -> None:
    """Code 87, before anything is written."""
    await make_folders(place.child("a").child("b"))
    codes = [(await _failure(copy_tree(place.child("a"), place.child("a").child("b").child("c"))))[0]]
    assert codes == [87]


async def test_a_device_is_not_copied(here: Place) -> None:
    """A pipe, a socket or a device in the tree is said to be one, code 50."""
    os.mkfifo(_path(here) / "pipe")
    assert (await _failure(copy_tree(here, here.sibling("copy"))))[0] == 50


async def test_a_file_is_copied(pair: tuple[Place, Place], machines: Machines) -> None:
    """Links are followed on both sides; the same content and mode is left alone; a changed mode is not."""
    source, target = pair
    _planted(source, {"a": b"one", "to-a": "-> a"}, machines)
    _planted(target, {"real": b"old", "to-real": "-> real"}, machines)
    steps = [await copy_file(source.child("to-a"), target.child("to-real")) for _ in range(2)]
    (_path(source) / "a").chmod(0o700)
    steps += [await copy_file(source.child("a"), target.child("to-real")) for _ in range(2)]
    tree = harvest(_path(target))
    mode = (_path(target) / "real").stat().st_mode & 0o777
    assert (steps, tree, mode) == ([True, False, True, False], {"real": b"one", "to-real": "-> real"}, 0o700)


async def test_a_copy_that_cannot_be(pair: tuple[Place, Place], machines: Machines) -> None:
    """Each reason has its code, and nothing is left of the attempt."""
    source, target = pair
    _planted(source, {"a": b"one", "d": {}}, machines)
    _planted(target, {"d": {}}, machines)
    codes = [
        (await _failure(copy_file(source.child(old), target.child(new))))[0]
        for old, new in (("none", "x"), ("d", "x"), ("a", "d"), ("a", "none/x"))
    ]
    assert (codes, harvest(_path(target))) == ([2, 267, 267, 3], {"d": {}})


async def test_a_cancelled_transfer_leaves_nothing(place: Place) -> None:
    """Neither the new file nor the temporary one; an old file stays as it was."""
    target = place.child("a")
    await write_whole(target, once(b"old"))
    begun = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        while True:
            begun.set()
            yield bytes(100_000)

    task = asyncio.ensure_future(write_whole(target, endless()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    names = [entry.name for entry in await place.list()]
    assert (names, await read_whole(target)) == (["a"], b"old")


async def test_a_failing_source_leaves_nothing(place: Place) -> None:
    """A source that breaks off in the middle changes nothing at the target."""

    async def broken() -> AsyncIterator[bytes]:
        yield b"some"
        raise Failure(109, "gone")

    assert (await _failure(write_whole(place.child("a"), broken())))[0] == 109
    assert await place.list() == []


def _kill_at_work(code: str, folder: Place) -> None:
    """Run a program until it says something, and kill it."""
    process = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    process.kill()
    process.wait()
    process.stdout.close()


async def test_a_killed_process_leaves_the_old_file_and_the_next_run_sweeps(here: Place) -> None:
    """After SIGKILL in the middle of a write the target is untouched, and writing it again removes the leftover."""
    target = here.child("a")
    await write_whole(target, once(b"old"))
    code = """
import asyncio, sys
from pathlib import Path
from setupbatcher.files import Place, write_whole
from setupbatcher.hosts.local import LocalHost
async def endless():
    while True:
        yield bytes(100_000)
        print(flush=True)
files = LocalHost(Path(sys.argv[1])).files
asyncio.run(write_whole(Place(files, files.path("a")), endless()))
"""
    _kill_at_work(code, here)
    left = harvest(_path(here))
    await write_whole(target, once(b"new"))
    assert (left["a"], len(left), harvest(_path(here))) == (b"old", 2, {"a": b"new"})


async def test_mode_and_owner_of_a_replaced_file_are_kept(here: Place) -> None:
    """Writing a file of another user as root does not make it root's."""
    target = here.child("a")
    await write_whole(target, once(b"old"))
    _path(target).chmod(0o640)
    if os.geteuid() == 0:
        os.chown(_path(target), 1234, 2345)
    before = _path(target).stat()
    await write_whole(target, once(b"new"))
    after = _path(target).stat()
    assert (_path(target).read_bytes(), after.st_mode, after.st_uid, after.st_gid) == (
        b"new",
        before.st_mode,
        before.st_uid,
        before.st_gid,
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file of another user")
async def test_an_owner_that_cannot_be_kept(there: Place) -> None:
    """An ordinary user who may write to the folder is refused, rather than taking the file over: code 5."""
    (_path(there) / "a").write_bytes(b"root's")
    code, message = await _failure(write_whole(there.child("a"), once(b"mine")))
    assert (code, message, harvest(_path(there))) == (
        5,
        f"{there}/a: the file belongs to another user, and that cannot be kept",
        {"a": b"root's"},
    )


async def test_delete(place: Place) -> None:
    """A tree goes as a whole, links go themselves, what is gone is no error, a root is never deleted."""
    tree = place.child("tree")
    await make_folders(tree.child("sub"))
    await make_folders(place.child("kept"))
    await write_whole(place.child("kept").child("file"), once(b""))
    for number in range(40):
        await write_whole(tree.child("sub").child(str(number)), once(b""))
    await place.files.make_link(tree.child("link").path, str(place.child("kept")))
    steps = [await delete_tree(tree), await delete_tree(tree)]
    refused = [
        (await _failure(delete_tree(Place(place.files, place.files.path(text)))))[0] for text in ("/", "/tmp/..")
    ]
    assert (steps, harvest(_path(place)), refused) == ([True, False], {"kept": {"file": b""}}, [161, 161])


async def test_move(place: Place) -> None:
    """A target file is replaced; a move that was done already is not an error; a folder is not moved."""
    await write_whole(place.child("a"), once(b"new"))
    await write_whole(place.child("b"), once(b"old"))
    await make_folders(place.child("d"))
    steps = [await move_to(place.child("a"), place.child("b")) for _ in range(2)]
    codes = [
        (await _failure(move_to(place.child(old), place.child(new))))[0]
        for old, new in (("none", "x"), ("d", "x"), ("b", "d"), ("b", "none/x"))
    ]
    assert (steps, codes, harvest(_path(place))) == ([True, False], [2, 267, 267, 3], {"b": b"new", "d": {}})


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="no second volume")
async def test_move_to_another_volume(place: Place) -> None:
    """Where a rename cannot do it, a whole copy and a removal do."""
    await write_whole(place.child("a"), once(b"moved"))
    other = Path("/dev/shm") / f"setupbatcher-test-{os.getpid()}-{socket.gethostname()}"
    try:
        assert await move_to(place.child("a"), Place(place.files, place.files.path(str(other))))
        assert (other.read_bytes(), harvest(_path(place))) == (b"moved", {})
    finally:
        other.unlink(missing_ok=True)


async def test_folders(place: Place) -> None:
    """Missing ones are made, a file in the way is code 267."""
    steps = [await make_folders(place.child("a").child("b").child("c")) for _ in range(2)]
    await write_whole(place.child("f"), once(b""))
    code = (await _failure(make_folders(place.child("f").child("g"))))[0]
    assert (steps, code) == ([True, False], 267)


async def test_long_names(place: Place) -> None:
    """The longest name a file may have leaves no room for a temporary one; it is shortened."""
    name = "ä" * 127
    await write_whole(place.child(name), once(b"x"))
    assert [entry.name for entry in await place.list()] == [name]


async def test_content_is_compared_across_pieces(here: Place) -> None:
    """The last byte of a long file decides as well as the first."""
    data = bytes(2_500_000)
    for name, content in (("a", data), ("b", data), ("c", data[:-1] + b"x"), ("d", data[:-1])):
        await write_whole(here.child(name), once(content))
    assert [await same_content(here.child("a"), here.child(name)) for name in "bcd"] == [True, False, False]
