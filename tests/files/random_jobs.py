"""Random trees of files, and random jobs for a transaction on them."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from tests.files.jobs import Job, RefusedError, model

ROOT = os.geteuid() == 0
NAMES = ["a", "b", "A", "ä", "x\udcff"]
TIMES = [1e9, 1.2e9]

paths = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map("/".join)
contents = st.sampled_from([b"", b"one", b"two", b"large"])


@dataclass(frozen=True)
class Thing:
    """A file, a folder or a link of a tree.

    Attributes:
        path: in the tree.
        what: content of a file, where a link leads, or ``None`` for a folder.
        mode: of files and folders.
        time: of the last change.
        owner: user and group.
        also: a second name of a file.
    """

    path: str
    what: bytes | str | None
    mode: int
    time: float
    owner: int
    also: str | None


things = st.builds(
    Thing,
    paths,
    st.one_of(contents, st.none(), st.none(), paths, st.just(".")),
    st.sampled_from([0o644, 0o755, 0o600, 0o711] + ([0o400, 0o555, 0o4755] if ROOT else [])),
    st.sampled_from(TIMES),
    st.sampled_from([0, 0, 1234]) if ROOT else st.just(os.geteuid()),
    st.one_of(st.none(), st.none(), st.none(), paths),
)
actions = st.one_of(
    st.builds(Job, st.sampled_from(["copy", "copy", "move"]), paths, paths),
    st.builds(Job, st.just("delete"), paths),
    st.builds(Job, st.just("unzip"), st.sampled_from(["0.zip", "1.zip"]), paths),
)
members = st.dictionaries(
    st.lists(st.sampled_from(["a", "b", "A", "ä"]), min_size=1, max_size=3).map("/".join), contents, max_size=4
)


def plant(base: Path, wanted: list[Thing], archives: list[dict[str, bytes]]) -> None:
    """Create a tree and archives; of the tree what can be, in order, and its times at the end, for these change."""
    (base / "archives").mkdir()
    for number, archive in enumerate(archives):
        _pack(base / "archives" / f"{number}.zip", archive)
    tree = base / "tree"
    tree.mkdir()
    made: list[tuple[Path, Thing]] = []
    for thing in wanted:
        path = tree / thing.path
        if os.path.lexists(path) or not path.parent.is_dir():
            continue
        if thing.what is None:
            path.mkdir()
        elif isinstance(thing.what, str):
            path.symlink_to(thing.what)
        else:
            path.write_bytes(_content(thing.what))
            also = tree / thing.also if thing.also else None
            if also and not os.path.lexists(also) and also.parent.is_dir():
                also.hardlink_to(path)
        made.append((path, thing))
    for path, thing in reversed(made):
        os.chown(path, thing.owner, thing.owner, follow_symlinks=False)
        if not path.is_symlink():
            path.chmod(thing.mode)
        os.utime(path, (thing.time, thing.time), follow_symlinks=False)


def _content(word: bytes) -> bytes:
    """What a file holds; one is too large to be copied at one go."""
    return word * 20_000 if word == b"large" else word


def _pack(archive: Path, wanted: dict[str, bytes]) -> None:
    """An archive of files and folders, as far as the names allow for both."""
    folders = {str(Path(name).parent) for name in wanted}
    with zipfile.ZipFile(archive, "w") as packed:
        for number, (name, content) in enumerate(wanted.items()):
            if not any((folder + "/").startswith(name + "/") for folder in folders):
                info = zipfile.ZipInfo(name, (2020, 2, 3, 4, 5, 6))
                info.external_attr = (stat.S_IFREG | (0o644, 0o755)[number % 2]) << 16
                packed.writestr(info, _content(content))


@contextmanager
def room() -> Iterator[Path]:
    """A folder where the wait for the disk costs nothing, if there is one."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def sift(base: Path, jobs: list[Job]) -> tuple[list[Job], list[list[Job]]]:
    """Do jobs the simple way on a clone of the tree.

    Returns:
        Those that can be done, one after the other; and for each other one those before it, and itself.
    """
    done: list[Job] = []
    refused: list[list[Job]] = []
    _clone(base / "tree", base / "clone")
    for job in jobs:
        _clone(base / "clone", base / "before")
        try:
            model(job, base / "clone", base / "archives")
        except RefusedError:
            refused.append([*done, job])
            shutil.rmtree(base / "clone")
            (base / "before").rename(base / "clone")
        else:
            done.append(job)
            shutil.rmtree(base / "before")
    return done, refused


def _clone(tree: Path, clone: Path) -> None:
    """A copy with owners, times and second names."""
    names: dict[int, Path] = {}

    def copy(source: str, target: str) -> None:
        number = os.lstat(source).st_ino
        if number in names:
            Path(target).hardlink_to(names[number])
        else:
            shutil.copy2(source, target, follow_symlinks=False)
            names[number] = Path(target)

    shutil.copytree(tree, clone, symlinks=True, copy_function=copy)
    for path in [tree, *tree.rglob("*")]:
        at, there = path.lstat(), clone / path.relative_to(tree)
        os.chown(there, at.st_uid, at.st_gid, follow_symlinks=False)
        if not path.is_symlink():
            there.chmod(at.st_mode & 0o7777)
        os.utime(there, ns=(at.st_atime_ns, at.st_mtime_ns), follow_symlinks=False)
