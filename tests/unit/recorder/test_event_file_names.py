"""Who wrote an event file."""

import pytest

from tuimon.recorder.discovery import Origin, origin


@pytest.mark.parametrize(
    ("name", "host", "expected"),
    [
        ("events.out.tfevents.1795417982.vm.123.0", "vm", Origin(1795417982, 123)),
        ("events.out.tfevents.1795417982.vm.123.17.v2", "vm", Origin(1795417982, 123)),
        ("events.out.tfevents.1795417982.a.b.c.123.0", "a.b.c", Origin(1795417982, 123)),
        ("events.out.tfevents.1795417982.node.1.2.123.0", "node.1.2", Origin(1795417982, 123)),
        ("events.out.tfevents.1795417982.vm", "vm", Origin(1795417982, None)),
        ("events.out.tfevents.1795417982.vm.suffix", "vm", Origin(1795417982, None)),
        ("events.out.tfevents.1795417982.vm2.123.0", "vm", None),
        ("events.out.tfevents.1795417982.other.123.0", "vm", None),
        ("events.out.tfevents.soon.vm.123.0", "vm", None),
        ("my.tfevents", "vm", None),
    ],
)
def test_origin(name: str, host: str, expected: Origin | None) -> None:
    assert origin(name, host) == expected
