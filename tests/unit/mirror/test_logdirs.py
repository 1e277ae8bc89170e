"""Log directories as the mirror's subject."""

from pathlib import Path

from tuimon.mirror.logdir_owner import LogdirOwner
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import LogdirRecord, MirrorOptions


def test_the_command_that_uploads_leads_to_the_same_mirror(tmp_path: Path) -> None:
    record = LogdirRecord(
        name="a", root="/my runs", directories=(), namespaces=(), cwd="/", created_at=0.0
    )
    assert (
        LogdirOwner(record, RunPaths(tmp_path)).upload_command
        == "tuimon mirror --mirror online '/my runs'"
    )
    asked = record._replace(mirror=MirrorOptions(project="p", entity="e"))
    assert LogdirOwner(asked, RunPaths(tmp_path)).upload_command == (
        "tuimon mirror --mirror online --project p --entity e '/my runs'"
    )
