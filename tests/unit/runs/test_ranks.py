"""Ranks by the variables of launchers."""

from tuimon.runs.ranks import Rank, ranks_of

TORCHRUN = {"RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "4"}
SLURM = {"SLURM_PROCID": "1", "SLURM_NTASKS": "2", "SLURM_LOCALID": "0"}


def test_torchrun_below_srun_numbers_the_ranks():
    found = ranks_of({1: SLURM, 2: {**SLURM, **TORCHRUN}})
    assert found == {2: Rank(5, 8, 1, 4)}
    assert found[2].neighbours == {4, 5, 6, 7}


def test_srun_numbers_them_where_nobody_else_does():
    assert ranks_of({1: SLURM, 2: {}}) == {1: Rank(1, 2, 0)}
    assert Rank(1, 2, 0).neighbours == {1}


def test_open_mpi():
    variables = {"OMPI_COMM_WORLD_RANK": "2", "OMPI_COMM_WORLD_SIZE": "4"}
    assert ranks_of({7: variables}) == {7: Rank(2, 4)}


def test_one_alone_is_no_rank():
    assert ranks_of({1: {"RANK": "0", "WORLD_SIZE": "1", "LOCAL_RANK": "0"}}) == {}
    assert ranks_of({1: {"SLURM_PROCID": "0", "SLURM_NTASKS": "1"}}) == {}


def test_what_is_no_number_is_nothing():
    for value in ("", "-1", "x", "²", "9" * 40, "8"):
        assert ranks_of({1: {**TORCHRUN, "RANK": value}}) == {}
    assert ranks_of({1: {**TORCHRUN, "LOCAL_RANK": "4"}})[1].neighbours == {5}
