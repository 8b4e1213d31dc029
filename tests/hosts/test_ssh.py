"""The way to a machine over SSH, and every way in which it fails."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from setupbatcher.errors import Failure
from setupbatcher.hosts import ssh_connect
from setupbatcher.hosts.base import HostSpec, Platform, Result, Transport
from setupbatcher.hosts.connect import connect
from setupbatcher.hosts.known_hosts import UnknownHostKey
from setupbatcher.hosts.local import LocalHost
from setupbatcher.hosts.secret_source import Secret
from setupbatcher.hosts.secrets import Secrets
from setupbatcher.hosts.ssh_command import RemoteCommand
from tests.machines import Machines, Proxy, free_port, make_key

pytestmark = pytest.mark.usefixtures("client_home")


async def _says(spec: HostSpec, line: str = "echo ok", secrets: Secrets | None = None) -> Result:
    host = await connect(spec, base=Path("/"), secrets=secrets or Secrets())
    try:
        return await host.shell(line)
    finally:
        await host.close()


async def _failure(spec: HostSpec, secrets: Secrets | None = None) -> Failure:
    with pytest.raises(Failure) as caught:
        await _says(spec, secrets=secrets)
    return caught.value


def _fingerprint(public: str) -> str:
    done = subprocess.run(["ssh-keygen", "-lf", "-"], input=public, capture_output=True, text=True, check=True)
    return done.stdout.split()[1]


def _hash_names(file: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(file)], check=True, capture_output=True)


async def test_many_machines_at_once(machines: Machines) -> None:
    """Every address is a machine of its own."""
    results = await asyncio.gather(*(_says(machines.spec(number), "echo $SSH_CONNECTION") for number in range(1, 13)))
    addresses = [result.output.split()[2].decode() for result in results]
    assert addresses == [f"127.0.1.{number}" for number in range(1, 13)]


async def test_the_config_of_the_user_counts(machines: Machines, client_home: Path) -> None:
    """Address, port, user and key may all come from ~/.ssh/config."""
    (client_home / ".ssh" / "config").write_text(
        f"Host web\n HostName {machines.address(3)}\n Port {machines.port}\n User {machines.user}\n"
        f" IdentityFile {machines.key_file}\n"
    )
    result = await _says(HostSpec("web", Transport.SSH), "echo $SSH_CONNECTION")
    assert result.output.split()[2:] == [machines.address(3).encode(), str(machines.port).encode()]


async def test_through_a_jump_host(machines: Machines, client_home: Path) -> None:
    """A machine behind another one is reached through it, under the same rules for keys."""
    config = client_home / ".ssh" / "config"
    jump = f"{machines.user}@{machines.address(4)}:{machines.port}"
    config.write_text(config.read_text() + f"Host {machines.address(5)}\n ProxyJump {jump}\n")
    result = await _says(machines.spec(5), "echo $SSH_CONNECTION")
    (client_home / ".ssh" / "known_hosts").write_text(f"[{machines.address(5)}]:{machines.port} {machines.host_key}\n")
    failure = await _failure(machines.spec(5))
    name = f"{machines.address(4)}:{machines.port} (on the way to m5)"
    assert (result.output.split()[2], failure.code, failure.message) == (
        machines.address(5).encode(),
        1397,
        f"{name}: the host key {_fingerprint(machines.host_key)} is not known",
    )


async def test_an_agent_holds_the_key(
    machines: Machines, client_home: Path, monkeypatch: pytest.MonkeyPatch, agent: str
) -> None:
    """Without a key file the agent's keys are tried."""
    (client_home / ".ssh" / "config").write_text("")
    monkeypatch.setenv("SSH_AUTH_SOCK", agent)
    assert await _says(machines.spec(1)._replace(key_file=None)) == Result(0, b"ok\n")


async def test_a_machine_behind_a_jump_host_is_not_there(machines: Machines, client_home: Path) -> None:
    """The code is the one a direct connection would give: refused, or a name that nobody knows."""
    config = client_home / ".ssh" / "config"
    jump = f"{machines.user}@{machines.address(4)}:{machines.port}"
    config.write_text(config.read_text() + f"Host *5 *.invalid\n ProxyJump {jump}\n")
    closed = machines.spec(5)._replace(port=free_port())
    unknown = machines.spec(5)._replace(address="no-such-machine.invalid")
    assert [(await _failure(closed)).code, (await _failure(unknown)).code] == [1225, 53]


async def test_jump_hosts_that_lead_in_a_circle(machines: Machines, client_home: Path) -> None:
    """They are found out before the limit of time is over."""
    config = client_home / ".ssh" / "config"
    config.write_text(f"Host *\n ProxyJump {machines.address(4)}\n")
    assert (await _failure(machines.spec(5))).code == 87


@pytest.fixture
def agent(machines: Machines, tmp_path: Path) -> Iterator[str]:
    """An agent that holds the machines' key; its address."""
    address = str(tmp_path / "agent")
    process = subprocess.Popen(["ssh-agent", "-D", "-a", address], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    subprocess.run(["ssh-add", "-q", str(machines.key_file)], env={**os.environ, "SSH_AUTH_SOCK": address}, check=True)
    yield address
    process.terminate()
    process.wait()
    process.stdout.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a user with a password")
async def test_a_password_opens_the_machine(
    machines: Machines, client_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A password from the environment is used, and masked from then on."""
    (client_home / ".ssh" / "config").write_text("")
    monkeypatch.setenv("MACHINE_PASSWORD", machines.password)
    secrets = Secrets()
    spec = machines.spec(1)._replace(key_file=None, password=Secret("env:MACHINE_PASSWORD"))
    result = await _says(spec, secrets=secrets)
    assert (result, secrets.mask(f"<{machines.password}>")) == (Result(0, b"ok\n"), "<***>")


async def test_an_unknown_machine_is_refused(machines: Machines, client_home: Path) -> None:
    """Code 1397 with the fingerprint; once a person trusts it, the machine is known."""
    known = client_home / ".ssh" / "known_hosts"
    known.unlink()
    failure = await _failure(machines.spec(1))
    assert isinstance(failure, UnknownHostKey)
    name = f"[{machines.address(1)}]:{machines.port}"
    assert (failure.code, failure.message, failure.line, known.exists()) == (
        1397,
        f"m1: the host key {_fingerprint(machines.host_key)} is not known",
        f"{name} {machines.host_key}",
        False,
    )
    failure.trust()
    assert await _says(machines.spec(1)) == Result(0, b"ok\n")


async def test_new_keys_are_accepted_on_demand(machines: Machines, client_home: Path) -> None:
    """With accept-new an unknown key is added to the user's file, once, after its line without a line end."""
    known = client_home / ".ssh" / "known_hosts"
    known.write_text("# mine")
    spec = machines.spec(6)._replace(accept_new=True)
    assert [await _says(spec), await _says(spec)] == [Result(0, b"ok\n")] * 2
    assert known.read_text() == f"# mine\n[{machines.address(6)}]:{machines.port} {machines.host_key}\n"


@pytest.mark.parametrize("accept_new", [False, True])
@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
async def test_a_changed_key_is_never_accepted(
    machines: Machines, client_home: Path, tmp_path: Path, *, accept_new: bool, kind: str
) -> None:
    """Code 1396, whatever the settings, and whether or not the kind of key changed too."""
    other = make_key(tmp_path / "other", kind)
    known = client_home / ".ssh" / "known_hosts"
    text = f"[{machines.address(1)}]:{machines.port} {other}\n"
    known.write_text(text)
    failure = await _failure(machines.spec(1)._replace(accept_new=accept_new))
    assert (failure.code, known.read_text()) == (1396, text)


async def test_hashed_revoked_and_other_lines(machines: Machines, client_home: Path) -> None:
    """Names may be hashed; a revoked key is refused with 1396; lines about others and nonsense do no harm."""
    known = client_home / ".ssh" / "known_hosts"
    name = f"[{machines.address(1)}]:{machines.port}"
    known.write_text(f"{name} {machines.host_key}\n")
    _hash_names(known)
    hashed_line = known.read_text()
    assert name not in hashed_line
    other = f"*,!{name} ssh-ed25519 AAAA"
    known.write_text(f"# mine\nnonsense\n|1|bad|worse ssh-ed25519 AAAA\n{other}\n{hashed_line}")
    hashed = await _says(machines.spec(1))
    known.write_text(f"{name} {machines.host_key}\n@revoked * {machines.host_key}\n")
    revoked = await _failure(machines.spec(1))
    assert (hashed, revoked.code) == (Result(0, b"ok\n"), 1396)


async def test_checking_keys_cannot_be_switched_off(machines: Machines, client_home: Path) -> None:
    """A config without a file of known keys makes every machine unknown, not every machine welcome."""
    config = client_home / ".ssh" / "config"
    config.write_text(config.read_text() + "Host *\n UserKnownHostsFile none\n")
    assert (await _failure(machines.spec(1))).code == 1397


async def test_another_file_of_known_keys(machines: Machines, client_home: Path) -> None:
    """UserKnownHostsFile in the config is where keys are looked up."""
    config = client_home / ".ssh" / "config"
    (client_home / ".ssh" / "known_hosts").rename(client_home / "elsewhere")
    config.write_text(config.read_text() + "Host *\n UserKnownHostsFile ~/elsewhere\n")
    assert await _says(machines.spec(1)) == Result(0, b"ok\n")


async def test_each_kind_of_failure_has_its_code(machines: Machines, tmp_path: Path) -> None:
    """A name nobody knows, a closed port, a wrong user, a wrong or missing key, a network that is not there."""
    make_key(tmp_path / "wrong")
    spec = machines.spec(1)
    cases = {
        "name": spec._replace(address="no-such-machine.invalid"),
        "closed": spec._replace(port=free_port()),
        "user": spec._replace(user="nobody-of-that-name"),
        "key": spec._replace(key_file=str(tmp_path / "wrong")),
        "file": spec._replace(key_file=str(tmp_path / "missing")),
        "not a key": spec._replace(key_file="/etc/passwd"),
        "network": spec._replace(address="255.255.255.255"),
        "winrm": spec._replace(transport=Transport.WINRM, platform=Platform.WINDOWS),
    }
    codes = {name: (await _failure(case)).code for name, case in cases.items()}
    assert codes.pop("network") in (5, 1231)  # the system calls it forbidden, or out of reach
    assert codes == {
        "name": 53,
        "closed": 1225,
        "user": 1326,
        "key": 1326,
        "file": 2,
        "not a key": 1326,
        "winrm": 50,
    }


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
async def test_any_kind_of_key_opens_a_machine(machines: Machines, tmp_path: Path, kind: str) -> None:
    """The usual kinds of private keys are read and accepted."""
    keys = machines.folder / "authorized_keys"
    before = keys.read_text()
    keys.write_text(f"{before}{make_key(tmp_path / 'key', kind)}\n")
    try:
        assert await _says(machines.spec(1)._replace(key_file=str(tmp_path / "key"))) == Result(0, b"ok\n")
    finally:
        keys.write_text(before)


async def test_ciphers_of_the_config_count(machines: Machines, client_home: Path) -> None:
    """A quick one is asked for, unless the user's config names its own."""
    config = client_home / ".ssh" / "config"
    found = []
    for more in ("", "Host *\n Ciphers aes256-ctr,aes128-ctr\n"):
        config.write_text(config.read_text() + more)
        (connection,) = await ssh_connect.open_connection(machines.spec(1), None, base=client_home)
        found.append(connection.get_extra_info("send_cipher"))
        connection.close()
        await connection.wait_closed()
    assert found == ["aes256-gcm@openssh.com", "aes256-ctr"]


async def test_a_machine_that_never_answers(machines: Machines) -> None:
    """Code 1460 when the limit is over, though the port is open."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        failure = await _failure(machines.spec(1, port=port, timeout=0.3))
    assert (failure.code, failure.message) == (1460, "m1: no answer within 0.3 s")


async def test_a_port_with_another_service(machines: Machines) -> None:
    """What does not speak SSH is a broken connection, not a traceback."""

    async def hello(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    async with await asyncio.start_server(hello, "127.0.0.1", 0) as server:
        failure = await _failure(machines.spec(1, port=server.sockets[0].getsockname()[1]))
    assert failure.code == 109


async def test_the_connection_is_cut(machines: Machines) -> None:
    """Code 109 for the command in flight, for later ones, and for files; closing is still fine."""
    begun = asyncio.Event()
    async with Proxy.before(machines.port) as proxy:
        host = await connect(machines.spec(1, port=proxy.port), base=Path("/"), secrets=Secrets())
        assert await host.files.stat(host.files.path("/etc/passwd")) is not None
        task = asyncio.ensure_future(host.shell("echo; sleep 7.125", sink=lambda _: begun.set()))
        await begun.wait()
        proxy.cut()
        codes = []
        for call in (task, host.shell("true"), host.files.stat(host.files.path("/etc/passwd"))):
            with pytest.raises(Failure) as caught:
                await call
            codes.append(caught.value.code)
        await host.close()
        await host.close()
    assert codes == [109, 109, 109]


async def test_a_channel_that_breaks_while_it_is_opened(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever opened it is told; nothing else is said when the command is forgotten."""
    command = RemoteCommand("m1", None, None)
    command.connection_lost(OSError("broken pipe"))
    command.close()
    del command
    gc.collect()
    assert caplog.records == []


async def test_a_peer_that_falls_silent(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signs of life are asked for, so that a dead machine is noticed: code 109."""
    monkeypatch.setattr(ssh_connect, "KEEPALIVE_INTERVAL", 0.1)
    begun = asyncio.Event()
    async with Proxy.before(machines.port) as proxy:
        host = await connect(machines.spec(1, port=proxy.port), base=Path("/"), secrets=Secrets())
        task = asyncio.ensure_future(host.shell("echo; sleep 7.125", sink=lambda _: begun.set()))
        await begun.wait()
        proxy.silence()
        with pytest.raises(Failure) as caught:
            await task
        await host.close()
    assert caught.value.code == 109


async def test_a_cancelled_connection_leaves_nothing(machines: Machines) -> None:
    """Who stops waiting for a machine is told at once."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        task = asyncio.ensure_future(_says(machines.spec(1, port=silent.getsockname()[1])))
        accepted, _ = await asyncio.to_thread(silent.accept)
        task.cancel()
        with accepted, pytest.raises(asyncio.CancelledError):
            await task


async def test_the_machine_that_runs_the_script(tmp_path: Path) -> None:
    """It needs no connection."""
    host = await connect(HostSpec("here"), base=tmp_path, secrets=Secrets())
    assert isinstance(host, LocalHost)
    assert (host.name, await host.shell("pwd")) == ("here", Result(0, f"{tmp_path}\n".encode()))
