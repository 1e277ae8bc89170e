"""Levels of lines, by the formats of many loggers; and what has none."""

import time

import pytest

from tuimon.console.levels import CONTINUED, LevelReader, LogLevel

D, I, W, E = LogLevel  # noqa: E741
MORE = "more"

LINES = {
    D: """
        DEBUG:urllib3.connectionpool:Starting new HTTPS connection (1): example.org:443
        2026-11-30 10:00:00.123 | DEBUG    | __main__:<module>:3 - loading
        2026-11-30 10:00:00.123 | TRACE    | data:read:3 - shard 4
        2026-11-30 10:00:00 [debug    ] opened                         path=x
        [2026-11-30 10:00:00,123][train][DEBUG] - seed 3
        time=2026-11-30T10:00:00Z level=debug msg="opened"
        [NeMo D 2026-11-30 10:00:00 megatron:12] debug
    """,
    I: """
        INFO:root:lr 0.1
        I1130 10:00:00.123456 1234 train.cc:12] error rate is low
        2026-11-30 10:00:00,123 - train - INFO - WARNING is a word
        epoch 3 loss 0.31 error 0.2
        error: 0.5
        Error: 12%
        ERROR 0.03
        val: error: 3e-4
        error = tensor(0.03)
        EPOCH | LOSS | ERROR
        No ERROR found
        no errors so far
        mean squared error: 0.12 warnings: 3
        This is a WARNING sign detector
        Killed processes: 0
        val_WARNING 1
        RMSError: 0.3
        lightning.pytorch.utilities.rank_zero INFO: GPU available: True
        {"event": "started", "level": "info", "errors": 0}
        100%|██████████| 3/3 [00:01<00:00, 2.1it/s, error=0.3]
        tests/test_error.py::test_warning PASSED
        Traceback is on
        loading error_model.pt
        | Name | Type | Params | Mode | Warning |
        debug: 3
        INFO:     127.0.0.1 - "GET /error HTTP/1.1" 500
        Set the environment variable HYDRA_FULL_ERROR=1 for a complete stack trace.
        train_error 0.3 val_error 0.4
        Error rate: 0.3
        Errors: 0
        0 errors, 0 warnings
        warning_count=3 loss=0.2
        epoch=3 error=0.31
        error_rate: 0.31 | loss: 0.3
        loss 0.3, err 0.2
        ERR 0.2
        err: 0.2
        Test set: Average loss: 0.3, Error: 3/100 (3%)
        Warning threshold 0.3
        debug mode: False
        Debug: false
        trace=0.3
        fatal=0
        Starting error analysis
        exception handling is on
        Loading checkpoint critical.pt
        model/critical_layer: 0.3
        TypeError is a class
        FID: 3.2 ERROR: 0.3
        | ERROR | 0.3 |
        Total 3 FAILED 0 ERROR 0
        INFO WARNING is off
        Word Error Rate: 12.3
        WER: 12
        error: 0.3, 0.2
        error: [0.3, 0.2]
        error: {'a': 0.2}
        error : 0.3
        Error = 0.3
        error: 1e-5±2
        error:0.3
        Reconstruction error: 0.2
        warning: 0
        critical: 12
    """,
    W: """
        WARNING:root:lr is 0
        WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
        2026-11-30 10:00:00.123 | WARNING  | __main__:<module>:3 - slow
        2026-11-30 10:00:00,123 - trainer - WARNING - slow
        2026-11-30 10:00:00,123 root WARNING slow
        11/30 10:00:00 - mmengine - WARNING - Failed to search registry
        [2026-11-30 10:00:00,123][train][WARNING] - slow
        [2026-11-30 10:00:00,123] [WARNING] [real_accelerator.py:162:get] Setting accelerator
        2026-11-30 10:00:00 [warning  ] slow                           shard=3
        W1130 10:00:00.123456 1234 train.cc:12] slow
        W0000 00:00:1699000000.123456 12 gpu_device.cc:2344] Cannot dlopen some GPU libraries
        [W1130 10:00:00.123456789 socket.cpp:752] [c10d] The client socket has failed
        [rank1]:[W1130 10:00:00.123456789 ProcessGroupNCCL.cpp:1250] Warning: unsynced
        [W socket.cpp:436] [c10d] The server socket has failed
        [W 2026-11-30 10:00:00,123] Trial 3 failed
        2026-11-30 10:00:00.123456: W tensorflow/core/framework/op.cc:12] slow
        [NeMo W 2026-11-30 10:00:00 nemo_logging:349] slow
        [WARNING|trainer.py:598] 2026-11-30 10:00:00,123 >> max_steps is given
        WARNING 11-30 10:00:00 config.py:12] Casting torch.bfloat16
        (RayTrainWorker pid=123, ip=10.0.0.1) WARNING: slow
        wandb: WARNING Step must only increase
        node1:123:456 [0] NCCL WARN Cuda failure 'out of memory'
        /env/site-packages/torch/optim/lr_scheduler.py:143: UserWarning: Detected call of
        <string>:1: DeprecationWarning: invalid escape sequence
        FutureWarning: `clean_up_tokenization_spaces` was not set
        train.c:12:5: warning: unused variable 'x' [-Wunused-variable]
        2026-11-30T10:00:00.123Z  WARN hyper::client: slow
        ts=2026-11-30T10:00:00Z level=warn msg=slow
        {"event": "slow", "level": "warning", "timestamp": "2026-11-30"}
        1: WARNING: slow
        Warning: the cache is off
        *** WARNING: the disk is nearly full ***
        WARN  [2026-11-30 10:00:00] slow
        [WARN] slow
        (WARN) slow
        [warn ] slow
        ld: warning: x
        nvcc warning : The 'compute_35' architecture is deprecated
        10:00:00.123 [main] WARN  o.a.Class - msg
        /x.py:3: RuntimeWarning: Mean of empty slice.
        WARNING:jax._src.xla_bridge:No GPU/TPU found
        jax._src.xla_bridge WARNING: No GPU found
        WARNING  root:conftest.py:3 slow
        ⚠ WARNING: disk
        UserWarning: the loss is 0.3
        tensorflow/core/x.cc:12 WARNING slow
    """,
    E: """
        ERROR:root:cannot read
        2026-11-30 10:00:00.123 | CRITICAL | __main__:<module>:3 - lost
        2026-11-30 10:00:00,123 - trainer - ERROR - lost
        E0000 00:00:1699000000.123456 12 cuda_dnn.cc:8310] Unable to register cuDNN factory
        F1130 10:00:00.123456 1234 train.cc:12] Check failed: x > 0
        2026-11-30 10:00:00.123456: E tensorflow/stream_executor/cuda.cc:12] failed call
        srun: error: node1: task 3: Out Of Memory
        slurmstepd: error: *** JOB 12 ON node1 CANCELLED AT 2026-11-30T10:00:00 ***
        error: subprocess-exited-with-error
        fatal: not a git repository
        RuntimeError: CUDA error: device-side assert triggered
        torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB
        KeyboardInterrupt
        [rank0]: ValueError: bad
        terminate called after throwing an instance of 'c10::Error'
        Segmentation fault (core dumped)
        Fatal Python error: Aborted
        train: loss.cu:12: void loss(): Assertion `x < n` failed.
        wandb: ERROR Error while calling W&B API
        {"level":"error","msg":"lost"}
        2026/11/30 10:00:00 [error] 123#0: x
        Nov 30 10:00:00 host kernel: Out of memory: Killed process 123 (python)
        error[E0308]: mismatched types
        Exception in thread Thread-1 (run):
        Exception ignored in: <function x>
        ModuleNotFoundError: No module named 'torch'
        AssertionError
        KeyError: 'x'
        KeyError: 3
        torch.distributed.elastic.multiprocessing.errors.ChildFailedError:
        E1130 10:00:00.123000 123 torch/distributed/elastic/api.py:826] failed (exitcode: 1)
        [rank0]:[E1130 10:00:00.123 ProcessGroupNCCL.cpp:12] watchdog
        {"severity": "ERROR", "message": "x"}
        {"@timestamp":"x","log.level":"error"}
        time=x level=ERROR msg=y
        (APIServer pid=123) ERROR 11-30 10:00:00 [core.py:12] EngineCore failed
        Error executing job with overrides: []
        OSError: [Errno 28] No space left on device
        bash: line 1:   123 Killed                  python train.py
        CUDA error: out of memory
        RuntimeError: CUDA error: an illegal memory access was encountered
        ray.exceptions.RayTaskError(ValueError): ray::f()
        2026-11-30T10:00:00.000000Z ERROR text_generation_launcher: Shard 0 failed
        ❌ Error: lost
        ERROR! lost
    """,
}


@pytest.mark.parametrize("level", LINES, ids=str)
def test_the_level_of_a_line(level: LogLevel) -> None:
    lines = [line.strip() for line in LINES[level].strip().splitlines()]
    assert {line: LevelReader().read(line) for line in lines} == dict.fromkeys(lines, level)


def levels(text: str) -> list[int]:
    reader = LevelReader()
    return [reader.read(line) for line in text.strip("\n").splitlines()]


def test_a_traceback_is_an_error_up_to_its_exception() -> None:
    text = """
epoch 1
[rank0]: Traceback (most recent call last):
[rank0]:   File "train.py", line 3, in <module>
[rank0]:     raise Lost

[rank0]: lost.Lost
[rank0]: The above exception was the direct cause of the following exception:
Traceback (most recent call last):
  File "train.py", line 5, in <module>
ValueError: bad
  in two lines
epoch 2"""
    more = E + CONTINUED
    assert levels(text) == [I, E, more, more, more, E, E, E, more, E, more, I]


def test_the_box_of_a_rich_traceback_is_one_error() -> None:
    text = """
╭─────── Traceback (most recent call last) ───────╮
│ /home/x/train.py:3 in <module>                  │
╰─────────────────────────────────────────────────╯
ValueError: bad
done"""
    assert levels(text) == [E, E + CONTINUED, E + CONTINUED, E, I]


def test_what_is_indented_belongs_to_a_warning() -> None:
    text = """
x.py:3: UserWarning: slow
  warnings.warn(
step 1
  indented"""
    assert levels(text) == [W, W + CONTINUED, I, I]


def test_not_all_that_follows_belongs_to_it() -> None:
    found = levels("WARNING: slow\n" + "  layer\n" * 1000)
    assert found.count(W + CONTINUED) < 100


@pytest.mark.parametrize(
    "unit", ["error: ", "a:", "a.", "a a ", "1: ", "WARNING ", "x:1: ", "E", "["]
)
def test_a_long_line_takes_no_longer(unit: str) -> None:
    began = time.process_time()
    LevelReader().read(unit * 1_000_000)
    assert time.process_time() - began < 0.05
