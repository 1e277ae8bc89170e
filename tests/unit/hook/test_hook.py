"""The hook in real Pythons with real writers."""

import inspect
import os
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tuimon.events.tail import EventFileTail
from tuimon.hook import hooked
from tuimon.recorder.discovery import origin
from tuimon.runs.interpreter import interpreter, pythons
from tuimon.runs.writers import WriterReports

SLOW_WRITER = """
import sys, tensorboardX
writer = tensorboardX.SummaryWriter(sys.argv[1])
for step in range(5):
    writer.add_scalar("loss", step / 2, step)
print("written", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    return tmp_path / "reports"


@pytest.fixture
def processes() -> Iterator[list["subprocess.Popen[str]"]]:
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.kill()
        process.communicate()


def run(
    code: str, *arguments: str, environment: dict[str, str]
) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def steps(logdir: Path) -> list[int]:
    found: list[int] = []
    for path in logdir.glob("*tfevents*"):
        for batch in EventFileTail(path).poll():
            for columns in batch.scalars.values():
                found += columns.steps.tolist()
    return found


def test_points_of_a_writer_that_buffers_are_on_disk_at_once(
    tmp_path: Path, reports: Path, processes: list["subprocess.Popen[str]"]
) -> None:
    logdir = tmp_path / "log"
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW_WRITER, str(logdir)],
        env=hooked(os.environ, reports),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    processes.append(process)
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    deadline = time.monotonic() + 30  # without the hook it would be 120 s
    while steps(logdir) != [0, 1, 2, 3, 4]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert process.poll() is None
    assert list(WriterReports(reports).new()) == [str(logdir)]


def test_writers_of_torch_are_reported_those_of_dataloaders_too(
    tmp_path: Path, reports: Path
) -> None:
    code = """
import sys
from torch.utils.data import DataLoader, Dataset
from torch.utils.tensorboard import SummaryWriter

class Items(Dataset):
    def __len__(self):
        return 1

    def __getitem__(self, index):
        SummaryWriter(sys.argv[1] + "/worker").close()
        return index

with SummaryWriter(sys.argv[1]) as writer:
    writer.add_scalars("loss", {"train": 1.0}, 0)
    list(DataLoader(Items(), num_workers=1))
"""
    done = run(code, str(tmp_path / "a"), environment=hooked(os.environ, reports))
    assert done.returncode == 0, done.stderr
    found = sorted(WriterReports(reports).new())
    assert found == [str(tmp_path / "a" / name) for name in ("", "loss_train", "worker")]
    assert len(list(reports.iterdir())) == 2  # a process each


FAKE_TENSORFLOW = """
import os

class io:
    class gfile:
        exists, isdir, makedirs = os.path.exists, os.path.isdir, os.makedirs

        class GFile:
            # As TensorFlow's, it keeps to itself what is not flushed.
            def __init__(self, name, mode="r"):
                self._file = open(name, mode, buffering=1 << 20)

            def __getattr__(self, name):
                return getattr(self._file, name)
"""


def test_points_are_on_disk_at_once_where_tensorflow_can_be_imported(
    tmp_path: Path, reports: Path, processes: list["subprocess.Popen[str]"]
) -> None:
    package = tmp_path / "fake" / "tensorflow"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(FAKE_TENSORFLOW)
    logdir = tmp_path / "log"
    code = SLOW_WRITER.replace("import sys, tensorboardX", "import sys, tensorflow").replace(
        "writer = tensorboardX", "from torch.utils import tensorboard\nwriter = tensorboard"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(logdir)],
        env=hooked({**os.environ, "PYTHONPATH": str(package.parent)}, reports),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    processes.append(process)
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    deadline = time.monotonic() + 30
    while steps(logdir) != [0, 1, 2, 3, 4]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert process.poll() is None


def test_writers_that_are_not_what_they_were_work_all_the_same(
    tmp_path: Path, reports: Path
) -> None:
    """A later version may lack the class, or fail to be imported: that is told as without us."""
    package = tmp_path / "tensorboardX"
    package.mkdir()
    (package / "__init__.py").touch()
    module = package / "event_file_writer.py"
    own = {**os.environ, "PYTHONPATH": str(tmp_path)}
    code = "import tensorboardX.event_file_writer as module; print(module.name)"
    for text in ("name = 'without a class'", "raise ValueError('broken')", None):
        if text is None:
            module.unlink()
        else:
            module.write_text(text)
        plain = run(code, environment=own)
        with_hook = run(code, environment=hooked(own, reports))
        assert with_hook.stdout == plain.stdout
        assert with_hook.stderr.splitlines()[-1:] == plain.stderr.splitlines()[-1:]


@pytest.mark.long
def test_writers_of_children_are_reported(tmp_path: Path, reports: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        """
import multiprocessing, os, subprocess, sys
from tensorboardX import SummaryWriter

def write(name):
    with SummaryWriter(name) as writer:
        writer.add_scalar("loss", 1.0, 0)

if __name__ == "__main__":
    write("a")
    if pid := os.fork():
        assert os.waitpid(pid, 0)[1] == 0
    else:
        write("forked")
        os._exit(0)
    process = multiprocessing.get_context("spawn").Process(target=write, args=("spawned",))
    process.start()
    process.join()
    assert process.exitcode == 0
    code = "import script; script.write('called')"
    subprocess.run([sys.executable, "-c", code], check=True)
"""
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        env=hooked(os.environ, reports),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    found = sorted(WriterReports(reports).new())
    assert found == [str(tmp_path / name) for name in ("a", "called", "forked", "spawned")]
    assert len(list(reports.iterdir())) == 4
    told = reports.with_suffix(".path").read_text().split("\n")
    assert told[0] == str(tmp_path), "of the first Python, which ran the script"
    assert sysconfig.get_path("purelib") in told
    assert str(Path(inspect.getfile(hooked)).with_name("site")) not in told


def test_reports_are_read_as_they_come(tmp_path: Path) -> None:
    reports = WriterReports(tmp_path)
    assert list(reports.new()) == []
    with (tmp_path / "host-1").open("wb") as file:
        file.write(b"/a\n/b\r\xff\n/unfin")
        file.flush()
        assert list(reports.new()) == ["/a", "/b\r\udcff"]
        file.write(b"ished\n")
    assert list(reports.new()) == ["/unfinished"]
    assert list(reports.new()) == []


def test_a_sitecustomize_of_the_user_runs_and_the_hook_leaves_the_path(
    tmp_path: Path, reports: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.theirs = __file__, __name__")
    code = "import sys, sitecustomize; print(sys.theirs, sitecustomize.__file__, sys.path[1:])"
    own = {**os.environ, "PYTHONPATH": str(tmp_path)}
    assert run(code, environment=hooked(own, reports)).stdout == run(code, environment=own).stdout


def test_an_error_in_the_sitecustomize_of_the_user_stays_theirs(
    tmp_path: Path, reports: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text("raise ValueError('theirs')")
    own = {**os.environ, "PYTHONPATH": str(tmp_path)}
    plain = run("print(1)", environment=own)
    with_hook = run("print(1)", environment=hooked(own, reports))
    assert (with_hook.stdout, with_hook.returncode) == ("1\n", 0)
    assert with_hook.stderr.splitlines()[-1] == plain.stderr.splitlines()[-1]


def test_writers_work_where_nothing_can_be_reported(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    code = SLOW_WRITER.replace("sys.stdin.read()", "writer.close()")
    done = run(code, str(tmp_path / "log"), environment=hooked(os.environ, blocked / "reports"))
    assert (done.returncode, done.stderr) == (0, "")
    assert steps(tmp_path / "log") == [0, 1, 2, 3, 4]


def test_a_writer_keeps_what_it_was_given(tmp_path: Path, reports: Path) -> None:
    from tensorboardX.event_file_writer import EventFileWriter

    code = """
import inspect, sys
from tensorboardX.event_file_writer import EventFileWriter
print(inspect.signature(EventFileWriter), EventFileWriter.__init__.__doc__[:20])
for arguments in ((5, 60, ".x"), (5, 0.05), ()):
    writer = EventFileWriter(sys.argv[1], *arguments)
    print(writer._event_queue._maxsize, writer._flush_secs)
    writer.close()
writer = EventFileWriter(logdir=sys.argv[1], filename_suffix=".y")
print(writer.get_logdir())
writer.close()
"""
    done = run(code, str(tmp_path), environment=hooked(os.environ, reports))
    described, *given, logdir = done.stdout.splitlines()
    documented = (EventFileWriter.__init__.__doc__ or "")[:20]
    assert described == f"{inspect.signature(EventFileWriter)} {documented}"
    assert given == ["5 0.1", "5 0.05", "10 0.1"]  # instead of 60, 0.05 and 120 s
    assert logdir == str(tmp_path)
    assert {path.suffix for path in tmp_path.glob("*tfevents*")} >= {".x", ".y"}


def test_writers_to_remote_places_are_left_alone(tmp_path: Path, reports: Path) -> None:
    """A flush uploads the whole file to a bucket, which ten times a second would be too much."""
    package = tmp_path / "tensorboardX"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "event_file_writer.py").write_text(
        "class EventFileWriter:\n"
        "    def __init__(self, logdir, max_queue_size=10, flush_secs=120):\n"
        "        print(logdir, flush_secs)\n"
    )
    code = """
from tensorboardX.event_file_writer import EventFileWriter
EventFileWriter("s3://bucket/runs")
EventFileWriter("/runs")
"""
    done = run(code, environment=hooked({**os.environ, "PYTHONPATH": str(tmp_path)}, reports))
    assert done.stdout == "s3://bucket/runs 120\n/runs 0.1\n"
    assert list(WriterReports(reports).new()) == ["/runs"]


def test_an_isolated_python_is_left_alone(tmp_path: Path, reports: Path) -> None:
    command = [sys.executable, "-I", "-c", "import sys; print(len(sys.meta_path))"]
    outputs = [
        subprocess.run(command, env=environment, capture_output=True, check=True).stdout
        for environment in (dict(os.environ), hooked(os.environ, reports))
    ]
    assert outputs[0] == outputs[1]


def test_nothing_is_imported_for_a_training_without_writers(reports: Path) -> None:
    parts = {"sitecustomize", "usercustomize", "faulthandler"}  # the last is in the interpreter
    code = f"import sys; print(sorted(set(sys.modules) - {parts}))"
    plain = run(code, environment=dict(os.environ))
    assert run(code, environment=hooked(os.environ, reports)).stdout == plain.stdout


def test_a_python_path_of_the_user_is_kept(reports: Path) -> None:
    assert hooked({"PYTHONPATH": "/a:/b"}, reports)["PYTHONPATH"].endswith("/site:/a:/b")
    assert hooked({"PYTHONPATH": ""}, reports)["PYTHONPATH"].endswith("/site")


@pytest.mark.parametrize(
    ("own", "writes"),
    [
        ({}, [b"rank 0\n", b"50 %\r", b"end"]),
        ({"PYTHONUNBUFFERED": "1"}, [b"rank", b" ", b"0", b"\n", b"50 %", b"\r", b"end"]),
    ],
    ids=["ours", "the user's"],
)
def test_lines_come_out_at_once_and_in_one_piece(
    own: dict[str, str], writes: list[bytes], reports: Path
) -> None:
    code = "print('rank', 0); print('50 %', end='\\r'); print('end', end=''); input()"
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    parent, child = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with parent, child:
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            env=hooked(environment | own, reports),
            stdin=subprocess.PIPE,
            stdout=child,
        )
        parent.settimeout(20)
        assert [parent.recv(99) for _ in writes[:-1]] == writes[:-1]
        process.communicate(b"\n")
        assert parent.recv(99) == writes[-1]


@pytest.mark.long
def test_two_processes_that_begin_in_the_same_second_write_to_files_of_their_own(
    tmp_path: Path, reports: Path
) -> None:
    code = """
import sys, time
time.time = lambda now=float(sys.argv[2]): now
import tensorboardX
with tensorboardX.SummaryWriter(sys.argv[1]) as writer:
    for step in range(3):
        writer.add_scalar("loss", int(sys.argv[3]), step)
    assert writer.file_writer.event_writer._ev_writer._file_name
"""
    logdir = tmp_path / "log"
    for seed in "123":
        done = run(code, str(logdir), "1700000000", seed, environment=hooked(os.environ, reports))
        assert done.returncode == 0, done.stderr
    first, *later = sorted(logdir.iterdir())
    assert first.name == f"events.out.tfevents.1700000000.{socket.gethostname()}"
    assert all(origin(path.name, socket.gethostname()) for path in later)
    assert steps(logdir) == [0, 1, 2] * 3
    told = {line for line in WriterReports(reports).lines() if line.startswith("file:")}
    assert told == {f"file:{path}" for path in (first, *later)}


def test_each_interpreter_of_a_training_is_told_once(reports: Path) -> None:
    for _ in range(2):
        assert run("", environment=hooked(os.environ, reports)).returncode == 0
    told = Path(f"{reports}.pythons")
    assert pythons(told) == {sys.executable: sys.version.split()[0]}
    assert told.read_text().count("\n") == 1
    assert interpreter(("/bin/sh", "train.sh"), told) == sys.executable


def test_where_the_packages_are_is_told_with_torch(tmp_path: Path, reports: Path) -> None:
    (tmp_path / "torch.py").touch()
    environment = hooked(os.environ | {"PYTHONPATH": str(tmp_path)}, reports)
    assert run("import torch", environment=environment).returncode == 0
    assert str(tmp_path) in Path(f"{reports}.path").read_text().split("\n")
