"""``setupbatcher status``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.cli.harness import PROGRAM, Caller
from tests.tmux import screen
from tests.waiting import wait_until

Script = Callable[[str], Caller]

_HALF = (
    "[Settings]\nBatchSettings.MarkerCol=2\n"
    "[Machines]\nEDU12\tLocal\t\tOK-AllDone\nEDU13\tLocal\t\t5-2\nEDU14\tLocal\n"
    "[Init]\nLog begin\tOK\n"
    "[Batch]\nData.Loop\t5-1\n Log %col1%\t5\nData.EndLoop\n"
    "[Data]\na,OK\nb\n"
)


def test_status_is_a_table(script: Script) -> None:
    """The whole first, then the machines with their state, place and error."""
    script(_HALF)("status", "script.txt").status(0).stderr("").stdout(
        "script.txt: failed\n"
        "[Init]    ██████████  1 of 1\n"
        "machines  ███░░░░░░░  1 of 3 done, 1 failed, 1 not begun\n"
        "[Batch]   ░░░░░░░░░░  0 of 2 on EDU13\n"
        "[Data]    █████░░░░░  1 of 2 on EDU13\n"
        "machine  state      progress          line  row  error\n"
        "EDU12    done       ██████████ 100 %\n"
        "EDU13    failed     █████░░░░░  50 %  2     1    5 access denied\n"
        "EDU14    not begun  ░░░░░░░░░░   0 %\n"
    )


def test_bars_are_made_of_what_the_encoding_has(script: Script) -> None:
    """ASCII where it must be."""
    text = "[Batch]\nLog x\tOK\nLog y\n"
    done = script(text)("status", "script.txt", PYTHONIOENCODING="ascii").status(0)
    done.stdout("script.txt: unfinished\n[Batch]  #####-----  1 of 2\n")


def test_thousands_of_machines_are_told_calmly(script: Script) -> None:
    """Those that need a look, the failed ones first, and how many others there are; all of them if asked."""
    cells = ["\t\tOK-AllDone"] * 3000 + [""] * 1900 + ["\t\tOK-1@"] * 60 + ["\t\t53-0"] * 30 + ["\t\t5-2@"] * 10
    rows = "".join(f"m{number}\tLocal{cell}\n" for number, cell in enumerate(cells))
    call = script(f"[Machines]\n{rows}[Batch]\nLog x\nLog y\n")
    lines = call("status", "script.txt").status(0).out.splitlines()
    assert lines[:2] == [
        "script.txt: failed",
        "machines  ██████░░░░  3000 of 5000 done, 10 failed, 30 unreachable, 60 unfinished, 1900 not begun",
    ]
    states = [line.split()[1] for line in lines[3:-1]]
    assert states == ["failed"] * 10 + ["unreachable"] * 29
    assert lines[-1] == "… and 4961 more; --all lists them"
    assert len(call("status", "--all", "script.txt").status(0).out.splitlines()) == 5003


def test_with_nothing_begun_there_is_no_table(script: Script) -> None:
    """The counts say it all."""
    rows = "".join(f"m{number}\tLocal\n" for number in range(100))
    script(f"[Machines]\n{rows}[Batch]\nLog x\n")("status", "script.txt").status(0).stdout(
        "script.txt: fresh\nmachines  ░░░░░░░░░░  0 of 100 done, 100 not begun\n… and 100 more; --all lists them\n"
    )


def test_a_run_that_is_on_is_seen(script: Script, tmp_path: Path) -> None:
    """With the commands at work beside their machines."""
    row = "DOS touch up-%Machine%; while [ ! -e go ]; do sleep 0.05; done"
    call = script(f"[Machines]\na\tLocal\nb\tLocal\n[Batch]\n{row}\n")
    running = call.start("run", "script.txt", "--parallel", "2")
    try:
        wait_until(lambda: (tmp_path / "up-a").exists() and (tmp_path / "up-b").exists())
        lines = call("status", "script.txt").status(0).out.splitlines()
        assert lines[2].endswith("  error or command begun")
        assert [line.split()[0] for line in lines[3:] if line.endswith(row)] == ["a", "b"]
    finally:
        (tmp_path / "go").touch()
        running.communicate()


def test_what_was_in_flight_in_a_crash_is_listed(script: Script, tmp_path: Path) -> None:
    """Where no machine of the table shows it."""
    call = script("[Batch]\nDOS touch up; while [ ! -e go ]; do sleep 0.05; done\n")
    running = call.start("run", "script.txt")
    wait_until((tmp_path / "up").exists)
    running.kill()
    running.communicate()
    lines = call("status", "script.txt").status(0).out.splitlines()
    assert lines[2] == "begun, end unknown or not reached yet:"
    assert lines[3].startswith("  this machine: [Batch] line 1: DOS touch up;")
    (tmp_path / "go").touch()


def test_states_have_colours_on_a_terminal(script: Script, tmp_path: Path) -> None:
    """And only there."""
    assert "\x1b" not in script(_HALF)("status", "script.txt").out
    with screen(80, 24, [*PROGRAM, "status", "script.txt"], tmp_path) as shown:
        shown.shows("ended with 0")
        coloured = shown.tmux("capture-pane", "-p", "-e")
        assert "\x1b[1m\x1b[31mfailed" in coloured


def test_status_for_programs_is_a_promise(script: Script) -> None:
    """Version 1, all keys always there."""
    assert json.loads(script(_HALF)("status", "--json", "script.txt").status(0).out) == {
        "version": 1,
        "script": "script.txt",
        "mode": "batch",
        "state": "failed",
        "init": {"done": 1, "total": 1},
        "machines": [
            {"name": "EDU12", "state": "done", "marker": "OK-AllDone", "code": None, "line": None, "row": None},
            {"name": "EDU13", "state": "failed", "marker": "5-2", "code": 5, "line": 2, "row": 1},
            {"name": "EDU14", "state": "fresh", "marker": "", "code": None, "line": None, "row": None},
        ],
        "batch": {"done": 0, "total": 2},
        "data": {"done": 1, "total": 2},
        "in_flight": [],
    }


def test_status_of_nothing(call: Caller) -> None:
    """A script that cannot be read has no status."""
    call("status", "no.txt").status(2).stdout("").tells("error[SB801]: `no.txt` cannot be read")
