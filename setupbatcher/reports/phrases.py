"""Times and summaries in words."""

from __future__ import annotations

from datetime import datetime

from setupbatcher.diagnostics.phrases import count
from setupbatcher.events import RunEnded

_MINUTE = 60
_HOUR = 3600
_EXACT = 10


def now() -> datetime:
    """The time, with the zone that people here have."""
    return datetime.now().astimezone()


def duration(seconds: float) -> str:
    """A time as a person says it: ``0.4 s``, ``42 s``, ``3 min 05 s``, ``2 h 07 min``."""
    if seconds < _EXACT:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE:02} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02} min"


def summary(ended: RunEnded, *, machines: int, rows: int, dry: bool) -> str:
    """The last line of a run.

    Args:
        ended: what the run says of itself.
        machines: listed in the script; 0 without [Machines].
        rows: data rows that this run worked through.
        dry: nothing was done.
    """
    if dry:
        return "Dry run: nothing was done."
    parts = [*_machines(ended, machines), *([count(rows, "data row")] if rows else []), duration(ended.seconds)]
    return f"{_title(ended)}: {', '.join(parts)}"


def _title(ended: RunEnded) -> str:
    if ended.interrupted:
        return "Interrupted"
    return "Done" if ended.status == 0 else "Stopped"


def _machines(ended: RunEnded, total: int) -> list[str]:
    if not total:
        return []
    if ended.done == total:
        return [count(total, "machine")]
    parts = [f"{ended.done} of {count(total, 'machine')} done"]
    waiting = total - ended.done - ended.failed - ended.unreachable
    numbers = ((ended.failed, "failed"), (ended.unreachable, "unreachable"), (waiting, "not finished"))
    return parts + [f"{number} {word}" for number, word in numbers if number > 0]
