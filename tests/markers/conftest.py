"""What the tests of this room have around them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.laboratory import declared


@pytest.fixture(autouse=True, scope="module")
def _laboratory() -> Iterator[None]:
    """Scripts may use the laboratory's command."""
    with declared():
        yield
