"""Real machines for the tests: one OpenSSH service that answers at every loopback address, and ways to disturb it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from setupbatcher.hosts.base import HostSpec, Transport

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def free_port(address: str = "127.0.0.1") -> int:
    """A TCP port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def make_key(file: Path, kind: str = "ed25519") -> str:
    """Make a private key; returns the public one, kind and value."""
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "", "-f", str(file)], check=True)
    return file.with_suffix(".pub").read_text().strip()


@dataclass
class Machines:
    """Up to 65 000 machines: the addresses 127.0.1.1 and up, all served by one sshd.

    As root the service has a user of its own, whose login shell is ``/bin/sh``; otherwise it is the current user's.

    Attributes:
        user: who logs in.
        password: that user's password; empty when not root, because only root can set one.
        home: that user's home folder on the machines.
        port: where sshd listens.
        key_file: the private key that opens them.
        host_key: their public host key, kind and value.
        client_home: a home folder for the controller's side, in which the machines are known.
    """

    folder: Path
    user: str
    password: str
    home: Path
    port: int = 0
    key_file: Path = Path()
    host_key: str = ""
    client_home: Path = Path()
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @classmethod
    def start(cls) -> Machines:
        """Start the service, one for each test process."""
        folder = Path(tempfile.mkdtemp(prefix="machines-"))
        folder.chmod(0o755)  # the service reads the authorized keys as the user who logs in
        if os.geteuid() == 0:
            password = secrets.token_hex(12)
            user = _make_user(password)
        else:
            user, password = pwd.getpwuid(os.geteuid()).pw_name, ""
        machines = cls(folder, user, password, Path(pwd.getpwnam(user).pw_dir))
        machines.host_key = make_key(folder / "host_key")
        machines.key_file = folder / "user_key"
        (folder / "authorized_keys").write_text(make_key(machines.key_file) + "\n")
        machines._serve()
        machines.client_home = machines.make_home(folder / "home")
        return machines

    def _serve(self) -> None:
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        for _ in range(5):
            self.port = free_port("0.0.0.0")  # noqa: S104 -- as sshd does; it lets in loopback addresses only
            if self._launch():
                return
        raise RuntimeError((self.folder / "sshd.log").read_text())

    def _launch(self, *more: str) -> bool:
        (self.folder / "sshd_config").write_text(self._config() + "".join(f"{line}\n" for line in more))
        log = (self.folder / "sshd.log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [str(SSHD), "-D", "-e", "-f", str(self.folder / "sshd_config")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self._answers()

    def down(self) -> None:
        """Switch the machines off: the service and all its sessions are gone at once."""
        assert self._process is not None
        service = self.service
        service.suspend()  # so that no session begins while the others are counted
        for process in (*service.children(recursive=True), service):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait()

    def up(self, *more: str) -> None:
        """Switch them on again, at the same port.

        Args:
            more: lines of configuration that hold until the next time.
        """
        assert self._launch(*more), (self.folder / "sshd.log").read_text()

    @contextlib.contextmanager
    def also_at(self, port: int) -> Iterator[None]:
        """A second service at another port while the block runs, for machines that come up later than others."""
        config = self.folder / f"sshd_config-{port}"
        config.write_text(self._config().replace(f":{self.port}\n", f":{port}\n", 1))
        with (self.folder / "sshd.log").open("ab") as log:
            process = subprocess.Popen(
                [str(SSHD), "-D", "-e", "-f", str(config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            yield
        finally:
            process.terminate()
            process.wait()

    @property
    def service(self) -> psutil.Process:
        """The process that listens."""
        assert self._process is not None
        return psutil.Process(self._process.pid)

    @property
    def logins(self) -> int:
        """How often somebody has logged in so far."""
        return (self.folder / "sshd.log").read_text().count("\nAccepted ")

    @property
    def busy(self) -> list[psutil.Process]:
        """What is going on there: sessions of the service, and processes that they have left behind."""
        sessions = self.service.children(recursive=True)
        left = _processes_of(self.user) if self.password else []
        return [process for process in (*sessions, *left) if _lives(process)]

    def _config(self) -> str:
        return f"""\
ListenAddress 0.0.0.0:{self.port}
HostKey {self.folder}/host_key
AuthorizedKeysFile {self.folder}/authorized_keys
AllowUsers {self.user}@127.*
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication {"yes" if self.password else "no"}
KbdInteractiveAuthentication no
MaxStartups 1000
MaxSessions 100
PrintMotd no
PrintLastLog no
Subsystem sftp internal-sftp
"""

    def _answers(self) -> bool:
        assert self._process is not None
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as probe:
                if probe.recv(4) == b"SSH-":
                    return True
            time.sleep(0.02)
        return False

    def make_home(self, home: Path, known: str | None = None) -> Path:
        """Fill a home folder for the controller's side.

        Args:
            home: the folder, created.
            known: text of its known_hosts file; by default one that knows every machine and proxy.
        """
        ssh = home / ".ssh"
        ssh.mkdir(mode=0o700, parents=True)
        line = f"[127.*]:*,[localhost]:* {self.host_key}\n"
        (ssh / "known_hosts").write_text(line if known is None else known)
        (ssh / "config").write_text(f"Host 127.*\n  IdentityFile {self.key_file}\n")
        return home

    @property
    def known_hosts(self) -> Path:
        """The file in which the machines are known."""
        return self.client_home / ".ssh" / "known_hosts"

    @property
    def environment(self) -> dict[str, str]:
        """An environment for a controller process that must not see the developer's own keys."""
        kept = {name: value for name, value in os.environ.items() if name not in ("SSH_AUTH_SOCK", "SSH_AGENT_PID")}
        return {**kept, "HOME": str(self.client_home)}

    @staticmethod
    def address(number: int) -> str:
        """The address of a machine, counted from 1."""
        return f"127.0.{1 + number // 250}.{1 + (number - 1) % 250}"

    def spec(self, number: int = 1, *, port: int | None = None, timeout: float = 10.0) -> HostSpec:
        """How to reach a machine; with a port, through what listens there."""
        address = self.address(number) if port is None else "127.0.0.1"
        return HostSpec(
            name=f"m{number}",
            transport=Transport.SSH,
            address=address,
            port=port or self.port,
            user=self.user,
            key_file=str(self.key_file),
            connect_timeout=timeout,
        )

    def stop(self) -> None:
        """Stop the service and remove what was made for it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
        if self.password:
            _remove_user(self.user)
        shutil.rmtree(self.folder)


def _make_user(password: str) -> str:
    """Create a user of this process's own, after those that killed test runs left behind; returns the name."""
    for entry in pwd.getpwall():
        number = entry.pw_name.removeprefix("sbtest")
        if number != entry.pw_name and number.isdecimal() and not psutil.pid_exists(int(number)):
            _remove_user(entry.pw_name)
    name = f"sbtest{os.getpid()}"
    _account("useradd", "--create-home", "--shell", "/bin/sh", name)
    subprocess.run(["chpasswd"], input=f"{name}:{password}\n".encode(), check=True)
    return name


def _remove_user(name: str) -> None:
    with contextlib.suppress(KeyError):
        for process in _processes_of(name):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        _account("userdel", "--force", "--remove", name)


def _processes_of(name: str) -> list[psutil.Process]:
    """All processes of a user.

    Raises:
        KeyError: there is no such user.
    """
    number = pwd.getpwnam(name).pw_uid
    found = []
    for process in psutil.process_iter(["uids"]):
        uids = process.info["uids"]
        if uids is not None and uids.real == number:
            found.append(process)
    return found


def _lives(process: psutil.Process) -> bool:
    """It has not ended, though its parent may not have looked after it yet."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _account(*command: str) -> None:
    """Run a command on the accounts; another test process may hold their lock for a moment."""
    for _ in range(100):
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if "lock" not in done.stderr:
            break
        time.sleep(0.1)
    if done.returncode not in (0, 6):  # 6: the user is gone already
        raise RuntimeError(done.stderr)


class Proxy:
    """A TCP proxy before a machine whose line can be cut or fall silent.

    Attributes:
        port: where it listens on 127.0.0.1.
    """

    def __init__(self, target: int) -> None:
        self.port = 0
        self._target = target
        self._open = asyncio.Event()
        self._open.set()
        self._writers: set[asyncio.StreamWriter] = set()

    @classmethod
    @contextlib.asynccontextmanager
    async def before(cls, target: int) -> AsyncIterator[Proxy]:
        """Serve while the block runs; ``target`` is a port on 127.0.0.1."""
        proxy = cls(target)
        server = await asyncio.start_server(proxy._serve, "127.0.0.1", 0)
        proxy.port = server.sockets[0].getsockname()[1]
        try:
            yield proxy
        finally:
            proxy.cut()
            server.close()
            await server.wait_closed()

    def cut(self) -> None:
        """Cut every connection."""
        self._open.set()
        for writer in self._writers:
            writer.transport.abort()

    def silence(self) -> None:
        """Pass nothing on from now on, while the connections stay open."""
        self._open.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers |= {writer, far_writer}
        with contextlib.suppress(OSError):
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, far_writer))
                group.create_task(self._pump(far_reader, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self._open.wait()
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
