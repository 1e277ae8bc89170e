"""The command that is run for each alert."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from tuimon.masking.mask import Mask
from tuimon.recorder import notify
from tuimon.recorder.notify import EventNotice, Notifier
from tuimon.runs.alerts import Alert, AlertLevel


def notice(title: str, key: str = "", text: str = "why\0") -> EventNotice:
    alert = Alert(key=key or title, level=AlertLevel.WARN, title=title, text=text, wall_time=0.0)
    return EventNotice(alert, "loss ▁▂ 3")


def test_alerts_arrive_in_order_however_long_one_takes(tmp_path: Path):
    told = tmp_path / "told"
    command = (
        '[ "$TUIMON_TITLE" = first ] && sleep 0.3\n'
        f'echo "$TUIMON_LEVEL $RUN $TUIMON_TITLE $TUIMON_TEXT" >> {told}'
    )
    notifier = Notifier(command, {"RUN": "r"}, Mask())
    begin = time.monotonic()
    notifier.tell(notice("first"))
    notifier.tell(notice("ended"))
    assert time.monotonic() - begin < 0.2
    notifier.finish()
    assert told.read_text() == "WARN r first why\nWARN r ended why\n"


def test_a_command_that_hangs_is_killed_and_the_next_one_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(notify, "_TIMEOUT", 0.1)
    done = tmp_path / "done"
    notifier = Notifier(f'[ "$TUIMON_TITLE" = first ] && exec sleep 60; touch {done}', {}, Mask())
    notifier.tell(notice("first"))
    notifier.tell(notice("second"))
    notifier.finish()
    assert done.exists()
    assert "timed out" in caplog.text


def test_without_a_command_nothing_is_done():
    notifier = Notifier(None, {}, Mask())
    notifier.tell(notice("x"))
    notifier.finish()


def test_secrets_are_told_to_nobody(tmp_path: Path):
    told = tmp_path / "told"
    mask = Mask(argv=["--db", "postgres://u:hunter22@h", "--pat", "S3cretOne"])
    notifier = Notifier(f'echo "$TUIMON_TITLE: $TUIMON_TEXT" > {told}', {}, mask)
    text = "exit code 1: OSError: postgres://u:hunter22@h refuses S3cretOne"
    notifier.tell(notice("x", text=text))
    notifier.finish()
    assert told.read_text() == "x: exit code 1: OSError: postgres://u:(hidden)@h refuses (hidden)\n"


def test_a_command_has_the_last_lines_and_the_course(tmp_path: Path):
    told = tmp_path / "told"
    notifier = Notifier(
        f'echo "$TUIMON_CURVE|$TUIMON_LINES" > {told}', {}, Mask(), lambda: ["epoch 1", "epoch 2"]
    )
    notifier.tell(notice("x"))
    notifier.finish()
    assert told.read_text() == "loss ▁▂ 3|epoch 1\nepoch 2\n"


def test_what_comes_at_once_and_is_of_a_kind_is_one_event(tmp_path: Path):
    told = tmp_path / "told"
    notifier = Notifier(f'echo "$TUIMON_TITLE: $TUIMON_TEXT" >> {told}', {}, Mask())
    for name in ("loss", "val/loss"):
        notifier.tell(notice(f"{name} is NaN", f"not finite: {name}", text=f"step 3 of {name}"))
    notifier.tell(notice("ended", text="after 3s"))
    notifier.finish()
    assert told.read_text() == (
        "loss is NaN, and 1 more: step 3 of loss\nval/loss is NaN: step 3 of val/loss\n"
        "ended: after 3s\n"
    )


class Service(BaseHTTPRequestHandler):
    """Takes what is posted to a service of notices."""

    got: ClassVar[list[tuple[str, str, str]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.got.append((self.path, self.headers["Authorization"], body))
        self.send_response(500 if "broken" in self.path else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


def test_urls_are_told_by_apprise_and_their_secrets_to_nobody(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
):
    pytest.importorskip("apprise")
    server = HTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"anna:hunter22@127.0.0.1:{server.server_port}"
    notifier = Notifier(f"ntfy://{host}/mine, json://{host}/broken", {}, Mask(), lambda: ["e 1"])
    notifier.tell(notice("loss is NaN", text="NaN at step 3"))
    notifier.finish()
    server.shutdown()
    server.server_close()
    assert sorted(path for path, _, _ in Service.got) == ["/", "/broken"]
    for _, authorization, body in Service.got:
        assert authorization.startswith("Basic ")
        assert json.loads(body)["title"] == "loss is NaN"
        assert json.loads(body)["message"] == "NaN at step 3\n\nloss ▁▂ 3\n\ne 1"
    assert "a notice failed with exit code 1" in caplog.text
    assert "hunter22" not in caplog.text + str(capfd.readouterr())
