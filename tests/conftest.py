"""Fixtures that several rooms share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machines import SSHD, Machines


@pytest.fixture(scope="session", autouse=True)
def _state_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Runs are kept on record in a folder of the tests, never in that of the person who runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


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
