"""``setupbatcher report``, and the files that a run writes at its end: ``--junit`` and ``--html``."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from setupbatcher.reports.sheet import Sheet
from tests.cli.harness import PATIENCE, PROGRAM, Caller
from tests.waiting import wait_until

Script = Callable[[str], Caller]

_TEXT = "[Machines]\na\tLocal\nb\tLocal\n[Batch]\nDOS echo hello\nDOS test %Machine% = a\n"
_WAITING = "[Batch]\nDOS touch up; while [ ! -e go ]; do sleep 0.05; done\nLog x\n"


def _sheet(path: Path) -> Sheet:
    """The sheet in a page."""
    text = path.read_text(encoding="utf-8")
    data = re.search(r'<script type="application/json" id="sheet">(.*?)</script>', text, re.DOTALL)
    assert data is not None
    return Sheet.from_json(data[1])


def _failures(path: Path) -> list[str]:
    root = ET.parse(path).getroot()  # noqa: S314 -- our own
    return [
        f"{case.attrib['classname']}: {case.attrib['name']}"
        for case in root.iter("testcase")
        if case.find("failure") is not None
    ]


def test_a_run_writes_its_reports(script: Script, tmp_path: Path) -> None:
    """Nothing else is left beside the script, and they may be read like any file."""
    call = script(_TEXT)
    call("run", "script.txt", "--junit", "run.xml", "--html", "run.html").status(1).stdout("")
    assert {path.name for path in tmp_path.iterdir()} == {"script.txt", "run.xml", "run.html"}
    assert _failures(tmp_path / "run.xml") == ["b: [Batch] 2: DOS test %Machine% = a"]
    sheet = _sheet(tmp_path / "run.html")
    assert [(machine.name, machine.state) for machine in sheet.machines] == [("a", "done"), ("b", "failed")]
    assert sheet.status == 1
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE((tmp_path / "run.html").stat().st_mode) == 0o666 & ~umask


def test_the_page_of_the_last_run_can_be_had_later(script: Script, tmp_path: Path) -> None:
    """The same as the run itself would have written."""
    call = script(_TEXT)
    call("run", "script.txt", "--html", "then.html").status(1)
    call("report", "script.txt", "--html", "later.html", "--junit", "later.xml").status(0).stdout("").stderr("")
    assert _sheet(tmp_path / "later.html") == _sheet(tmp_path / "then.html")
    assert _failures(tmp_path / "later.xml") == ["b: [Batch] 2: DOS test %Machine% = a"]


def test_without_a_record_the_report_says_so(script: Script, tmp_path: Path) -> None:
    """As for a script that a colleague has run."""
    call = script(_TEXT)
    call("run", "script.txt", XDG_STATE_HOME=str(tmp_path / "elsewhere")).status(1)
    done = call("report", "script.txt", "--html", "page.html").status(0)
    assert done.err.startswith("No run of this script is on record for this user: ")
    assert _sheet(tmp_path / "page.html").remarks == [done.err.rstrip()]


def test_a_killed_run_leaves_the_record_of_the_one_before(script: Script, tmp_path: Path) -> None:
    """What it has done is known by its markers."""
    call = script(
        "[Machines]\na\tLocal\nb\tLocal\nc\tLocal\n"
        "[Batch]\nDOS test %Machine% = a -o -e more\nDOS test %Machine% != c || { touch up; sleep 60; }\n"
    )
    call("run", "script.txt").status(1)
    (tmp_path / "more").touch()
    running = call.start("run", "script.txt")
    wait_until((tmp_path / "up").exists)
    running.kill()
    running.communicate()
    done = call("report", "script.txt", "--html", "page.html").status(0)
    assert done.err.startswith("2 machines changed since the end of this run")
    sheet = _sheet(tmp_path / "page.html")
    assert [(machine.name, machine.state) for machine in sheet.machines] == [
        ("a", "done"),
        ("b", "done"),
        ("c", "unfinished"),
    ]
    assert sheet.machines[0].begun is not None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_writes_its_reports(script: Script, tmp_path: Path, number: signal.Signals) -> None:
    """With what was done up to then; also where the command in flight was ended too."""
    call = script(_WAITING)
    running = call.start("run", "script.txt", "--html", "run.html", "--junit", "run.xml")
    wait_until((tmp_path / "up").exists)
    running.send_signal(number)
    assert running.stderr is not None
    while b"Interrupted: the run ends" not in running.stderr.readline():
        assert running.poll() is None
    running.send_signal(number)
    running.communicate(timeout=PATIENCE)
    sheet = _sheet(tmp_path / "run.html")
    assert sheet.interrupted
    assert [cell.outcome for cell in sheet.machines[0].cells] == ["r"]
    assert _failures(tmp_path / "run.xml") == []


def test_a_refused_script_is_a_failure_in_the_file(script: Script, tmp_path: Path) -> None:
    """Not the success of the run before."""
    call = script("[Batch]\nDSO x\n")
    call("run", "script.txt", "--junit", "run.xml", "--html", "run.html").status(2)
    assert _failures(tmp_path / "run.xml") == ["check: basic syntax check"]
    assert _sheet(tmp_path / "run.html").remarks == [
        "Nothing ran:",
        "script.txt:2:1: error[SB301]: unknown command `DSO`",
    ]


def test_with_nothing_to_do_the_last_run_is_reported(script: Script, tmp_path: Path) -> None:
    """The files are there all the same."""
    call = script("[Batch]\nLog x\n")
    call("run", "script.txt").status(0)
    call("run", "script.txt", "--junit", "run.xml", "--html", "run.html").status(0).tells("Nothing to do")
    assert _failures(tmp_path / "run.xml") == []
    assert [cell.outcome for cell in _sheet(tmp_path / "run.html").machines[0].cells] == ["d"]


def test_files_that_cannot_be_written_are_found_out_first(script: Script, tmp_path: Path) -> None:
    """Nothing runs."""
    call = script("[Batch]\nDOS touch ran\n")
    for option in ("--junit", "--html"):
        call("run", "script.txt", option, "no/file").status(2).stderr(
            "error: `no/file` cannot be written: no such file or directory\n"
        )
        call("run", "script.txt", option, "./script.txt").status(2).tells("is the script")
        call("run", "script.txt", "--dry-run", option, "x").status(2).tells("a dry run does nothing")
    assert {path.name for path in tmp_path.iterdir()} == {"script.txt"}


def test_a_file_that_was_there_is_replaced_whole(script: Script, tmp_path: Path) -> None:
    """Through a link, with its rights; a device is written to, never replaced."""
    call = script("[Batch]\nLog x\n")
    (tmp_path / "real.html").write_text("old", encoding="utf-8")
    (tmp_path / "real.html").chmod(0o640)
    (tmp_path / "link.html").symlink_to("real.html")
    call("run", "script.txt", "--html", "link.html", "--junit", "/dev/null").status(0)
    assert (tmp_path / "link.html").is_symlink()
    assert stat.S_IMODE((tmp_path / "real.html").stat().st_mode) == 0o640
    assert _sheet(tmp_path / "real.html").status == 0
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_full_disk_leaves_the_old_file(script: Script, tmp_path: Path) -> None:
    """The run has ended as it has; the message says what is missing."""
    call = script("[Batch]\nDOS rm -rf reports; true\n")
    (tmp_path / "reports").mkdir()
    done = call("run", "script.txt", "--html", "reports/run.html").status(0)
    done.tells("Done", "error: `reports/run.html` cannot be written: no such file or directory")


def test_a_home_that_cannot_be_written_does_no_harm(script: Script, tmp_path: Path) -> None:
    """The run is not on record then, and nothing is said about it."""
    (tmp_path / "file").touch()
    call = script("[Batch]\nLog x\n")
    done = call("run", "script.txt", XDG_STATE_HOME=str(tmp_path / "file")).status(0)
    assert "error" not in done.err
    call("report", "script.txt", "--html", "page.html", XDG_STATE_HOME=str(tmp_path / "file")).status(0).tells("No run")


def test_secrets_are_masked_in_reports(script: Script, tmp_path: Path) -> None:
    """Wherever a password could show: the page, the file, and what is kept."""
    call = script(
        "[Settings]\nMachines.Password=env:PW\n[Machines]\na\tLocal\n"
        "[Batch]\nDOS echo it is $PW\nDOS echo $PW; exit 3\n"
    )
    state = tmp_path / "state"
    call(
        "run", "script.txt", "--junit", "run.xml", "--html", "run.html", PW="topsecret", XDG_STATE_HOME=str(state)
    ).status(1)
    call("report", "script.txt", "--html", "later.html", XDG_STATE_HOME=str(state)).status(0)
    for name in ("run.xml", "run.html", "later.html"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert "topsecret" not in text
        assert "it is " in text


def test_report_needs_a_file_to_write(script: Script) -> None:
    """Its usage says so; a script that cannot be read is named."""
    script(_TEXT)("report", "script.txt").status(2).tells("error: say which file to write")
    script(_TEXT)("report", "no.txt", "--html", "x").status(2).tells("`no.txt` cannot be read")
    script(_TEXT)("report", "script.txt", "--html", "no/x").status(1).tells("`no/x` cannot be written")


def test_a_page_can_be_written_into_a_pipe(script: Script) -> None:
    """As other programs take it."""
    call = script("[Batch]\nLog x\n")
    call("run", "script.txt").status(0)
    done = subprocess.run(
        ["sh", "-c", 'mkfifo pipe; cat pipe & "$@" --html pipe; wait', "sh", *PROGRAM, "report", "script.txt"],
        cwd=call.folder,
        env=call.environment,
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    )
    assert done.stdout.startswith(b"<!doctype html>")
    assert stat.S_ISFIFO((call.folder / "pipe").stat().st_mode)
