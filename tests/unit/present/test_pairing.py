import pytest

from tuimon.present.pairing import Metric, pair_tags


def titles(*tags: str) -> list[str]:
    return [metric.title for metric in pair_tags(tags)]


@pytest.mark.parametrize(
    ("tags", "title", "labels"),
    [
        (["Loss/train", "Loss/test"], "Loss", ["train", "test"]),
        (["train/loss", "val/loss"], "loss", ["train", "val"]),
        (["train_loss", "valid_loss"], "loss", ["train", "val"]),
        (["loss", "val_loss"], "loss", ["loss", "val"]),
        (["train/box_loss", "val/box_loss"], "box_loss", ["train", "val"]),
        (["m/train_acc_step", "m/eval_acc_step"], "m/acc_step", ["train", "eval"]),
        (["train-rmse", "eval-rmse"], "rmse", ["train", "eval"]),  # XGBoost
        (["validation_0-auc", "validation_1-auc"], "auc", ["val 0", "val 1"]),
        (["training's l2", "valid_0's l2"], "l2", ["train", "val 0"]),  # LightGBM
        (["train/l2", "valid_0 l2", "valid_1 l2"], "l2", ["train", "val 0", "val 1"]),
        (["train_5_shot_acc", "val_5_shot_acc"], "5_shot_acc", ["train", "val"]),
    ],
)
def test_split_words_pair_where_frameworks_put_them(tags, title, labels):
    (metric,) = pair_tags(tags)
    assert metric.title == title
    assert [label for label, _ in metric.curves] == labels
    assert [tag for _, tag in metric.curves] == tags


def test_a_lone_tag_keeps_its_name():
    assert pair_tags(["Loss/train"])[0].title == "Loss/train"


def test_words_that_only_contain_a_split_are_left_alone():
    assert len(pair_tags(["retrain/loss", "contest/loss"])) == 2


def test_a_tag_that_is_only_a_split_word_stays():
    assert titles("train", "test") == ["train", "test"]


def test_returns_come_before_what_follows_them_and_placeholders_last():
    tags = ["hp_metric", "losses/entropy", "charts/episodic_return", "losses/value_loss"]
    assert titles(*tags) == [
        "charts/episodic_return",
        "losses/value_loss",
        "losses/entropy",
        "hp_metric",
    ]


def test_loss_and_accuracy_come_first_and_hparam_metrics_last():
    tags = ["hparam/loss", "lr", "Accuracy/train", "time", "Loss/train", "Accuracy/test"]
    assert titles(*tags) == ["Loss/train", "Accuracy", "lr", "time", "hparam/loss"]


def test_ambiguous_labels_fall_back_on_the_tags():
    (metric,) = pair_tags(["train/loss", "train_loss"])
    assert [label for label, _ in metric.curves] == ["train/loss", "train_loss"]


@pytest.mark.parametrize("tag", ["", "///", "\x1b[31m", "train", "a" * 10_000])
def test_any_tag_is_a_chart(tag):
    assert pair_tags([tag])[0].curves == ((tag, tag),)


@pytest.mark.parametrize(
    ("tags", "title", "labels"),
    [
        (("train/loss", "eval/loss"), "loss", ("train", "eval")),  # transformers
        (("train_loss_step", "train_loss_epoch", "val_loss"), "loss",
         ("train step", "train epoch", "val")),  # Lightning
        (("train/box_loss", "val/box_loss"), "box_loss", ("train", "val")),  # ultralytics
        (("loss", "val_loss"), "loss", ("loss", "val")),  # Keras
        (("epoch_loss", "val_epoch_loss"), "epoch_loss", ("epoch_loss", "val")),
        (("trainLoss", "valLoss"), "Loss", ("train", "val")),
        (("Train/Acc@1", "Test/Acc@1"), "Acc@1", ("train", "test")),  # moco, simsiam
        (("Loss/train", "Loss/validation"), "Loss", ("train", "val")),
        (("m/train_acc_step", "m/eval_acc_step"), "m/acc_step", ("train", "eval")),
        (("train/loss.cls", "valid/loss.cls"), "loss.cls", ("train", "val")),
        (("losses/train.total", "losses/val.total"), "losses/total", ("train", "val")),
        (("rougeL_train", "rougeL_test"), "rougeL", ("train", "test")),
    ],
)  # fmt: skip
def test_names_of_the_frameworks(
    tags: tuple[str, ...], title: str, labels: tuple[str, ...]
) -> None:
    (metric,) = pair_tags(tags)
    assert metric == Metric(title, tuple(zip(labels, tags, strict=True)))


def test_what_only_looks_alike_stays_apart() -> None:
    tags = ["rollout/ep_rew_mean", "train/epoch", "train/global_step", "perf/train_step_time"]
    assert [metric.title for metric in pair_tags(tags)] == tags


@pytest.mark.parametrize(
    ("tags", "title", "labels"),
    [
        (("trainloss", "valloss"), "loss", ("train", "val")),
        (("train/mAP50", "val/map_50"), "mAP50", ("train", "val")),
        (("train/time", "infer/time"), "time", ("train", "infer")),
    ],
)
def test_other_spellings(tags: tuple[str, ...], title: str, labels: tuple[str, ...]) -> None:
    assert pair_tags(tags) == [Metric(title, tuple(zip(labels, tags, strict=True)))]


def test_charts_are_in_the_order_of_what_they_measure() -> None:
    tags = ["train/loss_scale", "fps", "val/f1", "train/mse", "losses/std", "mAP", "rollout/ep_rew"]
    assert titles(*tags) == [
        *("train/mse", "rollout/ep_rew", "val/f1", "mAP"),
        *("train/loss_scale", "fps", "losses/std"),
    ]


def test_a_name_without_end_is_a_chart_of_its_own() -> None:
    tags = ["train/" + "x" * 2000, "val/" + "x" * 2000]
    assert titles(*tags) == tags
