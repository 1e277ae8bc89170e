"""The settings file: what is taken from it, and what is said of what is wrong."""

import re
import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuimon.config import ConfigError, Origin, Settings, config_path, read_settings, schema
from tuimon.config.template import default_text, descriptions, toml


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def problems(file: Path, text: str) -> list[str]:
    file.write_text(text)
    with pytest.raises(ConfigError) as raised:
        read_settings(file)
    return [str(problem).removeprefix(f"{file}:") for problem in raised.value.problems]


def test_no_file_is_the_defaults(file: Path) -> None:
    assert read_settings(file) == Settings()


def test_what_is_set_is_taken_with_its_line(file: Path) -> None:
    file.write_text('# mine\n[charts]\nsmoothing = 0\n\n[keys]\nhelp = "f2"\n')
    found = read_settings(file)
    assert found.charts.smoothing == 0.0
    assert found.charts.x_axis == "step"
    assert dict(found.keys) == {"help": "f2"}
    assert found.origins["charts.smoothing"] == Origin(str(file), 3)
    assert found.origins["keys.help"] == Origin(str(file), 6)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[charts]\nsmothing = 0.3", "2: unknown: smothing; did you mean smoothing?"),
        ("\n[chart]\nx = 1", "2: unknown: chart; did you mean charts?"),
        ("[charts]\nsmoothing = 1.0", "2: smoothing = 1.0: must be at least 0 and less than 1"),
        ("[charts]\nsmoothing = nan", "2: smoothing = nan: must be at least 0 and less than 1"),
        ("[charts]\nlog_y = 1", "2: log_y = 1: must be true or false"),
        (
            '[charts]\nx_axis = "steps"',
            "2: x_axis = 'steps': must be one of step, relative, wall; did",
        ),
        ('[keys]\nhelp = " "', "2: help = ' ': must be one or more keys"),
        ('[charts]\ngrid = "3x22"', '2: grid = \'3x22\': must be "auto" or "COLUMNSxROWS"'),
        ('[charts]\ngrid = "7x1"', '2: grid = \'7x1\': must be "auto" or "COLUMNSxROWS"'),
        (
            "[stop]\nterm_after = -1",
            "2: term_after = -1: must be at least 0 and less than 1,000,000",
        ),
        (
            "[stop]\nkill_after = inf",
            "2: kill_after = inf: must be at least 0 and less than 1,000,",
        ),
        ("charts = 3", "1: charts is a table: write [charts] on a line of its own"),
        ("[keys]\nhelp = 3", "2: help = 3: must be one or more keys"),
        ("[charts]\nsmoothing = ", "2: not TOML: Invalid value"),
        ("charts.smoothing = 2", "1: smoothing = 2: must be at least 0"),
        ('[charts]\n"smoothing" = false', "2: smoothing = false: must be at least 0"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(file: Path, text: str, said: str) -> None:
    (found,) = problems(file, text)
    assert found.startswith(said)


def test_all_that_is_wrong_is_told_in_the_order_of_lines(file: Path) -> None:
    found = problems(file, "[stop]\nx = 1\n[charts]\nlog_y = 3\nsmoothing = -1\n")
    assert [text.split(":")[0] for text in found] == ["2", "4", "5"]
    found = problems(file, "charts.log_y = 3\nstop.x = 1\ncharts.smoothing = -1\n")
    assert [text.split(":")[0] for text in found] == ["1", "2", "3"]


def test_a_file_that_is_no_text_or_cannot_be_read(file: Path) -> None:
    file.write_bytes(b"[charts]\n\xff = 1")
    with pytest.raises(ConfigError, match=r":2: not UTF-8"):
        read_settings(file)
    with pytest.raises(ConfigError, match=r":1: cannot be read: Is a directory"):
        read_settings(file.parent)


@pytest.mark.parametrize("number", ["1" * 400, "1" * 5000, "0b" + "1" * 20_000])
@pytest.mark.parametrize("area", ["charts]\nsmoothing", "stop]\nterm_after"])
def test_an_integer_too_long_for_python_is_told(file: Path, area: str, number: str) -> None:
    (found,) = problems(file, f"[{area} = {number}")
    assert found.startswith("2: ")
    assert "\n" not in found


def test_a_file_without_end_is_not_read(file: Path) -> None:
    (found,) = problems(file, "# and so on\n" * 100_000)
    assert found == "1: more than 1048576 bytes"


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="[]charts.=\n\"'#01 smoothingkey", max_size=60) | st.text(max_size=30))
def test_any_text_is_settings_or_told_wrong(file: Path, text: str) -> None:
    file.write_bytes(text.encode(errors="surrogatepass"))
    with suppress(ConfigError):
        read_settings(file)


def test_the_commented_file_sets_nothing_and_all_of_it_may_be_set(file: Path) -> None:
    file.write_text(default_text())
    assert read_settings(file) == Settings()
    file.write_text(re.sub(r"(?m)^# (?=\w+ = )", "", default_text()))
    found = read_settings(file)
    assert (found.charts, found.screen) == (Settings().charts, Settings().screen)
    assert found.origins


@given(st.text() | st.booleans() | st.floats(0, 1e6))
def test_every_value_is_written_as_toml_reads_it(value: str | bool | float) -> None:
    assert tomllib.loads(f"x = {toml(value)}") == {"x": value}


def test_every_setting_is_explained() -> None:
    for kind in (schema.ChartSettings, schema.ScreenSettings, schema.StopSettings):
        assert set(descriptions(kind)) == set(kind.__dataclass_fields__)


def test_where_the_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TUIMON_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert config_path() == tmp_path / "tuimon" / "config.toml"
    monkeypatch.setenv("TUIMON_CONFIG", str(tmp_path / "my.toml"))
    assert config_path() == tmp_path / "my.toml"
