"""Lets two files change places in one step, where the system can."""

from __future__ import annotations

import errno
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

_HERE = -100
"""``AT_FDCWD``: a path counts from the current folder."""
_EXCHANGE = 2
"""``RENAME_EXCHANGE``."""
_UNKNOWN = frozenset({errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP})


@cache
def _renameat2() -> Any:  # noqa: ANN401 -- a function of the C library, or None
    if sys.platform != "linux":
        return None
    import ctypes  # noqa: PLC0415 -- only a fold needs it

    return getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)


def exchange(one: Path, other: Path) -> bool:
    """Let two files of a folder change places; ``False`` where that cannot be done in one step.

    Raises:
        OSError: they cannot change places.
    """
    function = _renameat2()
    if function is None:
        return False
    if function(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    import ctypes  # noqa: PLC0415 -- as above

    number = ctypes.get_errno()
    if number in _UNKNOWN:
        return False
    raise OSError(number, os.strerror(number), str(one))
