"""Which value of a metric is its best, told by its name."""

import re
from typing import Literal

Best = Literal["min", "max"]

_NEW_WORD = re.compile(r"(?<=[a-z])(?=[A-Z][A-Za-z0-9])")


def _named(words: str) -> re.Pattern[str]:
    """Finds whole words, numbered or not, in a name of lower case."""
    return re.compile(rf"(?<![a-z])(?:{words})[0-9]*(?![a-z])")


_FACTOR = _named("scale|scaler|weights?|coef|coefficient")
"""What a loss is multiplied by: ``loss_scale``."""
_LOWER = _named(
    r"[a-z]*loss(?:es)?|[a-z]*errors?|errs?|nll|[rm]?mse|mae|mape|[bc]?ce|cross_?entropy|ppl"
    r"|perplexity|wer|cer|fid"
)
_HIGHER = _named(
    r"[a-z]*accurac(?:y|ies)|acc|[a-z]*scores?|precision|recall|f1|f_?beta|auc|auroc|auprc"
    r"|[mr]?ap(?:_?[0-9]+)?|m?iou|dice|bleu|rouge|meteor|psnr|ssim|r2|explained_?variance|mcc|kappa"
    r"|[a-z]*rewards?|rew|returns?|ep_?ret|success|success_rate|win_?rate"
)
_TOP = _named("top_?[0-9]+")
"""As ``top5`` an accuracy, but there is ``error/top5``, too."""


def best_of(tag: str) -> Best | None:
    """Which value is the best of a metric by its tag; None where the name does not tell.

    The lowest of losses and errors, the highest of accuracies, scores and rewards. Of learning
    rates, norms, times and the like no value is best. In ``losses/accuracy`` the last part counts.
    """
    words = _NEW_WORD.sub("_", tag).lower()
    for part in reversed(words.split("/")):
        if _FACTOR.search(part):
            return None
        if _LOWER.search(part):
            return "min"
        if _HIGHER.search(part):
            return "max"
    return "max" if _TOP.search(words) else None


def lower_is_better(tag: str) -> bool:
    """Whether a tag names a loss or an error: ``Loss/train``, ``val_rmse``, ``ppl``."""
    return best_of(tag) == "min"
