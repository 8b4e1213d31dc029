"""The check of variables: known, in their place, quoted, and there on a resume."""

from __future__ import annotations

import pytest

from tests.checks.told import codes, told

_HEADER = "[Settings]\nBatchSettings.MarkerCol=4\nBatchSettings.DataHeader=Yes\nSite=berlin\n"
_DATA = "[Data]\nuser,Home Dir,shell\nanna,/home/anna,sh\n"


def _batch(*rows: str, given: list[str] | None = None) -> list[str]:
    """What is said of rows from line 6 on."""
    return told(_HEADER + "[Batch]\n" + "".join(f"{row}\n" for row in rows) + _DATA, given or [])


@pytest.mark.parametrize(
    "name",
    [
        "Machine",
        "machinerole",
        "PLATFORM",
        "LastErrorCode",
        "LastError",
        "LastOutput",
        "ScriptDir",
        "ScriptName",
        "Today",
        "Now",
        "Env.ANY",
        "site",
        "Site|upper",
        "Later",
        "Given",
    ],
)
def test_whatever_has_a_value_somewhere_is_known(name: str) -> None:
    """System variables, aliases, names that a command sets anywhere, and those of the command line are known."""
    assert _batch(f"Log %{name}%", "Set Later,1", given=["given"]) == []


def test_percent_signs_that_name_nothing_stay() -> None:
    """What is no reference is text."""
    assert _batch("Log 100%, 5 % of %%Sit%% and %1% or %a b%") == []


def test_an_unknown_name_gets_a_suggestion_or_a_way_to_define_it() -> None:
    """Every reference is told, those in functions, conditions and quotes too."""
    rows = ["Log %Sit% Len(%Sitte%)", 'If "%sote%" = 1', "EndIf", 'File.Copy "a "" %Siet%",%Site%']
    assert _batch(*rows) == [
        "6:5: error[SB501]: unknown variable `%Sit%`",
        "6:15: error[SB501]: unknown variable `%Sitte%`",
        "7:5: error[SB501]: unknown variable `%sote%`",
        "9:17: error[SB501]: unknown variable `%Siet%`",
    ]


def test_the_shell_keeps_its_own_names_in_raw_lines() -> None:
    """An unknown name in a raw line is the shell's, whatever stands behind its bar."""
    assert _batch("DOS echo %TIME% %x|find%", "Local.DOS echo %PATH%", "Run echo,%TIME%") == [
        "8:10: error[SB501]: unknown variable `%TIME%`"
    ]


def test_columns_have_values_inside_loops() -> None:
    """Outside of a loop neither `%colN%` nor `%Row%` nor a header's name has a value; `%col0%` never has."""
    rows = ["Data.Loop", "Log %col1% %COL99% %Row% %user% %col0%", "Data.EndLoop", "Log %col1% %row% %User%"]
    assert _batch(*rows) == [
        "7:33: error[SB501]: unknown variable `%col0%`",
        "9:5: error[SB503]: `%col1%` has a value only inside a loop",
        "9:12: error[SB503]: `%row%` has a value only inside a loop",
        "9:18: error[SB503]: `%User%` has a value only inside a loop",
    ]


def test_the_caller_of_a_subsection_may_be_in_a_loop() -> None:
    """Subsections and [OnError] may use the columns of a row in flight."""
    assert told(f"{_HEADER}[Batch]\n[Sub A]\nLog %col1% %user%\n[OnError]\nLog %col2% %shell%\n{_DATA}") == []


def test_a_header_counts_only_with_its_setting() -> None:
    """Without DataHeader=Yes the first row is data like any other."""
    text = f"{_HEADER}[Batch]\nData.Loop\nLog %user%\nData.EndLoop\n{_DATA}"
    assert told(text) == []
    assert codes(text.replace("DataHeader=Yes", "DataHeader=No")) == ["SB501"]


def test_an_alias_holds_no_columns() -> None:
    """[Settings] is read once, not for each row, and before any command sets a variable."""
    text = "[Settings]\nA=%col1%\nB=%Later%\nC=%Machine%\n[Batch]\nSet Later,1\n"
    assert told(text) == [
        "2:3: error[SB503]: `%col1%` has a value only inside a loop",
        "3:3: error[SB501]: `%Later%` has no value in [Settings]",
    ]


def test_filters_exist() -> None:
    """Each filter of a chain is looked at, in any case."""
    assert _batch("Log %Site|UPPER|trim|hex%") == ["6:22: error[SB502]: unknown filter `hex`"]


@pytest.mark.parametrize("row", ["Set Machine,x", "Set col2,x", "Set Env.X,x", "Prompt Row,what?", "Set a b,x"])
def test_only_free_names_are_set(row: str) -> None:
    """Reserved and malformed names are refused."""
    assert codes(f"[Batch]\n{row}\n") == ["SB506"]


@pytest.mark.parametrize(
    ("row", "warned"),
    [
        ("DOS echo %col1%", True),
        ("DOS echo %user|upper%", True),
        ("DOS echo %LastOutput%", True),
        ("Local.DOS echo %Answer%", True),
        ("DOS echo %Copy%", True),
        ("DOS echo %col1|sh%", False),
        ("DOS echo %user|lower|cmd%", False),
        ("DOS echo %Site% %Machine% %Row% %LastErrorCode% %Constant%", False),
        ("Run echo,%col1%", False),
    ],
)
def test_foreign_values_are_quoted_in_raw_lines(row: str, warned: bool) -> None:  # noqa: FBT001 -- a parameter
    """Data, output and answers need a quoting filter in a raw line; what the author wrote does not."""
    sets = ["Prompt Answer,which?", "Set Constant,%Site%/x", "Set Copy,a%col1%", "Log %Answer%"]
    found = codes(_HEADER + "[Batch]\nData.Loop\n" + "\n".join([*sets, row]) + "\nData.EndLoop\n" + _DATA)
    assert ("SB504" in found) is warned


@pytest.mark.parametrize(
    ("rows", "lost"),
    [
        ("Set A,%LastOutput%\nLog %A%", True),
        ("Set A,%Now%\nLog %A%", True),
        ("Set A,FileHash(x)\nLog %A%", True),
        ("Prompt A,which?\nLog %A%", True),
        ("Set B,%LastOutput%\nSet A,%B%x\nLog %A%", True),
        ("Prompt A,which?\nCall Use\n[Sub Use]\nLog %A%", True),
        ("Call Get\nLog %A%\n[Sub Get]\nSet A,%LastOutput%", True),
        ("Set A,%Machine%/%Env.X%Left(%Env.Y%,1)\nLog %A%", False),
        ("Log %A%\nSet A,%LastOutput%", False),
        ("Set A,%LastOutput%", False),
        ("$c(Get) Log %A%\n[Sub Get]\nSet A,%LastOutput%\nLog %A%", False),
        ("$c(Get) Call Use\n[Sub Get]\nCall Really\n[Sub Really]\nSet A,%LastOutput%\n[Sub Use]\nLog %A%", False),
        ("Prompt A,which?\nLog %A%\n[Variables]", False),
    ],
)
def test_a_value_that_a_resume_would_miss_is_told(rows: str, lost: bool) -> None:  # noqa: FBT001 -- a parameter
    """What cannot be worked out again and is needed later is warned about, unless [Variables] or `$c` keeps it."""
    assert ("SB505" in codes(f"[Batch]\n{rows}\n")) is lost


def test_a_name_of_the_command_line_is_not_lost() -> None:
    """`--set` answers the prompt, on a resume too."""
    assert codes("[Batch]\nPrompt A,which?\nLog %A%\n", given=["a"]) == []
