"""GPUs as the driver tells them; a small library stands in for it where there is none."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.gpu_driver import build_driver

READ = """
import json, os
from tuimon.recorder.system_metrics import Gpus
gpus = Gpus()
pids = {int(os.environ["DRIVER_PID"])}
readings = [dict(gpus.readings(pids)) for _ in range(3)][-1]
print(json.dumps([gpus.names, gpus.driver, readings, gpus.taken_by(pids)]))
"""


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
def test_each_gpu_tells_what_it_can(tmp_path: Path) -> None:
    build_driver(tmp_path)
    environment = {**os.environ, "LD_LIBRARY_PATH": str(tmp_path), "DRIVER_PID": "4321"}
    answer = subprocess.run(
        [sys.executable, "-c", READ], env=environment, capture_output=True, check=True
    )
    names, driver, readings, taken = json.loads(answer.stdout)
    assert names == ["GPU 0 A100-SXM4-80GB", "GPU 1 RTX 4090"]
    assert driver == "570.133.20"
    assert readings == {
        "GPU 0 A100-SXM4-80GB/utilization [%]": 97,
        "GPU 0 A100-SXM4-80GB/memory [%]": 75,
        "GPU 0 A100-SXM4-80GB/memory used [GB]": 60,
        "GPU 0 A100-SXM4-80GB/temperature [°C]": 63,
        "GPU 0 A100-SXM4-80GB/power [W]": 312.5,
        "GPU 0 A100-SXM4-80GB/SM activity [%]": 40,
        "GPU 0 A100-SXM4-80GB/DRAM activity [%]": 20,
        "GPU 0 A100-SXM4-80GB/training memory [GB]": 50,
        "GPU 1 RTX 4090/utilization [%]": 0,
        "GPU 1 RTX 4090/memory [%]": 75,
        "GPU 1 RTX 4090/memory used [GB]": 60,
        "GPU 1 RTX 4090/temperature [°C]": 63,
    }
    assert taken == {"4321": {"0": 50 * 10**9}}


def test_no_driver_means_no_gpu(tmp_path: Path) -> None:
    (tmp_path / "libnvidia-ml.so.1").write_bytes(b"no library")
    environment = {**os.environ, "LD_LIBRARY_PATH": str(tmp_path), "DRIVER_PID": "0"}
    answer = subprocess.run(
        [sys.executable, "-c", READ], env=environment, capture_output=True, check=True
    )
    assert json.loads(answer.stdout) == [[], None, {}, {}]
