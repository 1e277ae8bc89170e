"""How the copies of other machines stand, in words."""

from typing import NamedTuple

from tuimon.places.place_state import PlaceState
from tuimon.places.place_watch import PlaceWatch
from tuimon.places.remote_place import short_name
from tuimon.text import format_bytes, format_duration

_STEPS = (5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)
"""An age is told to one of these seconds: what changes each second is sent each second."""
_RATE_AFTER = 60.0


class PlaceWords(NamedTuple):
    """A few words for the header, safe for a terminal."""

    text: str
    is_wrong: bool = False


def place_words(place: PlaceWatch, now: float) -> PlaceWords:
    """How old a copy is, if it is, and what it has cost."""
    name, state = short_name(place.source.label), place.state
    if state is None or state.link == "connecting":
        return PlaceWords(f"{name}: connecting")
    age = _age(state, now)
    if state.link != "up":
        doing = "reconnecting" if state.link == "lost" else "refused"
        return PlaceWords(f"{name}: {', '.join(filter(None, [age, doing]))}", is_wrong=True)
    if state.detail:
        return PlaceWords(f"{name}: incomplete", is_wrong=True)
    if state.missing:
        return PlaceWords(f"{name}: {format_bytes(_rounded(state.missing))} to come")
    told = ", ".join(filter(None, [age, _cost(state, now)]))
    return PlaceWords(f"{name}: {told}", is_wrong=bool(age) and not state.objects)


def place_rows(places: list[PlaceWatch], now: float) -> list[tuple[str, str]]:
    """(what, where and how) of each copy, not yet safe."""
    rows: list[tuple[str, str]] = []
    for place in places:
        rows.append(("copy of", f"{place.source.label}, in {place.source.path}"))
        if (state := place.state) is None:
            continue
        span = format_duration(now - state.began_at)
        told = [
            _age(state, now) or "up to date",
            f"{format_bytes(state.received)} and {state.requests:,} requests in {span}",
        ]
        rows.append(("link", ", ".join(told)))
        if state.link != "up":
            wait = max(0.0, state.retry_at - now)
            rows.append((state.link, f"{state.detail}; trying again in {format_duration(wait)}"))
        elif state.detail:
            rows.append(("incomplete", state.detail))
        rows += [("cannot copy", problem) for problem in state.problems]
    return rows


def _age(state: PlaceState, now: float) -> str:
    """How old it is, where that is worth a word."""
    if not state.looked_at:
        return ""
    steps = [step for step in _STEPS if step <= now - state.looked_at]
    if not steps:
        return ""
    return f"{format_duration(max(steps[-1], (now - state.looked_at) // 3600 * 3600))} old"


def _cost(state: PlaceState, now: float) -> str:
    """What came so far; of what is paid for by the request, how many there are in an hour."""
    if state.objects:
        span = now - state.began_at
        rate = _rounded(int(state.requests / span * 3600)) if span >= _RATE_AFTER else 0
        return f"{rate:,} requests/h" if rate else f"{_rounded(state.requests):,} requests"
    return format_bytes(_rounded(state.received))


def _rounded(count: int) -> int:
    """Two digits of a number: what changes seldom is sent seldom."""
    return int(float(f"{count:.1e}"))
