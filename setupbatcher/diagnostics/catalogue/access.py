"""Codes SB8xx: the script as a file."""

from setupbatcher.diagnostics.catalogue.entry import Entry

ENTRIES = (
    Entry(
        "SB801",
        "script cannot be read",
        "The script is not there, is a folder, or may not be read by this user. Nothing can be checked or run. "
        "Check the path and the rights of the file.",
    ),
    Entry(
        "SB802",
        "script cannot be decoded",
        "The bytes of the file are not text in the encoding that its first bytes announce, or they hold NUL "
        "characters. A script is UTF-8, UTF-16 with a byte order mark, or Windows-1252. Save it again from an "
        "editor in one of these; a UTF-16 file needs its byte order mark.",
    ),
    Entry(
        "SB803",
        "script cannot be written",
        "Progress is kept in the script itself, so its file and its folder must be writable, and this is found out "
        "before the first command. Check the rights of the file, whether the volume is read-only or full, and "
        "whether another program holds the file. With `--dry-run` nothing is written.",
    ),
    Entry(
        "SB804",
        "another run has the script",
        "A second run of the same script would do the same work twice and write over the first one's markers. The "
        "message names the process, the computer and the time of the first run. Wait for it or end it; when a run "
        "has died, its lock is gone with it.",
    ),
)
