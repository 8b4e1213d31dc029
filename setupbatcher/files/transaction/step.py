"""The one step that every change is made of: something is renamed, and what stood at its target is kept.

It can be taken back whatever part of it was done, and taken back again after a kill in the midst of that: what stands
where tells how far it came. Blocking work, for threads; paths are texts, see :mod:`setupbatcher.files.batch`.
"""

# ruff: noqa: PTH108 -- as above

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple

_PATIENCE = 2.5
"""Seconds for which Windows is asked again for a file that a virus scanner or the like holds open."""
_BUSY = frozenset({5, 32, 33})
"""Windows: access denied, sharing violation, lock violation."""
_NO_SECOND_NAME = frozenset(
    {errno.EPERM, errno.EACCES, errno.EMLINK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EXDEV, errno.EINVAL}
)
"""What systems say where a file cannot have a second name, or this one may not get one from us."""
_LINKS = os.name != "nt" and os.link in os.supports_follow_symlinks
"""Windows does not replace a program that runs, but lets it be renamed."""


class Step(NamedTuple):
    """Something is to be renamed.

    Attributes:
        source: where it is: beside its target, prepared, or a file or folder to move.
        target: where it goes.
        kept: where the file that it replaces is kept, beside the target; empty where nothing stands at the target.
        number: the source's in its volume; 0 where its name is one that nobody else uses.
    """

    source: str
    target: str
    kept: str
    number: int


def take(step: Step) -> None:
    """Do it. The target is never missing, where a file can have two names.

    Raises:
        FileExistsError: something has come to stand at a target that was free.
        OSError: another reason; whatever was done can be taken back.
    """
    if step.kept:
        _keep(step.target, step.kept)
    elif os.path.lexists(step.target):
        raise FileExistsError(errno.EEXIST, "somebody else made it meanwhile", step.target)
    _patiently(os.replace, step.source, step.target)


def take_back(step: Step) -> None:
    """Bring about what was before the step, as long as nothing earlier was taken back.

    Raises:
        FileExistsError: somebody else has made something where the source was.
        OSError: it cannot be done now.
    """
    source, target, kept, _ = step
    if not kept:
        if os.path.lexists(target) and _was_renamed(step):
            _patiently(os.rename, target, source)
    elif os.path.lexists(kept):
        if os.path.lexists(target) and _was_renamed(step):
            _keep(target, source)
        _patiently(os.replace, kept, target)
        with suppress(FileNotFoundError):
            os.unlink(kept)  # two names of one file, as before anything was renamed, are left alone by a rename


def _was_renamed(step: Step) -> bool:
    """Whether what stands at the target is what was at the source."""
    if not os.path.lexists(step.source):
        return True
    if step.number and os.lstat(step.source).st_ino != step.number:
        raise FileExistsError(errno.EEXIST, "somebody else made it meanwhile", step.source)
    return False


def remove_folders(folders: Iterable[tuple[str, int, int, int]]) -> None:
    """Remove empty folders, as :class:`~.records.Removal` has them.

    Raises:
        OSError: one is not empty; whatever was done can be taken back.
    """
    for path, *_ in folders:
        _patiently(os.rmdir, path)


def make_folder(path: str, mode: int, user: int, group: int) -> None:
    """Bring back a folder that was removed, if it was."""
    if not os.path.lexists(path):
        os.mkdir(path)  # noqa: PTH102 -- as above
    if sys.platform != "win32":
        with suppress(PermissionError):
            os.chown(path, user, group)
        os.chmod(path, mode)  # noqa: PTH101 -- as above


def _keep(path: str, kept: str) -> None:
    """Give a file another name; its first one goes with the next rename, or now where it cannot have two."""
    if _LINKS:
        try:
            os.link(path, kept, follow_symlinks=False)
        except OSError as error:
            if error.errno not in _NO_SECOND_NAME:
                raise
        else:
            return
    _patiently(os.rename, path, kept)


def is_busy(error: OSError) -> bool:
    """Windows says that somebody else has a file open."""
    return getattr(error, "winerror", None) in _BUSY


def _patiently(change: Callable[..., None], *paths: str) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            change(*paths)
        except OSError as error:
            if not is_busy(error) or time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return
