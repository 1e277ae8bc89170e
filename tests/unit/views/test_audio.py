import io
import wave

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from summary_files import values, written

from tuimon.summaries.audio import Audio, Clip, decode_audio
from tuimon.views import audio
from tuimon.views.audio import describe, extremes


def wav(samples: np.ndarray, channels: int = 1) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(samples.dtype.itemsize)
        file.setframerate(8000)
        file.writeframes(samples.tobytes())
    return buffer.getvalue()


def test_a_sound_that_was_logged(tmp_path, place):
    sound = torch.linspace(0, 1, 16000) * torch.sin(torch.arange(16000) / 3)

    def write(w):
        w.add_audio("tone", sound[None], 0, sample_rate=8000)

    decoded = decode_audio(values(written(tmp_path, write))["tone"])
    assert describe(decoded.clips[0]) == "2.00s, 8,000 Hz, 16 bits, mono"
    low, high = extremes(decoded.clips[0], 50)
    assert high == pytest.approx(np.linspace(0.02, 1, 50), abs=0.03)
    assert low == pytest.approx(-high, abs=0.03)
    rows = audio.rows(place, decoded, 50, 16)
    drawn = ["".join(span.text for span in row) for row in rows[4:]]
    assert sum(line[45] not in " \u2800" for line in drawn) > 6
    assert sum(line[0] not in " \u2800" for line in drawn) <= 2


@pytest.mark.parametrize(("dtype", "middle"), [("u1", 128), ("<i2", 0), ("<i4", 0)])
def test_silence_is_in_the_middle(dtype, middle):
    low, high = extremes(Clip(wav(np.full(100, middle, dtype), 2), ""), 10)
    assert low.tolist() == high.tolist() == [0] * 10


def test_no_size_is_exceeded(fits, place):
    good = Clip(wav((np.sin(np.arange(900)) * 30000).astype("<i2")), "label\x1b")
    for clips in ((), (good,), (good, Clip(b"RIFF", ""), Clip(b"", "x")), (good,) * 9):
        fits(lambda w, h, clips=clips: audio.rows(place, Audio(clips), w, h))
        fits(lambda w, h, clips=clips: audio.rows(place, Audio(clips), w, h, ascii_only=True))


@given(st.integers(0, 60), st.binary(max_size=8))
def test_damaged_headers_are_told(at, damage):
    data = bytearray(wav(np.zeros(20, "<i2")))
    data[at : at + len(damage)] = damage
    one = Clip(bytes(data), "")
    assert describe(one)
    extremes(one, 7)
