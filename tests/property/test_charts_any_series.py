"""Whatever a training logs: a drawing of exactly the size asked for, without a warning."""

import warnings
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tuimon.charts import roles
from tuimon.charts.chart import draw_chart
from tuimon.charts.model import ChartOptions, Cursor, Curve, Drawing
from tuimon.charts.viewport import Viewport, panned, tailed, zoomed
from tuimon.store.spread import SPREADS
from tuimon.text import width as cells_of
from tuimon.vectors.chart_page import chart_page
from tuimon.vectors.chart_vectors import chart_vectors
from tuimon.vectors.primitives import Label, Polyline
from tuimon.vectors.svg_document import svg_document

INKS: dict[Any, str] = defaultdict(lambda: "#000000")

any_float = st.floats() | st.sampled_from([0.0, 1e300, -1e308, 1.7e308, 5e-324, -5e-324, 1e-310])
any_step = st.integers(-(2**63), 2**63 - 1) | st.integers(-5, 300)
any_time = st.floats() | st.floats(1.7e9, 1.8e9)
any_text = st.text(st.characters(exclude_categories=()), max_size=12)


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    size = draw(st.integers(0, 80))

    def array(dtype: type, elements: st.SearchStrategy[Any]) -> Any:
        return draw(arrays.arrays(dtype, size, elements=elements, fill=elements))

    steps = array(np.int64, any_step)
    return Curve(
        label=draw(any_text),
        steps=np.sort(steps) if draw(st.booleans()) else steps,
        wall_times=array(np.float64, any_time),
        values=array(np.float64, draw(st.sampled_from([any_float, st.floats(-1, 5)]))),
        colour=draw(st.integers(0, 20)),
        pattern=draw(st.integers(0, 5)),
        number=draw(st.none() | st.integers(0, 200)),
        best=draw(st.sampled_from(["min", "max", None])),
        group=(group := draw(st.sampled_from(["", "", "others", *SPREADS]))),
        spread=group if group in SPREADS else None,
        is_member=draw(st.booleans()),
        pinned=draw(st.booleans()),
        faded=draw(st.booleans()),
        start=draw(st.none() | any_time),
    )


any_limit = st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.floats(-3, 9)
any_position = (
    st.floats(allow_nan=False, allow_infinity=False) | st.floats(-5, 300) | st.floats(1.7e9, 1.8e9)
)
windows = st.tuples(any_position, any_position).filter(lambda limits: limits[0] < limits[1])
views = st.builds(
    Viewport,
    x=st.none() | windows,
    tail=st.none() | st.floats(0.5, 1e5) | st.floats(1e-300, 1.7e308),
    y=st.tuples(any_limit, any_limit),
)
cursors = st.none() | st.builds(Cursor, any_position, st.none() | any_position)


options = st.builds(
    ChartOptions,
    smoothing=st.floats(),
    log_y=st.booleans(),
    x_axis=st.sampled_from(["step", "relative", "wall"]),
    marks=st.sampled_from(["braille", "hd", "ascii"]),
    band=st.booleans(),
    clip=st.booleans(),
    palette=st.sampled_from([1, 8]),
    labels=st.booleans(),
)


def check(drawing: Drawing, width: int, height: int, options: ChartOptions) -> None:
    assert len(drawing.rows) == max(0, height)
    for row in drawing.rows:
        assert sum(cells_of(span.text) for span in row) == max(0, width)
        for span in row:
            assert span.text.isprintable()
            assert span.text.isascii() or options.marks != "ascii"
    area = drawing.area
    if drawing.scales is not None and area is not None and (width, height) >= (40, 10):
        plot = ["".join(span.text for span in row) for row in drawing.rows][area.top :][: area.rows]
        ticks = [line for line in plot if line[area.left - 1] in "┤+"]
        assert len(ticks) >= (3 if area.rows >= 6 else min(2, area.rows))
        assert all(line[: area.left - 1].strip() for line in ticks)


def of_values(*values: float) -> Curve:
    steps = np.arange(len(values))
    return Curve(label="", steps=steps, wall_times=steps * 1.0, values=np.array(values))


def nearly_equal(first: float, *, faded: bool) -> Curve:
    """A curve whose line nears a value so closely that the labels of y take many digits."""
    return replace(of_values(first, *[153.0] * 39), faded=faded)


@example(
    "",
    [nearly_equal(5e-324, faded=True)],
    26,
    10,
    ChartOptions(smoothing=0.1, log_y=True, x_axis="relative", band=False),
)
@example("", [of_values(-1.7e308, 1e307)], 20, 6, ChartOptions(clip=True))
@example("", [nearly_equal(-1000.0, faded=False)], 20, 6, ChartOptions(smoothing=0.001, log_y=True))
def any_series_in_any_size(
    title: str, series: list[Curve], width: int, height: int, options: ChartOptions
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawing = draw_chart(title, series, width, height, options)
        again = draw_chart(title, series, width, height, options, drawing.scales)
    check(drawing, width, height, options)
    assert again.rows == drawing.rows


def any_part_of_any_series(
    series: list[Curve],
    view: Viewport,
    cursor: Cursor | None,
    full: bool,
    options: ChartOptions,
    data: st.DataObject,
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(3):
            drawing = draw_chart(
                "Loss", series, 64, 14, options, view=view, cursor=cursor, full=full
            )
            check(drawing, 64, 14, options)
            area = drawing.area
            assert area is not None
            assert area.x0 < area.x1
            move = data.draw(st.sampled_from([zoomed, panned, tailed]))
            if move is zoomed:
                view = zoomed(view, area, data.draw(st.sampled_from([0.5, 2.0])))
            elif move is panned:
                view = panned(view, area, data.draw(st.sampled_from([-0.25, 0.25])))
            else:
                view = tailed(view, area)


def scales_of_any_other_drawing_may_be_handed_back(
    one: Curve, other: Curve, first: ChartOptions, second: ChartOptions
) -> None:
    scales = draw_chart("a", [one], 50, 12, first).scales
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawing = draw_chart("b", [other], 40, 16, second, scales)
    assert [sum(cells_of(span.text) for span in row) for row in drawing.rows] == [40] * 16


def any_series_as_vectors(
    title: str, series: list[Curve], width: int, view: Viewport, options: ChartOptions
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawing = chart_vectors(title, series, width, options, view=view)
    document = svg_document(chart_page([drawing] * 2), INKS, "#ffffff")
    texts = [node.text or "" for node in ElementTree.fromstring(document).iter()]
    assert all(text.isprintable() for text in texts)
    shapes = [shape for shape in drawing.shapes if not isinstance(shape, Label)]
    points = np.concatenate([shape.points for shape in shapes])
    assert np.isfinite(points).all()
    assert (points >= 0).all()
    assert (points <= [drawing.width, drawing.height]).all()
    # A curve has four points for a pixel at most; a gap needs more lines, not more points.
    lines = sum(len(shape.points) for shape in shapes if isinstance(shape, Polyline))
    assert lines <= len(series) * 12 * drawing.width + 1000
    named = [one for one in drawing.shapes if isinstance(one, Label) and one.role == roles.LEGEND]
    assert len(named) == len({one.group or id(one) for one in series})


RULES: dict[Callable[..., None], tuple[st.SearchStrategy[Any], ...]] = {
    any_series_in_any_size: (
        any_text,
        st.lists(curves(), max_size=6),
        st.integers(-1, 70),
        st.integers(-1, 24),
        options,
    ),
    any_part_of_any_series: (
        st.lists(curves(), max_size=4),
        views,
        cursors,
        st.booleans(),
        options,
        st.data(),
    ),
    any_series_as_vectors: (
        any_text,
        st.lists(curves(), max_size=6),
        st.integers(-1, 900),
        views,
        options,
    ),
    scales_of_any_other_drawing_may_be_handed_back: (curves(), curves(), options, options),
}


@pytest.mark.parametrize(
    "examples",
    [
        pytest.param(30, id="few"),
        pytest.param(600, id="many", marks=[pytest.mark.long, pytest.mark.timeout(600)]),
    ],
)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_whatever_is_logged_is_drawn(rule: Callable[..., None], examples: int) -> None:
    settings(max_examples=examples)(given(*RULES[rule])(rule))()
