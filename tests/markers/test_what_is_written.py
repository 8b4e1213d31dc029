"""Every row of the markers' table, as whole files before and after a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from setupbatcher.run import OnError, Options
from tests.laboratory import LEDGER, Laboratory, fail, interrupt_here

LOOP = """\
[Settings]
BatchSettings.MarkerCol=3
[Batch]
Lab.Do first{0}
Data.Loop{1}
 Lab.Do a{2}
 Lab.Do b{3}
Data.EndLoop
Lab.Do last{4}
[Data]
x,1{5}
y,2{6}
z{7}
"""

MACHINES = """\
[Settings]
BatchSettings.MarkerCol=2
[Machines]
m1\tLocal{0}
m2\tLocal{1}
m3\tLocal{2}
[Init]
Lab.Do init{3}
[Batch]

Lab.Do a{4}
Data.Loop{5}
 Lab.Do b{6}
Data.EndLoop
[OnError]
Lab.Do sorry{7}
[Data]
x{8}
y{9}
"""


def cells(text: str, *markers: str) -> str:
    """A script with marker cells filled in; an empty one adds nothing."""
    return text.format(*(markers + ("",) * 10)[:10])


@dataclass(frozen=True)
class Case:
    """A run and what it leaves.

    Attributes:
        before: the script.
        after: the same, afterwards.
        status: exit status.
        faults: by number of the command.
        options: of the run.
        ledger: what was done, in order.
    """

    before: str
    after: str
    status: int
    faults: dict[int, Callable[[str], None]] = field(default_factory=dict)
    options: Options = field(default_factory=Options)
    ledger: str = ""


CASES = {
    "a finished script keeps its command markers, and its rows have none": Case(
        before=cells(LOOP),
        after=cells(LOOP, "\tOK", "\tOK", "", "", "\tOK"),
        status=0,
        ledger="first a b a b a b last",
    ),
    "an error in a loop stands beside the command, and on the loop with the line of the row": Case(
        before=cells(LOOP),
        after=cells(LOOP, "\tOK", "\t1326-1", "\tOK", "\t1326", "", ",OK"),
        status=1,
        faults={4: fail(1326)},
        ledger="first a b a",
    ),
    "after an interrupt the loop names the row to go on with": Case(
        before=cells(LOOP),
        after=cells(LOOP, "\tOK", "\tOK-1", "\tOK", "", "", ",OK"),
        status=130,
        faults={3: interrupt_here},
        ledger="first a b a",
    ),
    "an interrupt at the end of a row names the next one, and the body has no markers": Case(
        before=cells(LOOP),
        after=cells(LOOP, "\tOK", "\tOK-1", "", "", "", ",OK"),
        status=130,
        faults={2: interrupt_here},
        ledger="first a b",
    ),
    "a resumed loop goes on with the named row and its body markers": Case(
        before=cells(LOOP, "\tOK", "\t1326-1", "\tOK", "\t1326", "", ",OK"),
        after=cells(LOOP, "\tOK", "\tOK", "", "", "\tOK"),
        status=0,
        ledger="b a b last",
    ),
    "rows that a person marks as done are left out": Case(
        before=cells(LOOP, "", "", "", "", "", ",OK", "", ",,OK"),
        after=cells(LOOP, "\tOK", "\tOK", "", "", "\tOK"),
        status=0,
        ledger="first a b last",
    ),
    "a loop whose rows are all done is done": Case(
        before=cells(LOOP, "", "", "", "", "", ",OK", ",OK", ",,OK"),
        after=cells(LOOP, "\tOK", "\tOK", "", "", "\tOK"),
        status=0,
        ledger="first last",
    ),
    "rows without a marker behind marked ones are run": Case(
        before=cells(LOOP, "\tok", "\tOK", "", "", " \t OK "),
        after=cells(LOOP, "\tok", "\tOK", "", "", " \t OK "),
        status=0,
        ledger="",
    ),
    "a machine that is done has OK-AllDone, and everything that speaks of it is erased": Case(
        before=cells(MACHINES),
        after=cells(MACHINES, "\t\tOK-AllDone", "\t\tOK-AllDone", "\t\tOK-AllDone"),
        status=0,
        ledger="init a b b a b b a b b",
    ),
    "a machine that stops has the code and the line, every physical line counted": Case(
        before=cells(MACHINES),
        after=cells(MACHINES, "\t\tOK-AllDone", "\t\t5-4", "", "\tOK", "\tOK", "\t5-1", "\t5", "\tOK", ",OK"),
        status=1,
        faults={6: fail(5)},
        ledger="init a b b a b sorry",
    ),
    "an interrupted machine has OK and the line that was done last": Case(
        before=cells(MACHINES),
        after=cells(MACHINES, "\t\tOK-2", "", "", "\tOK", "\tOK"),
        status=130,
        faults={1: interrupt_here},
        ledger="init a",
    ),
    "between two rows the machine stands at the line of the loop": Case(
        before=cells(MACHINES),
        after=cells(MACHINES, "\t\tOK-3", "", "", "\tOK", "\tOK", "\tOK-1", "", "", ",OK"),
        status=130,
        faults={2: interrupt_here},
        ledger="init a b",
    ),
    "the unfinished machine comes first, and [Init] is not run twice": Case(
        before=cells(MACHINES, "", "\t\t5-4", "", "\tOK", "\tOK", "\t5-1", "\t5", "\tOK", ",OK"),
        after=cells(MACHINES, "\t\tOK-AllDone", "\t\tOK-AllDone", "\t\tOK-AllDone"),
        status=0,
        ledger="b a b b a b b",
    ),
    "[Init] keeps its markers until no machine is unfinished": Case(
        before=cells(MACHINES, "", "", "\t\t5-4@1"),
        after=cells(MACHINES, "\t\tOK-AllDone", "\t\t7-2", "\t\tOK-AllDone", "\tOK", "\t7", "", "", "\tOK"),
        status=1,
        faults={5: fail(7)},
        ledger="init b a b b sorry",
    ),
    "next-machine turns the cell of a failed machine into its own resume point": Case(
        before=cells(MACHINES),
        after=cells(MACHINES, "\t\tOK-AllDone", "\t\t5-4@1", "\t\tOK-AllDone", "\tOK"),
        status=1,
        faults={6: fail(5)},
        options=Options(on_error=OnError.NEXT_MACHINE),
        ledger="init a b b a b sorry a b b",
    ),
    "a resume point outside of a loop has no row": Case(
        before=cells(MACHINES),
        after=cells(MACHINES, "\t\t5-2@", "\t\tOK-AllDone", "\t\tOK-AllDone", "\tOK"),
        status=1,
        faults={1: fail(5)},
        options=Options(on_error=OnError.NEXT_MACHINE),
        ledger="init sorry a b b a b b",
    ),
    "a machine goes on from its own resume point": Case(
        before=cells(MACHINES, "\t\tOK-AllDone", "\t\t5-4@1", "\t\tOK-2@", "\tOK"),
        after=cells(MACHINES, "\t\tOK-AllDone", "\t\tOK-AllDone", "\t\tOK-AllDone"),
        status=0,
        ledger="b b b",
    ),
    "an error that is ignored is marked with its code and counts as OK": Case(
        before=cells(MACHINES, "\t\tOK-AllDone", "\t\tOK-AllDone"),
        after=cells(
            MACHINES, "\t\tOK-AllDone", "\t\tOK-AllDone", "\t\tOK-3", "\tOK", "\tOK(5)", "\tOK-1", "", "", ",OK"
        ),
        status=130,
        faults={1: fail(5), 2: interrupt_here},
        options=Options(on_error=OnError.IGNORE),
        ledger="init b",
    ),
    "one machine in scope leaves the others and [Init] alone": Case(
        before=cells(MACHINES),
        after=cells(MACHINES, "", "\t\tOK-AllDone", "", "\tOK"),
        status=0,
        options=Options(limit="M2"),
        ledger="init a b b",
    ),
    "the owner's progress moves into its cell when it is out of scope": Case(
        before=cells(MACHINES, "", "\t\t5-4", "", "\tOK", "\tOK", "\t5-1", "\t5", "\tOK", ",OK"),
        after=cells(MACHINES, "\t\tOK-AllDone", "\t\t5-4@1", "", "\tOK"),
        status=0,
        options=Options(limit="m1"),
        ledger="a b b",
    ),
    "restart forgets every marker, finished and unreachable machines included": Case(
        before=cells(MACHINES, "\t\tOK-AllDone", "\t\t53-0", "\t\t9-9", "\tOK", "\tOK", "", "", "\t5", ",OK"),
        after=cells(MACHINES, "\t\tOK-AllDone", "\t\tOK-AllDone", "\t\tOK-AllDone"),
        status=0,
        options=Options(restart=True),
        ledger="init a b b a b b a b b",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_file_after_a_run(case: Case, tmp_path: Path) -> None:
    """The file reads exactly as the table says."""
    lab = Laboratory(tmp_path / "script.txt")
    lab.write(case.before)
    LEDGER.done.clear()
    status = lab.run(case.options, faults=case.faults)
    assert lab.text == case.after
    assert status == case.status
    assert " ".join(entry.partition(":")[2] for entry in LEDGER.done) == case.ledger
