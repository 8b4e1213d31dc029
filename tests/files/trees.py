"""Trees of files as values, for whole-result comparisons."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeAlias

Tree: TypeAlias = dict[str, "bytes | str | Tree"]
"""By name: content of a file, ``-> …`` for a link, or a folder."""


def plant(folder: Path, tree: Tree) -> Path:
    """Create a folder with what a tree says; returns the folder."""
    folder.mkdir(exist_ok=True)
    for name, what in tree.items():
        if isinstance(what, bytes):
            (folder / name).write_bytes(what)
        elif isinstance(what, str):
            (folder / name).symlink_to(what.removeprefix("-> "))
        else:
            plant(folder / name, what)
    return folder


def harvest(folder: Path) -> Tree:
    """The tree that a folder holds, leftovers and hidden files included."""
    return {
        path.name: f"-> {path.readlink()}"
        if path.is_symlink()
        else harvest(path)
        if path.is_dir()
        else path.read_bytes()
        for path in sorted(folder.iterdir())
    }


def own(folder: Path, user: str) -> None:
    """Give a folder and what it holds to a user, if the tests may."""
    if os.geteuid() == 0:
        import shutil  # noqa: PLC0415 -- for root only

        for path in [folder, *folder.rglob("*")]:
            if not path.is_symlink():
                shutil.chown(path, user, user)
