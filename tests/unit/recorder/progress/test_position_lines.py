"""Where a training is, by lines and bars as programs print them."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimon.recorder.console_metrics.feed import SegmentReader
from tuimon.recorder.progress.position_lines import PositionLines, Sighting


def told(*lines: str) -> list[tuple[str, float, float | None]]:
    reader = PositionLines()
    return [found[:3] for line in lines if (found := reader.read(line)) is not None]


CASES: list[tuple[list[str], list[tuple[str, float, float | None]]]] = [
    (
        [
            "Epoch [2/8], Step [50/600], Loss: 0.6336",
            "Validation accuracy: 0.9539",
            "Epoch [3/8], Step [300/600], Loss: 0.5",
        ],
        [("epochs", 1 + 50 / 600, 8), ("epochs", 2.5, 8)],
    ),
    (["epoch 14/80: loss 0.3"], [("epochs", 14, 80)]),
    (["Epoch 1/9", "Epoch 2/9"], [("epochs", 0, 9), ("epochs", 1, 9)]),
    (["Epoch 0/24", "Epoch 1/24"], [("epochs", 0, 25), ("epochs", 1, 25)]),
    (["Epoch 0/5  ━━━━━━━━━╸──────── 40/100 0:00:12 • 0:00:15 3.5it/s"], [("epochs", 0.4, 6)]),
    (["Epoch 0/10 loss 0.5"], [("epochs", 1, 10)]),
    (["Step 5000/20000 | loss 0.5"], [("steps", 5000, 20000)]),
    (["global_step: 500 loss: 0.5"], [("steps", 500, None)]),
    (["iter 30: loss 2.1, time 20ms"], [("steps", 30, None)]),
    (["[100/600] loss: 0.5"], [("bar", 100, 600)]),
    (
        ["Epoch 3/7", "100/469 [=====>....] - loss: 0.5 - ETA: 3s"],
        [("epochs", 2, 7), ("epochs", 2 + 100 / 469, 7)],
    ),
    (
        ["Epoch 3/7", "100/469 \u2501\u2501\u2501\u2500\u2500\u2500 3s 20ms/step - loss: 0.5"],
        [("epochs", 2, 7), ("epochs", 2 + 100 / 469, 7)],
    ),
    (
        [" 45%|████▌     | 45/100 [00:12<00:15,  3.5it/s, loss=0.5]"],
        [("bar", 45, 100)],
    ),
    (
        ["Epoch 3/10:  45%|████▌     | 45/100 [00:12<00:15,  3.5it/s]"],
        [("epochs", 2.45, 10)],
    ),
    (["Epoch 3:  45%|████▌     | 45/100 [00:12<00:15,  3.5it/s]"], [("epochs", 2.45, None)]),
    (
        [
            "Epoch 3:  45%|████▌     | 45/100 [00:12<00:15,  3.5it/s]",
            "Validation:  50%|█████     | 10/20 [00:01<00:01,  9.5it/s]",
            "Validation DataLoader 0:  50%|█████     | 10/20 [00:01<00:01,  9.5it/s]",
        ],
        [("epochs", 2.45, None)],
    ),
    (
        ["Epoch: 1/2 | Batch: 20/40 | Loss: 1.8:  25%|██▌       | 20/80 [00:03<00:10, 6.00it/s]"],
        [("epochs", 0.5, 2)],
    ),
    (["Epochs:  15%|█▌        | 3/20 [00:12<01:15,  4.5s/it]"], [("epochs", 3, 20)]),
    (["Steps:   3%|▎         | 30/1000 [00:12<05:15,  3.5it/s]"], [("steps", 30, 1000)]),
    (["{'loss': 0.5, 'learning_rate': 4e-05, 'epoch': 0.16}"], [("epochs", 0.16, None)]),
    (["{'loss': '0.5', 'epoch': '0.16'}"], [("epochs", 0.16, None)]),
    (['{"iter": 40, "max_iter": 700, "loss": 0.5}'], [("steps", 40, 700)]),
    (["INFO {'global_step': 40, 'loss': 0.5}"], [("steps", 40, None)]),
    (
        ["      3/100      2.2G  1.2   40   640:  45%|████▌     | 45/100 [00:12<00:15,  3.5it/s]"],
        [("epochs", 2.45, 100)],
    ),
    (
        ["2026/11/30 10:00:50 - mmengine - INFO - Iter(train) [   50/2400]  lr: 1e-03  loss: 0.5"],
        [("steps", 50, 2400)],
    ),
    (["[rank1]: Step 50/100 loss 0.5"], []),
    (["[rank0]: Step 50/100 loss 0.5"], [("steps", 50, 100)]),
    (["fold 1/5, epoch 3/10: loss 0.5"], []),
    (["downloading: 100%|██████████| 3.2M/3.2M [00:12<00:00, 3.5MB/s]"], []),
    (["DDIM sampling steps:  50%|█████     | 25/50 [00:12<00:12,  3.5it/s]"], []),
    (["Warmup epochs:  50%|█████     | 5/10 [00:12<00:12,  3.5it/s]"], []),
    (["Map:  50%|█████     | 50/100 [00:12<00:12,  3.5 examples/s]"], []),
    (["Loading checkpoint shards:  50%|█████     | 2/4 [00:12<00:12,  3.5it/s]"], []),
    (["Predicting:  50%|█████     | 50/100 [00:12<00:12,  3.5it/s]"], []),
    (["Steps:   3%|▎         | 30/1000 [00:12<05:1"], [("steps", 30, 1000)]),  # cut
    (
        ["    3/100   2.2G  1.2   40   640:  45%|████▌     | 45/100 [00:12<00:15,  3."],
        [("epochs", 2.45, 100)],
    ),
    (["Step 2/3: train"], []),
    (["===== Fold 1 =====", "Epoch 3/10 loss 0.5"], []),
    (["Training fold 2/5", "Epoch 3/10 loss 0.5"], []),
    (["Trial 3 of 20", "Step 30/100 loss 0.5"], []),
    (["Stage 1/1", "Epoch 3/10 loss 0.5"], [("epochs", 3, 10)]),
    (["Resuming at epoch 40", "Epoch 41/80 loss 0.5"], [("epochs", 41, 80)]),
    (["we train for 10 epochs, of 80 in all"], []),
    (["training on 4/8 GPUs"], []),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "positions"), CASES)
def test_positions(lines: list[str], positions: list[tuple[str, float, float | None]]):
    found = told(*lines)
    assert [one[0] for one in found] == [one[0] for one in positions]
    assert [one[1:] for one in found] == [pytest.approx(one[1:]) for one in positions]


CORPUS = sorted((Path(__file__).parents[1] / "console_corpus").rglob("*.toml"))


def test_all_that_programs_print_is_read():
    """No line of any of them stops the recorder; of many formats the whole is known."""
    known = set()
    for path in CORPUS:
        reader, text = PositionLines(), tomllib.loads(path.read_text())["text"]
        for line in SegmentReader().feed(text.encode()):
            found = reader.read(line)
            if found is not None and found.scale != "bar" and found.total is not None:
                known.add(path)
    assert len(known) > 250


def test_batches_that_count_on_are_steps():
    lines = [f"Epoch {n // 100 + 1} step {n}/1000 loss 0.5" for n in range(10, 400, 30)]
    assert told(*lines)[-1] == ("steps", 370, 1000)


@given(st.text(max_size=200))
def test_any_line_is_read(line: str):
    found = PositionLines().read(line)
    assert found is None or isinstance(found, Sighting)
