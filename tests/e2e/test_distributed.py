"""Several processes of one training: `tuimon run -- torchrun … demo/train_ddp.py`."""

import json
import os
import re
import shutil
import signal
from pathlib import Path

import pytest

from support.host import WRITER, Host
from support.waiting import wait_until

DEMO = str(Path(__file__).parents[2] / "demo" / "train_ddp.py")
RUN = ("run", "--detach", "--mirror", "off", "--", "torchrun", "--nproc-per-node", "2")

WAITS = "; rank 1 is stopped (SIGSTOP): look at rank 1"

CRASH = """
import os
rank = os.environ["RANK"]
print("rank", rank, "begins")
write(f"runs/rank{rank}", 5)
open(f"written{rank}", "w").close()
if rank == "1":
    while not os.path.exists("written0"):
        time.sleep(0.01)
    raise RuntimeError(f"rank {rank} crashes")
time.sleep(60)
"""


def ranks(host: Host) -> set[str]:
    """The directories in which the ranks' event files were found."""
    recorder = (host.newest() or {}).get("recorder") or {"logdirs": []}
    assert {source["found_by"] for source in recorder["logdirs"]} <= {"hook"}
    return {Path(source["path"]).name for source in recorder["logdirs"]}


def name_the_stopped_rank(host: Host) -> None:
    """One that is stopped is found within a minute, with the line where the other one waits."""
    found = re.search(r"rank 1 of 2 has PID (\d+)", host.run("logs").stdout)
    assert found is not None
    pid = int(found[1])
    os.kill(pid, signal.SIGSTOP)
    try:
        wait_until(lambda: host.run("where").stdout.partition("\n")[0].endswith(WAITS), 60)
        told = json.loads(host.run("where", "--json").stdout)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert re.fullmatch(rf"rank 0 at \w+ \(train_ddp\.py:\d+\){re.escape(WAITS)}", told["headline"])
    assert told["look_at"] == [1]
    places = {one["rank"]: one["place"] for one in told["processes"] if one["kind"] == "rank"}
    assert places[1] == "stopped (SIGSTOP)"


def test_both_ranks_are_found_and_stop_together(host: Host):
    assert host.run(*RUN, DEMO, "--epochs", "1000").returncode == 0
    wait_until(lambda: ranks(host) == {"rank0", "rank1"}, 60)
    name_the_stopped_rank(host)
    assert host.run("stop").returncode == 0
    run = host.runs()[0]
    assert run["state"] == "stopped"
    assert run["cause"].startswith("stopped by request (SIGINT)"), run["cause"]
    assert run["leftovers"] == 0
    output = host.run("logs").stdout
    for rank in (0, 1):
        assert f"rank {rank} of 2 has PID" in output
        assert f"rank {rank} stops after step" in output


def test_crash_of_one_rank_ends_all_and_is_told(host: Host):
    assert host.run(*RUN, host.script(WRITER + CRASH)).returncode == 0
    run = host.wait_for_end(90)
    assert (run["state"], run["exit_code"]) == ("failed", 1)
    assert run["cause"] == "exit code 1: RuntimeError: rank 1 crashes"
    assert ranks(host) == {"rank0", "rank1"}


@pytest.mark.skipif(not shutil.which("accelerate"), reason="accelerate is not installed")
@pytest.mark.long
def test_writers_under_accelerate_are_found_by_the_hook(host: Host):
    script = host.script(WRITER + "write('runs/rank0', 3)")
    launcher = ("accelerate", "launch", "--cpu", "--num_processes", "1")
    assert host.run("run", "--detach", "--mirror", "off", "--", *launcher, script).returncode == 0
    assert host.wait_for_end(90)["state"] == "finished"
    assert ranks(host) == {"rank0"}


@pytest.mark.long
def test_crash_of_a_rank_that_others_wait_for(host: Host):
    assert host.run(*RUN, DEMO, "--crash-rank", "1").returncode == 0
    run = host.wait_for_end(90)
    assert (run["state"], run["exit_code"]) == ("failed", 1)
    assert run["cause"] == "exit code 1: RuntimeError: rank 1 crashes, as --crash-rank says"
    assert ranks(host) == {"rank0", "rank1"}
