"""Where all ranks are, in a sentence, and whom they wait for."""

from tuimon.runs.ranks import Rank
from tuimon.stacks.call_stack import Call, ThreadStack
from tuimon.stacks.python_process import PythonProcess
from tuimon.stacks.survey import Survey, numbered
from tuimon.stacks.where_signal import STOPPED

TORCH = "/v/site-packages/torch/"
REDUCE = (
    Call(f"{TORCH}distributed/distributed_c10d.py", 3252, "all_reduce"),
    Call("/home/u/trainer.py", 695, "train"),
)
LOAD = (Call("/home/u/loader.py", 38, "read"), Call("/home/u/trainer.py", 690, "train"))
BACKWARD = (
    Call(f"{TORCH}autograd/graph.py", 800, "_engine_run_backward"),
    Call("/home/u/trainer.py", 692, "train"),
)
WAITS = (Call(f"{TORCH}utils/data/dataloader.py", 1, "__next__"), *LOAD[1:])
WORKER = (
    Call("/home/u/data.py", 5, "__getitem__"),
    Call(f"{TORCH}utils/data/_utils/worker.py", 349, "_worker_loop"),
)


def rank(number: int, calls: tuple[Call, ...] = REDUCE, silence: str = "") -> PythonProcess:
    threads = () if silence else (ThreadStack("main thread", calls),)
    return PythonProcess(100 + number, 1, Rank(number, 4, number, 4), threads, silence)


def still(*processes: PythonProcess) -> Survey:
    return Survey(processes, frozenset(one.pid for one in processes))


def test_who_is_elsewhere_than_those_that_wait():
    survey = still(rank(0), rank(1, LOAD), rank(2), rank(3))
    told = "ranks 0, 2, 3 at all_reduce (trainer.py:695); rank 1 at read (loader.py:38)"
    assert survey.headline() == f"{told}: look at rank 1"


def test_while_it_moves_nobody_is_named():
    survey = still(rank(0), rank(1, LOAD), rank(2), rank(3))._replace(unmoved=frozenset({100}))
    assert survey.headline().endswith("rank 1 at read (loader.py:38)")


def test_two_ranks_of_which_one_waits():
    survey = Survey([rank(2), rank(3, LOAD)], frozenset({102, 103}))
    assert survey.gone == [0, 1]
    pair = [one._replace(rank=Rank(n, 2, n, 2)) for n, one in enumerate((rank(0), rank(1, LOAD)))]
    assert still(*pair).culprits() == [1]


def test_outside_of_collectives_a_minority_is_named_and_a_half_is_not():
    assert still(*map(rank, range(3), [BACKWARD] * 3), rank(3, LOAD)).culprits() == [3]
    halves = [rank(0, BACKWARD), rank(1, BACKWARD), rank(2, LOAD), rank(3, LOAD)]
    assert still(*halves).culprits() == []
    assert still(*map(rank, range(4))).headline() == "ranks 0-3 at all_reduce (trainer.py:695)"


def test_a_rank_that_is_stopped_or_gone():
    survey = still(rank(0), rank(1, silence=STOPPED), rank(2))._replace(unmoved=frozenset())
    assert survey.headline() == (
        "ranks 0, 2 at all_reduce (trainer.py:695); rank 1 is stopped (SIGSTOP); rank 3 is gone"
        ": look at rank 1"
    )
    ended = [rank(0), rank(1), rank(2)]
    assert still(*ended).headline().endswith("; rank 3 is gone: look at rank 3")
    # At the end of a training one is gone before the others, too.
    assert Survey(ended, frozenset()).headline().endswith("; rank 3 is gone")
    mute = still(rank(0), rank(1, silence="without an answer"), rank(2), rank(3, LOAD))
    assert mute.culprits() == []
    paused = still(*(rank(number, silence=STOPPED) for number in range(4)))
    assert paused.headline() == "ranks 0-3 are stopped (SIGSTOP)"


def test_workers_of_a_training_that_waits_for_data():
    main = PythonProcess(7, 1, None, (ThreadStack("main thread", WAITS),))
    workers = [PythonProcess(pid, 7, None, (ThreadStack("", WORKER),)) for pid in (8, 9)]
    idle = PythonProcess(10, 7, None, (ThreadStack("", WORKER[1:]),))
    assert still(main, *workers, idle).headline() == (
        "at __next__ (trainer.py:690); DataLoader workers 8, 9 at __getitem__ (data.py:5)"
    )


def test_what_a_rank_has_started_is_no_rank():
    child = rank(1, LOAD)._replace(pid=900, parent=101)
    assert still(*map(rank, range(4)), child).headline().startswith("ranks 0-3 at")


def test_processes_without_ranks_and_none_at_all():
    one, two = (rank(n)._replace(rank=None) for n in (0, 1))
    assert still(one, two).headline() == "PID 100, 101 at all_reduce (trainer.py:695)"
    assert still(one).headline() == "at all_reduce (trainer.py:695)"
    assert still().headline() == "no Python of it is known"


def test_numbers_in_short():
    assert numbered("rank", [3]) == "rank 3"
    assert numbered("rank", [5, 0, 1, 2, 8, 7]) == "ranks 0-2, 5, 7, 8"
