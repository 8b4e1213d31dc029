"""The support bundle: what somebody who is to help needs, and no secrets."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib import metadata
from pathlib import Path

from setupbatcher import __version__

_LIBRARIES = ("asyncssh", "click", "keyring", "psutil", "rich")


class Subject:
    """What this process works on, for the bundle of an error that nobody foresaw.

    Attributes:
        script: path of the script.
        log: gives the log of the run so far.
    """

    script: Path | None = None
    log: Callable[[], str] | None = None


def write_bundle(arguments: Sequence[str], *, error: BaseException | None = None) -> Path:
    """Write a bundle about :class:`Subject` into the current folder, or into that for temporary files.

    Args:
        arguments: of the command line; the values of ``--set`` are masked.
        error: that nobody foresaw.

    Returns:
        Its path.

    Raises:
        OSError: it can be written in neither folder.
    """
    parts = {"versions.txt": _versions(arguments), "script.txt": _script(), "log.txt": _log()}
    if error is not None:
        parts["traceback.txt"] = "".join(traceback.format_exception(error))
    name = f"setupbatcher-support-{datetime.now().astimezone():%Y%m%d-%H%M%S-%f}.zip"
    try:
        return _write(Path(name), parts)
    except OSError:
        return _write(Path(tempfile.gettempdir()) / name, parts)


def _write(path: Path, parts: dict[str, str]) -> Path:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in parts.items():
            bundle.writestr(name, text.encode("utf-8", "backslashreplace"))
    return path


def _versions(arguments: Sequence[str]) -> str:
    lines = [
        f"setupbatcher {__version__}",
        f"python {sys.version}",
        f"platform {platform.platform()}",
        f"encoding {sys.getfilesystemencoding()}, {getattr(sys.stdout, 'encoding', None)}",
        f"arguments {' '.join(without_values(arguments))}",
        *(f"{name} {_version(name)}" for name in _LIBRARIES),
    ]
    return "".join(f"{line}\n" for line in lines)


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "is not installed"


def without_values(arguments: Sequence[str]) -> list[str]:
    """Arguments with the values of ``--set`` left out; one may be a password."""
    shown: list[str] = []
    for argument in arguments:
        if argument.startswith("--set="):
            name = argument.removeprefix("--set=").partition("=")[0]
            shown.append(f"--set={name}=…")
        elif shown and shown[-1] == "--set":
            shown.append(f"{argument.partition('=')[0]}=…")
        else:
            shown.append(argument)
    return shown


def _script() -> str:
    """The script, passwords in it masked; where it cannot be parsed they cannot be found, and it is left out."""
    if Subject.script is None:
        return "no script\n"
    from setupbatcher.script.document import Document  # noqa: PLC0415 -- it may be what fails

    try:
        return Document.from_bytes(Subject.script.read_bytes()).shown.text
    except Exception as error:  # noqa: BLE001 -- whatever it is, the rest of the bundle is of use
        return f"left out: {type(error).__name__}: {error}\n"


def _log() -> str:
    try:
        return Subject.log() if Subject.log else "no run\n"
    except Exception as error:  # noqa: BLE001 -- as above
        return f"left out: {type(error).__name__}: {error}\n"
