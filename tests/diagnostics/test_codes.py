"""The catalogue of diagnostic codes."""

from __future__ import annotations

import re

import pytest

from setupbatcher.diagnostics import Diagnostic, Severity
from setupbatcher.diagnostics.catalogue import (
    access,
    flow,
    names,
    progress,
    rows,
    sections,
    settings,
    tables,
    updatejob,
)
from setupbatcher.diagnostics.codes import Entry, all_codes, find, severity_of
from setupbatcher.text import Span

_FAMILIES = (sections, settings, rows, flow, names, tables, progress, access, updatejob)


@pytest.mark.parametrize("entry", all_codes(), ids=lambda entry: entry.code)
def test_an_entry_is_well_worded(entry: Entry) -> None:
    """A title is one lowercase line without a full stop, an explanation two to five whole sentences."""
    assert re.fullmatch(r"SB[1-9]\d\d", entry.code)
    assert entry.title
    assert "\n" not in entry.title
    assert not entry.title.endswith(".")
    first = entry.title.split()[0]
    # A title begins in lowercase unless its first word is a name of the language, such as `MarkerCol` or `TAB`.
    assert first.islower() or first.isupper() or re.match(r"[A-Z]\w*[.A-Z]", first)
    assert entry.explanation.endswith(".")
    assert "\n" not in entry.explanation
    assert len(re.findall(r"\.(?= |$)", entry.explanation)) in range(2, 6)


def test_codes_are_unique_and_in_the_module_of_their_family() -> None:
    """No code stands twice, each family has its digit, and the list is sorted."""
    codes = [entry.code for family in _FAMILIES for entry in family.ENTRIES]
    assert codes == [entry.code for entry in all_codes()]
    assert len(set(codes)) == len(codes)
    for digit, family in enumerate(_FAMILIES, 1):
        assert {entry.code[2] for entry in family.ENTRIES} == {str(digit)}


def test_few_codes_are_warnings() -> None:
    """What can be meant, though it hardly ever is, warns; everything else is an error."""
    warnings = [entry.code for entry in all_codes() if entry.severity is Severity.WARNING]
    assert warnings == ["SB204", "SB209", "SB504", "SB505", "SB914"]


def test_a_code_is_found_in_any_case() -> None:
    """People type codes as they like."""
    assert find("sb301") is find("SB301")
    assert find("SB999") is None


def test_the_number_of_a_run_time_error_is_an_error() -> None:
    """A failed command is shown like a finding, its code a number."""
    assert severity_of("1326") is Severity.ERROR
    with pytest.raises(KeyError):
        severity_of("SB999")


def test_a_diagnostic_takes_its_severity_from_the_catalogue() -> None:
    """What is a warning is said once, in the catalogue."""
    assert Diagnostic("SB204", "m", Span(0, 0)).severity is Severity.WARNING
    assert Diagnostic("SB301", "m", Span(0, 0)).severity is Severity.ERROR
