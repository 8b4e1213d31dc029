"""The commands themselves; importing this package declares them all.

Nothing heavy is imported here: the catalogue is read by every start of the program.
"""

from setupbatcher.commands.library import archives, dialogue, files, flow, folders, process

__all__ = ["archives", "dialogue", "files", "flow", "folders", "process"]
