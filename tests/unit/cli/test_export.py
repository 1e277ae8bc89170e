import csv
import io
import json
import math
import os
import struct
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from support.event_files import scalar, start, version, without_privileges, write
from tuimon.cli.main import main

COLUMNS = ["run", "tag", "step", "wall_time", "value"]
ODD = [0.1, math.nan, math.inf, -math.inf, -0.0, 1e-45, 3.4028234663852886e38]


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    """Two runs: values that are hard to write, and one that was resumed twice."""
    points = [scalar("train/loss", step, value, 1.7e9 + 0.1) for step, value in enumerate(ODD)]
    write(tmp_path / "odd, run", [version(), *points, scalar('a"\n,=b', 1, 2.0)])
    resumed = [scalar("loss", step, 1.0) for step in (1, 2, 3, 2, 3)]
    resumed += [start(3), *(scalar("loss", step, 5.0) for step in (3, 4, 4))]
    write(tmp_path / "resumed", [version(), *resumed])
    return tmp_path


def lines(output: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(output, newline="")))


def float32(value: float) -> float:
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


def test_csv_keeps_every_bit(logdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(logdir), "--run", "odd", "--tag", "^train/"]) == 0
    head, *rows = lines(capsys.readouterr().out)
    assert head == COLUMNS
    assert {tuple(row[:2]) for row in rows} == {("odd, run", "train/loss")}
    assert [int(row[2]) for row in rows] == list(range(len(ODD)))
    assert {float(row[3]) for row in rows} == {1.7e9 + 0.1}
    expected = [struct.pack("<d", float32(value)) for value in ODD]
    assert [struct.pack("<d", float(row[4])) for row in rows] == expected


def test_names_are_quoted(logdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(logdir), "--tag", "=b"]) == 0
    assert lines(capsys.readouterr().out)[1][:2] == ["odd, run", 'a"\n,=b']


def test_jsonl_is_json_for_everybody(logdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(constant: str) -> float:
        raise AssertionError(f"{constant} is no JSON")

    assert main(["export", str(logdir), "--format", "jsonl", "--run", "odd"]) == 0
    found = capsys.readouterr().out.splitlines()
    rows = [json.loads(line, parse_constant=refuse) for line in found]
    assert [list(row) for row in rows] == [COLUMNS] * (len(ODD) + 1)
    assert [row["value"] for row in rows[1:4]] == ["NaN", "Infinity", "-Infinity"]
    assert [float(row["value"]) for row in rows[2:7]] == [float32(value) for value in ODD[2:]]


def test_parquet_to_a_file(logdir: Path, tmp_path: Path) -> None:
    path = tmp_path / "points.parquet"
    assert main(["export", str(logdir), "-o", str(path)]) == 0
    frame = pd.read_parquet(path)
    assert list(frame.columns) == COLUMNS
    assert [str(kind) for kind in frame.dtypes[2:]] == ["int64", "float64", "float64"]
    assert len(frame) == len(ODD) + 1 + 5
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == [path.name]


def test_parquet_without_pyarrow(logdir: Path, tmp_path: Path) -> None:
    path = tmp_path / "points.parquet"
    code = (
        "import sys; sys.modules['pyarrow'] = None;"
        "from tuimon.cli.main import main; sys.exit(main())"
    )
    command = [sys.executable, "-c", code, "export", str(logdir), "-o", str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert result.stderr == "tuimon: Parquet needs pyarrow: pip install 'tuimon[parquet]'\n"
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == []


def test_points_in_force(logdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(logdir), "--run", "resumed"]) == 0
    rows = lines(capsys.readouterr().out)[1:]
    expected = [(1, 1), (2, 1), (3, 5), (4, 5), (4, 5)]
    assert [(int(row[2]), float(row[4])) for row in rows] == expected


def test_all_is_what_the_accumulator_keeps(
    logdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(logdir), "--run", "resumed", "--all"]) == 0
    rows = lines(capsys.readouterr().out)[1:]
    accumulator = EventAccumulator(str(logdir / "resumed"), {"scalars": 0})
    accumulator.Reload()
    expected = [(point.step, point.wall_time, point.value) for point in accumulator.Scalars("loss")]
    assert [(int(row[2]), float(row[3]), float(row[4])) for row in rows] == expected
    assert len(expected) == 6


def test_damage_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = bytearray(scalar("loss", 1, 1.0))
    broken[-6] ^= 1
    path = write(tmp_path, [version(), bytes(broken), scalar("loss", 2, 1.0)])
    assert main(["export", str(tmp_path)]) == 0
    captured = capsys.readouterr()
    assert captured.err == f"tuimon: {path}: 1 damaged record left out\n"
    assert len(lines(captured.out)) == 2


def test_a_file_that_cannot_be_read_is_told_and_is_a_failure(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with TemporaryDirectory() as directory:  # tmp_path is in one for pytest's user alone
        logdir = Path(directory)
        logdir.chmod(0o755)
        write(logdir / "a", [version(), scalar("loss", 2, 1.0)])
        unreadable = write(logdir / "b", [version(), scalar("loss", 2, 1.0)])
        unreadable.chmod(0)
        with without_privileges():
            assert main(["export", directory]) == 1
    captured = capsys.readouterr()
    assert captured.err == f"tuimon: {unreadable}: Permission denied: left out\n"
    assert len(lines(captured.out)) == 2


def test_bytes_that_hold_no_record_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, [version(), scalar("loss", 1, 1.0), b"no record" * 9])
    assert main(["export", str(tmp_path)]) == 0
    captured = capsys.readouterr()
    told = "its last 81 bytes hold no whole record; being written, or damaged"
    assert captured.err == f"tuimon: {path}: {told}\n"
    assert len(lines(captured.out)) == 2


def test_refusals(logdir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for arguments, message in (
        ([str(empty)], f"{empty}: no event files there"),
        ([str(logdir), "-o", ""], "-o names no file"),
        ([f"{empty}/none"], f"{empty}/none: no such directory"),
        ([str(logdir), "-o", f"{empty}/no/x.csv"], f"{empty}/no/x.csv: No such file or directory"),
    ):
        assert main(["export", *arguments]) == 2
        assert capsys.readouterr().err == f"tuimon: {message}\n"
    assert main(["export", str(logdir), "--tag", "("]) == 2
    assert "'(' is not a regular expression" in capsys.readouterr().err
    assert list(empty.iterdir()) == []


def test_nothing_matches(logdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(logdir), "--tag", "nothing"]) == 0
    captured = capsys.readouterr()
    assert lines(captured.out) == [COLUMNS]
    assert captured.err == "tuimon: no scalar points were found that match\n"


def test_names_reach_a_terminal_as_text(tmp_path: Path) -> None:
    write(tmp_path, [version(), scalar("\x1b]52;c;AAAA\x07", 1, 1.0)])
    primary, secondary = os.openpty()
    try:
        command = [sys.executable, "-m", "tuimon", "export", str(tmp_path)]
        subprocess.run(command, stdout=secondary, check=True)
        output = os.read(primary, 4096)
    finally:
        os.close(primary)
        os.close(secondary)
    assert b"AAAA" in output
    assert b"\x1b" not in output
    assert b"\x07" not in output


def test_an_ended_pipe_is_no_error(logdir: Path) -> None:
    many = [scalar("loss", step, 1.0) for step in range(20_000)]
    write(logdir / "many", [version(), *many])
    export = f"{sys.executable} -m tuimon export {logdir} --run many"
    command = f"{export} | head -n 1; echo ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert result.stdout == ",".join(COLUMNS) + "\n141\n"
    assert result.stderr == ""


def test_a_full_disk_behind_standard_output_is_told(logdir: Path) -> None:
    command = [sys.executable, "-m", "tuimon", "export", str(logdir)]
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (result.returncode, result.stderr) == (
        2,
        "tuimon: standard output: No space left on device\n",
    )


def test_a_closed_directory_is_told(
    place_for_all: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("closed", "open"):
        write(place_for_all / name, [scalar("x", 1, 2.0, 5.0)])
    (place_for_all / "closed").chmod(0)
    told = f"tuimon: {place_for_all}/closed: Permission denied: left out\n"
    with without_privileges():
        assert main(["export", str(place_for_all)]) == 1
        out, err = capsys.readouterr()
        assert lines(out)[1:] == [["open", "x", "1", "5.0", "2.0"]]
        assert err == told
        assert main(["export", str(place_for_all / "closed")]) == 2
        none = f"tuimon: {place_for_all}/closed: no event files that could be read\n"
        assert capsys.readouterr() == ("", told + none)
    (place_for_all / "closed").chmod(0o755)
