"""The flow commands and switches, as scripts with what they do and what they leave in the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import pytest

from setupbatcher import events
from setupbatcher.engine import step
from setupbatcher.run import InFlightPolicy, OnError, Options, Refused, status
from tests.laboratory import LEDGER, Laboratory, done_names, fail, interrupt_here, kill


@dataclass(frozen=True)
class Case:
    """A script, its faults, and the outcome; ``|`` stands for a TAB in front of a marker."""

    before: str
    after: str
    ledger: str
    status: int = 0
    faults: dict[int, Callable[[str], None]] = field(default_factory=dict)
    options: Options = field(default_factory=Options)


CASES = {
    "Stop ends the script as done": Case(
        "[Batch]\nLab.Do a\nStop\nLab.Do b\n", "[Batch]\nLab.Do a|OK\nStop|OK\nLab.Do b\n", "a"
    ),
    "a script that is stopped has nothing left to do": Case(
        "[Batch]\nLab.Do a|OK\nStop|OK\nLab.Do b\n", "[Batch]\nLab.Do a|OK\nStop|OK\nLab.Do b\n", ""
    ),
    "Stop ends one machine, the next goes on": Case(
        "[Machines]\nm1|Local\nm2|Local\n[Batch]\nLab.Do a\nIf %Machine% = m1\nStop\nEndIf\nLab.Do b\n",
        "[Machines]\nm1|Local||OK-AllDone\nm2|Local||OK-AllDone\n[Batch]\nLab.Do a\nIf %Machine% = m1\nStop\nEndIf\n"
        "Lab.Do b\n",
        "a a b",
    ),
    "Stop with a number ends the run with that status": Case(
        "[Machines]\nm1|Local\nm2|Local\n[Batch]\nLab.Do a\nStop 7\n[OnError]\nLab.Do sorry\n",
        "[Machines]\nm1|Local||7-2\nm2|Local\n[Batch]\nLab.Do a|OK\nStop 7|7\n[OnError]\nLab.Do sorry\n",
        "a",
        7,
    ),
    "Fail is an ordinary error": Case(
        "[Batch]\nFail 1603,it is broken\nLab.Do b\n[OnError]\nLab.Do sorry-%LastErrorCode%\nLab.Do %LastError%\n",
        "[Batch]\nFail 1603,it is broken|1603\nLab.Do b\n"
        "[OnError]\nLab.Do sorry-%LastErrorCode%|OK\nLab.Do %LastError%|OK\n",
        "sorry-1603 it is broken",
        1,
    ),
    "an error in [OnError] ends it": Case(
        "[Batch]\nFail 5\n[OnError]\nLab.Do a|5\nFail 6\nLab.Do b|OK\n",
        "[Batch]\nFail 5|5\n[OnError]\nLab.Do a|OK\nFail 6|6\nLab.Do b\n",
        "a",
        1,
    ),
    "an error in [Init] runs [OnError], and no machine": Case(
        "[Machines]\nm1|Local\n[Init]\nFail 5\n[Batch]\nLab.Do a\n[OnError]\nLab.Do sorry\n",
        "[Machines]\nm1|Local\n[Init]\nFail 5|5\n[Batch]\nLab.Do a\n[OnError]\nLab.Do sorry|OK\n",
        "sorry",
        1,
    ),
    "$i ignores the error of its row": Case(
        "[Batch]\n$i Fail 5\nLab.Do %LastErrorCode%\nLab.Do %LastErrorCode%\n",
        "[Batch]\n$i Fail 5|OK(5)\nLab.Do %LastErrorCode%|OK\nLab.Do %LastErrorCode%|OK\n",
        "5 0",
    ),
    "the code of an ignored error is known after a resume": Case(
        "[Batch]\n$i Fail 5|OK(5)\nLab.Do %LastErrorCode%\n",
        "[Batch]\n$i Fail 5|OK(5)\nLab.Do %LastErrorCode%|OK\n",
        "5",
    ),
    "IgnoreErrors ignores every error": Case(
        "[Settings]\nBatchSettings.IgnoreErrors=Yes\n[Batch]\nFail 5\nLab.Do a\n",
        "[Settings]\nBatchSettings.IgnoreErrors=Yes\n[Batch]\nFail 5|OK(5)\nLab.Do a|OK\n",
        "a",
    ),
    "$r tries again": Case(
        "[Batch]\n$r(2) Lab.Do a\n", "[Batch]\n$r(2) Lab.Do a|OK\n", "a", 0, {0: fail(5), 1: fail(6)}
    ),
    "$r gives up": Case(
        "[Batch]\n$r(1) Lab.Do a\n", "[Batch]\n$r(1) Lab.Do a|6\n", "", 1, {0: fail(5), 1: fail(6), 2: fail(7)}
    ),
    "$t ends a command that takes too long": Case(
        "[Batch]\n$t(0.2) DOS sleep 30\n", "[Batch]\n$t(0.2) DOS sleep 30|1460\n", "", 1
    ),
    "CommandTimeout is the limit of every command": Case(
        "[Settings]\nBatchSettings.CommandTimeout=0.2\n[Batch]\nRun sleep,30\n",
        "[Settings]\nBatchSettings.CommandTimeout=0.2\n[Batch]\nRun sleep,30|1460\n",
        "",
        1,
    ),
    "the branch that is taken is marked, the others are not taken": Case(
        "[Batch]\nSet n,1.10\nIf %n% < 1.9\nLab.Do a\nElseIf %n% > 1.9\nLab.Do b\nElse\nLab.Do c\nEndIf\nLab.Do d\n",
        "[Batch]\nSet n,1.10|OK\nIf %n% < 1.9|-\nLab.Do a\nElseIf %n% > 1.9|OK\nLab.Do b|OK\nElse|-\nLab.Do c\nEndIf\n"
        "Lab.Do d|OK\n",
        "b d",
    ),
    "a decision is never made twice": Case(
        "[Settings]\nN=2\n[Batch]\nIf %N% = 1|OK\nLab.Do a\nElse|-\nLab.Do b\nEndIf\n",
        "[Settings]\nN=2\n[Batch]\nIf %N% = 1|OK\nLab.Do a|OK\nElse|-\nLab.Do b\nEndIf\n",
        "a",
    ),
    "a condition that cannot be decided is an error of its row": Case(
        "[Settings]\nN=(\n[Batch]\nIf x matches %N%\nLab.Do a\nEndIf\n",
        "[Settings]\nN=(\n[Batch]\nIf x matches %N%|87\nLab.Do a\nEndIf\n",
        "",
        1,
    ),
    "Data.NextLoop leaves the row as done": Case(
        "[Settings]\nBatchSettings.MarkerCol=2\n[Batch]\nData.Loop\nIf %col1% = b\nData.NextLoop\nEndIf\n"
        "Lab.Do %col1%\nData.EndLoop\n[Data]\na\nb\n\nc\n",
        "[Settings]\nBatchSettings.MarkerCol=2\n[Batch]\nData.Loop|OK\nIf %col1% = b\nData.NextLoop\nEndIf\n"
        "Lab.Do %col1%\nData.EndLoop\n[Data]\na\nb\n\nc\n",
        "a c",
    ),
    "the rows of a loop are counted from 0, the blank ones and the header too": Case(
        "[Settings]\nBatchSettings.MarkerCol=2\nBatchSettings.DataHeader=Yes\n[Batch]\nData.Loop\nLab.Do %Name%-%Row%\n"
        "Data.EndLoop\n[Data]\nname\n\na\nb\n",
        "[Settings]\nBatchSettings.MarkerCol=2\nBatchSettings.DataHeader=Yes\n[Batch]\nData.Loop|5-3\n"
        "Lab.Do %Name%-%Row%|5\nData.EndLoop\n[Data]\nname\n\na,OK\nb\n",
        "a-2",
        1,
        {1: fail(5)},
    ),
    "Call runs a subsection, whose markers go when it returns": Case(
        "[Batch]\nCall Greet\nLab.Do b\n[Sub Greet]\nLab.Do hello\nLab.Do again\n",
        "[Batch]\nCall Greet|OK\nLab.Do b|OK\n[Sub Greet]\nLab.Do hello\nLab.Do again\n",
        "hello again b",
    ),
    "an error in a subsection stands on the row, on the call and on the loop": Case(
        "[Settings]\nBatchSettings.MarkerCol=2\n[Machines]\nm1|Local\n[Batch]\nData.Loop\nCall Greet\nData.EndLoop\n"
        "[Sub_Greet_Begin]\nLab.Do hello\nLab.Do %col1%\n[Sub_Greet_End]\n[Data]\na\nb\n",
        "[Settings]\nBatchSettings.MarkerCol=2\n[Machines]\nm1|Local||5-2\n[Batch]\nData.Loop|5-1\nCall Greet|5\n"
        "Data.EndLoop\n[Sub_Greet_Begin]\nLab.Do hello|OK\nLab.Do %col1%|5\n[Sub_Greet_End]\n[Data]\na,OK\nb\n",
        "hello a hello",
        1,
        {3: fail(5)},
    ),
    "a call in flight goes on where it stopped": Case(
        "[Settings]\nBatchSettings.MarkerCol=2\n[Machines]\nm1|Local||5-2\n[Batch]\nData.Loop|5-1\nCall Greet|5\n"
        "Data.EndLoop\n[Sub_Greet_Begin]\nLab.Do hello|OK\nLab.Do %col1%|5\n[Sub_Greet_End]\n[Data]\na,OK\nb\n",
        "[Settings]\nBatchSettings.MarkerCol=2\n[Machines]\nm1|Local||OK-AllDone\n[Batch]\nData.Loop\nCall Greet\n"
        "Data.EndLoop\n[Sub_Greet_Begin]\nLab.Do hello\nLab.Do %col1%\n[Sub_Greet_End]\n[Data]\na\nb\n",
        "b",
    ),
    "$c runs its subsection first, also when a resume begins at the row": Case(
        "[Batch]\nLab.Do a|OK\n$c(Get) Lab.Do %found%|5\n[Sub Get]\nDOS echo x\nSet found,%LastOutput%\n",
        "[Batch]\nLab.Do a|OK\n$c(Get) Lab.Do %found%|OK\n[Sub Get]\nDOS echo x\nSet found,%LastOutput%\n",
        "x",
    ),
    "xData.Loop works on its own section": Case(
        "[Settings]\nBatchSettings.MarkerCol2=2\nBatchSettings.Delimiter2=SEMICOLON\n[Batch]\nxData.Loop 2\n"
        "Lab.Do %col1%\nxData.EndLoop\n[Data2]\na,1\nb;\n",
        "[Settings]\nBatchSettings.MarkerCol2=2\nBatchSettings.Delimiter2=SEMICOLON\n[Batch]\nxData.Loop 2|5-1\n"
        "Lab.Do %col1%|5\nxData.EndLoop\n[Data2]\na,1;OK\nb;\n",
        "a,1",
        1,
        {1: fail(5)},
    ),
    "MarkersAutoRemove starts from the beginning whatever was": Case(
        "[Settings]\nBatchSettings.MarkersAutoRemove=Yes\n[Batch]\nLab.Do a|OK\nLab.Do b|5\n",
        "[Settings]\nBatchSettings.MarkersAutoRemove=Yes\n[Batch]\nLab.Do a|OK\nLab.Do b|OK\n",
        "a b",
    ),
    "a dry run does nothing": Case(
        "[Batch]\nLab.Do a\nDOS echo x\n", "[Batch]\nLab.Do a\nDOS echo x\n", "", options=Options(dry_run=True)
    ),
    "without an answer a prompt fails at once": Case(
        "[Batch]\nPrompt who,Who is there?\nLab.Do %who%\n",
        "[Batch]\nPrompt who,Who is there?|1223\nLab.Do %who%\n",
        "",
        1,
    ),
    "--set answers a prompt": Case(
        "[Batch]\nPrompt who,Who is there?\nLab.Do %who%\n",
        "[Batch]\nPrompt who,Who is there?|OK\nLab.Do %who%|OK\n",
        "me",
        options=Options(given={"WHO": "me"}),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_flow_of_a_script(case: Case, tmp_path: Path) -> None:
    """What is done, in which order, and what the file says afterwards."""
    lab = Laboratory(tmp_path / "script.txt")
    lab.write(case.before.replace("|", "\t"))
    LEDGER.done.clear()
    with mock.patch.object(step, "RETRY_PAUSE", 0):
        status = lab.run(case.options, faults=case.faults)
    assert lab.text == case.after.replace("|", "\t")
    assert status == case.status
    assert " ".join(done_names(LEDGER.done)) == case.ledger


def test_what_was_in_flight_is_run_again_or_counted_as_done(tmp_path: Path) -> None:
    """After a crash the command in flight is known, and --in-flight says what becomes of it."""
    script = "[Machines]\nm1\tLocal\n[Batch]\nLab.Do a\nLab.Do b\nLab.Do c\n"
    lab = Laboratory(tmp_path / "script.txt")
    for policy, ledger in ((InFlightPolicy.RERUN, "a b c"), (InFlightPolicy.SKIP, "a c")):
        lab.write(script)
        LEDGER.done.clear()
        assert lab.run(faults={1: kill}) == -9
        (entry,) = status(lab.path).in_flight
        assert (entry.machine, entry.line, entry.text) == ("m1", 2, "Lab.Do b")
        with pytest.raises(Refused) as refused:
            lab.run(Options(in_flight=InFlightPolicy.STOP))
        assert refused.value.findings[0].code == "SB709"
        assert lab.run(Options(in_flight=policy)) == 0
        assert " ".join(done_names(LEDGER.done)) == ledger
        assert lab.text == script.replace("Local", "Local\t\tOK-AllDone")


def test_the_output_of_a_secret_is_masked(tmp_path: Path) -> None:
    """A password that was made never appears in an event, wherever a program writes it."""
    lab = Laboratory(tmp_path / "script.txt")
    lab.write('[Batch]\nSet p,RandomPassword(20)\nRun printf,%p%\n$i Run sh,-c,"echo %p% >&2; exit 3"\n[Variables]\n')
    assert lab.run() == 0
    said = [event for event in lab.heard if isinstance(event, events.Output | events.CommandError)]
    assert [getattr(event, "text", None) or getattr(event, "message", "") for event in said] == [
        "***",
        "***\n",
        "exit status 3: ***",
    ]
    assert lab.text.endswith("[Variables]\n")


def test_an_interrupt_waits_for_the_command_in_flight(tmp_path: Path) -> None:
    """The command goes on to its end and is marked, the next one is not begun."""
    lab = Laboratory(tmp_path / "script.txt")
    lab.write("[Batch]\nLab.Do a\nLab.Do b\n")
    LEDGER.done.clear()
    assert lab.run(Options(on_error=OnError.STOP), faults={0: interrupt_here}) == 130
    assert (lab.text, done_names(LEDGER.done)) == ("[Batch]\nLab.Do a\tOK\nLab.Do b\n", ["a"])
