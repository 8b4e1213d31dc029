"""What a start imports."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

_SLOW = {"asyncssh", "lark", "rich"}


def _imported(*arguments: str) -> set[str]:
    """The top-level packages that a start of Python with these arguments imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    entries = (line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:"))
    return {entry.partition(".")[0] for entry in entries}


def test_help_imports_no_slow_library() -> None:
    """The help is on the screen before a library for machines, colours or grammars could be loaded."""
    if importlib.util.find_spec("setupbatcher.__main__"):
        imported = _imported("-m", "setupbatcher", "--help")
    else:
        imported = _imported("-c", "import setupbatcher.diagnostics.render, setupbatcher.diagnostics.codes")
    assert "setupbatcher" in imported
    assert not imported & _SLOW
