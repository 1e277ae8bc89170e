"""Traces as torch's profiler leaves them."""

import gzip
import json
from pathlib import Path

import pytest
import torch
from torch.profiler import ProfilerActivity, profile, tensorboard_trace_handler
from torch.utils.tensorboard import SummaryWriter

from tuimon.runs.sources import LogSource
from tuimon.store.loading import load
from tuimon.summaries.reader import SummaryReader
from tuimon.views.base import ViewOptions
from tuimon.views.kinds import draw, items
from tuimon.views.profile import ProfileView, add_up
from tuimon.views.subject import ItemContext

LOOK = ViewOptions(None, 80, 24)


def opened(logdir: Path) -> tuple[ProfileView, ItemContext]:
    store = load([LogSource(path=str(logdir), recursive=True)]).store
    (item,) = (item for item in items(store) if item.kind == "profile")
    return ProfileView(), ItemContext(item, store, SummaryReader())


def shown(view: ProfileView, subject: ItemContext, look: ViewOptions = LOOK) -> str:
    rows = draw(view, subject, look).rows
    return "\n".join("".join(span.text for span in row).rstrip() for row in rows)


@pytest.mark.parametrize("use_gzip", [False, True])
def test_a_trace_of_torch_is_added_up(tmp_path: Path, use_gzip: bool):
    SummaryWriter(str(tmp_path)).close()
    handler = tensorboard_trace_handler(str(tmp_path), use_gzip=use_gzip)
    with profile(activities=[ProfilerActivity.CPU], on_trace_ready=handler):
        for _ in range(7):
            torch.ones(20, 20) @ torch.ones(20, 20)
    (file,) = tmp_path.glob("*.pt.trace.json*")
    data = file.read_bytes()
    events = json.loads(gzip.decompress(data) if use_gzip else data)["traceEvents"]
    multiplied = [event for event in events if event.get("name") == "aten::mm"]
    view, subject = opened(tmp_path)
    seen = shown(view, subject)
    assert file.name in seen.splitlines()[0]
    assert "traced" in seen.splitlines()[1]
    row = next(line for line in seen.splitlines() if line.startswith("aten::mm "))
    assert row.split()[1:3] == ["cpu_op", "7"]
    total = sum(event["dur"] for event in multiplied)
    found = {name: spent for name, _, _, spent in add_up(events).names}
    assert found["aten::mm"] == pytest.approx(total)


@pytest.mark.parametrize("text", ["", "{", "[1", '{"traceEvents": [{"ph": "X", "ts": []}]}', "{}"])
def test_what_is_no_trace_says_so(tmp_path: Path, text: str):
    SummaryWriter(str(tmp_path)).close()
    (tmp_path / "host.pt.trace.json").write_text(text)
    assert "no trace in Chrome's format" in shown(*opened(tmp_path))


def test_profiles_of_others_are_named(tmp_path: Path):
    SummaryWriter(str(tmp_path)).close()
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "host.xplane.pb").write_bytes(b"\0" * 20_000_000)
    view, subject = opened(tmp_path)
    seen = shown(view, subject)
    assert "host.xplane.pb" in seen
    assert "19.1 MiB" in seen
    assert "TensorBoard's profile plugin" in seen


def test_names_take_what_is_left_of_a_narrow_view(tmp_path: Path):
    SummaryWriter(str(tmp_path)).close()
    name = "aten::convolution_backward_overrideable"
    event = {"ph": "X", "ts": 1, "dur": 5, "name": name, "cat": "op"}
    (tmp_path / "host.pt.trace.json").write_text(json.dumps([event]))
    view, subject = opened(tmp_path)
    row = next(
        line
        for line in shown(view, subject, LOOK._replace(width=52)).splitlines()
        if line.startswith("aten")
    )
    assert len(row.split()[0]) >= 21
