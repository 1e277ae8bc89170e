"""One series looks the same on the main screen, in custom scalars and on paper."""

import re
from pathlib import Path

import pytest
from tensorboard.compat.proto.event_pb2 import Event
from torch.utils.tensorboard.summary import custom_scalars

from support.event_files import frame, scalar, version, write
from support.screens import settle, shown
from tuimon.cli.main import main
from tuimon.config.reading import read_settings
from tuimon.session.session import Session
from tuimon.tui.app import TuimonApp
from tuimon.tui.panes.chart_view import ChartView
from tuimon.tui.panes.item_pane import ItemPane
from tuimon.tui.panes.page_line import PageLine

START, FIRST = 1.7e9, 1.7e9 + 3600
"""The run's first event, and its first point an hour later."""


def layout() -> bytes:
    summary = custom_scalars({"all": {"loss": ["Multiline", ["loss"]]}})
    return frame(Event(wall_time=START + 1, summary=summary).SerializeToString())


def facts(text: str) -> dict[str, object]:
    """What a chart tells of its curve besides the line itself."""
    return {
        "superseded": re.findall(r"\d+ overwritten(?: shown)?", text),
        "smoothing": re.findall(r"smoothing [\d.]+", text),
        "x": re.findall(r"\+\d+h\d*m?", text)[0],
        "best": re.findall("◆ ?[-.\\d]*", text),
    }


async def test_the_same_numbers_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.toml").write_text(
        '[charts]\nsmoothing = 0.8\nx_axis = "relative"\nsuperseded = true\n'
    )
    monkeypatch.setenv("TUIMON_CONFIG", str(tmp_path / "config.toml"))
    points = [*range(60), *range(40, 100)]
    write(
        tmp_path / "runs",
        [
            version(START),
            layout(),
            *(
                scalar("loss", step, 2.0 + (step - 70) ** 2 / 1e3, FIRST + 40 * place)
                for place, step in enumerate(points)
            ),
        ],
    )
    assert main(["show", str(tmp_path / "runs"), "--width", "100", "--height", "20"]) == 0
    paper = capsys.readouterr().out
    session = Session.of_logdirs([tmp_path / "runs"])
    session.start()
    try:
        async with TuimonApp(session, settings=read_settings()).run_test(size=(130, 30)) as pilot:
            screen = await settle(pilot)
            main_screen = shown(screen.query_one(PageLine)) + shown(screen.query_one(ChartView))
            await pilot.press("v")
            view = pilot.app.screen.query_one(ItemPane)
            while "smoothing" not in shown(view):
                await pilot.pause(0.02)
            custom = shown(view)
            await pilot.press("enter", "-")
            while "smoothing 0.6" not in shown(view):
                await pilot.pause(0.02)
    finally:
        session.stop()
    expected = facts(main_screen)
    assert facts(custom) == expected
    assert facts(paper) == expected
    assert expected["superseded"] == ["20 overwritten shown"]
    assert expected["smoothing"] == ["smoothing 0.8"]
    assert expected["best"] == ["◆ 2", "◆"]  # in the legend, and in the plot
    assert str(expected["x"]).startswith("+1h")
