"""Fixtures that several rooms share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machines import SSHD, Machines


@pytest.fixture(scope="session")
def machines() -> Iterator[Machines]:
    """Machines to reach over SSH, one service for each test process."""
    if SSHD is None:
        pytest.skip("sshd is not installed; on Debian: apt-get install openssh-server")
    started = Machines.start()
    try:
        yield started
    finally:
        started.stop()


@pytest.fixture
def client_home(machines: Machines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of this test's own on the controller's side, in which the machines are known."""
    home = machines.make_home(tmp_path / "client-home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return home
