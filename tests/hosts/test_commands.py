"""Lines and programs, on this machine and over SSH alike."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import psutil
import pytest

from setupbatcher.errors import Failure
from setupbatcher.hosts import output, watching
from setupbatcher.hosts.base import Host, Result
from setupbatcher.hosts.local import LocalHost


def _running(mark: str) -> list[list[str]]:
    """The commands of processes, ended ones aside, that carry a word in their arguments."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        words = process.info["cmdline"] or []
        if mark in words and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(words)
    return found


async def _fails(call: object) -> tuple[int, str, bool]:
    with pytest.raises(Failure) as failure:
        await call  # type: ignore[misc]
    return failure.value.code, failure.value.message, failure.value.program


async def test_a_line_gives_status_and_both_streams(any_host: Host) -> None:
    """Status and output come back as they are, and the line cannot read anything."""
    result = await any_host.shell("echo out; cat; echo err >&2; exit 3")
    assert result == Result(3, b"out\n", b"err\n")


@pytest.mark.parametrize(
    "text", ["a\\b", "it's", 'say "x"', "$HOME `id` !!", "ä\u2028\U0001f600", "line 1\nline 2", "\\'\\"]
)
async def test_arguments_are_data(any_host: Host, text: str) -> None:
    """Whatever stands in an argument reaches the program as it is."""
    assert await any_host.program(["printf", "%s|", text, "", "x y"]) == Result(0, f"{text}||x y|".encode())


async def test_a_line_reaches_the_shell_verbatim(any_host: Host) -> None:
    """The shell, and nobody before it, reads the line's quotes and backslashes."""
    line = """printf '%s|' 'a\\b' "it's" \\$x "$#" """
    assert await any_host.shell(line) == Result(0, b"a\\b|it's|$x|0|")


async def test_a_command_ended_by_a_signal(any_host: Host) -> None:
    """The status is 128 and the signal's number, as in a shell."""
    assert await any_host.shell("kill -9 $$") == Result(137)


async def test_output_is_heard_as_it_comes(any_host: Host) -> None:
    """The listener hears the first line while the command still waits for the second."""
    heard: list[bytes] = []
    first = asyncio.Event()

    def sink(data: bytes) -> None:
        heard.append(data)
        first.set()

    fifo = "f=$(mktemp -u); mkfifo $f; echo $f; cat $f; rm $f"
    task = asyncio.ensure_future(any_host.shell(fifo, sink=sink))
    await first.wait()
    pipe = heard[0].decode().strip()
    assert not task.done()
    await any_host.shell(f"echo go > {pipe}")
    assert (await task, b"".join(heard)) == (Result(0, f"{pipe}\ngo\n".encode()), f"{pipe}\ngo\n".encode())


async def test_past_its_time_a_command_ends_with_all_it_started(any_host: Host) -> None:
    """Code 1460, and neither the command nor its children are left, not even those that hide from the polite signal."""
    mark = f"3{os.getpid()}.25"
    line = f"trap '' TERM; sleep {mark} & sleep {mark}"
    found = await _fails(any_host.shell(line, timeout=0.3))
    assert found == (1460, "no end after 0.3 s; the command and what it started were ended", False)
    assert _running(mark) == []


async def test_a_cancelled_command_ends_with_all_it_started(any_host: Host) -> None:
    """Who cancels the call finds nothing running when it returns."""
    mark = f"4{os.getpid()}.25"
    begun = asyncio.Event()
    line = f"sleep {mark} & echo; sleep {mark}"
    task = asyncio.ensure_future(any_host.shell(line, sink=lambda _: begun.set()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert _running(mark) == []


async def test_a_process_in_the_background_is_not_waited_for(any_host: Host) -> None:
    """It may hold the output open: the command is done when it has ended itself."""
    started = asyncio.get_running_loop().time()
    result = await any_host.shell("echo one; sleep 6.75 & echo $!")
    assert asyncio.get_running_loop().time() - started < 5
    first, number = result.output.split()
    psutil.Process(int(number)).kill()
    assert (result.status, first) == (0, b"one")


async def test_what_a_listener_raises_ends_the_command(any_host: Host) -> None:
    """The error comes out of the call, and the command is not left behind."""
    mark = f"5{os.getpid()}.25"

    def sink(_: bytes) -> None:
        message = "enough"
        raise RuntimeError(message)

    with pytest.raises(RuntimeError, match="enough"):
        await any_host.shell(f"echo; sleep {mark}", sink=sink)
    assert _running(mark) == []


async def test_much_output_is_kept_in_bounds(any_host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """The beginning and the end are kept, and a line tells how much is missing between."""
    monkeypatch.setattr(output, "HEAD", 10)
    monkeypatch.setattr(output, "TAIL", 10)
    result = await any_host.shell("printf 0123456789; head -c 300000 /dev/zero; printf abcdefghij")
    assert result.output == b"0123456789\n... 300000 bytes left out ...\nabcdefghij"


async def test_megabytes_arrive_complete(any_host: Host) -> None:
    """Nothing is lost at the end of a long output."""
    result = await any_host.shell("head -c 3000000 /dev/zero; echo end; head -c 1000000 /dev/zero >&2")
    expected = Result(0, b"\0" * 3_000_000 + b"end\n", b"\0" * 1_000_000)
    assert result == expected


async def test_there_is_no_such_program(any_host: Host) -> None:
    """A missing program is code 2, a file that may not be run code 5."""
    codes = [(await _fails(any_host.program([name])))[0] for name in ("no-such-program", "/no/such", "/etc/passwd")]
    assert codes == [2, 2, 5]


async def test_a_zero_character_is_refused(any_host: Host) -> None:
    """No system takes it in a command; that is said with code 87."""
    assert (await _fails(any_host.shell("echo a\0b")))[0] == 87


async def test_many_commands_at_once(any_host: Host) -> None:
    """Commands of one machine do not mix up their outputs."""
    results = await asyncio.gather(*(any_host.shell(f"echo {number}") for number in range(20)))
    assert results == [Result(0, f"{number}\n".encode()) for number in range(20)]


async def test_local_commands_start_in_the_scripts_folder(local: LocalHost, tmp_path: Path) -> None:
    """Lines and programs alike, relative programs too."""
    program = tmp_path / "script" / "where"
    program.write_text("#!/bin/sh\npwd\n")
    program.chmod(0o755)
    expected = Result(0, f"{tmp_path}/script\n".encode())
    assert [await local.shell("pwd"), await local.program(["./where"])] == [expected, expected]


async def test_reasons_why_a_local_program_does_not_start(local: LocalHost, tmp_path: Path) -> None:
    """Each reason is told by its own words, so that a person knows what to mend."""
    lost = tmp_path / "script" / "lost"
    lost.write_text("#!/no/interpreter\n")
    lost.chmod(0o755)
    plain = tmp_path / "script" / "plain"
    plain.write_bytes(b"\x00\x01")
    plain.chmod(0o755)
    gone = LocalHost(tmp_path / "gone")
    assert [
        await _fails(local.program(["./lost"])),
        await _fails(local.program(["./plain"])),
        await _fails(local.program(["true", "x" * 3_000_000])),
        await _fails(gone.shell("true")),
    ] == [
        (2, "./lost: its interpreter was not found", False),
        (13, "./plain: not a program of this machine", False),
        (206, "true: the arguments are too long for the system", False),
        (3, f"{tmp_path}/gone: the folder to start in does not exist", False),
    ]


class TestWithoutProcessDescriptors:
    """The same on systems without them, such as macOS and Windows, where threads do the watching."""

    @pytest.fixture(autouse=True)
    def _without(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delattr(os, "pidfd_open")

    async def test_a_line_gives_status_and_both_streams(self, local: LocalHost) -> None:
        """Status and output come back as they are."""
        result = await local.shell("echo out; echo err >&2; exit 3")
        assert result == Result(3, b"out\n", b"err\n")

    async def test_past_its_time_a_command_ends(self, local: LocalHost) -> None:
        """Code 1460, and nothing is left."""
        mark = f"6{os.getpid()}.25"
        assert (await _fails(local.shell(f"sleep {mark} & sleep {mark}", timeout=0.2)))[0] == 1460
        assert _running(mark) == []

    async def test_a_process_in_the_background_is_not_waited_for(self, local: LocalHost) -> None:
        """It may hold the output open."""
        result = await local.shell("sleep 6.75 & echo $!")
        psutil.Process(int(result.output)).kill()
        assert result.status == 0

    async def test_what_a_listener_raises_ends_the_command(self, local: LocalHost) -> None:
        """The error comes out of the call."""

        def sink(_: bytes) -> None:
            message = "enough"
            raise RuntimeError(message)

        with pytest.raises(RuntimeError, match="enough"):
            await local.shell("echo; sleep 6.5", sink=sink)


async def test_a_process_that_never_stops_talking_is_not_waited_for(
    local: LocalHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Left in the background, it is given up after a while even though the output is never idle."""
    monkeypatch.setattr(watching, "LONGEST_GRACE", 0.4)
    result = await local.shell("(while :; do echo x; sleep 0.02; done) & echo $!")
    number = next(word for word in result.output.split() if word != b"x")
    psutil.Process(int(number)).kill()
    assert result.status == 0
