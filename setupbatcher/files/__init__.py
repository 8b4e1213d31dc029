"""Files between machines and on one: whatever is put in place is there as a whole or not at all.

A routine works on a :class:`~setupbatcher.files.place.Place`, a path on some machine, so that an upload, a download and
a copy on one machine are the same thing. The modules are imported when something of them is first used: the catalogue
of commands knows this room at every start of the program, and most starts move no file.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from setupbatcher.files.archive import extract
    from setupbatcher.files.copy import copy_file
    from setupbatcher.files.delete import delete_tree
    from setupbatcher.files.folders import make_folders
    from setupbatcher.files.move import move_to
    from setupbatcher.files.place import Place
    from setupbatcher.files.progress import Progress
    from setupbatcher.files.tree import copy_tree
    from setupbatcher.files.whole import once, read_whole, write_whole

__all__ = [
    "Place",
    "Progress",
    "copy_file",
    "copy_tree",
    "delete_tree",
    "extract",
    "make_folders",
    "move_to",
    "once",
    "read_whole",
    "write_whole",
]

_HOMES = {
    "Place": "place",
    "Progress": "progress",
    "copy_file": "copy",
    "copy_tree": "tree",
    "delete_tree": "delete",
    "extract": "archive",
    "make_folders": "folders",
    "move_to": "move",
    "once": "whole",
    "read_whole": "whole",
    "write_whole": "whole",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 -- each name has a type of its own, above
    """Find a public name in its module."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
