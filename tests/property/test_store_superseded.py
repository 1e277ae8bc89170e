"""What is in force, against a model that walks the merged points one by one."""

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
    """The data server's rule over (file, offset) order; a value of None is a restart."""
    kept: list[tuple[int, float]] = []
    for name in sorted(files):
        for step, value in files[name]:
            kept = [point for point in kept if point[0] < step]
            if value is not None:
                kept.append((step, value))
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


@settings(max_examples=400)
@given(st.lists(batches, max_size=25))
@example([("a", [0]), ("c", 0), ("b", [0]), ("b", [1]), ("b", [2])])
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
            restarts.add(file, batch)
            series.restart(file, batch)
            model[file].append((batch, None))
        else:
            values = np.arange(number, number + len(batch), dtype=np.float64)
            number += len(batch)
            series.append(file, (np.array(batch), values, values))
            model[file] += zip(batch, values.tolist(), strict=True)
        points = series.snapshot()
        assert list(zip(points.steps.tolist(), points.values.tolist(), strict=True)) == expected(
            model
        )
        epoch, values_then = beginning
        if epoch == series.epoch:
            assert points.values.tolist()[: len(values_then)] == values_then
        beginning = series.epoch, points.values.tolist()
    everything = series.all_points()
    flat = [value for name in FILES for _, value in model[name] if value is not None]
    assert everything.values.tolist() == flat
    assert everything.values[~everything.superseded].tolist() == points_of(series)
    assert everything.values[~everything.purged].tolist() == not_purged(model)
    assert everything.superseded[everything.purged].all()


def points_of(series: Series) -> list[float]:
    return series.snapshot().values.tolist()
