"""The course of a script. Most of these are carried out by the interpreter and only declared here."""

from __future__ import annotations

from setupbatcher.commands.context import Context
from setupbatcher.commands.registry import Condition, Name, Outcome, Seconds, command, flow


@flow("Data.Loop", example="Data.Loop")
def data_loop() -> None:
    """Run the rows up to ``Data.EndLoop`` once for each row of [Data].

    A row marked ``OK`` is skipped; its columns are ``%col1%``, ``%col2%`` … and, with a header row, go by their names.
    """


@flow("Data.NextLoop", example="Data.NextLoop")
def data_next_loop() -> None:
    """Leave the current data row as done and go on with the next one."""


@flow("Data.EndLoop", example="Data.EndLoop")
def data_end_loop() -> None:
    """End the rows of ``Data.Loop``."""


@flow("xData.Loop", example="xData.Loop 2")
def xdata_loop(number: int) -> None:
    """Run the rows up to ``xData.EndLoop`` once for each row of a further data section.

    Args:
        number: 2 for [Data2], 3 for [Data3] and so on.
    """


@flow("xData.EndLoop", example="xData.EndLoop")
def xdata_end_loop() -> None:
    """End the rows of ``xData.Loop``."""


@flow("If", example='If %Platform% = "linux" and not %Role% contains test')
def if_(condition: Condition) -> None:
    """Run the rows that follow only if a condition holds.

    Comparisons are ``=``, ``<>``, ``<``, ``<=``, ``>``, ``>=``, ``contains`` and ``matches`` (a regular expression);
    they are joined with ``and``, ``or``, ``not`` and parentheses. Dotted digits compare part by part, all else as text
    in any case. A decision once made stays made when the script is resumed.

    Args:
        condition: the rest of the row.
    """


@flow("ElseIf", example="ElseIf %col3% matches ^srv[0-9]+$")
def else_if(condition: Condition) -> None:
    """Run the rows that follow if no branch before was taken and a condition holds.

    Args:
        condition: the rest of the row.
    """


@flow("Else", example="Else")
def else_() -> None:
    """Run the rows that follow if no branch before was taken."""


@flow("EndIf", example="EndIf")
def end_if() -> None:
    """End the rows of ``If``."""


@flow("Call", example="Call Cleanup")
def call(name: Name) -> None:
    """Run a subsection and come back.

    Args:
        name: the subsection's name: ``Cleanup`` for [Sub Cleanup].
    """


@flow("Set", example="Set Target,/srv/%Machine%")
def set_(name: Name, value: str = "") -> None:
    """Give a run-time variable a value; it belongs to the current machine.

    Args:
        name: the variable's name, without percent signs.
        value: the rest of the row; empty if it is left out.
    """


@flow("Stop", example="Stop")
def stop(code: int = 0) -> None:
    """End the script for this machine, as done; or, with a code, end the whole run.

    Args:
        code: 0, or the error code that goes into the machine's marker.
    """


@flow("Fail", example="Fail 1602,%col1% is not ready for the update")
def fail(code: int, text: str = "") -> None:
    """Fail with an error of one's own, which is treated like that of any command.

    Args:
        code: the error code, above 0.
        text: the message.
    """


@command("Wait", area="Flow", example="Wait 30", does="wait {seconds} seconds", on_controller=True)
async def wait(context: Context, seconds: Seconds) -> Outcome:  # noqa: ARG001 -- a command's first parameter
    """Wait.

    Args:
        seconds: how long; parts of a second may be given.
    """
    import asyncio  # noqa: PLC0415 -- the catalogue is read at every start, and this is slow to import

    await asyncio.sleep(seconds)
    return Outcome()


@command(
    "Log", area="Flow", example="Log %Machine%: version %Version% is in place", does="log: {text}", on_controller=True
)
async def log(context: Context, text: str = "") -> Outcome:
    """Write a line to the log.

    Args:
        text: the rest of the row.
    """
    context.talk.log(text)
    return Outcome()
