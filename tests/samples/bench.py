"""A bench for the samples: a copy in a folder of its own, the ways in which an editor may have saved it, a run."""

from __future__ import annotations

import asyncio
import codecs
import itertools
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from setupbatcher import events
from setupbatcher.run import Options, Run

SAMPLES = Path(__file__).parents[2] / "samples"
EXPECTED = Path(__file__).parent / "expected"
NAMES = sorted(path.stem for path in SAMPLES.glob("*.txt"))


def _mixed(text: str) -> str:
    """Three kinds of line ends in turn; rows added to [Variables] have the first kind of the file, so it has too."""
    ends = itertools.cycle(("\r\n", "\n", "\r"))
    head, label, tail = text.partition("[Variables]\n")
    return re.sub("\n", lambda _: next(ends), head) + (label + tail).replace("\n", "\r\n")


VARIANTS: dict[str, Callable[[str], bytes]] = {
    "LF": str.encode,
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "mixed line ends": lambda text: _mixed(text).encode(),
    "UTF-8 with BOM": lambda text: codecs.BOM_UTF8 + text.encode(),
    "UTF-16 LE": lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    "UTF-16 BE": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "Windows-1252": lambda text: text.encode("cp1252"),
    "no final line end": lambda text: text.removesuffix("\n").encode(),
}
"""How a text may stand in a file."""


def read(path: Path) -> str:
    """A text file as it is, line ends included."""
    return path.read_bytes().decode()


def expected(name: str, what: str) -> str:
    """What is known of a sample: ``after``, ``dry`` or ``files``."""
    return read(EXPECTED / f"{name}.{what}.expected")


@dataclass
class Bench:
    """A folder with a copy of a sample.

    Attributes:
        folder: the folder.
        name: of the sample.
        heard: what the last run told.
    """

    folder: Path
    name: str
    heard: list[events.Event] = field(default_factory=list)

    @property
    def script(self) -> Path:
        """The copy."""
        return self.folder / f"{self.name}.txt"

    def lay_out(self, text: str, variant: str = "LF") -> bytes:
        """Put the script and what it needs into the folder; returns the script's bytes."""
        self.folder.mkdir()
        shutil.copy(SAMPLES / "release.zip", self.folder)
        data = VARIANTS[variant](text)
        self.script.write_bytes(data)
        return data

    def run(self, **options: object) -> int:
        """Run the script as it stands."""
        self.heard = []
        return asyncio.run(Run(self.script, Options(**options), [self.heard.append]).execute())  # type: ignore[arg-type]

    def said(self) -> list[str]:
        """What the log of the last run says, the folder's name taken out."""
        return [
            event.text.replace(str(self.folder.resolve()), "FOLDER")
            for event in self.heard
            if isinstance(event, events.Said | events.Notice)
        ]

    def tree(self) -> dict[str, bytes | None]:
        """Everything below the folder that is not there from the start; a folder has ``None``."""
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes() if path.is_file() else None
            for path in sorted(self.folder.rglob("*"))
            if path not in {self.script, self.folder / "release.zip"}
        }

    def listing(self) -> str:
        """The same as text: each path in a line of its own, a file's lines indented below it."""
        lines = []
        for path, data in self.tree().items():
            lines.append(path if data is not None else f"{path}/")
            lines += [f"    {line}" for line in (data or b"").decode().splitlines()]
        return "".join(line + "\n" for line in lines)
