"""Where data files come from: a folder, an FTP or SSH service, a mailbox (``language.md``, section 10).

What is not on the controller yet is downloaded first. Each file is there as a whole or not at all, under a name that
cannot lead out of its folder, and one that is there already is not fetched again.
"""

from setupbatcher.files.sources.fetch import Fetched, fetch
from setupbatcher.files.sources.source import Kind, Source, read_source

__all__ = ["Fetched", "Kind", "Source", "fetch", "read_source"]
