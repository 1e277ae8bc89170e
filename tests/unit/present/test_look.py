import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuimon.present.look import Look, LookFile
from tuimon.session.session import Session

STATE = Look(smoothing=0.9, log_y=True, x_axis="wall", superseded=True, filter="loss", tags=False)


@pytest.fixture
def states(tmp_path: Path) -> Iterator[LookFile]:
    (tmp_path / "runs").mkdir()
    return LookFile(Session.of_logdirs([tmp_path / "runs"]))


def saved(home: Path) -> Path:
    (path,) = (home / "views").iterdir()
    return path


def test_a_state_comes_back_for_its_log_directories_alone(states: LookFile, tmp_path: Path) -> None:
    assert states.load() == Look()
    states.save(STATE)
    assert LookFile(Session.of_logdirs([tmp_path / "runs"])).load() == STATE
    assert LookFile(Session.of_logdirs([tmp_path])).load() == Look()
    states.forget()
    assert states.load() == Look()


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "null", "\0", '{"smoothing": 1e999}', "[" * 100_000, '{"x" : 1}']
)
def test_a_damaged_file_is_as_none(states: LookFile, home: Path, text: str) -> None:
    states.save(STATE)
    saved(home).write_text(text)
    assert states.load() == Look()


def test_what_makes_no_sense_is_left_out(states: LookFile, home: Path) -> None:
    states.save(STATE)
    known = json.loads(saved(home).read_text())
    saved(home).write_text(json.dumps({**known, "smoothing": "much", "tags": 3, "new": [1]}))
    loaded = states.load()
    assert loaded.smoothing == Look().smoothing
    assert loaded.tags is None
    assert loaded.filter == "loss"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(list(Look.__dataclass_fields__)),
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9) | st.just([]),
    )
)
def test_any_document_gives_a_state(states: LookFile, home: Path, document: dict) -> None:
    states.save(STATE)
    saved(home).write_text(json.dumps(document))
    state = states.load()
    assert 0 <= state.smoothing < 1
    assert state.x_axis in ("step", "relative", "wall")
    assert isinstance(state.filter, str)


def test_no_place_to_keep_it_is_no_error(states: LookFile, home: Path) -> None:
    (home / "views").write_text("in the way")
    states.save(STATE)
    assert states.load() == Look()
