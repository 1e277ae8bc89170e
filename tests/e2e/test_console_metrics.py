"""Metrics that a training only prints, read from its console by the real recorder."""

import os
import signal
from collections import defaultdict
from pathlib import Path

from support.host import Host
from support.mirror_runs import mirrored, offline_rows
from support.waiting import wait_until
from tuimon.runs.lookup import find_run
from tuimon.runs.paths import RunPaths
from tuimon.runs.registry import RunStatus
from tuimon.runs.sources import LogSource
from tuimon.store.loading import load

PRINTS = """
import pathlib, time
print("learning rate 0.1, see the loss at step 5 of 10 in the paper")
for epoch in (1, 2):
    for step in range(1, 4):
        print(f"Epoch [{epoch}/2], Step [{step}/3], Loss: {1 / (3 * epoch + step):.4f}", flush=True)
    print(f"Test set: Accuracy: {epoch}/4", flush=True)
    while epoch == 1 and WAIT and not pathlib.Path("go").exists():
        time.sleep(0.02)
"""

EXPECTED = {
    "Loss": [(step, round(1 / (step + 3), 4)) for step in range(1, 7)],
    "test/Accuracy": [(3, 0.25), (6, 0.5)],
}


def launch(host: Host, *options: str, wait: bool = False, before: str = "") -> RunPaths:
    script = host.script(f"WAIT = {wait}\n{before}\n{PRINTS}")
    done = host.run("run", "--detach", *options, script)
    assert done.returncode == 0, done.stderr
    return find_run(None, host.home).paths


def points(paths: RunPaths) -> dict[str, list[tuple[int, float]]]:
    found: dict[str, list[tuple[int, float]]] = defaultdict(list)
    source = LogSource(path=str(paths.console_metrics))
    for run in load([source]).store.runs.values():
        for tag, series in run.series.items():
            read = series.snapshot()
            values = (round(value, 4) for value in read.values.tolist())
            found[tag] += zip(read.steps.tolist(), values, strict=True)
    return dict(found)


def origins(status: RunStatus) -> list[tuple[str, str]]:
    assert status.recorder is not None
    return [(source.path, source.found_by) for source in status.recorder.logdirs]


def test_what_is_printed_is_charted_and_mirrored(host: Host) -> None:
    paths = launch(host, "--mirror", "offline")
    host.wait_for_end()
    assert points(paths) == EXPECTED
    assert origins(find_run(None, host.home)) == [(str(paths.console_metrics), "console")]
    rows = mirrored(row.values for row in offline_rows(paths))
    assert set(rows) == set(EXPECTED)


def test_points_come_while_the_training_runs_and_once_each(host: Host) -> None:
    paths = launch(host, "--mirror", "off", "--console-metrics", wait=True)
    wait_until(lambda: points(paths).get("test/Accuracy") == [(3, 0.25)])
    status = wait_until(lambda: (now := find_run(None, host.home)).recorder and now)
    killed = status.record.recorder
    assert killed is not None
    os.kill(killed.pid, signal.SIGKILL)
    wait_until(lambda: find_run(None, host.home).record.recorder not in (None, killed))
    (host.project / "go").touch()
    host.wait_for_end()
    assert points(paths) == EXPECTED
    assert origins(find_run(None, host.home)) == [(str(paths.console_metrics), "console")]


def test_event_files_of_the_training_come_first(host: Host) -> None:
    writes = """
from tensorboard.summary.writer.event_file_writer import EventFileWriter
EventFileWriter("runs").close()
"""
    paths = launch(host, "--mirror", "off", before=writes)
    host.wait_for_end()
    assert not paths.console_metrics.exists()
    assert origins(find_run(None, host.home)) == [(str(host.project / "runs"), "hook")]


def test_beside_a_writer_of_texts_alone_the_console_is_read(host: Host) -> None:
    writes = """
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.summary.writer.event_file_writer import EventFileWriter
text = TensorProto(dtype="DT_STRING", string_val=[b"nothing else"])
about = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text"))
writer = EventFileWriter("runs")
notes = Summary(value=[Summary.Value(tag="notes", tensor=text, metadata=about)])
writer.add_event(Event(step=1, summary=notes))
writer.close()
"""
    paths = launch(host, "--mirror", "off", before=writes)
    host.wait_for_end()
    assert points(paths) == EXPECTED
    assert sorted(by for _, by in origins(find_run(None, host.home))) == ["console", "hook"]


def test_folds_are_parts_of_the_run(host: Host) -> None:
    folds = """
for fold in (1, 2):
    for epoch in (1, 2, 3):
        print(f"Fold {fold} | Epoch {epoch}/3 | loss: {fold / epoch:.3f}", flush=True)
raise SystemExit
"""
    paths = launch(host, "--mirror", "off", before=folds)
    host.wait_for_end()
    status = find_run(None, host.home)
    assert [Path(path).name for path, _ in origins(status)] == ["fold 1", "fold 2"]
    assert not (paths.console_metrics / "events.out.tfevents.console").exists()
    runs = load(status.log_sources).store.runs
    assert {name: run.series["loss"].snapshot().steps.tolist() for name, run in runs.items()} == {
        "fold 1": [1, 2, 3],
        "fold 2": [1, 2, 3],
    }


def test_both_are_shown_when_asked_for(host: Host) -> None:
    writes = """
from tensorboard.summary.writer.event_file_writer import EventFileWriter
EventFileWriter("runs").close()
"""
    paths = launch(host, "--mirror", "off", "--console-metrics", before=writes)
    host.wait_for_end()
    assert points(paths) == EXPECTED
    found = origins(find_run(None, host.home))
    assert sorted(by for _, by in found) == ["console", "hook"]


def test_nothing_is_read_when_not_wanted(host: Host) -> None:
    paths = launch(host, "--mirror", "off", "--no-console-metrics")
    host.wait_for_end()
    assert not paths.console_metrics.exists()
    assert origins(find_run(None, host.home)) == []


def test_a_log_directory_that_stays_empty_is_joined_by_the_console(host: Host) -> None:
    out: Path = host.project / "out"
    paths = launch(host, "--mirror", "off", "--logdir", str(out))
    host.wait_for_end()
    found = origins(find_run(None, host.home))
    assert found == [(str(out), "option"), (str(paths.console_metrics), "console")]
