"""What is known of ranks by their files and lines."""

import os
from pathlib import Path

from support.event_files import scalar, version, write
from tuimon.recorder.rank_watch import rank_facts
from tuimon.runs.paths import RunPaths
from tuimon.runs.ranks import Rank
from tuimon.stacks.python_process import PythonProcess
from tuimon.stacks.survey import Survey


def test_lines_and_event_files_of_each_rank(tmp_path: Path):
    paths = RunPaths(tmp_path / "run")
    paths.writers.mkdir(parents=True)
    lines = [f"[rank{rank}]: step {step} loss 0.5" for step in (1, 7) for rank in (0, 1)]
    paths.console_log.write_text("\n".join([*lines, "step 900 loss 0.1", ""]))
    log = write(tmp_path / "log", [version(), scalar("loss", 3, 0.5), scalar("loss", 9, 0.4)])
    os.utime(log, (5.0, 5.0))
    pid = os.getpid()
    (paths.writers / f"{os.uname().nodename}-{pid}").write_text(f"{log.parent}\nfile:{log}\n")
    ranks = [PythonProcess(pid, 1, Rank(0, 2), ()), PythonProcess(2**22 + 1, 1, Rank(1, 2), ())]
    facts = rank_facts(paths, Survey(ranks, frozenset()))
    assert [facts[rank].step for rank in (0, 1)] == [9, 7]
    assert facts[0].heard_at == 5.0
    assert (facts[0].memory or 0) > 1e6
    assert facts[1].memory is None


def test_lines_tell_of_ranks_on_other_hosts(tmp_path: Path):
    paths = RunPaths(tmp_path / "run")
    paths.console_log.parent.mkdir()
    paths.console_log.write_text(
        "".join(f"[1,{n}]<stdout>:step {n + 5} loss 0.5\n" for n in range(9))
    )
    here = PythonProcess(os.getpid(), 1, Rank(4, 6, 0, 2), ())
    facts = rank_facts(paths, Survey([here], frozenset()))
    assert {number: one.step for number, one in facts.items()} == {n: n + 5 for n in range(5)}


def test_without_ranks_nothing_is_read():
    assert rank_facts(None, Survey([PythonProcess(1, 0, None)], frozenset())) == {}
