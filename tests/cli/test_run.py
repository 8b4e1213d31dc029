"""``setupbatcher run`` on a pipe, as cron and other programs call it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.harness import PATIENCE, PROGRAM, Caller

Script = Callable[[str], Caller]

_MACHINES = "[Machines]\none\tLocal\ntwo\tLocal\n[Batch]\nDOS test -e go-%Machine|sh%\n"


def _timeless(text: str) -> str:
    return re.sub(r"\d+\.\d s", "0.0 s", text)


def test_on_a_pipe_there_is_a_line_at_the_start_and_a_summary(script: Script) -> None:
    """Progress is left out, standard output is empty."""
    done = script("[Batch]\nDOS echo one\nLog two\n")("run", "script.txt").status(0).stdout("")
    assert _timeless(done.err) == "script.txt: run\nDone: 0.0 s\n"
    done.file("[Batch]\nDOS echo one\tOK\nLog two\tOK\n")


def test_a_script_is_run_without_a_command(script: Script) -> None:
    """``setupbatcher SCRIPT`` and options before it mean ``run``."""
    call = script("[Batch]\nDOS exit 3\n")
    call("script.txt").status(1)
    call("--dry-run", "script.txt").status(0)


def test_an_error_has_the_shape_of_a_finding(script: Script) -> None:
    """Code, place, data row, output, and how to go on."""
    text = (
        "[Settings]\nBatchSettings.MarkerCol=3\n[Batch]\nData.Loop\n  DOS echo %col1|sh%; [ %col1|sh% = a ]\n"
        "Data.EndLoop\n[Data]\na,1\nb,2\n"
    )
    done = script(text)("run", "script.txt").status(1).stdout("")
    assert _timeless(done.err) == (
        "script.txt: run\n"
        "error[1]: exit status 1\n"
        " --> script.txt:5:3\n"
        "  |\n"
        "5 |   DOS echo %col1|sh%; [ %col1|sh% = a ]\n"
        "  |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "note: with data row 1\n"
        " --> script.txt:9:1\n"
        "  |\n"
        "9 | b,2\n"
        "  | ---\n"
        "output:\n"
        "  | b\n"
        "help: then go on here with `setupbatcher run script.txt`\n"
        "Stopped: 1 data row, 0.0 s\n"
    )
    done.file(
        "[Settings]\nBatchSettings.MarkerCol=3\n[Batch]\nData.Loop\t1-1\n  DOS echo %col1|sh%; [ %col1|sh% = a ]\t1\n"
        "Data.EndLoop\n[Data]\na,1,OK\nb,2\n"
    )


def test_verbose_shows_commands_and_their_output(script: Script) -> None:
    """On a pipe too."""
    done = script("[Batch]\nDOS echo one\n$i DOS exit 3\nDir.Create .\n")("run", "-v", "script.txt").status(0)
    assert _timeless(done.err) == (
        "Basic syntax check OK.\n"
        "script.txt: run\n"
        "           | one\n"
        "    0.0 s  DOS echo one\n"
        "ignored[3]: exit status 3: $i DOS exit 3\n"
        "    0.0 s  $i DOS exit 3\n"
        "    0.0 s  Dir.Create .  (unchanged)\n"
        "Done: 0.0 s\n"
    )


def test_quiet_shows_errors_only(script: Script) -> None:
    """A run that succeeds says nothing."""
    script("[Batch]\n$i DOS exit 3\n")("run", "-q", "script.txt").status(0).stdout("").stderr("")
    done = script("[Batch]\nDOS exit 3\n")("run", "-q", "script.txt").status(1).tells("error[3]: exit status 3")
    assert "Stopped" not in done.err


def test_machines_are_counted(script: Script, tmp_path: Path) -> None:
    """The summary says how many are done, failed and not finished; a finished script is done again at once."""
    call = script(_MACHINES)
    (tmp_path / "go-one").touch()
    done = call("run", "script.txt").status(1).tells("script.txt: run, 2 machines\n", "machine: two\n")
    assert _timeless(done.err).endswith("Stopped: 1 of 2 machines done, 1 failed, 0.0 s\n")
    (tmp_path / "go-two").touch()
    again = call("run", "script.txt").status(0)
    assert _timeless(again.err) == "script.txt: run, 1 machine\nDone: 2 machines, 0.0 s\n"
    call("run", "script.txt").status(0).tells("Nothing to do: finished on ", "Start over: --restart")
    call("run", "script.txt", "--restart", "--limit", "o*").status(0).tells("script.txt: run, 1 machine\n")


def test_next_machine_goes_on_behind_an_error(script: Script, tmp_path: Path) -> None:
    """``--on-error next-machine`` leaves the failed one."""
    (tmp_path / "go-two").touch()
    done = script(_MACHINES)("run", "script.txt", "--on-error", "next-machine").status(1)
    done.tells("machine: one\n", "go on here with `setupbatcher run script.txt`", "1 of 2 machines done, 1 failed")
    done.file("[Machines]\none\tLocal\t\t1-1@\ntwo\tLocal\t\tOK-AllDone\n[Batch]\nDOS test -e go-%Machine|sh%\n")


def test_the_sentences_of_a_dry_run_are_its_result(script: Script) -> None:
    """They go to standard output, and nothing is done."""
    text = "[Machines]\none\tLocal\n[Init]\nLog hi\n[Batch]\nDOS touch here\n"
    done = script(text)("run", "--dry-run", "script.txt").status(0).file(text)
    done.stdout("[Init]\n  would log: hi\none (1 of 1)\n  would run the shell line touch here\n")
    done.stderr("script.txt: dry run, 1 machine\nDry run: nothing was done.\n")


def test_values_are_given_on_the_command_line(script: Script, tmp_path: Path) -> None:
    """``--set`` answers a prompt and stands for an alias; values do not come back in the line that goes on."""
    call = script("[Batch]\nPrompt Site,Where?\nDOS echo %Site|sh% > out; exit 4\n")
    done = call("run", "script.txt", "--set", "Site=x=y").status(1)
    done.tells("`setupbatcher run script.txt --set Site=…`")
    assert (tmp_path / "out").read_text(encoding="utf-8") == "x=y\n"
    call("run", "script.txt", "--set", "1=2").status(2).tells(
        "error: invalid value for '--set': `1=2` is not NAME=VALUE"
    )


def test_without_a_terminal_nobody_answers(script: Script) -> None:
    """The error says what to do instead."""
    script("[Batch]\nPrompt Site,Where?\n")("run", "script.txt").status(1).tells(
        "error[1223]: nobody is there to answer: Where?", "help: answer it beforehand with --set NAME=VALUE"
    )


@pytest.mark.parametrize(("row", "status"), [("Stop 42", 42), ("Fail 9,no", 1), ("Stop", 0)])
def test_exit_statuses_of_stop_and_fail(script: Script, row: str, status: int) -> None:
    """``Stop n`` gives n, ``Fail`` gives 1."""
    script(f"[Batch]\n{row}\nLog x\n")("run", "script.txt").status(status)


def test_nothing_runs_with_an_error_in_the_script(script: Script) -> None:
    """Every finding is shown, the status is 2, the script untouched."""
    text = "[Batch]\nDOS touch x\nDSO y\nLgo z\n"
    done = script(text)("run", "script.txt").status(2).stdout("").file(text)
    done.tells("error[SB301]: unknown command `DSO`", "help: did you mean `DOS`?", "`Lgo`")
    assert not (done.path.parent / "x").exists()


def test_a_script_that_is_not_there(call: Caller) -> None:
    """The status is 2, and the reason is said."""
    call("run", "no.txt").status(2).stderr(
        "error[SB801]: `no.txt` cannot be read: no such file or directory\n --> no.txt\n"
        "help: check the name and your rights to the file\n"
    )


def test_a_second_run_is_refused(script: Script, tmp_path: Path) -> None:
    """The status is 3, and who has the script is said."""
    call = script("[Batch]\nDOS touch up; while [ ! -e go ]; do sleep 0.05; done\n")
    first = call.start("run", "script.txt")
    try:
        while not (tmp_path / "up").exists():
            assert first.poll() is None
        call("run", "script.txt").status(3).tells("another run has `script.txt`", f"process {first.pid} on ")
        call("remove-markers", "script.txt").status(3)
        call("check", "--fix", "script.txt").status(3)
        state = json.loads(call("status", "--json", "script.txt").status(0).out)
        assert [entry["text"][:8] for entry in state["in_flight"]] == ["DOS touc"]
    finally:
        (tmp_path / "go").touch()
        first.communicate(timeout=PATIENCE)
    assert first.returncode == 0


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 143)])
def test_a_signal_ends_the_run_after_the_command_in_flight(
    script: Script, tmp_path: Path, number: int, status: int
) -> None:
    """Its marker is written, the summary tells how to go on."""
    call = script("[Batch]\nDOS touch up; while [ ! -e go ]; do sleep 0.05; done\nLog x\n")
    running = call.start("run", "script.txt")
    while not (tmp_path / "up").exists():
        assert running.poll() is None
    running.send_signal(number)
    assert running.stderr is not None
    while b"Interrupted: the run ends" not in running.stderr.readline():
        assert running.poll() is None
    (tmp_path / "go").touch()
    _, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == status
    assert _timeless(err.decode()) == "Interrupted: 0.0 s\nhelp: go on with `setupbatcher run script.txt`\n"
    assert (tmp_path / "script.txt").read_text(encoding="utf-8").endswith("done\tOK\nLog x\n")


def test_events_are_written_as_json_lines(script: Script) -> None:
    """One object a line, on standard output if asked for."""
    done = script("[Batch]\nDOS echo one\n")("run", "script.txt", "--json", "-").status(0)
    events = [json.loads(line) for line in done.out.splitlines()]
    assert {event["version"] for event in events} == {1}
    names = [event["event"] for event in events]
    assert names == [
        "said",
        "run_started",
        "machine_started",
        "command_started",
        "process_started",
        "output",
        "command_done",
        "script_done",
        "run_ended",
    ]
    assert events[5]["text"] == "one\n"
    assert events[5]["place"] == {"section": "[Batch]", "line": 1, "machine": None, "rows": [], "calls": []}


def test_variables_that_are_kept_are_part_of_their_event(script: Script) -> None:
    """By name and value, as they stand in [Variables]."""
    done = script("[Batch]\nDOS echo one\nSet Said,%LastOutput%\n[Variables]\n")("run", "script.txt", "--json", "-")
    ends = [event for event in map(json.loads, done.status(0).out.splitlines()) if event["event"] == "command_done"]
    assert [(entry["name"], entry["value"]) for entry in ends[1]["kept"]] == [("Said", "one")]


def test_why_nothing_ran_is_an_event_too(script: Script, tmp_path: Path) -> None:
    """The findings are those of the check."""
    call = script("[Batch]\nDSO x\n")
    call("run", "script.txt", "--json", "events", "--log", "log").status(2)
    (event,) = map(json.loads, (tmp_path / "events").read_text(encoding="utf-8").splitlines())
    (checked,) = map(json.loads, call("check", "--format", "json", "script.txt").out.splitlines())
    assert event["event"] == "refused"
    assert event["findings"] == checked["findings"]
    log = (tmp_path / "log").read_text(encoding="utf-8")
    assert log.endswith("  script.txt:2:1: error[SB301]: unknown command `DSO`\n")


def test_the_log_is_appended_to(script: Script, tmp_path: Path) -> None:
    """It has a time stamp on each line, and the output of commands."""
    call = script("[Batch]\nDOS echo one; exit 3\n")
    call("run", "script.txt", "--log", "log").status(1)
    lines = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\+00:00  ", line) for line in lines)
    assert [_timeless(line[31:]) for line in lines] == [
        "Basic syntax check OK.",
        "run of script.txt",
        "this machine: begins, 1 of 1",
        "[Batch] 1: DOS echo one; exit 3",
        "[Batch] 1: | one",
        "[Batch] 1: exit status 3",
        "this machine: stopped with error 3",
        "Stopped: 0.0 s",
    ]
    call("run", "script.txt", "--log", "log").status(1)
    assert len((tmp_path / "log").read_text(encoding="utf-8").splitlines()) == 2 * len(lines)


def test_a_report_is_never_written_over_the_script(script: Script) -> None:
    """By whatever name it is called."""
    call = script("[Batch]\nLog x\n")
    call("run", "script.txt", "--json", "./script.txt").status(2).file("[Batch]\nLog x\n").tells("is the script")
    call("run", "script.txt", "--log", "no/log").status(2).tells("error: `no/log` cannot be written: no such file")


def test_a_reader_that_goes_away_does_not_end_the_run(script: Script) -> None:
    """The run goes on without that report, and says nothing of it."""
    call = script("[Batch]\nWait 0.3\nLog x\n")
    running = subprocess.Popen(
        ["sh", "-c", '"$@" | true', "sh", *PROGRAM, "run", "-q", "script.txt", "--json", "-"],
        cwd=call.folder,
        env=call.environment,
        stderr=subprocess.PIPE,
    )
    _, err = running.communicate(timeout=PATIENCE)
    assert err == b""
    assert (call.folder / "script.txt").read_text(encoding="utf-8") == "[Batch]\nWait 0.3\tOK\nLog x\tOK\n"


def test_a_signal_that_was_ignored_stays_ignored(script: Script, tmp_path: Path) -> None:
    """``nohup`` means what it says."""
    call = script("[Batch]\nDOS touch up; while [ ! -e go ]; do sleep 0.05; done\nLog x\n")
    running = subprocess.Popen(
        [*PROGRAM, "run", "script.txt"],
        cwd=call.folder,
        env=call.environment,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),  # noqa: PLW1509 -- no threads here
    )
    while not (tmp_path / "up").exists():
        assert running.poll() is None
    os.kill(running.pid, signal.SIGHUP)
    (tmp_path / "go").touch()
    assert running.wait(PATIENCE) == 0
