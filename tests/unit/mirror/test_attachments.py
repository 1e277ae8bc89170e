"""Files of the W&B run that are no media."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tuimon.mirror.attachments import attach_event_files
from tuimon.mirror.journal import FileEntry


class Files:
    """The directory of a W&B run, and the names that were uploaded."""

    def __init__(self, directory: Path) -> None:
        self.files = directory
        self.uploaded: list[str] = []

    def upload(self, names: Sequence[str]) -> None:
        self.uploaded += names


def test_event_files_are_called_as_their_directories_are(tmp_path: Path) -> None:
    entries: list[FileEntry] = []
    for directory, namespace in (("a", ""), ("a/x", "x"), ("b/x", "x"), ("caf\udce9", "caf\udce9")):
        path = tmp_path / directory / "1.tfevents"
        path.parent.mkdir(parents=True)
        path.write_text(directory.encode(errors="surrogateescape").hex())
        entry = FileEntry(id=len(entries), path=str(path), run="", namespace=namespace)
        entries.append(entry)
    entries.append(FileEntry(id=4, path=str(tmp_path / "gone.tfevents"), run="", namespace=""))
    run: Any = Files(tmp_path / "files")
    for _ in range(2):  # in each life
        run.uploaded = []
        attach_event_files(run, [*entries, entries[0]])
        names = ["1.tfevents", "x/1.tfevents", "x/1.tfevents.2", r"caf\xe9/1.tfevents"]
        assert run.uploaded == names
        texts = [(run.files / name).read_text() for name in names]
        assert texts == [Path(entry.path).read_text() for entry in entries[:4]]
