"""Codes SB5xx: variables, filters and where their values may go."""

from setupbatcher.diagnostics.catalogue.entry import Entry
from setupbatcher.diagnostics.model import Severity

ENTRIES = (
    Entry(
        "SB501",
        "unknown variable",
        "Nothing gives a value to this `%name%`: no alias in [Settings], no `Set` before it, no header of the data, "
        "and it is not one of the variables that SetupBatcher sets itself. An empty value in a path or an account "
        "name does harm, so nothing runs. Correct the name, or define it; a percent sign as such is written `%%`.",
    ),
    Entry(
        "SB502",
        "unknown filter",
        "After the `|` in `%name|filter%` stands a word that is not a filter. There are `upper`, `lower`, `trim`, "
        "the quotings `sh`, `cmd` and `ps` for raw shell lines, and the encodings `json` and `url`. Use one of "
        "these.",
    ),
    Entry(
        "SB503",
        "column or row variable outside a loop",
        "`%col1%`, `%Row%` and the names of a data header have a value only while a loop goes through data rows. "
        "Outside of it there is no current row. Move the command into the loop, or keep the value with `Set` while "
        "the loop runs.",
    ),
    Entry(
        "SB504",
        "unquoted data in a raw shell line",
        "A value from the data goes into a line that a shell reads, and the shell would take its blanks, quotes and "
        "ampersands for syntax. A single odd row can then run something nobody wrote. Add the filter of that shell, "
        "such as `%col1|sh%`, `%col1|cmd%` or `%col1|ps%`, or use `Run`, which hands its parameters over as they "
        "are.",
        Severity.WARNING,
    ),
    Entry(
        "SB505",
        "variable lost on a resume",
        "The variable gets a value that is known only while the script runs, and a later row needs it. When a run "
        "stops in between, the resumed one skips the finished row that set it. Add a [Variables] section, which "
        "keeps such values in the script, or set the variable in a subsection and call it with `$c(NAME)` where it "
        "is needed.",
        Severity.WARNING,
    ),
    Entry(
        "SB506",
        "reserved name set",
        "`Set` or a prompt writes to a name that SetupBatcher itself gives a value, such as `Machine`, `Row` or "
        "`LastErrorCode`. Commands that come later would work with the wrong machine or row. Choose another name.",
    ),
    Entry(
        "SB507",
        "aliases that refer to each other in a circle",
        "The value of an alias leads back to the alias itself, so there is no value to put in. Look at the aliases "
        "that the message names, and give one of them a value that does not depend on the others.",
    ),
)
