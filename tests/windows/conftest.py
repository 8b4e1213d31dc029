"""Fixtures for what runs on the CPython for Windows under wine."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import setupbatcher
from tests.windows.prefix import MISSING, environment, prepare, windows_path

LIMIT = 120.0
"""Seconds until a call counts as hanging."""


@dataclass
class Windows:
    """Windows with the package, and a folder on it.

    Attributes:
        python: its interpreter.
        environment: of the calls.
        folder: where they start.
    """

    python: Path
    environment: dict[str, str]
    folder: Path

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Call Python to its end; wine wants pipes for its output."""
        with self.start(*arguments) as process:
            try:
                out, err = process.communicate(timeout=LIMIT)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start Python with pipes before it."""
        return subprocess.Popen(
            ["wine", str(self.python), *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Windows]:
    """Windows, made where there is none; its services run for as long as the tests do."""
    if MISSING:
        pytest.skip("wine is not installed; on Debian: apt-get install wine")
    root = prepare()
    folder = tmp_path_factory.mktemp("windows")
    # Beside an installed package stand libraries that are not for Windows.
    package = Path(setupbatcher.__file__).parent
    shutil.copytree(package, folder / "package" / "setupbatcher", ignore=shutil.ignore_patterns("__pycache__"))
    settings = environment(root)
    settings["PYTHONPATH"] = f"{windows_path(root / 'libraries')};{windows_path(folder / 'package')}"
    nothing = subprocess.DEVNULL
    # Whatever starts wine's services lends them its output, so that a pipe would never end; hence this first call.
    keeper = subprocess.Popen(
        ["wine", "cmd", "/c", "pause"], env=settings, stdin=subprocess.PIPE, stdout=nothing, stderr=nothing
    )
    try:
        yield Windows(root / "python" / "cp313" / "python.exe", settings, folder)
    finally:
        keeper.communicate(b"\r\n", timeout=LIMIT)


@pytest.fixture
def windows(system: Windows, tmp_path: Path) -> Windows:
    """Windows in a folder of this test's own."""
    return Windows(system.python, system.environment, tmp_path)
