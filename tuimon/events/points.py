"""What a reader of event files hands over: columns of scalar points and references to the rest."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuimon.events.fields import Span


class ScalarColumns(NamedTuple):
    """Scalar points of one tag in file order; three arrays of equal length."""

    steps: NDArray[np.int64]
    wall_times: NDArray[np.float64]
    """Seconds since the epoch."""
    values: NDArray[np.float64]

    def take(self, which: slice | NDArray[np.intp]) -> "ScalarColumns":
        """The points of a slice (a view) or at indices (a copy)."""
        return ScalarColumns(self.steps[which], self.wall_times[which], self.values[which])


class SummaryRef(NamedTuple):
    """A summary that is no scalar. It stays on disk; read it with `frames.read_payload`."""

    tag: str
    plugin: str
    """TensorBoard's plugin name (``images``, ``histograms``, …); empty when nothing told it."""
    step: int
    wall_time: float
    offset: int
    """Where the record's frame begins in the file."""
    length: int
    """Bytes of the record's payload (a serialized ``Event``)."""


@dataclass(slots=True, kw_only=True, eq=False)
class EventBatch:
    """One stretch of an event file, decoded.

    A batch never spans a restart or a gap: a ``SessionLog.START`` record begins a new batch.
    """

    reset: bool = False
    """The file was truncated or replaced: drop everything it gave before this batch."""
    stretch: int = 0
    """Where the stretch of the file begins that this batch belongs to: 0, behind a gap, or in one
    that was filled."""
    gaps: list[Span] = field(default_factory=list)
    """Parts of the file that precede the batch and may still be filled."""
    late: bool = False
    """The stretch was a gap before, and is all of it; what lies behind it came earlier."""
    restart_step: int | None = None
    """Step of the ``SessionLog.START`` that precedes the points: drops earlier steps >= it."""
    withdrawn: int | None = None
    """Offset of a damaged record, of which earlier batches gave the references."""
    scalars: dict[str, ScalarColumns] = field(default_factory=dict)
    refs: list[SummaryRef] = field(default_factory=list)
    start_time: float | None = None
    """Wall time of the file's first event; only in the batch that holds it."""
    end_offset: int = 0
    """Offset behind the last record that the batch accounts for."""
    file_bytes: int = 0
    """Size of the file when the batch was read, where that is known."""
    damaged_records: int = 0
    """Records dropped: checksum of the payload wrong, not an ``Event``, or lost in a damage.
    Less than none where a gap that was counted as one is filled."""
    skipped_bytes: int = 0
    """Bytes passed over in search of the next valid frame."""
    unknown: dict[str, int] = field(default_factory=dict)
    """Records of kinds that this reader does not know, by name."""

    @property
    def records(self) -> int:
        """Points and references."""
        return len(self.refs) + sum(len(columns.steps) for columns in self.scalars.values())
