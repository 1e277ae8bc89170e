"""What could not be read is told in words."""

import pytest

from tuimon.events.shortfall import shortfall


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ((None, 0, 0), None),
        (("Permission denied", 3, 4), "Permission denied: left out"),
        ((None, 1, 9), "1 damaged record left out"),
        ((None, 1234, 0), "1,234 damaged records left out"),
        ((None, 0, 1), "its last 1 byte hold no whole record; being written, or damaged"),
        ((None, 0, 25), "its last 25 bytes hold no whole record; being written, or damaged"),
        ((None, 0, 0, 4096), "4,096 bytes of zeros left out until they are filled"),
        (
            (None, 2, 0, 0, "line 7: no JSON object"),
            "2 damaged records left out: line 7: no JSON object",
        ),
    ],
)
def test_the_worst_is_told(told: tuple[str | None, int, int], words: str | None) -> None:
    assert shortfall(*told) == words
