"""The check of loops, branches and subsections."""

from __future__ import annotations

import pytest

from tests.checks.told import SETTINGS, codes, told


def _looped(*rows: str, more: str = "") -> list[str]:
    return told(f"{SETTINGS}[Batch]\n" + "".join(f"{row}\n" for row in rows) + f"{more}[Data]\na,b\n")


def test_blocks_lie_inside_one_another() -> None:
    """Ends in the wrong order leave one block without its end; what still closes is not told."""
    assert _looped("Data.Loop", "If Yes", "Data.EndLoop", "EndIf") == [
        "5:1: error[SB402]: `If` is never closed",
        "7:1: error[SB403]: `EndIf` without `If`",
    ]


def test_else_comes_once_and_last() -> None:
    """After an `Else` no other branch of the same `If` can be taken."""
    assert _looped("If Yes", "Else", "ElseIf No", "Else", "EndIf") == [
        "6:1: error[SB403]: `ElseIf` without `If`",
        "7:1: error[SB403]: `Else` without `If`",
    ]


def test_a_loop_needs_its_own_marker_column() -> None:
    """`MarkerCol` is for [Data]; each further section has its own, asked for once."""
    text = f"{SETTINGS}[Batch]\n" + "xData.Loop 2\nxData.EndLoop\n" * 2 + "[Data2]\na\n"
    assert told(text) == ["4:12: error[SB206]: a loop over [Data2] needs `BatchSettings.MarkerCol2`"]
    assert told(text.replace("[Batch]", "BatchSettings.MarkerCol2=2\n[Batch]")) == []


def test_a_marker_column_that_is_wrong_is_not_missing() -> None:
    """One mistake is one finding."""
    assert codes("[Settings]\nBatchSettings.MarkerCol=x\n[Batch]\nData.Loop\nData.EndLoop\n[Data]\n") == ["SB203"]


def test_a_loop_names_its_data_by_number() -> None:
    """The number is there, is one, and belongs to a section; `xData.Loop 1` is a loop over [Data]."""
    rows = [f"xData.Loop{number}\nxData.EndLoop" for number in ("", " x", " %Env.N%", " 9", " 1")]
    assert _looped(*rows) == [
        "4:1: error[SB302]: `xData.Loop` lacks parameter `number`",
        "6:12: error[SB303]: `xData.Loop` needs a whole number for `number`, not `x`",
        "8:12: error[SB303]: the number of a data section cannot be a variable",
        "10:12: error[SB206]: a loop over [Data9] needs `BatchSettings.MarkerCol9`",
        "10:12: error[SB408]: there is no section [Data9] for the loop",
    ]


def test_loops_over_different_data_may_nest() -> None:
    """Only the same data twice is refused, however deep, and through subsections too."""
    settings = f"{SETTINGS}BatchSettings.MarkerCol2=2\n[Batch]\n"
    inner = "Data.Loop\nxData.Loop 2\n{}\nxData.EndLoop\nData.EndLoop\n"
    subs = "[Sub A]\nCall B\n[Sub B]\nxData.Loop 2\nxData.EndLoop\n"
    data = "[Data]\na\n[Data2]\na\n"
    assert told(settings + inner.format("Log x") + data) == []
    assert told(settings + inner.format("Call A") + subs + data) == [
        "7:6: error[SB404]: subsection `A` loops over [Data2] and is called inside a loop over it"
    ]
    assert told(settings + "Call A\n" + subs + data) == []


def test_nextloop_belongs_into_a_loop() -> None:
    """A branch inside the loop is inside the loop."""
    assert _looped("Data.Loop", "If Yes", "Data.NextLoop", "EndIf", "Data.EndLoop", "Data.NextLoop") == [
        "9:1: error[SB405]: `Data.NextLoop` outside of a loop"
    ]


@pytest.mark.parametrize(
    ("condition", "place", "message"),
    [
        ("%Machine% = a and", "2:21", "condition is not complete"),
        ("= a", "2:4", "`=` cannot stand here in a condition"),
        ("(Yes", "2:8", "condition is not complete"),
        ("Yes)", "2:7", "`)` cannot stand here in a condition"),
        ("Yes or or b", "2:11", "`or b` is neither Yes nor No"),
        ("not %Machine% and web1", "2:22", "`web1` is neither Yes nor No"),
        ('a = "b', "2:8", "quote is never closed"),
        ("a matches (", "2:14", "`(` cannot stand here in a condition"),
        ('a matches "("', "2:15", "`(` is not a regular expression"),
        ("a matches *", "2:14", "`*` is not a regular expression"),
    ],
)
def test_a_condition_is_told_where_it_goes_wrong(condition: str, place: str, message: str) -> None:
    """The column is that of the character within the condition."""
    assert told(f"[Batch]\nIf {condition}\nEndIf\n") == [f"{place}: error[SB406]: {message}"]


def test_subsections_are_found_in_any_case() -> None:
    """`Call` and `$c` look for the same names; a name that is put in at run time is not judged."""
    text = "[Batch]\nCall Clean\n$c(CLEAN) Log x\nCall %Env.SUB%\n$c( Clena ) Log x\n[Sub clean]\nLog x\n"
    assert told(text) == ["5:5: error[SB407]: there is no subsection `Clena`"]


def test_a_circle_of_calls_is_told_at_the_call_that_closes_it() -> None:
    """Calling the same subsection twice is no circle."""
    assert told("[Batch]\nCall A\nCall A\n[Sub A]\nCall B\nCall B\n[Sub B]\n$c(A) Log x\n[Sub C]\nCall C\n") == [
        "8:4: error[SB409]: subsections call each other in a circle: `A` → `B` → `A`",
        "10:6: error[SB409]: subsection calls itself: `C` → `C`",
    ]
