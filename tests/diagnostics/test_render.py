"""Rendered findings, to the character."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setupbatcher.diagnostics import Diagnostic, Fix, Note
from setupbatcher.diagnostics.layout import Layout
from setupbatcher.diagnostics.render import render
from setupbatcher.text import Edit, SourceText, Span, display_width


def _golden(text: str) -> str:
    return dedent(text).removeprefix("\n")


def _span(text: str, part: str) -> Span:
    start = text.index(part)
    return Span(start, start + len(part))


def test_a_finding_has_message_place_line_and_help() -> None:
    """The gutter is as wide as the line number and the carets stand under the span."""
    text = "[Batch]\n" + ";\n" * 10 + "Fil.Copy a,b\n"
    finding = Diagnostic("SB301", "unknown command `Fil.Copy`", _span(text, "Fil.Copy"), "did you mean `File.Copy`?")
    assert render([finding], SourceText(text), "setup.txt") == _golden("""
        error[SB301]: unknown command `Fil.Copy`
          --> setup.txt:12:1
           |
        12 | Fil.Copy a,b
           | ^^^^^^^^
        help: did you mean `File.Copy`?
    """)


def test_tabs_are_expanded_and_shown_in_a_fix() -> None:
    """The carets stand right behind a TAB, and the fix shows which blanks became a TAB."""
    text = "[Batch]\nDOS\techo  OK\n"
    blanks = _span(text, "  ")
    finding = Diagnostic(
        "SB305",
        "blanks before the marker `OK`",
        blanks,
        "markers are set off by a TAB",
        Fix("replace the blanks by a TAB", (Edit(blanks, "\t"),)),
    )
    assert render([finding], SourceText(text), "setup.txt") == _golden("""
        error[SB305]: blanks before the marker `OK`
         --> setup.txt:2:9
          |
        2 | DOS     echo  OK
          |             ^^
        help: markers are set off by a TAB
        fix: replace the blanks by a TAB
          |
        2 - DOS→    echo  OK
        2 + DOS→    echo→   OK
    """)


def test_carets_under_a_tab_cover_its_cells() -> None:
    """A span that is a TAB gets a caret for each cell up to the stop."""
    finding = Diagnostic("SB304", "TAB inside a command", Span(3, 4))
    assert render([finding], SourceText("DOS\techo hi"), "s") == _golden("""
        error[SB304]: TAB inside a command
         --> s:1:4
          |
        1 | DOS     echo hi
          |    ^^^^^
    """)


def test_wide_characters_take_two_cells() -> None:
    """Columns count code points, carets stand by cells."""
    text = "Log 漢字,é\u0301,%nam%"
    finding = Diagnostic("SB501", "unknown variable `%nam%`", _span(text, "%nam%"))
    wide = Diagnostic("SB303", "not a whole number: `漢字`", _span(text, "漢字"))
    assert render([finding, wide], SourceText(text), "s") == _golden("""
        error[SB303]: not a whole number: `漢字`
         --> s:1:5
          |
        1 | Log 漢字,é\u0301,%nam%
          |     ^^^^

        error[SB501]: unknown variable `%nam%`
         --> s:1:11
          |
        1 | Log 漢字,é\u0301,%nam%
          |            ^^^^^
    """)


def test_an_empty_span_has_one_caret() -> None:
    """A place between two characters, or at the end of the text, is still pointed at."""
    text = "Log\n"
    findings = [Diagnostic("SB302", "a parameter is missing", Span(3, 3)), Diagnostic("SB102", "unclosed", Span(4, 4))]
    assert render(findings, SourceText(text), "s") == _golden("""
        error[SB302]: a parameter is missing
         --> s:1:4
          |
        1 | Log
          |    ^

        error[SB102]: unclosed
         --> s:2:1
          |
        2 |
          | ^
    """)


def test_a_span_over_several_lines_shows_the_first() -> None:
    """The carets go to the end of the line on which the span begins; its CR LF is not shown."""
    text = "  If 1=1\r\nLog a\r\n"
    finding = Diagnostic("SB402", "unclosed `If`", Span(2, len(text)))
    assert render([finding], SourceText(text), "s") == _golden("""
        error[SB402]: unclosed `If`
         --> s:1:3
          |
        1 |   If 1=1
          |   ^^^^^^
    """)


def test_notes_show_further_places() -> None:
    """A second place has its own excerpt, with dashes, in the same gutter."""
    text = "[Batch_Begin]\n" + "Log a\n" * 9 + "[Data_Begin]\n"
    note = Note(_span(text, "[Batch_Begin]"), "section opened here")
    finding = Diagnostic("SB104", "[Data] begins inside [Batch]", _span(text, "[Data_Begin]"), notes=(note,))
    assert render([finding], SourceText(text), "s") == _golden("""
        error[SB104]: [Data] begins inside [Batch]
          --> s:11:1
           |
        11 | [Data_Begin]
           | ^^^^^^^^^^^^
        note: section opened here
          --> s:1:1
           |
         1 | [Batch_Begin]
           | -------------
    """)


def test_a_fix_over_several_places_shows_each_line() -> None:
    """Lines taken away and put in carry the numbers of the old and of the new text; blanks at an end are seen."""
    text = "a\nremove me\nb\nc  \n"
    edits = (Edit(Span(2, 12), ""), Edit(Span(15, 17), ""), Edit(Span(len(text), len(text)), "d\ne"))
    finding = Diagnostic("SB102", "m", Span(0, 1), fix=Fix("tidy up", edits, safe=False))
    assert render([finding], SourceText(text), "s").partition("fix")[2] == _golden("""
        : tidy up (not applied by --fix)
          |
        2 - remove me
        4 - c··
        3 + c
        5 -
        4 + d
        5 + e
    """)


def test_a_long_fix_is_cut_short() -> None:
    """Of many changed lines only the first dozen is shown."""
    text = "x\n" * 20
    finding = Diagnostic("SB702", "m", Span(0, 1), fix=Fix("delete", (Edit(Span(0, len(text)), ""),)))
    assert render([finding], SourceText(text), "s").endswith("12 - x\n   … 8 further lines\n")


def test_control_characters_are_made_visible() -> None:
    """Nothing in a script or a message can steer the terminal, turn the direction of writing or hide."""
    text = "Log \x1b[31m\u202ered\ud800\xa0!"
    finding = Diagnostic("SB501", "odd `\x1b\n\t\U000e0001`", _span(text, "!"), "no \r here")
    assert render([finding], SourceText(text), "a\x07b") == _golden(r"""
        error[SB501]: odd `\x1b\n\t\U000e0001`
         --> a\x07b:1:16
          |
        1 | Log \x1b[31m\u202ered\ud800\xa0!
          |                                ^
        help: no \r here
    """)


@pytest.mark.parametrize(
    ("start", "end", "line", "carets"),
    [
        (0, 2, "012345678901234567…", "^^"),
        (50, 53, "…345678901234567890…", " " * 8 + "^^^"),
        (97, 100, "…234567890123456789", " " * 16 + "^^^"),
        (100, 100, "…234567890123456789", " " * 19 + "^"),
        (30, 90, "…012345678901234567…", " " + "^" * 18),
    ],
)
def test_long_lines_are_cut_around_the_span(start: int, end: int, line: str, carets: str) -> None:
    """The span stays in sight, and both cuts are shown."""
    rendered = render([Diagnostic("SB302", "m", Span(start, end))], SourceText("0123456789" * 10), "s", width=20)
    assert rendered.splitlines()[3:] == [f"1 | {line}", f"  | {carets}"]


def test_a_file_that_is_no_text_has_no_excerpt() -> None:
    """Without a text there is the message, the path and the help."""
    finding = Diagnostic("SB802", "not UTF-16", Span(0, 0), "save it as UTF-8")
    assert render([finding], None, "s") == "error[SB802]: not UTF-16\n --> s\nhelp: save it as UTF-8\n"


def test_a_warning_says_so() -> None:
    """The kind of a finding stands first."""
    assert render([Diagnostic("SB204", "m", Span(0, 0))], SourceText(""), "s").startswith("warning[SB204]: m\n")


def test_nothing_to_say_is_nothing() -> None:
    """Without findings there is no text, in colour as without."""
    assert render([], SourceText("a"), "s") == ""
    assert render([], SourceText("a"), "s", colour=True) == ""


def test_colours_change_no_text() -> None:
    """With its escape sequences taken out, the coloured text is the plain one."""
    text = "[Batch]\nDOS\t漢 [bold]x[/bold] :smile:  OK\n"
    note = Note(Span(0, 7), "section opened here")
    fix = Fix("replace", (Edit(_span(text, "  "), "\t"),))
    findings = [
        Diagnostic("SB305", "`[red]`", _span(text, "  "), "h" * 200, fix, (note,)),
        Diagnostic("SB504", "w", Span(9, 9)),
    ]
    plain = render(findings, SourceText(text), "s")
    coloured = render(findings, SourceText(text), "s", colour=True)
    assert "\x1b[1;31m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


@settings(deadline=None)
@given(st.text(max_size=60), st.data(), st.integers(20, 60))
def test_any_text_and_span_can_be_shown(text: str, data: st.DataObject, width: int) -> None:
    """No text breaks the rendering, no line is wider than asked for, and the carets stay below the line."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    edit = Edit(Span(start, end), data.draw(st.text(max_size=5)))
    finding = Diagnostic("SB301", "m", Span(start, end), fix=Fix("f", (edit,)))
    lines = ["".join(piece.text for piece in line) for line in Layout(SourceText(text), "s", width).lines(finding)]
    assert all(line.isprintable() for line in lines)
    gutter = lines[2].index("|") + 2
    assert all(display_width(line) <= gutter + width + 1 for line in lines[2:5])
    assert set(lines[4][gutter:].strip()) == {"^"}
