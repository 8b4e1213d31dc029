"""Codes SB7xx: the progress that a script holds in its markers."""

from setupbatcher.diagnostics.catalogue.entry import Entry

ENTRIES = (
    Entry(
        "SB701",
        "marker cell holds something else",
        "The cell where a marker belongs holds text that is no marker. What a person wrote is never overwritten, so "
        "the run does not start. Move the text to another column, or point `BatchSettings.MarkerCol` to a column "
        "that is free; if it was meant as a marker, correct its spelling.",
    ),
    Entry(
        "SB702",
        "marker without a command",
        "A marker stands beside a row that cannot carry one: a comment, a blank row, or the end of a block. The row "
        "it spoke of was probably deleted or turned into a comment. Remove the marker.",
    ),
    Entry(
        "SB703",
        "counter does not agree",
        "The line number in a machine's marker and the markers beside the commands tell different stories about "
        "where to go on. That happens when rows are added or removed above the stop, or markers are changed by "
        "hand. Nothing runs until they agree: `check --fix` makes the counter follow the markers beside the "
        "commands; look before you run.",
    ),
    Entry(
        "SB704",
        "markers without an owner",
        "Commands or data rows carry markers, but no machine is in the middle of its work, or more than one is. "
        "Those markers belong to exactly one unfinished machine, and it cannot be told which. Remove them with "
        "`remove-markers`, or give the right machine its marker back.",
    ),
    Entry(
        "SB705",
        "the row of an unfinished loop is gone",
        "The marker of a loop names the data row to go on with, and that line is no longer there, is blank, or is "
        "marked as done. Rows above it were probably deleted or added. Look which row was the one, and correct the "
        "number beside `Data.Loop`; data lines are counted from 0.",
    ),
    Entry(
        "SB706",
        "unreachable marks with CheckMachines=No",
        "Machines are marked as unreachable, and `BatchSettings.CheckMachines=No` turns off the scan that would try "
        "them again. Whether to work on them is for you to say. Remove their marks by hand or with `remove-markers "
        "--failed`, or turn the scan on.",
    ),
    Entry(
        "SB707",
        "undo unfinished",
        "An undo of this script stopped half-way: a machine's marker has a `U` in it and is not `OK-AllUndone`. To "
        "run [Batch] on a machine that is partly undone would leave it in a state nobody planned. Finish it with "
        "`setupbatcher undo`, or remove that machine's markers if it is in order.",
    ),
    Entry(
        "SB708",
        "progress cannot be moved out of the way",
        "The machine that owns the markers beside the commands is outside of `--limit`, and its progress would have "
        "to move into its own cell, which can hold one line number only. The markers have gaps, so one number does "
        "not say it all. Finish that machine first, or include it in `--limit`. The same is said of a loop within a "
        "loop where `--on-error next-machine` would have to leave a machine inside of it.",
    ),
    Entry(
        "SB709",
        "commands in flight",
        "An earlier run died while commands were at work, and nobody knows whether they came to their end. With "
        "`--in-flight stop` nothing runs until somebody has looked. See what became of them on the machines, then "
        "run with `--in-flight rerun`, or with `--in-flight skip` to count them as done.",
    ),
    Entry(
        "SB710",
        "no machine in scope",
        "No machine of [Machines] has a name that fits the pattern of `--limit`, so there is nothing a run could do. "
        "That is more often a slip than a wish, and a run that quietly does nothing looks like one that did its work. "
        "Correct the pattern; it takes `*`, `?` and several names separated by commas.",
    ),
    Entry(
        "SB711",
        "option that does not go with the script",
        "The command line asks for something that a setting of the script rules out: with `BatchSettings.AutoRetry` a "
        "machine that fails is tried again later, whatever `--on-error` would say; and an undo does not go over "
        "[DataFiles], since a mark beside a file could not say whether it is done or undone. Leave the option out, or "
        "change the script.",
    ),
    Entry(
        "SB712",
        "rows that are worked on would be replaced",
        "A `Data.Load` in [Init] has no `OK`, so it would run next and give its data section other rows, while a loop "
        "stands in the middle of the old ones. Its marker was probably deleted by hand. Put the `OK` back to go on "
        "with the rows that are there, or start over with `--restart`, which takes all markers out.",
    ),
)
