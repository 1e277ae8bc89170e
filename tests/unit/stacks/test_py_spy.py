"""Running py-spy, which may be missing, forbidden, slow or something else."""

import time
from pathlib import Path

import pytest

from tuimon.stacks.call_stack import Call, ThreadStack
from tuimon.stacks.py_spy import NO_PY_SPY, spy
from tuimon.stacks.where_signal import Answer

DUMP = '[{"thread_name": "MainThread", "frames": [{"name": "f", "filename": "x.py", "line": 3}]}]'


@pytest.mark.parametrize(
    ("program", "answer"),
    [
        (None, ((), NO_PY_SPY)),
        (f"echo '{DUMP}'", ((ThreadStack("main thread", (Call("x.py", 3, "f"),)),), "")),
        ("echo 'Permission Denied' >&2; exit 1", ((), "not known (py-spy: Permission Denied)")),
        ("exit 3", ((), "not known (py-spy: exit code 3)")),
        ("exec sleep 60", ((), "not known (py-spy does not answer)")),
        ("echo '{}'", ((), "not known (py-spy: ValueError)")),
        ("echo '[{\"frames\": 5}]'", ((), "not known (py-spy: TypeError)")),
    ],
)
def test_what_it_tells(
    program: str | None, answer: Answer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "py-spy"
    if program is not None:
        path.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{program}\n")
        path.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    slow = program is not None and "sleep" in program
    assert spy(1, time.monotonic() + (0.2 if slow else 20)) == answer
