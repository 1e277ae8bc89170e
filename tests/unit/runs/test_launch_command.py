"""The command that launches a training again."""

from tuimon.runs.launch_command import launch_command
from tuimon.runs.record import RunRecord


def launched(*argv: str, options: tuple[str, ...] | None) -> RunRecord:
    return RunRecord(
        id="i", name="n", host="h", machine_id="m", boot_id="b", argv=argv, command=argv,
        cwd="/my work", options=options, started_at=0.0,
    )  # fmt: skip


def test_it_is_what_was_typed_without_what_was_about_the_terminal_and_secrets() -> None:
    record = launched("train.py", "--note", "a b", options=("--detach", "--name", "big"))
    again = "cd '/my work' && tuimon run --name big train.py --note 'a b'"
    assert launch_command(record) == again
    module = launched("-m", "pkg.train", options=("--project", "p", "-m"))
    assert launch_command(module).endswith("tuimon run --project p -m pkg.train")
    before = launched("-m", "pkg.train", "--password", "hunter22", options=None)
    assert launch_command(before).endswith("tuimon run -m pkg.train --password '(hidden)'")
