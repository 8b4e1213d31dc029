"""What the catalogue holds of a code."""

from __future__ import annotations

from typing import NamedTuple

from setupbatcher.diagnostics.model import Severity


class Entry(NamedTuple):
    """One diagnostic code.

    Attributes:
        code: ``SB`` and three digits, the first one the family.
        title: one lowercase line without a full stop.
        explanation: what is wrong, why it matters and what to do, in a few sentences; one paragraph.
        severity: an error unless said otherwise.
    """

    code: str
    title: str
    explanation: str
    severity: Severity = Severity.ERROR
