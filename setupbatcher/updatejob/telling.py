"""Events of a job file as lines for a person and a log, and as JSON for programs. The JSON, version 1, is a promise."""

from __future__ import annotations

import re
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

from setupbatcher.diagnostics.phrases import count
from setupbatcher.updatejob import events
from setupbatcher.updatejob.model import Condition, Operator

VERSION = 1

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MEGABYTE = 1_000_000


class Weight(Enum):
    """How much a line matters."""

    DETAIL = "detail"
    BALLOON = "balloon"
    WARNING = "warning"
    ERROR = "error"


class Line(NamedTuple):
    """What is to be said of an event.

    Attributes:
        text: one line without a full stop.
        weight: of it.
        help: what to do.
    """

    text: str
    weight: Weight = Weight.DETAIL
    help: str | None = None


def line(event: events.Event) -> Line:  # noqa: C901, PLR0911, PLR0912 -- one line a kind of event
    """The line for an event."""
    match event:
        case events.Began(path, jobs, dry):
            return Line(f"{path}: {'dry run, ' if dry else ''}{count(jobs, 'job')}")
        case events.Recovered(finished):
            state = "all in place" if finished else "as they were before it"
            return Line(f"an earlier run had died; the files of its job are {state}", Weight.WARNING)
        case events.JobBegan(name, at):
            return Line(f"job {_job(name)} (line {at})")
        case events.ConditionRead():
            return Line(f"  {_condition(event)}")
        case events.JobSkipped(name, condition):
            return Line(f"  skipped, because `{condition}` does not hold")
        case events.Waiting(milliseconds):
            return Line(f"  waiting {milliseconds} ms")
        case events.AppClosed(wanted, windows, ended):
            return Line(f"  {_closed(wanted, windows, ended)}")
        case events.BalloonShown(title, description, desktop):
            text = " ".join(f"{title}: {description}".split())
            return Line(f"  notification: {text}") if desktop else Line(text, Weight.BALLOON)
        case events.ObjectBegan(action, source, target):
            return Line(f"  {action.value} {source}" + (f" to {target}" if target else ""))
        case events.ObjectMoved(_, files, in_all, size):
            return Line(f"    {files} of {count(in_all, 'file')}, {size / _MEGABYTE:.0f} MB")
        case events.ObjectDone(_, files, changed):
            return Line(f"    {count(files, 'file')}, {changed} changed")
        case events.Executed(path):
            return Line(f"  started {path}")
        case events.Would(what):
            return Line(f"  would {what}")
        case events.Warned(message, advice):
            return Line(message, Weight.WARNING, advice)
        case events.JobDone(_, seconds):
            return Line(f"  done in {seconds:.1f} s")
        case events.JobFailed(name, code, message, advice, undone):
            state = "; its files are as they were before" if undone else ""
            return Line(f"job {_job(name)} failed with error {code}: {message}{state}", Weight.ERROR, advice)
        case events.Ended(done, skipped, failed):
            return Line(f"{count(done, 'job')} done, {skipped} skipped, {failed} failed")


def as_json(event: events.Event, time: datetime) -> dict[str, Any]:
    """An event as an object for ``--json``: ``version``, ``time``, ``event``, and what the event itself has."""
    name = _HUMP.sub("_", type(event).__name__).lower()
    head = {"version": VERSION, "time": time.isoformat(timespec="milliseconds"), "event": name}
    return head | {key: _plain(value) for key, value in event._asdict().items()}


def _plain(value: object) -> object:
    if isinstance(value, Condition):
        return {key: _plain(entry) for key, entry in value._asdict().items()}
    return value.value if isinstance(value, Enum) else value


def _job(name: str) -> str:
    return f"`{name}`" if name else "without a name"


_RELATIONS = {
    Operator.HIGHER: "higher than",
    Operator.HIGHER_EQUAL: "higher than or equal to",
    Operator.EQUAL: "equal to",
    Operator.UNEQUAL: "unequal to",
    Operator.LOWER_EQUAL: "lower than or equal to",
    Operator.LOWER: "lower than",
}


def _condition(read: events.ConditionRead) -> str:
    condition = read.condition
    if read.found is None:
        return f"condition `{condition.name}` does not hold: {read.reason}"
    verdict, negation = ("holds", "") if read.holds else ("does not hold", "not ")
    relation = f"{negation}{_RELATIONS[condition.operator]} {condition.block} `{read.found}`"
    return f"condition `{condition.name}` {verdict}: `{condition.reference}` is {relation} ({condition.method.value})"


def _closed(wanted: str, windows: int, ended: int) -> str:
    if not windows:
        return f"nothing to close: {wanted}"
    processes = f", {count(ended, 'process', 'processes')} ended" if ended else ""
    return f"closed {wanted}: {count(windows, 'window')}{processes}"
