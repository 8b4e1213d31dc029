"""Commands that share a shell on a machine, against those on a channel of their own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from setupbatcher.errors import Failure
from setupbatcher.hosts import framing, ssh_running, ssh_shell
from setupbatcher.hosts.base import HostSpec, Result
from setupbatcher.hosts.ssh import SshHost
from tests.hosts.conftest import connect_ssh
from tests.machines import Machines, Proxy, make_key
from tests.waiting import wait_until

_SHELL = "echo $PPID $(cat /proc/$PPID/comm)"
"""Says which process runs the commands."""


@pytest_asyncio.fixture
async def shell(machines: Machines, client_home: Path) -> AsyncIterator[SshHost]:
    """A machine on which commands share a shell."""
    host = await connect_ssh(machines.spec(1), client_home, shells=True)
    try:
        yield host
    finally:
        await host.close()


@pytest_asyncio.fixture
async def channels(machines: Machines, client_home: Path) -> AsyncIterator[SshHost]:
    """The same machine, with a channel for each command."""
    host = await connect_ssh(machines.spec(1), client_home, shells=False)
    try:
        yield host
    finally:
        await host.close()


@pytest_asyncio.fixture(params=[True, False], ids=["shell", "channel"])
async def either(request: pytest.FixtureRequest, machines: Machines, client_home: Path) -> AsyncIterator[SshHost]:
    """A machine both ways."""
    host = await connect_ssh(machines.spec(1), client_home, shells=request.param)
    try:
        yield host
    finally:
        await host.close()


async def _shell_of(host: SshHost) -> int:
    """The process that runs the commands; it is a shell."""
    number, name = (await host.shell(_SHELL)).output.split()
    assert name == b"sh"
    return int(number)


async def _code(call: object) -> int:
    with pytest.raises(Failure) as failure:
        await call  # type: ignore[misc]
    return failure.value.code


def _session(leader: int) -> list[psutil.Process]:
    """The running processes of a session."""
    found = []
    for process in psutil.process_iter(["status"]):
        try:
            if os.getsid(process.pid) == leader and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(process)
        except ProcessLookupError:
            continue
    return found


async def test_commands_share_a_shell(shell: SshHost, channels: SshHost) -> None:
    """One process runs them all, lines and programs; without such a shell it is the SSH service."""
    first = await _shell_of(shell)
    program = await shell.program(["sh", "-c", "echo $PPID"])
    assert (int(program.output), await _shell_of(shell)) == (first, first)
    assert (await channels.shell(_SHELL)).output.split()[1] == b"sshd"


_LINES = [
    "exit 3",
    "exit 300",
    "exec sleep 0",
    "cd /; pwd",
    "export A=1; A=2; B=3",
    "umask 077; ulimit -n 50; ulimit -n",
    "set -e; false; echo no",
    "set -f -u; set -o",
    "read x; echo $? $x",
    "cat; cat <&0",
    "exec <&-; read x; echo $?",
    "exec >&- 2>&-; sleep 0.05",
    "exec 3>&1; echo x >&3",
    "trap 'echo bye' EXIT; trap; exit 2",
    "trap 'echo caught' TERM; kill $$; echo after",
    "kill -9 $$",
    "kill -INT $$; echo no",
    "kill -QUIT $$",
    "kill -SEGV $$",
    "kill 0",
    "kill -9 0",
    "kill -PIPE $$",
    "echo a >&2; printf b; echo c >&2",
    "printf 'a\\000b\\377\\n\\001'",
    "echo x >/dev/stderr; echo y >/dev/stdout; echo z >/dev/tty",
    "echo $((",
    "no-such-program",
    "/no/such",
    "/etc/passwd",
    "true & wait; echo $?",
    "(exit 7); echo $?; (echo x; exit 8) | cat",
    "echo x | (read y; echo $y)",
    "echo \"$# $0 $- $!\"; echo 'ä\\b'",
    "env | grep -v ^SSH_ | sort; pwd; umask; ulimit -a; tty; ls /proc/self/fd",
    "grep Sig[IC] /proc/self/status; cut -d' ' -f7 /proc/self/stat",
    "unset HOME PATH; /bin/echo x",
    "alias echo=false; f() { return 9; }; f",
    "",
    "# nothing",
]


@pytest.mark.parametrize("line", _LINES)
async def test_a_command_is_the_same_both_ways(shell: SshHost, channels: SshHost, line: str) -> None:
    """Status and output are the same, and the next command in the shell finds nothing of it."""
    look = "pwd; umask; ulimit -n; set | grep -v ^PPID; trap; env | sort; set -o; cat"
    before, leader = await shell.shell(look), await _shell_of(shell)
    assert await shell.shell(line) == await channels.shell(line)
    assert (await shell.shell(look), await _shell_of(shell)) == (before, leader)


async def test_programs_are_the_same_both_ways(shell: SshHost, channels: SshHost) -> None:
    """Arguments, status, and what is said of a program that is not there."""
    for arguments in (["printf", "%s|", "", " a\n\nb ", "'\\'", "$x"], ["sh", "-c", "exit 7"], ["false"]):
        assert await shell.program(arguments) == await channels.program(arguments)
    for name in ("no-such-program", "/no/such", "/etc/passwd", "/"):
        assert await _code(shell.program([name])) == await _code(channels.program([name]))


async def test_output_that_looks_like_marks(shell: SshHost, channels: SshHost) -> None:
    """Whatever a command can learn of its shell, printing it changes nothing."""
    line = "cat /proc/$PPID/cmdline /proc/$$/cmdline; tr '\\0' '\\n' </proc/$PPID/cmdline; echo '0123456789abcdef 0'"
    first, second = await shell.shell(line), await shell.shell(line)
    assert (first.status, first.output.endswith(b"\n0123456789abcdef 0\n"), second) == (0, True, first)
    text = "for i in 1 2 3; do printf '%016x 0\\n%016x\\n' $i $i; printf '%016x\\n' $i >&2; done"
    assert await shell.shell(text) == await channels.shell(text)


async def test_much_on_both_streams_at_once(either: SshHost) -> None:
    """50 MB on each arrive as they come, are counted, and only their ends are kept."""
    size, heard = 50_000_000, 0

    def sink(data: bytes) -> None:
        nonlocal heard
        heard += len(data)

    line = f"head -c {size} /dev/zero >&2 & head -c {size} /dev/zero; wait; echo end; echo end >&2"
    result = await either.shell(line, sink=sink)
    assert (heard, result.status, result.output[-5:], result.error) == (2 * size + 8, 0, b"\0end\n", result.output)
    assert len(result.output) < 9_000_000


async def test_a_long_command(either: SshHost) -> None:
    """A hundred thousand characters are as good as ten."""
    text = "x" * 100_000
    assert await either.shell(f": {text}; echo done") == Result(0, b"done\n")
    assert (await either.program(["printf", "%s", text])).output == text.encode()


async def test_late_output_stays_out_of_the_next_command(either: SshHost) -> None:
    """A process left in the background may write when it likes: the next command does not have that in its output."""
    line = "{ sleep 0.7; echo late; echo late >&2; } & echo begun"
    assert await either.shell(line) == Result(0, b"begun\n")
    assert await either.shell("sleep 1; echo next") == Result(0, b"next\n")


async def test_a_daemon_goes_on(shell: SshHost) -> None:
    """A process that lets go of the streams does not end with the command, nor does it cost the shell."""
    leader = await _shell_of(shell)
    started = await shell.shell("sleep 60 >/dev/null 2>&1 & echo $!")
    daemon = psutil.Process(int(started.output))
    assert (await _shell_of(shell), daemon.is_running()) == (leader, True)
    daemon.kill()


async def test_a_process_that_holds_the_streams_costs_the_shell(shell: SshHost) -> None:
    """The next command has another shell, and nothing is left of the first but the process."""
    leader = await _shell_of(shell)
    holder = psutil.Process(int((await shell.shell("sleep 60 & echo $!")).output))
    another = await _shell_of(shell)
    wait_until(lambda: not _session(leader))
    assert (another != leader, holder.is_running()) == (True, True)
    holder.kill()


async def test_two_at_once(shell: SshHost) -> None:
    """A short command does not wait for a long one; so many at once as there are shells, and some more."""
    await shell.shell("true")
    begun = asyncio.Event()
    long = asyncio.ensure_future(shell.shell("echo; sleep 30", sink=lambda _: begun.set()))
    await begun.wait()
    count = ssh_running.MOST_SHELLS + 2
    results = await asyncio.gather(*(shell.shell(f"{_SHELL}; echo {number}") for number in range(count)))
    assert not long.done()
    long.cancel()
    assert [int(result.output.split()[2]) for result in results] == list(range(count))
    names = [result.output.split()[1] for result in results]
    assert (names.count(b"sh") < ssh_running.MOST_SHELLS, b"sshd" in names) == (True, True)


async def test_past_its_time_and_on(shell: SshHost) -> None:
    """After a command that was ended the next one runs as always, and no channel is left over."""
    await shell.shell("true")
    mark = f"7{os.getpid()}.25"
    assert await _code(shell.shell(f"sleep {mark} & sleep {mark}", timeout=0.2)) == 1460
    task = asyncio.ensure_future(shell.shell(f"sleep {mark}"))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await shell.shell("echo next") == Result(0, b"next\n")
    assert not [process for process in psutil.process_iter(["cmdline"]) if mark in (process.info["cmdline"] or [])]
    await _only_shells_are_open(shell)


async def _only_shells_are_open(host: SshHost) -> None:
    """Every channel of the connection is one of an idle shell, as soon as the machine has closed the others."""
    for _ in range(200):
        shells = [one for one in host._commands._shells._open if not one.gone]
        if len(host._connection._channels) == len(shells) and all(one.usable for one in shells):
            return
        await asyncio.sleep(0.05)
    raise AssertionError((host._connection._channels, host._commands._shells._open))


async def test_more_commands_than_a_shell_takes(shell: SshHost) -> None:
    """After the last one it takes there is another shell."""
    leaders = [await _shell_of(shell) for _ in range(framing.COMMANDS + 1)]
    assert (len(set(leaders)), leaders.count(leaders[0])) == (2, framing.COMMANDS)
    await _only_shells_are_open(shell)


async def test_a_shell_that_is_killed_by_its_command(shell: SshHost) -> None:
    """Nobody can know how the command would have ended: it is ended, with the code of a lost connection, 109."""
    mark = f"8{os.getpid()}.25"
    leader = await _shell_of(shell)
    assert await _code(shell.shell(f"kill -9 $PPID; sleep {mark}")) == 109
    assert not [process for process in psutil.process_iter(["cmdline"]) if mark in (process.info["cmdline"] or [])]
    wait_until(lambda: not _session(leader))
    assert await _shell_of(shell) != leader


@pytest.mark.parametrize(("victim", "outcome"), [("sh", b"next\n"), ("cat", 109)])
async def test_a_shell_that_is_killed_between_commands(shell: SshHost, victim: str, outcome: bytes | int) -> None:
    """The next command runs elsewhere; or it is said that nobody knows how it went, and the one after runs."""
    leader = await _shell_of(shell)
    for process in _session(leader):
        if process.name() == victim:
            process.kill()
    await asyncio.sleep(0.2)  # the shell's end, not its helpers', is heard of
    call = shell.shell("echo next")
    assert (await _code(call) if outcome == 109 else (await call).output) == outcome
    assert await shell.shell("echo last") == Result(0, b"last\n")
    wait_until(lambda: not _session(leader))


async def test_the_connection_is_cut(machines: Machines, client_home: Path) -> None:
    """Code 109 for a command in a shell and for later ones; the command goes on by itself, its shell does not."""
    begun = asyncio.Event()
    async with Proxy.before(machines.port) as proxy:
        host = await connect_ssh(machines.spec(1, port=proxy.port), client_home, shells=True)
        leader = await _shell_of(host)
        task = asyncio.ensure_future(host.shell("echo $$; sleep 1.125", sink=lambda _: begun.set()))
        await begun.wait()
        proxy.cut()
        assert [await _code(task), await _code(host.shell("true"))] == [109, 109]
        await host.close()
    wait_until(lambda: not _session(leader))


async def test_closing_leaves_nothing(machines: Machines, client_home: Path) -> None:
    """Neither an idle shell nor one whose command was ended is there when the connection is closed."""
    host = await connect_ssh(machines.spec(1), client_home, shells=True)
    leaders = {await _shell_of(host)}
    assert await _code(host.shell("sleep 30", timeout=0.1)) == 1460
    leaders |= set(await asyncio.gather(*(_shell_of(host) for _ in range(ssh_running.MOST_SHELLS))))
    await host.close()
    await host.close()
    wait_until(lambda: not any(map(_session, leaders)))


@contextmanager
def _login(machines: Machines, folder: Path, command: str) -> Iterator[HostSpec]:
    """A user for whom every login runs a shell line instead of what is asked for, which is in SSH_ORIGINAL_COMMAND."""
    keys = machines.folder / "authorized_keys"
    before = keys.read_text()
    quoted = command.replace("\\", "\\\\").replace('"', '\\"')
    keys.write_text(f'{before}command="{quoted}" {make_key(folder / "other_key")}\n')
    try:
        yield machines.spec(3)._replace(key_file=str(folder / "other_key"))
    finally:
        keys.write_text(before)


_ASKED = 'exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"'


async def _with_login(spec: HostSpec, home: Path) -> tuple[Result, str]:
    """What a command gives, twice the same, and who runs it."""
    host = await connect_ssh(spec, home, shells=True)
    try:
        first = await host.shell("echo out; echo err >&2; exit 3")
        assert await host.shell("echo out; echo err >&2; exit 3") == first
        return first, (await host.shell(f"PATH=/bin:/usr/bin; {_SHELL}")).output.split()[1].decode()
    finally:
        await host.close()


async def test_login_files_that_talk_and_take_their_time(machines: Machines, client_home: Path, tmp_path: Path) -> None:
    """What they say belongs to no command, and they are waited for once."""
    talk = "echo Welcome; echo setupbatcher-0123456789abcdef; printf 'no line end'; echo warning >&2; sleep 2; "
    with _login(machines, tmp_path, talk + _ASKED) as spec:
        assert await _with_login(spec, client_home) == (Result(3, b"out\n", b"err\n"), "sh")


async def test_login_files_that_take_too_long(
    machines: Machines, client_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past a limit each command has a channel of its own, and runs once."""
    monkeypatch.setattr(ssh_shell, "PATIENCE", 0.2)
    with _login(machines, tmp_path, "sleep 0.6; " + _ASKED) as spec:
        assert await _with_login(spec, client_home) == (Result(3, b"out\n", b"err\n"), "sshd")


async def test_a_machine_without_what_the_shell_needs(machines: Machines, client_home: Path, tmp_path: Path) -> None:
    """Each command has a channel of its own there, as isolated as ever."""
    with _login(machines, tmp_path, f"PATH=/no/such/folder; export PATH; {_ASKED}") as spec:
        assert await _with_login(spec, client_home) == (Result(3, b"out\n", b"err\n"), "sshd")


@pytest.mark.parametrize(
    ("command", "words"), [("echo no entry; exit 1", ": no entry"), ("cat", ""), ('echo "$SSH_ORIGINAL_COMMAND"', "")]
)
async def test_a_login_that_runs_no_commands(
    machines: Machines,
    client_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    words: str,
) -> None:
    """Code 1326 with its last words, whether it says nothing, waits for input, or repeats what it is asked."""
    monkeypatch.setattr(ssh_shell, "PATIENCE", 0.5)
    with _login(machines, tmp_path, command) as spec:
        host = await connect_ssh(spec, client_home, shells=True)
        with pytest.raises(Failure) as failure:
            await host.shell("true")
        await host.close()
    message = failure.value.message
    assert (failure.value.code, message.startswith("m3: the user's login shell runs no commands" + words)) == (
        1326,
        True,
    )


async def test_a_login_file_that_changes(shell: SshHost) -> None:
    """A command has the environment of a new login."""
    leader = await _shell_of(shell)
    await shell.shell('echo >"$HOME/.zshenv"')
    try:
        first = (await shell.shell(_SHELL)).output.split()[1]
        assert (first, await _shell_of(shell) != leader) == (b"sshd", True)
    finally:
        await shell.shell('rm "$HOME/.zshenv"')


async def test_one_session_at_a_time(machines: Machines, client_home: Path) -> None:
    """Where the service grants one session a shell makes way: for what ends a command, and for files."""
    machines.down()
    machines.up("Match all", "MaxSessions 1")
    try:
        host = await connect_ssh(machines.spec(1), client_home, shells=True)
        mark = f"9{os.getpid()}.25"
        leader = await _shell_of(host)
        assert await _code(host.shell(f"sleep {mark} & sleep {mark}", timeout=0.2)) == 1460
        assert not [process for process in psutil.process_iter(["cmdline"]) if mark in (process.info["cmdline"] or [])]
        assert await host.shell("x=$(sleep 60 >&2 & echo $!); kill $x; echo next") == Result(0, b"next\n")
        assert await _shell_of(host) != leader
        assert await host.shell(f": {'x' * 2 * ssh_running.LONGEST}; echo long") == Result(0, b"long\n")
        assert await host.files.stat(host.files.path("/etc/passwd")) is not None
        assert await _code(host.shell("true")) == 5
        await host.close()
    finally:
        machines.down()
        machines.up()


_SMALL = st.sampled_from(
    [
        "echo out",
        "echo err >&2; exit 1",
        "printf 'a\\000b'",
        "cat",
        "cd /; A=1",
        "kill -9 $$",
        "kill 0",
        "head -c 200000 /dev/zero; echo x >&2",
        "sleep 0.05 & echo $((1+1))",
        "exec >&-; echo lost; exit 4",
        "sleep 0.3 >/dev/null 2>&1 & wait",
        ": " + "y" * 20_000,
        "set -e; false; echo no",
        "pwd; umask; echo $A",
    ]
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.lists(_SMALL, min_size=1, max_size=3), min_size=1, max_size=6))
def test_any_sequence_is_the_same_both_ways(machines: Machines, client_home: Path, lines: list[list[str]]) -> None:
    """Whatever commands follow each other, some of them at the same time, each gives what it gives by itself."""

    async def run(*, shells: bool) -> list[list[Result]]:
        host = await connect_ssh(machines.spec(1), client_home, shells=shells)
        try:
            return [await asyncio.gather(*map(host.shell, together)) for together in lines]
        finally:
            await host.close()

    assert asyncio.run(run(shells=True)) == asyncio.run(run(shells=False))
