"""What is done to runs of a list after a question."""

import asyncio
from collections.abc import Sequence
from typing import Any

from textual.screen import Screen

from tuimon.guardian.client import ControlClient, ControlError
from tuimon.runs.registry import RunStatus
from tuimon.runs.removal import CannotRemoveError, has_unsent, remove_run, size_of, why_it_stays
from tuimon.text import format_bytes, safe
from tuimon.tui.dialogs.ask import Answer, AskScreen

_STOP = Answer("s", "stop: SIGINT like Ctrl-C; it can save a checkpoint", "next")
_KILL = Answer("k", "kill: SIGKILL to all of it, nothing can be saved", "kill")


async def ask_to_stop(screen: Screen[Any], run: RunStatus) -> None:
    """Stop a training that goes on, unless it is on another host or the answer is no."""
    if run.is_elsewhere:
        screen.notify(safe(f"It runs on {run.record.host}: stop it there."), markup=False)
        return
    ask = AskScreen(f"Stop {safe(run.name)}?", [_STOP, _KILL])
    choice = await screen.app.push_screen_wait(ask)
    if choice:
        try:
            stop = ControlClient(run.paths).stop
            await asyncio.to_thread(stop, "kill" if choice == "kill" else "next")
        except ControlError as error:
            screen.notify(safe(str(error)), severity="error", markup=False)


async def ask_to_remove(screen: Screen[Any], runs: Sequence[RunStatus]) -> None:
    """Remove runs, unless one of them has to stay or the answer is no."""
    for reason in filter(None, map(why_it_stays, runs)):
        screen.notify(safe(reason), severity="warning", markup=False)
        return
    unsent, size = await asyncio.to_thread(
        lambda: (sum(map(has_unsent, runs)), sum(map(size_of, runs)))
    )
    unsaid = "; W&B data were not uploaded" if unsent else ""
    answer = Answer("r", f"remove: log, record, {format_bytes(size)}{unsaid}", "remove")
    what = f"{safe(runs[0].name)} ({runs[0].record.id})"
    what = what if len(runs) == 1 else f"the {len(runs)} runs that are marked"
    if await screen.app.push_screen_wait(AskScreen(f"Remove {what}?", [answer])):
        try:
            await asyncio.to_thread(lambda: [*map(remove_run, runs)])
        except CannotRemoveError as error:
            screen.notify(safe(str(error)), severity="error", markup=False)
