"""Hyperparameters as torch, tensorboardX and Keras-style writers leave them."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.context import RequestContext
from tensorboard.plugins.base_plugin import TBContext
from tensorboard.plugins.hparams import api_pb2, backend_context, list_session_groups
from tensorboard.plugins.hparams import summary_v2 as hp
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from textual.color import Color
from textual.theme import Theme
from torch.utils.tensorboard import SummaryWriter
from torch.utils.tensorboard.summary import hparams

from support.summary_files import WRITERS
from tuimon.charts import roles
from tuimon.charts.model import Row
from tuimon.cli.main import main
from tuimon.runs.sources import LogSource
from tuimon.store.loading import load
from tuimon.summaries.reader import SummaryReader
from tuimon.tui.themes.styles import RoleStyles
from tuimon.tui.themes.theme_file import CONTRAST, DARK, LIGHT
from tuimon.views.base import ViewOptions
from tuimon.views.hparams.hparams_view import HParamsView
from tuimon.views.hparams.importance import importances, spearman
from tuimon.views.hparams.sessions import read_table
from tuimon.views.kinds import draw, items, still
from tuimon.views.subject import ItemContext

LOOK = ViewOptions(None, 80, 24, inside=True)
TRIALS = [
    {"lr": lr, "layers": layers, "optimizer": optimizer, "amp": True, "seed": 7}
    for lr in (1e-4, 1e-3, 1e-2)
    for layers, optimizer in ((2, "adam"), (4, "sgd"))
]


def accuracy(trial: dict[str, object]) -> float:
    assert isinstance(trial["lr"], float)
    assert isinstance(trial["layers"], int)
    return 0.5 + 0.1 * math.log10(trial["lr"] * 1e4) + 0.01 * trial["layers"]


def log_trials(logdir: Path, writer: str) -> None:
    for number, trial in enumerate(TRIALS):
        with WRITERS[writer](str(logdir / f"trial_{number}")) as log:
            log.add_scalar("steps", 1.0, 0)
            metrics = {"hparam/accuracy": accuracy(trial), "hparam/loss": 1 - accuracy(trial)}
            if writer == "torch":
                log.add_hparams(trial, metrics, run_name=".")
            else:
                log.add_hparams(trial, metrics, name="sub")


def opened(logdir: Path) -> tuple[HParamsView, ItemContext]:
    store = load([LogSource(path=str(logdir), recursive=True)]).store
    (item,) = (item for item in items(store) if item.kind == "hparams")
    return HParamsView(), ItemContext(item, store, SummaryReader())


def shown(view: HParamsView, subject: ItemContext, look: ViewOptions = LOOK) -> str:
    rows = draw(view, subject, look).rows
    return "\n".join("".join(span.text for span in row).rstrip() for row in rows)


@pytest.fixture
def trials(tmp_path: Path) -> tuple[HParamsView, ItemContext]:
    log_trials(tmp_path, "torch")
    return opened(tmp_path)


@pytest.mark.parametrize("writer", WRITERS)
def test_the_table_is_the_one_of_tensorboards_plugin(tmp_path: Path, writer: str):
    log_trials(tmp_path, writer)
    multiplexer = EventMultiplexer().AddRunsFromDirectory(str(tmp_path))
    multiplexer.Reload()
    provider = MultiplexerDataProvider(multiplexer, str(tmp_path))
    context = backend_context.Context(TBContext(data_provider=provider))
    request = api_pb2.ListSessionGroupsRequest(start_index=0, slice_size=100)
    request.allowed_statuses.extend([0, 1, 2, 3])
    request.aggregation_type = api_pb2.AGGREGATION_AVG
    for tag in ("hparam/accuracy", "hparam/loss"):
        request.col_params.add().metric.tag = tag
    groups = (
        list_session_groups.Handler(RequestContext(), context, "", request).run().session_groups
    )
    theirs = {
        session.name: {
            **{
                name: value.number_value
                if value.WhichOneof("kind") == "number_value"
                else (
                    value.bool_value
                    if value.WhichOneof("kind") == "bool_value"
                    else value.string_value
                )
                for name, value in group.hparams.items()
            },
            **{metric.name.tag: metric.value for metric in session.metric_values},
        }
        for group in groups
        for session in group.sessions
    }
    _, subject = opened(tmp_path)
    table = read_table(subject.store, subject.reader)
    names = [column.name for column in table.columns]
    ours = {
        session.run: dict(zip(names, session.values, strict=True)) for session in table.sessions
    }
    assert ours == theirs
    assert len(ours) == len(TRIALS)
    assert {session.status for session in table.sessions} == {"success"}


def test_what_is_the_same_for_all_stands_above(trials):
    seen = shown(*trials).splitlines()
    assert seen[0].startswith("table  6 runs  coloured by hparam/accuracy")
    assert seen[1] == "same for all: amp 1  seed 7"
    assert seen[2].split() == ["lr", "layers", "optimizer", "accuracy", "loss"]
    assert seen[3].split() == ["✓", "trial_5", "0.01", "4", "sgd", "■", "0.74", "0.26"]
    assert seen[8].split()[1] == "trial_0"


def test_sort_and_reverse(trials):
    view, subject = trials
    shown(view, subject)
    for _ in range(3):
        view.press("hparams-left")
    view.press("hparams-sort")
    seen = shown(view, subject)
    assert "by lr ↑" in seen
    assert seen.splitlines()[3].split()[2] == "1e-4"
    view.press("hparams-sort")
    assert shown(view, subject).splitlines()[3].split()[2] == "0.01"
    for _ in range(5):
        view.press("hparams-right")
    view.press("hparams-sort")
    assert "by hparam/loss ↑" in shown(view, subject)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("lr>0.0001", 4),
        ("lr>=1e-3 layers=4", 2),
        ("optimizer=adam", 3),
        ("optimizer!=adam", 3),
        ("sgd trial_1", 1),
        ("opt=sgd accuracy<0.6", 1),
        ("lr<x", 0),
        ("nothing=1", 0),
        ("lr<0.001 or trial_5", 3),
        ("not opt=sgd", 3),
        ("-sgd (trial_0 | trial_1 | trial_2)", 2),
        ("run:/_[13]$/", 2),
        ("trial_*", 6),
        ("", 6),
    ],
)
def test_filter(trials, text: str, count: int):
    view, subject = trials
    view.press("hparams-filter", text)
    seen = shown(view, subject)
    assert (f"{count} of 6 runs" if text else "6 runs") in seen
    assert "\n".join(seen.splitlines()[2:]).count("trial_") == count
    assert ("No run matches" in seen) == (not count)


def test_what_is_no_filter_is_told_and_the_one_before_stays(trials):
    view, subject = trials
    view.press("hparams-filter", "opt=adam")
    view.press("hparams-filter", "opt=adam (")
    seen = shown(view, subject)
    assert "3 of 6 runs" in seen
    assert "/opt=adam (" not in seen
    assert view.fault("hparams-filter", "opt=adam (") == "something is missing at the end"
    assert view.fault("hparams-filter", "opt=adam (trial_0)") == ""


def test_colours_follow_the_chosen_column(trials):
    view, subject = trials

    def inks() -> dict[str, str]:
        rows = draw(view, subject, LOOK._replace(inside=False)).rows[3:]
        return {
            "".join(span.text for span in row).split()[1]: span.role
            for row in rows
            for span in row
            if "■" in span.text
        }

    assert inks()["trial_5"] == roles.heat(15, 0)
    assert inks()["trial_0"] == roles.heat(8, 0)
    for _ in range(3):
        view.press("hparams-left")
    view.press("hparams-colour")
    assert "coloured by lr" in shown(view, subject)
    assert (
        inks()["trial_2"] == inks()["trial_3"] == roles.heat(12, 0)
    )  # the middle of its logarithms


def test_parallel_axes_and_scatter(trials):
    view, subject = trials
    view.press("hparams-mode")
    seen = shown(view, subject)
    assert seen.splitlines()[2].split() == ["lr", "layers", "optimizer", "accuracy", "loss"]
    assert seen.splitlines()[3].split() == ["0.01", "4", "sgd", "0.74", "0.48"]
    assert seen.splitlines()[-2].split() == ["1e-4", "2", "adam", "0.52", "0.26"]
    assert any("\u2800" < char <= "\u28ff" for char in seen)
    assert "◆ trial_5" in seen.splitlines()[-1]
    view.press("hparams-mode")
    for _ in range(3):
        view.press("hparams-left")
    seen = shown(view, subject)
    assert "lr  log →" in seen.splitlines()[2]
    assert seen.count("●") + seen.count("◆") == 6 + 1
    assert shown(view, subject, LOOK._replace(ascii_only=True)).count("●") == 5


def test_importance_is_spearmans(trials):
    view, subject = trials
    table = read_table(subject.store, subject.reader)
    found = {table.columns[one.column].name: one for one in importances(table, 5)}
    assert table.columns[5].name == "hparam/accuracy"
    values = [accuracy(trial) for trial in TRIALS]
    for name in ("lr", "layers"):
        expected = stats.spearmanr([trial[name] for trial in TRIALS], values).statistic
        assert found[name].correlation == pytest.approx(expected)
    assert not found["optimizer"].ranked
    assert found["optimizer"].correlation == pytest.approx(abs(found["layers"].correlation))
    for _ in range(3):
        view.press("hparams-mode")
    seen = shown(view, subject)
    assert "Spearman's ρ" in seen
    assert "η: correlation ratio" in seen


@pytest.mark.parametrize("seed", range(5))
def test_ranks_share_ties(seed: int):
    random = np.random.default_rng(seed)
    x, y = random.integers(0, 6, 40).astype(float), random.integers(0, 9, 40).astype(float)
    assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic)
    assert math.isnan(spearman(x, np.ones(40)))
    assert math.isnan(spearman(x[:2], y[:2]))


def test_a_run_that_goes_on_and_one_without_metrics(tmp_path: Path):
    log_trials(tmp_path, "torch")
    writer = EventFileWriter(str(tmp_path / "keras"))
    summary = hp.hparams_pb({"lr": 0.5, "units": 16, "nested \x1b[31m": "a\nb"})
    writer.add_event(Event(wall_time=1.7e9, summary=summary))
    writer.close()
    view, subject = opened(tmp_path)
    seen = shown(view, subject, LOOK._replace(width=120))
    row = next(line for line in seen.splitlines() if "keras" in line)
    assert row.split()[0] == "keras"  # no status yet
    assert "a b" in row
    assert "\x1b" not in seen
    assert shown(view, subject).splitlines()[-1].endswith(row.split()[-1]) or "7 runs" in seen


def test_metrics_of_runs_below(tmp_path: Path):
    writer = EventFileWriter(str(tmp_path))
    experiment = hp.hparams_config_pb(
        hparams=[hp.HParam("units", hp.Discrete([1, 2]))],
        metrics=[hp.Metric("epoch_accuracy", group="validation", display_name="accuracy (val.)")],
    )
    writer.add_event(Event(wall_time=1.7e9, summary=experiment))
    writer.close()
    for units in (1, 2):
        writer = EventFileWriter(str(tmp_path / f"s{units}"))
        writer.add_event(Event(wall_time=1.7e9, summary=hp.hparams_pb({"units": units})))
        writer.close()
        with WRITERS["torch"](str(tmp_path / f"s{units}" / "validation")) as log:
            log.add_scalar("epoch_accuracy", units / 10, 3)
    view, subject = opened(tmp_path)
    seen = shown(view, subject).splitlines()
    assert seen[2].split() == ["units", "accuracy", "(val.)"]
    assert [line.split() for line in seen[3:]] == [["s2", "2", "■", "0.2"], ["s1", "1", "■", "0.1"]]


def test_any_size_any_mode(trials, fits):
    view, subject = trials

    def rows(cells: int, height: int) -> list[Row]:
        view.press("hparams-mode")
        view.press("hparams-right")
        view.point(3, 5)
        view.wheel(1)
        return list(draw(view, subject, ViewOptions(None, cells, height, inside=True)).rows)

    for _ in range(4):
        fits(rows)
        view.press("hparams-mode")


def test_on_paper(trials):
    view, subject = trials
    rows = still(view, subject, LOOK._replace(height=5))
    text = "\n".join("".join(span.text for span in row) for row in rows)
    assert text.count("trial_") == 6
    assert "Spearman" in text


@pytest.mark.parametrize("theme", [DARK, LIGHT, CONTRAST], ids=lambda theme: theme.name)
def test_colours_of_values_can_be_told_from_the_background(trials, theme: Theme):
    colours = theme.to_color_system().generate()
    ground = Color.parse(colours["background"])
    styles = RoleStyles(colours, ground, ansi=False)
    marks = {
        span.role
        for row in draw(*trials, LOOK).rows
        for span in row
        if isinstance(span.role, roles.HeatRole)
    }
    assert len(marks) == 5  # the chosen run is under the cursor
    for role in marks:
        ink = styles[role].color
        assert ink is not None
        assert ink.triplet is not None
        assert contrast(Color(*ink.triplet), ground) > 3


def contrast(a: Color, b: Color) -> float:
    """The contrast ratio of WCAG 2.1."""

    def luminance(colour: Color) -> float:
        channels = np.array(colour.normalized)
        linear = np.where(
            channels <= 0.03928, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
        )
        return float(linear @ [0.2126, 0.7152, 0.0722])

    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_a_run_that_tells_several_times_has_all_of_it(tmp_path: Path):
    with SummaryWriter(str(tmp_path)) as log:
        log.add_hparams({"lr": 0.1, "n": 3}, {"loss": 0.5}, run_name="run")
        log.add_hparams({"lr": 0.2, "b": True}, {"other": 0.25}, run_name="run")
    _, subject = opened(tmp_path)
    table = read_table(subject.store, subject.reader)
    names = [column.name for column in table.columns]
    (session,) = table.sessions
    assert dict(zip(names, session.values, strict=True)) == {
        "lr": 0.2,
        "n": 3.0,
        "b": True,
        "loss": 0.5,
        "other": 0.25,
    }


def test_the_only_run_is_called_no_dot(tmp_path: Path):
    with SummaryWriter(str(tmp_path)) as log:
        log.add_hparams({"lr": 0.1}, {"loss": 0.5}, run_name=".")
    view, subject = opened(tmp_path)
    (session,) = read_table(subject.store, subject.reader).sessions
    assert (session.run, session.name) == (".", "this run")
    assert "1 run " in shown(view, subject)


def test_trials_are_called_by_what_differs(tmp_path: Path):
    with SummaryWriter(str(tmp_path / "sweep")) as log:
        for at, (lr, n) in enumerate(((0.1, 3), (0.2, 3), (0.2, 3))):
            name = f"1700000000.{at}"
            log.add_hparams({"lr": lr, "n": n}, {"loss": lr}, run_name=name)
    view, subject = opened(tmp_path)
    table = read_table(subject.store, subject.reader)
    assert [one.name for one in table.sessions] == [
        "sweep lr=0.1",
        "sweep lr=0.2",
        "sweep lr=0.2 #2",
    ]
    assert "sweep lr=0.2 #2" in shown(view, subject)
    assert "1700000000" not in shown(view, subject)


def test_the_best_value_stands_beside_the_last(tmp_path: Path):
    for run, values in enumerate(((9.0, 2.0, 5.0), (7.0, 6.0, 3.0))):
        with SummaryWriter(str(tmp_path / f"run{run}")) as log:
            log.add_scalar("val_loss", 0.0, 0)  # Lightning, until there is a value
            for summary in hparams({"lr": run}, {"val_loss": 0.0}):
                log.file_writer.add_summary(summary)
            for step, value in enumerate(values, 1):
                log.add_scalar("val_loss", value, step)
    _, subject = opened(tmp_path)
    table = read_table(subject.store, subject.reader)
    assert [column.name for column in table.columns] == ["lr", "val_loss", "val_loss best"]
    assert [one.values for one in table.sessions] == [(0.0, 5.0, 2.0), (1.0, 3.0, 3.0)]


def test_the_table_is_exported(tmp_path: Path):
    log_trials(tmp_path / "logs", "torch")
    out = tmp_path / "out"
    assert main(["export", str(tmp_path / "logs"), "--kind", "hparams", "-o", str(out)]) == 0
    rows = list(csv.DictReader((out / "hparams.csv").open()))
    assert [row["run"] for row in rows] == [f"trial_{number}" for number in range(len(TRIALS))]
    for row, trial in zip(rows, TRIALS, strict=True):
        assert float(row["lr"]) == trial["lr"]
        assert row["optimizer"] == trial["optimizer"]
        assert float(row["hparam/accuracy"]) == pytest.approx(accuracy(trial), rel=1e-6)
