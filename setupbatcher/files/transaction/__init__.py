"""Changes to files of this machine that are done as a whole or not at all.

::

    journal = journal_of(job_file)
    await recover(journal)                      # what a killed process left, before anything else
    async with Transaction(journal) as files:
        await files.copy(source, target)        # a file, or a folder with all it holds, merged into the target
        await files.move(source, target)
        await files.unzip(archive, target)
        await files.delete(path)

Each call sees what those before it did. When the block ends all of it is on disk for good; when it fails or is
cancelled, everything is as it was before, down to modes and times. When the process is killed or the power fails, the
next :func:`recover` sees to the one or the other: all as it was, unless the end of the block was reached. At no instant
is a file half written.

How: what is new is written beside its target under a name of its own, with a wait for the disk, and takes its place by
a rename; what stood there is kept beside it under such a name, as are deleted files and folders, by renames as well.
The journal says beforehand, on disk, what is about to be renamed, so that it can be turned back in reverse order. It
exists only while a transaction is on, or between a crash and the next recovery; its lock is the lock on the work.

What is promised after a power failure holds on file systems that keep the order of renames: ext4, XFS, Btrfs, NTFS,
APFS. Times of folders are restored save that of the journal's own.
"""

from setupbatcher.files.transaction.names import is_ours, journal_of
from setupbatcher.files.transaction.recovery import Outcome, Recovered, recover
from setupbatcher.files.transaction.transaction import Transaction

__all__ = ["Outcome", "Recovered", "Transaction", "is_ours", "journal_of", "recover"]
