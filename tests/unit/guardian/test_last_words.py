"""What the end of a console tells."""

import pytest

from tuimon.guardian.last_words import last_words

TRACEBACK = "Traceback (most recent call last):\r\n  File 'x.py', line 1\r\n{}\r\n"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("ModuleNotFoundError: No module named 'x'", "ModuleNotFoundError: No module named 'x'"),
        ("AssertionError", "AssertionError"),
        ("KeyboardInterrupt", "KeyboardInterrupt"),
        (
            "my.package.BadConfigError: lr: \x1b[31mtoo high\x1b[0m",
            "my.package.BadConfigError: lr: too high",
        ),
        # As Python 3.13 colours it on a terminal.
        ("\x1b[1;35mValueError\x1b[0m: \x1b[35mbad shape\x1b[0m", "ValueError: bad shape"),
        (
            "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.",
            "out of GPU memory: torch.OutOfMemoryError: CUDA out of memory. "
            "Tried to allocate 2.00 GiB; a smaller batch, accumulated gradients or checkpointed "
            "activations need less",
        ),
        (
            "OSError: [Errno 28] No space left on device: 'ckpt.pt'",
            "the disk is full: OSError: [Errno 28] No space left on device: 'ckpt.pt'; make room",
        ),
        (
            "RuntimeError: DataLoader worker (pid 7) is killed by signal: Bus error.",
            "a DataLoader worker had a bus error: RuntimeError: DataLoader worker (pid 7) is "
            "killed by signal: Bus error; /dev/shm is too small, most often: --ipc=host or a "
            "larger --shm-size in a container",
        ),
        (
            "torch.distributed.DistBackendError: NCCL error in: ProcessGroupNCCL.cpp:2006",
            "NCCL failed: torch.distributed.DistBackendError: NCCL error in: "
            "ProcessGroupNCCL.cpp:2006; NCCL_DEBUG=INFO tells more",
        ),
        (
            "RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(h)`",
            "out of GPU memory: RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling "
            "`cublasCreate(h)`; a smaller batch, accumulated gradients or checkpointed activations "
            "need less",
        ),
        (
            "RuntimeError: CUDA error: device-side assert triggered",
            "an assertion on the GPU failed: RuntimeError: CUDA error: device-side assert "
            "triggered; often an index or label out of range; CUDA_LAUNCH_BLOCKING=1 shows where",
        ),
    ],
)
def test_last_line_of_a_traceback(line: str, words: str):
    assert last_words((TRACEBACK.format(line) + "wandb: done\r\n").encode()) == words


def test_a_syntax_error_has_no_heading():
    tail = '  File "/x/train.py", line 1\r\n    def f(:\r\n          ^\r\n'
    assert last_words(f"{tail}SyntaxError: invalid syntax\r\n".encode()) == (
        "SyntaxError: invalid syntax"
    )


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("/usr/bin/python3.11: No module named nosuch", "No module named nosuch"),
        (
            "python: can't open file '/x/t.py': [Errno 2] No such file or directory",
            "can't open file '/x/t.py': [Errno 2] No such file or directory",
        ),
        (
            "usage: train.py [-h] [--lr LR]\r\ntrain.py: error: unrecognized arguments: --lrr",
            "wrong arguments: train.py: error: unrecognized arguments: --lrr; see --help",
        ),
        ("./job.sh: line 3: foo: command not found", "./job.sh: line 3: foo: command not found"),
        ("train.py: error: bad batch, skipped\r\na\r\nb\r\nc", None),
        ("validation: error 0.25", None),
    ],
)
def test_what_a_program_says_of_how_it_was_called(printed: str, words: str | None):
    assert last_words(f"{printed}\r\n".encode()) == words


def test_the_last_exception_of_a_chain_counts():
    chain = TRACEBACK.format("KeyError: 'a'")
    chain += "\r\nDuring handling of the above exception, another exception occurred:\r\n\r\n"
    chain += TRACEBACK.format("RuntimeError: no a")
    assert last_words(chain.encode()) == "RuntimeError: no a"


def test_a_workers_exception_tells_more_than_its_launchers():
    tail = "[rank1]: Traceback (most recent call last):\r\n[rank1]:   File 'x'\r\n"
    tail += "[rank1]: ValueError: bad batch\r\n"
    tail += TRACEBACK.format("torch.distributed.elastic.multiprocessing.errors.ChildFailedError:")
    assert last_words(tail.encode()) == "ValueError: bad batch"


def test_the_rank_that_failed_first_tells_more_than_those_that_lost_it():
    lost = "RuntimeError: [gloo/pair.cc:553] Connection closed by peer [127.0.0.1]:10112."
    tail = TRACEBACK.format("ValueError: bad batch") + TRACEBACK.format(lost)
    assert last_words(tail.encode()) == "ValueError: bad batch"
    told = f"another rank is gone: {lost}".rstrip(".")
    assert last_words(TRACEBACK.format(lost).encode()) == (
        f"{told}; what this rank has printed tells why"
    )


FAILED_RANK = """\
[{}]:
  time      : 2026-11-30_15:09:36
  host      : localhost
  rank      : {} (local_rank: 0)
  exitcode  : {} (pid: 32656)
  error_file: <N/A>
"""


def test_of_ranks_that_were_killed_the_first_is_the_cause():
    """torchrun ends the others with SIGTERM then, and lists them before."""
    end = "ChildFailedError:\n====\ntrain.py FAILED\n----\nFailures:\n"
    end += FAILED_RANK.format(1, 0, -15) + "----\nRoot Cause (first observed failure):\n"
    words = last_words((end + FAILED_RANK.format(0, 1, -9)).encode())
    assert words is not None
    assert words.startswith("rank 1 was killed by signal 9: ")
    assert "rank 0" not in (last_words((end + FAILED_RANK.format(0, 1, 1)).encode()) or "")


def test_a_lonely_launchers_exception_is_better_than_none():
    tail = TRACEBACK.format("subprocess.CalledProcessError: Command 'x' failed")
    assert last_words(tail.encode()) == "subprocess.CalledProcessError: Command 'x' failed"


def test_long_lines_are_cut():
    words = last_words(TRACEBACK.format(f"ValueError: {'x' * 5000}").encode())
    assert words is not None
    assert len(words) == 300
