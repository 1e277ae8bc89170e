"""Charts as files in the working directory: drawn from the data, or as text."""

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tuimon.present.chart_state import ChartState
from tuimon.tui.dialogs.save import SaveChoice
from tuimon.tui.panes.chart_view import MetricChart
from tuimon.tui.themes.page_inks import COLOURS, page_style

_MOST_NAME = 60


def path_for(title: str, kind: str) -> Path:
    """A new file for what has this title, which is any text."""
    words = re.sub(r"[^\w.-]+", "-", title).strip("-.")[:_MOST_NAME] or "chart"
    return Path(f"tuimon-{words}-{time.strftime('%Y%m%d-%H%M%S')}.{kind}").absolute()


async def charts_as_file(
    charts: Sequence[MetricChart], state: ChartState, choice: SaveChoice
) -> bytes:
    """A file of one chart, or of a page of several, between which others have their turn."""
    from tuimon.vectors.chart_page import chart_page
    from tuimon.vectors.chart_vectors import chart_vectors
    from tuimon.vectors.png_image import png_image
    from tuimon.vectors.svg_document import svg_document

    options = replace(state.options, palette=COLOURS)
    drawn = []
    for chart in charts:
        curves, title = chart.curves, chart.curves.metric.title
        drawn.append(
            chart_vectors(
                title,
                curves.curves(COLOURS),
                choice.width,
                options,
                view=state.view(title),
                note=curves.note,
            )
        )
        await asyncio.sleep(0)
    page = chart_page(drawn)
    style = page_style(choice.ground)
    if choice.kind == "png":
        return await asyncio.to_thread(png_image, page, *style)
    return svg_document(page, *style).encode()
