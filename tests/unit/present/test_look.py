import collections.abc
import dataclasses
import json
import math
import types
import typing
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuimon.charts.viewport import Viewport
from tuimon.config.schema import Settings
from tuimon.decoding import field_types
from tuimon.present.look import OF_PROJECT, Look, LookFile, first_look
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
    saved(home).write_text(json.dumps({**known, "filter": "/lay"}))
    assert states.load().filter == "", "what is no filter is in force nowhere"


NUMBERS = st.floats(-1e301, 1e301) | st.floats(0, 1) | st.floats()


def legal(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type that fulfil its rules; of text without a rule, endless ones too."""
    parts = get_args(kind)
    match get_origin(kind):
        case typing.Annotated:
            return legal(parts[0]).filter(
                lambda value: all(rule.holds(value) for rule in parts[1:])
            )
        case typing.Literal:
            return st.sampled_from(parts)
        case typing.Union | types.UnionType:
            return st.one_of(map(legal, parts))
        case origin if origin is tuple and parts[-1] is Ellipsis:
            return st.lists(legal(parts[0]), max_size=4).map(tuple)
        case origin if origin is tuple:
            return st.tuples(*map(legal, parts))
        case collections.abc.Mapping:
            return st.dictionaries(TITLES, legal(parts[1]), max_size=4)
    if dataclasses.is_dataclass(kind):
        fields = {name: legal(part) for name, part in field_types(kind).items()}
        return st.builds(kind, **fields)
    return VALUES[kind]


TITLES = st.text(max_size=9)
VALUES = {
    bool: st.booleans(),
    int: st.integers(0, 9) | st.integers(),
    float: NUMBERS | st.just(math.nan),
    str: st.text(max_size=9) | st.just("x" * (1 << 18)),
    types.NoneType: st.none(),
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | NUMBERS | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TITLES, inner, max_size=3),
    max_leaves=6,
)
often = settings(max_examples=200, suppress_health_check=list(HealthCheck))


KEPT = {name: kind for name, kind in field_types(Look).items() if name not in OF_PROJECT}


@pytest.mark.parametrize(("name", "kind"), KEPT.items())
@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_field_comes_back(
    tmp_path: Path, home: Path, name: str, kind: Any, data: st.DataObject
) -> None:
    """A field that is new needs no more than a type whose values are worth keeping."""
    first, value = data.draw(legal(kind)), data.draw(legal(kind))
    states = LookFile(Session.of_logdirs([tmp_path]), replace(STATE, **{name: first}))
    states.save(replace(STATE, **{name: value}))
    if name == "views":  # charts that show all of it need not be kept
        value = {title: view for title, view in value.items() if view != Viewport()}
    assert states.load() == replace(STATE, **{name: value})


def is_legal(value: Any, kind: Any) -> bool:
    parts = get_args(kind)
    match get_origin(kind):
        case typing.Annotated:
            return is_legal(value, parts[0]) and all(rule.holds(value) for rule in parts[1:])
        case typing.Literal:
            return value in parts
        case typing.Union | types.UnionType:
            return any(is_legal(value, part) for part in parts)
        case origin if origin is tuple:
            kinds = parts[:1] * len(value) if parts[-1] is Ellipsis else parts
            return type(value) is tuple and all(map(is_legal, value, kinds))
        case collections.abc.Mapping:
            return all(is_legal(one, parts[1]) for one in value.values())
    if dataclasses.is_dataclass(kind):
        return isinstance(value, kind) and all(
            is_legal(getattr(value, name), part) for name, part in field_types(kind).items()
        )
    return type(value) is kind


@often
@given(
    JSON
    | st.dictionaries(st.sampled_from([*field_types(Look)]), JSON)
    | st.fixed_dictionaries(
        {"views": st.dictionaries(TITLES, st.dictionaries(st.sampled_from("xy"), JSON))}
    )
)
def test_any_document_gives_a_look_that_makes_sense(
    states: LookFile, home: Path, document: object
) -> None:
    states.save(STATE)
    saved(home).write_text(json.dumps(document))
    look = states.load()
    for name, kind in field_types(Look).items():
        assert is_legal(getattr(look, name), kind), name


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("smoothing", 1.0),
        ("smoothing", True),
        ("x_axis", "steps"),
        ("shape", [0, 3]),
        ("shape", [7, 1]),
        ("shape", [1, 2, 3]),
        ("filter", "x" * 401),
        ("runs", ["a", 3]),
        ("sort", None),
        ("console", 1),
        ("views", {"loss": {"x": [3, 3]}}),
        ("views", {"loss": {"tail": 0}}),
        ("views", {"loss": {"y": [None, 1e300]}}),
    ],
)
def test_a_value_that_makes_no_sense_is_as_at_first(
    states: LookFile, home: Path, field: str, value: object
) -> None:
    states.save(STATE)
    saved(home).write_text(json.dumps({field: value, "outliers": True}))
    assert states.load() == Look(outliers=True)


def test_numbers_may_be_written_without_a_point(states: LookFile, home: Path) -> None:
    states.save(STATE)
    saved(home).write_text('{"smoothing": 0, "views": {"": {"x": [0, 9]}}}')
    assert states.load() == Look(smoothing=0.0, views={"": Viewport(x=(0, 9))})


def test_without_settings_all_is_looked_at_as_by_default() -> None:
    charts = Settings().charts
    assert first_look(Settings()) == Look()
    assert Look().smoothing == charts.smoothing
    set_ = Settings(charts=replace(charts, smoothing=0.1, grid="3x2"))
    assert first_look(set_) == Look(smoothing=0.1, shape=(3, 2))


def test_no_place_to_keep_it_is_no_error(states: LookFile, home: Path) -> None:
    (home / "views").write_text("in the way")
    states.save(STATE)
    assert states.load() == Look()
