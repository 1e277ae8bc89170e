"""Finding the log directories of real processes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tuimon.recorder.discovery import Discovery, directories_named
from tuimon.recorder.processes import ProcessTree
from tuimon.runs.sources import LogSource

NAME = "events.out.tfevents.{time}.{host}.{pid}.0"

WRITER = """
import os, socket, sys, time
def write(directory, name="events.out.tfevents.{time}.{host}.{pid}.0"):
    os.makedirs(directory, exist_ok=True)
    name = name.format(time=int(time.time()), host=socket.gethostname(), pid=os.getpid())
    file = open(os.path.join(directory, name), "w")
    return file
def ready():
    print("ready", flush=True)
    sys.stdin.readline()
"""


class Training:
    """A Python process that runs `WRITER` and then `code`, and waits in `ready()`."""

    def __init__(self, code: str, cwd: Path, *arguments: str) -> None:
        self.started_at = time.time()
        self.cwd = cwd
        self.process = subprocess.Popen(
            [sys.executable, "-c", WRITER + code, *arguments],
            cwd=cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.arguments = arguments

    def wait_until_ready(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def go_on(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def discovery(self, known: tuple[LogSource, ...] = ()) -> Discovery:
        return Discovery(
            cwd=str(self.cwd),
            host=socket.gethostname(),
            started_at=self.started_at,
            tree=ProcessTree(os.getpid(), self.process.pid),
            arguments=self.arguments,
            known=known,
        )

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def trainings() -> Iterator[list[Training]]:
    started: list[Training] = []
    yield started
    for training in started:
        training.end()


def found(discovery: Discovery) -> list[tuple[str, str]]:
    """Directories and how they were found, once nothing more comes."""
    discovery.step()
    discovery.finish(2.0)
    assert not any(source.recursive for source in discovery.sources)
    return [(source.path, source.found_by) for source in discovery.sources]


def start(trainings: list[Training], code: str, cwd: Path, *arguments: str) -> Training:
    training = Training(code, cwd, *arguments)
    trainings.append(training)
    return training


def test_files_are_found_by_host_and_pid(tmp_path: Path, trainings: list[Training]) -> None:
    code = "write('runs/a').close(); write('runs/a/sub').close(); ready()"
    training = start(trainings, code, tmp_path)
    training.wait_until_ready()
    assert sorted(found(training.discovery())) == [
        (str(tmp_path / "runs" / "a"), "name"),
        (str(tmp_path / "runs" / "a" / "sub"), "name"),
    ]


def test_files_of_other_processes_hosts_and_times_are_not(
    tmp_path: Path, trainings: list[Training]
) -> None:
    now, host = int(time.time()), socket.gethostname()
    training = start(trainings, "ready()", tmp_path)
    training.wait_until_ready()
    pid = training.process.pid
    strangers = [
        NAME.format(time=now, host=host, pid=os.getppid()),
        NAME.format(time=now, host="elsewhere", pid=pid),
        NAME.format(time=now - 1000, host=host, pid=pid),
        f"events.out.tfevents.{now}.{host}",
    ]
    for number, name in enumerate(strangers):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / name).touch()
    assert found(training.discovery()) == []


def test_a_clock_that_was_set_back_hides_nothing(tmp_path: Path, trainings: list[Training]) -> None:
    """By the clock as it is now the training began two hours later than it did."""
    code = "write('named').close(); file = write('open', f'events.out.tfevents.1.h'); ready()"
    training = start(trainings, code, tmp_path)
    training.wait_until_ready()
    training.started_at += 7200
    assert sorted(found(training.discovery())) == [
        (str(tmp_path / "named"), "name"),
        (str(tmp_path / "open"), "open file"),
    ]


def test_files_of_workers_are_found_even_after_their_death(
    tmp_path: Path, trainings: list[Training]
) -> None:
    code = """
child = os.fork()
if child == 0:
    os.setsid()
    write('worker').close()
    time.sleep(60)
ready()
os.kill(child, 9); os.waitpid(child, 0)
ready()
"""
    training = start(trainings, code, tmp_path)
    training.wait_until_ready()
    discovery = training.discovery()
    deadline = time.monotonic() + 10
    while not (tmp_path / "worker").exists():
        assert time.monotonic() < deadline
    discovery.step()  # sees the worker alive
    training.go_on()
    training.wait_until_ready()
    assert (str(tmp_path / "worker"), "name") in found(discovery)


def test_orphans_of_the_training_belong_to_it(tmp_path: Path, trainings: list[Training]) -> None:
    from tuimon.guardian.descendants import become_subreaper

    become_subreaper()  # as the guardian, which here is this process
    code = """
if os.fork() == 0:
    if os.fork() == 0:
        write('orphan').close()
        print(os.getpid(), flush=True)
        time.sleep(60)
    os._exit(0)
os.wait()
sys.stdin.readline()
"""
    training = start(trainings, code, tmp_path)
    assert training.process.stdout is not None
    orphan = int(training.process.stdout.readline())
    try:
        assert found(training.discovery()) == [(str(tmp_path / "orphan"), "name")]
    finally:
        os.kill(orphan, signal.SIGKILL)
        os.waitpid(orphan, 0)


def test_nameless_files_are_found_while_they_are_open_and_below_known_directories(
    tmp_path: Path, trainings: list[Training]
) -> None:
    code = """
name = 'events.out.tfevents.{time}.{host}'
file = write('tbx', name)
write('tbx/hparams', name).close()
write('elsewhere', name).close()
ready()
"""
    training = start(trainings, code, tmp_path)
    training.wait_until_ready()
    assert sorted(found(training.discovery())) == [
        (str(tmp_path / "tbx"), "open file"),
        (str(tmp_path / "tbx" / "hparams"), "name"),
    ]


def test_directories_of_the_command_line_and_of_processes_are_searched_too(
    tmp_path: Path, trainings: list[Training]
) -> None:
    project, data, other = tmp_path / "project", tmp_path / "data", tmp_path / "other"
    project.mkdir()
    other.mkdir()
    code = """
write(sys.argv[1].partition('=')[2] + '/deep').close()
os.chdir(sys.argv[2])
write('here').close()
ready()
"""
    training = start(trainings, code, project, f"--out={data}", "../other")
    training.wait_until_ready()
    assert sorted(found(training.discovery())) == [
        (str(data / "deep"), "name"),
        (str(other / "here"), "name"),
    ]


def test_a_directory_found_before_stays_found(tmp_path: Path, trainings: list[Training]) -> None:
    training = start(trainings, "ready()", tmp_path)
    training.wait_until_ready()
    known = LogSource(path=str(tmp_path / "gone"), recursive=False, found_by="name")
    assert training.discovery((known,)).sources == (known,)


def test_a_new_file_is_found_within_half_a_second_in_an_ordinary_project(
    tmp_path: Path, trainings: list[Training]
) -> None:
    for number in range(300):
        (tmp_path / "src" / f"package{number}" / "sub").mkdir(parents=True)
    training = start(trainings, "ready(); write('runs/a/b').close(); ready()", tmp_path)
    training.wait_until_ready()
    discovery = training.discovery()
    for _ in range(5):
        discovery.step()
    training.go_on()
    training.wait_until_ready()
    begin, cpu = time.monotonic(), time.thread_time()
    while not discovery.sources:
        assert time.monotonic() < begin + 10
        time.sleep(max(0.0, min(0.25, discovery.due - time.monotonic())))
        discovery.step()
    assert time.monotonic() - begin < 0.5 + 5 * (time.thread_time() - cpu)


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("sub", ["/sub"]),
        ("--log_dir=sub", ["/sub"]),
        ("script.py", [""]),
        ("sub/script.py", ["/sub"]),
        ("out/new", ["/out/new"]),
        ("hydra.run.dir=out/new", ["/out/new"]),
        ("new", []),
        ("--flag", []),
        ("http://host/path", []),
        ("x" * 5000, []),
        ("bad\0name", []),
        ("", []),
    ],
)
def test_directories_named(tmp_path: Path, argument: str, expected: list[str]) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "script.py").touch()
    (tmp_path / "sub" / "script.py").touch()
    assert directories_named([argument], str(tmp_path)) == [f"{tmp_path}{one}" for one in expected]
