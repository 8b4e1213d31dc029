"""The check of [Machines]."""

from __future__ import annotations

import pytest

from setupbatcher.checks import check
from setupbatcher.script import Document
from setupbatcher.text import apply
from tests.checks.told import told


def _machines(*rows: str) -> list[str]:
    return told("[Batch]\nLog x\n[Machines]\n" + "".join(f"{row}\n" for row in rows))


@pytest.mark.parametrize(
    "row",
    [
        "web1",
        "\\\\EDU12\tNT\tPDC\tOK-AllDone",
        "web1\tlinux\tport=22 user=a transport=SSH host=10.0.0.7 keyfile=k hostkeys=strict",
        "web1\t\tfront end\t",
        "web1\t\t\t\t",
        "Front door\t\thost=10.0.0.7",
        "; web1    Linux",
        "# note",
        "",
    ],
)
def test_a_good_row_is_not_mentioned(row: str) -> None:
    """Platforms in any case, roles, options, comments and blank rows pass."""
    assert _machines(row) == []


@pytest.mark.parametrize(
    ("row", "mended"),
    [
        ("web1    Linux    PDC    OK-AllDone", "web1\tLinux\tPDC\tOK-AllDone"),
        ("web1        5-3", "web1\t\t\t5-3"),
        ("web1   front end", "web1\t\tfront end"),
        ("web1  NT", "web1\tNT"),
    ],
)
def test_blanks_become_the_tabs_that_were_meant(row: str, mended: str) -> None:
    """Each part goes to the column that it can only belong to."""
    document = Document.from_text(f"[Batch]\nLog x\n[Machines]\n{row}\n")
    (finding,) = [finding for finding in check(document) if finding.code == "SB305"]
    assert finding.fix is not None
    assert apply(document.text, finding.fix.edits) == f"[Batch]\nLog x\n[Machines]\n{mended}\n"


@pytest.mark.parametrize(("row", "mended"), [("web1\tOK-1", "web1\t\t\tOK-1"), ("web1\tNT\t53-0", "web1\tNT\t\t53-0")])
def test_a_marker_goes_to_its_column(row: str, mended: str) -> None:
    """A marker one or two columns too early is moved by the fix."""
    document = Document.from_text(f"[Batch]\nLog x\n[Machines]\n{row}\n")
    finding = check(document)[0]
    assert finding.code == "SB601"
    assert finding.fix is not None
    assert apply(document.text, finding.fix.edits) == f"[Batch]\nLog x\n[Machines]\n{mended}\n"


def test_columns_count() -> None:
    """A name is there, holds no blank, and nothing stands behind the marker."""
    assert _machines("\tLinux", "\\\\\tLinux", "web1 Linux", "web2\t\t\t\tx\ty") == [
        "4:1: error[SB601]: machine row without a name",
        "5:1: error[SB601]: machine row without a name",
        "6:1: error[SB601]: machine name `web1 Linux` holds a blank",
        "7:9: error[SB601]: `x` stands in a fifth column",
    ]


def test_a_machine_stands_once() -> None:
    """Backslashes and case make no second machine."""
    assert _machines("web1", "web2", "\\\\WEB1") == ["6:1: error[SB602]: machine `WEB1` is listed twice"]


def test_platforms_and_options_are_known() -> None:
    """Each word is looked at by itself."""
    row = "web1\tUnix\tport=0 prot=1 user= transport=telnet port=22 hostkeys=no"
    assert _machines(row) == [
        "4:6: error[SB603]: unknown platform `Unix`",
        "4:16: error[SB603]: option `port` does not take `0`",
        "4:18: error[SB603]: unknown option `prot`",
        "4:25: error[SB603]: option `user` has no value",
        "4:41: error[SB603]: option `transport` does not take `telnet`",
        "4:48: error[SB603]: option `port` is given twice",
        "4:65: error[SB603]: option `hostkeys` does not take `no`",
    ]
