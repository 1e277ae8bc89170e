"""What the page on a run tells."""

from pathlib import Path

from torch.utils.tensorboard import SummaryWriter

from support.event_files import read, scalar, write
from tuimon.events.tail import EventFileTail
from tuimon.present.fact_sheet import fact_rows
from tuimon.present.run_details import RunDetails, read_details
from tuimon.present.run_facts import Fact, run_sections
from tuimon.runs.alerts import Alert, AlertLevel, AlertLog
from tuimon.runs.paths import RunPaths
from tuimon.runs.record import (
    MirrorOptions,
    MirrorRecord,
    RecorderRecord,
    RunRecord,
    RunState,
    write_record,
)
from tuimon.runs.sources import LogSource
from tuimon.session.session import Session
from tuimon.summaries.reader import SummaryReader

ARGUMENTS = ("train.py", "--lr", "0.1", "--epochs", "9", "--password", "hunter22")


def made(directory: Path, recorder: RecorderRecord, **changes: object) -> RunPaths:
    paths = RunPaths(directory / "run")
    paths.directory.mkdir()
    record = RunRecord(
        id=paths.id, name="r", host="h", machine_id="m", boot_id="b", argv=ARGUMENTS,
        command=("/env/bin/python", *ARGUMENTS), cwd="/work", options=("--name", "r"),
        state=RunState.FINISHED, started_at=1000.0, ended_at=1090.0,
        mirror=MirrorOptions(config={"note": "x", "lr": 0.3}),
    )._replace(**changes)  # fmt: skip
    write_record(paths.run_json, record)
    write_record(paths.recorder_json, recorder)
    return paths


def load(session: Session, directory: Path, run: str = ".") -> None:
    for path in directory.iterdir():
        for batch in read(EventFileTail(path)):
            session.store.apply(run, path, batch)


def told(session: Session, details: RunDetails = RunDetails()) -> dict[str, dict[str, Fact]]:  # noqa: B008
    return {
        title: {fact.name: fact for fact in facts}
        for title, facts in run_sections(session, details)
    }


def test_all_that_was_recorded_of_a_run_is_told(tmp_path: Path) -> None:
    recorder = RecorderRecord(
        logdirs=(
            LogSource(path="/logs", found_by="name"),
            LogSource(path="/printed", recursive=False, found_by="console"),
        ),
        git_commit="0123456789abcdef", git_dirty=True, git_subject="Lower\x1b[2J",
        git_branch="main",
        python="/env/bin/python", gpus=("GPU 0 H200", "GPU 1 H200", "GPU 2 L4"), driver="570.1",
        versions={
            "python": "3.12.1", "torch": "2.9.1", "CUDA": "12.8", "numpy": "2.1", "wandb": "1",
        },
    )  # fmt: skip
    paths = made(tmp_path, recorder, warnings=("this host kills: do that",))
    mirror = MirrorRecord(state="finished", project="p", run_id="x", sync_command="tuimon sync run")
    write_record(paths.mirror_json, mirror)
    alert = Alert(
        key="k", level=AlertLevel.ERROR, title="loss is NaN", text="At 3.", wall_time=0.0, step=3
    )
    AlertLog(paths.alerts).add(alert)
    session = Session(paths)
    found = told(session)
    run = found["run"]
    assert run["state"] == ("state", "⚠ finished · loss is NaN at step 3", "warn")
    assert run["alert"] == ("alert", "loss is NaN at step 3", "error")
    assert run["warning"] == ("warning", "this host kills: do that", "warn")
    assert run["took"].value == "1m 30s"
    assert run["command"].value.endswith("--password '(hidden)'")
    environment = [(name, fact.value) for name, fact in found["environment"].items()]
    assert environment == [
        ("python", "3.12.1 · /env/bin/python"), ("torch", "2.9.1"), ("CUDA", "12.8"),
        ("packages", "numpy 2.1, wandb 1"), ("GPUs", "2 × H200, L4"),
        ("GPU driver", "570.1"),
    ]  # fmt: skip
    assert found["code"]["commit"].value == "0123456789ab · main"
    assert found["code"][""].value == "Lower␛[2J"
    assert found["code"]["changes"].role == "warn"
    assert found["W&B"]["state"].value == "offline · project p"
    assert found["W&B"]["upload"].value == "tuimon sync run"
    again = found["commands"]["run again"].value
    assert again.startswith("cd /work && tuimon run --name r train.py --lr 0.1")
    assert "hunter22" not in again
    assert "stop" not in found["commands"]
    assert found["files"]["log directory"].value == "/logs"
    assert found["files"]["from console"].value == "/printed"


def test_configuration_and_best_values_are_read(tmp_path: Path) -> None:
    points = [scalar("val/loss", step, value) for step, value in enumerate((3.0, 1.0, 2.0))]
    points += [scalar("val/acc", 0, 0.5), scalar("lr", 0, 0.1)]
    write(tmp_path / "logs", points)
    paths = made(tmp_path, RecorderRecord(logdirs=(LogSource(path=str(tmp_path / "logs")),)))
    paths.source.mkdir()
    patch = ["diff --git a/t b/t", "-\told", *["+new"] * 900]
    (paths.source / "diff.patch").write_text("\n".join(patch))
    session = Session(paths)
    load(session, tmp_path / "logs")
    details = read_details(session, SummaryReader())
    assert details.values == [("val/loss", "min 1 @ 1, last 2"), ("val/acc", "max 0.5 @ 0")]
    assert details.configuration == [
        ("lr", "0.3"), ("epochs", "9"), ("password", "(hidden)"), ("note", "x"),
    ]  # fmt: skip
    assert details.patch[:3] == ["diff --git a/t b/t", "-   old", "+new"]
    assert details.patch[-1] == f"… 502 lines more in {paths.source}/diff.patch"
    found = told(session, details)
    assert found["best values"]["val/acc"].value == "max 0.5 @ 0"
    assert found["configuration"]["epochs"].value == "9"


def test_without_metrics_that_have_a_best_the_newest_values_are_told(tmp_path: Path) -> None:
    write(tmp_path / "logs", [scalar("lr", 0, 0.5), scalar("lr", 1, 0.25)])
    session = Session.of_logdirs([tmp_path / "logs"])
    load(session, tmp_path / "logs")
    details = read_details(session, SummaryReader())
    found = told(session, details)
    assert [*found] == ["run", "values", "files"]
    assert found["values"]["lr"].value == "last 0.25"
    assert found["run"]["newest step"].value == "1"
    rows = fact_rows(run_sections(session, details), details.patch, 80)
    assert [span.text.strip("─ ") for span in rows[0]] == ["run", ""]


def test_of_several_runs_the_best_is_named_and_settings_are_told_side_by_side(
    tmp_path: Path,
) -> None:
    session = Session.of_logdirs([tmp_path])
    for run, rate, loss in (("a", 0.001, 2.0), ("b", 20.0, 1.0)):
        with SummaryWriter(str(tmp_path / run)) as writer:
            writer.add_scalar("loss", loss, 7)
            writer.add_hparams({"lr": rate, "opt": "adam"}, {}, run_name=".")
        load(session, tmp_path / run, run)
    details = read_details(session, SummaryReader())
    assert details.values == [("loss", "min 1 @ 7 in b")]
    assert details.configuration == [("lr", "0.001, 20"), ("opt", "adam")]
    assert told(session, details)["run"]["runs"].value == "2"
