"""Which runs count as one: by what they were given, by their names, by where they lie.

A way to group is a text, as people type it:

lr   lr,model   runs that were given the same of these settings
settings        the same of all settings that differ, but the seed and what says where or when
/^(.*)-s\\d/     what a regular expression finds in their names, its groups if it has any
directory       the directory that holds the runs' directories
wandb           their W&B group
"""

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tuimon.present.hparam_groups import HasRuns, in_order, read_hparams
from tuimon.present.run_arguments import arguments_of, number_of
from tuimon.present.run_lines import RunCommands
from tuimon.present.trial_names import hparam_text
from tuimon.runs.registry import RunStatus, list_runs
from tuimon.store.parts import trainings
from tuimon.summaries.hparams import HParamValue
from tuimon.summaries.reader import SummaryReader
from tuimon.text import exact_value, safe

BY_SETTINGS: Final = "settings"
BY_DIRECTORY: Final = "directory"
BY_WANDB: Final = "wandb"
ALL_RUNS = "all runs"
"""The group of runs that differ in nothing."""
_PATTERN = re.compile(r"/(.+)/", re.DOTALL)
_SEED = re.compile(r"seed|random_?state", re.IGNORECASE)
_PLACE = re.compile(
    r"(?:^|[^a-z])(?:\w*dir|directory|folder|path|file|output|out|port|time\w*|date)$"
    r"|^(?:(?:run|exp|experiment|trial|job)[_-]?)?(?:name|id|version)$",
    re.IGNORECASE,
)
"""Names of settings that say where or when a run is, or what it is called."""
_MOST_NAMED = 12
_NOTHING_KNOWN = "no settings are known"


class GroupError(ValueError):
    """Runs cannot be grouped in such a way; says why in a few words."""


class RunTraits(NamedTuple):
    """What a run is grouped by, besides its name."""

    settings: Mapping[str, HParamValue]
    """What it was given."""
    directory: str = ""
    """The directory that holds its own, absolute; empty where that is not known."""
    wandb_group: str = ""
    launched_as: str = ""
    """What the tuimon run is called that wrote the log, where it is known."""


def group_names(way: str, runs: Mapping[str, RunTraits]) -> dict[str, str]:
    """The name of the group of each run that is in one, by the run's name; as text, not safe.

    Raises GroupError.
    """
    if pattern := _PATTERN.fullmatch(way):
        return _by_pattern(pattern[1], {name: one.launched_as for name, one in runs.items()})
    if way == BY_DIRECTORY:
        return _by_directory({name: one.directory for name, one in runs.items() if one.directory})
    if way == BY_WANDB:
        return {name: one.wandb_group for name, one in runs.items() if one.wandb_group}
    if way == BY_SETTINGS:
        given = {name: one for name, one in runs.items() if one.settings}
        if not given:
            raise GroupError(_NOTHING_KNOWN)
        names = telling_settings(runs)
        if not names:
            return dict.fromkeys(given, ALL_RUNS)
    else:
        names = [_setting(word.strip(), runs) for word in way.split(",")]
    return {name: told for name, one in runs.items() if (told := _told(one.settings, names))}


def telling_settings(runs: Mapping[str, RunTraits]) -> list[str]:
    """Names of the settings that differ and tell what was tried: not the seed, nor where or when
    a run was; sorted."""
    return [
        name for name in varying_settings(runs) if not (_SEED.search(name) or _PLACE.search(name))
    ]


def varying_settings(runs: Mapping[str, RunTraits]) -> list[str]:
    """Names of the settings in which runs differ, of which any are known; sorted."""
    names = in_order([name for one in runs.values() for name in one.settings])
    given = [one.settings for one in runs.values() if one.settings]
    return [name for name in names if len({_text(one.get(name)) for one in given}) > 1]


def ways_of(runs: Mapping[str, RunTraits]) -> list[str]:
    """The ways, but that of an expression, that make several runs one."""
    known = any(one.settings for one in runs.values())
    ways = [*([BY_SETTINGS] if known else []), *varying_settings(runs), BY_DIRECTORY, BY_WANDB]
    found = {way: len(set(group_names(way, runs).values())) for way in ways}
    return [way for way, groups in found.items() if (way == BY_DIRECTORY) < groups < len(runs)]


def _by_pattern(text: str, names: Mapping[str, str]) -> dict[str, str]:
    """What an expression finds in names, or else in other names of the same runs."""
    try:
        pattern = re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise GroupError(f"no regular expression: {error}") from None
    searched = {name: pattern.search(name) or pattern.search(names[name]) for name in names}
    found = {name: match for name, match in searched.items() if match}
    told = {name: " ".join(filter(None, one.groups())) for name, one in found.items()}
    return {name: group or found[name][0] for name, group in told.items()}


def _by_directory(places: Mapping[str, str]) -> dict[str, str]:
    """Directories by what comes after what all have in common."""
    common = os.path.commonpath(places.values()) if places else ""
    return {
        name: Path(common).name if place == common else os.path.relpath(place, common)
        for name, place in places.items()
    }


def _setting(word: str, runs: Mapping[str, RunTraits]) -> str:
    """The setting that is meant, in any case, or by what its name ends with behind a slash, a dot
    or a colon, as filters have it. Raises GroupError."""
    names = in_order([name for one in runs.values() for name in one.settings])
    exact = [name for name in names if name == word]
    alike = [name for name in names if re.search(rf"(?i)(?:^|[/.:]){re.escape(word)}$", name)]
    found = exact or alike
    if len(found) == 1 and word:
        return found[0]
    there = ", ".join(safe(name) for name in (alike or names)[:_MOST_NAMED])
    which = "may be each of" if found else "is no setting; there are"
    raise GroupError(f"{safe(word)} {which} {there}" if there else _NOTHING_KNOWN)


def _told(settings: Mapping[str, HParamValue], names: Sequence[str]) -> str:
    given = [(name, _text(settings.get(name))) for name in names]
    return " ".join(f"{name}={text}" for name, text in given if text)


def _text(value: HParamValue) -> str:
    """A value with all of its digits; empty for none."""
    return exact_value(value) if isinstance(value, float) else hparam_text(value)


def read_traits(store: HasRuns, reader: SummaryReader) -> dict[str, RunTraits]:
    """What the trainings of a store can be grouped by. Reads files; for any thread.

    Settings are those that were logged, and the arguments of the tuimon run that wrote the log.
    """
    runs, hparams = store.runs, read_hparams(store, reader)
    launched, commands = _launched(), RunCommands()
    found: dict[str, RunTraits] = {}
    for name in trainings(runs):
        path = runs[name].path if name in runs else None
        around = () if path is None else (path, *path.parents)
        status = next((launched[str(one)] for one in around if str(one) in launched), None)
        given = {} if status is None else argument_settings(commands.of(status))
        found[name] = RunTraits(
            {**given, **hparams.get(name, {})},
            "" if path is None else str(path.parent),
            wandb_group_of(status),
            "" if status is None else status.name,
        )
    return found


def wandb_group_of(status: RunStatus | None) -> str:
    """The W&B group that a run was launched for, if it was for one."""
    return (status.record.mirror.group if status is not None else None) or ""


def argument_settings(command: tuple[str, ...]) -> dict[str, HParamValue]:
    """What a command line gives, by the names of its options: numbers as such, flags as true."""
    _, arguments = arguments_of(command)
    given = {one.name: one.value for one in arguments if one.name}
    return {
        name: (text or True) if (number := number_of(text)) is None else number
        for name, text in given.items()
    }


def _launched() -> dict[str, RunStatus]:
    """Runs by the directories that they alone log into."""
    found = [(source.path, run) for run in list_runs() for source in run.log_sources]
    shared = Counter(path for path, _ in found)
    return {path: run for path, run in found if shared[path] == 1}
