"""What is read of the consoles of public trainers."""

from pathlib import Path

import pytest

from support.console_formats import ConsoleFormat, formats_of, judge, read_console
from support.console_unread import UNREAD

HERE = Path(__file__).parent
FORMATS = list(formats_of(HERE))
NO_METRICS = sorted((HERE / "no_metrics").glob("*.txt"))
HELD_BACK = list(formats_of(HERE / "held_back"))


@pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.name)
def test_a_format(one: ConsoleFormat) -> None:
    verdict = judge(one, read_console(one.text.encode()))
    assert verdict.is_clean, str(verdict)
    if one.name in UNREAD:
        pytest.xfail(UNREAD[one.name])
    assert verdict.found == verdict.expected, str(verdict)


@pytest.mark.parametrize("path", NO_METRICS, ids=lambda path: path.stem)
def test_what_looks_like_metrics(path: Path) -> None:
    assert read_console(path.read_bytes()) == []


def test_formats_held_back(capsys: pytest.CaptureFixture[str]) -> None:
    verdicts = [judge(one, read_console(one.text.encode())) for one in HELD_BACK]
    found, expected = sum(one.found for one in verdicts), sum(one.expected for one in verdicts)
    values = sum(len(one.wrong_values) for one in verdicts)
    tags = sum(len(one.wrong_tags) for one in verdicts)
    score = f"{found} of {expected} points, {values} wrong values, {tags} wrong tags"
    with capsys.disabled():
        print(f"\n{len(HELD_BACK)} formats held back: {score}")
    assert (values, tags) == (0, 0), score
    assert found >= 0.95 * expected, score
