"""The baseline of a directory, beside what is watched."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

from support.event_files import scalar, version, write
from support.stored_runs import made
from support.waiting import wait_until
from tuimon.runs.baselines import Baseline, baseline_above, baseline_of, pin_baseline
from tuimon.session import baseline_log
from tuimon.session.baseline_log import BaselineLog


def test_what_is_pinned_is_read_until_it_is_gone(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(baseline_log, "_LOOK_EVERY", 0.0)
    write(tmp_path / "log", [version(), scalar("loss", 3, 1.0)])
    base = made("base", logdir=str(tmp_path / "log"), cwd=str(tmp_path))
    log = BaselineLog(partial(baseline_of, str(tmp_path)))

    def polled(holds: Callable[[], bool]) -> Callable[[], bool]:
        def poll() -> bool:
            log.poll()
            return holds()

        return poll

    log.poll()
    assert log.reference is None
    pin_baseline(str(tmp_path), Baseline(str(base.directory), "base"))
    (tmp_path / "x").mkdir()
    logs = [str(tmp_path / "log"), str(tmp_path / "x" / "log")]
    assert baseline_above(logs) == baseline_above([str(tmp_path)]) == baseline_of(str(tmp_path))
    assert baseline_above([str(tmp_path / "log"), "/elsewhere"]) is baseline_above([]) is None
    wait_until(polled(lambda: log.reference is not None and bool(log.reference.store.runs)))
    assert log.reference is not None
    assert log.reference.name == "base"
    own = BaselineLog(partial(baseline_of, str(tmp_path)), base.directory)
    own.poll()
    own.poll()
    assert own.reference is None
    shutil.rmtree(base.directory)
    wait_until(polled(lambda: bool(log.gone)))
    assert log.reference is None
    pin_baseline(str(tmp_path), None)
    wait_until(polled(lambda: not log.gone))
    log.stop()
