"""What the pages show is true: scripts pass the check, sessions run as printed, links lead somewhere."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from setupbatcher import events, run
from setupbatcher.checks import check
from setupbatcher.commands.registry import all_commands, find
from setupbatcher.diagnostics.codes import all_codes
from setupbatcher.errors import MEANINGS
from setupbatcher.script.document import Document
from setupbatcher.script.functions import CATALOGUE as FUNCTIONS
from setupbatcher.script.labels import find_labels
from setupbatcher.script.reserved import is_reserved
from setupbatcher.script.settings import CATALOGUE as SETTINGS
from setupbatcher.text import SourceText
from tests.docs.pages import PAGES, ROOT, Block, all_blocks, anchors, blocks, links

_OPENINGS = {
    "elseif": "If a = a\n{}\nEndIf",
    "if": "{}\nEndIf",
    "xdata.loop": "{}\nxData.EndLoop",
}
_IN_INIT = {"data.load"}
"""Commands that stand in [Init] only."""


def _script(rows: str) -> str:
    """A script around rows of commands, which gives every name in them a value."""
    if any(label.section for label in find_labels(rows)):
        return rows
    first = rows.split(maxsplit=1)[0].lower()
    body = _OPENINGS.get(first, "{}").format(rows.rstrip("\n"))
    names = {name for name in re.findall(r"%([A-Za-z][\w.]*)", rows) if not is_reserved(name)}
    settings = "\n".join(f"{name}=x" for name in sorted(names))
    if first in _IN_INIT:
        return f"[Settings]\n{settings}\n[Init]\n{body}\n[Data]\n"
    return (
        f"[Settings]\nBatchSettings.MarkerCol=9\nBatchSettings.MarkerCol2=9\n{settings}\n"
        f"[Batch]\nData.Loop\n{body}\nData.EndLoop\n[Sub Cleanup]\nLog done\n[Data]\na\n[Data2]\na\n"
    )


@pytest.mark.parametrize("block", all_blocks("setupbatcher"), ids=lambda block: block.name)
def test_a_script_on_a_page_passes_the_check(block: Block) -> None:
    """Every script that a page shows, and every row of an example, is sound; rows are put into a script first."""
    assert check(Document(SourceText(_script(block.text)))) == []


_SAVED = re.compile(r"^Save this as `(?P<name>[\w.]+)`:\n\n```\w+\n(?P<text>.*?)```", re.DOTALL | re.MULTILINE)


def _setup() -> str:
    """The script that the README tells its reader to save as setup.txt."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    match = re.search(r"Save this as `setup\.txt`:\n\n```setupbatcher\n(.*?)```", text, re.DOTALL)
    assert match is not None
    return match[1]


def _environment(tmp_path: Path) -> dict[str, str]:
    """An environment in which ``setupbatcher`` and ``updatejob`` are the programs under test."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, words in (("setupbatcher", ""), ("updatejob", " updatejob")):
        program = folder / name
        line = f'exec {shlex.quote(sys.executable)} -m setupbatcher{words} "$@"'
        program.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        program.chmod(0o755)
    search = os.pathsep.join(filter(None, (_home_of_the_package(), os.environ.get("PYTHONPATH", ""))))
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "PYTHONPATH": search}


def _home_of_the_package() -> str:
    return str(Path(run.__file__).parents[1])


def _replayed(block: Block, folder: Path, environment: dict[str, str]) -> str:
    """A session with the output that its commands have now, times and dates made the same."""
    shown = ""
    for command in re.findall(r"^\$ (.*)\n", block.text, re.MULTILINE):
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        output = re.sub(r"\b\d+\.\d s\b", "0.1 s", done.stdout)
        output = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "2026-01-31 09:05", output)
        shown += f"$ {command}\n{output}"
    return shown


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "console")], ids=lambda page: page.name)
def test_the_sessions_of_a_page_run_as_printed(page: Path, tmp_path: Path) -> None:
    """Each command of a page's sessions, one after the other in one folder, says what the page says."""
    environment = _environment(tmp_path)
    folder = tmp_path / "place"
    folder.mkdir()
    (folder / "setup.txt").write_text(_setup(), encoding="utf-8")
    for match in _SAVED.finditer(page.read_text(encoding="utf-8")):
        (folder / match["name"]).write_text(match["text"], encoding="utf-8")
    sessions = blocks(page, "console")
    assert all(block.tested for block in sessions)
    assert [_replayed(block, folder, environment) for block in sessions] == [block.text for block in sessions]


@pytest.mark.parametrize(("page", "said"), [("README.md", "0 done True\n"), ("docs/api.md", None)])
def test_the_python_on_a_page_runs(page: str, said: str | None, tmp_path: Path) -> None:
    """The examples of the API work as they stand."""
    (tmp_path / "setup.txt").write_text(_setup(), encoding="utf-8")
    for block in blocks(ROOT / page, "python"):
        done = subprocess.run(
            [sys.executable, "-c", block.text],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": _home_of_the_package()},
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        assert done.stderr == ""
        rows = [
            "Dir.Create %Root%",
            *["File.Write %Root%/%col1%.conf,listen %col2%"] * 2,
            "DOS ls %Root|sh% > sites.txt",
        ]
        assert done.stdout == (said or "".join(f"{row}: 0 s\n" for row in rows))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link names a file or folder of the checkout, and a place in it that is there."""
    for target in links(page):
        if target.startswith("https://"):
            continue
        path, _, place = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), target
        assert found.is_relative_to(ROOT), target
        assert not place or place in anchors(found), target


def _read(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_everything_declared_is_documented() -> None:
    """Each command, setting, function, code and event has its place on a page."""
    commands = "".join(_read(f"commands/{page.name}") for page in sorted((ROOT / "docs" / "commands").glob("*.md")))
    assert [entry.name for entry in all_commands() if f"## {entry.name}\n" not in commands and _ours(entry.name)] == []
    assert [entry.name for entry in SETTINGS if f"| `{entry.name}` |" not in _read("settings.md")] == []
    assert [entry.name for entry in FUNCTIONS if f"| `{entry.name}(" not in _read("functions-and-filters.md")] == []
    assert [entry.code for entry in all_codes() if f"## {entry.code}: " not in _read("codes.md")] == []
    assert [code for code in MEANINGS if f"| {code} | " not in _read("error-codes.md")] == []
    kinds = [kind.__name__ for kind in events.Event.__args__]
    assert [kind for kind in kinds if f"`{kind}`" not in _read("api.md")] == []
    assert [name for name in run.__all__ if f"`{name}" not in _read("api.md")] == []


def _ours(name: str) -> bool:
    """A command of the product; the tests declare some of their own."""
    found = find(name)
    return found is not None and (found.body is None or found.body.__module__.startswith("setupbatcher."))


def test_every_command_stands_in_the_list() -> None:
    """The list of commands leads to each of them."""
    page = _read("commands/index.md")
    assert [entry.name for entry in all_commands() if _ours(entry.name) and f"[`{entry.name}`](" not in page] == []


def test_every_page_is_listed() -> None:
    """The index of the pages names all of them."""
    listed = set(links(ROOT / "docs" / "index.md"))
    pages = {page.relative_to(ROOT / "docs").as_posix() for page in PAGES if page.is_relative_to(ROOT / "docs")}
    assert {page for page in pages if not page.startswith("commands/") and page != "index.md"} <= listed
    assert "commands/index.md" in listed


def test_every_sample_is_listed() -> None:
    """The list of samples names all of them."""
    page = ROOT / "samples" / "README.md"
    assert {path.name for path in page.parent.glob("*.txt")} <= set(links(page))


def test_what_the_readme_calls_missing_is_missing() -> None:
    """The README says what is not there yet; once one of these is there, the list changes."""
    missing = (ROOT / "README.md").read_text(encoding="utf-8").partition("## What is not there yet\n")[2]
    words = {
        "Undo": "undo",
        "live view": "watch",
        "web page": "report",
        "language server": "lsp",
        "Job files": "updatejob",
        "schedulers": "after-job",
    }
    present = set(re.findall(r"^\| \[`([\w-]+)`\]", _read("command-line.md"), re.MULTILINE))
    assert {word for word in words if word in missing} == {word for word, name in words.items() if name not in present}


def test_every_option_stands_on_the_page_of_the_command_line(tmp_path: Path) -> None:
    """What ``--help`` shows of each command is on the page."""
    page = _read("command-line.md")
    environment = _environment(tmp_path)
    names = re.findall(r"^\| \[`([\w-]+)`\]", page, re.MULTILINE)
    assert "run" in names
    for name in names:
        section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        done = subprocess.run(
            ["setupbatcher", name, "--help"], env=environment, capture_output=True, encoding="utf-8", check=True
        )
        options = set(re.findall(r"^  (?:-\w, )?(--[\w-]+)", done.stdout, re.MULTILINE)) - {"--help"}
        assert options == set(re.findall(r"`(--[\w-]+)", "\n".join(re.findall(r"^\| `.*", section, re.MULTILINE))))
