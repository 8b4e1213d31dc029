"""A file server of the tests' own: Samba on a high port of the loopback interface."""

from __future__ import annotations

import contextlib
import getpass
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.waiting import wait_until

SMBD = shutil.which("smbd", path="/usr/sbin:/usr/local/sbin:/usr/bin")

USER = getpass.getuser()
PASSWORD = "pass word ü"

_GLOBAL = """\
[global]
server role = standalone server
smb ports = {port}
interfaces = 127.0.0.1
bind interfaces only = yes
private dir = {folder}
lock directory = {folder}/lock
state directory = {folder}/state
cache directory = {folder}/cache
pid directory = {folder}
ncalrpc dir = {folder}/ncalrpc
log file = {folder}/log
passdb backend = tdbsam
load printers = no
disable spoolss = yes
"""
_SHARE = """\
[{name}]
path = {path}
read only = yes
"""


@contextlib.contextmanager
def server(folder: Path, shares: dict[str, Path]) -> Iterator[int]:
    """Serve folders, to :data:`USER` with :data:`PASSWORD`.

    Args:
        folder: for the server's own files.
        shares: folders by the names of their shares.

    Yields:
        The port.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for name in ("lock", "state", "cache", "ncalrpc"):
        (folder / name).mkdir()
    config = folder / "smb.conf"
    parts = [_GLOBAL.format(port=port, folder=folder)]
    parts += [_SHARE.format(name=name, path=path) for name, path in shares.items()]
    config.write_text("".join(parts), encoding="utf-8")
    words = ["pdbedit", "-s", str(config), "-t", "-a", "-u", USER]
    subprocess.run(words, input=f"{PASSWORD}\n{PASSWORD}\n".encode(), stdout=subprocess.DEVNULL, check=True)
    assert SMBD is not None
    quiet = subprocess.DEVNULL
    # It ends its whole process group when it ends, and cannot make one where it already leads a session.
    with subprocess.Popen(
        [SMBD, "--foreground", "--no-process-group", "-s", config],
        stdin=quiet,
        stdout=quiet,
        stderr=quiet,
        start_new_session=True,
    ) as process:
        try:
            wait_until(lambda: _answers(port))
            yield port
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True
