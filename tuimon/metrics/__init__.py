"""One vocabulary of the names of metrics: what each is, and what follows for its values."""

from tuimon.metrics.measure import Measure, best_of, measure_of
from tuimon.metrics.vocabulary import Best, Kind

__all__ = ["Best", "Kind", "Measure", "best_of", "measure_of"]
