"""Trees of many files on one machine: quick, and still each file whole or not at all."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files import Place, Progress, bulk, copy_tree, disk, temporary
from setupbatcher.hosts import volumes
from setupbatcher.hosts.local_files import LocalFilesystem
from tests.files.trees import Tree, harvest, plant

_FOLDERS = 8
_FILES = 60


def _tree(word: bytes) -> Tree:
    """Folders in folders with many files, of which every third has the word in it."""
    inner: Tree = {"end": b"end"}
    for number in range(_FOLDERS):
        files = {f"f{n}": (word if n % 3 == 0 else b"all") * (n + 1) for n in range(_FILES)}
        inner = {**files, "link": f"-> f{number}", "sub": inner}
    return inner


def _path(place: Place) -> Path:
    return Path(str(place))


@pytest.fixture(params=["together", "one by one", "small rounds"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """With one wait for all files, with one for each as where a volume has no other, and in many rounds."""
    if request.param == "one by one":
        monkeypatch.setattr(disk, "can_sync", lambda _: False)
    elif request.param == "small rounds":
        monkeypatch.setattr(bulk, "_BATCH_FILES", 33)
        monkeypatch.setattr(bulk, "_ROUND_FILES", 70)
    return str(request.param)


async def test_a_large_tree(here: Place, way: str) -> None:
    """A new tree, the same again, and one of which a part differs: all of it arrives, only what differs is written."""
    old, new, target = here.child("old"), here.child("new"), here.child("to")
    plant(_path(old), _tree(b"old"))
    plant(_path(new), _tree(b"new") | {"link": "-> elsewhere"})
    os.utime(_path(old) / "f1", (1e9, 1e9))
    for folder in (old, new):
        (_path(folder) / "sub" / "f2").chmod(0o4751)
    count = _FOLDERS * (_FILES + 1) + 1
    size = sum(path.stat().st_size for path in _path(old).rglob("f*"))
    size += len(b"end")
    assert await copy_tree(old, target) == Progress(count, count, _FOLDERS + 1, size)
    assert await copy_tree(old, target) == Progress(count, 0, 0, size)
    found = [(_path(target) / "f1").stat().st_mtime, (_path(target) / "sub" / "f2").stat().st_mode & 0o7777]
    assert (harvest(_path(target)), found) == (_tree(b"old"), [1e9, 0o4751])
    plant(_path(target), {"mine": b"mine"})
    before = (_path(target) / "f1").stat()
    changed = await copy_tree(new, target)
    assert harvest(_path(target)) == _tree(b"new") | {"link": "-> elsewhere", "mine": b"mine"}
    assert (changed.changed, (_path(target) / "f1").stat().st_ino) == (_FOLDERS * _FILES // 3 + 1, before.st_ino)
    assert [entry.name for entry in await here.list()] == ["new", "old", "to"]


async def test_new_folders_get_their_modes(here: Place, way: str) -> None:
    """Also those that forbid writing, which are filled first; the mode of a folder that was there stays."""
    source, target = here.child("from"), here.child("to")
    plant(_path(source), {"locked": {"in": {f"f{n}": b"" for n in range(40)}}, "there": {}})
    plant(_path(target), {"there": {}})
    for name, mode in (("locked/in", 0o500), ("locked", 0o2555), ("there", 0o700)):
        (_path(source) / name).chmod(mode)
    (_path(target) / "there").chmod(0o711)
    await copy_tree(source, target)
    modes = [(_path(target) / name).stat().st_mode & 0o7777 for name in ("locked/in", "locked", "there")]
    assert (modes, len(list((_path(target) / "locked" / "in").iterdir()))) == ([0o500, 0o2555, 0o711], 40)


async def test_nothing_takes_its_place_before_all_is_on_disk(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the wait for the contents every target is as it was, at the wait for the names it is as it should be."""
    source, target = here.child("from"), here.child("to")
    plant(_path(source), _tree(b"new"))
    plant(_path(target), {f"f{n}": b"old" for n in range(_FILES)})
    seen: list[Tree] = []
    sync = volumes.Volume.sync

    def look(volume: volumes.Volume) -> None:
        sync(volume)
        seen.append({name: what for name, what in harvest(_path(target)).items() if not name.startswith(".")})

    monkeypatch.setattr(volumes.Volume, "sync", look)
    await copy_tree(source, target)
    assert seen == [{f"f{n}": b"old" for n in range(_FILES)}, _tree(b"new")]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file of another user")
async def test_owners_of_replaced_files_are_kept(here: Place, way: str) -> None:
    """A replaced file stays its owner's, with the special bits of its new mode; a new one is ours."""
    source, target = here.child("from"), here.child("to")
    plant(_path(source), {f"f{n}": b"new" for n in range(40)})
    plant(_path(target), {f"f{n}": b"old" for n in range(39)})
    for n in range(40):
        (_path(source) / f"f{n}").chmod(0o4755)
    for n in range(39):
        os.chown(_path(target) / f"f{n}", 1234, 2345)
    await copy_tree(source, target)
    found = {(file.stat().st_uid, file.stat().st_mode & 0o7777) for file in _path(target).iterdir()}
    assert found == {(1234, 0o4755), (0, 0o4755)}


def _look(source: Place, target: Place) -> set[str]:
    """The states of the files of a target: every one is old or new, or else the test fails."""
    new = harvest(_path(source))
    states = set()
    for name, what in harvest(_path(target)).items():
        if not name.startswith("."):
            assert what in (b"old", new[name])
            states.add("old" if what == b"old" else "new")
    return states


@pytest.mark.parametrize("moment", ["stage", "sync", "place"])
async def test_a_cancelled_copy_leaves_nothing(here: Place, moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it is cancelled: no temporary file or folder is left, every file is old or new."""
    source, target = here.child("from"), here.child("to")
    plant(_path(source), {**{f"f{n}": b"new" for n in range(500)}, "sub": {f"g{n}": b"new" for n in range(500)}})
    plant(_path(target), {f"f{n}": b"old" for n in range(500)})
    loop, begun = asyncio.get_running_loop(), asyncio.Event()

    def telling(work: Callable[..., object]) -> Callable[..., object]:
        def told(*arguments: object) -> object:
            loop.call_soon_threadsafe(begun.set)
            time.sleep(0.05)
            return work(*arguments)

        return told

    owner: type = volumes.Volume if moment == "sync" else bulk.Batch
    monkeypatch.setattr(owner, moment, telling(getattr(owner, moment)))
    task = asyncio.ensure_future(copy_tree(source, target))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    left = [path.name for path in _path(target).rglob("*") if temporary._NAME.fullmatch(path.name)]
    states = _look(source, target)
    assert (left, "old" in states or moment == "place") == ([], True)


async def test_a_failure_leaves_nothing(here: Place, way: str) -> None:
    """Something in the source that is no file is met late; what was prepared by then is removed."""
    source, target = here.child("from"), here.child("to")
    plant(_path(source), {"a": {f"f{n}": b"x" for n in range(300)}, "z": {}})
    os.mkfifo(_path(source) / "z" / "pipe")
    with pytest.raises(Failure) as caught:
        await copy_tree(source, target)
    names = [path.name for path in _path(here).rglob(".*")]
    assert (caught.value.code, names) == (errors.NOT_SUPPORTED, [])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
async def test_a_full_disk_keeps_the_old_files(here: Place, small_disk: Path) -> None:
    """Code 112 and the path of a target; the old files are whole, nothing else is left."""
    plant(_path(here), {"from": {f"f{n}": b"new" * 2000 for n in range(100)}})
    old: Tree = {f"f{n}": b"old" for n in range(10)}
    plant(small_disk / "to", old)
    target = Place(here.files, here.files.path(f"{small_disk}/to"))
    with pytest.raises(Failure) as caught:
        await copy_tree(here.child("from"), target)
    assert (caught.value.code, harvest(small_disk)) == (errors.DISK_FULL, {"to": old})
    assert caught.value.message.startswith(f"{target}/f")


async def test_a_file_that_may_not_be_read(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the source; nothing is left of the copies before it."""
    source = here.child("from")
    plant(_path(source), {f"f{n}": b"x" for n in range(100)})
    real = os.open

    def refuse(path: str, *arguments: int, **keywords: int) -> int:
        if path == f"{source}/f99":
            raise PermissionError(13, "Permission denied", path)
        return real(path, *arguments, **keywords)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(Failure) as caught:
        await copy_tree(source, here.child("to"))
    assert (caught.value.code, caught.value.message) == (5, f"{source}/f99: permission denied")
    assert [entry.name for entry in await here.list()] == ["from"]


async def test_a_folder_that_somebody_else_makes_meanwhile(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it holds stays, what is copied joins it."""
    source, target = here.child("from"), here.child("to")
    plant(_path(source), {"a": b"a", "sub": {"b": b"b"}})
    make = LocalFilesystem.make_directory

    async def and_plant(files: LocalFilesystem, path: Path, mode: int | None = None) -> None:
        await make(files, path, mode)
        plant(_path(target), {"theirs": b"theirs"})

    monkeypatch.setattr(LocalFilesystem, "make_directory", and_plant)
    await copy_tree(source, target)
    assert harvest(_path(here)) == {
        "from": {"a": b"a", "sub": {"b": b"b"}},
        "to": {"a": b"a", "sub": {"b": b"b"}, "theirs": b"theirs"},
    }


_COPY = """
import asyncio, itertools, os, signal, sys
from pathlib import Path
from setupbatcher.files import Place, bulk, copy_tree
from setupbatcher.hosts.local import LocalHost
bulk._BATCH_FILES, bulk._ROUND_FILES = 40, 200
files = LocalHost(Path(sys.argv[1])).files
last = int(sys.argv[2])
steps = itertools.count(1)
def note(event, _):
    if event in ("open", "os.mkdir", "os.rename") and next(steps) == last:
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(note)
asyncio.run(copy_tree(Place(files, files.path("from")), Place(files, files.path("to"))))
print(next(steps))
"""


def _copy(folder: Path, last: int = 0) -> subprocess.CompletedProcess[bytes]:
    """Copy in a process of its own, which says how many files it opened and renamed, or is killed at one of these."""
    return subprocess.run(
        [sys.executable, "-c", _COPY, str(folder), str(last)], check=False, stdout=subprocess.PIPE, timeout=60
    )


def test_a_killed_copy_leaves_every_file_old_or_new(here: Place) -> None:
    """After SIGKILL at any step; the next copy completes the tree and sweeps what was left."""
    source, target = _path(here) / "from", _path(here) / "to"
    new: Tree = {f"f{n}": b"new" * n for n in range(300)}
    old: Tree = dict.fromkeys(new, b"old")
    plant(source, {**new, "sub": new, "late": {"deep": new}})
    states: set[bool] = set()
    statuses: set[int] = set()
    steps = 0
    for part in range(13):
        shutil.rmtree(target, ignore_errors=True)
        plant(target, {**old, "sub": old})
        done = _copy(_path(here), steps * part // 13)
        steps = steps or int(done.stdout)
        statuses.add(done.returncode)
        if not part:
            continue
        for path in target.rglob("f*"):
            if not any(name.startswith(".") for name in path.relative_to(target).parts):
                states.add(path.read_bytes() == b"old")
                assert path.read_bytes() in (b"old", new[path.name])
    asyncio.run(copy_tree(here.child("from"), here.child("to")))
    assert harvest(_path(here)) == {"from": harvest(source), "to": harvest(source)}
    assert (states, statuses) == ({True, False}, {0, -signal.SIGKILL})


async def test_a_new_folder_that_a_killed_copy_left(here: Place) -> None:
    """It stands beside the target, and the next copy to the same target removes it."""
    plant(_path(here), {"from": {"a": b"a"}, f".to.setupbatcher-{temporary._controller()}-4194399-00": {"a": b""}})
    await copy_tree(here.child("from"), here.child("to"))
    assert harvest(_path(here)) == {"from": {"a": b"a"}, "to": {"a": b"a"}}


def test_volumes_that_one_wait_is_enough_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those with a device and some others; not one that a program serves."""
    (tmp_path / "mounts").write_text(
        "30 1 0:30 / /a rw - fuse.sshfs x rw\n31 1 0:31 / /b rw shared:1 - tmpfs tmpfs rw\n32 1 0:32 / /c - nfs4 s rw\n"
    )
    monkeypatch.setattr(volumes, "_MOUNTS", str(tmp_path / "mounts"))
    devices = [os.makedev(*numbers) for numbers in ((0, 30), (0, 31), (0, 32), (0, 33), (8, 1))]
    assert [volumes.can_sync(device) for device in devices] == [False, True, False, True, True]
