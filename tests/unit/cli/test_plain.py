"""The lines that are printed where no screen can be opened."""

from pathlib import Path

from support.event_files import scalar, tensor, version, write
from support.waiting import wait_until
from tuimon.cli.shared.plain import values_line
from tuimon.session.session import Session


def line_of(directory: Path) -> str:
    session = Session.of_logdirs([directory])
    session.start()
    try:
        wait_until(lambda: not session.follower.loading)
        return values_line(session)
    finally:
        session.stop()


def test_the_run_of_a_value_is_named_where_several_have_values(tmp_path: Path) -> None:
    write(tmp_path, [version(), scalar("loss", 7, 0.5, 1.7e9)])
    assert line_of(tmp_path) == "step 7  loss 0.5"
    write(tmp_path / "texts", [version(), tensor("note", 7, b"no value", "text")])
    assert line_of(tmp_path) == "step 7  loss 0.5"
    write(tmp_path / "b", [version(), scalar("loss", 7, 0.25, 1.7e9)])
    assert line_of(tmp_path) == "step 7  ./loss 0.5  b/loss 0.25"


def test_without_values_there_is_no_line(tmp_path: Path) -> None:
    write(tmp_path, [version()])
    assert line_of(tmp_path) == ""
