"""Having wandb-core send an offline file, as `wandb sync` of newer wandbs has it do."""

import threading
from pathlib import Path
from typing import Any

from tuimon.mirror.server import RunPlace


class FragmentSync:
    """The sending of the offline file `path`, on a thread of its own; wandb has a key already."""

    def __init__(self, path: Path) -> None:
        """Start it. Raises whatever a wandb that has no such thing raises."""
        import wandb

        self._wandb: Any = wandb.setup()
        self._service = self._wandb.ensure_service()
        self._id = self._run(self._begin, path)
        self._thread = threading.Thread(target=self._send, name="sync", daemon=True)
        self._thread.start()

    def is_done(self, seconds: float) -> bool:
        """Wait so long at most; whether it has come to an end, be it a good one or not."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    @property
    def ignored_files(self) -> tuple[str, ...]:
        """The patterns of files that the user keeps from W&B (``WANDB_IGNORE_GLOBS``)."""
        return tuple(self._wandb.settings.ignore_globs or ())

    def url(self, place: RunPlace) -> str | None:
        """Where the run can be looked at."""
        there = self._wandb.settings.model_copy(update=place._asdict())
        return there.run_url or None

    def _run(self, begin: Any, *args: Any) -> Any:
        return self._wandb.asyncer.run(lambda: begin(*args))

    async def _begin(self, path: Path) -> str:
        names: dict[str, Any] = dict.fromkeys(("entity", "project", "run_id", "job_type"), "")
        handle = await self._service.init_sync(
            {path}, self._wandb.settings, cwd=None, live=False, tag_replacements={}, **names
        )
        return str((await handle.wait_async(timeout=10.0)).id)

    def _send(self) -> None:
        self._run(self._wait)

    async def _wait(self) -> None:
        handle = await self._service.sync(self._id, parallelism=1)
        await handle.wait_async(timeout=None)
