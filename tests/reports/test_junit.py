"""The JUnit file, as build servers read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from setupbatcher import events
from setupbatcher.reports.junit import junit, junit_of_refusal
from setupbatcher.reports.record import Record
from setupbatcher.reports.sheet import Sheet
from setupbatcher.run import Options
from tests.reports.fleet import Fleet
from tests.reports.runs import run, written

# What the common schema of JUnit files allows: attributes, those that must be there, and children in their order.
_SCHEMA: dict[str, tuple[set[str], set[str], tuple[str, ...]]] = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, set(), ("testsuite",)),
    "testsuite": (
        {
            "name",
            "tests",
            "failures",
            "errors",
            "time",
            "disabled",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
        },
        {"name", "tests", "failures", "errors", "time"},
        ("properties", "testcase", "system-out", "system-err"),
    ),
    "testcase": (
        {"name", "time", "classname"},
        {"name", "classname", "time"},
        ("skipped", "error", "failure", "system-out", "system-err"),
    ),
    "failure": ({"type", "message"}, {"type"}, ()),
    "skipped": ({"type", "message"}, set(), ()),
    "system-out": (set(), set(), ()),
}


def _problems(element: ET.Element) -> Iterator[str]:
    """What a reader that is strict would not take."""
    allowed, needed, children = _SCHEMA[element.tag]
    given = set(element.attrib)
    yield from (f"{element.tag}: attribute {name}" for name in given - allowed | needed - given)
    places = [children.index(child.tag) if child.tag in children else -1 for child in element]
    if places != sorted(places) or -1 in places:
        yield f"{element.tag}: children {[child.tag for child in element]}"
    for name in {"time"} & given:
        if not re.fullmatch(r"\d+\.\d{3}", element.attrib[name]):
            yield f"{element.tag}: {name}={element.attrib[name]}"
    if element.tag in {"testsuite", "testsuites"}:
        cases = list(element.iter("testcase"))
        counted = {"tests": len(cases), "failures": len(list(element.iter("failure"))), "errors": 0}
        if element.tag == "testsuite":
            counted["skipped"] = len(list(element.iter("skipped")))
        yield from (f"{element.tag}: {name}" for name, number in counted.items() if element.attrib[name] != str(number))
        names = [(case.attrib["classname"], case.attrib["name"]) for case in cases]
        yield from (f"{element.tag}: a name twice" for _ in range(len(names) - len(set(names))))
    for child in element:
        yield from _problems(child)


def _read(text: str) -> ET.Element:
    root = ET.fromstring(text.encode())  # noqa: S314 -- our own
    assert list(_problems(root)) == []
    return root


def _cases(root: ET.Element, suite: str) -> dict[str, str]:
    """What became of each case of a suite."""
    found = next(each for each in root if each.attrib["name"] == suite)
    return {case.attrib["name"]: case[0].tag if len(case) else "" for case in found}


def test_machines_are_suites_and_commands_are_cases(tmp_path: Path) -> None:
    """Failures have their code, message and output; what was not done is skipped and says why."""
    root = _read(junit(run(written(tmp_path))[0].sheet()))
    assert [suite.attrib["name"] for suite in root] == ["[Init]", "one", "two", "bad"]
    assert _cases(root, "[Init]") == {"[Init] 1: DOS echo init": "system-out"}
    two = _cases(root, "two")
    row = "[Batch] 8: DOS test %col1|sh% != b -o %Machine% != two || { echo broken; exit 3; }"
    assert two[f"{row} [row 1]"] == "failure"
    assert two[row] == ""
    assert two["[Batch] 5: Log no"] == two["[Batch] 11: Call Part"] == "skipped"
    failure = next(root.iter("failure"))
    assert (failure.attrib["type"], failure.text) == (
        "exit status 3",
        "exit status 3\ndata row 1: b\nbroken",
    )
    bad = _cases(root, "bad")
    assert bad.pop("reach the machine") == "failure"
    assert set(bad.values()) == {"skipped"}
    reasons = {skipped.attrib["message"] for skipped in root.iter("skipped")}
    assert reasons == {"in a branch that was not taken", "not reached"}


def test_a_loop_is_one_case_however_many_rows_it_has(tmp_path: Path) -> None:
    """Its number stands beside it, not in its name, so that the case is the same from run to run."""
    rows = "".join(f"{number}\n" for number in range(40))
    text = f"[Settings]\nBatchSettings.MarkerCol=2\n[Batch]\nData.Loop\n$i Fail 9,no\nData.EndLoop\n[Data]\n{rows}"
    root = _read(junit(run(written(tmp_path, text), Options())[0].sheet()))
    assert list(_cases(root, "this machine")) == ["[Batch] 1: Data.Loop", "[Batch] 2: $i Fail 9,no"]
    said = [element.text or "" for element in root.iter("system-out")]
    assert said[0] == "carried out 40 times"
    assert said[1].startswith("carried out 40 times\n40 errors ignored\nerror 9: no\n")


def test_what_an_earlier_run_has_done_is_skipped(tmp_path: Path) -> None:
    """It is not said to have passed now."""
    path = written(tmp_path, "[Batch]\nLog a\tOK\nLog b\n")
    assert _cases(_read(junit(run(path, Options())[0].sheet())), "this machine") == {
        "[Batch] 1: Log a": "skipped",
        "[Batch] 2: Log b": "",
    }


def test_large_runs_are_sound_too() -> None:
    """With every kind of end."""
    record = Record("setup.txt")
    for event in Fleet(400, 30, failing=9, unreachable=40):
        record(event)
    root = _read(junit(record.sheet()))
    assert len(list(root)) == 400


@pytest.mark.parametrize(
    "text", ["]]></failure><x/>", "\x00\x08\x1b[31mred\x1b[0m\ud800\ufffe", "a & b < c > \"d\" 'e'"]
)
def test_no_text_of_a_run_breaks_the_file(text: str) -> None:
    """Markup stays text, and what XML cannot hold is replaced."""
    record = Record(f"{text}.txt")
    for event in Fleet(3, 1, (f"DOS {text}",), failing=2):
        if isinstance(event, events.Output):
            record(events.Output(event.place, text))
        elif isinstance(event, events.CommandError):
            record(events.CommandError(event.place, 5, text, text, program=False, output=text))
        else:
            record(event)
    root = _read(junit(record.sheet()))
    failure = next(root.iter("failure"))
    clean = text.replace("\x1b[31m", "").replace("\x1b[0m", "")
    clean = re.sub("[\x00\x08\ud800\ufffe]", "\ufffd", clean)
    assert failure.attrib["message"] == clean


def test_a_refused_script_is_a_failure() -> None:
    """So that a build server does not take the file of the run before for this one's."""
    root = _read(junit_of_refusal(Sheet("s.txt"), ["s.txt:2:1: error[SB301]: unknown command `DSO`", "more"]))
    failure = next(root.iter("failure"))
    assert failure.attrib["message"] == "s.txt:2:1: error[SB301]: unknown command `DSO`"
    assert failure.text is not None
    assert failure.text.endswith("\nmore")
