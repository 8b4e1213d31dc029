"""``setupbatcher remove-markers``."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.harness import Caller

Script = Callable[[str], Caller]

_HALF = (
    "[Settings]\nBatchSettings.MarkerCol=2\n"
    "[Machines]\nEDU12\tLocal\t\tOK-AllDone\nEDU13\tLocal\t\t5-2\nEDU14\tLocal\n"
    "[Init]\nLog begin\tOK\n"
    "[Batch]\nData.Loop\t5-1\n Log %col1%\t5\nData.EndLoop\n"
    "[Data]\na,OK\nb\n"
)


def test_all_markers_are_removed(script: Script) -> None:
    """The script is as it was before it ran."""
    call = script(_HALF)
    call("remove-markers", "script.txt").status(0).stdout("").stderr("script.txt: markers removed\n").file(
        "[Settings]\nBatchSettings.MarkerCol=2\n"
        "[Machines]\nEDU12\tLocal\nEDU13\tLocal\nEDU14\tLocal\n"
        "[Init]\nLog begin\n"
        "[Batch]\nData.Loop\n Log %col1%\nData.EndLoop\n"
        "[Data]\na\nb\n"
    )
    call("remove-markers", "script.txt").status(0).stderr("script.txt: no marker to remove\n")


def test_a_dry_run_shows_the_difference(script: Script) -> None:
    """The script stays as it is."""
    done = script(_HALF)("remove-markers", "script.txt", "--machines", "edu12", "--dry-run").status(0).file(_HALF)
    assert [line for line in done.out.splitlines() if line[:1] in "+-"] == [
        "--- script.txt",
        "+++ script.txt",
        "-EDU12\tLocal\t\tOK-AllDone",
        "+EDU12\tLocal",
    ]


@pytest.mark.parametrize("section", ["Init", "[init]", "Init_Batch_Begin"])
def test_markers_of_one_section(script: Script, section: str) -> None:
    """Named by its label, with or without brackets."""
    done = script(_HALF)("remove-markers", "script.txt", "--section", section).status(0)
    done.file(_HALF.replace("Log begin\tOK", "Log begin"))


def test_failed_marks_only(script: Script) -> None:
    """What was done stays done."""
    done = script("[Batch]\nLog x\tOK\nLog y\t5\nLog z\n")("remove-markers", "--failed", "script.txt").status(0)
    done.file("[Batch]\nLog x\tOK\nLog y\nLog z\n")


def test_from_a_line_down(script: Script) -> None:
    """The line is one of the file."""
    done = script("[Batch]\nLog x\tOK\nLog y\tOK\nLog z\tOK\n")("remove-markers", "script.txt", "--from", "3").status(0)
    done.file("[Batch]\nLog x\tOK\nLog y\nLog z\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--section", "Btach"], "error: `Btach` is no section; use such as `Batch`, `Data2` or `Sub NAME`"),
        (["--from", "0"], "error: invalid value for '--from': 0 is not in the range x>=1"),
        (["--from", "2", "--failed"], "error: --from goes with no other selection"),
    ],
)
def test_a_wrong_selection_is_refused(script: Script, arguments: list[str], message: str) -> None:
    """With status 2, the script untouched."""
    done = script(_HALF)("remove-markers", "script.txt", *arguments).status(2).file(_HALF)
    assert done.err == f"{message}\nhelp: see `setupbatcher remove-markers --help`\n"
