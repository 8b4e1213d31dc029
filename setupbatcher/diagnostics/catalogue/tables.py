"""Codes SB6xx: the rows of [Machines] and of the data sections."""

from setupbatcher.diagnostics.catalogue.entry import Entry

ENTRIES = (
    Entry(
        "SB601",
        "malformed machine row",
        "A machine row has up to four columns set off by single TABs: name, platform, options, marker. This row has "
        "no name, a fifth column, or marker text in a column that is not the fourth. Every TAB counts here, so look "
        "for one too many or too few.",
    ),
    Entry(
        "SB602",
        "machine listed twice",
        "The same machine stands in two rows, and each would get a marker of its own although there is only one "
        "machine. Leading backslashes and case make no difference. Delete one of the rows; two logins on one "
        "computer get two names and the option `host=`.",
    ),
    Entry(
        "SB603",
        "unknown platform or option",
        "The platform column is empty or says `Linux`, `Windows`, `NT` or `Local`; the options are `port=`, "
        "`user=`, `transport=`, `host=` and the like, or plain words for `%MachineRole%`. Something else stands "
        "here, or an option's value does not fit. Correct it before the wrong computer is contacted.",
    ),
    Entry(
        "SB604",
        "unclosed quote in a data row",
        "A field begins with a double quote and has none at its end, and a quoted field ends on its own line. The "
        "columns after it, the marker among them, cannot be found. Close the quote, or write a literal quote twice "
        "inside a quoted field.",
    ),
)
