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
from tuimon.recorder.gpus import Gpus
gpus = Gpus()
pids = {int(os.environ["DRIVER_PID"])}
readings = [dict(gpus.readings(pids)) for _ in range(3)][-1]
print(json.dumps([gpus.names, gpus.driver, readings, gpus.taken_by(pids), gpus.amd.error]))
"""
AMD = Path(__file__).parents[3] / "support" / "rocm"


def read(driver: Path, **variables: str) -> list[object]:
    """Names, driver, readings, what the training takes and AMD's error, with drivers there."""
    environment = {**os.environ, "LD_LIBRARY_PATH": str(driver), "DRIVER_PID": "4321", **variables}
    answer = subprocess.run(
        [sys.executable, "-c", READ], env=environment, capture_output=True, check=True
    )
    return json.loads(answer.stdout)


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
def test_each_gpu_tells_what_it_can(tmp_path: Path) -> None:
    build_driver(tmp_path)
    names, driver, readings, taken, _ = read(tmp_path)
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


@pytest.fixture
def no_nvidia(tmp_path: Path) -> Path:
    (tmp_path / "libnvidia-ml.so.1").write_bytes(b"no library")
    return tmp_path


def test_no_driver_means_no_gpu(no_nvidia: Path) -> None:
    assert read(no_nvidia) == [[], None, {}, {}, None]


def test_amds_gpus_tell_the_same_where_amdsmi_is_installed(no_nvidia: Path) -> None:
    assert read(no_nvidia, PYTHONPATH=str(AMD)) == [
        ["GPU 0 MI300X", "GPU 1 AMD"],
        "amdgpu 6.12.12",
        {
            "GPU 0 MI300X/utilization [%]": 87,
            "GPU 0 MI300X/memory [%]": 75,
            "GPU 0 MI300X/memory used [GB]": 150,
            "GPU 0 MI300X/temperature [°C]": 71,
            "GPU 0 MI300X/power [W]": 612,
            "GPU 0 MI300X/training memory [GB]": 50,
            "GPU 1 AMD/memory [%]": 75,
            "GPU 1 AMD/memory used [GB]": 150,
            "GPU 1 AMD/power [W]": 95,
        },
        {"4321": {"0": 50 * 10**9}},
        None,
    ]


@pytest.mark.parametrize(
    ("driver", "error"), [("none", "libamd_smi.so is missing"), ("off", "Driver not loaded")]
)
def test_amdsmi_without_its_driver_is_no_failure(no_nvidia: Path, driver: str, error: str) -> None:
    *found, why = read(no_nvidia, PYTHONPATH=str(AMD), AMD_DRIVER=driver)
    assert found == [[], None, {}, {}]
    assert error in str(why)
