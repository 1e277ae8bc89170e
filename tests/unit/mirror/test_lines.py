"""Console output and alerts on their way to W&B: nothing twice, after a restart neither."""

from pathlib import Path
from typing import Any

import pytest

from tuimon.mirror import lines as module
from tuimon.mirror.journal import Journal
from tuimon.mirror.lines import AlertFeed, ConsoleFeed
from tuimon.runs.alerts import Alert, AlertLevel, AlertLog


class Taker:
    """A W&B run that keeps the lines and alerts that it gets."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.alerts: list[tuple[str, str]] = []

    def write_logs(self, lines: list[str]) -> None:
        self.lines += lines

    def alert(self, title: str, _text: str, level: str) -> None:
        self.alerts.append((title, level))


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CONSOLE_EVERY", 0.0)


def test_output_goes_on_behind_what_was_sent(tmp_path: Path) -> None:
    console, run = tmp_path / "console.log", Taker()
    taker: Any = run
    console.write_bytes(b"one\ntwo\nthr")
    with Journal(tmp_path / "journal") as journal:
        feed = ConsoleFeed(console, journal)
        feed.send(taker)
        feed.send(taker)
        assert run.lines[:2] == ["one", "two"]
    with console.open("ab") as file:
        file.write(b"ee\nfour\n")
    with Journal(tmp_path / "journal") as journal:
        assert journal.sent == {str(console): 11}
        ConsoleFeed(console, journal).finish(taker)
    assert run.lines.count("one") == run.lines.count("two") == 1
    assert run.lines[-1] == "four"


def test_alerts_are_sent_once_and_no_good_news(tmp_path: Path) -> None:
    path, run = tmp_path / "alerts.jsonl", Taker()
    taker: Any = run
    log = AlertLog(path)

    def note(title: str, level: AlertLevel) -> None:
        log.add(Alert(key=title, level=level, title=title, text="", wall_time=0.0))

    note("stalled", AlertLevel.WARN)
    note("finished", AlertLevel.INFO)
    with Journal(tmp_path / "journal") as journal:
        feed = AlertFeed(path, journal)
        feed.send(taker)
        feed.send(taker)
    note("NaN", AlertLevel.ERROR)
    with Journal(tmp_path / "journal") as journal:
        AlertFeed(path, journal).send(taker)
    assert run.alerts == [("stalled", "WARN"), ("NaN", "ERROR")]
