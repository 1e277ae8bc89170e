"""What of a run is secret: found in its command line and in the config that it was given."""

import shlex
from typing import TYPE_CHECKING

from tuimon.runs.record import RunRecord

if TYPE_CHECKING:
    from tuimon.masking.mask import Mask


def mask_of(record: RunRecord) -> "Mask":
    """What hides the secrets of a run, wherever they come up."""
    from tuimon.masking.mask import Mask  # its patterns take 10 ms, which few commands need

    return Mask(record.mirror.secrets, record.argv, record.mirror.config)


def masked_command(record: RunRecord) -> str:
    """What was typed after ``tuimon run``, fit for a shell, its secrets hidden."""
    return shlex.join(mask_of(record).command(record.argv))


def masked_cause(record: RunRecord) -> str | None:
    """Why a run ended, its secrets hidden: an exception may tell them."""
    cause = record.cause
    return mask_of(record).text(cause) if cause is not None and ":" in cause else cause
