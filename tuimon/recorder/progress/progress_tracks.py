"""Which of all that counts is the whole training: silent unless that is clear."""

from collections.abc import Iterator
from typing import NamedTuple

from tuimon.recorder.progress.known_totals import KnownTotals
from tuimon.recorder.progress.position_lines import Sighting
from tuimon.recorder.progress.time_to_go import Forecast, TimeToGo

_MOST_TRACKS = 64
_MOST_REFUSED = 1024
"""Of more that begin anew nobody knows which is the training."""
_MORE_THAN_ONE = 1.5
"""A bar over so many epochs is no bar of one;"""
_LESS_THAN_ONE = 0.9
"""nor is one over less."""
_CLOSE = 0.05
_MOST_PHASES = 3
_LAPS = 2
"""So often another bar begins anew within the one that counts them."""

_Key = tuple[str, str, float]
"""Scale, name, total."""


class Progress(NamedTuple):
    """So much of all is done; the forecast is missing while it cannot be made."""

    scale: str
    """``epochs`` or ``steps``."""
    done: float
    total: float
    forecast: Forecast | None


class ProgressTracks:
    """Follows each thing that counts; those that begin anew are not the training."""

    def __init__(self, given: KnownTotals, told: KnownTotals) -> None:
        """Totals `given` by the user for this are sure; those that the training was told are
        dropped when it goes beyond them."""
        self.given = given
        self.told = told
        self._dropped: set[float] = set()
        self._tracks: dict[_Key, TimeToGo] = {}
        self._bars: dict[_Key, _Laps] = {}
        self._refused: set[_Key] = set()
        self._confirmed: set[_Key] = set()

    def see(self, sighting: Sighting, at: float) -> None:
        """A position was told, at a time in seconds that the training has worked."""
        key = self._key(sighting)
        if sighting.scale == "epochs" and sighting.done != int(sighting.done):
            self._confirm(sighting.done)
        if key is None or len(self._refused) > _MOST_REFUSED:
            return
        self._count_laps(key, sighting.done)
        if key in self._refused:
            return
        track = self._tracks.get(key)
        if track is None:
            if len(self._tracks) >= _MOST_TRACKS:
                self._tracks.clear()
            self._leave_phases(key)
            if key in self._refused:
                return
            track = TimeToGo(key[2], 1.0 if key[0] == "epochs" and key[2] > 1 else None)
            self._tracks[key] = track
        is_back = sighting.done < track.done - (1.0 if key[0] == "epochs" else 0.0)
        if is_back or sighting.done > 1.001 * key[2]:
            self._refuse(key)
        else:
            track.see(at, sighting.done)

    def progress(self, now: float) -> Progress | None:
        """Of the finest that is known to be the training; None where nothing is."""
        found = max(self._whole(), key=_worth, default=None)
        if found is None:
            return None
        (scale, _, total), track = found
        forecast = track.forecast(now)
        shown = "steps" if scale == "bar" else scale
        return Progress(shown, min(track.done, total), total, forecast)

    def _whole(self) -> Iterator[tuple[_Key, TimeToGo]]:
        for key, track in self._tracks.items():
            is_known = key[2] in self._totals()
            is_whole = key[0] != "bar" or is_known or key in self._confirmed
            if key not in self._refused and is_whole and track.samples:
                yield key, track

    def _totals(self) -> set[float | None]:
        totals = {*self.given, *(one for one in self.told if one not in self._dropped)}
        return totals - {None, 1.0}

    def _key(self, sighting: Sighting) -> _Key | None:
        scale, _, total, name = sighting
        if scale == "bar":
            return None if total is None else (scale, name, total)
        at = scale == "steps"
        told = self.told[at] if self.told[at] not in self._dropped else None
        if told is not None and total is not None and abs(total - told) == 1:
            total = told  # whether the number of the last is told, from 0, is a guess
        total = self.given[at] or total or told
        return None if not total else (scale, name, total)

    def _refuse(self, key: _Key) -> None:
        self._refused.add(key)
        self._tracks.pop(key, None)
        if key[2] in self.told and key[2] not in self.given:
            self._dropped.add(key[2])

    def _leave_phases(self, key: _Key) -> None:
        """What is done was one phase when another total is told for the same; and what has a new
        total again and again is none."""
        if key[0] != "bar":
            same = [one for one in (*self._tracks, *self._refused) if one[:2] == key[:2]]
            is_none = len(same) > _MOST_PHASES
            for other in same:
                if is_none or (other in self._tracks and self._tracks[other].done >= other[2]):
                    self._refuse(other)
            if is_none:
                self._refuse(key)

    def _confirm(self, epochs: float) -> None:
        """The bar that goes on counts across epochs if it is over more than one, or over less."""
        for key, bar in self._bars.items():
            if 0 < bar.done < key[2] and not bar.laps:
                over = epochs * key[2] / bar.done
                if over > _MORE_THAN_ONE or over < _LESS_THAN_ONE:
                    self._confirmed.add(key)
                    if key in self._tracks:
                        self._tracks[key].lap = key[2] / _whole(over) if over > 1 else None

    def _count_laps(self, key: _Key, done: float) -> None:
        """Bars that begin anew once for each count of another one tell that it is around them."""
        if key[0] != "bar":
            return
        if len(self._bars) >= _MOST_TRACKS and key not in self._bars:
            self._bars.clear()
        bar = self._bars.setdefault(key, _Laps())
        if done < bar.done:
            bar.laps += 1
            for other, outer in self._bars.items():
                if other != key and not outer.laps and outer.done > outer.lap_done:
                    outer.lap_done, outer.around = outer.done, outer.around + 1
                    if outer.around > _LAPS:
                        self._confirmed.add(other)
        bar.done = done


def _whole(count: float) -> float:
    """A count that is close to a whole one is that."""
    return float(round(count)) if abs(count - round(count)) < _CLOSE * count else count


def _worth(found: tuple[_Key, TimeToGo]) -> tuple[bool, int]:
    """What is printed tells more of the whole than steps of a log, and the finest the most."""
    (_, name, _), track = found
    return not name.startswith("log"), len(track.samples)


class _Laps:
    def __init__(self) -> None:
        self.done = self.lap_done = 0.0
        self.laps = self.around = 0
