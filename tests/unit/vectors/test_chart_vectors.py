"""Charts as vectors: where lines run, what stands beside them, and both kinds of files."""

import io
import math
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from support.chart_series import curve, noisy_loss
from tuimon.charts import roles
from tuimon.charts.model import ChartOptions
from tuimon.charts.units import unit_of
from tuimon.tui.themes.page_inks import GROUNDS, page_style
from tuimon.vectors.chart_page import chart_page
from tuimon.vectors.chart_vectors import chart_vectors
from tuimon.vectors.png_image import png_image
from tuimon.vectors.primitives import Label, Polygon, Polyline, VectorDrawing
from tuimon.vectors.svg_document import svg_document

RAW = ChartOptions(smoothing=0.0)


def lines(drawing: VectorDrawing, role: roles.Role) -> list[Polyline]:
    """Lines of a role, without its cue in the legend."""
    found = [one for one in drawing.shapes if isinstance(one, Polyline) and one.role == role]
    return [one for one in found if one.width != 2.5]


def texts(drawing: VectorDrawing, role: roles.Role) -> list[str]:
    return [one.text for one in drawing.shapes if isinstance(one, Label) and one.role == role]


def test_a_line_leads_through_its_points_between_labelled_limits():
    drawing = chart_vectors("lr", [curve([0.0, 10.0, 5.0])], 800, RAW)
    [line] = lines(drawing, roles.curve(0))
    grid = {round(one.points[0, 1]): one for one in lines(drawing, roles.SHADE)}
    ticks = [one for one in drawing.shapes if isinstance(one, Label) and one.role == roles.TICK]
    at = {one.text: one.y - 4 for one in ticks if one.anchor == "end"}
    assert len(at) == len(grid) >= 5
    assert line.points[:, 1] == pytest.approx([at["0"], at["10"], (at["0"] + at["10"]) / 2])
    assert texts(drawing, roles.NOTE) == ["step"]
    assert texts(drawing, roles.TITLE) == ["lr"]


@pytest.mark.parametrize(
    ("axis", "name"), [("relative", "time since"), ("wall", "local time"), ("metric", "epoch / 2")]
)
def test_the_axis_is_named(axis, name):
    options = replace(RAW, x_axis=axis, x_formula="epoch / 2")
    drawing = chart_vectors("lr", [replace(curve([1, 2]), x=np.array([0.0, 0.5]))], 800, options)
    assert any(text.startswith(name) for text in texts(drawing, roles.NOTE))


def test_values_have_units_and_shares_all_of_their_range():
    memory = replace(curve([2048.0, 4096.0]), unit=unit_of("RAM [MiB]"))
    drawing = chart_vectors("RAM [MiB]", [memory], 800, RAW)
    assert {"2.0GiB", "4.0GiB"} <= set(texts(drawing, roles.TICK))
    assert texts(drawing, roles.VALUE) == ["4 GiB"]
    share = replace(curve([60.0, 70.0]), unit=unit_of("CPU [%]"))
    assert {"0", "100%"} <= set(texts(chart_vectors("CPU [%]", [share], 800, RAW), roles.TICK))


def test_the_extremes_of_many_points_are_kept():
    values = np.zeros(1_000_000)
    values[123_456], values[700_000] = 7, -3
    [line] = lines(chart_vectors("x", [curve(values)], 800, RAW), roles.curve(0))
    grid = chart_vectors("x", [curve([7.0, -3.0])], 800, RAW)
    [known] = lines(grid, roles.curve(0))
    assert len(line.points) < 1700
    assert line.points[:, 1].min() == known.points[:, 1].min()
    assert line.points[:, 1].max() == known.points[:, 1].max()


def test_raw_values_are_a_band_behind_a_smoothed_line():
    options = ChartOptions(smoothing=0.9)
    drawing = chart_vectors("loss", [curve(noisy_loss(4000))], 800, options)
    [area] = [one for one in drawing.shapes if isinstance(one, Polygon)]
    [line] = lines(drawing, roles.curve(0))
    assert np.ptp(area.points[:, 1]) > np.ptp(line.points[:, 1])
    assert "smoothing 0.9" in texts(drawing, roles.NOTE)
    without = chart_vectors("loss", [curve(noisy_loss(4000))], 800, replace(options, band=False))
    assert not [one for one in without.shapes if isinstance(one, Polygon)]


def test_nan_is_a_gap_and_marked():
    values = [1.0, 2.0, math.nan, 2.0, math.inf, 1.0]
    drawing = chart_vectors("x", [curve(values)], 800, RAW)
    assert len(lines(drawing, roles.curve(0))) == 3
    assert texts(drawing, roles.WARN) == ["1 NaN", "1 +Inf"]
    marks = [one for one in drawing.shapes if one.role == roles.MARK]
    assert [type(one) for one in marks] == [Polyline, Polyline, Polygon]


def test_every_curve_is_in_the_legend_with_the_look_of_its_line():
    curves = [curve([1.0, place], label=f"run {place}", colour=place) for place in range(40)]
    drawing = chart_vectors("loss", curves, 640, RAW)
    assert texts(drawing, roles.LEGEND) == [
        f"{'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN'[place]} run {place}" for place in range(40)
    ]
    cues = [one for one in drawing.shapes if isinstance(one, Polyline) and one.width == 2.5]
    assert len({(int(one.role.colour) % 8, one.dash) for one in cues}) == 32  # then letters
    below = max(one.y for one in drawing.shapes if isinstance(one, Label))
    assert below < drawing.height


def test_the_best_value_is_marked_and_told():
    one = replace(curve([3.0, 1.0, 2.0]), best="min")
    drawing = chart_vectors("loss", [one], 800, RAW)
    assert "best 1 at 1" in texts(drawing, roles.NOTE)
    [mark] = [one for one in drawing.shapes if isinstance(one, Polygon)]
    [line] = lines(drawing, roles.curve(0))
    assert mark.points.mean(axis=0) == pytest.approx(line.points[1], abs=1)


def test_charts_stand_in_columns_below_a_title():
    charts = [chart_vectors(f"m{place}", [curve([1, 2])], 300, RAW) for place in range(3)]
    page = chart_page(charts, "two runs")
    titles = [one for one in page.shapes if isinstance(one, Label) and one.role == roles.TITLE]
    assert [one.text for one in titles] == ["two runs", "m0", "m1", "m2"]
    assert titles[1].y == titles[2].y < titles[3].y
    assert titles[2].x - titles[1].x == charts[0].width
    assert page.height > 2 * charts[0].height


@pytest.mark.parametrize("ground", GROUNDS)
def test_a_png_has_twice_the_size_and_the_colours_of_the_svg(ground):
    drawing = chart_vectors("loss", [curve([1.0, 2.0, 3.0])], 240, RAW)
    style = page_style(ground)
    with Image.open(io.BytesIO(png_image(drawing, *style))) as image:
        assert image.size == (2 * drawing.width, 2 * round(drawing.height))
        inks = {colour[:3] for _, colour in image.convert("RGBA").getcolors(1 << 16)}
        corner = image.getpixel((0, 0))
        assert image.mode == ("RGBA" if style.ground is None else "RGB")
    curve_ink = style.inks[roles.curve(0)]
    assert tuple(bytes.fromhex(curve_ink[1:])) in inks
    assert (corner[3:] or (255,)) == ((0,) if style.ground is None else (255,))
    document = svg_document(drawing, *style)
    assert f'stroke="{curve_ink}"' in document
    assert ("<rect" in document) == (style.ground is not None)


def test_a_large_page_is_a_png_of_bounded_size(monkeypatch):
    monkeypatch.setattr("tuimon.vectors.png_image._MOST_PIXELS", 1_000_000)
    drawing = VectorDrawing(4_000, 4_000, "x", [Label(10, 100, "a", roles.TEXT, 40)])
    with Image.open(io.BytesIO(png_image(drawing, *page_style("light")))) as image:
        assert image.size == (500, 500)
