"""``Prompt.Password``: asked for, masked everywhere, kept nowhere, and asked for again on a resume."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from setupbatcher import events
from setupbatcher.engine.questions import Nobody
from setupbatcher.run import OnError, Options, Run, check
from tests.laboratory import LEDGER, Killed, _no_goodbye, fail, kill

PASSWORD = 'it\'s 50% & "more"'

SCRIPT = """\
[Batch]
Prompt.Password Pw,Password of the database
Set Copy,<%Pw|sh%>
Lab.Do a
Log %Pw% %Copy% %Pw|json% %Pw|url% %Pw|upper%
DOS echo %Pw|sh%; echo %Pw|sh% >&2
Lab.Do %Copy%
[Variables]
"""


class Somebody(Nobody):
    """Answers questions for passwords."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def secret(self, question: str) -> str:
        """The next answer."""
        self.asked.append(question)
        return self.answers.pop(0)


@dataclass
class Script:
    """A script that asks for a password.

    Attributes:
        path: of the script.
        heard: events of the last run.
    """

    path: Path
    heard: list[events.Event] = field(default_factory=list)

    @property
    def text(self) -> str:
        """As it is on disk."""
        return self.path.read_text()

    def run(
        self,
        questions: Nobody | None = None,
        options: Options | None = None,
        *,
        faults: dict[int, Callable[[str], None]] | None = None,
    ) -> int:
        """Run it; -9 where the process was killed. No event holds the password."""
        LEDGER.done.clear()
        LEDGER.count, LEDGER.faults = 0, dict(faults or {})
        self.heard = []
        status = -9
        with contextlib.suppress(Killed), _no_goodbye():
            status = asyncio.run(Run(self.path, options, [self.heard.append], questions).execute())
        secret = [event for event in self.heard if "50%" in str(event) and not isinstance(event, events.RunStarted)]
        assert secret == []
        files = [path for path in self.path.parent.iterdir() if "50%" in path.read_text("utf-8", "replace")]
        assert files == []
        return status

    def said(self) -> list[str]:
        """What went to the log."""
        return [event.text for event in self.heard if isinstance(event, events.Said | events.Output | events.Notice)]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """The script, not yet run."""
    made = Script(tmp_path / "script.txt")
    made.path.write_text(SCRIPT)
    return made


def test_it_is_asked_for_and_masked(script: Script) -> None:
    """The commands get it; the log, every event and the script do not, however a filter has changed it."""
    somebody = Somebody(PASSWORD)
    assert script.run(somebody) == 0
    assert somebody.asked == ["Password of the database"]
    assert LEDGER.done == ["localhost:a", "localhost:<'it'\"'\"'s 50% & \"more\"'>"]
    assert script.said()[1:] == ["*** <***> *** *** ***", "***\n", "***\n"]
    assert script.text == SCRIPT.replace("database\n", "database\tOK\n").replace(">\n", ">\tOK\n").replace(
        "a\n", "a\tOK\n"
    ).replace("upper%\n", "upper%\tOK\n").replace(">&2\n", ">&2\tOK\n").replace("Copy%\n", "Copy%\tOK\n")
    assert check(script.path).findings == []


@pytest.mark.parametrize("fault", [fail(5), kill], ids=["error", "killed"])
def test_a_resumed_run_asks_again(script: Script, fault: Callable[[str], None]) -> None:
    """It is not in [Variables] or the journal, so it is asked for; what was made of it is made again."""
    assert script.run(Somebody(PASSWORD), faults={0: fault}) in {1, -9}
    somebody = Somebody(PASSWORD)
    assert script.run(somebody) == 0
    assert somebody.asked == ["Password of the database"]
    assert LEDGER.done[1] == "localhost:<'it'\"'\"'s 50% & \"more\"'>"


def test_where_nobody_can_be_asked_a_resumed_run_stops(script: Script) -> None:
    """It says why and how to go on, and leaves the script as it is."""
    script.run(Somebody(PASSWORD), faults={0: fail(5)})
    before = script.text
    assert script.run() == 1
    notice = next(event for event in script.heard if isinstance(event, events.Notice))
    assert (notice.text, notice.help) == (
        "`Pw` must be asked for again: nobody is there to answer: Password of the database",
        "answer it beforehand with --set NAME=VALUE, or run on a terminal",
    )
    assert (script.text, LEDGER.done) == (before, [])
    assert script.run(options=Options(given={"pw": PASSWORD})) == 0


def test_where_nobody_can_be_asked_no_machine_loses_its_place(script: Script) -> None:
    """Also where a machine that fails would be left for the next one."""
    options = Options(on_error=OnError.NEXT_MACHINE)
    script.path.write_text("[Machines]\nm1\tLocal\nm2\tLocal\n" + SCRIPT)
    script.run(Somebody(PASSWORD), Options(on_error=OnError.STOP), faults={0: fail(5)})
    before = script.text
    assert "m1\tLocal\t\t5-3\nm2\tLocal\n" in before
    assert script.run(options=options) == 1
    assert script.text == before
    assert script.run(Somebody(PASSWORD, PASSWORD), options) == 0


def test_the_command_line_answers(script: Script) -> None:
    """Nobody is asked then, and the value is masked all the same."""
    given = Options(given={"PW": PASSWORD})
    assert script.run(options=given, faults={0: fail(5)}) == 1
    assert script.run(options=given) == 0
    assert script.said()[1:] == ["*** <***> *** *** ***", "***\n", "***\n"]


@pytest.mark.parametrize("questions", [None, Somebody("")], ids=["nobody", "no answer"])
def test_no_answer_is_an_error(script: Script, questions: Nobody | None) -> None:
    """Code 1223, at once; it can be ignored, and is not asked for again then."""
    assert script.run(questions) == 1
    assert "database\t1223\n" in script.text
    script.path.write_text("[Batch]\n$i Prompt.Password Pw,Password\nLab.Do a\n")
    assert script.run(questions and Somebody(""), faults={0: fail(5)}) == 1
    assert script.run() == 0
    assert "Password\tOK(1223)\n" in script.text


def test_a_dry_run_asks_nobody(script: Script) -> None:
    """It says what would be asked, and that the value is not known."""
    assert script.run(options=Options(dry_run=True)) == 0
    assert script.said()[1] == "would ask for the password Pw: Password of the database"
    assert script.text == SCRIPT
