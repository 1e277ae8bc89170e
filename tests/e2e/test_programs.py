"""Programs wait for a real training, and read what was told of it."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from support.host import TUIMON, WRITER, Host

TRAINING = (
    WRITER
    + """
writer = EventFileWriter("runs")
for step in range(40):
    value = float("nan") if step == 30 else 1 / (step + 1)
    summary = Summary(value=[Summary.Value(tag="val/loss", simple_value=value)])
    writer.add_event(Event(wall_time=time.time(), step=step, summary=summary))
    writer.flush()
    time.sleep(0.05)
writer.close()
sys.exit(3)
"""
)


def test_a_script_waits_for_a_value_an_alert_and_the_end(host: Host) -> None:
    started = host.run("run", "--detach", "--mirror", "off", host.script(TRAINING))
    assert started.returncode == 0, started.stderr
    value = host.run("wait", "--until", "val/loss<0.1", "--timeout", "30s")
    assert (value.returncode, value.stdout) == (0, "script: val/loss 0.09091 at step 10\n")
    alert = host.run("wait", "--until", "alert", "--timeout", "30s", "--json")
    told = json.loads(alert.stdout)
    assert (alert.returncode, told["step"], told["alert"]["level"]) == (0, 30, "ERROR")
    end = host.run("wait", "--timeout", "30s")
    assert end.returncode == 1
    assert "script failed after" in end.stdout
    assert "exit code 3" in end.stdout
    alerts = [
        json.loads(line)
        for line in host.run("alerts", "--follow", "--json").stdout.split("\n")[:-1]
    ]
    assert [(one["step"], one["level"]) for one in alerts] == [(30, "ERROR"), (None, "ERROR")]
    assert alerts[0] == {"schema": 1, "run": told["run"], **told["alert"]}
    later = host.run("alerts", "--since", repr(alerts[0]["wall_time"]))
    assert later.stdout.count("\n") == 1
    assert "exit code 3" in later.stdout


@pytest.mark.long
def test_a_client_finds_out_why_a_run_failed_and_starts_it_again(host: Host) -> None:
    script = host.script(
        "import os\nopen('data.bin' if os.path.exists('ok') else 'no/data.bin', 'w')"
    )
    assert host.run("run", "--detach", "--mirror", "off", script).returncode == 0
    assert host.run("wait", "--json").returncode == 1
    (failed,) = json.loads(host.run("ls", "--json").stdout)
    assert "No such file or directory: 'no/data.bin'" in failed["cause"]
    (host.project / "ok").touch()
    path = f"{Path(TUIMON).parent}:{os.environ['PATH']}"
    environment = {**host.env, "PATH": path}
    again = subprocess.run(failed["again"], shell=True, env=environment, timeout=60)
    assert again.returncode == 0
    assert host.run("wait").returncode == 0
