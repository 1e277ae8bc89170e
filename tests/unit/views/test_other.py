import numpy as np
import torch
from summary_files import written

from tuimon.summaries.reader import decode_payload
from tuimon.views import other


def shown(rows) -> str:
    return "\n".join("".join(span.text for span in row) for row in rows)


def test_what_can_be_said_of_tensors(tmp_path, place, fits):
    def write(writer):
        writer.add_tensor("array", torch.tensor(np.arange(6.0).reshape(2, 3)), 0)

    said = {}
    for event in written(tmp_path, write):
        for value in event.summary.value:
            plugin = value.metadata.plugin_data.plugin_name
            decoded = decode_payload(event.SerializeToString(), value.tag, plugin)
            fits(lambda w, h, d=decoded, p=plugin: other.rows(place, p, 1234, d, w, h))
            said[value.tag] = shown(other.rows(place, plugin, 1234, decoded, 60, 20))
    assert "1,234 bytes" in said["array"]
    assert "2×3" in said["array"]
    assert "0 1 2 3 4 5" in said["array"]
