"""Bytes, positions, edits and the file store: the ground floor."""

from setupbatcher.text.edits import Edit, apply
from setupbatcher.text.positions import LineTable, Position, Span, display_width
from setupbatcher.text.source import Encoding, SourceText, UndecodableError, decode, encode

__all__ = [
    "Edit",
    "Encoding",
    "LineTable",
    "Position",
    "SourceText",
    "Span",
    "UndecodableError",
    "apply",
    "decode",
    "display_width",
    "encode",
]
