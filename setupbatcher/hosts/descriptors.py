"""Room for many connections at once."""

from __future__ import annotations

import sys

_EACH = 4
"""Descriptors of a machine at most: a connection, or a process with its two pipes and itself."""
_OTHERS = 200


def make_room(machines: int) -> None:
    """Raise this process's limit of open files, as far as the system lets it, if so many machines need more."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 -- not there on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = machines * _EACH + _OTHERS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
