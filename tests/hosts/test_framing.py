"""Many commands in one shell: what the shell does, and how its streams are taken apart."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from setupbatcher.hosts.framing import MOVED, Frame, command_request, loop_request
from setupbatcher.hosts.remote_line import Call, Opening, program_call, shell_call
from tests.waiting import wait_until

_MARK = "0123456789abcdef"


class _Loop:
    """The shell's side, on this machine and without SSH in between.

    Args:
        shell: what takes the place of ``/bin/sh`` for the loop.
        environment: what it is started with.

    Attributes:
        process: the loop.
    """

    def __init__(self, shell: str, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", loop_request("ready-mark").replace("/bin/sh", shell, 1)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=environment["HOME"],
            env=environment,
            start_new_session=True,
        )
        self._count = 0

    def begins(self) -> bool:
        """Wait until it is ready; ``False`` where it ends instead."""
        return all(self._read(stream, Frame("ready-mark")) is not None for stream in ("stdout", "stderr"))

    def send(self, call: Call) -> str:
        """Send a command; returns its mark."""
        self._count += 1
        mark = f"{self._count:016x}"
        assert self.process.stdin is not None
        self.process.stdin.write(command_request(call, mark))
        return mark

    def run(self, call: Call | str) -> tuple[bytes | None, bytes | None, bytes | None]:
        """Run a command, or a line; returns what the shell says of it, and both of its outputs."""
        frame = Frame(self.send(shell_call(call) if isinstance(call, str) else call))
        output = self._read("stdout", frame)
        return frame.news, output and Opening("").feed(output), self._read("stderr", Frame(f"{self._count:016x}"))

    def news(self, mark: str, lines: int = 0) -> tuple[bytes | None, bytes]:
        """Wait for what the shell says of a command, which may come before its end mark, and for lines of output."""
        frame, output = Frame(mark), b""
        assert self.process.stdout is not None
        while frame.news is None or Opening("").feed(output).count(b"\n") < lines:
            output += frame.feed(os.read(self.process.stdout.fileno(), 65536))
        return frame.news, Opening("").feed(output)

    def _read(self, name: str, frame: Frame) -> bytes | None:
        text = b""
        while not frame.ended:
            data = os.read(getattr(self.process, name).fileno(), 65536)
            if not data:
                return None
            text += frame.feed(data)
        return text

    def close(self) -> None:
        """End the loop."""
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()
        self.process.wait(10)


@pytest.fixture(params=["/bin/sh", "bash --posix", "busybox sh"])
def loop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[_Loop]:
    """A loop in each of the usual shells."""
    if shutil.which(request.param.split()[0]) is None:
        pytest.skip(f"{request.param} is not installed")
    started = _Loop(request.param, {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"})
    assert started.begins()
    yield started
    started.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere pipes cannot be opened anew, and there is no such loop")
class TestLoop:
    """What each shell does as a loop."""

    def test_one_command_after_the_other(self, loop: _Loop) -> None:
        """Status and both streams are the command's; none meets what another did."""
        lines = ["echo out; echo err >&2; exit 3", "cd /; umask 0; A=1; export A", 'echo "$A"', "kill -9 $$", "kill 0"]
        assert [loop.run(line) for line in lines] == [
            (b"3", b"out\n", b"err\n"),
            (b"0", b"", b""),
            (b"0", b"\n", b""),
            (b"137", b"", b""),
            (b"143", b"", b""),
        ]

    def test_any_text(self, loop: _Loop) -> None:
        """All that can stand in an argument arrives, line ends and blanks at both ends too."""
        text = " \t\\ ' \" $x `y` !! * ~ \r\n\n  ä\u2028\U0001f600 " + "".join(map(chr, range(1, 256))) + "\n\n "
        assert loop.run(program_call(["printf", "%s", text, ""])) == (b"0", text.encode(), b"")

    def test_nothing_but_three_streams(self, loop: _Loop) -> None:
        """No further descriptor is open, input is from nowhere, and the command leads a session of its own."""
        line = "echo $$; cat; read x; readlink /proc/$$/fd/0; ls /proc/$$/fd; cut -d' ' -f1,5,6 /proc/$$/stat"
        status, output, error = loop.run(line)
        assert output is not None
        number, *rest = output.decode().splitlines()
        assert (status, error) == (b"0", b"")
        assert rest == ["/dev/null", "0", "1", "2", f"{number} {number} {number}"]

    def test_both_streams_at_once(self, loop: _Loop, tmp_path: Path) -> None:
        """Every byte there is, on both of them."""
        data = bytes(range(256)) * 1024
        (tmp_path / "data").write_bytes(data)
        # Nobody reads the second stream here before the first has come to its end, so it must fit into a pipe.
        line = 'cat "$HOME/data" & head -c 9999 "$HOME/data" >&2; wait'
        assert loop.run(line) == (b"0", data, data[:9999])

    def test_signals_to_everybody(self, loop: _Loop) -> None:
        """Whatever a command sends to its parent, or to all shells, it is the command alone that meets it."""
        lines = ["for s in INT HUP QUIT TERM; do kill -s $s $PPID; done; echo here; exit 7", "echo here"]
        assert [loop.run(line) for line in lines] == [(b"7", b"here\n", b""), (b"0", b"here\n", b"")]

    def test_a_process_that_holds_a_stream(self, loop: _Loop) -> None:
        """The end of the command is told at once; the end of its stream comes when the process is gone, not before."""
        mark = loop.send(shell_call("sleep 60 & echo $!"))
        news, output = loop.news(mark, lines=1)
        psutil.Process(int(output)).kill()
        frames = Frame(mark), Frame(mark)
        assert [loop._read("stdout", frames[0]), loop._read("stderr", frames[1])] == [b"", b""]
        assert (news, loop.run("echo next")) == (b"0", (b"0", b"next\n", b""))

    def test_nothing_is_left_behind(self, loop: _Loop) -> None:
        """When its input ends the loop is gone with its helpers, though a process of a command holds their pipes."""
        _, output = loop.news(loop.send(shell_call("sleep 60 & echo $!")), lines=1)
        loop.close()
        wait_until(lambda: not _session(loop.process.pid))
        sleeper = psutil.Process(int(output))
        assert sleeper.is_running()
        sleeper.kill()

    @pytest.mark.parametrize("file", [".zshenv", ".bashrc", ".config/fish/config.fish", ".ssh/environment"])
    def test_a_login_file_that_changes(self, loop: _Loop, tmp_path: Path, file: str) -> None:
        """A new login would have another environment: the command is not begun."""
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        loop.run(f'echo >"$HOME/{file}"')
        assert loop.news(loop.send(shell_call(f'rm "$HOME/{file}"')))[0] == MOVED
        assert (tmp_path / file).exists()

    def test_a_home_that_changes(self, loop: _Loop, tmp_path: Path) -> None:
        """A new login would start elsewhere: the command is not begun."""
        loop.run(f"mv {tmp_path} {tmp_path}.old; mkdir {tmp_path}")
        assert loop.news(loop.send(shell_call("touch here")))[0] == MOVED
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(("tools", "begins"), [(["cat"], False), (["setsid"], False), (["cat", "setsid"], True)])
    def test_what_it_needs(self, tmp_path: Path, tools: list[str], *, begins: bool) -> None:
        """Without one of the two programs it ends before it takes a command; it needs no other."""
        for name in tools:
            (tmp_path / name).symlink_to(shutil.which(name) or "")
        started = _Loop("/bin/sh", {"PATH": str(tmp_path), "HOME": str(tmp_path)})
        assert (started.begins(), begins and started.run("echo out")) == (begins, begins and (b"0", b"out\n", b""))
        started.close()

    def test_a_setsid_that_does_nothing(self, tmp_path: Path) -> None:
        """A command that would not lead a group of its own is not begun."""
        (tmp_path / "cat").symlink_to(shutil.which("cat") or "")
        (tmp_path / "setsid").write_text('#!/bin/sh\nexec "$@"\n')
        (tmp_path / "setsid").chmod(0o755)
        started = _Loop("/bin/sh", {"PATH": str(tmp_path), "HOME": str(tmp_path)})
        assert started.begins()
        assert started.run('echo >"$HOME/begun"')[1] == b""
        assert not (tmp_path / "begun").exists()
        started.close()


def _session(number: int) -> list[Path]:
    """The running processes of a session."""
    return [path for path in Path("/proc").glob("[0-9]*") if _in_session(path, number)]


def _in_session(path: Path, number: int) -> bool:
    try:
        state, _, _, session = (path / "stat").read_text().rpartition(")")[2].split()[:4]
    except OSError:
        return False
    return int(session) == number and state != "Z"


_NOT_A_MARK = st.lists(st.one_of(st.binary(max_size=40), st.integers(1, 15).map(lambda size: _MARK[:size].encode())))
_TEXT = _NOT_A_MARK.map(b"".join).filter(lambda text: _MARK.encode() not in text)


@given(_TEXT, _TEXT, st.integers(1, 60))
def test_a_stream_in_any_pieces(before: bytes, after: bytes, size: int) -> None:
    """News between the output and the end mark are found however the network cuts them, and the output is whole."""
    mark = _MARK.encode()
    data = before + mark + b" 137\n" + after + mark + b"\n"
    frame = Frame(_MARK)
    output = b"".join(frame.feed(data[start : start + size]) for start in range(0, len(data), size))
    assert (output, frame.news, frame.ended) == (before + after, b"137", True)


@given(_TEXT)
def test_output_is_not_held_back(text: bytes) -> None:
    """All but what may be the beginning of a mark is handed on at once."""
    frame = Frame(_MARK)
    passed = frame.feed(text)
    assert text.startswith(passed)
    assert _MARK.encode().startswith(text[len(passed) :])
    assert (frame.news, frame.ended) == (None, False)
