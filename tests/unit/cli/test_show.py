import json
import math
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch.utils.tensorboard import SummaryWriter

from support.event_files import scalar, start, version, write
from tuimon.cli.main import main
from tuimon.cli.show import command
from tuimon.runs.paths import new_run_directory
from tuimon.runs.process import boot_id, machine_id
from tuimon.runs.record import RunRecord, RunState, write_record
from tuimon.text import width
from tuimon.views.kinds import KINDS

HOSTILE = "\x1b]52;c;AAAA\x07\x1b[31m\u202eloss\n损失🙂e\u0301\u0301\u0301\u0301\ud800"
SGR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(autouse=True)
def outside_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLUMNS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


def fill(path: Path, tags: dict[str, list[float]]) -> Path:
    """A run whose tags have these values at the steps 0, 10, 20, …"""
    path.mkdir(parents=True, exist_ok=True)
    points = [
        scalar(tag.encode("utf-8", "replace").decode(), 10 * place, value, 1.7e9 + place)
        for tag, values in tags.items()
        for place, value in enumerate(values)
    ]
    write(path, [version(), *points])
    return path


def falling(count: int = 200) -> list[float]:
    return [2 * math.exp(-place / 40) for place in range(count)]


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    """Three runs: a usual one, one that diverges, one of hostile and long names."""
    root = tmp_path / "runs"
    fill(root / "a", {"Loss/train": falling(), "Loss/test": falling(20), "lr": [1e-3] * 50})
    fill(root / "diverged", {"Loss/train": [2.0, 3.0, math.inf, *[math.nan] * 50]})
    fill(root / ("long" * 30), {HOSTILE: falling(40), "metric/" * 20: [1e-300, -1e300]})
    return root


def show(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """What the command prints when it succeeds and has nothing to complain about."""
    assert main(["show", *map(str, arguments)]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def table(output: str) -> list[list[str]]:
    """The lines of the table, split at gaps, without its head."""
    lines = output.splitlines()
    start = next(place for place, line in enumerate(lines) if line.lstrip().startswith("TAG"))
    return [re.split(r" {2,}", line) for line in lines[start + 1 :]]


@pytest.mark.parametrize("style", [[], ["--ascii"], ["--color", "always"]])
def test_no_line_is_wider_than_asked_for(
    logdir: Path, capsys: pytest.CaptureFixture[str], style: list[str]
) -> None:
    for cells in range(40, 201, 13 if style else 2):
        output = show(capsys, logdir, "--width", cells, "--height", 8, *style)
        lines = SGR.sub("", output).splitlines()
        widest = max(map(width, lines))
        assert widest <= cells
        assert widest > cells * 0.8
        assert all(line == line.rstrip() for line in lines)


def test_charts_stand_side_by_side_where_there_is_room(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path, {tag: falling() for tag in "pqrst"})

    def titles(cells: int) -> list[str]:
        charts = show(capsys, tmp_path, "--width", cells).partition("TAG")[0].splitlines()
        return [
            " ".join(re.findall(r"\b[p-t]\b", one)) for one in charts if one[:1] in set("pqrst")
        ]

    assert titles(60) == ["p", "q", "r", "s", "t"]
    assert titles(80) == ["p q", "r s", "t"]
    assert titles(160) == ["p q r", "s t"]
    assert titles(200) == ["p q r s t"]


def test_charts_have_the_height_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path, {"loss": falling()})
    for height in (1, 6, 12, 30):
        output = show(capsys, tmp_path, "--height", height)
        _, chart, values = output.split("\n\n") if height > 1 else output.split("\n\n", 2)
        assert len(chart.splitlines()) == height
        assert len(values.splitlines()) == 2


def test_the_table_tells_what_the_points_come_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path / "a", {"Loss/train": [3.0, 1.0, 1.0, 2.0], "accuracy": [0.5, 0.75, 0.25]})
    fill(tmp_path / "b", {"Loss/train": [math.nan, 4.0, math.inf], "accuracy": [math.nan]})
    output = show(capsys, tmp_path, "--no-charts", "--width", "200")
    assert output.splitlines()[0] == f"{tmp_path}  step 30  2 runs"
    assert table(output) == [
        ["Loss/train", "a", "2", "1", "3", "min 10", "4"],
        ["Loss/train", "b", "+Inf", "4", "+Inf", "min 10", "3"],
        ["accuracy", "a", "0.25", "0.25", "0.75", "max 10", "3"],
        ["accuracy", "b", "NaN", "NaN", "NaN", "1"],
    ]


def test_what_curves_come_from_is_told_where_it_is_no_event_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path / "events", {"loss": [3.0]})
    for name in ("metrics.csv", "log.jsonl"):
        (tmp_path / name.partition(".")[2]).mkdir()
    (tmp_path / "csv" / "metrics.csv").write_text("step,loss\n0,0.5\n")
    heading = show(capsys, tmp_path, "--no-charts", "--width", "200").splitlines()[0]
    assert heading == f"{tmp_path}  step 0  2 runs  from CSV"
    (tmp_path / "jsonl" / "log.jsonl").write_text('{"step": 10, "loss": 0.5}\n')
    heading = show(capsys, tmp_path, "--no-charts", "--width", "200").splitlines()[0]
    assert heading.endswith("  from CSV, JSON lines")


@pytest.mark.parametrize(
    ("tag", "best", "cells"),
    [
        ("val_loss", "min", ["min 10"]),
        ("accuracy", "max", ["max 20"]),
        ("lower_bound", None, []),
    ],
)
def test_the_best_is_told_where_the_name_tells_which_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], tag: str, best: str | None, cells: list[str]
) -> None:
    fill(tmp_path, {tag: [2.0, 1.0, 3.0]})
    (row,) = table(show(capsys, tmp_path, "--no-charts"))
    assert row == [tag, "3", "1", "3", *cells, "3"]
    assert json.loads(show(capsys, tmp_path, "--json"))["runs"]["."][tag]["best"] == best


def test_a_run_without_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path, {"loss": [math.nan] * 50, "other": [-math.inf] * 3})
    output = show(capsys, tmp_path)
    assert "50 NaN" in output
    assert table(output) == [
        ["loss", "NaN", "NaN", "NaN", "50"],
        ["other", "-Inf", "-Inf", "-Inf", "3"],
    ]


def test_columns_and_middles_of_names_go_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path / "first-of-many-runs", {"a/very/long/tag/loss": [2.0, 1.0]})
    rows = table(show(capsys, tmp_path, "--no-charts", "--width", 44))
    assert rows == [["a/ve…ag/loss", "firs…any-runs", "1", "min 10"]]


def test_runs_and_tags_are_chosen_as_by_export(
    logdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = show(capsys, logdir, "--run", "^(a|div)", "--tag", "train$", "--no-charts")
    assert [row[:2] for row in table(output)] == [["Loss/train", "a"], ["Loss/train", "diverged"]]
    assert "Loss/test" not in output
    assert table(show(capsys, logdir, "--run", "^a", "--tag", "lr"))[0][:2] == ["lr", "a"]


def test_several_log_directories(logdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = show(capsys, logdir / "a", logdir / "diverged", "--tag", "Loss", "--width", 200)
    assert {row[1] for row in table(output)} == {"a", "diverged"}


def test_options_of_charts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path, {"loss": falling()})
    output = show(
        capsys, tmp_path, "--log-y", "--smoothing", "0.9", "--x", "relative", "--width", 200
    )
    assert output.splitlines()[0].endswith("smoothing 0.9  log y")
    assert "+3m" in output
    assert "smoothing" not in show(capsys, tmp_path, "--smoothing", "0")


def test_charts_of_ones_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    fill(tmp_path / "runs", {"loss": falling(), "epoch": [place / 50 for place in range(200)]})
    (tmp_path / "tuimon.toml").write_text('pin = ["half"]\n[charts]\nhalf = "loss / 2"\n')
    options = ["--chart", "lo = log10(loss)", "--x", "epoch", "--width", "200"]
    output = show(capsys, "runs", *options)
    assert output.splitlines()[0].endswith("smoothing 0.6  x epoch")
    head = output.splitlines()[2]
    assert "loss / 2 0.006909" in head
    assert "log10(loss) -1.86" in head
    assert head.index("half") < head.index("lo ")
    (tmp_path / "tuimon.toml").write_text('x = "tokens"\n')
    assert main(["show", "runs"]) == 0
    printed = capsys.readouterr()
    assert printed.err == "tuimon: tokens was not logged: x is the step\n"
    assert "x tokens" not in printed.out
    (tmp_path / "tuimon.toml").write_text("pin = 1\n")
    assert main(["show", "runs", "--no-charts"]) == 0
    assert "tuimon.toml:1: pin = 1: must be a list" in capsys.readouterr().err
    for options, why in (
        (["--chart", "a = b +"], "--chart a = b +: character 8: a tag, a number or"),
        (["--x", "a, b"], "--x a, b: one formula, not several"),
    ):
        assert main(["show", "runs", *options]) == 2
        assert why in capsys.readouterr().err


def test_json_is_what_the_event_files_hold(
    logdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(constant: str) -> float:
        raise AssertionError(f"{constant} is no JSON")

    document = json.loads(show(capsys, logdir, "--json"), parse_constant=refuse)
    assert document["run"] is None
    assert document["logdirs"] == [str(logdir)]
    assert set(document["runs"]) == {path.name for path in logdir.iterdir()}
    for name, tags in document["runs"].items():
        accumulator = EventAccumulator(str(logdir / name), {"scalars": 0})
        accumulator.Reload()
        assert set(tags) == set(accumulator.Tags()["scalars"])
        for tag, found in tags.items():
            points = accumulator.Scalars(tag)
            numbers = [point for point in points if not math.isnan(point.value)]
            low = min(numbers, key=lambda point: point.value)
            high = max(numbers, key=lambda point: point.value)
            assert str(float(found["last"])) == str(points[-1].value)
            assert [float(found["min"]), float(found["max"])] == [low.value, high.value]
            assert found["steps"] == {"last": points[-1].step, "min": low.step, "max": high.step}
            assert found["count"] == len(points)
    assert document["runs"]["diverged"]["Loss/train"] == {
        "last": "NaN",
        "min": 2.0,
        "max": "Infinity",
        "steps": {"last": 520, "min": 0, "max": 20},
        "best": "min",
        "count": 53,
    }


def test_json_of_a_tag_without_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path, {"loss": [math.nan]})
    found = json.loads(show(capsys, tmp_path, "--json"))["runs"]["."]["loss"]
    assert (found["min"], found["max"]) == ("NaN", "NaN")
    assert found["steps"] == {"last": 0, "min": None, "max": None}


def test_json_has_the_values_at_a_step_and_the_last_points(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    losses = {0: 1.0, 10: 0.5, 20: 9.0}
    loss = [scalar("loss", step, value, 1e9 + step) for step, value in losses.items()]
    again = [start(15), scalar("loss", 20, math.inf, 2e9), scalar("acc", 30, 0.5, 2e9)]
    write(tmp_path, [version(), *loss, *again])
    document = json.loads(show(capsys, tmp_path, "--json", "--at", "19", "--last", "2"))
    (tags,) = document["runs"].values()
    assert tags["loss"]["at"] == {"step": 10, "wall_time": 1e9 + 10, "value": 0.5}
    assert tags["loss"]["points"] == [
        {"step": 10, "wall_time": 1e9 + 10, "value": 0.5},
        {"step": 20, "wall_time": 2e9, "value": "Infinity"},
    ]
    assert tags["acc"]["at"] is None
    assert [point["step"] for point in tags["acc"]["points"]] == [30]


def launched(name: str, logdir: Path | None, started_at: float, **fields: object) -> str:
    """The id of a run that writes to `logdir`."""
    paths = new_run_directory(name)
    record = {
        "id": paths.id,
        "name": name,
        "host": os.uname().nodename,
        "machine_id": machine_id(),
        "boot_id": boot_id(),
        "argv": (name,),
        "command": (name,),
        "cwd": "/",
        "started_at": started_at,
        "state": RunState.FINISHED,
        "ended_at": started_at + 72,
        "logdir": str(logdir) if logdir else None,
    }
    write_record(paths.run_json, RunRecord(**(record | fields)))
    return paths.id


def test_runs(logdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    now = time.time()
    old = launched("old", logdir / "a", now - 200)
    failed = {"state": RunState.FAILED, "cause": "exit code 1", "exit_code": 1}
    launched("new", logdir / "diverged", now - 100, **failed)
    newest = show(capsys)
    assert newest.splitlines()[0] == "new  failed  exit code 1  step 520  1m 12s  smoothing 0.6"
    cause = "stopped by request (SIGINT)"
    stopped = launched("s", logdir / "a", now - 300, state=RunState.STOPPED, cause=cause)
    assert (
        show(capsys, stopped).splitlines()[0]
        == "s  stopped  by request (SIGINT)  step 1990  1m 12s  smoothing 0.6"
    )
    assert show(capsys, "new") == newest
    assert show(capsys, old).splitlines()[0] == "old  finished  step 1990  1m 12s  smoothing 0.6"
    document = json.loads(show(capsys, "--json"))
    assert document["run"]["state"] == "failed"
    assert document["run"]["cause"] == "exit code 1"
    assert document["logdirs"] == [str(logdir / "diverged")]


def test_all_that_is_known_of_a_run(logdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = launched("r", logdir / "a", time.time() - 100, argv=("t.py", "--lr", "0.1"))
    lines = show(capsys, "--about", run, "--width", 60).splitlines()
    assert lines[0] == f"run {'─' * 56}"
    assert max(map(width, lines)) == 60
    facts = dict(line.split("  ", 1) for line in lines if "  " in line)
    assert facts["state"].strip() == "✓ finished"
    assert facts["Loss/train"].split() == ["min", "0.01382", "@", "1990"]
    assert facts["lr"].strip() == "0.1"
    assert facts["run again"].strip() == "cd / && tuimon run t.py --lr 0.1"
    assert main(["show", "--about", run, run]) == 2


def test_the_state_stays_when_the_name_is_long(
    logdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    launched("x" * 100, logdir, time.time() - 100)
    head = show(capsys, "--width", 40, "--no-charts").splitlines()[0]
    assert "…" in head
    assert "  finished  " in head
    assert width(head) <= 40
    head = show(capsys, logdir, "--width", 40, "--no-charts").splitlines()[0]
    assert "  step 1990" in head


def test_runs_side_by_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ids = []
    for number, loss in enumerate((0.5, 0.25)):
        logdir = fill(tmp_path / f"{number}" / "version_0", {"loss": [1.0, loss]})
        ids.append(launched(f"run{number}", logdir, time.time()))
    assert main(["show", *ids, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["run"] is None
    assert {run: tags["loss"]["last"] for run, tags in document["runs"].items()} == {
        ids[0]: 0.5,
        ids[1]: 0.25,
    }
    other = fill(tmp_path / "other", {"loss": [2.0]})
    assert main(["export", ids[0], str(other)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(",")[0] for line in lines] == ["run", ids[0], ids[0], "other"]
    assert main(["view", ids[0], "none"]) == 2
    assert "no such directory, and no run is called 'none'" in capsys.readouterr().err


def test_runs_in_groups(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, loss in (("a/1", 1.0), ("a/2", 3.0), ("b/1", 8.0)):
        fill(tmp_path / name, {"loss": [loss, loss]})
    typed = ["show", str(tmp_path), "--group", "/^./", "--width", "120"]
    assert main([*typed, "--spread", "ci"]) == 0
    printed = capsys.readouterr().out
    assert "mean, 95% interval" in printed
    assert "a ×2 2      ±13" in printed  # 12.706 √2 / √2
    assert "b ×1 8" in printed
    page = tmp_path / "page.svg"
    assert main([*typed, "--svg", str(page)]) == 0
    texts = {node.text for node in ElementTree.parse(page).getroot().iter()}
    assert {"mean ± std", "a ×2", "±1.4"} <= texts
    capsys.readouterr()
    for more, why in (
        (["--json"], "tuimon board --group BY --json"),
        (["--group", "lr"], "no set"),
    ):
        assert main([*typed, *more]) == 2
        assert why in capsys.readouterr().err


def test_refusals(logdir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for arguments, message in (
        ([], "there is no run yet; start one: tuimon run train.py"),
        (["none"], "no such directory, and no run is called 'none'; see: tuimon ls"),
        ([f"{empty}/none"], f"{empty}/none: no such directory"),
        (
            [f"{logdir}", "none"],
            "no such directory, and no run is called 'none'; see: tuimon ls",
        ),
        ([f"{empty}"], f"{empty}: no event files there"),
    ):
        assert main(["show", *arguments]) == 2
        assert capsys.readouterr() == ("", f"tuimon: {message}\n")
    launched("silent", None, time.time())
    assert main(["show"]) == 2
    assert capsys.readouterr().err == "tuimon: silent has written no event files\n"
    for option in ("--tag", "--run"):
        assert main(["show", str(logdir), option, "("]) == 2
        assert "'(' is not a regular expression" in capsys.readouterr().err


def test_directories_without_event_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trace = {"traceEvents": [{"ph": "X", "name": "aten::mul", "ts": 1, "dur": 5}]}
    (tmp_path / "host.1.pt.trace.json").write_text(json.dumps(trace))
    assert main(["show", str(tmp_path)]) == 0
    told = "tuimon: no scalar points were found; --kind profile shows what there is\n"
    assert capsys.readouterr().err == told
    assert main(["show", str(tmp_path), "--kind", "profile"]) == 0
    assert "aten::mul" in capsys.readouterr().out
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "points.csv").write_text("step,loss\n1,2\n3\n")
    assert main(["show", str(tables)]) == 2
    assert "1 CSV file (points.csv) are not read: `tuimon view FILE`" in capsys.readouterr().err
    assert main(["show", str(tables / "points.csv")]) == 0
    assert "line 3: 1 cells, not 2" in capsys.readouterr().err


def test_nothing_matches(logdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(logdir), "--tag", "nothing"]) == 0
    assert capsys.readouterr() == (
        f"{logdir}\n",
        "tuimon: no scalar points were found that match\n",
    )


def test_damage_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = bytearray(scalar("loss", 1, 1.0))
    broken[-6] ^= 1
    path = write(tmp_path, [version(), bytes(broken), scalar("loss", 2, 1.0)])
    assert main(["show", str(tmp_path)]) == 0
    captured = capsys.readouterr()
    assert captured.err == f"tuimon: {path}: 1 damaged record left out\n"
    assert table(captured.out)[0][-1] == "1"


def test_hostile_names_are_text(logdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = show(capsys, logdir, "--width", 200)
    assert "AAAA" in output
    assert all(line.isprintable() for line in output.splitlines())
    coloured = show(capsys, logdir, "--width", 200, "--color", "always")
    assert all(line.isprintable() for line in SGR.sub("", coloured).splitlines())


def test_colours_change_nothing_else(logdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = [logdir, "--ascii", "--smoothing", 0]
    plain = show(capsys, *options)
    coloured = show(capsys, *options, "--color", "always")
    assert "\x1b[" not in plain
    assert coloured.count("\x1b[") > 100
    assert SGR.sub("", coloured) == plain


def test_the_table_is_the_legend_where_curves_can_be_told_apart(
    logdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = show(capsys, logdir, "--ascii", "--run", "^(a|div)", "--tag", "Loss")
    assert [row[0] for row in table(output)] == ["* Loss/train", "x Loss/train", "+ Loss/test"]
    coloured = show(capsys, logdir, "--color", "always", "--tag", "lr")
    assert table(SGR.sub("", coloured))[0][0] == "━ lr"
    assert table(show(capsys, logdir, "--tag", "lr"))[0][0] == "lr"


def test_without_colours_dashes_and_letters_tell_curves_apart(
    logdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = show(capsys, logdir / "a", "--tag", "Loss")
    assert [row[0] for row in table(output)] == ["━a Loss/train", "╍b Loss/test"]
    assert re.search(r"[⠀-⣿◆] +a ≈0\.01\d+\n", output)
    assert re.search(r" +b ≈1\.2\d+\n", output)


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_terminals_get_colours(tmp_path: Path, variables: dict[str, str], coloured: bool) -> None:
    fill(tmp_path, {"loss": [1.0]})
    primary, secondary = os.openpty()
    try:
        command = [sys.executable, "-m", "tuimon", "show", str(tmp_path), "--no-charts"]
        subprocess.run(command, stdout=secondary, check=True, env={**os.environ, **variables})
        output = os.read(primary, 4096)
        while b"loss" not in output:  # a terminal gives what has come so far
            output += os.read(primary, 4096)
    finally:
        os.close(primary)
        os.close(secondary)
    assert (b"\x1b[1m" in output) == coloured


def test_an_ascii_terminal_gets_ascii(logdir: Path) -> None:
    command = [sys.executable, "-m", "tuimon", "show", str(logdir), "--log-y", "--width", "100"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    result = subprocess.run(command, capture_output=True, check=True, env=environment)
    assert result.stderr == b""
    text = result.stdout.decode("ascii")
    assert "* Loss/train" in text
    assert all(len(line) <= 100 for line in text.splitlines())


def test_an_ended_pipe_is_no_error(logdir: Path) -> None:
    command = f"{sys.executable} -m tuimon show {logdir} --height 1000 --width 1000 | head -n 1"
    result = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert result.stdout == f"{logdir}  step 1990  3 runs  smoothing 0.6\n"
    assert result.stderr == ""


@pytest.mark.parametrize("option", ["--charts", "--json"])
def test_no_screen_is_imported(logdir: Path, option: str) -> None:
    code = (
        "import sys; from tuimon.cli.main import main; main(sys.argv[1:]);"
        "names = ['textual', 'rich', 'wandb', 'torch', 'tensorboard', 'plotext'];"
        "sys.exit(str([name for name in names if name in sys.modules]))"
    )
    command = [sys.executable, "-c", code, "show", str(logdir), option]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.stderr == "[]\n"
    assert "Loss/train" in result.stdout


@pytest.fixture
def kinds(tmp_path: Path) -> Path:
    """A run with summaries of several kinds at two steps."""
    with SummaryWriter(str(tmp_path / "log")) as writer:
        for step in (0, 5):
            writer.add_histogram("weight", np.linspace(step, step + 1, 100), step)
            writer.add_text("notes", f"# Step {step}\n\x1b]52;c;AAAA\x07", step)
            writer.add_image("red", np.full((3, 8, 8), [[[1]], [[0]], [[0]]], np.float32), step)
            writer.add_scalar("loss", step, step)
    return tmp_path / "log"


def test_other_data_of_one_kind(kinds: Path, capsys: pytest.CaptureFixture[str]):
    seen = show(capsys, kinds, "--kind", "text", "--width", 60)
    assert seen.splitlines()[0] == "── text · notes/text_summary " + "─" * 31
    assert "Step 5" in seen
    assert "loss" not in seen
    assert "\x1b" not in seen
    assert "Step 0" in show(capsys, kinds, "--kind", "text", "--step", 3)


def test_other_data_of_all_kinds_and_tags_that_match(
    kinds: Path, capsys: pytest.CaptureFixture[str]
):
    seen = show(capsys, kinds, "--kind", "all")
    order = [seen.index(f"── {name} ·") for name in ("histograms", "images", "text")]
    assert order == sorted(order)
    assert "text" not in show(capsys, kinds, "--kind", "all", "--tag", "weight")
    assert "notes" in show(capsys, kinds, "--kind", "image", "--kind", "text")


def test_other_data_in_colours(kinds: Path, capsys: pytest.CaptureFixture[str]):
    seen = show(capsys, kinds, "--kind", "image", "--color", "always")
    assert "\x1b[38;2;255;0;0;48;2;255;0;0m▀▀" in seen
    assert "\x1b[38;2;" in show(capsys, kinds, "--kind", "histogram", "--color", "always")
    assert show(capsys, kinds, "--kind", "all", "--ascii").isascii()


def test_kinds_that_are_not_there(kinds: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["show", str(kinds), "--kind", "graph"]) == 0
    captured = capsys.readouterr()
    assert not captured.out
    assert "no such summaries were found" in captured.err
    assert main(["show", str(kinds), "--kind", "hologram"]) == 2
    assert "no such kind; there are histogram, image" in capsys.readouterr().err


def test_the_help_names_all_kinds():
    assert command.help
    for kind in KINDS:
        assert kind.kind in command.help


def test_charts_are_drawn_into_files_whose_paths_are_printed(logdir, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    wanted = ["--svg", "page.svg", "--png", "page.png", "--background", "transparent"]
    assert main(["show", *wanted, "--width", "900", str(logdir)]) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [str(tmp_path / "page.svg"), str(tmp_path / "page.png")]
    drawn = ElementTree.parse("page.svg").getroot()
    assert drawn.get("width") == "900"
    told = [node.text or "" for node in drawn.iter()]
    assert {"Loss", "lr", "a train", "diverged train"} <= set(told)
    assert any("损失🙂" in text for text in told)
    assert all(text.isprintable() for text in told)
    with Image.open("page.png") as image:
        assert (image.width, image.mode) == (1800, "RGBA")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--svg", "x.svg", "--json"], "--json and --svg or --png do not go together"),
        (["--png", "x.png", "--kind", "image"], "--kind and --svg or --png do not go together"),
        (["--svg", "no/x.svg"], "/no/x.svg: No such file or directory"),
    ],
)
def test_a_file_that_cannot_be_drawn_is_refused(logdir, capsys, arguments, said):
    assert main(["show", *arguments, str(logdir)]) == 2
    assert said in capsys.readouterr().err
    assert not Path("x.svg").exists()
