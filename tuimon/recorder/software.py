"""What a training is made of besides its own code: interpreter, packages, CUDA.

All of it is read from names of directories and one text file; nothing is imported.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tuimon.mirror.requirements import package_directories
from tuimon.regular_file import read_regular
from tuimon.runs.interpreter import interpreter, pythons
from tuimon.runs.paths import RunPaths

_WORTH_TELLING = (
    *("torch", "torchvision", "torchaudio", "lightning", "pytorch-lightning", "pytorch-ignite"),
    *("transformers", "accelerate", "deepspeed", "diffusers", "timm", "jax", "tensorflow"),
    *("numpy", "tensorboard", "tensorboardx", "wandb"),
)
_METADATA = re.compile(r"(?P<name>[\w.]+)-(?P<version>\d[^-]*)(?:-py[\d.]+)?\.(?:dist|egg)-info")
_PLATFORM = re.compile(r"^(cuda|hip)\b[^=\n]*= *'([\w.+-]+)'", re.MULTILINE)
_PLATFORMS = {"cuda": "CUDA", "hip": "ROCm"}
_MOST_BYTES = 1 << 16


class Software(NamedTuple):
    """What is known of it."""

    python: str | None
    """The interpreter's path."""
    versions: dict[str, str]
    """Of what is worth telling, by name, as people write it."""
    packages: dict[str, str]
    """Versions of all packages by name (PEP 503)."""


def software(paths: RunPaths, command: Sequence[str]) -> Software:
    """That of a training, from what the hook has told; else from what it was launched with."""
    python = interpreter(command, paths.pythons)
    version = pythons(paths.pythons).get(python or "")
    found: dict[str, str] = {}
    platform: dict[str, str] = {}
    for directory in package_directories(paths.python_path, [python] if python else []):
        here = _versions(directory)
        if "torch" in here and "torch" not in found:
            platform = _platform(Path(directory, "torch", "version.py"))
        found = here | found  # what comes first on the path is what is imported
    versions = {"python": version} if version else {}
    versions |= {name: found[name] for name in ("torch",) if name in found} | platform
    versions |= {name: found[name] for name in _WORTH_TELLING if name in found}
    return Software(python, versions, dict(sorted(found.items())))


def _versions(directory: str) -> dict[str, str]:
    """The packages in a directory."""
    try:
        entries = os.listdir(directory)  # noqa: PTH208 (names are all that is wanted)
    except OSError:
        return {}
    matches = filter(None, map(_METADATA.fullmatch, entries))
    return {re.sub(r"[-_.]+", "-", one["name"]).lower(): one["version"] for one in matches}


def _platform(version_file: Path) -> dict[str, str]:
    """What torch was built for, as its own file tells it."""
    try:
        text = read_regular(version_file, _MOST_BYTES).decode(errors="replace")
    except OSError:
        return {}
    return {_PLATFORMS[name]: version for name, version in _PLATFORM.findall(text)}
