"""What a step does, as its user tells it."""

import pytest

from tuimon.runs.per_step import parse_per_step


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("65536 tokens", (65536, "tokens")),
        ("65,536 tokens", (65536, "tokens")),
        ("1e6 samples", (1e6, "samples")),
        (" 0.5  images ", (0.5, "images")),
    ],
)
def test_what_is_told(text: str, told: tuple[float, str]):
    assert parse_per_step(text) == told


@pytest.mark.parametrize(
    "text", ["", "tokens", "65536", "0 tokens", "-3 tokens", "1 2", ", x", "1\x1b x"]
)
def test_what_is_not(text: str):
    with pytest.raises(ValueError, match="65536 tokens"):
        parse_per_step(text)
