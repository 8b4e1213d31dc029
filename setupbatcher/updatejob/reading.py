"""From the bytes of a job file to its values, with every finding at once."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from setupbatcher.diagnostics.model import Diagnostic, Severity
from setupbatcher.diagnostics.suggestions import hint
from setupbatcher.text import LineTable, SourceText, Span, UndecodableError
from setupbatcher.updatejob.decoding import decode_job_file
from setupbatcher.updatejob.fields import Fields, missing, read_fields
from setupbatcher.updatejob.markup import MarkupError, parse
from setupbatcher.updatejob.model import (
    DEFAULT_BALLOON_TIMEOUT,
    DEFAULT_CLOSE_TIMEOUT,
    Action,
    Balloon,
    CloseApp,
    Condition,
    Job,
    JobFile,
    Method,
    Object,
    Operator,
    plain_name,
)

MOST_BYTES = 4 * 1024**2
"""A job file with ten thousand objects has a third of that."""

MOST_FINDINGS = 1000
"""What has more is another file than a job file, and the first ones tell as much as all of them."""


class Parsed(NamedTuple):
    """What became of a job file.

    Attributes:
        source: its text; ``None`` where it could not be read.
        job_file: its values; ``None`` where a finding is an error.
        findings: in the order in which they were found.
    """

    source: SourceText | None
    job_file: JobFile | None
    findings: tuple[Diagnostic, ...]


def read_job_file(path: Path) -> Parsed:
    """Read a job file; whatever is wrong with it is a finding."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            return _unread("SB901", f"`{path}` cannot be read: it is not a file", "name a job file")
        if found.st_size > MOST_BYTES:
            message = f"`{path}` has {found.st_size // 1024**2} MiB; a job file has at most {MOST_BYTES // 1024**2}"
            return _unread("SB902", message, "check the name; a folder with all it holds can be one object")
        data = path.read_bytes()
    except (OSError, ValueError) as error:  # the latter for a name that no file can have
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        return _unread("SB901", f"`{path}` cannot be read: {reason}", "check the name and your rights to the file")
    try:
        source = decode_job_file(data)
    except UndecodableError as error:
        message = f"`{path}` cannot be decoded: {error.reason}, at byte {error.offset}"
        return _unread("SB903", message, "save it as UTF-8, and let its XML declaration say so or leave that out")
    return parse_job_file(source)


def parse_job_file(source: SourceText) -> Parsed:
    """The values of a job file, and all that is wrong with it."""
    findings: list[Diagnostic] = []

    def tell(finding: Diagnostic) -> None:
        findings.append(finding)
        if len(findings) == MOST_FINDINGS:
            raise _EnoughError

    try:
        whole = read_fields(parse(source), tell)
        _check_together(whole, tell)
    except MarkupError as error:
        return Parsed(source, None, (error.finding,))
    except _EnoughError:
        return Parsed(source, None, tuple(findings))
    sound = not any(finding.severity is Severity.ERROR for finding in findings)
    return Parsed(source, _job_file(whole, source.lines) if sound else None, tuple(findings))


class _EnoughError(Exception):
    """There are :data:`MOST_FINDINGS`."""


def _unread(code: str, message: str, advice: str) -> Parsed:
    return Parsed(None, None, (Diagnostic(code, message, Span(0, 0), advice),))


def _check_together(whole: Fields, tell: Callable[[Diagnostic], None]) -> None:
    """What one element alone cannot show."""
    known = {plain_name(name) for condition in whole.groups("condition") for name in condition.texts("name")}
    for job in whole.groups("job"):
        for thing in job.groups("object"):
            if "target" not in thing and thing.word("action", "copy") != Action.DELETE.value:
                tell(missing(thing.span, "object", "target"))
        for application in job.groups("closeapp"):
            if "class" not in application and "window" not in application:
                advice = "add `<class>…</class>`, `<window>…</window>` or both"
                tell(Diagnostic("SB910", "`closeapp` has neither `class` nor `window`", application.span, help=advice))
        for name, span in job.placed_texts("conditioned"):
            if name and plain_name(name) not in known:
                message = f"no condition is called `{plain_name(name)}`; the job fails when it is reached"
                tell(Diagnostic("SB914", message, span, help=hint(name, known, "add a `<condition>` of this name")))


def _job_file(whole: Fields, lines: LineTable) -> JobFile:
    def line(fields: Fields) -> int:
        return lines.position(fields.span.start).line

    return JobFile(
        conditions=tuple(_condition(fields, line(fields)) for fields in whole.groups("condition")),
        jobs=tuple(_job(fields, line) for fields in whole.groups("job")),
    )


def _condition(fields: Fields, line: int) -> Condition:
    return Condition(
        name=plain_name(fields.text("name")),
        file=fields.text("file"),
        block=fields.word("block"),
        method=Method(fields.word("method", "logical")),
        operator=Operator(fields.word("operator", "equal")),
        reference=fields.text("reference"),
        line=line,
    )


def _job(fields: Fields, line: Callable[[Fields], int]) -> Job:
    balloon = next(iter(fields.groups("balloon")), None)
    return Job(
        name=plain_name(fields.text("name")),
        conditioned=tuple(map(plain_name, fields.texts("conditioned"))),
        predelay=fields.milliseconds("predelay"),
        closeapps=tuple(_closeapp(each, line(each)) for each in fields.groups("closeapp")),
        balloon=_balloon(balloon) if balloon else None,
        objects=tuple(_object(each, line(each)) for each in fields.groups("object")),
        postdelay=fields.milliseconds("postdelay"),
        execute=fields.text("execute"),
        rollback=fields.word("rollback", "yes") == "yes",
        line=line(fields),
    )


def _closeapp(fields: Fields, line: int) -> CloseApp:
    return CloseApp(
        window_class=plain_name(fields.text("class")),
        window=plain_name(fields.text("window")),
        timeout=fields.milliseconds("timeout", DEFAULT_CLOSE_TIMEOUT),
        kill=fields.word("kill", "no") == "yes",
        fail_job=fields.word("failjob", "yes") == "yes",
        line=line,
    )


def _balloon(fields: Fields) -> Balloon:
    timeout = fields.milliseconds("timeout", DEFAULT_BALLOON_TIMEOUT)
    return Balloon(fields.text("title"), fields.text("description"), timeout)


def _object(fields: Fields, line: int) -> Object:
    return Object(fields.text("source"), fields.text("target"), Action(fields.word("action", "copy")), line)
