"""The table of the ranks."""

from tuimon.present.rank_rows import RankFacts, rank_rows
from tuimon.runs.ranks import Rank
from tuimon.stacks.call_stack import Call, ThreadStack
from tuimon.stacks.python_process import PythonProcess
from tuimon.stacks.survey import Survey

REDUCE = Call("/v/site-packages/torch/distributed/distributed_c10d.py", 9, "all_reduce")
LOAD = Call("/home/u/data.py", 38, "read")


def rank(number: int, call: Call | None, silence: str = "") -> PythonProcess:
    threads = () if call is None else (ThreadStack("main thread", (call,)),)
    return PythonProcess(100 + number, 1, Rank(number, 3, number, 3), threads, silence)


def still(*ranks: PythonProcess) -> Survey:
    return Survey(ranks, frozenset(one.pid for one in ranks))


def test_states_steps_and_whom_to_look_at():
    survey = still(rank(0, REDUCE), rank(1, LOAD), rank(2, REDUCE))
    facts = {
        0: RankFacts(990.0, 1200, 2**20, {0: 2**30}),
        1: RankFacts(900.0, 1100, 2**20, {1: 2**30}),
        2: RankFacts(memory=2**21),
    }
    assert rank_rows(survey, facts, 1000.0) == [
        ("rank", "state  step   heard      memory   GPU"),
        ("0", "waits  1,200  10 s ago   1.05 MB  0: 1.07 GB"),
        ("1", "runs   1,100  1 min ago  1.05 MB  1: 1.07 GB  ◂ look here"),
        ("2", "waits  -      -          2.1 MB   -"),
    ]


def test_what_is_known_of_nobody_has_no_column():
    survey = still(rank(0, None, "stopped (SIGSTOP)"), rank(1, LOAD))
    assert rank_rows(survey, {}, 0.0) == [
        ("rank", "state"),
        ("0", "stopped (SIGSTOP)  ◂ look here"),
        ("1", "runs"),
        ("2", "gone"),
    ]


def test_ranks_of_other_hosts_are_told_as_far_as_they_print():
    here = [rank(n, LOAD)._replace(rank=Rank(n, 6, n - 2, 2)) for n in (2, 3)]
    facts = {0: RankFacts(990.0, 12), 2: RankFacts(995.0, 12), 9: RankFacts(1.0, 1)}
    assert rank_rows(still(*here), facts, 1000.0) == [
        ("rank", "state            step  heard"),
        ("0", "on another host  12    10 s ago"),
        ("2", "runs             12    5 s ago"),
        ("3", "runs             -     -"),
    ]
    unsure = [one._replace(rank=Rank(n, 6)) for n, one in enumerate(here)]
    assert [name for name, _ in rank_rows(still(*unsure), facts, 1000.0)] == ["rank", "0", "1"]


def test_the_slowest_is_behind_all_others_and_silent():
    survey = still(*(rank(number, LOAD) for number in range(3)))

    def marked(heard_at: float, step: int) -> list[str]:
        facts = {n: RankFacts(100.0, 50) for n in (0, 2)} | {1: RankFacts(heard_at, step)}
        return [name for name, told in rank_rows(survey, facts, 100.0) if "slowest" in told]

    assert marked(90.0, 40) == ["1"]
    assert marked(99.0, 40) == []
    assert marked(90.0, 50) == []


def test_without_ranks_there_is_no_table():
    assert rank_rows(still(rank(0, LOAD)._replace(rank=None)), {}, 0.0) == []
