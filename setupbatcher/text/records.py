"""Lines with a checksum, so that one that was torn by a crash is known as such."""

from __future__ import annotations

import json
import zlib
from typing import Any

_JSON = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False)


def encode(record: Any) -> bytes:  # noqa: ANN401 -- any JSON value
    """The line of a record, with its end."""
    payload = _JSON.encode(record).encode("utf-8", "surrogatepass")
    return b"%08x %s\n" % (zlib.crc32(payload), payload)


def decode(line: bytes) -> Any:  # noqa: ANN401
    """The record of a line without its end; ``None`` where it is not whole."""
    checksum, _, payload = line.partition(b" ")
    try:
        if int(checksum, 16) != zlib.crc32(payload):
            return None
        return json.loads(payload.decode("utf-8", "surrogatepass"))
    except ValueError:
        return None
