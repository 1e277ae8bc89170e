"""Pictures of the guide's kinds of data, drawn by the views themselves.

    python demo/kinds.py /tmp/kinds && python tests/bench/pictures.py /tmp/kinds

writes .github/kinds/*.svg.
"""

import sys
from pathlib import Path

from rich.segment import Segment
from textual.color import Color
from textual.strip import Strip

from tuimon.runs.sources import LogSource
from tuimon.store.loading import load
from tuimon.summaries.reader import SummaryReader
from tuimon.terminal.svg import screen_svg
from tuimon.tui.themes.styles import RoleStyles
from tuimon.tui.themes.theme_file import DARK
from tuimon.views.base import ViewOptions
from tuimon.views.kinds import draw, items, kind_of
from tuimon.views.subject import ItemContext

WIDTH, HEIGHT = 60, 18
SHOWN = (
    # file, kind, tag ("" for the first), keys
    ("histogram", "histogram", "weights", []),
    ("ridgeline", "histogram", "weights", ["histogram-mode"]),
    ("distribution", "histogram", "weights", ["histogram-mode"] * 2),
    ("image", "image", "digits", []),
    ("text", "text", "", []),
    ("pr-curve", "pr-curve", "", ["pr-curve-runs", "pr-curve-steps", "pr-curve-higher"]),
    ("audio", "audio", "", []),
    ("mesh", "mesh", "torus", []),
    ("points", "mesh", "features", []),
    ("graph", "graph", "", []),
    ("hparams", "hparams", "", []),
    ("custom-scalars", "custom-scalars", "", []),
    ("embedding", "embedding", "", []),
)


def main() -> None:
    loaded = load([LogSource(path=sys.argv[1])])
    theme = DARK
    colours = {
        name: value
        for name, value in vars(theme).items()
        if isinstance(value, str) and value.startswith("#")
    }
    background = Color.parse(theme.background or "#000000")
    styles = RoleStyles({**colours, **theme.variables}, background, ansi=False)
    ground = styles["text"].__class__(bgcolor=background.rich_color)
    reader = SummaryReader()
    target = Path(__file__).parents[2] / ".github/kinds"
    target.mkdir(exist_ok=True)
    for name, kind, tag, keys in SHOWN:
        found = [
            item for item in items(loaded.store) if item.kind == kind and tag in ("", item.tag)
        ]
        if not found:
            print(f"{name}: nothing to show")
            continue
        view = kind_of(found[0])()
        look = ViewOptions(None, WIDTH, HEIGHT)
        subject = ItemContext(found[0], loaded.store, reader)
        draw(view, subject, look)
        for key in keys:
            view.press(key)
        rows = draw(view, subject, look).rows
        strips = [
            Strip([Segment(text, ground + styles[role]) for text, role in row]).extend_cell_length(
                WIDTH, ground
            )
            for row in [*rows, *[()] * (HEIGHT - len(rows))]
        ]
        path = target / f"{name}.svg"
        path.write_text(screen_svg(strips, f"{name} in tuimon"))
        print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
