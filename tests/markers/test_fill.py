"""A section that gets other rows: in the live markers, in the journal, and against what somebody saves meanwhile."""

from __future__ import annotations

import pytest

from setupbatcher.markers.book import Book, Fill, Mark, RowLostError
from setupbatcher.markers.journal import Content
from setupbatcher.markers.moving import move
from setupbatcher.markers.records import encode_changes, recover
from setupbatcher.markers.rows import GuardError
from setupbatcher.markers.writer import guard
from setupbatcher.script.document import Document
from setupbatcher.script.filling import Filling
from setupbatcher.script.labels import BATCH, DATA_FILES, INIT, MACHINES_ID, data_section
from setupbatcher.text.store import digest

SCRIPT = """\
[Settings]
BatchSettings.MarkerCol=2
BatchSettings.MarkerCol2=2
[Data]
old
older,OK
[Data2]
a
b
[DataFiles]
$GetDataFiles in,*
[Machines]
m1\tLocal
[Init]
Lab.Do load
[Batch]
Lab.Do a
"""
DATA, DATA2 = data_section(), data_section(2)
NEW = Fill(Filling(DATA, ("x", "y", "z")))
DONE = Mark(INIT, 1, "OK")


def book(*changes: Fill | Mark) -> Book:
    """A book of the script after some changes."""
    made = Book(Document.from_text(SCRIPT))
    made.apply(changes)
    return made


def with_new(text: str = SCRIPT) -> str:
    """The script with the new rows."""
    return text.replace("old\nolder,OK\n", "x\ny\nz\n")


def test_a_filled_section_has_the_new_rows() -> None:
    """Markers of before and of then, in all other sections and in the new rows, stand where they belong."""
    before = (Mark(DATA, 0, "OK"), Mark(DATA2, 1, "OK"), Mark(MACHINES_ID, 1, "OK-0"), Mark(BATCH, 1, "5"))
    made = book(*before, NEW, DONE, Mark(DATA, 1, "OK"), Mark(DATA2, 0, "OK"))
    expected = with_new().replace("\ny\n", "\ny,OK\n").replace("\na\nb\n", "\na,OK\nb,OK\n")
    expected = (
        expected.replace("Local\n", "Local\t\tOK-0\n").replace("load\n", "load\tOK\n").replace("Do a\n", "Do a\t5\n")
    )
    assert made.render() == expected
    assert [made.rows(DATA).is_done(line) for line in range(3)] == [False, True, False]


def test_rows_that_keep_markers_beside_them() -> None:
    """[DataFiles] can be filled with marks in the new rows; the run goes on with these rows."""
    made = book(
        Fill(Filling(DATA_FILES, ("$GetDataFiles in,*\tOK", "in/a.csv", "in/b.csv"))), Mark(DATA_FILES, 2, "OK")
    )
    section = made.commands(DATA_FILES)
    assert section is not None
    assert [made.text(DATA_FILES, row.line) for row in section.rows] == ["OK", "OK", ""]
    assert "$GetDataFiles in,*\tOK\nin/a.csv\tOK\nin/b.csv\n[Machines]" in made.render()


def recovered(text: str, *changes: Fill | Mark, base: str = SCRIPT) -> str:
    """What the next run makes of a script on disk and a journal with changes of the script as it was."""
    made = Book(Document.from_text(base))
    records = [["start", 1, "init:", 1, None, "m", "Lab.Do load"], ["end", 1, encode_changes(made, changes)]]
    content = Content(None, digest(base.encode()), records, 0)
    return recover(Document.from_text(text), digest(text.encode()), content).book.render()


def test_the_journal_has_rows_and_mark_in_one_record() -> None:
    """Nothing of it, or all of it, also where the script has it already."""
    done = with_new().replace("load\n", "load\tOK\n")
    assert recovered(SCRIPT, NEW, DONE) == done
    content = Content(None, digest(SCRIPT.encode()), [["start", 1, "init:", 1, None, "m", "Lab.Do load"]], 0)
    assert recover(Document.from_text(SCRIPT), digest(SCRIPT.encode()), content).book.render() == SCRIPT


def test_a_long_script_that_was_edited_after_a_crash() -> None:
    """Without the script of then in the journal the rows go where the old ones are, and never over others."""
    edited = SCRIPT.replace("Lab.Do a", "Lab.Do b")
    assert recovered(edited, NEW, DONE) == with_new(edited).replace("load\n", "load\tOK\n")
    mine = edited.replace("older,OK", "mine")
    assert "mine" in recovered(mine, NEW, DONE)


def saved(text: str, *changes: Fill | Mark) -> str:
    """The script after somebody has saved a text, the changes having been made before."""
    made = book(NEW, DONE, *changes)
    move(made, Document.from_text(text))
    again = Book(Document.from_text(text))
    again.apply(made.earned())
    assert again.render() == made.render()
    return made.render()


def test_a_stale_text_gets_the_new_rows() -> None:
    """With the marks that they have by now; what was edited elsewhere stays."""
    edited = SCRIPT.replace("Lab.Do a", "Lab.Do b").replace("[Data]", "; a comment\n[Data]")
    expected = with_new(edited).replace("load\n", "load\tOK\n").replace("\ny\n", "\ny,OK\n")
    assert saved(edited, Mark(DATA, 1, "OK")) == expected
    assert saved(with_new(edited), Mark(DATA, 1, "OK")) == expected


def test_a_text_of_an_earlier_filling_is_stale_too() -> None:
    """However often a section was filled."""
    made = book(Fill(Filling(DATA, ("first",))), NEW, Fill(Filling(DATA, ("last",))))
    for rows in ("old\nolder,OK\n", "first\n", "x\ny\nz\n"):
        move(made, Document.from_text(SCRIPT.replace("old\nolder,OK\n", rows)))
        assert "[Data]\nlast\n[Data2]" in made.render()


def test_an_edit_of_the_new_rows_counts() -> None:
    """Rows taken out, put in, and changed."""
    edited = with_new().replace("x\ny\nz\n", "y\nw\n")
    assert "[Data]\ny,OK\nw\n[Data2]" in saved(edited, Mark(DATA, 1, "OK"))


@pytest.mark.parametrize("rows", ["mine\n", "old\nmine\n", "old\nolder\nx\n", ""])
def test_rows_that_are_neither_the_old_nor_the_new_ones(rows: str) -> None:
    """What is meant is not known, and nothing is taken over."""
    made = book(NEW, DONE)
    before = made.render()
    with pytest.raises(RowLostError):
        move(made, Document.from_text(SCRIPT.replace("old\nolder,OK\n", rows)))
    assert made.render() == before


def test_a_section_that_was_filled_and_taken_out() -> None:
    """Nobody needs its rows, unless a loop does."""
    made = book(NEW, DONE)
    move(made, Document.from_text(SCRIPT.replace("[Data]\nold\nolder,OK\n", "")))
    assert "[Data]" not in made.render()


def test_the_guard_lets_filled_sections_pass() -> None:
    """Theirs may be other rows; any other change is a bug of ours."""
    made = book(NEW, DONE)
    guard(Document.from_text(SCRIPT), made.render(), made.fillings)
    for text in (made.render().replace("Lab.Do a", "Lab.Do b"), made.render().replace("\nb\n", "\nc\n")):
        with pytest.raises(GuardError):
            guard(Document.from_text(SCRIPT), text, made.fillings)
    with pytest.raises(GuardError):
        guard(Document.from_text(SCRIPT), made.render(), book().fillings)
