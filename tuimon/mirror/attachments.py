"""Files of the W&B run that are neither rows nor their media. Every life of a mirror sends them."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from tuimon.mirror.journal import FileEntry
from tuimon.mirror.requirements import requirements
from tuimon.mirror.wandb_run import WandbRun
from tuimon.runs.paths import RunPaths
from tuimon.text import escaped

_REQUIREMENTS = "requirements.txt"


def attach_requirements(run: WandbRun, paths: RunPaths, command: Sequence[str]) -> None:
    """Send the packages of a launch, as they were when it was mirrored first.

    Raises:
        OSError: they cannot be written down.
    """
    kept = paths.mirror / _REQUIREMENTS
    if not kept.exists():
        kept.write_text(requirements(paths.python_path, command))
    if text := kept.read_text():
        (run.files / _REQUIREMENTS).write_text(text)
        run.upload([_REQUIREMENTS])


def attach_event_files(run: WandbRun, entries: Iterable[FileEntry]) -> None:
    """Send event files, which have been written, by what their directories are called in W&B.

    Raises:
        OSError: the run's directory takes no links.
    """
    paths: dict[str, str] = {}
    for path, entry in {entry.path: entry for entry in entries}.items():
        name = escaped("/".join([*filter(None, [entry.namespace]), Path(path).name]))
        paths[f"{name}.{entry.id}" if name in paths else name] = path
    for name, path in paths.items():
        link = run.files / name
        link.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            link.unlink()
        link.symlink_to(path)
    run.upload([name for name, path in paths.items() if Path(path).exists()])
