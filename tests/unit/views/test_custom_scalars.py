"""Layouts as torch's add_custom_scalars and TensorBoard's own API leave them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.context import RequestContext
from tensorboard.plugins.base_plugin import TBContext
from tensorboard.plugins.custom_scalar.custom_scalars_plugin import CustomScalarsPlugin

from support.summary_files import WRITERS
from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.runs.sources import LogSource
from tuimon.store.loading import load
from tuimon.summaries.reader import SummaryReader
from tuimon.views.base import ViewOptions
from tuimon.views.custom_scalars import CustomScalarsView, _layouts, merged
from tuimon.views.kinds import draw, items, still
from tuimon.views.subject import ItemContext

LOOK = ViewOptions(None, 100, 40, inside=True)
LAYOUT = {
    "Losses": {
        "all": ["Multiline", ["loss/.*"]],
        "interval": ["Margin", ["q/mean", "q/low", "q/high"]],
    },
    "Rates": {"lr": ["Multiline", ["lr$"]], "wrong": ["Multiline", ["("]]},
}
OTHER = {"Losses": {"all": ["Multiline", ["other"]], "more": ["Multiline", ["lr"]]}}


def log(logdir: Path, layout: dict[str, object], writer: str = "torch") -> None:
    with WRITERS[writer](str(logdir)) as log:
        log.add_custom_scalars(layout)
        for step in range(20):
            for tag, value in (("loss/a", 1), ("loss/b", 2), ("my/loss/c", 3), ("lr", 0.1)):
                log.add_scalar(tag, value, step)
            for tag, value in (("q/mean", 5), ("q/low", 4), ("q/high", 9)):
                log.add_scalar(tag, value, step)


def opened(logdir: Path) -> tuple[CustomScalarsView, ItemContext]:
    store = load([LogSource(path=str(logdir), recursive=True)]).store
    (item,) = (item for item in items(store) if item.kind == "custom-scalars")
    return CustomScalarsView(), ItemContext(item, store, SummaryReader())


def shown(view: CustomScalarsView, subject: ItemContext, look: ViewOptions = LOOK) -> str:
    rows = draw(view, subject, look).rows
    return "\n".join("".join(span.text for span in row).rstrip() for row in rows)


@pytest.mark.parametrize("writer", WRITERS)
def test_charts_stand_as_they_were_laid_out(tmp_path: Path, writer: str):
    log(tmp_path, LAYOUT, writer)
    seen = shown(*opened(tmp_path)).splitlines()
    headings = [line for line in seen if line.startswith("▾")]
    assert [line.split()[1:4] for line in headings] == [
        ["Losses", "2", "charts"],
        ["Rates", "2", "charts"],
    ]
    assert [seen[1].split()[0], "interval" in seen[1]] == ["all", True]
    assert "loss/a ◆ 1 @ 0" in seen[1]
    assert "loss/b ◆ 2 @ 0" in seen[1]
    assert "my/loss" not in seen[1]  # expressions are matched from the beginning of a tag
    assert "q/mean 5" in seen[1]  # a margin is no group of curves
    assert any("is no regular expression" in line for line in seen)


def test_a_margin_is_a_band_around_its_value(tmp_path: Path):
    log(tmp_path, {"Margins": {"interval": LAYOUT["Losses"]["interval"]}})
    view, subject = opened(tmp_path)
    rows = draw(view, subject, LOOK).rows
    assert {roles.band(0), roles.curve(0)} <= {span.role for row in rows[:20] for span in row}


def test_layouts_of_runs_are_merged_as_in_tensorboard(tmp_path: Path):
    log(tmp_path / "a", LAYOUT)
    log(tmp_path / "b", OTHER)
    multiplexer = EventMultiplexer().AddRunsFromDirectory(str(tmp_path))
    multiplexer.Reload()
    provider = MultiplexerDataProvider(multiplexer, str(tmp_path))
    plugin = CustomScalarsPlugin(TBContext(data_provider=provider))
    theirs = json.loads(plugin.layout_impl(RequestContext(), ""))
    view, subject = opened(tmp_path)
    ours = merged(_layouts(subject))
    assert [(category.title, [chart.title for chart in category.charts]) for category in ours] == [
        (category["title"], [chart["title"] for chart in category["chart"]])
        for category in theirs["category"]
    ]
    assert "a loss/a" in shown(view, subject)


def test_keys(tmp_path: Path):
    log(tmp_path, LAYOUT)
    view, subject = opened(tmp_path)
    assert "log y" not in shown(view, subject)
    view.press("custom-scalars-log")
    assert "log y" in shown(view, subject)
    view.press("custom-scalars-x")
    assert "+2s" in shown(view, subject)
    charts = replace(LOOK.charts, x_axis="metric", x_formula="lr * 0 + 0.25")
    along = CustomScalarsView()
    assert "0.25" in shown(along, subject, LOOK._replace(charts=charts))
    along.press("custom-scalars-x")
    assert "0.25" not in shown(along, subject, LOOK._replace(charts=charts))
    view.press("custom-scalars-open")
    assert shown(view, subject).count("▾") == 2
    view.press("custom-scalars-open")
    seen = shown(view, subject)
    assert [line[0] for line in seen.splitlines()] == ["▸", "▸"]
    view.press("custom-scalars-open")
    small = LOOK._replace(height=12, width=60)
    assert draw(view, subject, small).scrolls
    view.press("custom-scalars-down")
    assert "Losses" not in shown(view, subject, small)
    view.page(20)
    assert "wrong" in shown(view, subject, small)
    view.wheel(-20)
    assert "Losses" in shown(view, subject, small)


def test_any_size(tmp_path: Path, fits):
    log(tmp_path, {"\x1b[31m" + "long" * 40: {"\x07" * 3: ["Multiline", [".*"]]}, **LAYOUT})
    view, subject = opened(tmp_path)

    def rows(cells: int, height: int) -> list[Row]:
        view.page(1)
        return list(
            draw(view, subject, ViewOptions(None, cells, height, ascii_only=cells % 2 == 0)).rows
        )

    fits(rows)


def test_on_paper(tmp_path: Path):
    log(tmp_path, LAYOUT)
    view, subject = opened(tmp_path)
    text = "\n".join(
        "".join(span.text for span in row) for row in still(view, subject, LOOK._replace(height=8))
    )
    assert "Rates" in text
    assert "interval" in text


@pytest.mark.parametrize(
    ("palette", "cues"), [(8, ["━", "━", "━"]), (2, ["━a", "━b", "╍c"]), (1, ["━a", "╍b", "┅c"])]
)
def test_curves_are_told_apart_with_the_colours_that_there_are(
    tmp_path: Path, palette: int, cues: list[str]
):
    log(tmp_path, {"Losses": {"all": ["Multiline", ["loss/.*", "my"]]}})
    view, subject = opened(tmp_path)
    legend = draw(view, subject, LOOK._replace(palette=palette)).rows[1]
    assert [span.text for span in legend if isinstance(span.role, roles.CurveRole)] == cues
