import pytest
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.custom_scalar import layout_pb2, metadata
from tensorboard.util.tensor_util import make_tensor_proto

from support.summary_files import WRITERS, tf2_style, values, written
from tuimon.summaries import SummaryError
from tuimon.summaries.layouts import (
    DashboardLayout,
    LayoutCategory,
    LayoutChart,
    Margin,
    decode_layout,
)

TAG = metadata.CONFIG_SUMMARY_TAG
LINES = LayoutChart("lines", ("twse/0050", "twse/2330"), ())
BAND = LayoutChart("band", (), (Margin("dow", "dow_low", "dow_high"),))


@pytest.mark.parametrize("writer", WRITERS)
def test_layouts_of_summary_writers(tmp_path, writer) -> None:
    layout = {
        "Taiwan": {"lines": ["Multiline", [*LINES.tags]]},
        "USA": {"band": ["Margin", [*BAND.margins[0]]]},
    }
    found = values(written(tmp_path, lambda w: w.add_custom_scalars(layout), writer))
    assert decode_layout(found[TAG]) == DashboardLayout(
        (LayoutCategory("Taiwan", (LINES,), False), LayoutCategory("USA", (BAND,), False))
    )


def test_tf2_style_layout(tmp_path) -> None:
    layout = layout_pb2.Layout(
        category=[
            layout_pb2.Category(
                title="both",
                closed=True,
                chart=[
                    layout_pb2.Chart(title="lines", multiline={"tag": LINES.tags}),
                    layout_pb2.Chart(title="band", margin={"series": [BAND.margins[0]._asdict()]}),
                    layout_pb2.Chart(title="empty"),
                ],
            )
        ]
    )
    tensor = make_tensor_proto(layout.SerializeToString())
    value = Summary.Value(tag=TAG, metadata=metadata.create_summary_metadata(), tensor=tensor)
    found = values(tf2_style(tmp_path, Summary(value=[value])))
    assert decode_layout(found[TAG]) == DashboardLayout(
        (LayoutCategory("both", (LINES, BAND, LayoutChart("empty", (), ())), True),)
    )


@pytest.mark.parametrize(
    "value",
    [
        Summary.Value(tensor=make_tensor_proto([b"", b""])),
        Summary.Value(tensor=make_tensor_proto(b"\xff")),
        Summary.Value(tensor=make_tensor_proto(1.0)),
        Summary.Value(),
    ],
)
def test_malformed_layouts(value) -> None:
    with pytest.raises(SummaryError, match=r"^[ -~]+$"):
        decode_layout(value)
