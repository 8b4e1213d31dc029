"""The reports that go into files: JSON lines, the log, and what is kept for a support bundle."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO

from setupbatcher import events
from setupbatcher.diagnostics import Diagnostic
from setupbatcher.reports.jsonl import JsonLines
from setupbatcher.reports.recent import Recent
from setupbatcher.reports.several import Report, Several
from setupbatcher.reports.textlog import TextLog
from setupbatcher.script.filling import Filling
from setupbatcher.script.labels import DATA_FILES
from setupbatcher.text import Span
from tests.reports.scripts import AT_END, BATCH, DOCUMENT, ERROR, IN_LOOP, LOOP, RENAME, STARTED

_FINDING = Diagnostic("SB504", "look here", Span(0, 3))

_ALL: tuple[events.Event, ...] = (
    events.Said(None, "Basic syntax check OK."),
    events.Warned(_FINDING, DOCUMENT),
    STARTED,
    events.ScanStarted(2),
    events.MachineUnreachable(1, "web1", 1460, "no answer", "look after it"),
    events.ScanDone(1, 1),
    events.SectionStarted(BATCH),
    events.MachineStarted(2, "web2", False, 1, 1),  # noqa: FBT003 -- the event's own order
    RENAME,
    events.Output(IN_LOOP, "one\r\ntwo\n"),
    replace(ERROR, retry=1),
    ERROR,
    events.CommandFailed(IN_LOOP, 5, "web2"),
    events.BranchDecided(AT_END, (4,), 4),
    events.BranchDecided(AT_END, (4,), None),
    events.CommandDone(AT_END, "Log end", "web1", 0.0, changed=False),
    events.CommandDone(AT_END, "Log end", "web1", 1.0, ignored=7),
    events.RowDone(IN_LOOP, LOOP, None),
    events.MachineDone(1, "web1", True),  # noqa: FBT003 -- as above
    events.MachineStopped(2, "web2", 5, IN_LOOP),
    events.MachineLeft(2, "web2", 5, 2, 1),
    events.Notice("somebody edited the script", "look at it"),
    events.RunEnded(done=1, failed=1, status=1, seconds=2.0),
)


def _noon() -> datetime:
    return datetime(2026, 1, 2, 12, 0, 0, 5000, tzinfo=UTC)


def test_every_event_is_an_object_of_plain_values() -> None:
    """With version, time and name; places are spelled as people do."""
    out = StringIO()
    report = JsonLines(out, "script.txt", _noon)
    for event in _ALL:
        report(event)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert len(lines) == len(_ALL)
    assert all(list(line)[:3] == ["version", "time", "event"] for line in lines)
    assert lines[1]["finding"]["code"] == "SB504"
    assert lines[2] == {
        "version": 1,
        "time": "2026-01-02T12:00:00.005+00:00",
        "event": "run_started",
        "script": "script.txt",
        "machines": 2,
        "dry": False,
        "parallel": 1,
        "undo": False,
    }
    assert lines[8] == {
        "version": 1,
        "time": "2026-01-02T12:00:00.005+00:00",
        "event": "command_started",
        "place": {
            "section": "[Batch]",
            "line": 2,
            "machine": 2,
            "rows": [{"section": "[Data]", "row": 1}],
            "calls": [],
        },
        "text": "DOS rename %col1|sh%",
        "machine": "web2",
        "number": 0,
    }
    assert lines[17]["loop"] == {"section": "[Data]", "row": 1}
    assert lines[13]["heads"] == [4]


def test_the_log_tells_everything_in_order() -> None:
    """One line each, with a time stamp."""
    out = StringIO()
    report = TextLog(out, "script.txt", _noon)
    for event in _ALL:
        report(event)
    stamp = "2026-01-02 12:00:00.005+00:00  "
    lines = out.getvalue().splitlines()
    assert all(line.startswith(stamp) for line in lines)
    assert [line.removeprefix(stamp) for line in lines] == [
        "Basic syntax check OK.",
        "script.txt:1:1: warning[SB504]: look here",
        "run of script.txt, 2 machines",
        "contacting 2 machines",
        "web1: unreachable, error 1460: no answer; look after it",
        "1 machine reached, 1 unreachable",
        "[Batch]",
        "web2: begins, 1 of 1",
        "web2: [Batch] 2 row 1: DOS rename %col1|sh%",
        "web2: [Batch] 2 row 1: | one",
        "web2: [Batch] 2 row 1: | two",
        "web2: [Batch] 2 row 1: error 5: access denied; tried again, 1 try left; check the rights",
        "web2: [Batch] 2 row 1: error 5: access denied; check the rights",
        "web1: [Batch] 4: this branch is taken",
        "web1: [Batch] 4: no branch is taken",
        "web1: [Batch] 4: unchanged in 0.0 s",
        "web1: [Batch] 4: error 7 ignored in 1.0 s",
        "[Data] row 1: done",
        "web1: all done",
        "web2: stopped with error 5",
        "web2: left, on to the next machine",
        "somebody edited the script; look at it",
        "Stopped: 1 of 2 machines done, 1 failed, 1 data row, 2.0 s",
    ]


def test_data_files_are_named_in_the_log() -> None:
    """When they are found, and when work on one begins or goes on."""
    out = StringIO()
    report = TextLog(out, "script.txt", _noon)
    report(events.FilesFound("$GetDataFiles in,*.csv", 2, Filling(DATA_FILES, ("in/a.csv", "in/b.csv"))))
    report(events.FileStarted("in/a.csv", 1, 2, resumed=False))
    report(events.FileStarted("in/b.csv", 2, 2, resumed=True))
    assert [line.partition("  ")[2] for line in out.getvalue().splitlines()] == [
        "$GetDataFiles in,*.csv: 2 files found",
        "in/a.csv: begins, 1 of 2",
        "in/b.csv: goes on, 2 of 2",
    ]


def test_the_last_events_are_kept_with_the_beginning() -> None:
    """However long the run was."""
    recent = Recent("script.txt")
    recent(STARTED)
    for number in range(3000):
        recent(events.Said(IN_LOOP, f"line {number}"))
    lines = recent.text().splitlines()
    assert len(lines) == 2001
    assert lines[0].endswith("run of script.txt, 2 machines")
    assert lines[1].endswith("web2: [Batch] 2 row 1: line 1000")
    assert recent.document is DOCUMENT


def test_a_report_that_cannot_be_written_is_left_out() -> None:
    """The others and the run go on."""
    out = StringIO()
    lost: list[tuple[Report, str]] = []

    class Full(StringIO):
        def write(self, _: str) -> int:
            raise OSError(28, "No space left on device")

    broken, sound = TextLog(Full(), "script.txt"), TextLog(out, "script.txt", _noon)
    reports = Several([broken, sound], lambda report, error: lost.append((report, error.strerror or "")))
    reports(STARTED)
    reports.refused([_FINDING], DOCUMENT)
    assert lost == [(broken, "No space left on device")]
    assert len(out.getvalue().splitlines()) == 2
