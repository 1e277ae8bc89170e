"""Packets of SFTP version 3 (draft-ietf-secsh-filexfer-02), as OpenSSH speaks it.

A packet is a length (uint32), a type (uint8), and what that has; in all but the first two an id
(uint32) comes first. Integers are big-endian, strings are a uint32 of bytes and so many bytes.
"""

import stat
import struct
from collections.abc import Iterator
from typing import NamedTuple

VERSION = 3
INIT, VERSION_ANSWER, OPEN, CLOSE, READ, OPENDIR, READDIR = 1, 2, 3, 4, 5, 11, 12
REALPATH, STAT = 16, 17
STATUS, HANDLE, DATA, NAME, ATTRS = 101, 102, 103, 104, 105
OK, EOF, NO_SUCH_FILE, PERMISSION_DENIED = 0, 1, 2, 3
MOST_BYTES = 1 << 18
"""Of a packet, OpenSSH's own limit."""
_FOR_READING = 1
_SIZE, _OWNER, _MODE, _TIMES, _EXTENDED = 1, 2, 4, 8, 0x80000000


class PacketError(ValueError):
    """What came is no SFTP."""


class SftpStatus(NamedTuple):
    """How a request ended that brings nothing else."""

    code: int
    message: str


class SftpAttributes(NamedTuple):
    """What is known of a file; 0 where it was not told."""

    size: int = 0
    mode: int = 0
    modified: int = 0
    """Unix s."""

    @property
    def is_directory(self) -> bool:
        return stat.S_ISDIR(self.mode)

    @property
    def is_link(self) -> bool:
        return stat.S_ISLNK(self.mode)

    @property
    def is_file(self) -> bool:
        return not self.mode or stat.S_ISREG(self.mode)


class SftpName(NamedTuple):
    """An entry of a directory."""

    name: bytes
    attributes: SftpAttributes


SftpAnswer = SftpStatus | SftpAttributes | list[SftpName] | bytes
"""Bytes are a handle, or data."""


class PacketBuffer:
    """Cuts what comes into packets."""

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The packets that are whole now, without their lengths. Raises PacketError."""
        self._data += data
        at = 0
        try:
            while len(self._data) - at >= 4:
                (length,) = struct.unpack_from(">I", self._data, at)
                if not 1 <= length <= MOST_BYTES:
                    raise PacketError(_no_packet(bytes(self._data[at : at + 60])))
                if len(self._data) - at - 4 < length:
                    return
                at += 4 + length
                yield bytes(self._data[at - length : at])
        finally:
            del self._data[:at]


def _no_packet(begin: bytes) -> str:
    """What to say of what begins with no length: mostly a shell's greeting."""
    text = begin.decode("ascii", "replace")
    return f"the server prints {text!r} first: what its shell starts with must print nothing"


def packet(kind: int, *fields: bytes) -> bytes:
    """A packet with its length."""
    body = b"".join(fields)
    return struct.pack(">IB", len(body) + 1, kind) + body


def request(kind: int, number: int, body: bytes) -> bytes:
    """A packet with an id."""
    return packet(kind, struct.pack(">I", number), body)


def string(data: bytes) -> bytes:
    """A string, as packets have it."""
    return struct.pack(">I", len(data)) + data


def open_body(path: bytes) -> bytes:
    """Of OPEN, for reading."""
    return string(path) + struct.pack(">II", _FOR_READING, 0)


def read_body(handle: bytes, offset: int, length: int) -> bytes:
    """Of READ."""
    return string(handle) + struct.pack(">QI", offset, length)


def answer(data: bytes) -> tuple[int, SftpAnswer]:
    """(id, what it says) of a packet. Raises PacketError."""
    fields = _Fields(data)
    try:
        kind, number = fields.unpack(">BI")
        if kind == STATUS:
            (code,) = fields.unpack(">I")
            # The first drafts of version 3 have no message.
            message = fields.string().decode(errors="replace") if fields.left else ""
            return number, SftpStatus(code, message)
        if kind in (HANDLE, DATA):
            return number, fields.string()
        if kind == ATTRS:
            return number, fields.attributes()
        if kind == NAME:
            (count,) = fields.unpack(">I")
            if count * 12 > fields.left:  # the least that a name takes
                raise PacketError("more names than bytes")
            return number, [fields.name() for _ in range(count)]
    except struct.error:
        raise PacketError("a packet that is cut") from None
    raise PacketError(f"an answer of kind {kind}")


class _Fields:
    """Reads a packet from left to right."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def unpack(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return values

    def string(self) -> bytes:
        (length,) = self.unpack(">I")
        if length > self.left:
            raise PacketError("a packet that is cut")
        self._at += length
        return self._data[self._at - length : self._at]

    def name(self) -> SftpName:
        name = self.string()
        self.string()  # a line of `ls -l`
        return SftpName(name, self.attributes())

    def attributes(self) -> SftpAttributes:
        (flags,) = self.unpack(">I")
        size = self.unpack(">Q")[0] if flags & _SIZE else 0
        if flags & _OWNER:
            self.unpack(">II")
        mode = self.unpack(">I")[0] if flags & _MODE else 0
        modified = self.unpack(">II")[1] if flags & _TIMES else 0
        for _ in range(2 * self.unpack(">I")[0] if flags & _EXTENDED else 0):
            self.string()
        return SftpAttributes(size, mode, modified)
