"""Rows that load and save tables: their options, their section, and where they may stand."""

from __future__ import annotations

import pytest

from tests.checks.told import told

SCRIPT = """\
[Settings]
BatchSettings.MarkerCol=2
[Init]
{0}
[Batch]
Data.Loop{1}
 Data.Save %col1%.csv
Data.EndLoop
[Data]
a
b
"""


def init(*rows: str, loop: str = "") -> list[str]:
    """What the check says of rows in [Init]."""
    return told(SCRIPT.format("\n".join(rows), loop))


def test_sound_rows() -> None:
    """Options are as documented; what only a run can tell is left to it."""
    assert (
        init(
            "Data.Load a.csv",
            "Data.Load a.xlsx,sheet=New users,header=No",
            "Set Number,1",
            "Data.Load a.csv,section=%Number%,%Number%=x",
            "Data.Save a.csv",
            "Data.Save a.txt,tsv,markers=Yes",
            "Data.Save a.csv,,section=1",
        )
        == []
    )


@pytest.mark.parametrize(
    ("row", "finding"),
    [
        ("Data.Load a,sheeet=x", "4:13: error[SB303]: `sheeet` is not an option"),
        ("Data.Load a,header=maybe", "4:13: error[SB303]: `maybe` is not a value of `header`"),
        ("Data.Save a,xls", "4:13: error[SB303]: `xls` is not a value of `format`"),
        ("Data.Save a,,header=No", "4:14: error[SB303]: `header` is not an option"),
        ("Data.Load a,section=2", "4:1: error[SB408]: there is no section [Data2] for `Data.Load`"),
        ("Data.Save a,,section=2", "4:1: error[SB408]: there is no section [Data2] for `Data.Save`"),
        ("Data.Load a,section=x", "4:13: error[SB303]: `x` is not a value of `section`"),
        ("Data.Load", "4:1: error[SB302]: `Data.Load` lacks parameter `path`"),
    ],
)
def test_rows_that_cannot_work(row: str, finding: str) -> None:
    """One finding each, at the place of what is wrong."""
    assert init(row) == [finding]


def test_where_rows_are_needed() -> None:
    """A section is filled in [Init] only, and never inside a loop over it; another one may be."""
    text = SCRIPT.format("Data.Loop\n Data.Load a\n Data.Load a,section=2\nData.EndLoop", "\n Data.Load a")
    assert told(text + "[Data2]\n[Sub x]\nData.Load a\n") == [
        "5:2: error[SB411]: `Data.Load` inside a loop over [Data], whose rows it replaces",
        "10:2: error[SB411]: `Data.Load` in [Batch]",
        "18:1: error[SB411]: `Data.Load` in [Sub x]",
    ]


def test_rows_that_are_worked_on() -> None:
    """They are not replaced behind the back of a loop; a row that is done, or runs before it, is no danger."""
    finding = "4:1: error[SB712]: `Data.Load` would replace rows of [Data] that are worked on"
    assert init("Data.Load a", loop="\tOK-1") == [finding]
    assert init("Data.Load a\tOK", loop="\tOK-1") == []
    assert init("Data.Load a\t2") == []
    assert init("Data.Loop\tOK-1", " Log %col1%", "Data.EndLoop", "Data.Load a") == []
    machines = "[Machines]\nm1\tLocal\t\tOK-3@1\n"
    assert told(machines + SCRIPT.format("Data.Load a", ""))[0].endswith(finding.partition(": ")[2])
