"""Sending names, notes, tags and the group of a run, of which some were edited at the server."""

import threading
from contextlib import nullcontext
from pathlib import Path

from support.mirror_runs import new_run
from support.waiting import wait_until
from support.wandb_server import ENTITY, KEY, ServedRun, wandb_server
from tuimon.mirror.context import MirrorContext
from tuimon.mirror.label_sender import LabelSender
from tuimon.mirror.launch_owner import LaunchOwner
from tuimon.mirror.server import RunPlace, Server
from tuimon.mirror.status import MirrorStatus
from tuimon.mirror.upload import UploadRequests
from tuimon.runs.annotation import NOTHING_SAID, Annotation, write_annotation
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import MirrorOptions, RunRecord, read_record, write_record


def context_of(paths: RunPaths) -> MirrorContext:
    return MirrorContext(
        subject=LaunchOwner(paths),
        paths=paths,
        environ={},
        status=MirrorStatus(paths.mirror_json),
        stop=threading.Event(),
        guard=lambda what, seconds: nullcontext(),
        uploads=UploadRequests(paths, whenever_possible=False),
    )


def put_into_group(paths: RunPaths, group: str) -> None:
    record = read_record(RunRecord, paths.run_json)
    assert record is not None
    write_record(paths.run_json, record._replace(mirror=record.mirror._replace(group=group)))


def test_a_server_gets_what_has_changed_here_and_nothing_else(tmp_path: Path) -> None:
    paths = new_run(tmp_path, tmp_path, MirrorOptions(tags=("sweep",)))
    context = context_of(paths)
    run = ServedRun("p", name="mine", notes="seen", tags=["theirs"], group="page")
    with wandb_server() as at:
        at.runs["abc"] = run
        sender = LabelSender(context, Server(at.url, KEY), RunPlace(ENTITY, "p", "abc"))
        assert sender.settle() is None  # of a launch that is new to the run
        assert (run.name, run.tags, run.group) == ("mine", ["theirs", "sweep"], "page")
        assert context.status.record.told == NOTHING_SAID
        asked = at.requests
        sender.look()
        assert at.requests == asked

        put_into_group(paths, "trials")
        context.subject.look()
        run.name = "again"
        assert sender.settle() is None
        assert (run.name, run.notes, run.group) == ("again", "seen", "trials")

        said = Annotation(note="keep", archived=True)
        write_annotation(paths.annotation, said)
        at.behaviour = "fail"
        assert "out of order" in (sender.settle() or "")
        assert context.status.record.told == NOTHING_SAID
        at.behaviour = "ok"

        def is_told() -> bool:
            sender.look()
            return context.status.record.told == said

        wait_until(is_told, 20)
        assert (run.name, run.notes) == ("again", "keep")
        assert run.tags == ["theirs", "sweep", "archived"]
