"""The command line: arguments, one call into :mod:`setupbatcher.run`, an exit status (``cli.md``)."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """The entry of the console script; ends the process."""
    from setupbatcher.cli.outermost import outermost  # noqa: PLC0415 -- an import of this package is not a start

    sys.exit(outermost(sys.argv[1:]))
