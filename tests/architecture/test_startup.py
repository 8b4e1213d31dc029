"""What a start imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_SLOW = {"asyncio", "asyncssh", "click", "dataclasses", "inspect", "lark", "rich"}

_SOUND = """\
[Settings]
BatchSettings.MarkerCol=3
Greeting=Hello
[Machines]
web1\tLinux
[Batch]
Set Place,%ScriptDir%/%Greeting|lower%
If %Platform% = linux
  Dir.Create %Place%
EndIf
Data.Loop
  DOS echo %col1|sh% >> %Place|sh%/list
Data.EndLoop
[Data]
Ann,Berlin
"""


def _imported(*arguments: str) -> set[str]:
    """The top-level packages that a start of the program with these arguments imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "setupbatcher", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    entries = (line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:"))
    return {entry.partition(".")[0] for entry in entries}


def test_help_imports_no_slow_library() -> None:
    """The help is on the screen before a library for machines, colours or command lines could be loaded."""
    imported = _imported("--help")
    assert "setupbatcher" in imported
    assert not imported & _SLOW


@pytest.mark.parametrize("text", [_SOUND, f"{_SOUND}Bob,Bern,done\n"], ids=["sound", "with a finding"])
def test_a_check_imports_no_slow_library(text: str, tmp_path: Path) -> None:
    """It needs no event loop either, nor the makers of classes that the values of a script do without."""
    script = tmp_path / "script.txt"
    script.write_text(text, encoding="utf-8")
    imported = _imported("check", str(script))
    assert "setupbatcher" in imported
    assert not imported & _SLOW
