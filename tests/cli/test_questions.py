"""The questions of a run, with answers from a list."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest

from setupbatcher.cli.questions import TerminalQuestions
from setupbatcher.engine.questions import InFlightPolicy
from setupbatcher.errors import Failure
from setupbatcher.reports.console import Console


class Typist:
    """Types answers; ``None`` aborts the question."""

    def __init__(self, *answers: str | None) -> None:
        self._answers = list(answers)
        self.echoes: list[bool] = []

    async def line(self, ask: Callable[[], None], *, echo: bool = True) -> str | None:
        """The next answer."""
        ask()
        self.echoes.append(echo)
        return self._answers.pop(0)


def _questions(typist: Typist) -> tuple[TerminalQuestions, StringIO, list[str]]:
    screen, ended = StringIO(), list[str]()
    console = Console(screen, screen, script="script.txt", resume="")
    return TerminalQuestions(typist, screen, console, Path, lambda: ended.append("end")), screen, ended


@pytest.mark.parametrize(("answer", "expected"), [("y", True), ("No", False), (None, False)])
async def test_unreachable_machines_are_confirmed(answer: str | None, expected: bool) -> None:  # noqa: FBT001 -- a case
    """They are named, and what is not an answer is asked again."""
    questions, screen, _ = _questions(Typist("perhaps", answer))
    assert await questions.go_on_without(["a", "b"], 5) is expected
    question = "Go on with the other 3? [y/n] "
    assert screen.getvalue().startswith(f"2 of 5 machines cannot be reached: a, b\n{question}{question}")


async def test_with_no_machine_left_nothing_is_asked() -> None:
    """There is nothing to go on with."""
    questions, screen, _ = _questions(Typist())
    assert not await questions.go_on_without(["a", "b"], 2)
    assert screen.getvalue() == ""


async def test_unknown_keys_are_listed_and_asked_for_once() -> None:
    """Each with its machine."""
    questions, screen, _ = _questions(Typist("yes"))
    assert await questions.accept_keys([("a", "SHA256:x"), ("b", "SHA256:y")])
    assert screen.getvalue() == (
        "Machines that are not known yet:\n  a: SHA256:x\n  b: SHA256:y\nTake these keys as theirs? [y/n] "
    )


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("r", InFlightPolicy.RERUN),
        ("skip", InFlightPolicy.SKIP),
        ("a", InFlightPolicy.STOP),
        (None, InFlightPolicy.STOP),
    ],
)
async def test_commands_in_flight(answer: str | None, expected: InFlightPolicy) -> None:
    """They are named; an aborted question stops."""
    questions, screen, _ = _questions(Typist(answer))
    assert await questions.in_flight(["[Batch] line 1: DOS x"]) is expected
    assert "\n  [Batch] line 1: DOS x\n" in screen.getvalue()


async def test_a_secret_is_not_shown() -> None:
    """Neither while it is typed nor afterwards."""
    typist = Typist("hush")
    questions, screen, _ = _questions(typist)
    assert await questions.secret("Password for web1") == "hush"
    assert typist.echoes == [False]
    assert screen.getvalue() == "Password for web1: "


async def test_what_is_not_answered_fails() -> None:
    """With 1223, for values and secrets alike."""
    questions, _, _ = _questions(Typist(None, None))
    for ask in (questions.ask, questions.secret):
        with pytest.raises(Failure) as failed:
            await ask("Site")
        assert failed.value.code == 1223


async def test_a_message_that_is_aborted_ends_the_run() -> None:
    """After the command in flight, as Ctrl-C does elsewhere."""
    questions, _, ended = _questions(Typist("", None))
    await questions.message("one")
    assert not ended
    await questions.message("two")
    assert ended == ["end"]
