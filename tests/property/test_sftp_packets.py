"""Packets of SFTP, as any server may send them, cut in any way."""

import struct
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimon.places import sftp_packets as sftp
from tuimon.places.sftp_packets import (
    PacketBuffer,
    PacketError,
    SftpAttributes,
    SftpName,
    SftpStatus,
)

numbers = st.integers(0, 2**32 - 1)
any_bytes = st.binary(max_size=40)
attributes = st.builds(SftpAttributes, st.integers(0, 2**64 - 1), numbers, numbers)
answers = st.one_of(
    st.builds(SftpStatus, numbers, st.text(st.characters(codec="utf-8"), max_size=9)),
    any_bytes,
    attributes,
    st.lists(st.builds(SftpName, any_bytes, attributes), max_size=5),
)


def _packed(attributes: SftpAttributes, owner: bool, extended: list[bytes]) -> bytes:
    """Attributes with all that a server may tell besides."""
    size, mode, modified = attributes
    flags = 1 | 4 | 8 | 2 * owner | (0x80000000 if extended else 0)
    parts = [struct.pack(">IQ", flags, size), struct.pack(">II", 1, 2) if owner else b""]
    parts.append(struct.pack(">III", mode, 7, modified))
    if extended:
        parts.append(struct.pack(">I", len(extended)))
        parts += [sftp.string(text) for text in extended for _ in range(2)]
    return b"".join(parts)


def _answer(number: int, answer: sftp.SftpAnswer, owner: bool, extended: list[bytes]) -> bytes:
    head = struct.pack(">I", number)
    match answer:
        case SftpStatus(code, message):
            body = struct.pack(">I", code) + sftp.string(message.encode()) + sftp.string(b"en")
            return sftp.packet(sftp.STATUS, head, body)
        case bytes():
            return sftp.packet(sftp.DATA, head, sftp.string(answer))
        case SftpAttributes():
            return sftp.packet(sftp.ATTRS, head, _packed(answer, owner, extended))
    names = [
        sftp.string(one.name) + sftp.string(b"-rw") + _packed(one.attributes, owner, extended)
        for one in answer
    ]
    return sftp.packet(sftp.NAME, head, struct.pack(">I", len(names)), *names)


@given(
    st.lists(st.tuples(numbers, answers), max_size=6),
    st.booleans(),
    st.lists(any_bytes, max_size=2),
    st.lists(st.integers(0, 400)),
)
def test_what_was_sent_is_read_wherever_it_is_cut(
    told: list[tuple[int, sftp.SftpAnswer]], owner: bool, extended: list[bytes], cuts: list[int]
):
    stream = b"".join(_answer(number, answer, owner, extended) for number, answer in told)
    at = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    buffer = PacketBuffer()
    pieces = [stream[begin:end] for begin, end in pairwise(at)]
    packets = [packet for piece in pieces for packet in buffer.feed(piece)]
    assert [sftp.answer(packet) for packet in packets] == told


@given(
    st.binary(max_size=200), st.sampled_from([b"", b"\0\0\0\x30\x68", b"\0\0\0\x20\x65\0\0\0\1"])
)
def test_any_bytes_are_packets_or_refused(data: bytes, begin: bytes):
    with suppress(PacketError):
        for packet in PacketBuffer().feed(begin + data):
            assert len(packet) < len(begin + data)
            sftp.answer(packet)


def test_no_more_is_kept_than_a_packet_may_have():
    with pytest.raises(PacketError):
        list(PacketBuffer().feed(struct.pack(">I", sftp.MOST_BYTES + 1)))


def test_the_greeting_of_a_shell_is_told():
    with pytest.raises(PacketError, match="prints 'Welcome to box!"):
        list(PacketBuffer().feed(b"Welcome to box!\r\n"))
