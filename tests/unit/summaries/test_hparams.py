import math

import pytest
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams import metadata, summary_v2
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData, SessionStartInfo

from support.summary_files import WRITERS, tf2_style, values, written
from tuimon.summaries import SummaryError
from tuimon.summaries.hparams import (
    HParamExperiment,
    HParamInfo,
    MetricInfo,
    SessionEnd,
    SessionStart,
    decode_hparams,
)

HPARAMS = {"lr": 1e-3, "batch": 32, "amp": True, "opt": "adam"}


def described(content: bytes) -> Summary.Value:
    return Summary.Value(
        tag="_hparams_/experiment",
        metadata={"plugin_data": {"plugin_name": "hparams", "content": content}},
    )


@pytest.mark.parametrize("writer", WRITERS)
def test_hparams_of_summary_writers(tmp_path, writer) -> None:
    def write(w) -> None:
        w.add_hparams(HPARAMS, {"hparam/loss": 0.5, "hparam/acc": 0.9})

    found = values(written(tmp_path, write, writer))
    start = decode_hparams(found[metadata.SESSION_START_INFO_TAG])
    assert isinstance(start, SessionStart)
    assert start.hparams == HPARAMS
    assert list(start.hparams) == sorted(HPARAMS)
    experiment = decode_hparams(found[metadata.EXPERIMENT_TAG])
    assert isinstance(experiment, HParamExperiment)
    assert {info.name for info in experiment.hparams} == set(HPARAMS)
    assert [metric.tag for metric in experiment.metrics] == ["hparam/loss", "hparam/acc"]
    end = decode_hparams(found[metadata.SESSION_END_INFO_TAG])
    assert isinstance(end, SessionEnd)
    assert end.status == "success"


def test_torchs_discrete_domains(tmp_path) -> None:
    def write(w) -> None:
        w.add_hparams(HPARAMS, {"m": 1}, hparam_domain_discrete={"opt": ["adam", "sgd"]})

    found = values(written(tmp_path, write))
    experiment = decode_hparams(found[metadata.EXPERIMENT_TAG])
    assert isinstance(experiment, HParamExperiment)
    domains = {info.name: info.values for info in experiment.hparams}
    assert domains["opt"] == ("adam", "sgd")


def test_tf2_style_session(tmp_path) -> None:
    summary = summary_v2.hparams_pb(HPARAMS, trial_id="a group", start_time_secs=1.5)
    end = HParamsPluginData(session_end_info={"status": "STATUS_FAILURE", "end_time_secs": 2.5})
    ended = Summary.Value(
        tag=metadata.SESSION_END_INFO_TAG, metadata=metadata.create_summary_metadata(end)
    )
    found = values(tf2_style(tmp_path, summary, Summary(value=[ended])))
    start = decode_hparams(found[metadata.SESSION_START_INFO_TAG])
    assert start == SessionStart(
        hparams=HPARAMS, group_name="a group", start_time=1.5, model_uri="", monitor_url=""
    )
    assert isinstance(start, SessionStart)
    assert start.hparams["amp"] is True
    assert decode_hparams(found[metadata.SESSION_END_INFO_TAG]) == SessionEnd("failure", 2.5)


def test_tf2_style_experiment(tmp_path) -> None:
    summary = summary_v2.hparams_config_pb(
        hparams=[
            summary_v2.HParam("opt", summary_v2.Discrete(["adam", "sgd"])),
            summary_v2.HParam("lr", summary_v2.RealInterval(0.5, 2.0), "rate", "how fast"),
        ],
        metrics=[
            summary_v2.Metric(
                "loss", group="val", display_name="L", dataset_type=summary_v2.Metric.VALIDATION
            )
        ],
        time_created_secs=3.5,
    )
    experiment = decode_hparams(values(tf2_style(tmp_path, summary))[metadata.EXPERIMENT_TAG])
    assert experiment == HParamExperiment(
        name="",
        description="",
        user="",
        created=3.5,
        hparams=(
            HParamInfo("opt", "", "", "string", ("adam", "sgd"), None),
            HParamInfo("lr", "rate", "how fast", "float64", None, (0.5, 2.0)),
        ),
        metrics=(MetricInfo("loss", "val", "L", "", "validation"),),
    )


def test_values_of_every_kind() -> None:
    start = SessionStartInfo()
    start.hparams["nothing"].null_value = 0
    start.hparams["unset"].Clear()
    start.hparams["nan"].number_value = math.nan
    start.hparams["list"].list_value.extend([1, "a", [True]])
    start.hparams["struct"].struct_value.update({"b": 1, "a": {"c": None}})
    content = HParamsPluginData(session_start_info=start).SerializeToString()
    decoded = decode_hparams(described(content))
    assert isinstance(decoded, SessionStart)
    hparams = dict(decoded.hparams)
    nan = hparams.pop("nan")
    assert isinstance(nan, float)
    assert math.isnan(nan)
    assert hparams == {
        "list": (1, "a", (True,)),
        "nothing": None,
        "struct": {"a": {"c": None}, "b": 1},
        "unset": None,
    }


@pytest.mark.parametrize(
    "value",
    [
        described(b""),
        described(b"\xff"),
        described(HParamsPluginData(version=1, experiment={}).SerializeToString()),
        Summary.Value(simple_value=1),
    ],
)
def test_malformed_hparams(value) -> None:
    with pytest.raises(SummaryError, match=r"^[ -~]+$"):
        decode_hparams(value)
