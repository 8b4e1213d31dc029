"""Texts that look like scripts, for tests that must hold for every text."""

from __future__ import annotations

from hypothesis import strategies as st

LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r"])

_LINES = st.sampled_from(
    [
        "[Settings]",
        "[Settings_Begin]",
        "  [settings_end] ",
        "[Init]",
        "[Init_Batch_Begin]",
        "[Init_Batch_End]",
        "[Batch]",
        "[Batch_Begin]",
        "[Batch_End]",
        "[Data]",
        "[Data_Begin]",
        "[DATA_END]",
        "[Data2]",
        "[Data2_End]",
        "[Sub A]",
        "[Sub_A_Begin]",
        "[Sub_A_End]",
        "[Machines]",
        "[Bacth]",
        "[note]",
        "[a][b]",
        "[]",
        "[",
        "A=1",
        "DOS echo\tOK",
        "\t\tx\t",
        "a,b,OK",
        "; x",
        "",
        " ",
    ]
)

SCRIPTS = st.lists(st.tuples(_LINES | st.text(max_size=8), LINE_ENDS | st.just("")), max_size=30).map(
    lambda lines: "".join(text + end for text, end in lines)
)
"""Labels whole and broken, rows of all kinds, and noise, with every mixture of line ends."""
