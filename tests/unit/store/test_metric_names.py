"""Which value is the best, read from the names of metrics."""

import pytest

from tuimon.store.metric_names import best_of, lower_is_better

LOSSES = ["Loss/train", "val_loss", "trainLoss", "ppl", "eval/nll", "mlm_loss", "loss2", "train/CE"]
LOSSES += [
    "losses/value_loss",
    "crossentropyloss",
    "cross_entropy",
    "Losses/box",
    "MSE",
    "score/loss",
]
ERRORS = ["val_rmse", "Error/top-1", "error/top5", "top5_error", "eval/wer", "MAE", "err@1"]
SCORES = ["Accuracy/test", "valAcc", "Acc@1", "top-1/accuracy", "val/f1", "eval/mean_reward"]
SCORES += ["metrics/mAP50", "metrics/mAP_50", "mIoU", "valAUC", "rouge2", "test/top5", "win_rate"]
SCORES += ["losses/accuracy", "losses/explained_variance", "rollout/ep_reward"]
SCORES += ["rollout/ep_rew_mean", "charts/episodic_return"]
OTHERS = ["lr", "grad_norm", "epoch", "", "lossless/ratio", "glossary", "maestro", "transfer/speed"]
OTHERS += [
    "policy/entropy",
    "lower_bound",
    "scored",
    "mapping",
    "force",
    "train/loss_scale",
    "retries",
]


@pytest.mark.parametrize("tag", LOSSES + ERRORS)
def test_of_losses_and_errors_the_lowest(tag: str) -> None:
    assert best_of(tag) == "min"
    assert lower_is_better(tag)


@pytest.mark.parametrize("tag", SCORES)
def test_of_scores_the_highest(tag: str) -> None:
    assert best_of(tag) == "max"
    assert not lower_is_better(tag)


@pytest.mark.parametrize("tag", OTHERS)
def test_of_others_none(tag: str) -> None:
    assert best_of(tag) is None
    assert not lower_is_better(tag)
