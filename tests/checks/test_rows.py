"""The check of command rows: names, switches, TABs, parameters, functions."""

from __future__ import annotations

import pytest

from setupbatcher.checks import check
from setupbatcher.commands.registry import all_commands
from setupbatcher.script import Document
from setupbatcher.text import apply
from tests.checks.told import codes, told

_TO_CLOSE = {"If": "EndIf", "Data.Loop": "Data.EndLoop", "xData.Loop": "xData.EndLoop"}


def _batch(*rows: str) -> list[str]:
    return told("[Batch]\n" + "".join(f"{row}\n" for row in rows))


@pytest.mark.parametrize("command", all_commands(), ids=lambda command: command.name)
def test_the_example_of_every_command_passes(command: object) -> None:
    """What the reference shows as a row is one: nothing is wrong with its name, parameters and functions."""
    example = command.example  # type: ignore[attr-defined]
    found = codes(f"[Batch]\n{example}\n")
    assert not [code for code in found if code.startswith("SB3") or code == "SB406"]


@pytest.mark.parametrize(
    "row",
    [
        "dos net use",
        "   DOS net use\t\tOK",
        "DOS net use\tOK(2)",
        "DOS net use\t1326",
        "$i $t(2.5) $r(3) DOS net use",
        "DOS echo 5",
        "DOS echo  %5",
        "Wait  5",
        'DOS a | sort -t \\| && b "unclosed Exists(',
        'File.Copy "a,b",c',
        "File.Copy a,b,c",
        'File.Copy %Env.HOME%/"a,b",c',
        "Log what (a) says, Existing(b) or not",
        "Log RandomPassword(12) Mid(abc,1,2) FileVersion(a,b)",
        "Wait %Env.DELAY%",
        "Log",
        "# a\tcomment\twith\tTABs",
        "; note 1\t5",
    ],
)
def test_a_good_row_is_not_mentioned(row: str) -> None:
    """Everything that the language allows passes."""
    assert _batch(row) == []


def test_a_misspelt_command_gets_a_suggestion() -> None:
    """The name is underlined, and the help has the nearest one."""
    finding = check(Document.from_text("[Batch]\n $i File.Cpoy a,b\n"))[0]
    assert (finding.code, finding.help) == ("SB301", "did you mean `File.Copy`?")
    assert told("[Batch]\n $i File.Cpoy a,b\n") == ["2:5: error[SB301]: unknown command `File.Cpoy`"]


@pytest.mark.parametrize("row", ["=====", "[Notes]", '"C:\\setup.exe" /q', "%Target%", "DOS;x"])
def test_what_begins_with_no_name_is_no_command(row: str) -> None:
    """A row that is neither command nor comment is told as such."""
    assert codes(f"[Batch]\n{row}\n") == ["SB310"]


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("$x DOS a", "2:1"),
        ("$iDOS a", "2:1"),
        ("$t(soon) DOS a", "2:1"),
        ("$i $r(x) DOS a", "2:4"),
        ("$c() DOS a", "2:1"),
        ("$c(A DOS a", "2:3"),
        ("$i", "2:1"),
        ("$", "2:1"),
    ],
)
def test_a_wrong_switch_is_told_where_it_stands(row: str, place: str) -> None:
    """Unknown, malformed and lonely switches are findings of their own."""
    assert [line.split(": ")[:2] for line in _batch(row)] == [[place, "error[SB306]"]]


@pytest.mark.parametrize(
    ("row", "mended"),
    [
        ("DOS net use  OK", "DOS net use\tOK"),
        ("DOS net use        ok(5)   ", "DOS net use\tok(5)   "),
        ("Data.EndLoop  1326-1", "Data.EndLoop\t1326-1"),
        ("Log a  b   OK-3", "Log a  b\tOK-3"),
        ("Else    -", "Else\t-"),
    ],
)
def test_blanks_in_front_of_a_marker_become_a_tab(row: str, mended: str) -> None:
    """The fix takes the blanks away and puts one TAB in their place."""
    document = Document.from_text(f"[Batch]\n{row}\n")
    fixes = [finding.fix for finding in check(document) if finding.code == "SB305"]
    assert [apply(document.text, fix.edits) for fix in fixes if fix and fix.safe] == [f"[Batch]\n{mended}\n"]


@pytest.mark.parametrize("row", ["Stop  5", "DOS cat list  -", "Log Room  101"])
def test_what_may_be_a_parameter_is_not_mended_unasked(row: str) -> None:
    """A number behind two blanks is told, and left to the person."""
    finding = check(Document.from_text(f"[Batch]\n{row}\n"))[0]
    assert (finding.code, finding.fix is not None and finding.fix.safe) == ("SB305", False)


def test_text_behind_a_tab_is_a_marker_or_a_mistake() -> None:
    """What nobody can have meant as a marker is a TAB inside the command, all else a wrong marker."""
    assert _batch("DOS a\tb c", "DOS a\tOK\tmore", "DOS a\tOKAY", "DOS a\tOK5)", "DOS a\t5%") == [
        "2:7: error[SB304]: TAB inside command `DOS a`",
        "3:6: error[SB304]: TAB inside command `DOS a`",
        "4:7: error[SB304]: TAB inside command `DOS a`",
        "5:7: error[SB304]: TAB inside command `DOS a`",
        "6:7: error[SB701]: `5%` is no marker",
    ]


def test_all_that_is_missing_is_named() -> None:
    """A row that gives too little is told what it lacks; one that gives too much, what is too much."""
    assert _batch("File.Copy", "File.Copy a", "DOS", "EndIf x") == [
        "2:1: error[SB302]: `File.Copy` lacks parameters `source` and `target`",
        "3:1: error[SB302]: `File.Copy` lacks parameter `target`",
        "4:1: error[SB302]: `DOS` lacks parameter `line`",
        "5:1: error[SB403]: `EndIf` without `If`",
        "5:7: error[SB302]: `EndIf` takes no parameters",
    ]


def test_a_quote_is_closed_where_it_matters() -> None:
    """A quote that begins a parameter or hides a delimiter needs its partner; an inch sign at the end does not."""
    assert _batch('File.Copy "a,b', 'File.Copy a"b,c', 'File.Copy a,"b', 'File.Copy a,5"', 'Log "a" and "b"') == [
        "2:11: error[SB307]: quote is never closed",
        "3:12: error[SB307]: quote is never closed",
        "4:13: error[SB307]: quote is never closed",
    ]


def test_only_constants_are_judged_by_their_kind() -> None:
    """A value that is put in later is the run's business."""
    assert _batch("Wait 1.5", "Wait x", 'Wait "2"', "Stop -1", "Stop 1x", "Stop", "Wait Len(abc)") == [
        "3:6: error[SB303]: `Wait` needs a number of seconds for `seconds`, not `x`",
        "6:6: error[SB303]: `Stop` needs a whole number for `code`, not `1x`",
    ]


def test_a_function_is_called_as_it_is_declared() -> None:
    """Missing arguments and parentheses are told, also inside a condition and inside another call."""
    rows = ["Log Exists()", "Log Left(Replace(a,b),1)", "Log Left(a", "If Exists()", "EndIf"]
    assert _batch(*rows) == [
        "2:5: error[SB308]: function `Exists` lacks `path`",
        "3:10: error[SB308]: function `Replace` lacks `new`",
        "4:5: error[SB308]: function call is never closed",
        "5:4: error[SB308]: function `Exists` lacks `path`",
    ]


def test_another_command_delimiter_counts() -> None:
    """Parameters are split as the setting says."""
    assert told("[Settings]\nBatchSettings.CommandDelimiter=;\n[Batch]\nFile.Copy a,b\nFile.Copy a;b\n") == [
        "4:1: error[SB302]: `File.Copy` lacks parameter `target`"
    ]
