import io
import struct
import wave

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimon.summaries.samples import wav_samples

COURSE = np.array([[0.0, 0.5], [-1.0, 0.25], [0.75, -0.5]])


def integers(bits: int) -> bytes:
    buffer = io.BytesIO()
    size = bits // 8
    with wave.open(buffer, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(size)
        file.setframerate(8000)
        largest = 2 ** (bits - 1)
        for value in COURSE.ravel():
            whole = int(value * largest) + (largest if size == 1 else 0)
            file.writeframesraw(whole.to_bytes(size, "little", signed=size > 1))
    return buffer.getvalue()


def floats(kind: str, values: np.ndarray = COURSE) -> bytes:
    data = values.astype(kind).tobytes()
    size = np.dtype(kind).itemsize
    form = struct.pack("<HHIIHH", 3, 2, 8000, 8000 * 2 * size, 2 * size, 8 * size)
    chunks = b"fmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


@pytest.mark.parametrize("bits", [8, 16, 24, 32])
def test_integers_of_every_width(bits):
    samples = wav_samples(integers(bits))
    assert (samples.frames, samples.channels, samples.rate) == (3, 2, 8000)
    np.testing.assert_allclose(samples.part(0, 3), COURSE, atol=1 / 128)
    np.testing.assert_allclose(samples.part(1, 2), COURSE[1:2], atol=1 / 128)
    np.testing.assert_allclose(samples.mixed(-2, 2), [0, 0, 0.25, -0.375], atol=1 / 128)


@pytest.mark.parametrize("kind", ["<f4", "<f8"])
def test_floats(kind):
    np.testing.assert_allclose(wav_samples(floats(kind)).part(0, 3), COURSE)


def test_floats_that_are_no_amplitudes():
    odd = np.array([[np.nan, np.inf], [-np.inf, 1e30]])
    assert wav_samples(floats("<f8", odd)).part(0, 2).tolist() == [[0, 1], [-1, 1]]


@given(st.integers(0, 60), st.binary(max_size=8))
def test_damaged_files_are_none_or_have_numbers(at, damage):
    data = bytearray(integers(16))
    data[at : at + len(damage)] = damage
    samples = wav_samples(bytes(data))
    if samples is not None:
        found = samples.part(0, samples.frames)
        assert np.isfinite(found).all()
        assert found.shape == (samples.frames, samples.channels)
