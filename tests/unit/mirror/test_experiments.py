"""Which event files become one W&B run."""

from pathlib import Path

from tuimon.events.log_roots import FoundFile
from tuimon.mirror.logdir_owner import Experiment, experiments

ROOT = Path("/logs/sweep")


def found(*directories: str, root: Path = ROOT) -> dict[str, Experiment]:
    files = [FoundFile(name, root / name / "events.out.tfevents.1.h") for name in directories]
    return {experiment.name: experiment for experiment in experiments(root, files)}


def spaces(experiment: Experiment) -> dict[str, str]:
    names = (str(Path(path).relative_to(ROOT)) for path in experiment.directories)
    return dict(zip(names, experiment.namespaces, strict=True))


def test_each_directory_is_a_run_and_what_is_below_it_a_part() -> None:
    runs = found("a", "a/loss_mean", "b/deep", "b/deep/1690000.5")
    assert set(runs) == {"a", "b/deep"}
    assert spaces(runs["a"]) == {"a": "", "a/loss_mean": "loss_mean"}
    assert spaces(runs["b/deep"]) == {"b/deep": "", "b/deep/1690000.5": "1690000.5"}


def test_train_and_validation_side_by_side_are_one_run() -> None:
    runs = found("x/train", "x/validation", "y/train", "y/train/images")
    assert spaces(runs["x"]) == {"x/train": "train", "x/validation": "validation"}
    assert spaces(runs["y"]) == {"y/train": "train", "y/train/images": "train/images"}


def test_event_files_in_the_log_directory_itself_make_all_one_run() -> None:
    runs = found(".", "train", "other")
    assert list(runs) == ["sweep"]
    assert spaces(runs["sweep"]) == {".": "", "other": "other", "train": "train"}
    assert len(runs["sweep"].files) == 3


def test_a_log_directory_called_train_stays_the_root() -> None:
    (only,) = found(".", root=Path("/logs/exp/train")).values()
    assert (only.name, only.namespaces) == ("train", ("",))


def test_what_links_lead_to_now_is_what_is_sent(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    (tmp_path / "one" / "sub").mkdir(parents=True)
    logs.mkdir()
    (logs / "latest").symlink_to(tmp_path / "one")
    files = [FoundFile(name, logs / name / "1.tfevents") for name in ("latest", "latest/sub")]
    (experiment,) = experiments(logs, files)
    sent = experiment.behind_links()
    assert (sent.name, sent.namespaces) == ("latest", ("", "sub"))
    assert sent.directories == (str(tmp_path / "one"), str(tmp_path / "one" / "sub"))
    assert sent.files == tuple(f"{directory}/1.tfevents" for directory in sent.directories)
