"""The check of labels, and of what there is to run."""

from __future__ import annotations

import pytest

from tests.checks.told import codes, told


def test_an_empty_file_has_no_section() -> None:
    """A file without anything is told how to begin, at its first place."""
    assert told("") == ["1:1: error[SB107]: the script has no section"]
    assert told("just a note\n") == ["1:1: error[SB107]: the script has no section"]


@pytest.mark.parametrize("label", ["[Init]", "[Batch]", "[Undo]", "[Init_Batch_Begin]\n[Init_Batch_End]"])
def test_one_command_section_is_enough(label: str) -> None:
    """Each of the sections that a run or an undo works through makes a script."""
    assert told(f"{label}\n") == []


def test_a_misspelt_label_is_told_once() -> None:
    """That there is nothing to run follows from the label, and is not told as well."""
    assert codes("[Bacth_Begin]\nDOS x\n[Bacth_End]\n") == ["SB101", "SB101"]


def test_what_stands_under_a_nested_label_is_left_alone() -> None:
    """Rows of a section that is nested by mistake are not taken for rows of the outer one."""
    text = "[Settings_Begin]\n[Batch_Begin]\nDOS x\n[Batch_End]\n[Settings_End]\n"
    assert told(text) == ["2:1: error[SB104]: label `[Batch_Begin]` stands inside section `[Settings_Begin]`"]


def test_a_stray_end_is_no_command() -> None:
    """An end label in a short section is told as a label, not as a row that cannot be read."""
    assert codes("[Batch]\nDOS x\n[Machines_End]\n") == ["SB103"]
