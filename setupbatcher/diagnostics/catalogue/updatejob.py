"""Codes SB9xx: job files."""

from setupbatcher.diagnostics.catalogue.entry import Entry
from setupbatcher.diagnostics.model import Severity

ENTRIES = (
    Entry(
        "SB901",
        "job file cannot be read",
        "The job file is not there, is no file, or may not be read by this user. Without `/jobfile` it is "
        "`UpdateJob.xml` in the working folder, or beside the program. Check the path and the rights.",
    ),
    Entry(
        "SB902",
        "job file too large",
        "Job files are small texts, and one of many megabytes is taken for another file or for an attack. It is not "
        "read at all. Divide the jobs into several files if they are meant; a folder is one object, with all below "
        "it.",
    ),
    Entry(
        "SB903",
        "job file cannot be decoded",
        "The bytes of the file are not text in the encoding that its byte order mark or its XML declaration announces, "
        "or that encoding is not known. Without either the file is UTF-8, or Windows-1252. Correct the declaration, or "
        "save the file as UTF-8.",
    ),
    Entry(
        "SB904",
        "not well-formed XML",
        "The file breaks a rule of XML: a tag that is not closed, an `&` or `<` in a text, something behind the "
        "outermost element. What the rest means cannot be known, so this is the only finding. Correct the place that "
        "is shown; in a text write `&amp;` and `&lt;`.",
    ),
    Entry(
        "SB905",
        "document type in a job file",
        "A document type can define texts that grow without end or are fetched from elsewhere. No job file needs one, "
        "so none is read. Take it out.",
    ),
    Entry(
        "SB906",
        "unknown element",
        "No element of this name belongs in the place where it stands. Names are written in small letters, and each "
        "belongs in one element only: `source` in `object`, `object` in `job`. Correct the name, or move the element.",
    ),
    Entry(
        "SB907",
        "attribute on an element",
        'Job files say everything with elements: `<name>Update</name>`, not `name="Update"`. An attribute would be '
        "passed over without a word. Write an element instead.",
    ),
    Entry(
        "SB908",
        "text between elements",
        "A text stands where only elements can stand, so nothing would be done with it. Put it in the element that it "
        "belongs to, or in a comment.",
    ),
    Entry(
        "SB909",
        "element given twice",
        "The element can stand once only in the one that it is in, and it is not clear which of the two counts. Take "
        "one out, or write a second job, object or condition.",
    ),
    Entry(
        "SB910",
        "element missing",
        "An element that cannot be left out is not there: `name`, `file`, `block` and `reference` of a condition, "
        "`source` of an object and its `target` unless it is deleted, `title` and `description` of a balloon, `class` "
        "or `window` of an application to close. Without it nothing sensible can be done. Add it.",
    ),
    Entry(
        "SB911",
        "empty element",
        "The element is there but holds nothing. That could mean its default or a forgotten value, and the two can "
        "differ much. Write a value, or take the element out.",
    ),
    Entry(
        "SB912",
        "unknown word",
        "The value of `action`, `block`, `method`, `operator`, `failjob`, `kill` or `rollback` is not one of the words "
        "that it can be. The help lists them. Correct the value.",
    ),
    Entry(
        "SB913",
        "time that is not a number of milliseconds",
        "A time is a whole number of milliseconds: `10000` is ten seconds. It is neither negative nor more than 24 "
        "days. Correct the value.",
    ),
    Entry(
        "SB914",
        "condition that is not defined",
        "A job asks for a condition that no `condition` of the file defines. That job fails when it is reached; the "
        "others run. Correct the name, upper and lower case count, or define the condition.",
        Severity.WARNING,
    ),
)
