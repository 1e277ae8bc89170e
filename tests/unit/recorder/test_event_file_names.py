"""Who wrote an event file."""

import pytest

from tuimon.recorder.discovery import WriterOrigin, origin


@pytest.mark.parametrize(
    ("name", "host", "expected"),
    [
        ("events.out.tfevents.1795417982.vm.123.0", "vm", WriterOrigin(1795417982, 123)),
        ("events.out.tfevents.1795417982.vm.123.17.v2", "vm", WriterOrigin(1795417982, 123)),
        ("events.out.tfevents.1795417982.a.b.c.123.0", "a.b.c", WriterOrigin(1795417982, 123)),
        (
            "events.out.tfevents.1795417982.node.1.2.123.0",
            "node.1.2",
            WriterOrigin(1795417982, 123),
        ),
        ("events.out.tfevents.1795417982.vm", "vm", WriterOrigin(1795417982, None)),
        ("events.out.tfevents.1795417982.vm.suffix", "vm", WriterOrigin(1795417982, None)),
        ("events.out.tfevents.1795417982.vm2.123.0", "vm", None),
        ("events.out.tfevents.1795417982.other.123.0", "vm", None),
        ("events.out.tfevents.soon.vm.123.0", "vm", None),
        ("my.tfevents", "vm", None),
    ],
)
def test_origin(name: str, host: str, expected: WriterOrigin | None) -> None:
    assert origin(name, host) == expected
