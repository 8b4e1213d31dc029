"""A file is replaced whole, and never over what somebody saved meanwhile."""

from __future__ import annotations

import sys
from pathlib import Path
from unittest import mock

import pytest

from setupbatcher.text import store as module
from setupbatcher.text.exchange import exchange
from setupbatcher.text.store import ChangedError, Store


@pytest.fixture(params=["exchange", "rename", "in place"])
def store(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A file, on a system that can exchange two, on one that cannot, and one with a second name."""
    script = tmp_path / "script.txt"
    script.write_bytes(b"old")
    if request.param == "rename":
        monkeypatch.setattr(module, "exchange", lambda _one, _other: False)
    if request.param == "in place":
        (tmp_path / "other.txt").hardlink_to(script)
    return Store(script)


def names(store: Store) -> set[str]:
    """What stands in the folder, a second name of the file aside."""
    return {path.name for path in store.real.parent.iterdir()} - {"other.txt"}


def test_a_known_version_is_replaced(store: Store) -> None:
    """A file that nobody touched gets the new version, and nothing is left beside it."""
    store.replace(b"new", store.stamp())
    assert store.read() == b"new"
    assert names(store) == {"script.txt"}


def test_what_was_saved_since_stands(store: Store) -> None:
    """A file that was saved after it was read is not written over."""
    known = store.stamp()
    store.real.write_bytes(b"edited")
    with pytest.raises(ChangedError):
        store.replace(b"new", known)
    assert store.read() == b"edited"
    assert names(store) == {"script.txt"}


@pytest.mark.skipif(sys.platform != "linux", reason="only there can files be exchanged")
@pytest.mark.parametrize("twice", [False, True])
def test_what_was_saved_at_the_last_moment_goes_back(tmp_path: Path, *, twice: bool) -> None:
    """An edit between the last look and the exchange is put back, and so is one between the exchange and that."""
    script = tmp_path / "script.txt"
    script.write_bytes(b"old")
    store = Store(script)
    count = 0

    def disturbed(one: Path, other: Path) -> bool:
        nonlocal count
        if count <= twice:
            (tmp_path / "editor").write_bytes(b"edited %d" % count)
            (tmp_path / "editor").replace(script)
        count += 1
        return exchange(one, other)

    with mock.patch.object(module, "exchange", disturbed), pytest.raises(ChangedError):
        store.replace(b"new", store.stamp())
    assert script.read_bytes() == b"edited %d" % twice
    assert names(store) == {"script.txt"}
