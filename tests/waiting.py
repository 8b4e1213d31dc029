"""Waiting for what another process does, with an end."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_until(holds: Callable[[], object], within: float = 30.0) -> None:
    """Wait until something holds; a test whose other half has died fails instead of waiting for ever."""
    end = time.monotonic() + within
    while not holds():
        assert time.monotonic() < end, f"nothing happened within {within:g} s"
        time.sleep(0.01)
