"""The packages of the training's environment."""

import importlib.metadata
import sys
from pathlib import Path

from tuimon.mirror.requirements import requirements


def install(directory: Path, name: str, version: str, *, stem: str = "", body: str = "") -> Path:
    path = directory / f"{stem or name}-{version}.dist-info"
    path.mkdir(parents=True)
    text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: x\n\n{body}"
    (path / "METADATA").write_text(text)
    return path


def test_packages_are_those_that_the_training_told_the_first_on_its_path(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    install(first, "my-Pack.age", "2.0", stem="my_Pack_age", body="Name: other\nVersion: 9\n")
    install(second, "my_pack_age", "1.0")
    install(second, "B", "0.1+cpu")
    (second / "broken-1.dist-info").mkdir()
    (second / "half-1.dist-info").mkdir()
    (second / "half-1.dist-info" / "METADATA").write_text("Name: half\n")
    egg = second / "old.egg-info"
    egg.mkdir()
    (egg / "PKG-INFO").write_text("Name: old\nVersion: 3\n")
    told = tmp_path / "writers.path"
    told.write_text(f"{tmp_path}/none\n{first}\n{second}")
    assert requirements(told, ["/usr/bin/python3"]) == "B==0.1+cpu\nmy-Pack.age==2.0\nold==3\n"


def test_without_that_they_are_those_of_the_interpreter(tmp_path: Path) -> None:
    install(tmp_path / "venv" / "lib" / "python3.12" / "site-packages", "numpy", "2.0")
    nothing = tmp_path / "nothing"
    assert requirements(nothing, [f"{tmp_path}/venv/bin/python3.12", "x.py"]) == "numpy==2.0\n"
    assert requirements(nothing, [f"{tmp_path}/venv/bin/torchrun", "x.py"]) == ""
    assert requirements(nothing, []) == ""


def test_it_finds_what_python_itself_finds(tmp_path: Path) -> None:
    told = tmp_path / "writers.path"
    told.write_text("\n".join(sys.path))
    expected = {
        f"{one.metadata['Name']}=={one.version}" for one in importlib.metadata.distributions()
    }
    found = set(requirements(told, []).splitlines())
    assert found <= expected
    assert {line.partition("==")[0] for line in found} == {
        line.partition("==")[0] for line in expected
    }
