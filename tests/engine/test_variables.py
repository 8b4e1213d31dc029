"""Run-time variables and what becomes of them when a run is resumed."""

from __future__ import annotations

from pathlib import Path

import pytest

from setupbatcher.run import Options
from tests.laboratory import LEDGER, Laboratory, done_names, fail, kill

FOUND = """\
[Settings]
Name=alias
[Batch]
DOS printf 'a\\tb c'
Set found,%LastOutput%
Set plain,%Name%-x
Set both,%plain%-%found%
Lab.Do %both%
Lab.Do again-%found%
"""


def test_what_cannot_be_worked_out_again_is_kept_in_variables(tmp_path: Path) -> None:
    """With [Variables] a resumed run has the values of the first; they are state, and go with the markers."""
    lab = Laboratory(tmp_path / "script.txt")
    lab.write(FOUND + "[Variables]")
    LEDGER.done.clear()
    assert lab.run(faults={1: fail(5)}) == 1
    assert lab.text.endswith('again-%found%\t5\n[Variables]\n\tfound\t"a\\tb c"\n\tboth\t"alias-x-a\\tb c"')
    assert lab.run() == 0
    assert done_names(LEDGER.done) == ["alias-x-a\tb c", "again-a\tb c"]
    lab.run(Options(restart=True), faults={0: fail(5)})
    assert lab.run() == 0


def test_a_killed_run_keeps_its_variables_too(tmp_path: Path) -> None:
    """What the journal holds of variables comes back after a crash."""
    lab = Laboratory(tmp_path / "script.txt")
    lab.write(FOUND + "[Variables]\n; kept\n\n")
    LEDGER.done.clear()
    assert lab.run(faults={1: kill}) == -9
    assert lab.run() == 0
    assert done_names(LEDGER.done) == ["alias-x-a\tb c", "again-a\tb c"]


def test_a_lost_variable_stops_the_row_that_needs_it(tmp_path: Path) -> None:
    """Without [Variables] a value of an earlier run is not guessed: the row fails and says how to mend it."""
    lab = Laboratory(tmp_path / "script.txt")
    lab.write(FOUND)
    lab.run(faults={1: fail(5)})
    LEDGER.done.clear()
    assert lab.run() == 1
    assert LEDGER.done == []
    assert "Lab.Do again-%found%\t87" in lab.text
    text = lab.text.replace("%LastOutput%\tOK", "%LastOutput%").replace("c'\tOK", "c'")
    lab.write(text)
    assert lab.run() == 0
    assert done_names(LEDGER.done) == ["again-a\tb c"]


def test_the_variables_of_a_machine_go_with_its_markers(tmp_path: Path) -> None:
    """Rows of [Variables] belong to a machine, and are erased when it is done."""
    script = "[Machines]\nm1\tLocal\nm2\tLocal\n[Batch]\nDOS echo %Machine%\nSet who,%LastOutput%\nLab.Do %who%\n"
    lab = Laboratory(tmp_path / "script.txt")
    lab.write(script + "[Variables_Begin]\n[Variables_End]\n")
    LEDGER.done.clear()
    assert lab.run(faults={1: fail(5)}) == 1
    assert lab.text.endswith("[Variables_Begin]\nm2\twho\tm2\n[Variables_End]\n")
    assert lab.run() == 0
    assert LEDGER.done == ["m1:m1", "m2:m2"]
    assert lab.text.endswith("[Variables_Begin]\n[Variables_End]\n")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("Lab.Do %A%,b", "x,b"),
        ('Lab.Do "quoted, text"', "quoted, text"),
        ("Lab.Do %col1%%Given%", "%col1%7"),
        ("Lab.Do Replace(%A%,x,a)b(%A|upper%)", "ab(X)"),
        ("Lab.Do Left(Mid(abcdef,2,4),2)-Len(%A%)", "bc-1"),
        ("Lab.Do 100%% %ScriptName%", "100% script.txt"),
        ("Lab.Do %Both%", "x and 7"),
        ("Lab.Do %Env.SETUPBATCHER_TEST%", "from outside"),
        (r"Lab.Do ADpathToRFC1779(\\d31.acme.com/ou=Mail/cn=Steve)", "CN=Steve,OU=Mail,DC=d31,DC=acme,DC=com"),
    ],
)
def test_values_are_put_in_last(row: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value never changes the shape of a row, whatever is in it."""
    monkeypatch.setenv("SETUPBATCHER_TEST", "from outside")
    row = row.replace("%col1%", "%Data%")
    lab = Laboratory(tmp_path / "script.txt")
    lab.write(f"[Settings]\nA=x\nBoth=%A% and %Given%\nData=%%col1%%\n[Batch]\n{row}\n")
    LEDGER.done.clear()
    assert lab.run(Options(given={"given": "7"})) == 0
    assert done_names(LEDGER.done) == [expected]
