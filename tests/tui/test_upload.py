"""`U`: an offline W&B run is to go online."""

from pathlib import Path

import pytest
from textual.app import App

from support.event_files import scalar, version, write
from support.mirror_runs import new_run
from support.screens import settle
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import MirrorRecord, write_record
from tuimon.session.session import Session
from tuimon.tui.app import TuimonApp
from tuimon.tui.panes.key_bar import KeyBar


@pytest.fixture
def run(tmp_path: Path) -> RunPaths:
    write(tmp_path / "runs", [version(), scalar("loss", 1, 2.0)])
    return new_run(tmp_path, tmp_path / "runs")


def notices(app: App[object]) -> list[str]:
    return [message.text for message in app.messages]


@pytest.mark.parametrize(
    ("mirror", "asks", "says"),
    [
        (MirrorRecord(state="offline"), True, "Uploading to W&B"),
        (MirrorRecord(state="live", url="http://w/r"), False, "W&B: http://w/r"),
        (MirrorRecord(state="off"), False, "not mirrored to W&B"),
        (None, False, "not mirrored to W&B"),
    ],
)
async def test_u_asks_the_mirror_of_a_running_training(
    run: RunPaths, mirror: MirrorRecord | None, asks: bool, says: str
) -> None:
    if mirror is not None:
        write_record(run.mirror_json, mirror)
    session = Session(run)
    session.start()
    try:
        async with TuimonApp(session).run_test(size=(200, 24)) as pilot:
            screen = await settle(pilot)
            await pilot.press("U")
            await pilot.pause()
            assert (run.mirror / "upload").exists() is asks
            assert any(says in text for text in notices(pilot.app)), notices(pilot.app)
            keys = screen.query_one(KeyBar)
            assert ("upload" in str(keys.rows(200, 1))) is asks
    finally:
        session.stop()


async def test_u_without_a_run_says_what_to_do_instead(tmp_path: Path) -> None:
    write(tmp_path / "runs", [version(), scalar("loss", 1, 2.0)])
    session = Session.of_logdirs([tmp_path / "runs"])
    session.start()
    try:
        async with TuimonApp(session).run_test(size=(100, 24)) as pilot:
            await settle(pilot)
            await pilot.press("U")
            await pilot.pause()
            assert any("tuimon mirror LOGDIR" in text for text in notices(pilot.app))
    finally:
        session.stop()
