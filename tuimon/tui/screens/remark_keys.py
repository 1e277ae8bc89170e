"""What people say of runs by keys: name, tags, note, star, that it is archived or the baseline."""

import asyncio
from collections.abc import Callable
from functools import partial

from textual import work

from tuimon.runs.annotation import Annotation, write_annotation
from tuimon.runs.baselines import Baseline, baseline_of, pin_baseline
from tuimon.runs.registry import RunStatus
from tuimon.text import safe
from tuimon.tui.dialogs.annotate import AnnotateScreen
from tuimon.tui.keys.key_owner import KeyScreen


class RemarkKeys(KeyScreen[None]):
    """A screen with runs that something can be said of."""

    @property
    def _run(self) -> RunStatus | None:
        """The run under the cursor; None where something else is."""
        raise NotImplementedError

    @property
    def _marked_runs(self) -> list[RunStatus]:
        """Those that are marked, in the order of the list."""
        raise NotImplementedError

    def _look(self, *changed: RunStatus) -> None:
        """Look at the runs anew, at the `changed` ones in any case."""
        raise NotImplementedError

    @work(exclusive=True, group="ask")
    async def action_annotate(self) -> None:
        run = self._run
        if run is not None:
            screen = AnnotateScreen(safe(run.name), safe(run.record.name), run.annotation)
            said = await self.app.push_screen_wait(screen)
            if said is not None:
                await self._annotate(run, said)

    @work(exclusive=True, group="ask")
    async def action_star(self) -> None:
        if (run := self._run) is not None:
            said = run.annotation
            await self._annotate(run, said._replace(starred=not said.starred))

    @work(exclusive=True, group="ask")
    async def action_archive(self) -> None:
        """Archive the runs that are marked, else the one under the cursor; or list them again."""
        run = self._run
        for one in self._marked_runs or ([run] if run is not None else []):
            said = one.annotation
            if await self._annotate(one, said._replace(archived=not said.archived)):
                done = "listed again" if said.archived else "archived: /archived finds it"
                self.notify(f"{safe(one.name)} is {done}.", markup=False)

    @work(exclusive=True, group="ask")
    async def action_baseline(self) -> None:
        run = self._run
        if run is None:
            return
        baseline = Baseline(str(run.paths.directory), run.name)
        before = await asyncio.to_thread(baseline_of, run.record.cwd)
        again = before is not None and before.directory == baseline.directory
        if await self._keep(partial(pin_baseline, run.record.cwd, None if again else baseline)):
            done = "no longer the baseline" if again else "the baseline"
            self.notify(f"{safe(run.name)} is {done} of {safe(run.record.cwd)}.", markup=False)

    async def _annotate(self, run: RunStatus, said: Annotation) -> bool:
        return await self._keep(partial(write_annotation, run.paths.annotation, said), run)

    async def _keep(self, write: Callable[[], None], *changed: RunStatus) -> bool:
        """Write something about runs, and whether that went well."""
        try:
            await asyncio.to_thread(write)
        except OSError as error:
            why = f"Not kept: {error.strerror or error}"
            self.notify(safe(why), severity="error", markup=False)
            return False
        finally:
            self._look(*changed)
        return True
