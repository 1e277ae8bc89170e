"""`W` tells where a real process is."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.screens import settle
from tuimon.hook import hooked
from tuimon.runs.foreign import find_process
from tuimon.session.process_session import ProcessSession
from tuimon.terminal.terminal_app import screen_strips
from tuimon.tui.app import TuimonApp
from tuimon.tui.screens.where_page import WherePage

SCRIPT = "import sys\ndef load(): print('loads', flush=True); sys.stdin.read()\nload()"


class NoFinder:
    sources = ()

    def step(self) -> None: ...

    def finish(self, seconds: float) -> None: ...


RANK_1_OF_2 = {"RANK": "1", "WORLD_SIZE": "2", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2"}


@pytest.fixture
def session(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[ProcessSession]:
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        env=hooked({**os.environ, **getattr(request, "param", {})}, tmp_path / "writers"),
        stdin=pipe,
        stdout=pipe,
    )
    assert process.stdout is not None
    process.stdout.readline()
    session = ProcessSession(find_process(process.pid), NoFinder())
    session.start()
    yield session
    process.kill()
    process.communicate()
    session.stop()


async def test_the_page_tells_lines_and_asks_again(session: ProcessSession):
    async with TuimonApp(session).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        for _ in range(2):
            await pilot.press("W")
            page = pilot.app.screen
            assert isinstance(page, WherePage)
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
            told = "\n".join(strip.text for strip in screen_strips(page))
            assert "At load (<string>:2)" in told
            assert "▸ <module>  <string>:3" in told


@pytest.mark.parametrize("session", [RANK_1_OF_2], indirect=True)
async def test_ranks_stand_in_a_table(session: ProcessSession):
    async with TuimonApp(session).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("W")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        rows = [
            " ".join(strip.text.strip("│ ").split()) for strip in screen_strips(pilot.app.screen)
        ]
        assert any(row.startswith("rank state") for row in rows), rows
        assert any(row.startswith("0 gone") and row.endswith("look here") for row in rows), rows
