"""Whatever a record holds comes back, and whatever a file holds is a record or one clear error."""

import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tuimon.runs.record import (
    LogSource,
    MirrorOptions,
    MirrorRecord,
    ProcessRef,
    RecorderRecord,
    RecordError,
    RunRecord,
    RunState,
    read_record,
    rewrite_record,
    write_record,
)

texts = st.text(st.characters(exclude_categories=()))  # surrogates come from undecodable argv
maybe_texts = st.none() | texts
numbers = st.floats(allow_nan=False)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | numbers | texts,
    lambda values: st.lists(values) | st.dictionaries(texts, values),
    max_leaves=5,
)
processes = st.none() | st.builds(ProcessRef, pid=st.integers(), start_ticks=st.integers())
tuples = st.lists(texts, max_size=4).map(tuple)

run_records = st.builds(
    RunRecord,
    **dict.fromkeys(("id", "name", "host", "machine_id", "boot_id", "cwd"), texts),
    argv=tuples,
    command=tuples,
    logdir=maybe_texts,
    mirror=st.builds(
        MirrorOptions,
        project=maybe_texts,
        tags=tuples,
        config=st.dictionaries(texts, json_values, max_size=3),
    ),
    state=st.sampled_from(RunState),
    started_at=numbers,
    **dict.fromkeys(
        ("ended_at", "paused_at", "stop_next_at", "job_signal_at"), st.none() | numbers
    ),
    **dict.fromkeys(("stop_grace_int", "stop_grace_term"), numbers),
    exit_code=st.none() | st.integers(),
    signal=st.none() | st.integers(),
    cause=maybe_texts,
    child=processes,
    heartbeat=st.integers(),
)
sources = st.builds(LogSource, path=texts, recursive=st.booleans(), found_by=texts)
records = (
    run_records
    | st.builds(
        RecorderRecord,
        logdirs=st.lists(sources, max_size=3).map(tuple),
        git_commit=maybe_texts,
        git_dirty=st.none() | st.booleans(),
        wandb_config=st.dictionaries(texts, json_values, max_size=3),
        versions=st.dictionaries(texts, texts, max_size=3),
        gpus=tuples,
        updated_at=numbers,
    )
    | st.builds(MirrorRecord, url=maybe_texts, points=st.integers(), updated_at=numbers)
)


@given(record=records)
def test_round_trip(tmp_path_factory: Any, record: RunRecord | RecorderRecord | MirrorRecord):
    path = tmp_path_factory.getbasetemp() / "round-trip.json"
    write_record(path, record)
    assert read_record(type(record), path) == record


@given(first=run_records, second=run_records)
def test_round_trip_in_place(tmp_path_factory: Any, first: RunRecord, second: RunRecord):
    path = tmp_path_factory.getbasetemp() / "in-place.json"
    write_record(path, first)
    rewrite_record(path, second)
    assert read_record(RunRecord, path) == second


@given(values=st.fixed_dictionaries({}, optional=dict.fromkeys(RunRecord._fields, json_values)))
def test_any_values_are_a_record_or_a_clear_error(tmp_path_factory: Any, values: dict[str, Any]):
    path: Path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(values))
    try:
        outcome: object = read_record(RunRecord, path)
    except RecordError as error:
        outcome = str(error)
    assert isinstance(outcome, RunRecord) or str(outcome).startswith(str(path))
