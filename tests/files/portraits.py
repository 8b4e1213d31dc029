"""All that is to be seen of a tree of files, for comparisons that leave nothing out."""

from __future__ import annotations

import os
import stat as modes
from collections.abc import Iterator
from pathlib import Path

Portrait = dict[str, tuple[object, ...]]
"""By path: kind, mode, owner, time, content, and the first path that is a name of the same file."""


def portrait(folder: Path, *, of_all_times: bool = True) -> Portrait:
    """What stands in a folder, the folder itself included.

    Args:
        folder: of this machine.
        of_all_times: with the times of folders and links, which no program keeps when it copies; else without them.
    """
    first: dict[int, str] = {}
    found: Portrait = {}
    for path in _paths(folder):
        name = os.path.relpath(path, folder)
        at = os.lstat(path)
        kind = modes.S_IFMT(at.st_mode)
        content: object = None
        if kind == modes.S_IFREG:
            content = Path(path).read_bytes()
        elif kind == modes.S_IFLNK:
            content = str(Path(path).readlink())
        time = at.st_mtime_ns if of_all_times or kind == modes.S_IFREG else None
        same = first.setdefault(at.st_ino, name) if kind != modes.S_IFDIR else name
        found[name] = (oct(at.st_mode), at.st_uid, at.st_gid, time, content, same)
    return found


def _paths(folder: Path) -> Iterator[str]:
    yield str(folder)
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.is_dir(follow_symlinks=False):
                yield from _paths(Path(entry.path))
            else:
                yield entry.path
