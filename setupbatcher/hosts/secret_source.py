"""Where a secret comes from. The settings of a script name it; a connection fetches it (``hosts/secrets.py``)."""

from __future__ import annotations

import re
from typing import NamedTuple

_SOURCE = re.compile(r"env:\w+|keyring:[^/]+/.+|prompt:")


class Secret(NamedTuple):
    """``env:NAME``, ``keyring:SERVICE/USER`` or ``prompt:`` (``language.md``, section 6).

    The value itself is fetched when a connection needs it and is never part of the text of this object.
    """

    source: str


def is_source(text: str) -> bool:
    """The text says where a secret is kept, and is not the secret itself."""
    return _SOURCE.fullmatch(text) is not None
