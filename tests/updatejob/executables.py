"""Executables for Windows with version resources, built by the cross compiler of MinGW."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

COMPILER = shutil.which("x86_64-w64-mingw32-gcc")
_RESOURCES = "x86_64-w64-mingw32-windres"

_SCRIPT = """\
1 VERSIONINFO
FILEVERSION 1,2,3,4
PRODUCTVERSION 5,6,7,8
BEGIN
  BLOCK "StringFileInfo"
  BEGIN
    BLOCK "040704B0"
    BEGIN
{values}
    END
  END
  BLOCK "VarFileInfo"
  BEGIN
    VALUE "Translation", 0x407, 1200
  END
END
"""


def build(path: Path, strings: Mapping[str, str] | None) -> Path:
    """Build an executable that does nothing.

    Args:
        path: where to; its folder is created.
        strings: of its version resource, by the names that Windows gives them; ``None`` for no resource.
    """
    work = path.parent / f"{path.name}.build"
    work.mkdir(parents=True)
    source = work / "main.c"
    source.write_text("int main(void) { return 0; }\n", encoding="utf-8")
    inputs = [source]
    if strings is not None:
        values = "\n".join(f'      VALUE "{name}", "{text}"' for name, text in strings.items())
        script = work / "version.rc"
        script.write_text(_SCRIPT.format(values=values), encoding="utf-8")
        inputs.append(work / "version.o")
        subprocess.run([_RESOURCES, "-c", "65001", script, inputs[1]], check=True)
    assert COMPILER is not None
    subprocess.run([COMPILER, "-s", "-o", path, *inputs], check=True)
    shutil.rmtree(work)
    return path
