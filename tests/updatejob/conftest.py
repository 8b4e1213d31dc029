"""Fixtures for job files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from setupbatcher.updatejob.events import Ended, Event, Tell
from setupbatcher.updatejob.reading import read_job_file
from setupbatcher.updatejob.running import Options, run_jobs
from setupbatcher.updatejob.telling import line
from tests.updatejob.executables import COMPILER, build

STRINGS = {
    "CompanyName": "Müller & Söhne",
    "FileDescription": "Tool for all",
    "FileVersion": "1.10.0",
    "InternalName": "tool",
    "LegalCopyright": "© 2026",
    "OriginalFilename": "Tool.exe",
    "ProductName": "Tool",
    "ProductVersion": "2.0 beta",
    "Comments": "none",
    "LegalTrademarks": "Tool®",
    "SpecialBuild": "x64",
}
"""Of every executable that the tests build, beside its private build."""


@pytest.fixture(scope="session")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Gives an executable of a private build."""
    if COMPILER is None:
        pytest.skip("MinGW is not installed; on Debian: apt-get install gcc-mingw-w64-x86-64-win32")
    folder = tmp_path_factory.mktemp("executables")

    def built(number: int) -> Path:
        path = folder / f"build-{number}.exe"
        return path if path.exists() else build(path, {**STRINGS, "PrivateBuild": str(number)})

    return built


@dataclass
class Bench:
    """A folder with a job file.

    Attributes:
        folder: where the job file stands.
        heard: events of the last run.
    """

    folder: Path
    heard: list[Event] = field(default_factory=list)

    @property
    def job_file(self) -> Path:
        """Its path."""
        return self.folder / "UpdateJob.xml"

    @property
    def said(self) -> str:
        """The events of the last run as lines."""
        return "".join(f"{line(event).text}\n" for event in self.heard)

    def write(self, body: str) -> None:
        """Write a job file with some conditions and jobs."""
        self.job_file.write_text(f"<updatejob>{body}</updatejob>", encoding="utf-8")

    def put(self, path: str, text: str = "") -> Path:
        """Write a file, and the folders above it."""
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        return place

    def tree(self) -> dict[str, str]:
        """All files but the job file, with what they hold."""
        files = (path for path in self.folder.rglob("*") if path.is_file() and path != self.job_file)
        return {path.relative_to(self.folder).as_posix(): path.read_text(encoding="utf-8") for path in files}

    def run(self, body: str | None = None, options: Options | None = None, watch: Tell = lambda _: None) -> Ended:
        """Carry the job file out.

        Args:
            body: what to write into it first.
            options: how.
            watch: told each event beside ``heard``.
        """
        return asyncio.run(self.running(body, options, watch))

    async def running(
        self, body: str | None = None, options: Options | None = None, watch: Tell = lambda _: None
    ) -> Ended:
        """The same in an event loop that is there already."""
        if body is not None:
            self.write(body)
        parsed = read_job_file(self.job_file)
        assert parsed.job_file is not None, parsed.findings
        self.heard = []

        def tell(event: Event) -> None:
            self.heard.append(event)
            watch(event)

        return await run_jobs(self.job_file, parsed.job_file, options or Options(), tell)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A folder for a job file."""
    folder = tmp_path / "place"
    folder.mkdir()
    return Bench(folder)
