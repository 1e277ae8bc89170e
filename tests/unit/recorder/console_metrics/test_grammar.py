"""What lines tell beside their values: where they are, who printed them, what they are about."""

from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimon.recorder.console_metrics.feed import SegmentReader
from tuimon.recorder.console_metrics.parser import MetricParser
from tuimon.recorder.console_metrics.trainings import PrintedPoint

Curves = dict[str, list[tuple[int, float]]]


def points(text: str) -> list[PrintedPoint]:
    reader, parser = SegmentReader(), MetricParser()
    lines = [*reader.feed(text.encode()), *reader.finish()]
    return [point for line in lines for point in parser.feed(line)] + parser.finish()


def parts(text: str) -> dict[str, Curves]:
    """The curves of a console by the part of the run that they are of."""
    found: dict[str, Curves] = defaultdict(lambda: defaultdict(list))
    for point in points(text):
        found[point.part][point.tag].append((point.step, point.value))
    return {part: dict(curves) for part, curves in found.items()}


def curves(text: str) -> Curves:
    return parts(text).get("", {})


COUNTERS = (
    "iter 300",
    "Iteration: 300",
    "it 300",
    "[iter 300/9000]",
    "iteration=300",
    "iter 300 of 9000",
)
OTHERS = ("epoch 2", "Epoch [2/9]", "episode 7", "Episode: 7", "batch 3", "batch 3/40")


@pytest.mark.parametrize("counter", COUNTERS)
def test_two_counters_lose_nothing(counter: str) -> None:
    for other, between in product(OTHERS, (", ", " | ", " - ", "; ", " / ")):
        _check_two_counters(counter, other, between)


def _check_two_counters(counter: str, other: str, between: str) -> None:
    for first, second in ((counter, other), (other, counter)):
        line = between.join([first, second, "loss: 2.5", "acc: 0.25"])
        values = {point.tag: point.value for point in points(line + "\n")}
        assert values == {"loss": 2.5, "acc": 0.25}, line


STAMPS = (
    *("2026-11-24 10:00:00,123 - INFO -", "[2026-11-24T10:00:00Z]", "04/16 17:51:34 - mmengine -"),
    *("[04/16/2026 05:51:34 PM]", "Nov 24 10:00:00", "24-Nov-2026 10:00:00", "16.04.2026 10:00"),
    *("20261124 100000", "1795518000.123", "10:00:00", "[11/24 10:00:00 d2.utils.events]:"),
    *(
        "Tue Nov 24 10:00:00 2026",
        "I1124 10:00:00.123456 12345 train.py:88]",
        "[INFO]",
        "INFO:root:",
    ),
    *(
        "2026-11-24 10:00:00.123 | INFO     | __main__:<module>:42 -",
        "Nov 24 10:00:00 host python[7]:",
    ),
    *("[rank0]:", "[default0]:", "[1,0]<stdout>:", "0:", "[GPU0]", "trainer-1  |", "(main pid=7)"),
)


@pytest.mark.parametrize("stamp", STAMPS)
def test_what_stands_before_a_line_is_no_position(stamp: str) -> None:
    text = "".join(f"{stamp} step {step}: loss 0.5, lr 1e-4\n" for step in (100, 200))
    assert curves(text) == {"loss": [(100, 0.5), (200, 0.5)], "lr": [(100, 1e-4), (200, 1e-4)]}


@pytest.mark.parametrize(
    "line",
    [
        "04/16 loss: 0.5 acc: 0.5",  # April the 16th, or the fourth of sixteen
        "11/29 loss: 0.5 acc: 0.5",
    ],
)
def test_what_may_be_a_date_is_no_count(line: str) -> None:
    assert curves(f"{line}\n{line}\n")["loss"] == [(1, 0.5), (2, 0.5)]


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("step 1,000 | loss 0.5", 1000),
        ("step 1,200,000/2,000,000 | loss 0.5", 1_200_000),
        ("step 12.5k loss 0.5", 12_500),
        ("step 1.2M loss 0.5", 1_200_000),
        ("100: loss 0.5", 100),
        ("100 | loss 0.5", 100),
        ("[100] loss=0.5", 100),
        ("Epoch  1, 50/100; loss: 0.5", 50),
        ("Iter(train) [   50/80000]  loss: 0.5", 50),
        ("Epoch(train)  [2][50/500]  loss: 0.5", 550),
        ("3epoch:train:1-100batch: loss=0.5", 100),
        ("Train loss 100 0.5", 100),
        ("Step... (100 | loss: 0.5)", 100),
        ("Epoch1/3 loss 0.5", 1),
        ("E2 [25/50] | loss: 0.5", 75),
        ("Episode: 3, Step: 600, loss: 0.5", 600),
        ("  200/10000: episode: 1, loss: 0.5", 200),
    ],
)
def test_positions(line: str, step: int) -> None:
    (point,) = points(line + "\n")
    assert (point.step, point.value) == (step, 0.5)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0,532", 0.532),
        ("12,5", 12.5),
        ("1,234.5", 1234.5),
        ("1,048,576", 1048576.0),
        ("[0.5]", 0.5),
        ("tensor(0.5, device='cuda:0', grad_fn=<NllLossBackward0>)", 0.5),
        ("Array(0.5, dtype=float32)", 0.5),
        ("-inf", float("-inf")),
        (".5", 0.5),
        ("5e-01", 0.5),
    ],
)
def test_numbers(text: str, value: float) -> None:
    assert curves(f"Epoch 3 loss: {text}\n") == {"loss": [(3, value)]}


@pytest.mark.parametrize(
    "text", ["1,234", "0.5 -> 0.4", "1 2 3", "0.5/0.4", "1.2.3", "0.5-0.6", "5/10"]
)
def test_numbers_that_may_be_something_else(text: str) -> None:
    assert points(f"Epoch 3 loss: {text}\n") == []


def test_a_comma_is_what_it_was_before() -> None:
    german = "Epoch 1 loss: 0,532\nEpoch 2 loss: 1,234\n"
    assert curves(german) == {"loss": [(1, 0.532), (2, 1.234)]}
    english = "Epoch 1 loss: 0.532\nEpoch 2 loss: 1,234\n"
    assert curves(english) == {"loss": [(1, 0.532), (2, 1234.0)]}


@pytest.mark.parametrize(
    ("line", "tags"),
    [
        ("x | INFO | valid | epoch 001 | loss 5.5", {"val/loss"}),
        ("[CV] epoch 1 loss 5.5", {"val/loss"}),
        ("epoch 1 val loss: 0.5, acc: 0.8", {"val/loss", "val/acc"}),
        ("epoch 1 loss: 0.5, val loss: 0.6, acc: 0.8", {"loss", "val/loss", "acc"}),
        ("epoch 1 train loss: 0.5 val loss: 0.6 lr: 0.1", {"train/loss", "val/loss", "lr"}),
        ("epoch 1 mode=val loss: 0.5", {"val/loss"}),
        ("epoch 1 loss: 0.5 [val]", {"val/loss"}),
        ("Val. Epoch: 1 Loss: 0.5", {"val/Loss"}),
        ("[Epoch 1/3] [val] loss=0.5 acc=0.8", {"val/loss", "val/acc"}),
    ],
)
def test_the_part_of_the_data(line: str, tags: set[str]) -> None:
    assert set(curves(line + "\n")) == tags


@pytest.mark.parametrize(
    "line",
    [
        "Epoch 1 | loss 0.5 | patience 3/10 | best: 0.4 | max mem: 5000 | GPU 12.3/24.0 GB",
        "(trainer:756) INFO: Epoch 1 loss 0.5 total_count=50 progress 10.5%",
        "[20:11:12] INFO     Epoch 1 loss 0.5          train.py:17",
        "train.py:17 Epoch 1 loss 0.5 best=0.4 (epoch 9) 5.2k tokens",
    ],
)
def test_what_is_no_news_has_no_curve(line: str) -> None:
    assert curves(line + "\n") == {"loss": [(1, 0.5)]}


def test_evaluations_lie_where_they_happened_or_at_the_step_that_they_name() -> None:
    text = (
        "step 100 loss 0.5\nValidation: loss 0.6 acc 0.7\nstep 200 loss 0.4\n"
        "Step 250 | Validation loss: 0.55\nstep 300 loss 0.3\nTest: [10/40] loss 0.9 (0.8)\n"
        "Test: [40/40] loss 0.9 (0.7)\nstep 400 loss 0.2\n"
    )
    assert curves(text) == {
        "loss": [(100, 0.5), (200, 0.4), (300, 0.3), (400, 0.2)],
        "val/loss": [(100, 0.6), (250, 0.55)],
        "val/acc": [(100, 0.7)],
        "test/loss": [(300, 0.7)],
    }


def test_epochs_with_fractions_are_one_axis() -> None:
    text = ""
    for quarter in range(1, 9):
        text += f"{{'loss': {5 - quarter / 10:.1f}, 'epoch': {quarter / 4}}}\n"
        if quarter % 4 == 0:
            text += f"{{'eval_loss': 1.5, 'epoch': {quarter / 4}}}\n"
    found = curves(text)
    assert [step for step, _ in found["loss"]] == list(range(1, 9))
    assert found["eval_loss"] == [(4, 1.5), (8, 1.5)]
    assert set(found) == {"loss", "eval_loss"}


def test_folds_that_are_announced_and_what_is_about_all_of_them() -> None:
    text = ""
    for fold in (1, 2):
        text += f"===== Fold {fold}/2 =====\n"
        text += "".join(f"Epoch {epoch}/3 - loss: {fold}.{epoch}\n" for epoch in (1, 2, 3))
        text += f"Fold {fold} val_acc: {fold}.5\n"
    text += "======= CV =======\nScore: 0.75\n"
    assert parts(text) == {
        **{
            f"fold {fold}": {
                "loss": [(1, fold + 0.1), (2, fold + 0.2), (3, fold + 0.3)],
                "val_acc": [(3, fold + 0.5)],
            }
            for fold in (1, 2)
        },
        "": {"Score": [(1, 0.75)]},
    }


@pytest.mark.parametrize(
    "line",
    ["Epoch {0}/3 loss: 0.{0}5", "step {0} loss: 0.{0}5", '{{"epoch": {0}, "loss": 0.{0}5}}'],
)
def test_a_training_that_begins_anew_is_another_one(line: str) -> None:
    training = "".join(line.format(number) + "\n" for number in (1, 2, 3))
    curve = {"loss": [(1, 0.15), (2, 0.25), (3, 0.35)]}
    assert parts(3 * training) == {"": curve, "training 2": curve, "training 3": curve}


def test_a_training_that_is_resumed_goes_on() -> None:
    text = "".join(f"Epoch {epoch} loss: 0.{epoch}\n" for epoch in (1, 2, 3, 4, 3, 4, 5))
    assert [step for step, _ in parts(text)[""]["loss"]] == [1, 2, 3, 4, 3, 4, 5]


@pytest.mark.parametrize(
    "who", ["[rank{}]: ", "{}: ", "[default{}]:", "[1,{}]<stdout>:", "[GPU{}] ", "rank {} | "]
)
def test_ranks_are_parts_and_the_first_is_the_run(who: str) -> None:
    text = "".join(
        f"{who.format(rank)}epoch {epoch} loss {rank}.{epoch}\n"
        for epoch in (1, 2, 3)
        for rank in (1, 0, 2)
    )
    expected = {"": 0, "rank 1": 1, "rank 2": 2}
    assert parts(text) == {
        part: {"loss": [(epoch, rank + epoch / 10) for epoch in (1, 2, 3)]}
        for part, rank in expected.items()
    }


def test_lines_below_a_heading_lie_where_it_says() -> None:
    text = ""
    for step in (100, 200):
        text += f"Iteration {step}/1000\n    loss: 0.5\n    grad_norm: 1.5\n"
        text += "***** Validation results *****\nacc: 0.8\n"
    assert curves(text) == {
        "loss": [(100, 0.5), (200, 0.5)],
        "grad_norm": [(100, 1.5), (200, 1.5)],
        "val/acc": [(100, 0.8), (200, 0.8)],
    }


def test_a_bar_of_rich_goes_on_below_itself() -> None:
    bar = "\x1b[1A\x1b[2KEpoch 0/4 ━━━━━ {0}/4 0:00:0{0} • 0:00:05 10.00it/s v_num: 3.000\n"
    text = "".join(
        bar.format(n) + " " * 60 + f"train_loss: 0.{n}\n{'':60}acc: 0.5\n" for n in (1, 2)
    )
    assert curves(text) == {"train_loss": [(1, 0.1), (2, 0.2)], "acc": [(1, 0.5), (2, 0.5)]}


def test_a_table_of_a_test_lies_at_the_end_of_the_training() -> None:
    text = (
        "step 100 loss 0.5\n"
        + """\
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
┃        Test metric        ┃       DataLoader 0        ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━┩
│         test_acc          │    0.9312000274658203     │
└───────────────────────────┴───────────────────────────┘
"""
    )
    assert curves(text)["test_acc"] == [(100, 0.9312000274658203)]


def test_dictionaries_over_several_lines() -> None:
    text = "Epoch 3: {\n  'loss': 0.5,\n  'val/acc': 0.8\n}\n{'epoch': 4,\n 'loss': 0.4}\n"
    assert curves(text) == {"loss": [(3, 0.5), (4, 0.4)], "val/acc": [(3, 0.8)]}


numbers = st.one_of(
    st.integers(0, 99999).map(str),
    st.floats(0, 1000).map(lambda value: f"{value:.3f}"),
    st.sampled_from(["nan", "1,024", "0,5", "10k", "5/10", "50%", "12:30:05", "2026-01-02"]),
)
formats = st.sampled_from(
    [
        "Epoch {} step {} loss {} acc {}",
        "[{}/{}] Acc@1 {} Acc@5 {}",
        "{}: loss {} (avg {}) lr {}",
        "{} {} INFO Epoch [{}] loss={}",
        "Test: [{}/{}] top1 {} top{} 0.5",
        "iter {} | val loss {} | {} tok/s | mem {}",
    ]
)


@given(st.lists(st.tuples(formats, numbers, numbers, numbers, numbers), max_size=12))
def test_what_is_kept_of_forms_changes_nothing(lines: list[tuple[str, ...]]) -> None:
    """A line is read as if none of its form had been read before."""
    known = MetricParser()
    for template, *values in lines:
        known._main.form(template.format(*values))
    for template, *values in lines:
        line = template.format(*values)
        assert known._main.form(line) == MetricParser()._main.form(line)
