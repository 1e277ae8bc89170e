"""`tuimon report`: what the file holds, and that nothing of it is markup of somebody else's."""

import json
import math
import time
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from support.event_files import scalar, version, write
from support.stored_runs import made
from tuimon.cli.main import main
from tuimon.runs.alerts import Alert, AlertLevel, AlertLog
from tuimon.runs.annotation import Annotation, write_annotation
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import RunState

HOSTILE = "<script>alert(1)</script>`|\\|\n@everyone [x](http://e.x) ![](http://e.x) &amp; **b**"
SECRET = "hunter2-very-secret"


class Page(HTMLParser):
    """The texts of a page, and what it is made of; every element is closed in its order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.tables: list[list[list[str]]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in ("meta",):
            self._open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self._open and self._open[-1] in ("td", "th"):
            self.tables[-1][-1][-1] += data

    @property
    def text(self) -> str:
        return "\n".join(self.texts)


def launched(
    tmp_path: Path, tags: dict[str, list[float]], name: str = "train", **changes: object
) -> RunPaths:
    """A run that has logged these values at the steps 0, 10, 20, …"""
    logdir = tmp_path / f"logs-{time.monotonic_ns()}"
    points = [
        scalar(tag, 10 * place, value, 1.7e9 + place)
        for tag, values in tags.items()
        for place, value in enumerate(values)
    ]
    write(logdir, [version(), *points])
    return made(name, logdir=str(logdir), cwd=str(tmp_path), **changes)


@pytest.fixture
def report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def written(*arguments: str, name: str = "report.html") -> str:
        path = tmp_path / name
        assert main(["report", *arguments, "-o", str(path)]) == 0, capsys.readouterr().err
        assert capsys.readouterr().out == f"{path}\n"
        return path.read_text()

    return written


LOSSES = {"val/loss": [3.0, 1.5, 2.0], "train/loss": [2.5, 1.25, 0.125], "lr": [0.5, 0.5, 0.25]}


def test_values_are_those_of_the_store_and_the_file_stands_alone(
    tmp_path: Path, report: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    paths = launched(tmp_path, LOSSES)
    page = Page(report())
    (values,) = [table for table in page.tables if table[0][0] == "metric"]
    assert values[0] == ["metric", "best", "last", "min", "max", "points"]
    found = {row[0]: row[1:] for row in values[1:]}
    assert main(["show", "--json", paths.id]) == 0
    (known,) = json.loads(capsys.readouterr().out)["runs"].values()
    assert found.keys() == known.keys()
    assert found["val/loss"] == ["1.5 @ 10", "2 @ 20", "1.5", "3", "3"]
    for tag, row in found.items():
        assert [float(cell) for cell in row[2:]] == [
            known[tag][key] for key in ("min", "max", "count")
        ]
    assert page.tags >= {"svg", "thead"}  # whose heads stand on each page of paper
    assert not page.tags & {"script", "link", "img", "iframe", "object"}
    outside = [value for key, value in page.attributes if key in ("href", "src")]
    assert not outside
    assert f"cd {tmp_path} && tuimon run train.py" in page.text


def test_how_it_ended_alerts_notes_resources_and_the_run_before(
    tmp_path: Path, report: Callable[..., str]
) -> None:
    launched(tmp_path, {"val/loss": [1.0]}, ended=500.0, argv=("train.py", "--lr", "0.5"))
    made("other", ended=300.0, argv=("other.py",), cwd=str(tmp_path))
    paths = launched(
        tmp_path,
        LOSSES,
        argv=("train.py", "--lr", "0.1"),
        state=RunState.FAILED,
        exit_code=1,
        cause="exit code 1: ValueError: bad batch",
    )
    warned = Alert(
        key="k", level=AlertLevel.WARN, title="loss grows", text="a lot", wall_time=1.7e9, step=3
    )
    AlertLog(paths.alerts).add(warned)
    write_annotation(paths.annotation, Annotation(note="baseline of march"))
    gpu = "GPU 0 H200"
    system = [
        scalar(f"{gpu}/{tag}", second, value, 1.7e9 + second)
        for tag, value in {
            "utilization [%]": 50.0, "training memory [GB]": 12.0, "power [W]": 360.0,
        }.items()
        for second in range(0, 10_001, 50)
    ]  # fmt: skip
    idle = scalar("GPU 1 H200/utilization [%]", 0, 1.0, 1.7e9)
    write(paths.system, [version(), *system, idle])
    page = Page(report(paths.id))
    text = page.text
    assert "failed · exit code 1: ValueError: bad batch" in text
    assert "baseline of march" in text
    (alerts,) = [table for table in page.tables if table[0][0] == "when"]
    assert [row[1:] for row in alerts[1:]] == [["loss grows: a lot"]]
    assert {"1 kWh", "at most 12 GB", "50% of the time"} <= set(text.splitlines())
    assert "GPU 1" not in text, "the training did not use it"
    (differences,) = [table for table in page.tables if table[0][-1] == "this run"]
    told = {row[0]: row[1:] for row in differences[1:]}
    assert told["lr"] == ["0.5", "0.1"]
    assert told["best val/loss"] == ["1 @ 0", "1.5 @ 10"]
    assert told["state"] == ["finished", "failed"]
    assert "seed" not in told


def hostile(tmp_path: Path) -> RunPaths:
    paths = launched(
        tmp_path,
        {HOSTILE: [1.0, 2.0], "b|c": [1.0]},
        name=HOSTILE,
        argv=("train.py", f"--name={HOSTILE}", "--password", SECRET),
        state=RunState.FAILED,
        cause=f"exit code 1: Error: password={SECRET}",
    )
    alert = Alert(
        key="k", level=AlertLevel.WARN, title=HOSTILE, text=f"with {SECRET}", wall_time=1.0
    )
    AlertLog(paths.alerts).add(alert)
    return paths


def test_names_from_outside_are_text_and_secrets_are_hidden(
    tmp_path: Path, report: Callable[..., str]
) -> None:
    paths = hostile(tmp_path)
    html = report(paths.id)
    page = Page(html)
    assert "script" not in page.tags
    assert "<script>alert(1)</script>" in page.text
    markdown = report(paths.id, name="report.md")
    assert SECRET not in html + markdown
    charts = sorted((tmp_path / "report-charts").glob("*.svg"))
    for chart in charts:
        assert SECRET not in chart.read_text()
        ElementTree.fromstring(chart.read_text())
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    kinds = [part for token in tokens for part in (token, *(token.children or ()))]
    markup = {"html_block", "link_open", "em_open", "strong_open"}
    assert not markup & {kind.type for kind in kinds}
    html_parts = {kind.content for kind in kinds if kind.type == "html_inline"}
    assert html_parts == {"<code>", "</code>"}
    pictures = [str(kind.attrs["src"]) for kind in kinds if kind.type == "image"]
    assert pictures == [f"report-charts/{chart.name}" for chart in charts]
    assert {len(row) for row in rows_of(tokens)} <= {2, 3, 6}
    tags = {row[0] for row in rows_of(tokens) if len(row) == 6}
    assert {"<code>b&#124;c</code>", "metric"} < tags


def rows_of(tokens: Sequence[Token]) -> list[list[str]]:
    """The cells of all tables, row by row."""
    rows: list[list[str]] = []
    for before, token in pairwise(tokens):
        if before.type == "tr_open":
            rows.append([])
        if token.type == "inline" and before.type in ("td_open", "th_open"):
            rows[-1].append(token.content)
    return rows


def test_two_runs_are_compared(tmp_path: Path, report: Callable[..., str]) -> None:
    first = launched(tmp_path, {"val/loss": [3.0, 1.0]}, argv=("train.py", "--lr", "0.5"))
    second = launched(tmp_path, {"val/loss": [3.0, 2.0]}, argv=("train.py", "--lr", "0.1"))
    page = Page(report("--compare", first.id, second.id))
    assert "train lr=0.5 and train lr=0.1" in page.text
    (differences,) = [
        table for table in page.tables if table[0] == ["", "train lr=0.5", "train lr=0.1"]
    ]
    assert ["best val/loss", "1 @ 10", "2 @ 10"] in differences
    (values,) = [table for table in page.tables if table[0][0] == "metric"]
    assert {(row[1], row[2]) for row in values[1:]} == {
        ("train lr=0.5", "1 @ 10"),
        ("train lr=0.1", "2 @ 10"),
    }


def test_a_file_stays_small_however_much_was_logged(
    tmp_path: Path, report: Callable[..., str]
) -> None:
    random = np.random.default_rng(0)
    noisy = {f"layer{number}/norm": random.normal(size=1500).tolist() for number in range(40)}
    launched(tmp_path, noisy | {"loss": [math.nan] * 50})
    html = report()
    assert len(html.encode()) <= 100_000
    assert html.count("<svg") >= 4
    assert "more: tuimon show --svg FILE draws all" in html


def test_a_run_without_curves_has_a_report(report: Callable[..., str]) -> None:
    made("quick")
    page = Page(report())
    assert "svg" not in page.tags
    assert "finished" in page.text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "x.pdf"], "a report is .html or .md"),
        (["--compare"], "--compare takes two RUNs"),
        (["a", "b"], "--compare A B compares two"),
        (["-o", "/nowhere/x.html"], "/nowhere/x.html: No such file or directory"),
    ],
)
def test_refusals(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    made("quick")
    assert main(["report", *arguments]) != 0
    assert said in capsys.readouterr().err
