"""The command that is run for each alert."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from tuimon.masking.mask import Mask
from tuimon.recorder import notify
from tuimon.recorder.notify import Notifier
from tuimon.runs.alerts import Alert, AlertLevel


def alert(title: str) -> Alert:
    return Alert(key=title, level=AlertLevel.WARN, title=title, text="why\0", wall_time=0.0)


def test_alerts_arrive_in_order_however_long_one_takes(tmp_path: Path):
    told = tmp_path / "told"
    command = (
        '[ "$TUIMON_TITLE" = first ] && sleep 0.3\n'
        f'echo "$TUIMON_LEVEL $RUN $TUIMON_TITLE $TUIMON_TEXT" >> {told}'
    )
    notifier = Notifier(command, {"RUN": "r"}, Mask())
    begin = time.monotonic()
    notifier.tell(alert("first"))
    notifier.tell(alert("ended"))
    assert time.monotonic() - begin < 0.2
    notifier.finish()
    assert told.read_text() == "WARN r first why\nWARN r ended why\n"


def test_a_command_that_hangs_is_killed_and_the_next_one_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(notify, "_TIMEOUT", 0.1)
    done = tmp_path / "done"
    notifier = Notifier(f'[ "$TUIMON_TITLE" = first ] && exec sleep 60; touch {done}', {}, Mask())
    notifier.tell(alert("first"))
    notifier.tell(alert("second"))
    notifier.finish()
    assert done.exists()
    assert "timed out" in caplog.text


def test_without_a_command_nothing_is_done():
    notifier = Notifier(None, {}, Mask())
    notifier.tell(alert("x"))
    notifier.finish()


def test_secrets_are_told_to_nobody(tmp_path: Path):
    told = tmp_path / "told"
    mask = Mask(argv=["--db", "postgres://u:hunter22@h", "--pat", "S3cretOne"])
    notifier = Notifier(f'echo "$TUIMON_TITLE: $TUIMON_TEXT" > {told}', {}, mask)
    text = "exit code 1: OSError: postgres://u:hunter22@h refuses S3cretOne"
    notifier.tell(replace(alert("x"), text=text))
    notifier.finish()
    assert told.read_text() == "x: exit code 1: OSError: postgres://u:(hidden)@h refuses (hidden)\n"
