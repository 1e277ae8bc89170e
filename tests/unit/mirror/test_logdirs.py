"""Log directories as the mirror's subject."""

from tuimon.mirror.logdir_owner import LogdirOwner
from tuimon.runs.record import LogdirRecord, MirrorOptions


def test_the_command_that_uploads_leads_to_the_same_mirror() -> None:
    record = LogdirRecord(
        name="a", root="/my runs", directories=(), namespaces=(), cwd="/", created_at=0.0
    )
    assert LogdirOwner(record).upload_command == "tuimon mirror --mirror online '/my runs'"
    asked = record._replace(mirror=MirrorOptions(project="p", entity="e"))
    assert LogdirOwner(asked).upload_command == (
        "tuimon mirror --mirror online --project p --entity e '/my runs'"
    )
