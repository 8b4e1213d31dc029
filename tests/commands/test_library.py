"""Every command, on this machine and over SSH alike, and that doing it again changes nothing."""

from __future__ import annotations

import asyncio
import zipfile
from pathlib import Path

import pytest

from setupbatcher.commands.registry import Outcome, ParameterKind, all_commands, find
from tests.commands.conftest import Bench
from tests.files.trees import harvest, plant

_DONE = Outcome()
_UNCHANGED = Outcome(changed=False)


async def _twice(bench: Bench, name: str, *texts: str) -> list[bool]:
    return [(await bench.run(name, *texts)).changed for _ in range(2)]


async def test_dos(bench: Bench) -> None:
    """Output goes to the log as it comes and to %LastOutput% without its last line end; status 0 is success."""
    outcome = await bench.run("dos", "printf 'a, b\\n\\nc\\n\\n'; echo err >&2")
    assert (outcome, sorted(bench.talk.heard.split(b"\n"))) == (
        Outcome("a, b\n\nc"),
        sorted(b"a, b\n\nc\n\nerr\n".split(b"\n")),
    )


async def test_a_status_is_the_code(bench: Bench) -> None:
    """A program's own status is the error code, said to be one, with the last words of the program."""
    failure = await bench.fails("DOS", "echo out; echo why >&2; echo >&2; exit 7")
    assert (failure.code, failure.message, failure.program, failure.output, failure.help) == (
        7,
        "exit status 7: why",
        True,
        "out",
        None,
    )


async def test_run(bench: Bench) -> None:
    """Parameters are data; a program may have none."""
    assert [await bench.run("Run", "printf", "%s|", "a b", "$(id)", "*"), await bench.run("Run", "true")] == [
        Outcome("a b|$(id)|*|"),
        _DONE,
    ]
    assert (await bench.fails("Run", "no-such-program")).code == 2


async def test_commands_of_the_controller(bench: Bench) -> None:
    """They run on the controller, in the script's folder, whatever the machine is."""
    (bench.script / "tool").write_text('#!/bin/sh\necho "$0 $1 $PWD"\n')
    (bench.script / "tool").chmod(0o755)
    assert [await bench.run("Local.DOS", "pwd"), await bench.run("Local.Run", "./tool", "x y")] == [
        Outcome(str(bench.script)),
        Outcome(f"./tool x y {bench.script}"),
    ]


async def test_the_time_limit(bench: Bench) -> None:
    """It holds for programs and for all other commands."""
    bench.timeout = 0.2
    assert [(await bench.fails("DOS", "sleep 9.5")).code, (await bench.fails("Wait", "9.5")).code] == [1460, 1460]


async def test_file_write(bench: Bench) -> None:
    """The text and a line end, in UTF-8; a missing folder is code 3."""
    file = str(bench.folder / "a")
    steps = [await _twice(bench, "File.Write", file, "one, ä"), await _twice(bench, "File.Write", file, "two")]
    steps.append(await _twice(bench, "File.Write", str(bench.folder / "empty")))
    codes = [(await bench.fails("File.Write", str(bench.folder / name), "x")).code for name in ("no/a", ".")]
    codes.append((await bench.fails("File.Write", " ", "x")).code)
    assert (steps, codes, harvest(bench.folder)) == (
        [[True, False]] * 3,
        [3, 267, 161],
        {"a": b"two\n", "empty": b""},
    )


@pytest.mark.parametrize(
    ("before", "text", "after", "changed"),
    [
        (None, "x", b"x\n", [True, False]),
        (b"", "x", b"x\n", [True, False]),
        (b"a\n", "x", b"a\nx\n", [True, False]),
        (b"a", "x", b"a\nx\n", [True, False]),
        (b"x\n", "x", b"x\n", [False, False]),
        (b"ax\n", "x", b"ax\nx\n", [True, False]),
        (b"x\na\n", "x", b"x\na\nx\n", [True, False]),
        (b"x", "x", b"x\nx\n", [True, False]),
        (b"a\n" * 900_000, "x", b"a\n" * 900_000 + b"x\n", [True, False]),
    ],
)
async def test_file_append(bench: Bench, before: bytes | None, text: str, after: bytes, changed: list[bool]) -> None:
    """A line is added at the end, once however often the command runs."""
    if before is not None:
        await bench.run("DOS", f": > {bench.folder}/a")
        (bench.folder / "a").write_bytes(before)
    assert (await _twice(bench, "File.Append", f"{bench.folder}/a", text), (bench.folder / "a").read_bytes()) == (
        changed,
        after,
    )


@pytest.mark.parametrize(
    ("before", "old", "new", "after", "changed"),
    [
        (b"port=80\n", "port=80", "port=8080", b"port=8080\n", [True, False]),
        (b"a b a", "a", "x", b"x b x", [True, False]),
        (b"a b", "a", "ba", b"ba b", [True, False]),
        (b"ba a", "a", "ba", b"ba ba", [True, False]),
        (b"a b", "a ", "", b"b", [True, False]),
        (b"x y", "x y", "x", b"x", [True, False]),
        (b"a.b", ".", "\\1", b"a\\1b", [True, False]),
        (b"\xff a", "a", "ä", b"\xff \xc3\xa4", [True, False]),
        (b"nothing", "zzz", "x", b"nothing", [False, False]),
    ],
)
async def test_file_replace(bench: Bench, before: bytes, old: str, new: str, after: bytes, changed: list[bool]) -> None:
    """Every occurrence, as text and not as a pattern; what is replaced already stays."""
    await bench.run("DOS", f": > {bench.folder}/a")
    (bench.folder / "a").write_bytes(before)
    assert (await _twice(bench, "File.Replace", f"{bench.folder}/a", old, new), (bench.folder / "a").read_bytes()) == (
        changed,
        after,
    )


async def test_copy_move_rename_delete(bench: Bench) -> None:
    """Each can be done again; a folder as target takes the file under its own name."""
    at = bench.folder
    await bench.run("File.Write", f"{at}/a", "x")
    await bench.run("Dir.Create", f"{at}/d")
    steps = [
        await _twice(bench, "File.Copy", f"{at}/a", f"{at}/b"),
        await _twice(bench, "File.Copy", f"{at}/a", f"{at}/d"),
        await _twice(bench, "File.Copy", f"{at}/a", f"{at}/d/"),
        await _twice(bench, "File.Move", f"{at}/b", f"{at}/c"),
        await _twice(bench, "File.Rename", f"{at}/c", "c2"),
        await _twice(bench, "File.Delete", f"{at}/a"),
    ]
    codes = [
        (await bench.fails(*row)).code
        for row in (
            ("File.Copy", f"{at}/none", f"{at}/x"),
            ("File.Copy", f"{at}/d", f"{at}/x"),
            ("File.Rename", f"{at}/c2", "a/b"),
            ("File.Rename", f"{at}/c2", ".."),
            ("File.Rename", f"{at}/c2", "d"),
            ("File.Delete", f"{at}/d"),
        )
    ]
    assert (steps, codes, harvest(at)) == (
        [[True, False], [True, False], [False, False], [True, False], [True, False], [True, False]],
        [2, 267, 161, 161, 80, 267],
        {"c2": b"x\n", "d": {"a": b"x\n"}},
    )


async def test_folders(bench: Bench) -> None:
    """Created with those above, copied, deleted with all they hold; each can be done again."""
    at = bench.folder
    steps = [await _twice(bench, "Dir.Create", f"{at}/a/b/c")]
    await bench.run("File.Write", f"{at}/a/b/f", "x")
    steps += [await _twice(bench, "Dir.Copy", f"{at}/a", f"{at}/z"), await _twice(bench, "Dir.Delete", f"{at}/a")]
    codes = [(await bench.fails("Dir.Delete", path)).code for path in (f"{at}/z/b/f", "/")]
    assert (steps, codes, harvest(at)) == ([[True, False]] * 3, [267, 161], {"z": {"b": {"c": {}, "f": b"x\n"}}})


async def test_the_scripts_folder_is_not_deleted(bench: Bench) -> None:
    """Nor one above it, on the machine that runs the script: the script holds the progress."""
    if bench.folder.parent == bench.script.parent:
        codes = [(await bench.fails("Dir.Delete", str(path))).code for path in (bench.script, bench.script.parent)]
        assert (codes, bench.script.is_dir()) == ([161, 161], True)


async def test_upload_and_fetch(bench: Bench) -> None:
    """Files and folders go both ways; relative paths of the controller start in the script's folder."""
    plant(bench.script / "tree", {"a": b"1", "sub": {"b": b"2", "l": "-> b"}})
    at = bench.folder
    steps = [
        await _twice(bench, "File.Upload", "tree", f"{at}/tree"),
        await _twice(bench, "File.Upload", "tree/a", f"{at}/one"),
        await _twice(bench, "File.Upload", "tree/a", f"{at}/tree/sub"),
        await _twice(bench, "File.Fetch", f"{at}/tree", "back"),
        await _twice(bench, "File.Fetch", f"{at}/one", "back/"),
    ]
    code = (await bench.fails("File.Upload", "none", f"{at}/none")).code
    expected = {"a": b"1", "sub": {"a": b"1", "b": b"2", "l": "-> b"}}
    assert (steps, code, harvest(at), harvest(bench.script / "back")) == (
        [[True, False]] * 5,
        2,
        {"one": b"1", "tree": expected},
        {**expected, "one": b"1"},
    )


async def test_zip_extract(bench: Bench) -> None:
    """An archive on the machine is unpacked there."""
    with zipfile.ZipFile(bench.script / "x.zip", "w") as archive:
        archive.writestr("a/b", b"x")
    await bench.run("File.Upload", "x.zip", f"{bench.folder}/x.zip")
    steps = await _twice(bench, "Zip.Extract", f"{bench.folder}/x.zip", f"{bench.folder}/out")
    assert (steps, harvest(bench.folder / "out")) == ([True, False], {"a": {"b": b"x"}})


async def test_talking(bench: Bench) -> None:
    """Messages, log lines and questions; an answer becomes a variable."""
    outcomes = [
        await bench.run("Message", "hello"),
        await bench.run("Log", "line"),
        await bench.run("Prompt", "Site", "Which?"),
        await bench.run("Prompt", "Site", "Which?", "Berlin"),
        await bench.run("Wait", "0.01"),
    ]
    assert (outcomes, bench.talk.said) == (
        [_DONE, _DONE, Outcome(values={"Site": "answer"}), Outcome(values={"Site": "Berlin"}), _DONE],
        ["message: hello", "log: line", "question: Which?", "question: Which?"],
    )


async def test_rows_that_do_not_fit(bench: Bench) -> None:
    """Too few, too many, not a number: code 87, before anything is done; a flow command has no body: code 50."""
    rows = [("File.Copy", "a"), ("File.Delete", "a", "b"), ("Wait", "soon"), ("Wait", "-1"), ("Wait", "nan"), ("Run",)]
    failures = [await bench.fails(*row) for row in rows]
    flow = await bench.fails("If", "1=1")
    assert ([failure.code for failure in failures], failures[0].message, failures[2].message, flow.code) == (
        [87] * 6,
        "File.Copy: too few parameters; expected File.Copy source,target",
        "Wait: seconds is 'soon', not a number of seconds",
        50,
    )


async def test_a_cancelled_command_is_over(bench: Bench) -> None:
    """Cancelling reaches the command."""
    task = asyncio.ensure_future(bench.run("Wait", "9.5"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_every_declaration_is_complete() -> None:
    """A summary that is a sentence, a text for each parameter, an example of the command itself, a dry-run sentence."""
    lacking = []
    for command in all_commands():
        values = {parameter.name: "x" for parameter in command.parameters}
        whole = (
            command.summary.endswith(".")
            and all(command.meanings.get(parameter.name) for parameter in command.parameters)
            and command.example.partition(" ")[0] == command.name
            and find(command.name.upper()) is command
            and (command.body is None or command.does.format(**values))
        )
        if not whole or (command.area != "Flow" and "Errors:" not in command.description):
            lacking.append(command.name)
    assert lacking == []


def test_signatures() -> None:
    """Kinds and optional parameters are read off the functions."""
    prompt, run, dos, upload = (find(name) for name in ("Prompt", "Run", "DOS", "File.Upload"))
    assert prompt
    assert run
    assert dos
    assert upload
    assert [prompt.syntax, run.syntax, dos.raw, prompt.raw, [entry.kind for entry in upload.parameters]] == [
        "Prompt variable,question[,default]",
        "Run program[,arguments…]",
        True,
        False,
        [ParameterKind.LOCAL_PATH, ParameterKind.PATH],
    ]


def test_the_example_of_a_path(tmp_path: Path) -> None:
    """No command declares a path by the name of another kind."""
    kinds = {
        parameter.kind for command in all_commands() for parameter in command.parameters if parameter.name == "target"
    }
    assert kinds == {ParameterKind.PATH, ParameterKind.LOCAL_PATH}
