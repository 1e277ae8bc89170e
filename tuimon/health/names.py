"""What the name of a tag says about its values."""

import re

_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_LOSSES = {"loss", "losses", "nll", "ppl", "perplexity", "bce", "mse", "elbo"}
_GRADIENTS = {"grad", "gradient", "gradients", "gnorm"}


def words(tag: str) -> list[str]:
    """The words of a name in lower case: ``valLoss``, ``val_loss`` and ``val/loss`` alike."""
    return [word.lower() for word in _WORDS.findall(tag)]


def is_loss(tag: str) -> bool:
    """Whether the values are to go down, and their size says something."""
    return any(word in _LOSSES or word.endswith("loss") for word in words(tag))


def is_vital(tag: str) -> bool:
    """Whether a value that is not finite means that the training is broken."""
    return is_loss(tag) or not _GRADIENTS.isdisjoint(words(tag))
