"""Points of many dimensions, projected to two or three."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.events.logdir import PROJECTOR_CONFIG, SideFile
from tuimon.store.store import Store
from tuimon.summaries import SummaryError
from tuimon.summaries.embeddings import (
    Embedding,
    EmbeddingFiles,
    neighbours,
    principal_components,
    read_config,
    read_embedding,
)
from tuimon.text import by_number, format_value, safe
from tuimon.views.base import Arrows, View, ViewDrawing, ViewOptions, arrow_keys, view_key
from tuimon.views.dots import DotCanvas
from tuimon.views.layout import DIRECTIONS, HEAD_ROWS, Piece, StepPlace, clip, head
from tuimon.views.raster import Camera
from tuimon.views.subject import Item, ItemContext, ViewError

_NEIGHBOURS = 5
_LEAST = (20, 8)
_SIDE_FROM, _SIDE = 100, 34
_TURN, _DRAG = 10.0, 2.5
_CELL = 2
"""Height of a cell in its widths, about."""
_BROKEN = "projector"
"""Stands for a configuration that cannot be read."""


class EmbeddingView(View):
    """Points by their principal components, and the nearest neighbours of one of them."""

    kind = "embedding"
    name = "embeddings"
    plugins = frozenset({"projector"})
    about = (
        "Points are projected on the two or three directions in which they differ most (principal "
        "components); the heading tells how much of the variance that is. The nearest neighbours "
        "of the selected point are found in all dimensions, not in the picture."
    )
    keys = (
        *arrow_keys(
            "embedding",
            along=Arrows("Point above", "Point below", "Choose a point", "point", 84),
            across=Arrows("Point to the left", "Point to the right", ""),
        ),
        view_key("embedding-mode", "m", "2-D or 3-D", "Switch dimensions", "2-D/3-D", 82),
        view_key("embedding-turn-left", "a", "Turn left", "Turn left, right", "turn", 78),
        view_key("embedding-turn-right", "d", "Turn right"),
        view_key("embedding-tilt-up", "w", "Tilt up", "Tilt up, down"),
        view_key("embedding-tilt-down", "s", "Tilt down"),
        view_key("embedding-colour", "c", "Colour", "Colour by the next column", "colour", 74),
        view_key(
            "embedding-distance",
            "e",
            "Distance",
            "Measure by cosine or Euclid's distance",
            "distance",
            73,
        ),
        view_key("embedding-find", "slash", "Find", "Find labels", "find", 80, asks="find"),
    )

    def __init__(self) -> None:
        self._source: Hashable = None
        self._embedding: Embedding | None = None
        self._flat: NDArray[np.float64] = np.zeros((0, 3))
        self._shares: NDArray[np.float64] = np.zeros(3)
        self._solid = False
        self._camera = Camera()
        self._column = 0
        self._cosine = True
        self._searched = ""
        self._at: int | None = None
        self._seen: NDArray[np.float64] = np.zeros((0, 2))
        """Dots of the points in the last drawing."""
        self._scale = (1, 1)

    @classmethod
    def items(cls, store: Store) -> Iterable[Item]:
        items = []
        for file in store.beside:
            if file.path.name == PROJECTOR_CONFIG:
                counts = Counter(one.tag for one in _read_config(file)) or {_BROKEN: 0}
                for tag, count in counts.items():
                    items.append(Item(cls.kind, file.run, tag, count, cls.name))
        return items

    @classmethod
    def steps(cls, subject: ItemContext) -> NDArray[np.int64]:
        return np.array([files.step for _, files in _steps(subject)], np.int64)

    @classmethod
    def stamp(cls, subject: ItemContext) -> Hashable:
        return _config(subject)

    def draw(self, subject: ItemContext, look: ViewOptions) -> ViewDrawing:
        place = self._read(subject, look)
        embedding = self._embedding
        assert embedding is not None
        idle = [] if self._solid else ["embedding-turn-left", "embedding-tilt-up"]
        idle += ["embedding-colour"] if len(embedding.labels) < 2 else []
        heading = head(place, self._facts(embedding), look.width)
        if look.width < _LEAST[0] or look.height < _LEAST[1]:
            return ViewDrawing(heading[: max(0, look.height)], idle=idle)
        side = _SIDE if look.width >= _SIDE_FROM and self._at is not None else 0
        below = 0 if side or self._at is None else 2
        cells, height = look.width - side, look.height - HEAD_ROWS - 1 - below
        classes = self._classes(embedding, look.palette)
        rows = [*heading, self._legend(embedding, classes, look.width)]
        dots = DotCanvas(cells, height, ascii_only=look.ascii_only)
        picture = self._picture(embedding, classes, dots)
        told = self._neighbours(embedding)
        if side:
            beside = [clip([("  ", roles.BLANK), *line], side) for line in told]
            rows += [
                (*row, *(beside[at] if at < len(beside) else ())) for at, row in enumerate(picture)
            ]
        else:
            rows += picture
        if below and told:
            rows.append(clip([*told[0], ("  ", roles.BLANK), *told[1]], look.width))
            near = [piece for line in told[2:] for piece in (*line, ("  ", roles.BLANK))]
            rows.append(clip(near, look.width))
        return ViewDrawing(rows[: look.height], idle=idle)

    def press(self, key: str, text: str = "") -> None:
        match key.removeprefix("embedding-"):
            case way if way in DIRECTIONS:
                self._move(*DIRECTIONS[way])
            case "mode":
                self._solid = not self._solid
            case "turn-left":
                self._camera = self._camera.turned(yaw=-_TURN)
            case "turn-right":
                self._camera = self._camera.turned(yaw=_TURN)
            case "tilt-up":
                self._camera = self._camera.turned(pitch=-_TURN)
            case "tilt-down":
                self._camera = self._camera.turned(pitch=_TURN)
            case "colour" if self._embedding is not None and self._embedding.labels:
                self._column = (self._column + 1) % len(self._embedding.labels)
            case "distance":
                self._cosine = not self._cosine
            case "find":
                self._searched = text
                found = self._found()
                if text and found:
                    self._at = found[0]

    def drag(self, dx: int, dy: int) -> None:
        if self._solid:
            self._camera = self._camera.turned(yaw=dx * _DRAG, pitch=dy * _DRAG * _CELL)

    def point(self, x: int, y: int) -> None:
        if len(self._seen):
            across, down = self._scale
            wanted = (x + 0.5) * across, (y - HEAD_ROWS - 1 + 0.5) * down
            self._at = int(np.argmin(((self._seen - wanted) ** 2).sum(axis=1)))

    def _move(self, dx: int, dy: int) -> None:
        """Go to the nearest point in a direction."""
        if not len(self._seen):
            return
        if self._at is None:
            middle = self._seen.mean(axis=0)
            self._at = int(np.argmin(((self._seen - middle) ** 2).sum(axis=1)))
            return
        away = self._seen - self._seen[self._at]
        along = away @ np.array([dx, dy])
        aside = np.abs(away @ np.array([dy, dx]))
        cost = np.where((along > 0) & (aside <= 2 * along), along + 2 * aside, np.inf)
        best = int(np.argmin(cost))
        if np.isfinite(cost[best]):
            self._at = best

    def _read(self, subject: ItemContext, look: ViewOptions) -> StepPlace:
        config = _config(subject)
        if config is None:
            raise ViewError(f"The {PROJECTOR_CONFIG} of this run is gone.")
        found = _steps(subject)
        if not found:
            raise ViewError(f"{safe(config.path.name)}: cannot be read, or names nothing.")
        steps = np.array([files.step for _, files in found], np.int64)
        place = subject.place(steps, look.step)
        directory, files = found[place.index]
        source = config, files
        if self._source != source:
            try:
                self._embedding = read_embedding(directory, files)
            except SummaryError as error:
                raise ViewError(str(error)) from None
            except OSError as error:
                raise ViewError(f"{error.strerror}: {files.tensors}") from None
            self._flat, self._shares = principal_components(self._embedding.points, 3)
            if self._at is not None and self._at >= len(self._flat):
                self._at = None
            self._column = min(self._column, max(0, len(self._embedding.labels) - 1))
            self._source = source
        return place

    def _facts(self, embedding: Embedding) -> list[Piece]:
        count, dimensions = embedding.points.shape
        points = f"{count:,} of {embedding.total:,}" if count < embedding.total else f"{count:,}"
        points += f" point{'s'[: embedding.total != 1]}"
        shown = 3 if self._solid else 2
        facts: list[Piece] = [
            (f"{points}, {dimensions:,} dimensions", roles.LEGEND),
            (f"{shown} components: {self._shares[:shown].sum():.0%} of variance", roles.NOTE),
        ]
        if self._searched:
            facts.append((f"/{self._searched}: {len(self._found()):,}", roles.ACCENT))
        return facts

    def _classes(self, embedding: Embedding, palette: int) -> dict[str, int]:
        """Colours of the most frequent labels of the column."""
        if not embedding.labels or palette < 2:
            return {}
        counts = Counter(embedding.labels[self._column])
        common = sorted(counts, key=lambda label: (-counts[label], label))[:palette]
        if counts[common[-1]] == 1 and len(counts) > palette:
            return {}  # names rather than classes
        return {label: colour for colour, label in enumerate(sorted(common, key=by_number))}

    def _legend(self, embedding: Embedding, classes: Mapping[str, int], cells: int) -> Row:
        pieces: list[Piece] = []
        if embedding.fault:
            pieces.append((f"labels: {embedding.fault}  ", roles.WARN))
        if not classes:
            return clip(pieces, cells)
        pieces.append((f"{embedding.names[self._column]}: ", roles.NOTE))
        for label, colour in classes.items():
            pieces += [("● ", roles.curve(colour)), (f"{label or '–'}  ", roles.LEGEND)]
        others = len(set(embedding.labels[self._column])) - len(classes)
        if others:
            pieces.append((f"● {others:,} other" + "s" * (others != 1), roles.DIM))
        return clip(pieces, cells)

    def _found(self) -> list[int]:
        if self._embedding is None or not self._searched:
            return []
        wanted = self._searched.lower()
        return [
            at
            for at, texts in enumerate(zip(*self._embedding.labels, strict=True))
            if any(wanted in text.lower() for text in texts)
        ]

    def _picture(
        self, embedding: Embedding, classes: Mapping[str, int], dots: DotCanvas
    ) -> list[Row]:
        self._scale = dots.across, dots.down
        seen, order = self._project(dots)
        self._seen = seen
        roles_of = np.full(len(seen), len(classes))
        if classes:
            roles_of = np.array(
                [classes.get(one, len(classes)) for one in embedding.labels[self._column]]
            )
        plain_role = roles.DIM if classes else roles.curve(0)
        # Cells belong to the point that was drawn last: classes take turns.
        for start in range(0, len(order), max(1, len(order) // 16)):
            part = order[start : start + max(1, len(order) // 16)]
            for colour in [len(classes), *range(len(classes))]:
                chosen = part[roles_of[part] == colour]
                role = roles.curve(colour) if colour < len(classes) else plain_role
                dots.points(seen[chosen, 0], seen[chosen, 1], role)

        def mark(at: int, sign: str) -> None:
            dots.sign(float(seen[at, 0]), float(seen[at, 1]), sign, roles.ACCENT)

        for at in self._found():
            mark(at, "○")
        if self._at is not None:
            near = neighbours(embedding.points, self._at, _NEIGHBOURS, cosine=self._cosine)
            for number, (at, _) in reversed(list(enumerate(near, 1))):
                mark(at, str(number))
            mark(self._at, "◆")
        return [tuple(line) for line in dots.lines()]

    def _project(self, dots: DotCanvas) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Dots [n, 2] of the points, and the order in which they are drawn: the nearest last."""
        flat = self._flat
        order = np.arange(len(flat))
        if self._solid:
            extent = np.sqrt((flat**2).sum(axis=1).max()) or 1.0
            x, y, z = self._camera.turn((flat / extent).T)
            order = np.argsort(z)
        else:
            x, y = flat[:, 0], flat[:, 1]
        # A cell is twice as high as wide, and as many dots.
        dot_width, dot_height = 1 / dots.across, _CELL / dots.down
        room = dots.columns - 2 * dots.across, dots.rows - dots.down
        spans = [float(part.max() - part.min()) or 1.0 for part in (x, y)]
        if self._solid:
            # The same size at any angle.
            scale = min(room[0] * dot_width, room[1] * dot_height) / 2
            scales = scale / dot_width, scale / dot_height
            middle = 0.0, 0.0
        else:
            scales = room[0] / spans[0], room[1] / spans[1]
            middle = float(x.max() + x.min()) / 2, float(y.max() + y.min()) / 2
        seen = np.column_stack(
            [
                (dots.columns - 1) / 2 + (x - middle[0]) * scales[0],
                (dots.rows - 1) / 2 - (y - middle[1]) * scales[1],
            ]
        )
        return seen, order

    def _neighbours(self, embedding: Embedding) -> list[list[Piece]]:
        """The selected point, and lines of its nearest neighbours."""
        if self._at is None:
            return []
        distance = "cosine" if self._cosine else "Euclid"
        lines: list[list[Piece]] = [
            [("◆ ", roles.ACCENT), (_name(embedding, self._at), roles.TITLE)],
            [(f"nearest by {distance}:", roles.NOTE)],
        ]
        near = neighbours(embedding.points, self._at, _NEIGHBOURS, cosine=self._cosine)
        for number, (at, far) in enumerate(near, 1):
            lines.append(
                [
                    (f"{number} ", roles.ACCENT),
                    (_name(embedding, at), roles.TEXT),
                    (f" {format_value(float(f'{far:.3g}'))}", roles.DIM),
                ]
            )
        return lines


def _name(embedding: Embedding, at: int) -> str:
    return ", ".join(column[at] for column in embedding.labels if column[at]) or f"point {at}"


def _read_config(file: SideFile) -> Sequence[EmbeddingFiles]:
    try:
        return read_config(file.text)
    except SummaryError:
        return ()


def _config(subject: ItemContext) -> SideFile | None:
    of_run = (file for file in subject.store.beside if file.run == subject.item.run)
    return next((file for file in of_run if file.path.name == PROJECTOR_CONFIG), None)


def _steps(subject: ItemContext) -> list[tuple[Path, EmbeddingFiles]]:
    """Directory and files of the tag, by ascending step."""
    config = _config(subject)
    if config is None:
        return []
    found = [files for files in _read_config(config) if files.tag == subject.item.tag]
    return [(config.path.parent, files) for files in sorted(found, key=lambda one: one.step)]
