"""The live display in a real terminal: what a person sees at 80×24 and 200×50, after a resize, and around questions."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.tmux import Screen, screen

_EXPECTED = Path(__file__).parent / "expected"
_ROOT = Path(__file__).parents[2]
_BAR = "%\n"
_RELEASED = "[Machines]\n{machines}[Batch]\nDOS echo begun; while [ ! -e go ]; do sleep 0.05; done\nDOS echo on\n"


@contextmanager
def _stage(columns: int, lines: int, machines: int, parallel: int, number: int) -> Iterator[Screen]:
    """A made-up run after so many events; time stands still there."""
    command = [sys.executable, "-m", "tests.reports.stage", str(machines), str(parallel), str(number)]
    with screen(columns, lines, command, _ROOT) as shown:
        yield shown


@pytest.mark.parametrize(
    ("columns", "lines", "machines", "number"), [(80, 24, 600, 3000), (200, 50, 5000, 12000)], ids=["80x24", "200x50"]
)
def test_the_display_looks_as_it_should(columns: int, lines: int, machines: int, number: int) -> None:
    """A line for each machine at work, those that failed alike on one line, a bar, the counts; and nothing else."""
    wanted = (_EXPECTED / f"live-{columns}x{lines}.txt").read_text(encoding="utf-8").rstrip("\n")
    with _stage(columns, lines, machines, 50, number) as shown:
        shown.until(lambda seen: seen == wanted)


def _whole(seen: str) -> bool:
    """The display stands on the screen to its last line."""
    return _BAR in seen and " done" in seen.rsplit("\n", 1)[-1]


def test_lines_stay_where_they_are() -> None:
    """A machine keeps its line while it is worked on; a free line goes to the next one; the height stays."""
    with _stage(80, 24, 40, 6, 60) as shown:
        first = shown.until(_whole).split("\n")
        shown.press("25", "Enter")
        second = shown.until(lambda seen: _whole(seen) and seen.split("\n")[-6:] != first[-6:]).split("\n")
        before, after = (_places(lines) for lines in (first, second))
        kept = before.keys() & after.keys()
        assert len(kept) > 2
        assert all(before[name] == after[name] for name in kept)


def _places(lines: list[str]) -> dict[str, int]:
    """How many lines above the bar each machine at work stands."""
    bar = next(number for number, line in enumerate(lines) if line.endswith(" %"))
    return {line[:7]: bar - number for number, line in enumerate(lines[:bar]) if line.startswith("web")}


def test_the_display_follows_the_size_of_the_terminal() -> None:
    """After each change it fills the new width and no more than the new height."""
    with _stage(80, 24, 600, 50, 3000) as shown:
        shown.until(_whole)
        for columns, lines in ((120, 40), (60, 16), (100, 30)):
            shown.resize(columns, lines)

            def fits(seen: str, columns: int = columns, lines: int = lines) -> bool:
                found = seen.split("\n")
                bar = found[-2] if len(found) > 1 else ""
                return bar.endswith(" %") and len(bar) == columns - 1 and len(found) <= lines

            seen = shown.until(fits)
            assert all(len(line) <= columns for line in seen.split("\n"))
            assert "at work" in seen or columns == 120


def test_a_run_of_real_machines_is_shown(tmp_path: Path) -> None:
    """With what each one wrote last, until all are done; then the summary stands where the display was."""
    names = "".join(f"m{number}\tLocal\n" for number in range(1, 9))
    (tmp_path / "script.txt").write_text(_RELEASED.format(machines=names), encoding="utf-8")
    command = [sys.executable, "-m", "setupbatcher", "run", "script.txt", "--parallel", "4"]
    with screen(80, 24, command, tmp_path) as shown:
        seen = shown.until(lambda seen: seen.count("  begun") == 4 and "0 of 8 machines done" in seen)
        assert [line[:2] for line in seen.split("\n") if "  begun" in line] == ["m1", "m2", "m3", "m4"]
        (tmp_path / "go").touch()
        ended = shown.shows("ended with 0")
        assert "Done: 8 machines, " in ended
        assert "begun" not in ended
        assert _BAR not in ended


def test_a_question_has_the_terminal_to_itself(tmp_path: Path) -> None:
    """The display makes room for it while the other machines go on, and comes back with the answer."""
    names = "".join(f"m{number}\tLocal\n" for number in range(1, 4))
    failing = "DOS test %Machine% != m2 || exit 7\n"
    text = _RELEASED.format(machines=names).replace("[Batch]\n", f"[Batch]\n{failing}")
    (tmp_path / "script.txt").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "setupbatcher", "run", "script.txt", "--parallel", "3"]
    question = "abort, retry, ignore or support? [a/r/i/s]"
    with screen(80, 24, command, tmp_path) as shown:
        asked = shown.shows(question)
        assert "error[7]: exit status 7" in asked
        assert "machine: m2" in asked
        assert _BAR not in asked
        assert asked.split("\n")[-1].strip() == question
        shown.press("i", "Enter")
        seen = shown.until(lambda seen: seen.count("  begun") == 3)
        assert seen.index(question) < seen.index(_BAR)
        (tmp_path / "go").touch()
        shown.shows("Done: 3 machines, ", "ended with 0")


def test_no_color_means_no_display(tmp_path: Path) -> None:
    """A line for each command instead, which names its machine."""
    (tmp_path / "script.txt").write_text("[Machines]\na\tLocal\nb\tLocal\n[Batch]\nDOS true\n", encoding="utf-8")
    command = [sys.executable, "-m", "setupbatcher", "run", "script.txt", "--parallel", "2"]
    with screen(80, 24, command, tmp_path, {"NO_COLOR": "1"}) as shown:
        seen = shown.shows("ended with 0")
        assert "a: DOS true\n" in seen
        assert "b: DOS true\n" in seen
        assert "\x1b" not in shown.tmux("capture-pane", "-p", "-e")


def test_the_display_survives_a_stop_and_a_continue(tmp_path: Path) -> None:
    """After Ctrl-Z and ``fg`` it is drawn anew below what the shell has written."""
    names = "".join(f"m{number}\tLocal\n" for number in range(1, 4))
    (tmp_path / "script.txt").write_text(_RELEASED.format(machines=names), encoding="utf-8")
    program = f"{sys.executable} -m setupbatcher run script.txt --parallel 3"
    with screen(80, 24, ["bash", "--norc", "--noprofile"], tmp_path, {"PS1": "ready> "}) as shown:
        shown.shows("ready>")
        shown.press(program, "Enter")
        shown.until(lambda seen: seen.count("  begun") == 3)
        shown.press("C-z")
        shown.shows("Stopped", "ready>")
        shown.press("fg", "Enter")
        seen = shown.until(lambda seen: seen.count("  begun") == 6 and _whole(seen))
        assert seen.rindex("ready> fg") < seen.rindex("  begun")
        (tmp_path / "go").touch()
        shown.shows("Done: 3 machines")
