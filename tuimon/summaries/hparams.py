"""Hyperparameters: what an experiment varies, and what one session (a run) was given.

The content lies in the metadata of summaries that have no value. Source: TensorBoard,
``plugins/hparams`` (``plugin_data.proto``, ``api.proto``, ``metadata.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from tuimon.summaries import SummaryError
from tuimon.summaries.protos import parse

if TYPE_CHECKING:
    from google.protobuf.struct_pb2 import Value  # type: ignore[import-untyped]
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.plugins.hparams import api_pb2, plugin_data_pb2

HParamValue: TypeAlias = "bool | float | str | tuple[HParamValue, ...] | Mapping[str, Any] | None"
"""As JSON has them: every number is a float. Writers use truth values (torch: 1.0), numbers and
strings."""

_VERSION = 0
_TYPES = {1: "string", 2: "bool", 3: "float64"}
_DATASETS = {1: "training", 2: "validation"}
_STATUSES = {1: "success", 2: "failure", 3: "running"}


@dataclass(frozen=True, slots=True)
class HParamInfo:
    """A hyperparameter of an experiment."""

    name: str
    display_name: str
    description: str
    type: str
    """``string``, ``bool``, ``float64``, or empty."""
    values: tuple[HParamValue, ...] | None
    """What it may be, where that is a list."""
    interval: tuple[float, float] | None
    """Between what it lies, where that is known."""


@dataclass(frozen=True, slots=True)
class MetricInfo:
    """A scalar that tells how good a session is."""

    tag: str
    group: str
    """Directory of its run, relative to the session's; mostly empty."""
    display_name: str
    description: str
    dataset: str
    """``training``, ``validation``, or empty."""


@dataclass(frozen=True, slots=True)
class HParamExperiment:
    """``_hparams_/experiment``: the hyperparameters and metrics of the runs of a log directory."""

    name: str
    description: str
    user: str
    created: float
    """Unix s; 0 when the writer did not say."""
    hparams: tuple[HParamInfo, ...]
    metrics: tuple[MetricInfo, ...]


@dataclass(frozen=True, slots=True)
class SessionStart:
    """``_hparams_/session_start_info``: the hyperparameters of a run."""

    hparams: Mapping[str, HParamValue]
    """By name, sorted. Read-only."""
    group_name: str
    """Sessions of one group had the same hyperparameters."""
    start_time: float
    """Unix s; 0 when the writer did not say."""
    model_uri: str
    monitor_url: str


@dataclass(frozen=True, slots=True)
class SessionEnd:
    """``_hparams_/session_end_info``: how a run ended."""

    status: str
    """``success``, ``failure``, ``running``, or empty."""
    end_time: float
    """Unix s; 0 when the writer did not say."""


def decode_hparams(value: Summary.Value) -> HParamExperiment | SessionStart | SessionEnd:
    """What a value of plugin ``hparams`` says; its tag tells which. Raises SummaryError."""
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    content = value.metadata.plugin_data.content
    data = parse(HParamsPluginData, content, "description of hyperparameters")
    if data.version != _VERSION:
        raise SummaryError(f"hyperparameters of version {data.version}, not {_VERSION}")
    kind = data.WhichOneof("data")
    if kind == "experiment":
        return _experiment(data.experiment)
    if kind == "session_start_info":
        return _session_start(data.session_start_info)
    if kind == "session_end_info":
        end = data.session_end_info
        return SessionEnd(_STATUSES.get(end.status, ""), end.end_time_secs)
    raise SummaryError("a description of hyperparameters that says nothing")


def _experiment(experiment: api_pb2.Experiment) -> HParamExperiment:
    return HParamExperiment(
        name=experiment.name,
        description=experiment.description,
        user=experiment.user,
        created=experiment.time_created_secs,
        hparams=tuple(map(_hparam, experiment.hparam_infos)),
        metrics=tuple(
            MetricInfo(
                tag=metric.name.tag,
                group=metric.name.group,
                display_name=metric.display_name,
                description=metric.description,
                dataset=_DATASETS.get(metric.dataset_type, ""),
            )
            for metric in experiment.metric_infos
        ),
    )


def _hparam(info: api_pb2.HParamInfo) -> HParamInfo:
    domain = info.WhichOneof("domain")
    bounds = info.domain_interval
    return HParamInfo(
        name=info.name,
        display_name=info.display_name,
        description=info.description,
        type=_TYPES.get(info.type, ""),
        values=tuple(map(_plain, info.domain_discrete.values))
        if domain == "domain_discrete"
        else None,
        interval=(bounds.min_value, bounds.max_value) if domain == "domain_interval" else None,
    )


def _session_start(start: plugin_data_pb2.SessionStartInfo) -> SessionStart:
    hparams = {name: _plain(start.hparams[name]) for name in sorted(start.hparams)}
    return SessionStart(
        hparams=MappingProxyType(hparams),
        group_name=start.group_name,
        start_time=start.start_time_secs,
        model_uri=start.model_uri,
        monitor_url=start.monitor_url,
    )


def _plain(value: Value) -> HParamValue:
    """A ``google.protobuf.Value``; protobuf bounds how deep they nest."""
    kind = value.WhichOneof("kind")
    if kind == "list_value":
        return tuple(map(_plain, value.list_value.values))
    if kind == "struct_value":
        fields = value.struct_value.fields
        return MappingProxyType({name: _plain(fields[name]) for name in sorted(fields)})
    if kind is None or kind == "null_value":
        return None
    plain: bool | float | str = getattr(value, kind)
    return plain
