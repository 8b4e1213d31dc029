"""Talking to the person before the screen."""

from __future__ import annotations

from setupbatcher import errors
from setupbatcher.commands.context import Context
from setupbatcher.commands.registry import Name, Outcome, command
from setupbatcher.errors import Failure


@command(
    "Message",
    area="Flow",
    example="Message Please insert the second disk",
    does="show the message: {text}",
    on_controller=True,
)
async def message(context: Context, text: str) -> Outcome:
    """Show a message; on a terminal the script goes on when it was read.

    Args:
        text: the rest of the row.
    """
    await context.talk.message(text)
    return Outcome()


@command(
    "Prompt",
    area="Flow",
    example="Prompt Site,Which site is this?,Berlin",
    does="ask for {variable}: {question}",
    on_controller=True,
)
async def prompt(context: Context, variable: Name, question: str, default: str | None = None) -> Outcome:
    """Ask a question and put the answer into a run-time variable.

    Args:
        variable: its name, without percent signs.
        question: what is asked.
        default: the answer where just Enter is pressed.

    Errors:
        1223 without a terminal, unless ``--set`` answers the question.
    """
    return Outcome(values={variable: await context.talk.ask(question, default)})


@command(
    "Prompt.Password",
    area="Flow",
    example="Prompt.Password DbPassword,Password of the database",
    does="ask for the password {variable}: {question}",
    on_controller=True,
)
async def prompt_password(context: Context, variable: Name, question: str) -> Outcome:
    """Ask for a password without showing it, and put it into a run-time variable.

    The value is masked wherever text leaves the run, and kept nowhere: a run that is resumed behind this row asks for
    it again, or stops where nobody can answer. In [Init] it is asked for once, in [Batch] for each machine.

    Args:
        variable: its name, without percent signs.
        question: what is asked; the rest of the row.

    Errors:
        1223 without a terminal, unless ``--set`` answers the question, and for an empty answer.
    """
    password = await context.talk.secret(question)
    if not password:
        raise Failure(errors.CANCELLED, f"no password was given: {question}")
    return Outcome(values={variable: password})
