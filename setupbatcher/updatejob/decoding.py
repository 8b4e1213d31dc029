"""The bytes of a job file as text."""

from __future__ import annotations

import codecs
import re

from setupbatcher.text import SourceText, UndecodableError, decode

_DECLARED = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']""")
_KNOWN = re.compile(r"utf-8|ascii|iso8859-\d+|cp\d+|koi8-[rtu]|mac-\w+|gbk|gb18030|big5|euc_\w+|shift_jis")
"""Encodings of text in which the declaration itself can be read; Python's own names."""


def decode_job_file(data: bytes) -> SourceText:
    """The text of a job file.

    A byte order mark tells the encoding, else the XML declaration; without either it is UTF-8 or, where the bytes are
    not, Windows-1252.

    Raises:
        UndecodableError: the bytes are not in the encoding that is announced, or that is unknown.
    """
    declared = _DECLARED.match(data)
    if declared is None:
        return decode(data)
    name = declared[1].decode("ascii", "replace")
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        codec = ""
    if not _KNOWN.fullmatch(codec):
        raise UndecodableError(declared.start(1), f"the file announces an encoding that is not known, `{name}`")
    try:
        return SourceText(data.decode(codec, "setupbatcher.one-to-one" if codec == "cp1252" else "strict"))
    except UnicodeDecodeError as error:
        raise UndecodableError(error.start, f"the file announces `{name}`, but its bytes are not") from None
