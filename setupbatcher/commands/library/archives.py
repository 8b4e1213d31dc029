"""Archives."""

from __future__ import annotations

from setupbatcher import files
from setupbatcher.commands.context import Context
from setupbatcher.commands.places import on_machine
from setupbatcher.commands.registry import Outcome, Path, command


@command(
    "Zip.Extract",
    area="Files",
    example="Zip.Extract /tmp/app.zip,/srv/app",
    does="unpack {archive} into {target}",
)
async def zip_extract(context: Context, archive: Path, target: Path) -> Outcome:
    """Unpack a zip archive into a folder on the machine.

    The target is created if need be; what it holds besides stays, and files of the same content are left alone. The
    archive is checked as a whole before anything is written: a member that would leave the target, a link, an encrypted
    member, two members of one name, or a size that cannot be meant, and nothing is unpacked.

    Args:
        archive: a zip file on the machine.
        target: a folder, or nothing yet.

    Errors:
        2 without the archive, 3 without the folder that the target is in, 13 for a damaged archive or a zip bomb, 161
        for a member with a bad path, 1463 for a link, 50 for an encrypted member, 80 for two of one name.
    """
    return Outcome(changed=await files.extract(on_machine(context, archive), on_machine(context, target)))
