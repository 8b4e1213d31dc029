"""Calls without an option need no parser, and are typed most often: they begin to work at once."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

COMPLETION = "_SETUPBATCHER_COMPLETE"
"""Through this variable a shell asks what the words on its line can become."""


def short(arguments: Sequence[str]) -> int | None:
    """Carry out the help of the whole, or a check without options.

    Args:
        arguments: without the program's name.

    Returns:
        The exit status; ``None`` for any other call.
    """
    if COMPLETION in os.environ:
        return None
    if list(arguments) in (["--help"], ["-h"]):
        from setupbatcher.cli.overview import overview  # noqa: PLC0415 -- as little as possible is imported

        sys.stdout.write(overview())
        return 0
    command, *words = arguments or [""]
    if command == "check" and words and not any(word.startswith("-") for word in words):
        from pathlib import Path  # noqa: PLC0415 -- as above

        from setupbatcher.cli.checking import check_scripts  # noqa: PLC0415 -- as above

        return check_scripts([Path(word) for word in words])
    return None
