"""Which direction of a metric is the better one, by its name."""

import re
from typing import Literal

_WORDS = re.compile(r"[a-z]+\d*|\d+")
_LOW = re.compile(
    r"loss(es)?|.+loss|errs?|errors?|ppl|perplexity|mae|r?mse|nll|bce|kl|entropy|[cw]er|fid"
)
_HIGH = re.compile(
    r"acc|accuracy|top\d+|f1|auc|auroc|m?ap|m?iou|dice|bleu|rouge|rewards?|returns?|psnr|ssim"
    r"|precision|recall|r2|score|success"
)


def goal(tag: str) -> Literal["min", "max"] | None:
    """What is best of a metric: its least value, its greatest, or unknown (None).

    >>> goal("Loss/train"), goal("val_acc"), goal("lr")
    ('min', 'max', None)
    """
    words = _WORDS.findall(re.sub(r"([a-z])([A-Z])", r"\1_\2", tag).lower())
    if any(_LOW.fullmatch(word) for word in words):
        return "min"
    return "max" if any(_HIGH.fullmatch(word) for word in words) else None
