"""What faulthandler and py-spy write, and a stack in a few words."""

import json

from hypothesis import given
from hypothesis import strategies as st

from tuimon.stacks.call_stack import Call, ThreadStack, read_faulthandler, read_py_spy

C10D = "/v/lib/python3.11/site-packages/torch/distributed/distributed_c10d.py"
WRAPPED = "/v/lib/python3.11/site-packages/torch/distributed/c10d_logger.py"
DUMP = f"""\
Thread 0x00007f79e5f3d6c0 (most recent call first):
  File "/usr/lib/python3.11/threading.py", line 982 in run

Current thread 0x00007f79e6f3d740 (most recent call first):
  Garbage-collecting
  File "{C10D}", line 3252 in all_reduce
  File "{WRAPPED}", line 83 in wrapper
  File "trainer.py", line 695 in train
  File "trainer.py", line 700 in <module>
"""
MAIN = (
    Call(C10D, 3252, "all_reduce"),
    Call(WRAPPED, 83, "wrapper"),
    Call("trainer.py", 695, "train"),
    Call("trainer.py", 700, "<module>"),
)


def test_the_main_thread_is_the_oldest():
    main, other = read_faulthandler(DUMP)
    assert main == ThreadStack("main thread", MAIN)
    assert other.name == "thread 0x00007f79e5f3d6c0"
    assert other.calls == (Call("/usr/lib/python3.11/threading.py", 982, "run"),)


def test_of_a_hundred_threads_it_is_the_one_that_writes():
    head, _, rest = DUMP.partition("\n\n")
    threads = f"{rest}\n" + f"{head}\n\n" * 99 + "...\n"
    assert read_faulthandler(threads)[0].calls == MAIN
    assert len(read_faulthandler(threads)) == 100


def test_names_of_threads_as_newer_pythons_write_them():
    dump = DUMP.replace("d6c0 (", "d6c0 [loader] (")
    assert [stack.name for stack in read_faulthandler(dump)] == ["main thread", "loader"]


def test_a_place_is_the_users_line_and_what_it_called():
    assert ThreadStack("", MAIN).place == "all_reduce (trainer.py:695)"
    assert ThreadStack("", MAIN[2:]).place == "train (trainer.py:695)"
    assert ThreadStack("", MAIN[1:]).place == "wrapper (trainer.py:695)"
    assert ThreadStack("", MAIN[:1]).place == "all_reduce (distributed_c10d.py:3252)"
    assert ThreadStack("", ()).place == "no Python code"
    imports = (Call("<frozen importlib._bootstrap>", 1, "_find_and_load"), MAIN[3])
    assert ThreadStack("", imports).place == "import (trainer.py:700)"


def test_whose_code_it_is():
    libraries = (C10D, "/usr/lib/python3.11/os.py", "/usr/lib/python3/dist-packages/x.py")
    users = ("train.py", "/home/u/lib/python/train.py", "<string>", "/home/u/bin/train.py")
    assert all(Call(file, 1, "f").is_library for file in (*libraries, "/v/bin/torchrun"))
    assert not any(Call(file, 1, "f").is_library for file in users)


def test_what_had_forked_a_process_is_not_where_it_is():
    fork = '  File "/usr/lib/python3.11/multiprocessing/popen_fork.py", line 70 in _launch\n'
    begin = DUMP.index('  File "trainer.py", line 700')
    main, _ = read_faulthandler(DUMP[:begin] + fork + DUMP[begin:])
    assert main.calls == MAIN[:3]


def test_py_spy_tells_the_same():
    frames = [{"name": one.function, "filename": one.file, "line": one.line} for one in MAIN]
    threads = [
        {"thread_name": None, "thread_id": 7, "frames": []},
        {"thread_name": "MainThread", "thread_id": 6, "frames": frames},
    ]
    assert read_py_spy(json.dumps(threads)) == (
        ThreadStack("main thread", MAIN),
        ThreadStack("thread 7", ()),
    )


@given(st.lists(st.sampled_from([*DUMP.splitlines(), "...", "  ...", "\x1b[2J", ""]), max_size=40))
def test_any_lines_are_read(lines: list[str]):
    found = read_faulthandler("\n".join(lines))
    assert len(found) == sum("thread 0x" in line.lower() for line in lines)
    assert all(stack.place for stack in found)


def test_bounds():
    line = f'  File "{"x" * 500}", line 1 in f\n'
    (stack,) = read_faulthandler(f"Thread 0x1 (most recent call first):\n{line * 5000}")
    assert len(stack.calls) == 128
    assert len(read_faulthandler("Thread 0x1 (most recent call first):\n" * 5000)) == 128
