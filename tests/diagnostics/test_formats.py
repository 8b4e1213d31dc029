"""The concise form and JSON."""

from __future__ import annotations

import json

from setupbatcher.diagnostics import Diagnostic, Fix
from setupbatcher.diagnostics.as_json import as_json
from setupbatcher.diagnostics.concise import concise
from setupbatcher.text import Edit, SourceText, Span

_SOURCE = SourceText("[Batch]\n漢\tFil.Copy\nIf\n")
_FINDINGS = [
    Diagnostic("SB402", "unclosed `If`", Span(19, 22)),
    Diagnostic("SB301", "unknown command `Fil.Copy`", Span(10, 18), "help", Fix("f", (Edit(Span(10, 13), "File"),))),
    Diagnostic("SB204", "literal password", Span(0, 0)),
]


def test_the_concise_form_is_a_line_for_each() -> None:
    """Place, kind, code and message stand on one line that editors match."""
    assert concise(_FINDINGS, _SOURCE, "dir/s.txt") == (
        "dir/s.txt:1:1: warning[SB204]: literal password\n"
        "dir/s.txt:2:3: error[SB301]: unknown command `Fil.Copy`\n"
        "dir/s.txt:3:1: error[SB402]: unclosed `If`\n"
    )


def test_the_concise_form_keeps_to_its_line() -> None:
    """A line end in a message or a path does not begin a new line."""
    assert concise([Diagnostic("SB301", "a\nb", Span(0, 0))], _SOURCE, "x\ny") == "x\\ny:1:1: error[SB301]: a\\nb\n"


def test_json_is_as_promised() -> None:
    """Version 1 has exactly these members, in this order."""
    assert json.loads(as_json(_FINDINGS, _SOURCE, "s.txt")) == {
        "version": 1,
        "file": "s.txt",
        "findings": [
            {
                "code": "SB204",
                "severity": "warning",
                "message": "literal password",
                "help": None,
                "line": 1,
                "column": 1,
                "end_line": 1,
                "end_column": 1,
                "fixable": False,
            },
            {
                "code": "SB301",
                "severity": "error",
                "message": "unknown command `Fil.Copy`",
                "help": "help",
                "line": 2,
                "column": 3,
                "end_line": 2,
                "end_column": 11,
                "fixable": True,
            },
            {
                "code": "SB402",
                "severity": "error",
                "message": "unclosed `If`",
                "help": None,
                "line": 3,
                "column": 1,
                "end_line": 4,
                "end_column": 1,
                "fixable": False,
            },
        ],
    }


def test_json_is_one_line_of_ascii() -> None:
    """Any program can read it, whatever its encoding; a lone surrogate does not break it."""
    text = as_json([Diagnostic("SB301", "漢\ud800\n", Span(0, 0))], _SOURCE, "é")
    assert text.isascii()
    assert text.count("\n") == 1
    assert json.loads(text)["findings"][0]["message"] == "漢\ud800\n"


def test_a_clean_file_has_no_findings() -> None:
    """Nothing found is an empty list and no line."""
    assert json.loads(as_json([], _SOURCE, "s")) == {"version": 1, "file": "s", "findings": []}
    assert concise([], _SOURCE, "s") == ""


def test_a_file_that_is_no_text_is_found_at_its_beginning() -> None:
    """Where there is no text the place is line 1, column 1."""
    finding = Diagnostic("SB802", "not UTF-16", Span(7, 7))
    assert concise([finding], None, "s") == "s:1:1: error[SB802]: not UTF-16\n"
    (found,) = json.loads(as_json([finding], None, "s"))["findings"]
    assert [found[key] for key in ("line", "column", "end_line", "end_column")] == [1, 1, 1, 1]
