"""The program: its parameters in every spelling, what it says to whom, its exit status."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from setupbatcher.cli.updatejob import main
from setupbatcher.updatejob.running import journal_for
from tests.cli.harness import PROGRAM, Ended
from tests.updatejob.conftest import Bench

_COPY = "<object><source>new.txt</source><target>out.txt</target></object>"
_ONE = f"<updatejob><job><name>one job</name>{_COPY}</job></updatejob>"
_TWO = (
    f"<updatejob><job><name>a</name>{_COPY}</job>"
    "<job><name>b</name><object><source>nowhere</source><target>x</target></object></job></updatejob>"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a job file of one job, which is the working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    (tmp_path / "UpdateJob.xml").write_text(_ONE, encoding="utf-8")
    (tmp_path / "new.txt").write_text("new", encoding="utf-8")
    return tmp_path


def _call(*arguments: str) -> Ended:
    """Call the program."""
    done = subprocess.run(
        [*PROGRAM, "updatejob", *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode(), Path())


def test_without_parameters_the_default_file_is_carried_out(folder: Path) -> None:
    """What happens is told on standard error."""
    done = _call().status(0).stdout("")
    done.tells(
        "UpdateJob.xml: 1 job\n",
        "job `one job` (line 1)\n  copy new.txt to out.txt\n    1 file, 1 changed\n  done in ",
        "1 job done, 0 skipped, 0 failed\n",
    )
    assert sorted(path.name for path in folder.iterdir()) == ["UpdateJob.xml", "new.txt", "out.txt"]


@pytest.mark.parametrize("prefix", ["/", "-", "--"])
@pytest.mark.parametrize("change", [str.lower, str.upper, str.title])
def test_parameters_have_many_spellings(folder: Path, prefix: str, change: object) -> None:
    """With a slash or dashes, in any case; values keep theirs, whatever they begin with."""
    assert callable(change)
    (folder / "UpdateJob.xml").rename(folder / "-Jobs.xml")
    names = [f"{prefix}{change(name)}" for name in ("jobfile", "runjob", "silent", "workdir")]
    _call(names[0], "-Jobs.xml", names[1], "one job", names[2], names[3]).status(0).stderr("")
    assert (folder / "out.txt").exists()


def test_values_can_stand_behind_a_sign(folder: Path) -> None:
    """An equals sign, or the colon that Windows programs know; and an absolute path is a value too."""
    (folder / "UpdateJob.xml").rename(folder / "j.xml")
    for word in ("/jobfile:j.xml", "--JobFile=j.xml", f"/jobfile={folder}/j.xml"):
        _call(word).status(0)
    _call("/jobfile", str(folder / "j.xml")).status(0)


@pytest.mark.parametrize("word", ["/?", "-h", "--help", "/help"])
def test_help_is_there_in_every_spelling(folder: Path, word: str) -> None:
    """It names all parameters."""
    shown = _call(word).status(0).stderr("").out
    for name in ("jobfile", "runjob", "silent", "workdir", "check", "dry-run", "log", "json"):
        assert f"--{name}" in shown


def test_the_default_file_is_found_in_any_case_and_beside_the_program(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the working folder first."""
    beside, elsewhere = tmp_path / "program", tmp_path / "elsewhere"
    for place in (beside, elsewhere):
        place.mkdir()
        (place / "new.txt").write_text(place.name, encoding="utf-8")
    (folder / "UpdateJob.xml").rename(beside / "updatejob.XML")
    monkeypatch.setattr(sys, "argv", [str(beside / "updatejob")])
    monkeypatch.chdir(elsewhere)
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 0
    assert (beside / "out.txt").read_text(encoding="utf-8") == "program"
    (elsewhere / "UpdateJob.xml").write_text(_ONE, encoding="utf-8")
    with pytest.raises(SystemExit):
        main()
    assert (elsewhere / "out.txt").read_text(encoding="utf-8") == "elsewhere"
    monkeypatch.chdir("/")
    monkeypatch.setattr(sys, "argv", [str(elsewhere / "sub" / "updatejob")])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    assert "`UpdateJob.xml` is neither in the working folder nor beside the program" in capsys.readouterr().err


def test_relative_paths_can_start_in_the_working_folder(folder: Path) -> None:
    """As the original had it."""
    (folder / "sub").mkdir()
    (folder / "UpdateJob.xml").rename(folder / "sub" / "UpdateJob.xml")
    _call("/jobfile", "sub/UpdateJob.xml").status(1).tells("error 2: ")
    _call("/jobfile", "sub/UpdateJob.xml", "/workdir").status(0)
    assert (folder / "out.txt").exists()


def test_a_failed_job_is_an_error_with_help(folder: Path) -> None:
    """Status 1; what else was done is told, and silence keeps the status only."""
    (folder / "UpdateJob.xml").write_text(_TWO, encoding="utf-8")
    done = _call().status(1)
    done.tells(
        "job `b` (line 1)\n",
        f"error: job `b` failed with error 2: {folder}/nowhere: no such file or folder; "
        "its files are as they were before\nhelp: ",
        "1 job done, 0 skipped, 1 failed\n",
    )
    _call("/silent").status(1).stdout("").stderr("")


def test_balloons_appear_in_silence_too(folder: Path) -> None:
    """On the console, where there is no desktop."""
    balloon = "<balloon><title>Update</title><description>is\xa0on its way</description></balloon>"
    (folder / "UpdateJob.xml").write_text(f"<u><job>{balloon}</job></u>", encoding="utf-8")
    _call("/silent").status(0).stderr("Update: is on its way\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["/jobfil", "x"], "error: no such option '--jobfil'"),
        (["/jobfile"], "error: option '--jobfile' requires an argument"),
        (["UpdateJob.xml"], "error: got unexpected extra argument"),
        (["/jobfile", "x.xml"], "error[SB901]: `x.xml` cannot be read: no such file or directory"),
        (["/runjob", "two"], "error: no job is called `two`\nhelp: did you mean"),
        (["/log", "/nowhere/log"], "error: `/nowhere/log` cannot be written"),
        (["/json", "UpdateJob.xml"], "error: `UpdateJob.xml` cannot be written: it is the job file"),
    ],
)
def test_a_wrong_call_has_status_2(folder: Path, arguments: list[str], message: str) -> None:
    """Nothing runs, and with silence nothing is said."""
    (folder / "UpdateJob.xml").write_text(_ONE.replace("one job", "twoo"), encoding="utf-8")
    _call(*arguments).status(2).stdout("").tells(message)
    assert not (folder / "out.txt").exists()
    _call("/silent", *arguments).status(2).stdout("").stderr("")


def test_a_bad_job_file_has_status_2(folder: Path) -> None:
    """All of its findings are shown, in the log and as JSON too."""
    (folder / "UpdateJob.xml").write_text("<u>\n<jop/>\n<job><predelay>x</predelay></job></u>", encoding="utf-8")
    done = _call("--log", "log.txt", "--json", "-").status(2)
    done.tells("error[SB906]: unknown element `jop`", "error[SB913]: `x` is not a number of milliseconds")
    refused = json.loads(done.out)
    assert (refused["version"], refused["event"]) == (1, "refused")
    assert [(found["code"], found["line"]) for found in refused["findings"]] == [("SB906", 2), ("SB913", 3)]
    assert "UpdateJob.xml:2:2: error[SB906]: unknown element `jop` in `u`\n" in (folder / "log.txt").read_text("utf-8")


def test_a_check_runs_nothing(folder: Path) -> None:
    """Findings go to standard output, in the form that is wished; a warning alone is no error."""
    _call("/check").status(0).stdout("").stderr("UpdateJob.xml: Job file OK.\n")
    assert not (folder / "out.txt").exists()
    (folder / "UpdateJob.xml").write_text("<u><job><conditioned>c</conditioned></job></u>", encoding="utf-8")
    done = _call("/check", "--format", "concise").status(0).stderr("UpdateJob.xml: 1 warning\n")
    done.stdout("UpdateJob.xml:1:22: warning[SB914]: no condition is called `c`; the job fails when it is reached\n")
    (folder / "UpdateJob.xml").write_text("<u><x/></u>", encoding="utf-8")
    assert "  |     ^\n" in _call("--check").status(2).out
    (found,) = json.loads(_call("--check", "--format", "json", "/silent").status(2).stderr("").out)["findings"]
    assert (found["code"], found["line"], found["column"], found["end_column"]) == ("SB906", 1, 5, 6)


def test_a_dry_run_does_nothing(folder: Path) -> None:
    """It says what would be done."""
    _call("--dry-run").status(0).tells("dry run, 1 job\n", "  would copy `new.txt` to `out.txt`\n")
    assert not (folder / "out.txt").exists()


def test_the_log_and_the_events_tell_in_silence(folder: Path) -> None:
    """The log is continued, the file of events is written anew."""
    (folder / "UpdateJob.xml").write_text(_TWO, encoding="utf-8")
    for _ in range(2):
        _call("/silent", "/log", "log.txt", "/json", "events.txt").status(1)
    log = (folder / "log.txt").read_text(encoding="utf-8").splitlines()
    assert sum("  2 jobs" in line or "UpdateJob.xml: 2 jobs" in line for line in log) == 2
    assert any("job `b` failed with error 2: " in line for line in log)
    events = [json.loads(line) for line in (folder / "events.txt").read_text(encoding="utf-8").splitlines()]
    assert [event["event"] for event in events] == [
        "began", "job_began", "object_began", "object_done", "job_done", "job_began", "object_began", "job_failed",
        "ended",
    ]  # fmt: skip
    assert {event["version"] for event in events} == {1}
    assert (events[2]["action"], events[7]["code"], events[7]["undone"]) == ("copy", 2, True)
    assert (events[8]["done"], events[8]["failed"]) == (1, 1)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_job_is_taken_back(folder: Path, number: signal.Signals, status: int) -> None:
    """The status says by whom it was ended."""
    _many(folder)
    before = sorted(folder.rglob("*"))
    process = _at(b"  copy many to copy\n")
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == status, err
    assert sorted(folder.rglob("*")) == before
    assert b"interrupted" in err


def test_a_killed_job_is_taken_back_by_the_next_start(folder: Path) -> None:
    """Before anything else, and whatever the next start is to do."""
    _many(folder)
    before = sorted(folder.rglob("*"))
    process = _at(b"  copy many to copy\n")
    process.kill()
    process.communicate()
    assert journal_for(folder / "UpdateJob.xml").exists()
    _call("/runjob", "nothing").status(0).tells(
        "warning: an earlier run had died; the files of its job are as they were"
    )
    assert sorted(folder.rglob("*")) == before


def test_two_at_once_exclude_each_other(folder: Path) -> None:
    """The second one leaves with status 3, also while the first one only waits."""
    (folder / "UpdateJob.xml").write_text("<u><job><predelay>60000</predelay></job></u>", encoding="utf-8")
    process = _at(b"  waiting 60000 ms\n")
    _call().status(3).tells("error: another updatejob is at work on UpdateJob.xml\nhelp: ")
    process.terminate()
    process.communicate()


def test_a_job_file_that_cannot_be_written_beside(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal goes to the user's own folder, one for each job file."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(os, "access", lambda path, _: not str(path).startswith(str(bench.folder)))
    one, other = journal_for(bench.job_file), journal_for(bench.folder / "sub" / "UpdateJob.xml")
    assert one.parent == tmp_path / "state" / "setupbatcher"
    assert one != other


def _many(folder: Path) -> None:
    """Much to do, and a job with nothing to do."""
    for number in range(3000):
        path = folder / "many" / str(number % 20) / str(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    objects = _COPY + "<object><source>many</source><target>copy</target></object>"
    text = f"<u><job><name>much</name>{objects}</job><job><name>nothing</name></job></u>"
    (folder / "UpdateJob.xml").write_text(text, encoding="utf-8")


def _at(said: bytes) -> subprocess.Popen[bytes]:
    """The program, when it has said something."""
    process = subprocess.Popen([*PROGRAM, "updatejob"], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    assert any(line == said for line in process.stderr)
    return process


def test_a_check_imports_no_event_loop(folder: Path) -> None:
    """Nor anything else that only a run needs."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "setupbatcher", "updatejob", "--check"],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert {"setupbatcher", "defusedxml"} <= imported
    assert not imported & {"asyncio", "asyncssh", "pefile", "psutil", "rich", "smbclient", "Xlib"}
