"""The readers of tables and of JSON lines beside the standard library's, on whatever comes."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.other_logs import read_on
from tuimon.events.tails import Tail
from tuimon.sources.csv_log import CsvLog
from tuimon.sources.json_lines import JsonLines

NAMES = ["train_loss", "val_loss", "lr", 'a "quoted", name', "Größe"]
numbers = st.one_of(
    st.floats(width=64).map(repr),
    st.integers(-(10**30), 10**30).map(str),
    st.sampled_from(["", " ", "nan", "NaN", "inf", "-Infinity", "1e400", "5e-324", "+.5", "007"]),
)
Points = dict[str, list[tuple[int, str]]]


@st.composite
def tables(draw: st.DrawFn) -> list[list[list[str]]]:
    """Tables below each other, each with a header of its own."""
    found = []
    for _ in range(draw(st.integers(1, 3))):
        names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
        width = len(names)
        rows = draw(st.lists(st.lists(numbers, min_size=width, max_size=width), max_size=6))
        steps = draw(st.lists(st.integers(0, 9), min_size=len(rows), max_size=len(rows)))
        body = [[str(step), *row] for step, row in zip(steps, rows, strict=True)]
        found.append([["step", *names], *body])
    return found


def plain(value: float) -> str:
    """Equal for equal numbers, NaN included."""
    return repr(float(value))


def points(tail: Tail, max_bytes: int) -> Points:
    found: Points = {}
    for batch in read_on(tail, max_bytes):
        for tag, columns in batch.scalars.items():
            pairs = zip(columns.steps.tolist(), map(plain, columns.values), strict=True)
            found.setdefault(tag, []).extend(pairs)
    return found


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs") / "log"


@settings(max_examples=150, deadline=None)
@given(tables(), st.sampled_from(["\n", "\r\n"]), st.booleans(), st.data())
def test_tables_are_what_the_csv_module_reads(
    log: Path, written: list[list[list[str]]], end: str, quoted: bool, data: st.DataObject
) -> None:
    text = io.StringIO()
    style = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(text, lineterminator=end, quoting=style)
    expected: Points = {}
    for header, *rows in written:
        writer.writerow(header)
        writer.writerows(rows)
    names: list[str] = []
    for row in csv.reader(io.StringIO(text.getvalue(), newline="")):
        if row[0] == "step":
            names = row[1:]
            continue
        for name, cell in zip(names, row[1:], strict=True):
            if cell.strip():
                expected.setdefault(name, []).append((int(row[0]), plain(float(cell))))
    whole = text.getvalue().encode()
    cut = data.draw(st.integers(0, len(whole)))
    log.write_bytes(whole[:cut])
    tail = CsvLog(log)
    most = data.draw(st.sampled_from([16, 64, 1 << 20]))
    found = points(tail, most)
    with log.open("ab") as file:
        file.write(whole[cut:])
    for tag, more in points(tail, most).items():
        found.setdefault(tag, []).extend(more)
    assert found == expected
    assert not tail.damaged_records


values: st.SearchStrategy[Any] = st.one_of(
    st.floats(), st.integers(-(10**20), 10**20), st.booleans(), st.none(), st.just("text")
)
keys = st.sampled_from(["loss", "acc", "tokens", "ünï"])
rows_of_json = st.fixed_dictionaries(
    {"step": st.integers(0, 9)},
    optional={
        "loss": values,
        "acc": values,
        "val": st.dictionaries(keys, st.one_of(values, st.dictionaries(keys, values, max_size=2))),
    },
)
broken = st.sampled_from(["{", '{"step": 1, "loss": ', "[1, 2]", "text", '"step"', "}{"])


def spread(row: dict[str, Any], prefix: str = "") -> dict[str, float]:
    found: dict[str, float] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            found |= spread(value, f"{prefix}{name}/")
        elif type(value) in (int, float):
            found[f"{prefix}{name}"] = float(value)
    return found


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(rows_of_json.map(json.dumps), broken), max_size=8), st.data())
def test_json_lines_are_what_the_json_module_reads(
    log: Path, lines: list[str], data: st.DataObject
) -> None:
    expected: Points = {}
    damaged = 0
    for line in lines:
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            damaged += 1
            continue
        for tag, value in spread(row).items():
            if tag != "step":
                expected.setdefault(tag, []).append((row["step"], plain(value)))
    whole = "".join(f"{line}\n" for line in lines).encode()
    cut = data.draw(st.integers(0, len(whole)))
    log.write_bytes(whole[:cut])
    tail = JsonLines(log)
    found = points(tail, 1 << 20)
    with log.open("ab") as file:
        file.write(whole[cut:])
    for tag, more in points(tail, 1 << 20).items():
        found.setdefault(tag, []).extend(more)
    assert found == expected
    assert tail.damaged_records == damaged
