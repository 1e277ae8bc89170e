"""Names that a training prints: of metrics, of settings, and of what is no news."""

import re
from typing import get_args

from tuimon.metrics import languages
from tuimon.metrics.measure import measure_of
from tuimon.metrics.splits import SPLITS
from tuimon.metrics.tokens import tokens
from tuimon.metrics.vocabulary import BARE, TERMS, Measurement, word_set

_ANCHORS = frozenset(get_args(Measurement))

_SETTINGS = word_set(
    "weight weights coef coeff coefficient type fn func function name scale scaler threshold"
    " thresh target patience smoothing steps alpha beta gamma eps dropout mode class config cfg"
    " version tol tolerance reduction interval limit clip baseline random chance file path"
)
"""Words that make a setting of a metric's name: ``loss_weight``, ``target_accuracy``."""

_CONFIGURATION = word_set(
    "batch_size epochs num_epochs max_epochs num_workers seed optimizer momentum weight_decay"
    " hidden_size dropout learning_rate_schedule max_steps warmup_steps n_layer n_head model"
    " num_layers betas device dataset output_dir max_grad_norm grad_clip gradient_clip_val"
    " eval_steps save_steps logging_steps warmup_ratio gradient_accumulation_steps eval_interval"
)
_UNCHARTED = word_set(
    "epoch epochs step steps iter iteration it batch batches update num_updates global_step time"
    " data_time elapsed eta wall train_wall data date v_num version rank local_rank gpu gpus node"
    " pid seed line port host worker workers size rev img class fold trial run id device episode"
    " episodes memory dur time_elapsed best patience batchsize progress complete completed"
    " remaining sen up ep bs num_timesteps instances session walltime"
    " lineno process thread levelno msecs created timestamp relativecreated"
    " seconds secs sec minutes mins hours ms"
    " checkpoint avg mean average ema min max median std cur current last prev"
)
_OF_BEST = word_set("best previous prev so far last current")
_STORAGE = word_set("mem memory vram cached bytes gb mb gib mib")


def is_metric(name: str, value: str, sign: str) -> bool:
    """Whether a name and its value as printed are surely a measurement.

    Words of everyday language need a `sign` between the two, and a decimal fraction.
    """
    measure = measure_of(name)
    if measure.kind not in _ANCHORS:
        return False
    words = [token.word for token in tokens(name)]
    if not _SETTINGS.isdisjoint(words if words[-1] not in ("loss", "losses") else words[:-2]):
        return False
    return not measure.ordinary or (bool(sign) and not value.lstrip("+-").isdigit())


def is_charted(name: str) -> bool:
    """Whether a number with this name, printed beside metrics, deserves a curve."""
    if name.lower().partition(" (")[0].rstrip(".") in _UNCHARTED or measure_of(name).kind in (
        "count",
        "time",
    ):
        return False
    words = [token.word for token in tokens(name)]
    if _OF_BEST.issuperset([word for word in words if word not in SPLITS] or words):
        return False
    is_done = words[-1:] in (["complete"], ["completed"], ["done"])
    return not _STORAGE.intersection(words) and words[-1:] != ["size"] and not is_done


def is_configuration(names: list[str]) -> bool:
    """Whether names belong to a dump of settings."""
    return any(name.lower() in _CONFIGURATION for name in names)


def may_hold_metrics(text: str) -> bool:
    """A quick look at a line: whether it is worth a closer one."""
    return _HINT.search(text.lower()) is not None


_WITHIN_OTHERS = word_set("ari ami ade fde nds epe abs ap ce ep fad info kid ret ter aps apm apl")
"""Words that so many others contain that a look for them tells nothing."""


def _hints() -> list[str]:
    """What names of metrics and of positions have in them."""
    names = [phrase for phrase, term in (TERMS | BARE).items() if term.kind in _ANCHORS]
    words = word_set(
        "norm epoch step iter fold trial eval valid train learn lr pisod round updat batch tick run"
        " generation"
    ).union(*(words.split() for words in languages.COUNTERS.values()))
    return sorted(words | set(map(_telling, names)) - _WITHIN_OTHERS)


def _telling(phrase: tuple[str, ...]) -> str:
    word = max(phrase, key=lambda word: (word != "rate", len(word)))
    return word if len(word) > 1 else "".join(phrase)


def _any_of(words: list[str]) -> str:
    """A pattern for any of the words that looks at each letter of a text once or twice."""
    if "" in words:
        return ""
    heads: dict[str, list[str]] = {}
    for word in words:
        heads.setdefault(word[0], []).append(word[1:])
    branches = [re.escape(head) + _any_of(rests) for head, rests in heads.items()]
    return f"(?:{'|'.join(branches)})" if len(branches) > 1 else branches[0]


_HINT = re.compile(rf"{_any_of(_hints())}|ep\W{{1,4}}\d")
