"""Jobs of a transaction, and what simple code would make of them."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from setupbatcher.files.transaction import Transaction


class RefusedError(Exception):
    """An action cannot be done."""


@dataclass(frozen=True)
class Job:
    """One action.

    Attributes:
        action: ``copy``, ``move``, ``unzip`` or ``delete``.
        source: relative to the tree that the job is about, or to where the archives are.
        target: relative to the tree; empty for one that deletes.
    """

    action: str
    source: str
    target: str = ""


async def carry_out(transaction: Transaction, job: Job, tree: Path, archives: Path) -> None:
    """Do a job in a transaction."""
    if job.action == "delete":
        await transaction.delete(tree / job.source)
    elif job.action == "unzip":
        await transaction.unzip(archives / job.source, tree / job.target)
    elif job.action == "move":
        await transaction.move(tree / job.source, tree / job.target)
    else:
        await transaction.copy(tree / job.source, tree / job.target)


def model(job: Job, tree: Path, archives: Path) -> None:
    """Do a job as simply as can be, with a folder beside the tree for what is under way.

    Raises:
        RefusedError: it cannot be done; part of it may have been.
    """
    source, target = _physical(tree / job.source), _physical(tree / job.target)
    if target.is_dir():
        target = Path(os.path.realpath(target))
    with tempfile.TemporaryDirectory(dir=tree.parent) as scratch:
        if job.action == "delete":
            _delete(source)
        elif job.action == "unzip":
            _unzip(archives / job.source, target, Path(scratch) / "it")
        elif job.action == "move":
            _move(source, target, Path(scratch) / "it")
        else:
            _copy(source, target, Path(scratch) / "it")


def _physical(path: Path) -> Path:
    """A path that the job cannot change, since no folder in it is a link."""
    return Path(os.path.realpath(path.parent)) / path.name


def _delete(path: Path) -> None:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:  # links in a circle
        raise RefusedError from error
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _copy(source: Path, target: Path, scratch: Path) -> None:
    if not source.exists():
        raise RefusedError
    source = Path(os.path.realpath(source))
    if not source.is_dir():
        _free(target)
        if not target.is_symlink() and target.exists() and target.samefile(source):
            return
        _parents(target)
        _put(source, target)
    elif target.exists() and target.samefile(source):
        return
    elif _inside(target, source):
        raise RefusedError
    else:
        _clone(source, scratch)
        _merge(scratch, target)


def _move(source: Path, target: Path, scratch: Path) -> None:
    if not os.path.lexists(source):
        raise RefusedError
    if os.path.lexists(target) and os.path.samestat(source.lstat(), target.lstat()):
        if source.name == target.name and source.parent.samefile(target.parent):
            return
        if not source.is_dir():
            source.unlink()
            return
    if source.is_symlink() or not source.is_dir():
        _free(target)
        _parents(target)
        if _owner(target) == _owner(source) or None in (_owner(target), _owner(source)):
            source.replace(target)
        else:
            _put(source, target)
            source.unlink()
    elif target.exists() and target.samefile(source):
        return
    elif _inside(target, source):
        raise RefusedError
    elif not os.path.lexists(target):
        _parents(target)
        source.rename(target)
    else:
        source.rename(scratch)
        _merge(scratch, target, moving=True)


def _unzip(archive: Path, target: Path, scratch: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(scratch)
        for member in packed.infolist():
            if not member.is_dir():
                path = scratch / member.filename
                path.chmod(member.external_attr >> 16 & 0o777 | 0o600)
                seconds = time.mktime((*member.date_time, 0, 0, -1))
                os.utime(path, (seconds, seconds))
    scratch.mkdir(exist_ok=True)
    _merge(scratch, target, always=True)


def _merge(source: Path, target: Path, *, moving: bool = False, always: bool = False) -> None:
    """Put what a folder holds into another one."""
    if not os.path.lexists(target):
        _parents(target)
        if moving:
            source.rename(target)
            return
        target.mkdir()
        target.chmod(source.stat().st_mode & 0o7777)
    if not target.is_dir():
        raise RefusedError
    for path in sorted(source.iterdir()):
        goal = target / path.name
        if path.is_dir() and not path.is_symlink():
            if goal.is_symlink():
                raise RefusedError
            _merge(path, goal, moving=moving, always=always)
        else:
            _free(goal)
            if moving and (_owner(goal) == _owner(path) or None in (_owner(goal), _owner(path))):
                path.replace(goal)
            else:
                _put(path, goal, always=always)


def _put(source: Path, target: Path, *, always: bool = False) -> None:
    """Replace a file or link by a copy; a file keeps its owner."""
    if source.is_symlink() and target.is_symlink() and source.readlink() == target.readlink():
        return
    owner = _owner(target)
    if owner is not None and _owner(source) is not None and not always and _alike(source, target):
        return
    target.unlink(missing_ok=True)
    shutil.copy2(source, target, follow_symlinks=False)
    if owner is not None and not target.is_symlink():
        os.chown(target, *owner)
        target.chmod(source.stat().st_mode & 0o7777)


def _alike(one: Path, other: Path) -> bool:
    looks = [(path.stat().st_mode, path.stat().st_mtime, path.read_bytes()) for path in (one, other)]
    return looks[0] == looks[1]


def _owner(path: Path) -> tuple[int, int] | None:
    """Of a file; nothing else keeps one."""
    if path.is_symlink() or not path.is_file():
        return None
    return path.stat().st_uid, path.stat().st_gid


def _free(target: Path) -> None:
    if target.is_dir() and not target.is_symlink():
        raise RefusedError


def _parents(target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RefusedError from error


def _inside(path: Path, folder: Path) -> bool:
    return Path(os.path.realpath(folder)) in Path(os.path.realpath(path)).parents


def _clone(source: Path, target: Path) -> None:
    shutil.copytree(source, target, symlinks=True)
    for path in [source, *source.rglob("*")]:
        os.chown(target / path.relative_to(source), path.lstat().st_uid, path.lstat().st_gid, follow_symlinks=False)
        if not path.is_symlink():
            (target / path.relative_to(source)).chmod(path.stat().st_mode & 0o7777)
