"""How far a run is, in the header and on its page, from what its recorder noted."""

import time

from support.screens import settle, shown
from support.stored_runs import made
from tuimon.runs.progress_record import ProgressRecord, write_progress
from tuimon.session.session import Session
from tuimon.tui.app import TuimonApp
from tuimon.tui.panes.run_header import RunHeader
from tuimon.tui.screens.sheet_page import RowSheet


async def test_header_and_page_tell_how_far_it_is():
    paths, now = made("train", ended=None), time.time()
    sure = ProgressRecord(
        "epochs", 43.9, 100.0, 0.01, now + 3870, now + 3700, now + 4000, gpu=95.0, updated_at=now
    )
    write_progress(paths, sure)
    session = Session(paths)
    session.start()
    async with TuimonApp(session).run_test(size=(80, 24)) as pilot:
        screen = await settle(pilot)
        header = screen.query_one(RunHeader)
        assert "43% 1h 04m left  GPU 95%" in " ".join(shown(header).split(" "))
        await pilot.press("i")
        await pilot.pause()
        told = pilot.app.screen.query_one(RowSheet).whole_text()
        assert "43% · 43.9 of 100 epochs · 1h 04m left · done " in told
        await pilot.press("escape")
        write_progress(paths, sure._replace(done=100.0, earliest=now + 3000, latest=now + 5000))
        for _ in range(100):
            if "99%" in shown(header):
                break
            await pilot.pause(0.05)
        assert "99% 50m–1h 25m left" in shown(header)
    session.stop()
