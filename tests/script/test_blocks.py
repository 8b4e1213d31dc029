"""The rows of a section, nested."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from setupbatcher.script.blocks import Block, Chain, Flow, Loop, all_loops, all_rows, read_flow
from setupbatcher.script.rows import CommandRow

_NAMES = [
    "Log x",
    "If a",
    "ElseIf b",
    "Else",
    "EndIf",
    "Data.Loop",
    "Data.EndLoop",
    "xData.Loop 2",
    "xData.EndLoop",
    "; note",
    "",
]


def _flow(*texts: str) -> Flow:
    return read_flow([CommandRow(number, 0, text) for number, text in enumerate(texts, 1)])


def _shape(blocks: list[Block] | tuple[Block, ...]) -> list[object]:
    """Lines, nested as the blocks are."""

    def shape(block: Block) -> object:
        match block:
            case Loop(row, data, body, end):
                return (str(data), row.line, _shape(body), end.line if end else None)
            case Chain(branches, end):
                return ([(each.row.line, _shape(each.body)) for each in branches], end.line if end else None)
            case _:
                return block.row.line

    return [shape(block) for block in blocks]


def test_blocks_nest() -> None:
    """Loops and chains hold the rows between their ends; comments and blank rows are left out."""
    flow = _flow(
        "Log x",
        "data.loop",
        "If a",
        "; note",
        "Log y",
        "Else",
        "xData.Loop 3",
        "",
        "xData.EndLoop",
        "EndIf",
        "Data.EndLoop",
    )
    assert _shape(flow.blocks) == [
        1,
        ("[Data]", 2, [([(3, [5]), (6, [("[Data3]", 7, [], 9)])], 10)], 11),
    ]
    assert (flow.strays, flow.unclosed) == ((), ())


def test_an_end_closes_what_it_belongs_to() -> None:
    """What is still open inside was never closed; an end without its opening is a stray."""
    flow = _flow("Data.Loop", "If a", "Log x", "Data.EndLoop", "EndIf", "Else", "xData.EndLoop")
    assert _shape(flow.blocks) == [("[Data]", 1, [([(2, [3])], None)], 4)]
    assert [row.line for row in flow.unclosed] == [2]
    assert [(stray.row.line, stray.opening) for stray in flow.strays] == [(5, "If"), (6, "If"), (7, "xData.Loop")]


def test_the_two_kinds_of_loops_have_ends_of_their_own() -> None:
    """`Data.EndLoop` does not end `xData.Loop`."""
    flow = _flow("xData.Loop 1", "Data.EndLoop")
    assert [row.line for row in flow.unclosed] == [1]
    assert [stray.row.line for stray in flow.strays] == [2]


def test_loops_know_those_around_them() -> None:
    """Chains in between make no difference."""
    flow = _flow(
        "Data.Loop", "If a", "xData.Loop 2", "xData.EndLoop", "EndIf", "Data.EndLoop", "xData.Loop x", "xData.EndLoop"
    )
    assert [(str(loop.data), [str(each.data) for each in outer]) for loop, outer in all_loops(flow.blocks)] == [
        ("[Data]", []),
        ("[Data2]", ["[Data]"]),
        ("[Data0]", []),
    ]


@given(st.lists(st.sampled_from(_NAMES), max_size=25))
def test_every_row_has_its_place(texts: list[str]) -> None:
    """Each command is in a block, ends one, or is a stray; the rows in blocks keep their order."""
    flow = _flow(*texts)
    placed = [row.line for row in all_rows(flow.blocks)]
    ends = {loop.end.line for loop, _ in all_loops(flow.blocks) if loop.end}
    strays = {stray.row.line for stray in flow.strays}
    commands = {number for number, text in enumerate(texts, 1) if text and not text.startswith(";")}
    chained = {number for number in commands if texts[number - 1] == "EndIf"} - strays
    assert placed == sorted(set(placed))
    assert set(placed) | ends | strays | chained == commands
    assert not set(placed) & (ends | strays | chained)
