"""The commands themselves; importing this package declares them all.

Nothing heavy is imported here: the catalogue is read by every start of the program.
"""

from setupbatcher.commands.library import (
    archives,
    data,
    dialogue,
    files,
    flow,
    folders,
    process,
    reboot,
    updatejob,
    waiting,
)

__all__ = ["archives", "data", "dialogue", "files", "flow", "folders", "process", "reboot", "updatejob", "waiting"]
