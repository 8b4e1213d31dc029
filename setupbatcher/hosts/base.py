"""What a machine is to the commands: one protocol for this machine, SSH machines and those to come.

A command acts through a :class:`Host` only. Every method raises :class:`setupbatcher.errors.Failure`, never an
exception of a library below.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Sequence
from enum import Enum
from pathlib import PurePath
from typing import NamedTuple, Protocol

from setupbatcher.hosts.secret_source import Secret

OutputSink = Callable[[bytes], None]
"""Receives standard output and standard error of a program in the pieces in which they arrive."""


class Platform(Enum):
    """The family of a machine: which shell runs its lines and how its paths are written."""

    POSIX = "posix"
    WINDOWS = "windows"


class Transport(Enum):
    """How a machine is reached."""

    LOCAL = "local"
    SSH = "ssh"
    WINRM = "winrm"


class HostSpec(NamedTuple):
    r"""How to reach one machine: the [Machines] row over the ``Machines.*`` settings.

    Attributes:
        name: the machine's name as the script writes it, without a leading ``\\``.
        address: what to connect to; the name unless the row says ``host=``.
        port: TCP port; ``None`` leaves it to ``~/.ssh/config`` and the default of the transport.
        user: login name; ``None`` leaves it to ``~/.ssh/config`` and the current user.
        key_file: private key, on the controller.
        password: where the password comes from.
        accept_new: take the key of a machine that is not known yet (``HostKeys=accept-new``).
        connect_timeout: seconds until a machine that does not answer counts as timed out.
    """

    name: str
    transport: Transport = Transport.LOCAL
    platform: Platform = Platform.POSIX
    address: str = ""
    port: int | None = None
    user: str | None = None
    key_file: str | None = None
    password: Secret | None = None
    accept_new: bool = False
    connect_timeout: float = 15.0


class Result(NamedTuple):
    """How a program ended: its exit status and what it wrote, undecoded."""

    status: int
    output: bytes = b""
    error: bytes = b""


class Kind(Enum):
    """What stands at a path."""

    FILE = "file"
    DIRECTORY = "directory"
    LINK = "link"
    OTHER = "other"


class Stat(NamedTuple):
    """What is known of a path.

    Attributes:
        kind: file, folder, link or something else.
        size: bytes.
        mode: permission bits.
        modified: seconds since the epoch.
        name: the entry's name, in a listing.
        owner: user and group number; ``None`` where the machine has none.
    """

    kind: Kind
    size: int = 0
    mode: int = 0o644
    modified: float = 0.0
    name: str = ""
    owner: tuple[int, int] | None = None


class Filesystem(Protocol):
    """The files of a machine.

    Paths are texts in the machine's own spelling; ``~`` is the user's home folder, where relative ones start too,
    except on the machine that runs the script: there they start in the script's folder.
    """

    def path(self, text: str) -> PurePath:
        """The path object of the machine's flavour for a text. Raises 161 for an empty one."""

    async def stat(self, path: PurePath, *, follow: bool = True) -> Stat | None:
        """What stands at the path, or ``None``."""

    async def list(self, path: PurePath) -> list[Stat]:
        """What a folder holds, by name, links not followed."""

    def read(self, path: PurePath) -> AsyncGenerator[bytes, None]:
        """The bytes of a file, in chunks; to be closed by a reader that stops early."""

    async def write(
        self,
        path: PurePath,
        chunks: AsyncIterable[bytes],
        *,
        mode: int | None = None,
        modified: float | None = None,
    ) -> None:
        """Write a new file in place; it is on disk when this returns. Raises 80 where something stands already."""

    async def copy(self, source: PurePath, target: PurePath) -> None:
        """Copy one file on this machine to a new file, in place, with its mode and time; as :meth:`write`."""

    async def set_times(self, path: PurePath, modified: float) -> None:
        """Set the time of the last change."""

    async def set_mode(self, path: PurePath, mode: int) -> None:
        """Set the permission bits; does nothing where the machine has none."""

    async def set_owner(self, path: PurePath, owner: tuple[int, int]) -> None:
        """Set user and group; does nothing where the machine has none."""

    async def make_directory(self, path: PurePath, mode: int | None = None) -> None:
        """Create one folder; its parent exists."""

    async def read_link(self, path: PurePath) -> str:
        """Where a symbolic link points to."""

    async def make_link(self, path: PurePath, target: str) -> None:
        """Create a symbolic link."""

    async def remove(self, path: PurePath) -> None:
        """Remove a file or a link."""

    async def remove_directory(self, path: PurePath) -> None:
        """Remove an empty folder."""

    async def rename(self, source: PurePath, target: PurePath) -> None:
        """Rename within a volume; an existing target file is replaced in one step."""

    async def sync_directory(self, path: PurePath) -> None:
        """Wait until what a folder holds, by name, is on disk; does nothing where the machine cannot tell."""


class Host(Protocol):
    """A machine that commands act on, connected."""

    @property
    def name(self) -> str:
        """The machine's name as the script writes it."""

    @property
    def address(self) -> str:
        """The name or number by which the controller's network knows the machine."""

    @property
    def platform(self) -> Platform:
        """The machine's family."""

    @property
    def files(self) -> Filesystem:
        """The machine's files."""

    async def shell(self, line: str, *, timeout: float | None = None, sink: OutputSink | None = None) -> Result:
        """Run a line in the machine's shell (``/bin/sh`` or ``cmd``), input from nowhere.

        Args:
            line: shell text, as it is.
            timeout: seconds; past it the command and its children are ended and code 1460 is raised.
            sink: receives output as it comes.
        """

    async def program(
        self, arguments: Sequence[str], *, timeout: float | None = None, sink: OutputSink | None = None
    ) -> Result:
        """Run a program with its arguments as data, without a shell in between."""

    @property
    def connected(self) -> bool:
        """No end of the connection is known."""

    def told_of_processes(self, began: Callable[[int], None]) -> Host:
        """The same machine, for a caller who wants to know the number of every process it starts on the controller."""

    async def close(self) -> None:
        """End the connection; safe to call twice."""
