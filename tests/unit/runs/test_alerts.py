"""The file of alerts, also after a writer was killed."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimon.runs.alerts import ENDED, Alert, AlertLevel, AlertLog, read_alerts, worst


def alert(key: str = "k", **fields: object) -> Alert:
    values = {"level": AlertLevel.WARN, "title": "t\n", "text": "\x1b[2J", "wall_time": 1.5}
    return Alert(key=key, **{**values, **fields})  # type: ignore[arg-type]


def test_each_key_is_told_once_also_by_the_next_writer(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    first = AlertLog(path)
    assert first.add(alert("a", step=7))
    assert not first.add(alert("a"))
    assert AlertLog(path).add(alert("b"))
    assert not AlertLog(path).add(alert("a"))
    assert read_alerts(path) == [alert("a", step=7), alert("b")]


def test_the_worst_is_an_error_in_a_curve_and_the_first_of_its_kind() -> None:
    error, warning = AlertLevel.ERROR, AlertLevel.WARN
    told = [
        alert(ENDED, level=error),
        alert("note", level=AlertLevel.INFO, step=1),
        alert("grows", level=warning, step=9),
        alert("disk", level=error),
        alert("loss", level=error, step=443),
        alert("hparam", level=error, step=500),
    ]
    ranking = []
    while (found := worst(told)) is not None:
        ranking.append(found.key)
        told.remove(found)
    assert ranking == ["loss", "hparam", "disk", "grows"]


def test_a_torn_line_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    AlertLog(path).add(alert("a"))
    path.write_bytes(path.read_bytes() + b'{"key": "b", "lev')
    AlertLog(path).add(alert("c"))
    assert [one.key for one in read_alerts(path)] == ["a", "c"]


def test_no_file_means_no_alert(tmp_path: Path) -> None:
    assert read_alerts(tmp_path / "none") == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(
    st.lists(
        st.binary(max_size=60)
        | st.builds(
            lambda fields: json.dumps(fields).encode(),
            st.fixed_dictionaries(
                {"key": json_values, "level": st.just("WARN") | json_values},
                optional={"title": json_values, "text": json_values, "wall_time": json_values},
            ),
        )
    )
)
def test_any_bytes_are_read(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]) -> None:
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_bytes(b"\n".join(lines))
    for found in read_alerts(path):
        assert isinstance(found.title, str)
