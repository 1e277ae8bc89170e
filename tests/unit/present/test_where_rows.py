"""Where a training is, as people and programs are told."""

import json

from tuimon.present.rank_rows import RankFacts
from tuimon.present.where_rows import PlaceSection, place_sections, where_document
from tuimon.runs.ranks import Rank
from tuimon.stacks.call_stack import Call, ThreadStack
from tuimon.stacks.python_process import PythonProcess
from tuimon.stacks.survey import Survey

TRAIN = Call("/home/u/\x1b[31mtrain.py", 9, "train")
START = Call("/v/lib/python3.11/site-packages/launcher/run.py", 3, "start")
SLEEP = ThreadStack("thread 0x1", (Call("/usr/lib/python3.11/threading.py", 324, "wait"),))
READ = ThreadStack("reader", (Call("/home/u/data.py", 4, "read"),))


def process(pid: int, rank: int | None, *threads: ThreadStack, silence: str = "") -> PythonProcess:
    known = None if rank is None else Rank(rank, 3, rank, 3)
    return PythonProcess(pid, 1, known, threads, silence)


def main(*calls: Call) -> ThreadStack:
    return ThreadStack("main thread", calls)


SURVEY = Survey(
    [
        process(5, None, main(START), SLEEP),
        process(10, 0, main(TRAIN, START), SLEEP, READ),
        process(11, 1, main(TRAIN, START), SLEEP),
        process(12, 2, silence="stopped (SIGSTOP)"),
    ],
    frozenset({10, 11}),
)


def test_ranks_at_the_same_calls_are_told_together():
    assert place_sections(SURVEY) == [
        PlaceSection(
            "ranks 0, 1 (PID 10, 11)",
            [
                ("▸ train", "/home/u/␛[31mtrain.py:9"),
                ("  in", "reader"),
                ("▸ read", "/home/u/data.py:4"),
                ("  and", "1 other thread"),
            ],
        ),
        PlaceSection("rank 2 (PID 12)", [("  is", "stopped (SIGSTOP)")]),
        PlaceSection(
            "helper (PID 5)", [("  start", "launcher/run.py:3"), ("  and", "1 other thread")]
        ),
    ]


def test_deep_stacks_keep_both_ends():
    calls = tuple(TRAIN._replace(line=line) for line in range(100))
    (section,) = place_sections(Survey([process(1, None, main(*calls))], frozenset()))
    assert section.who == "process (PID 1)"
    lines = [line.rpartition(":")[2] for _, line in section.calls]
    assert lines == [*map(str, range(6)), "88 more", *map(str, range(94, 100))]


def test_programs_get_all_of_it():
    document = json.loads(json.dumps(where_document(SURVEY, {2: RankFacts(step=5)})))
    assert document["look_at"] == [2]
    assert document["gone"] == []
    first = document["processes"][1]
    assert (first["rank"], first["kind"], first["moved"]) == (0, "rank", False)
    assert first["place"].startswith("train (")
    assert first["threads"][0]["calls"][1] == {**START._asdict(), "library": True}
