"""Which runs count as one."""

from pathlib import Path

import pytest

from support.event_files import scalar, version, write
from support.stored_runs import made
from tuimon.present.run_groups import (
    ALL_RUNS,
    GroupError,
    RunTraits,
    argument_settings,
    group_names,
    read_traits,
    telling_settings,
    ways_of,
)
from tuimon.runs.record import MirrorOptions
from tuimon.runs.sources import LogSource
from tuimon.store.loading import load
from tuimon.summaries.reader import SummaryReader


def sweep(**more: str) -> dict[str, RunTraits]:
    """Two rates and two models, two seeds each."""
    return {
        f"{model}-lr{lr}-s{seed}": RunTraits(
            {
                "train.lr": lr,
                "model": model,
                "seed": float(seed),
                "n": 3.0,
                "logdir": f"x/{model}{lr}{seed}",
            },
            f"/r/{model}/{seed}",
            more.get(model, ""),
        )
        for model in ("mlp", "cnn")
        for lr in (0.1, 1e-3)
        for seed in (0, 1)
    }


def sizes(way: str, runs: dict[str, RunTraits]) -> dict[str, int]:
    names = list(group_names(way, runs).values())
    return {name: names.count(name) for name in names}


def test_settings_are_named_as_filters_name_them() -> None:
    runs = sweep()
    assert sizes("lr", runs) == sizes("train.LR", runs) == {"train.lr=0.1": 4, "train.lr=0.001": 4}
    assert sizes("model, lr", runs)["model=cnn train.lr=0.001"] == 2
    assert [*group_names("extra", {**runs, "other": RunTraits({"extra": True})})] == ["other"]
    for way, why in (("rate", "rate is no setting; there are logdir, model"), ("", "no setting")):
        with pytest.raises(GroupError, match=why):
            group_names(way, runs)
    with pytest.raises(GroupError, match="no settings are known"):
        group_names("lr", {"a": RunTraits({})})
    both = {"a": RunTraits({"x.lr": 1.0, "y.lr": 2.0})}
    with pytest.raises(GroupError, match=r"may be each of x\.lr, y\.lr"):
        group_names("lr", both)


def test_rates_that_print_alike_are_different_groups() -> None:
    runs = {f"{n}": RunTraits({"lr": 0.12345678 + n * 1e-8}) for n in range(3)}
    assert len(sizes("lr", runs)) == 3


def test_everything_but_the_seed() -> None:
    runs = sweep()
    assert telling_settings(runs) == ["model", "train.lr"]
    assert set(sizes("settings", runs).values()) == {2}
    seeds = {f"s{n}": RunTraits({"lr": 0.1, "random_seed": float(n)}) for n in range(3)}
    assert sizes("settings", seeds) == {ALL_RUNS: 3}
    unknown = {name: RunTraits({}, "/r") for name in "ab"}
    assert sizes("settings", {**seeds, **unknown}) == {ALL_RUNS: 3}, "of others nothing is known"
    with pytest.raises(GroupError, match="no settings are known"):
        group_names("settings", unknown)
    for name in ("seed", "seed_everything", "manualSeed", "random_state", "run_name", "output_dir"):
        assert telling_settings({n: RunTraits({name: n}) for n in "ab"}) == [], name
    for name in ("model_name", "dropout", "gradient_checkpointing", "momentum", "hidden"):
        assert telling_settings({n: RunTraits({name: n}) for n in "ab"}) == [name]


def test_names_directories_and_wandb_groups() -> None:
    runs = sweep(mlp="sweep 7")
    assert sizes(r"/^(\w+)-lr([^-]+)/", runs)["cnn 0.1"] == 2
    assert sizes("/lr[^-]+/", runs) == {"lr0.1": 4, "lr0.001": 4}
    assert sizes("/^mlp/", runs) == {"mlp": 4}, "others are in no group"
    assert sizes("directory", runs) == {"mlp/0": 2, "mlp/1": 2, "cnn/0": 2, "cnn/1": 2}
    one_place = {name: RunTraits({}, "/r/all") for name in "ab"}
    assert sizes("directory", one_place) == {"all": 2}
    assert sizes("wandb", runs) == {"sweep 7": 4}
    with pytest.raises(GroupError, match="no regular expression"):
        group_names("/(/", runs)


def test_ways_are_those_that_make_several_runs_one() -> None:
    assert ways_of(sweep()) == ["settings", "model", "seed", "train.lr", "directory"]
    assert ways_of({name: RunTraits({"lr": n * 1.0}) for n, name in enumerate("abc")}) == []


def test_arguments_are_settings() -> None:
    command = ("python", "train.py", "--lr", "1e-3", "--amp", "opt.name=adam", "-b", "8")
    given = {"lr": 1e-3, "amp": True, "opt.name": "adam", "b": 8.0}
    assert argument_settings(command) == given


def test_a_log_has_the_arguments_and_the_group_of_the_run_that_wrote_it(tmp_path: Path) -> None:
    sources = []
    for seed in range(2):
        logdir = tmp_path / f"s{seed}"
        write(logdir / "version_0", [version(), scalar("loss", 0, 1.0)])
        sources.append(LogSource(path=str(logdir), label=f"run{seed}"))
        argv = ("train.py", "--lr", "0.1", "--seed", str(seed))
        if seed == 0:
            options = MirrorOptions(group="sweep")
            made("first", logdir=str(logdir), argv=argv, mirror=options)
    shared = str(tmp_path / "shared")
    write(Path(shared), [version(), scalar("loss", 0, 1.0)])
    for _ in range(2):
        made("both", logdir=shared, argv=("train.py", "--lr", "9"))
    loaded = load([*sources, LogSource(path=shared, label="both")])
    traits = read_traits(loaded.store, SummaryReader())
    told = [(one.settings, one.wandb_group, one.launched_as) for one in traits.values()]
    nobody_knows = ({}, "", "")
    assert told == [nobody_knows, ({"lr": 0.1, "seed": 0.0}, "sweep", "first"), nobody_knows]
    assert [*group_names("/^fir(s)/", traits).values()] == ["s"]
