"""Codes SB3xx: the rows of command sections."""

from setupbatcher.diagnostics.catalogue.entry import Entry

ENTRIES = (
    Entry(
        "SB301",
        "unknown command",
        "The row begins with a name that no command has. Names are matched without regard to case, so a letter or a "
        "dot is wrong, or the command comes from an extension that is not installed. `setupbatcher commands` lists "
        "all there are.",
    ),
    Entry(
        "SB302",
        "wrong number of parameters",
        "The command takes more or fewer parameters than the row gives. Parameters are split at the comma, or at "
        "`BatchSettings.CommandDelimiter`; a value that holds the delimiter must stand in double quotes. "
        "`setupbatcher commands NAME` shows what the command takes.",
    ),
    Entry(
        "SB303",
        "wrong kind of parameter",
        "A parameter is of another kind than the command needs: text where a whole number or a number of seconds "
        "belongs, or a name with characters that no name has. The command would fail when its turn comes, so the "
        "check says it now. Give a value of the kind that the message names.",
    ),
    Entry(
        "SB304",
        "TAB inside a command",
        "In a command row the first TAB ends the command, and what follows is the marker column. Here text follows "
        "the TAB that is no marker, so the command was probably cut in two. Use a blank inside the command; where "
        "the TAB itself is wanted, take it from a variable.",
    ),
    Entry(
        "SB305",
        "blanks where a TAB is needed",
        "Marker text at the end of the row is set off by blanks instead of a TAB, as happens when an editor turns "
        "TABs into blanks. Read literally, the marker would be part of the command and the command would run again. "
        "`check --fix` puts the TAB back; set the editor to keep TABs in scripts.",
    ),
    Entry(
        "SB306",
        "unknown or malformed switch",
        "A word that begins with `$` in front of the command is a switch, and this one is not known or not "
        "complete. There are `$i` to ignore an error, `$c(NAME)` to run a subsection first, `$t(SECONDS)` for a "
        "time limit and `$r(TIMES)` for retries. Each is followed by a blank.",
    ),
    Entry(
        "SB307",
        "unclosed quote",
        "A parameter begins with a double quote that has no partner, so everything to the end of the row would "
        "belong to it, delimiters included. Add the closing quote at the end of the value. A double quote inside a "
        "quoted value is written twice.",
    ),
    Entry(
        "SB308",
        "function called wrongly",
        "A known function followed by `(` is called when the row runs, and this call cannot work: the closing "
        "parenthesis is missing, or the number of its arguments is wrong. The message says what the function takes. "
        "If the text is meant as it stands, put a blank before the parenthesis.",
    ),
    Entry(
        "SB309",
        "retired command",
        "The command belongs to a system that is no longer served, such as Novell NetWare or early Exchange "
        "versions. It is known by name only so that an old script gets a clear answer. The help line names what "
        "does the work today.",
    ),
    Entry(
        "SB310",
        "row is not a command",
        "A row of a command section is a command, a comment or blank, and this one is none of them: it does not "
        "begin with a name. One blank belongs between the name and its parameters. Begin the row with `;` if it is "
        "a comment.",
    ),
)
