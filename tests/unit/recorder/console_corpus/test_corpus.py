"""What is read of the consoles of public trainers."""

from pathlib import Path

import pytest

from support.console_formats import ConsoleFormat, formats_of, judge, read_console

HERE = Path(__file__).parent
FORMATS = list(formats_of(HERE))
UNREAD = {
    "crfsuite_lbfgs": "norms that stand alone below a heading, without an indent",
    "deap_logbook": "columns called avg and std alone",
    "drqv2": "counters of one letter",
    "enlighten_counter": "a postfix behind tqdm's closing bracket",
    "essay_scores_second_line": "names that a measure in front makes errors",
    "few_shot": "a number in front that counts tests",
    "flower_fit_progress": "a dictionary within a tuple",
    "heads_in_segments": "one name in several segments: neither is read",
    "julia_info_line": "two words in parentheses behind a name",
    "ludwig_grid": "a grid of several heads",
    "matlab_train_network": "a head of two lines",
    "neat_python": "more of a line than its first value",
    "numpyro_svi": "brackets within tqdm's",
    "snli_example": "a head whose columns are joined",
    "time_sequence_example": "several losses a step, told without a name: one of them counts",
    "updates_and_frames": "counters of one letter",
}
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
