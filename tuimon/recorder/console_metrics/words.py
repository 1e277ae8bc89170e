"""The words by which a printed name is known for that of a metric, and a line for prose."""

import re


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_STRONG = _set(
    "loss losses acc accuracy ppl perplexity gnorm bleu rouge rougel f1 auc auroc iou miou mae mse"
    " rmse psnr ssim nll elbo bpb bpc dice wer cer map50 map75 kl kld top1 top5 acc1 acc5"
)
_WEAK = _set("error err score return reward precision recall map r2 entropy bce")
"""Words that also occur elsewhere: they need a sign and a decimal fraction behind them."""

_SETTINGS = _set(
    "weight weights coef coeff coefficient type fn func function name scale scaler threshold thresh"
    " target patience smoothing steps alpha beta gamma eps dropout mode class config cfg version"
    " tol tolerance reduction interval limit clip"
)
"""Words that make a setting of a metric's name: ``loss_weight``, ``target_accuracy``."""

_CONFIG = _set(
    "batch_size epochs num_epochs max_epochs num_workers seed optimizer momentum weight_decay"
    " hidden_size dropout learning_rate_schedule max_steps warmup_steps n_layer n_head model"
    " num_layers betas device dataset output_dir"
)

NOT_CHARTED = _set(
    "epoch epochs step steps iter iteration it batch batches update num_updates global_step time"
    " data_time elapsed eta wall train_wall data date v_num version rank local_rank gpu gpus node"
    " pid seed line port host worker workers size rev img class fold trial run id device episode"
    " episodes memory dur time_elapsed"
)
"""Names of what is no measurement, or no news."""

_FUNCTION = _set(
    "the a an of is was are were be been to from for with at in on and or if not than by this that"
    " these those we you he she they our your its will would should can could must may might did"
    " does do has have had but as so because when while after before into over under between using"
    " use only also about more less very which who what how there here then else per via because"
    " warning expected got improved reached until since saved saving save loading loaded"
    " writing downloading download installing collecting usage requires required default"
)

_FILLERS = _set(
    "train training val valid validation test testing eval evaluation dev set epoch step iter"
    " batch batches end done summary results result metrics metric eta time elapsed info log rank"
    " gpu current mean avg average total stats finished complete completed inner it min max"
    " loss accuracy lr sec secs s ms img"
)

SPLITS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation"), "val"),
    **dict.fromkeys(("test", "testing"), "test"),
    **dict.fromkeys(("eval", "evaluation"), "eval"),
    "dev": "dev",
}
"""Words for a part of the data → the prefix of its tags."""

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"(?<![\w/])[A-Za-z]{2,}(?![\w/])")


_HINTS = tuple(_STRONG | _WEAK | {"norm", "epoch"})
_BAR = re.compile(r"\d \[\d")


def may_hold_metrics(text: str) -> bool:
    """A quick look at a line: whether it is worth a closer one."""
    lower = text.lower()
    return any(hint in lower for hint in _HINTS) or _BAR.search(text) is not None


def words(key: str) -> set[str]:
    """The words of a name, in lower case: ``valLoss``, ``val_loss`` and ``val/loss`` alike."""
    split = re.findall(r"[a-z0-9]+", _CAMEL.sub(" ", key).lower())
    return {*split, *re.findall(r"[a-z0-9]+", key.lower())}


def is_metric(key: str, value: str, sign: str) -> bool:
    """Whether a pair as printed is surely a measurement: what lets its whole line count."""
    parts = words(key)
    if parts & _SETTINGS:
        return False
    if parts & _STRONG or {"grad", "norm"} <= parts:
        return True
    if any(len(part) > 4 and part.endswith(("loss", "acc")) for part in parts):
        return True
    return bool(parts & _WEAK) and bool(sign) and not value.lstrip("+-").isdigit()


def is_charted(key: str) -> bool:
    """Whether a pair in a line of metrics deserves a curve."""
    return key.lower() not in NOT_CHARTED


def is_configuration(keys: list[str]) -> bool:
    """Whether names belong to a dump of settings."""
    return any(key.lower() in _CONFIG for key in keys)


def has_function_word(text: str) -> bool:
    """Whether a text contains words that sentences need and logs do not."""
    return any(word.lower() in _FUNCTION for word in _WORD.findall(text))


def unknown_words(text: str) -> int:
    """How many words of a text say something else than a log of metrics does."""
    return sum(word.lower() not in _FILLERS for word in _WORD.findall(text))
