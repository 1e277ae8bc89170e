"""A driver library with GPUs, for machines without any: `gpu_driver.c`, compiled."""

import subprocess
from pathlib import Path


def build_driver(directory: Path) -> None:
    """Put it into a directory, for LD_LIBRARY_PATH. Needs a C compiler."""
    source = Path(__file__).with_name("gpu_driver.c")
    library = directory / "libnvidia-ml.so.1"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
