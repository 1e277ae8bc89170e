"""Console output and alerts on their way to W&B: each line once, whatever a kill costs."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tuimon.console.rotation import part_path
from tuimon.mirror import line_numbers
from tuimon.mirror import lines as module
from tuimon.mirror.journal import Journal, SentEntry
from tuimon.mirror.lines import AlertFeed, ConsoleFeeds
from tuimon.runs.alerts import Alert, AlertLevel, AlertLog


class Taker:
    """A W&B run that keeps the lines and alerts that it gets."""

    takes_console = True

    def __init__(self, lines: Sequence[str] = ()) -> None:
        self.lines = [*lines]
        self.alerts: list[tuple[str, str]] = []

    def write_logs(self, lines: Sequence[str]) -> None:
        self.lines += lines

    def alert(self, title: str, _text: str, level: str) -> None:
        self.alerts.append((title, level))


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CONSOLE_EVERY", 0.0)
    monkeypatch.setattr(module, "_CONSOLE_BYTES", 50)
    monkeypatch.setattr(line_numbers, "_BETWEEN_PLACES", 3)


def test_output_goes_on_behind_what_was_sent(tmp_path: Path) -> None:
    console, run = tmp_path / "console.log", Taker()
    taker: Any = run
    console.write_bytes(b"one\ntwo\nthr")
    with Journal(tmp_path / "journal") as journal:
        feeds = ConsoleFeeds([console], journal, None)
        feeds.send(taker)
        feeds.send(taker)
        assert run.lines == ["one", "two"]
    with console.open("ab") as file:
        file.write(b"ee\n\nfour")
    with Journal(tmp_path / "journal") as journal:
        assert journal.lines.next == 2
        ConsoleFeeds([console], journal, None).finish(taker)
    assert run.lines == ["one", "two", "three", "", "four"]


@pytest.mark.parametrize("seed", range(12))
def test_what_a_kill_has_cost_comes_again_under_its_number(tmp_path: Path, seed: int) -> None:
    """A server has any number of the lines that it was sent, from the first one on."""
    chosen = random.Random(seed)
    consoles = [tmp_path / name / "console.log" for name in ("first", "second")]
    written = dict.fromkeys(consoles, b"")
    taken: list[str] = []
    for life in range(6):
        run = Taker(taken)
        taker: Any = run
        with Journal(tmp_path / "journal") as journal:
            feeds = ConsoleFeeds(consoles, journal, len(taken))
            for _ in range(chosen.randrange(1, 4)):
                console = chosen.choice(consoles)
                console.parent.mkdir(exist_ok=True)
                for _ in range(chosen.randrange(40)):
                    piece = _output(chosen)
                    written[console] += piece
                    with console.open("ab") as file:
                        file.write(piece)
                if chosen.random() < 0.2 and console.exists():
                    count = len(list(console.parent.iterdir()))
                    console.rename(part_path(console, count))
                    console.touch()
                feeds.send(taker)
            if life == 5:
                feeds.finish(taker)
                assert journal.lines.next == len(run.lines)
        taken = run.lines
        if life < 5:
            taken = taken[: chosen.randint(0, len(taken))]
    with Journal(tmp_path / "journal") as journal:
        for console in consoles:
            numbers = [
                number
                for entry in journal.lines.stretches
                if entry.path == str(console)
                for number in range(entry.line, entry.line + entry.lines)
            ]
            assert [taken[number] for number in numbers] == _folded(written[console])
        assert len(taken) == sum(entry.lines for entry in journal.lines.stretches)


def _output(chosen: random.Random) -> bytes:
    number = chosen.randrange(1000)
    bar = b"\r%d%%" % number
    redrawn = b"a %d\r\nb\x1b[A\r" % number
    return chosen.choice([b"line %d\n" % number, b"\n", b"part %d " % number, bar, redrawn])


def _folded(data: bytes) -> list[str]:
    folder = module.LineFolder(reach=0)
    return folder.feed(data) + folder.finish()


def test_lines_that_are_gone_keep_the_numbers_of_the_others(tmp_path: Path) -> None:
    console = tmp_path / "console.log"
    old = b"".join(b"old %d\n" % number for number in range(20))
    console.write_bytes(old)
    taker: Any = Taker()
    with Journal(tmp_path / "journal") as journal:
        ConsoleFeeds([console], journal, 0).finish(taker)
        assert journal.lines.next == 20
    console.rename(part_path(console, 1))
    console.write_bytes(b"new 0\nnew 1\n")
    with Journal(tmp_path / "journal") as journal:
        ConsoleFeeds([console], journal, 20).finish(taker)
    part_path(console, 1).unlink()
    console.rename(part_path(console, 2))
    console.write_bytes(b"newest\n")
    run = Taker(["old 0", "old 1"])
    taker = run
    with Journal(tmp_path / "journal") as journal:
        ConsoleFeeds([console], journal, 2).finish(taker)
    assert run.lines == ["old 0", "old 1", *[""] * 20, "newest"]


def test_what_an_older_version_has_sent_is_not_sent_again(tmp_path: Path) -> None:
    console = tmp_path / "console.log"
    console.write_bytes(b"one\ntwo\n")
    with Journal(tmp_path / "journal") as journal:
        journal.append(SentEntry(path=str(console), amount=4))
    run = Taker(["one"])
    taker: Any = run
    with Journal(tmp_path / "journal") as journal:
        ConsoleFeeds([console], journal, 1).finish(taker)
    assert run.lines == ["one", "two"]
    run = taker = Taker(["one"])
    with Journal(tmp_path / "journal") as journal:
        ConsoleFeeds([console], journal, 1).finish(taker)
    assert run.lines == ["one", "two"], "from now on lines have numbers"


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
