"""What is read of the lines that trainings print, and of those that are no metrics."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tuimon.recorder.console_metrics.feed import SegmentReader
from tuimon.recorder.console_metrics.parser import MetricParser

Points = list[tuple[str, int, float]]


def read(text: str) -> Points:
    """All points of a console."""
    reader, parser = SegmentReader(), MetricParser()
    texts = [*reader.feed(text.encode()), *reader.finish()]
    points = [point for line in texts for point in parser.feed(line)] + parser.finish()
    return [tuple(point) for point in points]  # type: ignore[misc]


def series(text: str) -> dict[str, list[tuple[int, float]]]:
    """The points of a console by tag."""
    found: dict[str, list[tuple[int, float]]] = {}
    for tag, step, value in read(text):
        found.setdefault(tag, []).append((step, value))
    return found


def tqdm(count: int, total: int, seconds: int, postfix: str, name: str = "") -> str:
    """A state of tqdm's bar."""
    bar = f"{100 * count // total:3d}%|███▋      | {count}/{total}"
    return f"\r{name}{bar} [00:{seconds:02d}<00:20, 61.20it/s{postfix}]"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Epoch 001: | Loss: 0.69315 | Acc: 0.512", [("Loss", 1, 0.69315), ("Acc", 1, 0.512)]),
        ("Epoch 3/10 loss=0.5 val_loss=0.6", [("loss", 3, 0.5), ("val_loss", 3, 0.6)]),
        ("Epoch [1/5], Step [100/600], Loss: 0.2345", [("Loss", 100, 0.2345)]),
        ("Epoch [3/5], Step [100/600], Loss: 0.2345", [("Loss", 1300, 0.2345)]),
        ("[2,  2000] loss: 2.213", [("loss", 2000, 2.213)]),
        ("Iteration 100, loss = 0.31", [("loss", 100, 0.31)]),
        ("step=7 loss=nan", [("loss", 7, float("nan"))]),
        ("step: 7, loss: inf", [("loss", 7, float("inf"))]),
        ("loss: 0.25, acc: 91%", [("loss", 1, 0.25), ("acc", 1, 91.0)]),
        ("Train loss: 0.5 | Val loss: 0.6", [("train/loss", 1, 0.5), ("val/loss", 1, 0.6)]),
        ("Epoch 3 train: loss=1 val: loss=2", [("train/loss", 3, 1.0), ("val/loss", 3, 2.0)]),
        ("Epoch 2, loss: tensor(0.31, device='cuda:0')", [("loss", 2, 0.31)]),
        ("2026-11-24 10:00:00,123 - INFO - Epoch 2 loss: 0.5", [("loss", 2, 0.5)]),
        ("INFO:root:epoch 4 loss: 0.5", [("loss", 4, 0.5)]),
        ("[rank0]: step 5 loss 0.5", [("loss", 5, 0.5)]),
        ("[Train] Epoch 3: loss 0.31", [("train/loss", 3, 0.31)]),
        ("Epoch: 10, Train: 0.81, Test: 0.79", [("Train", 10, 0.81), ("Test", 10, 0.79)]),
        ("====> Test set loss: 127.5", [("test/loss", 1, 127.5)]),
        ("episode 10 | reward: 12.5", [("reward", 10, 12.5)]),
        ("step 3: loss 0.5, tok/sec: 1,048,576", [("loss", 3, 0.5), ("tok/sec", 3, 1048576.0)]),
        ("Train: 2 [  50/100 ( 50%)]  Loss: 6.9 (6.9)", [("train/Loss", 150, 6.9)]),
        ("Epoch(train)  [2][ 50/500]  loss: 1.25", [("train/loss", 550, 1.25)]),
        ("[0/5][50/1583]\tLoss_D: 0.5\tLoss_G: 5.5", [("Loss_D", 50, 0.5), ("Loss_G", 50, 5.5)]),
        ("[10]\ttrain-rmse:0.3\teval-rmse:0.4", [("train-rmse", 10, 0.3), ("eval-rmse", 10, 0.4)]),
        ("[10]\tvalid_0's auc: 0.91", [("valid_0 auc", 10, 0.91)]),
        (
            " iteration       10/  500000 | elapsed time per iteration (ms): 500 | lm loss: 1.0E1 "
            "| loss scale: 1.0 | grad norm: 2.1 | number of nan iterations:   0 |",
            [("lm loss", 10, 10.0), ("loss scale", 10, 1.0), ("grad norm", 10, 2.1)],
        ),
        ('{"epoch": 3, "step": 120, "loss": 0.31}', [("loss", 120, 0.31)]),
        ('{"step": 4, "train": {"loss": 0.5}}', [("train/loss", 4, 0.5)]),
        ("\x1b[1mEpoch 2\x1b[0m \x1b[32mloss: 0.5\x1b[0m", [("loss", 2, 0.5)]),
    ],
)
def test_lines(line: str, expected: Points) -> None:
    assert repr(read(line + "\r\n")) == repr(expected)


def test_a_bar_is_a_point_a_second_and_a_hundred_besides() -> None:
    states = [tqdm(n, 5000, n // 20, f", loss={n / 100}, lr=1e-4") for n in range(0, 101, 5)]
    found = series("".join(states) + tqdm(5000, 5000, 5, ", loss=0.1") + "\r\n")
    assert [step for step, _ in found["loss"]] == [0, 20, 40, 60, 80, 100, 5000]
    assert found["loss"][-1] == (5000, 0.1)
    assert found["lr"][0] == (0, 1e-4)
    states = [tqdm(n, 5000, 1, f", loss={n / 100}") for n in range(1, 5001)]
    assert 90 < len(series("".join(states))["loss"]) <= 102


def test_bars_of_several_epochs_count_on() -> None:
    bars = [tqdm(n, 10, n, f", loss={n}") for _ in range(3) for n in (5, 10)]
    assert [step for step, _ in series("".join(bars))["loss"]] == [5, 10, 15, 20, 25, 30]


def test_an_epoch_announced_by_a_line_of_its_own_counts_for_those_below() -> None:
    text = "Epoch 3/10\nloss: 0.5\nEpoch 4/10\n--------\nloss: 0.25\n"
    assert series(text) == {"loss": [(3, 0.5), (4, 0.25)]}


def test_a_bar_is_read_before_anything_follows() -> None:
    reader = SegmentReader()
    assert list(reader.feed(tqdm(5, 10, 1, ", loss=1").encode())) == [
        tqdm(5, 10, 1, ", loss=1").strip("\r")
    ]
    assert list(reader.feed(b"    \r\n")) == []


def test_pytorch_mnist_example() -> None:
    text = ""
    for epoch in (1, 2):
        for seen in (0, 640):
            text += f"Train Epoch: {epoch} [{seen}/60000 ({seen // 600}%)]\tLoss: 0.{epoch}\n"
        text += f"\nTest set: Average loss: 0.0{epoch}, Accuracy: 9850/10000 (98%)\n\n"
    assert series(text) == {
        "train/Loss": [(0, 0.1), (640, 0.1), (60000, 0.2), (60640, 0.2)],
        "test/Average loss": [(640, 0.01), (60640, 0.02)],
        "test/Accuracy": [(640, 0.985), (60640, 0.985)],
    }


def test_pytorch_imagenet_example() -> None:
    text = "=> creating model 'resnet18'\n"
    for epoch in (0, 1):
        for batch in (1, 11):
            text += (
                f"Epoch: [{epoch}][{batch:4d}/5005]\tTime  0.512 ( 1.200)\tData  0.002 ( 0.310)\t"
                "Loss 6.9e+00 (6.8e+00)\tAcc@1   0.00 (  0.10)\tAcc@5   0.78 (  0.50)\n"
            )
        for batch in (1, 11):
            text += (
                f"Test: [{batch:4d}/196]\tTime  0.5 ( 0.6)\tLoss 4.0e+00 (5.{epoch}e+00)\t"
                f"Acc@1  50.00 (  1.00)\tAcc@5 100.00 (  1.00)\n"
            )
        text += " *   Acc@1 0.100 Acc@5 0.500\n"
    found = series(text)
    assert found["Loss"] == [(1, 6.9), (11, 6.9), (5006, 6.9), (5016, 6.9)]
    assert found["test/Loss"] == [(11, 5.0), (5016, 5.1)]  # the average of the last batch
    assert found["test/Acc@1"] == [(11, 0.1), (5016, 0.1)]
    assert set(found) == {
        f"{split}{name}" for split in ("", "test/") for name in ("Loss", "Acc@1", "Acc@5")
    }


def test_pytorch_word_language_model() -> None:
    text = (
        "| epoch   1 |   200/ 2983 batches | lr 20.00 | ms/batch  7.62 | loss  7.62 | ppl  2034.2\n"
        "-----------------------------------------------------------------------------------------\n"
        "| end of epoch   1 | time: 25.56s | valid loss  5.12 | valid ppl   167.3\n"
        "-----------------------------------------------------------------------------------------\n"
        "| epoch   2 |   200/ 2983 batches | lr 20.00 | ms/batch  7.62 | loss  5.32 | ppl   204.2\n"
        "=========================================================================================\n"
        "| End of training | test loss  4.83 | test ppl   125.6\n"
    )
    found = series(text)
    assert found["loss"] == [(200, 7.62), (3183, 5.32)]
    assert found["val/loss"] == [(200, 5.12)]
    assert found["ppl"][0] == (200, 2034.2)
    assert found["test/loss"] == [(3183, 4.83)]


def test_pytorch_vae_example() -> None:
    text = ""
    for epoch in (1, 2):
        for seen in (0, 1280):
            text += f"Train Epoch: {epoch} [{seen}/60000 (2%)]\tLoss: 54{epoch}.5\n"
        text += (
            f"====> Epoch: {epoch} Average loss: 54{epoch}.0\n====> Test set loss: 540.{epoch}\n"
        )
    found = series(text)
    assert [step for step, _ in found["train/Loss"]] == [0, 1280, 60000, 61280]
    assert found["Average loss"] == [(1280, 541.0), (61280, 542.0)]
    assert found["test/loss"] == [(1280, 540.1), (61280, 540.2)]


def test_pytorch_cifar() -> None:
    def bar(count: int, total: int, loss: float) -> str:
        drawn = "=" * count + ">" + "." * (total - count)
        text = f" [{drawn}]  Step: 9s8{count}ms | Tot: 1m3s | Loss: {loss} | Acc: 7.8% (20/256)"
        return text + "\b" * 90 + f" {count}/{total} " + ("\n" if count == total else "\r")

    text = ""
    for epoch in (0, 1):
        text += f"\nEpoch: {epoch}\n" + bar(5, 10, 2.5) + bar(10, 10, 2.25)
        text += bar(1, 3, 2.4) + bar(3, 3, 2.0) + "Saving..\n"
    found = series(text)
    assert found["Loss"] == [(5, 2.5), (10, 2.25), (15, 2.5), (20, 2.25)]
    assert found["eval/Loss"] == [(10, 2.0), (20, 2.0)]
    assert set(found) == {"Loss", "Acc", "eval/Loss", "eval/Acc"}


def test_mingpt() -> None:
    text = "iter_dt 0.00ms; iter 0: train loss 1.5\niter_dt 16.39ms; iter 10: train loss 1.25\n"
    assert series(text) == {"train/loss": [(0, 1.5), (10, 1.25)]}


def test_pytorch_unet() -> None:
    text = ""
    for epoch in (1, 2):
        for images in (10, 22):
            text += tqdm(images, 22, images, ", loss (batch)=0.5", f"Epoch {epoch}/2: ")
            text += f"INFO: Validation Dice score: 0.{epoch}\n"
    found = series(text)
    assert found["loss (batch)"] == [(10, 0.5), (22, 0.5), (32, 0.5), (44, 0.5)]
    assert found["val/Dice score"] == [(10, 0.1), (22, 0.1), (32, 0.2), (44, 0.2)]


def test_a_bar_of_a_validation_tells_one_result() -> None:
    text = ""
    for epoch in (1, 2):
        text += tqdm(50, 50, 9, f", loss=0.{epoch}", f"Epoch {epoch}: ")
        text += tqdm(5, 10, 1, ", loss=0.7", "Validation: ")
        text += tqdm(9, 10, 2, ", loss=0.6", "Validation: ")
    assert series(text) == {
        "loss": [(50, 0.1), (100, 0.2)],
        "val/loss": [(50, 0.6), (100, 0.6)],
    }


def test_nanogpt() -> None:
    text = (
        "tokens per iteration will be: 16,384\nnumber of parameters: 10.65M\n"
        "step 0: train loss 4.2874, val loss 4.2823\n"
        "iter 0: loss 4.2649, time 31519.99ms, mfu -100.00%\n"
        "iter 10: loss 3.2459, time 28.36ms, mfu 13.13%\n"
        "saving checkpoint to out\n"
        "step 250: train loss 1.9, val loss 2.0\n"
    )
    assert series(text) == {
        "train/loss": [(0, 4.2874), (250, 1.9)],
        "val/loss": [(0, 4.2823), (250, 2.0)],
        "loss": [(0, 4.2649), (10, 3.2459)],
        "mfu": [(0, -100.0), (10, 13.13)],
    }


@pytest.mark.parametrize("quote", ["", "'"])
def test_hugging_face_trainer(quote: str) -> None:
    def logged(**values: Any) -> str:
        items = ", ".join(f"'{key}': {quote}{value}{quote}" for key, value in values.items())
        return f"\r{{{items}}}\n"

    text = "Map: 100%|██████████| 900/900 [00:01<00:00, 800.0 examples/s]\n"
    for step in (10, 20):
        text += tqdm(step, 30, step, "")
        text += logged(loss=5.0 / step, grad_norm=1.5, learning_rate=5e-05, epoch=step / 10)
    text += tqdm(4, 8, 1, "") + tqdm(8, 8, 1, "")
    text += logged(eval_loss=0.4, eval_runtime=1.2, epoch=2.0)
    text += tqdm(30, 30, 30, "") + logged(train_runtime=9.1, train_loss=0.6, epoch=3.0)
    found = series(text)
    assert found["loss"] == [(10, 0.5), (20, 0.25)]
    assert found["grad_norm"] == [(10, 1.5), (20, 1.5)]
    assert found["eval_loss"] == [(20, 0.4)]
    assert found["train_loss"] == [(30, 0.6)]


def test_lightning() -> None:
    name = "Epoch {}: "
    text = ""
    for epoch in (0, 1):
        postfix = f", v_num=3, train_loss_step=0.{epoch}1"
        text += tqdm(100, 200, 5, postfix, name.format(epoch))
        text += tqdm(5, 10, 5, "", "Validation DataLoader 0: ")
        text += tqdm(200, 200, 9, f"{postfix}, val_loss=0.5", name.format(epoch))
    assert series(text) == {
        "train_loss_step": [(100, 0.01), (200, 0.01), (300, 0.11), (400, 0.11)],
        "val_loss": [(200, 0.5), (400, 0.5)],
    }


def test_lightning_rich_bar() -> None:
    bar = "Epoch 1/9 ━━━━━╸━━ 74/200 0:00:12 • 0:00:20 61.20it/s v_num: 3.000 train_loss: 0.310"
    assert read(bar + "\n") == [("train_loss", 74, 0.31)]


@pytest.mark.parametrize(
    "bar",
    [
        "{}/938 [=====>........................] - ETA: 1s - loss: 0.3012 - accuracy: 0.9134",
        "\x1b[1m{}/938\x1b[0m \x1b[32m━━━━━\x1b[0m\x1b[37m━━\x1b[0m \x1b[1m3s\x1b[0m 2ms/step "
        "- accuracy: 0.9134 - loss: 0.3012",
    ],
)
def test_keras(bar: str) -> None:
    text = ""
    for epoch in (1, 2):
        text += f"Epoch {epoch}/2\n"
        text += "".join("\b" * 9 + "\r" + bar.format(n) for n in range(1, 939))
        text += "\r" + bar.format(938) + " - val_loss: 0.1\n"
    found = series(text)
    assert found["val_loss"] == [(938, 0.1), (1876, 0.1)]
    steps = [step for step, _ in found["loss"]]
    assert steps == sorted(steps)
    assert 180 < len(steps) < 220
    assert steps[-1] == 1876
    assert set(found) == {"loss", "accuracy", "val_loss"}


def test_fairseq() -> None:
    text = (
        "epoch 001:     10 / 500 loss=9.2, nll_loss=9.0, ppl=510, wps=1000, num_updates=10, "
        "lr=1e-05, gnorm=2.3, train_wall=5, wall=0\n"
        '2026-11-24 10:00:00 | INFO | train_inner | {"epoch": 1, "update": 0.04, "loss": "8.9", '
        '"ppl": "480", "num_updates": "20", "lr": "2e-05", "wall": "9"}\n'
        '2026-11-24 10:01:00 | INFO | valid | {"epoch": 1, "valid_loss": "8.5", '
        '"valid_num_updates": "500"}\n'
    )
    found = series(text)
    assert found["loss"] == [(10, 9.2), (20, 8.9)]
    assert found["lr"] == [(10, 1e-05), (20, 2e-05)]
    assert found["valid_loss"] == [(500, 8.5)]
    assert "wall" not in found


def test_yolo() -> None:
    header = "      Epoch    GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size\n"
    row = "        {}/3      2.5G      1.19      2.8      1.24        22        640: "
    text = ""
    for epoch in (1, 2):
        text += header + "".join(tqdm(n, 8, n, "", row.format(epoch)) for n in (4, 8)) + "\n"
    found = series(text)
    assert found["train/box_loss"] == [(4, 1.19), (8, 1.19), (12, 1.19), (16, 1.19)]
    assert set(found) == {"train/box_loss", "train/cls_loss", "train/dfl_loss"}


def test_skorch() -> None:
    text = """\
  epoch    train_loss    valid_acc    valid_loss    cp     dur
-------  ------------  -----------  ------------  ----  ------
      1        \x1b[36m0.6019\x1b[0m       \x1b[32m0.8575\x1b[0m        0.4953     +  0.0229
\r  0%|                    | 0/32 [00:00<?, ?it/s]\r                         \r\
      2        0.5102       0.8400        0.5012        0.0301
"""
    assert series(text) == {
        "train_loss": [(1, 0.6019), (2, 0.5102)],
        "valid_acc": [(1, 0.8575), (2, 0.84)],
        "valid_loss": [(1, 0.4953), (2, 0.5012)],
    }


def test_fastai_fine_tune_in_two_stages() -> None:
    text = """\
epoch     train_loss  valid_loss  error_rate  time
0         0.376943    0.148536    0.022500    00:04
epoch     train_loss  valid_loss  error_rate  time
0         0.193304    0.092125    0.017500    00:01
1         0.111018    #na#        0.011250    00:06
"""
    assert series(text) == {
        "train_loss": [(0, 0.376943), (1, 0.193304), (2, 0.111018)],
        "valid_loss": [(0, 0.148536), (1, 0.092125)],
        "error_rate": [(0, 0.0225), (1, 0.0175), (2, 0.01125)],
    }


def test_a_table_of_steps_between_lines() -> None:
    text = """\
| step | loss | f1@5 |
|-----:|-----:|-----:|
|  100 | 0.50 |  31% |
saved checkpoint 100
|  200 | nan  |  35% |
|  200 | 0.4  |  36% |
"""
    found = series(text)
    assert found["f1@5"] == [(100, 31.0), (200, 35.0)]
    assert [step for step, _ in found["loss"]] == [100, 200]


def test_stable_baselines3() -> None:
    def block(steps: int, reward: float) -> str:
        return f"""\
-----------------------------------------
| rollout/                |             |
|    ep_rew_mean          | {reward}        |
| time/                   |             |
|    fps                  | 861         |
|    total_timesteps      | {steps}        |
| train/                  |             |
|    explained_variance   | -0.0039     |
-----------------------------------------
"""

    assert series(block(2048, 20.6) + block(4096, 31.0)) == {
        "rollout/ep_rew_mean": [(2048, 20.6), (4096, 31.0)],
        "time/fps": [(2048, 861.0), (4096, 861.0)],
        "train/explained_variance": [(2048, -0.0039), (4096, -0.0039)],
    }


def test_spinning_up() -> None:
    text = """\
---------------------------------------
|             Epoch |               3 |
|      AverageEpRet |            22.3 |
|            LossPi |       -1.23e-08 |
|              Time |            5.61 |
---------------------------------------
"""
    assert series(text) == {"AverageEpRet": [(3, 22.3)], "LossPi": [(3, -1.23e-08)]}


@pytest.mark.parametrize(
    "text",
    [
        "epoch is the loss\n1 2 3 4",
        "epoch  name  size\n1  2  3",
        "epoch  loss  accuracy\n1  0.5\n1.5  0.5  0.6\nx  0.5  0.6\n2  good  0.5",
        "----------\n| batch_size | 32 |\n| epoch | 5 |\n----------",
        "----------\n| width | 32 |\n| height | 5 |\n----------",
        "| epoch | 3 |\n| loss | 0.5 |",
        "----------\n| epoch | nan |\n| reward | 0.5 |\n----------",
        "----------\n| epoch | 3 |\nsomething else\n| reward | 0.5 |\n----------",
    ],
)
def test_tables_without_metrics(text: str) -> None:
    assert read(text + "\n") == []


def test_detectron2() -> None:
    text = (
        "\x1b[32m[11/24 10:00:00 d2.utils.events]: \x1b[0m eta: 0:10:00  iter: 19  total_loss: 1.2 "
        " loss_cls: 0.5  loss_box_reg: 0.3  time: 0.4  data_time: 0.01  lr: 0.0002  max_mem: 2M\n"
    )
    assert series(text) == {
        "total_loss": [(19, 1.2)],
        "loss_cls": [(19, 0.5)],
        "loss_box_reg": [(19, 0.3)],
        "lr": [(19, 0.0002)],
    }


def test_a_result_alone_lies_nowhere_behind_what_is_not_understood() -> None:
    lines = "".join(f"<{n}> the loss of what it was, -9.7, is told with 0.5\n" for n in range(3))
    assert read("Error rate = 12.5\n") == [("Error rate", 1, 12.5)]
    assert read(f"{lines}Error rate = 12.5\n") == []


def test_what_is_held_back_belongs_to_the_part_that_told_it() -> None:
    text = "".join(
        f"--- Round {n} ---\nClient 0: loss = 1.{n}\nClient 1: loss = 2.{n}\n"
        f"Round {n}: loss 3.{n}\n"
        for n in (1, 2)
    )
    parser = MetricParser()
    points = [point for line in text.splitlines() for point in parser.feed(line)]
    points += parser.finish()
    assert sorted((point.part, point.step, point.value) for point in points) == [
        (part, n, float(f"{whole}.{n}"))
        for part, whole in (("", 3), ("client 0", 1), ("client 1", 2))
        for n in (1, 2)
    ]


def test_an_average_over_an_epoch_is_none_of_the_curve_of_its_batches() -> None:
    text = ""
    for epoch in (1, 2):
        text += "".join(f"Epoch {epoch}, Batch {n}, Loss: 0.{n}\n" for n in (50, 90))
        text += f"Epoch {epoch} Loss: 0.4, Accuracy: 0.{epoch}\n"
    assert series(text) == {
        "Loss": [(50, 0.5), (90, 0.9), (140, 0.5), (180, 0.9)],
        "Accuracy": [(90, 0.1), (180, 0.2)],
    }


def test_processes_without_names_are_one_curve_soon() -> None:
    ranks = [(step, rank) for step in (10, 20, 30, 40) for rank in (1, 0)]
    text = "".join(f"step {step}/100 loss 0.{step + rank}\n" for step, rank in ranks)
    assert series(text)["loss"] == [(10, 0.11), (10, 0.1), (20, 0.21), (20, 0.2), (30, 0.31),
                                    (40, 0.41)]  # fmt: skip


def test_a_process_that_comes_later_begins_no_epoch() -> None:
    steps = (10, 20, 30, 20, 40, 30, 50)
    text = "".join(f"step {step}/50 loss 0.{step}\n" for step in steps)
    assert [step for step, _ in series(text)["loss"]] == [10, 20, 30, 40, 50]


NO_METRICS = """\
At epoch 3 the loss was 0.5 lower than before.
We use a learning rate of 0.1 and reach an accuracy of 0.95 on 3 data sets.
The loss: 0.5 is what you get at step 100 with lr 0.1.
Early stopping at epoch 5, best loss: 0.23
Epoch 00005: val_loss did not improve from 0.23456
Epoch 5: val_loss improved from 0.5 to 0.4, saving model to best.h5
Using lr 0.001 for 10 epochs
lr: 0.001
learning_rate: 5e-05
batch_size: 32
loss: mse
loss_weight: 0.5
target_accuracy: 0.99
label_smoothing: 0.1
    loss: 0.5
Namespace(lr=0.1, epochs=10, loss=0.5, batch_size=64)
batch_size: 32, acc: 0.5, seed: 1
TrainingArguments(loss=0.5, step=3)
{"lr": 0.001, "epochs": 10, "batch_size": 32, "loss": 1.0}
{'optimizer': 'adam', 'lr': 0.1, 'loss': 'mse'}
python train.py --lr 0.1 --loss 0.5 --step 10
  --loss LOSS  weight (default: 0.5)
Collecting torch==2.4.0
  Downloading torch-2.4.0-cp311-cp311-manylinux1_x86_64.whl (797.1 MB)
     ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 797.1/797.1 MB 2.1 MB/s eta 0:00:00
Successfully installed numpy-1.26.4 torch-2.4.0 torchmetrics-1.4.0
100%|██████████| 170M/170M [00:05<00:00, 32.1MB/s]
 45%|████▌     | 4542464/9912422 [00:00<00:00, 45421351.18it/s]
Map: 100%|██████████| 1000/1000 [00:01<00:00, 800.00 examples/s]
Loading checkpoint shards:  50%|█████     | 1/2 [00:03<00:03,  3.10s/it]
model.safetensors:  12%|█▏        | 52.4M/438M [00:01<00:09, 41.0MB/s]
2026-11-24 10:00:00 INFO listening on 127.0.0.1:8080
Started at 10:00:00, version 1.2.3, build 20261124
| NVIDIA-SMI 535.104.05   Driver Version: 535.104.05   CUDA Version: 12.2     |
|   0  Tesla V100-SXM2...  On   | 00000000:00:1E.0 Off |                    0 |
| N/A   34C    P0    38W / 300W |      0MiB / 16160MiB |      0%      Default |
Sun Nov 24 10:00:00 2026
GPU 0: 10 GB of 16 GB used
error: 2 files failed
HTTP error 500
exit code 1
step 5 of the installation is done
Epoch 1/5
ValueError: loss: 0.5 at step 3
/usr/lib/python3/site-packages/x.py:12: UserWarning: loss: 0.5
WARNING: loss: 0.5
    return dict(loss=0.5, acc=1)
    loss = 0.5 * (a + b)
if loss < 0.5: step = 3
see https://example.org/?loss=0.5&step=3
total params: 1,234,567
Total number of parameters: 11.2M
[2026-11-24 10:00:00] worker 3 finished task 17 in 0.31 s
wandb: Run data is saved locally in /tmp/wandb/run-20261124_100000
DATA_LOSS = 15
["fold1 (AUC = 0.80)", "fold2 (AUC = 0.70)"],
accuracy improves with 0.5 dropout
- loss: 1.0 is the default weight of the loss
"""


@pytest.mark.parametrize("line", NO_METRICS.splitlines())
def test_what_is_no_metric(line: str) -> None:
    assert read(line + "\n") == []


def test_no_metrics_all_in_a_row() -> None:
    assert read(NO_METRICS) == []


def test_a_traceback_holds_no_metrics() -> None:
    text = (
        "Traceback (most recent call last):\n"
        '  File "train.py", line 12, in <module>\n'
        "    loss = 0.5\n"
        "  loss: 0.5, acc: 0.5\n"
        "RuntimeError: step 3 loss: 0.5\n"
        "step 3 loss: 0.25\n"
    )
    assert read(text) == [("loss", 3, 0.25)]


words = st.text(st.characters(exclude_categories=["N", "Cs"]), max_size=40)
pieces = st.one_of(
    st.sampled_from(
        ["Epoch ", "[1/5]", " 12/40", "loss", "acc=", ": ", " 0.5", "1e400", "9" * 400]
    ),
    st.sampled_from(["\r", "\n", "\x1b[A", "\x1b[1m", "\b", " " * 50, "{", "}", "'", '"', ", "]),
    st.sampled_from(["%|", "| 3/9 [00:01<00:02", "]", "(", "it/s", "-", "nan", "step ", "Train"]),
    st.sampled_from(["epoch", "Traceback (most recent call last):", "\nepoch loss acc\n"]),
    st.sampled_from(["\n" + "-" * 12 + "\n", "| epoch | ", " |\n", "\n1 0.5 0.5\n", "1e20", "inf"]),
)


@given(st.lists(pieces | st.text(max_size=6), max_size=40).map("".join))
@example('{"loss": 1' + "0" * 400 + "}")
@example("epoch " + "9" * 9 + " loss: 0.5")
@example('{"loss": {"loss": 1}, "epoch": -1e300}')
@example('{"loss": 0.5, "step": NaN}')
def test_anything_is_read_without_an_error(text: str) -> None:
    for tag, step, value in read(text):
        assert len(tag) > 0
        assert tag.isprintable()
        assert 0 <= step < 2**63
        assert isinstance(value, float)


@given(words.filter(lambda text: "nan" not in text.lower() and "inf" not in text.lower()))
def test_without_numbers_there_are_no_metrics(text: str) -> None:
    assert read(text) == []


prose = st.sampled_from(["the", "model", "of", "loss", "accuracy", "step", "5", "0.3", "we", "at"])


@given(st.lists(prose))
def test_sentences_are_no_metrics(text: list[str]) -> None:
    assert read(f"The {' '.join(text)} is") == []


@given(st.lists(pieces, max_size=40).map("".join), st.data())
def test_chunks_make_no_difference(text: str, data: st.DataObject) -> None:
    encoded = text.encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(encoded)), max_size=6)))
    reader = SegmentReader()
    parts = [encoded[a:b] for a, b in zip([0, *cuts], [*cuts, len(encoded)], strict=True)]
    chunked = [line for part in parts for line in reader.feed(part)] + list(reader.finish())
    whole = SegmentReader()
    assert chunked == [*whole.feed(encoded), *whole.finish()]
