"""Scripts on Windows: the program as a user has it, under wine."""

from __future__ import annotations

import pytest

from tests.windows.conftest import Windows

pytestmark = pytest.mark.wine

_SCRIPT = """\
[Settings]
Value=a&b "c" ^x <y> |z!
Here=%ScriptDir%\\a folder
[Batch]
Dir.Create %Here%\\sub
File.Write %Here%\\sub\\ü.txt,Grüße
File.Copy %Here%\\sub\\ü.txt,%Here%\\copy.txt
Dir.Copy %Here%\\sub,%Here%\\tree
DOS echo %Value|cmd%> "%Here%\\echo.txt"
DOS exit 7
""".replace("\n", "\r\n")


def test_a_script_is_run_resumed_and_cleaned(windows: Windows) -> None:
    """Windows-1252 and CRLF stay, `cmd` gets its exit status and its quoting, and markers come and go."""
    path = windows.folder / "script.txt"
    path.write_bytes(_SCRIPT.encode("cp1252"))
    run = windows("-m", "setupbatcher", "run", "script.txt")
    assert run.returncode == 1, run.stderr
    assert "error[7]: exit status 7" in run.stderr
    head, rows = _SCRIPT.split("[Batch]\r\n")
    done = rows.replace("\r\n", "\tOK\r\n").replace("exit 7\tOK", "exit 7\t7")
    assert path.read_bytes() == f"{head}[Batch]\r\n{done}".encode("cp1252")
    here = windows.folder / "a folder"
    assert (here / "tree" / "ü.txt").read_text(encoding="utf-8") == (here / "copy.txt").read_text(encoding="utf-8")
    assert (here / "echo.txt").read_text(encoding="utf-8").strip() == '"a&b ""c"" ^x <y> |z!"'

    path.write_bytes(path.read_bytes().replace(b"exit 7", b"exit 0"))
    assert windows("-m", "setupbatcher", "run", "script.txt").returncode == 0
    assert path.read_bytes() == f"{head}[Batch]\r\n{done}".replace("exit 7\t7", "exit 0\tOK").encode("cp1252")
    assert windows("-m", "setupbatcher", "remove-markers", "script.txt").returncode == 0
    assert path.read_bytes() == _SCRIPT.replace("exit 7", "exit 0").encode("cp1252")
    assert sorted(each.name for each in windows.folder.iterdir()) == ["a folder", "script.txt"]


_TWO_LOCKS = """\
import subprocess, sys
from pathlib import Path
from setupbatcher.text.lock import open_locked
path = Path("journal")
file, held = open_locked(path)
if len(sys.argv) > 1:
    print(held, flush=True)
    sys.exit()
file.write(b"record")
assert held
assert path.read_bytes() == b"record"  # others read what is locked
other = [sys.executable, sys.argv[0], "other"]
assert subprocess.check_output(other, stdin=subprocess.DEVNULL).strip() == b"False"
file.close()
assert subprocess.check_output(other, stdin=subprocess.DEVNULL).strip() == b"True"
"""


def test_the_lock_of_one_process_keeps_another_out(windows: Windows) -> None:
    """A second process learns that the journal is locked, may read it, and gets it once it is closed."""
    (windows.folder / "locks.py").write_text(_TWO_LOCKS, encoding="utf-8")
    done = windows("locks.py")
    assert done.returncode == 0, done.stderr


_TREE = """\
import asyncio, sys, time
from pathlib import Path
import psutil
from setupbatcher.errors import Failure
from setupbatcher.hosts.local import LocalHost
async def main():
    started = []
    host = LocalHost(Path.cwd()).told_of_processes(started.append)
    child = [sys.executable, "-c", "import time; time.sleep(600)"]
    parent = f"import subprocess; subprocess.run({child!r})"
    try:
        await host.program([sys.executable, "-c", parent], timeout=8)
    except Failure as failure:
        print(failure.code)
    print([each.pid for each in psutil.Process().children(recursive=True)])
    print(psutil.pid_exists(started[0]))
    print((await host.shell("echo out& echo err 1>&2& exit 5")))
asyncio.run(main())
"""


def test_a_program_past_its_time_is_ended_with_what_it_started(windows: Windows) -> None:
    """Neither the program nor its child is left, and the next command runs as ever."""
    (windows.folder / "tree.py").write_text(_TREE, encoding="utf-8")
    done = windows("tree.py")
    assert done.returncode == 0, done.stderr
    code, children, alive, result = done.stdout.splitlines()
    assert (code, children, alive) == ("1460", "[]", "False")
    assert "b'out\\r\\n'" in result
    assert "5" in result
