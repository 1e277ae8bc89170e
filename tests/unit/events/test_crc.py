"""Frames verified together: found is exactly what each frame's own checksum finds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.event_files import frame
from tuimon.events.crc import Bytes, damaged_rows, masked_crc, remainder, trailer_key, unmasked
from tuimon.events.frames import FRAME_BYTES, TRAILER_BYTES, is_valid_frame


def with_remainders(frames: list[bytes]) -> Bytes:
    """Frames of one length as rows, their trailers replaced as `damaged_rows` wants them."""
    rows = np.frombuffer(b"".join(frames), np.uint8).reshape(len(frames), -1).copy()
    stored = rows[:, -TRAILER_BYTES:].copy().view("<u4").ravel()
    key = np.uint32(trailer_key(rows.shape[1] - FRAME_BYTES))
    rows[:, -TRAILER_BYTES:] = (unmasked(stored) ^ key)[:, None].view(np.uint8)
    return rows


def numbered(count: int, length: int) -> list[bytes]:
    rng = np.random.default_rng(length)
    return [frame(rng.bytes(length)) for _ in range(count)]


def damaged(data: bytes, at: int, mask: int = 1) -> bytes:
    changed = bytearray(data)
    changed[at] ^= mask
    return bytes(changed)


@pytest.mark.parametrize("length", [0, 1, 7, 36, 300])
def test_sound_frames_come_to_zero(length: int) -> None:
    rows = with_remainders(numbered(9, length))
    assert remainder(rows.reshape(-1)) == 0
    assert list(damaged_rows(rows)) == []


def test_there_may_be_no_rows() -> None:
    assert list(damaged_rows(np.empty((0, 40), np.uint8))) == []


@pytest.mark.parametrize("at", range(12, 40))
def test_a_wrong_byte_of_payload_or_checksum_is_found(at: int) -> None:
    frames = numbered(7, 24)
    frames[4] = damaged(frames[4], at)
    assert list(damaged_rows(with_remainders(frames))) == [4]


@given(
    st.integers(1, 40),
    st.integers(1, 60),
    st.dictionaries(st.integers(0, 39), st.tuples(st.integers(0, 59), st.integers(1, 255))),
)
def test_damaged_are_those_whose_own_checksum_says_so(
    count: int, length: int, damages: dict[int, tuple[int, int]]
) -> None:
    frames = numbered(count, length)
    for row, (at, mask) in damages.items():
        if row < count:
            frames[row] = damaged(frames[row], 12 + at % length, mask)
    expected = [row for row, data in enumerate(frames) if not is_valid_frame(data, 0)]
    assert list(damaged_rows(with_remainders(frames))) == expected


def test_the_same_damage_twice_does_not_cancel_out() -> None:
    frames = [frame(b"same payload")] * 6
    frames[1] = frames[2] = damaged(frames[0], 15, 0x40)
    assert list(damaged_rows(with_remainders(frames))) == [1, 2]


@given(st.integers(0, 2**32 - 1))
def test_the_mask_is_taken_off(crc: int) -> None:
    masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
    assert unmasked(np.array([masked], np.uint32)).tolist() == [crc]


def test_the_mask_is_tensorflows() -> None:
    # The checksum of "123456789" is the check value of CRC32C, 0xE3069283.
    assert unmasked(np.array([masked_crc(b"123456789")], np.uint32)).tolist() == [0xE3069283]
