"""What is in force, whatever files bring in which batches."""

from itertools import groupby, pairwise

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tuimon.store.series import Series
from tuimon.store.timeline import Restarts

FILES = "abc"
batches = st.tuples(
    st.sampled_from(FILES),
    st.one_of(
        st.lists(st.integers(-5, 30), min_size=1, max_size=8),
        st.tuples(st.integers(-5, 30), st.integers(1, 10)).map(
            lambda run: list(range(run[0], run[0] + run[1]))
        ),
        st.integers(-5, 30),  # a restart
        st.none(),  # the file is replaced
    ),
)


def expected(files: dict[str, list[tuple[int, float | None]]]) -> list[tuple[int, float]]:
    """The rule where no step of a file goes back: it restarts all files before it; None: START."""
    kept: list[tuple[int, float]] = []
    for name in sorted(files):
        first = next((step for step, value in files[name] if value is not None), None)
        own: list[tuple[int, float]] = []
        for step, value in files[name]:
            if value is None:
                kept = [point for point in kept if point[0] < step]
                own = [point for point in own if point[0] < step]
            else:
                own.append((step, value))
        kept = [point for point in kept if first is None or point[0] < first] + own
    return kept


def not_purged(files: dict[str, list[tuple[int, float | None]]]) -> list[float]:
    """EventAccumulator's rule over (file, offset) order: only restarts take points away."""
    kept: list[tuple[int, float]] = []
    for name in sorted(files):
        for step, value in files[name]:
            if value is None:
                kept = [point for point in kept if point[0] < step]
            else:
                kept.append((step, value))
    return [value for _, value in kept]


def ascends(points: list[tuple[int, float | None]]) -> bool:
    steps = [step for step, value in points if value is not None]
    return all(before <= step for before, step in pairwise(steps))


def lacks_steps(files: dict[str, list[tuple[int, float | None]]]) -> bool:
    logged = [[step for step, value in points if value is not None] for points in files.values()]
    return len({step for steps in logged for step in steps}) == 1 and max(map(len, logged)) >= 3


@settings(max_examples=400)
@given(st.lists(batches, max_size=25))
@example([("a", [0]), ("c", 0), ("b", [0]), ("b", [1]), ("b", [2])])
@example([("a", [0]), ("b", [0]), ("b", [0]), ("b", [0]), ("b", [1])])
def test_points_in_force(history: list[tuple[str, list[int] | int | None]]) -> None:
    restarts = Restarts()
    series = Series("run", "tag", restarts)
    model: dict[str, list[tuple[int, float | None]]] = {name: [] for name in FILES}
    number = 0
    beginning: tuple[int, list[float]] = -1, []
    for file, batch in history:
        if batch is None:
            restarts.drop(file)
            series.drop(file)
            model[file] = []
        elif isinstance(batch, int):
            restarts.add((file, 0), batch)
            series.restart(file, batch)
            model[file].append((batch, None))
        else:
            values = np.arange(number, number + len(batch), dtype=np.float64)
            number += len(batch)
            series.append(file, (np.array(batch), values, values))
            model[file] += zip(batch, values.tolist(), strict=True)
        points = series.snapshot()
        found = list(zip(points.steps.tolist(), points.values.tolist(), strict=True))
        assert (points.steps[1:] >= points.steps[:-1]).all()
        if all(map(ascends, model.values())) and not lacks_steps(model):
            assert found == expected(model)
        epoch, values_then = beginning
        if epoch == series.epoch:
            assert points.values.tolist()[: len(values_then)] == values_then
        beginning = series.epoch, points.values.tolist()
    everything = series.all_points()
    flat = [value for name in FILES for _, value in model[name] if value is not None]
    assert everything.values.tolist() == flat
    assert sorted(everything.values[~everything.superseded].tolist()) == sorted(beginning[1])
    assert everything.values[~everything.purged].tolist() == not_purged(model)
    assert everything.superseded[everything.purged].all()
    assert series.superseded == everything.superseded.sum() == len(flat) - len(series)
    assert at_once(model) == beginning[1]


def at_once(files: dict[str, list[tuple[int, float | None]]]) -> list[float]:
    """The values in force when each file is read between its restarts, not batch by batch."""
    restarts = Restarts()
    series = Series("run", "tag", restarts)
    for name, points in files.items():
        for starts, part in groupby(points, key=lambda point: point[1] is None):
            steps, values = zip(*part, strict=True)
            for step in steps if starts else ():
                restarts.add((name, 0), step)
                series.restart(name, step)
            if not starts:
                series.append(name, (np.array(steps), np.array(values), np.array(values)))
    return series.snapshot().values.tolist()
