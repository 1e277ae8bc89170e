"""Lines that tell where they are in a way that nobody has heard of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.console_formats import read_console

LOSSES = (0.91, 0.74, 0.62, 0.58)


def points_of(*lines: str) -> list[tuple[str, int, float]]:
    text = "".join(f"{line}\n" for line in lines)
    return [(one.tag, one.step, one.value) for one in read_console(text.encode())]


def filled(pattern: str, counts: tuple[int, ...]) -> list[str]:
    return [pattern.format(c=count, v=loss) for count, loss in zip(counts, LOSSES, strict=False)]


@pytest.mark.parametrize(
    "pattern",
    [
        "Sweep #{c}  loss {v}",
        "cycle {c}: loss={v}",
        "{c:04d} loss {v}",
        "loss {v} @ {c}",
        "[chunk {c}] loss={v}",
        "({c}) loss {v}",
        "checkpoint-{c} loss = {v}",
        "第{c}轮 loss: {v}",
        "model_{c}.pt: loss {v}",
        "Ep{c}B16 loss={v}",
        "ep-{c:03d} | loss {v}",
        "after {c} samples the loss is {v}",
        "After {c} steps: loss {v}",
        "loss {v} at {c}",
        "The loss is {v} after visit {c}.",
        "batch size 64, tick {c}, loss {v}, took 12 ms",
        "mem 1024 t={c} loss {v}",
        "Processed {c} images. loss: {v}",
        "{{'tick': {c}, 'loss': {v}}}",
        '{{"cycle": {c}, "loss": {v}}}',
        "Sweep {c}: {{'loss': {v}}}",
        "=== Sweep {c} ===\nloss: {v}",
        "Cycle {c}:\n  loss: {v}",
        "Starting cycle {c}\nloss {v}",
    ],
)
def test_what_grows_is_the_step(pattern: str) -> None:
    counts = (100, 250, 300, 1200)
    expected = [("loss", count, loss) for count, loss in zip(counts, LOSSES, strict=True)]
    assert points_of(*filled(pattern, counts)) == expected


@pytest.mark.parametrize(
    "pattern",
    [
        "loss {v}",
        "loss {v} time {c} ms",
        "loss: {v} mem: {c}",
        "loss={v} elapsed={c}s ts=17{c:08d}",
    ],
)
def test_what_measures_something_is_no_step(pattern: str) -> None:
    expected = [("loss", place, loss) for place, loss in enumerate(LOSSES, 1)]
    assert points_of(*filled(pattern, (100, 250, 300, 1200))) == expected


@pytest.mark.parametrize("counts", [(64, 64, 64, 64), (64, 32, 64, 128), (3, 9, 4, 20)])
def test_what_does_not_grow_is_no_step(counts: tuple[int, ...]) -> None:
    expected = [("loss", place, loss) for place, loss in enumerate(LOSSES, 1)]
    assert points_of(*filled("queue={c} loss={v}", counts)) == expected


def test_of_two_that_grow_none_is_taken() -> None:
    lines = [f"game={c} moves={c * c} loss={v}" for c, v in zip((3, 4, 9), LOSSES, strict=False)]
    assert points_of(*lines) == []


def test_parts_that_are_told_apart_are_no_steps() -> None:
    lines = filled("layer={c} loss={v}", (1, 2, 3, 4))
    assert [step for _, step, _ in points_of(*lines)] == [1, 2, 3, 4]
    assert points_of(*filled("Class {c} loss {v}", (1, 2, 3, 4))) == []


def test_two_counters_that_nobody_knows_are_an_epoch_and_its_batches() -> None:
    counts = [(0, 10), (0, 20), (0, 30), (1, 10), (1, 20), (1, 30)]
    lines = [f"e{epoch:03d}-i{batch:04d} loss=0.5{batch}" for epoch, batch in counts]
    assert [step for _, step, _ in points_of(*lines)] == [10, 20, 30, 40, 50, 60]


def test_an_epoch_that_nobody_knows_goes_on_where_its_batches_begin_anew() -> None:
    counts = [(0, 0), (0, 100), (0, 200), (1, 0), (1, 100), (1, 200), (2, 0)]
    lines = [f"Visit {epoch}, Batch {batch}, Cost 0.5{batch}" for epoch, batch in counts]
    assert [step for _, step, _ in points_of(*lines)] == [0, 100, 200, 201, 301, 401, 402]


def test_two_lines_are_proof_only_where_nothing_is_odd() -> None:
    assert points_of("cycle 100: loss=0.9", "cycle 200: loss=0.8") == [
        ("loss", 100, 0.9),
        ("loss", 200, 0.8),
    ]
    assert points_of("Sweep #100 loss 0.9", "Sweep #200 loss 0.8") == []


def test_what_comes_between_keeps_its_turn() -> None:
    lines = ["t=100 loss=0.9", "val loss: 0.95", "t=200 loss=0.8", "t=300 loss=0.7"]
    assert points_of(*lines) == [
        ("loss", 100, 0.9),
        ("val/loss", 100, 0.95),
        ("loss", 200, 0.8),
        ("loss", 300, 0.7),
    ]


def test_what_is_held_back_is_bounded() -> None:
    lines = ["t=100 loss=0.9", *(f"val loss: 0.{place}" for place in range(10, 90))]
    assert len(points_of(*lines)) == 81


def test_an_epoch_and_a_count_that_nobody_knows() -> None:
    lines = [
        f"Epoch {lap}, shard {place}, loss 0.{lap}{place}" for lap in (1, 2) for place in (3, 6)
    ]
    assert points_of(*lines) == [
        ("loss", 3, 0.13),
        ("loss", 6, 0.16),
        ("loss", 9, 0.23),
        ("loss", 12, 0.26),
    ]


def test_a_number_beside_an_epoch_that_does_not_count() -> None:
    lines = [f"Epoch {lap}, patience 5, loss 0.{lap}" for lap in (1, 2, 3)]
    assert points_of(*lines) == [("loss", 1, 0.1), ("loss", 2, 0.2), ("loss", 3, 0.3)]


WORD = st.from_regex(r"[bcdfgjqvwxz]{3,7}", fullmatch=True)
COUNTS = st.lists(st.integers(1, 999), min_size=4, max_size=4).map(
    lambda strides: tuple(sum(strides[: place + 1]) for place in range(4))
)


@given(WORD, st.sampled_from([" ", "=", ": ", " = ", "-", "#", " #"]), COUNTS)
def test_any_word_may_count(word: str, joint: str, counts: tuple[int, ...]) -> None:
    lines = filled(f"{word}{joint}{{c}}, loss: {{v}}", counts)
    steps = [step for tag, step, _ in points_of(*lines) if tag == "loss"]
    assert steps in ([], list(counts))
