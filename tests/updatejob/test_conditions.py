"""Version resources of executables that are huge, damaged or false."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from setupbatcher.updatejob.conditions import evaluate
from setupbatcher.updatejob.events import ConditionRead
from setupbatcher.updatejob.model import Condition, Method, Operator
from setupbatcher.updatejob.places import Places
from tests.updatejob.executables import COMPILER, build

_HUGE = 500 * 1024**2
_PAGE = resource.getpagesize()


def _read(path: Path, operator: Operator = Operator.HIGHER) -> ConditionRead:
    condition = Condition("old", path.name, "privatebuild", Method.NUMERIC, operator, "50", 1)
    return asyncio.run(evaluate(condition, Places(path.parent)))


def test_of_a_huge_executable_only_the_resource_is_read(tool: Callable[[int], Path], tmp_path: Path) -> None:
    """Of 500 MB hardly more comes into memory than of a small one."""
    huge = tmp_path / "Tool.exe"
    huge.write_bytes(tool(49).read_bytes())
    with huge.open("r+b") as file:
        file.truncate(_HUGE)
    _read(tool(49))  # what is imported and cached for the first time is no part of it
    before = resource.getrusage(resource.RUSAGE_SELF)
    assert _read(huge).found == "49"
    after = resource.getrusage(resource.RUSAGE_SELF)
    pages = after.ru_minflt + after.ru_majflt - before.ru_minflt - before.ru_majflt
    assert pages * _PAGE < _HUGE / 20


def test_a_length_that_is_not_true_is_no_trouble(tool: Callable[[int], Path], tmp_path: Path) -> None:
    """One 16-bit number of the version resource after the other claims to be as large as it can."""
    data = tool(49).read_bytes()
    begin = data.index("VS_VERSION_INFO".encode("utf-16-le")) - 6
    end = data.index("Translation".encode("utf-16-le")) + 30
    path = tmp_path / "Tool.exe"
    results = set()
    for at in range(begin, end, 6):
        path.write_bytes(data[:at] + b"\xff\xff" + data[at + 2 :])
        read = _read(path)
        assert read.holds is (read.found is not None and _number(read.found) < 50)
        results.add(read.found)
    assert {"49", None} <= results


def _number(text: str) -> int:
    return int("".join(char for char in text if char in "0123456789") or "0")


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_no_damage_is_too_strange(tool: Callable[[int], Path], data: st.DataObject) -> None:
    """Whatever bytes are changed or missing, the condition holds or does not, with a reason."""
    whole = bytearray(tool(49).read_bytes())
    resources = whole.index("VS_VERSION_INFO".encode("utf-16-le"))
    places = st.integers(0, 0x400) | st.integers(resources - 400, resources + 800)
    for at in data.draw(st.lists(places, max_size=8)):
        whole[at : at + 2] = data.draw(st.sampled_from([b"\0\0", b"\xff\xff", b"\xff\x7f", b"\0\x80", b"\1\0"]))
    kept = data.draw(st.just(len(whole)) | st.integers(0, len(whole)))
    with TemporaryDirectory() as folder:
        path = Path(folder, "Tool.exe")
        path.write_bytes(whole[:kept])
        read = _read(path, Operator.UNEQUAL)
    assert read.holds is (read.found is not None)
    assert read.reason or read.found is not None


@pytest.mark.parametrize(
    ("block", "found"), [("fileversion", "1.2.3.4"), ("productversion", "5.6.7.8"), ("comments", None)]
)
def test_the_fixed_part_stands_in_for_strings(tmp_path: Path, block: str, found: str | None) -> None:
    """An executable without strings still has two numbers."""
    if COMPILER is None:
        pytest.skip("MinGW is not installed; on Debian: apt-get install gcc-mingw-w64-x86-64-win32")
    path = build(tmp_path / "Tool.exe", {})
    condition = Condition("v", path.name, block, Method.LOGICAL, Operator.EQUAL, found or "", 1)
    assert asyncio.run(evaluate(condition, Places(tmp_path))).found == found
    without = build(tmp_path / "Plain.exe", None)
    read = asyncio.run(evaluate(condition._replace(file=without.name), Places(tmp_path)))
    assert (read.found, read.holds) == (None, False)
