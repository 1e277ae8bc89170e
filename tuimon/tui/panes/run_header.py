"""The one-line header: what runs, how far it is, how fresh the data are, where W&B stands."""

import re
from dataclasses import replace

from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.present.facts import (
    HeaderFacts,
    count,
    mirror_word,
    standing,
    window_title,
)
from tuimon.present.place_words import PlaceWords
from tuimon.present.progress_words import percent, progress_bar
from tuimon.runs.record import MirrorRecord
from tuimon.terminal.driver import round_trip
from tuimon.text import (
    fit,
    format_age,
    format_duration,
    format_step,
    format_value,
    safe,
    shorten,
    width,
)
from tuimon.tui.panes.cells import CellView, line
from tuimon.tui.viewer_app import ViewerApp

_STALE_AFTER = 60.0
_LEAST_NAME = 24
_WORTH_A_NAME = 62
"""For what matters at least so much, a long name is shortened."""
_REASON = 85
"""What the reason of the state matters: when all that matters less has gone, it is shortened."""
_EXIT_CODE = re.compile(r"^exit code \d+: ")
"""What a reason can do without."""
_BAR_CELLS = 10
_MOST_UNDER_WAY = 1000
"""Rows that the server may lack before that is worth a word."""
_WORTH_A_DETAIL = ("failed", "live", "offline", "starting")
"""States of the mirror in which its detail is something that went wrong, or is waited for."""
_MOST_ALERT = 32
_LINK_STEPS = (0.3, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 60.0)
"""A round trip is told to one of these, lest it costs a slow link more; a shorter one is not."""
_SLOW_LINK = 1.0


def header_row(facts: HeaderFacts, cells: int) -> Row:
    """Lay the facts out in `cells` columns; what matters least goes first when room is short."""
    parts = _parts(facts)
    if _total(parts) > cells:
        parts = [(worth, _EXIT_CODE.sub("", text), role) for worth, text, role in parts]
    while len(parts) > 1 and _total(parts) > cells:
        least = min(parts[1:], key=lambda part: part[0])
        if least[0] >= _WORTH_A_NAME and width(parts[0][1]) > _LEAST_NAME:
            room = cells - _total(parts[1:]) - 2
            importance, name, role = parts[0]
            parts[0] = importance, shorten(name, max(room, _LEAST_NAME)), role
        elif least[0] == _REASON and (room := cells - _total(parts) + width(least[1])) > 1:
            parts[parts.index(least)] = _REASON, fit(least[1], room).rstrip(), least[2]
        else:
            parts.remove(least)
    spans: list[tuple[str, str]] = []
    for index, (_, text, role) in enumerate(parts):
        if index:
            spans.append(("  ", roles.DIM))
        spans.append((text, role))
    room = cells - sum(width(text) for text, _ in spans)
    return line((" ", roles.TEXT), *spans, (" " * max(0, room - 1), roles.TEXT))


def _total(parts: list[tuple[int, str, str]]) -> int:
    return sum(width(text) + 2 for _, text, _ in parts)


def _parts(facts: HeaderFacts) -> list[tuple[int, str, str]]:
    """(importance, text, role) from left to right; the first is never dropped."""
    state = facts.state
    if state is None:
        parts = [(99, f"● {safe(facts.name)}", roles.TITLE)]
    else:
        mark, word, role = standing(state, paused=facts.paused, flawed=facts.flawed)
        parts = [(99, f"{mark} {safe(facts.name)}", role)]
        if not facts.paused:  # the reason says so, and for how long
            parts.append((90, word, role))
        if facts.reason:
            # While it runs, there is a reason to look closer; later, the reason of the end.
            parts.append((_REASON, safe(facts.reason), role if state.ended else roles.WARN))
    if facts.runs > 1:
        parts.append((79, f"{facts.runs} runs", roles.TEXT))
    if (found := facts.progress) is not None:
        parts.append((49, progress_bar(found, _BAR_CELLS), roles.ACCENT))
        left = f" {facts.left} left" if facts.left else ""
        parts.append((81, f"{percent(found)}{left}", roles.ACCENT))
        if found.gpu is not None:
            parts.append((47, f"GPU {found.gpu:.0f}%", roles.DIM))
    if facts.step is not None:
        upto = "up to " if facts.runs > 1 else ""
        parts.append((80, f"{upto}step {facts.step}", roles.TEXT))
    if facts.rate is not None:
        parts.append((50, f"{format_value(float(f'{facts.rate:.2g}'))}/s", roles.DIM))
    if facts.elapsed is not None:
        parts.append((70, format_duration(facts.elapsed), roles.TEXT))
    if facts.age is not None:
        stale = facts.age > _STALE_AFTER
        parts.append((60, f"data {format_age(facts.age)}", roles.WARN if stale else roles.DIM))
    if facts.loading is not None:
        done = min(int(facts.loading * _BAR_CELLS), _BAR_CELLS)
        bar = "━" * done + "─" * (_BAR_CELLS - done)
        parts.append((82, f"loading {bar} {facts.loading:4.0%}", roles.ACCENT))
    elif facts.verified is not None:
        parts.append((48, f"verified {int(100 * facts.verified)}%", roles.DIM))
    if facts.alert is not None and not facts.flawed:  # else the reason tells it
        more = f" +{facts.alerts - 1}" if facts.alerts > 1 else ""
        title = fit(facts.alert.title, _MOST_ALERT).rstrip()
        parts.append((83, f"! {title}{more}", roles.ERROR))
    if facts.link is not None and (steps := [s for s in _LINK_STEPS if s <= facts.link]):
        parts.append(
            (58, f"link {steps[-1]:g} s", roles.WARN if steps[-1] >= _SLOW_LINK else roles.DIM)
        )
    if facts.damaged:
        parts.append((65, f"{count(facts.damaged, 'damaged record')}", roles.WARN))
    if facts.unreadable:
        parts.append((66, f"{count(facts.unreadable, 'unreadable file')}", roles.WARN))
    for place in facts.places:
        parts.append((67 if place.is_wrong else 57, place.text, _place_role(place)))
    if facts.damaged or facts.unreadable or any(place.is_wrong for place in facts.places):
        parts.append((64, "i: where", roles.ACCENT))
    if facts.mirror is not None and not facts.mirror.has_nothing:
        parts += _mirror(facts.mirror)
    return parts


def _place_role(place: PlaceWords) -> str:
    return roles.WARN if place.is_wrong else roles.DIM


def _mirror(mirror: MirrorRecord) -> list[tuple[int, str, str]]:
    points = f" {format_step(mirror.points)} pts" if mirror.points else ""
    role = {"failed": roles.WARN, "live": roles.OK}.get(mirror.state, roles.DIM)
    to_upload = mirror.state == "finished" and mirror.sync_command
    state = safe(mirror_word(mirror))
    if mirror.trials:
        points += f" +{mirror.trials} trials" if mirror.trials > 1 else " +1 trial"
    if mirror.total and mirror.state == "live":
        state = f"uploading {min((mirror.confirmed or 0) / mirror.total, 1):.0%}"
    parts = [(55, f"W&B {state}{points}", role)]
    if mirror.confirmed is not None and mirror.rows - mirror.confirmed > _MOST_UNDER_WAY:
        parts.append((41, f"{format_step(mirror.rows - mirror.confirmed)} rows behind", roles.WARN))
    if to_upload:
        parts.append((45, "U: upload", roles.ACCENT))
    is_well = mirror.state == "starting" and "trying again" not in (mirror.detail or "")
    if mirror.detail and is_well:
        parts.append((40, safe(mirror.detail), roles.DIM))
    elif mirror.detail and (mirror.state in _WORTH_A_DETAIL or mirror.is_doubtful):
        parts.append((40, safe(mirror.detail), roles.WARN))
        parts.append((46, "i: why", roles.ACCENT))
    elif mirror.url:
        parts.append((20, safe(mirror.url), roles.DIM))
    return parts


class RunHeader(CellView):
    """The header; docked at the top."""

    DEFAULT_CSS = "RunHeader { dock: top; height: 1; background: $panel; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._facts = HeaderFacts(name="tuimon")

    def tell(self, facts: HeaderFacts) -> None:
        """Show new facts."""
        self._facts = replace(facts, link=round_trip(self.app))
        if isinstance(self.app, ViewerApp):
            self.app.title_window(window_title(facts))
        self.draw()

    def rows(self, width: int, height: int) -> list[Row]:
        return [header_row(self._facts, width)]
