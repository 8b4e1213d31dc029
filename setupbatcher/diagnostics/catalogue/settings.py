"""Codes SB2xx: the rows of [Settings]."""

from setupbatcher.diagnostics.catalogue.entry import Entry
from setupbatcher.diagnostics.model import Severity

ENTRIES = (
    Entry(
        "SB201",
        "settings row is not Name=Value",
        "Every row of [Settings] is a name, an equals sign and a value. This one has no equals sign or no proper "
        "name, so it sets nothing. Write it as `Name=Value`, or begin the row with `;` to make it a comment.",
    ),
    Entry(
        "SB202",
        "unknown setting",
        "Names that begin with `BatchSettings.` or `Machines.` are reserved for settings and are never aliases. No "
        "setting has the name given, and a misspelt one would quietly leave its default in force. Correct the name; "
        "the reference of settings lists them all.",
    ),
    Entry(
        "SB203",
        "bad setting value",
        "The setting exists, but it does not take this value: a whole number, `Yes` or `No`, or one word of a list "
        "is expected. Nothing is guessed, because a run with the wrong delimiter or the wrong limit does harm. "
        "Write one of the values that the message names.",
    ),
    Entry(
        "SB204",
        "literal password",
        "A password stands in the script as it is, and everybody who can read the file can read it too; copies, "
        "backups and version control keep it for ever. Name its source instead: `env:NAME` for an environment "
        "variable, `keyring:SERVICE/USER` for the key store, or `prompt:` to be asked. Then change the password.",
        Severity.WARNING,
    ),
    Entry(
        "SB205",
        "name reserved or set twice",
        "An alias has the name of a variable that SetupBatcher sets itself, such as `Machine` or `Row`, or the same "
        "name is given twice in [Settings]. In both cases a reader cannot tell which value counts. Choose another "
        "name, or delete one of the rows.",
    ),
    Entry(
        "SB206",
        "MarkerCol missing",
        "A loop writes a marker beside each finished data row, and `BatchSettings.MarkerCol` says into which "
        "column. Without it a stopped run could not go on where it ended. Add the setting with a column that holds "
        "no data, usually the one after the last.",
    ),
    Entry(
        "SB207",
        "password cannot be had",
        "`Machines.Password`, or `password=` of a machine, names a place where the password is, and it is not there: "
        "the variable is not set, the keyring is locked or has no such entry, or nobody is at a terminal to be asked. "
        "This is found out before anything runs. Provide the password there, or name another place.",
    ),
    Entry(
        "SB208",
        "what excludes each other",
        "Settings or sections stand together whose progress no marker could tell, or that make no sense together: with "
        "`BatchSettings.Parallel` above 1 each machine has one cell for one line and one data row, so there is no room "
        "for several rows at once, for data files or for a loop within a loop; and auto retry goes over machines. "
        "Remove one of the two.",
    ),
    Entry(
        "SB209",
        "section never run",
        "With `BatchSettings.AutoRetry` a machine that fails is simply tried again later, so [OnError] is never run. "
        "Remove the section if that is what you want, or the setting if what it does is needed.",
        Severity.WARNING,
    ),
)
