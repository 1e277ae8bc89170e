import io
import wave

import numpy as np
import pytest
from tensorboard import data_compat
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.audio import metadata
from tensorboard.util.tensor_util import make_tensor_proto

from support.summary_files import tf2_style, values, written
from tuimon.summaries import SummaryError
from tuimon.summaries.audio_clips import WavHeader, decode_audio, read_wav_header

SOUND = np.sin(np.linspace(0, 100, 2205))


def wav(rate: int = 8000, frames: int = 100, channels: int = 2) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(bytes(2 * channels * frames))
    return file.getvalue()


def tensor(array: object) -> Summary.Value:
    kind = metadata.create_summary_metadata("", "", metadata.Encoding.Value("WAV"))
    return Summary.Value(tag="a", tensor=make_tensor_proto(array), metadata=kind)


def test_legacy_audio_of_torch(tmp_path) -> None:
    value = values(written(tmp_path, lambda w: w.add_audio("a", SOUND, sample_rate=22050)))["a"]
    audio = decode_audio(value)
    (clip,) = audio.clips
    assert (audio.rate, clip.label) == (22050, "")
    assert clip.wav == WavHeader(rate=22050, channels=1, frames=2205, bits=16, codec=1)
    with wave.open(io.BytesIO(clip.data)) as file:
        assert file.getparams()[:4] == (1, 2, 22050, 2205)
    assert decode_audio(data_compat.migrate_value(value)).clips == audio.clips


@pytest.mark.parametrize("array", [[[wav(), b"one"], [wav(16000), b"\xff"]], [[wav(), b""]]])
def test_tf2_style_audio(tmp_path, array) -> None:
    value = values(tf2_style(tmp_path, Summary(value=[tensor(array)])))["a"]
    audio = decode_audio(value)
    found = [(clip.data, clip.label) for clip in audio.clips]
    assert found == [(data, label.decode(errors="replace")) for data, label in array]
    assert audio.rate is None


def test_clips_without_labels() -> None:
    assert [clip.data for clip in decode_audio(tensor([wav(), wav()])).clips] == [wav(), wav()]


def test_a_cut_wav_has_as_many_frames_as_there_are() -> None:
    assert read_wav_header(wav()) == WavHeader(8000, 2, 100, 16, 1)
    cut = read_wav_header(wav()[:-100])
    assert cut is not None
    assert cut.frames == 75


@pytest.mark.parametrize("size", [*range(44), 1000])
def test_no_wav(size: int) -> None:
    assert read_wav_header(wav()[:size] if size < 44 else bytes(size)) is None


def test_chunks_without_end_are_left() -> None:
    assert read_wav_header(wav()[:12] + b"junk\0\0\0\0" * 100_000) is None


@pytest.mark.parametrize(
    "value",
    [
        tensor("a"),
        tensor([["a", "b", "c"]]),
        tensor([[["a", "b"]]]),
        tensor([1.0]),
        Summary.Value(simple_value=1),
    ],
)
def test_malformed_audio(value) -> None:
    with pytest.raises(SummaryError, match=r"^[ -~]+$"):
        decode_audio(value)
