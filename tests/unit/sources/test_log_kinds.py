"""Which files are logs: event files first, known shapes in a search, anything that is named."""

import shutil
import sys
from pathlib import Path

import pytest

from support.event_files import scalar, write
from support.other_logs import runs_of
from tuimon.events import log_kinds
from tuimon.events.logdir import LogdirScan
from tuimon.runs.sources import LogSource

LOGS = Path(__file__).parent / "logs"
READER = """
import numpy as np
from tuimon.events.points import ScalarColumns
from tuimon.sources.log_file import LineFile

class SpaceLog(LineFile):
    origin = "space log"

    def take(self, lines, first, wall_time):
        steps, values = np.loadtxt(lines.decode().splitlines(), ndmin=2).T
        times = np.full(len(steps), wall_time)
        return {"loss": ScalarColumns(steps.astype(np.int64), times, values)}
"""


@pytest.fixture
def space_logs(tmp_path, monkeypatch):
    """A package with a reader of its own is installed."""
    site = tmp_path / "site"
    (site / "space_logs-1.dist-info").mkdir(parents=True)
    (site / "space_logs.py").write_text(READER)
    (site / "space_logs-1.dist-info" / "METADATA").write_text("Name: space-logs\nVersion: 1\n")
    entry = "[tuimon.sources]\n*.space = space_logs:SpaceLog\n*.gone = no_such_module:Reader\n"
    (site / "space_logs-1.dist-info" / "entry_points.txt").write_text(entry)
    monkeypatch.syspath_prepend(str(site))
    log_kinds._others.cache_clear()
    yield
    log_kinds._others.cache_clear()
    sys.modules.pop("space_logs", None)


def test_another_package_reads_its_own_logs(tmp_path, space_logs):
    log = tmp_path / "logs" / "a"
    log.mkdir(parents=True)
    (log / "train.space").write_text("1 0.5\n2 0.25\n")
    (log / "x.gone").write_text("never read")
    (run,) = runs_of(tmp_path / "logs").values()
    assert run.series["loss"].snapshot().values.tolist() == [0.5, 0.25]
    assert [status.origin for status in run.files.values()] == ["space log"]


def test_an_event_file_takes_the_place_of_what_lies_beside_it(tmp_path):
    shutil.copytree(LOGS / "lightning", tmp_path / "a")
    shutil.copytree(LOGS / "sb3", tmp_path / "b")
    scan = LogdirScan([LogSource(path=str(tmp_path))])
    assert [file.run for file in scan.scan()] == ["a", "b"]
    assert scan.scan() == []
    path = write(tmp_path / "a", [scalar("loss", 1, 0.5, 1e9)])
    assert [file.path for file in scan.scan()] == [path]
    assert scan.displaced == [tmp_path / "a" / "metrics.csv"]
    scan.scan()
    assert scan.displaced == []
    path.unlink()
    assert [file.path.name for file in scan.scan()] == ["metrics.csv"]


def test_a_directory_is_one_run_though_it_has_several_logs(tmp_path):
    shutil.copy(LOGS / "lightning" / "metrics.csv", tmp_path)
    shutil.copy(LOGS / "mmengine" / "scalars.json", tmp_path)
    (run,) = runs_of(tmp_path).values()
    assert [path.name for path in run.paths] == ["metrics.csv"]


def test_event_files_alone_ask_no_package(tmp_path, monkeypatch):
    write(tmp_path / "a", [scalar("loss", 1, 0.5, 1e9)])
    (tmp_path / "a" / "hparams.yaml").touch()
    monkeypatch.setattr(log_kinds, "_others", lambda: pytest.fail("looked for packages"))
    assert list(runs_of(tmp_path)) == ["a"]
