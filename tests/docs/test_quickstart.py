"""The demonstration of ``./quickstart``, run for real in a pseudo-terminal, and its picture in the README."""

from __future__ import annotations

import html
import re
from pathlib import Path
from types import ModuleType

import pytest

from tests.docs.scripts import load

EXPECTED = (Path(__file__).parent / "quickstart.expected").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def record() -> ModuleType:
    """The recorder."""
    return load("record")


@pytest.fixture(scope="module")
def session(record: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> str:
    """One run of the demonstration; the folder in which it worked is gone afterwards."""
    folder = tmp_path_factory.mktemp("temporary")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        patch.setattr("tempfile.tempdir", None)
        text: str = record.session()
    assert list(folder.iterdir()) == []
    return text


def _shown(svg: str, columns: int) -> str:
    """The text of a picture, one line for each of its lines."""
    lines: dict[int, list[tuple[float, str]]] = {}
    for place, row, text in re.findall(
        r'<text class="quickstart-r\d+" x="([\d.]+)" y="[\d.]+"[^>]*clip-path="url\(#quickstart-line-(\d+)\)">([^<]*)<',
        svg,
    ):
        lines.setdefault(int(row), []).append((float(place), html.unescape(text).replace("\xa0", " ")))
    last = max(lines)
    whole = ""
    for row in range(last + 1):
        line = ""
        for place, text in sorted(lines.get(row, [])):
            line = line.ljust(round(place / 12.2)) + text.rstrip("\n")
        assert len(line) <= columns + 1
        whole += line.rstrip() + "\n"
    return whole


def test_the_demonstration_shows_what_it_should(record: ModuleType, session: str) -> None:
    """It stops with an error, goes on after that was mended, and runs exactly the row whose marker was removed.

    Where it is to show something else: ``python docs/record.py --text >tests/docs/quickstart.expected``.
    """
    assert record.plain(session) == EXPECTED


def test_the_picture_is_up_to_date(record: ModuleType) -> None:
    """The picture in the README shows the demonstration as it is now; if not, run ``python docs/record.py``."""
    svg = record.PICTURE.read_text(encoding="utf-8")
    wanted = "".join(line.expandtabs(8).rstrip() + "\n" for line in EXPECTED.splitlines())
    assert _shown(svg, record.COLUMNS) == wanted


def test_a_picture_needs_nothing_from_elsewhere(record: ModuleType, session: str) -> None:
    """A picture is the same for the same session, and names no address but that of the format."""
    svg = record.picture(session)
    assert svg == record.picture(session)
    assert set(re.findall(r"https?://[^\s\"')]+", svg)) == {"http://www.w3.org/2000/svg"}
