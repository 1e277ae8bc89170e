"""Records that wandb-core is given as they are become what it makes of rows that are logged."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.wandb_server import KEY, ServedRun, wandb_server
from tuimon.mirror.keys import GLOBAL_STEP, ROW, RUNTIME, TIMESTAMP
from tuimon.mirror.wandb_records import RecordStream

METRICS = ("loss", "a.b", "histogram", "image", "page")


def rows() -> Iterator[tuple[dict[str, float], dict[str, Any]]]:
    import wandb

    for step in range(4):
        odd = math.nan if step == 2 else math.inf
        row = {"loss": step / 3, "a.b": odd, GLOBAL_STEP: step, TIMESTAMP: 1.7e9 + step}
        histogram = wandb.Histogram(np_histogram=([1, 2], [0, 1, 2]))
        image = wandb.Image(np.zeros((4, 4, 3), np.uint8))
        media = {"histogram": histogram, "image": image, "page": wandb.Html("<b>x</b>")}
        yield row, media if step == 3 else {}


def logged(run: Any) -> None:
    for number, (row, media) in enumerate(rows()):
        run.log(row | media, step=number, commit=True)


def recorded(run: Any) -> None:
    records = RecordStream(run)
    for number, (row, media) in enumerate(rows()):
        whole = row | {ROW: number, RUNTIME: 5.0 + number}
        if media:
            records.media(whole, media)
        else:
            records.rows([whole])


def axes(run: ServedRun) -> set[tuple[str, str | None]]:
    """Metrics that were defined, each with its step metric; W&B counts them from 1."""
    defined = run.config["_wandb"]["value"]["m"]
    names = [metric["1"] for metric in defined]
    return {(one["1"], names[one["5"] - 1] if "5" in one else None) for one in defined}


def test_records_are_what_is_logged_but_for_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import wandb

    with wandb_server() as server:
        for name, value in (("BASE_URL", server.url), ("API_KEY", KEY), ("DIR", str(tmp_path))):
            monkeypatch.setenv(f"WANDB_{name}", value)
        settings = wandb.Settings(console="off", silent=True, x_disable_stats=True)
        for way in (logged, recorded):
            with wandb.init(project="p", id=way.__name__, settings=settings) as run:
                for metric in METRICS:
                    run.define_metric(metric, step_metric=GLOBAL_STEP)
                way(run)
        wandb.teardown()
        by_log, by_record = (server.runs[way.__name__] for way in (logged, recorded))
    times = [row.pop(RUNTIME) for row in by_record.history]
    assert times == [5, 6, 7, 8]
    assert [row | {RUNTIME: 0} for row in by_log.history] == [
        row | {RUNTIME: 0} for row in by_record.history
    ]
    assert axes(by_log) == axes(by_record) >= {(metric, GLOBAL_STEP) for metric in METRICS}
    assert set(by_log.stored) == set(by_record.stored)
