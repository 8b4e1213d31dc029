"""The check holds for whatever somebody writes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setupbatcher.checks import check
from setupbatcher.diagnostics.order import in_order, is_fixable
from setupbatcher.diagnostics.render import render
from setupbatcher.script import Document
from setupbatcher.text import apply

_PIECES = st.sampled_from(
    [
        "[Settings]\n",
        "[Settings_Begin]\n",
        "[Settings_End]\n",
        "[Batch]\n",
        "[Sub A]\n",
        "[Machines]\n",
        "[Data]\n",
        "[Data2]\n",
        "[OnError]\n",
        "[Variables]\n",
        "BatchSettings.MarkerCol=2\n",
        "A=%B%\n",
        "B=%A%\n",
        "Machines.Password=x\n",
        "Data.Loop",
        "xData.Loop 2",
        "Data.EndLoop",
        "If ",
        "Else",
        "EndIf",
        "Call A",
        "$c(A) ",
        "$i ",
        "Set A,",
        "DOS ",
        "Log ",
        "%col1%",
        "%A|sh%",
        "%LastOutput%",
        "Exists(",
        ")",
        '"',
        ",",
        "=",
        " and ",
        "\t",
        "\tOK",
        "  OK",
        "\t5-1",
        "\t-",
        "\n",
        "\r\n",
        "web1\tLinux\t\tOK-1\n",
        "web1   NT   OK-AllDone\n",
        "; ",
        "\r",
        "ä",
        "\x0b",
        "%",
    ],
)
_SCRIPTS = st.lists(_PIECES, max_size=40).map("".join)


@settings(deadline=None, max_examples=400)
@given(_SCRIPTS | st.text())
def test_any_text_is_checked(text: str) -> None:
    """There is no error but findings, in order, each within the text, and each can be shown."""
    document = Document.from_text(text)
    findings = check(document, given=["Given"])
    assert findings == in_order(findings)
    assert all(0 <= found.span.start <= found.span.end <= len(text) for found in findings)
    assert all(found.help for found in findings)
    assert all("\n" not in found.message and not found.message.endswith(".") for found in findings)
    assert bool(render(findings, document.shown, "s")) is bool(findings)


@settings(deadline=None, max_examples=400)
@given(_SCRIPTS)
def test_a_fix_mends_what_it_belongs_to(text: str) -> None:
    """After a safe fix the finding is gone, and no line has come or gone."""
    document = Document.from_text(text)
    findings = check(document)
    for found in findings:
        if not is_fixable(found) or found.fix is None:
            continue
        mended = Document.from_text(apply(text, found.fix.edits))
        assert len(mended.source.lines) == len(document.source.lines)
        line = document.source.lines.position(found.span.start).line
        left = [
            (each.code, each.message)
            for each in check(mended)
            if mended.source.lines.position(each.span.start).line == line
        ]
        assert (found.code, found.message) not in left


_DEEP = 1500


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[Batch]\n" + "If Yes\n" * _DEEP + "EndIf\n" * _DEEP, ["SB410"]),
        ("[Batch]\nLog " + "Len(" * _DEEP + ")" * _DEEP + "\n", ["SB308"]),
        ("[Batch]\nLog Len(" + "(" * _DEEP + ")" * _DEEP + ")\n", ["SB308"]),
        ("[Batch]\nIf " + "(" * _DEEP + "Yes" + ")" * _DEEP + "\nEndIf\n", ["SB406"]),
        ("[Batch]\nIf " + "not " * _DEEP + "Yes\nEndIf\n", ["SB406"]),
        ("[Batch]\nCall s0\n" + "".join(f"[Sub s{n}]\nCall s{n + 1}\n" for n in range(99)) + "[Sub s99]\n", ["SB410"]),
        ("[Settings]\n" + "".join(f"a{n}=%a{n + 1}%\n" for n in range(_DEEP)) + f"a{_DEEP}=1\n[Batch]\n", []),
    ],
    ids=["blocks", "calls", "brackets", "parentheses", "negations", "subsections", "aliases"],
)
def test_depth_is_no_danger(text: str, expected: list[str]) -> None:
    """What lies too deep is told, in one finding; a chain of aliases may be as long as it likes."""
    assert [finding.code for finding in check(Document.from_text(text))] == expected
