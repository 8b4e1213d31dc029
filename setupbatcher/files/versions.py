"""Version resources of Windows executables, read from any machine's files.

Only the resource directory is looked at, so a large executable costs what a small one does, on this machine.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from setupbatcher import errors
from setupbatcher.errors import Failure, from_os_error
from setupbatcher.files.place import Place
from setupbatcher.files.version_blocks import BLOCKS
from setupbatcher.files.whole import read_whole
from setupbatcher.hosts.base import Kind
from setupbatcher.hosts.local_files import LocalFilesystem


async def read_version(place: Place, block: str = "fileversion") -> str:
    """A string of an executable's version resource.

    Args:
        place: of the executable.
        block: one of :data:`~setupbatcher.files.version_blocks.BLOCKS`, in any case; ``fileversion`` and
            ``productversion`` fall back to the fixed part.

    Raises:
        Failure: 87 no such block, 2 no such file, 13 not an executable, or one without that string.
    """
    if block.strip().lower() not in BLOCKS:
        raise Failure(
            errors.BAD_PARAMETER, f"`{block}` is no block of a version resource", help="one of: " + ", ".join(BLOCKS)
        )
    path = place.path
    found = await place.files.stat(path)
    if found is None or found.kind is not Kind.FILE:
        raise Failure(errors.FILE_NOT_FOUND, f"{path}: file not found")
    source = Path(path) if isinstance(place.files, LocalFilesystem) else await read_whole(place)
    value = await asyncio.to_thread(_read, source, block.strip().lower())
    if value is None:
        raise Failure(errors.INVALID_DATA, f"{path}: no version resource with a block {block}")
    return value


def _read(source: Path | bytes, block: str) -> str | None:
    import pefile  # noqa: PLC0415 -- needed by few scripts

    try:
        given = {"name": str(source)} if isinstance(source, Path) else {"data": source}
        executable = pefile.PE(fast_load=True, **given)
    except OSError as error:
        raise from_os_error(error, str(source)) from error
    except (pefile.PEFormatError, ValueError):
        return None
    try:
        executable.parse_data_directories(directories=[pefile.DIRECTORY_ENTRY["IMAGE_DIRECTORY_ENTRY_RESOURCE"]])
        return _string(executable, block) or _fixed(executable, block)
    except (pefile.PEFormatError, AttributeError, IndexError, ValueError):
        # A damaged resource directory; what it could be read for is not there.
        return None
    finally:
        executable.close()


def _string(executable: Any, block: str) -> str | None:  # noqa: ANN401 -- pefile has no types
    for info in getattr(executable, "FileInfo", None) or []:
        for entry in info:
            for table in getattr(entry, "StringTable", None) or []:
                for key, value in table.entries.items():
                    if key.decode("utf-8", "replace").lower() == block:
                        return str(value.decode("utf-8", "replace")).rstrip("\0")
    return None


def _fixed(executable: Any, block: str) -> str | None:  # noqa: ANN401
    parts = {"fileversion": "FileVersion", "productversion": "ProductVersion"}
    if block not in parts or not getattr(executable, "VS_FIXEDFILEINFO", None):
        return None
    fixed = executable.VS_FIXEDFILEINFO[0]
    high, low = getattr(fixed, parts[block] + "MS"), getattr(fixed, parts[block] + "LS")
    return f"{high >> 16}.{high & 0xFFFF}.{low >> 16}.{low & 0xFFFF}"
