"""What the name of a tag says about its values."""

import re

_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_LOSSES = {"loss", "losses", "nll", "ppl", "perplexity", "bce", "mse", "elbo"}
_NO_LOSSES = {"variance", "entropy", "kl", "clipfrac", "fraction", "frac", "acc", "accuracy", "lr"}
_NO_LOSSES |= {"rate", "return", "reward", "score", "norm", "std", "temperature"}
"""Words of what is logged among losses, as in ``losses/explained_variance``."""
_FACTORS = {"scale", "scaler", "weight", "weights", "coef", "coefficient"}
"""Words of what a loss is multiplied by: ``loss_scale``."""
_OPPOSED = {"value", "policy", "actor", "critic", "q", "qf", "qf1", "qf2", "pg", "v", "pi"}
_OPPOSED |= {"g", "d", "gen", "disc", "generator", "discriminator", "adv", "adversarial"}
"""Words of losses that need not fall: those of reinforcement learning follow the rewards, those of
two networks against each other fall and rise in turn."""
_GRADIENTS = {"grad", "gradient", "gradients", "gnorm"}


def words(tag: str) -> list[str]:
    """The words of a name in lower case: ``valLoss``, ``val_loss`` and ``val/loss`` alike."""
    return [word.lower() for word in _WORDS.findall(tag)]


def is_loss(tag: str) -> bool:
    """Whether the values are those of a loss, told by the last part of the tag or by its group."""
    group, _, name = tag.rpartition("/")
    if _names_loss(name):
        return _FACTORS.isdisjoint(words(name))
    return _names_loss(group) and (_NO_LOSSES | _FACTORS).isdisjoint(words(name))


def is_to_fall(tag: str) -> bool:
    """Whether a loss that has grown far means that something is wrong."""
    return is_loss(tag) and _OPPOSED.isdisjoint(words(tag))


def is_vital(tag: str) -> bool:
    """Whether a value that is not finite means that the training is broken."""
    return is_loss(tag) or not _GRADIENTS.isdisjoint(words(tag))


def _names_loss(text: str) -> bool:
    return any(word in _LOSSES or word.endswith("loss") for word in words(text))
