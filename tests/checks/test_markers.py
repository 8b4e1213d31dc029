"""The check of marker cells beside commands and machines."""

from __future__ import annotations

import pytest

from setupbatcher.checks import check
from setupbatcher.script import Document
from setupbatcher.text import apply
from tests.checks.told import SETTINGS, codes, told


@pytest.mark.parametrize(
    "row",
    [
        "Log x\tOK",
        "Log x\t ok ",
        "Log x\tOK(5)",
        "Log x\t\t5",
        "If Yes\t-\nEndIf",
        "If Yes\tOK\nElseIf No\t-\nElse\t-\nEndIf",
    ],
)
def test_markers_of_a_row_pass(row: str) -> None:
    """Each row takes the marks that its kind can have."""
    assert told(f"[Batch]\n{row}\n") == []


@pytest.mark.parametrize("marker", ["OK-", "OK()", "5-", "-5", "99999999999", "OK-1@", "OK-AllDone"])
def test_what_was_meant_as_a_marker_is_told_as_one(marker: str) -> None:
    """A slip in a marker is no TAB inside a command."""
    assert told(f"[Batch]\nLog x\t{marker}\n") == [f"2:7: error[SB701]: `{marker}` is no marker"]


def test_a_data_row_belongs_to_a_loop_and_a_dash_to_a_branch() -> None:
    """Marks of one kind of row do not fit another."""
    text = f"{SETTINGS}[Batch]\nLog x\tOK-1\nData.Loop\t5-0\nLog x\t-\nData.EndLoop\n[Data]\na\n"
    assert told(text) == [
        "4:7: error[SB701]: marker `OK-1` names a data row, but `Log` is no loop",
        "6:7: error[SB701]: marker `-` stands for a branch not taken, but `Log` is none",
    ]


def test_a_marker_beside_an_end_can_be_removed() -> None:
    """The fix leaves the row as it is without the marker."""
    document = Document.from_text("[Batch]\nIf Yes\tOK\nLog x\tOK\n  EndIf \t\tOK\n")
    (finding,) = check(document)
    assert finding.code == "SB702"
    assert finding.fix is not None
    assert apply(document.text, finding.fix.edits) == "[Batch]\nIf Yes\tOK\nLog x\tOK\n  EndIf\n"


def test_a_comment_that_was_a_command_has_no_marker() -> None:
    """Other comments may hold what they like behind a TAB."""
    assert told("[Batch]\n;Log x\t5\n# DOS y\tOK\n; 1\t2\n// table\tOK\n") == [
        "2:8: error[SB702]: marker `5` beside a comment",
        "3:9: error[SB702]: marker `OK` beside a comment",
    ]


def test_a_marker_alone_has_lost_its_command() -> None:
    """A row that holds a marker behind TABs is no command of that name."""
    assert told("[Batch]\n\t\tOK\n") == ["2:3: error[SB702]: marker `OK` without a command"]


def test_a_machine_cell_holds_a_machine_marker() -> None:
    """Both numbers, or AllDone; a command's marker is not enough."""
    text = "[Machines]\na\t\t\tOK\nb\t\t\tdone\nc\t\t\t5-\n[Batch]\nLog x\n"
    assert told(text) == [
        "2:5: error[SB701]: `OK` is no marker of a machine",
        "3:5: error[SB701]: `done` is no marker of a machine",
        "4:5: error[SB701]: `5-` is no marker of a machine",
    ]


def test_markers_are_compared_only_in_a_sound_script() -> None:
    """With another error the counters are not held against the rows."""
    text = "[Machines]\na\t\t\t5-3\n[Batch]\nLog x\tOK\nLog y\nLog z\n"
    assert codes(text) == ["SB703"]
    assert codes(text.replace("Log z", "Lgo z")) == ["SB301"]
