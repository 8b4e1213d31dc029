"""Where a secret comes from. The settings of a script name it; a connection fetches it (``hosts/secrets.py``)."""

from __future__ import annotations

from typing import NamedTuple


class Secret(NamedTuple):
    """``env:NAME``, ``keyring:SERVICE/USER`` or ``prompt:`` (``language.md``, section 6).

    The value itself is fetched when a connection needs it and is never part of the text of this object.
    """

    source: str
