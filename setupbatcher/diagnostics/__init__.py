"""Diagnostics: what is wrong with a script, and its renderings.

The value stands here; the renderings are modules of their own, because most runs need none: ``render`` (with
``render_colour``), ``concise``, ``as_json``. ``codes`` is the catalogue, ``explain`` its voice, ``order`` sorts and
counts findings, ``suggestions`` and ``phrases`` word them.
"""

from setupbatcher.diagnostics.model import Diagnostic, Fix, Note, Severity

__all__ = ["Diagnostic", "Fix", "Note", "Severity"]
