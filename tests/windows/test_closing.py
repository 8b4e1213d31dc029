"""Closing windows by class and title on a Windows desktop, under wine."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.updatejob import screens
from tests.windows.conftest import LIMIT, Windows

pytestmark = pytest.mark.wine

_CLOSE = """\
import asyncio, subprocess, sys
from pathlib import Path
from setupbatcher.updatejob.desktop.closing import close_windows
from setupbatcher.updatejob.model import CloseApp
names = (("ToolWndClass", "Tool – Übersicht"), ("ToolWndClass", "Tool"), ("Other", "Tool – Übersicht"))
programs = [
    subprocess.Popen([sys.executable, "window_program.py", *each], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    for each in names
]
said = [program.stdout.readline().strip() for program in programs]
wanted = CloseApp("toolwndclass", "TOOL – übersicht", 20_000, kill=False, fail_job=True, line=1)
closed = asyncio.run(close_windows(wanted))
Path("closed").write_text(f"{said}\\n{tuple(closed)}\\n{[program.poll() for program in programs]}", encoding="utf-8")
for program in programs:
    program.kill()
"""


@pytest.mark.skipif(bool(screens.MISSING), reason=f"on Debian: apt-get install {' '.join(screens.MISSING)}")
def test_a_window_is_closed_by_class_and_title(windows: Windows) -> None:
    """The program whose window has both has ended itself when the call returns; those with one of them run on."""
    shutil.copy(Path(__file__).with_name("window_program.py"), windows.folder)
    (windows.folder / "close.py").write_text(_CLOSE, encoding="utf-8")
    nothing = subprocess.DEVNULL
    with screens.screen(managed=False) as name:
        # A desktop of its own: one that is there already belongs to whoever made it, and to that one's screen.
        subprocess.run(
            ["wine", "explorer", f"/desktop=closing-{os.getpid()},640x480", str(windows.python), "close.py"],
            cwd=windows.folder,
            env={**windows.environment, "DISPLAY": name},
            stdin=nothing,
            stdout=subprocess.PIPE,
            stderr=nothing,
            timeout=LIMIT,
            check=True,
        )
    said, closed, ended = (windows.folder / "closed").read_text(encoding="utf-8").splitlines()
    assert said == str([b"shown"] * 3)
    assert closed == "(1, 0, ())"
    assert ended == "[0, None, None]"
