"""Text that a training has printed into a file, when somebody names it."""

import json
import os
import subprocess
import sys
from itertools import chain

from support.other_logs import points, read_on, runs_of
from tuimon.events.tails import open_tail
from tuimon.sources.text_log import TextLog

LINES = "".join(f"step {n}: loss {1 / n:.4f}, lr 0.1\n" for n in range(1, 6))


def test_printed_lines_are_read_of_a_file_that_is_named_and_of_no_other(tmp_path):
    path = tmp_path / "slurm-123.out"
    path.write_text("starting on node 7\n" + LINES)
    assert not runs_of(tmp_path)
    (run,) = runs_of(path).values()
    found = run.series["loss"].snapshot()
    assert found.steps.tolist() == [1, 2, 3, 4, 5]
    assert found.values.tolist() == [1.0, 0.5, 0.3333, 0.25, 0.2]
    assert [status.origin for status in run.files.values()] == ["printed lines"]


def test_what_is_held_back_comes_when_the_file_rests_and_is_read_anew_when_it_goes_on(tmp_path):
    path = tmp_path / "train.log"
    bars = "".join(f"\rEpoch 1: {n}/4 [00:0{n}<00:04, 1.00it/s, loss=0.{n}]" for n in range(1, 5))
    path.write_text(bars)
    os.utime(path, (1.7e9, 1.7e9))
    tail = TextLog(path)
    assert points(tail)["loss"][1][-1] == 0.4
    with path.open("a") as file:
        file.write("\n" + bars.replace("Epoch 1", "Epoch 2").replace("0.", "0.1"))
    os.utime(path, (1.7e9, 1.7e9))
    batches = read_on(tail)
    assert batches[0].reset
    assert {0.4, 0.14} <= {*chain(*(batch.scalars["loss"].values for batch in batches))}
    assert points(tail) == {}


def test_bytes_are_no_text(tmp_path):
    path = tmp_path / "model.bin"
    path.write_bytes(b"\x80\x02\0\0loss 0.5\n")
    assert open_tail(path).origin == ""


def test_standard_input_is_a_log():
    command = [sys.executable, "-m", "tuimon", "show", "-", "--json"]
    done = subprocess.run(command, input=LINES, capture_output=True, text=True, timeout=100)
    assert json.loads(done.stdout)["runs"]["."]["loss"]["steps"]["last"] == 5
    empty = subprocess.run(command, input="", capture_output=True, text=True, timeout=100)
    assert empty.returncode == 2
