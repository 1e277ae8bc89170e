"""`tuimon board` against what pandas makes of the same points."""

import csv
import io
import json
import math
import os
from pathlib import Path

import numpy as np
import pytest

import tuimon
from support.event_files import scalar, version, write
from support.stored_runs import made
from tuimon.cli.main import main
from tuimon.text import width

RATES = [0.1, 0.01, 0.001]


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    chance = np.random.default_rng(5)
    for rate in RATES:
        records = [version()]
        for step in range(0, 100, 10):
            at = 1000.0 + step
            records.append(scalar("train/loss", step, chance.random() + rate, at))
            records.append(scalar("val/acc", step, chance.random(), at))
            records.append(scalar("lr", step, rate, at))
        directory = tmp_path / "logs" / f"lr={rate:g}"
        directory.mkdir(parents=True)
        write(directory, records)
    return tmp_path / "logs"


def _printed(capsys: pytest.CaptureFixture[str], *argv: str, code: int = 0) -> str:
    assert main(["board", *argv]) == code
    return capsys.readouterr().out


def test_bests_and_lasts_are_those_of_pandas(logs: Path, capsys: pytest.CaptureFixture[str]):
    rows = {row["run"]: row for row in json.loads(_printed(capsys, str(logs), "--json"))}
    frame = tuimon.load(logs).to_pandas()
    assert len(rows) == len(RATES)
    for (run, tag), points in frame.groupby(["run", "tag"], observed=True):
        told = rows[run]["metrics"][tag]
        assert told["last"] == {
            "value": points["value"].iloc[-1],
            "step": points["step"].iloc[-1],
        }
        if tag == "lr":
            assert told["best"] is None
            continue
        at = points["value"].idxmin() if "loss" in tag else points["value"].idxmax()
        assert told["best"] == {"value": points["value"][at], "step": points["step"][at]}
        assert rows[run]["steps_per_second"] == pytest.approx(1.0)
        assert rows[run]["seconds"] == 90.0


def test_the_best_run_comes_first(logs: Path, capsys: pytest.CaptureFixture[str]):
    frame = tuimon.load(logs).to_pandas()
    best = frame[frame["tag"] == "val/acc"].groupby("run", observed=True)["value"].max()
    expected = list(best.sort_values(ascending=False).index)
    lines = _printed(capsys, str(logs)).splitlines()
    assert lines[0].split()[:3] == ["RUN", "val/acc", "STEP"]
    assert [line.split()[0] for line in lines[1:]] == expected
    backwards = _printed(capsys, str(logs), "--reverse", "-n", "1").splitlines()
    assert [line.split()[0] for line in backwards[1:]] == expected[:0:-1][:1]
    by_name = _printed(capsys, str(logs), "-s", "run").splitlines()
    assert [line.split()[0] for line in by_name[1:]] == ["lr=0.001", "lr=0.01", "lr=0.1"]


def test_from_python_it_is_the_same(logs: Path, capsys: pytest.CaptureFixture[str]):
    told = json.loads(_printed(capsys, str(logs), "--json"))
    frame = tuimon.load(logs).board()
    assert list(frame.index) == [row["run"] for row in told]
    for row in told:
        best = row["metrics"]["val/acc"]["best"]
        assert frame.loc[row["run"], "val/acc"] == best["value"]
        assert frame.loc[row["run"], "val/acc step"] == best["step"]
        assert frame.loc[row["run"], "lr"] == row["metrics"]["lr"]["last"]["value"]


def test_csv_holds_every_value_in_full(logs: Path, capsys: pytest.CaptureFixture[str]):
    rows = list(csv.DictReader(io.StringIO(_printed(capsys, str(logs), "--csv"))))
    frame = tuimon.load(logs).to_pandas()
    for row in rows:
        points = frame[(frame["run"] == row["run"]) & (frame["tag"] == "train/loss")]
        assert float(row["train/loss best"]) == points["value"].min()
        assert float(row["train/loss last"]) == points["value"].iloc[-1]


@pytest.mark.parametrize(
    ("where", "runs"),
    [("lr<0.05", 2), ("lr<0.05 and run:lr=0.001", 1), ("val/acc>2", 0), ("-lr>=0.1", 2)],
)
def test_rows_are_filtered_by_values(
    logs: Path, capsys: pytest.CaptureFixture[str], where: str, runs: int
):
    told = _printed(capsys, str(logs), "-w", where, code=0 if runs else 1)
    assert len(told.splitlines()[1:]) == runs


@pytest.mark.parametrize("cells", [200, 80, 40])
def test_it_fits_the_terminal(
    logs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], cells: int
):
    monkeypatch.setenv("COLUMNS", str(cells))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    lines = _printed(capsys, str(logs)).splitlines()
    assert len(lines) == 1 + len(RATES)
    assert max(map(width, lines)) <= cells
    assert "val/acc" in lines[0]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["-s", "nothing"], "no column nothing: there are run, state, took, pace, val/acc"),
        (["-w", "(lr"], "no filter: a bracket is not closed"),
        (["-m", "bleu"], "no metric matches; there are: val/acc"),
    ],
)
def test_what_is_not_there_is_told(
    logs: Path, capsys: pytest.CaptureFixture[str], argv: list[str], said: str
):
    assert main(["board", str(logs), *argv]) == 2
    assert said in capsys.readouterr().err


def test_runs_that_were_started_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    for at, rate in enumerate(("0.1", "0.01")):
        log = tmp_path / f"log{at}"
        points = [version(), scalar("loss", 0, 1.0, 10.0), scalar("loss", 1, float(rate), 20.0)]
        write(log, [*points, scalar("loss", 2, math.nan, 30.0)])
        argv = ("train.py", "--lr", rate, "--token", "s3cr3t-abc")
        made("train", ended=600.0, argv=argv, logdir=str(log), cwd=str(tmp_path))
        (log / "last.pt").touch()
        (log / "best.pt").touch()
        os.utime(log / "last.pt", (31.0, 31.0))
        os.utime(log / "best.pt", (20.5, 20.5))
    rows = json.loads(_printed(capsys, "--json"))
    assert [row["settings"]["lr"] for row in rows] == [0.01, 0.1]
    assert [row["metrics"]["loss"]["best"]["step"] for row in rows] == [1, 1]
    assert [row["metrics"]["loss"]["last"]["value"] for row in rows] == [None, None]
    assert [Path(row["checkpoint"]).name for row in rows] == ["best.pt", "best.pt"]
    assert "s3cr3t" not in json.dumps(rows)
    assert "log1/best.pt" in _printed(capsys)


def test_nothing_here_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    assert main(["board"]) == 2
    assert "name a LOGDIR or a RUN" in capsys.readouterr().err


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """Three rates, three seeds each; one of them has no finite accuracy."""
    chance = np.random.default_rng(7)
    for rate in RATES:
        for seed in range(3):
            values = [chance.random() if (rate, seed) != (0.1, 2) else math.nan for _ in range(9)]
            records = [version(), *(scalar("val/acc", n, one) for n, one in enumerate(values))]
            records += [scalar("rate", n, rate) for n in range(9)]
            write(tmp_path / f"lr={rate:g}" / f"s{seed}", records)
    return tmp_path


@pytest.mark.parametrize("way", ["directory", "/^(.*)/s/"])
def test_groups_are_those_of_pandas(
    seeds: Path, way: str, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = tuimon.load(seeds).to_pandas()
    frame = frame[frame["tag"] == "val/acc"].groupby("run", observed=True)["value"]
    runs = frame.agg(["max", "last"]).reset_index()
    runs["last"] = frame.apply(lambda values: values.iloc[-1]).to_numpy()
    expected = runs.groupby(runs["run"].astype(str).str.partition("/")[0])
    told = {
        one["group"]: one
        for one in json.loads(_printed(capsys, str(seeds), "--group", way, "--json"))
    }
    assert list(told) == list(expected["max"].mean().sort_values(ascending=False).index)
    for name, group in expected:
        acc = told[name]["metrics"]["val/acc"]
        for column, kind in (("max", "best"), ("last", "last")):
            assert acc[kind]["mean"] == pytest.approx(group[column].mean())
            assert acc[kind]["std"] == pytest.approx(group[column].std())
            assert acc[kind]["runs"] == group[column].count()
        assert told[name]["runs"] == [f"{name}/s{seed}" for seed in range(3)]
    rows = list(csv.DictReader(io.StringIO(_printed(capsys, str(seeds), "--group", way, "--csv"))))
    assert (
        float(rows[0]["val/acc best std"])
        == next(iter(told.values()))["metrics"]["val/acc"]["best"]["std"]
    )
    lines = _printed(capsys, str(seeds), "--group", way, "-m", "acc", "-s", "run").splitlines()
    assert lines[0].split() == ["GROUP", "RUNS", "val/acc", "STD", "OF"]
    assert [line.split()[:2] for line in lines[1:]] == [
        [f"lr={rate:g}", "3"] for rate in RATES[::-1]
    ]
    assert lines[-1].endswith(" 2"), "two of three have a number"


def test_what_is_no_group_is_told(seeds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for typed, why in (
        (("--group", "lr"), "--group: no settings are known"),
        (("--group", "/(/"), "no regular expression"),
        (("--group", "/a"), "a regular expression ends with /"),
        (("--group", "directory", "-s", "took"), "no column took: there are run, val/acc, rate"),
    ):
        assert main(["board", str(seeds), *typed]) == 2
        assert why in capsys.readouterr().err
    assert main(["board", str(seeds), "--group", "directory", "-w", "nothing"]) == 1


def test_names_of_options_are_those_of_the_product() -> None:
    from tuimon.cli.shared import group_options
    from tuimon.present import run_groups
    from tuimon.store import spread

    assert group_options.SPREADS == spread.SPREADS
    ways = (run_groups.BY_SETTINGS, run_groups.BY_DIRECTORY, run_groups.BY_WANDB)
    assert ways == group_options.WAYS


def test_values_are_compared_with_the_baseline_as_by_pandas(
    logs: Path, capsys: pytest.CaptureFixture[str]
):
    made("base", logdir=str(logs / "lr=0.01"), cwd=str(logs))
    made("other", logdir=str(logs / "lr=0.1"), cwd=str(logs))
    assert main(["baseline", "base"]) == 0
    capsys.readouterr()
    frame = tuimon.load(logs).to_pandas()
    points = frame[frame.tag == "val/acc"].groupby("run", observed=True).value
    for last, values in ((False, points.max()), (True, points.last())):
        option = ["--last"] if last else []
        [head, row, *_, foot] = _printed(capsys, "other", *option, "-m", "val/acc").splitlines()
        told = dict(zip(head.split(), row.split(), strict=False))
        share = values["lr=0.1"] / values["lr=0.01"] - 1
        assert told["Δ"] == f"{share:+.1%}"
        assert foot == "Δ: against base"
    rows = json.loads(_printed(capsys, "base", "other", "--json"))
    changes = {row["run"]: row["metrics"]["val/acc"]["change"] for row in rows}
    best = points.max()
    assert changes == {"base": None, "other": pytest.approx(best["lr=0.1"] / best["lr=0.01"] - 1)}


def test_rows_are_found_by_what_is_said_of_their_runs(
    logs: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(logs)
    for name, rate in (("one", "0.1"), ("two", "0.01"), ("old", "0.001")):
        made(name, logdir=str(logs / f"lr={rate}"), cwd=str(logs))
    assert main(["tag", "one", "paper"]) == main(["archive", "old"]) == 0
    capsys.readouterr()

    def shown(*argv: str) -> set[str]:
        return {row["run"] for row in json.loads(_printed(capsys, *argv, "--json"))}

    assert shown() == {"one", "two"}
    assert shown("-w", "#paper") == {"one"}
    assert shown("-w", "archived") == {"old"}
