import random

import pytest
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c

from support.event_files import frame, scalar
from tuimon.events.crc import masked_crc
from tuimon.events.frames import (
    FrameError,
    Scan,
    ScanStop,
    header_positions,
    read_payload,
    scan_frames,
)

PAYLOADS = [b"first", b"", b"x" * 300, bytes(40), b"last"]
DATA = b"".join(frame(payload) for payload in PAYLOADS)


@pytest.mark.parametrize("data", [b"", b"a", bytes(32), b"123456789", bytes(range(256)) * 9])
def test_checksum_is_tensorboards(data: bytes) -> None:
    assert masked_crc(data) == masked_crc32c(data)


def payloads(data: bytes, scan: Scan) -> list[bytes]:
    return [data[start:end] for start, end in scan.payloads]


def test_frames_are_split() -> None:
    scan = scan_frames(DATA)
    assert payloads(DATA, scan) == PAYLOADS
    assert (scan.end, scan.stop, scan.damaged) == (len(DATA), ScanStop.CUT, [])


@pytest.mark.parametrize("cut", range(1, len(frame(b"last"))))
def test_cut_tail_waits_at_its_start(cut: int) -> None:
    scan = scan_frames(DATA[:-cut])
    assert payloads(DATA, scan) == PAYLOADS[:-1]
    assert (scan.end, scan.stop) == (len(DATA) - len(frame(b"last")), ScanStop.CUT)
    assert scan.end + scan.wanted <= len(DATA)


def test_damaged_payload_is_passed_over() -> None:
    at = len(frame(PAYLOADS[0])) + len(frame(PAYLOADS[1])) + 100
    data = DATA[:at] + b"?" + DATA[at + 1 :]
    scan = scan_frames(data)
    assert payloads(data, scan) == [b"first", b"", bytes(40), b"last"]
    assert [end - start for start, end in scan.damaged] == [len(frame(PAYLOADS[2]))]


def test_damaged_payload_is_judged_by_what_follows() -> None:
    good, bad = frame(b"good"), frame(b"bad")[:-1] + b"?"
    for following in (b"", frame(b"next")[:11]):
        scan = scan_frames(good + bad + following)
        assert (scan.end, scan.stop, scan.damaged) == (len(good), ScanStop.CUT, [])
    scan = scan_frames(good + bad + frame(b"next"))
    assert (len(scan.payloads), len(scan.damaged)) == (2, 1)


def test_lost_bytes_that_amount_to_a_whole_frame_lose_no_other() -> None:
    """What is left of the first frame claims to end exactly where the second does."""
    lost = frame(b"x" * 72)[:-60]
    scan = scan_frames(lost + frame(b"y" * 44) + frame(b"z"))
    assert (scan.end, scan.stop, scan.damaged) == (0, ScanStop.BROKEN, [])


def test_lost_bytes_break_the_chain() -> None:
    """The length of a frame that lost bytes points into the middle of a later frame."""
    lost = frame(b"x" * 100)[:-30]
    scan = scan_frames(lost + frame(b"y" * 100) * 2)
    assert (scan.payloads, scan.end, scan.stop) == ([], 0, ScanStop.BROKEN)


@pytest.mark.parametrize("length", [2**31, 2**60, 2**63, 2**64 - 1])
def test_absurd_lengths_with_a_right_checksum_are_damage(length: int) -> None:
    header = length.to_bytes(8, "little")
    data = header + masked_crc32c(header).to_bytes(4, "little") + bytes(100)
    scan = scan_frames(data)
    assert (scan.end, scan.stop, scan.wanted) == (0, ScanStop.BROKEN, 0)


def test_every_header_is_found_in_any_surroundings() -> None:
    noise = random.Random(1)
    data, expected = b"", []
    for payload in [b"", b"a", b"b" * 255, b"c" * 256, b"d" * 70_000]:
        data += noise.randbytes(noise.randrange(50)) + bytes(noise.randrange(20))
        expected.append(len(data))
        data += frame(payload)
    assert header_positions(data).tolist() == expected
    assert header_positions(data, expected[1] + 1).tolist() == expected[2:]
    assert header_positions(data[: expected[-1] + 11]).tolist() == expected[:-1]
    assert header_positions(b"").tolist() == header_positions(bytes(5000)).tolist() == []


def test_payload_is_read_back(tmp_path) -> None:
    path = tmp_path / "file"
    path.write_bytes(scalar("a", 1, 2.0) + frame(b"wanted") + b"tail")
    offset = len(scalar("a", 1, 2.0))
    assert read_payload(path, offset, 6) == b"wanted"
    for place, length in [(offset + 1, 6), (offset, 5), (offset, 7), (10**6, 6)]:
        with pytest.raises(FrameError):
            read_payload(path, place, length)
    path.write_bytes(b"short")
    with pytest.raises(FrameError):
        read_payload(path, offset, 6)
    with pytest.raises(FileNotFoundError):
        read_payload(tmp_path / "none", 0, 6)
