"""tuimon: launch, survive, watch and mirror PyTorch trainings from a terminal over SSH."""

__version__ = "0.1.0"
