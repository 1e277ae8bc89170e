"""Whether the lowest or the highest value of a metric is its best, told by its name."""

import re
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Best = Literal["min", "max"]

_LOWER_IS_BETTER = re.compile(
    r"loss|error|(?:^|[^a-z])(?:err|nll|[rm]?mse|mae|mape|[bc]?ce|ppl|perplexity|wer|cer|fid)"
    r"(?:$|[^a-z])",
    re.IGNORECASE,
)
_HIGHER_IS_BETTER = re.compile(
    r"accuracy|precision|recall|reward|score|explained_?variance|(?:^|[^a-z])(?:acc|top_?[0-9]+|f1|f_?beta|auc|auroc"
    r"|auprc|ap|map|[mr]?ap_?[0-9]+|[m]?iou|dice|bleu|rouge|meteor|psnr|ssim|r2|mcc|kappa|returns?"
    r"|ep_?ret|rew|success|success_rate|win_?rate)[0-9]*(?:$|[^a-z])",
    re.IGNORECASE,
)


def lower_is_better(tag: str) -> bool:
    """Whether a tag names a loss or an error: ``Loss/train``, ``val_rmse``, ``ppl``."""
    return best_of(tag) == "min"


def best_of(tag: str) -> Best | None:
    """Which value is the best of a metric by its tag; None where the name does not tell.

    The lowest of losses and errors, the highest of accuracies, scores and rewards. Of learning
    rates, norms, times and the like no value is best. The last part of a tag has the first word:
    ``losses/explained_variance`` is no loss.
    """
    for name in (tag.rpartition("/")[2], tag):
        if _LOWER_IS_BETTER.search(name):
            return "min"
        if _HIGHER_IS_BETTER.search(name):
            return "max"
    return None


def index_of_best(values: NDArray[np.float64], best: Best) -> int | None:
    """Return where the first of the best finite values is; None where none is finite."""
    worst = np.inf if best == "min" else -np.inf
    if not len(values):
        return None
    compared = np.where(np.isfinite(values), values, worst)
    index = int(np.argmin(compared) if best == "min" else np.argmax(compared))
    return index if np.isfinite(values[index]) else None
