"""The script: a lossless Document with its sections, rows, settings, templates and conditions."""

from setupbatcher.script.document import CommandSection, Document
from setupbatcher.script.labels import Kind, SectionId, data_section

__all__ = ["CommandSection", "Document", "Kind", "SectionId", "data_section"]
