"""Archives: what is refused before anything is written, and what is unpacked."""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from setupbatcher.errors import Failure
from setupbatcher.files import Place, archive_members, extract
from setupbatcher.files.archive_members import members
from tests.files.trees import harvest, own
from tests.machines import Machines

Fill = Callable[[zipfile.ZipFile], None]


def _zip(file: Path, fill: Fill | dict[str, bytes]) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        if callable(fill):
            fill(archive)
        else:
            for name, data in fill.items():
                archive.writestr(name, data)
    return file


async def _refused(archive: Place, target: Place) -> tuple[int, str]:
    with pytest.raises(Failure) as caught:
        await extract(archive, target)
    return caught.value.code, caught.value.message.removeprefix(f"{archive}: ")


def _special(mode: int) -> Fill:
    def fill(archive: zipfile.ZipFile) -> None:
        info = zipfile.ZipInfo("x")
        info.external_attr = mode << 16
        archive.writestr("ok", b"")
        archive.writestr(info, b"/etc/passwd")

    return fill


async def test_unpack(place: Place, machines: Machines) -> None:
    """Files, folders, modes and times; the rest of the target stays; a second time changes nothing."""

    def fill(archive: zipfile.ZipFile) -> None:
        info = zipfile.ZipInfo("bin/tool", (2020, 2, 3, 4, 5, 6))
        info.external_attr = (stat.S_IFREG | 0o4755) << 16
        archive.writestr(info, b"#!/bin/sh\n")
        archive.writestr("empty/", b"")
        archive.writestr("a/b/c ä", bytes(2_000_000))

    folder = Path(str(place))
    _zip(folder / "x.zip", fill)
    target = folder / "out"
    target.mkdir()
    (target / "mine").write_bytes(b"mine")
    if not isinstance(place.path, Path):
        own(target, machines.user)
    steps = [await extract(place.child("x.zip"), place.child("out")) for _ in range(2)]
    tool = target / "bin" / "tool"
    assert (steps, harvest(target), tool.stat().st_mode & 0o7777, sorted(harvest(folder))) == (
        [True, False],
        {
            "a": {"b": {"c ä": bytes(2_000_000)}},
            "bin": {"tool": b"#!/bin/sh\n"},
            "empty": {},
            "mine": b"mine",
        },
        0o755,
        ["out", "x.zip"],
    )


@pytest.mark.parametrize(
    ("fill", "code"),
    [
        ({"../x": b""}, 161),
        ({"a/../../x": b""}, 161),
        ({"/etc/x": b""}, 161),
        ({"C:/x": b""}, 161),
        ({"c:x": b""}, 161),
        ({"..\\x": b""}, 161),
        ({"a//x": b""}, 161),
        ({"a/./x": b""}, 161),
        ({"..": b""}, 161),
        ({"x": b"1", "x/y": b"2"}, 80),
        (_special(stat.S_IFLNK | 0o777), 1463),
        (_special(stat.S_IFIFO | 0o666), 50),
        (lambda archive: [archive.writestr("bomb", bytes(300 * 1024 * 1024))], 13),
    ],
)
async def test_what_is_not_unpacked(here: Place, fill: Fill | dict[str, bytes], code: int) -> None:
    """Names that leave the target, links, bombs: nothing at all is written."""
    _zip(Path(str(here)) / "x.zip", fill)
    assert (await _refused(here.child("x.zip"), here.child("out")))[0] == code
    assert [entry.name for entry in await here.list()] == ["x.zip"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
async def test_two_members_of_one_name(here: Place) -> None:
    """Which of the two is meant cannot be known."""

    def fill(archive: zipfile.ZipFile) -> None:
        archive.writestr("a/x", b"1")
        archive.writestr("a/x", b"2")

    _zip(Path(str(here)) / "x.zip", fill)
    assert await _refused(here.child("x.zip"), here.child("out")) == (80, "two members are called 'a/x'")


async def test_damaged_archives(here: Place) -> None:
    """Damage is found before anything is in place: no archive, a cut one, a wrong checksum, an encrypted member."""
    folder = Path(str(here))
    good = _zip(folder / "good", {"a": b"content " * 100, "b": b""}).read_bytes()
    start = good.index(b"a") + 1
    flags = bytearray(good)
    for position in (6, good.index(b"PK\x01\x02") + 8):
        flags[position] |= 1
    method = bytearray(good)
    for position in (8, good.index(b"PK\x01\x02") + 10):
        method[position] = 99
    cases = {
        "none": b"just text",
        "cut": good[: len(good) // 2],
        "bytes": good[:start] + bytes([good[start] ^ 0x40]) + good[start + 1 :],
        "encrypted": bytes(flags),
        "unknown": bytes(method),
    }
    found = {}
    for name, data in cases.items():
        (folder / name).write_bytes(data)
        found[name] = (await _refused(here.child(name), here.child("out")))[0]
    names = [entry.name for entry in await here.list()]
    assert (found, names) == (
        {"none": 13, "cut": 13, "bytes": 13, "encrypted": 50, "unknown": 50},
        ["bytes", "cut", "encrypted", "good", "none", "unknown"],
    )


def test_members_that_lie_over_each_other(tmp_path: Path) -> None:
    """The most compact of zip bombs lets many members share the same bytes."""
    file = _zip(tmp_path / "x", {"a": b"1" * 1000, "b": b"2" * 1000})
    data = bytearray(file.read_bytes())
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<L", 1)
    file.write_bytes(bytes(data))
    with zipfile.ZipFile(file) as archive, pytest.raises(Failure, match="lie over each other"):
        members(archive, "x", windows=False)


@pytest.mark.parametrize("name", ["con", "a/NUL.txt", "ab:stream", "dot.", "blank ", "q?"])
def test_names_that_windows_does_not_have(tmp_path: Path, name: str) -> None:
    """They are refused for a Windows machine, and are names like any other elsewhere."""
    with zipfile.ZipFile(_zip(tmp_path / "x", {name: b""})) as archive:
        elsewhere = [member.parts for member in members(archive, "x", windows=False)]
        with pytest.raises(Failure) as caught:
            members(archive, "x", windows=True)
    assert (elsewhere, caught.value.code) == ([tuple(name.split("/"))], 161)


def test_upper_and_lower_case_on_windows(tmp_path: Path) -> None:
    """There they are the same name."""
    with zipfile.ZipFile(_zip(tmp_path / "x", {"a": b"", "A": b""})) as archive:
        assert len(members(archive, "x", windows=False)) == 2
        with pytest.raises(Failure, match="two members"):
            members(archive, "x", windows=True)


def test_too_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a limit to the number of members as there is to their size."""
    monkeypatch.setattr(archive_members, "MOST_MEMBERS", 1)
    with (
        zipfile.ZipFile(_zip(tmp_path / "x", {"a": b"", "b": b""})) as archive,
        pytest.raises(Failure, match="2 members"),
    ):
        members(archive, "x", windows=False)
