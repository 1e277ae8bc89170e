"""`tuimon diff`: what is not the same in some runs, and by how much."""

import json
import math
from pathlib import Path

import pytest

import tuimon
from support.event_files import scalar, version, write
from support.stored_runs import made
from tuimon.cli.main import main
from tuimon.runs.text_mapping import write_mapping
from tuimon.text import width

LOSSES = {"small": [1.0, 0.5, 0.6], "large": [1.0, 0.4, 0.25], "same": [1.0, 0.5, 0.6]}


@pytest.fixture(autouse=True)
def runs(tmp_path: Path) -> None:
    for at, (name, losses) in enumerate(LOSSES.items()):
        log = tmp_path / name
        pace = 4 if name == "large" else 1
        points = [
            scalar("val/loss", step, value, 1.7e9 + step / pace)
            for step, value in enumerate(losses)
        ]
        others = [scalar("lr", 0, 0.1), scalar("acc", 0, math.nan if name == "large" else 0.5)]
        write(log, [version(), *points, *others])
        size = "64" if name == "large" else "8"
        argv = ("train.py", "--size", size, "--seed", "1", "--token", f"s3cr3t-{name}")
        made(name, ended=600.0 - at, argv=argv, logdir=str(log), cwd=str(tmp_path))


def _told(capsys: pytest.CaptureFixture[str], *runs: str) -> dict[str, dict[str, object]]:
    assert main(["diff", *runs, "--json"]) == 0
    printed = capsys.readouterr().out
    assert "s3cr3t" not in printed
    return {f"{one['section']}/{one['name']}": one for one in json.loads(printed)}


def _of(one: dict[str, object], what: str) -> list[object]:
    told = one[what]
    assert isinstance(told, dict)
    return list(told.values())


def test_what_differs_is_told_with_its_change(capsys: pytest.CaptureFixture[str]):
    told = _told(capsys, "small", "large")
    assert _of(told["configuration/size"], "values") == ["8", "64"]
    assert "configuration/seed" not in told
    assert "values/last lr" not in told
    loss = told["values/best val/loss"]
    assert _of(loss, "values") == ["0.5 @ 1", "0.25 @ 2"]
    assert _of(loss, "numbers") == [0.5, 0.25]
    assert _of(loss, "changes") == [0.0, -0.5]
    assert _of(told["values/best acc"], "numbers") == [0.5, None]
    assert _of(told["values/last acc"], "changes") == [0.0, None]


def test_numbers_are_those_that_pandas_has(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    frame = tuimon.load(tmp_path).to_pandas()
    losses = frame[frame.tag == "val/loss"].set_index("step").groupby("run", observed=True).value
    told = _told(capsys, "small", "large")
    runs = ["small", "large"]
    for name, series in (("best", losses.min()), ("last", losses.last())):
        one = told[f"values/{name} val/loss"]
        assert _of(one, "numbers") == [series[run] for run in runs]
        assert _of(one, "changes")[1] == pytest.approx(series["large"] / series["small"] - 1)
    times = frame.groupby("run", observed=True).wall_time
    took = times.max() - times.min()
    paces = _of(told["resources/pace"], "numbers")
    assert paces == pytest.approx([2 / took[run] for run in runs])


def test_packages_and_variables_that_differ_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    first, second, _ = (made(name, ended=9.0, cwd=str(tmp_path)) for name in ("a", "b", "c"))
    write_mapping(first.packages, {"torch": "2.8.0", "numpy": "2.1"})
    write_mapping(second.packages, {"torch": "2.9.0", "numpy": "2.1", "einops": "0.8"})
    write_mapping(first.environment, {"OMP_NUM_THREADS": "4", "HF": "/hf", "NOTE": "plain"})
    write_mapping(second.environment, {"OMP_NUM_THREADS": "8", "HF": "/hf", "NOTE": "none"})
    status = made("x", argv=("train.py", "--token", "s3cr3t-abc"), cwd=str(tmp_path))
    write_mapping(status.environment, {"NOTE": "s3cr3t-abc"})
    told = _told(capsys, "a", "b")
    assert {name: _of(one, "values") for name, one in told.items() if name[0] in "pv"} == {
        "packages/torch": ["2.8.0", "2.9.0"],
        "packages/einops": ["", "0.8"],
        "variables/OMP_NUM_THREADS": ["4", "8"],
        "variables/NOTE": ["plain", "none"],
    }
    assert not [name for name in _told(capsys, "a", "c") if name[0] in "pv"]  # nothing is known
    assert _of(_told(capsys, "b", "x")["variables/NOTE"], "values") == ["none", "(hidden)"]


def test_one_run_is_compared_with_the_baseline_of_its_directory(
    capsys: pytest.CaptureFixture[str],
):
    assert main(["baseline", "small"]) == 0
    capsys.readouterr()
    told = _told(capsys, "large")
    assert _of(told["values/best val/loss"], "numbers") == [0.5, 0.25]
    assert main(["diff", "small"]) == 2
    assert "does not differ from itself" in capsys.readouterr().err


def test_of_three_all_are_told(capsys: pytest.CaptureFixture[str]):
    told = _told(capsys, "small", "large", "same")
    assert _of(told["values/best val/loss"], "numbers") == [0.5, 0.25, 0.5]


@pytest.mark.parametrize("cells", [60, 200])
def test_a_table(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, cells: int):
    monkeypatch.setenv("COLUMNS", str(cells))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(["diff", "small", "large"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(width, lines)) <= cells
    assert lines[0].split() == ["small", "large"]
    [loss] = [line for line in lines if line.startswith("best val/loss")]
    assert loss.split()[2:] == ["0.5", "@", "1", "0.25", "@", "2", "(-50.0%)"]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["small"], "name two runs or more"),
        (["small", "small"], "does not differ from itself"),
        (["small", "nobody"], "no run is called 'nobody'"),
    ],
)
def test_what_cannot_be_compared(capsys: pytest.CaptureFixture[str], argv: list[str], said: str):
    assert main(["diff", *argv]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(("powers", "change"), [((360.0, 720.0), 1.0), ((100.0, 720.0), None)])
def test_energy_is_compared_in_one_unit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], powers: tuple[float, float], change: float
):
    for name, watts in zip(("cool", "hot"), powers, strict=True):
        paths = made(name, ended=10.0, cwd=str(tmp_path))
        write(
            paths.system,
            [
                scalar(f"GPU 0 H200/{tag}", second, value, 1.7e9 + second)
                for second in range(0, 10_001, 50)
                for tag, value in (("training memory [GB]", 12.0), ("power [W]", watts))
            ],
        )
    energy = _told(capsys, "cool", "hot")["resources/GPU energy"]
    if change is None:
        assert energy["changes"] is None
    else:
        assert _of(energy, "changes")[1] == pytest.approx(change, rel=0.01)
