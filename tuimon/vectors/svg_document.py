"""A vector drawing as an SVG document."""

from collections.abc import Mapping
from html import escape

import numpy as np

from tuimon.charts.roles import Role
from tuimon.vectors.primitives import Label, Points, Polygon, Polyline, VectorDrawing

_FONTS = "system-ui,'Segoe UI',Helvetica,Arial,'DejaVu Sans',sans-serif"


def svg_document(drawing: VectorDrawing, inks: Mapping[Role, str], ground: str | None) -> str:
    """The document; `inks` are colours of roles, ``#rrggbb``, and so is the ground, if any."""
    size = f"{drawing.width:.0f} {drawing.height:.0f}"
    wide, high = size.split()
    title = escape(drawing.title)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" '
        f'viewBox="0 0 {size}" font-family="{_FONTS}" role="img"><title>{title}</title>',
        *([f'<rect width="100%" height="100%" fill="{ground}"/>'] if ground else []),
        *(_element(shape, inks[shape.role]) for shape in drawing.shapes),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _element(shape: Polyline | Polygon | Label, ink: str) -> str:
    match shape:
        case Polyline(points, _, width, dash):
            dashes = f' stroke-dasharray="{" ".join(f"{part:g}" for part in dash)}"' if dash else ""
            return (
                f'<path d="{_path(points)}" fill="none" stroke="{ink}" stroke-width="{width:g}" '
                f'stroke-linejoin="round"{dashes}/>'
            )
        case Polygon(points, _, opacity):
            faint = f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
            return f'<path d="{_path(points)}z" fill="{ink}"{faint}/>'
        case Label(x, y, text, _, size, anchor, bold):
            aligned = f' text-anchor="{anchor}"' if anchor != "start" else ""
            weight = ' font-weight="600"' if bold else ""
            place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size:g}"'
            return f'<text {place}{aligned}{weight} fill="{ink}">{escape(text, quote=False)}</text>'


def _path(points: Points) -> str:
    """Tenths of a pixel, each point relative to the one before: half as long as absolute ones."""
    places = np.rint(points * 10)
    first, steps = places[:1], np.diff(places, axis=0)
    return f"M{_numbers(first)}" + (f"l{_numbers(steps)}" if len(steps) else "")


def _numbers(tenths: Points) -> str:
    text = " ".join(f"{number / 10 + 0:g}" for number in tenths.ravel().tolist())
    return text.replace(" -", "-")
