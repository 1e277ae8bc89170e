"""Which rank of a distributed training a process is, by the variables of its launcher."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

RANK_VARIABLES = (
    ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"),
    (
        "OMPI_COMM_WORLD_RANK",
        "OMPI_COMM_WORLD_SIZE",
        "OMPI_COMM_WORLD_LOCAL_RANK",
        "OMPI_COMM_WORLD_LOCAL_SIZE",
    ),
    ("PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS"),
    ("SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID", ""),
)
"""Rank, world, rank on this host, ranks on this host: of torchrun (accelerate, deepspeed), Open
MPI, MPICH and Intel MPI, srun. What stands first is the innermost: torchrun runs below srun."""


class Rank(NamedTuple):
    """A rank and how many there are; `local` ones are those of its host, where that is told."""

    number: int
    world: int
    local: int | None = None
    local_world: int | None = None

    @property
    def neighbours(self) -> frozenset[int]:
        """The numbers of all ranks of its host; launchers count them in one piece."""
        if self.local is None or self.local_world is None:
            return frozenset({self.number})
        first = self.number - self.local
        return frozenset(range(first, min(first + self.local_world, self.world)))


def ranks_of(environments: Mapping[int, Mapping[str, str]]) -> dict[int, Rank]:
    """Ranks by PID, as the innermost launcher that started any of the processes numbers them.

    A world of one is none: of it there is nothing to tell apart.
    """
    for names in RANK_VARIABLES:
        found = {pid: _rank(map(one.get, names)) for pid, one in environments.items()}
        ranks = {pid: rank for pid, rank in found.items() if rank is not None}
        if ranks:
            return ranks
    return {}


def _rank(values: Iterable[str | None]) -> Rank | None:
    number, world, local, local_world = (
        int(value) if value and value.isascii() and value.isdigit() and len(value) < 8 else None
        for value in values
    )
    if number is None or world is None or not number < world or world < 2:
        return None
    if local is not None and local_world is not None and not local < local_world <= world:
        local = None
    return Rank(number, world, local, local_world)
