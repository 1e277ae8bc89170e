"""Comparing many runs: pin, hide, isolate, group."""

import asyncio
from dataclasses import replace

from textual import on, work

from tuimon.present.hparam_groups import HParams, differing, read_hparams, values_of
from tuimon.present.selection import BY_PREFIX, Selection
from tuimon.text import safe
from tuimon.tui.actions.reading import ReadingActions
from tuimon.tui.panes.tag_pane import TagPane


class CompareActions(ReadingActions):
    """Acts on the run under the cursor of the tag pane, else on the one that stands out."""

    def action_pin_run(self) -> None:
        if name := self._chosen_run():
            self._select(self._selection.toggled_pin(name))

    def action_hide_run(self) -> None:
        if self.focused is self._output:
            self.mark_lines()
        elif name := self._chosen_run():
            self._select(self._selection.toggled(name))

    def action_isolate(self) -> None:
        """Draw nothing but what stands out, or all again."""
        selection = self._selection
        if not selection.isolated and not selection.pinned and not self._chosen_run():
            return
        run = self._tags.run if self.focused is self._tags else None
        focus = run or selection.focus
        self._select(replace(selection, isolated=not selection.isolated, focus=focus))

    @on(TagPane.RunChosen)
    def _focus_run(self, message: TagPane.RunChosen) -> None:
        focus = "" if self._selection.focus == message.name else message.name
        hidden = self._selection.hidden - {focus}
        self._select(replace(self._selection, focus=focus, hidden=hidden))

    def _chosen_run(self) -> str | None:
        """The run that a key acts on; tells how to choose one where there is none."""
        run = self._tags.run if self.focused is self._tags else None
        if run or self._selection.focus:
            return run or self._selection.focus
        several = len(self._session.store.runs) > 1
        self.notify("First choose a run: ] and [." if several else "There is one run only.")
        return None

    @work
    async def action_group(self) -> None:
        """Group by the next of: run, tag prefix, each hyperparameter in which runs differ."""
        hparams = await self._read_hparams()
        ways = ["", BY_PREFIX, *differing(hparams)]
        now = self._selection.group
        group = ways[(ways.index(now) + 1) % len(ways)] if now in ways else ""
        self._select(grouped(self._selection, group, hparams))
        names = {"": "One curve for each run.", BY_PREFIX: "One chart for each tag prefix."}
        self.notify(names.get(group, f"One curve for each value of {safe(group)}."), markup=False)

    @work
    async def _restore_groups(self) -> None:
        """Read what the group of the last viewer needs."""
        if self._selection.group not in ("", BY_PREFIX):
            hparams = await self._read_hparams()
            self._select(grouped(self._selection, self._selection.group, hparams))

    async def _read_hparams(self) -> HParams:
        return await asyncio.to_thread(read_hparams, self._session.store, self._reader)


def grouped(selection: Selection, group: str, hparams: HParams) -> Selection:
    """The selection grouped in a way; by run where no run has such a hyperparameter."""
    if group in ("", BY_PREFIX):
        return replace(selection, group=group, groups={})
    values = values_of(hparams, group)
    return replace(selection, group=group if values else "", groups=values)
