"""What an archive says it holds, and whether that may be unpacked at all. Nothing is written here."""

from __future__ import annotations

import re
import stat as modes
import time
import unicodedata
import zipfile
from dataclasses import dataclass

from setupbatcher import errors
from setupbatcher.errors import Failure

MOST_MEMBERS = 1_000_000
MOST_BYTES = 256 * 1024**3
"""Unpacked size that no archive for a machine has; a larger one is taken for an attack or a mistake."""

FREE_BYTES = 256 * 1024**2
MOST_RATIO = 250
"""An archive may unpack to 256 MiB in any case, to more only if it does not grow more than this many times."""

_DRIVE = re.compile(r"[A-Za-z]:")
_ENCRYPTED = 0x1
_UNIX = 3
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?")
_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*\x00-\x1f]')


@dataclass(frozen=True, slots=True)
class Member:
    """A file or folder in an archive, found harmless.

    Attributes:
        info: the archive's own entry.
        parts: the path below the target.
        folder: whether it is a folder.
        mode: permission bits; ``None`` when the archive has none.
        modified: seconds since the epoch; ``None`` when the archive has no usable time.
    """

    info: zipfile.ZipInfo
    parts: tuple[str, ...]
    folder: bool
    mode: int | None
    modified: float | None


def members(archive: zipfile.ZipFile, name: str, *, windows: bool) -> list[Member]:
    """The members of an archive, in its order.

    Args:
        archive: opened.
        name: for messages.
        windows: the target machine's paths are Windows paths.

    Raises:
        Failure: 161 for a member that would leave the target or has no proper name, 1463 for a link, 50 for an
            encrypted member or one of an unknown kind, 80 for two of the same name, 13 for a size that cannot be meant.
    """
    infos = archive.infolist()
    check_sizes(infos, name)
    found = [_member(info, name, windows=windows) for info in infos]
    _check_names(found, name, windows=windows)
    return found


def _member(info: zipfile.ZipInfo, archive: str, *, windows: bool) -> Member:
    place = f"{archive}: member {info.orig_filename!r}"
    if info.flag_bits & _ENCRYPTED:
        raise Failure(
            errors.NOT_SUPPORTED, f"{place}: is encrypted", help="unpack it with a program that asks for the key"
        )
    _check_kind(info, place)
    parts = _parts(info.orig_filename, place)
    if windows:
        for part in parts:
            if _RESERVED.fullmatch(part) or _NOT_ON_WINDOWS.search(part) or part[-1] in ". ":
                raise Failure(errors.BAD_PATH, f"{place}: not a name on Windows")
    bits = info.external_attr >> 16 & 0o777 if info.create_system == _UNIX else 0
    return Member(info, parts, info.orig_filename.endswith("/"), bits | 0o600 if bits else None, _modified(info))


def _parts(name: str, place: str) -> tuple[str, ...]:
    if not name or "\0" in name:
        raise Failure(errors.BAD_PATH, f"{place}: not a name")
    if "\\" in name:
        raise Failure(errors.BAD_PATH, f"{place}: a backslash in a name may lead out of the target")
    if name.startswith("/") or _DRIVE.match(name):
        raise Failure(errors.BAD_PATH, f"{place}: an absolute path")
    parts = tuple(name.removesuffix("/").split("/"))
    if any(part in ("", ".", "..") for part in parts):
        raise Failure(errors.BAD_PATH, f"{place}: the path may lead out of the target")
    return parts


def _check_kind(info: zipfile.ZipInfo, place: str) -> None:
    kind = modes.S_IFMT(info.external_attr >> 16) if info.create_system == _UNIX else 0
    if kind == modes.S_IFLNK:
        raise Failure(errors.BAD_LINK, f"{place}: a link may lead out of the target")
    if kind not in (0, modes.S_IFREG, modes.S_IFDIR):
        raise Failure(errors.NOT_SUPPORTED, f"{place}: neither a file nor a folder")


def check_sizes(infos: list[zipfile.ZipInfo], archive: str) -> None:
    """Refuse an archive whose members would grow beyond what can be meant.

    Raises:
        Failure: 13, it is a zip bomb or looks like one.
    """
    total = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    advice = "unpack it by hand if it is meant"
    if len(infos) > MOST_MEMBERS or total > MOST_BYTES:
        message = f"{archive}: holds {len(infos)} members with {total} bytes, more than is unpacked"
        raise Failure(errors.INVALID_DATA, message, help=advice)
    if total > FREE_BYTES and total > packed * MOST_RATIO:
        message = f"{archive}: {packed} bytes would grow to {total}, as those of a zip bomb do"
        raise Failure(errors.INVALID_DATA, message, help=advice)
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise Failure(errors.INVALID_DATA, f"{archive}: members lie over each other, as in a zip bomb", help=advice)
        end = info.header_offset + info.compress_size


def _check_names(found: list[Member], archive: str, *, windows: bool) -> None:
    """No two files of one name, nor a file where another member needs a folder."""
    folders: set[tuple[str, ...]] = set()
    files: set[tuple[str, ...]] = set()
    for member in found:
        key = tuple(_same(part) if windows else part for part in member.parts)
        if not member.folder:
            if key in files:
                raise Failure(errors.EXISTS, f"{archive}: two members are called {'/'.join(member.parts)!r}")
            files.add(key)
        folders.update(key[:length] for length in range(1, len(key) + member.folder))
    if both := files & folders:
        raise Failure(errors.EXISTS, f"{archive}: {'/'.join(min(both))!r} is both a file and a folder")


def _same(part: str) -> str:
    """What Windows takes for the same name."""
    return unicodedata.normalize("NFC", part).casefold()


def _modified(info: zipfile.ZipInfo) -> float | None:
    try:
        return time.mktime((*info.date_time, 0, 0, -1))
    except (OverflowError, ValueError):
        return None
