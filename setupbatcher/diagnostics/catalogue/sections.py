"""Codes SB1xx: the sections a script is made of."""

from setupbatcher.diagnostics.catalogue.entry import Entry

ENTRIES = (
    Entry(
        "SB101",
        "unknown section",
        "A label such as `[Bacth_Begin]` stands alone on its line, but no section has that name. Its rows would be "
        "read as comments and silently do nothing, so the check stops here. Correct the name, or put a comment sign "
        "in front of a line that only looks like a label.",
    ),
    Entry(
        "SB102",
        "unclosed section",
        "A section that begins with a `_Begin` label ends only at its own `_End` label, and this one never comes. "
        "Without it nobody can tell where the section stops. Add the `_End` label after the section's last row, or "
        "use the short header, such as `[Batch]`, which needs none.",
    ),
    Entry(
        "SB103",
        "section end without a begin",
        "An `_End` label stands here, but no section of that name is open. Usually the `_Begin` label is misspelt "
        "or was deleted, and the rows above are taken for comments. Add the missing `_Begin` label, or delete this "
        "one.",
    ),
    Entry(
        "SB104",
        "section label inside another section",
        "Sections do not nest: between a `_Begin` label and its `_End` no other known label may stand. Most often "
        "the `_End` of the section above was forgotten. Close that section first, then begin the next.",
    ),
    Entry(
        "SB105",
        "section stands twice",
        "Each section stands once in a script, because markers and line counters speak of *the* section of that "
        "name. The label found here opens a section that was there before. Move the rows into the first one, or "
        "give a further data section a number, such as `[Data2]`.",
    ),
    Entry(
        "SB107",
        "no command section",
        "The script has neither [Init] nor [Batch] nor any other section with commands, so there is nothing to run. "
        "Perhaps the file is not a script, or a label is misspelt. Add a `[Batch]` section with one command per "
        "row.",
    ),
)
