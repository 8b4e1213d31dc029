"""The console report."""

from __future__ import annotations

import asyncio
import contextlib
import os
from dataclasses import replace
from io import StringIO
from itertools import islice

from setupbatcher import events
from setupbatcher.diagnostics import Diagnostic
from setupbatcher.reports.activity import Activity
from setupbatcher.reports.console import Console, Manner
from setupbatcher.reports.region import Region
from setupbatcher.text import Span
from tests.reports.fleet import Fleet
from tests.reports.scripts import AT_END, DOCUMENT, ERROR, IN_LOOP, LOOP, RENAME, STARTED, Clock

_LOUD = Manner(progress=True)


def _told(manner: Manner, *happened: events.Event) -> str:
    """What is shown of events that follow the start of a run."""
    out = StringIO()
    console = Console(out, out, script="script.txt", resume="setupbatcher run script.txt", manner=manner)
    console(STARTED)
    out.truncate(0)
    out.seek(0)
    for event in happened:
        console(event)
    return out.getvalue()


def test_progress_names_machine_data_row_and_time() -> None:
    """A heading for a machine, a line for a command; what changed nothing is said to."""
    done = events.CommandDone(IN_LOOP, "DOS rename %col1|sh%", "web2", 75.2)
    quick = events.CommandDone(AT_END, "Log end", "web1", 0.04, changed=False)
    noted = events.CommandDone(AT_END, "Log end", "web1", 12.0, note="3 files")
    shown = _told(_LOUD, events.MachineStarted(2, "web2", True, 1, 2), RENAME, done, quick, noted)  # noqa: FBT003
    assert shown == (
        "web2 (1 of 2), goes on where it stopped\n"
        "1 min 15 s  DOS rename %col1|sh%  [row 1: old two]\n"
        "    0.0 s  Log end  (unchanged)\n"
        "     12 s  Log end  (3 files)\n"
    )


def test_without_progress_only_what_matters_is_shown() -> None:
    """Commands that are done, output and log lines are not."""
    quiet = (RENAME, events.Output(IN_LOOP, "x\n"), events.Said(IN_LOOP, "y"), events.CommandDone(IN_LOOP, "z"))
    assert _told(Manner(), *quiet) == ""


def test_an_error_is_shown_when_it_stands() -> None:
    """With the place, the data row, the machine, the output and how to go on."""
    assert _told(Manner(), RENAME, ERROR) == ""
    assert _told(Manner(), RENAME, ERROR, events.CommandFailed(IN_LOOP, 5, "web2")) == (
        "error[5]: access denied\n"
        "  --> script.txt:9:2\n"
        "   |\n"
        " 9 |  DOS rename %col1|sh%\n"
        "   |  ^^^^^^^^^^^^^^^^^^^^\n"
        "note: with data row 1\n"
        "  --> script.txt:14:1\n"
        "   |\n"
        "14 | old two,OK\n"
        "   | ----------\n"
        "machine: web2\n"
        "output:\n"
        "  | one\n"
        "  | two\n"
        "help: check the rights\n"
        "help: then go on here with `setupbatcher run script.txt`\n"
    )


def test_an_ignored_error_is_one_line() -> None:
    """An ignored one of a condition as well, which has no end of its own."""
    line = "ignored[5]: access denied: web2: DOS rename %col1|sh%  [row 1: old two]\n"
    assert _told(Manner(), RENAME, ERROR, events.CommandDone(IN_LOOP, ignored=5)) == line
    assert _told(Manner(), RENAME, ERROR, events.BranchDecided(IN_LOOP, (2,), None)) == line
    assert _told(Manner(quiet=True), RENAME, ERROR, events.CommandDone(IN_LOOP, ignored=5)) == ""


def test_a_retry_is_one_line_of_progress() -> None:
    """It says how many are left."""
    shown = _told(_LOUD, RENAME, replace(ERROR, retry=2))
    assert shown == "           error 5: access denied; tried again, 2 tries left\n"


def test_errors_of_two_machines_do_not_mix() -> None:
    """Each waits for its own end."""
    other = replace(ERROR, place=AT_END, message="in use")
    shown = _told(
        Manner(), ERROR, other, events.CommandFailed(AT_END, 32, "web1"), events.CommandDone(IN_LOOP, ignored=5)
    )
    assert shown.index("error[5]: in use") < shown.index("ignored[5]: access denied")


def test_unreachable_machines_are_errors() -> None:
    """Also where only errors are shown."""
    event = events.MachineUnreachable(1, "web1", 1460, "no answer", "look after it")
    shown = "unreachable[1460]: web1: no answer\nhelp: look after it\n"
    assert _told(Manner(), event) == shown
    assert _told(Manner(quiet=True), event) == shown


def test_the_summary_counts() -> None:
    """What is done, what is not, and how to go on if nothing has said so yet."""
    row = events.RowDone(IN_LOOP, LOOP, None)
    ended = events.RunEnded(done=1, unreachable=1, left=1, status=1, seconds=3725.0)
    assert _told(Manner(), row, ended) == (
        "Stopped: 1 of 2 machines done, 1 unreachable, 1 data row, 1 h 02 min\n"
        "help: go on with `setupbatcher run script.txt`\n"
    )
    assert _told(Manner(), events.RunEnded(done=2, seconds=42.0)) == "Done: 2 machines, 42 s\n"
    assert _told(Manner(quiet=True), ended) == ""


def test_secrets_in_the_script_are_not_shown() -> None:
    """An excerpt with a password in it masks it."""
    at = DOCUMENT.text.index("Machines.Password")
    shown = _told(Manner(), events.Warned(Diagnostic("SB504", "look here", Span(at, at + 8)), DOCUMENT))
    assert "look here" in shown
    assert "topsecret" not in shown


def test_control_characters_do_not_reach_the_terminal() -> None:
    """Of output neither."""
    shown = _told(Manner(progress=True, output=True), events.Output(IN_LOOP, "a\x1b[31mb\r\nc\n"))
    assert shown == "           | a\\x1b[31mb\n           | c\n"


def test_colours_are_added_to_the_same_text() -> None:
    """They are the sequences of the sixteen colours."""
    done = events.CommandDone(AT_END, "Log end", "web1", 0.0)
    assert _told(Manner(progress=True, colour=True), done) == "\x1b[32m    0.0 s\x1b[0m  Log end\n"


async def test_a_silent_command_is_named_with_its_age() -> None:
    """Again when it is silent for as long again; not after output, not while a person is asked."""
    clock, out = Clock(), StringIO()
    console = Console(out, out, script="script.txt", resume="", activity=Activity(clock))
    console(STARTED)
    console(RENAME)

    async def at(now: float) -> str:
        clock.now = now
        return await _watched(console, out)

    line = "web2: DOS rename %col1|sh%  [row 1: old two]\n"
    assert await at(59) == ""
    assert await at(61) == f"no output yet after 1 min 01 s: {line}"
    assert await at(90) == ""
    assert await at(121) == f"no output yet after 2 min 01 s: {line}"
    console(events.Output(IN_LOOP, "x\n"))
    assert await at(180) == ""
    console.ask()
    assert await at(500) == ""
    console.answered()
    assert await at(559) == ""
    assert await at(561) != ""
    console(events.CommandDone(IN_LOOP))
    assert await at(1000) == ""


async def _watched(console: Console, out: StringIO) -> str:
    """What is shown while the console is watched for a moment."""
    out.truncate(0)
    out.seek(0)
    watching = asyncio.create_task(console.watch(pause=0))
    for _ in range(5):
        await asyncio.sleep(0)
    watching.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watching
    return out.getvalue()


def test_with_several_machines_at_work_each_line_names_its_own() -> None:
    """Where there is no live display: on a pipe, or with every command and its output."""
    out = StringIO()
    console = Console(out, out, script="s", resume="", manner=Manner(progress=True, output=True))
    console(replace(STARTED, parallel=2))
    console(RENAME)
    console(events.Output(IN_LOOP, "x\n"))
    console(events.CommandDone(AT_END, "Log end", "web1", 0.0))
    assert out.getvalue().splitlines()[1:] == ["           web2: | x", "    0.0 s  web1: Log end"]


def test_five_thousand_machines_that_fail_are_told_calmly() -> None:
    """On a pipe: a few in full, some lines, and how many more there were."""
    out = StringIO()
    console = Console(out, out, script="setup.txt", resume="setupbatcher run setup.txt")
    for event in Fleet(5000, 50, failing=2, unreachable=3):
        console(event)
    lines = out.getvalue().splitlines()
    assert len(lines) < 150
    assert sum(line.startswith("error[100]: exit status 100: web") for line in lines) > 0
    left_out = next(line for line in lines if line.startswith("… and "))
    assert int(left_out.split()[2]) > 3000
    assert lines[-2].startswith("Stopped: ")


def test_a_live_display_replaces_the_lines_of_commands() -> None:
    """Errors scroll by above it, and at the end it is gone."""
    out = StringIO()
    region = Region(out, lambda: os.terminal_size((80, 24)))
    manner = Manner(progress=True, live=True)
    console = Console(region, out, script="s", resume="r", manner=manner, activity=Activity(Clock()))
    run = list(Fleet(20, 5, failing=7))
    for event in run[:-1]:
        console(event)
    assert "Dir.Create /srv/app\n" not in out.getvalue()
    assert "machine: web0007\n" in out.getvalue()
    console(run[-1])
    assert out.getvalue().endswith("Stopped: 18 of 20 machines done, 2 failed, 9.0 s\n")


async def test_a_live_display_is_drawn_ten_times_a_second_at_the_most() -> None:
    """Events alone draw nothing, however many there are."""
    out = StringIO()
    region = Region(out, lambda: os.terminal_size((80, 24)))
    console = Console(region, out, script="s", resume="r", manner=Manner(live=True), activity=Activity(Clock()))
    for event in list(Fleet(200, 20))[:-1]:
        console(event)
    assert "%" not in out.getvalue().replace("%Machine%", "")
    assert "100 %" in await _watched(console, out)


def test_a_dry_run_has_no_live_display() -> None:
    """Its sentences are its result."""
    out = StringIO()
    region = Region(out, lambda: os.terminal_size((80, 24)))
    console = Console(region, out, script="s", resume="r", manner=Manner(progress=True, live=True))
    console(replace(STARTED, parallel=9, dry=True))
    console(events.Said(AT_END, "would log: end"))
    assert "would log: end" in out.getvalue()


async def test_many_silent_commands_are_named_calmly() -> None:
    """Some by name, the others by their number."""
    clock, out = Clock(), StringIO()
    console = Console(out, out, script="s", resume="", activity=Activity(clock))
    for event in islice(Fleet(100, 50), 200):
        console(event)
    clock.now = 100.0
    shown = (await _watched(console, out)).splitlines()
    assert len(shown) == 6
    assert shown[0].startswith("no output yet after 1 min 40 s: web")
    assert shown[5].startswith("no output yet of ")


def test_auto_retry_says_when_a_machine_is_tried_again() -> None:
    """On a terminal; on a pipe its errors are enough."""
    left = events.MachineLeft(2, "web2", 5, 2, 1, again=300.0)
    assert _told(_LOUD, left) == "web2: tried again in 5 min 00 s\n"
    assert _told(Manner(), left) == ""
    assert _told(_LOUD, replace(left, again=None)) == ""
