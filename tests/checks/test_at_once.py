"""What excludes each other is told by the check."""

from __future__ import annotations

import pytest

from setupbatcher.checks import check
from setupbatcher.script import Document
from tests.checks.told import told

LOOPS = """\
[Settings]
BatchSettings.MarkerCol=2
BatchSettings.MarkerCol2=2
[Machines]
m1
[Batch]
Data.Loop
 xData.Loop 2
  Log %col1%
 xData.EndLoop
Data.EndLoop
[Data]
a
[Data2]
b
"""


def test_one_machine_at_a_time_may_have_loops_within_loops() -> None:
    """Nothing is told of what goes together."""
    assert told(LOOPS) == []
    assert told(LOOPS.replace("[Machines]", "BatchSettings.ParallelRows=2\n[Machines]")) == []


@pytest.mark.parametrize("parallel", [2, 50])
def test_the_command_line_counts_as_the_setting(parallel: int) -> None:
    """`--parallel` excludes what `BatchSettings.Parallel` does, and `--parallel 1` allows it again."""
    document = Document.from_text(LOOPS)
    assert [finding.code for finding in check(document, parallel=parallel)] == ["SB208"]
    several = Document.from_text(LOOPS.replace("[Machines]", "BatchSettings.Parallel=9\n[Machines]"))
    assert [finding.code for finding in check(several)] == ["SB208"]
    assert check(several, parallel=1) == []


def test_data_files_go_through_data_one_machine_at_a_time() -> None:
    """[DataFiles] and several machines at once exclude each other."""
    text = "[Settings]\nBatchSettings.Parallel=2\n[DataFiles]\na.csv\n[Machines]\nm1\n[Batch]\nLog x\n[Data]\n"
    assert told(text) == ["3:1: error[SB208]: [DataFiles] with `BatchSettings.Parallel` above 1"]


def test_auto_retry_needs_machines() -> None:
    """A script without machines has nothing to try again later."""
    assert told("[Settings]\nBatchSettings.AutoRetry=5\n[Batch]\nLog x\n") == [
        "2:1: error[SB208]: `BatchSettings.AutoRetry` without [Machines]"
    ]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("a.csv\tOK\n\\\\server\\share\\b.csv\n//server/c.csv\n; note\n\n$GetDataFiles in,*.csv\tOK\n", []),
        ("a.csv\t5\n", ["4:7: error[SB701]: `5` is no marker of a data file"]),
        ("a.csv\tOK\tmore\n", ["4:6: error[SB304]: text behind the marker of a data file"]),
        ("$GetDataFiles in\n", ["4:1: error[SB303]: `$GetDataFiles` needs a folder and a pattern"]),
        ("$GetDataFiles http://x/y,*\n", ["4:1: error[SB303]: `http://` is no source of data files"]),
    ],
)
def test_the_rows_of_data_files(rows: str, found: list[str]) -> None:
    """A path or a source, and a mark; nothing else."""
    text = "[Settings]\nBatchSettings.MarkerCol=2\n[DataFiles_Begin]\n{}[DataFiles_End]\n[Batch]\nLog x\n[Data]\n"
    assert told(text.format(rows)) == found


def test_data_files_need_data() -> None:
    """There must be a section to copy the files into."""
    assert told("[DataFiles]\na.csv\n[Batch]\nLog x\n") == [
        "1:1: error[SB408]: there is no section [Data] for the data files"
    ]
