"""What is told of small programs that really fail."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.failure_excerpts import sentence
from tuimon.guardian.child import Outcome

PROGRAMS = {
    'import sys; print("epoch 1"); sys.exit("bad config: lr is missing")': (
        'exit code 1: its last line: "bad config: lr is missing"'
    ),
    "import rich.traceback as t; t.install(); {}['lr']": "exit code 1: KeyError: 'lr'",
    "import sys; from rich.console import Console\ntry: {}['lr']\n"
    "except KeyError: Console().print_exception(); sys.exit(1)": "exit code 1: KeyError: 'lr'",
    "import argparse; a = argparse.ArgumentParser('t.py'); a.parse_args(['--lrr'])": (
        "exit code 2: wrong arguments: t.py: error: unrecognized arguments: --lrr; see --help"
    ),
    "import click; click.command('t.py')(lambda: 0)(['--lrr'])": (
        "exit code 2: wrong arguments: No such option"
    ),
    "open('/dev/full', 'w').write('x' * 10**6)": (
        "exit code 1: the disk is full: OSError: [Errno 28] No space left on device; make room"
    ),
    "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (9, 9))\n"
    "open('x', 'wb', 0).write(bytes(99)); open('x', 'ab', 0).write(b'x')": (
        "exit code 1: a limit of file size was reached: OSError: [Errno 27] File too large; "
        "see ulimit -f"
    ),
    "import resource as r; r.setrlimit(r.RLIMIT_AS, (1 << 30, 1 << 30)); bytearray(1 << 40)": (
        "exit code 1: out of host memory: MemoryError; fewer workers or smaller batches need less"
    ),
    "import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (9, 9)); [open('/') for _ in ()]; "
    "import socket; [socket.socket() for _ in range(9)][0]": (
        "exit code 1: too many open files: OSError: [Errno 24] Too many open files; "
        "ulimit -n 65536, or torch.multiprocessing.set_sharing_strategy('file_system')"
    ),
    "import socket as s; a = s.create_server(('', 0)); s.create_server(a.getsockname())": (
        "exit code 1: the port is in use: OSError: [Errno 98] Address already in use"
    ),
    "import socket as s; a = s.create_server(('', 0)); p = a.getsockname(); a.close(); "
    "s.create_connection(p)": "exit code 1: nothing answers there: ConnectionRefusedError: ",
    "open('no.yaml')": "exit code 1: a file is missing: FileNotFoundError: [Errno 2] No such file",
    "import no_such": "exit code 1: ModuleNotFoundError: No module named 'no_such'",
    "from os import no_such": "exit code 1: the module has no such name: ImportError: cannot",
    "import pickle; pickle.loads(b'x')": "exit code 1: a file cannot be read: is it cut off?: ",
    "lr = = 3": "exit code 1: SyntaxError: invalid syntax",
    "try: {}['lr']\nexcept KeyError as error: raise ExceptionGroup('all', [error]) from None": (
        "exit code 1: KeyError: 'lr'"
    ),
    "import faulthandler, ctypes; faulthandler.enable(); ctypes.string_at(0)": (
        "killed by SIGSEGV: segmentation fault in native code, called at __init__.py:"
    ),
    "import os; os.abort()": "killed by SIGABRT: aborted by its own native code",
    "import os; os.kill(os.getpid(), 9)": "killed by SIGKILL: from outside",
    "class F:\n    def __del__(self): self.gone\nf = F()\nraise ValueError('bad batch')": (
        "exit code 1: ValueError: bad batch"
    ),
    "import threading as t; a = t.Thread(target=lambda: 1 / 0); a.start(); a.join()\nopen('no')": (
        "exit code 1: a file is missing: "
    ),
    "import logging\ntry: 1 / 0\nexcept Exception: logging.exception('skipped a sample')\n"
    "for step in range(30): print('step', step)\nraise SystemExit(4)": "exit code 4",
    "import multiprocessing as m\ndef work(pipe): raise ValueError('bad shard')\n"
    "a, b = m.Pipe(); c = m.get_context('fork').Process(target=work, args=(b,)); c.start()\n"
    "b.close(); a.recv()": "exit code 1: ValueError: bad shard",
}

NEEDS_TORCH = {
    "from torch.utils.data import DataLoader\nclass D(list):\n"
    "    def __getitem__(self, i): raise KeyError('label')\n"
    "for _ in DataLoader(D([1]), num_workers=1): pass": "exit code 1: KeyError: 'label'",
    "import os\nfrom torch.utils.data import DataLoader\nclass D(list):\n"
    "    def __getitem__(self, i): os.kill(os.getpid(), 9)\n"
    "for _ in DataLoader(D([1]), num_workers=1): pass": (
        "exit code 1: a DataLoader worker died: RuntimeError: DataLoader worker (pid"
    ),
    "import torch; torch.empty(1 << 60)": "exit code 1: out of host memory: RuntimeError: ",
    "import torch; torch.nn.Linear(2, 3).load_state_dict(torch.nn.Linear(3, 3).state_dict())": (
        "exit code 1: the checkpoint does not fit the model: RuntimeError: Error(s) in loading "
        "state_dict for Linear: size mismatch for weight: copying a param"
    ),
    "import io, torch; torch.load(io.BytesIO(b'PK' + bytes(99)))": (
        "exit code 1: a checkpoint cannot be loaded as weights alone: "
    ),
    "import torch; a = torch.ones(1, requires_grad=True)\n"
    "with torch.autograd.detect_anomaly(): (a * 0).sqrt().mul(0).sum().backward()": (
        "exit code 1: NaN or infinite numbers: RuntimeError: Function 'SqrtBackward0' returned nan"
    ),
    "import torch.distributed as d; from datetime import timedelta as t\n"
    "d.init_process_group('gloo', 'tcp://127.0.0.1:29577', t(seconds=3), 2, 0)": (
        "exit code 1: only 1 of 2 ranks came to the rendezvous: "
    ),
}

BARRIER = """
import time, torch.distributed as d, torch.multiprocessing as m
from datetime import timedelta as t
def rank(number):
    d.init_process_group("gloo", f"file://{__file__}.store", t(seconds=30), 3, number)
    if number == 1:
        time.sleep(8)
    try:
        d.monitored_barrier(timeout=t(seconds=3), wait_all_ranks=True)
    except RuntimeError:
        time.sleep(3 * number)  # spawn tells of the first that ends: rank 0 knows who is missing
        raise
if __name__ == "__main__":
    m.spawn(rank, nprocs=3)
"""
RANKS = """
import os, signal, time, torch.distributed as d
d.init_process_group("gloo")
if d.get_rank() == 1:
    {}
d.barrier()
"""


def told(folder: Path, text: str, *launcher: str) -> str:
    """The sentence on a script's end."""
    script = folder / "train.py"
    script.write_text(text)
    done = subprocess.run(
        [sys.executable, *launcher, str(script)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=120,
        env=os.environ | {"COLUMNS": "100", "NO_COLOR": "1"},
    )
    code = done.returncode
    ended = Outcome(code, None) if code >= 0 else Outcome(None, -code)
    return sentence(ended, done.stdout)


@pytest.mark.parametrize("text", PROGRAMS)
def test_of_python(tmp_path: Path, text: str):
    assert told(tmp_path, text).startswith(PROGRAMS[text])


@pytest.mark.long
@pytest.mark.parametrize("text", NEEDS_TORCH)
def test_of_torch(tmp_path: Path, text: str):
    assert told(tmp_path, text).startswith(NEEDS_TORCH[text])


@pytest.mark.long
def test_a_rank_that_does_not_come_to_a_barrier_is_named(tmp_path: Path):
    assert told(tmp_path, BARRIER).startswith("exit code 1: rank 1 did not reach a barrier in time")


@pytest.mark.long
@pytest.mark.parametrize(
    ("fails", "sentence"),
    [
        ("raise ValueError('bad shard')", "exit code 1: ValueError: bad shard"),
        ("os.kill(os.getpid(), 11)", "exit code 1: rank 1 was killed by signal 11"),
        ("raise SystemExit('no data')", "exit code 1: rank 1 was the first to fail: exitcode : 1"),
    ],
)
def test_of_a_rank_under_torchrun(tmp_path: Path, fails: str, sentence: str):
    launcher = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    assert told(tmp_path, RANKS.format(fails), *launcher).startswith(sentence)


def test_an_interrupt_is_no_failure_of_its_own(tmp_path: Path):
    text = "import os, signal; os.kill(os.getpid(), signal.SIGINT); input()"
    assert told(tmp_path, text) == f"killed by {signal.SIGINT.name}"
