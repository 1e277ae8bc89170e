import io
import wave

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from support.summary_files import values, written
from tuimon.charts import roles
from tuimon.summaries.audio_clips import Audio, Clip, decode_audio
from tuimon.summaries.samples import wav_samples
from tuimon.views import audio
from tuimon.views.audio import AudioView, describe, extremes, frequencies
from tuimon.views.base import ViewOptions
from tuimon.views.layout import SHADES, StepPlace


def wav(samples: np.ndarray, channels: int = 1) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(samples.dtype.itemsize)
        file.setframerate(8000)
        file.writeframes(samples.tobytes())
    return buffer.getvalue()


GUTTER = 8
"""Cells beside the plots."""


def test_a_sound_that_was_logged(tmp_path, place):
    sound = torch.linspace(0, 1, 16000) * torch.sin(torch.arange(16000) / 3)

    def write(w):
        w.add_audio("tone", sound[None], 0, sample_rate=8000)

    decoded = decode_audio(values(written(tmp_path, write))["tone"])
    assert describe(decoded.clips[0]) == "2.00s, 8,000 Hz, 16 bits, mono"
    low, high = extremes(wav_samples(decoded.clips[0].data), 50)
    assert high == pytest.approx(np.linspace(0.02, 1, 50), abs=0.03)
    assert low == pytest.approx(-high, abs=0.03)
    rows = audio.rows(place, decoded, ViewOptions(None, 50 + GUTTER, 15), mode="course")
    drawn = ["".join(span.text for span in row)[GUTTER:] for row in rows[4:-2]]
    assert sum(line[45] not in " \u2800" for line in drawn) > 6
    assert sum(line[0] not in " \u2800" for line in drawn) <= 2


@pytest.mark.parametrize(("dtype", "middle"), [("u1", 128), ("<i2", 0), ("<i4", 0)])
def test_silence_is_in_the_middle(dtype, middle):
    low, high = extremes(wav_samples(wav(np.full(100, middle, dtype), 2)), 10)
    assert low.tolist() == high.tolist() == [0] * 10


def test_no_size_is_exceeded(fits, place):
    good = Clip(wav((np.sin(np.arange(900)) * 30000).astype("<i2")), "label\x1b")
    for clips in ((), (good,), (good, Clip(b"RIFF", ""), Clip(b"", "x")), (good,) * 9):
        fits(lambda w, h, clips=clips: audio.rows(place, Audio(clips), ViewOptions(None, w, h)))
        fits(
            lambda w, h, clips=clips: audio.rows(
                place, Audio(clips), ViewOptions(None, w, h, ascii_only=True)
            )
        )


@given(st.integers(0, 60), st.binary(max_size=8))
def test_damaged_headers_are_told(at, damage):
    data = bytearray(wav(np.zeros(20, "<i2")))
    data[at : at + len(damage)] = damage
    one = Clip(bytes(data), "")
    assert describe(one)
    audio.rows(StepPlace("a", 0, 0, 1), Audio((one,)), ViewOptions(None, 40, 20))


def level(rows: list, column: int) -> int:
    """The row of the spectrogram that is brightest in a column."""
    plot = ["".join(span.text for span in row)[GUTTER:] for row in rows]
    return max(range(len(plot)), key=lambda row: SHADES.find(plot[row][column]))


@pytest.mark.parametrize("seconds", [0.5, 20])
def test_a_tone_that_rises_is_seen_higher(place, seconds):
    time = np.arange(int(8000 * seconds)) / 8000
    sound = np.sin(2 * np.pi * (500 + 1400 / seconds * time) * time)  # 500 to 3300 Hz
    one = Clip(wav((sound * 20000).astype("<i2")), "")
    look = ViewOptions(None, 60 + GUTTER, 46, ascii_only=True)
    rows = audio.rows(place, Audio((one,)), look, mode="spectrogram")[4:-2]
    assert len(rows) == 40
    for column, hertz in ((5, 500 + 2800 * 5 / 60), (55, 500 + 2800 * 55 / 60)):
        assert level(rows, column) == pytest.approx(40 - hertz / 100, abs=2)


def test_frequencies_go_up_to_half_of_the_rate():
    assert frequencies(8000, 4, logarithmic=False).tolist() == [0, 1000, 2000, 3000, 4000]
    edges = frequencies(8000, 2, logarithmic=True)
    assert edges == pytest.approx([40, 400, 4000])


def test_saving_never_overwrites(tmp_path, monkeypatch, subjects):
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    (found,) = subjects(lambda w: w.add_audio("a/../b", torch.zeros(1, 80), 7)).values()
    view = AudioView()
    look = ViewOptions(None, 70, 20)
    for expected in ("a_.._b-7.wav", "a_.._b-7-2.wav"):
        view.press("audio-save")
        shown = view.draw(found, look)
        assert f"saved {expected}" in "".join(span.text for span in shown.rows[1])
    files = sorted(path.name for path in here.iterdir())
    assert files == ["a_.._b-7-2.wav", "a_.._b-7.wav"]
    with wave.open(str(here / files[0])) as file:
        assert file.getnframes() == 80
    monkeypatch.setattr("pathlib.Path.open", refuse)
    told, _ = audio.save(StepPlace("a", 0, 0, 1), Audio((Clip(b"", ""),)))
    assert told == "not saved: No space left on device"


def refuse(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def test_modes_share_the_room(place):
    one = Clip(wav((np.sin(np.arange(9000)) * 30000).astype("<i2")), "")
    sizes = {
        mode: sum(
            any("▀" in span.text or "▄" in span.text for span in row)
            for row in audio.rows(place, Audio((one,)), ViewOptions(None, 60, 24), mode=mode)
        )
        for mode in audio.MODES
    }
    assert sizes["course"] == 0 < sizes["both"] < sizes["spectrogram"]


@pytest.mark.parametrize(("mode", "rows"), [("course", 25), ("both", 9)])
def test_a_course_alone_takes_more_room(place, mode, rows):
    one = Clip(wav((10_000 * np.sin(np.arange(8000) / 9)).astype("<i2")), "")
    drawn = audio.rows(place, Audio((one,)), ViewOptions(None, 100, 46), mode=mode)
    labels = ["".join(span.text for span in row)[: GUTTER - 1].strip() for row in drawn]
    assert labels.index("-1") - labels.index("1") + 1 == rows


def test_frequencies_and_loudness_have_units(place):
    one = Clip(wav((10_000 * np.sin(np.arange(8000) / 9)).astype("<i2")), "")
    drawn = audio.rows(place, Audio((one,)), ViewOptions(None, 100, 30), mode="spectrogram")
    text = ["".join(span.text for span in row).rstrip() for row in drawn]
    assert text[3].endswith(" -70 ████ -35 ████ 0 dB")
    assert [span.role for span in drawn[3] if span.text == "█"][::7] == [
        roles.heat(1, 0),
        roles.heat(15, 0),
    ]
    labels = [row[0].text.strip() for row in drawn[4:-2]]
    assert [label for label in labels if label] == [
        "3.5kHz",
        "3k",
        "2.5k",
        "2k",
        "1.5k",
        "1k",
        "500",
        "0",
    ]
    bare = audio.rows(place, Audio((one,)), ViewOptions(None, 100, 30), mode="course")
    assert "dB" not in "".join(span.text for row in bare for span in row)
