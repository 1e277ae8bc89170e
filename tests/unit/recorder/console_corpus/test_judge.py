"""The judge over parsers: what it takes for right, and what for wrong."""

from pathlib import Path

import pytest

from support.console_formats import Printed, judge, load_format

FORMAT = """
about = "two folds"
text = ""
[also]
loss = ["train/loss"]
[[part]]
name = "fold 1"
points.loss = [[1, 0.5], [[2, 20], 0.25]]
optional.lr = [[1, 0.1]]
[[part]]
name = "fold 2"
points.loss = [[1, nan]]
"""
FIRST = [Printed("fold 1", "loss", 1, 0.5), Printed("fold 1", "loss", 2, 0.25)]
SECOND = [Printed("fold 2", "loss", 1, float("nan"))]


@pytest.mark.parametrize(
    ("printed", "found", "values", "tags"),
    [
        (FIRST + SECOND, 3, 0, 0),
        ([], 0, 0, 0),
        ([*FIRST, *SECOND, Printed("fold 1", "lr", 1, 0.1)], 3, 0, 0),
        ([*FIRST, *SECOND, Printed("fold 1", "lr", 1, 0.2)], 3, 1, 0),
        ([*FIRST, *SECOND, Printed("fold 2", "lr", 1, 0.1)], 3, 0, 1),
        ([one._replace(part=f"Fold={one.part[-1]}") for one in FIRST + SECOND], 3, 0, 0),
        ([one._replace(part=f"fold {3 - int(one.part[-1])}") for one in FIRST], 0, 0, 1),
        ([one._replace(tag="train/loss") for one in FIRST], 2, 0, 0),
        ([FIRST[0], FIRST[1]._replace(tag="train/loss")], 1, 0, 1),
        ([FIRST[0], FIRST[1]._replace(step=20)], 2, 0, 0),
        ([FIRST[0], FIRST[1]._replace(step=3)], 1, 1, 0),
        (FIRST[::-1], 2, 1, 0),
        ([one._replace(tag="oss") for one in FIRST], 0, 0, 1),
    ],
)
def test_a_verdict(
    tmp_path: Path, printed: list[Printed], found: int, values: int, tags: int
) -> None:
    (tmp_path / "two_folds.toml").write_text(FORMAT)
    verdict = judge(load_format(tmp_path / "two_folds.toml"), printed)
    assert (verdict.expected, verdict.found) == (3, found)
    assert (len(verdict.wrong_values), len(verdict.wrong_tags)) == (values, tags)
