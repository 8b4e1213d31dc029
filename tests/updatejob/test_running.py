"""Jobs run in order, each whole or not at all; what fails one does not keep the next from its work."""

from __future__ import annotations

import asyncio
import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from setupbatcher.updatejob import events
from setupbatcher.updatejob.events import Ended
from setupbatcher.updatejob.running import Options
from tests.updatejob.conftest import STRINGS, Bench
from tests.waiting import wait_until

_CONDITION = (
    "<condition><name>{name}</name><file>{file}</file><block>{block}</block><method>{method}</method>"
    "<operator>{operator}</operator><reference>{reference}</reference></condition>"
)


def _condition(reference: str = "50", **given: str) -> str:
    values = {"name": "old", "file": "Tool.exe", "block": "privatebuild", "method": "numeric", "operator": "higher"}
    return _CONDITION.format(reference=reference, **(values | given))


def _copy(source: str = "new.txt", target: str = "out.txt", action: str = "copy") -> str:
    return f"<object><source>{source}</source><target>{target}</target><action>{action}</action></object>"


def _job(body: str, *conditions: str, name: str = "j") -> str:
    asked = "".join(f"<conditioned>{each}</conditioned>" for each in conditions)
    return f"<job><name>{name}</name>{asked}{body}</job>"


# Conditions


@pytest.mark.parametrize(("build", "ended"), [(49, Ended(1, 0, 0)), (50, Ended(0, 1, 0)), (51, Ended(0, 1, 0))])
def test_a_job_runs_if_its_condition_holds(bench: Bench, tool: Callable[[int], Path], build: int, ended: Ended) -> None:
    """Reference 50 is higher than private build 49 alone; a skipped job changes nothing and is no failure."""
    (bench.folder / "Tool.exe").write_bytes(tool(build).read_bytes())
    bench.put("new.txt", "new")
    assert bench.run(_condition() + _job(_copy(), "old")) == ended
    assert (bench.folder / "out.txt").exists() == bool(ended.done)


@pytest.mark.parametrize("name", [*STRINGS, "PrivateBuild"])
def test_each_block_is_read(bench: Bench, tool: Callable[[int], Path], name: str) -> None:
    """The twelve strings of a version resource, umlauts and all; another reference does not equal."""
    text = {**STRINGS, "PrivateBuild": "49"}[name].replace("&", "&amp;")
    (bench.folder / "Tool.exe").write_bytes(tool(49).read_bytes())
    given = {"block": name.lower(), "method": "valence", "operator": "equal"}
    assert bench.run(_condition(text, **given) + _job("", "old")) == Ended(1, 0, 0)
    assert bench.run(_condition(f"{text}!", **given) + _job("", "old")) == Ended(0, 1, 0)


def test_all_conditions_of_a_name_and_all_names_of_a_job_must_hold(bench: Bench, tool: Callable[[int], Path]) -> None:
    """Two of one name and one of another, each of which can spoil it."""
    (bench.folder / "Tool.exe").write_bytes(tool(49).read_bytes())
    right, wrong = "50", "40"
    for first, second, third in (
        (right, right, right),
        (wrong, right, right),
        (right, wrong, right),
        (right, right, wrong),
    ):
        conditions = _condition(first) + _condition(second) + _condition(third, name="other")
        done = wrong not in (first, second, third)
        assert bench.run(conditions + _job("", "old", "other")) == Ended(int(done), int(not done), 0)


def test_a_condition_is_read_when_its_job_is_reached(bench: Bench, tool: Callable[[int], Path]) -> None:
    """The first job replaces the file that both ask about, so the second is skipped."""
    (bench.folder / "Tool.exe").write_bytes(tool(49).read_bytes())
    (bench.folder / "new.exe").write_bytes(tool(51).read_bytes())
    job = _job(_copy("new.exe", "Tool.exe"), "old")
    assert bench.run(_condition() + job + job) == Ended(1, 1, 0)


@pytest.mark.parametrize("operator", ["higher", "lower", "equal", "unequal"])
@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda *_: None, "file not found"),
        (lambda path, _: path.mkdir(), "file not found"),
        (lambda path, _: path.write_bytes(b""), "no version resource"),
        (lambda path, _: path.write_text("text", encoding="utf-8"), "no version resource"),
        (lambda path, tool: path.write_bytes(tool[:400]), "no version resource"),
        (lambda path, tool: path.write_bytes(tool[: tool.index("PrivateBuild".encode("utf-16-le"))]), "no version"),
        (
            lambda path, tool: path.write_bytes(tool.replace("PrivateBuild".encode("utf-16-le"), b"X\0" * 12)),
            "no version",
        ),
    ],
    ids=["nothing", "folder", "empty", "text", "header", "truncated", "other block"],
)
def test_what_cannot_be_read_does_not_hold(
    bench: Bench, tool: Callable[[int], Path], make: Callable[[Path, bytes], object], reason: str, operator: str
) -> None:
    """Whatever the operator; the reason is told."""
    make(bench.folder / "Tool.exe", tool(49).read_bytes())
    assert bench.run(_condition(operator=operator) + _job("", "old")) == Ended(0, 1, 0)
    assert "condition `old` does not hold: " in bench.said
    assert reason in bench.said


def test_a_job_whose_condition_nobody_defines_fails(bench: Bench) -> None:
    """The job after it runs, and nothing of it was done."""
    bench.put("new.txt", "new")
    assert bench.run(_job(_copy(), "nobody") + _job(_copy(target="second.txt"))) == Ended(1, 0, 1)
    assert bench.tree() == {"new.txt": "new", "second.txt": "new"}
    assert "no condition is called `nobody`" in bench.said


# Objects


def test_a_tree_is_merged_into_its_target(bench: Bench) -> None:
    """Existing files are replaced, others stay, and missing folders are made."""
    bench.put("Update/a.txt", "new")
    bench.put("Update/Sub/b.txt", "new")
    bench.put("App/a.txt", "old")
    bench.put("App/c.txt", "kept")
    assert bench.run(_job(_copy("Update", ".\\App"))) == Ended(1, 0, 0)
    assert bench.tree() == {
        "App/Sub/b.txt": "new",
        "App/a.txt": "new",
        "App/c.txt": "kept",
        "Update/Sub/b.txt": "new",
        "Update/a.txt": "new",
    }


def test_each_action(bench: Bench) -> None:
    """Copied, moved, unpacked and deleted, files and folders, with either separator."""
    for path in ("a.txt", "b.txt", "c.txt", "tree/d.txt", "gone/e.txt"):
        bench.put(path, path)
    with zipfile.ZipFile(bench.folder / "z.zip", "w") as archive:
        archive.writestr("in/f.txt", "f")
        archive.writestr("b.txt", "from the archive")
    objects = (
        _copy(".\\a.txt", "copies\\a.txt")
        + _copy("b.txt", "sub/moved.txt", "move")
        + _copy("tree", "other", "move")
        + _copy("z.zip", "unpacked", "unzip")
        + "<object><source>c.txt</source><action>delete</action></object>"
        + _copy("gone", "ignored", "delete")
    )
    assert bench.run(_job(objects)) == Ended(1, 0, 0)
    (bench.folder / "z.zip").unlink()
    assert bench.tree() == {
        "a.txt": "a.txt",
        "copies/a.txt": "a.txt",
        "sub/moved.txt": "b.txt",
        "other/d.txt": "tree/d.txt",
        "unpacked/in/f.txt": "f",
        "unpacked/b.txt": "from the archive",
    }
    assert not (bench.folder / "tree").exists()
    assert not (bench.folder / "gone").exists()


def test_a_file_goes_into_a_folder(bench: Bench) -> None:
    """A target that is a folder, or is written like one, gets a file of the same name."""
    bench.put("a.txt", "a")
    bench.put("there/b.txt", "b")
    assert bench.run(_job(_copy("a.txt", "there") + _copy("a.txt", "new\\"))) == Ended(1, 0, 0)
    assert bench.tree() == {"a.txt": "a", "there/a.txt": "a", "there/b.txt": "b", "new/a.txt": "a"}


def test_a_source_can_have_wildcards(bench: Bench) -> None:
    """In its last part; brackets are none, and ``*.*`` is everything."""
    for path in ("in/a.ini", "in/b.ini", "in/c.txt", "in/[x].ini", "in/sub/d.ini", "all/plain", "all/e.f"):
        bench.put(path, path)
    objects = (
        _copy("in\\[?].ini", "q")
        + _copy("in\\?.ini", "out")
        + _copy("all\\*.*", "rest", "move")
        + _copy("in\\s*", "out")
    )
    assert bench.run(_job(objects)) == Ended(1, 0, 0)
    tree = bench.tree()
    assert {path for path in tree if not path.startswith("in/")} == {
        "out/a.ini", "out/b.ini", "out/sub/d.ini", "q/[x].ini", "rest/plain", "rest/e.f",
    }  # fmt: skip
    assert bench.run(_job("<object><source>in\\*.ini</source><action>delete</action></object>")) == Ended(1, 0, 0)
    assert {path for path in bench.tree() if path.startswith("in/")} == {"in/c.txt", "in/sub/d.ini"}


@pytest.mark.parametrize(
    ("objects", "code"),
    [
        (_copy("nowhere.txt", "x"), 2),
        (_copy("*.none", "x"), 2),
        (_copy("C:\\Tool\\a.txt", "x"), 161),
        (_copy("a.txt", "\\\\server\\share\\a.txt"), 50),
        (_copy("\\\\server\\share\\a.txt", "x", "move"), 50),
        (_copy("a.txt", "x", "unzip"), 13),
        (_copy("x" * 5000, "x"), 206),
        (_copy("a.txt", "x" * 5000), 206),
    ],
)
def test_an_object_that_fails_fails_its_job(bench: Bench, objects: str, code: int) -> None:
    """With its code; the objects before it are taken back, and the next job runs."""
    bench.put("a.txt", "a")
    bench.put("b.txt", "old")
    before = bench.tree()
    assert bench.run(_job(_copy("a.txt", "b.txt") + objects) + _job("", name="next")) == Ended(1, 0, 1)
    assert bench.tree() == before
    (failed,) = (event for event in bench.heard if isinstance(event, events.JobFailed))
    assert (failed.code, failed.undone) == (code, True)
    assert sorted(path.name for path in bench.folder.iterdir()) == ["UpdateJob.xml", "a.txt", "b.txt"]


def test_without_rollback_what_was_done_stays(bench: Bench) -> None:
    """As the original did it."""
    bench.put("a.txt", "a")
    body = "<rollback>no</rollback>" + _copy("a.txt", "b.txt") + _copy("nowhere", "x")
    assert bench.run(_job(body)) == Ended(0, 0, 1)
    assert bench.tree() == {"a.txt": "a", "b.txt": "a"}
    assert "as they were before" not in bench.said


def test_deleting_what_is_gone_is_no_error(bench: Bench) -> None:
    """The manual's example deletes an outdated file that a second run does not find any more."""
    job = _job("<object><source>.\\settings.cfg</source><action>delete</action></object>")
    bench.put("settings.cfg")
    assert bench.run(job) == bench.run(job) == Ended(1, 0, 0)


def test_relative_paths_start_in_the_folder_of_the_job_file(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or, where that is wished, in another one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "new.txt").write_text("from outside", encoding="utf-8")
    bench.put("new.txt", "from beside")
    assert bench.run(_job(_copy())) == Ended(1, 0, 0)
    assert (bench.folder / "out.txt").read_text(encoding="utf-8") == "from beside"
    assert bench.run(_job(_copy()), Options(base=tmp_path)) == Ended(1, 0, 0)
    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == "from outside"


def test_a_long_tree_tells_how_far_it_is(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line now and then, with a count that grows."""
    monkeypatch.setattr("setupbatcher.updatejob.objects._BETWEEN_LINES", 0.0)
    for number in range(1500):
        bench.put(f"in/{number % 30}/{number}.txt")
    assert bench.run(_job(_copy("in", "out"))) == Ended(1, 0, 0)
    counts = [event.files for event in bench.heard if isinstance(event, events.ObjectMoved)]
    assert counts
    assert counts == sorted(counts)
    (done,) = (event for event in bench.heard if isinstance(event, events.ObjectDone))
    assert done.files == 1500


# The course of a job


def test_the_order_inside_a_job(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Condition, delay, applications, notification, objects, delay, execute, wherever they stand in the file."""
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    program = bench.put("tool.sh", "#!/bin/sh\ncat out.txt > seen.txt\n")
    program.chmod(0o755)
    bench.put("new.txt", "new")
    body = (
        "<execute>.\\tool.sh</execute><postdelay>2</postdelay>" + _copy() + "<predelay>1</predelay>"
        "<balloon><title>Update</title><description>now</description></balloon>"
        "<closeapp><window>Tool</window><failjob>no</failjob></closeapp>"
    )
    assert bench.run(_job(body)) == Ended(1, 0, 0)
    assert [type(event).__name__ for event in bench.heard] == [
        "Began", "JobBegan", "Waiting", "Warned", "BalloonShown", "ObjectBegan", "ObjectDone", "Waiting", "Executed",
        "JobDone", "Ended",
    ]  # fmt: skip
    _wait_for(bench.folder / "seen.txt", "new")


def test_an_error_in_asking_an_application_fails_the_job(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a desktop nobody can be asked; ``failjob`` says whether that matters."""
    monkeypatch.delenv("DISPLAY", raising=False)
    bench.put("new.txt", "new")
    close = "<closeapp><window>Tool</window>{}</closeapp>"
    assert bench.run(_job(close.format("") + _copy())) == Ended(0, 0, 1)
    assert bench.tree() == {"new.txt": "new"}
    assert bench.run(_job(close.format("<failjob>no</failjob>") + _copy())) == Ended(1, 0, 0)
    assert "there is no desktop to close windows on" in bench.said


def test_jobs_of_one_name_can_be_chosen(bench: Bench) -> None:
    """All of that name, in the order of the file."""
    bench.put("new.txt", "new")
    body = "".join(_job(_copy(target=f"{number}.txt"), name=name) for number, name in enumerate("abab"))
    assert bench.run(body, Options(name="b")) == Ended(2, 0, 0)
    assert bench.tree().keys() == {"new.txt", "1.txt", "3.txt"}


def test_a_dry_run_changes_nothing(bench: Bench, tool: Callable[[int], Path]) -> None:
    """It reads conditions, and says the rest."""
    (bench.folder / "Tool.exe").write_bytes(tool(49).read_bytes())
    body = (
        "<predelay>60000</predelay><closeapp><class>C</class></closeapp><execute>x</execute>"
        "<balloon><title>t</title><description>d</description></balloon>"
        + _copy("a", "b", "move")
        + "<object><source>c</source><action>delete</action></object>"
    )
    jobs = _condition() + _job(body, "old") + _condition("1", name="no") + _job("", "no")
    before = sorted(bench.folder.iterdir())
    assert bench.run(jobs, Options(dry_run=True)) == Ended(1, 1, 0)
    assert sorted(bench.folder.iterdir()) == sorted([*before, bench.job_file])
    assert "would wait 60000 ms\n  would close class `C`\n  would show the notification `t`\n" in bench.said
    assert "would move `a` to `b`\n  would delete `c`\n  would execute `x`\n" in bench.said


async def test_a_cancelled_job_is_taken_back(bench: Bench) -> None:
    """The person who ends the program finds the files as they were before the job."""
    bench.put("new.txt", "new")
    for number in range(4000):
        bench.put(f"in/{number}")
    before = bench.tree()
    running = asyncio.create_task(bench.running(_job(_copy() + _copy("in", "out"))))
    async with asyncio.timeout(30):
        while "  copy in to out\n" not in bench.said:  # noqa: ASYNC110 -- the bench only listens
            await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert bench.tree() == before
    assert not (bench.folder / "out").exists()


# Execute


def test_a_program_is_started_and_not_waited_for(bench: Bench) -> None:
    """By its path, or by a name in PATH; it starts where relative paths do, and lives on."""
    program = bench.put("bin/tool.sh", "#!/bin/sh\npwd > where.txt\nread -r x < pipe\necho $x > done.txt\n")
    program.chmod(0o755)
    os.mkfifo(bench.folder / "pipe")
    assert bench.run(_job("<execute>bin\\tool.sh</execute>") + _job("<execute>true</execute>")) == Ended(2, 0, 0)
    with (bench.folder / "pipe").open("w", encoding="utf-8") as pipe:
        pipe.write("alive\n")
    _wait_for(bench.folder / "done.txt", "alive\n")
    assert (bench.folder / "where.txt").read_text(encoding="utf-8") == f"{bench.folder}\n"


def test_a_program_that_cannot_be_started_fails_the_job_after_its_files(bench: Bench) -> None:
    """They stay as the job left them."""
    bench.put("new.txt", "new")
    bench.put("broken", "#!/nowhere/sh\n").chmod(0o755)
    body = _job(_copy() + "<execute>.\\missing.exe</execute>") + _job("<execute>broken</execute>")
    body += _job(f"<execute>{'x' * 5000}</execute>")
    assert bench.run(body) == Ended(0, 0, 3)
    assert bench.tree().keys() == {"new.txt", "out.txt", "broken"}
    codes = [(event.code, event.undone) for event in bench.heard if isinstance(event, events.JobFailed)]
    assert codes == [(2, False), (2, False), (206, False)]


def test_a_document_is_opened_by_its_application(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The desktop's own opener is asked; where nothing opens the document, that is a warning."""
    opener = tmp_path / "bin" / "xdg-open"
    opener.parent.mkdir()
    opener.write_text('#!/bin/sh\ncase $1 in *.txt) echo "$1" > opened;; *) exit 3;; esac\n', encoding="utf-8")
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", str(opener.parent), prepend=os.pathsep)
    bench.put("Release Notes.txt")
    bench.put("data.unknown")
    body = _job("<execute>.\\Release Notes.txt</execute>") + _job("<execute>data.unknown</execute>")
    assert bench.run(body) == Ended(2, 0, 0)
    _wait_for(bench.folder / "opened", f"{bench.folder}/Release Notes.txt\n")
    warnings = [event.message for event in bench.heard if isinstance(event, events.Warned)]
    assert warnings == [f"{bench.folder}/data.unknown: nothing opens it: xdg-open ended with status 3"]
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bench.run(_job("<execute>data.unknown</execute>")) == Ended(1, 0, 0)
    assert "xdg-open is not installed" in bench.said


def _wait_for(path: Path, text: str) -> None:
    wait_until(lambda: path.exists() and path.read_text(encoding="utf-8") == text)


# What is not installed


@pytest.mark.parametrize(
    ("library", "body", "extra"),
    [
        ("Xlib", "<closeapp><window>Tool</window></closeapp>", "desktop"),
        ("smbprotocol", _copy("\\\\server\\share\\a.txt", "x"), "smb"),
    ],
)
def test_a_library_that_is_missing_is_named(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, library: str, body: str, extra: str
) -> None:
    """The job fails, and the help says which extra brings it."""
    monkeypatch.setitem(sys.modules, library, None)
    assert bench.run(_job(body)) == Ended(0, 0, 1)
    (failed,) = (event for event in bench.heard if isinstance(event, events.JobFailed))
    assert failed.code == 50
    assert failed.help == f"`pip install 'setupbatcher[{extra}]'` brings it"


def test_a_balloon_without_its_library_goes_to_the_console(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no reason for a job to fail."""
    monkeypatch.setitem(sys.modules, "desktop_notifier", None)
    body = "<balloon><title>Update</title><description>now</description></balloon>"
    assert bench.run(_job(body)) == Ended(1, 0, 0)
    assert events.BalloonShown("Update", "now", desktop=False) in bench.heard
