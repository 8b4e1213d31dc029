"""Write the pages that are made of the catalogues; with ``--check`` only say which of them are out of date.

Run it in the checkout: ``python docs/generate.py``.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from command_line import command_line_page
from reference import NOTICE, command_pages, functions_page, settings_page

from setupbatcher.diagnostics.codes import Entry, all_codes
from setupbatcher.errors import MEANINGS
from setupbatcher.text import UndecodableError, decode

DOCS = Path(__file__).resolve().parent
SAMPLES = DOCS.parent / "samples" / "errors"
JOB_FILES = Path("updatejob") / "errors"
"""Samples of codes about job files, beside the other ones."""


def codes_page(samples: Path) -> str:
    """The page of diagnostic codes.

    Args:
        samples: the folder of ``CODE.txt``, a script that shows the code, and ``CODE.expected``, what the check says.
    """
    entries = all_codes()
    lines = [
        NOTICE,
        "# Diagnostic codes\n",
        "What the check of a script can find, and SB9xx that of a job file. `setupbatcher explain CODE` says the same",
        "on the terminal. An error keeps everything from running, a warning does not.\n",
        "| Code | Title | |",
        "|---|---|---|",
        *(f"| [{entry.code}](#{entry.code.lower()}) | {entry.title} | {entry.severity.value} |" for entry in entries),
    ]
    for entry in entries:
        lines += ["", *_entry(entry, samples)]
    return "\n".join(lines) + "\n"


def error_codes_page() -> str:
    """The page of error codes at run time."""
    lines = [
        NOTICE,
        "# Error codes\n",
        "The code of a command that failed stands in its marker. It is a Windows system error code wherever one",
        "fits, on every platform. After a row that starts a program it is that program's exit status, as it is; the",
        "log says so.\n",
        "| Code | Meaning | What to do |",
        "|---|---|---|",
        *(f"| {code} | {meaning.title} | {meaning.help} |" for code, meaning in sorted(MEANINGS.items())),
    ]
    return "\n".join(lines) + "\n"


def pages(samples: Path) -> dict[str, str]:
    """Every generated page by its path in this folder."""
    return {
        "codes.md": codes_page(samples),
        "command-line.md": command_line_page(),
        **command_pages(),
        "error-codes.md": error_codes_page(),
        "functions-and-filters.md": functions_page(),
        "settings.md": settings_page(),
    }


def outdated(folder: Path, samples: Path) -> list[str]:
    """The pages in a folder that are not as they would be written now, those without a catalogue entry included."""
    wanted = pages(samples)
    changed = [
        name
        for name, text in wanted.items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != text
    ]
    return changed + [name for name in _areas(folder) if name not in wanted]


def _areas(folder: Path) -> list[str]:
    """The pages of commands that are there."""
    return sorted(path.relative_to(folder).as_posix() for path in (folder / "commands").glob("*.md"))


def _entry(entry: Entry, samples: Path) -> list[str]:
    lines = [f'<a id="{entry.code.lower()}"></a>', "", f"## {entry.code}: {entry.title}", ""]
    lines += [f"*{entry.severity.value.capitalize()}.* {entry.explanation}"]
    for kind, folder, ending in (("script", samples, "txt"), ("job file", samples.parent / JOB_FILES, "xml")):
        shown = _text(folder / f"{entry.code}.{ending}")
        said = _text(folder / f"{entry.code}.expected")
        if shown is not None and said is not None:
            lines += ["", f"This {kind}", "", *_fenced(shown), "", "gives", "", *_fenced(said)]
    return lines


def _text(path: Path) -> str | None:
    """What a sample holds; ``None`` where there is none, or where it is not text on purpose."""
    if not path.is_file():
        return None
    try:
        return decode(path.read_bytes()).text
    except UndecodableError:
        return None


def _fenced(text: str) -> list[str]:
    """A block of text as it is, its fence longer than any inside."""
    longest = max(map(len, re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *re.split(r"\r\n|\n|\r", text.rstrip("\r\n")), fence]


def main() -> int:
    """Write the pages, or check them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a page is out of date")
    if parser.parse_args().check:
        names = outdated(DOCS, SAMPLES)
        for name in names:
            print(f"docs/{name} is out of date: run python docs/generate.py")
        return 1 if names else 0
    wanted = pages(SAMPLES)
    (DOCS / "commands").mkdir(exist_ok=True)
    for name, text in wanted.items():
        (DOCS / name).write_text(text, encoding="utf-8", newline="\n")
    for name in _areas(DOCS):
        if name not in wanted:
            (DOCS / name).unlink()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
