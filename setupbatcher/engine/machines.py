"""From a [Machines] row and the ``Machines.*`` settings to a description of the machine."""

from __future__ import annotations

from pathlib import Path

from setupbatcher.hosts.base import HostSpec, Platform, Transport
from setupbatcher.hosts.secret_source import Secret
from setupbatcher.script.document import Document
from setupbatcher.script.rows import MachineRow
from setupbatcher.script.settings import Settings

WINDOWS = frozenset({"windows", "nt"})
"""Words of column 2 that mean Windows."""


def spec_of(document: Document, row: MachineRow, folder: Path) -> HostSpec:
    """How to reach a machine; the row's options win over the settings (``language.md``, section 3).

    Args:
        document: checked, so that every value fits.
        row: of the machine.
        folder: the script's; a relative key file starts there.
    """
    settings, options = document.settings, row.options
    windows = row.platform.lower() in WINDOWS
    transport = _transport(row, options, settings, windows=windows)
    port = options.get("port") or settings.get("Machines.Port")
    key_file = options.get("keyfile") or settings.get("Machines.KeyFile")
    password = settings.get("Machines.Password")
    own_password = options.get("password")
    host_keys = options.get("hostkeys") or settings.get("Machines.HostKeys")
    return HostSpec(
        name=row.name,
        transport=transport,
        platform=Platform.WINDOWS if windows else Platform.POSIX,
        address=options.get("host") or row.name,
        port=int(port) if port else None,
        user=options.get("user") or settings.get("Machines.User"),
        key_file=str(folder / Path(key_file).expanduser()) if key_file else None,
        password=Secret(own_password) if own_password else password,
        accept_new=host_keys.lower() == "accept-new",
    )


def _transport(row: MachineRow, options: dict[str, str], settings: Settings, *, windows: bool) -> Transport:
    if row.platform.lower() == "local":
        return Transport.LOCAL
    wanted = options.get("transport") or settings.get("Machines.Transport")
    if wanted:
        return Transport(wanted.lower())
    return Transport.WINRM if windows else Transport.SSH
