"""Codes SB4xx: loops, branches and subsections."""

from setupbatcher.diagnostics.catalogue.entry import Entry

ENTRIES = (
    Entry(
        "SB401",
        "unclosed loop",
        "A `Data.Loop` or `xData.Loop` has no matching end row in the same section. Without it nobody can tell "
        "which rows are repeated for each data row. Add `Data.EndLoop` or `xData.EndLoop` after the last row of the "
        "loop.",
    ),
    Entry(
        "SB402",
        "unclosed If",
        "An `If` has no matching `EndIf` in the same section, or in the same loop body. Blocks must lie wholly "
        "inside one another. Add `EndIf` after the last row that depends on the condition.",
    ),
    Entry(
        "SB403",
        "EndLoop, ElseIf, Else or EndIf without its opening",
        "The row ends or continues a block that was never opened here, or one that a different block still "
        "encloses. Usually the opening row was deleted or turned into a comment, or two ends are in the wrong "
        "order. Put the opening row back, or delete this one.",
    ),
    Entry(
        "SB404",
        "loop inside a loop over the same data",
        "Two loops over the same data section are nested, and both would write their markers beside the same rows. "
        "A stopped run could then not tell which row of which loop is next. Use a second data section for the inner "
        "loop, such as `xData.Loop 2` over `[Data2]`.",
    ),
    Entry(
        "SB405",
        "Data.NextLoop outside a loop",
        "`Data.NextLoop` finishes the current data row and goes on with the next, so it means something only "
        "between a loop's first and last row. Move it into the loop. To end the work on a machine use `Stop`.",
    ),
    Entry(
        "SB406",
        "malformed condition",
        "The condition cannot be read: an operator, an operand or a parenthesis is missing or stands in the wrong "
        "place. Conditions compare two values with `=`, `<>`, `<`, `<=`, `>`, `>=`, `contains` or `matches`, and "
        "are joined with `and`, `or`, `not` and parentheses. A value with blanks in it stands in double quotes.",
    ),
    Entry(
        "SB407",
        "unknown subsection",
        "`Call` or `$c(…)` names a subsection that the script does not have. Names are compared without regard to "
        "case. Correct the name, or write the section: `[Sub NAME]` and its commands below.",
    ),
    Entry(
        "SB408",
        "data section that is not there",
        "A loop goes over a data section that the script does not have, or something is to be written into it. "
        "`Data.Loop` needs `[Data]`, and `xData.Loop 2` needs `[Data2]`. Add the section, which may be empty, or "
        "correct the number.",
    ),
    Entry(
        "SB409",
        "subsections that call each other in a circle",
        "A subsection calls itself, directly or by way of others, and would never come to an end. The markers of a "
        "call in flight could not be told from those of the call around it either. Break the circle; a loop over "
        "data rows often does what was meant.",
    ),
    Entry(
        "SB410",
        "nested too deeply",
        "Loops and branches, or subsections that call others, lie one inside the other more than 50 deep. A person "
        "never needs that many, so the program that wrote the script went wrong, or ends are missing all the way. "
        "Close the blocks where they end, or put the inner rows one after another.",
    ),
    Entry(
        "SB411",
        "rows replaced where they are needed",
        "`Data.Load` gives a data section other rows. In [Init] that happens once, before any machine begins; anywhere "
        "else, or inside a loop over the same section, it would take away the rows that are worked on, and the markers "
        "beside them would mean others. Move it into [Init], outside of the loop.",
    ),
)
