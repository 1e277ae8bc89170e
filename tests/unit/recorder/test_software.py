"""Versions of what a training is made of."""

from pathlib import Path

from tuimon.recorder.software import software
from tuimon.runs.paths import RunPaths


def install(directory: Path, *names: str) -> Path:
    for name in names:
        (directory / name).mkdir(parents=True)
    return directory


def test_versions_are_those_that_the_training_told_the_first_on_its_path(tmp_path: Path) -> None:
    first = install(tmp_path / "a", "torch-2.9.1.dist-info", "torch", "left_pad-1.0.dist-info")
    other = install(tmp_path / "b", "torch-1.0-py3.8.egg-info", "torch")
    install(other, "pytorch_lightning-2.5.1.dist-info", "numpy-2.1.3.dist-info")
    text = "__version__ = '2.9.1'\ncuda: Optional[str] = '12.8'\nhip: Optional[str] = None\n"
    (first / "torch" / "version.py").write_text(text)
    (other / "torch" / "version.py").write_text("cuda = '9.0'\n")
    paths = RunPaths(tmp_path)
    paths.python_path.write_text(f"{tmp_path}/none\n{first}\n{other}")
    paths.pythons.write_text("/env/bin/python3.12\t3.12.1\n")
    found = software(paths, ["/bin/sh", "train.sh"])
    assert found.python == "/env/bin/python3.12"
    assert found.versions == {
        "python": "3.12.1", "torch": "2.9.1", "CUDA": "12.8",
        "pytorch-lightning": "2.5.1", "numpy": "2.1.3",
    }  # fmt: skip
    assert [*found.versions][:3] == ["python", "torch", "CUDA"]
    assert found.packages == {
        "left-pad": "1.0", "numpy": "2.1.3", "pytorch-lightning": "2.5.1", "torch": "2.9.1"
    }  # fmt: skip


def test_without_that_they_are_those_of_the_interpreter(tmp_path: Path) -> None:
    install(tmp_path / "venv" / "lib" / "python3.12" / "site-packages", "torch-2.8.0.dist-info")
    python = f"{tmp_path}/venv/bin/python"
    assert software(RunPaths(tmp_path), [python, "x.py"]) == (python, *[{"torch": "2.8.0"}] * 2)
    assert software(RunPaths(tmp_path), ["/usr/bin/torchrun"]) == (None, {}, {})
